//! Exports: every seizure that a viewer may see and a filter lets pass, from one snapshot.

use super::{Registry, rules};
use crate::domain::{
    errors::Result,
    exports::Exported,
    filters::{SeizureField, SeizureSort},
    pages::List,
    viewers::Viewer,
};
use tokio::sync::mpsc;

impl Registry {
    /// Hands over the header and then every seizure, in the order of recording.
    ///
    /// # Errors
    /// `PermissionDenied` unless the viewer may read; `Invalid` when the token is not of this
    /// export; `DeadlineExceeded` when a part is not taken in time.
    pub async fn export_seizures(
        &self,
        viewer: &Viewer,
        list: List<SeizureField, SeizureSort>,
        to: mpsc::Sender<Exported>,
    ) -> Result<()> {
        rules::may_read(viewer)?;
        // Looked at first, so that the snapshot holds all that was acknowledged until then.
        let as_of_micros = self.source.now_micros();
        self.store.export(viewer, list, as_of_micros, to).await
    }
}
