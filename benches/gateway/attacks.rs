//! What a hostile document costs: how long until it is refused, what memory that takes, and what
//! another caller feels of four that send it over and over.

use crate::{
    load::{self, Load},
    questions::{QUESTIONS, Question},
    served::Served,
    stage, wire, world,
};
use interdiction::store::StoreUrl;
use serde_json::json;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Seizures in the store that another caller asks.
const SEIZURES: i64 = 10_000;
/// Who sends an attack at the same time, each as fast as it is refused.
const ATTACKERS: usize = 4;
/// Times that an attack is sent alone.
const SHOTS: usize = 20;
/// Bytes of the largest attacks.
const LARGE: usize = 20_000_000;
/// Nothing takes as long to refuse.
const PATIENCE: Duration = Duration::from_secs(60);

/// Bytes as they go over the wire.
struct Attack {
    name: String,
    request: Vec<u8>,
    is_refused: bool,
}

/// Runs each attack whose name contains the wanted words, and prints a row for each.
pub async fn measure(directory: &Path, lasting: Duration, wanted: &[String]) {
    let url = StoreUrl::Sqlite(directory.join("attacked.db"));
    stage::clear(&url).await;
    world::fill(&url, world::Size::of(SEIZURES)).await;
    let names = Arc::new(stage::names(&url, 100).await);
    let server = Served::registry(&stage::spelled(&url));
    println!("| attack | bytes | refused within | memory | another caller's p50 | p99 |");
    println!("|---|---|---|---|---|---|");
    let calm = other(&server, &names, lasting).await;
    row("none", "", "", "", calm);
    let mut mistaken = Vec::new();
    for attack in attacks() {
        if !wanted.iter().all(|one| attack.name.contains(one.as_str())) {
            continue;
        }
        let Shot { took, grown, was_refused } = alone(&server, &attack).await;
        if was_refused != attack.is_refused {
            mistaken.push(attack.name.clone());
        }
        let beside = beside(&server, &names, &attack, lasting).await;
        let took = format!("{:.1} ms", took.as_secs_f64() * 1e3);
        let grown = format!("{:.1} MiB", grown as f64 / 1_024.0);
        row(&attack.name, &attack.request.len().to_string(), &took, &grown, beside);
    }
    println!("| memory at the end | | | {} MiB | | |", server.resident_mib());
    assert_eq!(mistaken, Vec::<String>::new(), "answered, or refused, and should not be");
}

fn row(name: &str, bytes: &str, took: &str, grown: &str, other: Load) {
    let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
    println!("| {name} | {bytes} | {took} | {grown} | {} | {} |", ms(other.p50), ms(other.p99));
}

/// What an attack was worth when nothing else went on.
struct Shot {
    /// The longest time to an answer.
    took: Duration,
    /// The most memory that one took, in KiB.
    grown: u64,
    was_refused: bool,
}

async fn alone(server: &Served, attack: &Attack) -> Shot {
    let mut shot = Shot { took: Duration::ZERO, grown: 0, was_refused: true };
    for _ in 0..SHOTS {
        forget_peak(server);
        let before = memory_kib(server, "VmRSS:");
        let asked = Instant::now();
        let answer = shoot(&server.address, &attack.request).await;
        shot.took = shot.took.max(asked.elapsed());
        shot.grown = shot.grown.max(memory_kib(server, "VmHWM:").saturating_sub(before));
        shot.was_refused &= String::from_utf8_lossy(&answer).contains("\"errors\"");
    }
    shot
}

/// The most memory that is resident is measured from here.
fn forget_peak(server: &Served) {
    let path = format!("/proc/{}/clear_refs", server.process.id());
    std::fs::write(path, "5").expect("the process is ours");
}

fn memory_kib(server: &Served, field: &str) -> u64 {
    let path = format!("/proc/{}/status", server.process.id());
    let status = std::fs::read_to_string(path).expect("the process lives");
    let line = status.lines().find(|line| line.starts_with(field)).expect("a memory figure");
    line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number")
}

