//! Reads filters within their limits, whatever wire they came by: what both contracts count and
//! check alike.

use super::{
    BoundingBox, Circle, FILTER_DEPTH_MAX, FILTER_MESSAGES_MAX, FILTER_TEXT_CHARS_MAX,
    FILTER_VALUES_MAX, Filter, Measure, NumberFilter, Quantified,
};
use crate::domain::{
    check::{Path, Violations},
    ids::ResourceId,
    seizures::{QuantityDraft, millionths_of_percent},
    text::fold,
};

/// Half the circumference of the earth in kilometres, rounded up.
const RADIUS_KILOMETERS_MAX: f64 = 20_016.0;

/// Reads one filter, counting what it holds.
pub struct Decoder<'v> {
    /// Where violations are noted.
    pub violations: &'v mut Violations,
    depth: usize,
    messages: usize,
    values: usize,
}

impl<'v> Decoder<'v> {
    /// Begins a filter.
    pub fn new(violations: &'v mut Violations) -> Self {
        Self { violations, depth: 0, messages: 0, values: 0 }
    }

    /// Counts a message, whatever it compares; whether the filter is still within its limit.
    pub fn fits(&mut self, path: &Path<'_>) -> bool {
        self.messages += 1;
        if self.messages == FILTER_MESSAGES_MAX + 1 {
            let limit = format_args!("more than {FILTER_MESSAGES_MAX} messages in the filter");
            self.violations.add(path, limit);
        }
        self.messages <= FILTER_MESSAGES_MAX
    }

