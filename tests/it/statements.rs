//! What a request costs: a fixed number of SQL statements, however many rows there are.

use crate::world::{World, all, create, drafts, nouns::Noun, on_both};
use interdiction::{
    domain::{
        agencies::Agency,
        filters::{DetectionField, Filter, OperationField, Quantified, SeizureField, SensorField},
        ids::ResourceId as _,
        operation_parts::DetectionRole,
        operations::{Operation, OperationDraft},
        pages::List,
        requests::WriteOptions,
        seizures::{Seizure, SeizureDraft},
        sensors::{Sensor, SensorDraft, SensorType},
    },
    store::StoreUrl,
};

on_both! {
    agencies_cost_the_same_however_many: agencies;
    sensors_cost_the_same_however_many: sensors;
    operations_cost_the_same_however_many: operations;
    seizures_cost_the_same_however_many: seizures;
    a_filter_through_relations_costs_no_more: through_relations;
    substances_cost_one_statement: substances;
    an_operation_costs_its_seizure_the_same_however_large: under_an_operation;
}

/// Statements of each kind of read.
#[derive(Debug, PartialEq)]
struct Costs {
    get: u64,
    list: u64,
    batch: u64,
}

const ROWS: [usize; 2] = [10, 1_000];

async fn statements<T>(world: &World, work: impl Future<Output = T>) -> (T, u64) {
    let before = world.store.statements();
    let answer = work.await;
    (answer, world.store.statements() - before)
}

