//! Filters of seizures on their own fields, their items and the relations of them.

use super::{
    agency, any, any_quantity, at_least, at_most, contains, counted, dated, during, equals, every,
    is, meta_fields, names, no_names, none, not, prefix, some,
};
use crate::world::{Case, World, all, case, drafts, labels, on_both};
use interdiction::domain::{
    codes::Code as _,
    filters::{
        DetectionField, Filter, ItemField as I, Measure, OperationField, QuantityFilter,
        SeizureField as F, SensorField, SubstanceField, WhenMode,
    },
    ids::{ResourceId as _, SubstanceId},
    operation_parts::DetectionRole,
    operations::{Domain, Operation, OperationDraft},
    pages::List,
    quantities::{Basis, Bound, Dimension, Method, Unit},
    requests::{Retract, WriteOptions},
    seizures::{
        Form, Identification, ItemDraft, ItemKind, QuantityDraft, Seizure, SeizureDraft,
        SeizureState,
    },
    sensors::{Sensor, SensorType},
};

on_both! {
    seizures_by_name_and_external_id: by_names;
    seizures_by_operation: by_operation;
    seizures_by_agency: by_agency;
    seizures_by_date: by_when;
    seizures_by_total_mass: by_mass;
    seizures_by_state: by_state;
    seizures_by_kind_form_and_identification_of_items: by_item_codes;
    seizures_by_label_of_items: by_item_label;
    seizures_by_substance_at_any_level: by_substance;
    seizures_by_quantity_of_items: by_quantity;
    seizures_by_sensor_type: by_sensor_type;
    seizures_by_what_every_record_has: by_meta;
}

async fn check(world: World, drafts: Vec<SeizureDraft>, cases: Vec<Case<F>>) {
    for draft in drafts {
        let _made: Seizure = world.add(&world.viewer("mx-sedena"), draft).await;
    }
    world.filters::<Seizure>(&world.viewer("co-ponal"), cases).await;
}

fn external_id(scheme: &str, values: &[&str]) -> Filter<F> {
    let values = values.iter().map(ToString::to_string).collect();
    is(F::ExternalId { scheme: scheme.to_owned(), values })
}

async fn by_names(world: World) {
    let viewer = world.viewer("mx-sedena");
    let first: Seizure = world.add(&viewer, drafts::seizure("a")).await;
    let two = SeizureDraft {
        external_ids: vec![drafts::external_id("case", "b"), drafts::external_id("dod", "b")],
        ..drafts::seizure("")
    };
    let _second: Seizure = world.add(&viewer, two).await;
    let id = first.id.uuid().to_string();
    world
        .filters::<Seizure>(
            &viewer,
            vec![
                case("any of", is(F::Name(names(&[&id]))), &["a"]),
                case("none of", is(F::Name(no_names(&[&id]))), &["b"]),
                case("scheme alone", external_id("dod", &[]), &["b"]),
                case("scheme and value", external_id("case", &["a", "x"]), &["a"]),
                case("not a value of another scheme", not(external_id("dod", &["b"])), &["a"]),
            ],
        )
        .await;
}

async fn by_operation(world: World) {
    let viewer = world.viewer("mx-sedena");
    let air = OperationDraft { domain: Domain::Air.code(), ..drafts::operation("air") };
    let air: Operation = world.add(&viewer, air).await;
    let gone: Operation = world.add(&viewer, drafts::operation("gone")).await;
    for (label, operation) in
        [("a", air.id.to_string()), ("b", gone.id.to_string()), ("c", String::new())]
    {
        let draft = SeizureDraft { operation, ..drafts::seizure(label) };
        let _made: Seizure = world.add(&viewer, draft).await;
    }
    world.remove(&viewer, &gone).await.unwrap();
    let under = |filter| is(F::Operation(Box::new(filter)));
    let named = is(OperationField::Name(names(&[&air.id.uuid().to_string()])));
    world
        .filters::<Seizure>(
            &viewer,
            vec![
                case("under", under(named), &["a"]),
                case(
                    "under one of a domain",
                    under(is(OperationField::Domain(vec![Domain::Air]))),
                    &["a"],
                ),
                case("a deleted operation passes nothing", under(any()), &["a"]),
                case("has an operation", is(F::HasOperation(true)), &["a"]),
                case("has none", is(F::HasOperation(false)), &["b", "c"]),
            ],
        )
        .await;
}

