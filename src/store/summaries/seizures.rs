//! The base of a summary of seizures: what its keys and figures join to the seizures that count.

use super::{
    figures::{Columns, count_of},
    keys::{DAYS, Keys, SENSOR, column},
};
use crate::{
    domain::{
        codes::Code as _,
        operation_kinds::{DetectionRole, WaypointKind},
        seizures::SeizureState,
        summaries::{Attribution, GroupBy, Key, SeizureSummary},
    },
    store::{
        Lens, Reach, calendar,
        entity::{operations, seizures},
        filters::{Planner, at},
        guard,
        records::T,
        vocabulary::Vocabulary,
    },
};
use sea_orm::sea_query::{
    Alias, Expr, ExprTrait as _, Func, JoinType, Query, SelectStatement, UnionType,
};

const OPERATION: &str = "operation";
const ITEM: &str = "item";

/// The seizures that pass the filter and count.
fn counted(lens: &Lens, summary: &SeizureSummary) -> SelectStatement {
    let mut query = guard::select::<seizures::Entity>(lens, T, Reach::Scan);
    query
        .cond_where(Planner::new(lens).filter(&summary.filter, T))
        .and_where(at(T, "delete_micros").is_null())
        .and_where(at(T, "state").eq(i64::from(SeizureState::Active.code())));
    query
}

/// The figures of all of them.
pub(super) fn total(lens: &Lens, summary: &SeizureSummary, columns: &Columns) -> SelectStatement {
    let mut query = counted(lens, summary);
    add_figures(&mut query, columns, false);
    query
}

/// The figures of all of them by the columns of the keys.
pub(super) fn base(
    lens: &Lens,
    summary: &SeizureSummary,
    vocabulary: &Vocabulary,
    keys: &Keys<'_>,
    columns: &Columns,
) -> SelectStatement {
    let mut query = counted(lens, summary);
    join_operation(&mut query, lens, keys);
    if keys.any(Key::is_of_sensors) {
        join_detections(&mut query, lens, summary.attribution, keys);
    }
    add_figures(&mut query, columns, keys.any(Key::is_of_items));
    if keys.any(|key| key == Key::SubstanceClass) {
        let on = at("classified", "id").eq(at(ITEM, "substance_id"));
        let classified = Alias::new("classified");
        query.join_as(JoinType::LeftJoin, Alias::new("substances"), classified, on);
    }
    for by in keys.group_by() {
        join_level(&mut query, *by, vocabulary);
        for (name, value) in lies(*by, keys) {
            let name = Alias::new(name);
            query.expr_as(value, name.clone()).add_group_by([Expr::col(name)]);
        }
    }
    query
}

/// Joins the operation and its parts, each part's values once for an operation.
fn join_operation(query: &mut SelectStatement, lens: &Lens, keys: &Keys<'_>) {
    if keys.any(is_of_operation) {
        let key = at(T, "operation_id");
        guard::join_present::<operations::Entity>(query, lens, OPERATION, key);
    }
    for (key, table, value) in [
        (Key::ParticipantRole, "participants", "role"),
        (Key::ConveyanceKind, "conveyances", "kind"),
    ] {
        if keys.any(|one| one == key) {
            let mut parts = Query::select();
            parts
                .distinct()
                .expr(at("part", "operation_id"))
                .expr(at("part", value))
                .from_as(Alias::new(table), Alias::new("part"));
            let on = at(table, "operation_id").eq(at(OPERATION, "id"));
            query.join_subquery(JoinType::LeftJoin, parts, Alias::new(table), on);
        }
    }
    for (key, alias, kind) in [
        (Key::OriginRegion, "origin", WaypointKind::Origin),
        (Key::DestinationRegion, "destination", WaypointKind::Destination),
    ] {
        if keys.any(|one| one == key) {
            // A route has at most one of either.
            let on = at(alias, "operation_id")
                .eq(at(OPERATION, "id"))
                .and(at(alias, "kind").eq(i64::from(kind.code())));
            query.join_as(JoinType::LeftJoin, Alias::new("waypoints"), Alias::new(alias), on);
        }
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

const DETECTION: &str = "detection";

fn join_detections(
    query: &mut SelectStatement,
    lens: &Lens,
    attribution: Attribution,
    keys: &Keys<'_>,
) {
    let of_operation = at(DETECTION, "operation_id").eq(at(OPERATION, "id"));
    match attribution {
        Attribution::Primary => {
            // An operation has at most one.
            let role = at(DETECTION, "role").eq(i64::from(DetectionRole::Primary.code()));
            query.join_as(
                JoinType::LeftJoin,
                Alias::new("detections"),
                Alias::new(DETECTION),
                of_operation.and(role),
            );
        }
        Attribution::Any => {
            let mut credited = Query::select();
            credited
                .distinct()
                .expr(at("each", "operation_id"))
                .from_as(Alias::new("detections"), Alias::new("each"))
                .join_subquery(
                    JoinType::LeftJoin,
                    keys.sensors(lens),
                    Alias::new("seen"),
                    at("seen", "id").eq(at("each", "sensor_id")),
                );
            for by in keys.group_by().iter().filter(|by| by.key.is_of_sensors()) {
                credited.column((Alias::new("seen"), Alias::new(column(*by))));
            }
            query.join_subquery(JoinType::LeftJoin, credited, Alias::new(DETECTION), of_operation);
        }
    }
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

/// The columns of the base that a key lies in, and what they hold.
fn lies(by: GroupBy, keys: &Keys<'_>) -> Vec<(String, Expr)> {
    let value = match by.key {
        Key::SensorType | Key::Sensor | Key::FurnishingAgency | Key::FurnishingRegion => {
            if keys.sensors_come_later() {
                return once(by, keys, vec![(SENSOR, at(DETECTION, "sensor_id"))]);
            }
            Expr::col((Alias::new(DETECTION), Alias::new(column(by))))
        }
        Key::Year | Key::FiscalYear | Key::Quarter | Key::Month | Key::Week | Key::Day => {
            return once(by, keys, DAYS.into_iter().zip(calendar::days(T)).collect());
        }
        Key::Substance => match by.depth {
            Some(_) => Expr::col((Alias::new(level_alias(by)), Alias::new("above"))),
            None => at(ITEM, "substance_id"),
        },
        Key::SubstanceClass => at("classified", "class"),
        Key::Agency => at(T, "agency_id"),
        Key::Region => at(T, "region_code"),
        Key::Subdivision => at(T, "subdivision_code"),
        Key::PlaceKind => at(T, "place_kind"),
        Key::ParticipantRole => at("participants", "role"),
        Key::Domain => at(OPERATION, "domain"),
        Key::Outcome => at(OPERATION, "outcome"),
        Key::ConveyanceKind => at("conveyances", "kind"),
        Key::OriginRegion => at("origin", "region_code"),
        Key::DestinationRegion => at("destination", "region_code"),
    };
    vec![(column(by), value)]
}

/// Columns that several keys lie in together: the first of those keys adds them.
fn once(by: GroupBy, keys: &Keys<'_>, columns: Vec<(&str, Expr)>) -> Vec<(String, Expr)> {
    let shares = |one: &&GroupBy| match by.key.calendar() {
        Some(_) => one.key.calendar().is_some(),
        None => one.key.is_of_sensors(),
    };
    if keys.group_by().iter().find(shares) != Some(&by) {
        return Vec::new();
    }
    columns.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
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
