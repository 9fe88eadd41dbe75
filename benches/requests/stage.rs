//! Stores with a million seizures: a few recorded through the registry, as an agency would, and
//! copied by SQL with ids and times of their own.

use interdiction::{
    domain::{
        agencies::AgencyDraft,
        codes::Code as _,
        ids::{AgencyId, ResourceId as _},
        markings::{MarkingDraft, Tlp},
        operations::OperationDraft,
        places::{PlaceDraft, PointDraft},
        quantities::Unit,
        regions::RegionCode,
        requests::{Create, WriteOptions},
        seizures::{ItemDraft, QuantityDraft, SeizureDraft},
        sources::ExternalId,
        viewers::{Role, Viewer},
    },
    proto,
    registry::{Registry, Source},
    store::{Options, PostgresLimits, Store, StoreUrl},
};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

/// The agency that asks and records.
pub const AGENCY: &str = "mx-sedena";
/// Seizures recorded through the registry; the others are copies of them.
const TEMPLATES: i64 = 64;

struct Clock(AtomicI64);

#[expect(clippy::disallowed_methods, reason = "this is the source of ids of the benchmark")]
impl Source for Clock {
    fn now_micros(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
    fn new_uuid(&self) -> Uuid {
        Uuid::now_v7()
    }
}

pub fn viewer() -> Viewer {
    Viewer {
        agency: AgencyId::parse_id(AGENCY).expect("an agency"),
        region: RegionCode::parse("MX").ok(),
        roles: Role::ALL.to_vec(),
        principal: None,
    }
}

pub fn create<D>(id: &str, draft: D) -> Create<D> {
    Create { id: id.to_owned(), draft, options: WriteOptions::default() }
}

/// A registry in this process over a store.
pub async fn open(url: StoreUrl) -> (Registry, Store) {
    let postgres = PostgresLimits {
        connections_max: 16,
        statement_timeout: Duration::from_secs(600),
        lock_timeout: Duration::from_secs(10),
    };
    let options = Options { url, sqlite_readers_max: 4, postgres };
    let store = Store::open(&options).await.expect("the store opens");
    let clock = Arc::new(Clock(AtomicI64::new(1_600_000_000_000_000)));
    (Registry::new(store.clone(), clock), store)
}

/// A seizure as agencies record them, the same for the same number.
pub fn seizure(number: i64, operation: &str) -> SeizureDraft {
    let of =
        |list: &[&str]| list[usize::try_from(number).expect("a number") % list.len()].to_owned();
    let substance = of(&["cocaine", "heroin", "fentanyl", "crystal-methamphetamine", "cannabis"]);
    let item = |substance: &str, value: i64, unit: Unit| ItemDraft {
        substance: format!("substances/{substance}"),
        reported_label: "as reported".to_owned(),
        quantity: Some(QuantityDraft {
            value: format!("{value}.{}", number % 10),
            unit: unit.code(),
            ..QuantityDraft::default()
        }),
        ..ItemDraft::default()
    };
    let mut items = vec![item(&substance, number * 7 % 900 + 1, Unit::Kilogram)];
    if number % 4 == 0 {
        items.push(item("cocaine", number % 50 + 1, Unit::Pound));
    }
    let degrees = |from: f64, step: f64| from + step * ((number % 64) as f64);
    SeizureDraft {
        operation: if number % 3 == 0 { operation.to_owned() } else { String::new() },
        agency: format!("agencies/{AGENCY}"),
        when: Some(format!(
            "20{:02}-{:02}-{:02}",
            10 + number % 14,
            1 + number % 12,
            1 + number % 28
        )),
        place: Some(PlaceDraft {
            point: Some(PointDraft {
                latitude: degrees(16.0, 0.2),
                longitude: degrees(-114.0, 0.3),
                uncertainty_meters: Some(500.0),
            }),
            region_code: "MX".to_owned(),
            subdivision_code: of(&["MX-SON", "MX-SIN", "MX-BCN", "MX-CHH"]),
            text: "a road south of the border".to_owned(),
            ..PlaceDraft::default()
        }),
        items,
        marking: Some(MarkingDraft {
            label: [Tlp::Green, Tlp::Amber][usize::try_from(number % 2).expect("a bit")].code(),
            releasable_to: if number % 2 == 1 { vec![of(&["US", "CO"])] } else { Vec::new() },
        }),
        ..SeizureDraft::default()
    }
}

/// Fills a fresh store.
pub async fn fill(url: &StoreUrl, seizures: i64) {
    let (registry, _store) = open(url.clone()).await;
    record_templates(&registry).await;
    let connection = connect(url).await;
    let copies = seizures / TEMPLATES - 1;
    // Some at a time, so that no transaction grows without bound.
    let step = 1_000;
    for from in (1..=copies).step_by(step) {
        let until = copies.min(from + 999);
        copy_seizures(&connection, from, until).await;
        eprint!("\r  {} of {seizures} seizures", (until + 1) * TEMPLATES);
    }
    eprintln!();
    settle(&connection).await;
}

async fn record_templates(registry: &Registry) {
    let viewer = viewer();
    registry.register_own_agency(&viewer).await.expect("an agency");
    for (id, region) in [("us-cbp", "US"), ("co-ponal", "CO")] {
        let draft = AgencyDraft {
            display_name: id.to_owned(),
            region_code: region.to_owned(),
            marking: Some(MarkingDraft { label: Tlp::Green.code(), releasable_to: Vec::new() }),
            ..AgencyDraft::default()
        };
        registry.create_agency(&viewer, create(id, draft)).await.expect("an agency");
    }
    let draft = OperationDraft {
        display_name: "a flight".to_owned(),
        lead_agency: format!("agencies/{AGENCY}"),
        ..OperationDraft::default()
    };
    let operation = registry.create_operation(&viewer, create("", draft)).await;
    let operation = operation.expect("an operation").id.to_string();
    for number in 0..TEMPLATES {
        let mut draft = seizure(number, &operation);
        draft.external_ids =
            vec![ExternalId { scheme: "case".to_owned(), value: number.to_string() }];
        registry.create_seizure(&viewer, create("", draft)).await.expect("a seizure");
    }
}

pub async fn connect(url: &StoreUrl) -> DatabaseConnection {
    let url = match url {
        StoreUrl::Sqlite(path) => format!("sqlite://{}", path.display()),
        StoreUrl::Postgres(url) => url.clone(),
    };
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.expect("the database is there")
}

/// Random bits with the time of a copy in front, as UUIDs of version 7 have.
pub fn uid(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Sqlite => {
            "unhex(printf('%012x7', 1500000000000 + (n * 64 + t.id) * 1000) \
             || substr(hex(randomblob(2)), 2, 3) || '8' || substr(hex(randomblob(8)), 2, 15))"
        }
        _ => {
            "(lpad(to_hex(1500000000000 + (n * 64 + t.id) * 1000), 12, '0') || '7' \
             || substr(md5(random()::text), 1, 3) || '8' \
             || substr(md5(random()::text), 1, 15))::uuid"
        }
    }
}

