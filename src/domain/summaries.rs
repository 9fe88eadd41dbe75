//! Summaries: what is counted and summed over the records that pass a filter, group by group.
//!
//! A record counts once in each group that it stands in. What a record does not know, or refers to
//! and the viewer may not see, stands in a group of its own, whose key has no value.
//!
//! What is summed are substances, as in the total mass of a seizure: a boat of two tonnes beside a
//! kilogram of heroin makes a kilogram. Items of other kinds count as items, and are in no sum.

mod checks;
mod gaps;
mod keys;
mod rows;

pub use checks::{GroupByDraft, HavingDraft, OrderDraft, SummaryDraft, check_unit};
pub use keys::{GroupBy, Key, KeyValue, SubstanceGroup};
pub use rows::Grouped;

use super::{
    codes::codes,
    dates::Calendar,
    errors::{Error, Result},
    filters::{Filter, OperationField, SeizureField},
    pages::Direction,
    quantities::Dimension,
};
use std::cmp::Ordering;

/// The most keys of a summary.
pub const KEYS_MAX: usize = 4;
/// The most conditions on the figures of a group.
pub const HAVING_MAX: usize = 10;
/// Groups of an answer when the request does not say.
pub const GROUPS_DEFAULT: u32 = 50;
/// The most groups of an answer.
pub const GROUPS_MAX: u32 = 1_000;
/// The deepest level of the vocabulary that can be asked for; the roots are at 0.
pub const DEPTH_MAX: i32 = 15;

codes! {
    /// Which detections a seizure is credited to.
    pub enum Attribution {
        /// The primary one of its operation, so that it is credited once.
        Primary = 1 => "PRIMARY",
        /// Every one of its operation.
        Any = 2 => "ANY",
    }
}

codes! {
    /// What is counted or summed in a group.
    pub enum Figure {
        /// Distinct seizures.
        SeizureCount = 1 => "SEIZURE_COUNT",
        /// Items.
        ItemCount = 2 => "ITEM_COUNT",
        /// Mass of the items of kind SUBSTANCE, in micrograms.
        Mass = 3 => "MASS",
        /// Volume of the items of kind SUBSTANCE, in microlitres.
        Volume = 4 => "VOLUME",
        /// Things counted in the items of kind SUBSTANCE.
        Count = 5 => "COUNT",
        /// The part of the mass that was estimated.
        EstimatedMass = 6 => "ESTIMATED_MASS",
        /// The part of the volume that was estimated.
        EstimatedVolume = 7 => "ESTIMATED_VOLUME",
        /// The part of the count that was estimated.
        EstimatedCount = 8 => "ESTIMATED_COUNT",
        /// Items of kind SUBSTANCE whose quantity is not known: what the sums lack.
        UnknownQuantityCount = 9 => "UNKNOWN_QUANTITY_COUNT",
        /// Distinct operations.
        OperationCount = 10 => "OPERATION_COUNT",
        /// Distinct operations under which something was seized that counts.
        SeizedOperationCount = 11 => "SEIZED_OPERATION_COUNT",
        /// Detections that are credited.
        DetectionCount = 12 => "DETECTION_COUNT",
        /// Detections that are credited, of operations under which something was seized that counts.
        ConvertedDetectionCount = 13 => "CONVERTED_DETECTION_COUNT",
        /// The part of the mass that was seized under operations with a credited detection.
        DetectedMass = 14 => "DETECTED_MASS",
    }
}

impl Figure {
    /// What it sums; none where it counts records or parts.
    #[must_use]
    pub fn dimension(self) -> Option<Dimension> {
        match self {
            Self::Mass | Self::EstimatedMass | Self::DetectedMass => Some(Dimension::Mass),
            Self::Volume | Self::EstimatedVolume => Some(Dimension::Volume),
            Self::Count | Self::EstimatedCount => Some(Dimension::Count),
            Self::SeizureCount
            | Self::ItemCount
            | Self::UnknownQuantityCount
            | Self::OperationCount
            | Self::SeizedOperationCount
            | Self::DetectionCount
            | Self::ConvertedDetectionCount => None,
        }
    }

    /// Whether a summary of seizures has it.
    #[must_use]
    pub fn is_of_seizures(self) -> bool {
        !matches!(
            self,
            Self::OperationCount
                | Self::SeizedOperationCount
                | Self::DetectionCount
                | Self::ConvertedDetectionCount
                | Self::DetectedMass
        )
    }

    /// Whether it is of what was seized.
    #[must_use]
    pub fn is_of_what_was_seized(self) -> bool {
        !matches!(self, Self::OperationCount | Self::DetectionCount)
    }

    /// Whether it is of detections.
    #[must_use]
    pub fn is_of_detections(self) -> bool {
        matches!(self, Self::DetectionCount | Self::ConvertedDetectionCount | Self::DetectedMass)
    }
}