/// What another caller sees while the attack goes on.
async fn beside(
    server: &Served,
    names: &Arc<Vec<String>>,
    attack: &Attack,
    lasting: Duration,
) -> Load {
    let goes_on = Arc::new(AtomicBool::new(true));
    let attackers: Vec<_> = (0..ATTACKERS)
        .map(|_| {
            let (goes_on, address) = (Arc::clone(&goes_on), server.address.clone());
            let request = attack.request.clone();
            tokio::spawn(async move {
                while goes_on.load(Ordering::Relaxed) {
                    shoot(&address, &request).await;
                }
            })
        })
        .collect();
    let seen = other(server, names, lasting).await;
    goes_on.store(false, Ordering::Relaxed);
    for attacker in attackers {
        attacker.await.expect("an attacker ends");
    }
    seen
}

/// A caller that asks for one seizure after the other.
async fn other(server: &Served, names: &Arc<Vec<String>>, lasting: Duration) -> Load {
    let question: &'static Question = &QUESTIONS[0];
    let lines = Arc::new(wire::Lines::connect(&server.address, 1).await);
    let names = Arc::clone(names);
    load::drive(1, lasting, move |caller, turn| {
        let variables = question.variables(&names, turn);
        let body = json!({ "query": question.document, "variables": variables });
        let lines = Arc::clone(&lines);
        async move { lines.ask(caller, "/graphql", &body.to_string()).await }
    })
    .await
}

/// Sends a request over a connection of its own and reads until the server has answered, which it
/// may do before it has read all.
async fn shoot(address: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.expect("the server answers");
    stream.set_nodelay(true).expect("a setting");
    let (mut from, mut into) = stream.split();
    let mut answer = Vec::new();
    let reading = async {
        while !wire::is_whole(&answer) {
            // A server that has answered need not read on, and may reset the connection.
            if from.read_buf(&mut answer).await.unwrap_or(0) == 0 {
                break;
            }
        }
    };
    let sending = async {
        let _cut = into.write_all(request).await;
        std::future::pending::<()>().await;
    };
    let both = async {
        tokio::select! { () = reading => {}, () = sending => {} }
    };
    tokio::time::timeout(PATIENCE, both).await.expect("an answer");
    answer
}

