//! The process: what signals do to it, and what its exit says.

use super::stub::MS;
use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

struct Process {
    child: Child,
    address: String,
}

impl Process {
    /// A demo on a free port, with so many seconds for its drain.
    fn start(drain_seconds: &str) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_interdiction"))
            .args([
                "demo",
                "--listen",
                "127.0.0.1:0",
                "--limits-drain-timeout-seconds",
                drain_seconds,
            ])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let said = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut lines = said.lines().map(|line| line.expect("a text"));
        let address = lines
            .find_map(|line| line.strip_prefix("listening on http://").map(str::to_owned))
            .expect("it says where it listens");
        // Read on, so that what it says later does not break its pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address }
    }

    fn signal(&self, name: &str) {
        let sent = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status();
        assert!(sent.expect("there is a kill").success());
    }

    /// Its exit code, and how long it took.
    async fn exit(mut self) -> (Option<i32>, Duration) {
        let begun = Instant::now();
        let patience = 60_000 * MS;
        while begun.elapsed() < patience {
            if let Some(status) = self.child.try_wait().expect("it can be waited for") {
                return (status.code(), begun.elapsed());
            }
            tokio::time::sleep(10 * MS).await;
        }
        self.child.kill().expect("it can be killed");
        panic!("it did not end");
    }

    /// A request that never ends by itself.
    fn hold(&self) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        let head = "POST /interdiction.v1.SeizureService/ListSeizures HTTP/1.1\r\nhost: x\r\n\
            content-type: application/grpc-web+proto\r\ncontent-length: 5\r\n\r\n\0";
        stream.write_all(head.as_bytes()).expect("it reads");
        stream
    }
}

#[tokio::test]
async fn the_first_signal_ends_an_idle_server_at_once_and_well() {
    let process = Process::start("60");
    process.signal("TERM");
    let (code, took) = process.exit().await;
    assert_eq!(code, Some(0));
    assert!(took < 30_000 * MS, "{took:?}");
}

#[tokio::test]
async fn the_second_signal_cuts_and_the_exit_says_so() {
    let process = Process::start("60");
    let _held = process.hold();
    tokio::time::sleep(200 * MS).await;
    process.signal("INT");
    tokio::time::sleep(500 * MS).await;
    process.signal("TERM");
    let (code, took) = process.exit().await;
    assert_eq!(code, Some(4));
    assert!(took < 30_000 * MS, "{took:?}");
}

#[tokio::test]
async fn a_drain_that_takes_too_long_cuts_and_the_exit_says_so() {
    let process = Process::start("1");
    let _held = process.hold();
    tokio::time::sleep(200 * MS).await;
    process.signal("TERM");
    let (code, took) = process.exit().await;
    assert_eq!(code, Some(4));
    assert!(took > 900 * MS && took < 30_000 * MS, "{took:?}");
}