async fn by_agency(world: World) {
    let by = |label: &str, agency: &str| SeizureDraft {
        agency: agency.to_owned(),
        ..drafts::seizure(label)
    };
    let seizures = vec![by("a", "agencies/mx-sedena"), by("b", "agencies/us-dod"), by("c", "")];
    check(
        world,
        seizures,
        vec![
            case("the agency", is(F::Agency(agency("us-dod"))), &["b"]),
            case("another agency", is(F::Agency(not(agency("us-dod")))), &["a"]),
            case("has one", is(F::HasAgency(true)), &["a", "b"]),
            case("has none", is(F::HasAgency(false)), &["c"]),
        ],
    )
    .await;
}

async fn by_when(world: World) {
    let on = |label: &str, when: Option<&str>| SeizureDraft {
        when: when.map(ToOwned::to_owned),
        ..drafts::seizure(label)
    };
    let seizures = vec![
        on("day", Some("2020-10-15?")),
        on("year", Some("2020")),
        on("open", Some("2020-10-20/..")),
        on("before", Some("../2020-01-01")),
        on("untold", None),
    ];
    let overlaps = |date: &str| is(F::When(during(date, WhenMode::Overlaps)));
    let within = |date: &str| is(F::When(during(date, WhenMode::Within)));
    check(
        world,
        seizures,
        vec![
            case("could have been on a day", overlaps("2020-10-15"), &["day", "year"]),
            case("could have been in a month", overlaps("2020-10"), &["day", "year", "open"]),
            case("could have been later", overlaps("2030"), &["open"]),
            case("could have been earlier", overlaps("1990"), &["before"]),
            case("certainly was in a month", within("2020-10"), &["day"]),
            case("certainly was in a year", within("2020"), &["day", "year"]),
            case("dated", is(F::When(dated(true))), &["day", "year", "open", "before"]),
            case("undated", is(F::When(dated(false))), &["untold"]),
        ],
    )
    .await;
}

fn mass(at_least: Option<i64>, at_most: Option<i64>, known: Option<bool>) -> Filter<F> {
    is(F::TotalMass { at_least, at_most, known })
}

async fn by_mass(world: World) {
    const KILOGRAM: i64 = 1_000_000_000;
    let of = |label: &str, value: &str, unit| {
        drafts::seizure_of(label, vec![drafts::item("heroin", value, unit)])
    };
    let seizures = vec![
        of("zero", "0", Unit::Gram),
        of("one", "1", Unit::Kilogram),
        of("two", "2000", Unit::Gram),
        of("litre", "1", Unit::Litre),
    ];
    check(
        world,
        seizures,
        vec![
            case("at least", mass(Some(KILOGRAM), None, None), &["one", "two"]),
            case("a microgram more", mass(Some(KILOGRAM + 1), None, None), &["two"]),
            case("at most", mass(None, Some(KILOGRAM), None), &["zero", "one"]),
            case("between", mass(Some(1), Some(KILOGRAM), None), &["one"]),
            case("known", mass(None, None, Some(true)), &["zero", "one", "two"]),
            case("unknown", mass(None, None, Some(false)), &["litre"]),
        ],
    )
    .await;
}

