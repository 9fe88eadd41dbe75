//! Seizures: what is kept, exact quantities, external ids, retraction.

use crate::world::{
    World, all, draft_of,
    drafts::{
        agency, external_id, full_seizure, green, item, operation, quantity, red, seizure,
        seizure_of,
    },
    labels, on_both, with_roles,
};
use interdiction::domain::{
    agencies::{Agency, AgencyDraft},
    codes::Code as _,
    errors::{Error, Kind, Result},
    filters::{Filter, SeizureField},
    operations::{Operation, OperationDraft},
    pages::List,
    quantities::Unit,
    requests::{Retract, WriteOptions},
    seizures::{ItemDraft, ItemKind, Seizure, SeizureDraft, SeizureState},
    viewers::{Role, Viewer},
};

on_both! {
    keeps_every_field_of_a_seizure: every_field;
    keeps_every_unit_exactly: every_unit;
    keeps_the_digits_as_reported: digits;
    adds_up_mass_alone: mass_alone;
    keeps_two_hundred_items_in_order: many_items;
    tells_no_mass_from_a_mass_of_zero: no_mass;
    keeps_every_form_of_a_date: every_date;
    an_external_id_is_unique_for_each_originator: external_ids;
    a_deleted_seizure_frees_its_external_ids: freed_external_ids;
    an_update_frees_the_external_ids_it_drops: freed;
    an_external_id_of_ones_own_may_stay: own_external_id;
    a_hidden_operation_and_agency_read_as_unknown: hidden_references;
    a_substance_must_be_of_the_vocabulary: absent_substance;
    every_violation_is_named_at_once: violations;
    retracts_with_a_reason: retract;
    retracts_once: retract_twice;
    only_a_steward_of_the_originator_retracts: retract_rights;
    a_retraction_needs_a_reason_and_the_current_etag: retract_rules;
    a_retracted_seizure_is_readable_by_name_and_listed_on_request: retract_visibility;
    a_retracted_seizure_may_still_be_corrected_and_deleted: after_retraction;
    a_seizure_needs_no_operation_of_its_own_agency: other_agency;
}

fn fields(error: &Error) -> Vec<&str> {
    error.violations.iter().map(|one| one.field.as_str()).collect()
}

async fn retracted(world: &World, viewer: &Viewer, of: &Seizure, reason: &str) -> Result<Seizure> {
    let request = Retract {
        name: of.id.to_string(),
        reason: reason.to_owned(),
        etag: String::new(),
        options: WriteOptions::default(),
    };
    world.registry.retract_seizure(viewer, request).await
}

async fn every_field(world: World) {
    let viewer = world.viewer("mx-sedena");
    let case: Operation = world.add(&viewer, operation("Case")).await;
    let draft = full_seizure(&case.id.to_string());
    let made: Seizure = world.add(&viewer, draft.clone()).await;
    // Quantities say what they left open.
    let told = draft_of(&made);
    assert_eq!(
        SeizureDraft { items: Vec::new(), ..told.clone() },
        SeizureDraft { items: Vec::new(), ..draft.clone() }
    );
    assert_eq!(told.items[0], draft.items[0]);
    assert_eq!(told.items.len(), draft.items.len());
    assert_eq!(world.see(&viewer, &made).await, made);
    assert_eq!(world.list::<Seizure>(&viewer, Filter::default()).await, [made]);
}

async fn every_unit(world: World) {
    let viewer = world.viewer("mx-sedena");
    let units = Unit::ALL.iter().filter(|unit| **unit != Unit::Ton);
    let items: Vec<ItemDraft> = units.map(|unit| item("heroin", "7.25", *unit)).collect();
    let made: Seizure = world.add(&viewer, seizure_of("units", items)).await;
    let read = world.see(&viewer, &made).await;
    assert_eq!(read, made);
    let normalized = |unit: Unit| {
        let item = read.body.items.iter().find(|i| i.quantity.as_ref().unwrap().unit == unit);
        item.unwrap().quantity.as_ref().unwrap().normalized
    };
    // 7.25 lb = 3,288.5446825 g; 7.25 US gallons = 27,444.235434 ml; 7.25 tablets round to 7.
    assert_eq!(normalized(Unit::Pound), 3_288_544_682);
    assert_eq!(normalized(Unit::UsGallon), 27_444_235);
    assert_eq!(normalized(Unit::Tablet), 7);
}

