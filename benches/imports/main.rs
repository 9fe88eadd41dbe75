//! Rows in and out through the methods, beside the bulk loaders of both databases and beside their
//! bare drivers, on the same rows with the same indexes in the same run.

#[path = "../requests/floors.rs"]
#[expect(dead_code, reason = "the floors of other requests")]
mod floors;
#[path = "../requests/load.rs"]
#[expect(dead_code, reason = "the load of other requests")]
mod load;
mod loaders;
mod raw;
mod rows;
#[path = "../requests/stage.rs"]
#[expect(dead_code, reason = "the stage of other requests")]
mod stage;

use futures_util::stream;
use interdiction::{
    cli,
    exchange::Link,
    proto::{self, seizure_service_client::SeizureServiceClient},
    registry::Registry,
    server,
    store::StoreUrl,
};
use sea_orm::Statement;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
    time::Instant,
};
use tokio::runtime::Runtime;

const HELP: &str = "\
Measures an import beside `sqlite3 .import` and `COPY`, and an export beside the bare drivers, and
prints a table in Markdown.

  cargo bench --bench imports -- [--rows N] [--rounds N] [sqlite | postgres]

  --rows N      seizures of one item each [100000]
  --rounds N    times that each pair is measured [3]

Needs the commands sqlite3 and psql. INTERDICTION_BENCH_POSTGRES names a server that may be written
to: postgres://user@host:port/postgres";

const POSTGRES_VARIABLE: &str = "INTERDICTION_BENCH_POSTGRES";

/// The binary's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The tables that an import writes.
const TABLES: [&str; 5] =
    ["seizures", "seizure_items", "imported_seizures", "external_ids", "ledger"];

struct Options {
    rows: usize,
    rounds: usize,
    wanted: Option<String>,
}

impl Options {
    fn from_process() -> Self {
        let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
        let mut options = Self { rows: 100_000, rounds: 3, wanted: None };
        let number = |text: Option<String>| text.and_then(|t| t.parse().ok()).expect("a number");
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--rows" => options.rows = number(arguments.next()),
                "--rounds" => options.rounds = number(arguments.next()),
                "sqlite" | "postgres" => options.wanted = Some(argument),
                _ => {
                    println!("{HELP}");
                    std::process::exit(0);
                }
            }
        }
        options
    }
}

fn main() {
    let options = Options::from_process();
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let file = folder.path().join("rows.csv");
    fs::write(&file, rows::table(options.rows)).expect("a file");
    fs::write(folder.path().join("map.toml"), rows::MAPPING).expect("a file");
    println!("| measurement | subject | floor | ratio |");
    println!("|---|---|---|---|");
    for stage in [Stage::sqlite(folder.path()), Stage::postgres(folder.path())] {
        if options.wanted.as_deref().is_none_or(|wanted| wanted == stage.backend()) {
            stage.run(&options, &file);
        }
    }
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

fn interdiction(store: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_interdiction"));
    command.env_remove(POSTGRES_VARIABLE);
    command.args(arguments).args(["--log-filter", "warn", "--store", store]);
    command
}

/// Where the rows go.
enum Stage {
    Sqlite { folder: PathBuf, ours: PathBuf },
    Postgres { folder: PathBuf, server: String },
}

const OURS: &str = "bench_imports_ours";
const THEIRS: &str = "bench_imports_theirs";

impl Stage {
    fn sqlite(folder: &Path) -> Self {
        Self::Sqlite { folder: folder.to_owned(), ours: folder.join("ours.db") }
    }

    fn postgres(folder: &Path) -> Self {
        let server = std::env::var(POSTGRES_VARIABLE).unwrap_or_default();
        Self::Postgres { folder: folder.to_owned(), server }
    }

    fn backend(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "sqlite",
            Self::Postgres { .. } => "postgres",
        }
    }

    fn loader(&self) -> &'static str {
        match self {
            Self::Sqlite { .. } => "`sqlite3 .import`",
            Self::Postgres { .. } => "`COPY`",
        }
    }

    /// A database of the server that the benchmark has.
    fn database(server: &str, name: &str) -> String {
        let (base, _) = server.rsplit_once('/').expect("INTERDICTION_BENCH_POSTGRES is not set");
        format!("{base}/{name}")
    }

    /// A store that nobody has written, of the newest schema.
    fn fresh(&self) -> String {
        let store = self.store();
        match self {
            Self::Sqlite { folder, .. } => {
                for suffix in ["", "-wal", "-shm"] {
                    let _none = fs::remove_file(folder.join(format!("ours.db{suffix}")));
                }
            }
            Self::Postgres { server, .. } => {
                for name in [OURS, THEIRS] {
                    drop_database(server, name);
                    loaders::psql(server, &format!("CREATE DATABASE {name}"));
                }
                timed(&mut interdiction(&Self::database(server, THEIRS), &["migrate"]));
            }
        }
        timed(&mut interdiction(&store, &["migrate"]));
        store
    }

    fn store(&self) -> String {
        match self {
            Self::Sqlite { ours, .. } => format!("sqlite:{}", ours.display()),
            Self::Postgres { server, .. } => Self::database(server, OURS),
        }
    }

    fn load(&self) -> loaders::Loaded {
        match self {
            Self::Sqlite { folder, ours } => loaders::sqlite_import(folder, ours),
            Self::Postgres { folder, server } => {
                let [ours, theirs] = [OURS, THEIRS].map(|name| Self::database(server, name));
                loaders::postgres_copy(folder, &ours, &theirs)
            }
        }
    }

    fn url(&self) -> StoreUrl {
        match self {
            Self::Sqlite { ours, .. } => StoreUrl::Sqlite(ours.clone()),
            Self::Postgres { server, .. } => StoreUrl::Postgres(Self::database(server, OURS)),
        }
    }

    /// Seconds that the bare driver takes to run the statements of an export.
    fn read(&self, statements: &[Statement]) -> f64 {
        match self.url() {
            StoreUrl::Sqlite(path) => floors::sqlite_once(&path, statements.to_vec()),
            StoreUrl::Postgres(url) => {
                Runtime::new().expect("a runtime").block_on(floors::postgres_once(&url, statements))
            }
        }
    }

    fn run(&self, options: &Options, file: &Path) {
        let Options { rows: seizures, rounds, .. } = *options;
        let (backend, loader) = (self.backend(), self.loader());
        let mut pairs = Vec::new();
        let mut rows = 0;
        for _ in 0..rounds {
            self.fresh();
            let seconds = import(&self.url(), rows::requests(seizures), seizures);
            let loaded = self.load();
            rows = loaded.rows;
            pairs.push((seconds, loaded.seconds));
        }
        report(&format!("Import, {backend}, rows in tables; floor: {loader}"), rows, pairs);
        let again = import(&self.url(), rows::requests(seizures), 0);
        alone(&format!("the same again, {backend}, nothing changes, seizures"), seizures, again);
        let mut pairs = Vec::new();
        for _ in 0..rounds {
            let (seconds, statements) = export(&self.url(), seizures);
            pairs.push((seconds, self.read(&statements)));
        }
        let name = format!("Export, {backend}, seizures; floor: bare driver");
        report(&name, seizures, pairs);
        let store = self.fresh();
        let mut command = interdiction(&store, &["import", "--mapping", "map.toml"]);
        let seconds = timed(command.arg(file).current_dir(file.parent().expect("a folder"))).0;
        alone(&format!("`interdiction import` of a CSV, {backend}, seizures"), seizures, seconds);
        if let Self::Postgres { server, .. } = self {
            [OURS, THEIRS].into_iter().for_each(|name| drop_database(server, name));
        }
    }
}

