//! Operations: what is kept, their parts, and who adds seizures to them.

use crate::world::{
    World, draft_of,
    drafts::{
        agency, detection, full_operation, green, operation, participant, point, red, seizure,
        sensor,
    },
    on_both, with_roles,
};
use interdiction::domain::codes::Code as _;
use interdiction::domain::{
    agencies::{Agency, AgencyDraft},
    errors::{Error, Kind},
    filters::Filter,
    operation_parts::{DetectionDraft, DetectionRole, ParticipantRole, StepDraft, StepKind},
    operations::{Operation, OperationDraft, Outcome},
    seizures::{Seizure, SeizureDraft},
    sensors::{Sensor, SensorDraft, SensorType},
    viewers::{Role, Viewer},
};

on_both! {
    keeps_every_field_of_an_operation: every_field;
    keeps_the_least_operation: least;
    keeps_the_order_of_parts: order;
    keeps_every_bit_of_a_detection_point: awkward_points;
    replaces_each_list_of_parts_alone: each_list;
    clears_every_part: clear_parts;
    hidden_agencies_and_sensors_read_as_unknown: hidden_parts;
    parts_that_are_hidden_from_the_originator_are_kept: hidden_kept;
    every_reference_that_is_absent_is_named: absent;
    at_most_one_detection_is_primary: one_primary;
    the_lead_and_participants_add_their_own_seizures: participants;
    an_operation_that_hides_again_keeps_its_seizures: hides_again;
    a_deleted_operation_takes_no_seizure: deleted;
    moving_a_seizure_needs_the_same_right_as_adding_it: moving;
    only_contributors_record_operations: roles;
}

async fn sensors(world: &World, viewer: &Viewer) {
    for (id, kind) in [("radar", SensorType::GroundRadar), ("aerostat", SensorType::Aerostat)] {
        let _made: Sensor = world.add_as(viewer, id, sensor(id, kind)).await;
    }
}

fn fields(error: &Error) -> Vec<&str> {
    error.violations.iter().map(|one| one.field.as_str()).collect()
}

async fn every_field(world: World) {
    let viewer = world.viewer("mx-sedena");
    sensors(&world, &viewer).await;
    let made: Operation = world.add(&viewer, full_operation()).await;
    assert_eq!(draft_of(&made), full_operation());
    assert_eq!(world.see(&viewer, &made).await, made);
    assert_eq!(world.list::<Operation>(&viewer, Filter::default()).await, [made]);
}

async fn least(world: World) {
    let viewer = world.viewer("mx-sedena");
    let made: Operation = world.add(&viewer, operation("Case")).await;
    let body = &made.body;
    assert_eq!(body.outcome, Outcome::Unknown);
    assert!(body.domain.is_none() && body.when.is_none() && body.place.is_none());
    assert!(body.lead_agency.is_none() && body.narrative.is_empty() && body.sources.is_empty());
    assert_eq!(world.see(&viewer, &made).await, made);
}

async fn order(world: World) {
    let viewer = world.viewer("mx-sedena");
    let kinds: Vec<i32> = (1..=10).rev().chain(1..=10).collect();
    let step = |kind: &i32| StepDraft { kind: *kind, ..StepDraft::default() };
    let draft = OperationDraft { steps: kinds.iter().map(step).collect(), ..operation("Case") };
    let made: Operation = world.add(&viewer, draft).await;
    let second: Operation = world.add(&viewer, operation("Another")).await;
    let listed = world.list::<Operation>(&viewer, Filter::default()).await;
    let read: Vec<i32> = listed[0].body.steps.iter().map(|step| step.kind.code()).collect();
    assert_eq!(read, kinds);
    assert_eq!(listed, [made, second]);
}

/// Points beside the detections are kept as text, where a careless reader loses the last bit.
async fn awkward_points(world: World) {
    let viewer = world.viewer("mx-sedena");
    sensors(&world, &viewer).await;
    let seen = |i: i32| {
        let degrees = f64::from(i) / 7.0 + 0.1;
        let place = Some(point(degrees * 0.9, degrees * 1.7));
        DetectionDraft { place, ..detection("radar", DetectionRole::Tracking) }
    };
    let draft = OperationDraft { detections: (0..200).map(seen).collect(), ..operation("Case") };
    let made: Operation = world.add(&viewer, draft).await;
    assert_eq!(world.see(&viewer, &made).await, made);
}

async fn each_list(world: World) {
    let viewer = world.viewer("mx-sedena");
    sensors(&world, &viewer).await;
    let made: Operation = world.add(&viewer, full_operation()).await;
    for field in ["participants", "detections", "steps", "conveyances", "route", "sources"] {
        let before = world.see(&viewer, &made).await;
        let mut changed = draft_of(&before);
        changed.participants.reverse();
        changed.detections.reverse();
        changed.steps.reverse();
        changed.conveyances.reverse();
        changed.route.reverse();
        changed.sources.reverse();
        let one = world.change(&viewer, &made, &[field], changed).await.unwrap();
        let differs = |a: bool, name: &str| assert_eq!(a, name == field, "{field}: {name}");
        differs(one.body.participants != before.body.participants, "participants");
        differs(one.body.detections != before.body.detections, "detections");
        differs(one.body.steps != before.body.steps, "steps");
        differs(one.body.conveyances != before.body.conveyances, "conveyances");
        differs(one.body.route != before.body.route, "route");
        differs(one.body.sources != before.body.sources, "sources");
        assert_eq!(world.see(&viewer, &made).await, one);
    }
}

