//! The base of a summary of seizures: what its keys and figures join to the seizures that count.

use super::{
    Scope, Summed,
    figures::{Columns, count_of},
    keys::{Keys, column},
    parts::{Credit, join_parts, lies},
};
use crate::{
    domain::{
        seizures::Seizure,
        summaries::{GroupBy, Key},
    },
    store::{entity::operations, filters::at, guard, records::T, vocabulary::Vocabulary},
};
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait as _, Func, JoinType, Query, SelectStatement, UnionType,
};

const OPERATION: &str = "operation";
/// Alias of items.
pub(super) const ITEM: &str = "item";

#[expect(private_interfaces, reason = "rows never leave the store")]
impl Summed for Seizure {
    fn base(scope: &Scope<'_, Self>, keys: &Keys<'_>) -> SelectStatement {
        let mut query = scope.counted();
        if keys.any(is_of_operation) {
            let key = at(T, "operation_id");
            guard::join_present::<operations::Entity>(&mut query, scope.lens, OPERATION, key);
        }
        let among = scope.among("operation_id");
        join_parts(&mut query, OPERATION, keys, &among);
        if keys.any(Key::is_of_sensors) {
            let attribution = scope.request.attribution;
            let credit = Credit { lens: scope.lens, attribution, to_parent: false, among: &among };
            credit.join(&mut query, OPERATION, keys);
        }
        add_figures(&mut query, &scope.columns, keys.any(Key::is_of_items));
        if keys.any(|key| key == Key::SubstanceClass) {
            let on = at("classified", "id").eq(at(ITEM, "substance_id"));
            let classified = Alias::new("classified");
            query.join_as(JoinType::LeftJoin, Alias::new("substances"), classified, on);
        }
        for by in keys.group_by() {
            join_level(&mut query, *by, scope.vocabulary);
            for (name, value) in lies(*by, keys, (OPERATION, "agency_id"), of_items) {
                let name = Alias::new(name);
                query.expr_as(value, name.clone()).add_group_by([Expr::col(name)]);
            }
        }
        query
    }
}

fn is_of_operation(key: Key) -> bool {
    key.is_of_sensors()
        || matches!(
            key,
            Key::ParticipantRole
                | Key::Domain
                | Key::Outcome
                | Key::ConveyanceKind
                | Key::OriginRegion
                | Key::DestinationRegion
        )
}

/// Joins the substances at a level of the vocabulary to those under them.
fn join_level(query: &mut SelectStatement, by: GroupBy, vocabulary: &Vocabulary) {
    let Some(depth) = by.depth else { return };
    let (at_depth, less_deep) = vocabulary.at_depth(depth);
    let mut level = Query::select();
    level
        .expr_as(at("line", "descendant_id"), Alias::new("id"))
        .expr_as(at("line", "ancestor_id"), Alias::new("above"))
        .from_as(Alias::new("substance_closure"), Alias::new("line"))
        .and_where(at("line", "ancestor_id").is_in(at_depth));
    let mut alone = Query::select();
    alone
        .expr(at("alone", "id"))
        .expr(at("alone", "id"))
        .from_as(Alias::new("substances"), Alias::new("alone"))
        .and_where(at("alone", "id").is_in(less_deep));
    level.union(UnionType::All, alone);
    let alias = Alias::new(level_alias(by));
    let on = Expr::col((alias.clone(), Alias::new("id"))).eq(at(ITEM, "substance_id"));
    query.join_subquery(JoinType::LeftJoin, level, alias, on);
}

fn level_alias(by: GroupBy) -> String {
    format!("level_of_{}", column(by))
}

/// Where a key of items lies.
fn of_items(by: GroupBy) -> Expr {
    match (by.key, by.depth) {
        (Key::SubstanceClass, _) => at("classified", "class"),
        (_, Some(_)) => Expr::col((Alias::new(level_alias(by)), Alias::new("above"))),
        (_, None) => at(ITEM, "substance_id"),
    }
}

/// Adds the figures, and the items where they or the keys are of items.
fn add_figures(query: &mut SelectStatement, columns: &Columns, by_items: bool) {
    let with_items = by_items || columns.are_of_items();
    if with_items {
        let on = at(ITEM, "seizure_id").eq(at(T, "id"));
        query.join_as(JoinType::InnerJoin, Alias::new("seizure_items"), Alias::new(ITEM), on);
    }
    let count = match (with_items, by_items) {
        (false, _) => Func::count(at(T, "id")).into(),
        // Every seizure has a first item.
        (true, false) => count_of(at(ITEM, "position").eq(0_i64)),
        (true, true) => Func::count_distinct(at(T, "id")).into(),
    };
    for figure in columns.figures() {
        for (name, value) in Columns::over_items(*figure, ITEM, &count) {
            query.expr_as(value, Alias::new(name));
        }
    }
}
