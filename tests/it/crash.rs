//! What a crash may cost: nothing that was acknowledged, and nothing twice.
//!
//! The real program serves two hundred writers and is killed in the middle, or its connections to
//! Postgres are. Whoever did not hear an answer sends the same request id again.

use crate::{program::Serving, world::templates::postgres_empty};
use futures_util::{StreamExt as _, future::join_all, stream};
use interdiction::proto::{self, seizure_service_client::SeizureServiceClient};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, Statement};
use std::{
    collections::HashMap,
    future::Future,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinHandle;
use tonic::{Code, Response, Status, transport::Channel};
use tonic_types::StatusExt as _;
use uuid::Uuid;

const WRITERS: u32 = 200;
const ROUNDS: u32 = 3;
/// The number of the write whose answer ends a round.
const LAST: u32 = 999;
const PAGE_SIZE: i32 = 1_000;
/// How long the writers may take to be heard.
const PATIENCE: Duration = Duration::from_secs(60);

type Client = SeizureServiceClient<Channel>;

/// One write, from which its request follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Turn {
    round: u32,
    writer: u32,
    number: u32,
}

impl Turn {
    fn request(self) -> proto::CreateSeizureRequest {
        let Self { round, writer, number } = self;
        let id = u128::from(round + 1) << 96 | u128::from(writer) << 32 | u128::from(number);
        let quantity = proto::Quantity {
            value: format!("{}.{number:03}", writer + 1),
            unit: proto::Unit::Kilogram.into(),
            ..proto::Quantity::default()
        };
        let item = proto::SeizedItem {
            substance: "substances/cocaine".to_owned(),
            reported_label: format!("round {round}, writer {writer}, number {number}"),
            quantity: Some(quantity),
            ..proto::SeizedItem::default()
        };
        proto::CreateSeizureRequest {
            seizure: Some(proto::Seizure { items: vec![item], ..proto::Seizure::default() }),
            request_id: Uuid::from_u128(id).to_string(),
            validate_only: false,
        }
    }

    /// Whether a record is what this turn asked for.
    fn made(self, record: &proto::Seizure) -> bool {
        let asked = self.request().seizure.unwrap();
        let (asked, made) = (&asked.items[0], &record.items[0]);
        let value = |item: &proto::SeizedItem| item.quantity.as_ref().unwrap().value.clone();
        record.items.len() == 1
            && asked.reported_label == made.reported_label
            && value(asked) == value(made)
    }
}

/// What was sent and what was answered, over every round.
#[derive(Default)]
struct Book {
    sent: Mutex<Vec<Turn>>,
    answered: Mutex<HashMap<Turn, proto::Seizure>>,
    /// The server is about to go: from now on a writer may hear anything.
    is_ending: AtomicBool,
    refusals: AtomicUsize,
}

impl Book {
    fn send(&self, turn: Turn) {
        self.sent.lock().unwrap().push(turn);
    }

    /// The first answer stands: a later one has to be the same.
    fn answer(&self, turn: Turn, record: proto::Seizure) {
        assert!(turn.made(&record), "{turn:?} made {record:?}");
        let mut answered = self.answered.lock().unwrap();
        let first = answered.entry(turn).or_insert_with(|| record.clone());
        assert_eq!(*first, record, "{turn:?} was answered twice");
    }

    fn sent(&self) -> Vec<Turn> {
        self.sent.lock().unwrap().clone()
    }

    fn answered(&self) -> HashMap<Turn, proto::Seizure> {
        self.answered.lock().unwrap().clone()
    }

