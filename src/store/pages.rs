//! Page tokens: opaque, bound to the query they continue, signed, and without authority.
//!
//! A token holds the sort values and the id of the last record of a page, which its reader was
//! shown; never a key. What it opens is decided anew by the guard on every page.

use super::{Shared, Store};
use crate::domain::errors::{Error, Result};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};

const MAC_BYTES: usize = 16;

/// A value that a list is sorted by.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum SortValue {
    Int(i64),
    Text(String),
}

/// Where a page ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// Sort values of the last record, in the order of the terms.
    pub values: Vec<SortValue>,
    /// Resource name of the last record.
    pub name: String,
}

impl Store {
    pub(super) fn seal(&self, cursor: &Cursor, fingerprint: &[u8]) -> Result<String> {
        self.shared.seal(cursor, fingerprint)
    }

    pub(super) fn unseal(&self, token: &str, fingerprint: &[u8]) -> Result<Cursor> {
        let cursor = self.shared.unseal(token, fingerprint)?;
        cursor.ok_or_else(|| {
            let message = "not a token of this query: send next_page_token as it came, with the \
                           other fields as they were, or leave it empty";
            Error::invalid_field("page_token", message)
        })
    }
}

impl Shared {
    pub(super) fn seal(&self, cursor: &Cursor, fingerprint: &[u8]) -> Result<String> {
        let mut bytes = serde_json::to_vec(cursor)
            .map_err(|error| Error::internal(format!("page token: {error}")))?;
        let mac = self.mac(&bytes, fingerprint)?;
        bytes.extend_from_slice(&mac.as_bytes()[..MAC_BYTES]);
        Ok(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What a token holds; none when it was not sealed for this.
    pub(super) fn unseal(&self, token: &str, fingerprint: &[u8]) -> Result<Option<Cursor>> {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(token) else { return Ok(None) };
        let Some(split) = bytes.len().checked_sub(MAC_BYTES) else { return Ok(None) };
        let (body, mac) = bytes.split_at(split);
        let expected = self.mac(body, fingerprint)?;
        let mut padded = *expected.as_bytes();
        padded[..MAC_BYTES].copy_from_slice(mac);
        // Comparing hashes takes the same time wherever they differ.
        if blake3::Hash::from_bytes(padded) != expected {
            return Ok(None);
        }
        Ok(serde_json::from_slice(body).ok())
    }

    fn mac(&self, body: &[u8], fingerprint: &[u8]) -> Result<blake3::Hash> {
        let mut hasher = blake3::Hasher::new_keyed(&self.kept()?.secret);
        hasher.update(&(fingerprint.len() as u64).to_le_bytes());
        hasher.update(fingerprint).update(body);
        Ok(hasher.finalize())
    }
}
