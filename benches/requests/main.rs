//! What requests cost beside their floors, measured in the same run: each subject and its floor take
//! turns, and the figure of a pair is the median of its rounds.

mod constant;
#[expect(dead_code, reason = "what other benchmarks need of the floors")]
mod floors;
mod identities;
mod load;
mod served;
mod stage;
mod wire;

use floors::Recorded;
use interdiction::{
    domain::{
        check::Violations,
        filters::{Filter, SeizureField, SeizureSort},
        pages::{List, PageSize},
    },
    proto,
    registry::Registry,
    store::{Store, StoreUrl},
};
use load::{Clients, Load, drive};
use prost::Message as _;
use served::Served;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use uuid::Uuid;
use wire::{answer_of_list, create_load, file_of, list_load};

const HELP: &str = "\
Measures Get, List of 50 and Create beside their floors, and prints a table in Markdown.

  cargo bench --bench requests -- [--rows N] [--seconds N] [--rounds N] [--reuse] [NAME...]

  --rows N      seizures in each store [1000000]
  --seconds N   length of one measurement [4]
  --rounds N    times that each pair is measured [3]
  --reuse       take the stores of the run before, which has to be of the same schema
  NAME          only the measurements whose name contains it: get, list, create, identities, fairness,
                sqlite, postgres

INTERDICTION_BENCH_POSTGRES names a server that may be written to: postgres://user@host:port/postgres";

const POSTGRES_VARIABLE: &str = "INTERDICTION_BENCH_POSTGRES";

/// The binary's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Requests in flight at the same time, over eight connections.
const CALLERS: usize = 64;
const CONNECTIONS: usize = 8;
/// Seizures whose names the readers ask for.
const NAMES: i64 = 100_000;

struct Options {
    rows: i64,
    lasting: Duration,
    rounds: usize,
    reuse: bool,
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
            wanted: Vec::new(),
        };
        let number = |text: Option<String>| text.and_then(|t| t.parse().ok()).expect("a number");
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--rows" => options.rows = number(arguments.next()),
                "--seconds" => {
                    let seconds = number(arguments.next());
                    options.lasting = Duration::from_secs(seconds.unsigned_abs());
                }
                "--rounds" => {
                    let rounds = number(arguments.next());
                    options.rounds = usize::try_from(rounds).expect("a number of rounds");
                }
                "--reuse" => options.reuse = true,
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
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() == Some("constant-service") {
        constant::serve(Path::new(&arguments.next().expect("a message"))).await;
        return;
    }
    let options = Options::from_process();
    println!("| measurement | subject | floor | ratio | p50 | p99 |");
    println!("|---|---|---|---|---|---|");
    for (backend, url) in stores(&options).await {
        Bench::new(backend, url).await.run(&options).await;
    }
}

/// The stores, filled.
async fn stores(options: &Options) -> Vec<(&'static str, StoreUrl)> {
    let mut stores = Vec::new();
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench");
    std::fs::create_dir_all(&directory).expect("a directory");
    for backend in ["sqlite", "postgres"] {
        let other = if backend == "sqlite" { "postgres" } else { "sqlite" };
        if options.wanted.iter().any(|wanted| wanted == other) {
            continue;
        }
        let name = format!("bench_{}", options.rows);
        let url = if backend == "sqlite" {
            StoreUrl::Sqlite(directory.join(format!("{name}.db")))
        } else {
            postgres_url(&name)
        };
        if !options.reuse {
            stage::clear(&url).await;
            let began = Instant::now();
            eprintln!("filling {backend}");
            stage::fill(&url, options.rows).await;
            eprintln!("  in {} s", began.elapsed().as_secs());
        }
        stores.push((backend, url));
    }
    stores
}

