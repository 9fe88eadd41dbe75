//! Why a viewer sees what it sees.

use super::{Registry, rules::Kept};
use crate::domain::{
    access::{Access, grounds},
    agencies::Agency,
    errors::{Error, Result},
    operations::Operation,
    records::Body as _,
    seizures::Seizure,
    sensors::Sensor,
    viewers::Viewer,
};

impl Registry {
    /// Why a viewer sees a record, and whether it may change it.
    ///
    /// # Errors
    /// `Invalid` when it is the name of no record; `NotFound` when it is hidden or absent.
    pub async fn explain_access(&self, viewer: &Viewer, name: &str) -> Result<Access> {
        match name.split('/').next() {
            Some("agencies") => self.explain::<Agency>(viewer, name).await,
            Some("sensors") => self.explain::<Sensor>(viewer, name).await,
            Some("operations") => self.explain::<Operation>(viewer, name).await,
            Some("seizures") => self.explain::<Seizure>(viewer, name).await,
            Some(_) | None => {
                let message = "want the name of an agency, a sensor, an operation or a seizure";
                Err(Error::invalid_field("name", message))
            }
        }
    }

    async fn explain<R: Kept>(&self, viewer: &Viewer, name: &str) -> Result<Access> {
        let record = self.get::<R>(viewer, name).await?;
        let meta = record.meta();
        let mine = meta.originator.as_ref() == Some(&viewer.agency);
        let grounds = grounds(viewer, record.body().marking(), mine);
        let may_change = mine && viewer.has(R::ROLE) && meta.delete_micros.is_none();
        Ok(Access { grounds, may_change })
    }
}
