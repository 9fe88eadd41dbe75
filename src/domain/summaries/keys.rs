//! The keys that records are grouped by, and the values that they take.

use super::Attribution;
use crate::domain::{
    codes::codes,
    dates::{Bucket, Calendar},
    ids::{AgencyId, SensorId, SubstanceId},
    operation_kinds::{ConveyanceKind, Domain, Outcome, ParticipantRole},
    places::PlaceKind,
    regions::RegionCode,
    sensors::SensorType,
    substances::SubstanceClass,
};

codes! {
    /// What a group is of.
    pub enum Key {
        /// Type of the sensor that is credited.
        SensorType = 1 => "SENSOR_TYPE",
        /// The sensor that is credited.
        Sensor = 2 => "SENSOR",
        /// An agency that furnished the sensor: its provision is of kind FURNISHED, whenever it was.
        FurnishingAgency = 3 => "FURNISHING_AGENCY",
        /// Region of an agency that furnished the sensor.
        FurnishingRegion = 4 => "FURNISHING_REGION",
        /// Substance of an item, or the one above it at a level of the vocabulary.
        Substance = 5 => "SUBSTANCE",
        /// Class of the substance of an item.
        SubstanceClass = 6 => "SUBSTANCE_CLASS",
        /// The agency that seized; of an operation, the one that leads it.
        Agency = 7 => "AGENCY",
        /// A role that somebody had in the operation.
        ParticipantRole = 8 => "PARTICIPANT_ROLE",
        /// Region of the place.
        Region = 9 => "REGION",
        /// Subdivision of the place.
        Subdivision = 10 => "SUBDIVISION",
        /// Kind of area of the place.
        PlaceKind = 11 => "PLACE_KIND",
        /// Domain of the operation.
        Domain = 12 => "DOMAIN",
        /// Outcome of the operation.
        Outcome = 13 => "OUTCOME",
        /// Kind of a conveyance of the operation.
        ConveyanceKind = 14 => "CONVEYANCE_KIND",
        /// Region that the route of the operation begins in.
        OriginRegion = 15 => "ORIGIN_REGION",
        /// Region that the route of the operation ends in.
        DestinationRegion = 16 => "DESTINATION_REGION",
        /// Calendar year.
        Year = 17 => "YEAR",
        /// Fiscal year of the United States government.
        FiscalYear = 18 => "FISCAL_YEAR",
        /// Quarter of a calendar year.
        Quarter = 19 => "QUARTER",
        /// Month.
        Month = 20 => "MONTH",
        /// Week of ISO 8601.
        Week = 21 => "WEEK",
        /// Day.
        Day = 22 => "DAY",
    }
}

impl Key {
    /// The buckets of a key of time.
    #[must_use]
    pub fn calendar(self) -> Option<Calendar> {
        match self {
            Self::Year => Some(Calendar::Year),
            Self::FiscalYear => Some(Calendar::FiscalYear),
            Self::Quarter => Some(Calendar::Quarter),
            Self::Month => Some(Calendar::Month),
            Self::Week => Some(Calendar::Week),
            Self::Day => Some(Calendar::Day),
            Self::SensorType
            | Self::Sensor
            | Self::FurnishingAgency
            | Self::FurnishingRegion
            | Self::Substance
            | Self::SubstanceClass
            | Self::Agency
            | Self::ParticipantRole
            | Self::Region
            | Self::Subdivision
            | Self::PlaceKind
            | Self::Domain
            | Self::Outcome
            | Self::ConveyanceKind
            | Self::OriginRegion
            | Self::DestinationRegion => None,
        }
    }

    /// Whether it is about the sensor that is credited.
    #[must_use]
    pub fn is_of_sensors(self) -> bool {
        matches!(
            self,
            Self::SensorType | Self::Sensor | Self::FurnishingAgency | Self::FurnishingRegion
        )
    }

    /// Whether it is about who furnished the sensor.
    #[must_use]
    pub fn is_of_provisions(self) -> bool {
        matches!(self, Self::FurnishingAgency | Self::FurnishingRegion)
    }

    /// Whether it chooses items, so that a group has some of a seizure's items and not others.
    #[must_use]
    pub fn is_of_items(self) -> bool {
        matches!(self, Self::Substance | Self::SubstanceClass)
    }

