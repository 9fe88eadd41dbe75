//! Four published interdictions, as their reports tell them. What a report does not say is left
//! out: unknown is not zero, and not a guess.
//!
//! Hermosillo and Colima: a report of the US Department of Defense, cited through an article, which
//! gives days and no year. Nogales: La Jornada, and Infobae of 11 April 2022. Puerto Peñasco: La
//! Jornada.

use crate::domain::{
    agencies::{AgencyDraft, AgencyKind},
    codes::Code as _,
    markings::{MarkingDraft, Tlp},
    operation_parts::{
        Confidence, ConveyanceDisposition, ConveyanceDraft, ConveyanceKind, DetectionDraft,
        DetectionRole, ParticipantDraft, ParticipantRole, StepDraft, StepKind, TargetKind,
        WaypointDraft, WaypointKind,
    },
    operations::{Domain, OperationDraft, Outcome},
    places::{PlaceDraft, PlaceKind, PointDraft},
    quantities::{Basis, Bound, Unit},
    seizures::{Identification, ItemDraft, ItemKind, QuantityDraft, SeizureDraft},
    sensors::{ProvisionDraft, ProvisionKind, SensorDraft, SensorType},
    sources::SourceDraft,
};

const DOD: &str = "agencies/us-dod";
const ARMY: &str = "agencies/mx-sedena";
const NAVY: &str = "agencies/mx-semar";
const AIR_FORCE: &str = "agencies/mx-fam";
const NATIONAL_GUARD: &str = "agencies/mx-gn";
const HERMOSILLO: &str = "sensors/hermosillo-radar";
const AIR_SURVEILLANCE: &str = "sensors/mx-sivra-radars";

/// An operation, and what was seized under it.
pub struct Case {
    /// The operation.
    pub operation: OperationDraft,
    /// The seizure, which does not name the operation yet.
    pub seizure: SeizureDraft,
}

/// Who acted, by id.
pub fn agencies() -> Vec<(&'static str, AgencyDraft)> {
    use AgencyKind::{AirForce, Army, DefenceMinistry, NationalGuard, Navy};
    [
        ("us-dod", "United States Department of Defense", "", "DoD", "US", DefenceMinistry),
        ("mx-sedena", "Mexican Army", "Ejército Mexicano", "SEDENA", "MX", Army),
        ("mx-semar", "Mexican Navy", "Armada de México", "SEMAR", "MX", Navy),
        ("mx-fam", "Mexican Air Force", "Fuerza Aérea Mexicana", "FAM", "MX", AirForce),
        ("mx-gn", "Mexican National Guard", "Guardia Nacional", "GN", "MX", NationalGuard),
    ]
    .map(|(id, name, native_name, acronym, region, kind)| {
        let draft = AgencyDraft {
            display_name: name.to_owned(),
            native_name: native_name.to_owned(),
            acronym: acronym.to_owned(),
            region_code: region.to_owned(),
            kind: kind.code(),
            parent: String::new(),
            marking: green(),
        };
        (id, draft)
    })
    .into()
}

/// What detects, by id.
pub fn sensors() -> Vec<(&'static str, SensorDraft)> {
    let furnished = ProvisionDraft {
        provider: DOD.to_owned(),
        kind: ProvisionKind::Furnished.code(),
        ..ProvisionDraft::default()
    };
    let point = PointDraft { latitude: 29.07, longitude: -110.96, uncertainty_meters: None };
    let site = PlaceDraft { point: Some(point), ..place("MX-SON", "Hermosillo, city centre") };
    let hermosillo = SensorDraft {
        display_name: "Ground radar at Hermosillo".to_owned(),
        sensor_type: SensorType::GroundRadar.code(),
        operator: ARMY.to_owned(),
        provisions: vec![furnished],
        site: Some(site),
        marking: green(),
    };
    let air_surveillance = SensorDraft {
        display_name: "Radars of the integrated air surveillance system".to_owned(),
        sensor_type: SensorType::GroundRadar.code(),
        marking: green(),
        ..SensorDraft::default()
    };
    vec![(id_of(HERMOSILLO), hermosillo), (id_of(AIR_SURVEILLANCE), air_surveillance)]
}

