//! Keys of agencies, which never change: an agency is never removed.

use super::guard::Eye;
use crate::domain::viewers::Viewer;
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, PoisonError, RwLock},
};

/// Entries of one kind; when there are as many, all are looked up anew.
const ENTRIES_MAX: usize = 4_096;

/// What was looked up before.
#[derive(Default)]
pub(super) struct Known {
    agency_keys: RwLock<HashMap<String, i64>>,
    eyes: RwLock<HashMap<Viewer, Arc<Eye>>>,
}

impl Known {
    /// The key of an agency.
    pub fn agency_key(&self, id: &str) -> Option<i64> {
        self.agency_keys.read().unwrap_or_else(PoisonError::into_inner).get(id).copied()
    }

    pub fn keep_agency_key(&self, id: &str, key: i64) {
        keep(&self.agency_keys, id.to_owned(), key);
    }

    /// A viewer whose agency is registered.
    pub fn eye(&self, viewer: &Viewer) -> Option<Arc<Eye>> {
        self.eyes.read().unwrap_or_else(PoisonError::into_inner).get(viewer).cloned()
    }

    pub fn keep_eye(&self, eye: &Arc<Eye>) {
        keep(&self.eyes, eye.viewer.clone(), Arc::clone(eye));
    }

    /// Forgets everything: what was seen inside a transaction that failed was never there, and its
    /// key may come to stand for another agency.
    pub fn forget(&self) {
        self.agency_keys.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.eyes.write().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn keep<K: Eq + Hash, V>(entries: &RwLock<HashMap<K, V>>, key: K, value: V) {
    let mut entries = entries.write().unwrap_or_else(PoisonError::into_inner);
    if entries.len() >= ENTRIES_MAX {
        entries.clear();
    }
    entries.insert(key, value);
}
