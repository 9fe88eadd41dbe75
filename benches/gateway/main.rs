//! What an analyst's questions cost beside the same SQL on the bare driver, measured in the same
//! run: the gateway and its floor take turns, and the figure of a pair is the median of its rounds.

mod attacks;
#[path = "../requests/floors.rs"]
#[expect(dead_code, reason = "the floors of other requests")]
mod floors;
#[path = "../requests/load.rs"]
#[expect(dead_code, reason = "the load of other requests")]
mod load;
mod questions;
#[path = "../requests/served.rs"]
#[expect(dead_code, reason = "the constant service of other requests")]
mod served;
#[path = "../requests/stage.rs"]
#[expect(dead_code, reason = "the stage of other requests")]
mod stage;
mod wire;
mod world;

use async_graphql::{Request, Variables};
use floors::Recorded;
use interdiction::{
    graphql::{self, query::Asked},
    registry::Registry,
    store::{Store, StoreUrl},
};
use load::{Load, drive};
use questions::{QUESTIONS, Question};
use serde_json::json;
use served::Served;
use std::{
    path::PathBuf,
    process::Command,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

const HELP: &str = "\
Measures an analyst's questions beside the same SQL on the bare driver: pgbench -M prepared on
Postgres, rusqlite on SQLite. Prints a table in Markdown.

  cargo bench --bench gateway -- [--rows N] [--seconds N] [--rounds N] [--attacks]
                                  [--reuse] [NAME...]

  --rows N      seizures in each store [1000000]; operations, sensors and agencies in proportion
  --seconds N   length of one measurement [4]
  --rounds N    times that each pair is measured [3]
  --attacks     measure what hostile documents cost instead, over SQLite
  --reuse       take the stores of the run before, which has to be of the same schema
  NAME          only the measurements whose name contains it

INTERDICTION_BENCH_POSTGRES names a server that may be written to: postgres://user@host:port/postgres";

/// The variable that names the server.
pub const POSTGRES_VARIABLE: &str = "INTERDICTION_BENCH_POSTGRES";
/// Records that are asked for by name, one after the other.
const NAMES: i64 = 1_000;
/// Variants of a question that pgbench runs.
const VARIANTS: usize = 16;
/// Variants of a question that rusqlite runs: every one that the gateway is asked.
const VARIANTS_SQLITE: usize = NAMES as usize;

/// The binary's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

struct Options {
    rows: i64,
    lasting: Duration,
    rounds: usize,
    reuse: bool,
    attacks: bool,
    wanted: Vec<String>,
}

impl Options {
    fn from_process() -> Self {
        let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
        let mut options = Self {
            rows: 1_000_000,
            lasting: Duration::from_secs(4),
            rounds: 3,
            reuse: false,
            attacks: false,
            wanted: Vec::new(),
        };
        let number = |text: Option<String>| text.and_then(|t| t.parse().ok()).expect("a number");
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--rows" => options.rows = number(arguments.next()),
                "--seconds" => {
                    options.lasting = Duration::from_secs(number(arguments.next()).unsigned_abs());
                }
                "--rounds" => {
                    options.rounds = usize::try_from(number(arguments.next())).expect("rounds");
                }
                "--reuse" => options.reuse = true,
                "--attacks" => options.attacks = true,
                "--help" | "-h" => {
                    println!("{HELP}");
                    std::process::exit(0);
                }
                name => options.wanted.push(name.to_owned()),
            }
        }
        options
    }

    fn wants(&self, name: &str) -> bool {
        self.wanted.iter().all(|wanted| name.contains(wanted.as_str()))
    }
}

#[tokio::main]
async fn main() {
    let options = Options::from_process();
    if options.attacks {
        return attacks::measure(&directory(), options.lasting, &options.wanted).await;
    }
    println!("| question | gateway | floor | ratio | p50 | p99 |");
    println!("|---|---|---|---|---|---|");
    for (backend, url) in stores(&options).await {
        let bench = Bench::new(backend, url).await;
        for question in QUESTIONS.iter() {
            if options.wants(&format!("{}, {backend}", question.name)) {
                bench.measure(question, &options).await;
            }
        }
    }
}

