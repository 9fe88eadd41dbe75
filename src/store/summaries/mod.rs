//! Summaries: what is counted and summed, in one statement whatever the number of records.
//!
//! The statement has three levels. The base joins what the keys need to the records that pass, and
//! groups by what lies in the columns: keys of rows, codes, pairs of days. The groups turn those
//! few rows into values, where the lens shows them, and add them up. Around them stand conditions
//! on figures, the order, the limit and the total. No level meets a record twice for one group: what
//! fans out is made distinct before it is joined.
//!
//! The lists of several records are summarised together, still in one statement: the parent's key is
//! one more column to group by on every level, and the limit is a number for each parent.

mod answers;
mod figures;
mod keys;
mod links;
mod members;
mod operations;
mod parts;
mod seizures;

use super::{
    Lens, Listed, Reach,
    dialect::{Row, Session},
    filters::{Planner, at},
    guard,
    questions::{PARENT, PARENTS},
    records::T,
    vocabulary::Vocabulary,
};
use crate::domain::{
    errors::Result,
    filters::Filter,
    questions::Link,
    summaries::{Figures, Group, Request, Summary},
};
use answers::Answers;
pub(super) use answers::key_name;
use figures::Columns;
use keys::Keys;
use links::Below;
pub(super) use members::Members;
use sea_orm::sea_query::{
    Alias, CommonTableExpression, Expr, ExprTrait as _, Query, SelectStatement, WithClause,
    WithQuery,
};
use std::{collections::HashMap, sync::Arc};

/// Alias of the base within the groups.
const BASE: &str = "base";
/// Alias of rows whose keys have their values.
const MAPPED: &str = "mapped";
/// Name of the groups.
const GROUPS: &str = "groups";
/// Column of the number of a group whose records are wanted.
pub(super) const NUMBER: &str = "number";
/// Column that is 1 in every group, and null where there is none beside the total.
const PRESENT: &str = "present";

/// A record that can be summarised; the store alone implements it.
#[expect(private_interfaces, reason = "rows never leave the store")]
pub trait Summed: Listed {
    /// The figures of the records that pass and count, by the columns of keys.
    fn base(scope: &Scope<'_, Self>, keys: &Keys<'_>) -> SelectStatement;
}

/// What a statement is made from.
pub(super) struct Scope<'q, R: Listed> {
    lens: &'q Lens,
    vocabulary: &'q Vocabulary,
    request: &'q Request<R::Field>,
    columns: Columns,
    /// The records above the list; none: it is the list of all.
    below: Option<Below>,
}

impl Session {
    /// Summarises records, in one statement. The caller says when the snapshot was taken.
    ///
    /// # Errors
    /// `Invalid` naming `empty_buckets` when there are too many; `Unavailable` when the database
    /// cannot be reached.
    pub async fn summarize<R: Summed>(
        &mut self,
        lens: &Lens,
        request: &Request<R::Field>,
        as_of_micros: i64,
    ) -> Result<Summary> {
        let shared = Arc::clone(&self.shared);
        let vocabulary = &shared.kept()?.vocabulary;
        let columns = Columns::of(request);
        let scope = Scope::<R> { lens, vocabulary, request, columns, below: None };
        let statement = scope.statement();
        let rows = self.rows(&statement, |row| scope.read(row)).await?;
        let total = if request.total { rows.first().map(|(_, total)| *total) } else { None };
        let groups = rows.into_iter().filter_map(|(group, _)| group).collect();
        request.answer(groups, total, as_of_micros)
    }

    /// Summarises the list that hangs on each of several records, all in one statement.
    ///
    /// # Errors
    /// As [`Self::summarize`]; and `Exhausted` when the answer becomes too large.
    pub(super) async fn summarize_each<R: Summed>(
        &mut self,
        lens: &Lens,
        request: &Request<R::Field>,
        (link, parents): (Link, &[i64]),
        as_of_micros: i64,
    ) -> Result<HashMap<i64, Summary>> {
        let shared = Arc::clone(&self.shared);
        let vocabulary = &shared.kept()?.vocabulary;
        let below = Some(Below { link, parents: self.keys_of_parents(parents) });
        let columns = Columns::of(request);
        let scope = Scope::<R> { lens, vocabulary, request, columns, below };
        let statement = scope.statement();
        let read = |row: &mut Row<'_>| Ok((row.int()?, scope.read(row)?));
        let mut found: HashMap<i64, (Vec<Group>, Figures)> = HashMap::new();
        for (parent, (group, total)) in self.counted_rows(&statement, read).await? {
            let (groups, of_all) = found.entry(parent).or_default();
            groups.extend(group);
            *of_all = total;
        }
        let mut summaries = HashMap::with_capacity(parents.len());
        for parent in parents {
            let summary = match found.remove(parent) {
                Some((groups, total)) => scope.answer(groups, total, as_of_micros)?,
                None => request.answer_of_none(as_of_micros),
            };
            self.count_groups(summary.groups.len())?;
            summaries.insert(*parent, summary);
        }
        Ok(summaries)
    }
}