fn post(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         accept: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// The same body, whose length nobody announces.
fn chunked(body: &[u8]) -> Vec<u8> {
    let head = "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
                accept: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut request = head.as_bytes().to_vec();
    for part in body.chunks(65_536) {
        request.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
        request.extend_from_slice(part);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    request
}

/// Fragments that each spread the next one twice.
fn bomb(levels: usize) -> String {
    let mut text = "query { ...F0 }".to_owned();
    for level in 0..levels {
        let next = level + 1;
        text += &format!(" fragment F{level} on Query {{ ...F{next} ...F{next} }}");
    }
    text + &format!(" fragment F{levels} on Query {{ __typename }}")
}

/// Fragments that each spread the next one.
fn chain(levels: usize) -> String {
    let mut text = "query { ...F0 }".to_owned();
    for level in 0..levels {
        text += &format!(" fragment F{level} on Query {{ ...F{} }}", level + 1);
    }
    text + &format!(" fragment F{levels} on Query {{ __typename }}")
}

fn nested(open: &str, inner: &str, close: &str, times: usize) -> String {
    format!("{}{inner}{}", open.repeat(times), close.repeat(times))
}

/// So many pieces, each with its number for every `#`.
fn numbered(piece: &str, times: usize) -> String {
    (0..times).map(|number| piece.replace('#', &number.to_string())).collect()
}

fn attacks() -> Vec<Attack> {
    let bombs = [11, 22, 31, 100, 400]
        .map(|levels| asked(&format!("fragment bomb of {levels} levels"), &bomb(levels)));
    bombs.into_iter().chain(many()).chain(deep()).chain(large()).chain(answered()).collect()
}

fn refused(name: &str, request: Vec<u8>) -> Attack {
    Attack { name: name.to_owned(), request, is_refused: true }
}

fn asked(name: &str, document: &str) -> Attack {
    refused(name, post(json!({ "query": document }).to_string().as_bytes()))
}

fn fields(text: &str) -> String {
    format!("{{ {text} }}")
}

/// More of something than a document may have.
fn many() -> Vec<Attack> {
    vec![
        asked("fragment chain of 400 levels", &chain(400)),
        asked(
            "fragments that nothing spreads, 300",
            &(fields("__typename") + &numbered("fragment F# on Query{...F#}", 300)),
        ),
        asked("aliases, 2,000", &fields(&numbered("a#:__typename ", 2_000))),
        asked("aliases of a list, 150", &fields(&numbered("a#:seizures{totalCount} ", 150))),
        asked("fields, 3,000 times the same", &fields(&"__typename ".repeat(3_000))),
        asked(
            "directives on a field, 600",
            &fields(&format!("__typename {}", "@skip(if:false)".repeat(600))),
        ),
        asked(
            "directives that there are not, 1,500",
            &fields(&format!("__typename {}", numbered("@d#", 1_500))),
        ),
        asked("names that there are not, 1,900", &fields(&numbered("seizuros# ", 1_900))),
    ]
}

/// Documents that go deeper, or ask for more, than they may.
fn deep() -> Vec<Attack> {
    let deep = nested("operation { seizures { nodes { ", "id", " } } }", 130);
    let operation = "operation(id: \"x\") ";
    let types = nested("fields { type { ", "name", " } }", 10);
    let pages = nested(
        "operations(first: 1000) { nodes { seizures(first: 1000) { nodes { \
                        agency { ",
        "id",
        " } } } } }",
        1,
    );
    vec![
        asked("depth of 400", &format!("{{ {operation}{{ {deep} }} }}")),
        asked("brackets, 30,000", &"{a".repeat(30_000)),
        asked("lists within lists, 30,000", &format!("{{ a(b: {}", "[".repeat(30_000))),
        asked(
            "introspection, types within types",
            &format!("{{ __schema {{ types {{ {types} }} }} }}"),
        ),
        asked("pages of 1,000 within pages of 1,000", &fields(&pages)),
        asked(
            "a string without an end, 60 KB",
            &fields(&format!("a(b: \"\"\"{}", "\"\" ".repeat(20_000))),
        ),
        asked("a document of 250 KB", &" ".repeat(250_000)),
    ]
}

/// Bodies that are too large, or hold too much.
fn large() -> Vec<Attack> {
    vec![
        refused(
            "a batch of 20,000",
            post(format!("[{}0]", "{\"query\":\"{__typename}\"},".repeat(20_000)).as_bytes()),
        ),
        refused(
            "a batch of 1,000",
            post(format!("[{}0]", "{\"query\":\"{__typename}\"},".repeat(1_000)).as_bytes()),
        ),
        refused(
            "JSON within JSON, 100,000",
            post(
                format!("{{\"query\":\"{{__typename}}\",\"variables\":{}", "[".repeat(100_000))
                    .as_bytes(),
            ),
        ),
        refused(
            "variables, 20,000",
            post(
                format!(
                    "{{\"query\":\"{{__typename}}\",\"variables\":{{{}\"a\":1}}}}",
                    numbered("\"v#\":0,", 20_000)
                )
                .as_bytes(),
            ),
        ),
        refused("20 MB, announced", post(&vec![b' '; LARGE])),
        refused("20 MB, in chunks", chunked(&vec![b' '; LARGE])),
        refused(
            "20 MB of document",
            post(format!("{{\"query\":\"{}\"}}", "{a ".repeat(LARGE / 3)).as_bytes()),
        ),
    ]
}

/// The most that is still answered.
fn answered() -> Vec<Attack> {
    vec![
        Attack { is_refused: false, ..asked("answered: fragment bomb of 10 levels", &bomb(10)) },
        Attack {
            is_refused: false,
            ..asked("answered: fields, 1,900 times the same", &fields(&"__typename ".repeat(1_900)))
        },
        Attack {
            is_refused: false,
            ..asked(
                "answered: lists, 100 of 50 each",
                &fields(&numbered("a#:seizures(first: 50) { nodes { id } } ", 100)),
            )
        },
    ]
}