    async fn heard(&self, answers: usize) {
        let wait = async {
            while self.answered.lock().unwrap().len() < answers {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(PATIENCE, wait).await.expect("the writers are not heard");
    }
}

async fn client(serving: &Serving) -> Client {
    let channel = Channel::from_shared(format!("http://{}", serving.address)).unwrap();
    SeizureServiceClient::new(channel.connect().await.unwrap())
}

async fn write_until_the_end(client: Client, book: Arc<Book>, round: u32, writer: u32) {
    for number in 0.. {
        let turn = Turn { round, writer, number };
        book.send(turn);
        let record = loop {
            match client.clone().create_seizure(turn.request()).await {
                Ok(answer) => break answer.into_inner(),
                Err(_) if book.is_ending.load(Ordering::SeqCst) => return,
                // A machine under load may make it wait, and say so.
                Err(status) => wait_as_told(&status).await,
            }
        };
        book.answer(turn, record);
    }
}

/// Writes as the others do, and kills the server the moment it hears one of its answers. It has a
/// thread of its own, so that it hears at once: what was answered before its commit is lost.
fn kill_on_an_answer(
    mut serving: Serving,
    book: Arc<Book>,
    round: u32,
) -> std::thread::JoinHandle<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let writes = async move {
        let client = client(&serving).await;
        for number in 0..4 + 2 * round {
            let turn = Turn { round, writer: WRITERS, number };
            book.send(turn);
            book.answer(turn, create(&client, turn).await.0);
        }
        let turn = Turn { round, writer: WRITERS, number: LAST };
        book.send(turn);
        let record = create(&client, turn).await.0;
        book.is_ending.store(true, Ordering::SeqCst);
        serving.kill();
        book.answer(turn, record);
    };
    std::thread::spawn(move || runtime.block_on(writes))
}

/// A connection for each writer.
async fn connect(serving: &Serving) -> Vec<Client> {
    let mut clients = Vec::new();
    for _ in 0..WRITERS {
        clients.push(client(serving).await);
    }
    clients
}

async fn join(writers: Vec<JoinHandle<()>>) {
    let joined = tokio::time::timeout(PATIENCE, join_all(writers)).await;
    for writer in joined.expect("the writers do not end") {
        writer.unwrap();
    }
}

/// Kills the server in the middle, several times, each time a little later.
async fn is_killed_in_the_middle(store: &str, database: &str) {
    let book = Arc::new(Book::default());
    for round in 0..ROUNDS {
        book.is_ending.store(false, Ordering::SeqCst);
        let serving = Serving::start(store);
        let clients = connect(&serving).await;
        let killed = kill_on_an_answer(serving, Arc::clone(&book), round);
        let write = |(writer, client)| {
            tokio::spawn(write_until_the_end(client, Arc::clone(&book), round, writer))
        };
        join((0..).zip(clients).map(write).collect()).await;
        killed.join().unwrap();
        let unanswered = book.sent().len() - book.answered().len();
        assert!(unanswered > 0, "nobody was waiting when the server was killed");
        let serving = Serving::start(store);
        everything_is_there_once(&serving, &book).await;
        the_ledger_has_no_gap(database, book.sent().len()).await;
    }
}

/// A refusal has to say that trying again helps.
async fn wait_as_told(status: &Status) {
    let details = status.get_error_details();
    let retry = details.retry_info().and_then(|retry| retry.retry_delay);
    assert_eq!(status.code(), Code::Unavailable, "{status:?}");
    assert!(retry.is_some(), "{status:?}");
    tokio::time::sleep(Duration::from_millis(20)).await;
}

/// Calls until there is an answer, and counts the refusals.
async fn insist<T, F>(call: impl Fn() -> F) -> (T, usize)
where
    F: Future<Output = Result<Response<T>, Status>>,
{
    let mut refusals = 0;
    loop {
        let status = match call().await {
            Ok(answer) => return (answer.into_inner(), refusals),
            Err(status) => status,
        };
        refusals += 1;
        wait_as_told(&status).await;
    }
}

async fn create(client: &Client, turn: Turn) -> (proto::Seizure, usize) {
    insist(|| {
        let mut client = client.clone();
        async move { client.create_seizure(turn.request()).await }
    })
    .await
}

async fn get(client: &Client, name: &str) -> proto::Seizure {
    let request = proto::GetSeizureRequest { name: name.to_owned() };
    let call = || {
        let (mut client, request) = (client.clone(), request.clone());
        async move { client.get_seizure(request).await }
    };
    insist(call).await.0
}

async fn everything_is_there_once(serving: &Serving, book: &Arc<Book>) {
    let client = &client(serving).await;
    stream::iter(&book.answered())
        .for_each_concurrent(WRITERS as usize, |(turn, record)| async move {
            assert_eq!(get(client, &record.name).await, *record, "{turn:?}");
        })
        .await;
    stream::iter(book.sent())
        .for_each_concurrent(WRITERS as usize, |turn| async move {
            book.answer(turn, create(client, turn).await.0);
        })
        .await;
    let mut expected: Vec<_> = book.answered().into_values().collect();
    let mut listed = list(client.clone()).await;
    expected.sort_by(|a, b| a.name.cmp(&b.name));
    listed.sort_by(|a, b| a.name.cmp(&b.name));
    assert_eq!(expected.len(), book.sent().len());
    assert_eq!(listed.len(), expected.len(), "one record for each request id");
    assert!(listed == expected, "the list holds what was answered");
}

async fn list(mut client: Client) -> Vec<proto::Seizure> {
    let mut listed = Vec::new();
    let mut request = proto::ListSeizuresRequest { page_size: PAGE_SIZE, ..Default::default() };
    loop {
        let page = client.list_seizures(request.clone()).await.unwrap().into_inner();
        listed.extend(page.seizures);
        if page.next_page_token.is_empty() {
            return listed;
        }
        request.page_token = page.next_page_token;
    }
}

/// Revisions run from 1 to the number of writes, and each write has a request id of its own.
async fn the_ledger_has_no_gap(database: &str, writes: usize) {
    let connection = Database::connect(database).await.unwrap();
    let sql = "SELECT COUNT(*), MIN(revision), MAX(revision), COUNT(DISTINCT request_id), \
               (SELECT COUNT(*) FROM seizures) FROM ledger";
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await.unwrap().unwrap();
    let found: Vec<i64> = (0..5).map(|index| row.try_get_by_index(index).unwrap()).collect();
    let writes = i64::try_from(writes).unwrap();
    assert_eq!(found, [writes, 1, writes, writes, writes]);
    connection.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_or_doubled_on_sqlite_when_the_server_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("registry.db");
    let database = format!("sqlite://{}?mode=ro", file.display());
    is_killed_in_the_middle(&format!("sqlite:{}", file.display()), &database).await;
    let connection = rusqlite::Connection::open(&file).unwrap();
    let answer = |sql| connection.query_row(sql, [], |row| row.get::<_, String>(0));
    assert_eq!(answer("PRAGMA integrity_check").unwrap(), "ok");
    assert_eq!(
        answer("PRAGMA foreign_key_check").unwrap_err(),
        rusqlite::Error::QueryReturnedNoRows
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_acknowledged_write_is_lost_or_doubled_on_postgres_when_the_server_is_killed() {
    let store = postgres_empty().await;
    is_killed_in_the_middle(&store, &store).await;
}

async fn write_on(client: Client, book: Arc<Book>, writer: u32) {
    const TURNS: u32 = 15;
    for number in 0..TURNS {
        let turn = Turn { round: 0, writer, number };
        book.send(turn);
        let (record, refusals) = create(&client, turn).await;
        book.answer(turn, record);
        book.refusals.fetch_add(refusals, Ordering::SeqCst);
    }
}

/// Cuts every connection of the server to its database, as a failover of Postgres would.
async fn cut(connection: &DatabaseConnection) {
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND pid <> pg_backend_pid()";
    connection.execute_unprepared(sql).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_is_retried_with_one_effect_when_connections_to_postgres_are_killed() {
    let store = postgres_empty().await;
    let serving = Serving::start(&store);
    let book = Arc::new(Book::default());
    let clients = connect(&serving).await;
    let write = |(writer, client)| tokio::spawn(write_on(client, Arc::clone(&book), writer));
    let writers = (0..).zip(clients).map(write).collect();
    let mut options = sea_orm::ConnectOptions::new(&store);
    options.max_connections(1);
    let connection = Database::connect(options).await.unwrap();
    for answers in [300, 900, 1_500, 2_100] {
        book.heard(answers).await;
        cut(&connection).await;
    }
    join(writers).await;
    assert!(book.refusals.load(Ordering::SeqCst) > 0, "no connection was cut in the middle");
    everything_is_there_once(&serving, &book).await;
    the_ledger_has_no_gap(&store, book.sent().len()).await;
}

/// Cut between two requests, a connection is known to be dead only when it is used again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_hears_of_idle_connections_to_postgres_that_were_killed() {
    let store = postgres_empty().await;
    let serving = Serving::start(&store);
    let clients = connect(&serving).await;
    let turn = |writer, number| Turn { round: 0, writer, number };
    let write = |number| {
        let writes = (0..).zip(&clients).map(move |(writer, client)| {
            let (mut client, turn) = (client.clone(), turn(writer, number));
            async move { client.create_seizure(turn.request()).await.unwrap().into_inner() }
        });
        join_all(writes)
    };
    let made = write(0).await;
    let read = || {
        let reads = made.iter().zip(&clients).map(|(record, client)| {
            let request = proto::GetSeizureRequest { name: record.name.clone() };
            let mut client = client.clone();
            async move { client.get_seizure(request).await.unwrap().into_inner() }
        });
        join_all(reads)
    };
    assert_eq!(read().await, made);
    let connection = Database::connect(&store).await.unwrap();
    for number in 1..=3 {
        cut(&connection).await;
        assert_eq!(read().await, made);
        cut(&connection).await;
        assert_eq!(write(number).await.len(), clients.len());
    }
    let listed = list(clients[0].clone()).await;
    assert_eq!(listed.len(), 4 * clients.len());
}
