//! The detections of sensors: parts of operations, listed across them.
//!
//! A detection has no id; it stands where its operation and its position in it are.

use super::{
    Node, Rows,
    levels::{NOT_OF_THIS_LIST, PARENT, PARENTS},
    picks,
    tables::{Table, linked},
};
use crate::{
    domain::{
        errors::{Error, Result},
        filters::{DetectionField, Filter},
        ids::{OperationId, ResourceId as _},
        markings::Tlp,
        questions::{End, List, Pick},
    },
    store::{
        Lens, Reach, Shared,
        dialect::{Row, Session},
        entity::operations,
        filters::{Planner, at},
        guard,
        pages::{Cursor, SortValue},
        records::T,
    },
};
use sea_orm::{
    Value,
    sea_query::{Alias, Condition, Expr, ExprTrait as _, JoinType, Order, Query, SelectStatement},
};
use std::{collections::HashMap, sync::Arc};

/// Alias of the operation of a detection.
const O: &str = "lo";

/// A detection with the place of its operation.
type Placed = (Arc<Node>, Cursor);

/// The window of the detections of each sensor.
pub(super) async fn rows(
    session: &mut Session,
    lens: &Lens,
    list: &List,
    filter: &Filter<DetectionField>,
    parents: Option<&[i64]>,
) -> Result<HashMap<i64, Rows>> {
    let parents = parents.ok_or_else(|| Error::internal("detections hang on a sensor"))?;
    let passing = || passing(lens, list, filter);
    let mut found: HashMap<i64, Vec<Placed>> = HashMap::new();
    if let Some(pick) = &list.pick {
        let page = window(session, lens, list, passing())?;
        for (parent, placed) in read_page(session, lens, (page, pick), parents, list).await? {
            found.entry(parent).or_default().push(placed);
        }
    }
    let totals =
        if list.total { totals(session, passing(), parents).await? } else { HashMap::new() };
    let shared = Arc::clone(&session.shared);
    let each = parents.iter().map(|parent| {
        let placed = found.remove(parent).unwrap_or_default();
        let total = list.total.then(|| totals.get(parent).copied().unwrap_or(0));
        Ok((*parent, cut(&shared, lens, list, placed, total)?))
    });
    each.collect()
}

fn passing(lens: &Lens, list: &List, filter: &Filter<DetectionField>) -> SelectStatement {
    let mut query = Query::select();
    let operation = Condition::all()
        .add(at(O, "id").eq(at(T, "operation_id")))
        .add(guard::visible(O, lens, Reach::Keys))
        .add(at(O, "delete_micros").is_null());
    query
        .from_as(Alias::new("detections"), Alias::new(T))
        .join_as(JoinType::InnerJoin, operations::Entity, Alias::new(O), operation)
        .cond_where(linked(list.link, lens, &at(PARENTS, PARENT)))
        .cond_where(Planner::new(lens).filter(filter, T));
    query
}

fn window(
    session: &Session,
    lens: &Lens,
    list: &List,
    mut query: SelectStatement,
) -> Result<SelectStatement> {
    let window = &list.window;
    for (field, cursor, forward) in
        [("after", &window.after, true), ("before", &window.before, false)]
    {
        if let Some(place) = place(&session.shared, lens, list, (field, cursor))? {
            query.cond_where(beyond(place, forward));
        }
    }
    sort(&mut query, list);
    query.limit(u64::from(window.size) + 1);
    Ok(query)
}

fn sort(query: &mut SelectStatement, list: &List) {
    let order = match list.window.end {
        End::First => Order::Asc,
        End::Last => Order::Desc,
    };
    for column in ["operation_id", "position"] {
        query.order_by((Alias::new(T), Alias::new(column)), order.clone());
    }
}

/// What a cursor is bound to.
fn fingerprint(lens: &Lens, list: &List) -> Result<Vec<u8>> {
    serde_json::to_vec(&(&lens.viewer.agency, list.link, &list.wanted))
        .map_err(|error| Error::internal(format!("cursor: {error}")))
}