/// Records up to a number of rows, many at once.
async fn fill<R: Noun>(world: &World, rows: usize, draft: fn(usize) -> R::Draft) -> Vec<R> {
    let viewer = world.viewer("mx-sedena");
    let made = world.list::<R>(&viewer, Filter::default()).await.len();
    let chosen = R::Id::parse_id("x").is_ok();
    let tasks: Vec<_> = (made..rows)
        .map(|n| {
            let (registry, viewer) = (world.registry.clone(), viewer.clone());
            let id = if chosen { format!("r-{n}") } else { String::new() };
            tokio::spawn(async move { R::create(&registry, &viewer, create(&id, draft(n))).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let listed = world.list::<R>(&viewer, Filter::default()).await;
    assert_eq!(listed.len(), rows);
    listed
}

async fn costs<R: Noun>(world: &World, draft: fn(usize) -> R::Draft, wanted: Costs) {
    let viewer = world.viewer("mx-sedena");
    for rows in ROWS {
        let records = fill::<R>(world, rows, draft).await;
        let names: Vec<String> = records.iter().map(|one| one.id().to_string()).collect();
        let (got, get) = statements(world, R::get(&world.registry, &viewer, &names[0])).await;
        assert_eq!(got.unwrap(), records[0]);
        let (page, list) = statements(world, R::list(&world.registry, &viewer, all::<R>())).await;
        assert_eq!(page.unwrap().records, records);
        let (found, batch) =
            statements(world, R::batch_get(&world.registry, &viewer, &names)).await;
        assert_eq!(found.unwrap(), records);
        assert_eq!(Costs { get, list, batch }, wanted, "{rows} rows");
    }
}

async fn agencies(world: World) {
    let draft = |n| drafts::agency(&format!("Agency {n}"));
    costs::<Agency>(&world, draft, Costs { get: 1, list: 1, batch: 1 }).await;
}

/// One statement for the sensors and one for their provisions.
async fn sensors(world: World) {
    let draft = |_| SensorDraft { marking: drafts::green(), ..drafts::full_sensor() };
    costs::<Sensor>(&world, draft, Costs { get: 2, list: 2, batch: 2 }).await;
}

/// One statement for the operations and one for each kind of part.
async fn operations(world: World) {
    let viewer = world.viewer("mx-sedena");
    for (id, kind) in [("radar", SensorType::GroundRadar), ("aerostat", SensorType::Aerostat)] {
        let _made: Sensor = world.add_as(&viewer, id, drafts::sensor(id, kind)).await;
    }
    let draft = |n| OperationDraft {
        marking: drafts::green(),
        ..if n % 50 == 0 { drafts::full_operation() } else { drafts::operation("Case") }
    };
    costs::<Operation>(&world, draft, Costs { get: 6, list: 6, batch: 6 }).await;
}

/// One statement: items lie in the row of their seizure.
async fn seizures(world: World) {
    let draft = |n: usize| drafts::seizure(&n.to_string());
    costs::<Seizure>(&world, draft, Costs { get: 1, list: 1, batch: 1 }).await;
}

async fn through_relations(world: World) {
    let viewer = world.viewer("mx-sedena");
    let draft = drafts::sensor("Radar", SensorType::GroundRadar);
    let _made: Sensor = world.add_as(&viewer, "radar", draft).await;
    let draft = OperationDraft {
        detections: vec![drafts::detection("radar", DetectionRole::Primary)],
        ..drafts::operation("Case")
    };
    let case: Operation = world.add(&viewer, draft).await;
    for rows in ROWS {
        fill::<Seizure>(&world, rows, |n| SeizureDraft {
            external_ids: Vec::new(),
            ..drafts::seizure(&n.to_string())
        })
        .await;
        let draft = SeizureDraft {
            operation: case.id.to_string(),
            ..drafts::seizure(&format!("cued {rows}"))
        };
        let cued: Seizure = world.add(&viewer, draft).await;
        let list = List { filter: by_radar(), ..all::<Seizure>() };
        let (page, cost) = statements(&world, Seizure::list(&world.registry, &viewer, list)).await;
        assert_eq!((page.unwrap().records, cost), (vec![cued.clone()], 1), "{rows} rows");
        world.remove(&viewer, &cued).await.unwrap();
    }
}

fn by_radar() -> Filter<SeizureField> {
    let radar = Filter::Is(SensorField::Type(vec![SensorType::GroundRadar]));
    let sensor = Filter::Is(DetectionField::Sensor(Box::new(radar)));
    let some = Some(Box::new(sensor));
    let detections = OperationField::Detections(Quantified { some, none: None, every: None });
    Filter::Is(SeizureField::Operation(Box::new(Filter::Is(detections))))
}

async fn substances(world: World) {
    let viewer = world.viewer("us-dod");
    let _known = world.list::<Agency>(&viewer, Filter::default()).await;
    let get = world.registry.get_substance(&viewer, "substances/heroin");
    assert_eq!(statements(&world, get).await.1, 1);
    let mut request = create("", drafts::seizure("417"));
    request.options = WriteOptions { validate_only: true, ..WriteOptions::default() };
    let (told, cost) = statements(&world, Seizure::create(&world.registry, &viewer, request)).await;
    // The vocabulary is known already: naming a substance costs no statement.
    assert!(told.is_ok() && cost <= 8, "{cost}");
}

/// One statement for the key of the operation, one for whether its agency may add to it, and on
/// Postgres one for its lock.
async fn under_an_operation(world: World) {
    let viewer = world.viewer("mx-sedena");
    let _made: Sensor =
        world.add_as(&viewer, "radar", drafts::sensor("Radar", SensorType::GroundRadar)).await;
    let _made: Sensor =
        world.add_as(&viewer, "aerostat", drafts::sensor("Balloon", SensorType::Aerostat)).await;
    let case: Operation = world.add(&viewer, drafts::full_operation()).await;
    let mut costs = Vec::new();
    for operation in [String::new(), case.id.to_string()] {
        for number in 0..2 {
            let draft = SeizureDraft {
                operation: operation.clone(),
                ..drafts::seizure(&format!("{number} {operation}"))
            };
            let (_made, cost) = statements(&world, world.add::<Seizure>(&viewer, draft)).await;
            costs.push(cost);
        }
    }
    let [_, alone, _, under] = costs[..] else { panic!("{costs:?}") };
    let locks = u64::from(matches!(world.url, StoreUrl::Postgres(_)));
    assert_eq!(under, alone + 2 + locks);
}
