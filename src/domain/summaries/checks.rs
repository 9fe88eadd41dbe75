//! What a caller proposes as a summary, and the rules of it.

use super::{
    Attribution, DEPTH_MAX, Figure, GROUPS_DEFAULT, GROUPS_MAX, GroupBy, HAVING_MAX, Having,
    KEYS_MAX, Key, OrderBy, Request, SortBy,
};
use crate::domain::{
    check::{Path, Violations},
    codes::Code as _,
    filters::Filter,
    pages::{Direction, ORDER_TERMS_MAX},
    quantities::{Dimension, QuantityError, Unit},
    seizures::QuantityDraft,
};

/// What a caller proposes as a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GroupByDraft {
    /// Number of a [`Key`].
    pub key: i32,
    /// Level of the vocabulary, 0 to [`DEPTH_MAX`]; of [`Key::Substance`] alone.
    pub depth: Option<i32>,
}

/// What a caller proposes as a condition on a figure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HavingDraft {
    /// Number of a [`Figure`].
    pub figure: i32,
    /// At least this much; value and unit alone are read.
    pub at_least: Option<QuantityDraft>,
    /// At most this much; value and unit alone are read.
    pub at_most: Option<QuantityDraft>,
}

/// What a caller proposes as a term of the order: a key or a figure, not both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OrderDraft {
    /// A key that is grouped by.
    pub key: Option<GroupByDraft>,
    /// Number of a [`Figure`].
    pub figure: i32,
    /// 0 or 1 ascending, 2 descending.
    pub direction: i32,
}

/// What a caller proposes as a summary, beside its filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SummaryDraft {
    /// The keys of a group.
    pub group_by: Vec<GroupByDraft>,
    /// Number of an [`Attribution`]; 0 is PRIMARY.
    pub attribution: i32,
    /// Numbers of [`Figure`]s; empty: all there are.
    pub figures: Vec<i32>,
    /// Conditions on the figures of a group.
    pub having: Vec<HavingDraft>,
    /// In which order.
    pub order_by: Vec<OrderDraft>,
    /// How many groups; 0 is [`GROUPS_DEFAULT`], more than [`GROUPS_MAX`] is that.
    pub first: i32,
    /// Whether buckets without a record are groups.
    pub empty_buckets: bool,
    /// Whether the figures of all groups together are wanted.
    pub total: bool,
}

/// Reads the number of the unit that sums of a dimension are told in; 0 is the default.
pub fn check_unit(
    path: &Path<'_>,
    code: i32,
    (dimension, default): (Dimension, Unit),
    violations: &mut Violations,
) -> Unit {
    let unit = violations.code_or(path, code, default);
    if unit == Unit::Ton {
        violations.add(path, QuantityError::AmbiguousTon);
    } else if unit.dimension() != Some(dimension) {
        violations.add(path, format_args!("want a unit of {}", dimension.name()));
    }
    unit
}

/// What a summary is of; it says which keys and figures there are.
#[derive(Clone, Copy)]
struct Subject {
    name: &'static str,
    has_key: fn(Key) -> bool,
    has_figure: fn(Figure) -> bool,
}

const SEIZURES: Subject =
    Subject { name: "seizures", has_key: |_| true, has_figure: Figure::is_of_seizures };

const OPERATIONS: Subject =
    Subject { name: "operations", has_key: |key| !key.is_of_items(), has_figure: |_| true };

impl SummaryDraft {
    /// Checks the draft of a summary of operations. The path is that of the message that holds it.
    pub fn check_operations<F>(
        &self,
        filter: Filter<F>,
        path: &Path<'_>,
        violations: &mut Violations,
    ) -> Request<F> {
        self.check(OPERATIONS, filter, path, violations)
    }

    /// Checks the draft of a summary of seizures. The path is that of the message that holds it.
    pub fn check_seizures<F>(
        &self,
        filter: Filter<F>,
        path: &Path<'_>,
        violations: &mut Violations,
    ) -> Request<F> {
        self.check(SEIZURES, filter, path, violations)
    }