fn series(backend: DbBackend, from: i64, until: i64) -> String {
    match backend {
        DbBackend::Sqlite => format!(
            "(WITH RECURSIVE s(n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM s WHERE n < {until}) \
             SELECT n FROM s) AS series"
        ),
        _ => format!("generate_series({from}::bigint, {until}::bigint) AS series(n)"),
    }
}

async fn columns(connection: &DatabaseConnection, table: &str) -> Vec<String> {
    let backend = connection.get_database_backend();
    let sql = match backend {
        DbBackend::Sqlite => format!("SELECT name FROM pragma_table_info('{table}') ORDER BY cid"),
        _ => format!(
            "SELECT column_name::text FROM information_schema.columns WHERE table_name = '{table}' \
             AND table_schema = current_schema() ORDER BY ordinal_position"
        ),
    };
    let rows = connection.query_all_raw(Statement::from_string(backend, sql)).await;
    let name = |row: &sea_orm::QueryResult| row.try_get_by_index::<String>(0).expect("a name");
    rows.expect("the columns").iter().map(name).collect()
}

/// Copies the rows of a table, each column as it is or as `instead` spells it.
pub async fn copy(
    connection: &DatabaseConnection,
    table: &str,
    (from, until): (i64, i64),
    condition: &str,
    instead: &[(&str, &str)],
) {
    let backend = connection.get_database_backend();
    let columns = columns(connection, table).await;
    let spelled: Vec<String> = columns
        .iter()
        .map(|column| {
            let other = instead.iter().find(|(name, _)| name == column);
            other.map_or_else(|| format!("t.{column}"), |(_, sql)| (*sql).to_owned())
        })
        .collect();
    let sql = format!(
        "INSERT INTO {table} ({}) SELECT {} FROM {table} AS t CROSS JOIN {} WHERE {condition} \
         ORDER BY n",
        columns.join(", "),
        spelled.join(", "),
        series(backend, from, until)
    );
    connection.execute_unprepared(&sql).await.expect("rows are copied");
}