/// The cases, in the order of their telling.
pub fn cases() -> Vec<Case> {
    vec![hermosillo(), colima(), nogales(), puerto_penasco()]
}

/// 15 October: a furnished ground radar cued the Mexican Army.
fn hermosillo() -> Case {
    use ParticipantRole::{Interdiction, Monitoring};
    use StepKind::{Detected, Dispatched, Identified, Landed, Seized, Tracked};
    let when = "2020-10-15?";
    let operation = OperationDraft {
        lead_agency: ARMY.to_owned(),
        participants: vec![
            participant(ARMY, Monitoring, NOTHING),
            participant(ARMY, Interdiction, ("group of soldiers", Some(1))),
        ],
        detections: vec![cue(HERMOSILLO, when)],
        steps: vec![
            step(Detected, ARMY, NOTHING, ""),
            step(Identified, ARMY, NOTHING, ""),
            step(Tracked, ARMY, NOTHING, ""),
            step(Landed, "", NOTHING, "the suspicious aircraft"),
            step(Dispatched, ARMY, ("group of soldiers", Some(1)), ""),
            step(Seized, ARMY, NOTHING, ""),
        ],
        conveyances: vec![conveyance(ConveyanceKind::Aircraft, None)],
        narrative: "The Army identified and tracked a suspicious aircraft, then sent soldiers to \
                    where it had landed. The report gives the day and not the year."
            .to_owned(),
        ..operation("Hermosillo flight", Domain::Air, when, mexico(), defense_report())
    };
    let items = vec![
        item("cocaine", "cocaine", "390", Unit::Pound),
        item("crystal-methamphetamine", "crystal methamphetamine", "425", Unit::Pound),
        item("heroin", "heroin", "125", Unit::Pound),
        item("fentanyl", "fentanyl", "9", Unit::Pound),
    ];
    case(operation, ARMY, items)
}

/// 20 October: no sensor is named; six Navy boats took part.
fn colima() -> Case {
    use StepKind::{Boarded, Identified, Intercepted, Seized};
    let boats = ("Navy boats", Some(6));
    let place = place("MX-COL", "off the coast of Colima");
    let operation = OperationDraft {
        lead_agency: NAVY.to_owned(),
        participants: vec![participant(NAVY, ParticipantRole::Interdiction, boats)],
        steps: vec![
            step(Identified, NAVY, NOTHING, ""),
            step(Intercepted, NAVY, boats, ""),
            step(Boarded, NAVY, NOTHING, ""),
            step(Seized, NAVY, NOTHING, ""),
        ],
        conveyances: vec![conveyance(ConveyanceKind::Vessel, None)],
        narrative:
            "The Navy identified a suspicious vessel; six boats intercepted and boarded it. \
                    The report gives the day and not the year."
                .to_owned(),
        ..operation("Colima vessel", Domain::Maritime, "2020-10-20?", place, defense_report())
    };
    case(operation, NAVY, vec![item("cocaine", "cocaine", "1.1", Unit::Tonne)])
}

