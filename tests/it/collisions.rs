//! Writers that meet at one record: each has its effect, and none undoes another's.

use crate::world::{
    World, create,
    drafts::{self, agency, marked, operation, participant, seizure, sensor},
    nouns::Noun,
    on_both, update,
};
use interdiction::domain::{
    agencies::{Agency, AgencyDraft},
    errors::Kind,
    ids::{AgencyId, ResourceId as _},
    markings::{MarkingDraft, Tlp},
    operation_parts::ParticipantRole,
    operations::{Operation, OperationDraft},
    requests::Update,
    seizures::{Seizure, SeizureDraft},
    sensors::{Sensor, SensorDraft, SensorType},
    viewers::Viewer,
};

on_both! {
    agencies_that_several_change_lose_nothing: agencies;
    sensors_that_several_change_lose_nothing: sensors;
    operations_that_several_change_lose_nothing: operations;
    seizures_that_several_change_lose_nothing: seizures;
    a_participant_adds_a_seizure_while_the_marking_changes: participants;
}

const ROUNDS: usize = 60;

/// A marking that no record had before: it names a new agency.
async fn new_marking(world: &World, round: usize) -> Option<MarkingDraft> {
    let id = format!("of-round-{round}");
    let named: Agency = world.add_as(&world.viewer("us-dod"), &id, agency(&id)).await;
    marked(Tlp::Amber, &["MX", &named.id.to_string()])
}

/// Sends changes of one record at once, and holds that each succeeds.
async fn at_once<R: Noun>(world: &World, viewer: &Viewer, changes: [Update<R::Draft>; 3]) {
    let tasks = changes.map(|change| {
        let (registry, viewer) = (world.registry.clone(), viewer.clone());
        tokio::spawn(async move { R::update(&registry, &viewer, change).await })
    });
    for task in tasks {
        task.await.unwrap().unwrap();
    }
}

async fn agencies(world: World) {
    let viewer = world.viewer("us-dod");
    for round in 0..ROUNDS {
        let id = format!("a-{round}");
        let first = AgencyDraft { parent: "agencies/us-dod".into(), ..agency("Navy") };
        let made: Agency = world.add_as(&viewer, &id, first).await;
        let parent = AgencyDraft { parent: "agencies/mx-sedena".into(), ..AgencyDraft::default() };
        let acronym = AgencyDraft { acronym: "N".into(), ..AgencyDraft::default() };
        let marking = new_marking(&world, round).await;
        let marking = AgencyDraft { marking, ..AgencyDraft::default() };
        let changes = [
            update(&made, &["parent"], parent),
            update(&made, &["acronym"], acronym),
            update(&made, &["marking"], marking),
        ];
        at_once::<Agency>(&world, &viewer, changes).await;
        let body = world.see(&viewer, &made).await.body;
        assert_eq!(body.parent, Some(AgencyId::parse_id("mx-sedena").unwrap()), "round {round}");
        assert_eq!((body.acronym.as_str(), body.marking.releasable_to.len()), ("N", 2));
    }
}

async fn sensors(world: World) {
    let viewer = world.viewer("us-dod");
    for round in 0..ROUNDS {
        let radar = sensor("Radar", SensorType::GroundRadar);
        let first = SensorDraft { operator: "agencies/us-dod".into(), ..radar };
        let made: Sensor = world.add_as(&viewer, &format!("s-{round}"), first).await;
        let operator =
            SensorDraft { operator: "agencies/mx-sedena".into(), ..SensorDraft::default() };
        let name = SensorDraft { display_name: "Mast".into(), ..SensorDraft::default() };
        let marking = new_marking(&world, round).await;
        let marking = SensorDraft { marking, ..SensorDraft::default() };
        let changes = [
            update(&made, &["operator"], operator),
            update(&made, &["display_name"], name),
            update(&made, &["marking"], marking),
        ];
        at_once::<Sensor>(&world, &viewer, changes).await;
        let body = world.see(&viewer, &made).await.body;
        assert_eq!(body.operator, Some(AgencyId::parse_id("mx-sedena").unwrap()), "round {round}");
        assert_eq!((body.display_name.as_str(), body.marking.releasable_to.len()), ("Mast", 2));
    }
}

