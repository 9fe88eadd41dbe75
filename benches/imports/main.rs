//! Rows in and out through the methods, beside the bulk loaders of both databases and beside their
//! bare drivers, on the same rows with the same indexes in the same run.
//!
//!     cargo bench --bench imports -- 100000
//!
//! Needs the commands sqlite3 and psql, and a Postgres in INTERDICTION_TEST_POSTGRES.

use futures_util::TryStreamExt as _;
use interdiction::{
    cli,
    exchange::Link,
    proto::{self, seizure_service_client::SeizureServiceClient},
    server,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sea_orm::{Database, Statement, StreamTrait as _};
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROWS_DEFAULT: usize = 100_000;
/// The tables that an import writes.
const TABLES: [&str; 5] =
    ["seizures", "seizure_items", "imported_seizures", "external_ids", "ledger"];
const MAPPING: &str = r#"
dataset = "generated"
[identity]
column = "id"
[seizure.when]
column = "day"
[seizure.place]
subdivision_code = { column = "sub" }
text = { column = "town" }
latitude = { column = "lat" }
longitude = { column = "lon" }
[seizure.marking]
label = "GREEN"
[[item]]
substance = { column = "drug" }
quantity = { column = "grams" }
unit = "GRAM"
"#;

fn main() {
    let asked = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let rows: usize = asked.unwrap_or(ROWS_DEFAULT);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rows.csv");
    fs::write(&file, table(rows)).expect("a file");
    fs::write(folder.path().join("map.toml"), MAPPING).expect("a file");
    println!("{rows} seizures of one item");
    sqlite(folder.path(), &file, rows);
    postgres(folder.path(), &file, rows);
}

fn table(rows: usize) -> String {
    let mut chance = StdRng::seed_from_u64(4);
    let mut text = "id,day,drug,grams,lat,lon,sub,town\n".to_owned();
    for i in 0..rows {
        let drug = ["heroin", "cocaine", "basuco", "marihuana"][chance.random_range(0..4)];
        let sub = ["CO-ANT", "CO-CUN", "CO-VAC", "MX-SON"][chance.random_range(0..4)];
        let (year, month, day) = (
            chance.random_range(2010..2025),
            chance.random_range(1..13),
            chance.random_range(1..29),
        );
        let (grams, town) = (chance.random_range(1..100_000), chance.random_range(1..3_000));
        let (lat, lon) = (chance.random_range(-10.0..10.0), chance.random_range(-80.0..-60.0));
        let _infallible = writeln!(
            text,
            "e{i},{year}-{month:02}-{day:02},{drug},{grams},{lat:.6},{lon:.6},{sub},Town {town}"
        );
    }
    text
}

/// Runs a command to its end, and tells its seconds and its output.
fn timed(command: &mut Command) -> (f64, String) {
    let began = Instant::now();
    let output = command.output().expect("it runs");
    let seconds = began.elapsed().as_secs_f64();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {told}");
    (seconds, String::from_utf8_lossy(&output.stdout).into_owned())
}

fn import(store: &str, folder: &Path, file: &Path) -> f64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_interdiction"));
    command.args(["import", "--mapping", "map.toml", "--log-filter", "warn", "--store", store]);
    timed(command.arg(file).current_dir(folder)).0
}

fn migrate(store: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_interdiction"));
    timed(command.args(["migrate", "--log-filter", "warn", "--store", store]));
}

/// Seconds that the export of a store takes a client in this process.
fn export(store: &str, rows: usize) -> f64 {
    let arguments = ["interdiction", "serve", "--store", store].map(Into::into);
    let nothing = |_: &Path| Err(std::io::ErrorKind::NotFound.into());
    let config = cli::load(arguments, std::iter::empty(), nothing).expect("a configuration").1;
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let viewer = server::viewer(&config).expect("a viewer");
        let registry = server::open(&config, &viewer).await.expect("a store");
        let routes = server::in_process(registry, viewer, &config).await.expect("services");
        let mut client = SeizureServiceClient::new(Link::InProcess(routes));
        let began = Instant::now();
        let request = proto::ExportSeizuresRequest::default();
        let mut parts = client.export_seizures(request).await.expect("an export").into_inner();
        let mut count = 0;
        while let Some(part) = parts.message().await.expect("a part") {
            count += part.seizures.len();
        }
        assert_eq!(count, rows);
        began.elapsed().as_secs_f64()
    })
}

/// Seconds that reading every row of the seizures takes the driver of Postgres.
fn read_postgres(url: &str) -> f64 {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let connection = Database::connect(url).await.expect("a connection");
        let sql = "SELECT * FROM seizures ORDER BY id";
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let began = Instant::now();
        let mut rows = connection.stream_raw(statement).await.expect("rows");
        while let Some(row) = rows.try_next().await.expect("a row") {
            let _items: String = row.try_get("", "items").expect("items");
        }
        began.elapsed().as_secs_f64()
    })
}

fn read_sqlite(path: &Path) -> f64 {
    let connection = rusqlite::Connection::open(path).expect("a file");
    let began = Instant::now();
    let mut statement = connection.prepare("SELECT * FROM seizures ORDER BY id").expect("sql");
    let columns = statement.column_count();
    let mut rows = statement.query([]).expect("rows");
    while let Some(row) = rows.next().expect("a row") {
        for column in 0..columns {
            let _value: rusqlite::types::Value = row.get(column).expect("a value");
        }
    }
    began.elapsed().as_secs_f64()
}

