//! Filters as SQL conditions. A relation reaches only what the lens shows and what is not deleted.

use super::{
    Lens, Reach,
    guard::{self, Guarded},
    shapes::NO_INSTANT,
};
use crate::domain::{
    codes::Code,
    filters::{
        CodeFilter, Filter, MetaField, NameFilter, NumberFilter, PlaceFilter, Quantified,
        QuantityFilter, TextFilter, TimeFilter, WhenFilter, WhenMode,
    },
    ids::AgencyId,
};
use sea_orm::{
    Value,
    sea_query::{Alias, Condition, Expr, ExprTrait as _, Func, LikeExpr, Query, SelectStatement},
};
use std::cell::Cell;

/// Turns filters into conditions; each relation gets an alias of its own.
pub(super) struct Planner<'l> {
    pub lens: &'l Lens,
    aliases: Cell<u32>,
}

/// A condition on one field of a record or part.
pub(super) trait Field: Sized {
    /// The condition over the table under an alias.
    fn condition(&self, planner: &Planner<'_>, alias: &str) -> Condition;
}

/// A column of a table under an alias.
pub(super) fn at(alias: &str, column: &'static str) -> Expr {
    Expr::col((Alias::new(alias), Alias::new(column)))
}

fn constant(holds: bool) -> Expr {
    Expr::cust(if holds { "TRUE" } else { "FALSE" })
}

pub(super) fn only(expr: Expr) -> Condition {
    Condition::all().add(expr)
}

/// The condition fails, or compares with what is not known.
fn fails(condition: Condition) -> Condition {
    only(Func::coalesce([Expr::from(condition), constant(false)]).into()).not()
}

impl<'l> Planner<'l> {
    pub fn new(lens: &'l Lens) -> Self {
        Self { lens, aliases: Cell::new(0) }
    }

    fn alias(&self) -> String {
        self.aliases.set(self.aliases.get() + 1);
        format!("f{}", self.aliases.get())
    }

    pub fn filter<F: Field>(&self, filter: &Filter<F>, alias: &str) -> Condition {
        match filter {
            Filter::All(all) if all.is_empty() => only(constant(true)),
            Filter::Any(any) if any.is_empty() => only(constant(false)),
            Filter::All(all) => {
                let each = all.iter().map(|one| self.filter(one, alias));
                each.fold(Condition::all(), Condition::add)
            }
            Filter::Any(any) => {
                let each = any.iter().map(|one| self.filter(one, alias));
                each.fold(Condition::any(), Condition::add)
            }
            Filter::Not(one) => fails(self.filter(one, alias)),
            Filter::Is(field) => field.condition(self, alias),
        }
    }

    /// The record that a key refers to passes.
    pub fn to_one<E: Guarded, F: Field>(&self, key: Expr, filter: &Filter<F>) -> Condition {
        let alias = self.alias();
        let mut query = guard::select::<E>(self.lens, &alias, Reach::Scan);
        query
            .expr(at(&alias, "id"))
            .and_where(at(&alias, "delete_micros").is_null())
            .cond_where(self.filter(filter, &alias));
        only(key.in_subquery(query))
    }

    /// The record that a key refers to is one that the lens shows and that is not deleted.
    pub fn has<E: Guarded>(&self, key: Expr, has: bool) -> Condition {
        let alias = self.alias();
        let mut query = guard::select::<E>(self.lens, &alias, Reach::Scan);
        query.expr(at(&alias, "id")).and_where(at(&alias, "delete_micros").is_null());
        let condition = only(key.in_subquery(query));
        if has { condition } else { fails(condition) }
    }

    /// Quantifies over the parts of a record.
    pub fn parts<F: Field>(
        &self,
        (table, owner): (&'static str, &'static str),
        alias: &str,
        list: &Quantified<F>,
    ) -> Condition {
        self.quantified(list, |part| {
            let mut query = Query::select();
            query
                .from_as(Alias::new(table), Alias::new(part))
                .and_where(at(part, owner).equals((Alias::new(alias), Alias::new("id"))));
            query
        })
    }

