//! The issuers whose tokens are trusted, and the keys that they publish.
//!
//! A key that is not known is looked for at once, but no more often than once in [`FETCH_EVERY`], by
//! one request for all that wait. The files that name issuers are read again when they change.

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
    collections::{BTreeMap, HashMap},
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc, PoisonError, RwLock,
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

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Every issuer.
#[derive(Debug, Default)]
pub(super) struct Issuers {
    /// None where no issuer is trusted.
    folder: Option<PathBuf>,
    now: RwLock<Now>,
    /// Counts the changes of issuers and of all keys.
    generation: AtomicI64,
}

/// The issuers as their files say now.
#[derive(Debug, Default)]
struct Now {
    /// The files that were read, and what they hold.
    files: BTreeMap<PathBuf, String>,
    by_name: HashMap<String, Arc<Issuer>>,
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
        let now = Now::of(files_of(folder)?, folder, &HashMap::new())?;
        let (folder, generation) = (Some(folder.to_owned()), AtomicI64::new(0));
        Ok(Self { folder, now: RwLock::new(now), generation })
    }

    /// Reads the files again, and says whether they changed.
    fn read_again(&self, folder: &Path) -> Result<bool> {
        let files = files_of(folder)?;
        let known = {
            let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
            if now.files == files {
                return Ok(false);
            }
            now.by_name.clone()
        };
        let now =
            Now::of(files.clone(), folder, &known).inspect_err(|_| self.forget_gone(&files))?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = now;
        self.generation.fetch_add(1, Ordering::AcqRel);
        Ok(true)
    }

    /// What is wrong leaves all as it was, but whose file is gone is trusted no more.
    fn forget_gone(&self, files: &BTreeMap<PathBuf, String>) {
        let mut now = self.now.write().unwrap_or_else(PoisonError::into_inner);
        let is_gone = |path: &&PathBuf| !files.contains_key(*path);
        let gone: Vec<PathBuf> = now.files.keys().filter(is_gone).cloned().collect();
        for path in gone {
            let text = now.files.remove(&path).unwrap_or_default();
            if let Ok(Written { issuer, .. }) = toml::from_str(&text) {
                now.by_name.remove(&issuer);
                self.generation.fetch_add(1, Ordering::AcqRel);
                tracing::info!(issuer, "an issuer whose file is gone is trusted no more");
            }
        }
    }

    fn issuer(&self, name: &str) -> Option<Arc<Issuer>> {
        self.now.read().unwrap_or_else(PoisonError::into_inner).by_name.get(name).cloned()
    }

    /// Counts the changes of issuers and keys: what was found out of tokens holds as long as this.
    pub fn generation(&self) -> i64 {
        self.generation.load(Ordering::Acquire)
    }

    /// What the issuer of a token calls its bearer, if the token is to be believed.
    pub async fn believe(&self, jwt: &Jwt, now_micros: i64) -> Option<OuterName> {
        let issuer = self.issuer(&jwt.issuer)?;
        if !jwt.fits(&issuer.rule, now_micros) {
            return None;
        }
        let key = match issuer.key(&jwt.key_id) {
            Some(key) => key,
            None => {
                self.fetch(&jwt.issuer, &issuer, FETCH_EVERY).await;
                issuer.key(&jwt.key_id)?
            }
        };
        let (issuer, subject) = (jwt.issuer.clone(), jwt.subject.clone());
        jwt.is_signed_by(&key).then_some(OuterName::Subject { issuer, subject })
    }

    /// Looks at the files, and fetches keys by and by, for as long as it is polled.
    pub async fn look_after(self: &Arc<Self>) {
        tokio::join!(self.look_at_files(), self.refresh());
    }

    /// Where the files are wrong, what was read before stays.
    async fn look_at_files(self: &Arc<Self>) {
        let Some(folder) = self.folder.clone() else { return };
        let mut told = String::new();
        loop {
            sleep(LOOK_EVERY).await;
            let (issuers, folder) = (Arc::clone(self), folder.clone());
            let read = tokio::task::spawn_blocking(move || issuers.read_again(&folder)).await;
            match read.unwrap_or_else(|error| Err(Error::internal(error.to_string()))) {
                Ok(true) => {
                    tracing::info!("the issuers are read again");
                    told.clear();
                }
                Ok(false) => told.clear(),
                Err(error) => {
                    let text = error.to_string();
                    if text != told {
                        tracing::warn!(%error, "issuers changed and are wrong; the old ones stay");
                    }
                    told = text;
                }
            }
        }
    }

    async fn refresh(&self) {
        loop {
            sleep(REFRESH_EVERY).await;
            let now = {
                let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
                now.by_name.clone()
            };
            for (name, issuer) in &now {
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

/// The files of a directory that name issuers, and what they hold.
fn files_of(folder: &Path) -> Result<BTreeMap<PathBuf, String>> {
    let unread = |error: std::io::Error| wrong(folder, &error.to_string());
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let text = fs::read_to_string(&path).map_err(unread)?;
            files.insert(path, text);
        }
    }
    Ok(files)
}

impl Now {
    /// What the files say; of an issuer that they name as before, the keys are known.
    fn of(
        files: BTreeMap<PathBuf, String>,
        folder: &Path,
        known: &HashMap<String, Arc<Issuer>>,
    ) -> Result<Self> {
        let mut by_name = HashMap::new();
        for (path, text) in &files {
            let (name, issuer) = parse(path, text, folder)?;
            let same = known
                .get(&name)
                .filter(|known| (&known.rule, &known.source) == (&issuer.rule, &issuer.source));
            let issuer = same.cloned().unwrap_or_else(|| Arc::new(issuer));
            if by_name.insert(name, issuer).is_some() {
                return Err(wrong(path, "another file has the same issuer"));
            }
        }
        Ok(Self { files, by_name })
    }
}

fn parse(path: &Path, text: &str, folder: &Path) -> Result<(String, Issuer)> {
    let written: Written = toml::from_str(text).map_err(|error| wrong(path, error.message()))?;
    let Written { issuer, audience, r#type: kind, algorithms, keys } = written;
    if algorithms.is_empty() || [&issuer, &audience, &kind].iter().any(|text| text.is_empty()) {
        return Err(wrong(path, "issuer, audience, type and algorithms are required"));
    }
    let source = Source::parse(&keys, folder).map_err(|problem| wrong(path, &problem))?;
    let rule = Rule { audience, kind, algorithms };
    let (keys, fetched) = (RwLock::default(), Mutex::default());
    Ok((issuer, Issuer { rule, source, keys, fetched }))
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
