//! Row-level security of Postgres as an oracle. The rule is written here anew, in SQL, from labels
//! and lists as they were recorded and not from the grants that the store looks at; policies of it
//! stand on the tables, and a role that owns nothing selects without any condition. It meets the
//! very rows that the store shows to the same viewer.

use crate::{
    markings::guard::{ORIGINATORS, markings, viewers},
    world::{Backend, World, all, create, drafts, nouns::Noun},
};
use interdiction::domain::{
    agencies::{Agency, AgencyDraft},
    markings::MarkingDraft,
    operations::{Operation, OperationDraft},
    pages::List,
    regions::RegionCode,
    seizures::{Seizure, SeizureDraft},
    sensors::{Sensor, SensorDraft, SensorType},
    viewers::Viewer,
};
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, Statement,
    TransactionTrait as _, Value,
};
use std::collections::BTreeSet;

/// The tables that the guard stands before.
const GUARDED: [&str; 4] = ["agencies", "sensors", "operations", "seizures"];
/// Tables of parts, which are seen with the record that they are of.
const PARTS: [(&str, &str, &str); 3] = [
    ("seizure_items", "seizure_id", "seizures"),
    ("participants", "operation_id", "operations"),
    ("detections", "operation_id", "operations"),
];

/// The rule of `Marking::visible_to`, written anew, over `originator` and `marking`. Labels are
/// 1 CLEAR, 2 GREEN, 3 AMBER, 4 AMBER_STRICT, 5 RED.
const RULE: &str = "
    CASE WHEN current_setting('viewer.agency') = '' THEN marking.label = 1
    ELSE originator.slug = current_setting('viewer.agency')
      OR marking.label IN (1, 2)
      OR marking.label IN (3, 4) AND jsonb_exists(marking.releasable_to::jsonb,
            'agencies/' || current_setting('viewer.agency'))
      OR marking.label = 3 AND current_setting('viewer.region') <> ''
         AND jsonb_exists(marking.releasable_to::jsonb, current_setting('viewer.region'))
    END";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_level_security_shows_the_rows_that_the_store_shows() {
    let world = World::new(Backend::Postgres).await;
    record(&world).await;
    let connection = world.connect().await;
    let role = guard_in_the_database(&connection).await;
    let mut hidden = 0;
    for viewer in viewers().iter().filter(|viewer| viewer.roles.len() != 1 || nobody(viewer)) {
        hidden += compare(&world, &connection, &role, viewer).await;
    }
    assert!(hidden > 2_000, "the fixture hides {hidden} rows and proves little");
    connection
        .execute_unprepared(&format!("DROP OWNED BY {role}; DROP ROLE {role}"))
        .await
        .unwrap();
    connection.close().await.unwrap();
}

fn nobody(viewer: &Viewer) -> bool {
    viewer.is_anonymous()
}

/// A record of each kind of each originator under each marking; the seizures lie under operations of
/// other markings, and some are deleted.
async fn record(world: &World) {
    for originator in ORIGINATORS {
        let viewer = world.viewer(originator);
        let markings = markings();
        let mut operations: Vec<Operation> = Vec::new();
        for (n, marking) in markings.iter().enumerate() {
            let id = format!("{originator}-{n}");
            let made = one_of_each(world, &viewer, &id, marking).await;
            operations.push(made);
        }
        for (n, marking) in markings.iter().enumerate() {
            let operation = &operations[(n * 7 + 3) % operations.len()];
            let draft = SeizureDraft {
                marking: Some(marking.clone()),
                operation: operation.id.to_string(),
                ..drafts::seizure(&format!("{originator}-{n}"))
            };
            let made: Seizure = world.add(&viewer, draft).await;
            if n % 5 == 0 {
                world.remove(&viewer, &made).await.unwrap();
            }
        }
    }
}

async fn one_of_each(
    world: &World,
    viewer: &Viewer,
    id: &str,
    marking: &MarkingDraft,
) -> Operation {
    let marking = Some(marking.clone());
    let agency = AgencyDraft { marking: marking.clone(), ..drafts::agency("Agency") };
    Agency::create(&world.registry, viewer, create(id, agency)).await.unwrap();
    let sensor = drafts::sensor("Sensor", SensorType::Aerostat);
    let sensor = SensorDraft { marking: marking.clone(), ..sensor };
    Sensor::create(&world.registry, viewer, create(id, sensor)).await.unwrap();
    let role = interdiction::domain::operation_parts::DetectionRole::Primary;
    let part = interdiction::domain::operation_parts::ParticipantRole::Support;
    let draft = OperationDraft {
        marking,
        detections: vec![drafts::detection(id, role)],
        participants: vec![drafts::participant(id, part)],
        ..drafts::operation("Case")
    };
    world.add(viewer, draft).await
}

