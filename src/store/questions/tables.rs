//! What lies in which columns: of records, and of their parts.

use super::Own;
use crate::{
    domain::{
        codes::Code as _,
        dates::When,
        errors::{Error, Result},
        operation_kinds::DetectionRole,
        operation_parts::Conveyance,
        questions::{Group, Groups, Link, One, Parts},
        regions::RegionCode,
    },
    store::{
        Lens, Reach,
        dialect::Row,
        entity::{agencies, operations, seizures, sensors},
        filters::at,
        guard::{self, Guarded},
        records::T,
        shapes::{PLACE_COLUMNS, WHEN_COLUMNS},
    },
};
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait as _, JoinType, Query, SelectStatement,
};
use uuid::Uuid;

/// A table that is picked from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    Agencies,
    Sensors,
    Operations,
    Seizures,
    Provisions,
    Participants,
    Detections,
    Steps,
    Conveyances,
    Waypoints,
}

/// Begins every row of a kept name.
const NAMES: [&str; 4] = ["agencies", "sensors", "operations", "seizures"];

impl Table {
    /// The table of a record that a key names.
    pub fn of_one(one: One) -> Self {
        match one {
            One::Originator
            | One::Parent
            | One::Operator
            | One::LeadAgency
            | One::Agency
            | One::Provider => Self::Agencies,
            One::Operation => Self::Operations,
            One::Sensor => Self::Sensors,
        }
    }

    /// The table of parts; substances are known without one.
    pub fn of_parts(parts: Parts) -> Option<Self> {
        match parts {
            Parts::Provisions => Some(Self::Provisions),
            Parts::Participants => Some(Self::Participants),
            Parts::Detections => Some(Self::Detections),
            Parts::Steps => Some(Self::Steps),
            Parts::Conveyances => Some(Self::Conveyances),
            Parts::Route => Some(Self::Waypoints),
            Parts::Children => None,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Agencies => NAMES[0],
            Self::Sensors => NAMES[1],
            Self::Operations => NAMES[2],
            Self::Seizures => NAMES[3],
            Self::Provisions => "provisions",
            Self::Participants => "participants",
            Self::Detections => "detections",
            Self::Steps => "steps",
            Self::Conveyances => "conveyances",
            Self::Waypoints => "waypoints",
        }
    }

    /// The records that the lens shows, under [`T`].
    pub fn visible(self, lens: &Lens, reach: Reach) -> SelectStatement {
        match self {
            Self::Agencies => guard::select::<agencies::Entity>(lens, T, reach),
            Self::Sensors => guard::select::<sensors::Entity>(lens, T, reach),
            Self::Operations => guard::select::<operations::Entity>(lens, T, reach),
            // Parts are reached through their records alone.
            Self::Seizures
            | Self::Provisions
            | Self::Participants
            | Self::Detections
            | Self::Steps
            | Self::Conveyances
            | Self::Waypoints => guard::select::<seizures::Entity>(lens, T, reach),
        }
    }

