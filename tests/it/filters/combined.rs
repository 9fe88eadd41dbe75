//! And, or, not: alone, nested, and over what is not known.

use super::{anywhere, equals, is, not, one_of, some};
use crate::world::{World, case, drafts, labels, on_both};
use interdiction::domain::{
    codes::Code as _,
    filters::{
        BoundingBox, Circle, Filter, ItemField, OperationField as F, PlaceFilter, SeizureField,
    },
    operations::{Domain, Operation, OperationDraft, Outcome},
    quantities::Unit,
    seizures::{ItemDraft, Seizure},
};

on_both! {
    and_or_and_not_combine: combine;
    an_empty_and_passes_all_and_an_empty_or_none: empty;
    what_is_not_known_fails_and_its_inverse_passes: unknown;
    filters_nest_sixteen_deep: deep;
    a_wide_filter_holds: wide;
}

async fn fixture(world: &World) {
    for (name, domain, outcome) in [
        ("a", Domain::Air, Outcome::Seized),
        ("b", Domain::Air, Outcome::Escaped),
        ("c", Domain::Maritime, Outcome::Seized),
        ("d", Domain::Land, Outcome::Unfounded),
    ] {
        let draft = OperationDraft {
            domain: domain.code(),
            outcome: outcome.code(),
            ..drafts::operation(name)
        };
        let _made: Operation = world.add(&world.viewer("mx-sedena"), draft).await;
    }
}

fn domain(domain: Domain) -> Filter<F> {
    is(F::Domain(vec![domain]))
}

fn outcome(outcome: Outcome) -> Filter<F> {
    is(F::Outcome(vec![outcome]))
}

async fn combine(world: World) {
    fixture(&world).await;
    let (air, sea) = (domain(Domain::Air), domain(Domain::Maritime));
    let seized = outcome(Outcome::Seized);
    let and = |filters: &[&Filter<F>]| Filter::All(filters.iter().map(|f| (*f).clone()).collect());
    let or = |filters: &[&Filter<F>]| Filter::Any(filters.iter().map(|f| (*f).clone()).collect());
    world
        .filters::<Operation>(
            &world.viewer("us-dod"),
            vec![
                case("and", and(&[&air, &seized]), &["a"]),
                case("or", or(&[&air, &seized]), &["a", "b", "c"]),
                case("not and", and(&[&not(air.clone()), &seized]), &["c"]),
                case("not of an or", not(or(&[&air, &sea])), &["d"]),
                case("not not", not(not(air.clone())), &["a", "b"]),
                case(
                    "or of ands",
                    or(&[&and(&[&air, &seized]), &and(&[&sea, &seized])]),
                    &["a", "c"],
                ),
                case("and of ors", and(&[&or(&[&air, &sea]), &or(&[&seized, &sea])]), &["a", "c"]),
                case(
                    "exclusive or",
                    and(&[&or(&[&air, &seized]), &not(and(&[&air, &seized]))]),
                    &["b", "c"],
                ),
            ],
        )
        .await;
}

async fn empty(world: World) {
    fixture(&world).await;
    let viewer = world.viewer("us-dod");
    let everything = ["a", "b", "c", "d"];
    for (filter, passes) in [
        (Filter::All(vec![]), &everything[..]),
        (Filter::Any(vec![]), &[]),
        (not(Filter::All(vec![])), &[]),
        (not(Filter::Any(vec![])), &everything),
        (Filter::All(vec![Filter::All(vec![]), domain(Domain::Land)]), &["d"]),
        (Filter::Any(vec![Filter::Any(vec![]), domain(Domain::Land)]), &["d"]),
    ] {
        let found = world.list::<Operation>(&viewer, filter.clone()).await;
        assert_eq!(labels(&found), passes, "{filter:?}");
    }
}

/// Where SQL would answer neither yes nor no, the answer is no.
async fn unknown(world: World) {
    let viewer = world.viewer("mx-sedena");
    let placed =
        OperationDraft { place: Some(drafts::point(29.0, -111.0)), ..drafts::operation("placed") };
    let _made: Operation = world.add(&viewer, placed).await;
    let _made: Operation = world.add(&viewer, drafts::operation("nowhere")).await;
    let within_box = Some(BoundingBox { south: 0.0, west: -20.0, north: 10.0, east: 20.0 });
    let far_box = is(F::Place(Box::new(PlaceFilter { within_box, ..anywhere() })));
    let within_circle = Some(Circle { latitude: 29.0, longitude: -111.0, radius_kilometers: 1.0 });
    let circle = is(F::Place(Box::new(PlaceFilter { within_circle, ..anywhere() })));
    let both = ["placed", "nowhere"];
    for (filter, passes) in [
        (not(far_box.clone()), &both[..]),
        (not(circle.clone()), &["nowhere"]),
        (not(Filter::All(vec![circle.clone(), far_box.clone()])), &both),
        (not(Filter::Any(vec![circle.clone(), far_box.clone()])), &["nowhere"]),
        (Filter::Any(vec![far_box, is(F::DisplayName(equals("nowhere")))]), &["nowhere"]),
    ] {
        let found = world.list::<Operation>(&viewer, filter.clone()).await;
        assert_eq!(labels(&found), passes, "{filter:?}");
    }
    let unknown = ItemDraft { quantity: None, ..drafts::item("heroin", "1", Unit::Gram) };
    let _made: Seizure = world.add(&viewer, drafts::seizure_of("unknown", vec![unknown])).await;
    let least = interdiction::domain::filters::Measure {
        normalized: 0,
        dimension: interdiction::domain::quantities::Dimension::Mass,
    };
    let quantity = interdiction::domain::filters::QuantityFilter {
        at_least: Some(least),
        ..super::any_quantity()
    };
    let not_weighed = not(is(ItemField::Quantity(quantity)));
    let found = world.list::<Seizure>(&viewer, is(SeizureField::Items(some(not_weighed)))).await;
    assert_eq!(labels(&found), ["unknown"]);
}

async fn deep(world: World) {
    fixture(&world).await;
    let mut filter = domain(Domain::Air);
    for level in 0..15 {
        filter = if level % 2 == 0 { not(filter) } else { Filter::All(vec![filter]) };
    }
    let found = world.list::<Operation>(&world.viewer("us-dod"), filter).await;
    assert_eq!(labels(&found), ["a", "b"]);
}

async fn wide(world: World) {
    fixture(&world).await;
    let codes: Vec<String> = (0..900).map(|i| format!("X{i}")).collect();
    let mut codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    codes.push("MX-SON");
    let draft =
        OperationDraft { place: Some(drafts::in_subdivision("MX-SON")), ..drafts::operation("e") };
    let _made: Operation = world.add(&world.viewer("us-dod"), draft).await;
    let place = PlaceFilter { subdivision_code: Some(one_of(&codes)), ..anywhere() };
    let mut any = vec![is(F::Place(Box::new(place)))];
    any.extend((0..150).map(|i| is(F::DisplayName(equals(&format!("x{i}"))))));
    let found = world.list::<Operation>(&world.viewer("us-dod"), Filter::Any(any)).await;
    assert_eq!(labels(&found), ["e"]);
}
