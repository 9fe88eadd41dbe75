//! Decodes filters within their limits. What compares scalars is here; what the fields of each
//! record are is in the module of its name. Those name every field of a message, so that a new one
//! fails to compile there.

mod agencies;
mod operations;
mod seizures;
mod sensors;
mod substances;

use crate::{
    domain::{
        check::{Path, Violations},
        codes::Code,
        dates::When,
        filters::{
            BoundingBox, Circle, CodeFilter, FILTER_DEPTH_MAX, FILTER_MESSAGES_MAX,
            FILTER_TEXT_CHARS_MAX, FILTER_VALUES_MAX, Filter, Measure, MetaField, NameFilter,
            PlaceFilter, Quantified, QuantityFilter, TextFilter, TimeFilter, WhenFilter, WhenMode,
        },
        ids::ResourceId,
        seizures::QuantityDraft,
        text::fold,
    },
    proto,
};
use prost_types::Timestamp;

/// Seconds of 0001-01-01T00:00:00Z and of 9999-12-31T23:59:59Z, the bounds of a timestamp.
const TIMESTAMP_SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
/// Half the circumference of the earth in kilometres, rounded up.
const RADIUS_KILOMETERS_MAX: f64 = 20_016.0;

/// Reads one filter, counting what it holds.
pub(super) struct Decoder<'v> {
    pub violations: &'v mut Violations,
    depth: usize,
    messages: usize,
    values: usize,
}

impl<'v> Decoder<'v> {
    pub fn new(violations: &'v mut Violations) -> Self {
        Self { violations, depth: 0, messages: 0, values: 0 }
    }