async fn by_state(world: World) {
    let viewer = world.viewer("mx-sedena");
    let _active: Seizure = world.add(&viewer, drafts::seizure("active")).await;
    let gone: Seizure = world.add(&viewer, drafts::seizure("retracted")).await;
    let retract = Retract {
        name: gone.id.to_string(),
        reason: "wrong".to_owned(),
        etag: String::new(),
        options: WriteOptions::default(),
    };
    world.registry.retract_seizure(&viewer, retract).await.unwrap();
    for (state, shown) in [(SeizureState::Active, "active"), (SeizureState::Retracted, "retracted")]
    {
        let filter = is(F::State(vec![state]));
        let list = List { filter, show_inactive: true, ..all::<Seizure>() };
        assert_eq!(labels(&world.walk::<Seizure>(&viewer, list).await), [shown]);
    }
    let hidden = world.list::<Seizure>(&viewer, is(F::State(vec![SeizureState::Retracted]))).await;
    assert_eq!(hidden, []);
}

async fn by_item_codes(world: World) {
    let one = |label: &str, item: ItemDraft| drafts::seizure_of(label, vec![item]);
    let heroin = ItemDraft {
        form: Form::Powder.code(),
        identification: Identification::LabConfirmed.code(),
        purity_percent: "97.25".to_owned(),
        package_count: Some(17),
        ..drafts::item("heroin", "1", Unit::Gram)
    };
    let weapon = ItemDraft {
        kind: ItemKind::Weapon.code(),
        reported_label: "AK-47".to_owned(),
        ..ItemDraft::default()
    };
    let liquid = ItemDraft {
        form: Form::Liquid.code(),
        identification: Identification::Presumptive.code(),
        purity_percent: "50".to_owned(),
        package_count: Some(18),
        ..drafts::item("fentanyl", "1", Unit::Litre)
    };
    let seizures = vec![
        one("powder", heroin.clone()),
        one("weapon", weapon.clone()),
        drafts::seizure_of("both", vec![liquid, weapon]),
    ];
    let items = |field| is(F::Items(some(is(field))));
    let substance = is(I::Kind(vec![ItemKind::Substance]));
    check(
        world,
        seizures,
        vec![
            case("kind", items(I::Kind(vec![ItemKind::Weapon])), &["weapon", "both"]),
            case("every kind", is(F::Items(every(substance.clone()))), &["powder"]),
            case("no kind", is(F::Items(none(substance))), &["weapon"]),
            case("form", items(I::Form(vec![Form::Powder])), &["powder"]),
            case(
                "identification",
                items(I::Identification(vec![Identification::Presumptive])),
                &["both"],
            ),
            case(
                "unidentified",
                items(I::Identification(vec![Identification::Unknown])),
                &["weapon", "both"],
            ),
            case("pure", items(I::Purity(at_least(97_250_000))), &["powder"]),
            case("purer", items(I::Purity(at_least(50_000_001))), &["powder"]),
            case("impure", items(I::Purity(at_most(50_000_000))), &["both"]),
            case("of unknown purity", items(I::Purity(counted(false))), &["weapon", "both"]),
            case("packages", items(I::PackageCount(at_most(17))), &["powder"]),
            case("more packages", items(I::PackageCount(at_least(18))), &["both"]),
            case("has a substance", items(I::HasSubstance(true)), &["powder", "both"]),
            case("has none", items(I::HasSubstance(false)), &["weapon", "both"]),
        ],
    )
    .await;
}

async fn by_item_label(world: World) {
    let called = |label: &str| {
        let item = drafts::item("heroin", "1", Unit::Gram);
        let item = ItemDraft { reported_label: label.to_owned(), ..item };
        drafts::seizure_of(label, vec![item])
    };
    let seizures = vec![called("Heroína CAFÉ"), called("heroina blanca"), called("x")];
    let label = |filter| is(F::Items(some(is(I::ReportedLabel(filter)))));
    check(
        world,
        seizures,
        vec![
            case("contains", label(contains("HEROÍNA")), &["Heroína CAFÉ", "heroina blanca"]),
            case("begins", label(prefix("heroina c")), &["Heroína CAFÉ"]),
            case("equals", label(equals("X")), &["x"]),
        ],
    )
    .await;
}

