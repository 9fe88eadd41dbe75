//! Operations as objects, and their parts.

use super::{Agency, Sensor, guarded, one, parts, unpicked};
use crate::{
    domain::{
        operation_kinds::{
            Confidence, ConveyanceDisposition, ConveyanceKind, DetectionRole, Domain, Outcome,
            ParticipantRole, StepKind, TargetKind, WaypointKind,
        },
        operation_parts,
        questions::{One, Parts},
    },
    graphql::{
        codes::Coded,
        inputs::{SeizureFilter, SeizureOrder},
        now::{All, Now},
        values::{Place, Source, When, known},
    },
    store::{Node, Own},
};
use async_graphql::{Object, Result};
use std::sync::Arc;

guarded! {
    /// One case, from the first detection to the outcome, with or without a seizure.
    Operation {
        /// What it is called.
        async fn display_name(&self) -> Result<&String> {
            let Own::Operation { display_name, .. } = &self.0.own else {
                return Err(unpicked("displayName"));
            };
            Ok(display_name)
        }

        /// Where it ran; null when not known.
        async fn domain(&self) -> Result<Option<Coded<Domain>>> {
            let Own::Operation { domain, .. } = &self.0.own else {
                return Err(unpicked("domain"));
            };
            Ok(domain.map(Coded))
        }

        /// How it ended.
        async fn outcome(&self) -> Result<Coded<Outcome>> {
            let Own::Operation { outcome, .. } = &self.0.own else {
                return Err(unpicked("outcome"));
            };
            Ok(Coded(*outcome))
        }

        /// When; null when not known.
        async fn when(&self) -> Option<Now<When>> {
            self.0.when.as_ref().map(Now::from)
        }

        /// Where; null when not known.
        async fn place(&self) -> Option<Now<Place>> {
            self.0.place.as_ref().map(Now::from)
        }

        /// The agency that leads it; null when there is none that the viewer may see.
        async fn lead_agency(&self) -> Result<Option<Now<Agency>>> {
            one(&self.0, One::LeadAgency, Agency)
        }

        /// Who took part; at most 200.
        async fn participants(&self) -> Result<All<Now<Participant>>> {
            parts(&self.0, Parts::Participants, Participant)
        }

        /// What was detected; at most 200.
        async fn detections(&self) -> Result<All<Now<Detection>>> {
            parts(&self.0, Parts::Detections, Detection)
        }

        /// What was done, in the order of events; at most 500.
        async fn steps(&self) -> Result<All<Now<Step>>> {
            parts(&self.0, Parts::Steps, Step)
        }

        /// What carried the goods; at most 100.
        async fn conveyances(&self) -> Result<All<Now<Conveyance>>> {
            parts(&self.0, Parts::Conveyances, Conveyance)
        }

        /// The way the goods took; at most 100 points.
        async fn route(&self) -> Result<All<Now<Waypoint>>> {
            parts(&self.0, Parts::Route, Waypoint)
        }

        /// What happened, in words; null when not told.
        async fn narrative(&self) -> Option<String> {
            known(&self.0.narrative)
        }

        /// Where the facts come from; at most 20.
        async fn sources(&self) -> All<Now<Source>> {
            self.0.sources.iter().map(Source::from).collect()
        }
    }
    lists {
        /// Seizures under it.
        seizures: SeizureConnection(SeizureFilter, SeizureOrder);
    }
}

/// One agency's part in an operation.
pub struct Participant(Arc<Node>);

/// One agency's part in an operation.
#[Object]
impl Participant {
    /// The agency; null where the viewer may not see it.
    async fn agency(&self) -> Result<Option<Now<Agency>>> {
        one(&self.0, One::Agency, Agency)
    }

    /// What it did.
    async fn role(&self) -> Result<Coded<ParticipantRole>> {
        let Own::Participant { role, .. } = &self.0.own else {
            return Err(unpicked("role"));
        };
        Ok(Coded(*role))
    }

    /// What it acted with; null when not known.
    async fn asset_label(&self) -> Result<Option<String>> {
        let Own::Participant { asset_label, .. } = &self.0.own else {
            return Err(unpicked("assetLabel"));
        };
        Ok(known(asset_label))
    }

    /// How many of them; null when not known.
    async fn asset_count(&self) -> Result<Option<i32>> {
        let Own::Participant { asset_count, .. } = &self.0.own else {
            return Err(unpicked("assetCount"));
        };
        Ok(*asset_count)
    }
}

/// One sensor's contribution to an operation.
pub struct Detection(pub(in crate::graphql) Arc<Node>);

/// One sensor's contribution to an operation.
#[Object]
impl Detection {
    /// The sensor; null where the viewer may not see it.
    async fn sensor(&self) -> Result<Option<Now<Sensor>>> {
        one(&self.0, One::Sensor, Sensor)
    }

    /// The operation that it is part of.
    async fn operation(&self) -> Result<Option<Now<Operation>>> {
        one(&self.0, One::Operation, Operation)
    }

