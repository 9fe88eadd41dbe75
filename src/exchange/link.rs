//! The way to the registry: a server, or the same services in this process.

use crate::{
    config::{TOKEN_VARIABLE, without_passwords},
    domain::errors::{Error, Kind},
};
use http::{HeaderValue, Request, Response, Uri, header::AUTHORIZATION};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use std::{
    error::Error as StdError,
    fs::File,
    future::Future,
    io::{self, Read as _},
    net::IpAddr,
    path::Path,
    pin::Pin,
    task::{Context, Poll},
};
use tonic::{
    Code, Status,
    body::Body,
    service::Routes,
    transport::{Certificate, Channel, ClientTlsConfig},
};
use tonic_types::StatusExt as _;
use tower_service::Service;

/// The largest file of a token that is read.
const TOKEN_FILE_BYTES_MAX: u64 = 16 << 10;
/// The largest file of authorities that is read.
const AUTHORITIES_FILE_BYTES_MAX: u64 = 4 << 20;

/// A way to the registry. Cheap to clone.
#[derive(Clone)]
pub enum Link {
    /// A server, and what shows it who calls.
    Remote(Channel, Option<HeaderValue>),
    /// The services themselves.
    InProcess(Routes),
}

/// A server, and what it is shown.
pub struct Remote<'r> {
    /// `https://HOST:PORT`, or `http://HOST:PORT`.
    pub server: &'r str,
    /// The file that holds the token.
    pub token_file: Option<&'r Path>,
    /// The token where there is no such file; none shows nothing.
    pub token: Option<String>,
    /// Authorities in PEM that are trusted instead of those of the web.
    pub authorities: Option<&'r Path>,
}

type Failure = Box<dyn StdError + Send + Sync>;

impl Service<Request<Body>> for Link {
    type Response = Response<Body>;
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Failure>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        match self {
            Self::Remote(channel, _) => channel.poll_ready(cx).map_err(Into::into),
            Self::InProcess(_) => Poll::Ready(Ok(())),
        }
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        match self {
            Self::Remote(channel, authorization) => {
                if let Some(authorization) = authorization {
                    request.headers_mut().insert(AUTHORIZATION, authorization.clone());
                }
                let answer = channel.call(request);
                Box::pin(async { answer.await.map_err(Into::into) })
            }
            Self::InProcess(routes) => {
                let answer = routes.call(request);
                Box::pin(async { answer.await.map_err(Into::into) })
            }
        }
    }
}

impl Link {
    /// A server; it is reached when it is first asked.
    ///
    /// # Errors
    /// `Invalid` when its address is none, a file cannot be read or does not hold what it should,
    /// or the token would go where others can read it. No error shows a token, or a password.
    pub fn to(remote: &Remote<'_>) -> Result<Self, Error> {
        let Remote { server, token_file, token, authorities } = remote;
        let endpoint = Channel::from_shared((*server).to_owned()).map_err(|_| {
            Error::invalid_field("server", format!("`{}` is no address", shown(server)))
        })?;
        let is_secret = match endpoint.uri().scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong_scheme(server)),
        };
        let authorization = match (token_file, token) {
            (Some(path), _) => Some(bearer(&token_of(path)?, &path.display().to_string())?),
            (None, Some(token)) => Some(bearer(token, TOKEN_VARIABLE)?),
            (None, None) => None,
        };
        if authorization.is_some() && !is_secret && !is_here(endpoint.uri()) {
            let message = "a token is shown over https, and over http to this machine alone";
            return Err(Error::invalid_field("server", message));
        }
        let endpoint = match (is_secret, authorities) {
            (true, authorities) => endpoint.tls_config(tls(*authorities)?).map_err(|error| {
                Error::invalid_field("server", format!("`{}`: {}", shown(server), causes(&error)))
            })?,
            (false, None) => endpoint,
            (false, Some(_)) => {
                return Err(Error::invalid_field("ca", "for https alone"));
            }
        };
        Ok(Self::Remote(endpoint.connect_lazy(), authorization))
    }
}

/// An address without whatever may be a password in it.
fn shown(server: &str) -> String {
    if server.contains("://") {
        return without_passwords(server);
    }
    // Passwords are looked for behind a scheme.
    without_passwords(&format!("://{server}")).split_off("://".len())
}

fn wrong_scheme(server: &str) -> Error {
    let message = format!("`{}`: want https:// or http:// and an address", shown(server));
    Error::invalid_field("server", message)
}

