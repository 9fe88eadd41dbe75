//! Documents and bodies made to cost much: each is refused in little time and memory, and others
//! are answered meanwhile.

use super::{
    super::{
        memory::{MIB, peak},
        peers::{Http2, http2},
    },
    Ask, JSON, error, read,
};
use crate::services::serve;
use http_body_util::BodyExt as _;
use hyper::body::{Body, Bytes, Frame};
use serde_json::json;
use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

/// Compiled without optimisation, everything takes many times as long.
const SLACK: u32 = if cfg!(debug_assertions) { 20 } else { 1 };
const REFUSED_WITHIN: Duration = Duration::from_millis(20);
const OTHERS_WITHIN: Duration = Duration::from_millis(50);

/// Fragments that each spread the next one twice, and what the last one asks for.
fn bomb(levels: usize, on: &str, last: &str) -> String {
    let fragments = (0..levels).map(|level| {
        let next = level + 1;
        format!("fragment f{level} on {on} {{ ...f{next} ...f{next} }}\n")
    });
    fragments.collect::<String>() + &format!("fragment f{levels} on {on} {{ {last} }}\n")
}

/// Every attack by its name, with its body and the status of its refusal.
fn attacks() -> Vec<(String, Vec<u8>, u16)> {
    let mut attacks = Vec::new();
    let mut add = |name: &str, body: Vec<u8>, status| attacks.push((name.to_owned(), body, status));
    let document = |text: String| json!({ "query": text }).to_string().into_bytes();
    for levels in [12, 22, 31, 100, 400] {
        let text = format!("{{ ...f0 }}\n{}", bomb(levels, "Query", "service { name }"));
        add(&format!("a fragment bomb of {levels}"), document(text), 400);
        let text = format!("{{ agency(id: \"a\") {{ ...f0 }} }}\n{}", bomb(levels, "Agency", "id"));
        add(&format!("a fragment bomb of {levels} further in"), document(text), 400);
        let text =
            format!("{{ service {{ name }} }}\n{}", bomb(levels, "Query", "service { name }"));
        add(&format!("a fragment bomb of {levels} that is not spread"), document(text), 400);
    }
    let circle = "{ ...a } fragment a on Query { ...b ...b } fragment b on Query { ...a ...a }";
    add("a circle of fragments", document(circle.to_owned()), 400);
    let aliases = |count| (0..count).map(|at| format!("a{at}:__typename ")).collect::<String>();
    add("aliases", document(format!("{{ {} }}", aliases(1_000))), 400);
    add("more aliases", document(format!("{{ {} }}", aliases(4_000))), 400);
    let directives = |count| " @skip(if: false)".repeat(count);
    add("directives", document(format!("{{ __typename{} }}", directives(500))), 400);
    add("unknown directives", document(format!("{{ __typename{} }}", " @a".repeat(10_000))), 400);
    add("type names", document(format!("{{ {} }}", "__typename ".repeat(2_400))), 400);
    add("fields", document(format!("{{ {} }}", "id ".repeat(3_990))), 400);
    add("more type names", document(format!("{{ {} }}", "__typename ".repeat(20_000))), 400);
    add("depth", document("{ a".repeat(60) + &"}".repeat(60)), 400);
    add("more depth", document("{ a".repeat(400) + &"}".repeat(400)), 400);
    add("depth without an end", document("{a".repeat(32_000)), 400);
    add("lists without an end", document(format!("{{a(b:{}", "[".repeat(65_000))), 400);
    add("types without an end", document(format!("query($a:{}", "[".repeat(65_000))), 400);
    let quotes = " \\\"\"\"\"\"".repeat(9_000);
    add("strings without an end", document(format!("{{a(b:[\"\"\"{quotes}")), 400);
    let introspection = "fields { type ".repeat(8);
    let text =
        format!("{{ __schema {{ types {{ {introspection} {{ name }} {} }} }} }}", "}".repeat(16));
    add("introspection", document(text.replace("type  }", "type }")), 400);
    let names = (0..480).map(|at| format!("{}{at:04} ", "seizurez".repeat(15))).collect::<String>();
    add("misspelt names", document(format!("{{ {names} }}")), 400);
    let fewer = &names[..195 * 125];
    add("fewer misspelt names", document(format!("{{ {fewer} }}")), 400);
    let wide = "{ agencies(first: 1000) { nodes { sensors(first: 1000) { nodes { id } } } } }";
    add("pages within pages", document(wide.to_owned()), 400);
    let one = json!({ "query": "{ service { name } }" }).to_string();
    add("a batch", format!("[{}{one}]", format!("{one},").repeat(5_000)).into_bytes(), 400);
    add("a larger batch", format!("[{}{one}]", format!("{one},").repeat(20_000)).into_bytes(), 413);
    let variables = |json: &str| {
        format!("{{\"query\": \"{{a}}\", \"variables\": {{\"b\": {json}}}}}").into_bytes()
    };
    add("variables", variables(&format!("[{}0]", "0,".repeat(120_000))), 400);
    add("objects", variables(&format!("[{}{{}}]", "{\"a\":0},".repeat(25_000))), 400);
    add("depth of variables", variables(&"[".repeat(200_000)), 400);
    add("twenty megabytes", document(" ".repeat(20_000_000)), 413);
    attacks
}

