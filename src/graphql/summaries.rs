//! Summaries as objects: groups with typed keys and figures, and how they were counted.

use super::{
    codes::Coded,
    connections::SeizureConnection,
    errors::shown,
    inputs::{SeizureFilter, SeizureOrder},
    plan::mark_of,
    records::in_unit,
    scalars::{BigInt, DateTime, Decimal},
};
use crate::{
    domain::{
        codes::Code as _,
        dates::Calendar,
        errors::Error,
        operation_kinds::{ConveyanceKind, Domain, Outcome, ParticipantRole},
        places::PlaceKind,
        quantities::{Dimension, Unit, express},
        questions::Mark,
        sensors::SensorType,
        substances::SubstanceClass,
        summaries::{Attribution, Figures, Group, KeyValue, Summary},
    },
    store::{Rows, Summarised},
};
use async_graphql::{Context, ID, Object, Result};
use std::sync::Arc;

/// What was counted and summed over the seizures of a list, group by group.
pub struct SeizureSummary {
    rows: Arc<Rows>,
    mark: Mark,
}

impl SeizureSummary {
    /// The summary of a list that a field asked for.
    pub(super) fn new(rows: Arc<Rows>, mark: Mark) -> Self {
        Self { rows, mark }
    }

    fn summarised(&self) -> Result<&Summarised> {
        self.rows.summary(self.mark).map_err(|error| shown(&error))
    }

    fn summary(&self) -> Result<&Summary> {
        Ok(&self.summarised()?.summary)
    }
}

/// What was counted and summed over the seizures of a list, group by group. A seizure counts once
/// in each group that it stands in; one that is retracted, merged or deleted counts nowhere.
#[Object]
impl SeizureSummary {
    /// The groups, at most as many as asked for.
    async fn groups(&self) -> Result<Vec<SeizureGroup>> {
        let groups = self.summary()?.groups.len();
        let group = |at| SeizureGroup { rows: Arc::clone(&self.rows), mark: self.mark, at };
        Ok((0..groups).map(group).collect())
    }

    /// Whether there are more groups than these.
    async fn has_more(&self) -> Result<bool> {
        Ok(self.summary()?.has_more)
    }

    /// The figures over all seizures of the list, whatever the conditions on groups and their
    /// number; each seizure and item counts once.
    async fn total(&self) -> Result<Option<SeizureFigures>> {
        Ok(self.summary()?.total.map(SeizureFigures))
    }

    /// The summary holds everything that was acknowledged before this instant.
    async fn as_of(&self) -> Result<DateTime> {
        Ok(DateTime(self.summary()?.counting.as_of_micros))
    }

    /// Which detections seizures were credited to.
    async fn attribution(&self) -> Result<Coded<Attribution>> {
        Ok(Coded(self.summary()?.counting.attribution))
    }

    /// Whether the counts of seizures of all groups add up to the total; not so where one seizure
    /// can stand in several groups.
    async fn additive(&self) -> Result<bool> {
        Ok(self.summary()?.counting.counts_are_additive)
    }

    /// Whether the sums and the counts of items of all groups add up to the total; not so where one
    /// item can stand in several groups.
    async fn sums_additive(&self) -> Result<bool> {
        Ok(self.summary()?.counting.sums_are_additive)
    }
}

/// The seizures that have the same values of the keys.
pub struct SeizureGroup {
    rows: Arc<Rows>,
    mark: Mark,
    at: usize,
}

impl SeizureGroup {
    fn summarised(&self) -> Result<&Summarised> {
        self.rows.summary(self.mark).map_err(|error| shown(&error))
    }

    fn group(&self) -> Result<&Group> {
        let group = self.summarised()?.summary.groups.get(self.at);
        group.ok_or_else(|| shown(&Error::internal("a group is gone")))
    }
}

