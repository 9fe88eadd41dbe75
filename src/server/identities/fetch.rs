//! Fetches what an issuer publishes: a small file, or one GET of HTTP/1.1.

use http::{
    Request, StatusCode, Uri,
    header::{ACCEPT, HOST},
    uri::Scheme,
};
use http_body::Body as _;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName};
use std::{
    path::{Path, PathBuf},
    pin::pin,
    sync::Arc,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::{Duration, timeout},
};
use tokio_rustls::TlsConnector;

/// How long a fetch may take.
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
/// The most bytes of a set of keys.
const BYTES_MAX: usize = 256 * 1_024;

/// Where keys are published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    File(PathBuf),
    Url(Uri),
}

impl Source {
    /// Reads a URL, or a path beside the issuer's own file. What is not HTTPS comes from this
    /// machine alone.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, String> {
        if !text.contains("://") {
            return Ok(Self::File(folder.join(text)));
        }
        let uri: Uri = text.parse().map_err(|_| "keys: not a URL".to_owned())?;
        let host = uri.host().unwrap_or_default();
        let is_here = matches!(host, "127.0.0.1" | "[::1]" | "localhost");
        if uri.scheme() == Some(&Scheme::HTTPS) || uri.scheme() == Some(&Scheme::HTTP) && is_here {
            return Ok(Self::Url(uri));
        }
        Err("keys: want an https URL or a file".to_owned())
    }
}

/// What is published there.
pub(super) async fn get(source: &Source) -> Result<Vec<u8>, String> {
    let got = async {
        match source {
            Source::File(path) => tokio::fs::read(path).await.map_err(told),
            Source::Url(uri) => get_url(uri).await,
        }
    };
    timeout(FETCH_TIMEOUT, got).await.map_err(|_| "no answer in time".to_owned())?
}

fn told(error: impl std::fmt::Display) -> String {
    error.to_string()
}

async fn get_url(uri: &Uri) -> Result<Vec<u8>, String> {
    let is_tls = uri.scheme() == Some(&Scheme::HTTPS);
    let host = uri.host().unwrap_or_default();
    let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let address = (host.trim_matches(['[', ']']), port);
    let stream = TcpStream::connect(address).await.map_err(told)?;
    if !is_tls {
        return ask(stream, uri).await;
    }
    let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(told)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(address.0.to_owned()).map_err(told)?;
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(told)?;
    ask(stream, uri).await
}

async fn ask<S>(stream: S, uri: &Uri) -> Result<Vec<u8>, String>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, driver) = http1::handshake(TokioIo::new(stream)).await.map_err(told)?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let host = uri.authority().map_or("", |authority| authority.as_str());
    let request = Request::get(path)
        .header(HOST, host)
        .header(ACCEPT, "application/json")
        .body(String::new())
        .map_err(told)?;
    let mut driver = pin!(driver);
    let answered = async {
        let answer = sender.send_request(request).await.map_err(told)?;
        if answer.status() != StatusCode::OK {
            return Err(format!("the answer is {}", answer.status()));
        }
        let mut body = answer.into_body();
        let mut bytes = Vec::new();
        while let Some(frame) =
            std::future::poll_fn(|cx| std::pin::Pin::new(&mut body).poll_frame(cx)).await
        {
            if let Ok(data) = frame.map_err(told)?.into_data() {
                bytes.extend_from_slice(&data);
            }
            if bytes.len() > BYTES_MAX {
                return Err(format!("more than {BYTES_MAX} bytes"));
            }
        }
        Ok(bytes)
    };
    let mut answered = pin!(answered);
    tokio::select! {
        biased;
        bytes = &mut answered => bytes,
        ended = &mut driver => match ended {
            Ok(()) => answered.await,
            Err(error) => Err(told(error)),
        },
    }
}
