//! Which records a list of a document has.

use super::{
    super::{
        chance::Chance,
        tables::{Modelled, Tables},
    },
    Kind,
    filters::{self, Written},
    totals::Totals,
};
use interdiction::domain::{
    agencies::Agency,
    filters::{AgencyField, Filter, OperationField, SeizureField, SensorField},
    operations::Operation,
    seizures::Seizure,
    sensors::Sensor,
};

/// Which records are in a list.
#[derive(Debug, Clone)]
pub enum Passing {
    Agencies(Filter<AgencyField>),
    Sensors(Filter<SensorField>),
    Operations(Filter<OperationField>),
    Seizures(Filter<SeizureField>),
}

impl Passing {
    pub fn draw(kind: Kind, tables: &Tables, chance: &mut Chance) -> Self {
        fn of<R: Modelled<Field: Written>>(
            tables: &Tables,
            chance: &mut Chance,
        ) -> Filter<R::Field> {
            if chance.once_in(2) {
                return Filter::default();
            }
            let filter = R::question(tables, chance, 2);
            // Filters of substances ask neither what one is called nor for several things at once.
            let unsaid = ["called: ", "substance: { not", "substance: { and", "substance: { or"];
            let text = filters::filter(&filter);
            let is_said = !unsaid.iter().any(|unsaid| text.contains(unsaid));
            if is_said { filter } else { Filter::default() }
        }
        match kind {
            Kind::Agency => Self::Agencies(of::<Agency>(tables, chance)),
            Kind::Sensor => Self::Sensors(of::<Sensor>(tables, chance)),
            Kind::Operation => Self::Operations(of::<Operation>(tables, chance)),
            Kind::Seizure => Self::Seizures(of::<Seizure>(tables, chance)),
        }
    }

    pub fn text(&self) -> String {
        match self {
            Self::Agencies(filter) => filters::filter(filter),
            Self::Sensors(filter) => filters::filter(filter),
            Self::Operations(filter) => filters::filter(filter),
            Self::Seizures(filter) => filters::filter(filter),
        }
    }

    /// Totals of the records that pass.
    pub fn totals(&self, tables: &Tables, chance: &mut Chance) -> Option<Totals> {
        let of_groups = Self::draw(self.kind(), tables, chance);
        match (self, of_groups) {
            (Self::Seizures(filter), Self::Seizures(of_groups)) => {
                Some(Totals::of_seizures([filter.clone(), of_groups], chance))
            }
            (Self::Operations(filter), Self::Operations(of_groups)) => {
                Some(Totals::of_operations([filter.clone(), of_groups], chance))
            }
            _ => None,
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::Agencies(_) => Kind::Agency,
            Self::Sensors(_) => Kind::Sensor,
            Self::Operations(_) => Kind::Operation,
            Self::Seizures(_) => Kind::Seizure,
        }
    }
}
