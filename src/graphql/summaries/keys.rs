//! The values of the keys of a group, each of its own type.

use crate::{
    domain::{
        dates::Calendar,
        ids::SubstanceId,
        operation_kinds::{ConveyanceKind, Domain, Outcome, ParticipantRole},
        places::PlaceKind,
        sensors::SensorType,
        substances::SubstanceClass,
        summaries::KeyValue,
    },
    graphql::codes::Coded,
};
use async_graphql::{ID, Object};
use std::collections::HashMap;

/// The values of the keys of a group. One that was not grouped by is null, and so is one that is
/// not known, or that the viewer may not see.
pub struct SummaryKeys {
    keys: Vec<KeyValue>,
    substance_name: Option<String>,
}

impl SummaryKeys {
    /// The keys of a group, and what the substances among all keys are called.
    pub(super) fn new(keys: Vec<KeyValue>, names: &HashMap<SubstanceId, String>) -> Self {
        let substance = keys.iter().find_map(|key| match key {
            KeyValue::Substance(Some(group)) => Some(&group.id),
            _ => None,
        });
        let substance_name = substance.and_then(|id| names.get(id)).cloned();
        Self { keys, substance_name }
    }
}

macro_rules! keys {
    ($($(#[doc = $doc:literal])+ $field:ident: $type:ty = $pattern:pat => $value:expr;)+) => {
        /// The values of the keys of a group. One that was not grouped by is null, and so is one
        /// that is not known, or that the viewer may not see.
        #[Object]
        impl SummaryKeys {
            /// What the substance is called in English.
            async fn substance_name(&self) -> Option<String> {
                self.substance_name.clone()
            }
        $(
            $(#[doc = $doc])+
            async fn $field(&self) -> Option<$type> {
                self.keys.iter().find_map(|key| match key {
                    $pattern => $value,
                    _ => None,
                })
            }
        )+

        }
    };
}

keys! {
    /// Type of the sensor that is credited.
    sensor_type: Coded<SensorType> = KeyValue::SensorType(value) => value.map(Coded);
    /// Name of the sensor that is credited.
    sensor: ID = KeyValue::Sensor(value) => value.as_ref().map(|id| ID(id.to_string()));
    /// Name of an agency that furnished the sensor.
    furnishing_agency: ID =
        KeyValue::FurnishingAgency(value) => value.as_ref().map(|id| ID(id.to_string()));
    /// Region of an agency that furnished the sensor.
    furnishing_region: String =
        KeyValue::FurnishingRegion(value) => value.as_ref().map(ToString::to_string);
    /// Name of the substance, or of the one above it at the level that was asked for.
    substance: ID =
        KeyValue::Substance(group) => group.as_ref().map(|group| ID(group.id.to_string()));
    /// Class of the substance.
    substance_class: Coded<SubstanceClass> =
        KeyValue::SubstanceClass(value) => value.map(Coded);
    /// Name of the agency that seized; of operations, of the one that leads.
    agency: ID = KeyValue::Agency(value) => value.as_ref().map(|id| ID(id.to_string()));
    /// A role that somebody had in the operation.
    participant_role: Coded<ParticipantRole> =
        KeyValue::ParticipantRole(value) => value.map(Coded);
    /// Region of the place.
    region: String = KeyValue::Region(value) => value.as_ref().map(ToString::to_string);
    /// Subdivision of the place.
    subdivision: String = KeyValue::Subdivision(value) => value.clone();
    /// Kind of area of the place.
    place_kind: Coded<PlaceKind> = KeyValue::PlaceKind(value) => value.map(Coded);
    /// Domain of the operation.
    domain: Coded<Domain> = KeyValue::Domain(value) => value.map(Coded);
    /// Outcome of the operation.
    outcome: Coded<Outcome> = KeyValue::Outcome(value) => value.map(Coded);
    /// Kind of a conveyance of the operation.
    conveyance_kind: Coded<ConveyanceKind> = KeyValue::ConveyanceKind(value) => value.map(Coded);
    /// Region that the route of the operation begins in.
    origin_region: String =
        KeyValue::OriginRegion(value) => value.as_ref().map(ToString::to_string);
    /// Region that the route of the operation ends in.
    destination_region: String =
        KeyValue::DestinationRegion(value) => value.as_ref().map(ToString::to_string);
    /// Calendar year: `2022`.
    year: String =
        KeyValue::Time(Calendar::Year, bucket) => bucket.as_ref().map(ToString::to_string);
    /// Fiscal year of the United States government, October 1 to September 30, called by the year
    /// that it ends in: `2022`.
    fiscal_year: String =
        KeyValue::Time(Calendar::FiscalYear, bucket) => bucket.as_ref().map(ToString::to_string);
    /// Quarter of a calendar year: `2022-Q2`.
    quarter: String =
        KeyValue::Time(Calendar::Quarter, bucket) => bucket.as_ref().map(ToString::to_string);
    /// Month: `2022-04`; null where the date is not known to the month.
    month: String =
        KeyValue::Time(Calendar::Month, bucket) => bucket.as_ref().map(ToString::to_string);
    /// Week of ISO 8601: `2022-W14`.
    week: String =
        KeyValue::Time(Calendar::Week, bucket) => bucket.as_ref().map(ToString::to_string);
    /// Day: `2022-04-08`.
    day: String =
        KeyValue::Time(Calendar::Day, bucket) => bucket.as_ref().map(ToString::to_string);
}
