//! The vocabulary of operations: what its parts may be.

use super::codes::codes;

codes! {
    /// Where an operation ran.
    pub enum Domain {
        /// In the air.
        Air = 1 => "AIR",
        /// At sea, or on rivers and lakes.
        Maritime = 2 => "MARITIME",
        /// On land.
        Land = 3 => "LAND",
        /// In a port or airport.
        Port = 4 => "PORT",
        /// In mail and parcels.
        Postal = 5 => "POSTAL",
    }
}

codes! {
    /// How an operation ended.
    pub enum Outcome {
        /// It has not ended.
        Ongoing = 1 => "ONGOING",
        /// Contraband was seized.
        Seized = 2 => "SEIZED",
        /// The load was thrown overboard.
        Jettisoned = 3 => "JETTISONED",
        /// The vessel was sunk by its crew.
        Scuttled = 4 => "SCUTTLED",
        /// The load or conveyance was destroyed.
        Destroyed = 5 => "DESTROYED",
        /// The target got away.
        Escaped = 6 => "ESCAPED",
        /// There was nothing in it.
        Unfounded = 7 => "UNFOUNDED",
        /// Reported without saying.
        Unknown = 8 => "UNKNOWN",
    }
}

codes! {
    /// What an agency did in an operation.
    pub enum ParticipantRole {
        /// Detected.
        Detection = 1 => "DETECTION",
        /// Identified or tracked.
        Monitoring = 2 => "MONITORING",
        /// Intercepted, boarded or arrested.
        Interdiction = 3 => "INTERDICTION",
        /// Gave intelligence.
        Intelligence = 4 => "INTELLIGENCE",
        /// Carried, refuelled, or otherwise helped.
        Support = 5 => "SUPPORT",
        /// Investigated.
        Investigation = 6 => "INVESTIGATION",
        /// Prosecuted.
        Prosecution = 7 => "PROSECUTION",
        /// Analysed in a laboratory.
        Analysis = 8 => "ANALYSIS",
        /// Anything else.
        Other = 9 => "OTHER",
    }
}

codes! {
    /// What a sensor contributed to a case.
    pub enum DetectionRole {
        /// Cued the case; at most one detection of an operation.
        Primary = 1 => "PRIMARY",
        /// Confirmed it.
        Confirming = 2 => "CONFIRMING",
        /// Tracked it.
        Tracking = 3 => "TRACKING",
    }
}

codes! {
    /// What was detected.
    pub enum TargetKind {
        /// An aircraft.
        Aircraft = 1 => "AIRCRAFT",
        /// A surface vessel.
        Vessel = 2 => "VESSEL",
        /// A submersible or semi-submersible.
        Submersible = 3 => "SUBMERSIBLE",
        /// A land vehicle.
        Vehicle = 4 => "VEHICLE",
        /// A container, parcel or piece of luggage.
        Container = 5 => "CONTAINER",
        /// A person.
        Person = 6 => "PERSON",
        /// Anything else.
        Other = 7 => "OTHER",
    }
}

codes! {
    /// How sure a detection is, in the words of the US Consolidated Counterdrug Database.
    pub enum Confidence {
        /// Confirmed by seizure, admission or a trained observer.
        Confirmed = 1 => "CONFIRMED",
        /// Substantiated by more than one source.
        Substantiated = 2 => "SUBSTANTIATED",
        /// Suspected.
        Suspect = 3 => "SUSPECT",
    }
}

codes! {
    /// What was done next.
    pub enum StepKind {
        /// The target was detected.
        Detected = 1 => "DETECTED",
        /// It was identified.
        Identified = 2 => "IDENTIFIED",
        /// It was tracked.
        Tracked = 3 => "TRACKED",
        /// Assets were sent.
        Dispatched = 4 => "DISPATCHED",
        /// It was intercepted.
        Intercepted = 5 => "INTERCEPTED",
        /// It was boarded.
        Boarded = 6 => "BOARDED",
        /// It landed.
        Landed = 7 => "LANDED",
        /// Contraband was seized.
        Seized = 8 => "SEIZED",
        /// Persons or goods were handed over.
        HandedOver = 9 => "HANDED_OVER",
        /// Anything else.
        Other = 10 => "OTHER",
    }
}

codes! {
    /// What carried the goods.
    pub enum ConveyanceKind {
        /// An aircraft with fixed wings.
        Aircraft = 1 => "AIRCRAFT",
        /// A helicopter.
        Helicopter = 2 => "HELICOPTER",
        /// An unmanned aircraft.
        UnmannedAircraft = 3 => "UNMANNED_AIRCRAFT",
        /// A go-fast or other small craft.
        GoFast = 4 => "GO_FAST",
        /// A fishing vessel.
        FishingVessel = 5 => "FISHING_VESSEL",
        /// A merchant vessel.
        MerchantVessel = 6 => "MERCHANT_VESSEL",
        /// A sailing vessel.
        SailingVessel = 7 => "SAILING_VESSEL",
        /// A vessel of another or unknown kind.
        Vessel = 8 => "VESSEL",
        /// A submersible.
        Submersible = 9 => "SUBMERSIBLE",
        /// A self-propelled semi-submersible or low-profile vessel.
        SemiSubmersible = 10 => "SEMI_SUBMERSIBLE",
        /// A car, van or motorcycle.
        Vehicle = 11 => "VEHICLE",
        /// A truck.
        Truck = 12 => "TRUCK",
        /// A train.
        Train = 13 => "TRAIN",
        /// A freight container.
        Container = 14 => "CONTAINER",
        /// A parcel or letter.
        Parcel = 15 => "PARCEL",
        /// A person on foot.
        Person = 16 => "PERSON",
        /// Anything else.
        Other = 17 => "OTHER",
    }
}

codes! {
    /// What became of a conveyance.
    pub enum ConveyanceDisposition {
        /// Seized.
        Seized = 1 => "SEIZED",
        /// Found abandoned.
        Abandoned = 2 => "ABANDONED",
        /// Sunk.
        Sunk = 3 => "SUNK",
        /// Destroyed.
        Destroyed = 4 => "DESTROYED",
        /// Got away.
        Escaped = 5 => "ESCAPED",
        /// Let go.
        Released = 6 => "RELEASED",
        /// Reported as not known.
        Unknown = 7 => "UNKNOWN",
    }
}

codes! {
    /// What a point of a route is.
    pub enum WaypointKind {
        /// Where the goods came from; at most one.
        Origin = 1 => "ORIGIN",
        /// Where they passed.
        Transit = 2 => "TRANSIT",
        /// Where they were bound for; at most one.
        Destination = 3 => "DESTINATION",
    }
}
