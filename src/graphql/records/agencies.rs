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
        now::Now,
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
            let Own::Agency { display_name, .. } = &self.0.own else {
                return Err(unpicked("displayName"));
            };
            Ok(display_name)
        }

        /// What it calls itself; null when not known.
        async fn native_name(&self) -> Result<Option<String>> {
            let Own::Agency { native_name, .. } = &self.0.own else {
                return Err(unpicked("nativeName"));
            };
            Ok(known(native_name))
        }

        /// Its acronym: `SEMAR`; null when it has none.
        async fn acronym(&self) -> Result<Option<String>> {
            let Own::Agency { acronym, .. } = &self.0.own else {
                return Err(unpicked("acronym"));
            };
            Ok(known(acronym))
        }

        /// Its country, CLDR / ISO 3166-1 alpha-2: `MX`; null when it has none.
        async fn region_code(&self) -> Result<Option<String>> {
            let Own::Agency { region_code, .. } = &self.0.own else {
                return Err(unpicked("regionCode"));
            };
            Ok(region_code.as_ref().map(ToString::to_string))
        }

        /// What kind of organisation it is; null when not known.
        async fn kind(&self) -> Result<Option<Coded<AgencyKind>>> {
            let Own::Agency { kind, .. } = &self.0.own else {
                return Err(unpicked("kind"));
            };
            Ok(kind.map(Coded))
        }

        /// The agency above it; null when there is none that the viewer may see.
        async fn parent(&self) -> Result<Option<Now<Agency>>> {
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
