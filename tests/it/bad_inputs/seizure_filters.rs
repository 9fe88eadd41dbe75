//! Bad filters of seizures and their items.

use super::{
    Row, at,
    calls::Call as _,
    filters::{Filters, agencies_of_kind, any_of, contains, named, set},
    invalid,
    records::NO_CODES,
    values::AMOUNTS,
};
use interdiction::proto::{
    BoundingBox, Circle, CountFilter, ExternalIdFilter, ItemFilter, ItemsFilter,
    ListSeizuresRequest, Measure, PercentFilter, PlaceFilter, QuantityFilter, Seizure,
    SeizureFilter, SubstanceFilter, TotalMassFilter, Unit, WhenFilter,
};

fn place(f: &mut SeizureFilter, edit: impl FnOnce(&mut PlaceFilter)) {
    f.place = set(edit);
}

fn within(f: &mut SeizureFilter, south: f64, west: f64, north: f64, east: f64) {
    place(f, |p| p.within_box = Some(BoundingBox { south, west, north, east }));
}

fn around(f: &mut SeizureFilter, latitude: f64, longitude: f64, radius_kilometers: f64) {
    place(f, |p| p.within_circle = Some(Circle { latitude, longitude, radius_kilometers }));
}

fn some_item(f: &mut SeizureFilter, edit: impl FnOnce(&mut ItemFilter)) {
    f.items = set(|list: &mut ItemsFilter| list.some = set(edit));
}

fn quantified(f: &mut SeizureFilter, edit: impl FnOnce(&mut QuantityFilter)) {
    some_item(f, |item| item.quantity = set(edit));
}

fn measure(value: &str, unit: Unit) -> Option<Measure> {
    Some(Measure { value: value.to_owned(), unit: unit.into() })
}

fn mass(f: &mut SeizureFilter, at_least: Option<Measure>, at_most: Option<Measure>) {
    f.total_mass = Some(TotalMassFilter { at_least, at_most, known: None }.into());
}

fn named_elsewhere(f: &mut SeizureFilter, scheme: &str, values: &[&str]) {
    let value_any_of = values.iter().map(ToString::to_string).collect();
    f.external_id = Some(ExternalIdFilter { scheme: scheme.to_owned(), value_any_of });
}

fn packages(at_least: Option<i32>, at_most: Option<i32>) -> Option<CountFilter> {
    Some(CountFilter { at_least, at_most, known: None })
}

fn percent(at_least: &str, at_most: &str) -> Option<PercentFilter> {
    let (at_least, at_most) = (at_least.to_owned(), at_most.to_owned());
    Some(PercentFilter { at_least, at_most, known: None })
}

const NAN: f64 = f64::NAN;