async fn operations(world: World) {
    let viewer = world.viewer("us-dod");
    for round in 0..ROUNDS {
        let first = OperationDraft {
            lead_agency: "agencies/us-dod".into(),
            participants: vec![participant("mx-sedena", ParticipantRole::Interdiction)],
            ..operation("Case")
        };
        let made: Operation = world.add(&viewer, first).await;
        let lead =
            OperationDraft { lead_agency: "agencies/co-ponal".into(), ..OperationDraft::default() };
        let narrative =
            OperationDraft { narrative: "At night.".into(), ..OperationDraft::default() };
        let marking = new_marking(&world, round).await;
        let marking = OperationDraft { marking, ..OperationDraft::default() };
        let changes = [
            update(&made, &["lead_agency"], lead),
            update(&made, &["narrative"], narrative),
            update(&made, &["marking"], marking),
        ];
        at_once::<Operation>(&world, &viewer, changes).await;
        let body = world.see(&viewer, &made).await.body;
        assert_eq!(body.lead_agency, Some(AgencyId::parse_id("co-ponal").unwrap()), "{round}");
        assert_eq!(body.narrative, "At night.");
        assert_eq!((body.participants.len(), body.marking.releasable_to.len()), (1, 2));
    }
}

async fn seizures(world: World) {
    let viewer = world.viewer("us-dod");
    for round in 0..ROUNDS {
        let label = round.to_string();
        let first = SeizureDraft { agency: "agencies/us-dod".into(), ..seizure(&label) };
        let made: Seizure = world.add(&viewer, first).await;
        let by = SeizureDraft { agency: "agencies/mx-sedena".into(), ..SeizureDraft::default() };
        let when = SeizureDraft { when: Some("2020".into()), ..SeizureDraft::default() };
        let marking = new_marking(&world, round).await;
        let marking = SeizureDraft { marking, ..SeizureDraft::default() };
        let changes = [
            update(&made, &["agency"], by),
            update(&made, &["when"], when),
            update(&made, &["marking"], marking),
        ];
        at_once::<Seizure>(&world, &viewer, changes).await;
        let body = world.see(&viewer, &made).await.body;
        assert_eq!(body.agency, Some(AgencyId::parse_id("mx-sedena").unwrap()), "round {round}");
        assert_eq!(body.when.unwrap().as_str(), "2020");
        assert_eq!((body.external_ids.len(), body.marking.releasable_to.len()), (1, 2));
    }
}

async fn participants(world: World) {
    let (viewer, other) = (world.viewer("us-dod"), world.viewer("mx-sedena"));
    let first = OperationDraft {
        participants: vec![participant("mx-sedena", ParticipantRole::Interdiction)],
        ..operation("Case")
    };
    let case: Operation = world.add(&viewer, first).await;
    for round in 0..ROUNDS {
        let marking = new_marking(&world, round).await;
        let draft = OperationDraft { marking, ..OperationDraft::default() };
        let change = update(&case, &["marking"], draft);
        let (registry, owner) = (world.registry.clone(), viewer.clone());
        let changed =
            tokio::spawn(async move { Operation::update(&registry, &owner, change).await });
        let added = SeizureDraft { operation: case.id.to_string(), ..seizure(&round.to_string()) };
        let added = Seizure::create(&world.registry, &other, create("", added)).await;
        assert_eq!(added.unwrap().body.operation, Some(case.id), "round {round}");
        changed.await.unwrap().unwrap();
    }
    let closed = OperationDraft { marking: drafts::red(), ..OperationDraft::default() };
    world.change(&viewer, &case, &["marking"], closed).await.unwrap();
    let late = SeizureDraft { operation: case.id.to_string(), ..seizure("late") };
    assert_eq!(world.try_add::<Seizure>(&other, late).await.unwrap_err().kind, Kind::NotFound);
}
