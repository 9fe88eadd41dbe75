//! What comes back: records with what was picked of them.

use crate::domain::{
    agencies::AgencyKind,
    dates::When,
    errors::{Error, Result},
    ids::SubstanceId,
    markings::Marking,
    operation_kinds::{
        Confidence, DetectionRole, Domain, Outcome, ParticipantRole, StepKind, TargetKind,
        WaypointKind,
    },
    operation_parts::Conveyance,
    places::Place,
    questions::{Mark, One, Parts},
    records::Meta,
    regions::RegionCode,
    seizures::{Item, SeizureState},
    sensors::{ProvisionKind, SensorType},
    sources::{ExternalId, Source},
    substances::Substance,
    summaries::Summary,
};
use std::{collections::HashMap, sync::Arc};

/// A record, or a part of one, with what was picked of it. What was not picked is empty.
#[derive(Debug, Clone)]
pub struct Node {
    pub(super) key: i64,
    /// What it takes by itself.
    pub(super) bytes: usize,
    /// Whether it is a record that not every authenticated caller may see.
    pub(super) is_restricted: bool,
    /// Resource name of a record; a part has none.
    pub name: String,
    /// What it alone has.
    pub own: Own,
    /// Etag and times; its originator is a record that it names.
    pub meta: Option<Meta>,
    /// Who may see it, as far as the viewer is told.
    pub marking: Option<Marking>,
    /// When.
    pub when: Option<When>,
    /// Where.
    pub place: Option<Place>,
    /// The narrative of an operation.
    pub narrative: String,
    /// The items of a seizure.
    pub items: Vec<Item>,
    /// The substance of each item, where it has one and it was picked.
    pub item_substances: Vec<Option<Arc<Node>>>,
    /// Names in other systems.
    pub external_ids: Vec<ExternalId>,
    /// Where the facts come from.
    pub sources: Vec<Source>,
    pub(super) ones: Vec<(One, Option<Arc<Node>>)>,
    pub(super) parts: Vec<(Parts, Arc<Vec<Arc<Node>>>)>,
    pub(super) lists: Vec<Arc<Rows>>,
}

/// What one kind of record or part alone has.
#[derive(Debug, Clone)]
pub enum Own {
    /// It was not picked.
    Unpicked,
    /// Of an agency; texts are empty where not known.
    Agency {
        /// What it is called in English.
        display_name: String,
        /// What it calls itself.
        native_name: String,
        /// Its acronym.
        acronym: String,
        /// Its region.
        region_code: Option<RegionCode>,
        /// Its kind.
        kind: Option<AgencyKind>,
    },
    /// Of a sensor.
    Sensor {
        /// What it is called.
        display_name: String,
        /// Its type.
        sensor_type: SensorType,
    },
    /// Of an operation.
    Operation {
        /// What it is called.
        display_name: String,
        /// Where it ran.
        domain: Option<Domain>,
        /// How it ended.
        outcome: Outcome,
    },
    /// Of a seizure.
    Seizure {
        /// Whether it counts.
        state: SeizureState,
        /// Why it was retracted; empty while it is not.
        retraction_reason: String,
        /// Mass of all items together; none when no mass is known.
        total_mass_micrograms: Option<i64>,
    },
    /// Of a substance: all of it.
    Substance(Arc<Substance>),
    /// Of a provision.
    Provision {
        /// On what terms.
        kind: ProvisionKind,
        /// Since when.
        from: Option<When>,
        /// Until when.
        until: Option<When>,
    },
    /// Of a participant.
    Participant {
        /// What it did.
        role: ParticipantRole,
        /// What it acted with; empty when not known.
        asset_label: String,
        /// How many.
        asset_count: Option<i32>,
    },
    /// Of a detection.
    Detection {
        /// What it contributed.
        role: DetectionRole,
        /// What was detected.
        target_kind: Option<TargetKind>,
        /// How sure it is.
        confidence: Option<Confidence>,
    },
    /// Of a step.
    Step {
        /// What was done.
        kind: StepKind,
        /// With what; empty when not known.
        asset_label: String,
        /// How many.
        asset_count: Option<i32>,
        /// What else is to be said; empty when nothing.
        note: String,
    },
    /// Of a conveyance: all of it.
    Conveyance(Box<Conveyance>),
    /// Of a waypoint.
    Waypoint {
        /// What it is on the way.
        kind: WaypointKind,
    },
}