async fn digits(world: World) {
    let viewer = world.viewer("mx-sedena");
    let values = ["0", "0.000", "007.50", "123456789012345678", "0.000000000000000001", "1.10"];
    let items = values.iter().map(|value| item("heroin", value, Unit::Microgram)).collect();
    let made: Seizure = world.add(&viewer, seizure_of("digits", items)).await;
    let read = world.see(&viewer, &made).await;
    let read: Vec<&str> =
        read.body.items.iter().map(|i| i.quantity.as_ref().unwrap().amount.as_str()).collect();
    assert_eq!(read, values);
}

async fn mass_alone(world: World) {
    let viewer = world.viewer("mx-sedena");
    let items = vec![
        item("cocaine", "1.1", Unit::Tonne),
        item("codeine-syrup", "5", Unit::Litre),
        item("fentanyl", "1000", Unit::Tablet),
        item("heroin", "9", Unit::Pound),
    ];
    let mut items = items;
    let boat = ItemDraft {
        kind: ItemKind::Conveyance.code(),
        reported_label: "boat".to_owned(),
        substance: String::new(),
        ..item("heroin", "2", Unit::Tonne)
    };
    items.push(boat.clone());
    let made: Seizure = world.add(&viewer, seizure_of("mixed", items)).await;
    let read = world.see(&viewer, &made).await;
    assert_eq!(read.body.total_mass_micrograms(), Some(1_104_082_331_330));
    let afloat: Seizure = world.add(&viewer, seizure_of("afloat", vec![boat])).await;
    assert_eq!(world.see(&viewer, &afloat).await.body.total_mass_micrograms(), None);
    let mass =
        |known| SeizureField::TotalMass { at_least: None, at_most: None, known: Some(known) };
    assert_eq!(world.list::<Seizure>(&viewer, Filter::Is(mass(true))).await, [read]);
    assert_eq!(world.list::<Seizure>(&viewer, Filter::Is(mass(false))).await, [afloat]);
}

async fn many_items(world: World) {
    let viewer = world.viewer("mx-sedena");
    let grams = |i: i32| item("heroin", &i.to_string(), Unit::Gram);
    let made: Seizure = world.add(&viewer, seizure_of("many", (0..200).map(grams).collect())).await;
    let other: Seizure = world.add(&viewer, seizure("one")).await;
    assert_eq!(world.list::<Seizure>(&viewer, Filter::default()).await, [made.clone(), other]);
    assert_eq!(made.body.items[199].quantity.as_ref().unwrap().amount.as_str(), "199");
}

async fn no_mass(world: World) {
    let viewer = world.viewer("mx-sedena");
    let unknown = ItemDraft { quantity: None, ..item("heroin", "1", Unit::Gram) };
    let unknown: Seizure = world.add(&viewer, seizure_of("unknown", vec![unknown])).await;
    let zero = vec![item("heroin", "0", Unit::Gram)];
    let zero: Seizure = world.add(&viewer, seizure_of("zero", zero)).await;
    let read = world.see(&viewer, &unknown).await;
    assert_eq!((read.body.total_mass_micrograms(), &read.body.items[0].quantity), (None, &None));
    assert_eq!(world.see(&viewer, &zero).await.body.total_mass_micrograms(), Some(0));
}