    /// What it contributed: at most one detection of an operation is the primary one.
    async fn role(&self) -> Result<Coded<DetectionRole>> {
        let Own::Detection { role, .. } = &self.0.own else {
            return Err(unpicked("role"));
        };
        Ok(Coded(*role))
    }

    /// When; null when not known.
    async fn when(&self) -> Option<Now<When>> {
        self.0.when.as_ref().map(Now::from)
    }

    /// Where the target was; null when not known.
    async fn place(&self) -> Option<Now<Place>> {
        self.0.place.as_ref().map(Now::from)
    }

    /// What was detected; null when not known.
    async fn target_kind(&self) -> Result<Option<Coded<TargetKind>>> {
        let Own::Detection { target_kind, .. } = &self.0.own else {
            return Err(unpicked("targetKind"));
        };
        Ok(target_kind.map(Coded))
    }

    /// How sure it is; null when not known.
    async fn confidence(&self) -> Result<Option<Coded<Confidence>>> {
        let Own::Detection { confidence, .. } = &self.0.own else {
            return Err(unpicked("confidence"));
        };
        Ok(confidence.map(Coded))
    }
}

/// One step of an operation.
pub struct Step(Arc<Node>);

/// One step of an operation.
#[Object]
impl Step {
    /// What was done.
    async fn kind(&self) -> Result<Coded<StepKind>> {
        let Own::Step { kind, .. } = &self.0.own else {
            return Err(unpicked("kind"));
        };
        Ok(Coded(*kind))
    }

    /// When; null when not known.
    async fn when(&self) -> Option<Now<When>> {
        self.0.when.as_ref().map(Now::from)
    }

    /// The agency that did it; null when there is none that the viewer may see.
    async fn agency(&self) -> Result<Option<Now<Agency>>> {
        one(&self.0, One::Agency, Agency)
    }

    /// With what; null when not known.
    async fn asset_label(&self) -> Result<Option<String>> {
        let Own::Step { asset_label, .. } = &self.0.own else {
            return Err(unpicked("assetLabel"));
        };
        Ok(known(asset_label))
    }

    /// With how many of them; null when not known.
    async fn asset_count(&self) -> Result<Option<i32>> {
        let Own::Step { asset_count, .. } = &self.0.own else {
            return Err(unpicked("assetCount"));
        };
        Ok(*asset_count)
    }

    /// Where; null when not known.
    async fn place(&self) -> Option<Now<Place>> {
        self.0.place.as_ref().map(Now::from)
    }

    /// What else is to be said; null when nothing.
    async fn note(&self) -> Result<Option<String>> {
        let Own::Step { note, .. } = &self.0.own else {
            return Err(unpicked("note"));
        };
        Ok(known(note))
    }
}

/// What carried the goods: an aircraft, a vessel, a submersible, a vehicle, a container.
pub struct Conveyance(Arc<Node>);

impl Conveyance {
    fn own(&self) -> Result<&operation_parts::Conveyance> {
        let Own::Conveyance(own) = &self.0.own else {
            return Err(unpicked("a field of a conveyance"));
        };
        Ok(own)
    }
}

/// What carried the goods: an aircraft, a vessel, a submersible, a vehicle, a container.
#[Object]
impl Conveyance {
    /// What it is.
    async fn kind(&self) -> Result<Coded<ConveyanceKind>> {
        Ok(Coded(self.own()?.kind))
    }

    /// Registration as painted: `XB-OSL`; null when not known.
    async fn registration(&self) -> Result<Option<String>> {
        Ok(known(&self.own()?.registration))
    }

    /// The flag state; null when not known.
    async fn flag_region_code(&self) -> Result<Option<String>> {
        Ok(self.own()?.flag_region_code.as_ref().map(ToString::to_string))
    }

    /// IMO ship number; null when not known.
    async fn imo_number(&self) -> Result<Option<String>> {
        Ok(known(&self.own()?.imo_number))
    }

    /// Maritime mobile service identity; null when not known.
    async fn mmsi(&self) -> Result<Option<String>> {
        Ok(known(&self.own()?.mmsi))
    }

    /// The name that it claimed; null when not known.
    async fn claimed_name(&self) -> Result<Option<String>> {
        Ok(known(&self.own()?.claimed_name))
    }

    /// Make or model; null when not known.
    async fn model(&self) -> Result<Option<String>> {
        Ok(known(&self.own()?.model))
    }

    /// What became of it; null when not known.
    async fn disposition(&self) -> Result<Option<Coded<ConveyanceDisposition>>> {
        Ok(self.own()?.disposition.map(Coded))
    }
}

/// A point of the way that the goods took.
pub struct Waypoint(Arc<Node>);

/// A point of the way that the goods took.
#[Object]
impl Waypoint {
    /// What it is on the way: at most one is the origin, at most one the destination.
    async fn kind(&self) -> Result<Coded<WaypointKind>> {
        let Own::Waypoint { kind } = &self.0.own else {
            return Err(unpicked("kind"));
        };
        Ok(Coded(*kind))
    }

    /// Where it lies; null when not known.
    async fn place(&self) -> Option<Now<Place>> {
        self.0.place.as_ref().map(Now::from)
    }
}
