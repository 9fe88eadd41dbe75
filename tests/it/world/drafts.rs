//! Drafts: the least that a record needs, and the most that it holds.

use interdiction::domain::{
    agencies::{AgencyDraft, AgencyKind},
    codes::Code as _,
    markings::{MarkingDraft, Tlp},
    operation_parts::{
        Confidence, ConveyanceDisposition, ConveyanceDraft, ConveyanceKind, DetectionDraft,
        DetectionRole, ParticipantDraft, ParticipantRole, StepDraft, StepKind, TargetKind,
        WaypointDraft, WaypointKind,
    },
    operations::{Domain, OperationDraft, Outcome},
    places::{AdministrativeCode, PlaceDraft, PlaceKind, PointDraft},
    quantities::{Basis, Bound, Method, Unit},
    seizures::{Form, Identification, ItemDraft, ItemKind, QuantityDraft, SeizureDraft},
    sensors::{ProvisionDraft, ProvisionKind, SensorDraft, SensorType},
    sources::{ExternalId, SourceDraft},
};

pub fn marked(label: Tlp, releasable_to: &[&str]) -> Option<MarkingDraft> {
    let releasable_to = releasable_to.iter().map(ToString::to_string).collect();
    Some(MarkingDraft { label: label.code(), releasable_to })
}

/// What every agency sees.
pub fn green() -> Option<MarkingDraft> {
    marked(Tlp::Green, &[])
}

/// What its originator alone sees.
pub fn red() -> Option<MarkingDraft> {
    marked(Tlp::Red, &[])
}

pub fn agency(display_name: &str) -> AgencyDraft {
    AgencyDraft {
        display_name: display_name.to_owned(),
        marking: green(),
        ..AgencyDraft::default()
    }
}

pub fn sensor(display_name: &str, sensor_type: SensorType) -> SensorDraft {
    SensorDraft {
        display_name: display_name.to_owned(),
        sensor_type: sensor_type.code(),
        marking: green(),
        ..SensorDraft::default()
    }
}

pub fn operation(display_name: &str) -> OperationDraft {
    OperationDraft {
        display_name: display_name.to_owned(),
        marking: green(),
        ..OperationDraft::default()
    }
}

/// A seizure of a kilogram of heroin that another system calls by a label.
pub fn seizure(label: &str) -> SeizureDraft {
    SeizureDraft {
        items: vec![item("heroin", "1", Unit::Kilogram)],
        external_ids: vec![external_id("case", label)],
        marking: green(),
        ..SeizureDraft::default()
    }
}

pub fn seizure_of(label: &str, items: Vec<ItemDraft>) -> SeizureDraft {
    SeizureDraft { items, ..seizure(label) }
}

pub fn item(substance: &str, value: &str, unit: Unit) -> ItemDraft {
    ItemDraft {
        substance: format!("substances/{substance}"),
        quantity: Some(quantity(value, unit)),
        ..ItemDraft::default()
    }
}

pub fn quantity(value: &str, unit: Unit) -> QuantityDraft {
    QuantityDraft { value: value.to_owned(), unit: unit.code(), ..QuantityDraft::default() }
}

pub fn external_id(scheme: &str, value: &str) -> ExternalId {
    ExternalId { scheme: scheme.to_owned(), value: value.to_owned() }
}

pub fn detection(sensor: &str, role: DetectionRole) -> DetectionDraft {
    DetectionDraft {
        sensor: format!("sensors/{sensor}"),
        role: role.code(),
        ..DetectionDraft::default()
    }
}

pub fn participant(agency: &str, role: ParticipantRole) -> ParticipantDraft {
    ParticipantDraft {
        agency: format!("agencies/{agency}"),
        role: role.code(),
        ..ParticipantDraft::default()
    }
}

pub fn provision(provider: &str, kind: ProvisionKind) -> ProvisionDraft {
    let provider = format!("agencies/{provider}");
    ProvisionDraft { provider, kind: kind.code(), from: None, until: None }
}

pub fn point(latitude: f64, longitude: f64) -> PlaceDraft {
    let point = PointDraft { latitude, longitude, uncertainty_meters: None };
    PlaceDraft { point: Some(point), ..PlaceDraft::default() }
}