    fn check<F>(
        &self,
        subject: Subject,
        filter: Filter<F>,
        path: &Path<'_>,
        violations: &mut Violations,
    ) -> Request<F> {
        let group_by = self.check_keys(subject, &path.field("group_by"), violations);
        let attribution_path = path.field("attribution");
        let attribution =
            violations.code_or(&attribution_path, self.attribution, Attribution::Primary);
        let request = Request {
            filter,
            figures: self.check_figures(subject, &path.field("figures"), violations),
            having: self.check_having(subject, &path.field("having"), violations),
            order: self.check_order(subject, &group_by, &path.field("order_by"), violations),
            first: self.check_first(&path.field("first"), violations),
            empty_buckets: self.empty_buckets,
            total: self.total,
            group_by,
            attribution,
        };
        if self.empty_buckets {
            check_empty_buckets(&request, &path.field("empty_buckets"), violations);
        }
        request
    }

    fn check_keys(
        &self,
        subject: Subject,
        path: &Path<'_>,
        violations: &mut Violations,
    ) -> Vec<GroupBy> {
        if !violations.count(path, self.group_by.len(), KEYS_MAX) {
            return Vec::new();
        }
        let mut keys: Vec<GroupBy> = Vec::new();
        for (i, draft) in self.group_by.iter().enumerate() {
            let path = path.index(i);
            let Some(by) = draft.check(&path, violations) else { continue };
            if !(subject.has_key)(by.key) {
                let message = format_args!("{} is no key of {}", by.key.name(), subject.name);
                violations.add(&path.field("key"), message);
            }
            if keys.contains(&by) {
                violations.add(&path, "stands twice among the keys");
            }
            keys.push(by);
        }
        keys
    }

    fn check_figures(
        &self,
        subject: Subject,
        path: &Path<'_>,
        violations: &mut Violations,
    ) -> Vec<Figure> {
        if !violations.count(path, self.figures.len(), Figure::ALL.len()) {
            return Vec::new();
        }
        let mut figures = Vec::new();
        for (i, code) in self.figures.iter().enumerate() {
            let path = path.index(i);
            let figure = figure_of(subject, &path, *code, violations);
            if figure.is_some_and(|figure| figures.contains(&figure)) {
                violations.add(&path, "stands twice among the figures");
            }
            figures.extend(figure);
        }
        if self.figures.is_empty() {
            figures = Figure::ALL.iter().copied().filter(|f| (subject.has_figure)(*f)).collect();
        }
        figures
    }

    fn check_having(
        &self,
        subject: Subject,
        path: &Path<'_>,
        violations: &mut Violations,
    ) -> Vec<Having> {
        if !violations.count(path, self.having.len(), HAVING_MAX) {
            return Vec::new();
        }
        let each = self.having.iter().enumerate();
        each.filter_map(|(i, draft)| draft.check(subject, &path.index(i), violations)).collect()
    }

    fn check_order(
        &self,
        subject: Subject,
        keys: &[GroupBy],
        path: &Path<'_>,
        violations: &mut Violations,
    ) -> Vec<OrderBy> {
        if !violations.count(path, self.order_by.len(), ORDER_TERMS_MAX) {
            return Vec::new();
        }
        let mut order: Vec<OrderBy> = Vec::new();
        for (i, draft) in self.order_by.iter().enumerate() {
            let path = path.index(i);
            let Some(term) = draft.check(subject, keys, &path, violations) else { continue };
            if order.iter().any(|known| known.by == term.by) {
                violations.add(&path, "stands twice in the order");
            }
            order.push(term);
        }
        order
    }

