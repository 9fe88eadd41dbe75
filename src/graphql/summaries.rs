//! Summaries as objects: groups with typed keys and figures, and how they were counted.

mod keys;

pub use keys::SummaryKeys;

use super::{
    codes::Coded,
    connections::{OperationConnection, SeizureConnection},
    errors::shown,
    inputs::{OperationFilter, OperationOrder, Planned, SeizureFilter, SeizureOrder},
    now::{All, Now},
    plan::mark_of,
    records::in_unit,
    scalars::{BigInt, DateTime, Decimal},
};
use crate::{
    domain::{
        codes::Code as _,
        errors::Error,
        quantities::{Dimension, Unit, express},
        questions::Mark,
        summaries::{Attribution, Figures, Group, Summary},
    },
    store::{Rows, Summarised},
};
use async_graphql::{Context, Object, Result};
use std::sync::Arc;

/// A summary of a list that a field asked for.
#[derive(Clone)]
struct Asked {
    rows: Arc<Rows>,
    mark: Mark,
}

impl Asked {
    fn summarised(&self) -> Result<&Summarised> {
        self.rows.summary(self.mark).map_err(|error| shown(&error))
    }

    fn summary(&self) -> Result<&Summary> {
        Ok(&self.summarised()?.summary)
    }

    fn group(&self, at: usize) -> Result<&Group> {
        let group = self.summary()?.groups.get(at);
        group.ok_or_else(|| shown(&Error::internal("a group is gone")))
    }
}

