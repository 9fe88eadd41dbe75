//! Questions: trees of records, answered level by level.
//!
//! A level is one statement: the records of a list for every record above it, each list cut to its
//! window in SQL, together with the records that their keys name. So the number of statements is
//! that of levels, whatever the number of rows.

mod detections;
mod levels;
mod nodes;
mod picks;
mod substances;
mod summaries;
mod tables;
mod weights;

pub(super) use levels::{PARENT, PARENTS};
pub use nodes::{Node, Own, Rows, Summarised};
pub(super) use weights::Spent;

use super::{Lens, Reach, Span, Store, dialect::Session, filters::at, records::T};
use crate::domain::{
    agencies::Agency,
    errors::Result,
    operations::Operation,
    questions::{Branch, Cost, List, Names, Parts, Pick, Wanted},
    seizures::Seizure,
    sensors::Sensor,
    viewers::Viewer,
};
use futures_util::future::BoxFuture;
use levels::{Found, Level};
use sea_orm::{
    Value,
    sea_query::{Alias, ExprTrait as _, JoinType, Order, Query},
};
use std::{collections::HashMap, sync::Arc};
use tables::Table;

/// The answer to a branch of a question.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The records of those names that the viewer may see, in no order.
    Named(Vec<Arc<Node>>),
    /// The list.
    Listed(Arc<Rows>),
}

impl Store {
    /// Answers the branches of a question from one snapshot, each by itself: what is wrong with one
    /// does not keep the others from their answers.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be reached. Of a branch: `Invalid` naming a cursor
    /// that is not of its list; `Exhausted` when the answer becomes too large.
    pub async fn answer(
        &self,
        viewer: &Viewer,
        branches: Arc<Vec<Branch>>,
        as_of_micros: i64,
    ) -> Result<(Vec<Result<Answer>>, Cost)> {
        let viewer = viewer.clone();
        let (reach, span) = (reach_of(&branches), span_of(&branches));
        self.read(reach, span, move |session| {
            let (viewer, branches) = (viewer.clone(), Arc::clone(&branches));
            Box::pin(async move {
                session.as_of_micros = as_of_micros;
                let lens = session.lens(&viewer).await?;
                let mut answers = Vec::with_capacity(branches.len());
                for branch in branches.iter() {
                    answers.push(branch_of(session, &lens, branch).await);
                }
                session.cost.restricted = session.spent.restricted();
                Ok((answers, session.cost))
            })
        })
        .await
    }
}

/// A record by name and what it names are few rows by key.
fn reach_of(branches: &[Branch]) -> Reach {
    match branches {
        [Branch::Named { names, pick, .. }] if names.len() == 1 && levels_of(pick) == 0 => {
            Reach::Keys
        }
        _ => Reach::Scan,
    }
}

fn span_of(branches: &[Branch]) -> Span {
    let levels = branches.iter().map(|branch| match branch {
        Branch::Named { pick, .. } => 1 + levels_of(pick),
        Branch::Listed(list) => levels_of_list(list),
    });
    if levels.sum::<usize>() <= 1 { Span::Statement } else { Span::Statements }
}

fn levels_of(pick: &Pick) -> usize {
    let ones = pick.ones.iter().map(|(_, below)| levels_of(below));
    let parts = pick.parts.iter().map(|(_, below)| 1 + levels_of(below));
    let lists = pick.lists.iter().map(levels_of_list);
    let items = pick.item_substance.iter().map(|below| levels_of(below));
    ones.chain(parts).chain(lists).chain(items).sum()
}

fn levels_of_list(list: &List) -> usize {
    let nodes = list.pick.as_ref().map_or(0, |pick| 1 + levels_of(pick));
    let each = list.summaries.iter();
    let summaries = each.map(|one| 1 + one.rows.iter().map(levels_of_list).sum::<usize>());
    nodes + usize::from(list.total) + summaries.sum::<usize>()
}

async fn branch_of(session: &mut Session, lens: &Lens, branch: &Branch) -> Result<Answer> {
    match branch {
        Branch::Named { names, pick, marks: _ } => {
            let mut nodes = named(session, lens, names, pick).await?;
            grow(session, lens, pick, own(&mut nodes).collect()).await?;
            session.weigh_named(names, nodes)
        }
        Branch::Listed(list) => {
            let rows = rows_of(session, lens, list, None).await?.remove(&0);
            session.weigh_rows(rows.unwrap_or_default())
        }
    }
}

