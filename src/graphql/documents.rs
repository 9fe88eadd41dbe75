//! Documents: those that an operator trusts, by the SHA-256 of their text, and those that were
//! parsed before.

use super::{cost, http::Refusal};
use crate::domain::{
    errors::{Error, Kind, Result},
    text::hex,
};
use async_graphql::parser::{parse_query, types::ExecutableDocument};
use http::StatusCode;
use quick_cache::{Weighter, sync::Cache};
use sha2::{Digest as _, Sha256};
use std::{collections::HashMap, fs, path::Path, sync::Arc};

/// Bytes that kept documents take, parsed.
const KEPT_BYTES_MAX: u64 = 16 * 1_024 * 1_024;
/// Documents that are expected to be kept; the bytes are what bounds them.
const KEPT_EXPECTED: usize = 512;
/// Bytes that a parsed document takes for each byte of its text, by measurement.
const PARSED_BYTES_PER_BYTE: u64 = 16;
/// The prefix of ids in the specification's appendix on persisted documents.
const ID_PREFIX: &str = "sha256:";

/// How a request names its document.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// Its text.
    Text(String),
    /// Its id: `sha256:` and 64 hexadecimal digits, or the digits alone.
    Id(String),
    /// Its hash, by a client that would send the text when it is not known.
    Hash(String),
}

/// Documents that an operator trusts, and whether there are others.
#[derive(Debug, Default, Clone)]
pub struct Trusted {
    texts: HashMap<String, Arc<str>>,
    only: bool,
}

/// A document that was parsed and is not too large.
#[derive(Debug)]
pub(super) struct Kept {
    /// The document.
    pub document: ExecutableDocument,
}

/// All documents of an endpoint.
pub struct Documents {
    trusted: Trusted,
    kept: Cache<Arc<str>, Arc<Kept>, ParsedBytes>,
}

#[derive(Clone)]
struct ParsedBytes;

impl Weighter<Arc<str>, Arc<Kept>> for ParsedBytes {
    fn weight(&self, text: &Arc<str>, _: &Arc<Kept>) -> u64 {
        text.len() as u64 * PARSED_BYTES_PER_BYTE
    }
}

impl Trusted {
    /// Reads every `*.graphql` of a directory; `only` refuses all other documents.
    ///
    /// # Errors
    /// `Invalid` naming a file that cannot be read, is no document, or is a too large one.
    pub fn read(directory: &Path, only: bool) -> Result<Self> {
        let wrong = |path: &Path, what: &dyn std::fmt::Display| {
            let message = format!("{}: {what}", path.display());
            Error::new(Kind::Invalid, "WRONG_DOCUMENT", message)
        };
        let mut texts = HashMap::new();
        for entry in fs::read_dir(directory).map_err(|error| wrong(directory, &error))? {
            let path = entry.map_err(|error| wrong(directory, &error))?.path();
            if path.extension().is_none_or(|extension| extension != "graphql") {
                continue;
            }
            let text = fs::read_to_string(&path).map_err(|error| wrong(&path, &error))?;
            cost::scan_document(&text).map_err(|error| wrong(&path, &error))?;
            let document = parse_query(&text).map_err(|error| wrong(&path, &error))?;
            cost::check_document(&document).map_err(|error| wrong(&path, &error))?;
            texts.insert(id_of(&text), Arc::from(text));
        }
        Ok(Self { texts, only })
    }

    /// Ids of all of them, in no order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }
}

/// The SHA-256 of a text, in hexadecimal digits.
fn id_of(text: &str) -> String {
    hex(&Sha256::digest(text))
}

impl Documents {
    /// None parsed yet.
    #[must_use]
    pub fn new(trusted: Trusted) -> Self {
        Self { trusted, kept: Cache::with_weighter(KEPT_EXPECTED, KEPT_BYTES_MAX, ParsedBytes) }
    }

    /// The text of the document that is asked for.
    pub(super) fn text(&self, asked: Asked) -> Result<Arc<str>, Refusal> {
        let Trusted { texts, only } = &self.trusted;
        match asked {
            Asked::Text(text) if *only && !texts.contains_key(&id_of(&text)) => {
                Err(Refusal::untrusted())
            }
            Asked::Text(text) => Ok(text.into()),
            Asked::Id(id) => {
                let digits = id.strip_prefix(ID_PREFIX).unwrap_or(&id);
                texts
                    .get(digits)
                    .cloned()
                    .ok_or_else(|| not_found("there is no trusted document of that id"))
            }
            // The texts are those that clients of automatic persisted queries know: at the first
            // they send the document, at the second they stop asking.
            Asked::Hash(hash) => texts.get(&hash).cloned().ok_or_else(|| {
                if texts.is_empty() {
                    let (code, text) =
                        ("PERSISTED_QUERY_NOT_SUPPORTED", "PersistedQueryNotSupported");
                    return Refusal::unknown_document(StatusCode::BAD_REQUEST, code, text);
                }
                not_found("PersistedQueryNotFound")
            }),
        }
    }

    /// The document, parsed now or before, if it is not too large.
    pub(super) fn parsed(&self, text: &str) -> Result<Arc<Kept>, Refusal> {
        if let Some(kept) = self.kept.get(text) {
            return Ok(kept);
        }
        cost::scan_document(text)?;
        let document = parse_query(text).map_err(|error| Refusal::unparsed(&error))?;
        cost::check_document(&document)?;
        Ok(Arc::new(Kept { document }))
    }

    /// Keeps a document that was executed, for it will be asked for again.
    pub(super) fn keep(&self, text: Arc<str>, kept: Arc<Kept>) {
        if self.kept.peek(&text).is_none() {
            self.kept.insert(text, kept);
        }
    }
}

fn not_found(text: &str) -> Refusal {
    Refusal::unknown_document(StatusCode::NOT_FOUND, "PERSISTED_QUERY_NOT_FOUND", text)
}