macro_rules! figures {
    (
        $(#[doc = $($doc:tt)+])+
        $object:ident { $($own:tt)* }
    ) => {
        $(#[doc = $($doc)+])+
        #[Object]
        impl $object {
            $($own)*

            /// Distinct seizures.
            async fn seizure_count(&self) -> Result<i32> {
                count(self.figures()?.seizure_count)
            }

            /// Items, of every kind.
            async fn item_count(&self) -> Result<i32> {
                count(self.figures()?.item_count)
            }

            /// Items of kind SUBSTANCE whose quantity is not known: what the sums lack.
            async fn unknown_quantity_count(&self) -> Result<i32> {
                count(self.figures()?.unknown_quantity_count)
            }

            /// Mass of the items of kind SUBSTANCE in a unit of mass, as an exact decimal; one
            /// without an end has nine decimals, rounded half-even. Null where no mass is known. What
            /// else was taken, such as a boat, is in no sum.
            async fn mass(
                &self,
                #[graphql(desc = "A unit of mass.", default_with = "Coded(Unit::Kilogram)")]
                unit: Coded<Unit>,
            ) -> Result<Option<Decimal>> {
                self.figures()?.mass.base_units.map(|sum| in_unit(sum, unit.0)).transpose()
            }

            /// The same mass, as a number for charts.
            async fn mass_float(
                &self,
                #[graphql(desc = "A unit of mass.", default_with = "Coded(Unit::Kilogram)")]
                unit: Coded<Unit>,
            ) -> Result<Option<f64>> {
                let mass = self.figures()?.mass.base_units.map(|sum| in_unit(sum, unit.0)).transpose()?;
                Ok(mass.and_then(|mass| mass.0.parse().ok()))
            }

            /// The part of the mass that was estimated, rather than weighed or declared.
            async fn estimated_mass(
                &self,
                #[graphql(desc = "A unit of mass.", default_with = "Coded(Unit::Kilogram)")]
                unit: Coded<Unit>,
            ) -> Result<Option<Decimal>> {
                self.figures()?.mass.estimated.map(|sum| in_unit(sum, unit.0)).transpose()
            }

            /// Volume of the items of kind SUBSTANCE in a unit of volume, as an exact decimal; null
            /// where no volume is known.
            async fn volume(
                &self,
                #[graphql(desc = "A unit of volume.", default_with = "Coded(Unit::Litre)")]
                unit: Coded<Unit>,
            ) -> Result<Option<Decimal>> {
                self.figures()?.volume.base_units.map(|sum| in_volume(sum, unit.0)).transpose()
            }

            /// The same volume, as a number for charts.
            async fn volume_float(
                &self,
                #[graphql(desc = "A unit of volume.", default_with = "Coded(Unit::Litre)")]
                unit: Coded<Unit>,
            ) -> Result<Option<f64>> {
                let sum = self.figures()?.volume.base_units.map(|sum| in_volume(sum, unit.0)).transpose()?;
                Ok(sum.and_then(|volume| volume.0.parse().ok()))
            }

            /// The part of the volume that was estimated.
            async fn estimated_volume(
                &self,
                #[graphql(desc = "A unit of volume.", default_with = "Coded(Unit::Litre)")]
                unit: Coded<Unit>,
            ) -> Result<Option<Decimal>> {
                self.figures()?.volume.estimated.map(|sum| in_volume(sum, unit.0)).transpose()
            }

            /// Things counted in the items of kind SUBSTANCE: tablets, plants, blots; never mass. Null
            /// where nothing was counted.
            async fn units(&self) -> Result<Option<BigInt>> {
                Ok(self.figures()?.count.base_units.map(BigInt))
            }

            /// The part of the things counted that was estimated.
            async fn estimated_units(&self) -> Result<Option<BigInt>> {
                Ok(self.figures()?.count.estimated.map(BigInt))
            }
        }
    };
}

macro_rules! summaries {
    (
        $plural:literal, $one:literal, $rule:literal;
        $summary:ident, $group:ident, $figures:ident;
        $rows:ident: $connection:ident($filter:ty, $order:ty);
        { $($own:tt)* }
    ) => {
        #[doc = concat!("What was counted and summed over the ", $plural, " of a list, group by group.")]
        pub struct $summary(Asked);

        impl $summary {
            /// The summary of a list that a field asked for.
            pub(super) fn new(rows: Arc<Rows>, mark: Mark) -> Self {
                Self(Asked { rows, mark })
            }
        }

        #[doc = concat!(
            "What was counted and summed over the ", $plural, " of a list, group by group. ", $rule
        )]
        #[Object]
        impl $summary {
            /// The groups, at most as many as asked for.
            async fn groups(&self) -> Result<All<Now<$group>>> {
                let groups = self.0.summary()?.groups.len();
                Ok((0..groups).map(|at| $group { asked: self.0.clone(), at }).collect())
            }

            /// Whether there are more groups than these.
            async fn has_more(&self) -> Result<bool> {
                Ok(self.0.summary()?.has_more)
            }

            #[doc = concat!(
                "The figures over all ", $plural, " of the list, whatever the conditions on groups ",
                "and their number; each ", $one, " counts once."
            )]
            async fn total(&self) -> Result<Option<Now<$figures>>> {
                Ok(self.0.summary()?.total.map(|total| Now($figures(total))))
            }

            /// The summary holds everything that was acknowledged before this instant.
            async fn as_of(&self) -> Result<DateTime> {
                Ok(DateTime(self.0.summary()?.counting.as_of_micros))
            }

            /// Which detections were credited.
            async fn attribution(&self) -> Result<Coded<Attribution>> {
                Ok(Coded(self.0.summary()?.counting.attribution))
            }

            #[doc = concat!(
                "Whether the counts of ", $plural, " of all groups add up to the total; not so where ",
                "one of them can stand in several groups."
            )]
            async fn additive(&self) -> Result<bool> {
                Ok(self.0.summary()?.counting.counts_are_additive)
            }

            /// Whether the sums and the counts of items of all groups add up to the total; not so
            /// where one item can stand in several groups.
            async fn sums_additive(&self) -> Result<bool> {
                Ok(self.0.summary()?.counting.sums_are_additive)
            }
        }

        #[doc = concat!("The ", $plural, " that have the same values of the keys.")]
        pub struct $group {
            asked: Asked,
            at: usize,
        }

        impl $group {
            fn figures(&self) -> Result<&Figures> {
                Ok(&self.asked.group(self.at)?.figures)
            }
        }

        figures! {
            #[doc = concat!("The ", $plural, " that have the same values of the keys.")]
            $group {
                /// The values of the keys.
                async fn key(&self) -> Result<Now<SummaryKeys>> {
                    let keys = self.asked.group(self.at)?.keys.clone();
                    Ok(Now(SummaryKeys::new(keys, &self.asked.summarised()?.substance_names)))
                }

                #[doc = concat!(
                    "The ", $plural, " of the group: the very rows behind its figures."
                )]
                #[expect(clippy::too_many_arguments, reason = "the plan reads them")]
                async fn $rows(
                    &self,
                    ctx: &Context<'_>,
                    #[graphql(desc = "Only those that pass, of the group.")]
                    filter: Planned<Option<$filter>>,
                    #[graphql(desc = "By what they are sorted, first by the first; ties by the \
                                      order of recording.")]
                    order_by: Planned<Option<Vec<$order>>>,
                    #[graphql(desc = "The first so many, 0 to 1,000; 50 when neither `first` nor \
                                      `last` is given.")]
                    first: Option<i32>,
                    #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
                    #[graphql(desc = "The last so many, 0 to 1,000.")] last: Option<i32>,
                    #[graphql(desc = "End before this cursor.")] before: Option<String>,
                ) -> Result<Now<$connection>> {
                    let _planned = (filter, order_by, first, after, last, before);
                    let rows = self.asked.summarised()?.rows(self.at, mark_of(ctx.item.pos));
                    let rows = rows.map_err(|error| shown(&error))?;
                    Ok(Now($connection(Arc::clone(rows))))
                }

                $($own)*
            }
        }

        #[doc = concat!("The figures over all ", $plural, " of a list.")]
        pub struct $figures(Figures);

        impl $figures {
            fn figures(&self) -> Result<&Figures> {
                Ok(&self.0)
            }
        }

        figures! {
            #[doc = concat!("The figures over all ", $plural, " of a list.")]
            $figures { $($own)* }
        }
    };
}