fn postgres_url(database: &str) -> StoreUrl {
    let server = std::env::var(POSTGRES_VARIABLE).unwrap_or_else(|_| {
        eprintln!("{POSTGRES_VARIABLE} is not set\n\n{HELP}");
        std::process::exit(2);
    });
    let (base, _) = server.rsplit_once('/').expect("a URL with a database");
    StoreUrl::Postgres(format!("{base}/{database}"))
}

struct Bench {
    backend: &'static str,
    url: StoreUrl,
    registry: Registry,
    recorded: Recording,
    names: Arc<Vec<String>>,
    ids: Arc<Vec<Uuid>>,
}

/// Collects the statements of one request.
#[derive(Clone, Default)]
struct Recording(Arc<Mutex<Vec<sea_orm::Statement>>>);

impl Recording {
    fn of(store: &Store) -> Self {
        let recording = Self::default();
        let seen = Arc::clone(&recording.0);
        store.watch(move |statement| seen.lock().expect("no panic").push(statement.clone()));
        recording
    }

    fn take(&self) -> Vec<sea_orm::Statement> {
        std::mem::take(&mut self.0.lock().expect("no panic"))
    }
}

type Pair = (Load, Load);

impl Bench {
    async fn new(backend: &'static str, url: StoreUrl) -> Self {
        let (registry, store) = stage::open(url.clone()).await;
        let names = stage::names(&url, NAMES).await;
        let ids = names.iter().map(|name| name["seizures/".len()..].parse().expect("a uuid"));
        let ids = Arc::new(ids.collect());
        let recorded = Recording::of(&store);
        Self { backend, url, registry, recorded, names: Arc::new(names), ids }
    }

    async fn run(&self, options: &Options) {
        let named = |name: &str| format!("{name}, {}", self.backend);
        if options.wants(&named("get")) {
            self.gets(options).await;
        }
        if options.wants(&named("list")) {
            self.lists(options).await;
        }
        if options.wants(&named("create")) {
            self.creates(options).await;
        }
        if options.wants(&named("identities")) {
            self.identities(options).await;
        }
        if options.wants(&named("fairness")) {
            self.fairness(options).await;
        }
        if options.wants(&named("memory")) {
            self.footprint(options).await;
        }
    }

    fn serve(&self) -> Served {
        Served::registry(&stage::spelled(&self.url))
    }

    /// The statements of a read, where one id changes.
    async fn recorded_get(&self) -> Recorded {
        let viewer = stage::viewer();
        // The first one may also fill what is kept.
        for _ in 0..2 {
            self.recorded.take();
            self.registry.get_seizure(&viewer, &self.names[0]).await.expect("a seizure");
        }
        Recorded { statements: self.recorded.take(), ids: vec![self.ids[0]], key: None }
    }

    async fn gets(&self, options: &Options) {
        let recorded = self.recorded_get().await;
        self.print_statements("Get", &recorded);
        let server = self.serve();
        let page = answer_of_list(&server, 1).await;
        let file = file_of(&page);
        let constant = Served::constant(file.path());
        let bytes = page.seizures[0].encoded_len();
        for callers in [1, CALLERS] {
            let (mut wire, mut store) = (Vec::new(), Vec::new());
            for _ in 0..options.rounds {
                let floor = self.get_load(&constant, callers, options.lasting).await;
                let subject = self.get_load(&server, callers, options.lasting).await;
                let driver = self.driver(&recorded, callers, options.lasting).await;
                wire.push((subject, floor));
                store.push((subject, driver));
            }
            let name = format!("Get, {}, {callers} at once", self.backend);
            report(&format!("{name}; floor: constant message ({bytes} bytes)"), wire);
            report(&format!("{name}; floor: bare driver"), store);
        }
        memory("under load of Get", &server);
        drop(server);
        let mut pairs = Vec::new();
        for _ in 0..options.rounds {
            let driver = self.driver(&recorded, 2, options.lasting).await;
            pairs.push((self.gets_in_process(options.lasting).await, driver));
        }
        let name = format!("Get, {}, in process, 2 at once", self.backend);
        report(&format!("{name}; floor: bare driver"), pairs);
    }

