//! A filter through a relation reaches only what the viewer sees: a hidden record at the other end
//! passes as little as an absent one.

use super::{agency, any, every, is, names, no_names, none, not, some};
use crate::world::{World, drafts, labels, nouns::Noun, on_both};
use interdiction::domain::{
    agencies::{Agency, AgencyDraft},
    filters::{
        AgencyField, DetectionField, Filter, MetaField, OperationField, ParticipantField,
        ProvisionField, SeizureField, SensorField,
    },
    operation_parts::{DetectionRole, ParticipantRole},
    operations::{Operation, OperationDraft},
    seizures::{Seizure, SeizureDraft},
    sensors::{ProvisionKind, Sensor, SensorDraft, SensorType},
};

on_both! {
    a_hidden_parent_passes_no_filter: parents;
    a_hidden_agency_passes_no_filter: agencies;
    a_hidden_sensor_passes_no_filter: sensors;
    a_hidden_operation_passes_no_filter: operations;
    a_hidden_seizure_passes_no_filter: seizures;
    a_hidden_originator_passes_no_filter: originators;
    what_is_deleted_passes_no_filter: deleted;
}

/// What a filter passes for its originator and for another viewer.
async fn passes<R: Noun>(world: &World, filter: Filter<R::Field>) -> [Vec<String>; 2] {
    let (own, other) = (world.viewer("mx-sedena"), world.viewer("us-dod"));
    [
        labels(&world.list::<R>(&own, filter.clone()).await),
        labels(&world.list::<R>(&other, filter).await),
    ]
}

fn told(labels: &[&str]) -> Vec<String> {
    labels.iter().map(ToString::to_string).collect()
}

async fn hidden_agency(world: &World) {
    let draft = AgencyDraft { marking: drafts::red(), ..drafts::agency("Secret") };
    let _made: Agency = world.add_as(&world.viewer("mx-sedena"), "secret", draft).await;
}

async fn hidden_sensor(world: &World) {
    let draft =
        SensorDraft { marking: drafts::red(), ..drafts::sensor("secret", SensorType::GroundRadar) };
    let _made: Sensor = world.add_as(&world.viewer("mx-sedena"), "secret", draft).await;
}

/// One rule for every relation: what is deleted is reached by none, not even by its own agency.
async fn deleted(world: World) {
    let own = world.viewer("mx-sedena");
    let _made: Agency = world.add_as(&own, "mx-semar", drafts::agency("Navy")).await;
    let theirs = world.viewer("mx-semar");
    let agency: Agency = world.add_as(&own, "gone", drafts::agency("Gone")).await;
    let case: Operation = world.add(&own, drafts::operation("Gone")).await;
    let draft = SeizureDraft {
        operation: case.id.to_string(),
        agency: agency.id.to_string(),
        ..drafts::seizure("a")
    };
    let _made: Seizure = world.add(&own, draft).await;
    let _made: Seizure = world.add(&theirs, drafts::seizure("b")).await;
    let originator = |id| is(SeizureField::Meta(MetaField::Originator(names(&[id]))));
    let filters = || {
        [
            is(SeizureField::Operation(Box::new(any()))),
            is(SeizureField::HasOperation(true)),
            is(SeizureField::Agency(any())),
            is(SeizureField::HasAgency(true)),
        ]
    };
    for filter in filters() {
        assert_eq!(passes::<Seizure>(&world, filter).await, [told(&["a"]), told(&["a"])]);
    }
    assert_eq!(passes::<Seizure>(&world, originator("mx-semar")).await[0], told(&["b"]));
    world.remove(&own, &agency).await.unwrap();
    world.remove(&own, &case).await.unwrap();
    let navy: Agency = Agency::get(&world.registry, &own, "agencies/mx-semar").await.unwrap();
    world.remove(&own, &navy).await.unwrap();
    for filter in filters() {
        let inverse = not(filter.clone());
        assert_eq!(passes::<Seizure>(&world, filter).await, [told(&[]), told(&[])]);
        assert_eq!(passes::<Seizure>(&world, inverse).await[0], told(&["a", "b"]));
    }
    let lacks = is(SeizureField::HasOperation(false));
    assert_eq!(passes::<Seizure>(&world, lacks).await[0], told(&["a", "b"]));
    assert_eq!(passes::<Seizure>(&world, originator("mx-semar")).await[0], told(&[]));
}

