//! Summaries: what is counted and summed, and how.

mod cases;
mod contract;
mod edges;

use crate::world::World;
use interdiction::domain::{
    check::{Path, Violations},
    codes::Code as _,
    filters::{Filter, SeizureField},
    summaries::{
        Attribution, Figure, Group, GroupByDraft, Key, KeyValue, SeizureSummary, Summary,
        SummaryDraft,
    },
    viewers::Viewer,
};

/// Every figure by these keys, over everything.
pub fn by(keys: &[Key]) -> SummaryDraft {
    let key = |key: &Key| GroupByDraft { key: key.code(), depth: None };
    SummaryDraft {
        group_by: keys.iter().map(key).collect(),
        attribution: Attribution::Primary.code(),
        figures: Vec::new(),
        having: Vec::new(),
        order_by: Vec::new(),
        first: 1_000,
        empty_buckets: false,
        total: true,
    }
}

pub fn checked(draft: &SummaryDraft, filter: Filter<SeizureField>) -> SeizureSummary {
    let mut violations = Violations::default();
    let request = draft.check_seizures(filter, &Path::root(""), &mut violations);
    violations.finish(Some(request)).unwrap()
}

/// The answer, from one statement.
pub async fn summary(
    world: &World,
    viewer: &Viewer,
    draft: &SummaryDraft,
    filter: Filter<SeizureField>,
) -> Summary {
    let before = world.store.statements();
    let answer = world.registry.summarize_seizures(viewer, checked(draft, filter)).await.unwrap();
    let statements = world.store.statements() - before;
    assert!(
        statements <= 2,
        "{statements}: one, and one that finds the viewer's key the first time"
    );
    answer
}

/// The groups of a summary by one key, each with a figure.
pub fn figures(summary: &Summary, figure: Figure) -> Vec<(KeyValue, Option<i128>)> {
    let pair = |group: &Group| (group.keys[0].clone(), group.figures.get(figure));
    summary.groups.iter().map(pair).collect()
}