fn under(ids: &[&str]) -> Filter<I> {
    let ids = ids.iter().map(|id| SubstanceId::parse_id(id).unwrap()).collect();
    is(I::Substance(is(SubstanceField::Under(ids))))
}

async fn by_substance(world: World) {
    let of = |label: &str, substances: &[&str]| {
        let items = substances.iter().map(|id| drafts::item(id, "1", Unit::Gram)).collect();
        drafts::seizure_of(label, items)
    };
    let seizures = vec![
        of("tar", &["heroin-black-tar"]),
        of("mixed", &["heroin", "cocaine-hydrochloride"]),
        of("meth", &["crystal-methamphetamine"]),
    ];
    let items = |filter| is(F::Items(some(filter)));
    let named = |id: &str| is(I::Substance(is(SubstanceField::Name(names(&[id])))));
    let called = |text: &str| {
        let folded = interdiction::domain::text::fold(text);
        is(I::Substance(is(SubstanceField::Called(folded))))
    };
    let class = |class| is(I::Substance(is(SubstanceField::Class(vec![class]))));
    use interdiction::domain::substances::SubstanceClass::{Opioid, Stimulant};
    check(
        world,
        seizures,
        vec![
            case("itself alone", items(named("heroin")), &["mixed"]),
            case("itself and below", items(under(&["heroin"])), &["tar", "mixed"]),
            case("far above", items(under(&["opioids"])), &["tar", "mixed"]),
            case("either", items(under(&["cocaine", "methamphetamine"])), &["mixed", "meth"]),
            case("class", items(class(Stimulant)), &["mixed", "meth"]),
            case("every of a class", is(F::Items(every(class(Opioid)))), &["tar"]),
            case("none below", is(F::Items(none(under(&["heroin"])))), &["meth"]),
            case("by its Spanish name", items(called("HEROÍNA")), &["mixed"]),
            case("not below", items(not(under(&["opioids"]))), &["mixed", "meth"]),
        ],
    )
    .await;
}

async fn by_quantity(world: World) {
    let one = |label: &str, quantity: Option<QuantityDraft>| {
        let item = ItemDraft { quantity, ..drafts::item("heroin", "1", Unit::Gram) };
        drafts::seizure_of(label, vec![item])
    };
    let pounds = QuantityDraft {
        bound: Bound::AtLeast.code(),
        basis: Basis::Gross.code(),
        method: Method::Weighed.code(),
        ..drafts::quantity("390", Unit::Pound)
    };
    let seizures = vec![
        one("pounds", Some(pounds)),
        one("litres", Some(drafts::quantity("390", Unit::Litre))),
        one("tablets", Some(drafts::quantity("390", Unit::Tablet))),
        one("unknown", None),
    ];
    let items = |filter| is(F::Items(some(is(I::Quantity(filter)))));
    let measure = |normalized, dimension| Some(Measure { normalized, dimension });
    let least = |normalized, dimension| {
        items(QuantityFilter { at_least: measure(normalized, dimension), ..any_quantity() })
    };
    let most = |normalized, dimension| {
        items(QuantityFilter { at_most: measure(normalized, dimension), ..any_quantity() })
    };
    let q = any_quantity;
    check(
        world,
        seizures,
        vec![
            case("at least a mass", least(176_901_024_300, Dimension::Mass), &["pounds"]),
            case("at most a count", most(390, Dimension::Count), &["tablets"]),
            case("never across dimensions", least(1, Dimension::Volume), &["litres"]),
            case(
                "dimension",
                items(QuantityFilter {
                    dimensions: vec![Dimension::Volume, Dimension::Count],
                    ..q()
                }),
                &["litres", "tablets"],
            ),
            case("unit", items(QuantityFilter { units: vec![Unit::Pound], ..q() }), &["pounds"]),
            case(
                "bound",
                items(QuantityFilter { bounds: vec![Bound::AtLeast], ..q() }),
                &["pounds"],
            ),
            case(
                "exact unless told",
                items(QuantityFilter { bounds: vec![Bound::Exact], ..q() }),
                &["litres", "tablets"],
            ),
            case("basis", items(QuantityFilter { bases: vec![Basis::Gross], ..q() }), &["pounds"]),
            case(
                "method",
                items(QuantityFilter { methods: vec![Method::Weighed], ..q() }),
                &["pounds"],
            ),
            case(
                "known",
                items(QuantityFilter { known: Some(true), ..q() }),
                &["pounds", "litres", "tablets"],
            ),
            case("unknown", items(QuantityFilter { known: Some(false), ..q() }), &["unknown"]),
        ],
    )
    .await;
}