    /// Counts a message, whatever it compares; whether the filter is still within its limit.
    fn fits(&mut self, path: &Path<'_>) -> bool {
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

    fn count(&mut self, path: &Path<'_>, values: usize) -> bool {
        let before = self.values;
        self.values = self.values.saturating_add(values);
        if before <= FILTER_VALUES_MAX && self.values > FILTER_VALUES_MAX {
            let limit = format_args!("more than {FILTER_VALUES_MAX} values in the filter");
            self.violations.add(path, limit);
        }
        self.values <= FILTER_VALUES_MAX
    }

    /// Reads a list of numbers of an enumeration; an empty list is not given.
    pub fn codes<C: Code>(&mut self, path: &Path<'_>, codes: &[i32]) -> Option<Vec<C>> {
        if codes.is_empty() || !self.count(path, codes.len()) {
            return None;
        }
        Some(self.violations.codes(path, codes))
    }

    /// Reads a list of names.
    pub fn ids<I: ResourceId>(&mut self, path: &Path<'_>, names: &[String]) -> Vec<I> {
        if !self.count(path, names.len()) {
            return Vec::new();
        }
        let each = names.iter().enumerate();
        each.filter_map(|(i, name)| self.violations.name_required(&path.index(i), name)).collect()
    }

    pub fn name<I: ResourceId>(
        &mut self,
        path: &Path<'_>,
        filter: &proto::NameFilter,
    ) -> NameFilter<I> {
        self.fits(path);
        let proto::NameFilter { any_of, none_of } = filter;
        let ids = self.ids(&path.field("any_of"), any_of);
        NameFilter {
            any_of: (!any_of.is_empty()).then_some(ids),
            none_of: self.ids(&path.field("none_of"), none_of),
        }
    }

    /// Reads a text to compare with, folded.
    pub fn folded(&mut self, field: &str, text: &str) -> String {
        self.fold_at(&Path::root(field), text)
    }

    fn fold_at(&mut self, path: &Path<'_>, text: &str) -> String {
        self.violations.label(path, text, FILTER_TEXT_CHARS_MAX);
        fold(text)
    }

    pub fn text(&mut self, path: &Path<'_>, filter: &proto::TextFilter) -> TextFilter {
        self.fits(path);
        let proto::TextFilter { equals, prefix, contains } = filter;
        let mut read = |field, text: &Option<String>| {
            text.as_ref().map(|text| self.fold_at(&path.field(field), text))
        };
        TextFilter {
            equals: read("equals", equals),
            prefix: read("prefix", prefix),
            contains: read("contains", contains),
        }
    }

    pub fn code_texts(&mut self, path: &Path<'_>, texts: &[String]) -> Vec<String> {
        if !self.count(path, texts.len()) {
            return Vec::new();
        }
        for (i, text) in texts.iter().enumerate() {
            self.violations.label_required(&path.index(i), text, FILTER_TEXT_CHARS_MAX);
        }
        texts.to_vec()
    }

    pub fn code(&mut self, path: &Path<'_>, filter: &proto::CodeFilter) -> CodeFilter {
        self.fits(path);
        let proto::CodeFilter { any_of, none_of, known } = filter;
        let any = self.code_texts(&path.field("any_of"), any_of);
        let none = self.code_texts(&path.field("none_of"), none_of);
        CodeFilter {
            any_of: (!any_of.is_empty()).then_some(any),
            none_of: (!none_of.is_empty()).then_some(none),
            known: *known,
        }
    }

    fn instant(&mut self, path: &Path<'_>, time: Option<&Timestamp>) -> Option<i64> {
        let Timestamp { seconds, nanos } = time?;
        if !TIMESTAMP_SECONDS.contains(seconds) || !(0..1_000_000_000).contains(nanos) {
            self.violations.add(path, "not an instant of the years 0001 to 9999");
            return None;
        }
        // Records keep microseconds, so the next one bounds the same records exactly.
        Some(seconds * 1_000_000 + (i64::from(*nanos) + 999) / 1_000)
    }

    pub fn time(&mut self, path: &Path<'_>, filter: &proto::TimeFilter) -> TimeFilter {
        self.fits(path);
        let proto::TimeFilter { from_time, until_time } = filter;
        TimeFilter {
            from_micros: self.instant(&path.field("from_time"), from_time.as_ref()),
            until_micros: self.instant(&path.field("until_time"), until_time.as_ref()),
        }
    }

    pub fn when(&mut self, path: &Path<'_>, filter: &proto::WhenFilter) -> WhenFilter {
        self.fits(path);
        let proto::WhenFilter { from, until, mode, known } = filter;
        let mut parse = |field, text: &str| {
            let path = path.field(field);
            (!text.is_empty()).then(|| self.violations.keep(&path, When::parse(text))).flatten()
        };
        let (from, until) = (parse("from", from), parse("until", until));
        WhenFilter {
            from_micros: from.map(|when| when.earliest_micros()),
            until_micros: until.map(|when| when.latest_micros()),
            mode: self.violations.code_or(&path.field("mode"), *mode, WhenMode::Overlaps),
            known: *known,
        }
    }

    pub fn measure(
        &mut self,
        path: &Path<'_>,
        measure: Option<&proto::Measure>,
    ) -> Option<Measure> {
        let proto::Measure { value, unit } = measure?;
        self.fits(path);
        let draft = QuantityDraft { value: value.clone(), unit: *unit, ..QuantityDraft::default() };
        let quantity = draft.check(path, self.violations)?;
        Some(Measure { normalized: quantity.normalized, dimension: quantity.dimension() })
    }

    pub fn quantity(&mut self, path: &Path<'_>, filter: &proto::QuantityFilter) -> QuantityFilter {
        self.fits(path);
        let proto::QuantityFilter {
            at_least,
            at_most,
            dimension_any_of,
            unit_any_of,
            bound_any_of,
            basis_any_of,
            method_any_of,
            known,
        } = filter;
        let at = |field| path.field(field);
        QuantityFilter {
            at_least: self.measure(&at("at_least"), at_least.as_ref()),
            at_most: self.measure(&at("at_most"), at_most.as_ref()),
            dimensions: self.codes(&at("dimension_any_of"), dimension_any_of).unwrap_or_default(),
            units: self.codes(&at("unit_any_of"), unit_any_of).unwrap_or_default(),
            bounds: self.codes(&at("bound_any_of"), bound_any_of).unwrap_or_default(),
            bases: self.codes(&at("basis_any_of"), basis_any_of).unwrap_or_default(),
            methods: self.codes(&at("method_any_of"), method_any_of).unwrap_or_default(),
            known: *known,
        }
    }

    pub fn place(&mut self, path: &Path<'_>, filter: &proto::PlaceFilter) -> PlaceFilter {
        self.fits(path);
        let proto::PlaceFilter {
            kind_any_of,
            region_code,
            subdivision_code,
            administrative_scheme,
            administrative_code,
            unlocode,
            text,
            within_box,
            within_circle,
            has_point,
        } = filter;
        let at = |field| path.field(field);
        let mut code = |field, filter: &Option<proto::CodeFilter>| {
            filter.as_ref().map(|filter| self.code(&at(field), filter))
        };
        let region_code = code("region_code", region_code);
        let subdivision_code = code("subdivision_code", subdivision_code);
        let administrative_scheme = code("administrative_scheme", administrative_scheme);
        let administrative_code = code("administrative_code", administrative_code);
        let unlocode = code("unlocode", unlocode);
        PlaceFilter {
            kinds: self.codes(&at("kind_any_of"), kind_any_of).unwrap_or_default(),
            region_code,
            subdivision_code,
            administrative_scheme,
            administrative_code,
            unlocode,
            text: text.as_ref().map(|text| self.text(&at("text"), text)),
            within_box: within_box.as_ref().and_then(|b| self.bounding_box(&at("within_box"), *b)),
            within_circle: within_circle
                .as_ref()
                .and_then(|c| self.circle(&at("within_circle"), *c)),
            has_point: *has_point,
        }
    }

    /// Reads what the filter of every record has.
    fn meta<F>(
        &mut self,
        path: &Path<'_>,
        originator: Option<&proto::NameFilter>,
        create_time: Option<&proto::TimeFilter>,
        update_time: Option<&proto::TimeFilter>,
        field: impl Fn(MetaField) -> F,
    ) -> Vec<Filter<F>> {
        let names = originator.map(|names| self.name(&path.field("originator"), names));
        let created = create_time.map(|time| self.time(&path.field("create_time"), time));
        let updated = update_time.map(|time| self.time(&path.field("update_time"), time));
        let all = [
            names.map(MetaField::Originator),
            created.map(MetaField::CreateTime),
            updated.map(MetaField::UpdateTime),
        ];
        all.into_iter().flatten().map(|meta| Filter::Is(field(meta))).collect()
    }

    fn degrees(&mut self, path: &Path<'_>, value: f64, bound: f64) -> bool {
        let fits = (-bound..=bound).contains(&value);
        if !fits {
            let message = format_args!("{value}: want degrees from -{bound} to {bound}");
            self.violations.add(path, message);
        }
        fits
    }

    fn bounding_box(&mut self, path: &Path<'_>, area: proto::BoundingBox) -> Option<BoundingBox> {
        self.fits(path);
        let proto::BoundingBox { south, west, north, east } = area;
        let mut fits = self.degrees(&path.field("south"), south, 90.0);
        fits &= self.degrees(&path.field("west"), west, 180.0);
        fits &= self.degrees(&path.field("north"), north, 90.0);
        fits &= self.degrees(&path.field("east"), east, 180.0);
        if fits && north < south {
            self.violations.add(&path.field("north"), "lies south of the southern border");
            fits = false;
        }
        fits.then_some(BoundingBox { south, west, north, east })
    }

    fn circle(&mut self, path: &Path<'_>, circle: proto::Circle) -> Option<Circle> {
        self.fits(path);
        let proto::Circle { latitude, longitude, radius_kilometers } = circle;
        let mut fits = self.degrees(&path.field("latitude"), latitude, 90.0);
        fits &= self.degrees(&path.field("longitude"), longitude, 180.0);
        if !(radius_kilometers > 0.0 && radius_kilometers <= RADIUS_KILOMETERS_MAX) {
            let message =
                format_args!("{radius_kilometers}: want above 0, at most {RADIUS_KILOMETERS_MAX}");
            self.violations.add(&path.field("radius_kilometers"), message);
            fits = false;
        }
        fits.then_some(Circle { latitude, longitude, radius_kilometers })
    }
}

fn is<F>(field: F) -> Filter<F> {
    Filter::Is(field)
}