    /// The column of a row's key: of a part, its position.
    pub fn key(self) -> &'static str {
        if self.id().is_some() { "id" } else { "position" }
    }

    /// The column of a record's id; a part has none.
    pub fn id(self) -> Option<&'static str> {
        match self {
            Self::Agencies | Self::Sensors => Some("slug"),
            Self::Operations | Self::Seizures => Some("uid"),
            Self::Provisions
            | Self::Participants
            | Self::Detections
            | Self::Steps
            | Self::Conveyances
            | Self::Waypoints => None,
        }
    }

    /// The column that names the record of a part.
    pub fn owner(self) -> &'static str {
        if self == Self::Provisions { "sensor_id" } else { "operation_id" }
    }

    /// The columns of groups, in the order in which they are read.
    pub fn columns(self, groups: Groups) -> impl Iterator<Item = &'static str> {
        let of = |group, columns: &'static [&'static str]| {
            if groups.has(group) { columns } else { &[] }
        };
        [
            of(Group::Own, self.own_columns()),
            of(Group::Meta, &["version", "create_micros", "update_micros", "delete_micros"]),
            of(Group::When, &WHEN_COLUMNS),
            of(Group::Place, &PLACE_COLUMNS),
            of(Group::Narrative, &["narrative"]),
            of(Group::Items, &["items"]),
            of(Group::ExternalIds, &["external_ids"]),
            of(Group::Sources, &["sources"]),
        ]
        .into_iter()
        .flatten()
        .copied()
    }

    fn own_columns(self) -> &'static [&'static str] {
        match self {
            Self::Agencies => &["display_name", "native_name", "acronym", "region_code", "kind"],
            Self::Sensors => &["display_name", "sensor_type"],
            Self::Operations => &["display_name", "domain", "outcome"],
            Self::Seizures => &["state", "retraction_reason", "mass_micrograms"],
            Self::Provisions => &["kind", "from_text", "until_text"],
            Self::Participants => &["role", "asset_label", "asset_count"],
            Self::Detections => &["role", "target_kind", "confidence"],
            Self::Steps => &["kind", "asset_label", "asset_count", "note"],
            Self::Conveyances => &[
                "kind",
                "registration",
                "flag_region_code",
                "imo_number",
                "mmsi",
                "claimed_name",
                "model",
                "disposition",
            ],
            Self::Waypoints => &["kind"],
        }
    }

    pub fn read_own(self, row: &mut Row<'_>) -> Result<Own> {
        Ok(match self {
            Self::Agencies => Own::Agency {
                display_name: row.text()?,
                native_name: row.text()?,
                acronym: row.text()?,
                region_code: region(row.text()?),
                kind: row.code()?,
            },
            Self::Sensors => {
                Own::Sensor { display_name: row.text()?, sensor_type: row.code_required()? }
            }
            Self::Operations => Own::Operation {
                display_name: row.text()?,
                domain: row.code()?,
                outcome: row.code_required()?,
            },
            Self::Seizures => Own::Seizure {
                state: row.code_required()?,
                retraction_reason: row.text()?,
                total_mass_micrograms: Some(row.int()?).filter(|mass| *mass >= 0),
            },
            Self::Provisions => Own::Provision {
                kind: row.code_required()?,
                from: stored_when(row.text_or_null()?)?,
                until: stored_when(row.text_or_null()?)?,
            },
            Self::Participants => Own::Participant {
                role: row.code_required()?,
                asset_label: row.text()?,
                asset_count: count(row)?,
            },
            Self::Detections => Own::Detection {
                role: row.code_required()?,
                target_kind: row.code()?,
                confidence: row.code()?,
            },
            Self::Steps => Own::Step {
                kind: row.code_required()?,
                asset_label: row.text()?,
                asset_count: count(row)?,
                note: row.text()?,
            },
            Self::Conveyances => Own::Conveyance(Box::new(Conveyance {
                kind: row.code_required()?,
                registration: row.text()?,
                flag_region_code: region(row.text()?),
                imo_number: row.text()?,
                mmsi: row.text()?,
                claimed_name: row.text()?,
                model: row.text()?,
                disposition: row.code()?,
            })),
            Self::Waypoints => Own::Waypoint { kind: row.code_required()? },
        })
    }

    /// The resource name of a record; empty for a part.
    pub fn read_name(self, row: &mut Row<'_>) -> Result<String> {
        let collection = self.name();
        Ok(match self {
            Self::Agencies | Self::Sensors => [collection, "/", &row.text()?].concat(),
            Self::Operations | Self::Seizures => {
                let mut digits = Uuid::encode_buffer();
                let id = row.uuid()?.as_hyphenated().encode_lower(&mut digits);
                [collection, "/", id].concat()
            }
            Self::Provisions
            | Self::Participants
            | Self::Detections
            | Self::Steps
            | Self::Conveyances
            | Self::Waypoints => String::new(),
        })
    }

    /// Joins the record that a key of another names.
    pub fn join(self, query: &mut SelectStatement, lens: &Lens, alias: &str, key: Expr) {
        match self {
            Self::Sensors => guard::join_visible::<sensors::Entity>(query, lens, alias, key),
            Self::Operations => guard::join_visible::<operations::Entity>(query, lens, alias, key),
            Self::Seizures => guard::join_visible::<seizures::Entity>(query, lens, alias, key),
            // No key names a part.
            Self::Agencies
            | Self::Provisions
            | Self::Participants
            | Self::Detections
            | Self::Steps
            | Self::Conveyances
            | Self::Waypoints => guard::join_visible::<agencies::Entity>(query, lens, alias, key),
        }
    }
}

