//! The issuers whose tokens are trusted, and the keys that they publish.
//!
//! A key that is not known is looked for at once, but no more often than once in [`FETCH_EVERY`], by
//! one request for all that wait.

use super::{
    fetch::{self, Source},
    jwt::{Algorithm, Jwt, Key, Rule, keys_of},
};
use crate::domain::{
    errors::{Error, Kind, Result},
    principals::OuterName,
};
use serde::Deserialize;
use std::{
    collections::HashMap,
    fs,
    path::Path,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicI64, Ordering},
    },
};
use tokio::{
    sync::Mutex,
    time::{Duration, Instant, sleep},
};

/// The least time between two fetches of an issuer's keys.
const FETCH_EVERY: Duration = Duration::from_secs(10);
/// How often keys are fetched where nobody asks, so that one that was withdrawn is no longer good.
const REFRESH_EVERY: Duration = Duration::from_secs(300);

/// Every issuer, by its name.
#[derive(Debug, Default)]
pub(super) struct Issuers {
    by_name: HashMap<String, Issuer>,
    /// Counts the changes of all keys.
    generation: AtomicI64,
}

#[derive(Debug)]
struct Issuer {
    rule: Rule,
    source: Source,
    keys: RwLock<HashMap<String, Key>>,
    /// When they were fetched last, with success or not.
    fetched: Mutex<Option<Instant>>,
}

/// An issuer as its file says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    issuer: String,
    audience: String,
    r#type: String,
    algorithms: Vec<Algorithm>,
    keys: String,
}

impl Issuers {
    /// Reads the files of a directory.
    ///
    /// # Errors
    /// `Invalid` naming the file that is wrong.
    pub fn read(folder: &Path) -> Result<Self> {
        let unread = |error: std::io::Error| wrong(folder, &error.to_string());
        let mut by_name = HashMap::new();
        for entry in fs::read_dir(folder).map_err(unread)? {
            let path = entry.map_err(unread)?.path();
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            let text = fs::read_to_string(&path).map_err(unread)?;
            let written: Written =
                toml::from_str(&text).map_err(|error| wrong(&path, error.message()))?;
            let Written { issuer, audience, r#type: kind, algorithms, keys } = written;
            if algorithms.is_empty() || [&issuer, &audience, &kind].iter().any(|s| s.is_empty()) {
                return Err(wrong(&path, "issuer, audience, type and algorithms are required"));
            }
            let source = Source::parse(&keys, folder).map_err(|problem| wrong(&path, &problem))?;
            let rule = Rule { audience, kind, algorithms };
            let (keys, fetched) = (RwLock::default(), Mutex::default());
            if by_name.insert(issuer, Issuer { rule, source, keys, fetched }).is_some() {
                return Err(wrong(&path, "another file has the same issuer"));
            }
        }
        Ok(Self { by_name, generation: AtomicI64::new(0) })
    }

    /// Counts the changes of keys: what was found out of tokens holds as long as this.
    pub fn generation(&self) -> i64 {
        self.generation.load(Ordering::Acquire)
    }

    /// What the issuer of a token calls its bearer, if the token is to be believed.
    pub async fn believe(&self, jwt: &Jwt, now_micros: i64) -> Option<OuterName> {
        let issuer = self.by_name.get(&jwt.issuer)?;
        if !jwt.fits(&issuer.rule, now_micros) {
            return None;
        }
        let key = match issuer.key(&jwt.key_id) {
            Some(key) => key,
            None => {
                self.fetch(&jwt.issuer, issuer, FETCH_EVERY).await;
                issuer.key(&jwt.key_id)?
            }
        };
        let (issuer, subject) = (jwt.issuer.clone(), jwt.subject.clone());
        jwt.is_signed_by(&key).then_some(OuterName::Subject { issuer, subject })
    }

    /// Fetches keys by and by, for as long as it is polled.
    pub async fn look_after(&self) {
        loop {
            sleep(REFRESH_EVERY).await;
            for (name, issuer) in &self.by_name {
                self.fetch(name, issuer, FETCH_EVERY).await;
            }
        }
    }

    /// Fetches the keys of an issuer, unless that was done less than so long ago.
    async fn fetch(&self, name: &str, issuer: &Issuer, every: Duration) {
        let mut fetched = issuer.fetched.lock().await;
        if fetched.is_some_and(|at| at.elapsed() < every) {
            return;
        }
        // Before, so that one which is cancelled counts as well.
        *fetched = Some(Instant::now());
        let found = fetch::get(&issuer.source)
            .await
            .and_then(|json| keys_of(&json).ok_or_else(|| "no set of keys (RFC 7517)".to_owned()));
        match found {
            Ok(found) => {
                let found: HashMap<String, Key> = found.into_iter().collect();
                let mut keys = issuer.keys.write().unwrap_or_else(PoisonError::into_inner);
                if *keys != found {
                    *keys = found;
                    self.generation.fetch_add(1, Ordering::AcqRel);
                }
            }
            Err(problem) => tracing::warn!(issuer = name, problem, "cannot fetch keys"),
        }
    }
}

impl Issuer {
    fn key(&self, id: &str) -> Option<Key> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }
}

fn wrong(path: &Path, problem: &str) -> Error {
    let message = format!("{}: {problem}", path.display());
    Error::new(Kind::Invalid, "INVALID_ISSUER", message)
}