async fn parents(world: World) {
    hidden_agency(&world).await;
    let draft = AgencyDraft { parent: "agencies/secret".into(), ..drafts::agency("Open") };
    let _made: Agency = world.add_as(&world.viewer("mx-sedena"), "open", draft).await;
    let open = |field| Filter::All(vec![is(AgencyField::Name(names(&["open"]))), is(field)]);
    let parent = |filter| open(AgencyField::Parent(Box::new(filter)));
    let both = [told(&["open"]), told(&[])];
    assert_eq!(passes::<Agency>(&world, parent(agency("secret"))).await, both);
    assert_eq!(passes::<Agency>(&world, parent(any())).await, both);
    assert_eq!(passes::<Agency>(&world, open(AgencyField::HasParent(true))).await, both);
    let [own, other] = passes::<Agency>(&world, open(AgencyField::HasParent(false))).await;
    assert_eq!((own, other), (told(&[]), told(&["open"])));
    let [own, other] = passes::<Agency>(&world, parent(not(agency("absent")))).await;
    assert_eq!((own, other), (told(&["open"]), told(&[])));
}

async fn agencies(world: World) {
    hidden_agency(&world).await;
    let viewer = world.viewer("mx-sedena");
    let draft = SensorDraft {
        operator: "agencies/secret".into(),
        provisions: vec![drafts::provision("secret", ProvisionKind::Owned)],
        ..drafts::sensor("radar", SensorType::GroundRadar)
    };
    let _made: Sensor = world.add_as(&viewer, "radar", draft).await;
    let draft = OperationDraft {
        lead_agency: "agencies/secret".into(),
        participants: vec![drafts::participant("secret", ParticipantRole::Support)],
        ..drafts::operation("case")
    };
    let _made: Operation = world.add(&viewer, draft).await;
    let draft = SeizureDraft { agency: "agencies/secret".into(), ..drafts::seizure("417") };
    let _made: Seizure = world.add(&viewer, draft).await;
    for filter in [
        is(SensorField::Operator(any())),
        is(SensorField::HasOperator(true)),
        is(SensorField::Provisions(some(is(ProvisionField::Provider(any()))))),
        not(is(SensorField::Provisions(none(is(ProvisionField::Provider(any())))))),
        is(SensorField::Provisions(every(is(ProvisionField::Provider(agency("secret")))))),
    ] {
        assert_eq!(passes::<Sensor>(&world, filter).await, [told(&["radar"]), told(&[])]);
    }
    for filter in [
        is(OperationField::LeadAgency(agency("secret"))),
        is(OperationField::HasLeadAgency(true)),
        is(OperationField::Participants(some(is(ParticipantField::Agency(agency("secret")))))),
    ] {
        assert_eq!(passes::<Operation>(&world, filter).await, [told(&["case"]), told(&[])]);
    }
    for filter in [is(SeizureField::Agency(any())), is(SeizureField::HasAgency(true))] {
        assert_eq!(passes::<Seizure>(&world, filter).await, [told(&["417"]), told(&[])]);
    }
}