async fn every_date(world: World) {
    let viewer = world.viewer("mx-sedena");
    let dates = [
        "2019",
        "201X",
        "20XX",
        "2019-10",
        "2019-21",
        "2019-10-15",
        "2019-10-15?",
        "2019~",
        "2019-10-15T14:30:00-07:00",
        "2019-10-15T14:30Z",
        "2019-10-15T14:30:00.000001Z",
        "2019/2020",
        "2019-10-15/..",
        "../2019",
        "2019/",
        "0001-01-01",
        "9999-12-31",
    ];
    for date in dates {
        let draft = SeizureDraft { when: Some(date.to_owned()), ..seizure(date) };
        let made: Seizure = world.add(&viewer, draft).await;
        let read = world.see(&viewer, &made).await;
        assert_eq!(read, made, "{date}");
        assert_eq!(read.body.when.unwrap().as_str(), date);
    }
}

async fn freed_external_ids(world: World) {
    let viewer = world.viewer("mx-sedena");
    let mut gone: Vec<Seizure> = Vec::new();
    for _ in 0..2 {
        let made: Seizure = world.add(&viewer, seizure("417")).await;
        gone.push(world.remove(&viewer, &made).await.unwrap());
    }
    assert_eq!(gone[0].body.external_ids, [external_id("case", "417")]);
    let stands: Seizure = world.add(&viewer, seizure("417")).await;
    let refused = world.try_add::<Seizure>(&viewer, seizure("417")).await.unwrap_err();
    assert_eq!(refused.reason, "EXTERNAL_ID_TAKEN");
    let scheme = "case".to_owned();
    let named = Filter::Is(SeizureField::ExternalId { scheme, values: vec!["417".to_owned()] });
    assert_eq!(world.list::<Seizure>(&viewer, named.clone()).await, std::slice::from_ref(&stands));
    let list = List { filter: named, show_deleted: true, ..all::<Seizure>() };
    let with_deleted = world.walk::<Seizure>(&viewer, list).await;
    assert_eq!(with_deleted, [gone[0].clone(), gone[1].clone(), stands]);
}

async fn external_ids(world: World) {
    let (viewer, other) = (world.viewer("mx-sedena"), world.viewer("us-dod"));
    let _made: Seizure = world.add(&viewer, seizure("417")).await;
    let refused = world.try_add::<Seizure>(&viewer, seizure("417")).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::AlreadyExists, "EXTERNAL_ID_TAKEN"));
    assert_eq!(fields(&refused), ["seizure.external_ids"]);
    let _made: Seizure = world.add(&other, seizure("417")).await;
    let elsewhere =
        SeizureDraft { external_ids: vec![external_id("another", "417")], ..seizure("") };
    let _made: Seizure = world.add(&viewer, elsewhere).await;
    assert_eq!(world.list::<Seizure>(&viewer, Filter::default()).await.len(), 3);
}

async fn freed(world: World) {
    let viewer = world.viewer("mx-sedena");
    let made: Seizure = world.add(&viewer, seizure("417")).await;
    let second: Seizure = world.add(&viewer, seizure("418")).await;
    let refused = world.change(&viewer, &second, &["external_ids"], seizure("417")).await;
    assert_eq!(refused.unwrap_err().reason, "EXTERNAL_ID_TAKEN");
    assert_eq!(world.see(&viewer, &second).await, second);
    world.change(&viewer, &made, &["external_ids"], seizure("419")).await.unwrap();
    let changed = world.change(&viewer, &second, &["external_ids"], seizure("417")).await.unwrap();
    assert_eq!(changed.body.external_ids, [external_id("case", "417")]);
}

async fn own_external_id(world: World) {
    let viewer = world.viewer("mx-sedena");
    let made: Seizure = world.add(&viewer, seizure("417")).await;
    let changed = world.change(&viewer, &made, &["*"], seizure("417")).await.unwrap();
    assert_eq!(changed.body, made.body);
    assert_eq!(changed.meta.version, 2);
}