    async fn gets_in_process(&self, lasting: Duration) -> Load {
        let (registry, names) = (self.registry.clone(), Arc::clone(&self.names));
        let viewer = Arc::new(stage::viewer());
        drive(2, lasting, move |caller, turn| {
            let name = names[(turn * 7 + caller) % names.len()].clone();
            let (registry, viewer) = (registry.clone(), Arc::clone(&viewer));
            async move {
                registry.get_seizure(&viewer, &name).await.expect("a seizure");
            }
        })
        .await
    }

    async fn get_load(&self, server: &Served, callers: usize, lasting: Duration) -> Load {
        let clients = Clients::connect(&server.address, CONNECTIONS.min(callers)).await;
        let names = Arc::clone(&self.names);
        drive(callers, lasting, move |caller, turn| {
            let name = names[(turn * 64 + caller) % names.len()].clone();
            let clients = clients.clone();
            async move {
                let request = proto::GetSeizureRequest { name }.encode_to_vec();
                let path = "/interdiction.v1.SeizureService/GetSeizure";
                clients.ask(caller, path, request).await.expect("a seizure");
            }
        })
        .await
    }

    async fn driver(&self, recorded: &Recorded, callers: usize, lasting: Duration) -> Load {
        match &self.url {
            StoreUrl::Sqlite(path) => {
                let requests = std::slice::from_ref(recorded);
                floors::sqlite_reads(path, requests, &self.ids, callers.min(2), lasting)
            }
            StoreUrl::Postgres(url) => {
                let connections = u32::try_from(callers.min(8)).expect("a few");
                floors::postgres_reads(url, recorded, &self.ids, connections, lasting).await
            }
        }
    }

    async fn lists(&self, options: &Options) {
        let viewer = stage::viewer();
        for _ in 0..2 {
            self.recorded.take();
            let page = self.registry.list_seizures(&viewer, first_page()).await.expect("a page");
            assert_eq!(page.records.len(), 50);
        }
        let recorded = Recorded { statements: self.recorded.take(), ids: Vec::new(), key: None };
        self.print_statements("List", &recorded);
        let server = self.serve();
        let page = answer_of_list(&server, 50).await;
        let (file, bytes) = (file_of(&page), page.encoded_len());
        let constant = Served::constant(file.path());
        for callers in [1, CALLERS] {
            let (mut wire, mut store, mut both) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..options.rounds {
                let floor = list_load(&constant, callers, options.lasting).await;
                let subject = list_load(&server, callers, options.lasting).await;
                let driver = self.driver(&recorded, callers, options.lasting).await;
                wire.push((subject, floor));
                store.push((subject, driver));
                both.push((subject, one_after_the_other(floor, driver)));
            }
            let name = format!("List of 50, {}, {callers} at once", self.backend);
            report(&format!("{name}; floor: constant message ({bytes} bytes)"), wire);
            report(&format!("{name}; floor: bare driver"), store);
            report(&format!("{name}; floor: bare driver, then constant message"), both);
        }
        memory("under load of List", &server);
        drop(server);
        let mut pairs = Vec::new();
        for _ in 0..options.rounds {
            let driver = self.driver(&recorded, 2, options.lasting).await;
            pairs.push((self.lists_in_process(options.lasting).await, driver));
        }
        let name = format!("List of 50, {}, in process, 2 at once", self.backend);
        report(&format!("{name}; floor: bare driver"), pairs);
    }

    async fn lists_in_process(&self, lasting: Duration) -> Load {
        let (registry, viewer) = (self.registry.clone(), Arc::new(stage::viewer()));
        drive(2, lasting, move |_caller, _turn| {
            let (registry, viewer) = (registry.clone(), Arc::clone(&viewer));
            async move {
                registry.list_seizures(&viewer, first_page()).await.expect("a page");
            }
        })
        .await
    }