pub fn in_region(region_code: &str) -> PlaceDraft {
    PlaceDraft {
        kind: PlaceKind::National.code(),
        region_code: region_code.to_owned(),
        ..PlaceDraft::default()
    }
}

/// A place of a subdivision, with what that implies.
pub fn in_subdivision(subdivision_code: &str) -> PlaceDraft {
    PlaceDraft {
        subdivision_code: subdivision_code.to_owned(),
        ..in_region(&subdivision_code[..2])
    }
}

/// Degrees that only 17 digits tell from their neighbours, so that a text of fewer loses them.
const AWKWARD_DEGREES: (f64, f64) = (29.072_967_300_000_002, -110.955_919_200_000_02);

/// A place with every field that may stand together.
pub fn full_place() -> PlaceDraft {
    PlaceDraft {
        kind: PlaceKind::National.code(),
        point: Some(PointDraft {
            latitude: AWKWARD_DEGREES.0,
            longitude: AWKWARD_DEGREES.1,
            uncertainty_meters: Some(1_500.123_456_789_012_3),
        }),
        region_code: "MX".to_owned(),
        subdivision_code: "MX-SON".to_owned(),
        administrative_code: Some(AdministrativeCode {
            scheme: "INEGI".to_owned(),
            code: "26030".to_owned(),
        }),
        unlocode: "MXHMO".to_owned(),
        text: "Cerca de Hermosillo, «El Peñasco» \u{1f6e9}".to_owned(),
    }
}

pub fn full_sources() -> Vec<SourceDraft> {
    vec![
        SourceDraft {
            title: "DoD report: \"a ton\" \\ 100 %".to_owned(),
            publisher: "Infobae".to_owned(),
            url: "https://example.org/a?b=c&d=%C3%B1".to_owned(),
            published: Some("2022-04-11".to_owned()),
        },
        SourceDraft { title: "Parte".to_owned(), ..SourceDraft::default() },
    ]
}

pub fn full_agency() -> AgencyDraft {
    AgencyDraft {
        display_name: "Mexican Navy".to_owned(),
        native_name: "Secretaría de Marina – Armada de México".to_owned(),
        acronym: "SEMAR".to_owned(),
        region_code: "MX".to_owned(),
        kind: AgencyKind::Navy.code(),
        parent: "agencies/mx-sedena".to_owned(),
        marking: marked(Tlp::Amber, &["CO", "US", "agencies/co-ponal"]),
    }
}

pub fn full_sensor() -> SensorDraft {
    SensorDraft {
        display_name: "Radar de Hermosillo".to_owned(),
        sensor_type: SensorType::GroundRadar.code(),
        operator: "agencies/mx-sedena".to_owned(),
        provisions: vec![
            ProvisionDraft {
                from: Some("2018".to_owned()),
                until: Some("2021-06?".to_owned()),
                ..provision("us-dod", ProvisionKind::Furnished)
            },
            provision("mx-sedena", ProvisionKind::Owned),
        ],
        site: Some(full_place()),
        marking: marked(Tlp::AmberStrict, &["agencies/us-dod"]),
    }
}

/// An operation with two of every part; it needs the sensors `radar` and `aerostat`.
pub fn full_operation() -> OperationDraft {
    OperationDraft {
        display_name: "Nogales flight".to_owned(),
        domain: Domain::Air.code(),
        outcome: Outcome::Seized.code(),
        when: Some("2022-04-08T14:30:00-07:00/2022-04-09".to_owned()),
        place: Some(full_place()),
        lead_agency: "agencies/mx-sedena".to_owned(),
        participants: vec![
            ParticipantDraft {
                asset_label: "T-6C+ Texan".to_owned(),
                asset_count: Some(2),
                ..participant("mx-sedena", ParticipantRole::Interdiction)
            },
            participant("us-dod", ParticipantRole::Intelligence),
        ],
        detections: vec![
            DetectionDraft {
                when: Some("2022-04-08T14:30Z".to_owned()),
                place: Some(full_place()),
                target_kind: TargetKind::Aircraft.code(),
                confidence: Confidence::Substantiated.code(),
                ..detection("radar", DetectionRole::Primary)
            },
            detection("aerostat", DetectionRole::Tracking),
        ],
        steps: full_steps(),
        conveyances: full_conveyances(),
        route: vec![
            WaypointDraft {
                kind: WaypointKind::Origin.code(),
                place: Some(in_subdivision("MX-SIN")),
            },
            WaypointDraft { kind: WaypointKind::Transit.code(), place: Some(full_place()) },
            WaypointDraft { kind: WaypointKind::Destination.code(), place: Some(in_region("US")) },
        ],
        narrative: "Un Cessna\nsalió de Culiacán.\n\tÑandú 100 %_\\ \u{1f681}".to_owned(),
        sources: full_sources(),
        marking: marked(Tlp::Amber, &["MX", "agencies/co-ponal"]),
    }
}