/// Three cases that a ground radar cued, one vessel without a sensor, one that a radar only tracked.
async fn by_sensor_type(world: World) {
    let viewer = world.viewer("mx-sedena");
    for (id, kind) in
        [("hermosillo-radar", SensorType::GroundRadar), ("aerostat", SensorType::Aerostat)]
    {
        let _made: Sensor = world.add_as(&viewer, id, drafts::sensor(id, kind)).await;
    }
    use DetectionRole::{Primary, Tracking};
    for (name, detections) in [
        ("Hermosillo", vec![("hermosillo-radar", Primary)]),
        ("Colima", vec![]),
        ("Nogales", vec![("hermosillo-radar", Primary)]),
        ("Penasco", vec![("hermosillo-radar", Primary), ("aerostat", Tracking)]),
        ("Lookout", vec![("aerostat", Primary), ("hermosillo-radar", Tracking)]),
    ] {
        let detections = detections.iter().map(|(id, r)| drafts::detection(id, *r)).collect();
        let draft = OperationDraft { detections, ..drafts::operation(name) };
        let made: Operation = world.add(&viewer, draft).await;
        let draft = SeizureDraft { operation: made.id.to_string(), ..drafts::seizure(name) };
        let _made: Seizure = world.add(&viewer, draft).await;
    }
    let radar = is(SensorField::Type(vec![SensorType::GroundRadar]));
    let by_radar = is(DetectionField::Sensor(Box::new(radar)));
    let cued = Filter::All(vec![by_radar.clone(), is(DetectionField::Role(vec![Primary]))]);
    let under = |list| is(F::Operation(Box::new(is(OperationField::Detections(list)))));
    let all_by_radar = ["Hermosillo", "Nogales", "Penasco", "Lookout"];
    world
        .filters::<Seizure>(
            &viewer,
            vec![
                case("some", under(some(by_radar.clone())), &all_by_radar),
                case("cued", under(some(cued)), &all_by_radar[..3]),
                case("none", under(none(by_radar.clone())), &["Colima"]),
                case("every", under(every(by_radar)), &["Hermosillo", "Colima", "Nogales"]),
            ],
        )
        .await;
}

async fn by_meta(world: World) {
    let (us, mx) = (world.viewer("us-dod"), world.viewer("mx-sedena"));
    let first: Seizure = world.add(&mx, drafts::seizure("a")).await;
    let second: Seizure = world.add(&us, drafts::seizure("b")).await;
    let third: Seizure = world.add(&mx, drafts::seizure("c")).await;
    let first = world.change(&mx, &first, &["external_ids"], drafts::seizure("a")).await.unwrap();
    let labels = ["a", "b", "c"];
    for (name, field, passes) in meta_fields([&first.meta, &second.meta, &third.meta]) {
        let passes: Vec<&str> = passes.iter().map(|i| labels[*i]).collect();
        world.filters::<Seizure>(&mx, vec![case(name, is(F::Meta(field)), &passes)]).await;
    }
}