macro_rules! figures {
    (
        $(#[doc = $doc:literal])+
        $object:ident, |$self:ident| $figures:expr, { $($own:tt)* }
    ) => {
        $(#[doc = $doc])+
        #[Object]
        impl $object {
            $($own)*

            /// Distinct seizures.
            async fn seizure_count(&$self) -> Result<i32> {
                count($figures.seizure_count)
            }

            /// Items.
            async fn item_count(&$self) -> Result<i32> {
                count($figures.item_count)
            }

            /// Items whose quantity is not known; they are in no sum.
            async fn unknown_quantity_count(&$self) -> Result<i32> {
                count($figures.unknown_quantity_count)
            }

            /// Mass of the items in a unit of mass, as an exact decimal; one without an end has
            /// nine decimals, rounded half-even. Null where no mass is known.
            async fn mass(
                &$self,
                #[graphql(desc = "A unit of mass.", default_with = "Coded(Unit::Kilogram)")]
                unit: Coded<Unit>,
            ) -> Result<Option<Decimal>> {
                $figures.mass.base_units.map(|sum| in_unit(sum, unit.0)).transpose()
            }

            /// Mass of the items in a unit of mass, as a number for charts.
            async fn mass_float(
                &$self,
                #[graphql(desc = "A unit of mass.", default_with = "Coded(Unit::Kilogram)")]
                unit: Coded<Unit>,
            ) -> Result<Option<f64>> {
                let mass = $figures.mass.base_units.map(|sum| in_unit(sum, unit.0)).transpose()?;
                Ok(mass.and_then(|mass| mass.0.parse().ok()))
            }

            /// The part of the mass that was estimated, rather than weighed or declared.
            async fn estimated_mass(
                &$self,
                #[graphql(desc = "A unit of mass.", default_with = "Coded(Unit::Kilogram)")]
                unit: Coded<Unit>,
            ) -> Result<Option<Decimal>> {
                $figures.mass.estimated.map(|sum| in_unit(sum, unit.0)).transpose()
            }

            /// Volume of the items in a unit of volume, as an exact decimal; null where no volume
            /// is known.
            async fn volume(
                &$self,
                #[graphql(desc = "A unit of volume.", default_with = "Coded(Unit::Litre)")]
                unit: Coded<Unit>,
            ) -> Result<Option<Decimal>> {
                $figures.volume.base_units.map(|sum| in_volume(sum, unit.0)).transpose()
            }

            /// Volume of the items in a unit of volume, as a number for charts.
            async fn volume_float(
                &$self,
                #[graphql(desc = "A unit of volume.", default_with = "Coded(Unit::Litre)")]
                unit: Coded<Unit>,
            ) -> Result<Option<f64>> {
                let sum = $figures.volume.base_units.map(|sum| in_volume(sum, unit.0)).transpose()?;
                Ok(sum.and_then(|volume| volume.0.parse().ok()))
            }

            /// The part of the volume that was estimated.
            async fn estimated_volume(
                &$self,
                #[graphql(desc = "A unit of volume.", default_with = "Coded(Unit::Litre)")]
                unit: Coded<Unit>,
            ) -> Result<Option<Decimal>> {
                $figures.volume.estimated.map(|sum| in_volume(sum, unit.0)).transpose()
            }

            /// Things counted: tablets, plants, blots; never mass. Null where nothing was counted.
            async fn units(&$self) -> Result<Option<BigInt>> {
                Ok($figures.count.base_units.map(BigInt))
            }

            /// The part of the things counted that was estimated.
            async fn estimated_units(&$self) -> Result<Option<BigInt>> {
                Ok($figures.count.estimated.map(BigInt))
            }
        }
    };
}

figures! {
    /// The seizures that have the same values of the keys.
    SeizureGroup, |self| self.group()?.figures, {
        /// The values of the keys.
        async fn key(&self) -> Result<SummaryKeys> {
            let keys = self.group()?.keys.clone();
            let substance = keys.iter().find_map(|key| match key {
                KeyValue::Substance(Some(group)) => Some(&group.id),
                _ => None,
            });
            let names = &self.summarised()?.substance_names;
            let substance_name = substance.and_then(|id| names.get(id)).cloned();
            Ok(SummaryKeys { keys, substance_name })
        }

        /// The seizures of the group: the very rows behind its figures.
        #[expect(clippy::too_many_arguments, reason = "the plan reads them")]
        async fn seizures(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "Only those that pass, of the group.")] filter: Option<SeizureFilter>,
            #[graphql(desc = "By what they are sorted, first by the first; ties by the order of \
                              recording.")]
            order_by: Option<Vec<SeizureOrder>>,
            #[graphql(desc = "The first so many, 0 to 1,000; 50 when neither `first` nor `last` \
                              is given.")]
            first: Option<i32>,
            #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
            #[graphql(desc = "The last so many, 0 to 1,000.")] last: Option<i32>,
            #[graphql(desc = "End before this cursor.")] before: Option<String>,
        ) -> Result<SeizureConnection> {
            let _planned = (filter, order_by, first, after, last, before);
            let rows = self.summarised()?.rows(self.at, mark_of(ctx.item.pos));
            rows.map(|rows| SeizureConnection(Arc::clone(rows))).map_err(|error| shown(&error))
        }
    }
}

/// The figures over all seizures of a list.
pub struct SeizureFigures(Figures);

figures! {
    /// The figures over all seizures of a list.
    SeizureFigures, |self| self.0, {}
}

fn count(count: i64) -> Result<i32> {
    i32::try_from(count).map_err(|_| shown(&Error::internal("a count passes 2^31")))
}

fn in_volume(microliters: i128, unit: Unit) -> Result<Decimal> {
    let wrong =
        || shown(&Error::invalid_field("unit", format!("{} is no unit of volume", unit.name())));
    if unit.dimension() != Some(Dimension::Volume) {
        return Err(wrong());
    }
    express(microliters, unit).map(|expressed| Decimal(expressed.text)).map_err(|_| wrong())
}

/// The values of the keys of a group. One that was not grouped by is null, and so is one that is
/// not known, or that the viewer may not see.
pub struct SummaryKeys {
    keys: Vec<KeyValue>,
    substance_name: Option<String>,
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
    /// Name of the agency that seized.
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
