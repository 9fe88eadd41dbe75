//! A handler that panics: what its caller learns, what the log says, and what lives on.

use super::{
    peers::{grpc_call, grpc_watch, http2, message, post, unary, whole},
    stub::{Running, brief},
};
use std::{
    io,
    sync::{Arc, Mutex},
};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub fn line_with(&self, id: &str) -> String {
        let log = self.0.lock().expect("not poisoned");
        let text = String::from_utf8_lossy(&log);
        text.lines().find(|line| line.contains(id)).unwrap_or_default().to_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").write(part)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

pub fn id_in(message: &str) -> &str {
    let id = message.strip_prefix("internal error, id ").expect("nothing but an id");
    assert!(id.len() == 16 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");
    id
}

#[tokio::test]
async fn answers_internal_with_an_id_that_the_log_has_and_keeps_the_connection() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().json().with_writer(log.clone()).finish();
    let _logging = tracing::subscriber::set_default(subscriber);
    let server = Running::start(brief()).await;
    let mut peer = http2(server.address).await;

    let answer = unary(&mut peer, grpc_call("panic")).await;
    assert_eq!((answer.http_status, answer.grpc_status()), (200, Some("13")));
    assert_eq!(answer.headers["content-type"], "application/grpc");
    let told = answer.grpc("grpc-message").expect("a message").replace("%20", " ");
    let line = log.line_with(id_in(&told));
    assert!(line.contains("the handler fell") && line.contains("ERROR"), "{line}");
    assert!(line.contains("/grpc.health.v1.Health/Check"), "{line}");

    assert_eq!(unary(&mut peer, grpc_call("ok")).await.grpc_status(), Some("0"));
    server.has_open(0).await;
    server.stop().await;
}

#[tokio::test]
async fn answers_in_the_callers_dialect() {
    let server = Running::start(brief()).await;
    let mut peer = http2(server.address).await;

    let web = "application/grpc-web+proto";
    let answer =
        unary(&mut peer, post("/grpc.health.v1.Health/Check", web, message("panic"))).await;
    assert_eq!((answer.http_status, answer.grpc_status()), (200, Some("13")));
    assert_eq!(answer.headers["content-type"], web);

    let answer = unary(&mut peer, post("/panic", "text/plain", "hi".into())).await;
    assert_eq!(answer.http_status, 500);
    id_in(answer.text().trim_end());
    server.stop().await;
}

#[tokio::test]
async fn a_stream_that_panics_ends_alone_and_not_as_if_it_were_whole() {
    let server = Running::start(brief()).await;
    let mut peer = http2(server.address).await;
    let answer = peer.send_request(grpc_watch("panic")).await.expect("an answer");
    assert!(whole(answer).await.is_err(), "a broken stream passed for a whole one");
    assert_eq!(unary(&mut peer, grpc_call("ok")).await.grpc_status(), Some("0"));
    server.stop().await;
}