    /// The statements of as many creations, each of another seizure as the callers' are.
    async fn recorded_creates(&self) -> Vec<Recorded> {
        const CREATIONS: i64 = 250;
        let viewer = stage::viewer();
        let mut creations = Vec::new();
        for number in 0..CREATIONS {
            self.recorded.take();
            let mut create = stage::create("", stage::seizure(number * 4, ""));
            create.options.request_id = fresh().to_string();
            let request = create.options.request_id.parse().expect("a uuid");
            let seizure = self.registry.create_seizure(&viewer, create).await.expect("a seizure");
            let ids = vec![seizure.id.uuid(), request];
            creations.push(Recorded::of_create(self.recorded.take(), ids));
        }
        // The first one may also fill what is kept.
        creations.remove(0);
        creations
    }

    async fn creates(&self, options: &Options) {
        let recorded = self.recorded_creates().await;
        self.print_statements("Create", &recorded[0]);
        let server = self.serve();
        for callers in [1, CALLERS] {
            let mut pairs = Vec::new();
            for _ in 0..options.rounds {
                let floor = match &self.url {
                    StoreUrl::Sqlite(path) => {
                        floors::sqlite_creates(path, &recorded, callers, options.lasting)
                    }
                    StoreUrl::Postgres(url) => {
                        floors::pgbench(url, &recorded[0], callers, options.lasting)
                    }
                };
                pairs.push((create_load(&server, callers, options.lasting).await, floor));
            }
            let floor = match &self.url {
                StoreUrl::Sqlite(_) => format!("rusqlite, {callers} a commit"),
                StoreUrl::Postgres(_) => format!("pgbench -M prepared -c {callers}"),
            };
            let name = format!("Create, {}, {callers} at once", self.backend);
            report(&format!("{name}; floor: {floor}"), pairs);
        }
        memory("under load of Create", &server);
    }

    /// Memory at rest, and the time from start to first answer.
    async fn footprint(&self, options: &Options) {
        let mut times = Vec::new();
        for _ in 0..options.rounds {
            let began = Instant::now();
            let server = self.serve();
            let clients = Clients::connect(&server.address, 1).await;
            let request = proto::GetSeizureRequest { name: self.names[0].clone() };
            let path = "/interdiction.v1.SeizureService/GetSeizure";
            clients.ask(0, path, request.encode_to_vec()).await.expect("a seizure");
            times.push(began.elapsed());
            memory("at rest", &server);
        }
        times.sort_unstable();
        println!(
            "| start to first answer, {} | {:.3} s | 0.5 s | | | |",
            self.backend,
            times[times.len() / 2].as_secs_f64()
        );
    }

    fn print_statements(&self, name: &str, recorded: &Recorded) {
        eprintln!("{name} on {}: {} statements", self.backend, recorded.statements.len());
        for statement in &recorded.statements {
            eprintln!("  {}", statement.sql);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "ids of the benchmark's requests")]
fn fresh() -> Uuid {
    Uuid::new_v4()
}

fn first_page() -> List<SeizureField, SeizureSort> {
    List {
        filter: Filter::default(),
        order: Vec::new(),
        show_deleted: false,
        show_inactive: false,
        page_size: PageSize::check(50, &mut Violations::default()),
        page_token: String::new(),
    }
}

/// What a machine that is busy with two works reaches when each answer takes both.
fn one_after_the_other(one: Load, other: Load) -> Load {
    let rate = 1.0 / (1.0 / one.rate + 1.0 / other.rate);
    Load { rate, p50: one.p50 + other.p50, p99: one.p99 + other.p99 }
}

/// The pair whose ratio is the median.
fn report(name: &str, mut pairs: Vec<Pair>) {
    let ratio = |(subject, floor): &Pair| subject.rate / floor.rate;
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

fn memory(when: &str, server: &Served) {
    println!(
        "| memory {when} | {} MiB, at most {} MiB | | | | |",
        server.resident_mib(),
        server.peak_mib()
    );
}
