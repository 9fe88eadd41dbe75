//! The visibility condition in SQL answers as the pure rule of the domain, on every combination of
//! label, list, originator, viewer and role.

use crate::world::{World, all, create, drafts, nouns::Noun, on_both};
use interdiction::domain::{
    agencies::{Agency, AgencyDraft},
    check::Violations,
    codes::Code as _,
    errors::Kind,
    filters::{Filter, OperationField, Quantified, SeizureField, SensorField},
    ids::{AgencyId, ResourceId as _},
    markings::{Marking, MarkingDraft, Tlp},
    operation_parts::DetectionRole,
    operations::{Operation, OperationDraft},
    records::{Body as _, Record},
    regions::RegionCode,
    seizures::{Seizure, SeizureDraft},
    sensors::{Sensor, SensorDraft, SensorType},
    viewers::{Role, Viewer},
};
use std::collections::BTreeSet;

on_both! {
    agencies_are_seen_as_the_rule_says: agencies;
    sensors_are_seen_as_the_rule_says: sensors;
    operations_are_seen_as_the_rule_says: operations;
    seizures_are_seen_as_the_rule_says: seizures;
    references_are_seen_as_the_rule_says: references;
}

pub const ORIGINATORS: [&str; 3] = ["us-dod", "mx-sedena", "co-ponal"];
const GRANTEES: [&str; 4] = ["MX", "US", "agencies/mx-sedena", "agencies/us-dod"];

/// Every label with every list that it takes.
pub fn markings() -> Vec<MarkingDraft> {
    let lists = (0..1_u32 << GRANTEES.len()).map(|bits| {
        let listed = (0..GRANTEES.len()).filter(|i| bits & (1 << i) != 0);
        listed.map(|i| GRANTEES[i].to_owned()).collect::<Vec<String>>()
    });
    let mut all: Vec<MarkingDraft> = [Tlp::Clear, Tlp::Green, Tlp::Red]
        .map(|label| MarkingDraft { label: label.code(), releasable_to: Vec::new() })
        .to_vec();
    for releasable_to in lists {
        for label in [Tlp::Amber, Tlp::AmberStrict] {
            let releasable_to = releasable_to.clone();
            all.push(MarkingDraft { label: label.code(), releasable_to });
        }
    }
    all
}

/// Every agency, known or not, in every region, with every single role and with all.
pub fn viewers() -> Vec<Viewer> {
    let regions = [None, Some("MX"), Some("US"), Some("BR")];
    let roles = Role::ALL.iter().map(|role| vec![*role]).chain([Role::ALL.to_vec()]);
    let mut all = vec![Viewer::anonymous()];
    for roles in roles {
        for agency in ["us-dod", "mx-sedena", "co-ponal", "br-pf"] {
            for region in regions {
                let region = region.map(|code| RegionCode::parse(code).unwrap());
                let agency = AgencyId::parse_id(agency).unwrap();
                all.push(Viewer { agency, region, roles: roles.clone(), principal: None });
            }
        }
    }
    all
}

/// A record with its originator and its whole marking, as recorded.
struct Marked {
    name: String,
    originator: AgencyId,
    marking: Marking,
}

impl Marked {
    fn of<R: Record>(record: &R) -> Self {
        Self {
            name: record.id().to_string(),
            originator: record.meta().originator.clone().unwrap(),
            marking: record.body().marking().clone(),
        }
    }
}