fn full_steps() -> Vec<StepDraft> {
    vec![
        StepDraft {
            kind: StepKind::Dispatched.code(),
            when: Some("2022-04-08T15:00:00.250000Z".to_owned()),
            agency: "agencies/mx-sedena".to_owned(),
            asset_label: "UH-60M".to_owned(),
            asset_count: Some(1),
            place: Some(full_place()),
            note: "Tropa a bordo\nsegunda línea".to_owned(),
        },
        StepDraft { kind: StepKind::Landed.code(), ..StepDraft::default() },
    ]
}

fn full_conveyances() -> Vec<ConveyanceDraft> {
    vec![
        ConveyanceDraft {
            kind: ConveyanceKind::Aircraft.code(),
            registration: "XB-OSL".to_owned(),
            flag_region_code: "MX".to_owned(),
            model: "Cessna 206".to_owned(),
            disposition: ConveyanceDisposition::Seized.code(),
            ..ConveyanceDraft::default()
        },
        ConveyanceDraft {
            kind: ConveyanceKind::FishingVessel.code(),
            imo_number: "9074729".to_owned(),
            mmsi: "345070123".to_owned(),
            claimed_name: "La Niña".to_owned(),
            ..ConveyanceDraft::default()
        },
    ]
}

/// A seizure with one item of every kind, under an operation when one is named.
pub fn full_seizure(operation: &str) -> SeizureDraft {
    SeizureDraft {
        operation: operation.to_owned(),
        agency: "agencies/mx-sedena".to_owned(),
        when: Some("2020-10-15?".to_owned()),
        place: Some(full_place()),
        items: full_items(),
        external_ids: vec![
            external_id("mx.sedena", "2020/000 417-Ñ"),
            external_id("dod", "\"417\""),
        ],
        sources: full_sources(),
        marking: marked(Tlp::Amber, &["US", "agencies/co-ponal"]),
    }
}

fn full_items() -> Vec<ItemDraft> {
    let thing = |kind: ItemKind, label: &str| ItemDraft {
        kind: kind.code(),
        reported_label: label.to_owned(),
        ..ItemDraft::default()
    };
    vec![
        ItemDraft {
            kind: ItemKind::Substance.code(),
            substance: "substances/crystal-methamphetamine".to_owned(),
            reported_label: "«cristal»".to_owned(),
            quantity: Some(QuantityDraft {
                value: "0425.00".to_owned(),
                unit: Unit::Pound.code(),
                bound: Bound::AtLeast.code(),
                basis: Basis::Gross.code(),
                method: Method::Weighed.code(),
            }),
            form: Form::Crystal.code(),
            identification: Identification::LabConfirmed.code(),
            purity_percent: "97.250000".to_owned(),
            package_count: Some(17),
        },
        ItemDraft {
            quantity: Some(quantity("3.5", Unit::Litre)),
            form: Form::Liquid.code(),
            ..item("fentanyl", "0", Unit::Unit)
        },
        ItemDraft { quantity: None, package_count: Some(0), ..item("heroin", "1", Unit::Gram) },
        thing(ItemKind::Currency, "USD 12,000"),
        thing(ItemKind::Weapon, "AK-47"),
        thing(ItemKind::Conveyance, "Cessna 206"),
        ItemDraft {
            quantity: Some(quantity("3", Unit::Package)),
            ..thing(ItemKind::Other, "phones")
        },
    ]
}
