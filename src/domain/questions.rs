//! Questions: what is wanted of which records, and of the lists that hang on them.
//!
//! A question is a tree. A record's own fields and the records that its keys name are picked
//! together; every list below it is a level of its own. The store answers each level with one
//! statement, whatever the number of records above it.

use super::{
    filters::{
        AgencyField, AgencySort, DetectionField, Filter, OperationField, OperationSort,
        SeizureField, SeizureSort, SensorField, SensorSort, SubstanceField, SubstanceSort,
    },
    ids::{AgencyId, OperationId, SeizureId, SensorId, SubstanceId},
    pages::OrderTerm,
    summaries::{OperationSummary, SeizureSummary},
};
use serde::Serialize;

/// What an asker recognises an answer by; the store hands it back and reads nothing into it.
pub type Mark = u64;

/// Fields that are read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// What the record alone has: names, kinds, states.
    Own = 1,
    /// Etag and times.
    Meta = 2,
    /// Who may see it.
    Marking = 4,
    /// When.
    When = 8,
    /// Where.
    Place = 16,
    /// The narrative of an operation.
    Narrative = 32,
    /// The items of a seizure.
    Items = 64,
    /// Names in other systems.
    ExternalIds = 128,
    /// Where the facts come from.
    Sources = 256,
}

/// A set of groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Groups(u16);

impl Groups {
    /// Adds a group.
    pub fn add(&mut self, group: Group) {
        self.0 |= group as u16;
    }

    /// Whether a group is in the set.
    #[must_use]
    pub fn has(self, group: Group) -> bool {
        self.0 & group as u16 != 0
    }
}

/// A record that a key of another names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum One {
    /// The agency that recorded it.
    Originator,
    /// The agency above an agency.
    Parent,
    /// The agency that operates a sensor.
    Operator,
    /// The agency that leads an operation.
    LeadAgency,
    /// The agency of a seizure, a participant or a step.
    Agency,
    /// The operation of a seizure or a detection.
    Operation,
    /// The sensor of a detection.
    Sensor,
    /// The agency that provides a sensor.
    Provider,
}

/// How a list hangs on the record above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Link {
    /// On nothing: all there are.
    All,
    /// Agencies right below an agency.
    Children,
    /// Operations that an agency leads.
    OperationsLed,
    /// Operations that an agency takes part in.
    OperationsJoined,
    /// Sensors that an agency operates.
    SensorsOperated,
    /// Sensors that an agency provides, however.
    SensorsFurnished,
    /// Seizures that an agency made.
    SeizuresMade,
    /// Seizures under an operation.
    SeizuresUnder,
    /// Seizures whose operation a sensor cued: its detection is the primary one.
    SeizuresCued,
    /// Seizures whose operation a sensor detected, in any role.
    SeizuresDetected,
    /// Seizures with an item of a substance, or of one under it.
    SeizuresOf,
    /// Operations that a sensor detected.
    OperationsDetected,
    /// Detections of a sensor.
    DetectionsBy,
}

/// The parts of a record: few, bounded by its contract, and read whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// Who provides a sensor.
    Provisions,
    /// Who took part in an operation.
    Participants,
    /// What was detected in an operation.
    Detections,
    /// What was done in an operation.
    Steps,
    /// What carried the goods.
    Conveyances,
    /// The way the goods took.
    Route,
    /// Substances right below a substance.
    Children,
}

/// What is wanted of one record.
#[derive(Debug, Clone, Default)]
pub struct Pick {
    /// Its fields.
    pub groups: Groups,
    /// Records that it names.
    pub ones: Vec<(One, Pick)>,
    /// Its parts.
    pub parts: Vec<(Parts, Pick)>,
    /// Lists that hang on it.
    pub lists: Vec<List>,
    /// Of the substance of each item of a seizure.
    pub item_substance: Option<Box<Pick>>,
}

impl Pick {
    /// The pick of a record that this one names; begun when it is new.
    pub fn one(&mut self, one: One) -> &mut Pick {
        let at = self.ones.iter().position(|(known, _)| *known == one);
        let at = at.unwrap_or_else(|| {
            self.ones.push((one, Pick::default()));
            self.ones.len() - 1
        });
        &mut self.ones[at].1
    }

    /// The pick of parts; begun when it is new.
    pub fn parts(&mut self, parts: Parts) -> &mut Pick {
        let at = self.parts.iter().position(|(known, _)| *known == parts);
        let at = at.unwrap_or_else(|| {
            self.parts.push((parts, Pick::default()));
            self.parts.len() - 1
        });
        &mut self.parts[at].1
    }
}