async fn hidden_references(world: World) {
    let (viewer, other) = (world.viewer("mx-sedena"), world.viewer("us-dod"));
    let draft = OperationDraft { marking: red(), ..operation("Secret") };
    let case: Operation = world.add(&viewer, draft).await;
    let draft = AgencyDraft { marking: red(), ..agency("Secret") };
    let secret: Agency = world.add_as(&viewer, "secret", draft).await;
    let draft = SeizureDraft {
        operation: case.id.to_string(),
        agency: secret.id.to_string(),
        ..seizure("417")
    };
    let made: Seizure = world.add(&viewer, draft).await;
    let seen = world.see(&other, &made).await;
    assert_eq!((seen.body.operation, &seen.body.agency), (None, &None));
    assert_eq!(world.list::<Seizure>(&other, Filter::default()).await, [seen]);
    assert_eq!(world.see(&viewer, &made).await, made);
}

async fn absent_substance(world: World) {
    let viewer = world.viewer("mx-sedena");
    let items = vec![item("heroin", "1", Unit::Gram), item("stardust", "1", Unit::Gram)];
    let refused = world.try_add::<Seizure>(&viewer, seizure_of("x", items)).await.unwrap_err();
    assert_eq!(
        (refused.kind, fields(&refused)),
        (Kind::NotFound, vec!["seizure.items[1].substance"])
    );
}

async fn violations(world: World) {
    let viewer = world.viewer("mx-sedena");
    let draft = SeizureDraft {
        operation: "operations/1".to_owned(),
        agency: "mx-sedena".to_owned(),
        when: Some("yesterday".to_owned()),
        items: vec![
            ItemDraft { quantity: Some(quantity("NaN", Unit::Gram)), ..ItemDraft::default() },
            ItemDraft { kind: ItemKind::Weapon.code(), ..ItemDraft::default() },
        ],
        external_ids: vec![external_id("a b", "")],
        ..seizure("")
    };
    let refused = world.try_add::<Seizure>(&viewer, draft).await.unwrap_err();
    assert_eq!(refused.kind, Kind::Invalid);
    let mut named = fields(&refused);
    named.sort_unstable();
    let wanted = [
        "seizure.agency",
        "seizure.external_ids[0].scheme",
        "seizure.external_ids[0].value",
        "seizure.items[0].quantity.value",
        "seizure.items[0].substance",
        "seizure.items[1].reported_label",
        "seizure.operation",
        "seizure.when.edtf",
    ];
    assert_eq!(named, wanted);
}

async fn retract(world: World) {
    let viewer = world.viewer("mx-sedena");
    let made: Seizure = world.add(&viewer, full_seizure("")).await;
    let gone = retracted(&world, &viewer, &made, "counted\ntwice").await.unwrap();
    assert_eq!(gone.state, SeizureState::Retracted);
    assert_eq!(gone.retraction_reason, "counted\ntwice");
    assert_eq!((&gone.body, gone.meta.version), (&made.body, 2));
    assert!(gone.meta.update_micros > made.meta.update_micros);
    assert_eq!(world.see(&viewer, &made).await, gone);
}

async fn retract_twice(world: World) {
    let viewer = world.viewer("mx-sedena");
    let made: Seizure = world.add(&viewer, seizure("417")).await;
    retracted(&world, &viewer, &made, "wrong").await.unwrap();
    let refused = retracted(&world, &viewer, &made, "wrong").await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::FailedPrecondition, "NOT_ACTIVE"));
    assert_eq!(refused.resources, [made.id.to_string()]);
    let second: Seizure = world.add(&viewer, seizure("418")).await;
    world.remove(&viewer, &second).await.unwrap();
    let refused = retracted(&world, &viewer, &second, "wrong").await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::FailedPrecondition, "DELETED"));
}

