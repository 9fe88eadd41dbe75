//! Agencies as objects.

use super::{guarded, one, unpicked};
use crate::{
    domain::{agencies::AgencyKind, questions::One},
    graphql::{
        codes::Coded,
        inputs::{
            AgencyFilter, AgencyOrder, OperationFilter, OperationOrder, SeizureFilter,
            SeizureOrder, SensorFilter, SensorOrder,
        },
        values::known,
    },
    store::Own,
};
use async_graphql::Result;

guarded! {
    /// An organisation that acts: army, navy, police, customs, coast guard, prosecutor, task force,
    /// laboratory.
    Agency {
        /// What it is called in English.
        async fn display_name(&self) -> Result<&String> {
            match &self.0.own {
                Own::Agency { display_name, .. } => Ok(display_name),
                _ => Err(unpicked("displayName")),
            }
        }

        /// What it calls itself; null when not known.
        async fn native_name(&self) -> Result<Option<String>> {
            match &self.0.own {
                Own::Agency { native_name, .. } => Ok(known(native_name)),
                _ => Err(unpicked("nativeName")),
            }
        }

        /// Its acronym: `SEMAR`; null when it has none.
        async fn acronym(&self) -> Result<Option<String>> {
            match &self.0.own {
                Own::Agency { acronym, .. } => Ok(known(acronym)),
                _ => Err(unpicked("acronym")),
            }
        }

        /// Its country, CLDR / ISO 3166-1 alpha-2: `MX`; null when it has none.
        async fn region_code(&self) -> Result<Option<String>> {
            match &self.0.own {
                Own::Agency { region_code, .. } => {
                    Ok(region_code.as_ref().map(ToString::to_string))
                }
                _ => Err(unpicked("regionCode")),
            }
        }

        /// What kind of organisation it is; null when not known.
        async fn kind(&self) -> Result<Option<Coded<AgencyKind>>> {
            match &self.0.own {
                Own::Agency { kind, .. } => Ok(kind.map(Coded)),
                _ => Err(unpicked("kind")),
            }
        }

        /// The agency above it; null when there is none that the viewer may see.
        async fn parent(&self) -> Result<Option<Agency>> {
            one(&self.0, One::Parent, Agency)
        }
    }
    lists {
        /// Agencies right below it.
        children: AgencyConnection(AgencyFilter, AgencyOrder);
        /// Operations that it leads.
        operations_led: OperationConnection(OperationFilter, OperationOrder);
        /// Operations that it takes part in.
        operations_joined: OperationConnection(OperationFilter, OperationOrder);
        /// Sensors that it operates.
        sensors_operated: SensorConnection(SensorFilter, SensorOrder);
        /// Sensors that it provides to others: owned, furnished, loaned or donated.
        sensors_furnished: SensorConnection(SensorFilter, SensorOrder);
        /// Seizures that it made.
        seizures: SeizureConnection(SeizureFilter, SeizureOrder);
    }
}