pub const FILTERS: Filters<Seizure> = Filters {
    bad: &[
        (
            "a box north of the pole",
            |f| within(f, 0.0, 0.0, 91.0, 1.0),
            &["place.within_box.north"],
        ),
        ("a box upside down", |f| within(f, 10.0, 0.0, 9.0, 1.0), &["place.within_box.north"]),
        (
            "a box of NaN",
            |f| within(f, NAN, NAN, NAN, NAN),
            &[
                "place.within_box.south",
                "place.within_box.west",
                "place.within_box.north",
                "place.within_box.east",
            ],
        ),
        (
            "a box beyond the antimeridian",
            |f| within(f, 0.0, -181.0, 1.0, 181.0),
            &["place.within_box.west", "place.within_box.east"],
        ),
        (
            "a negative number of packages",
            |f| some_item(f, |item| item.package_count = packages(Some(-1), None)),
            &["items.some.package_count.at_least"],
        ),
        (
            "at most a negative number of packages",
            |f| some_item(f, |item| item.package_count = packages(Some(1), Some(i32::MIN))),
            &["items.some.package_count.at_most"],
        ),
        (
            "a purity above 100",
            |f| some_item(f, |item| item.purity_percent = percent("100.000001", "")),
            &["items.some.purity_percent.at_least"],
        ),
        (
            "purities that are no numbers",
            |f| some_item(f, |item| item.purity_percent = percent("1e1", "NaN")),
            &["items.some.purity_percent.at_least", "items.some.purity_percent.at_most"],
        ),
        (
            "a circle about no point",
            |f| around(f, 91.0, f64::INFINITY, 1.0),
            &["place.within_circle.latitude", "place.within_circle.longitude"],
        ),
        (
            "a circle of no radius",
            |f| around(f, 0.0, 0.0, 0.0),
            &["place.within_circle.radius_kilometers"],
        ),
        (
            "a negative circle",
            |f| around(f, 0.0, 0.0, -1.0),
            &["place.within_circle.radius_kilometers"],
        ),
        (
            "a circle of NaN",
            |f| around(f, 0.0, 0.0, NAN),
            &["place.within_circle.radius_kilometers"],
        ),
        (
            "a circle larger than the earth",
            |f| around(f, 0.0, 0.0, 20_017.0),
            &["place.within_circle.radius_kilometers"],
        ),
        (
            "a total mass in litres",
            |f| mass(f, measure("1", Unit::Litre), measure("2", Unit::Tablet)),
            &["total_mass.at_least.unit", "total_mass.at_most.unit"],
        ),
        (
            "a total mass in bare tons",
            |f| mass(f, measure("1", Unit::Ton), measure("x", Unit::Ton)),
            &["total_mass.at_least.unit", "total_mass.at_most.unit", "total_mass.at_most.value"],
        ),
        (
            "a total mass of nothing",
            |f| mass(f, Some(Measure::default()), None),
            &["total_mass.at_least.value", "total_mass.at_least.unit"],
        ),
        (
            "a quantity of nothing",
            |f| quantified(f, |q| q.at_most = Some(Measure::default())),
            &["items.some.quantity.at_most.value", "items.some.quantity.at_most.unit"],
        ),
        ("no scheme", |f| named_elsewhere(f, "", &[]), &["external_id.scheme"]),
        (
            "a malformed scheme and blank values",
            |f| named_elsewhere(f, "a b", &["1", "", " ", "\0"]),
            &[
                "external_id.scheme",
                "external_id.value_any_of[1]",
                "external_id.value_any_of[2]",
                "external_id.value_any_of[3]",
            ],
        ),
        (
            "1,001 values of a scheme",
            |f| named_elsewhere(f, "cnes", &["1"; 1_001]),
            &["external_id.value_any_of"],
        ),
        (
            "malformed substances",
            |f| {
                some_item(f, |i| {
                    i.substance = set(|substance: &mut SubstanceFilter| {
                        substance.under = vec!["heroin".to_owned()];
                        substance.name = Some(named("agencies/ours"));
                    });
                });
            },
            &["items.some.substance.name.any_of[0]", "items.some.substance.under[0]"],
        ),
        (
            "everything wrong in a tree",
            |f| {
                let mut bad = SeizureFilter::default();
                within(&mut bad, NAN, 0.0, 0.0, 0.0);
                let states =
                    SeizureFilter { state_any_of: vec![9, 1, 0], ..SeizureFilter::default() };
                f.and = vec![SeizureFilter::default(), bad.clone()];
                f.or = vec![states];
                f.not = Some(Box::new(bad));
            },
            &[
                "and[1].place.within_box.south",
                "or[0].state_any_of[0]",
                "or[0].state_any_of[2]",
                "not.place.within_box.south",
            ],
        ),
    ],
    codes: &[
        ("state_any_of[0]", |f, code| f.state_any_of = vec![code]),
        ("agency.kind_any_of[0]", |f, code| f.agency = Some(agencies_of_kind(code))),
        ("place.kind_any_of[0]", |f, code| place(f, |p| p.kind_any_of = vec![code])),
        ("items.some.kind_any_of[0]", |f, code| some_item(f, |i| i.kind_any_of = vec![code])),
        ("items.some.form_any_of[0]", |f, code| some_item(f, |i| i.form_any_of = vec![code])),
        ("items.some.identification_any_of[0]", |f, code| {
            some_item(f, |i| i.identification_any_of = vec![code]);
        }),
        ("items.some.substance.class_any_of[0]", |f, code| {
            let class = set(|substance: &mut SubstanceFilter| substance.class_any_of = vec![code]);
            some_item(f, |i| i.substance = class);
        }),
        ("items.some.quantity.dimension_any_of[0]", |f, code| {
            quantified(f, |q| q.dimension_any_of = vec![code]);
        }),
        ("items.some.quantity.unit_any_of[0]", |f, code| {
            quantified(f, |q| q.unit_any_of = vec![code])
        }),
        ("items.some.quantity.bound_any_of[0]", |f, code| {
            quantified(f, |q| q.bound_any_of = vec![code])
        }),
        ("items.some.quantity.basis_any_of[0]", |f, code| {
            quantified(f, |q| q.basis_any_of = vec![code])
        }),
        ("items.some.quantity.method_any_of[0]", |f, code| {
            quantified(f, |q| q.method_any_of = vec![code]);
        }),
        ("items.some.quantity.at_least.unit", |f, unit| {
            quantified(f, |q| q.at_least = Some(Measure { value: "1".to_owned(), unit }));
        }),
    ],
    texts: &[
        ("items.some.reported_label.contains", |f, text| {
            some_item(f, |i| i.reported_label = contains(text));
        }),
        ("place.text.contains", |f, text| place(f, |p| p.text = contains(text))),
        ("place.region_code.any_of[0]", |f, text| place(f, |p| p.region_code = any_of(text))),
        ("place.subdivision_code.any_of[0]", |f, text| {
            place(f, |p| p.subdivision_code = any_of(text))
        }),
        ("place.administrative_scheme.any_of[0]", |f, text| {
            place(f, |p| p.administrative_scheme = any_of(text));
        }),
        ("place.administrative_code.any_of[0]", |f, text| {
            place(f, |p| p.administrative_code = any_of(text));
        }),
        ("place.unlocode.any_of[0]", |f, text| place(f, |p| p.unlocode = any_of(text))),
        ("external_id.value_any_of[0]", |f, text| named_elsewhere(f, "cnes", &[&text])),
    ],
    dates: &[
        ("when.from", |f, from| f.when = Some(WhenFilter { from, ..WhenFilter::default() })),
        ("when.until", |f, until| f.when = Some(WhenFilter { until, ..WhenFilter::default() })),
    ],
};

/// Amounts to compare with, and modes of dates, where zero says nothing wrong.
pub fn amounts_and_modes() -> Vec<Row> {
    let by = |what: &str, filter, field: &str| {
        let request = ListSeizuresRequest { filter: Some(filter), ..Default::default() };
        invalid(format!("by {what}"), request.sent(), [at("filter", field)])
    };
    let mut rows = Vec::new();
    for (what, value) in AMOUNTS {
        let mut filter = SeizureFilter::default();
        mass(&mut filter, measure(value, Unit::Kilogram), None);
        rows.push(by(what, filter, "total_mass.at_least.value"));
    }
    for mode in NO_CODES {
        let when = Some(WhenFilter { mode, ..WhenFilter::default() });
        let filter = SeizureFilter { when, ..SeizureFilter::default() };
        rows.push(by(&format!("mode {mode}"), filter, "when.mode"));
    }
    rows
}