/// A body that says nothing of its length and never ends.
struct Endless(Bytes);

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(self.0.clone()))))
    }
}

async fn warm(peer: &mut Http2) {
    for _ in 0..3 {
        let answer = Ask::document("{ service { name } nothing }").of(peer).await;
        assert_eq!(answer.http_status, 400);
        assert_eq!(Ask::document("{ service { name } }").of(peer).await.http_status, 200);
    }
}

#[tokio::test]
async fn each_attack_is_refused_in_little_time_and_memory_load() {
    let served = serve().await;
    let mut peer = http2(served.address).await;
    warm(&mut peer).await;
    let mut worst = Vec::new();
    for (name, body, status) in attacks() {
        let ask = Ask::body(body.clone()).request();
        let begun = Instant::now();
        let (answer, bytes) = peak(super::unary(&mut peer, ask)).await;
        let took = begun.elapsed();
        assert_eq!(answer.http_status, status, "{name}: {}", answer.text());
        assert!(answer.body.len() < 64 * 1024, "{name}: {}", answer.body.len());
        assert!(read(&answer).get("data").is_none(), "{name}");
        println!("{took:>10.2?} {bytes:>9} B {name}: {:.90}", answer.text());
        worst.push((name, took, bytes));
    }
    for (name, took, bytes) in worst {
        assert!(took < REFUSED_WITHIN * SLACK, "{name} took {took:?}");
        assert!(bytes < 4 * MIB, "{name} took {bytes} bytes");
    }
}

#[tokio::test]
async fn a_body_without_a_length_is_read_no_further_than_it_may_be() {
    let served = serve().await;
    let mut peer = http2(served.address).await;
    warm(&mut peer).await;
    let request = http::Request::post("http://x/graphql")
        .header("content-type", JSON)
        .body(Endless(Bytes::from(vec![b' '; 16 * 1024])).boxed())
        .expect("a request");
    let (answer, bytes) = peak(super::unary(&mut peer, request)).await;
    assert_eq!((answer.http_status, error(&answer).1.as_str()), (413, "DOCUMENT_TOO_LARGE"));
    assert!(bytes < 4 * MIB, "{bytes}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn others_are_answered_under_a_load_of_attacks() {
    let served = serve().await;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut attacker = http2(served.address).await;
    let attacking = tokio::spawn({
        let is_over = Arc::clone(&is_over);
        async move {
            let attacks = attacks();
            let mut count = 0;
            while !is_over.load(Ordering::Relaxed) {
                for (_, body, _) in &attacks {
                    Ask::body(body.clone()).of(&mut attacker).await;
                    count += 1;
                }
            }
            count
        }
    });
    let mut peer = http2(served.address).await;
    warm(&mut peer).await;
    let mut times = Vec::new();
    for _ in 0..300 {
        let begun = Instant::now();
        let document = "{ agencies(first: 5) { totalCount nodes { id displayName } } }";
        assert_eq!(Ask::document(document).of(&mut peer).await.http_status, 200);
        times.push(begun.elapsed());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    is_over.store(true, Ordering::Relaxed);
    assert!(attacking.await.expect("no panic") > attacks().len());
    times.sort();
    let p99 = times[times.len() * 99 / 100];
    println!("median {:?}, p99 {p99:?}", times[times.len() / 2]);
    assert!(p99 < OTHERS_WITHIN * SLACK, "{p99:?}");
}