summaries! {
    "seizures", "seizure and item",
    "A seizure counts once in each group that it stands in; one that is retracted, merged or deleted \
     counts nowhere.";
    SeizureSummary, SeizureGroup, SeizureFigures;
    seizures: SeizureConnection(SeizureFilter, SeizureOrder);
    {}
}

summaries! {
    "operations", "operation, detection, seizure and item",
    "An operation counts once in each group that it stands in, with what was seized under it: \
     seizures that count and that the viewer may see. Its credited detections count in the groups \
     of their sensors. Below a sensor, that sensor's detections alone are credited.";
    OperationSummary, OperationGroup, OperationFigures;
    operations: OperationConnection(OperationFilter, OperationOrder);
    {
        /// Distinct operations.
        async fn operation_count(&self) -> Result<i32> {
            count(self.figures()?.operation_count)
        }

        /// Distinct operations under which something was seized.
        async fn seized_operation_count(&self) -> Result<i32> {
            count(self.figures()?.seized_operation_count)
        }

        /// Detections that are credited: where the attribution is PRIMARY, those that cued.
        async fn detection_count(&self) -> Result<i32> {
            count(self.figures()?.detection_count)
        }

        /// Detections that are credited and led to a seizure: something was seized under their
        /// operation that counts and that the viewer may see.
        async fn converted_detection_count(&self) -> Result<i32> {
            count(self.figures()?.converted_detection_count)
        }

        /// The part of the mass that was seized under operations with a credited detection.
        async fn detected_mass(
            &self,
            #[graphql(desc = "A unit of mass.", default_with = "Coded(Unit::Kilogram)")]
            unit: Coded<Unit>,
        ) -> Result<Option<Decimal>> {
            self.figures()?.detected_mass.map(|sum| in_unit(sum, unit.0)).transpose()
        }

        /// Mass for each detection: `detectedMass` over `detectionCount`, rounded half-even to whole
        /// micrograms. Null where no such mass is known, and where there is no detection.
        async fn mass_per_detection(
            &self,
            #[graphql(desc = "A unit of mass.", default_with = "Coded(Unit::Kilogram)")]
            unit: Coded<Unit>,
        ) -> Result<Option<Decimal>> {
            self.figures()?.mass_per_detection().map(|sum| in_unit(sum, unit.0)).transpose()
        }
    }
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
