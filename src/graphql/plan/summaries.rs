//! What a summary picks.

use super::{Picking, Planner, mark_of};
use crate::{
    domain::{
        check::{Path, Violations},
        codes::Code as _,
        errors::Error,
        filters::Filter,
        questions::{Link, List, Requested, Summing, Wanted},
        summaries::{Attribution, Figure, GroupByDraft, Key, SummaryDraft},
    },
    graphql::{
        codes::Coded,
        inputs::{SummaryHaving, SummaryOrder},
    },
};
use async_graphql::ServerResult;

/// The types of a summary of one kind of records, and the list of its groups.
struct Types {
    summary: &'static str,
    group: &'static str,
    figures: &'static str,
    record: &'static str,
    rows: &'static str,
    /// What is counted where nothing is asked for, for no figure means all.
    count: Figure,
}

const SEIZURES: Types = Types {
    summary: "SeizureSummary",
    group: "SeizureGroup",
    figures: "SeizureFigures",
    record: "Seizure",
    rows: "seizures",
    count: Figure::SeizureCount,
};

const OPERATIONS: Types = Types {
    summary: "OperationSummary",
    group: "OperationGroup",
    figures: "OperationFigures",
    record: "Operation",
    rows: "operations",
    count: Figure::OperationCount,
};

impl Planner<'_> {
    /// Adds the summary of a field to a list.
    pub(super) fn summary(&self, list: &mut List, field: Picking<'_>) -> ServerResult<()> {
        let of = match list.wanted {
            Wanted::Seizures(..) => &SEIZURES,
            Wanted::Operations(..) => &OPERATIONS,
            Wanted::Agencies(..)
            | Wanted::Sensors(..)
            | Wanted::Detections(..)
            | Wanted::Substances(..) => return Err(self.unknown(field, "Connection")),
        };
        let draft = self.summary_draft(field, of)?;
        let (mut violations, root) = (Violations::default(), Path::root(""));
        let request = if of.count == Figure::SeizureCount {
            Requested::Seizures(draft.check_seizures(Filter::default(), &root, &mut violations))
        } else {
            Requested::Operations(draft.check_operations(Filter::default(), &root, &mut violations))
        };
        let request = violations.finish(Some(request));
        let request = request.map_err(|error| self.fault(field, &error))?;
        let mut summing = Summing { marks: vec![mark_of(field.pos)], request, rows: Vec::new() };
        for part in self.fields(of.summary, &field.node.selection_set.node) {
            if part.node.name.node == "groups" {
                self.groups(&mut summing, part, (of, list.link))?;
            }
        }
        list.summaries.push(summing);
        Ok(())
    }

    /// The lists that hang on groups.
    fn groups(
        &self,
        summing: &mut Summing,
        field: Picking<'_>,
        (of, link): (&Types, Link),
    ) -> ServerResult<()> {
        for part in self.fields(of.group, &field.node.selection_set.node) {
            if part.node.name.node != of.rows {
                continue;
            }
            let mut rows = self.list_of(part, of.record, link)?;
            self.extend(&mut rows, part)?;
            if rows.total {
                let message = "a group knows its number: ask for its count";
                return Err(self.fault(part, &Error::invalid_field("totalCount", message)));
            }
            if !rows.summaries.is_empty() {
                let message = "a group is a summary: group by one more key instead";
                return Err(self.fault(part, &Error::invalid_field("summary", message)));
            }
            summing.rows.push(rows);
        }
        Ok(())
    }

    fn summary_draft(&self, field: Picking<'_>, of: &Types) -> ServerResult<SummaryDraft> {
        let keys: Option<Vec<Coded<Key>>> = self.argument(field, "groupBy")?;
        let depth: Option<i32> = self.argument(field, "substanceDepth")?;
        let attribution: Option<Coded<Attribution>> = self.argument(field, "attribution")?;
        let having: Option<Vec<SummaryHaving>> = self.argument(field, "having")?;
        let order: Option<Vec<SummaryOrder>> = self.argument(field, "orderBy")?;
        let key = |key: Key| GroupByDraft {
            key: key.code(),
            depth: if key == Key::Substance { depth } else { None },
        };
        let order = order.unwrap_or_default().into_iter();
        let wanted = self.figures(field, of);
        Ok(SummaryDraft {
            group_by: keys.unwrap_or_default().into_iter().map(|coded| key(coded.0)).collect(),
            attribution: attribution.map_or(0, |coded| coded.0.code()),
            figures: wanted.iter().map(|figure| figure.code()).collect(),
            having: having.unwrap_or_default().into_iter().map(SummaryHaving::draft).collect(),
            order_by: order.map(|term| term.draft(key)).collect(),
            first: self.argument::<Option<i32>>(field, "first")?.unwrap_or(0),
            empty_buckets: self.argument::<Option<bool>>(field, "emptyBuckets")?.unwrap_or(false),
            total: self.selects(field, of, "total"),
        })
    }

    fn selects(&self, field: Picking<'_>, of: &Types, name: &str) -> bool {
        let parts = self.fields(of.summary, &field.node.selection_set.node);
        parts.iter().any(|part| part.node.name.node == name)
    }

    /// The figures that the groups and the total are asked for; at least one.
    fn figures(&self, field: Picking<'_>, of: &Types) -> Vec<Figure> {
        let mut figures = Vec::new();
        for part in self.fields(of.summary, &field.node.selection_set.node) {
            let within = match part.node.name.node.as_str() {
                "groups" => of.group,
                "total" => of.figures,
                _ => continue,
            };
            for one in self.fields(within, &part.node.selection_set.node) {
                figures.extend(figures_of(&one.node.name.node));
            }
        }
        if figures.is_empty() {
            figures.push(of.count);
        }
        figures.sort_unstable();
        figures.dedup();
        figures
    }
}

/// The figures that a field is made of.
fn figures_of(field: &str) -> &'static [Figure] {
    match field {
        "seizureCount" => &[Figure::SeizureCount],
        "itemCount" => &[Figure::ItemCount],
        "mass" | "massFloat" => &[Figure::Mass],
        "estimatedMass" => &[Figure::EstimatedMass],
        "volume" | "volumeFloat" => &[Figure::Volume],
        "estimatedVolume" => &[Figure::EstimatedVolume],
        "units" => &[Figure::Count],
        "estimatedUnits" => &[Figure::EstimatedCount],
        "unknownQuantityCount" => &[Figure::UnknownQuantityCount],
        "operationCount" => &[Figure::OperationCount],
        "seizedOperationCount" => &[Figure::SeizedOperationCount],
        "detectionCount" => &[Figure::DetectionCount],
        "convertedDetectionCount" => &[Figure::ConvertedDetectionCount],
        "detectedMass" => &[Figure::DetectedMass],
        "massPerDetection" => &[Figure::DetectionCount, Figure::DetectedMass],
        _ => &[],
    }
}
