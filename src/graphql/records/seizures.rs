//! Seizures as objects, and their items.

use super::{Agency, Operation, Substance, guarded, one, unpicked};
use crate::{
    domain::{
        quantities::{Unit, express},
        questions::One,
        seizures::{self, Form, Identification, ItemKind, SeizureState},
    },
    graphql::{
        codes::Coded,
        errors::shown,
        now::{All, Now},
        scalars::{BigInt, Decimal},
        values::{ExternalId, Place, Quantity, Source, When, known},
    },
    store::{Node, Own},
};
use async_graphql::{Object, Result};
use std::sync::Arc;

guarded! {
    /// One taking of contraband at a time and place, by an agency.
    Seizure {
        /// The operation it was made under; null when there is none that the viewer may see.
        async fn operation(&self) -> Result<Option<Now<Operation>>> {
            one(&self.0, One::Operation, Operation)
        }

        /// The agency that seized; null when there is none that the viewer may see.
        async fn agency(&self) -> Result<Option<Now<Agency>>> {
            one(&self.0, One::Agency, Agency)
        }

        /// When; null when not known.
        async fn when(&self) -> Option<Now<When>> {
            self.0.when.as_ref().map(Now::from)
        }

        /// Where; null when not known.
        async fn place(&self) -> Option<Now<Place>> {
            self.0.place.as_ref().map(Now::from)
        }

        /// What was taken; 1 to 200.
        async fn items(&self) -> All<Now<Item>> {
            let seizure = &self.0;
            (0..seizure.items.len()).map(|at| Item { seizure: Arc::clone(seizure), at }).collect()
        }

        /// Mass of all substances together; null when none of them has a known mass.
        async fn total_mass(&self) -> Result<Option<Now<Mass>>> {
            match &self.0.own {
                Own::Seizure { total_mass_micrograms, .. } => {
                    Ok(total_mass_micrograms.map(|mass| Now(Mass(i128::from(mass)))))
                }
                _ => Err(unpicked("totalMass")),
            }
        }

        /// What it is called in other systems; at most 20.
        async fn external_ids(&self) -> All<Now<ExternalId>> {
            self.0.external_ids.iter().map(ExternalId::from).collect()
        }

        /// Where the facts come from; at most 20.
        async fn sources(&self) -> All<Now<Source>> {
            self.0.sources.iter().map(Source::from).collect()
        }

        /// Whether it counts.
        async fn state(&self) -> Result<Coded<SeizureState>> {
            match &self.0.own {
                Own::Seizure { state, .. } => Ok(Coded(*state)),
                _ => Err(unpicked("state")),
            }
        }

        /// Why it was retracted; null while it is not.
        async fn retraction_reason(&self) -> Result<Option<String>> {
            match &self.0.own {
                Own::Seizure { retraction_reason, .. } => Ok(known(retraction_reason)),
                _ => Err(unpicked("retractionReason")),
            }
        }
    }
    lists {
    }
}

/// One substance, or one other thing, that was taken.
pub struct Item {
    seizure: Arc<Node>,
    at: usize,
}

impl Item {
    fn own(&self) -> &seizures::Item {
        &self.seizure.items[self.at]
    }
}

/// One substance, or one other thing, that was taken.
#[Object]
impl Item {
    /// What it is.
    async fn kind(&self) -> Coded<ItemKind> {
        Coded(self.own().kind)
    }

    /// The substance; null where it is another thing.
    async fn substance(&self) -> Option<Now<Substance>> {
        let substance = self.seizure.item_substances.get(self.at)?.as_ref();
        substance.map(|node| Now(Substance(Arc::clone(node))))
    }

    /// What the report called it; null when not told.
    async fn reported_label(&self) -> Option<String> {
        known(&self.own().reported_label)
    }

    /// How much; null when not known, which is not zero.
    async fn quantity(&self) -> Option<Now<Quantity>> {
        self.own().quantity.as_ref().map(Now::from)
    }

    /// The form it was found in; null when not known.
    async fn form(&self) -> Option<Coded<Form>> {
        self.own().form.map(Coded)
    }

    /// How well it is identified.
    async fn identification(&self) -> Coded<Identification> {
        Coded(self.own().identification)
    }

    /// Percent by mass as written; null when not known.
    async fn purity_percent(&self) -> Option<Decimal> {
        known(&self.own().purity_percent).map(Decimal)
    }

    /// Number of packages; null when not known.
    async fn package_count(&self) -> Option<i32> {
        self.own().package_count
    }
}

/// A mass, exact in any unit.
pub struct Mass(pub(in crate::graphql) i128);

/// A mass, exact in any unit.
#[Object]
impl Mass {
    /// In micrograms.
    async fn micrograms(&self) -> BigInt {
        BigInt(self.0)
    }

    /// In a unit of mass, as an exact decimal; one without an end has nine decimals, rounded
    /// half-even.
    async fn value(
        &self,
        #[graphql(desc = "A unit of mass.", default_with = "Coded(Unit::Kilogram)")] unit: Coded<
            Unit,
        >,
    ) -> Result<Decimal> {
        in_unit(self.0, unit.0)
    }
}

/// A mass in a unit of mass.
pub(in crate::graphql) fn in_unit(micrograms: i128, unit: Unit) -> Result<Decimal> {
    use crate::domain::{errors::Error, quantities::Dimension};
    let wrong = || {
        let message = format!("{} is no unit of mass", crate::domain::codes::Code::name(unit));
        shown(&Error::invalid_field("unit", message))
    };
    if unit.dimension() != Some(Dimension::Mass) {
        return Err(wrong());
    }
    express(micrograms, unit).map(|expressed| Decimal(expressed.text)).map_err(|_| wrong())
}