/// 8 April 2022: the Hermosillo radar again; the aircraft left, the car was abandoned.
fn nogales() -> Case {
    use ParticipantRole::Interdiction;
    use StepKind::{Detected, Intercepted, Landed, Seized};
    let when = "2022-04-08";
    let title = "Report of the seizure near Nogales";
    let place = place("MX-SON", "south-east of Nogales");
    let sources =
        vec![source("La Jornada", title, None), source("Infobae", title, Some("2022-04-11"))];
    let landed = step(Landed, "", NOTHING, "it was unloaded and left again");
    let operation = OperationDraft {
        participants: vec![
            participant(AIR_FORCE, Interdiction, ("T-6C+", Some(2))),
            participant(AIR_FORCE, Interdiction, ("UH-60M", Some(1))),
            participant(NATIONAL_GUARD, Interdiction, ("Dornier", Some(1))),
            participant(ARMY, Interdiction, ("ground troops", None)),
        ],
        detections: vec![cue(HERMOSILLO, when)],
        steps: vec![
            step(Detected, "", NOTHING, "an aircraft on an unidentified route"),
            step(Intercepted, AIR_FORCE, ("T-6C+", Some(2)), ""),
            step(Intercepted, AIR_FORCE, ("UH-60M", Some(1)), ""),
            step(Intercepted, NATIONAL_GUARD, ("Dornier", Some(1)), ""),
            StepDraft { place: Some(place.clone()), ..landed },
            step(Seized, "", NOTHING, "from the abandoned car"),
        ],
        conveyances: vec![
            conveyance(ConveyanceKind::Aircraft, Some(ConveyanceDisposition::Escaped)),
            conveyance(ConveyanceKind::Vehicle, Some(ConveyanceDisposition::Abandoned)),
        ],
        narrative: "Seventeen packages. Their masses add up to 379.6 kg; the press says 379."
            .to_owned(),
        ..operation("Nogales flight", Domain::Air, when, place, sources)
    };
    let presumptive = |substance: &str, value| {
        let label = format!("similar to {substance}");
        let identification = Identification::Presumptive.code();
        ItemDraft { identification, ..item(substance, &label, value, Unit::Kilogram) }
    };
    let items = vec![
        presumptive("methamphetamine", "276.7"),
        presumptive("fentanyl", "49.7"),
        presumptive("heroin", "36"),
        presumptive("cocaine", "17.2"),
    ];
    case(operation, "", items)
}

/// 26 January 2022: a Cessna from Culiacán left its route, and radars saw it.
fn puerto_penasco() -> Case {
    use StepKind::{Detected, Dispatched, Landed, Seized, Tracked};
    let when = "2022-01-26";
    let group = ("reaction group", Some(1));
    let place_of_landing = place("MX-SON", "a dirt road near Puerto Peñasco");
    let sources = vec![source("La Jornada", "Report of the seizure at Puerto Peñasco", None)];
    let landed = step(Landed, "", NOTHING, "on a dirt road");
    let operation = OperationDraft {
        participants: vec![
            participant(AIR_FORCE, ParticipantRole::Monitoring, ("T-6C+", Some(3))),
            participant(ARMY, ParticipantRole::Interdiction, group),
        ],
        detections: vec![cue(AIR_SURVEILLANCE, when)],
        steps: vec![
            step(Detected, "", NOTHING, "it left its route"),
            step(Tracked, AIR_FORCE, ("T-6C+", Some(3)), ""),
            StepDraft { place: Some(place_of_landing.clone()), ..landed },
            step(Dispatched, "", ("UH-60", Some(1)), "it brought an Army reaction group"),
            step(Seized, ARMY, group, "the aircraft was secured and two persons were detained"),
        ],
        conveyances: vec![ConveyanceDraft {
            registration: "XB-OSL".to_owned(),
            model: "Cessna 206".to_owned(),
            ..conveyance(ConveyanceKind::Aircraft, Some(ConveyanceDisposition::Seized))
        }],
        route: vec![WaypointDraft {
            kind: WaypointKind::Origin.code(),
            place: Some(place("MX-SIN", "Culiacán")),
        }],
        ..operation("Puerto Peñasco flight", Domain::Air, when, place_of_landing, sources)
    };
    let items = vec![
        item("cocaine", "cocaine", "180", Unit::Kilogram),
        item("fentanyl", "fentanyl", "65", Unit::Kilogram),
        item("heroin", "heroin", "51", Unit::Kilogram),
        item("methamphetamine", "methamphetamine", "39", Unit::Kilogram),
        item("benzodiazepines", "benzodiazepine", "2", Unit::Kilogram),
        item("unidentified-narcotic", "unidentified narcotic", "1", Unit::Kilogram),
    ];
    case(operation, ARMY, items)
}

