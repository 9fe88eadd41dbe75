//! What a request shows of its caller.

use super::{issuers::Issuers, jwt::Jwt};
use crate::{domain::tokens::Token, server::tls::Certificate};
use http::{HeaderMap, header::AUTHORIZATION};
use std::sync::Arc;

/// A credential that can be looked up.
#[derive(Debug, Clone)]
pub(super) enum Credential {
    Token(Token),
    Jwt(Box<Jwt>),
    Certificate(Arc<Certificate>),
}

impl Credential {
    /// By which what was found out of it is known.
    pub fn hash(&self) -> [u8; 32] {
        match self {
            Self::Token(token) => token.hash(),
            Self::Jwt(jwt) => jwt.hash,
            Self::Certificate(certificate) => certificate.hash,
        }
    }

    /// What it is, for the access record.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Token(_) => "API token",
            Self::Jwt(_) => "JSON web token",
            Self::Certificate(_) => "certificate",
        }
    }

    /// How often what it is judged by changed, besides what the store counts.
    pub fn generation(&self, issuers: &Issuers) -> i64 {
        match self {
            Self::Token(_) => 0,
            Self::Jwt(_) => issuers.generation(),
            Self::Certificate(certificate) => certificate.generation(),
        }
    }
}

/// An authorization that is not one bearer token.
pub(super) struct Malformed;

/// The bearer token of a request (RFC 6750, 2.1), if it shows one.
pub(super) fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Malformed> {
    let mut shown = headers.get_all(AUTHORIZATION).iter();
    let Some(first) = shown.next() else { return Ok(None) };
    if shown.next().is_some() {
        return Err(Malformed);
    }
    let text = first.to_str().map_err(|_| Malformed)?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok(Some(token.trim_ascii()))
        }
        Some(_) | None => Err(Malformed),
    }
}
