//! Summaries: what is counted and summed, in one statement whatever the number of records.
//!
//! The statement has three levels. The base joins what the keys need to the records that pass, and
//! groups by what lies in the columns: keys of rows, codes, pairs of days. The groups turn those
//! few rows into values, where the lens shows them, and add them up. Around them stand conditions
//! on figures, the order, the limit and the total. No level meets a record twice for one group: what
//! fans out is made distinct before it is joined.

mod figures;
mod keys;
mod seizures;

use super::{
    Lens,
    dialect::{Row, Session},
    filters::at,
    vocabulary::Vocabulary,
};
use crate::domain::{
    errors::Result,
    pages::Direction,
    summaries::{Figures, Group, Request, SeizureSummary, SortBy, Summary},
};
use figures::Columns;
use keys::Keys;
use sea_orm::sea_query::{
    Alias, CommonTableExpression, Expr, JoinType, NullOrdering, Order, Query, SelectStatement,
    WithClause, WithQuery,
};
use std::sync::Arc;

/// Alias of the base within the groups.
const BASE: &str = "base";
/// Alias of rows whose keys have their values.
const MAPPED: &str = "mapped";
/// Name of the groups.
const GROUPS: &str = "groups";
/// Alias of the figures of all groups together.
const TOTAL: &str = "total";
/// Column that is 1 in every group, and null where there is none beside the total.
const PRESENT: &str = "present";

impl Session {
    /// Summarises seizures, in one statement. The caller says when the snapshot was taken.
    ///
    /// # Errors
    /// `Invalid` naming `empty_buckets` when there are too many; `Unavailable` when the database
    /// cannot be reached.
    pub async fn summarize(
        &mut self,
        lens: &Lens,
        summary: &SeizureSummary,
        as_of_micros: i64,
    ) -> Result<Summary> {
        let shared = Arc::clone(&self.shared);
        let vocabulary = &shared.kept()?.vocabulary;
        let columns = Columns::of(summary);
        let statement = statement(lens, summary, vocabulary, &columns);
        let rows = self.rows(&statement, |row| read(row, summary, &columns, vocabulary)).await?;
        let total = if summary.total { rows.first().map(|(_, total)| *total) } else { None };
        let groups = rows.into_iter().filter_map(|(group, _)| group).collect();
        summary.answer(groups, total, as_of_micros)
    }
}

fn statement(
    lens: &Lens,
    summary: &SeizureSummary,
    vocabulary: &Vocabulary,
    columns: &Columns,
) -> WithQuery {
    let keys = Keys::new(summary.attribution, &summary.group_by);
    let base = seizures::base(lens, summary, vocabulary, &keys, columns);
    let counting = summary.counting(0);
    let is_sum_of_groups =
        counting.counts_are_additive || (counting.sums_are_additive && !columns.counts_records());
    let total = summary.total.then(|| {
        if is_sum_of_groups { sums_of(columns) } else { seizures::total(lens, summary, columns) }
    });
    let groups = groups(lens, &keys, columns, base);
    let query = answer(summary, columns, total);
    let cte = CommonTableExpression::new().query(groups).table_name(Alias::new(GROUPS)).to_owned();
    WithClause::new().cte(cte).to_owned().query(query)
}

/// The base by the values of its keys.
fn groups(lens: &Lens, keys: &Keys, columns: &Columns, base: SelectStatement) -> SelectStatement {
    let mut mapped = Query::select();
    mapped.from_subquery(base, Alias::new(BASE));
    keys.join(&mut mapped, lens);
    for (place, value) in keys.values().into_iter().enumerate() {
        mapped.expr_as(value, Alias::new(key_name(place)));
    }
    for name in columns.names() {
        mapped.expr(at(BASE, name));
    }
    let mut groups = Query::select();
    groups
        .from_subquery(mapped, Alias::new(MAPPED))
        .expr_as(Expr::value(1_i64), Alias::new(PRESENT));
    for place in 0..keys.len() {
        let name = Alias::new(key_name(place));
        groups
            .column((Alias::new(MAPPED), name.clone()))
            .add_group_by([Expr::col((Alias::new(MAPPED), name))]);
    }
    columns.add_up(&mut groups, MAPPED);
    groups
}

/// The figures of all groups, where they are the sums of those of each.
fn sums_of(columns: &Columns) -> SelectStatement {
    let mut total = Query::select();
    total.from(Alias::new(GROUPS));
    columns.add_up(&mut total, GROUPS);
    total
}

/// The groups that meet the conditions, sorted and cut, each beside the total if it is wanted.
fn answer<F>(
    request: &Request<F>,
    columns: &Columns,
    total: Option<SelectStatement>,
) -> SelectStatement {
    let having = columns.having(&request.having, GROUPS);
    let mut query = Query::select();
    query.expr(at(GROUPS, PRESENT));
    for place in 0..request.group_by.len() {
        query.expr(Expr::col((Alias::new(GROUPS), Alias::new(key_name(place)))));
    }
    for name in columns.names() {
        query.expr(at(GROUPS, name));
    }
    match total {
        None => {
            query.from(Alias::new(GROUPS)).cond_where(having);
        }
        Some(total) => {
            for name in columns.names() {
                query.expr(at(TOTAL, name));
            }
            query.from_subquery(total, Alias::new(TOTAL));
            query.join(JoinType::LeftJoin, Alias::new(GROUPS), having);
        }
    }
    for term in &request.order {
        match term.by {
            SortBy::Key(place) => sort(&mut query, key(place), term.direction),
            SortBy::Figure(figure) => {
                for column in columns.sorted_by(figure, GROUPS) {
                    sort(&mut query, column, term.direction);
                }
            }
        }
    }
    for place in 0..request.group_by.len() {
        sort(&mut query, key(place), Direction::Ascending);
    }
    query.limit(u64::from(request.groups_to_read()));
    query
}

fn key(place: usize) -> Expr {
    Expr::col((Alias::new(GROUPS), Alias::new(key_name(place))))
}

/// What is not known is smaller than everything that is.
fn sort(query: &mut SelectStatement, by: Expr, direction: Direction) {
    match direction {
        Direction::Ascending => query.order_by_expr_with_nulls(by, Order::Asc, NullOrdering::First),
        Direction::Descending => {
            query.order_by_expr_with_nulls(by, Order::Desc, NullOrdering::Last)
        }
    };
}

fn key_name(place: usize) -> String {
    format!("key{place}")
}

fn read<F>(
    row: &mut Row<'_>,
    request: &Request<F>,
    columns: &Columns,
    vocabulary: &Vocabulary,
) -> Result<(Option<Group>, Figures)> {
    let is_present = row.int_or_null()?.is_some();
    let mut group = None;
    if is_present {
        let by = request.group_by.iter();
        let keys: Result<Vec<_>> = by.map(|by| keys::read(row, *by, vocabulary)).collect();
        group = Some(Group { keys: keys?, figures: columns.read(row)? });
    } else {
        row.skip(request.group_by.len() + columns.len());
    }
    let total = if request.total { columns.read(row)? } else { Figures::default() };
    Ok((group, total))
}
