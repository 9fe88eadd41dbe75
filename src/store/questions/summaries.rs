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
        questions::{Link, List, Requested, Summing, Wanted},
        seizures::Seizure,
        summaries::{Grouped, KeyValue, Request, Summary},
    },
    store::{
        Lens, Listed, Shared,
        dialect::Session,
        summaries::{Members, Summed},
    },
};
use sea_orm::sea_query::{Condition, SelectStatement};
use std::{collections::HashMap, sync::Arc};

/// Groups whose lists are found each by itself, at the beginning of an order that an index has. More
/// of them, and those below other records, are found in one pass over all records.
const PAGES_MAX: usize = 100;

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
    let below = parents.map(|parents| (list.link, parents));
    let summaries: Vec<(i64, Summary)> = match below {
        None => {
            let summary = session.summarize::<R>(lens, &request, as_of_micros).await?;
            session.count_groups(summary.groups.len())?;
            vec![(0, summary)]
        }
        Some(below) => {
            let each = session.summarize_each::<R>(lens, &request, below, as_of_micros).await?;
            each.into_iter().collect()
        }
    };
    let mut lists: Vec<_> = Vec::with_capacity(summing.rows.len());
    for rows in &summing.rows {
        let groups = Groups::<R> { request: &request, below, summaries: &summaries };
        lists.push(groups.rows(session, lens, rows).await?.into_iter());
    }
    let mut each = Vec::with_capacity(summaries.len());
    for (parent, summary) in summaries {
        let of_group = |_| lists.iter_mut().filter_map(Iterator::next).map(Arc::new).collect();
        let rows = summary.groups.iter().map(of_group).collect();
        let (marks, substance_names) = (summing.marks.clone(), names(&session.shared, &summary)?);
        each.push((parent, Summarised { marks, summary, substance_names, rows }));
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

/// The groups of the summaries of one field.
struct Groups<'q, R: Wants> {
    request: &'q Request<R::Field>,
    /// How the list hangs on the records above it; none: it is the list of all.
    below: Option<(Link, &'q [i64])>,
    /// Each beside the key of the record above it.
    summaries: &'q [(i64, Summary)],
}

impl<R: Wants> Groups<'_, R> {
    fn each(&self) -> impl Iterator<Item = (i64, &[KeyValue])> {
        self.summaries.iter().flat_map(|(parent, summary)| {
            let groups = summary.groups.iter();
            groups.map(|group| (*parent, group.keys.as_slice()))
        })
    }

    /// The list of each group, all from one statement.
    async fn rows(&self, session: &mut Session, lens: &Lens, list: &List) -> Result<Vec<Rows>> {
        let Some((own, order)) = R::of(&list.wanted) else { return Ok(Vec::new()) };
        let of_group = |(_, keys): (i64, &[KeyValue])| {
            let filter = Filter::All(vec![self.request.rows_of(keys), own.clone()]);
            List {
                marks: list.marks.clone(),
                link: list.link,
                wanted: R::wanted(filter, order),
                show_deleted: list.show_deleted,
                show_inactive: list.show_inactive,
                window: list.window.clone(),
                pick: None,
                cursors: list.cursors,
                total: false,
                summaries: Vec::new(),
            }
        };
        let each: Vec<List> = self.each().map(of_group).collect();
        let passing = each.iter().filter_map(|list| Some((list, R::of(&list.wanted)?)));
        let levels: Vec<Level<'_, R>> =
            passing.map(|(list, (filter, order))| Level { lens, list, filter, order }).collect();
        let Some(first) = levels.first() else { return Ok(Vec::new()) };
        let shared = Arc::clone(&session.shared);
        let mut found = HashMap::new();
        if let Some(pick) = &list.pick {
            found = if self.below.is_none() && levels.len() <= PAGES_MAX {
                let pages = levels.iter().map(|one| Ok(one.page(&shared)?.0));
                first.nodes_of_pages(session, pick, pages.collect::<Result<_>>()?).await?
            } else {
                let keys = self.keys_of_members(session, (&levels, first), own)?;
                first.nodes_of_keys(session, pick, keys).await?
            };
            let nodes = found.values_mut().flat_map(Found::nodes).collect();
            grow(session, lens, pick, nodes).await?;
        }
        let rows = (0_i64..).zip(&levels).map(|(number, level)| {
            let nodes = found.remove(&number).unwrap_or_else(|| level.cut(Vec::new()));
            level.rows(&shared, nodes, None)
        });
        rows.collect()
    }

    /// The keys of the records of all groups, in one pass over all records.
    fn keys_of_members(
        &self,
        session: &Session,
        (levels, first): (&[Level<'_, R>], &Level<'_, R>),
        own: &Filter<R::Field>,
    ) -> Result<SelectStatement> {
        let shared = Arc::clone(&session.shared);
        // A cursor is of one list: what is wrong for some group is wrong.
        let mut within = Condition::all();
        for level in levels {
            within = level.between(&shared)?;
        }
        let groups: Vec<_> = self.each().collect();
        let members = Members {
            request: self.request,
            below: self.below,
            groups: &groups,
            filter: own,
            within,
            ranking: &first.walked(),
            size: first.rows_to_read(),
        };
        session.keys_of_members::<R>(first.lens, &members)
    }
}
