//! Where a record's facts come from, and its names in other systems.

use super::{
    check::{Path, Violations},
    dates::When,
    parts::check_when,
    text::{Lines, bounded},
};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The most sources of a record.
pub const SOURCES_MAX: usize = 20;
/// The most external ids of a seizure.
pub const EXTERNAL_IDS_MAX: usize = 20;
/// Longest title of a source, in characters.
pub const TITLE_CHARS_MAX: usize = 500;
/// Longest publisher of a source, in characters.
pub const PUBLISHER_CHARS_MAX: usize = 200;
/// Longest address of a source, in characters.
pub const URL_CHARS_MAX: usize = 2_000;
/// Longest scheme of an external id, in characters.
pub const SCHEME_CHARS_MAX: usize = 64;
/// Longest value of an external id, in characters.
pub const EXTERNAL_VALUE_CHARS_MAX: usize = 200;

/// What a caller proposes as a source.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SourceDraft {
    /// What it is called.
    pub title: String,
    /// Who published it.
    pub publisher: String,
    /// Where it can be read.
    pub url: String,
    /// When it was published, in EDTF.
    pub published: Option<String>,
}

/// Where facts come from; texts are empty where nothing was said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// What it is called.
    pub title: String,
    /// Who published it.
    pub publisher: String,
    /// Where it can be read.
    pub url: String,
    /// When it was published.
    pub published: Option<When>,
}

impl SourceDraft {
    fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<Source> {
        if self.title.trim().is_empty() && self.url.is_empty() {
            violations.add(path, "an empty source: give a title or a url");
        }
        violations.label(&path.field("title"), &self.title, TITLE_CHARS_MAX);
        violations.label(&path.field("publisher"), &self.publisher, PUBLISHER_CHARS_MAX);
        violations.keep(&path.field("url"), check_url(&self.url));
        let published = self.published.as_deref();
        Some(Source {
            title: self.title.clone(),
            publisher: self.publisher.clone(),
            url: self.url.clone(),
            published: check_when(published, &path.field("published"), violations),
        })
    }

    /// Checks a list of sources.
    pub fn check_all(drafts: &[Self], path: &Path<'_>, violations: &mut Violations) -> Vec<Source> {
        violations.each(path, drafts, SOURCES_MAX, Self::check)
    }
}

fn check_url(url: &str) -> Result<(), String> {
    bounded(url, URL_CHARS_MAX, Lines::One)?;
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let has_host = rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#']));
    if url.is_empty() || has_host && !url.contains(char::is_whitespace) {
        Ok(())
    } else {
        Err("not an address: want one without blanks such as https://example.org/page".to_owned())
    }
}

impl Source {
    /// The same source as a draft.
    #[must_use]
    pub fn to_draft(&self) -> SourceDraft {
        SourceDraft {
            title: self.title.clone(),
            publisher: self.publisher.clone(),
            url: self.url.clone(),
            published: self.published.as_ref().map(|when| when.as_str().to_owned()),
        }
    }
}

/// The name of a record in another system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ExternalId {
    /// The system.
    pub scheme: String,
    /// The name there.
    pub value: String,
}

impl ExternalId {
    fn check(&self, path: &Path<'_>, violations: &mut Violations) {
        violations.keep(&path.field("scheme"), check_scheme(&self.scheme));
        let value_path = path.field("value");
        violations.label_required(&value_path, &self.value, EXTERNAL_VALUE_CHARS_MAX);
    }

    /// Checks a list of external ids.
    pub fn check_all(ids: &[Self], path: &Path<'_>, violations: &mut Violations) {
        if !violations.count(path, ids.len(), EXTERNAL_IDS_MAX) {
            return;
        }
        let mut seen = HashSet::new();
        for (i, id) in ids.iter().enumerate() {
            id.check(&path.index(i), violations);
            if !seen.insert(id) {
                violations.add(&path.index(i), "the same scheme and value stand twice");
            }
        }
    }
}

/// Checks the scheme of an external id.
///
/// # Errors
/// Says what would be right.
pub fn check_scheme(scheme: &str) -> Result<(), String> {
    let fits = (1..=SCHEME_CHARS_MAX).contains(&scheme.len())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
    if fits {
        Ok(())
    } else {
        Err("want 1 to 64 characters from a-z, A-Z, 0-9, '.', '_' and '-'".to_owned())
    }
}
