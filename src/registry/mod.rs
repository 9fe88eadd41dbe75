//! Use cases: who may do what, and what belongs in one transaction. Every one takes the viewer
//! first. Nothing here knows a wire contract or a row.

mod access;
mod access_records;
mod changes;
mod exports;
mod imports;
mod principals;
mod reads;
mod rules;
mod summaries;

use crate::{
    domain::{
        agencies::{Agency, AgencyBody},
        errors::Result,
        markings::{Marking, Tlp},
        records::Meta,
        viewers::Viewer,
    },
    store::{Keep, Store},
};
pub use imports::{Batch, Import};
pub use principals::Identified;

use std::sync::Arc;
use uuid::Uuid;

/// Tells the time and makes ids, so that rules need not.
pub trait Source: Send + Sync + 'static {
    /// Now, in microseconds since 1970-01-01T00:00:00Z.
    fn now_micros(&self) -> i64;
    /// A new UUID, version 7.
    fn new_uuid(&self) -> Uuid;
}

/// The registry's use cases over a store. Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    store: Store,
    source: Arc<dyn Source>,
}

impl Registry {
    /// A registry over a store.
    #[must_use]
    pub fn new(store: Store, source: Arc<dyn Source>) -> Self {
        Self { store, source }
    }

    /// Registers the agency that a server runs for, when it is not registered yet; every
    /// authenticated agency may see it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn register_own_agency(&self, viewer: &Viewer) -> Result<()> {
        let agency = Agency {
            id: viewer.agency.clone(),
            body: AgencyBody {
                display_name: viewer.agency.as_str().to_owned(),
                native_name: String::new(),
                acronym: String::new(),
                region_code: viewer.region.clone(),
                kind: None,
                parent: None,
                marking: Marking { label: Tlp::Green, releasable_to: Vec::new() },
            },
            meta: Meta::first(&viewer.agency, self.source.now_micros()),
        };
        self.store
            .write(Keep::Commit, move |session| {
                let agency = agency.clone();
                Box::pin(async move { session.register_own_agency(&agency).await })
            })
            .await
    }
}
