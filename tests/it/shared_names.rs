//! Writers of records that name the same agency and sensor, beside somebody who changes those.

use crate::world::{
    World, create,
    drafts::{self, operation, seizure, sensor},
    nouns::Noun as _,
    on_both, update,
};
use interdiction::{
    domain::{
        agencies::{Agency, AgencyDraft},
        operation_parts::DetectionRole,
        operations::{Operation, OperationDraft},
        seizures::{Seizure, SeizureDraft},
        sensors::{Sensor, SensorDraft, SensorType},
        viewers::Viewer,
    },
    registry::Registry,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

on_both! {
    a_change_of_what_many_name_is_no_load_for_them: shared_names;
}

/// What a run of writers cost.
struct Run {
    created: u32,
    changed: u32,
    statements: u64,
    took: Duration,
}

const CREATORS: u32 = 6;
const CREATED_BY_EACH: u32 = 100;

/// Seizures by several writers at once, under one operation with one sensor of one agency; beside
/// them, one that changes the agency and the sensor until they are done.
async fn shared(world: &World, case: &Operation, run: &str, changing: bool) -> Run {
    let (began, before) = (Instant::now(), world.store.statements());
    let creators: Vec<_> = (0..CREATORS)
        .map(|creator| {
            let (registry, viewer) = (world.registry.clone(), world.viewer("us-dod"));
            let (case, run) = (case.id.to_string(), run.to_owned());
            tokio::spawn(async move {
                for n in 0..CREATED_BY_EACH {
                    let label = format!("{run} {creator} {n}");
                    let draft = SeizureDraft {
                        agency: "agencies/us-dod".into(),
                        // Half of them without, so that they do not wait for each other.
                        operation: if creator % 2 == 0 { case.clone() } else { String::new() },
                        ..seizure(&label)
                    };
                    Seizure::create(&registry, &viewer, create("", draft)).await.unwrap();
                }
            })
        })
        .collect();
    let done = Arc::new(AtomicBool::new(!changing));
    let changes = tokio::spawn({
        let (registry, viewer, done) =
            (world.registry.clone(), world.viewer("us-dod"), Arc::clone(&done));
        async move {
            let mut changed = 0;
            while !done.load(Ordering::Relaxed) {
                change_names(&registry, &viewer, changed).await;
                changed += 1;
            }
            changed
        }
    });
    for creator in creators {
        creator.await.unwrap();
    }
    let took = began.elapsed();
    done.store(true, Ordering::Relaxed);
    let changed = changes.await.unwrap();
    let statements = world.store.statements() - before;
    Run { created: CREATORS * CREATED_BY_EACH, changed, statements, took }
}

async fn change_names(registry: &Registry, viewer: &Viewer, to: u32) {
    let own = Agency::get(registry, viewer, "agencies/us-dod").await.unwrap();
    let name = AgencyDraft { acronym: to.to_string(), ..AgencyDraft::default() };
    Agency::update(registry, viewer, update(&own, &["acronym"], name)).await.unwrap();
    let radar = Sensor::get(registry, viewer, "sensors/radar").await.unwrap();
    let name = SensorDraft { display_name: to.to_string(), ..SensorDraft::default() };
    Sensor::update(registry, viewer, update(&radar, &["display_name"], name)).await.unwrap();
}

async fn shared_names(world: World) {
    let viewer = world.viewer("us-dod");
    let radar = SensorDraft {
        operator: "agencies/us-dod".into(),
        ..sensor("Radar", SensorType::GroundRadar)
    };
    let _made: Sensor = world.add_as(&viewer, "radar", radar).await;
    let first = OperationDraft {
        lead_agency: "agencies/us-dod".into(),
        detections: vec![drafts::detection("radar", DetectionRole::Primary)],
        ..operation("Case")
    };
    let case: Operation = world.add(&viewer, first).await;
    let _warm = shared(&world, &case, "warm", true).await;
    let alone = shared(&world, &case, "alone", false).await;
    let before = world.store.statements();
    change_names(&world.registry, &viewer, 0).await;
    let each_change = world.store.statements() - before;
    let beside = shared(&world, &case, "beside", true).await;
    assert!(beside.changed > 0 && beside.created == alone.created);
    // A transaction that is run again runs its statements again.
    let once = alone.statements + u64::from(beside.changed) * each_change;
    let again = beside.statements.saturating_sub(once);
    assert!(again <= once / 50, "{again} of {once} statements ran again");
    let bound = alone.took * 6 + Duration::from_secs(1);
    assert!(beside.took < bound, "{:?} alone, {:?} beside", alone.took, beside.took);
}
