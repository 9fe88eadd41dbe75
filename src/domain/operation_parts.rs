//! The parts of an operation: participants, detections, steps, conveyances, waypoints.

pub use super::operation_kinds::{
    Confidence, ConveyanceDisposition, ConveyanceKind, DetectionRole, ParticipantRole, StepKind,
    TargetKind, WaypointKind,
};
use super::{
    check::{Path, Violations},
    codes::Code as _,
    dates::When,
    ids::{AgencyId, SensorId},
    parts::{ASSET_COUNT_MAX, ASSET_LABEL_CHARS_MAX, DISPLAY_NAME_CHARS_MAX, check_when},
    places::{Place, PlaceDraft},
    regions::RegionCode,
};
use serde::{Deserialize, Serialize};

/// Longest note of a step, in characters.
pub const NOTE_CHARS_MAX: usize = 2_000;
/// Longest registration of a conveyance, in characters.
pub const REGISTRATION_CHARS_MAX: usize = 64;

/// A part as proposed, which checks into a part.
pub trait PartDraft: Sized {
    /// What it becomes.
    type Part;
    /// Checks every rule of the part.
    fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<Self::Part>;
    /// The draft that would make this part.
    fn of(part: &Self::Part) -> Self;

    /// Checks a list of parts.
    fn check_all(
        drafts: &[Self],
        max: usize,
        path: &Path<'_>,
        violations: &mut Violations,
    ) -> Vec<Self::Part> {
        violations.each(path, drafts, max, Self::check)
    }
}

/// What a caller proposes as a participant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ParticipantDraft {
    /// Name of the agency.
    pub agency: String,
    /// Number of a [`ParticipantRole`].
    pub role: i32,
    /// What it acted with.
    pub asset_label: String,
    /// How many.
    pub asset_count: Option<i32>,
}

/// One agency's part in an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Participant {
    /// The agency; none where the viewer may not see it.
    pub agency: Option<AgencyId>,
    /// What it did.
    pub role: ParticipantRole,
    /// What it acted with; empty when not known.
    pub asset_label: String,
    /// How many.
    pub asset_count: Option<i32>,
}

impl PartDraft for ParticipantDraft {
    type Part = Participant;

    fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<Participant> {
        violations.label(&path.field("asset_label"), &self.asset_label, ASSET_LABEL_CHARS_MAX);
        violations.within(&path.field("asset_count"), self.asset_count, 1, ASSET_COUNT_MAX);
        let agency = violations.name_required(&path.field("agency"), &self.agency);
        Some(Participant {
            agency,
            role: violations.code_required(&path.field("role"), self.role)?,
            asset_label: self.asset_label.clone(),
            asset_count: self.asset_count,
        })
    }

    fn of(part: &Participant) -> Self {
        let Participant { agency, role, asset_label, asset_count } = part;
        Self {
            agency: agency.as_ref().map_or_else(String::new, ToString::to_string),
            role: role.code(),
            asset_label: asset_label.clone(),
            asset_count: *asset_count,
        }
    }
}

/// What a caller proposes as a detection.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DetectionDraft {
    /// Name of the sensor.
    pub sensor: String,
    /// Number of a [`DetectionRole`].
    pub role: i32,
    /// EDTF.
    pub when: Option<String>,
    /// Where the target was.
    pub place: Option<PlaceDraft>,
    /// Number of a [`TargetKind`].
    pub target_kind: i32,
    /// Number of a [`Confidence`].
    pub confidence: i32,
}

/// One sensor's contribution to an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Detection {
    /// The sensor; none where the viewer may not see it.
    pub sensor: Option<SensorId>,
    /// What it contributed.
    pub role: DetectionRole,
    /// When.
    pub when: Option<When>,
    /// Where the target was.
    pub place: Option<Place>,
    /// What was detected.
    pub target_kind: Option<TargetKind>,
    /// How sure it is.
    pub confidence: Option<Confidence>,
}

impl PartDraft for DetectionDraft {
    type Part = Detection;

    fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<Detection> {
        let sensor = violations.name_required(&path.field("sensor"), &self.sensor);
        let role = violations.code_required(&path.field("role"), self.role);
        let when = check_when(self.when.as_deref(), &path.field("when"), violations);
        let place = self.place.as_ref().and_then(|p| p.check(&path.field("place"), violations));
        let target_kind = violations.code(&path.field("target_kind"), self.target_kind);
        let confidence = violations.code(&path.field("confidence"), self.confidence);
        Some(Detection { sensor, role: role?, when, place, target_kind, confidence })
    }

    fn of(part: &Detection) -> Self {
        let Detection { sensor, role, when, place, target_kind, confidence } = part;
        Self {
            sensor: sensor.as_ref().map_or_else(String::new, ToString::to_string),
            role: role.code(),
            when: when.as_ref().map(|when| when.as_str().to_owned()),
            place: place.as_ref().map(Place::to_draft),
            target_kind: target_kind.map_or(0, |kind| kind.code()),
            confidence: confidence.map_or(0, |confidence| confidence.code()),
        }
    }
}

/// What a caller proposes as a step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StepDraft {
    /// Number of a [`StepKind`].
    pub kind: i32,
    /// EDTF.
    pub when: Option<String>,
    /// Name of the agency.
    pub agency: String,
    /// What it acted with.
    pub asset_label: String,
    /// How many.
    pub asset_count: Option<i32>,
    /// Where.
    pub place: Option<PlaceDraft>,
    /// What else is to be said.
    pub note: String,
}

/// One step of an operation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// What was done.
    pub kind: StepKind,
    /// When.
    pub when: Option<When>,
    /// The agency that did it; none where not known or hidden from the viewer.
    pub agency: Option<AgencyId>,
    /// What it acted with; empty when not known.
    pub asset_label: String,
    /// How many.
    pub asset_count: Option<i32>,
    /// Where.
    pub place: Option<Place>,
    /// What else is to be said; empty when nothing.
    pub note: String,
}

impl PartDraft for StepDraft {
    type Part = Step;

    fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<Step> {
        let kind = violations.code_required(&path.field("kind"), self.kind);
        violations.label(&path.field("asset_label"), &self.asset_label, ASSET_LABEL_CHARS_MAX);
        violations.within(&path.field("asset_count"), self.asset_count, 1, ASSET_COUNT_MAX);
        violations.prose(&path.field("note"), &self.note, NOTE_CHARS_MAX);
        let when = check_when(self.when.as_deref(), &path.field("when"), violations);
        let place = self.place.as_ref().and_then(|p| p.check(&path.field("place"), violations));
        let agency = violations.name(&path.field("agency"), &self.agency);
        Some(Step {
            kind: kind?,
            when,
            agency,
            asset_label: self.asset_label.clone(),
            asset_count: self.asset_count,
            place,
            note: self.note.clone(),
        })
    }

    fn of(part: &Step) -> Self {
        let Step { kind, when, agency, asset_label, asset_count, place, note } = part;
        Self {
            kind: kind.code(),
            when: when.as_ref().map(|when| when.as_str().to_owned()),
            agency: agency.as_ref().map_or_else(String::new, ToString::to_string),
            asset_label: asset_label.clone(),
            asset_count: *asset_count,
            place: place.as_ref().map(Place::to_draft),
            note: note.clone(),
        }
    }
}

/// What a caller proposes as a conveyance.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConveyanceDraft {
    /// Number of a [`ConveyanceKind`].
    pub kind: i32,
    /// Registration as painted.
    pub registration: String,
    /// Region code of the flag state.
    pub flag_region_code: String,
    /// IMO ship number.
    pub imo_number: String,
    /// Maritime mobile service identity.
    pub mmsi: String,
    /// The name it claimed.
    pub claimed_name: String,
    /// Make or model.
    pub model: String,
    /// Number of a [`ConveyanceDisposition`].
    pub disposition: i32,
}