struct Told {
    database: &'static str,
    loader: &'static str,
    seizures: usize,
    rows: usize,
    import: f64,
    load: f64,
    again: f64,
    export: f64,
    read: f64,
}

impl Told {
    fn print(&self) {
        let Self { database, loader, seizures, rows, import, load, again, export, read } = self;
        let rate = |count: &usize, seconds: &f64| (*count as f64 / seconds).round();
        println!("{database}:");
        println!(
            "  import: {} rows/s into tables ({} seizures/s), {import:.2} s",
            rate(rows, import),
            rate(seizures, import)
        );
        println!(
            "  {loader}: {} rows/s, {load:.2} s; import is {:.0} %",
            rate(rows, load),
            100.0 * load / import
        );
        println!("  import again, nothing changed: {} seizures/s", rate(seizures, again));
        println!("  export: {} seizures/s, {export:.2} s", rate(seizures, export));
        println!(
            "  bare driver: {} rows/s, {read:.2} s; export is {:.0} %",
            rate(seizures, read),
            100.0 * read / export
        );
    }
}

fn sqlite(folder: &Path, file: &Path, seizures: usize) {
    let path = folder.join("ours.db");
    let store = format!("sqlite:{}", path.display());
    let import_seconds = import(&store, folder, file);
    let sqlite3 = |path: &Path, script: &str| {
        let mut command = Command::new("sqlite3");
        timed(command.arg("-batch").arg(path).arg(script))
    };
    let mut rows = 0;
    let mut dumps: Vec<(&str, PathBuf)> = Vec::new();
    for table in TABLES {
        let dump = folder.join(format!("{table}.csv"));
        sqlite3(&path, &format!(".mode csv\n.once {}\nSELECT * FROM {table};", dump.display()));
        rows += count(&sqlite3(&path, &format!("SELECT COUNT(*) FROM {table};")).1);
        dumps.push((table, dump));
    }
    let mut schema = sqlite3(&path, ".schema").1;
    // What a dump leaves empty is no number, which strict tables refuse.
    schema = schema.replace(") STRICT", ")").replace(" NOT NULL", "");
    let theirs = folder.join("theirs.db");
    sqlite3(&theirs, &schema);
    let mut script = "PRAGMA journal_mode = WAL;\nPRAGMA synchronous = FULL;\n".to_owned();
    for (table, dump) in &dumps {
        let _infallible = writeln!(script, ".import --csv {} {table}", dump.display());
    }
    let script_file = folder.join("load.sql");
    fs::write(&script_file, script).expect("a file");
    let load = sqlite3(&theirs, &format!(".read {}", script_file.display())).0;
    let told = Told {
        database: "SQLite",
        loader: "sqlite3 .import",
        seizures,
        rows,
        import: import_seconds,
        load,
        again: import(&store, folder, file),
        export: export(&store, seizures),
        read: read_sqlite(&path),
    };
    told.print();
}

fn count(text: &str) -> usize {
    text.trim().parse().expect("a count")
}

fn postgres(folder: &Path, file: &Path, seizures: usize) {
    let server = std::env::var("INTERDICTION_TEST_POSTGRES").expect("INTERDICTION_TEST_POSTGRES");
    let psql = |url: &str, sql: &str| {
        timed(Command::new("psql").args(["-qAt", "-v", "ON_ERROR_STOP=1", url, "-c", sql]))
    };
    let (base, _) = server.rsplit_once('/').expect("a database");
    let [ours, theirs] = ["bench_imports_ours", "bench_imports_theirs"].map(|name| {
        psql(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        psql(&server, &format!("CREATE DATABASE {name}"));
        format!("{base}/{name}")
    });
    let import_seconds = import(&ours, folder, file);
    migrate(&theirs);
    let mut rows = 0;
    let mut script = "BEGIN;\n".to_owned();
    for table in ["agencies", "markings", "marking_grants"].into_iter().chain(TABLES) {
        let dump = folder.join(format!("{table}.copy"));
        psql(&ours, &format!("\\copy {table} TO '{}'", dump.display()));
        if TABLES.contains(&table) {
            rows += count(&psql(&ours, &format!("SELECT COUNT(*) FROM {table}")).1);
        }
        let _infallible = writeln!(script, "\\copy {table} FROM '{}'", dump.display());
    }
    script.push_str("COMMIT;\n");
    let script_file = folder.join("load.psql");
    fs::write(&script_file, script).expect("a file");
    let mut load = Command::new("psql");
    load.args(["-qAt", "-v", "ON_ERROR_STOP=1", &theirs, "-f"]).arg(&script_file);
    let told = Told {
        database: "Postgres",
        loader: "COPY",
        seizures,
        rows,
        load: timed(&mut load).0,
        import: import_seconds,
        again: import(&ours, folder, file),
        export: export(&ours, seizures),
        read: read_postgres(&ours),
    };
    told.print();
    for url in [&ours, &theirs] {
        let name = url.rsplit('/').next().expect("a name");
        psql(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    }
}