    fn check_first(&self, path: &Path<'_>, violations: &mut Violations) -> u32 {
        match u32::try_from(self.first) {
            Ok(0) => GROUPS_DEFAULT,
            Ok(first) => first.min(GROUPS_MAX),
            Err(_) => {
                violations.add(path, format_args!("{}: want 0 to {GROUPS_MAX}", self.first));
                GROUPS_DEFAULT
            }
        }
    }
}

impl GroupByDraft {
    fn check(self, path: &Path<'_>, violations: &mut Violations) -> Option<GroupBy> {
        let key = violations.code_required(&path.field("key"), self.key);
        let depth_path = path.field("depth");
        if key.is_some_and(|key| key != Key::Substance) && self.depth.is_some() {
            violations.add(&depth_path, "only substances have levels: leave it unset");
        }
        if self.depth.is_some_and(|depth| !(0..=DEPTH_MAX).contains(&depth)) {
            violations.add(&depth_path, format_args!("want 0 to {DEPTH_MAX}"));
        }
        let depth = self.depth.and_then(|depth| u32::try_from(depth).ok());
        key.map(|key| GroupBy { key, depth })
    }
}

fn figure_of(
    subject: Subject,
    path: &Path<'_>,
    code: i32,
    violations: &mut Violations,
) -> Option<Figure> {
    let figure = violations.code_required::<Figure>(path, code)?;
    if !(subject.has_figure)(figure) {
        let message = format_args!("{} is no figure of {}", figure.name(), subject.name);
        violations.add(path, message);
    }
    Some(figure)
}

impl HavingDraft {
    fn check(
        &self,
        subject: Subject,
        path: &Path<'_>,
        violations: &mut Violations,
    ) -> Option<Having> {
        let figure = figure_of(subject, &path.field("figure"), self.figure, violations);
        if self.at_least.is_none() && self.at_most.is_none() {
            violations.add(path, "required: want at_least, at_most or both");
        }
        let mut bound = |field, draft: &Option<QuantityDraft>| {
            let path = path.field(field);
            let quantity = draft.as_ref()?.check(&path, violations)?;
            let wanted = figure.map(|figure| figure.dimension().unwrap_or(Dimension::Count));
            if let Some(wanted) = wanted.filter(|wanted| *wanted != quantity.dimension()) {
                let message = format_args!("want a unit of {}", wanted.name());
                violations.add(&path.field("unit"), message);
            }
            Some(quantity.normalized)
        };
        let (at_least, at_most) =
            (bound("at_least", &self.at_least), bound("at_most", &self.at_most));
        figure.map(|figure| Having { figure, at_least, at_most })
    }
}

impl OrderDraft {
    fn check(
        self,
        subject: Subject,
        keys: &[GroupBy],
        path: &Path<'_>,
        violations: &mut Violations,
    ) -> Option<OrderBy> {
        let direction = Direction::of_code(&path.field("direction"), self.direction, violations);
        let by = match (self.key, self.figure) {
            (None, 0) | (Some(_), 1..) => {
                violations.add(path, "want a key or a figure, and not both");
                None
            }
            (None, code) => {
                figure_of(subject, &path.field("figure"), code, violations).map(SortBy::Figure)
            }
            (Some(draft), _) => {
                let key_path = path.field("key");
                let by = draft.check(&key_path, violations)?;
                let place = keys.iter().position(|key| *key == by);
                if place.is_none() {
                    violations.add(&key_path, "not among the keys of group_by");
                }
                place.map(SortBy::Key)
            }
        };
        by.map(|by| OrderBy { by, direction })
    }
}

fn check_empty_buckets<F>(request: &Request<F>, path: &Path<'_>, violations: &mut Violations) {
    let of_time = request.group_by.iter().filter(|by| by.key.calendar().is_some());
    if of_time.count() != 1 {
        violations.add(path, "want exactly one key of time, such as MONTH");
    }
    if !request.having.is_empty() {
        let message = "cannot stand beside having: a bucket that was left out looks empty";
        violations.add(path, message);
    }
}
