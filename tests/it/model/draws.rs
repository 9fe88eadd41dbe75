//! Random drafts out of small stocks, so that values meet each other; now and then a wrong one.

use super::{chance::Chance, tables::Tables};
use crate::world::drafts as least;
use interdiction::domain::{
    agencies::AgencyDraft,
    codes::Code as _,
    markings::{MarkingDraft, Tlp},
    operation_parts::{
        ConveyanceDraft, DetectionDraft, ParticipantDraft, StepDraft, WaypointDraft,
    },
    operations::OperationDraft,
    places::{PlaceDraft, PlaceKind},
    quantities::Unit,
    seizures::{ItemDraft, QuantityDraft, SeizureDraft},
    sensors::{ProvisionDraft, SensorDraft},
    sources::ExternalId,
};

pub const NAMES: [&str; 6] = ["Árbol", "arbol", "Zinc 100%", "Mar_azul", "MAR", "Peñasco"];
pub const REGIONS: [&str; 4] = ["MX", "US", "CO", "BR"];
pub const SUBDIVISIONS: [&str; 3] = ["MX-SON", "MX-SIN", "US-AZ"];
pub const SUBSTANCES: [&str; 6] = [
    "heroin",
    "heroin-brown",
    "opioids",
    "cocaine",
    "cocaine-hydrochloride",
    "crystal-methamphetamine",
];
pub const DATES: [&str; 14] = [
    "2020",
    "2020-10",
    "2020-10-15",
    "2020-10-15T14:30:00Z",
    "../2020-01",
    "2020-11/..",
    "2021?",
    "2020-09-30T23:30:00-07:00",
    "2020-09-30/2020-10-01",
    "2021-01-02/2021-01-03",
    "2020-12-31/2021-01-01",
    "2016-02-29",
    "2022-04-08",
    "2022",
];
pub const POINTS: [(f64, f64); 4] =
    [(29.07, -110.96), (31.31, -110.94), (-17.7, 179.9), (4.6, -74.1)];
pub const SCHEMES: [&str; 2] = ["case", "dod"];
pub const PERCENTS: [&str; 5] = ["0", "7.5", "97.250001", "97.25", "100.000"];
pub const IMO_NUMBERS: [&str; 2] = ["9074729", "9319466"];
pub const MMSIS: [&str; 2] = ["345070123", "366943210"];
pub const VALUES: [&str; 2] = ["1", "ñ"];

fn marking(tables: &Tables, chance: &mut Chance) -> Option<MarkingDraft> {
    let label = match chance.below(8) {
        0 => return None,
        1..4 => Tlp::Green,
        4 => Tlp::Red,
        5 => Tlp::AmberStrict,
        _ => Tlp::Amber,
    };
    let listed = matches!(label, Tlp::Amber | Tlp::AmberStrict);
    let mut releasable_to: Vec<String> = Vec::new();
    for _ in 0..if listed { chance.below(3) } else { 0 } {
        releasable_to.push(if chance.once_in(2) {
            chance.pick(&REGIONS).to_owned()
        } else {
            agency(tables, chance)
        });
    }
    if chance.once_in(40) {
        releasable_to.push("nowhere".to_owned());
    }
    Some(MarkingDraft { label: label.code(), releasable_to })
}

/// The name of an agency, seen or hidden or, seldom, absent.
fn agency(tables: &Tables, chance: &mut Chance) -> String {
    match chance.maybe_one(&tables.agencies) {
        Some(one) if !chance.once_in(25) => one.id.to_string(),
        _ => "agencies/nobody".to_owned(),
    }
}

fn agency_or_none(tables: &Tables, chance: &mut Chance) -> String {
    if chance.once_in(2) { String::new() } else { agency(tables, chance) }
}

fn sensor(tables: &Tables, chance: &mut Chance) -> String {
    match chance.maybe_one(&tables.sensors) {
        Some(one) if !chance.once_in(25) => one.id.to_string(),
        _ => "sensors/nothing".to_owned(),
    }
}

fn date(chance: &mut Chance) -> Option<String> {
    if chance.once_in(3) { None } else { Some(chance.pick(&DATES).to_owned()) }
}

fn place(chance: &mut Chance) -> Option<PlaceDraft> {
    let (latitude, longitude) = chance.pick(&POINTS);
    let place = match chance.below(7) {
        0 | 1 => return None,
        2 => least::point(latitude, longitude),
        3 => least::in_region(chance.pick(&REGIONS)),
        4 => PlaceDraft { kind: PlaceKind::HighSeas.code(), ..least::point(latitude, longitude) },
        5 => PlaceDraft {
            text: chance.pick(&NAMES).to_owned(),
            unlocode: "MXZLO".to_owned(),
            ..PlaceDraft::default()
        },
        _ => PlaceDraft {
            text: chance.text(&NAMES),
            point: least::point(latitude, longitude).point,
            ..least::in_subdivision(chance.pick(&SUBDIVISIONS))
        },
    };
    Some(place)
}

pub fn agencies(tables: &Tables, chance: &mut Chance) -> AgencyDraft {
    AgencyDraft {
        display_name: name(chance),
        native_name: chance.text(&NAMES),
        acronym: chance.text(&NAMES),
        region_code: chance.text(&REGIONS),
        kind: chance.code(4),
        parent: agency_or_none(tables, chance),
        marking: marking(tables, chance),
    }
}

fn name(chance: &mut Chance) -> String {
    if chance.once_in(30) { String::new() } else { chance.pick(&NAMES).to_owned() }
}

