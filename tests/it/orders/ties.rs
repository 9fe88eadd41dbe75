//! Every order of every record: known values, unknown ones, and ties.

use crate::world::{World, all, ascending, descending, drafts, labels, nouns::Noun, on_both, size};
use interdiction::domain::{
    agencies::{Agency, AgencyDraft, AgencyKind},
    codes::Code as _,
    filters::{AgencySort, OperationSort, SeizureSort, SensorSort},
    operations::{Domain, Operation, OperationDraft, Outcome},
    pages::{Direction, List, OrderTerm},
    places::PlaceDraft,
    quantities::Unit,
    seizures::{Seizure, SeizureDraft},
    sensors::{Sensor, SensorType},
};

on_both! {
    agencies_in_every_order: agencies;
    sensors_in_every_order: sensors;
    operations_in_every_order: operations;
    seizures_in_every_order: seizures;
    orders_of_several_terms: several;
    ties_follow_the_last_term: ties;
}

/// Holds that an order lists the labels so, ascending; and so backwards, descending. It reads pages
/// of two, so that ties and unknown values meet the border of a page.
async fn in_order<R: Noun>(world: &World, sort: R::Sort, wanted: &[&str]) {
    let viewer = world.viewer("us-dod");
    let pages = || List { page_size: size(2), ..all::<R>() };
    let list = List { order: ascending(sort), ..pages() };
    assert_eq!(labels(&world.walk::<R>(&viewer, list).await), wanted, "{sort:?}");
    let list = List { order: descending(sort), ..pages() };
    let backwards: Vec<&str> = wanted.iter().rev().copied().collect();
    assert_eq!(labels(&world.walk::<R>(&viewer, list).await), backwards, "{sort:?} descending");
}

async fn agencies(world: World) {
    let viewer = world.viewer("us-dod");
    let agency = |name: &str, region: &str, kind: i32| AgencyDraft {
        region_code: region.to_owned(),
        kind,
        ..drafts::agency(name)
    };
    let (navy, army) = (AgencyKind::Navy.code(), AgencyKind::Army.code());
    let first: Agency = world.add_as(&viewer, "zulu", agency("Ángel", "MX", navy)).await;
    let _second: Agency = world.add_as(&viewer, "alpha", agency("zebra", "", army)).await;
    let _third: Agency = world.add_as(&viewer, "mike", agency("ANCHOR", "BR", 0)).await;
    let again = agency("Ángel", "MX", navy);
    world.change(&viewer, &first, &["acronym"], again).await.unwrap();
    let ours = ["us-dod", "mx-sedena", "co-ponal"];
    let recorded = [&ours[..], &["zulu", "alpha", "mike"]].concat();
    in_order::<Agency>(&world, AgencySort::CreateTime, &recorded).await;
    let changed = [&ours[..], &["alpha", "mike", "zulu"]].concat();
    in_order::<Agency>(&world, AgencySort::UpdateTime, &changed).await;
    let named = ["alpha", "co-ponal", "mike", "mx-sedena", "us-dod", "zulu"];
    in_order::<Agency>(&world, AgencySort::Name, &named).await;
    let called = ["mike", "zulu", "co-ponal", "mx-sedena", "us-dod", "alpha"];
    in_order::<Agency>(&world, AgencySort::DisplayName, &called).await;
    let regions = ["alpha", "mike", "co-ponal", "mx-sedena", "zulu", "us-dod"];
    in_order::<Agency>(&world, AgencySort::RegionCode, &regions).await;
    let kinds = ["us-dod", "mx-sedena", "co-ponal", "mike", "alpha", "zulu"];
    in_order::<Agency>(&world, AgencySort::Kind, &kinds).await;
}

async fn sensors(world: World) {
    let viewer = world.viewer("us-dod");
    use SensorType::{Aerostat, GroundRadar};
    let sensor = drafts::sensor;
    let first: Sensor = world.add_as(&viewer, "c", sensor("Ñandú", Aerostat)).await;
    let _second: Sensor = world.add_as(&viewer, "a", sensor("nandu", GroundRadar)).await;
    let _third: Sensor = world.add_as(&viewer, "b", sensor("Aerostat", Aerostat)).await;
    world.change(&viewer, &first, &["operator"], sensor("", Aerostat)).await.unwrap();
    in_order::<Sensor>(&world, SensorSort::CreateTime, &["c", "a", "b"]).await;
    in_order::<Sensor>(&world, SensorSort::UpdateTime, &["a", "b", "c"]).await;
    in_order::<Sensor>(&world, SensorSort::Name, &["a", "b", "c"]).await;
    in_order::<Sensor>(&world, SensorSort::DisplayName, &["b", "c", "a"]).await;
    in_order::<Sensor>(&world, SensorSort::Type, &["a", "c", "b"]).await;
}