fn drop_database(server: &str, name: &str) {
    loaders::psql(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
}

/// Prints the round whose ratio is the median; a pair is the seconds of subject and floor.
fn report(name: &str, count: usize, mut pairs: Vec<(f64, f64)>) {
    pairs.sort_by(|a, b| (a.1 / a.0).total_cmp(&(b.1 / b.0)));
    let (subject, floor) = pairs[pairs.len() / 2];
    let rate = |seconds: f64| (count as f64 / seconds).round();
    let ratio = 100.0 * floor / subject;
    println!("| {name} | {}/s | {}/s | {ratio:.0} % |", rate(subject), rate(floor));
}

fn alone(name: &str, count: usize, seconds: f64) {
    println!("| {name} | {}/s | | |", (count as f64 / seconds).round());
}

/// A server in this process, over a store.
async fn link(registry: Registry) -> Link {
    let arguments = ["interdiction", "serve"].map(Into::into);
    let nothing = |_: &Path| Err(std::io::ErrorKind::NotFound.into());
    let config = cli::load(arguments, std::iter::empty(), nothing).expect("a configuration").1;
    let viewer = stage::viewer();
    let routes = server::in_process(registry, viewer, &config).await.expect("services");
    Link::InProcess(routes)
}

/// Seconds from the first row that is sent to the last that is acknowledged.
fn import(url: &StoreUrl, requests: Vec<proto::ImportSeizuresRequest>, created: usize) -> f64 {
    Runtime::new().expect("a runtime").block_on(async {
        let (registry, _store) = stage::open(url.clone()).await;
        registry.register_own_agency(&stage::viewer()).await.expect("an agency");
        let mut client = SeizureServiceClient::new(link(registry).await);
        let began = Instant::now();
        let answers = client.import_seizures(stream::iter(requests)).await.expect("an import");
        let mut answers = answers.into_inner();
        let mut count = 0;
        while let Some(answer) = answers.message().await.expect("an answer") {
            assert_eq!(answer.rejected, []);
            count += answer.created_count;
        }
        assert_eq!(usize::try_from(count), Ok(created));
        began.elapsed().as_secs_f64()
    })
}

/// Seconds that an export takes to come to a client, which does not decode it, and its statements.
fn export(url: &StoreUrl, rows: usize) -> (f64, Vec<Statement>) {
    Runtime::new().expect("a runtime").block_on(async {
        let (registry, store) = stage::open(url.clone()).await;
        let recorded: Arc<Mutex<Vec<Statement>>> = Arc::default();
        let seen = Arc::clone(&recorded);
        store.watch(move |statement| seen.lock().expect("no panic").push(statement.clone()));
        let link = link(registry).await;
        let began = Instant::now();
        let messages = raw::export(link).await;
        let seconds = began.elapsed().as_secs_f64();
        assert_eq!(raw::count(&messages), rows);
        let statements = std::mem::take(&mut *recorded.lock().expect("no panic"));
        (seconds, statements)
    })
}