/// What carried the goods; texts are empty where not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conveyance {
    /// What it is.
    pub kind: ConveyanceKind,
    /// Registration as painted.
    pub registration: String,
    /// The flag state.
    pub flag_region_code: Option<RegionCode>,
    /// IMO ship number.
    pub imo_number: String,
    /// Maritime mobile service identity.
    pub mmsi: String,
    /// The name it claimed.
    pub claimed_name: String,
    /// Make or model.
    pub model: String,
    /// What became of it.
    pub disposition: Option<ConveyanceDisposition>,
}

impl PartDraft for ConveyanceDraft {
    type Part = Conveyance;

    fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<Conveyance> {
        let kind = violations.code_required(&path.field("kind"), self.kind);
        let registration_path = path.field("registration");
        violations.label(&registration_path, &self.registration, REGISTRATION_CHARS_MAX);
        violations.label(&path.field("claimed_name"), &self.claimed_name, DISPLAY_NAME_CHARS_MAX);
        violations.label(&path.field("model"), &self.model, DISPLAY_NAME_CHARS_MAX);
        violations.keep(&path.field("imo_number"), check_imo(&self.imo_number));
        violations.keep(&path.field("mmsi"), check_mmsi(&self.mmsi));
        let flag_path = path.field("flag_region_code");
        let flag_region_code = match self.flag_region_code.as_str() {
            "" => None,
            text => violations.keep(&flag_path, RegionCode::parse(text)),
        };
        let disposition = violations.code(&path.field("disposition"), self.disposition);
        Some(Conveyance {
            kind: kind?,
            registration: self.registration.clone(),
            flag_region_code,
            imo_number: self.imo_number.clone(),
            mmsi: self.mmsi.clone(),
            claimed_name: self.claimed_name.clone(),
            model: self.model.clone(),
            disposition,
        })
    }

    fn of(part: &Conveyance) -> Self {
        let Conveyance {
            kind,
            registration,
            flag_region_code,
            imo_number,
            mmsi,
            claimed_name,
            model,
            disposition,
        } = part;
        let flag = flag_region_code.as_ref();
        Self {
            kind: kind.code(),
            registration: registration.clone(),
            flag_region_code: flag.map_or_else(String::new, ToString::to_string),
            imo_number: imo_number.clone(),
            mmsi: mmsi.clone(),
            claimed_name: claimed_name.clone(),
            model: model.clone(),
            disposition: disposition.map_or(0, |disposition| disposition.code()),
        }
    }
}

/// Seven digits, the last of which is the last digit of the others weighted 7 to 2 (IMO resolution
/// A.1117(30)).
fn check_imo(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    if digits.len() != 7 || text.len() != 7 {
        return Err("not an IMO number: want seven digits".to_owned());
    }
    let sum: u32 = digits[..6].iter().zip([7, 6, 5, 4, 3, 2]).map(|(d, weight)| d * weight).sum();
    if sum % 10 == digits[6] {
        Ok(())
    } else {
        Err(format!("not an IMO number: the last digit would be {}", sum % 10))
    }
}

fn check_mmsi(text: &str) -> Result<(), String> {
    if text.is_empty() || text.len() == 9 && text.bytes().all(|b| b.is_ascii_digit()) {
        Ok(())
    } else {
        Err("not an MMSI: want nine digits".to_owned())
    }
}

/// What a caller proposes as a waypoint.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WaypointDraft {
    /// Number of a [`WaypointKind`].
    pub kind: i32,
    /// Where it lies.
    pub place: Option<PlaceDraft>,
}

/// One point of the way that the goods took or were to take.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waypoint {
    /// What the point is.
    pub kind: WaypointKind,
    /// Where it lies.
    pub place: Place,
}

impl PartDraft for WaypointDraft {
    type Part = Waypoint;

    fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<Waypoint> {
        let kind = violations.code_required(&path.field("kind"), self.kind);
        let place_path = path.field("place");
        if self.place.is_none() {
            violations.add(&place_path, "required");
        }
        let place = self.place.as_ref().and_then(|p| p.check(&place_path, violations));
        Some(Waypoint { kind: kind?, place: place? })
    }

    fn of(part: &Waypoint) -> Self {
        let Waypoint { kind, place } = part;
        Self { kind: kind.code(), place: Some(place.to_draft()) }
    }
}