    /// Whether one item can stand under several values of it.
    #[must_use]
    pub fn fans_out(self, attribution: Attribution) -> bool {
        match self {
            Self::SensorType | Self::Sensor => attribution == Attribution::Any,
            Self::FurnishingAgency
            | Self::FurnishingRegion
            | Self::ParticipantRole
            | Self::ConveyanceKind => true,
            Self::Substance
            | Self::SubstanceClass
            | Self::Agency
            | Self::Region
            | Self::Subdivision
            | Self::PlaceKind
            | Self::Domain
            | Self::Outcome
            | Self::OriginRegion
            | Self::DestinationRegion
            | Self::Year
            | Self::FiscalYear
            | Self::Quarter
            | Self::Month
            | Self::Week
            | Self::Day => false,
        }
    }
}

/// A key with its level, where it has levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupBy {
    /// The key.
    pub key: Key,
    /// Of [`Key::Substance`]: the level of the vocabulary, 0 for the roots; a substance that lies
    /// less deep stands for itself. None: each substance as recorded.
    pub depth: Option<u32>,
}

/// The substance that a group is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SubstanceGroup {
    /// The substance.
    pub id: SubstanceId,
    /// Whether what lies under it in the vocabulary is in the group too.
    pub with_narrower: bool,
}

impl KeyValue {
    /// The key.
    #[must_use]
    pub fn key(&self) -> Key {
        match self {
            Self::SensorType(_) => Key::SensorType,
            Self::Sensor(_) => Key::Sensor,
            Self::FurnishingAgency(_) => Key::FurnishingAgency,
            Self::FurnishingRegion(_) => Key::FurnishingRegion,
            Self::Substance(_) => Key::Substance,
            Self::SubstanceClass(_) => Key::SubstanceClass,
            Self::Agency(_) => Key::Agency,
            Self::ParticipantRole(_) => Key::ParticipantRole,
            Self::Region(_) => Key::Region,
            Self::Subdivision(_) => Key::Subdivision,
            Self::PlaceKind(_) => Key::PlaceKind,
            Self::Domain(_) => Key::Domain,
            Self::Outcome(_) => Key::Outcome,
            Self::ConveyanceKind(_) => Key::ConveyanceKind,
            Self::OriginRegion(_) => Key::OriginRegion,
            Self::DestinationRegion(_) => Key::DestinationRegion,
            Self::Time(Calendar::Year, _) => Key::Year,
            Self::Time(Calendar::FiscalYear, _) => Key::FiscalYear,
            Self::Time(Calendar::Quarter, _) => Key::Quarter,
            Self::Time(Calendar::Month, _) => Key::Month,
            Self::Time(Calendar::Week, _) => Key::Week,
            Self::Time(Calendar::Day, _) => Key::Day,
        }
    }
}

/// The value of a key; none where it is not known or not to be seen.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyValue {
    /// Of [`Key::SensorType`].
    SensorType(Option<SensorType>),
    /// Of [`Key::Sensor`].
    Sensor(Option<SensorId>),
    /// Of [`Key::FurnishingAgency`].
    FurnishingAgency(Option<AgencyId>),
    /// Of [`Key::FurnishingRegion`].
    FurnishingRegion(Option<RegionCode>),
    /// Of [`Key::Substance`].
    Substance(Option<SubstanceGroup>),
    /// Of [`Key::SubstanceClass`].
    SubstanceClass(Option<SubstanceClass>),
    /// Of [`Key::Agency`].
    Agency(Option<AgencyId>),
    /// Of [`Key::ParticipantRole`].
    ParticipantRole(Option<ParticipantRole>),
    /// Of [`Key::Region`].
    Region(Option<RegionCode>),
    /// Of [`Key::Subdivision`]: an ISO 3166-2 code.
    Subdivision(Option<String>),
    /// Of [`Key::PlaceKind`].
    PlaceKind(Option<PlaceKind>),
    /// Of [`Key::Domain`].
    Domain(Option<Domain>),
    /// Of [`Key::Outcome`].
    Outcome(Option<Outcome>),
    /// Of [`Key::ConveyanceKind`].
    ConveyanceKind(Option<ConveyanceKind>),
    /// Of [`Key::OriginRegion`].
    OriginRegion(Option<RegionCode>),
    /// Of [`Key::DestinationRegion`].
    DestinationRegion(Option<RegionCode>),
    /// Of the keys of time; none where the date is not known to one bucket.
    Time(Calendar, Option<Bucket>),
}
