//! What of a row is a change, and what is wrong with it.

use super::*;
use crate::domain::{
    codes::Code as _,
    places::{PlaceDraft, PointDraft},
    quantities::Unit,
    seizures::{ItemDraft, QuantityDraft},
    sources::ExternalId,
};

fn seizure(value: &str, latitude: f64, when: &str) -> SeizureDraft {
    let quantity =
        QuantityDraft { value: value.into(), unit: Unit::Kilogram.code(), ..Default::default() };
    let point = PointDraft { latitude, longitude: 10.0, uncertainty_meters: None };
    SeizureDraft {
        when: Some(when.to_owned()),
        place: Some(PlaceDraft { point: Some(point), ..PlaceDraft::default() }),
        items: vec![ItemDraft {
            substance: "substances/heroin".to_owned(),
            quantity: Some(quantity),
            ..ItemDraft::default()
        }],
        ..SeizureDraft::default()
    }
}

fn proposed(draft: SeizureDraft) -> Proposed<SeizureDraft> {
    propose(draft, &Path::root("seizure"), &mut Violations::default()).unwrap()
}

#[test]
fn the_noise_of_floats_and_another_spelling_are_no_change() {
    let was = proposed(seizure("0.3", -9.868_888_855, "2019-10-15T14:30:00Z")).body;
    for same in [
        seizure("0.30", -9.868_888_855, "2019-10-15T14:30:00Z"),
        seizure("0.30000000000000004", -9.868_888_855 + 2e-15, "2019-10-15T14:30:00Z"),
        seizure("0.3", -9.868_888_855, "2019-10-15T14:30:00+00:00"),
    ] {
        assert_eq!(proposed(same).over(&was).unwrap(), None);
    }
    for other in [
        seizure("0.301", -9.868_888_855, "2019-10-15T14:30:00Z"),
        seizure("0.3", -9.868_889, "2019-10-15T14:30:00Z"),
        seizure("0.3", -9.868_888_855, "2019-10-15T14:30:00Z?"),
        seizure("0.3", -9.868_888_855, "2019-10-15T14:30Z"),
    ] {
        assert!(proposed(other).over(&was).unwrap().is_some());
    }
}

#[test]
fn counts_that_differ_by_one_differ() {
    let count = |value: &str| {
        let mut draft = seizure(value, 1.0, "2019");
        draft.items[0].quantity.as_mut().unwrap().unit = Unit::Tablet.code();
        draft
    };
    let was = proposed(count("100000000")).body;
    assert_eq!(proposed(count("0100000000.0")).over(&was).unwrap(), None);
    assert!(proposed(count("100000001")).over(&was).unwrap().is_some());
}

#[test]
fn what_a_row_does_not_say_stays_and_external_ids_are_added() {
    let id = |value: &str| ExternalId { scheme: "a".to_owned(), value: value.to_owned() };
    let mut draft = seizure("1", 1.0, "2019");
    draft.agency = "agencies/mx-semar".to_owned();
    draft.external_ids = vec![id("1")];
    let was = proposed(draft.clone()).body;
    let mut row = seizure("2", 1.0, "2019");
    row.external_ids = vec![id("2")];
    let now = proposed(row).over(&was).unwrap().unwrap();
    assert_eq!(now.agency, was.agency);
    assert_eq!(now.external_ids, [id("1"), id("2")]);
    assert_eq!(now.items[0].quantity.as_ref().unwrap().amount.as_str(), "2");
    assert_eq!(proposed(SeizureDraft { agency: String::new(), ..draft }).over(&was), Ok(None));
}

#[test]
fn a_row_says_everything_that_is_wrong_with_it() {
    let draft = ImportDraft {
        seizure: Some(SeizureDraft::default()),
        operation: Some(OperationDraft::default()),
        ..ImportDraft::default()
    };
    let error = draft.check().unwrap_err();
    let fields: Vec<&str> = error.violations.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["row_id", "operation_row_id", "seizure.items", "operation.display_name"]);
    let nothing = ImportDraft::default().check().unwrap_err();
    assert_eq!(nothing.violations[0].field, "seizure");
}