async fn named(
    session: &mut Session,
    lens: &Lens,
    names: &Names,
    pick: &Pick,
) -> Result<Vec<Arc<Node>>> {
    let (table, ids): (Table, Vec<Value>) = match names {
        Names::Agencies(ids) => {
            (Table::Agencies, ids.iter().map(|id| id.as_str().into()).collect())
        }
        Names::Sensors(ids) => (Table::Sensors, ids.iter().map(|id| id.as_str().into()).collect()),
        Names::Operations(ids) => {
            (Table::Operations, ids.iter().map(|id| id.uuid().into()).collect())
        }
        Names::Seizures(ids) => (Table::Seizures, ids.iter().map(|id| id.uuid().into()).collect()),
        Names::Substances(ids) => {
            let vocabulary = &session.shared.kept()?.vocabulary;
            let known = ids.iter().filter_map(|id| vocabulary.by_id(id.as_str()));
            return Ok(known.map(|(key, one)| Node::of_substance(key, one)).collect());
        }
    };
    let mut query = table.visible(lens, Reach::Keys);
    picks::add(&mut query, lens, table, T, pick);
    if let Some(id) = table.id() {
        query.and_where(at(T, id).is_in(ids));
    }
    let shared = Arc::clone(&session.shared);
    let read = |row: &mut super::dialect::Row<'_>| picks::read(row, lens, &shared, table, pick);
    Ok(session.counted_rows(&query, read).await?.into_iter().flatten().collect())
}

/// The rows of a list for each parent; without parents, of the whole list under key 0.
fn rows_of<'s>(
    session: &'s mut Session,
    lens: &'s Lens,
    list: &'s List,
    parents: Option<&'s [i64]>,
) -> BoxFuture<'s, Result<HashMap<i64, Rows>>> {
    Box::pin(async move {
        match &list.wanted {
            Wanted::Agencies(filter, order) => {
                rows_of_level::<Agency>(session, Level { lens, list, filter, order }, parents).await
            }
            Wanted::Sensors(filter, order) => {
                rows_of_level::<Sensor>(session, Level { lens, list, filter, order }, parents).await
            }
            Wanted::Operations(filter, order) => {
                let level = Level { lens, list, filter, order };
                let mut rows = rows_of_level::<Operation>(session, level, parents).await?;
                summaries::add(session, lens, list, parents, &mut rows).await?;
                Ok(rows)
            }
            Wanted::Seizures(filter, order) => {
                let level = Level { lens, list, filter, order };
                let mut rows = rows_of_level::<Seizure>(session, level, parents).await?;
                summaries::add(session, lens, list, parents, &mut rows).await?;
                Ok(rows)
            }
            Wanted::Detections(filter) => {
                let mut rows = detections::rows(session, lens, list, filter, parents).await?;
                let nodes = rows.values_mut().flat_map(|rows| own(&mut rows.nodes)).collect();
                grow_all(session, lens, list.pick.as_ref(), nodes).await?;
                Ok(rows)
            }
            Wanted::Substances(filter, order) => {
                let mut rows = substances::rows(session, lens, list, (filter, order)).await?;
                let pick = list.pick.as_ref();
                grow_all(session, lens, pick, own(&mut rows.nodes).collect()).await?;
                Ok(HashMap::from([(0, rows)]))
            }
        }
    })
}

async fn rows_of_level<R: super::Listed>(
    session: &mut Session,
    level: Level<'_, R>,
    parents: Option<&[i64]>,
) -> Result<HashMap<i64, Rows>> {
    let mut found = HashMap::new();
    if let Some(pick) = &level.list.pick {
        found = level.nodes(session, pick, parents).await?;
        let nodes = found.values_mut().flat_map(Found::nodes).collect();
        grow(session, level.lens, pick, nodes).await?;
    }
    let mut totals = HashMap::new();
    if level.list.total {
        totals = level.totals(session, parents).await?;
    }
    let mut rows = HashMap::new();
    for parent in parents.unwrap_or(&[0]) {
        let nodes = found.remove(parent).unwrap_or_else(|| level.cut(Vec::new()));
        let total = level.list.total.then(|| totals.get(parent).copied().unwrap_or(0));
        rows.insert(*parent, level.rows(&session.shared, nodes, total)?);
    }
    Ok(rows)
}