/// The seizure has the time, the place and the sources of its operation.
fn case(operation: OperationDraft, agency: &str, items: Vec<ItemDraft>) -> Case {
    let seizure = SeizureDraft {
        agency: agency.to_owned(),
        when: operation.when.clone(),
        place: operation.place.clone(),
        items,
        sources: operation.sources.clone(),
        marking: green(),
        ..SeizureDraft::default()
    };
    Case { operation, seizure }
}

fn operation(
    name: &str,
    domain: Domain,
    when: &str,
    place: PlaceDraft,
    sources: Vec<SourceDraft>,
) -> OperationDraft {
    OperationDraft {
        display_name: name.to_owned(),
        domain: domain.code(),
        outcome: Outcome::Seized.code(),
        when: Some(when.to_owned()),
        place: Some(place),
        sources,
        marking: green(),
        ..OperationDraft::default()
    }
}

fn green() -> Option<MarkingDraft> {
    Some(MarkingDraft { label: Tlp::Green.code(), releasable_to: Vec::new() })
}

fn id_of(name: &'static str) -> &'static str {
    name.split_once('/').map_or(name, |(_, id)| id)
}

fn mexico() -> PlaceDraft {
    PlaceDraft {
        kind: PlaceKind::National.code(),
        region_code: "MX".to_owned(),
        ..PlaceDraft::default()
    }
}

fn place(subdivision: &str, text: &str) -> PlaceDraft {
    PlaceDraft { subdivision_code: subdivision.to_owned(), text: text.to_owned(), ..mexico() }
}

fn source(publisher: &str, title: &str, published: Option<&str>) -> SourceDraft {
    SourceDraft {
        title: title.to_owned(),
        publisher: publisher.to_owned(),
        url: String::new(),
        published: published.map(str::to_owned),
    }
}

fn defense_report() -> Vec<SourceDraft> {
    let publisher = "United States Department of Defense";
    vec![source(publisher, "Report, cited through an article", None)]
}

/// What was used, and how many of it.
type Asset = (&'static str, Option<i32>);
/// No asset is told of.
const NOTHING: Asset = ("", None);

fn participant(agency: &str, role: ParticipantRole, (label, count): Asset) -> ParticipantDraft {
    ParticipantDraft {
        agency: agency.to_owned(),
        role: role.code(),
        asset_label: label.to_owned(),
        asset_count: count,
    }
}

/// The detection of an aircraft that began a case; the seizure confirms it.
fn cue(sensor: &str, when: &str) -> DetectionDraft {
    DetectionDraft {
        sensor: sensor.to_owned(),
        role: DetectionRole::Primary.code(),
        when: Some(when.to_owned()),
        place: None,
        target_kind: TargetKind::Aircraft.code(),
        confidence: Confidence::Confirmed.code(),
    }
}

fn step(kind: StepKind, agency: &str, (label, count): Asset, note: &str) -> StepDraft {
    StepDraft {
        kind: kind.code(),
        when: None,
        agency: agency.to_owned(),
        asset_label: label.to_owned(),
        asset_count: count,
        place: None,
        note: note.to_owned(),
    }
}

fn conveyance(kind: ConveyanceKind, disposition: Option<ConveyanceDisposition>) -> ConveyanceDraft {
    ConveyanceDraft {
        kind: kind.code(),
        disposition: disposition.map_or(0, |disposition| disposition.code()),
        ..ConveyanceDraft::default()
    }
}

/// One substance, its number digit for digit as the report has it.
fn item(substance: &str, label: &str, value: &str, unit: Unit) -> ItemDraft {
    let quantity = QuantityDraft {
        value: value.to_owned(),
        unit: unit.code(),
        bound: Bound::Exact.code(),
        basis: Basis::Unknown.code(),
        method: 0,
    };
    ItemDraft {
        kind: ItemKind::Substance.code(),
        substance: format!("substances/{substance}"),
        reported_label: label.to_owned(),
        quantity: Some(quantity),
        identification: Identification::Unknown.code(),
        ..ItemDraft::default()
    }
}