async fn clear_parts(world: World) {
    let viewer = world.viewer("mx-sedena");
    sensors(&world, &viewer).await;
    let made: Operation = world.add(&viewer, full_operation()).await;
    let cleared = world.change(&viewer, &made, &["*"], operation("Case")).await.unwrap();
    assert_eq!(
        draft_of(&cleared),
        OperationDraft { outcome: Outcome::Unknown.code(), ..operation("Case") }
    );
    assert_eq!(world.see(&viewer, &made).await, cleared);
}

async fn secrets(world: &World, viewer: &Viewer) -> Operation {
    let hidden = AgencyDraft { marking: red(), ..agency("Secret") };
    let _made: Agency = world.add_as(viewer, "secret", hidden).await;
    let hidden = SensorDraft { marking: red(), ..sensor("Secret", SensorType::Signals) };
    let _made: Sensor = world.add_as(viewer, "secret", hidden).await;
    let step = |agency: &str| StepDraft {
        kind: StepKind::Tracked.code(),
        agency: agency.to_owned(),
        ..StepDraft::default()
    };
    let draft = OperationDraft {
        lead_agency: "agencies/secret".to_owned(),
        participants: vec![participant("secret", ParticipantRole::Intelligence)],
        detections: vec![detection("secret", DetectionRole::Primary)],
        steps: vec![step("agencies/secret"), step("agencies/us-dod")],
        ..operation("Case")
    };
    world.add(viewer, draft).await
}

async fn hidden_parts(world: World) {
    let (viewer, other) = (world.viewer("mx-sedena"), world.viewer("us-dod"));
    let made = secrets(&world, &viewer).await;
    let seen = world.see(&other, &made).await;
    assert_eq!(seen.body.lead_agency, None);
    assert_eq!(seen.body.participants[0].agency, None);
    assert_eq!(seen.body.participants[0].role, ParticipantRole::Intelligence);
    assert_eq!(seen.body.detections[0].sensor, None);
    let agencies: Vec<_> = seen.body.steps.iter().map(|step| step.agency.clone()).collect();
    assert_eq!(agencies, [None, Some(other.agency.clone())]);
    assert_eq!(world.list::<Operation>(&other, Filter::default()).await, [seen]);
    assert_eq!(world.see(&viewer, &made).await, made);
}

async fn hidden_kept(world: World) {
    let (viewer, other) = (world.viewer("mx-sedena"), world.viewer("us-dod"));
    let theirs: Sensor = world.add_as(&other, "theirs", sensor("R", SensorType::ShipRadar)).await;
    let draft = OperationDraft {
        detections: vec![detection("theirs", DetectionRole::Primary)],
        ..operation("Case")
    };
    let made: Operation = world.add(&viewer, draft).await;
    let hide = SensorDraft { marking: red(), ..sensor("", SensorType::ShipRadar) };
    world.change(&other, &theirs, &["marking"], hide).await.unwrap();
    assert_eq!(world.see(&viewer, &made).await.body.detections[0].sensor, None);
    let changed = world.change(&viewer, &made, &["display_name"], operation("New")).await.unwrap();
    assert_eq!(changed.body.detections[0].sensor, None);
    assert_eq!(world.see(&other, &made).await.body.detections[0].sensor, Some(theirs.id));
}

async fn absent(world: World) {
    let viewer = world.viewer("mx-sedena");
    let draft = OperationDraft {
        lead_agency: "agencies/nobody".to_owned(),
        participants: vec![
            participant("us-dod", ParticipantRole::Support),
            participant("no-one", ParticipantRole::Support),
        ],
        detections: vec![detection("nothing", DetectionRole::Primary)],
        steps: vec![StepDraft {
            kind: StepKind::Boarded.code(),
            agency: "agencies/nobody".to_owned(),
            ..StepDraft::default()
        }],
        ..operation("Case")
    };
    let refused = world.try_add::<Operation>(&viewer, draft).await.unwrap_err();
    assert_eq!(refused.kind, Kind::NotFound);
    let wanted = [
        "operation.lead_agency",
        "operation.participants[1].agency",
        "operation.detections[0].sensor",
        "operation.steps[0].agency",
    ];
    assert_eq!(fields(&refused), wanted);
    assert_eq!(world.list::<Operation>(&viewer, Filter::default()).await, []);
}

async fn one_primary(world: World) {
    let viewer = world.viewer("mx-sedena");
    sensors(&world, &viewer).await;
    let detections = ["radar", "aerostat"].map(|one| detection(one, DetectionRole::Primary));
    let draft = OperationDraft { detections: detections.to_vec(), ..operation("Case") };
    let refused = world.try_add::<Operation>(&viewer, draft).await.unwrap_err();
    assert_eq!(fields(&refused), ["operation.detections[1].role"]);
}

