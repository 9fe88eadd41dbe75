//! Summaries of a list, and the way from a group to the records behind it.

use super::{
    Rows, Summarised, grow,
    levels::{Found, Level},
};
use crate::{
    domain::{
        errors::{Error, Result},
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

/// Values that the pages of groups bind together: each has the whole filter again, and SQLite takes
/// 32,766 a statement.
const PAGE_VALUES_MAX: usize = 16_000;

/// The filter and the order of a list.
type Passing<'q, R> = (&'q Filter<<R as Listed>::Field>, &'q [OrderTerm<<R as Listed>::Sort>]);

/// The key of the record above a group, and the keys of the group.
type Keyed<'q> = (i64, &'q [KeyValue]);

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
    fn each(&self) -> impl Iterator<Item = Keyed<'_>> {
        self.summaries.iter().flat_map(|(parent, summary)| {
            let groups = summary.groups.iter();
            groups.map(|group| (*parent, group.keys.as_slice()))
        })
    }

    /// The list of each group, all from one statement. Each is made when its turn comes, for it holds
    /// the whole filter, and there may be many groups.
    async fn rows(&self, session: &mut Session, lens: &Lens, list: &List) -> Result<Vec<Rows>> {
        let Some((own, order)) = R::of(&list.wanted) else { return Ok(Vec::new()) };
        let groups: Vec<Keyed<'_>> = self.each().collect();
        let Some((_, keys)) = groups.first() else { return Ok(Vec::new()) };
        let of_group = |keys: &[KeyValue]| {
            let filter = Filter::All(vec![self.request.rows_of(keys), own.clone()]);
            unpicked(list, R::wanted(filter, order))
        };
        let shared = Arc::clone(&session.shared);
        let mut found = HashMap::new();
        if let Some(pick) = &list.pick {
            let of_first = of_group(keys);
            let first = level::<R>(lens, &of_first)?;
            found = match self.pages(session, lens, (&groups, &of_group))? {
                Some(pages) => first.nodes_of_pages(session, pick, pages).await?,
                None => {
                    let mut within = Condition::all();
                    if !(list.window.after.is_empty() && list.window.before.is_empty()) {
                        // A cursor is of one list: what is wrong for some group is wrong.
                        for (_, keys) in &groups {
                            let of_group = of_group(keys);
                            within = level::<R>(lens, &of_group)?.between(&shared)?;
                        }
                    }
                    let keys = self.keys_of_members(session, (&groups, &first), (own, within))?;
                    first.nodes_of_keys(session, pick, keys).await?
                }
            };
            let nodes = found.values_mut().flat_map(Found::nodes).collect();
            grow(session, lens, pick, nodes).await?;
        }
        let rows = (0_i64..).zip(&groups).map(|(number, (_, keys))| {
            let list = of_group(keys);
            let level = level::<R>(lens, &list)?;
            let nodes = found.remove(&number).unwrap_or_else(|| level.cut(Vec::new()));
            level.rows(&shared, nodes, None)
        });
        rows.collect()
    }

    /// The page of each group, where all of them together are a statement that the databases take.
    fn pages(
        &self,
        session: &Session,
        lens: &Lens,
        (groups, of_group): (&[Keyed<'_>], impl Fn(&[KeyValue]) -> List),
    ) -> Result<Option<Vec<SelectStatement>>> {
        if self.below.is_some() || groups.len() > PAGES_MAX {
            return Ok(None);
        }
        let mut pages = Vec::with_capacity(groups.len());
        let mut values = 0;
        for (_, keys) in groups {
            let list = of_group(keys);
            let (page, _) = level::<R>(lens, &list)?.page(&session.shared)?;
            values += session.spell(&page).values().len();
            if values > PAGE_VALUES_MAX {
                return Ok(None);
            }
            pages.push(page);
        }
        Ok(Some(pages))
    }

    /// The keys of the records of all groups, in one pass over all records.
    fn keys_of_members(
        &self,
        session: &Session,
        (groups, first): (&[Keyed<'_>], &Level<'_, R>),
        (own, within): (&Filter<R::Field>, Condition),
    ) -> Result<SelectStatement> {
        let members = Members {
            request: self.request,
            below: self.below,
            groups,
            filter: own,
            within,
            ranking: &first.walked(),
            size: first.rows_to_read(),
        };
        session.keys_of_members::<R>(first.lens, &members)
    }
}

fn level<'q, R: Wants>(lens: &'q Lens, list: &'q List) -> Result<Level<'q, R>> {
    let wanted = R::of(&list.wanted);
    let (filter, order) = wanted.ok_or_else(|| Error::internal("a group is of other records"))?;
    Ok(Level { lens, list, filter, order })
}

/// A list of a group: as the list of all groups has it, but for what is wanted.
fn unpicked(list: &List, wanted: Wanted) -> List {
    List {
        marks: list.marks.clone(),
        link: list.link,
        wanted,
        show_deleted: list.show_deleted,
        show_inactive: list.show_inactive,
        window: list.window.clone(),
        pick: None,
        cursors: list.cursors,
        total: false,
        summaries: Vec::new(),
    }
}
