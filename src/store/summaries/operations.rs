//! The base of a summary of operations: what its keys and figures join to the operations that the
//! lens shows.
//!
//! What was seized under an operation, and what detected it, are one row each before they are
//! joined, so that neither multiplies the other.

use super::{
    Scope, Summed,
    figures::{Columns, count_of, sum},
    keys::Keys,
    parts::{Among, Credit, join_parts, keep_to, lies},
    seizures::ITEM,
};
use crate::{
    domain::{
        codes::Code as _,
        operations::Operation,
        questions::Link,
        seizures::SeizureState,
        summaries::{Figure, GroupBy, Key},
    },
    store::{Lens, Reach, entity::seizures, filters::at, guard, records::T},
};
use sea_orm::sea_query::{
    Alias, CaseStatement, Expr, ExprTrait as _, Func, JoinType, SelectStatement,
};

/// Alias of what was seized under each operation.
const SEIZED: &str = "seized";

#[expect(private_interfaces, reason = "rows never leave the store")]
impl Summed for Operation {
    fn base(scope: &Scope<'_, Self>, keys: &Keys<'_>) -> SelectStatement {
        let Scope { lens, request, columns, below, .. } = scope;
        let mut query = scope.counted();
        let among = scope.among("id");
        join_parts(&mut query, T, keys, &among);
        let link = below.as_ref().map(|below| below.link);
        let credit = Credit {
            lens,
            attribution: request.attribution,
            to_parent: link == Some(Link::OperationsDetected),
            among: &among,
        };
        if keys.any(Key::is_of_sensors) || columns.are_of_detections() {
            credit.join(&mut query, T, keys);
        }
        if columns.are_of_what_was_seized() {
            let on = at(SEIZED, "operation_id").eq(at(T, "id"));
            let seized = seized(lens, columns, &among);
            query.join_subquery(JoinType::LeftJoin, seized, Alias::new(SEIZED), on);
        }
        for figure in columns.figures() {
            for name in Columns::of_figure(*figure) {
                query.expr_as(figure_of(*figure, name, &credit), Alias::new(name));
            }
        }
        for by in keys.group_by() {
            for (name, value) in lies(*by, keys, (T, "lead_agency_id"), no_items) {
                let name = Alias::new(name);
                query.expr_as(value, name.clone()).add_group_by([Expr::col(name)]);
            }
        }
        query
    }
}

/// A column of a figure, over rows each of which is an operation under one combination of keys.
fn figure_of(figure: Figure, name: &'static str, credit: &Credit<'_>) -> Expr {
    let seized = || at(SEIZED, "operation_id").is_not_null();
    match figure {
        Figure::OperationCount => Func::count(at(T, "id")).into(),
        Figure::SeizedOperationCount => Func::count(at(SEIZED, "operation_id")).into(),
        Figure::DetectionCount => sum(credit.number()),
        Figure::ConvertedDetectionCount => {
            sum(CaseStatement::new().case(seized(), credit.number()).finally(0_i64).into())
        }
        Figure::DetectedMass => {
            let is_detected = credit.number().gt(0_i64);
            sum(CaseStatement::new().case(is_detected, at(SEIZED, name)).into())
        }
        Figure::SeizureCount
        | Figure::ItemCount
        | Figure::Mass
        | Figure::Volume
        | Figure::Count
        | Figure::EstimatedMass
        | Figure::EstimatedVolume
        | Figure::EstimatedCount
        | Figure::UnknownQuantityCount => sum(at(SEIZED, name)),
    }
}

/// What was seized under each operation, of the seizures that count and that the lens shows.
fn seized(lens: &Lens, columns: &Columns, among: &Among) -> SelectStatement {
    const S: &str = "s";
    let mut query = guard::select::<seizures::Entity>(lens, S, Reach::Scan);
    query
        .expr(at(S, "operation_id"))
        .and_where(at(S, "operation_id").is_not_null())
        .and_where(at(S, "delete_micros").is_null())
        .and_where(at(S, "state").eq(i64::from(SeizureState::Active.code())))
        .add_group_by([at(S, "operation_id")]);
    keep_to(&mut query, S, among);
    let mut count: Expr = Func::count(at(S, "id")).into();
    if columns.are_of_items() {
        let on = at(ITEM, "seizure_id").eq(at(S, "id"));
        query.join_as(JoinType::InnerJoin, Alias::new("seizure_items"), Alias::new(ITEM), on);
        // Every seizure has a first item.
        count = count_of(at(ITEM, "position").eq(0_i64));
    }
    for figure in columns.figures() {
        if figure.is_of_seizures() || *figure == Figure::DetectedMass {
            for (name, value) in Columns::over_items(*figure, ITEM, &count) {
                query.expr_as(value, Alias::new(name));
            }
        }
    }
    query
}

/// No operation has items.
fn no_items(_by: GroupBy) -> Expr {
    Expr::cust("NULL")
}