/// What a group can be sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// One of the keys, by its place in the list of keys. What has no value comes first ascending.
    Key(usize),
    /// A figure. One that is not known comes first ascending.
    Figure(Figure),
}

/// One term of the order of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderBy {
    /// By what.
    pub by: SortBy,
    /// Which way.
    pub direction: Direction,
}

/// A condition on a figure of a group; where the figure is not known it does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Having {
    /// The figure.
    pub figure: Figure,
    /// At least this much: micrograms, microlitres or a count.
    pub at_least: Option<i64>,
    /// At most this much.
    pub at_most: Option<i64>,
}

/// What to summarise: `F` are the fields that the filter compares.
#[derive(Debug, Clone, PartialEq)]
pub struct Request<F> {
    /// Over which records.
    pub filter: Filter<F>,
    /// The keys of a group, at most [`KEYS_MAX`]; none: one group of all.
    pub group_by: Vec<GroupBy>,
    /// Which detections are credited; it matters to the keys about sensors alone.
    pub attribution: Attribution,
    /// What is wanted of each group, in no order and without repeats.
    pub figures: Vec<Figure>,
    /// Which groups; all of these hold.
    pub having: Vec<Having>,
    /// In which order; groups that tie are in the order of their keys.
    pub order: Vec<OrderBy>,
    /// How many groups, 1 to [`GROUPS_MAX`].
    pub first: u32,
    /// Whether buckets without a record, between the first and the last that have one, are groups.
    pub empty_buckets: bool,
    /// Whether the figures of all groups together are wanted.
    pub total: bool,
}

/// A summary of seizures.
pub type SeizureSummary = Request<SeizureField>;
/// A summary of operations.
pub type OperationSummary = Request<OperationField>;

impl<F> Request<F> {
    /// The one key of time, where there is one.
    #[must_use]
    pub fn calendar(&self) -> Option<(usize, Calendar)> {
        let mut keys = self.group_by.iter().enumerate();
        keys.find_map(|(place, by)| by.key.calendar().map(|calendar| (place, calendar)))
    }

    /// Whether a figure is wanted, to be shown or to choose or sort groups by.
    #[must_use]
    pub fn needs(&self, figure: Figure) -> bool {
        self.figures.contains(&figure)
            || self.having.iter().any(|having| having.figure == figure)
            || self.order.iter().any(|term| term.by == SortBy::Figure(figure))
    }

    /// How the groups count.
    #[must_use]
    pub fn counting(&self, as_of_micros: i64) -> Counting {
        let keys = || self.group_by.iter().map(|by| by.key);
        let sums = !keys().any(|key| key.fans_out(self.attribution));
        Counting {
            as_of_micros,
            attribution: self.attribution,
            counts_are_additive: sums && !keys().any(Key::is_of_items),
            sums_are_additive: sums,
        }
    }
}

/// When and how an answer was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counting {
    /// The snapshot holds everything acknowledged before this instant, in microseconds since
    /// 1970-01-01T00:00:00Z.
    pub as_of_micros: i64,
    /// Which detections were credited.
    pub attribution: Attribution,
    /// Whether the counts of records of all groups add up to that of their total; not so where one
    /// record can stand in several groups.
    pub counts_are_additive: bool,
    /// Whether the counts of items and the sums of all groups add up to those of their total; not
    /// so where one item can stand in several groups.
    pub sums_are_additive: bool,
}

/// A sum of one dimension, in micrograms, microlitres or things.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// None where no quantity of the dimension is known, or the sum was not asked for.
    pub base_units: Option<i128>,
    /// The part that was estimated rather than weighed, counted or declared; none where the sum is
    /// none, or this part was not asked for.
    pub estimated: Option<i128>,
}

/// The figures of a group, or of all groups. Those that were not asked for are zero or none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Figures {
    /// Distinct seizures.
    pub seizure_count: i64,
    /// Items.
    pub item_count: i64,
    /// Items of kind SUBSTANCE whose quantity is not known.
    pub unknown_quantity_count: i64,
    /// Distinct operations.
    pub operation_count: i64,
    /// Distinct operations under which something was seized that counts.
    pub seized_operation_count: i64,
    /// Detections that are credited.
    pub detection_count: i64,
    /// Detections that are credited, of operations under which something was seized that counts.
    pub converted_detection_count: i64,
    /// The part of the mass, in micrograms, that was seized under operations with a credited
    /// detection.
    pub detected_mass: Option<i128>,
    /// Mass, in micrograms.
    pub mass: Sum,
    /// Volume, in microlitres.
    pub volume: Sum,
    /// Things counted.
    pub count: Sum,
}

