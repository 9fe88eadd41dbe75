//! Operations: cases from the first detection to the outcome.

pub use super::operation_kinds::{Domain, Outcome};
use super::{
    check::{Path, Violations},
    codes::Code,
    dates::When,
    ids::{AgencyId, OperationId},
    markings::{Marking, MarkingDraft},
    operation_parts::{
        Conveyance, ConveyanceDraft, Detection, DetectionDraft, DetectionRole, PartDraft,
        Participant, ParticipantDraft, Step, StepDraft, Waypoint, WaypointDraft, WaypointKind,
    },
    parts::{DISPLAY_NAME_CHARS_MAX, check_when},
    places::{Place, PlaceDraft},
    records::{Body, Draft, Meta, Target, draft_fields, record},
    sources::{Source, SourceDraft},
};
use serde::{Deserialize, Serialize};

/// The most participants of an operation.
pub const PARTICIPANTS_MAX: usize = 200;
/// The most detections of an operation.
pub const DETECTIONS_MAX: usize = 200;
/// The most steps of an operation.
pub const STEPS_MAX: usize = 500;
/// The most conveyances of an operation.
pub const CONVEYANCES_MAX: usize = 100;
/// The most points of a route.
pub const WAYPOINTS_MAX: usize = 100;
/// Longest narrative, in characters.
pub const NARRATIVE_CHARS_MAX: usize = 20_000;

/// What a caller proposes as an operation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OperationDraft {
    /// What it is called.
    pub display_name: String,
    /// Number of a [`Domain`].
    pub domain: i32,
    /// Number of an [`Outcome`].
    pub outcome: i32,
    /// EDTF.
    pub when: Option<String>,
    /// Where.
    pub place: Option<PlaceDraft>,
    /// Name of the agency that leads it.
    pub lead_agency: String,
    /// Who took part.
    pub participants: Vec<ParticipantDraft>,
    /// What was detected.
    pub detections: Vec<DetectionDraft>,
    /// What was done.
    pub steps: Vec<StepDraft>,
    /// What carried the goods.
    pub conveyances: Vec<ConveyanceDraft>,
    /// The way the goods took.
    pub route: Vec<WaypointDraft>,
    /// What happened, in words.
    pub narrative: String,
    /// Where the facts come from.
    pub sources: Vec<SourceDraft>,
    /// Who may see it.
    pub marking: Option<MarkingDraft>,
}

/// The fields of an operation that callers may set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OperationBody {
    /// What it is called.
    pub display_name: String,
    /// Where it ran.
    pub domain: Option<Domain>,
    /// How it ended.
    pub outcome: Outcome,
    /// When.
    pub when: Option<When>,
    /// Where.
    pub place: Option<Place>,
    /// The agency that leads it.
    pub lead_agency: Option<AgencyId>,
    /// Who took part.
    pub participants: Vec<Participant>,
    /// What was detected.
    pub detections: Vec<Detection>,
    /// What was done, in the order of events.
    pub steps: Vec<Step>,
    /// What carried the goods.
    pub conveyances: Vec<Conveyance>,
    /// The way the goods took.
    pub route: Vec<Waypoint>,
    /// What happened, in words; empty when not told.
    pub narrative: String,
    /// Where the facts come from.
    pub sources: Vec<Source>,
    /// Who may see it.
    pub marking: Marking,
}

/// One case, from the first detection to the outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// Its id.
    pub id: OperationId,
    /// What callers may set.
    pub body: OperationBody,
    /// What every record has.
    pub meta: Meta,
}
record!(Operation, OperationId, OperationDraft);

impl OperationDraft {
    fn check_uniqueness(&self, path: &Path<'_>, violations: &mut Violations) {
        let roles = codes(&self.detections, DETECTIONS_MAX, |part| part.role);
        let path_of_all = path.field("detections");
        at_most_one(DetectionRole::Primary, &roles, (&path_of_all, "role"), violations);
        let kinds = codes(&self.route, WAYPOINTS_MAX, |part| part.kind);
        let path_of_all = path.field("route");
        for kind in [WaypointKind::Origin, WaypointKind::Destination] {
            at_most_one(kind, &kinds, (&path_of_all, "kind"), violations);
        }
    }
}

/// The codes of a list; none where it is too long, which is a violation already.
fn codes<D>(drafts: &[D], max: usize, code: impl Fn(&D) -> i32) -> Vec<i32> {
    if drafts.len() > max { Vec::new() } else { drafts.iter().map(code).collect() }
}