fn place(
    shared: &Shared,
    lens: &Lens,
    list: &List,
    (field, cursor): (&'static str, &str),
) -> Result<Option<(Value, i64)>> {
    if cursor.is_empty() {
        return Ok(None);
    }
    let wrong = || Error::invalid_field(field, NOT_OF_THIS_LIST);
    let cursor = shared.unseal(cursor, &fingerprint(lens, list)?)?.ok_or_else(wrong)?;
    let operation = OperationId::parse_name(&cursor.name).map_err(|_| wrong())?;
    match cursor.values.as_slice() {
        [SortValue::Int(position)] => Ok(Some((operation.uuid().into(), *position))),
        _ => Err(wrong()),
    }
}

fn beyond((operation, position): (Value, i64), forward: bool) -> Condition {
    let mut key = Query::select();
    key.column(Alias::new("id"))
        .from(operations::Entity)
        .and_where(Expr::col(Alias::new("uid")).eq(operation));
    let key = Expr::SubQuery(None, Box::new(key.into()));
    let (of, at) = (at(T, "operation_id"), at(T, "position"));
    let (past, after) = if forward {
        (of.clone().gt(key.clone()), at.gt(position))
    } else {
        (of.clone().lt(key.clone()), at.lt(position))
    };
    Condition::any().add(past).add(Condition::all().add(of.eq(key)).add(after))
}

async fn read_page(
    session: &mut Session,
    lens: &Lens,
    (page, pick): (SelectStatement, &Pick),
    parents: &[i64],
    list: &List,
) -> Result<Vec<(i64, Placed)>> {
    // A part's row has no key of its own but the one that SQLite gives it.
    let mut query = session.for_each_parent(parents, ("detections", "rowid"), page);
    let operation = at("named", "id").eq(at(T, "operation_id"));
    query
        .join_as(JoinType::InnerJoin, operations::Entity, Alias::new("named"), operation)
        .expr(at("named", "uid"))
        .expr(picks::label_of("named"));
    picks::add(&mut query, lens, Table::Detections, T, pick);
    sort(&mut query, list);
    let shared = Arc::clone(&session.shared);
    let read = |row: &mut Row<'_>| {
        let (parent, operation) = (row.int()?, OperationId::from_uuid(row.uuid()?));
        let label = row.code_required::<Tlp>()?;
        let node = picks::read(row, lens, &shared, Table::Detections, pick)?;
        let mut node = node.ok_or_else(|| Error::internal("a detection has no position"))?;
        if let Some(node) = Arc::get_mut(&mut node) {
            // Who reads a detection reads of its operation.
            (node.name, node.is_restricted) = (operation.to_string(), label.is_restricted());
        }
        let values = vec![SortValue::Int(node.key)];
        Ok((parent, (node, Cursor { values, name: operation.to_string() })))
    };
    session.counted_rows(&query, read).await
}

async fn totals(
    session: &mut Session,
    mut counted: SelectStatement,
    parents: &[i64],
) -> Result<HashMap<i64, i64>> {
    counted.expr(Expr::cust("COUNT(*)"));
    let mut query = Query::select();
    session.begin_at_parents(&mut query, parents);
    query.expr(at(PARENTS, PARENT)).expr(Expr::SubQuery(None, Box::new(counted.into())));
    let totals = session.rows(&query, |row| Ok((row.int()?, row.int()?))).await?;
    Ok(totals.into_iter().collect())
}

fn cut(
    shared: &Shared,
    lens: &Lens,
    list: &List,
    mut placed: Vec<Placed>,
    total: Option<i64>,
) -> Result<Rows> {
    let window = &list.window;
    let more = placed.len() > window.size as usize;
    placed.truncate(window.size as usize);
    let (has_next, has_previous) = window.sides(more);
    if window.end == End::Last {
        placed.reverse();
    }
    let fingerprint = fingerprint(lens, list)?;
    let mut cursors = Vec::new();
    if list.cursors {
        for (_, cursor) in &placed {
            cursors.push(shared.seal(cursor, &fingerprint)?);
        }
    }
    let nodes = placed.into_iter().map(|(node, _)| node).collect();
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
