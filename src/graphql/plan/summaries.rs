//! What a summary picks.

use super::{Picking, Planner, mark_of};
use crate::{
    domain::{
        check::{Path, Violations},
        codes::Code as _,
        errors::Error,
        filters::Filter,
        questions::{Link, List, Summing, Wanted},
        summaries::{Attribution, Figure, GroupByDraft, Key, SummaryDraft},
    },
    graphql::{
        codes::Coded,
        inputs::{SummaryHaving, SummaryOrder},
    },
};
use async_graphql::ServerResult;

impl Planner<'_> {
    /// Adds the summary of a field to a list.
    pub(super) fn summary(&self, list: &mut List, field: Picking<'_>) -> ServerResult<()> {
        if list.link != Link::All {
            let message = "only a list at the root of a document can be summarised";
            return Err(self.fault(field, &Error::invalid_field("summary", message)));
        }
        let draft = self.summary_draft(field)?;
        let mut violations = Violations::default();
        let request = draft.check_seizures(Filter::default(), &Path::root(""), &mut violations);
        let request = violations.finish(Some(request));
        let request = request.map_err(|error| self.fault(field, &error))?;
        let mut summing = Summing { marks: vec![mark_of(field.pos)], request, rows: Vec::new() };
        for part in self.fields("SeizureSummary", &field.node.selection_set.node) {
            if part.node.name.node == "groups" {
                self.groups(&mut summing, part)?;
            }
        }
        list.summaries.push(summing);
        Ok(())
    }

    /// The lists that hang on groups.
    fn groups(&self, summing: &mut Summing, field: Picking<'_>) -> ServerResult<()> {
        for part in self.fields("SeizureGroup", &field.node.selection_set.node) {
            if part.node.name.node == "seizures" {
                let mut rows = self.list_of(part, "Seizure", Link::All)?;
                self.extend(&mut rows, part)?;
                if !matches!(rows.wanted, Wanted::Seizures(..)) || rows.total {
                    let message = "a group knows its number: ask for seizureCount";
                    return Err(self.fault(part, &Error::invalid_field("totalCount", message)));
                }
                summing.rows.push(rows);
            }
        }
        Ok(())
    }

    fn summary_draft(&self, field: Picking<'_>) -> ServerResult<SummaryDraft> {
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
        let wanted = self.figures(field);
        Ok(SummaryDraft {
            group_by: keys.unwrap_or_default().into_iter().map(|coded| key(coded.0)).collect(),
            attribution: attribution.map_or(0, |coded| coded.0.code()),
            figures: wanted.iter().map(|figure| figure.code()).collect(),
            having: having.unwrap_or_default().into_iter().map(SummaryHaving::draft).collect(),
            order_by: order.map(|term| term.draft(key)).collect(),
            first: self.argument::<Option<i32>>(field, "first")?.unwrap_or(0),
            empty_buckets: self.argument::<Option<bool>>(field, "emptyBuckets")?.unwrap_or(false),
            total: self.selects(field, "total"),
        })
    }

    fn selects(&self, field: Picking<'_>, name: &str) -> bool {
        let parts = self.fields("SeizureSummary", &field.node.selection_set.node);
        parts.iter().any(|part| part.node.name.node == name)
    }

    /// The figures that the groups and the total are asked for; at least one, for none means all.
    fn figures(&self, field: Picking<'_>) -> Vec<Figure> {
        let mut figures = Vec::new();
        for part in self.fields("SeizureSummary", &field.node.selection_set.node) {
            let of = match part.node.name.node.as_str() {
                "groups" => "SeizureGroup",
                "total" => "SeizureFigures",
                _ => continue,
            };
            for one in self.fields(of, &part.node.selection_set.node) {
                figures.extend(figure(&one.node.name.node));
            }
        }
        if figures.is_empty() {
            figures.push(Figure::SeizureCount);
        }
        figures.sort_unstable();
        figures.dedup();
        figures
    }
}

fn figure(field: &str) -> Option<Figure> {
    Some(match field {
        "seizureCount" => Figure::SeizureCount,
        "itemCount" => Figure::ItemCount,
        "mass" | "massFloat" => Figure::Mass,
        "estimatedMass" => Figure::EstimatedMass,
        "volume" | "volumeFloat" => Figure::Volume,
        "estimatedVolume" => Figure::EstimatedVolume,
        "units" => Figure::Count,
        "estimatedUnits" => Figure::EstimatedCount,
        "unknownQuantityCount" => Figure::UnknownQuantityCount,
        _ => return None,
    })
}