/// A list of records.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// What the asker recognises it by.
    pub marks: Vec<Mark>,
    /// The records of the window, in the order of the list.
    pub nodes: Vec<Arc<Node>>,
    /// The cursor of each, where they are wanted.
    pub cursors: Vec<String>,
    /// Whether there are records after the window.
    pub has_next: bool,
    /// Whether there are records before the window.
    pub has_previous: bool,
    /// The number of all, where it is wanted.
    pub total: Option<i64>,
    /// Its summaries.
    pub summaries: Vec<Summarised>,
}

/// A summary of a list.
#[derive(Debug, Clone)]
pub struct Summarised {
    /// What the asker recognises it by.
    pub marks: Vec<Mark>,
    /// What was counted and summed.
    pub summary: Summary,
    /// What the substances among the keys are called in English.
    pub substance_names: HashMap<SubstanceId, String>,
    /// The lists of each group, in the order of the groups.
    pub rows: Vec<Vec<Arc<Rows>>>,
}

impl Rows {
    /// The summary of a mark.
    ///
    /// # Errors
    /// `Internal` when it was not picked.
    pub fn summary(&self, mark: Mark) -> Result<&Summarised> {
        let found = self.summaries.iter().find(|one| one.marks.contains(&mark));
        found.ok_or_else(|| unpicked("a summary"))
    }
}

impl Summarised {
    /// The list of a mark that a group has.
    ///
    /// # Errors
    /// `Internal` when it was not picked.
    pub fn rows(&self, group: usize, mark: Mark) -> Result<&Arc<Rows>> {
        let lists = self.rows.get(group).into_iter().flatten();
        let found = lists.into_iter().find(|rows| rows.marks.contains(&mark));
        found.ok_or_else(|| unpicked("the seizures of a group"))
    }
}

impl Node {
    /// An entry of the vocabulary.
    pub(super) fn of_substance(key: i64, substance: &Arc<Substance>) -> Arc<Self> {
        Arc::new(Self {
            key,
            bytes: super::weights::SUBSTANCE_BYTES,
            is_restricted: false,
            name: substance.id.to_string(),
            own: Own::Substance(Arc::clone(substance)),
            meta: None,
            marking: None,
            when: None,
            place: None,
            narrative: String::new(),
            items: Vec::new(),
            item_substances: Vec::new(),
            external_ids: Vec::new(),
            sources: Vec::new(),
            ones: Vec::new(),
            parts: Vec::new(),
            lists: Vec::new(),
        })
    }

    /// A record that it names; none where it names nothing that the viewer may see.
    ///
    /// # Errors
    /// `Internal` when it was not picked.
    pub fn one(&self, one: One) -> Result<Option<&Arc<Node>>> {
        let found = self.ones.iter().find(|(known, _)| *known == one);
        found.map(|(_, node)| node.as_ref()).ok_or_else(|| unpicked("a record"))
    }

    pub(super) fn one_mut(&mut self, one: One) -> Option<&mut Node> {
        Arc::get_mut(self.ones.iter_mut().find(|(known, _)| *known == one)?.1.as_mut()?)
    }

    /// Its parts.
    ///
    /// # Errors
    /// `Internal` when they were not picked.
    pub fn parts(&self, parts: Parts) -> Result<&[Arc<Node>]> {
        let found = self.parts.iter().find(|(known, _)| *known == parts);
        found.map(|(_, nodes)| nodes.as_slice()).ok_or_else(|| unpicked("parts"))
    }

    /// The list of a mark that hangs on it.
    ///
    /// # Errors
    /// `Internal` when it was not picked.
    pub fn list(&self, mark: Mark) -> Result<&Arc<Rows>> {
        let found = self.lists.iter().find(|rows| rows.marks.contains(&mark));
        found.ok_or_else(|| unpicked("a list"))
    }
}

fn unpicked(what: &str) -> Error {
    Error::internal(format!("{what} was asked for that the question did not pick"))
}
