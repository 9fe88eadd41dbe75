//! Sums that pass 64 bits, and dates at the edges of their buckets.

use super::{by, figures, summary};
use crate::world::{World, drafts, on_both};
use interdiction::domain::{
    codes::Code as _,
    filters::Filter,
    quantities::Unit,
    seizures::{ItemDraft, ItemKind, Seizure, SeizureDraft},
    summaries::{Figure, Key, KeyValue},
};

on_both! {
    a_sum_past_64_bits_is_exact: past_64_bits;
    dates_fall_into_the_buckets_that_the_calendar_says: edges;
    a_date_of_two_buckets_is_in_neither: straddling;
    a_boat_beside_a_kilogram_is_a_kilogram_in_the_record_and_in_the_total: boat;
}

async fn past_64_bits(world: World) {
    let viewer = world.viewer("us-dod");
    // Nearly all of 64 bits, in the 18 digits that an amount may have.
    let (most, micrograms) = ("9223372036854.7758", 9_223_372_036_854_775_800_i128);
    for _ in 0..3 {
        let items = vec![drafts::item("heroin", most, Unit::Gram)];
        let draft = SeizureDraft { external_ids: Vec::new(), ..drafts::seizure_of("", items) };
        world.add::<Seizure>(&viewer, draft).await;
    }
    let found = summary(&world, &viewer, &by(&[Key::Substance]), Filter::default()).await;
    let sum = Some(3 * micrograms);
    assert_eq!(found.groups[0].figures.mass.base_units, sum);
    assert_eq!(found.total.unwrap().mass.base_units, sum);
}

async fn label(world: &World, key: Key, when: &str) -> Option<String> {
    let viewer = world.viewer("us-dod");
    let draft = SeizureDraft {
        when: Some(when.to_owned()),
        external_ids: Vec::new(),
        ..drafts::seizure("")
    };
    let made = world.add::<Seizure>(&viewer, draft).await;
    let found = summary(world, &viewer, &by(&[key]), Filter::default()).await;
    world.remove(&viewer, &made).await.unwrap();
    let counted = figures(&found, Figure::SeizureCount);
    let [(KeyValue::Time(_, bucket), Some(1))] = counted.as_slice() else {
        panic!("{when}: {counted:?}");
    };
    bucket.map(|bucket| bucket.to_string())
}

async fn edges(world: World) {
    for (key, when, expected) in [
        (Key::FiscalYear, "2020-09-30", "2020"),
        (Key::FiscalYear, "2020-10-01", "2021"),
        (Key::FiscalYear, "2020-09-30T17:00:00-07:00", "2021"),
        (Key::Week, "2021-01-03", "2020-W53"),
        (Key::Week, "2021-01-04", "2021-W01"),
        (Key::Week, "2008-12-29", "2009-W01"),
        (Key::Month, "2020-02-29", "2020-02"),
        (Key::Month, "1900-02-28/1900-02-28", "1900-02"),
        (Key::Day, "1900-03-01", "1900-03-01"),
        (Key::Day, "1969-12-31T23:59:59.999999Z", "1969-12-31"),
        (Key::Quarter, "2022-04", "2022-Q2"),
        (Key::Quarter, "2022-03-31", "2022-Q1"),
        (Key::Year, "0001-01-01", "0001"),
        (Key::Year, "9999-12-31", "9999"),
        (Key::Year, "2022", "2022"),
    ] {
        assert_eq!(label(&world, key, when).await.as_deref(), Some(expected), "{key:?} {when}");
    }
}

async fn straddling(world: World) {
    for (key, when) in [
        (Key::Month, "2022"),
        (Key::Month, "2022-04-30/2022-05-01"),
        (Key::Day, "2022-04"),
        (Key::Week, "2022-04-10/2022-04-11"),
        (Key::FiscalYear, "2022"),
        (Key::Year, "202X"),
        (Key::Year, "../2022"),
        (Key::Year, "2022/.."),
    ] {
        assert_eq!(label(&world, key, when).await, None, "{key:?} {when}");
    }
}

async fn boat(world: World) {
    let viewer = world.viewer("us-dod");
    let boat = ItemDraft {
        kind: ItemKind::Conveyance.code(),
        reported_label: "go-fast boat".to_owned(),
        quantity: Some(drafts::quantity("2", Unit::Tonne)),
        ..ItemDraft::default()
    };
    let items = vec![drafts::item("heroin", "1", Unit::Kilogram), boat];
    let made = world.add::<Seizure>(&viewer, drafts::seizure_of("boat", items)).await;
    let found = summary(&world, &viewer, &by(&[Key::Substance]), Filter::default()).await;
    let total = found.total.unwrap();
    let own = made.body.total_mass_micrograms().map(i128::from);
    assert_eq!((total.mass.base_units, own), (Some(1_000_000_000), Some(1_000_000_000)));
    assert_eq!((total.item_count, total.unknown_quantity_count), (2, 0));
    // The boat stands in the group without a substance, which knows no mass.
    let masses = figures(&found, Figure::Mass);
    assert_eq!(masses[0], (KeyValue::Substance(None), None));
}