impl Figures {
    /// Mass for each detection in micrograms, rounded half-even: what was seized under operations
    /// with a credited detection, over the credited detections. What nobody detected is not in it;
    /// none where no such mass is known, and where there is no detection.
    #[must_use]
    pub fn mass_per_detection(&self) -> Option<i128> {
        let detections = i128::from(self.detection_count);
        let mass = self.detected_mass.filter(|_| detections > 0)?;
        let (whole, rest) = (mass / detections, mass % detections);
        // Compared with what is left of the divisor, so that nothing is doubled past its range.
        let up = match rest.cmp(&(detections - rest)) {
            Ordering::Less => 0,
            Ordering::Greater => 1,
            Ordering::Equal => whole % 2,
        };
        Some(whole + up)
    }

    /// The value of a figure.
    #[must_use]
    pub fn get(&self, figure: Figure) -> Option<i128> {
        match figure {
            Figure::SeizureCount => Some(self.seizure_count.into()),
            Figure::ItemCount => Some(self.item_count.into()),
            Figure::UnknownQuantityCount => Some(self.unknown_quantity_count.into()),
            Figure::OperationCount => Some(self.operation_count.into()),
            Figure::SeizedOperationCount => Some(self.seized_operation_count.into()),
            Figure::DetectionCount => Some(self.detection_count.into()),
            Figure::ConvertedDetectionCount => Some(self.converted_detection_count.into()),
            Figure::Mass => self.mass.base_units,
            Figure::Volume => self.volume.base_units,
            Figure::Count => self.count.base_units,
            Figure::EstimatedMass => self.mass.estimated,
            Figure::EstimatedVolume => self.volume.estimated,
            Figure::EstimatedCount => self.count.estimated,
            Figure::DetectedMass => self.detected_mass,
        }
    }
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The values of its keys, in the order of the request.
    pub keys: Vec<KeyValue>,
    /// Its figures.
    pub figures: Figures,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// The groups, at most as many as asked for.
    pub groups: Vec<Group>,
    /// Whether there are more groups than these.
    pub has_more: bool,
    /// The figures over all records that pass the filter, whatever the conditions on groups and
    /// their number; each record and item counts once. Only where it was asked for.
    pub total: Option<Figures>,
    /// When and how it was counted.
    pub counting: Counting,
}

impl<F> Request<F> {
    /// How many groups to read: one more than asked for says whether there are more, and gaps are
    /// filled in between all of them.
    #[must_use]
    pub fn groups_to_read(&self) -> u32 {
        if self.empty_buckets { GROUPS_MAX + 1 } else { self.first + 1 }
    }

    /// The answer from the groups that were read, in the order of the request.
    ///
    /// # Errors
    /// `Invalid` naming `empty_buckets` when the groups and the gaps between them are more than
    /// [`GROUPS_MAX`].
    pub fn answer(
        &self,
        mut groups: Vec<Group>,
        total: Option<Figures>,
        as_of_micros: i64,
    ) -> Result<Summary> {
        if let (true, Some((place, _))) = (self.empty_buckets, self.calendar()) {
            groups = gaps::filled(groups, place).ok_or_else(too_many)?;
            groups.sort_by(|a, b| self.compare(a, b));
        }
        let first = self.first as usize;
        let has_more = groups.len() > first;
        groups.truncate(first);
        Ok(Summary { groups, has_more, total, counting: self.counting(as_of_micros) })
    }

    /// The answer where no record passes: without keys there is one group all the same, of nothing.
    #[must_use]
    pub fn answer_of_none(&self, as_of_micros: i64) -> Summary {
        let nothing = Group { keys: Vec::new(), figures: Figures::default() };
        let is_one = self.group_by.is_empty() && self.meets(&nothing.figures);
        Summary {
            groups: if is_one { vec![nothing] } else { Vec::new() },
            has_more: false,
            total: self.total.then(Figures::default),
            counting: self.counting(as_of_micros),
        }
    }

    /// Whether figures meet the conditions on groups.
    #[must_use]
    pub fn meets(&self, figures: &Figures) -> bool {
        self.having.iter().all(|Having { figure, at_least, at_most }| {
            let value = figures.get(*figure);
            at_least.is_none_or(|least| value.is_some_and(|value| value >= least.into()))
                && at_most.is_none_or(|most| value.is_some_and(|value| value <= most.into()))
        })
    }

    fn compare(&self, a: &Group, b: &Group) -> Ordering {
        let by_terms = self.order.iter().map(|term| {
            let ascending = match term.by {
                SortBy::Key(place) => a.keys[place].cmp(&b.keys[place]),
                SortBy::Figure(figure) => a.figures.get(figure).cmp(&b.figures.get(figure)),
            };
            match term.direction {
                Direction::Ascending => ascending,
                Direction::Descending => ascending.reverse(),
            }
        });
        by_terms.fold(Ordering::Equal, Ordering::then).then_with(|| a.keys.cmp(&b.keys))
    }
}

fn too_many() -> Error {
    let message = format!(
        "the groups and the buckets between them are more than {GROUPS_MAX}: filter for a shorter \
         time, or group by longer buckets"
    );
    Error::invalid_field("empty_buckets", message)
}
