//! How the text of each setting is read. A message says what is wrong and what would be right;
//! it never repeats a text that may hold a password.

use super::{
    Callers, LogFormat, StoreUrl, Taken,
    settings::{Shape, Spec},
};
use std::{net::SocketAddr, path::PathBuf, time::Duration};
use tracing_subscriber::EnvFilter;

/// The longest id of an agency, in characters (AIP-122).
const ID_CHARS_MAX: usize = 63;

pub(super) fn listen(_: &Spec, text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!(
            "`{text}` is not an address and a port, such as 127.0.0.1:8080 or [::1]:8080; host \
             names are not looked up"
        )
    })
}

/// Why an address that others can reach is not listened on while nobody shows who it is.
pub(super) fn reachable(address: SocketAddr) -> Option<String> {
    // To Linux ::ffff:127.0.0.1 is 127.0.0.1, and ::ffff:0.0.0.0 is every address.
    if address.ip().to_canonical().is_loopback() {
        return None;
    }
    Some(format!(
        "`{address}` is not a loopback address, and callers show no identities, so every caller \
         would be the configured viewer: set identities.callers to known, and tls, or listen on \
         127.0.0.1:{port} or [::1]:{port}, and let those who may act as that viewer come through an \
         SSH tunnel (ssh -L {port}:127.0.0.1:{port} HOST)",
        port = address.port()
    ))
}

pub(super) fn callers(_: &Spec, text: &str) -> Result<Callers, String> {
    match text {
        "configured" => Ok(Callers::Configured),
        "known" => Ok(Callers::Known),
        "anyone" => Ok(Callers::Anyone),
        _ => Err(format!("`{text}` is not who callers are: want configured, known or anyone")),
    }
}

pub(super) fn store(_: &Spec, text: &str) -> Result<StoreUrl, String> {
    StoreUrl::parse(text)
}

pub(super) fn agency(_: &Spec, text: &str) -> Result<String, String> {
    let bytes = text.as_bytes();
    let fits = (1..=ID_CHARS_MAX).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes.last() != Some(&b'-')
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-');
    if fits {
        return Ok(text.to_owned());
    }
    Err(format!(
        "`{text}` is not the id of an agency: want 1 to {ID_CHARS_MAX} characters from a-z, 0-9 \
         and '-', beginning with a letter and not ending with '-', such as mx-semar"
    ))
}

pub(super) fn region(_: &Spec, text: &str) -> Result<Option<String>, String> {
    match text.as_bytes() {
        [] => Ok(None),
        [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok(Some(text.to_owned())),
        _ => Err(format!(
            "`{text}` is not a region: want two capital letters (ISO 3166-1 alpha-2), such as MX"
        )),
    }
}

pub(super) fn roles(_: &Spec, text: &str) -> Result<Vec<String>, String> {
    let mut roles: Vec<String> = Vec::new();
    for role in text.split(',').map(str::trim) {
        if role.is_empty() || !role.bytes().all(|b| b.is_ascii_uppercase() || b == b'_') {
            return Err(format!(
                "`{role}` is not a role: want names in capitals, such as READER,CONTRIBUTOR"
            ));
        }
        if roles.iter().any(|known| known == role) {
            return Err(format!("`{text}` names the role {role} twice"));
        }
        roles.push(role.to_owned());
    }
    Ok(roles)
}

pub(super) fn log_format(_: &Spec, text: &str) -> Result<LogFormat, String> {
    match text {
        "human" => Ok(LogFormat::Human),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("`{text}` is not a log format: want human or json")),
    }
}

pub(super) fn directory(_: &Spec, text: &str) -> Result<Option<PathBuf>, String> {
    Ok((!text.is_empty()).then(|| PathBuf::from(text)))
}

pub(super) fn file(_: &Spec, text: &str) -> Result<Option<PathBuf>, String> {
    Ok((!text.is_empty()).then(|| PathBuf::from(text)))
}

pub(super) fn taken(_: &Spec, text: &str) -> Result<Taken, String> {
    match text {
        "any" => Ok(Taken::Any),
        "trusted" => Ok(Taken::Trusted),
        _ => Err(format!("`{text}` is not which documents are executed: want any or trusted")),
    }
}

pub(super) fn filter(_: &Spec, text: &str) -> Result<String, String> {
    match EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(cause) => Err(format!(
            "`{text}` is not a log filter ({cause}): want a level such as info, or levels by \
             module such as warn,interdiction=debug"
        )),
    }
}

pub(super) fn whole<T: TryFrom<u64>>(spec: &Spec, text: &str) -> Result<T, String> {
    let number = within(spec, text)?;
    T::try_from(number).map_err(|_| format!("{number} is more than this machine can count"))
}

pub(super) fn seconds(spec: &Spec, text: &str) -> Result<Duration, String> {
    within(spec, text).map(Duration::from_secs)
}

fn within(spec: &Spec, text: &str) -> Result<u64, String> {
    let (min, max) = match spec.shape {
        Shape::Whole { min, max, .. } => (min, max),
        Shape::Text { .. } | Shape::List { .. } => (0, u64::MAX),
    };
    text.parse()
        .ok()
        .filter(|number| (min..=max).contains(number))
        .ok_or_else(|| format!("`{text}` is not a whole number from {min} to {max}"))
}