    /// Reads a message over a record or a part, unless a limit is reached.
    pub fn message<M, F>(
        &mut self,
        path: &Path<'_>,
        message: Option<Box<M>>,
        fields: impl FnOnce(&mut Self, &Path<'_>, M) -> Vec<Filter<F>>,
    ) -> Option<Filter<F>> {
        self.member(path, *message?, fields)
    }

    fn member<M, F>(
        &mut self,
        path: &Path<'_>,
        message: M,
        fields: impl FnOnce(&mut Self, &Path<'_>, M) -> Vec<Filter<F>>,
    ) -> Option<Filter<F>> {
        self.depth += 1;
        let is_deep = self.depth > FILTER_DEPTH_MAX;
        if is_deep {
            let limit = format_args!("nested deeper than {FILTER_DEPTH_MAX} levels");
            self.violations.add(path, limit);
        }
        let fits = self.fits(path) && !is_deep;
        let filter = fits.then(|| Filter::All(fields(self, path, message)));
        self.depth -= 1;
        filter
    }

    /// Reads the members that every composable message has.
    pub fn composed<M, F>(
        &mut self,
        path: &Path<'_>,
        (and, or, not): (Vec<M>, Vec<M>, Option<Box<M>>),
        fields: fn(&mut Self, &Path<'_>, M) -> Vec<Filter<F>>,
    ) -> Vec<Filter<F>> {
        let mut all = self.list(&path.field("and"), and, fields);
        let any = self.list(&path.field("or"), or, fields);
        if !any.is_empty() {
            all.push(Filter::Any(any));
        }
        let not = self.message(&path.field("not"), not, fields);
        all.extend(not.map(|not| Filter::Not(Box::new(not))));
        all
    }

    fn list<M, F>(
        &mut self,
        path: &Path<'_>,
        members: Vec<M>,
        fields: fn(&mut Self, &Path<'_>, M) -> Vec<Filter<F>>,
    ) -> Vec<Filter<F>> {
        let mut all = Vec::new();
        for (i, member) in members.into_iter().enumerate() {
            if self.messages > FILTER_MESSAGES_MAX {
                break;
            }
            all.extend(self.member(&path.index(i), member, fields));
        }
        all
    }

    /// Reads the three quantifiers over a list.
    pub fn quantified<M, F>(
        &mut self,
        path: &Path<'_>,
        [some, none, every]: [Option<Box<M>>; 3],
        fields: fn(&mut Self, &Path<'_>, M) -> Vec<Filter<F>>,
    ) -> Quantified<F> {
        self.fits(path);
        Quantified {
            some: self.message(&path.field("some"), some, fields).map(Box::new),
            none: self.message(&path.field("none"), none, fields).map(Box::new),
            every: self.message(&path.field("every"), every, fields).map(Box::new),
        }
    }

    /// Counts values; whether the filter is still within its limit.
    pub fn count(&mut self, path: &Path<'_>, values: usize) -> bool {
        let before = self.values;
        self.values = self.values.saturating_add(values);
        if before <= FILTER_VALUES_MAX && self.values > FILTER_VALUES_MAX {
            let limit = format_args!("more than {FILTER_VALUES_MAX} values in the filter");
            self.violations.add(path, limit);
        }
        self.values <= FILTER_VALUES_MAX
    }

    /// Reads a list of names.
    pub fn ids<I: ResourceId>(&mut self, path: &Path<'_>, names: &[String]) -> Vec<I> {
        if !self.count(path, names.len()) {
            return Vec::new();
        }
        let each = names.iter().enumerate();
        each.filter_map(|(i, name)| self.violations.name_required(&path.index(i), name)).collect()
    }

    /// Reads a text to compare with, folded.
    pub fn fold_at(&mut self, path: &Path<'_>, text: &str) -> String {
        self.violations.label(path, text, FILTER_TEXT_CHARS_MAX);
        fold(text)
    }

    /// Reads codes to compare with.
    pub fn code_texts(&mut self, path: &Path<'_>, texts: &[String]) -> Vec<String> {
        if !self.count(path, texts.len()) {
            return Vec::new();
        }
        for (i, text) in texts.iter().enumerate() {
            self.violations.label_required(&path.index(i), text, FILTER_TEXT_CHARS_MAX);
        }
        texts.to_vec()
    }

    fn degrees(&mut self, path: &Path<'_>, value: f64, bound: f64) -> bool {
        let fits = (-bound..=bound).contains(&value);
        if !fits {
            let message = format_args!("{value}: want degrees from -{bound} to {bound}");
            self.violations.add(path, message);
        }
        fits
    }

    /// Reads an amount to compare with. Its parts are the fields `value` and `unit` of the path.
    pub fn measure(&mut self, path: &Path<'_>, value: &str, unit: i32) -> Option<Measure> {
        self.fits(path);
        let draft = QuantityDraft { value: value.to_owned(), unit, ..QuantityDraft::default() };
        let quantity = draft.check(path, self.violations)?;
        Some(Measure { normalized: quantity.normalized, dimension: quantity.dimension() })
    }

    /// Reads the bounds of a whole number.
    pub fn whole(
        &mut self,
        path: &Path<'_>,
        at_least: Option<i32>,
        at_most: Option<i32>,
        known: Option<bool>,
    ) -> NumberFilter {
        self.fits(path);
        self.violations.within(&path.field("at_least"), at_least, 0, i32::MAX);
        self.violations.within(&path.field("at_most"), at_most, 0, i32::MAX);
        NumberFilter { at_least: at_least.map(i64::from), at_most: at_most.map(i64::from), known }
    }

    /// Reads the bounds of a percentage, into millionths of a percent.
    pub fn percentage(
        &mut self,
        path: &Path<'_>,
        at_least: Option<&str>,
        at_most: Option<&str>,
        known: Option<bool>,
    ) -> NumberFilter {
        self.fits(path);
        let mut read = |field, text: Option<&str>| {
            let parsed = millionths_of_percent(text?);
            self.violations.keep(&path.field(field), parsed)
        };
        let (at_least, at_most) = (read("at_least", at_least), read("at_most", at_most));
        NumberFilter { at_least, at_most, known }
    }

    /// Checks a box.
    pub fn bounding_box(&mut self, path: &Path<'_>, area: BoundingBox) -> Option<BoundingBox> {
        self.fits(path);
        let BoundingBox { south, west, north, east } = area;
        let mut fits = self.degrees(&path.field("south"), south, 90.0);
        fits &= self.degrees(&path.field("west"), west, 180.0);
        fits &= self.degrees(&path.field("north"), north, 90.0);
        fits &= self.degrees(&path.field("east"), east, 180.0);
        if fits && north < south {
            self.violations.add(&path.field("north"), "lies south of the southern border");
            fits = false;
        }
        fits.then_some(area)
    }

    /// Checks a circle.
    pub fn circle(&mut self, path: &Path<'_>, circle: Circle) -> Option<Circle> {
        self.fits(path);
        let Circle { latitude, longitude, radius_kilometers } = circle;
        let mut fits = self.degrees(&path.field("latitude"), latitude, 90.0);
        fits &= self.degrees(&path.field("longitude"), longitude, 180.0);
        if !(radius_kilometers > 0.0 && radius_kilometers <= RADIUS_KILOMETERS_MAX) {
            let message =
                format_args!("{radius_kilometers}: want above 0, at most {RADIUS_KILOMETERS_MAX}");
            self.violations.add(&path.field("radius_kilometers"), message);
            fits = false;
        }
        fits.then_some(circle)
    }
}

/// A condition of a filter.
pub fn is<F>(field: F) -> Filter<F> {
    Filter::Is(field)
}
