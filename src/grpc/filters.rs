//! Decodes filters within their limits. What compares scalars is here; what the fields of each
//! record are is in the module of its name. Those name every field of a message, so that a new one
//! fails to compile there.

mod agencies;
mod operations;
mod seizures;
mod sensors;
mod substances;

pub(super) use crate::domain::filters::{Decoder, is};

use crate::{
    domain::{
        check::Path,
        codes::Code,
        dates::When,
        filters::{
            BoundingBox, Circle, CodeFilter, Filter, Measure, MetaField, NameFilter, NumberFilter,
            PlaceFilter, QuantityFilter, TextFilter, TimeFilter, WhenFilter, WhenMode,
        },
        ids::ResourceId,
    },
    proto,
};
use prost_types::Timestamp;

/// Seconds of 0001-01-01T00:00:00Z and of 9999-12-31T23:59:59Z, the bounds of a timestamp.
const TIMESTAMP_SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

impl Decoder<'_> {
    /// Reads a list of numbers of an enumeration; an empty list is not given.
    pub(super) fn codes<C: Code>(&mut self, path: &Path<'_>, codes: &[i32]) -> Option<Vec<C>> {
        if codes.is_empty() || !self.count(path, codes.len()) {
            return None;
        }
        Some(self.violations.codes(path, codes))
    }

    pub(super) fn name<I: ResourceId>(
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
    pub(super) fn folded(&mut self, field: &str, text: &str) -> String {
        self.fold_at(&Path::root(field), text)
    }

    pub(super) fn text(&mut self, path: &Path<'_>, filter: &proto::TextFilter) -> TextFilter {
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

    pub(super) fn code(&mut self, path: &Path<'_>, filter: &proto::CodeFilter) -> CodeFilter {
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

    pub(super) fn number(&mut self, path: &Path<'_>, filter: &proto::CountFilter) -> NumberFilter {
        let proto::CountFilter { at_least, at_most, known } = filter;
        self.whole(path, *at_least, *at_most, *known)
    }

    pub(super) fn percent(
        &mut self,
        path: &Path<'_>,
        filter: &proto::PercentFilter,
    ) -> NumberFilter {
        let proto::PercentFilter { at_least, at_most, known } = filter;
        let [at_least, at_most] =
            [at_least, at_most].map(|text| Some(text.as_str()).filter(|text| !text.is_empty()));
        self.percentage(path, at_least, at_most, *known)
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

    pub(super) fn time(&mut self, path: &Path<'_>, filter: &proto::TimeFilter) -> TimeFilter {
        self.fits(path);
        let proto::TimeFilter { from_time, until_time } = filter;
        TimeFilter {
            from_micros: self.instant(&path.field("from_time"), from_time.as_ref()),
            until_micros: self.instant(&path.field("until_time"), until_time.as_ref()),
        }
    }

    pub(super) fn when(&mut self, path: &Path<'_>, filter: &proto::WhenFilter) -> WhenFilter {
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

    pub(super) fn amount(
        &mut self,
        path: &Path<'_>,
        measure: Option<&proto::Measure>,
    ) -> Option<Measure> {
        let proto::Measure { value, unit } = measure?;
        self.measure(path, value, *unit)
    }

    pub(super) fn quantity(
        &mut self,
        path: &Path<'_>,
        filter: &proto::QuantityFilter,
    ) -> QuantityFilter {
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
            at_least: self.amount(&at("at_least"), at_least.as_ref()),
            at_most: self.amount(&at("at_most"), at_most.as_ref()),
            dimensions: self.codes(&at("dimension_any_of"), dimension_any_of).unwrap_or_default(),
            units: self.codes(&at("unit_any_of"), unit_any_of).unwrap_or_default(),
            bounds: self.codes(&at("bound_any_of"), bound_any_of).unwrap_or_default(),
            bases: self.codes(&at("basis_any_of"), basis_any_of).unwrap_or_default(),
            methods: self.codes(&at("method_any_of"), method_any_of).unwrap_or_default(),
            known: *known,
        }
    }

    pub(super) fn place(&mut self, path: &Path<'_>, filter: &proto::PlaceFilter) -> PlaceFilter {
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
            within_box: within_box
                .as_ref()
                .and_then(|area| self.bounding_box(&at("within_box"), bounding_box(*area))),
            within_circle: within_circle
                .as_ref()
                .and_then(|area| self.circle(&at("within_circle"), circle(*area))),
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
}

fn bounding_box(area: proto::BoundingBox) -> BoundingBox {
    let proto::BoundingBox { south, west, north, east } = area;
    BoundingBox { south, west, north, east }
}

fn circle(circle: proto::Circle) -> Circle {
    let proto::Circle { latitude, longitude, radius_kilometers } = circle;
    Circle { latitude, longitude, radius_kilometers }
}
