//! What an operation has several of, joined so that each combination of values stands once: its
//! participants, conveyances and waypoints, and the detections that are credited.

use super::{
    PARENT, PARENTS,
    keys::{DAYS, Keys, SENSOR, column},
};
use crate::{
    domain::{
        codes::Code as _,
        operation_kinds::{DetectionRole, WaypointKind},
        summaries::{Attribution, GroupBy, Key},
    },
    store::{Lens, calendar, filters::at, records::T},
};
use sea_orm::sea_query::{
    Alias, CaseStatement, Expr, ExprTrait as _, Func, JoinType, Query, SelectStatement,
};

/// Alias of the detections that are credited.
pub(super) const DETECTION: &str = "detection";
/// Of detections that were gathered: how many they are.
const NUMBER: &str = "number";

/// Parts of operations of certain keys, so that those of all others are not gone through; none: of
/// all.
pub(super) type Among = Option<SelectStatement>;

/// Keeps a query to rows whose operation is one of certain keys.
pub(super) fn keep_to(query: &mut SelectStatement, alias: &str, among: &Among) {
    if let Some(keys) = among {
        query.and_where(at(alias, "operation_id").in_subquery(keys.clone()));
    }
}

/// Joins the parts of the operation under an alias, each value once for an operation.
pub(super) fn join_parts(
    query: &mut SelectStatement,
    operation: &str,
    keys: &Keys<'_>,
    among: &Among,
) {
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
            keep_to(&mut parts, "part", among);
            let on = at(table, "operation_id").eq(at(operation, "id"));
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
                .eq(at(operation, "id"))
                .and(at(alias, "kind").eq(i64::from(kind.code())));
            query.join_as(JoinType::LeftJoin, Alias::new("waypoints"), Alias::new(alias), on);
        }
    }
}

/// Which detections are credited, and to whom.
pub(super) struct Credit<'q> {
    pub lens: &'q Lens,
    pub attribution: Attribution,
    /// Whether those of the sensor above the list are credited alone.
    pub to_parent: bool,
    /// The operations that matter.
    pub among: &'q Among,
}

impl Credit<'_> {
    /// Joins the detections of the operation under an alias that are credited: the primary one, or
    /// all of them, gathered by what the keys about sensors want to know.
    pub fn join(&self, query: &mut SelectStatement, operation: &str, keys: &Keys<'_>) {
        let mut on = at(DETECTION, "operation_id").eq(at(operation, "id"));
        if self.to_parent {
            on = on.and(at(DETECTION, "sensor_id").eq(at(PARENTS, PARENT)));
        }
        match self.attribution {
            Attribution::Primary => {
                // An operation has at most one.
                let role = at(DETECTION, "role").eq(i64::from(DetectionRole::Primary.code()));
                let (table, alias) = (Alias::new("detections"), Alias::new(DETECTION));
                query.join_as(JoinType::LeftJoin, table, alias, on.and(role));
            }
            Attribution::Any => {
                let gathered = self.gathered(keys);
                query.join_subquery(JoinType::LeftJoin, gathered, Alias::new(DETECTION), on);
            }
        }
    }

    fn gathered(&self, keys: &Keys<'_>) -> SelectStatement {
        let mut query = Query::select();
        query
            .from_as(Alias::new("detections"), Alias::new("each"))
            .expr_as(Expr::cust("COUNT(*)"), Alias::new(NUMBER))
            .expr(at("each", "operation_id"))
            .add_group_by([at("each", "operation_id")]);
        keep_to(&mut query, "each", self.among);
        if self.to_parent {
            query.expr(at("each", "sensor_id")).add_group_by([at("each", "sensor_id")]);
        }
        if keys.any(Key::is_of_sensors) {
            let on = at("seen", "id").eq(at("each", "sensor_id"));
            let (seen, alias) = (keys.sensors(self.lens), Alias::new("seen"));
            query.join_subquery(JoinType::LeftJoin, seen, alias, on);
        }
        for by in keys.group_by().iter().filter(|by| by.key.is_of_sensors()) {
            let value = Expr::col((Alias::new("seen"), Alias::new(column(*by))));
            query.expr_as(value.clone(), Alias::new(column(*by))).add_group_by([value]);
        }
        query
    }

    /// How many detections a joined row stands for.
    pub fn number(&self) -> Expr {
        match self.attribution {
            Attribution::Primary => {
                let is_there = at(DETECTION, "operation_id").is_not_null();
                CaseStatement::new().case(is_there, 1_i64).finally(0_i64).into()
            }
            Attribution::Any => Func::coalesce([at(DETECTION, NUMBER), Expr::value(0_i64)]).into(),
        }
    }
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

/// The columns of the base that a key lies in, and what they hold, under the alias of the operation.
/// `agency` is the column of who acted; `of_items` says where a key of items lies.
pub(super) fn lies(
    by: GroupBy,
    keys: &Keys<'_>,
    (operation, agency): (&str, &'static str),
    of_items: impl Fn(GroupBy) -> Expr,
) -> Vec<(String, Expr)> {
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
        Key::Substance | Key::SubstanceClass => of_items(by),
        Key::Agency => at(T, agency),
        Key::Region => at(T, "region_code"),
        Key::Subdivision => at(T, "subdivision_code"),
        Key::PlaceKind => at(T, "place_kind"),
        Key::ParticipantRole => at("participants", "role"),
        Key::Domain => at(operation, "domain"),
        Key::Outcome => at(operation, "outcome"),
        Key::ConveyanceKind => at("conveyances", "kind"),
        Key::OriginRegion => at("origin", "region_code"),
        Key::DestinationRegion => at("destination", "region_code"),
    };
    vec![(column(by), value)]
}
