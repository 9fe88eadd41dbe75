//! Sensors: what detects.

use super::{
    check::{Path, Violations},
    codes::{Code as _, codes},
    dates::When,
    ids::{AgencyId, SensorId},
    markings::{Marking, MarkingDraft},
    parts::{DISPLAY_NAME_CHARS_MAX, check_when},
    places::{Place, PlaceDraft},
    records::{Body, Draft, Meta, Target, draft_fields, record},
};
use serde::{Deserialize, Serialize};

codes! {
    /// What a sensor is.
    pub enum SensorType {
        /// Radar on the ground.
        GroundRadar = 1 => "GROUND_RADAR",
        /// Over-the-horizon radar.
        OverTheHorizonRadar = 2 => "OVER_THE_HORIZON_RADAR",
        /// Radar on a tethered balloon.
        Aerostat = 3 => "AEROSTAT",
        /// Radar on an aircraft.
        AirborneRadar = 4 => "AIRBORNE_RADAR",
        /// A patrol aircraft and its crew.
        PatrolAircraft = 5 => "PATROL_AIRCRAFT",
        /// Radar on a ship.
        ShipRadar = 6 => "SHIP_RADAR",
        /// Electro-optical or infrared camera.
        ElectroOpticalInfrared = 7 => "ELECTRO_OPTICAL_INFRARED",
        /// Unmanned aircraft.
        UnmannedAircraft = 8 => "UNMANNED_AIRCRAFT",
        /// Hydrophone or other acoustic sensor.
        Acoustic = 9 => "ACOUSTIC",
        /// Signals intelligence.
        Signals = 10 => "SIGNALS",
        /// Automatic identification system of ships.
        Ais = 11 => "AIS",
        /// X-ray or gamma-ray scanner.
        XrayScanner = 12 => "XRAY_SCANNER",
        /// Detection dog and handler.
        Canine = 13 => "CANINE",
        /// A report by a person.
        HumanReport = 14 => "HUMAN_REPORT",
        /// Anything else.
        Other = 15 => "OTHER",
    }
}

codes! {
    /// How an agency provides a sensor.
    pub enum ProvisionKind {
        /// The provider owns it.
        Owned = 1 => "OWNED",
        /// The provider furnished it to its operator.
        Furnished = 2 => "FURNISHED",
        /// The provider lent it.
        Loaned = 3 => "LOANED",
        /// The provider gave it.
        Donated = 4 => "DONATED",
    }
}

/// The most provisions of a sensor.
pub const PROVISIONS_MAX: usize = 50;

/// What a caller proposes as a provision.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ProvisionDraft {
    /// Name of the agency that provides.
    pub provider: String,
    /// Number of a [`ProvisionKind`].
    pub kind: i32,
    /// EDTF.
    pub from: Option<String>,
    /// EDTF.
    pub until: Option<String>,
}

/// What a caller proposes as a sensor.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SensorDraft {
    /// What it is called.
    pub display_name: String,
    /// Number of a [`SensorType`].
    #[serde(rename = "type")]
    pub sensor_type: i32,
    /// Name of the agency that operates it.
    pub operator: String,
    /// Who provides it.
    pub provisions: Vec<ProvisionDraft>,
    /// Where it stands.
    pub site: Option<PlaceDraft>,
    /// Who may see it.
    pub marking: Option<MarkingDraft>,
}

/// One agency's part in a sensor being there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provision {
    /// The agency; none where the viewer may not see it.
    pub provider: Option<AgencyId>,
    /// How it provides.
    pub kind: ProvisionKind,
    /// Since when.
    pub from: Option<When>,
    /// Until when.
    pub until: Option<When>,
}

/// The fields of a sensor that callers may set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SensorBody {
    /// What it is called.
    pub display_name: String,
    /// What it is.
    pub sensor_type: SensorType,
    /// The agency that operates it.
    pub operator: Option<AgencyId>,
    /// Who provides it.
    pub provisions: Vec<Provision>,
    /// Where it stands.
    pub site: Option<Place>,
    /// Who may see it.
    pub marking: Marking,
}

/// Something that detects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sensor {
    /// Its id.
    pub id: SensorId,
    /// What callers may set.
    pub body: SensorBody,
    /// What every record has.
    pub meta: Meta,
}
record!(Sensor, SensorId, SensorDraft);

impl ProvisionDraft {
    fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<Provision> {
        let provider = violations.name_required(&path.field("provider"), &self.provider);
        let kind = violations.code_required(&path.field("kind"), self.kind);
        let from = check_when(self.from.as_deref(), &path.field("from"), violations);
        let until = check_when(self.until.as_deref(), &path.field("until"), violations);
        if let (Some(from), Some(until)) = (&from, &until)
            && until.latest_micros() < from.earliest_micros()
        {
            violations.add(&path.field("until"), "lies before from");
        }
        Some(Provision { provider, kind: kind?, from, until })
    }

    fn of(provision: &Provision) -> Self {
        let Provision { provider, kind, from, until } = provision;
        Self {
            provider: provider.as_ref().map_or_else(String::new, ToString::to_string),
            kind: kind.code(),
            from: from.as_ref().map(|when| when.as_str().to_owned()),
            until: until.as_ref().map(|when| when.as_str().to_owned()),
        }
    }
}

impl Draft for SensorDraft {
    type Body = SensorBody;
    draft_fields!("sensor", fixed: [], {
        "display_name" => display_name,
        "type" => sensor_type,
        "operator" => operator,
        "provisions" => provisions,
        "site" => site,
        "marking" => marking,
    });

    fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<SensorBody> {
        let name_path = path.field("display_name");
        violations.label_required(&name_path, &self.display_name, DISPLAY_NAME_CHARS_MAX);
        let provisions_path = path.field("provisions");
        let provisions = violations.each(
            &provisions_path,
            &self.provisions,
            PROVISIONS_MAX,
            ProvisionDraft::check,
        );
        let site = self.site.as_ref().and_then(|p| p.check(&path.field("site"), violations));
        let marking =
            MarkingDraft::check(self.marking.as_ref(), &path.field("marking"), violations);
        let operator = violations.name(&path.field("operator"), &self.operator);
        Some(SensorBody {
            display_name: self.display_name.clone(),
            sensor_type: violations.code_required(&path.field("type"), self.sensor_type)?,
            operator,
            provisions,
            site,
            marking,
        })
    }

    fn of(body: &SensorBody) -> Self {
        let SensorBody { display_name, sensor_type, operator, provisions, site, marking } = body;
        Self {
            display_name: display_name.clone(),
            sensor_type: sensor_type.code(),
            operator: operator.as_ref().map_or_else(String::new, ToString::to_string),
            provisions: provisions.iter().map(ProvisionDraft::of).collect(),
            site: site.as_ref().map(Place::to_draft),
            marking: Some(marking.to_draft()),
        }
    }
}

impl Body for SensorBody {
    fn references(&self, path: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, Target)) {
        if let Some(operator) = &self.operator {
            visit(&path.field("operator"), Target::Agency(operator.clone()));
        }
        let list = path.field("provisions");
        for (i, provision) in self.provisions.iter().enumerate() {
            if let Some(provider) = &provision.provider {
                visit(&list.index(i).field("provider"), Target::Agency(provider.clone()));
            }
        }
        self.marking.references(&path.field("marking"), visit);
    }
    fn marking(&self) -> &Marking {
        &self.marking
    }
    fn set_marking(&mut self, marking: Marking) {
        self.marking = marking;
    }
}
