//! The check figures of the published cases.

use super::{by, figures, summary};
use crate::world::{World, on_both};
use interdiction::{
    demo::{self, Recorded},
    domain::{
        filters::{Filter, NameFilter, SeizureField},
        ids::{AgencyId, ResourceId as _, SubstanceId},
        quantities::{Unit, express},
        regions::RegionCode,
        sensors::SensorType,
        summaries::{Figure, Key, KeyValue, SubstanceGroup},
        viewers::Viewer,
    },
};

on_both! {
    ground_radars_cued_949_pounds_in_four_items_of_one_seizure: by_sensor_type;
    cocaine_comes_to_1276_kilograms: by_substance;
    sensors_that_the_united_states_furnished_cued_430_kilograms: by_furnisher;
    all_four_cases_add_up: everything;
}

const RADAR_MICROGRAMS: i128 = 430_459_159_130;
const VESSEL_MICROGRAMS: i128 = 1_100_000_000_000;

async fn recorded(world: &World) -> (Viewer, Vec<Recorded>) {
    let viewer = world.viewer("mx-sedena");
    let recorded = demo::record(&world.registry, &viewer).await.unwrap();
    (viewer, recorded)
}

/// The two cases of the report of the Department of Defense.
fn of_report(recorded: &[Recorded]) -> Filter<SeizureField> {
    let names = recorded[..2].iter().map(|one| one.seizure.id).collect();
    Filter::Is(SeizureField::Name(NameFilter { any_of: Some(names), none_of: Vec::new() }))
}

async fn by_sensor_type(world: World) {
    let (viewer, recorded) = recorded(&world).await;
    let draft = by(&[Key::SensorType]);
    let found = summary(&world, &viewer, &draft, of_report(&recorded)).await;
    let radar = Some(SensorType::GroundRadar);
    assert_eq!(
        figures(&found, Figure::Mass),
        [
            (KeyValue::SensorType(None), Some(VESSEL_MICROGRAMS)),
            (KeyValue::SensorType(radar), Some(RADAR_MICROGRAMS)),
        ]
    );
    let [none, radar] = [&found.groups[0].figures, &found.groups[1].figures];
    assert_eq!((radar.seizure_count, radar.item_count), (1, 4));
    assert_eq!((none.seizure_count, none.item_count), (1, 1));
    assert_eq!(express(RADAR_MICROGRAMS, Unit::Pound).unwrap().text, "949");
    let total = found.total.unwrap();
    assert_eq!(total.mass.base_units, Some(RADAR_MICROGRAMS + VESSEL_MICROGRAMS));
    assert_eq!((total.seizure_count, total.item_count), (2, 5));
    assert!(found.counting.counts_are_additive && found.counting.sums_are_additive);
}

async fn by_substance(world: World) {
    let (viewer, recorded) = recorded(&world).await;
    let found = summary(&world, &viewer, &by(&[Key::Substance]), of_report(&recorded)).await;
    let mass = figures(&found, Figure::Mass);
    let id = |id: &str| {
        let id = SubstanceId::parse_id(id).unwrap();
        KeyValue::Substance(Some(SubstanceGroup { id, with_narrower: false }))
    };
    assert_eq!(
        mass,
        [
            (id("cocaine"), Some(1_276_901_024_300)),
            (id("crystal-methamphetamine"), Some(192_776_757_250)),
            (id("fentanyl"), Some(4_082_331_330)),
            (id("heroin"), Some(56_699_046_250)),
        ]
    );
    assert_eq!(express(1_276_901_024_300, Unit::Kilogram).unwrap().text, "1276.9010243");
    assert_eq!(found.total.unwrap().seizure_count, 2);
    assert!(!found.counting.counts_are_additive && found.counting.sums_are_additive);
}

async fn by_furnisher(world: World) {
    let (viewer, recorded) = recorded(&world).await;
    let draft = by(&[Key::FurnishingRegion, Key::FurnishingAgency]);
    let found = summary(&world, &viewer, &draft, of_report(&recorded)).await;
    let us = KeyValue::FurnishingRegion(Some(RegionCode::parse("US").unwrap()));
    let dod = KeyValue::FurnishingAgency(Some(AgencyId::parse_id("us-dod").unwrap()));
    let furnished = found.groups.iter().find(|group| group.keys == [us.clone(), dod.clone()]);
    assert_eq!(furnished.unwrap().figures.mass.base_units, Some(RADAR_MICROGRAMS));
    assert_eq!(found.groups.len(), 2);
    assert!(!found.counting.sums_are_additive);
}

async fn everything(world: World) {
    let (viewer, recorded) = recorded(&world).await;
    let found = summary(&world, &viewer, &by(&[]), Filter::default()).await;
    let sum: i64 = recorded.iter().filter_map(|one| one.seizure.body.total_mass_micrograms()).sum();
    assert_eq!(found.groups.len(), 1);
    assert_eq!(found.groups[0].figures, found.total.unwrap());
    assert_eq!(found.groups[0].figures.mass.base_units, Some(sum.into()));
    assert_eq!(found.groups[0].figures.seizure_count, 4);
    let items: usize = recorded.iter().map(|one| one.seizure.body.items.len()).sum();
    assert_eq!(found.groups[0].figures.item_count, items as i64);
}