/// The stores, filled.
async fn stores(options: &Options) -> Vec<(&'static str, StoreUrl)> {
    let directory = directory();
    let name = format!("gateway_{}", options.rows);
    let mut stores = Vec::new();
    for backend in ["sqlite", "postgres"] {
        let other = if backend == "sqlite" { "postgres" } else { "sqlite" };
        if options.wanted.iter().any(|wanted| wanted == other) {
            continue;
        }
        let url = if backend == "sqlite" {
            StoreUrl::Sqlite(directory.join(format!("{name}.db")))
        } else {
            let server = std::env::var(POSTGRES_VARIABLE).unwrap_or_else(|_| {
                eprintln!("{POSTGRES_VARIABLE} is not set\n\n{HELP}");
                std::process::exit(2);
            });
            let (base, _) = server.rsplit_once('/').expect("a URL with a database");
            StoreUrl::Postgres(format!("{base}/{name}"))
        };
        if !options.reuse {
            stage::clear(&url).await;
            let began = Instant::now();
            eprintln!("filling {backend}");
            world::fill(&url, world::Size::of(options.rows)).await;
            eprintln!("  in {} s", began.elapsed().as_secs());
        }
        stores.push((backend, url));
    }
    stores
}

/// Where stores in files are.
fn directory() -> PathBuf {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench");
    std::fs::create_dir_all(&directory).expect("a directory");
    directory
}

struct Bench {
    backend: &'static str,
    url: StoreUrl,
    registry: Registry,
    seen: Arc<Mutex<Vec<sea_orm::Statement>>>,
    names: Arc<Vec<String>>,
}

impl Bench {
    async fn new(backend: &'static str, url: StoreUrl) -> Self {
        let (registry, store) = stage::open(url.clone()).await;
        let names = Arc::new(stage::names(&url, NAMES).await);
        let seen = watched(&store);
        Self { backend, url, registry, seen, names }
    }

    async fn measure(&self, question: &'static Question, options: &Options) {
        let mut variants = Vec::new();
        let many = match &self.url {
            _ if !question.varies() => 1,
            StoreUrl::Sqlite(_) => VARIANTS_SQLITE,
            StoreUrl::Postgres(_) => VARIANTS,
        };
        for variant in 0..many {
            variants.push(self.statements(question, variant).await);
        }
        eprintln!("{}, {}: {} statements", question.name, self.backend, variants[0].len());
        for statement in &variants[0] {
            eprintln!("  {}", statement.sql);
        }
        let server = Served::registry(&stage::spelled(&self.url));
        let (mut served, mut within) = (Vec::new(), Vec::new());
        for _ in 0..options.rounds {
            let floor = self.floor(question.callers, &variants, options.lasting).await;
            served.push((self.asked(&server, question, options.lasting).await, floor));
            let floor = self.floor(question.callers, &variants, options.lasting).await;
            within.push((self.in_process(question, options.lasting).await, floor));
        }
        let name = format!("{}, {}", question.name, self.backend);
        report(&name, served);
        report(&format!("{name}, in process"), within);
        eprintln!("  {} MiB, at most {} MiB", server.resident_mib(), server.peak_mib());
    }

    /// The statements that a question costs.
    async fn statements(&self, question: &Question, variant: usize) -> Vec<sea_orm::Statement> {
        let schema = graphql::schema();
        // The first one may also fill what is kept.
        for _ in 0..2 {
            self.seen.lock().expect("no panic").clear();
            let variables = question.variables(&self.names, variant);
            let asked = Asked::new(self.registry.clone(), stage::viewer());
            let request = Request::new(question.document)
                .variables(Variables::from_json(variables))
                .data(asked);
            let answer = schema.execute(request).await;
            assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        }
        self.seen.lock().expect("no panic").clone()
    }