    /// Quantifies over rows that a query selects under the alias that it is given.
    pub fn quantified<F: Field>(
        &self,
        list: &Quantified<F>,
        rows: impl Fn(&str) -> SelectStatement,
    ) -> Condition {
        let exists = |condition: &dyn Fn(&str) -> Condition| {
            let alias = self.alias();
            let mut query = rows(&alias);
            query.expr(Expr::value(1_i64)).cond_where(condition(&alias));
            Expr::exists(query)
        };
        let mut all = Condition::all();
        if let Some(some) = &list.some {
            all = all.add(exists(&|part| self.filter(some, part)));
        }
        if let Some(none) = &list.none {
            all = all.add(exists(&|part| self.filter(none, part)).not());
        }
        if let Some(every) = &list.every {
            all = all.add(exists(&|part| fails(self.filter(every, part))).not());
        }
        if all.is_empty() { only(constant(true)) } else { all }
    }

    pub fn meta(&self, field: &MetaField, alias: &str) -> Condition {
        match field {
            MetaField::Originator(names) => self.originator(names, alias),
            MetaField::CreateTime(time) => instant(time, at(alias, "create_micros")),
            MetaField::UpdateTime(time) => instant(time, at(alias, "update_micros")),
        }
    }

    fn originator(&self, names: &NameFilter<AgencyId>, alias: &str) -> Condition {
        let agency = self.alias();
        let named = name(names, at(&agency, "slug"), |id| id.as_str().into());
        let mut query =
            guard::select::<super::entity::agencies::Entity>(self.lens, &agency, Reach::Scan);
        query
            .expr(at(&agency, "id"))
            .and_where(at(&agency, "delete_micros").is_null())
            .cond_where(named);
        only(at(alias, "originator_id").in_subquery(query))
    }
}

pub(super) fn codes<C: Code>(codes: &[C], column: Expr) -> Condition {
    only(column.is_in(codes.iter().map(|code| i64::from(code.code()))))
}

pub(super) fn name<I>(
    filter: &NameFilter<I>,
    column: Expr,
    value: impl Fn(&I) -> Value,
) -> Condition {
    let mut all = only(constant(true));
    if let Some(any_of) = &filter.any_of {
        all = all.add(column.clone().is_in(any_of.iter().map(&value)));
    }
    if !filter.none_of.is_empty() {
        all = all.add(column.is_not_in(filter.none_of.iter().map(&value)));
    }
    all
}

pub(super) fn text(filter: &TextFilter, folded: Expr) -> Condition {
    let mut all = only(constant(true));
    if let Some(equals) = &filter.equals {
        all = all.add(folded.clone().eq(equals.as_str()));
    }
    if let Some(prefix) = &filter.prefix {
        all = all
            .add(folded.clone().like(LikeExpr::new(format!("{}%", literal(prefix))).escape('\\')));
    }
    if let Some(part) = &filter.contains {
        all = all.add(folded.like(LikeExpr::new(format!("%{}%", literal(part))).escape('\\')));
    }
    all
}

/// The text with the wildcards of LIKE made literal.
fn literal(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

pub(super) fn code_text(filter: &CodeFilter, column: Expr) -> Condition {
    let mut all = only(constant(true));
    let known = || column.clone().ne("");
    if let Some(any_of) = &filter.any_of {
        all = all.add(column.clone().is_in(any_of.iter().map(String::as_str)));
    }
    if let Some(none_of) = &filter.none_of {
        all = all.add(column.clone().is_not_in(none_of.iter().map(String::as_str))).add(known());
    }
    match filter.known {
        Some(true) => all.add(known()),
        Some(false) => all.add(column.clone().eq("")),
        None => all,
    }
}

fn instant(filter: &TimeFilter, column: Expr) -> Condition {
    let mut all = only(constant(true));
    if let Some(from) = filter.from_micros {
        all = all.add(column.clone().gte(from));
    }
    if let Some(until) = filter.until_micros {
        all = all.add(column.lt(until));
    }
    all
}

/// A whole number; null where it is not known.
pub(super) fn count(filter: &NumberFilter, column: Expr) -> Condition {
    let NumberFilter { at_least, at_most, known } = filter;
    let all = [
        at_least.map(|least| column.clone().gte(least)),
        at_most.map(|most| column.clone().lte(most)),
        known.map(|known| if known { column.clone().is_not_null() } else { column.is_null() }),
    ];
    all.into_iter().flatten().fold(only(constant(true)), Condition::add)
}

pub(super) fn when(filter: &WhenFilter, alias: &str) -> Condition {
    dated(filter, alias, ("when_earliest", "when_latest"))
}

/// A date in the columns of its earliest and its latest instant.
pub(super) fn dated(
    filter: &WhenFilter,
    alias: &str,
    (first, last): (&'static str, &'static str),
) -> Condition {
    let (earliest, latest) = (at(alias, first), at(alias, last));
    let known = || at(alias, last).gt(NO_INSTANT);
    let (ends, begins) = match filter.mode {
        WhenMode::Overlaps => (latest, earliest),
        WhenMode::Within => (earliest, latest),
    };
    let mut all = only(constant(true));
    if let Some(from) = filter.from_micros {
        all = all.add(ends.gte(from)).add(known());
    }
    if let Some(until) = filter.until_micros {
        all = all.add(begins.lte(until)).add(known());
    }
    match filter.known {
        Some(true) => all.add(known()),
        Some(false) => all.add(at(alias, last).eq(NO_INSTANT)),
        None => all,
    }
}

pub(super) fn quantity(filter: &QuantityFilter, alias: &str) -> Condition {
    let QuantityFilter { at_least, at_most, dimensions, units, bounds, bases, methods, known } =
        filter;
    let mut all = only(constant(true));
    for (measure, least) in [(at_least, true), (at_most, false)] {
        let Some(measure) = measure else { continue };
        let value = at(alias, "normalized");
        let holds =
            if least { value.gte(measure.normalized) } else { value.lte(measure.normalized) };
        all = all.add(holds).add(codes(&[measure.dimension], at(alias, "dimension")));
    }
    let lists = [
        (!dimensions.is_empty()).then(|| codes(dimensions, at(alias, "dimension"))),
        (!units.is_empty()).then(|| codes(units, at(alias, "unit"))),
        (!bounds.is_empty()).then(|| codes(bounds, at(alias, "bound"))),
        (!bases.is_empty()).then(|| codes(bases, at(alias, "basis"))),
        (!methods.is_empty()).then(|| codes(methods, at(alias, "method"))),
    ];
    let all = lists.into_iter().flatten().fold(all, Condition::add);
    match known {
        Some(true) => all.add(at(alias, "normalized").is_not_null()),
        Some(false) => all.add(at(alias, "normalized").is_null()),
        None => all,
    }
}

pub(super) fn place(filter: &PlaceFilter, alias: &str) -> Condition {
    let mut all = only(constant(true));
    if !filter.kinds.is_empty() {
        all = all.add(codes(&filter.kinds, at(alias, "place_kind")));
    }
    for (codes, column) in [
        (&filter.region_code, "region_code"),
        (&filter.subdivision_code, "subdivision_code"),
        (&filter.administrative_scheme, "administrative_scheme"),
        (&filter.administrative_code, "administrative_code"),
        (&filter.unlocode, "unlocode"),
    ] {
        if let Some(codes) = codes {
            all = all.add(code_text(codes, at(alias, column)));
        }
    }
    if let Some(one) = &filter.text {
        all = all.add(text(one, at(alias, "place_text_folded")));
    }
    if let Some(area) = &filter.within_box {
        all = all.add(super::areas::within_box(area, alias));
    }
    if let Some(circle) = &filter.within_circle {
        all = all.add(super::areas::within_circle(circle, alias));
    }
    match filter.has_point {
        Some(true) => all.add(at(alias, "latitude").is_not_null()),
        Some(false) => all.add(at(alias, "latitude").is_null()),
        None => all,
    }
}