async fn operations(world: World) {
    let viewer = world.viewer("us-dod");
    let mut made: Vec<Operation> = Vec::new();
    for (name, when, domain, outcome) in [
        ("c", Some("2020"), Domain::Land.code(), Outcome::Seized.code()),
        ("a", None, 0, Outcome::Ongoing.code()),
        ("B", Some("../2021"), Domain::Air.code(), 0),
        ("d", Some("2020-01-01"), Domain::Air.code(), Outcome::Seized.code()),
        ("e", None, 0, Outcome::Seized.code()),
    ] {
        let draft = OperationDraft {
            when: when.map(ToOwned::to_owned),
            domain,
            outcome,
            ..drafts::operation(name)
        };
        made.push(world.add(&viewer, draft).await);
    }
    world.change(&viewer, &made[0], &["narrative"], drafts::operation("")).await.unwrap();
    in_order::<Operation>(&world, OperationSort::CreateTime, &["c", "a", "B", "d", "e"]).await;
    in_order::<Operation>(&world, OperationSort::UpdateTime, &["a", "B", "d", "e", "c"]).await;
    in_order::<Operation>(&world, OperationSort::When, &["a", "e", "B", "c", "d"]).await;
    in_order::<Operation>(&world, OperationSort::DisplayName, &["a", "B", "c", "d", "e"]).await;
    in_order::<Operation>(&world, OperationSort::Domain, &["a", "e", "B", "d", "c"]).await;
    in_order::<Operation>(&world, OperationSort::Outcome, &["a", "c", "d", "e", "B"]).await;
}

async fn seizures(world: World) {
    let viewer = world.viewer("us-dod");
    let mut made: Vec<Seizure> = Vec::new();
    let unplaced = || None;
    let part = |code: &str| Some(drafts::in_subdivision(code));
    for (label, when, grams, place) in [
        ("a", Some("2020-10"), "5", part("MX-SON")),
        ("b", Some("2019"), "", unplaced()),
        ("c", None, "0", Some(drafts::in_region("MX"))),
        ("d", Some("2020-10-01"), "5", part("CO-ANT")),
        ("e", None, "", part("MX-SON")),
    ] {
        let unit = if grams.is_empty() { Unit::Litre } else { Unit::Gram };
        let grams = if grams.is_empty() { "7" } else { grams };
        made.push(world.add(&viewer, sorted(label, when, (grams, unit), place)).await);
    }
    let draft = drafts::seizure("a");
    world.change(&viewer, &made[0], &["external_ids"], draft).await.unwrap();
    in_order::<Seizure>(&world, SeizureSort::CreateTime, &["a", "b", "c", "d", "e"]).await;
    in_order::<Seizure>(&world, SeizureSort::UpdateTime, &["b", "c", "d", "e", "a"]).await;
    in_order::<Seizure>(&world, SeizureSort::When, &["c", "e", "b", "a", "d"]).await;
    in_order::<Seizure>(&world, SeizureSort::TotalMass, &["b", "e", "c", "a", "d"]).await;
    in_order::<Seizure>(&world, SeizureSort::RegionCode, &["b", "d", "a", "c", "e"]).await;
    in_order::<Seizure>(&world, SeizureSort::SubdivisionCode, &["b", "c", "d", "a", "e"]).await;
}

fn sorted(
    label: &str,
    when: Option<&str>,
    (value, unit): (&str, Unit),
    place: Option<PlaceDraft>,
) -> SeizureDraft {
    SeizureDraft {
        when: when.map(ToOwned::to_owned),
        place,
        ..drafts::seizure_of(label, vec![drafts::item("heroin", value, unit)])
    }
}

fn term<S>(field: S, direction: Direction) -> OrderTerm<S> {
    OrderTerm { field, direction }
}

async fn several(world: World) {
    let viewer = world.viewer("us-dod");
    for (label, when, grams) in [
        ("a", Some("2020"), "1"),
        ("b", Some("2019"), "2"),
        ("c", Some("2020"), "2"),
        ("d", None, "1"),
        ("e", Some("2020"), "2"),
    ] {
        let _made: Seizure =
            world.add(&viewer, sorted(label, when, (grams, Unit::Gram), None)).await;
    }
    use Direction::{Ascending, Descending};
    let (mass, when) = (SeizureSort::TotalMass, SeizureSort::When);
    for (order, wanted) in [
        (vec![term(mass, Ascending), term(when, Ascending)], ["d", "a", "b", "c", "e"]),
        (vec![term(mass, Ascending), term(when, Descending)], ["a", "d", "e", "c", "b"]),
        (vec![term(mass, Descending), term(when, Ascending)], ["b", "c", "e", "d", "a"]),
        (vec![term(when, Descending), term(mass, Descending)], ["e", "c", "a", "b", "d"]),
    ] {
        for page in 1..4 {
            let list = List { order: order.clone(), page_size: size(page), ..all::<Seizure>() };
            let found = world.walk::<Seizure>(&viewer, list).await;
            assert_eq!(labels(&found), wanted, "{order:?} by {page}");
        }
    }
}

async fn ties(world: World) {
    let viewer = world.viewer("us-dod");
    for label in ["a", "b", "c"] {
        let _made: Seizure = world.add(&viewer, drafts::seizure(label)).await;
    }
    for (order, wanted) in [
        (Vec::new(), ["a", "b", "c"]),
        (ascending(SeizureSort::TotalMass), ["a", "b", "c"]),
        (descending(SeizureSort::TotalMass), ["c", "b", "a"]),
    ] {
        let list = List { order, page_size: size(1), ..all::<Seizure>() };
        assert_eq!(labels(&world.walk::<Seizure>(&viewer, list).await), wanted);
    }
}