fn at_most_one<C: Code>(
    value: C,
    codes: &[i32],
    (list, field): (&Path<'_>, &str),
    violations: &mut Violations,
) {
    let each = codes.iter().enumerate().filter(|(_, code)| **code == value.code());
    for (i, _) in each.skip(1) {
        let message = format_args!("at most one {} in the list", value.name());
        violations.add(&list.index(i).field(field), message);
    }
}

impl Draft for OperationDraft {
    type Body = OperationBody;
    draft_fields!("operation", fixed: [], {
        "display_name" => display_name,
        "domain" => domain,
        "outcome" => outcome,
        "when" => when,
        "place" => place,
        "lead_agency" => lead_agency,
        "participants" => participants,
        "detections" => detections,
        "steps" => steps,
        "conveyances" => conveyances,
        "route" => route,
        "narrative" => narrative,
        "sources" => sources,
        "marking" => marking,
    });

    fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<OperationBody> {
        let name_path = path.field("display_name");
        violations.label_required(&name_path, &self.display_name, DISPLAY_NAME_CHARS_MAX);
        violations.prose(&path.field("narrative"), &self.narrative, NARRATIVE_CHARS_MAX);
        self.check_uniqueness(path, violations);
        let at = |field| path.field(field);
        let outcome = violations.code_or(&at("outcome"), self.outcome, Outcome::Unknown);
        let participants = ParticipantDraft::check_all(
            &self.participants,
            PARTICIPANTS_MAX,
            &at("participants"),
            violations,
        );
        let detections = DetectionDraft::check_all(
            &self.detections,
            DETECTIONS_MAX,
            &at("detections"),
            violations,
        );
        let steps = StepDraft::check_all(&self.steps, STEPS_MAX, &at("steps"), violations);
        let conveyances = ConveyanceDraft::check_all(
            &self.conveyances,
            CONVEYANCES_MAX,
            &at("conveyances"),
            violations,
        );
        let route = WaypointDraft::check_all(&self.route, WAYPOINTS_MAX, &at("route"), violations);
        Some(OperationBody {
            display_name: self.display_name.clone(),
            domain: violations.code(&at("domain"), self.domain),
            outcome,
            when: check_when(self.when.as_deref(), &at("when"), violations),
            place: self.place.as_ref().and_then(|p| p.check(&at("place"), violations)),
            lead_agency: violations.name(&at("lead_agency"), &self.lead_agency),
            participants,
            detections,
            steps,
            conveyances,
            route,
            narrative: self.narrative.clone(),
            sources: SourceDraft::check_all(&self.sources, &at("sources"), violations),
            marking: MarkingDraft::check(self.marking.as_ref(), &at("marking"), violations),
        })
    }

    fn of(body: &OperationBody) -> Self {
        let OperationBody {
            display_name,
            domain,
            outcome,
            when,
            place,
            lead_agency,
            participants,
            detections,
            steps,
            conveyances,
            route,
            narrative,
            sources,
            marking,
        } = body;
        Self {
            display_name: display_name.clone(),
            domain: domain.map_or(0, |domain| domain.code()),
            outcome: outcome.code(),
            when: when.as_ref().map(|when| when.as_str().to_owned()),
            place: place.as_ref().map(Place::to_draft),
            lead_agency: lead_agency.as_ref().map_or_else(String::new, ToString::to_string),
            participants: participants.iter().map(ParticipantDraft::of).collect(),
            detections: detections.iter().map(DetectionDraft::of).collect(),
            steps: steps.iter().map(StepDraft::of).collect(),
            conveyances: conveyances.iter().map(ConveyanceDraft::of).collect(),
            route: route.iter().map(WaypointDraft::of).collect(),
            narrative: narrative.clone(),
            sources: sources.iter().map(Source::to_draft).collect(),
            marking: Some(marking.to_draft()),
        }
    }
}

impl Body for OperationBody {
    fn references(&self, path: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, Target)) {
        if let Some(agency) = &self.lead_agency {
            visit(&path.field("lead_agency"), Target::Agency(agency.clone()));
        }
        let list = path.field("participants");
        for (i, part) in self.participants.iter().enumerate() {
            if let Some(agency) = &part.agency {
                visit(&list.index(i).field("agency"), Target::Agency(agency.clone()));
            }
        }
        let list = path.field("detections");
        for (i, part) in self.detections.iter().enumerate() {
            if let Some(sensor) = &part.sensor {
                visit(&list.index(i).field("sensor"), Target::Sensor(sensor.clone()));
            }
        }
        let list = path.field("steps");
        for (i, part) in self.steps.iter().enumerate() {
            if let Some(agency) = &part.agency {
                visit(&list.index(i).field("agency"), Target::Agency(agency.clone()));
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
