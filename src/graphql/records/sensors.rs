//! Sensors as objects, and who provides them.

use super::{Agency, guarded, list, one, parts, unpicked};
use crate::{
    domain::{
        questions::{One, Parts},
        sensors::{ProvisionKind, SensorType},
    },
    graphql::{
        codes::Coded,
        connections::DetectionConnection,
        inputs::{
            DetectionFilter, OperationFilter, OperationOrder, Planned, SeizureFilter, SeizureOrder,
        },
        now::{All, Now},
        values::{Place, When},
    },
    store::{Node, Own},
};
use async_graphql::{Context, Object, Result};
use std::sync::Arc;

guarded! {
    /// Something that detects: a radar, an aerostat, an aircraft, a scanner, a dog, a report.
    Sensor {
        /// What it is called.
        async fn display_name(&self) -> Result<&String> {
            let Own::Sensor { display_name, .. } = &self.0.own else {
                return Err(unpicked("displayName"));
            };
            Ok(display_name)
        }

        /// What it is.
        async fn r#type(&self) -> Result<Coded<SensorType>> {
            let Own::Sensor { sensor_type, .. } = &self.0.own else {
                return Err(unpicked("type"));
            };
            Ok(Coded(*sensor_type))
        }

        /// The agency that operates it; null when there is none that the viewer may see.
        async fn operator(&self) -> Result<Option<Now<Agency>>> {
            one(&self.0, One::Operator, Agency)
        }

        /// Who provides it, and on what terms; at most 50.
        async fn provisions(&self) -> Result<All<Now<Provision>>> {
            parts(&self.0, Parts::Provisions, Provision)
        }

        /// Its detections, in the order of the recording of their operations.
        async fn detections(
            &self,
            ctx: &Context<'_>,
            #[graphql(desc = "Only those that pass.")] filter: Planned<Option<DetectionFilter>>,
            #[graphql(desc = "The first so many, 0 to 1,000; 50 when neither `first` nor `last` \
                              is given.")]
            first: Option<i32>,
            #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
            #[graphql(desc = "The last so many, 0 to 1,000.")] last: Option<i32>,
            #[graphql(desc = "End before this cursor.")] before: Option<String>,
        ) -> Result<Now<DetectionConnection>> {
            let _planned = (filter, first, after, last, before);
            Ok(Now(DetectionConnection(list(&self.0, ctx)?)))
        }

        /// Where it stands; null when not known.
        async fn site(&self) -> Option<Now<Place>> {
            self.0.place.as_ref().map(Now::from)
        }
    }
    lists {
        /// Operations that it detected.
        operations: OperationConnection(OperationFilter, OperationOrder);
        /// Seizures under operations that it cued: its detection is the primary one.
        seizures: SeizureConnection(SeizureFilter, SeizureOrder);
        /// Seizures under operations that it detected, in any role.
        seizures_detected: SeizureConnection(SeizureFilter, SeizureOrder);
    }
}

/// One agency's providing of a sensor.
pub struct Provision(Arc<Node>);

/// One agency's providing of a sensor.
#[Object]
impl Provision {
    /// The agency that provides; null where the viewer may not see it.
    async fn provider(&self) -> Result<Option<Now<Agency>>> {
        one(&self.0, One::Provider, Agency)
    }

    /// On what terms.
    async fn kind(&self) -> Result<Coded<ProvisionKind>> {
        let Own::Provision { kind, .. } = &self.0.own else {
            return Err(unpicked("kind"));
        };
        Ok(Coded(*kind))
    }

    /// Since when; null when not known.
    async fn from(&self) -> Result<Option<Now<When>>> {
        let Own::Provision { from, .. } = &self.0.own else {
            return Err(unpicked("from"));
        };
        Ok(from.as_ref().map(Now::from))
    }

    /// Until when; null while it lasts or when not known.
    async fn until(&self) -> Result<Option<Now<When>>> {
        let Own::Provision { until, .. } = &self.0.own else {
            return Err(unpicked("until"));
        };
        Ok(until.as_ref().map(Now::from))
    }
}