/// Which records, and in which order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub enum Wanted {
    /// Agencies.
    Agencies(Filter<AgencyField>, Vec<OrderTerm<AgencySort>>),
    /// Sensors.
    Sensors(Filter<SensorField>, Vec<OrderTerm<SensorSort>>),
    /// Operations.
    Operations(Filter<OperationField>, Vec<OrderTerm<OperationSort>>),
    /// Seizures.
    Seizures(Filter<SeizureField>, Vec<OrderTerm<SeizureSort>>),
    /// Detections, in the order of the recording of their operations.
    Detections(Filter<DetectionField>),
    /// Substances.
    Substances(Filter<SubstanceField>, Vec<OrderTerm<SubstanceSort>>),
}

/// Which end of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The first records, after a cursor if there is one.
    First,
    /// The last records, before a cursor if there is one.
    Last,
}

/// The part of a list that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// How many at most, 0 to [`super::pages::PageSize::MAX`].
    pub size: u32,
    /// From which end.
    pub end: End,
    /// Begin after the record of this cursor; empty: at the beginning.
    pub after: String,
    /// End before the record of this cursor; empty: at the end.
    pub before: String,
}

impl Window {
    /// Whether there are records after and before it, where there are more than it holds on the
    /// side that it was not asked from.
    #[must_use]
    pub fn sides(&self, more: bool) -> (bool, bool) {
        match self.end {
            End::First => (more, !self.after.is_empty()),
            End::Last => (!self.before.is_empty(), more),
        }
    }
}

/// What is summarised; the filter is that of the list.
#[derive(Debug, Clone)]
pub enum Requested {
    /// A list of seizures.
    Seizures(SeizureSummary),
    /// A list of operations.
    Operations(OperationSummary),
}

/// A summary of the records of a list.
#[derive(Debug, Clone)]
pub struct Summing {
    /// What it is recognised by.
    pub marks: Vec<Mark>,
    /// What is summarised.
    pub request: Requested,
    /// Lists of the records of each group: their filter is that of the group.
    pub rows: Vec<List>,
}

/// A list of records: a level of a question.
#[derive(Debug, Clone)]
pub struct List {
    /// What it is recognised by.
    pub marks: Vec<Mark>,
    /// How it hangs on the record above.
    pub link: Link,
    /// Which records.
    pub wanted: Wanted,
    /// Whether deleted records are listed.
    pub show_deleted: bool,
    /// Whether records that count nowhere are listed.
    pub show_inactive: bool,
    /// Which of them.
    pub window: Window,
    /// What of each; none when no record is wanted, only their number.
    pub pick: Option<Pick>,
    /// Whether the cursors of records are wanted.
    pub cursors: bool,
    /// Whether the number of all is wanted.
    pub total: bool,
    /// Summaries of it, where it is of seizures or operations.
    pub summaries: Vec<Summing>,
}

/// Names of records of one kind.
#[derive(Debug, Clone)]
pub enum Names {
    /// Agencies.
    Agencies(Vec<AgencyId>),
    /// Sensors.
    Sensors(Vec<SensorId>),
    /// Operations.
    Operations(Vec<OperationId>),
    /// Seizures.
    Seizures(Vec<SeizureId>),
    /// Substances.
    Substances(Vec<SubstanceId>),
}

impl Names {
    /// Each of them.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        fn texts<I: ToString>(ids: &[I]) -> Vec<String> {
            ids.iter().map(ToString::to_string).collect()
        }
        match self {
            Self::Agencies(ids) => texts(ids),
            Self::Sensors(ids) => texts(ids),
            Self::Operations(ids) => texts(ids),
            Self::Seizures(ids) => texts(ids),
            Self::Substances(ids) => texts(ids),
        }
    }

    /// How many.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "nobody asks")]
    pub fn len(&self) -> usize {
        match self {
            Self::Agencies(ids) => ids.len(),
            Self::Sensors(ids) => ids.len(),
            Self::Operations(ids) => ids.len(),
            Self::Seizures(ids) => ids.len(),
            Self::Substances(ids) => ids.len(),
        }
    }
}

/// What a question cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cost {
    /// SQL statements that were run.
    pub statements: u64,
    /// Rows that they returned.
    pub rows: u64,
    /// Restricted records that the answer shows, each once.
    pub restricted: u64,
}

/// A branch of a question.
#[derive(Debug, Clone)]
pub enum Branch {
    /// Records by name.
    Named {
        /// What they are recognised by.
        marks: Vec<Mark>,
        /// The names.
        names: Names,
        /// What of each.
        pick: Pick,
    },
    /// A list.
    Listed(List),
}