async fn retract_rights(world: World) {
    let viewer = world.viewer("mx-sedena");
    let made: Seizure = world.add(&viewer, seizure("417")).await;
    for role in [Role::Reader, Role::Contributor, Role::Administrator] {
        let lesser = with_roles(&viewer, &[role]);
        let refused = retracted(&world, &lesser, &made, "wrong").await.unwrap_err();
        assert_eq!(refused.reason, "ROLE_REQUIRED");
    }
    let foreign = with_roles(&world.viewer("us-dod"), &[Role::Steward]);
    let refused = retracted(&world, &foreign, &made, "wrong").await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::PermissionDenied, "NOT_ORIGINATOR"));
    let steward = with_roles(&viewer, &[Role::Steward]);
    retracted(&world, &steward, &made, "wrong").await.unwrap();
}

async fn retract_rules(world: World) {
    let viewer = world.viewer("mx-sedena");
    let made: Seizure = world.add(&viewer, seizure("417")).await;
    let refused = retracted(&world, &viewer, &made, " \n").await.unwrap_err();
    assert_eq!((refused.kind, fields(&refused)), (Kind::Invalid, vec!["reason"]));
    let stale = Retract {
        name: made.id.to_string(),
        reason: "wrong".to_owned(),
        etag: "\"7\"".to_owned(),
        options: WriteOptions::default(),
    };
    let refused = world.registry.retract_seizure(&viewer, stale).await.unwrap_err();
    assert_eq!((refused.kind, fields(&refused)), (Kind::Aborted, vec!["etag"]));
    assert_eq!(world.see(&viewer, &made).await, made);
}

async fn retract_visibility(world: World) {
    let viewer = world.viewer("mx-sedena");
    let made: Seizure = world.add(&viewer, seizure("417")).await;
    let _other: Seizure = world.add(&viewer, seizure("418")).await;
    retracted(&world, &viewer, &made, "wrong").await.unwrap();
    let reader = with_roles(&world.viewer("us-dod"), &[Role::Reader]);
    assert_eq!(world.see(&reader, &made).await.state, SeizureState::Retracted);
    assert_eq!(labels(&world.list::<Seizure>(&reader, Filter::default()).await), ["418"]);
    let shown = List { show_inactive: true, ..all::<Seizure>() };
    assert_eq!(labels(&world.walk::<Seizure>(&reader, shown).await), ["417", "418"]);
}

async fn after_retraction(world: World) {
    let viewer = world.viewer("mx-sedena");
    let made: Seizure = world.add(&viewer, seizure("417")).await;
    retracted(&world, &viewer, &made, "wrong").await.unwrap();
    let dated = SeizureDraft { when: Some("2020".to_owned()), ..seizure("417") };
    let corrected = world.change(&viewer, &made, &["when"], dated).await.unwrap();
    assert_eq!(corrected.state, SeizureState::Retracted);
    assert_eq!(corrected.retraction_reason, "wrong");
    let deleted = world.remove(&viewer, &made).await.unwrap();
    assert_eq!(deleted.state, SeizureState::Retracted);
    let shown = List { show_inactive: true, ..all::<Seizure>() };
    assert_eq!(world.walk::<Seizure>(&viewer, shown).await, []);
    let shown = List { show_inactive: true, show_deleted: true, ..all::<Seizure>() };
    assert_eq!(world.walk::<Seizure>(&viewer, shown).await, [deleted]);
}

async fn other_agency(world: World) {
    let viewer = world.viewer("us-dod");
    let draft = SeizureDraft {
        agency: "agencies/mx-sedena".to_owned(),
        marking: green(),
        ..seizure("417")
    };
    let made: Seizure = world.add(&viewer, draft).await;
    assert_eq!(made.meta.originator, Some(viewer.agency));
    // The agency that seized did not record it, so it may not change it.
    let seizer = world.viewer("mx-sedena");
    let refused = world.change(&seizer, &made, &["when"], seizure("417")).await.unwrap_err();
    assert_eq!(refused.reason, "NOT_ORIGINATOR");
}