    async fn floor(
        &self,
        callers: usize,
        variants: &[Vec<sea_orm::Statement>],
        lasting: Duration,
    ) -> Load {
        match &self.url {
            StoreUrl::Postgres(url) => pgbench(url, callers, variants, lasting),
            StoreUrl::Sqlite(path) => {
                let recorded = |statements: &Vec<_>| Recorded {
                    statements: statements.clone(),
                    ..Recorded::default()
                };
                let requests: Vec<Recorded> = variants.iter().map(recorded).collect();
                floors::sqlite_reads(
                    path,
                    &requests,
                    &Arc::new(vec![uuid::Uuid::nil()]),
                    callers.min(2),
                    lasting,
                )
            }
        }
    }

    async fn in_process(&self, question: &'static Question, lasting: Duration) -> Load {
        let schema = graphql::schema();
        let (registry, names) = (self.registry.clone(), Arc::clone(&self.names));
        drive(question.callers, lasting, move |caller, turn| {
            let variables = question.variables(&names, turn * question.callers + caller);
            let (schema, registry) = (schema.clone(), registry.clone());
            async move {
                let request = Request::new(question.document)
                    .variables(Variables::from_json(variables))
                    .data(Asked::new(registry, stage::viewer()));
                let answer = schema.execute(request).await;
                assert!(answer.errors.is_empty(), "{:?}", answer.errors);
                std::hint::black_box(serde_json::to_vec(&answer).expect("json"));
            }
        })
        .await
    }

    async fn asked(&self, server: &Served, question: &'static Question, lasting: Duration) -> Load {
        let lines = Arc::new(wire::Lines::connect(&server.address, question.callers).await);
        let names = Arc::clone(&self.names);
        drive(question.callers, lasting, move |caller, turn| {
            let variables = question.variables(&names, turn * question.callers + caller);
            let body = json!({ "query": question.document, "variables": variables });
            let lines = Arc::clone(&lines);
            async move {
                lines.ask(caller, "/graphql", &body.to_string()).await;
            }
        })
        .await
    }
}

fn watched(store: &Store) -> Arc<Mutex<Vec<sea_orm::Statement>>> {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&seen);
    store.watch(move |statement| {
        kept.lock().expect("no panic").push(statement.clone());
        // Under load nobody takes them.
        let mut kept = kept.lock().expect("no panic");
        if kept.len() > 1_000 {
            kept.clear();
        }
    });
    seen
}

/// `pgbench -M prepared` running the statements of each variant as one read.
fn pgbench(
    url: &str,
    callers: usize,
    variants: &[Vec<sea_orm::Statement>],
    lasting: Duration,
) -> Load {
    let scripts: Vec<tempfile::NamedTempFile> = variants
        .iter()
        .map(|statements| {
            let file = tempfile::NamedTempFile::new().expect("a file");
            let texts = statements.iter().map(|one| format!("{};\n", floors::spelled(one)));
            let mut script: String = texts.collect();
            if statements.len() > 1 {
                script = format!("BEGIN;\n{script}ROLLBACK;\n");
            }
            std::fs::write(file.path(), script).expect("a script");
            file
        })
        .collect();
    let seconds = lasting.as_secs().max(1).to_string();
    let mut command = Command::new("pgbench");
    command.args(["-n", "-M", "prepared", "-j", "2", "-T", &seconds, "-c", &callers.to_string()]);
    for script in &scripts {
        command.arg("-f").arg(script.path());
    }
    floors::run_pgbench(command.arg(url))
}

/// The pair whose ratio is the median.
fn report(name: &str, mut pairs: Vec<(Load, Load)>) {
    let ratio = |(subject, floor): &(Load, Load)| subject.rate / floor.rate;
    pairs.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
    let (subject, floor) = pairs[pairs.len() / 2];
    println!(
        "| {name} | {:.0}/s | {:.0}/s | {:.0} % | {} µs | {} µs |",
        subject.rate,
        floor.rate,
        100.0 * subject.rate / floor.rate,
        subject.p50.as_micros(),
        subject.p99.as_micros(),
    );
}
