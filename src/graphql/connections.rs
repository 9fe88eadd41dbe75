//! Lists as Relay's connections.

use super::records::{Agency, Detection, Operation, Seizure, Sensor, Substance};
use crate::{
    domain::{
        errors::Error as DomainError,
        summaries::{Attribution, Key},
    },
    graphql::{
        codes::Coded,
        errors::shown,
        inputs::{SummaryHaving, SummaryOrder},
        now::{All, Now},
        plan::mark_of,
        summaries::{OperationSummary, SeizureSummary},
    },
    store::Rows,
};
use async_graphql::{Context, Object, Result, SimpleObject};
use std::sync::Arc;

/// Where a page stands in its list.
#[derive(SimpleObject)]
pub struct PageInfo {
    /// Whether there are records after the page.
    has_next_page: bool,
    /// Whether there are records before the page: where it was asked for by `first`, whether it
    /// began after a cursor.
    has_previous_page: bool,
    /// Cursor of the first record; null on an empty page.
    start_cursor: Option<String>,
    /// Cursor of the last record; null on an empty page.
    end_cursor: Option<String>,
}

impl PageInfo {
    fn of(rows: &Rows) -> Self {
        Self {
            has_next_page: rows.has_next,
            has_previous_page: rows.has_previous,
            start_cursor: rows.cursors.first().cloned(),
            end_cursor: rows.cursors.last().cloned(),
        }
    }
}

fn total(rows: &Rows) -> Result<i32> {
    let fits = rows.total.and_then(|total| i32::try_from(total).ok());
    fits.ok_or_else(|| shown(&DomainError::internal("a total was not counted, or does not fit")))
}

macro_rules! connections {
    ($($record:ident: $connection:ident, $edge:ident, $plural:literal $(, $summary:ident)?;)+) => {$(
        #[doc = concat!("A page of a list of ", $plural, ".")]
        pub struct $connection(pub(super) Arc<Rows>);

        #[doc = concat!("A page of a list of ", $plural, ".")]
        #[Object]
        impl $connection {
            $(#[doc = concat!("Counts and sums over all ", $plural, " of the list, on all pages.")]
                #[expect(clippy::too_many_arguments, reason = "the plan reads them")]
                async fn summary(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "The keys of a group, at most 4; none: one group of all.")]
                    group_by: Option<Vec<Coded<Key>>>,
                    #[graphql(desc = "Of the key SUBSTANCE: the level of the vocabulary, 0 for the roots; \
                                      null: each substance as recorded.")]
                    substance_depth: Option<i32>,
                    #[graphql(desc = "Which detections are credited; it matters to keys about sensors, \
                                      and to figures of detections.", default_with = "Coded(Attribution::Primary)")]
                    attribution: Coded<Attribution>,
                    #[graphql(desc = "Conditions on the figures of a group; all of them hold. At most 10.")]
                    having: Option<Vec<SummaryHaving>>,
                    #[graphql(desc = "The order of groups; groups that tie are in the order of their keys.")]
                    order_by: Option<Vec<SummaryOrder>>,
                    #[graphql(desc = "How many groups, at most 1,000; 50 when not given.")]
                    first: Option<i32>,
                    #[graphql(desc = "Whether buckets of time without a record, between the first and the \
                                      last that have one, are groups.", default = false)]
                    empty_buckets: bool,
                ) -> Result<Now<$summary>> {
                    let _planned = (
                        group_by, substance_depth, attribution, having, order_by, first, empty_buckets,
                    );
                    Ok(Now($summary::new(Arc::clone(&self.0), mark_of(ctx.item.pos))))
                })?

            /// The records of the page, each with its cursor.
            async fn edges(&self) -> All<Now<$edge>> {
                let rows = &self.0;
                let edge = |at| $edge { rows: Arc::clone(rows), at };
                (0..rows.nodes.len()).map(edge).collect()
            }

            /// The records of the page.
            async fn nodes(&self) -> All<Now<$record>> {
                self.0.nodes.iter().map(|node| $record(Arc::clone(node))).collect()
            }

            /// Where the page stands in the list.
            async fn page_info(&self) -> Now<PageInfo> {
                Now(PageInfo::of(&self.0))
            }

            /// How many records the whole list has, on all pages.
            async fn total_count(&self) -> Result<i32> {
                total(&self.0)
            }
        }

        #[doc = concat!("A record of a list of ", $plural, ", and where it stands.")]
        pub struct $edge {
            rows: Arc<Rows>,
            at: usize,
        }

        #[doc = concat!("A record of a list of ", $plural, ", and where it stands.")]
        #[Object]
        impl $edge {
            /// The record.
            async fn node(&self) -> Now<$record> {
                Now($record(Arc::clone(&self.rows.nodes[self.at])))
            }

            /// Where it stands: opaque, bound to the list's filter and order; send it as `after` or
            /// `before`.
            async fn cursor(&self) -> Option<&String> {
                self.rows.cursors.get(self.at)
            }
        }
    )+};
}

connections! {
    Agency: AgencyConnection, AgencyEdge, "agencies";
    Sensor: SensorConnection, SensorEdge, "sensors";
    Operation: OperationConnection, OperationEdge, "operations", OperationSummary;
    Seizure: SeizureConnection, SeizureEdge, "seizures", SeizureSummary;
    Substance: SubstanceConnection, SubstanceEdge, "substances";
    Detection: DetectionConnection, DetectionEdge, "detections";
}
