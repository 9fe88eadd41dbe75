//! Summaries of a list, and the way from a group to the seizures behind it.

use super::{
    Rows, Summarised, grow,
    levels::{Found, Level},
};
use crate::{
    domain::{
        errors::Result,
        filters::Filter,
        ids::SubstanceId,
        questions::{List, Summing, Wanted},
        seizures::Seizure,
        summaries::{KeyValue, SeizureSummary, Summary},
    },
    store::{Lens, Shared, dialect::Session},
};
use std::{collections::HashMap, sync::Arc};

/// Every summary of a list, a statement for each, and one for each list of the groups of each.
pub(super) async fn of(
    session: &mut Session,
    lens: &Lens,
    list: &List,
    as_of_micros: i64,
) -> Result<Vec<Summarised>> {
    let Wanted::Seizures(filter, _) = &list.wanted else { return Ok(Vec::new()) };
    let mut summaries = Vec::with_capacity(list.summaries.len());
    for Summing { marks, request, rows } in &list.summaries {
        let request = SeizureSummary { filter: filter.clone(), ..request.clone() };
        let summary = session.summarize(lens, &request, as_of_micros).await?;
        let mut groups = vec![Vec::with_capacity(rows.len()); summary.groups.len()];
        for below in rows {
            let found = rows_of_groups(session, lens, (&request, &summary), below).await?;
            for (group, rows) in groups.iter_mut().zip(found) {
                group.push(Arc::new(rows));
            }
        }
        let substance_names = names(&session.shared, &summary)?;
        summaries.push(Summarised { marks: marks.clone(), summary, substance_names, rows: groups });
    }
    Ok(summaries)
}

/// What the substances among the keys of groups are called.
fn names(shared: &Shared, summary: &Summary) -> Result<HashMap<SubstanceId, String>> {
    let vocabulary = &shared.kept()?.vocabulary;
    let keys = summary.groups.iter().flat_map(|group| &group.keys);
    let named = keys.filter_map(|key| match key {
        KeyValue::Substance(Some(group)) => {
            let (_, substance) = vocabulary.by_id(group.id.as_str())?;
            Some((group.id.clone(), substance.display_name.clone()))
        }
        _ => None,
    });
    Ok(named.collect())
}

/// The list of each group, all from one statement.
async fn rows_of_groups(
    session: &mut Session,
    lens: &Lens,
    (request, summary): (&SeizureSummary, &Summary),
    list: &List,
) -> Result<Vec<Rows>> {
    let Wanted::Seizures(own, order) = &list.wanted else { return Ok(Vec::new()) };
    let each: Vec<List> = summary
        .groups
        .iter()
        .map(|group| {
            let of_group = request.rows_of(&group.keys);
            let filter = Filter::All(vec![of_group, own.clone()]);
            List { wanted: Wanted::Seizures(filter, order.clone()), ..list.clone() }
        })
        .collect();
    let levels: Vec<Level<'_, Seizure>> =
        each.iter().filter_map(|list| Level::of_seizures(lens, list)).collect();
    let Some(first) = levels.first() else { return Ok(Vec::new()) };
    let shared = Arc::clone(&session.shared);
    let mut found = HashMap::new();
    if let Some(pick) = &list.pick {
        let pages: Result<Vec<_>> = levels.iter().map(|one| Ok(one.page(&shared)?.0)).collect();
        found = first.nodes_of_pages(session, pick, pages?).await?;
        let nodes = found.values_mut().flat_map(Found::nodes).collect();
        grow(session, lens, pick, nodes).await?;
    }
    let rows = (0_i64..).zip(&levels).map(|(number, level)| {
        let nodes = found.remove(&number).unwrap_or_else(|| level.cut(Vec::new()));
        level.rows(&shared, nodes, None)
    });
    rows.collect()
}
