//! JSON web tokens (RFC 7519, 7515, 8725): their form, and who has signed them.
//!
//! Strict where the standards leave a choice: one signature, one algorithm that the issuer is known
//! to use, a key by its id out of the issuer's own set, and no key that the token itself brings.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The longest token, in bytes.
const JWT_BYTES_MAX: usize = 8 * 1_024;
/// How far clocks may be apart, in seconds.
const SKEW_SECONDS: i64 = 30;
/// The furthest end of a token, in seconds from now: longer ones are for API tokens.
const LIFETIME_SECONDS_MAX: i64 = 24 * 3_600;

/// Algorithms of RFC 7518 and RFC 8037 that prove who has signed. None of them shares a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum Algorithm {
    RS256,
    RS384,
    RS512,
    PS256,
    ES256,
    ES384,
    EdDSA,
}

/// A key of an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
}

impl Key {
    /// Whether the key has made a signature by an algorithm. A key of another kind has made none.
    fn has_signed(&self, algorithm: Algorithm, message: &[u8], signed: &[u8]) -> bool {
        let by = |algorithm, key: &[u8]| {
            UnparsedPublicKey::new(algorithm, key).verify(message, signed).is_ok()
        };
        match (algorithm, self) {
            (Algorithm::ES256, Self::P256(key)) => by(&signature::ECDSA_P256_SHA256_FIXED, key),
            (Algorithm::ES384, Self::P384(key)) => by(&signature::ECDSA_P384_SHA384_FIXED, key),
            (Algorithm::EdDSA, Self::Ed25519(key)) => by(&signature::ED25519, key),
            (
                Algorithm::RS256 | Algorithm::RS384 | Algorithm::RS512 | Algorithm::PS256,
                Self::Rsa { n, e },
            ) => {
                let parameters = match algorithm {
                    Algorithm::RS384 => &signature::RSA_PKCS1_2048_8192_SHA384,
                    Algorithm::RS512 => &signature::RSA_PKCS1_2048_8192_SHA512,
                    Algorithm::PS256 => &signature::RSA_PSS_2048_8192_SHA256,
                    _ => &signature::RSA_PKCS1_2048_8192_SHA256,
                };
                RsaPublicKeyComponents { n, e }.verify(parameters, message, signed).is_ok()
            }
            _ => false,
        }
    }
}

/// What a token says before it is believed.
#[derive(Clone)]
pub(super) struct Jwt {
    pub issuer: String,
    pub key_id: String,
    pub subject: String,
    /// From when on it is no longer good, in microseconds since 1970-01-01T00:00:00Z.
    pub expire_micros: i64,
    /// By which what was found out of it is known.
    pub hash: [u8; 32],
    algorithm: Algorithm,
    kind: String,
    audiences: Vec<String>,
    not_before: Vec<i64>,
    message: String,
    signature: Vec<u8>,
}

impl fmt::Debug for Jwt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a token of {:?}", self.issuer)
    }
}

/// What an issuer's tokens have to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub audience: String,
    pub kind: String,
    pub algorithms: Vec<Algorithm>,
}

#[derive(Deserialize)]
struct Header {
    alg: Algorithm,
    typ: String,
    kid: String,
    // What would bring a key, or ask for what is not understood.
    crit: Option<serde_json::Value>,
    jku: Option<serde_json::Value>,
    jwk: Option<serde_json::Value>,
    x5u: Option<serde_json::Value>,
    x5c: Option<serde_json::Value>,
    enc: Option<serde_json::Value>,
    b64: Option<serde_json::Value>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    nbf: Option<i64>,
    iat: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Some(Vec<String>),
}

impl Jwt {
    /// Reads a token; none when it has not the form of one that could be believed.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() > JWT_BYTES_MAX {
            return None;
        }
        let (message, signature) = text.rsplit_once('.')?;
        let (head, body) = message.split_once('.')?;
        let part = |text: &str| URL_SAFE_NO_PAD.decode(text).ok();
        let header: Header = serde_json::from_slice(&part(head)?).ok()?;
        let Header { alg, typ, kid, crit, jku, jwk, x5u, x5c, enc, b64 } = header;
        if [crit, jku, jwk, x5u, x5c, enc, b64].iter().any(Option::is_some) || kid.is_empty() {
            return None;
        }
        let claims: Claims = serde_json::from_slice(&part(body)?).ok()?;
        let Claims { iss, sub, aud, exp, nbf, iat } = claims;
        if sub.is_empty() {
            return None;
        }
        Some(Self {
            issuer: iss,
            key_id: kid,
            subject: sub,
            expire_micros: exp.checked_mul(1_000_000)?,
            hash: Sha256::digest(text.as_bytes()).into(),
            algorithm: alg,
            kind: typ,
            audiences: match aud {
                Audience::One(one) => vec![one],
                Audience::Some(some) => some,
            },
            not_before: nbf.into_iter().chain(iat).collect(),
            message: message.to_owned(),
            signature: part(signature)?,
        })
    }

    /// Whether it is what its issuer's tokens are, now.
    pub fn fits(&self, rule: &Rule, now_micros: i64) -> bool {
        let now = now_micros.div_euclid(1_000_000);
        let end = self.expire_micros / 1_000_000;
        self.kind.eq_ignore_ascii_case(&rule.kind)
            && rule.algorithms.contains(&self.algorithm)
            && self.audiences.contains(&rule.audience)
            && now < end
            && end <= now + LIFETIME_SECONDS_MAX + SKEW_SECONDS
            && self.not_before.iter().all(|from| *from <= now + SKEW_SECONDS)
    }

    /// Whether a key has signed it.
    pub fn is_signed_by(&self, key: &Key) -> bool {
        key.has_signed(self.algorithm, self.message.as_bytes(), &self.signature)
    }
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Published {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// The keys of a published set (RFC 7517) that tokens may be signed by, with their ids. Of a kind
/// that is not known, or for another purpose, none is taken; a set that is no set is none.
pub(super) fn keys_of(json: &[u8]) -> Option<Vec<(String, Key)>> {
    let KeySet { keys } = serde_json::from_slice(json).ok()?;
    let read = |key: serde_json::Value| {
        let key: Published = serde_json::from_value(key).ok()?;
        let part = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_ref()?).ok();
        if key.purpose.as_deref().is_some_and(|purpose| purpose != "sig") {
            return None;
        }
        let point = || Some([vec![4], part(&key.x)?, part(&key.y)?].concat());
        let found = match (key.kty.as_str(), key.crv.as_deref()) {
            ("RSA", None) => Key::Rsa { n: part(&key.n)?, e: part(&key.e)? },
            ("EC", Some("P-256")) => Key::P256(point()?),
            ("EC", Some("P-384")) => Key::P384(point()?),
            ("OKP", Some("Ed25519")) => Key::Ed25519(part(&key.x)?),
            _ => return None,
        };
        Some((key.kid.filter(|id| !id.is_empty())?, found))
    };
    Some(keys.into_iter().filter_map(read).collect())
}