pub fn sensors(tables: &Tables, chance: &mut Chance) -> SensorDraft {
    SensorDraft {
        display_name: name(chance),
        sensor_type: 1 + i32::try_from(chance.below(4)).unwrap(),
        operator: agency_or_none(tables, chance),
        provisions: chance.some(2, |chance| ProvisionDraft {
            provider: agency(tables, chance),
            kind: 1 + i32::try_from(chance.below(4)).unwrap(),
            from: if chance.once_in(3) { date(chance) } else { None },
            until: date(chance),
        }),
        site: place(chance),
        marking: marking(tables, chance),
    }
}

pub fn operations(tables: &Tables, chance: &mut Chance) -> OperationDraft {
    OperationDraft {
        display_name: name(chance),
        domain: chance.code(3),
        outcome: chance.code(4),
        when: date(chance),
        place: place(chance),
        lead_agency: agency_or_none(tables, chance),
        participants: chance.some(2, |chance| ParticipantDraft {
            asset_label: chance.text(&NAMES),
            agency: agency(tables, chance),
            role: 1 + i32::try_from(chance.below(3)).unwrap(),
            asset_count: count(chance),
        }),
        detections: detections(tables, chance),
        steps: chance.some(2, |chance| StepDraft {
            kind: 1 + i32::try_from(chance.below(3)).unwrap(),
            when: date(chance),
            agency: agency_or_none(tables, chance),
            asset_label: chance.text(&NAMES),
            asset_count: count(chance),
            place: place(chance),
            note: chance.text(&NAMES),
        }),
        conveyances: chance.some(2, |chance| ConveyanceDraft {
            kind: 1 + i32::try_from(chance.below(3)).unwrap(),
            registration: chance.text(&NAMES),
            flag_region_code: chance.text(&REGIONS),
            imo_number: chance.text(&IMO_NUMBERS),
            mmsi: chance.text(&MMSIS),
            claimed_name: chance.text(&NAMES),
            model: chance.text(&NAMES),
            disposition: chance.code(3),
        }),
        route: route(chance),
        narrative: chance.text(&NAMES),
        sources: Vec::new(),
        marking: marking(tables, chance),
    }
}

fn route(chance: &mut Chance) -> Vec<WaypointDraft> {
    let kinds: &[i32] = chance.pick(&[&[][..], &[2], &[1, 3], &[1, 2, 2], &[3]]);
    let kinds = kinds.iter();
    kinds
        .map(|kind| WaypointDraft {
            kind: *kind,
            place: Some(match chance.below(3) {
                0 => least::point(4.6, -74.1),
                1 => least::in_region(chance.pick(&REGIONS)),
                _ => least::in_subdivision(chance.pick(&SUBDIVISIONS)),
            }),
        })
        .collect()
}

fn detections(tables: &Tables, chance: &mut Chance) -> Vec<DetectionDraft> {
    if tables.sensors.is_empty() {
        return Vec::new();
    }
    chance.some(2, |chance| DetectionDraft {
        sensor: sensor(tables, chance),
        role: 1 + i32::try_from(chance.below(3)).unwrap(),
        when: date(chance),
        place: place(chance),
        target_kind: chance.code(3),
        confidence: chance.code(3),
    })
}

pub fn seizures(tables: &Tables, chance: &mut Chance) -> SeizureDraft {
    let operation = match chance.maybe_one(&tables.operations) {
        Some(one) if !chance.once_in(3) => one.id.to_string(),
        _ if chance.once_in(20) => "operations/01890a5d-ac96-774b-bcce-b302099a8057".to_owned(),
        _ => String::new(),
    };
    SeizureDraft {
        operation,
        agency: agency_or_none(tables, chance),
        when: date(chance),
        place: place(chance),
        items: (0..=chance.below(2)).map(|_| item(chance)).collect(),
        external_ids: external_ids(chance),
        sources: Vec::new(),
        marking: marking(tables, chance),
    }
}

fn external_ids(chance: &mut Chance) -> Vec<ExternalId> {
    if chance.once_in(3) {
        return Vec::new();
    }
    vec![least::external_id(chance.pick(&SCHEMES), chance.pick(&VALUES))]
}

fn item(chance: &mut Chance) -> ItemDraft {
    if chance.once_in(5) {
        return ItemDraft {
            kind: 2 + i32::try_from(chance.below(4)).unwrap(),
            reported_label: chance.pick(&NAMES).to_owned(),
            quantity: quantity(chance),
            ..ItemDraft::default()
        };
    }
    let substance = if chance.once_in(40) { "stardust" } else { chance.pick(&SUBSTANCES) };
    ItemDraft {
        reported_label: chance.text(&NAMES),
        quantity: quantity(chance),
        form: chance.code(3),
        identification: chance.code(4),
        purity_percent: chance.text(&PERCENTS),
        package_count: count(chance),
        ..least::item(substance, "1", Unit::Gram)
    }
}

fn count(chance: &mut Chance) -> Option<i32> {
    if chance.once_in(2) { None } else { i32::try_from(chance.below(4)).ok() }
}

fn quantity(chance: &mut Chance) -> Option<QuantityDraft> {
    if chance.once_in(4) {
        return None;
    }
    let value = if chance.once_in(40) { "NaN" } else { chance.pick(&["0", "1", "1.5", "390"]) };
    let unit = chance.pick(&[Unit::Gram, Unit::Pound, Unit::Litre, Unit::Tablet]);
    Some(QuantityDraft {
        bound: chance.code(4),
        basis: chance.code(3),
        method: chance.code(5),
        ..least::quantity(value, unit)
    })
}
