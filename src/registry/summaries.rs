//! Summaries: counts and sums over the records that a viewer may see.

use super::{Registry, rules};
use crate::{
    domain::{
        errors::Result,
        operations::Operation,
        seizures::Seizure,
        summaries::{OperationSummary, Request, SeizureSummary, Summary},
        viewers::Viewer,
    },
    store::{Reach, Span, Summed},
};
use std::sync::Arc;

impl Registry {
    /// Counts and sums over seizures.
    ///
    /// # Errors
    /// `Invalid` naming `empty_buckets` when the buckets are too many.
    pub async fn summarize_seizures(
        &self,
        viewer: &Viewer,
        summary: SeizureSummary,
    ) -> Result<Summary> {
        self.summarize::<Seizure>(viewer, summary).await
    }

    /// Counts and sums over operations, what detected them and what was seized under them.
    ///
    /// # Errors
    /// `Invalid` naming `empty_buckets` when the buckets are too many.
    pub async fn summarize_operations(
        &self,
        viewer: &Viewer,
        summary: OperationSummary,
    ) -> Result<Summary> {
        self.summarize::<Operation>(viewer, summary).await
    }

    async fn summarize<R: Summed>(
        &self,
        viewer: &Viewer,
        summary: Request<R::Field>,
    ) -> Result<Summary> {
        rules::may_read(viewer)?;
        let (viewer, summary) = (viewer.clone(), Arc::new(summary));
        // Looked at first, so that the snapshot holds all that was acknowledged until then.
        let as_of_micros = self.source.now_micros();
        self.store
            .read(Reach::Scan, Span::Statement, move |session| {
                let (viewer, summary) = (viewer.clone(), Arc::clone(&summary));
                Box::pin(async move {
                    let lens = session.lens(&viewer).await?;
                    session.summarize::<R>(&lens, &summary, as_of_micros).await
                })
            })
            .await
    }
}