fn under(operation: &Operation, label: &str) -> SeizureDraft {
    SeizureDraft { operation: operation.id.to_string(), ..seizure(label) }
}

async fn participants(world: World) {
    let originator = world.viewer("us-dod");
    let draft = OperationDraft {
        lead_agency: "agencies/mx-sedena".to_owned(),
        participants: vec![participant("co-ponal", ParticipantRole::Interdiction)],
        ..operation("Case")
    };
    let made: Operation = world.add(&originator, draft).await;
    for agency in ["us-dod", "mx-sedena", "co-ponal"] {
        let added: Seizure = world.add(&world.viewer(agency), under(&made, agency)).await;
        assert_eq!(added.body.operation, Some(made.id));
    }
    let outsider = world.viewer("br-pf");
    world.registry.register_own_agency(&outsider).await.unwrap();
    let refused = world.try_add::<Seizure>(&outsider, under(&made, "br")).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::PermissionDenied, "NOT_A_PARTICIPANT"));
    assert_eq!(refused.resources, [made.id.to_string()]);
    // Taking part opens no other right.
    let participant = world.viewer("co-ponal");
    let refused = world.change(&participant, &made, &["narrative"], operation("Case")).await;
    assert_eq!(refused.unwrap_err().reason, "NOT_ORIGINATOR");
}

async fn hides_again(world: World) {
    let (originator, participant_) = (world.viewer("us-dod"), world.viewer("co-ponal"));
    let draft = OperationDraft {
        participants: vec![participant("co-ponal", ParticipantRole::Interdiction)],
        ..operation("Case")
    };
    let made: Operation = world.add(&originator, draft).await;
    let added: Seizure = world.add(&participant_, under(&made, "co")).await;
    let hide = OperationDraft { marking: red(), ..operation("") };
    world.change(&originator, &made, &["marking"], hide).await.unwrap();
    assert_eq!(world.see(&participant_, &added).await.body.operation, None);
    let more = SeizureDraft { when: Some("2020".to_owned()), ..seizure("co") };
    world.change(&participant_, &added, &["when"], more).await.unwrap();
    assert_eq!(world.see(&originator, &added).await.body.operation, Some(made.id));
    let refused = world.try_add::<Seizure>(&participant_, under(&made, "more")).await.unwrap_err();
    assert_eq!((refused.kind, fields(&refused)), (Kind::NotFound, vec!["seizure.operation"]));
}

async fn deleted(world: World) {
    let viewer = world.viewer("mx-sedena");
    let made: Operation = world.add(&viewer, operation("Case")).await;
    let before: Seizure = world.add(&viewer, under(&made, "before")).await;
    world.remove(&viewer, &made).await.unwrap();
    let refused = world.try_add::<Seizure>(&viewer, under(&made, "after")).await.unwrap_err();
    assert_eq!((refused.kind, refused.reason), (Kind::FailedPrecondition, "DELETED"));
    assert_eq!(fields(&refused), ["seizure.operation"]);
    assert_eq!(world.see(&viewer, &before).await, before);
}

async fn moving(world: World) {
    let (viewer, other) = (world.viewer("mx-sedena"), world.viewer("us-dod"));
    let own: Operation = world.add(&viewer, operation("Own")).await;
    let foreign: Operation = world.add(&other, operation("Foreign")).await;
    let made: Seizure = world.add(&viewer, under(&own, "mx")).await;
    let refused = world.change(&viewer, &made, &["operation"], under(&foreign, "mx")).await;
    assert_eq!(refused.unwrap_err().reason, "NOT_A_PARTICIPANT");
    let loose = world.change(&viewer, &made, &["operation"], seizure("mx")).await.unwrap();
    assert_eq!(loose.body.operation, None);
    let joins = OperationDraft {
        participants: vec![participant("mx-sedena", ParticipantRole::Support)],
        ..operation("")
    };
    world.change(&other, &foreign, &["participants"], joins).await.unwrap();
    let moved = world.change(&viewer, &made, &["operation"], under(&foreign, "mx")).await.unwrap();
    assert_eq!(moved.body.operation, Some(foreign.id));
}

async fn roles(world: World) {
    let viewer = world.viewer("mx-sedena");
    let draft = OperationDraft { marking: green(), ..operation("Case") };
    for role in [Role::Reader, Role::Steward, Role::Administrator] {
        let lesser = with_roles(&viewer, &[role]);
        let refused = world.try_add::<Operation>(&lesser, draft.clone()).await.unwrap_err();
        assert_eq!((refused.kind, refused.reason), (Kind::PermissionDenied, "ROLE_REQUIRED"));
    }
    let contributor = with_roles(&viewer, &[Role::Contributor]);
    let made: Operation = world.add(&contributor, draft).await;
    world.remove(&contributor, &made).await.unwrap();
}