/// Policies on the tables, and a role that they bind: it owns nothing and passes by none.
async fn guard_in_the_database(connection: &DatabaseConnection) -> String {
    let database = text(connection, "SELECT current_database()::text").await;
    let role = format!("reader_of_{database}");
    // Whose the rows are is looked up past the policies.
    let mut script = format!(
        "CREATE ROLE {role} NOLOGIN NOSUPERUSER NOBYPASSRLS;
         CREATE TABLE known_agencies AS SELECT id, slug FROM agencies;
         GRANT SELECT ON known_agencies, markings TO {role};"
    );
    for table in GUARDED {
        script += &format!(
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
             GRANT SELECT ON {table} TO {role};
             CREATE POLICY seen ON {table} FOR SELECT TO {role} USING (EXISTS (
                SELECT 1 FROM markings AS marking, known_agencies AS originator
                WHERE marking.id = {table}.marking_id AND originator.id = {table}.originator_id
                  AND ({RULE})));"
        );
    }
    for (table, key, of) in PARTS {
        script += &format!(
            "ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
             GRANT SELECT ON {table} TO {role};
             CREATE POLICY seen ON {table} FOR SELECT TO {role}
                USING (EXISTS (SELECT 1 FROM {of} WHERE {of}.id = {table}.{key}));"
        );
    }
    connection.execute_unprepared(&script).await.unwrap();
    let owned =
        format!("SELECT count(*)::text FROM pg_class WHERE pg_get_userbyid(relowner) = '{role}'");
    assert_eq!(text(connection, &owned).await, "0");
    role
}

async fn text(connection: &DatabaseConnection, sql: &str) -> String {
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let row = connection.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// What the role meets when it acts for a viewer.
struct Oracle(DatabaseTransaction);

impl Oracle {
    async fn of(connection: &DatabaseConnection, role: &str, viewer: &Viewer) -> Self {
        let transaction = connection.begin().await.unwrap();
        let region = viewer.region.as_ref().map_or("", RegionCode::as_str);
        let set =
            "SELECT set_config('viewer.agency', $1, true), set_config('viewer.region', $2, true)";
        let values: [Value; 2] = [viewer.agency.as_str().into(), region.into()];
        let set = Statement::from_sql_and_values(DbBackend::Postgres, set, values);
        transaction.query_one_raw(set).await.unwrap();
        transaction.execute_unprepared(&format!("SET LOCAL ROLE {role}")).await.unwrap();
        Self(transaction)
    }

    /// The texts of a column of a table, without any condition.
    async fn all(&self, sql: &str) -> Vec<String> {
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let rows = self.0.query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }
}

/// Holds the two against each other; how many rows are hidden from the viewer.
async fn compare(
    world: &World,
    connection: &DatabaseConnection,
    role: &str,
    viewer: &Viewer,
) -> usize {
    let oracle = Oracle::of(connection, role, viewer).await;
    let agencies = shown::<Agency>(world, viewer).await;
    let sensors = shown::<Sensor>(world, viewer).await;
    let operations = shown::<Operation>(world, viewer).await;
    let seizures = shown::<Seizure>(world, viewer).await;
    let slug = |collection: &str| format!("SELECT '{collection}/' || slug FROM {collection}");
    let uid = |collection: &str| format!("SELECT '{collection}/' || uid::text FROM {collection}");
    let mut hidden = 0;
    for (table, names, sql) in [
        ("agencies", names(&agencies), slug("agencies")),
        ("sensors", names(&sensors), slug("sensors")),
        ("operations", names(&operations), uid("operations")),
        ("seizures", names(&seizures), uid("seizures")),
    ] {
        let met: BTreeSet<String> = oracle.all(&sql).await.into_iter().collect();
        assert_eq!(met, names, "{table} for {viewer:?}");
        let total = text(connection, &format!("SELECT count(*)::text FROM {table}")).await;
        hidden += total.parse::<usize>().unwrap() - met.len();
    }
    let parts = [
        seizures.iter().map(|one| one.body.items.len()).sum::<usize>(),
        operations.iter().map(|one| one.body.participants.len()).sum(),
        operations.iter().map(|one| one.body.detections.len()).sum(),
    ];
    for ((table, ..), shown) in PARTS.into_iter().zip(parts) {
        let met = oracle.all(&format!("SELECT position::text FROM {table}")).await.len();
        assert_eq!(met, shown, "{table} for {viewer:?}");
    }
    references(&oracle, &operations, &seizures, viewer).await;
    oracle.0.rollback().await.unwrap();
    hidden
}

/// What is referred to is met by a plain join where the store shows the reference.
async fn references(
    oracle: &Oracle,
    operations: &[Operation],
    seizures: &[Seizure],
    viewer: &Viewer,
) {
    let under = seizures.iter().filter(|one| one.body.operation.is_some()).count();
    let joined = "SELECT seizures.id::text FROM seizures
        JOIN operations ON operations.id = seizures.operation_id";
    assert_eq!(oracle.all(joined).await.len(), under, "operations of seizures for {viewer:?}");
    let detections = operations.iter().flat_map(|one| &one.body.detections);
    let detected = detections.filter(|one| one.sensor.is_some()).count();
    let joined = "SELECT sensors.id::text FROM detections
        JOIN sensors ON sensors.id = detections.sensor_id";
    assert_eq!(oracle.all(joined).await.len(), detected, "sensors for {viewer:?}");
}

fn names<R: Noun>(records: &[R]) -> BTreeSet<String> {
    records.iter().map(|one| one.id().to_string()).collect()
}

async fn shown<R: Noun>(world: &World, viewer: &Viewer) -> Vec<R> {
    let list = List { show_deleted: true, show_inactive: true, ..all::<R>() };
    world.walk::<R>(viewer, list).await
}