impl<R: Summed> Scope<'_, R> {
    /// The records that pass the filter and count, each beside the parent that it hangs on.
    fn counted(&self) -> SelectStatement {
        let mut query = self.kept();
        if self.below.is_some() {
            query.expr(at(PARENTS, PARENT)).add_group_by([at(PARENTS, PARENT)]);
        }
        query
    }

    /// The keys in a column of the records that are counted, which what belongs to them is to be
    /// found by; none where these are all there are.
    fn among(&self, column: &'static str) -> Option<SelectStatement> {
        let is_of_all = matches!(&self.request.filter, Filter::All(all) if all.is_empty());
        (!is_of_all || self.below.is_some()).then(|| {
            let mut keys = self.kept();
            keys.expr(at(T, column));
            keys
        })
    }

    fn kept(&self) -> SelectStatement {
        let mut query = guard::select::<R::Entity>(self.lens, T, Reach::Scan);
        query
            .cond_where(Planner::new(self.lens).filter(&self.request.filter, T))
            .and_where(at(T, "delete_micros").is_null());
        R::only_active(&mut query);
        if let Some(below) = &self.below {
            below.join(&mut query, self.lens);
        }
        query
    }

    fn statement(&self) -> WithQuery {
        let keys = Keys::new(self.request.attribution, &self.request.group_by);
        let counting = self.request.counting(0);
        let is_sum_of_groups = counting.counts_are_additive
            || (counting.sums_are_additive && !self.columns.counts_records());
        let total = self.request.total.then(|| {
            if is_sum_of_groups {
                self.sums_of_groups()
            } else {
                R::base(self, &Keys::new(self.request.attribution, &[]))
            }
        });
        let groups = self.groups(&keys, R::base(self, &keys));
        let answers =
            Answers { request: self.request, columns: &self.columns, nested: self.below.is_some() };
        let query = answers.query(total);
        let mut cte = CommonTableExpression::new();
        cte.query(groups).table_name(Alias::new(GROUPS));
        WithClause::new().cte(cte).to_owned().query(query)
    }

    /// The base by the values of its keys.
    fn groups(&self, keys: &Keys<'_>, base: SelectStatement) -> SelectStatement {
        let mut mapped = Query::select();
        mapped.from_subquery(base, Alias::new(BASE));
        keys.join(&mut mapped, self.lens);
        for (place, value) in keys.values().into_iter().enumerate() {
            mapped.expr_as(value, Alias::new(key_name(place)));
        }
        for name in self.columns.names() {
            mapped.expr(at(BASE, name));
        }
        let mut groups = Query::select();
        if self.below.is_some() {
            mapped.expr(at(BASE, PARENT));
            groups.expr(at(MAPPED, PARENT)).add_group_by([at(MAPPED, PARENT)]);
        }
        groups
            .from_subquery(mapped, Alias::new(MAPPED))
            .expr_as(Expr::value(1_i64), Alias::new(PRESENT));
        for place in 0..keys.len() {
            let name = Alias::new(key_name(place));
            groups
                .column((Alias::new(MAPPED), name.clone()))
                .add_group_by([Expr::col((Alias::new(MAPPED), name))]);
        }
        self.columns.add_up(&mut groups, MAPPED);
        groups
    }

    /// The figures of all groups, where they are the sums of those of each.
    fn sums_of_groups(&self) -> SelectStatement {
        let mut total = Query::select();
        total.from(Alias::new(GROUPS));
        if self.below.is_some() {
            total.expr(at(GROUPS, PARENT)).add_group_by([at(GROUPS, PARENT)]);
        }
        self.columns.add_up(&mut total, GROUPS);
        total
    }

    /// Reads a group, and the total beside it where it is wanted.
    fn read(&self, row: &mut Row<'_>) -> Result<(Option<Group>, Figures)> {
        let Self { request, columns, vocabulary, .. } = self;
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

    /// The answer of one parent that has records.
    fn answer(&self, mut groups: Vec<Group>, total: Figures, as_of_micros: i64) -> Result<Summary> {
        // Without keys the conditions are left to here: the group says that there are records.
        if self.request.group_by.is_empty() {
            groups.retain(|group| self.request.meets(&group.figures));
        }
        self.request.answer(groups, self.request.total.then_some(total), as_of_micros)
    }
}