async fn copy_seizures(connection: &DatabaseConnection, from: i64, until: i64) {
    let backend = connection.get_database_backend();
    let bounds = (from, until);
    let times = [
        ("id", "n * 64 + t.id"),
        ("uid", uid(backend)),
        ("create_micros", "t.create_micros + n * 64000000"),
        ("update_micros", "t.update_micros + n * 64000000"),
        ("when_earliest", "t.when_earliest + (n % 300) * 86400000000"),
        ("when_latest", "t.when_latest + (n % 300) * 86400000000"),
        ("mass_micrograms", "t.mass_micrograms + n * 1000"),
        ("external_ids", "'[]'"),
    ];
    copy(connection, "seizures", bounds, "t.id <= 64", &times).await;
    let owner = [("seizure_id", "n * 64 + t.seizure_id")];
    copy(connection, "seizure_items", bounds, "t.seizure_id <= 64", &owner).await;
    let entry = [
        ("revision", "1000 + n * 64 + t.revision"),
        ("request_id", uid(backend)),
        ("request", "'{}'"),
        ("after", "'{}'"),
    ];
    let entry: Vec<_> =
        entry.iter().map(|(c, sql)| (*c, sql.replace("t.id", "t.revision"))).collect();
    let entry: Vec<(&str, &str)> = entry.iter().map(|(c, sql)| (*c, sql.as_str())).collect();
    copy(connection, "ledger", bounds, "t.method = 'CreateSeizure' AND t.revision <= 100", &entry)
        .await;
}

/// Numbers that go on where the copies end; on Postgres, the statistics that it gathers itself.
pub async fn settle(connection: &DatabaseConnection) {
    let run =
        async |sql: &str| connection.execute_unprepared(sql).await.expect("the store settles");
    if connection.get_database_backend() == DbBackend::Postgres {
        run("SELECT setval(pg_get_serial_sequence('seizures', 'id'), (SELECT max(id) FROM seizures))")
            .await;
        run("UPDATE ledger_head SET revision = (SELECT max(revision) FROM ledger)").await;
        run("VACUUM ANALYZE").await;
        run("CHECKPOINT").await;
    } else {
        // Without statistics, as a store of SQLite is.
        run("PRAGMA wal_checkpoint(TRUNCATE)").await;
    }
}

/// Resource names of seizures spread over a store.
pub async fn names(url: &StoreUrl, many: i64) -> Vec<String> {
    let connection = connect(url).await;
    let backend = connection.get_database_backend();
    let sql = format!(
        "SELECT uid FROM seizures WHERE id % (SELECT 1 + max(id) / {many} FROM seizures) = 0"
    );
    let rows = connection.query_all_raw(Statement::from_string(backend, sql)).await;
    let name = |row: &sea_orm::QueryResult| {
        let uid: Uuid = row.try_get_by_index(0).expect("an id");
        format!("seizures/{uid}")
    };
    rows.expect("the ids").iter().map(name).collect()
}

/// A store's URL as the command line takes it.
pub fn spelled(url: &StoreUrl) -> String {
    match url {
        StoreUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        StoreUrl::Postgres(url) => url.clone(),
    }
}

/// Removes what an earlier run left.
pub async fn clear(url: &StoreUrl) {
    match url {
        StoreUrl::Sqlite(path) => {
            for suffix in ["", "-wal", "-shm"] {
                let _absent = std::fs::remove_file(format!("{}{suffix}", path.display()));
            }
        }
        StoreUrl::Postgres(url) => {
            let (server, name) = url.rsplit_once('/').expect("a URL with a database");
            let server = connect(&StoreUrl::Postgres(format!("{server}/postgres"))).await;
            for sql in
                [format!("DROP DATABASE IF EXISTS {name}"), format!("CREATE DATABASE {name}")]
            {
                server.execute_unprepared(&sql).await.expect("a fresh database");
            }
        }
    }
}

/// [`seizure`] as a client sends it.
pub fn message(number: i64) -> proto::Seizure {
    let SeizureDraft {
        operation: _,
        agency,
        when,
        place,
        items,
        external_ids: _,
        sources: _,
        marking,
    } = seizure(number, "");
    let place = place.expect("it has a place");
    let point = place.point.expect("it has a point");
    let item = |item: ItemDraft| {
        let quantity = item.quantity.expect("it has a quantity");
        proto::SeizedItem {
            substance: item.substance,
            reported_label: item.reported_label,
            quantity: Some(proto::Quantity {
                value: quantity.value,
                unit: quantity.unit,
                ..proto::Quantity::default()
            }),
            ..proto::SeizedItem::default()
        }
    };
    proto::Seizure {
        agency,
        when: when.map(|edtf| proto::When { edtf, ..proto::When::default() }),
        place: Some(proto::Place {
            point: Some(proto::Point {
                latitude: point.latitude,
                longitude: point.longitude,
                uncertainty_meters: point.uncertainty_meters,
            }),
            region_code: place.region_code,
            subdivision_code: place.subdivision_code,
            text: place.text,
            ..proto::Place::default()
        }),
        items: items.into_iter().map(item).collect(),
        marking: marking.map(|marking| proto::Marking {
            label: marking.label,
            releasable_to: marking.releasable_to,
        }),
        ..proto::Seizure::default()
    }
}
