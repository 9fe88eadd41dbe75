//! Summaries of a list, and the way from a group to the records behind it.

use super::{
    Rows, Summarised, grow,
    levels::{Found, Level},
};
use crate::{
    domain::{
        errors::Result,
        filters::Filter,
        ids::SubstanceId,
        operations::Operation,
        pages::OrderTerm,
        questions::{List, Requested, Summing, Wanted},
        seizures::Seizure,
        summaries::{Grouped, KeyValue, Request, Summary},
    },
    store::{Lens, Listed, Shared, dialect::Session, summaries::Summed},
};
use std::{collections::HashMap, sync::Arc};

/// The filter and the order of a list.
type Passing<'q, R> = (&'q Filter<<R as Listed>::Field>, &'q [OrderTerm<<R as Listed>::Sort>]);

/// What is wanted of records that can be summarised.
trait Wants: Summed<Field: Grouped> {
    /// Of a list of them.
    fn of(wanted: &Wanted) -> Option<Passing<'_, Self>>;
    /// A list of those that pass.
    fn wanted(filter: Filter<Self::Field>, order: &[OrderTerm<Self::Sort>]) -> Wanted;
}

impl Wants for Seizure {
    fn of(wanted: &Wanted) -> Option<Passing<'_, Self>> {
        match wanted {
            Wanted::Seizures(filter, order) => Some((filter, order)),
            Wanted::Agencies(..)
            | Wanted::Sensors(..)
            | Wanted::Operations(..)
            | Wanted::Detections(..)
            | Wanted::Substances(..) => None,
        }
    }
    fn wanted(filter: Filter<Self::Field>, order: &[OrderTerm<Self::Sort>]) -> Wanted {
        Wanted::Seizures(filter, order.to_vec())
    }
}

impl Wants for Operation {
    fn of(wanted: &Wanted) -> Option<Passing<'_, Self>> {
        match wanted {
            Wanted::Operations(filter, order) => Some((filter, order)),
            Wanted::Agencies(..)
            | Wanted::Sensors(..)
            | Wanted::Seizures(..)
            | Wanted::Detections(..)
            | Wanted::Substances(..) => None,
        }
    }
    fn wanted(filter: Filter<Self::Field>, order: &[OrderTerm<Self::Sort>]) -> Wanted {
        Wanted::Operations(filter, order.to_vec())
    }
}

/// Adds the summaries of a list to its rows, for each parent; without parents, to those of the whole
/// list, which stand under key 0. A statement for each summary, and one for each list of the groups
/// of a summary.
pub(super) async fn add(
    session: &mut Session,
    lens: &Lens,
    list: &List,
    parents: Option<&[i64]>,
    rows: &mut HashMap<i64, Rows>,
) -> Result<()> {
    for summing in &list.summaries {
        let each = match &summing.request {
            Requested::Seizures(request) => {
                each::<Seizure>(session, lens, list, parents, (summing, request)).await?
            }
            Requested::Operations(request) => {
                each::<Operation>(session, lens, list, parents, (summing, request)).await?
            }
        };
        for (parent, one) in each {
            rows.entry(parent).or_default().summaries.push(one);
        }
    }
    Ok(())
}

/// A summary of the list of each parent.
async fn each<R: Wants>(
    session: &mut Session,
    lens: &Lens,
    list: &List,
    parents: Option<&[i64]>,
    (summing, request): (&Summing, &Request<R::Field>),
) -> Result<Vec<(i64, Summarised)>> {
    let Some((filter, _)) = R::of(&list.wanted) else { return Ok(Vec::new()) };
    let request = Request { filter: filter.clone(), ..request.clone() };
    let as_of_micros = session.as_of_micros;
    let summaries = match parents {
        None => {
            let summary = session.summarize::<R>(lens, &request, as_of_micros).await?;
            session.count_groups(summary.groups.len())?;
            HashMap::from([(0, summary)])
        }
        Some(parents) => {
            let link = (list.link, parents);
            session.summarize_each::<R>(lens, &request, link, as_of_micros).await?
        }
    };
    let mut each = Vec::with_capacity(summaries.len());
    for (parent, summary) in summaries {
        let mut groups = vec![Vec::with_capacity(summing.rows.len()); summary.groups.len()];
        for below in &summing.rows {
            let of_groups = (&request, &summary);
            let found = rows_of_groups::<R>(session, lens, of_groups, below).await?;
            for (group, rows) in groups.iter_mut().zip(found) {
                group.push(Arc::new(rows));
            }
        }
        let (marks, substance_names) = (summing.marks.clone(), names(&session.shared, &summary)?);
        each.push((parent, Summarised { marks, summary, substance_names, rows: groups }));
    }
    Ok(each)
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
async fn rows_of_groups<R: Wants>(
    session: &mut Session,
    lens: &Lens,
    (request, summary): (&Request<R::Field>, &Summary),
    list: &List,
) -> Result<Vec<Rows>> {
    let Some((own, order)) = R::of(&list.wanted) else { return Ok(Vec::new()) };
    let each: Vec<List> = summary
        .groups
        .iter()
        .map(|group| {
            let of_group = request.rows_of(&group.keys);
            let filter = Filter::All(vec![of_group, own.clone()]);
            List { wanted: R::wanted(filter, order), ..list.clone() }
        })
        .collect();
    let passing = each.iter().filter_map(|list| Some((list, R::of(&list.wanted)?)));
    let levels: Vec<Level<'_, R>> =
        passing.map(|(list, (filter, order))| Level { lens, list, filter, order }).collect();
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
