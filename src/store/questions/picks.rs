//! What is picked of a row: its columns, the records that it names, and how they are read.

use super::{
    Node, Own,
    tables::{Table, key_of},
};
use crate::{
    domain::{
        errors::{Error, Result},
        markings::{Marking, Tlp},
        questions::{Group, Pick},
        records::Meta,
        seizures::Item,
    },
    store::{
        Lens, Shared,
        dialect::Row,
        entity::markings,
        filters::at,
        guard::col,
        markings::read_marking,
        seizures::read_items,
        shapes::{list_from_json, read_place, read_when},
    },
};
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait as _, JoinType, Query, SelectStatement, SimpleExpr,
};
use std::sync::Arc;

/// Adds the columns of a pick, and joins what they need.
pub(super) fn add(
    query: &mut SelectStatement,
    lens: &Lens,
    table: Table,
    alias: &str,
    pick: &Pick,
) {
    query.expr(at(alias, table.key()));
    if let Some(id) = table.id() {
        query.expr(at(alias, id)).expr(label_of(alias));
    }
    for column in table.columns(pick.groups) {
        query.expr(at(alias, column));
    }
    if pick.groups.has(Group::Marking) {
        add_marking(query, alias);
    }
    for (i, (one, below)) in pick.ones.iter().enumerate() {
        let (to, joined) = (Table::of_one(*one), format!("{alias}{i}"));
        to.join(query, lens, &joined, at(alias, key_of(*one)));
        add(query, lens, to, &joined, below);
    }
}

/// The label of a record's marking, by key: it is to be told from what is restricted even where the
/// marking was not picked.
pub(super) fn label_of(alias: &str) -> SimpleExpr {
    let mut label = Query::select();
    label
        .column(markings::Column::Label)
        .from(markings::Entity)
        .and_where(Expr::col((markings::Entity, markings::Column::Id)).eq(at(alias, "marking_id")));
    SimpleExpr::SubQuery(None, Box::new(label.into()))
}

fn add_marking(query: &mut SelectStatement, alias: &str) {
    let marking = format!("{alias}m");
    query
        .join_as(
            JoinType::LeftJoin,
            Alias::new("markings"),
            Alias::new(&marking),
            col(&marking, markings::Column::Id).eq(at(alias, "marking_id")),
        )
        .expr(at(alias, "originator_id"))
        .expr(col(&marking, markings::Column::Label))
        .expr(col(&marking, markings::Column::ReleasableTo));
}

/// How many cells a pick has after its key.
fn width(table: Table, pick: &Pick) -> usize {
    let marking = if pick.groups.has(Group::Marking) { 3 } else { 0 };
    let ones = pick.ones.iter().map(|(one, below)| 1 + width(Table::of_one(*one), below));
    usize::from(table.id().is_some()) * 2
        + table.columns(pick.groups).count()
        + marking
        + ones.sum::<usize>()
}

/// Reads what [`add`] added; none where a key names nothing that the lens shows.
pub(super) fn read(
    row: &mut Row<'_>,
    lens: &Lens,
    shared: &Shared,
    table: Table,
    pick: &Pick,
) -> Result<Option<Arc<Node>>> {
    let Some(key) = row.int_or_null()? else {
        row.skip(width(table, pick));
        return Ok(None);
    };
    let (groups, start) = (pick.groups, row.bytes());
    let name = table.read_name(row)?;
    let is_restricted = match table.id() {
        Some(_) => row.code_required::<Tlp>()?.is_restricted(),
        None => false,
    };
    let own = if groups.has(Group::Own) { table.read_own(row)? } else { Own::Unpicked };
    let meta = groups.has(Group::Meta).then(|| read_meta(row)).transpose()?;
    let when = if groups.has(Group::When) { read_when(row)? } else { None };
    let place = if groups.has(Group::Place) { read_place(row)? } else { None };
    let narrative = if groups.has(Group::Narrative) { row.text()? } else { String::new() };
    let items = if groups.has(Group::Items) { read_items(row.str()?)? } else { Vec::new() };
    let external_ids =
        if groups.has(Group::ExternalIds) { list_from_json(row.str()?)? } else { Vec::new() };
    let sources = if groups.has(Group::Sources) { list_from_json(row.str()?)? } else { Vec::new() };
    let marking = groups.has(Group::Marking).then(|| read_shown(row, lens)).transpose()?;
    let item_substances = match &pick.item_substance {
        Some(_) => substances_of(shared, &items)?,
        None => Vec::new(),
    };
    let bytes = row.bytes() - start;
    let mut ones = Vec::with_capacity(pick.ones.len());
    for (one, below) in &pick.ones {
        ones.push((*one, read(row, lens, shared, Table::of_one(*one), below)?));
    }
    Ok(Some(Arc::new(Node {
        key,
        bytes,
        is_restricted,
        name,
        own,
        meta,
        marking,
        when,
        place,
        narrative,
        items,
        item_substances,
        external_ids,
        sources,
        ones,
        parts: Vec::new(),
        lists: Vec::new(),
    })))
}

fn read_meta(row: &mut Row<'_>) -> Result<Meta> {
    Ok(Meta {
        originator: None,
        version: row.int()?,
        create_micros: row.int()?,
        update_micros: row.int()?,
        delete_micros: row.int_or_null()?,
    })
}

fn read_shown(row: &mut Row<'_>, lens: &Lens) -> Result<Marking> {
    let mine = row.int()? == lens.key;
    read_marking(row, lens, mine)
}

fn substances_of(shared: &Shared, items: &[Item]) -> Result<Vec<Option<Arc<Node>>>> {
    let vocabulary = &shared.kept()?.vocabulary;
    let each = items.iter().map(|item| {
        let Some(id) = &item.substance else { return Ok(None) };
        let known = vocabulary.by_id(id.as_str());
        let (key, substance) = known.ok_or_else(|| Error::internal("a substance is not known"))?;
        Ok(Some(Node::of_substance(key, substance)))
    });
    each.collect()
}
