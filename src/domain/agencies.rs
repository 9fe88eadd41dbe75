//! Agencies: who acts.

use super::{
    check::{Path, Violations},
    codes::{Code as _, codes},
    ids::AgencyId,
    markings::{Grantee, Marking, MarkingDraft},
    parts::DISPLAY_NAME_CHARS_MAX,
    records::{Body, Draft, Meta, Target, draft_fields, record},
    regions::RegionCode,
};
use serde::{Deserialize, Serialize};

codes! {
    /// What an agency is.
    pub enum AgencyKind {
        /// An army.
        Army = 1 => "ARMY",
        /// A navy.
        Navy = 2 => "NAVY",
        /// An air force.
        AirForce = 3 => "AIR_FORCE",
        /// A police force or gendarmerie.
        Police = 4 => "POLICE",
        /// A customs or border agency.
        Customs = 5 => "CUSTOMS",
        /// A coast guard.
        CoastGuard = 6 => "COAST_GUARD",
        /// A prosecutor's office.
        Prosecutor = 7 => "PROSECUTOR",
        /// A task force of several agencies.
        TaskForce = 8 => "TASK_FORCE",
        /// A forensic laboratory.
        Laboratory = 9 => "LABORATORY",
        /// A ministry or department of defence.
        DefenceMinistry = 10 => "DEFENCE_MINISTRY",
        /// A national guard.
        NationalGuard = 11 => "NATIONAL_GUARD",
        /// An intelligence agency.
        Intelligence = 12 => "INTELLIGENCE",
        /// Anything else.
        Other = 13 => "OTHER",
    }
}

/// Longest acronym, in characters.
pub const ACRONYM_CHARS_MAX: usize = 32;
/// The most ancestors of an agency.
pub const ANCESTORS_MAX: usize = 16;

/// What a caller proposes as an agency.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AgencyDraft {
    /// The name in English.
    pub display_name: String,
    /// The name in its own language.
    pub native_name: String,
    /// The acronym.
    pub acronym: String,
    /// Region code.
    pub region_code: String,
    /// Number of an [`AgencyKind`].
    pub kind: i32,
    /// Name of the parent agency.
    pub parent: String,
    /// Who may see it.
    pub marking: Option<MarkingDraft>,
}

/// The fields of an agency that callers may set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AgencyBody {
    /// The name in English.
    pub display_name: String,
    /// The name in its own language; empty when not given.
    pub native_name: String,
    /// The acronym; empty when not given.
    pub acronym: String,
    /// The region it belongs to.
    pub region_code: Option<RegionCode>,
    /// What it is.
    pub kind: Option<AgencyKind>,
    /// The agency it is part of.
    pub parent: Option<AgencyId>,
    /// Who may see it.
    pub marking: Marking,
}

/// An organisation that acts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Agency {
    /// Its id.
    pub id: AgencyId,
    /// What callers may set.
    pub body: AgencyBody,
    /// What every record has.
    pub meta: Meta,
}
record!(Agency, AgencyId, AgencyDraft);

impl Draft for AgencyDraft {
    type Body = AgencyBody;
    draft_fields!("agency", fixed: [], {
        "display_name" => display_name,
        "native_name" => native_name,
        "acronym" => acronym,
        "region_code" => region_code,
        "kind" => kind,
        "parent" => parent,
        "marking" => marking,
    });

    fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<AgencyBody> {
        let (name, native) = (path.field("display_name"), path.field("native_name"));
        violations.label_required(&name, &self.display_name, DISPLAY_NAME_CHARS_MAX);
        violations.label(&native, &self.native_name, DISPLAY_NAME_CHARS_MAX);
        violations.label(&path.field("acronym"), &self.acronym, ACRONYM_CHARS_MAX);
        let region_code = match self.region_code.as_str() {
            "" => None,
            text => violations.keep(&path.field("region_code"), RegionCode::parse(text)),
        };
        let marking =
            MarkingDraft::check(self.marking.as_ref(), &path.field("marking"), violations);
        Some(AgencyBody {
            display_name: self.display_name.clone(),
            native_name: self.native_name.clone(),
            acronym: self.acronym.clone(),
            region_code,
            kind: violations.code(&path.field("kind"), self.kind),
            parent: violations.name(&path.field("parent"), &self.parent),
            marking,
        })
    }

    fn of(body: &AgencyBody) -> Self {
        let AgencyBody { display_name, native_name, acronym, region_code, kind, parent, marking } =
            body;
        Self {
            display_name: display_name.clone(),
            native_name: native_name.clone(),
            acronym: acronym.clone(),
            region_code: region_code.as_ref().map_or_else(String::new, ToString::to_string),
            kind: kind.map_or(0, |kind| kind.code()),
            parent: parent.as_ref().map_or_else(String::new, ToString::to_string),
            marking: Some(marking.to_draft()),
        }
    }
}

impl Body for AgencyBody {
    fn references(&self, path: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, Target)) {
        if let Some(parent) = &self.parent {
            visit(&path.field("parent"), Target::Agency(parent.clone()));
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

impl Marking {
    /// Visits the agencies of the releasability list.
    pub fn references(&self, path: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, Target)) {
        // Sorted since it was sent, so that no index would be the caller's.
        let list = path.field("releasable_to");
        for grantee in &self.releasable_to {
            if let Grantee::Agency(agency) = grantee {
                visit(&list, Target::Agency(agency.clone()));
            }
        }
    }
}