/// Nodes that nobody else has yet.
fn own(nodes: &mut [Arc<Node>]) -> impl Iterator<Item = &mut Node> {
    nodes.iter_mut().filter_map(Arc::get_mut)
}

fn grow_all<'s>(
    session: &'s mut Session,
    lens: &'s Lens,
    pick: Option<&'s Pick>,
    nodes: Vec<&'s mut Node>,
) -> BoxFuture<'s, Result<()>> {
    match pick {
        Some(pick) => grow(session, lens, pick, nodes),
        None => Box::pin(async { Ok(()) }),
    }
}

/// Gives nodes of one pick what hangs on them: one statement for each kind of part and each list.
fn grow<'s>(
    session: &'s mut Session,
    lens: &'s Lens,
    pick: &'s Pick,
    mut nodes: Vec<&'s mut Node>,
) -> BoxFuture<'s, Result<()>> {
    Box::pin(async move {
        if nodes.is_empty() {
            return Ok(());
        }
        substances::name_parents(&session.shared, pick, &mut nodes)?;
        let mut keys: Vec<i64> = nodes.iter().map(|node| node.key).collect();
        keys.sort_unstable();
        keys.dedup();
        for (parts, below) in &pick.parts {
            let found = parts_of(session, lens, *parts, below, &keys).await?;
            for node in &mut nodes {
                let of_it = found.get(&node.key).map(Arc::clone).unwrap_or_default();
                node.parts.push((*parts, of_it));
            }
        }
        for list in &pick.lists {
            let found = rows_of(session, lens, list, Some(&keys)).await?;
            let found: HashMap<i64, Arc<Rows>> =
                found.into_iter().map(|(key, rows)| (key, Arc::new(rows))).collect();
            for node in &mut nodes {
                node.lists.extend(found.get(&node.key).map(Arc::clone));
            }
        }
        for (one, below) in &pick.ones {
            let named = nodes.iter_mut().filter_map(|node| node.one_mut(*one)).collect();
            grow(session, lens, below, named).await?;
        }
        if let Some(below) = &pick.item_substance {
            let substances = nodes.iter_mut().flat_map(|node| &mut node.item_substances);
            let substances = substances.flatten().filter_map(Arc::get_mut);
            grow(session, lens, below, substances.collect()).await?;
        }
        Ok(())
    })
}

async fn parts_of(
    session: &mut Session,
    lens: &Lens,
    parts: Parts,
    pick: &Pick,
    keys: &[i64],
) -> Result<HashMap<i64, Arc<Vec<Arc<Node>>>>> {
    let mut found = match Table::of_parts(parts) {
        Some(table) => part_rows(session, lens, table, pick, keys).await?,
        None => substances::children(&session.shared, keys)?,
    };
    let nodes = found.iter_mut().filter_map(|(_, node)| Arc::get_mut(node));
    grow(session, lens, pick, nodes.collect()).await?;
    let mut by_owner: HashMap<i64, Vec<Arc<Node>>> = HashMap::new();
    for (owner, node) in found {
        by_owner.entry(owner).or_default().push(node);
    }
    Ok(by_owner.into_iter().map(|(owner, nodes)| (owner, Arc::new(nodes))).collect())
}

async fn part_rows(
    session: &mut Session,
    lens: &Lens,
    table: Table,
    pick: &Pick,
    keys: &[i64],
) -> Result<Vec<(i64, Arc<Node>)>> {
    let mut query = Query::select();
    session.begin_at_parents(&mut query, keys);
    let owner = at(T, table.owner()).eq(at(PARENTS, PARENT));
    query
        .join_as(JoinType::InnerJoin, Alias::new(table.name()), Alias::new(T), owner)
        .expr(at(PARENTS, PARENT));
    picks::add(&mut query, lens, table, T, pick);
    query
        .order_by((Alias::new(T), Alias::new(table.owner())), Order::Asc)
        .order_by((Alias::new(T), Alias::new("position")), Order::Asc);
    let shared = Arc::clone(&session.shared);
    let read = |row: &mut super::dialect::Row<'_>| {
        let owner = row.int()?;
        Ok(picks::read(row, lens, &shared, table, pick)?.map(|node| (owner, node)))
    };
    Ok(session.counted_rows(&query, read).await?.into_iter().flatten().collect())
}