/// The column that names a record.
pub(super) fn key_of(one: One) -> &'static str {
    match one {
        One::Originator => "originator_id",
        One::Parent => "parent_id",
        One::Operator => "operator_id",
        One::LeadAgency => "lead_agency_id",
        One::Agency => "agency_id",
        One::Operation => "operation_id",
        One::Sensor => "sensor_id",
        One::Provider => "provider_id",
    }
}

fn region(code: String) -> Option<RegionCode> {
    (!code.is_empty()).then(|| RegionCode::from_stored(code))
}

fn count(row: &mut Row<'_>) -> Result<Option<i32>> {
    Ok(row.int_or_null()?.and_then(|count| i32::try_from(count).ok()))
}

fn stored_when(text: Option<String>) -> Result<Option<When>> {
    text.map(|text| When::parse(&text).map_err(|e| Error::internal(format!("stored date: {e}"))))
        .transpose()
}

/// How the rows under [`T`] hang on a parent.
pub(super) fn linked(link: Link, lens: &Lens, parent: &Expr) -> Condition {
    let by = |column| at(T, column).eq(parent.clone());
    let among = |column: &'static str, table: &'static str, of: &'static str, by: &'static str| {
        let mut query = Query::select();
        query
            .expr(at("l", of))
            .from_as(Alias::new(table), Alias::new("l"))
            .and_where(at("l", by).eq(parent.clone()));
        at(T, column).in_subquery(query)
    };
    let condition = match link {
        Link::All => return Condition::all(),
        Link::DetectionsBy => by("sensor_id"),
        Link::Children => by("parent_id"),
        Link::OperationsLed => by("lead_agency_id"),
        Link::OperationsJoined => among("id", "participants", "operation_id", "agency_id"),
        Link::SensorsOperated => by("operator_id"),
        Link::SensorsFurnished => among("id", "provisions", "sensor_id", "provider_id"),
        Link::SeizuresMade => by("agency_id"),
        Link::SeizuresUnder => by("operation_id"),
        Link::OperationsDetected => among("id", "detections", "operation_id", "sensor_id"),
        Link::SeizuresCued => at(T, "operation_id").in_subquery(detected(lens, parent, true)),
        Link::SeizuresDetected => at(T, "operation_id").in_subquery(detected(lens, parent, false)),
        Link::SeizuresOf => at(T, "id").in_subquery(of_substance(parent)),
    };
    Condition::all().add(condition)
}

/// Keys of operations that a sensor detected. One that is hidden links nothing.
fn detected(lens: &Lens, sensor: &Expr, primary: bool) -> SelectStatement {
    let mut query = guard::select::<operations::Entity>(lens, "lo", Reach::Keys);
    query
        .expr(at("lo", "id"))
        .join_as(
            JoinType::InnerJoin,
            Alias::new("detections"),
            Alias::new("l"),
            at("l", "operation_id").eq(at("lo", "id")),
        )
        .and_where(at("lo", "delete_micros").is_null())
        .and_where(at("l", "sensor_id").eq(sensor.clone()));
    if primary {
        query.and_where(at("l", "role").eq(i64::from(DetectionRole::Primary.code())));
    }
    query
}

fn of_substance(substance: &Expr) -> SelectStatement {
    let mut query = Query::select();
    query
        .expr(at("l", "seizure_id"))
        .from_as(Alias::new("substance_closure"), Alias::new("lc"))
        .join_as(
            JoinType::InnerJoin,
            Alias::new("seizure_items"),
            Alias::new("l"),
            at("l", "substance_id").eq(at("lc", "descendant_id")),
        )
        .and_where(at("lc", "ancestor_id").eq(substance.clone()));
    query
}

/// The table of a record's entity.
pub(super) fn table_of<E: Guarded>() -> Table {
    let found = [Table::Agencies, Table::Sensors, Table::Operations, Table::Seizures]
        .into_iter()
        .find(|table| table.name() == E::TABLE);
    found.unwrap_or(Table::Seizures)
}
