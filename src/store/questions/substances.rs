//! Substances in questions: found by SQL where a filter decides, and filled from memory.

use super::{Node, Own, Rows};
use crate::{
    domain::{
        errors::{Error, Result},
        filters::{Filter, SubstanceField, SubstanceSort},
        ids::{ResourceId as _, SubstanceId},
        pages::{Direction, OrderTerm},
        questions::{End, List, One, Pick},
    },
    store::{Lens, Shared, dialect::Session, pages::Cursor, substances::passing},
};
use std::sync::Arc;

/// The window of the substances that pass. All of them are a few hundred, so it is cut in memory.
pub(super) async fn rows(
    session: &mut Session,
    lens: &Lens,
    list: &List,
    (filter, order): (&Filter<SubstanceField>, &[OrderTerm<SubstanceSort>]),
) -> Result<Rows> {
    let keys = session.rows(&passing(lens, filter), |row| row.int()).await?;
    let shared = Arc::clone(&session.shared);
    let vocabulary = &shared.kept()?.vocabulary;
    let mut nodes: Vec<Arc<Node>> = keys
        .iter()
        .filter_map(|key| vocabulary.by_key(*key))
        .map(|(key, substance)| Node::of_substance(key, substance))
        .collect();
    // Every order is by name.
    let descending = order.first().is_some_and(|term| term.direction == Direction::Descending);
    if descending {
        nodes.reverse();
    }
    let total = list.total.then_some(keys.len() as i64);
    let fingerprint = fingerprint(list)?;
    if let Some(after) = place(&shared, ("after", &list.window.after), &fingerprint)? {
        nodes.retain(|node| if descending { node.name < after } else { node.name > after });
    }
    if let Some(before) = place(&shared, ("before", &list.window.before), &fingerprint)? {
        nodes.retain(|node| if descending { node.name > before } else { node.name < before });
    }
    let size = list.window.size as usize;
    let more = nodes.len() > size;
    match list.window.end {
        End::First => nodes.truncate(size),
        End::Last => drop(nodes.drain(..nodes.len().saturating_sub(size))),
    }
    let (has_next, has_previous) = list.window.sides(more);
    let mut cursors = Vec::new();
    if list.cursors {
        for node in &nodes {
            let cursor = Cursor { values: Vec::new(), name: node.name.clone() };
            cursors.push(shared.seal(&cursor, &fingerprint)?);
        }
    }
    Ok(Rows {
        marks: list.marks.clone(),
        nodes,
        cursors,
        has_next,
        has_previous,
        total,
        summaries: Vec::new(),
    })
}

fn fingerprint(list: &List) -> Result<Vec<u8>> {
    serde_json::to_vec(&list.wanted).map_err(|error| Error::internal(format!("cursor: {error}")))
}

fn place(
    shared: &Shared,
    (field, cursor): (&'static str, &str),
    fingerprint: &[u8],
) -> Result<Option<String>> {
    if cursor.is_empty() {
        return Ok(None);
    }
    let wrong = || Error::invalid_field(field, super::levels::NOT_OF_THIS_LIST);
    let cursor = shared.unseal(cursor, fingerprint)?.ok_or_else(wrong)?;
    SubstanceId::parse_name(&cursor.name).map_err(|_| wrong())?;
    Ok(Some(cursor.name))
}

/// Names the substance above each, where it is picked.
pub(super) fn name_parents(shared: &Shared, pick: &Pick, nodes: &mut [&mut Node]) -> Result<()> {
    let vocabulary = &shared.kept()?.vocabulary;
    if !pick.ones.iter().any(|(one, _)| *one == One::Parent) {
        return Ok(());
    }
    for node in nodes {
        let Own::Substance(substance) = &node.own else { continue };
        let parent = substance.parent.as_ref().and_then(|id| vocabulary.by_id(id.as_str()));
        let parent = parent.map(|(key, one)| Node::of_substance(key, one));
        node.ones.push((One::Parent, parent));
    }
    Ok(())
}

/// The substances right below each.
pub(super) fn children(shared: &Shared, keys: &[i64]) -> Result<Vec<(i64, Arc<Node>)>> {
    let vocabulary = &shared.kept()?.vocabulary;
    let parents = keys.iter().filter_map(|key| vocabulary.by_key(*key));
    let each = parents.flat_map(|(parent, substance)| {
        vocabulary.below(substance).map(move |(key, one)| (parent, Node::of_substance(key, one)))
    });
    Ok(each.collect())
}