async fn sensors(world: World) {
    hidden_sensor(&world).await;
    let viewer = world.viewer("mx-sedena");
    let draft = OperationDraft {
        detections: vec![drafts::detection("secret", DetectionRole::Primary)],
        ..drafts::operation("case")
    };
    let made: Operation = world.add(&viewer, draft).await;
    let draft = SeizureDraft { operation: made.id.to_string(), ..drafts::seizure("417") };
    let _made: Seizure = world.add(&viewer, draft).await;
    let radar = is(SensorField::Type(vec![SensorType::GroundRadar]));
    let by_radar = is(DetectionField::Sensor(Box::new(radar)));
    let detected = |list| is(OperationField::Detections(list));
    let both = [told(&["case"]), told(&[])];
    assert_eq!(passes::<Operation>(&world, detected(some(by_radar.clone()))).await, both);
    assert_eq!(passes::<Operation>(&world, detected(every(by_radar.clone()))).await, both);
    let [own, other] = passes::<Operation>(&world, detected(none(by_radar.clone()))).await;
    assert_eq!((own, other), (told(&[]), told(&["case"])));
    let under = is(SeizureField::Operation(Box::new(detected(some(by_radar)))));
    assert_eq!(passes::<Seizure>(&world, under).await, [told(&["417"]), told(&[])]);
}

async fn operations(world: World) {
    let viewer = world.viewer("mx-sedena");
    let _radar: Sensor =
        world.add_as(&viewer, "radar", drafts::sensor("radar", SensorType::GroundRadar)).await;
    let draft = OperationDraft {
        detections: vec![drafts::detection("radar", DetectionRole::Primary)],
        marking: drafts::red(),
        ..drafts::operation("secret")
    };
    let made: Operation = world.add(&viewer, draft).await;
    let draft = SeizureDraft { operation: made.id.to_string(), ..drafts::seizure("417") };
    let _made: Seizure = world.add(&viewer, draft).await;
    for filter in [
        is(SeizureField::Operation(Box::new(any()))),
        is(SeizureField::HasOperation(true)),
        not(is(SeizureField::HasOperation(false))),
    ] {
        assert_eq!(passes::<Seizure>(&world, filter).await, [told(&["417"]), told(&[])]);
    }
    for filter in [
        is(SensorField::Detections(some(any()))),
        not(is(SensorField::Detections(none(any())))),
        is(SensorField::Detections(some(is(DetectionField::Operation(Box::new(any())))))),
    ] {
        assert_eq!(passes::<Sensor>(&world, filter).await, [told(&["radar"]), told(&[])]);
    }
}

async fn seizures(world: World) {
    let viewer = world.viewer("mx-sedena");
    let made: Operation = world.add(&viewer, drafts::operation("case")).await;
    let draft = SeizureDraft {
        operation: made.id.to_string(),
        marking: drafts::red(),
        ..drafts::seizure("417")
    };
    let _made: Seizure = world.add(&viewer, draft).await;
    let seized = |list| is(OperationField::Seizures(list));
    let both = [told(&["case"]), told(&[])];
    assert_eq!(passes::<Operation>(&world, seized(some(any()))).await, both);
    assert_eq!(passes::<Operation>(&world, not(seized(none(any())))).await, both);
    let never = not(any());
    let [own, other] = passes::<Operation>(&world, seized(every(never))).await;
    assert_eq!((own, other), (told(&[]), told(&["case"])));
}

async fn originators(world: World) {
    let viewer = world.viewer("mx-sedena");
    let _made: Seizure = world.add(&viewer, drafts::seizure("417")).await;
    let own: Agency = world.add_as(&viewer, "x", drafts::agency("X")).await;
    let own = Agency { id: viewer.agency.clone(), ..own };
    let hide = AgencyDraft { marking: drafts::red(), ..drafts::agency("") };
    world.change(&viewer, &own, &["marking"], hide).await.unwrap();
    let by = |filter| is(SeizureField::Meta(MetaField::Originator(filter)));
    let both = [told(&["417"]), told(&[])];
    assert_eq!(passes::<Seizure>(&world, by(names(&["mx-sedena"]))).await, both);
    assert_eq!(passes::<Seizure>(&world, by(no_names(&["us-dod"]))).await, both);
    let seen = world.list::<Seizure>(&world.viewer("us-dod"), any()).await;
    assert_eq!(seen[0].meta.originator, None);
}