/// A record of each originator under each marking.
async fn record_all<R: Noun>(
    world: &World,
    draft: impl Fn(MarkingDraft) -> (&'static str, R::Draft),
) -> Vec<Marked> {
    let mut made = Vec::new();
    for originator in ORIGINATORS {
        for marking in markings() {
            let (prefix, draft) = draft(marking);
            let id =
                if prefix.is_empty() { String::new() } else { format!("{prefix}-{}", made.len()) };
            let request = create(&id, draft);
            let viewer = world.viewer(originator);
            let record = R::create(&world.registry, &viewer, request).await.unwrap();
            made.push(Marked::of(&record));
        }
    }
    made
}

/// Holds that lists, batches and single reads show each viewer what the rule says.
async fn check<R: Noun>(world: &World, made: Vec<Marked>) {
    let names: Vec<String> = made.iter().map(|one| one.name.clone()).collect();
    let mut seen_by_somebody_else = 0;
    for viewer in viewers() {
        let visible: BTreeSet<&str> = made
            .iter()
            .filter(|one| one.marking.visible_to(&viewer, &one.originator))
            .map(|one| one.name.as_str())
            .collect();
        seen_by_somebody_else += made
            .iter()
            .filter(|m| m.originator != viewer.agency && visible.contains(&*m.name))
            .count();
        let listed = world.walk::<R>(&viewer, all::<R>()).await;
        let listed: BTreeSet<String> = listed.iter().map(|one| one.id().to_string()).collect();
        let ours = |name: &&str| names.iter().any(|one| one == name);
        let listed: BTreeSet<&str> = listed.iter().map(String::as_str).filter(ours).collect();
        assert_eq!(listed, visible, "list for {viewer:?}");
        // A batch that lacks some names each of them.
        let refused = R::batch_get(&world.registry, &viewer, &names).await.unwrap_err();
        assert_eq!(refused.kind, Kind::NotFound);
        let missing: BTreeSet<&str> = refused.resources.iter().map(String::as_str).collect();
        let wanted = names.iter().map(String::as_str).filter(|name| !visible.contains(name));
        assert_eq!(missing, wanted.take(Violations::MAX).collect(), "batch for {viewer:?}");
    }
    assert!(seen_by_somebody_else > 1_000, "the fixture proves nothing");
    for viewer in viewers().iter().filter(|viewer| viewer.roles.len() > 1) {
        for one in made.iter().step_by(3) {
            let seen = R::get(&world.registry, viewer, &one.name).await.is_ok();
            assert_eq!(seen, one.marking.visible_to(viewer, &one.originator), "{}", one.name);
        }
    }
}

async fn agencies(world: World) {
    let draft =
        |marking| ("agency", AgencyDraft { marking: Some(marking), ..drafts::agency("Agency") });
    let made = record_all::<Agency>(&world, draft).await;
    check::<Agency>(&world, made).await;
}

async fn sensors(world: World) {
    let draft = |marking| {
        let draft = drafts::sensor("Sensor", SensorType::Aerostat);
        ("sensor", SensorDraft { marking: Some(marking), ..draft })
    };
    let made = record_all::<Sensor>(&world, draft).await;
    check::<Sensor>(&world, made).await;
}

async fn operations(world: World) {
    let draft =
        |marking| ("", OperationDraft { marking: Some(marking), ..drafts::operation("Case") });
    let made = record_all::<Operation>(&world, draft).await;
    check::<Operation>(&world, made).await;
}

async fn seizures(world: World) {
    let draft = |marking| {
        let draft = SeizureDraft { external_ids: Vec::new(), ..drafts::seizure("") };
        ("", SeizureDraft { marking: Some(marking), ..draft })
    };
    let made = record_all::<Seizure>(&world, draft).await;
    check::<Seizure>(&world, made).await;
}

/// A sensor under each marking, each named by an operation that everybody sees: what the operation
/// shows of it, what a filter through it finds, and whether a new operation may name it.
async fn references(world: World) {
    let originator = world.viewer("co-ponal");
    let mut made = Vec::new();
    for (n, marking) in markings().into_iter().enumerate() {
        let draft = SensorDraft {
            marking: Some(marking),
            ..drafts::sensor("Sensor", SensorType::Aerostat)
        };
        let sensor: Sensor = world.add_as(&originator, &format!("sensor-{n}"), draft).await;
        let detections = vec![drafts::detection(sensor.id.as_str(), DetectionRole::Primary)];
        let draft = OperationDraft { detections, ..drafts::operation("Case") };
        let operation: Operation = world.add(&originator, draft).await;
        let under = SeizureDraft {
            operation: operation.id.to_string(),
            external_ids: Vec::new(),
            ..drafts::seizure("")
        };
        let seizure: Seizure = world.add(&originator, under).await;
        made.push((sensor, operation, seizure));
    }
    for viewer in viewers().iter().filter(|viewer| viewer.roles.len() > 1) {
        let shows = |sensor: &Sensor| sensor.body.marking.visible_to(viewer, &originator.agency);
        let wanted: Vec<&Seizure> =
            made.iter().filter(|(sensor, ..)| shows(sensor)).map(|(.., seizure)| seizure).collect();
        let wanted: Vec<String> = wanted.iter().map(|one| one.id.to_string()).collect();
        let found = world.list::<Seizure>(viewer, detected_by_any_sensor()).await;
        let found: Vec<String> = found.iter().map(|one| one.id.to_string()).collect();
        assert_eq!(found, wanted, "filter for {viewer:?}");
        let operations = world.list::<Operation>(viewer, Filter::default()).await;
        for (sensor, operation, _) in &made {
            let seen = operations.iter().find(|one| one.id == operation.id).unwrap();
            assert_eq!(seen.body.detections[0].sensor.is_some(), shows(sensor), "{viewer:?}");
        }
        if viewer.agency.as_str() != "br-pf" {
            names_each(&world, viewer, &made, &shows).await;
        }
    }
}

fn detected_by_any_sensor() -> Filter<SeizureField> {
    let every_type = Filter::Is(SensorField::Type(SensorType::ALL.to_vec()));
    let by = interdiction::domain::filters::DetectionField::Sensor(Box::new(every_type));
    let some = Some(Box::new(Filter::Is(by)));
    let detections = OperationField::Detections(Quantified { some, none: None, every: None });
    Filter::Is(SeizureField::Operation(Box::new(Filter::Is(detections))))
}

/// One proposal names every sensor; the refusal names those that the viewer may not see.
async fn names_each(
    world: &World,
    viewer: &Viewer,
    made: &[(Sensor, Operation, Seizure)],
    shows: &impl Fn(&Sensor) -> bool,
) {
    let each = made.iter().map(|(sensor, ..)| sensor);
    let detections =
        each.clone().map(|one| drafts::detection(one.id.as_str(), DetectionRole::Tracking));
    let draft = OperationDraft { detections: detections.collect(), ..drafts::operation("New") };
    let mut request = create("", draft);
    request.options.validate_only = true;
    let hidden: Vec<String> =
        each.filter(|sensor| !shows(sensor)).map(|sensor| sensor.id.to_string()).collect();
    match Operation::create(&world.registry, viewer, request).await {
        Ok(_) => assert_eq!(hidden, [""; 0], "{viewer:?}"),
        Err(refused) => assert_eq!(refused.resources, hidden, "{viewer:?}"),
    }
}
