//! Stopping: what is in flight ends, what does not end in time is cut and counted, and the
//! machine's own limits do not stop the server at all.

use super::{
    peers::{grpc_call, grpc_watch, http1, http2, unary, whole},
    stub::{MS, Running, SLACK, brief},
};
use interdiction::server::Limits;
use std::{
    fs::File,
    io::{Read, Seek},
    net::TcpStream as Blocking,
    process::Command,
    thread::sleep as sleep_blocking,
    time::Duration,
};
use tokio::{
    net::TcpStream,
    time::{Instant, sleep},
};

#[tokio::test]
async fn waits_for_calls_in_flight_and_takes_no_new_connection() {
    let server = Running::start(Limits { drain_timeout: 60_000 * MS, ..brief() }).await;
    let address = server.address;
    let mut peer = http2(address).await;
    let call = tokio::spawn(async move { unary(&mut peer, grpc_call("sleep")).await });
    server.has_open(1).await;
    let stopping = tokio::spawn(server.stop());
    sleep(200 * MS).await;
    assert!(TcpStream::connect(address).await.is_err(), "still accepting");
    assert_eq!(call.await.expect("no panic").grpc_status(), Some("0"));
    assert_eq!(stopping.await.expect("no panic").connections_cut, 0);
}

#[tokio::test]
async fn does_not_wait_for_idle_connections() {
    let server = Running::start(Limits {
        drain_timeout: 60_000 * MS,
        farewell_timeout: 60_000 * MS,
        ..brief()
    })
    .await;
    let mut idle = http2(server.address).await;
    assert_eq!(unary(&mut idle, grpc_call("ok")).await.grpc_status(), Some("0"));
    let _half_open = TcpStream::connect(server.address).await.expect("connects");
    let ask = "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n";
    let http1 = tokio::spawn(http1(server.address, ask));
    sleep(100 * MS).await;
    let begun = Instant::now();
    assert_eq!(server.stop().await.connections_cut, 0);
    assert!(begun.elapsed() < SLACK, "took {:?}", begun.elapsed());
    http1.await.expect("answered");
}

#[tokio::test]
async fn ends_a_watch_and_says_why() {
    let server = Running::start(Limits { drain_timeout: 60_000 * MS, ..brief() }).await;
    let mut watcher = http2(server.address).await;
    let watch = watcher.send_request(grpc_watch("ok")).await.expect("an answer");
    server.has_open(1).await;
    let begun = Instant::now();
    let stopping = tokio::spawn(server.stop());
    let watched = whole(watch).await.expect("an end");
    assert_eq!(watched.trailers["grpc-status"], "14");
    assert_eq!(stopping.await.expect("no panic").connections_cut, 0);
    assert!(begun.elapsed() < SLACK, "took {:?}", begun.elapsed());
}

#[tokio::test]
async fn cuts_and_counts_what_does_not_end() {
    let server = Running::start(brief()).await;
    let mut caller = http2(server.address).await;
    let call = tokio::spawn(async move { caller.send_request(grpc_call("for ever")).await });
    server.has_open(1).await;
    let open = std::sync::Arc::clone(&server.open);
    let begun = Instant::now();
    assert_eq!(server.stop().await.connections_cut, 1);
    assert!(begun.elapsed() >= brief().drain_timeout);
    assert!(begun.elapsed() < brief().drain_timeout + SLACK);
    assert!(call.await.expect("no panic").is_err(), "a cut call has no answer");
    // Cutting a connection drops its handlers.
    let patience = Instant::now() + SLACK;
    while open.load(std::sync::atomic::Ordering::SeqCst) > 0 {
        assert!(Instant::now() < patience, "handlers outlive their connections");
        sleep(5 * MS).await;
    }
}

/// Marks the process in which descriptors are scarce.
const SCARCE: &str = "SERVER_TEST_WITH_FEW_DESCRIPTORS";

#[test]
fn outlives_a_shortage_of_descriptors_without_spinning() {
    if std::env::var_os(SCARCE).is_some() {
        return starve();
    }
    let this = std::env::current_exe().expect("a test is a program");
    let name = std::thread::current().name().expect("the harness names threads").to_owned();
    let starved = Command::new("sh")
        .args(["-c", "ulimit -n 64 && exec \"$0\" --exact \"$1\" --nocapture"])
        .arg(this)
        .arg(name)
        .env(SCARCE, "1")
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&starved.stdout);
    assert!(starved.status.success() && said.contains("1 passed"), "{said}{starved:?}");
}

/// Takes every descriptor, so that connections wait which the server cannot accept; then gives
/// them back.
#[expect(clippy::disallowed_methods, reason = "no task runs on this thread")]
fn starve() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.expect("a runtime");
    let limits = Limits { handshake_timeout: 30_000 * MS, ..brief() };
    let server = runtime.block_on(Running::start(limits));
    let mut statistics = File::open("/proc/self/stat").expect("Linux");
    let spare = File::open("/dev/null").expect("Unix");
    let mut taken: Vec<Blocking> = Vec::new();
    while let Ok(stream) = Blocking::connect(server.address) {
        taken.push(stream);
        sleep_blocking(MS);
    }
    assert!(taken.len() > 10, "only {} connections", taken.len());
    // One descriptor for our side of one more, so that the server has none for its own.
    drop(spare);
    taken.push(Blocking::connect(server.address).expect("one more"));
    let before = processor_time(&mut statistics);
    sleep_blocking(1_000 * MS);
    let spent = processor_time(&mut statistics) - before;
    assert!(spent < 300 * MS, "spent {spent:?} of a second on a shortage");
    drop(taken);
    runtime.block_on(async {
        let answer = unary(&mut http2(server.address).await, grpc_call("ok")).await;
        assert_eq!(answer.grpc_status(), Some("0"));
        server.stop().await;
    });
}

/// Time that this process has spent on processors, in Linux' ticks of 10 ms.
fn processor_time(statistics: &mut File) -> Duration {
    let mut text = String::new();
    statistics.rewind().expect("seeks");
    statistics.read_to_string(&mut text).expect("reads");
    let after_name = text.rsplit(')').next().expect("a name in brackets");
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |n: usize| fields[n].parse::<u64>().expect("a number");
    Duration::from_millis(10 * (ticks(11) + ticks(12)))
}