fn is_here(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn token_of(path: &Path) -> Result<String, Error> {
    let bytes = file("token_file", path, TOKEN_FILE_BYTES_MAX)?;
    let wrong = || Error::invalid_field("token_file", format!("{}: no token", path.display()));
    String::from_utf8(bytes).map_err(|_| wrong())
}

fn bearer(token: &str, of: &str) -> Result<HeaderValue, Error> {
    let token = token.trim();
    let wrong = || Error::invalid_field("token", format!("{of}: no token"));
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong());
    }
    let mut value = HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| wrong())?;
    value.set_sensitive(true);
    Ok(value)
}

fn tls(authorities: Option<&Path>) -> Result<ClientTlsConfig, Error> {
    let Some(path) = authorities else { return Ok(ClientTlsConfig::new().with_webpki_roots()) };
    let pem = file("ca", path, AUTHORITIES_FILE_BYTES_MAX)?;
    let mut found = CertificateDer::pem_slice_iter(&pem).peekable();
    if found.peek().is_none() || found.any(|one| one.is_err()) {
        return Err(Error::invalid_field("ca", format!("{}: no certificates", path.display())));
    }
    Ok(ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem)))
}

fn file(flag: &str, path: &Path, bytes_max: u64) -> Result<Vec<u8>, Error> {
    let wrong = |what: String| Error::invalid_field(flag, format!("{}: {what}", path.display()));
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(bytes_max + 1).read_to_end(&mut bytes));
    read.map_err(|error| wrong(error.to_string()))?;
    if bytes.len() as u64 > bytes_max {
        return Err(wrong(format!("more than {bytes_max} bytes")));
    }
    Ok(bytes)
}

/// An error, and what was behind it.
fn behind<'e>(
    error: &'e (dyn StdError + 'static),
) -> impl Iterator<Item = &'e (dyn StdError + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let one = next?;
        next = one.source();
        Some(one)
    })
}

fn causes(error: &(dyn StdError + 'static)) -> String {
    let mut texts: Vec<String> = behind(error).map(ToString::to_string).collect();
    texts.dedup();
    texts.join(": ")
}

/// Whether there was no connection because the server, or the client, is not trusted.
fn is_untrusted(status: &Status) -> bool {
    status.source().into_iter().flat_map(behind).any(|error| {
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        inner.is_some_and(|inner| inner.is::<rustls::Error>())
    })
}

/// Whether the same may succeed later.
pub(super) fn may_pass(status: &Status) -> bool {
    match status.code() {
        _ if is_untrusted(status) => false,
        Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted | Code::Aborted => {
            true
        }
        // A connection that breaks in the middle.
        Code::Unknown | Code::Cancelled | Code::Internal => {
            status.get_details_error_info().is_none()
        }
        _ => false,
    }
}

/// What the registry answered, as an error of the command.
pub(super) fn failed(status: Status) -> Error {
    let kind = match status.code() {
        Code::InvalidArgument => Kind::Invalid,
        Code::FailedPrecondition => Kind::FailedPrecondition,
        _ => Kind::Unavailable,
    };
    let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    let mut message = status.message().to_owned();
    if let Some(source) = status.source() {
        // Why there is no connection.
        message.push_str(&format!(": {}", causes(source)));
    }
    if !reason.is_empty() {
        message.push_str(&format!(" ({reason})"));
    }
    let mut error = Error::new(kind, "REGISTRY", message);
    for violation in
        status.get_details_bad_request().into_iter().flat_map(|bad| bad.field_violations)
    {
        error = error.at(violation.field, violation.description);
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(server: &str) -> String {
        let remote = Remote { server, token_file: None, token: None, authorities: None };
        match Link::to(&remote) {
            Ok(_) => panic!("{server} is taken"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn an_address_that_is_refused_is_shown_without_its_password() {
        for (server, wanted) in [
            ("ftp://me:s3cret@h:1", "`ftp://me***`: want https:// or http://"),
            ("me:s3cret@h:1", "`me***`: want https:// or http://"),
            ("h:8080", "`h:8080`: want https:// or http://"),
            ("https://me:s3cret@h h", "`https://me***` is no address"),
            ("me:s3cret@h h", "`me***` is no address"),
            ("http://h h", "`http://h h` is no address"),
            ("https://me:s3cret@[::1", "`https://me***` is no address"),
        ] {
            let text = refused(server);
            assert!(text.contains(wanted) && !text.contains("s3cret"), "{server}: {text}");
        }
    }
}
