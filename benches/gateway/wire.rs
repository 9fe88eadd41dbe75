//! A client that costs next to nothing: HTTP/1.1 over connections that stay open. Answers are not
//! decoded: the server is measured, not its client.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    sync::Mutex,
};

/// A connection for each caller.
pub struct Lines {
    address: String,
    streams: Vec<Mutex<TcpStream>>,
}

impl Lines {
    pub async fn connect(address: &str, callers: usize) -> Self {
        let mut streams = Vec::new();
        for _ in 0..callers {
            let stream = TcpStream::connect(address).await.expect("the server answers");
            stream.set_nodelay(true).expect("a setting");
            streams.push(Mutex::new(stream));
        }
        Self { address: address.to_owned(), streams }
    }

    /// Posts JSON over the connection of a caller; the answer is an answer without errors.
    pub async fn ask(&self, caller: usize, path: &str, body: &str) {
        let mut stream = self.streams[caller].lock().await;
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\n\
             accept: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).await.expect("the server reads");
        let answer = read(&mut stream).await;
        let text = String::from_utf8_lossy(&answer);
        assert!(text.contains("{\"data\":{"), "{text}");
        assert!(!text.contains("\"errors\""), "{text}");
    }
}

/// One answer with a content length.
async fn read(stream: &mut TcpStream) -> Vec<u8> {
    let mut answer = Vec::with_capacity(16_384);
    while !is_whole(&answer) {
        let read = stream.read_buf(&mut answer).await.expect("the server answers");
        assert!(read > 0, "the server hung up: {}", String::from_utf8_lossy(&answer));
    }
    answer
}

/// Whether a head stands there, and as much of a body as it says.
pub fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.and_then(|text| text.trim().parse().ok()).expect("a length");
    answer.len() >= end + 4 + length
}
