//! Filters of scalars and of what several records share.

use super::{code_texts, codes, ids};
use crate::{
    domain::{
        check::Path,
        codes::Code as _,
        dates,
        filters::{self, Decoder, WhenMode},
        ids::ResourceId,
        places::PlaceKind,
        quantities::{Basis, Bound, Dimension, Method, Unit},
    },
    graphql::{
        codes::Coded,
        scalars::{Decimal, Edtf, Instant},
    },
};
use async_graphql::{ID, InputObject};

/// Compares a resource name.
#[derive(Debug, Clone, InputObject)]
pub struct NameFilter {
    /// The name is one of these.
    pub(super) any_of: Option<Vec<ID>>,
    /// The name is none of these.
    pub(super) none_of: Option<Vec<ID>>,
}

/// Compares a text, folding case and accents: `Sonora`, `SONORA` and `sonorá` are equal.
#[derive(Debug, Clone, InputObject)]
pub struct TextFilter {
    /// Equal after folding.
    pub(super) equals: Option<String>,
    /// Begins with this.
    pub(super) prefix: Option<String>,
    /// Contains this.
    pub(super) contains: Option<String>,
}

/// Compares a code exactly.
#[derive(Debug, Clone, InputObject)]
pub struct CodeFilter {
    /// The code is one of these.
    pub(super) any_of: Option<Vec<String>>,
    /// The code is known and none of these.
    pub(super) none_of: Option<Vec<String>>,
    /// Whether the code is known at all.
    pub(super) known: Option<bool>,
}

/// Compares a whole number. A bound holds only where the number is known.
#[derive(Debug, Clone, InputObject)]
pub struct CountFilter {
    /// At least this many.
    pub(super) at_least: Option<i32>,
    /// At most this many.
    pub(super) at_most: Option<i32>,
    /// Whether the number is known at all.
    pub(super) known: Option<bool>,
}

/// Compares a percentage. A bound holds only where the percentage is known.
#[derive(Debug, Clone, InputObject)]
pub struct PercentFilter {
    /// At least this much: from 0 to 100 with at most six digits after the point.
    pub(super) at_least: Option<Decimal>,
    /// At most this much, written alike.
    pub(super) at_most: Option<Decimal>,
    /// Whether the percentage is known at all.
    pub(super) known: Option<bool>,
}

/// Compares an instant.
#[derive(Debug, Clone, InputObject)]
pub struct TimeFilter {
    /// At or after this instant.
    pub(super) from: Option<Instant>,
    /// Before this instant.
    pub(super) until: Option<Instant>,
}

/// Compares an uncertain date with a span.
#[derive(Debug, Clone, InputObject)]
pub struct WhenFilter {
    /// EDTF; the span begins with its earliest instant. Null: no beginning.
    pub(super) from: Option<Edtf>,
    /// EDTF; the span ends with its latest instant, inclusive. Null: no end.
    pub(super) until: Option<Edtf>,
    /// How the two are compared.
    pub(super) mode: Option<Coded<WhenMode>>,
    /// Whether a date is known at all.
    pub(super) known: Option<bool>,
}

/// A box of latitudes and longitudes, its borders included.
#[derive(Debug, Clone, Copy, InputObject)]
pub struct BoundingBox {
    /// Southern border, degrees, -90 to 90.
    pub(super) south: f64,
    /// Western border, degrees, -180 to 180.
    pub(super) west: f64,
    /// Northern border, degrees, not below `south`.
    pub(super) north: f64,
    /// Eastern border, degrees; smaller than `west` when the box crosses the antimeridian.
    pub(super) east: f64,
}

/// A circle on the sphere of radius 6,371,008.8 m (IUGG mean radius).
#[derive(Debug, Clone, Copy, InputObject)]
pub struct Circle {
    /// Latitude of the centre, degrees, -90 to 90.
    pub(super) latitude: f64,
    /// Longitude of the centre, degrees, -180 to 180.
    pub(super) longitude: f64,
    /// Radius in kilometres, above 0, at most 20,016.
    pub(super) radius_kilometers: f64,
}

/// Compares a place.
#[derive(Debug, Clone, InputObject)]
pub struct PlaceFilter {
    /// The kind of area is one of these.
    pub(super) kind_any_of: Option<Vec<Coded<PlaceKind>>>,
    /// Region code.
    pub(super) region_code: Option<CodeFilter>,
    /// Subdivision code.
    pub(super) subdivision_code: Option<CodeFilter>,
    /// Scheme of the administrative code.
    pub(super) administrative_scheme: Option<CodeFilter>,
    /// The administrative code.
    pub(super) administrative_code: Option<CodeFilter>,
    /// UN/LOCODE.
    pub(super) unlocode: Option<CodeFilter>,
    /// The free text.
    pub(super) text: Option<TextFilter>,
    /// The point lies in this box.
    pub(super) within_box: Option<BoundingBox>,
    /// The point lies in this circle.
    pub(super) within_circle: Option<Circle>,
    /// Whether a point is known at all.
    pub(super) has_point: Option<bool>,
}

/// An amount to compare with, in any unit.
#[derive(Debug, Clone, InputObject)]
pub struct Measure {
    /// Decimal digits as in `Quantity.value`.
    pub(super) value: Decimal,
    /// The unit; only quantities of its dimension compare.
    pub(super) unit: Coded<Unit>,
}

/// Compares a quantity by its normalised value.
#[derive(Debug, Clone, InputObject)]
pub struct QuantityFilter {
    /// At least this much.
    pub(super) at_least: Option<Measure>,
    /// At most this much.
    pub(super) at_most: Option<Measure>,
    /// The dimension is one of these.
    pub(super) dimension_any_of: Option<Vec<Coded<Dimension>>>,
    /// The unit as reported is one of these.
    pub(super) unit_any_of: Option<Vec<Coded<Unit>>>,
    /// The bound is one of these.
    pub(super) bound_any_of: Option<Vec<Coded<Bound>>>,
    /// The basis is one of these.
    pub(super) basis_any_of: Option<Vec<Coded<Basis>>>,
    /// The method is one of these.
    pub(super) method_any_of: Option<Vec<Coded<Method>>>,
    /// Whether a quantity is known at all.
    pub(super) known: Option<bool>,
}

impl NameFilter {
    pub(super) fn read<I: ResourceId>(
        self,
        d: &mut Decoder<'_>,
        path: &Path<'_>,
    ) -> filters::NameFilter<I> {
        d.fits(path);
        let Self { any_of, none_of } = self;
        filters::NameFilter {
            any_of: ids(d, &path.field("any_of"), any_of),
            none_of: ids(d, &path.field("none_of"), none_of).unwrap_or_default(),
        }
    }
}

impl TextFilter {
    pub(super) fn read(self, d: &mut Decoder<'_>, path: &Path<'_>) -> filters::TextFilter {
        d.fits(path);
        let Self { equals, prefix, contains } = self;
        let mut folded =
            |field, text: Option<String>| text.map(|text| d.fold_at(&path.field(field), &text));
        filters::TextFilter {
            equals: folded("equals", equals),
            prefix: folded("prefix", prefix),
            contains: folded("contains", contains),
        }
    }
}

impl CodeFilter {
    pub(super) fn read(self, d: &mut Decoder<'_>, path: &Path<'_>) -> filters::CodeFilter {
        d.fits(path);
        let Self { any_of, none_of, known } = self;
        filters::CodeFilter {
            any_of: code_texts(d, &path.field("any_of"), any_of),
            none_of: code_texts(d, &path.field("none_of"), none_of),
            known,
        }
    }
}

impl CountFilter {
    pub(super) fn read(self, d: &mut Decoder<'_>, path: &Path<'_>) -> filters::NumberFilter {
        let Self { at_least, at_most, known } = self;
        d.whole(path, at_least, at_most, known)
    }
}

impl PercentFilter {
    pub(super) fn read(self, d: &mut Decoder<'_>, path: &Path<'_>) -> filters::NumberFilter {
        let Self { at_least, at_most, known } = self;
        let [at_least, at_most] =
            [&at_least, &at_most].map(|one| one.as_ref().map(|one| one.0.as_str()));
        d.percentage(path, at_least, at_most, known)
    }
}

impl TimeFilter {
    pub(super) fn read(self, d: &mut Decoder<'_>, path: &Path<'_>) -> filters::TimeFilter {
        d.fits(path);
        let Self { from, until } = self;
        let mut micros =
            |field, time: Option<Instant>| d.violations.keep(&path.field(field), time?.micros());
        filters::TimeFilter {
            from_micros: micros("from", from),
            until_micros: micros("until", until),
        }
    }
}

impl WhenFilter {
    pub(super) fn read(self, d: &mut Decoder<'_>, path: &Path<'_>) -> filters::WhenFilter {
        d.fits(path);
        let Self { from, until, mode, known } = self;
        let mut parse = |field, text: Option<Edtf>| {
            d.violations.keep(&path.field(field), dates::When::parse(&text?.0))
        };
        let (from, until) = (parse("from", from), parse("until", until));
        filters::WhenFilter {
            from_micros: from.map(|when| when.earliest_micros()),
            until_micros: until.map(|when| when.latest_micros()),
            mode: mode.map_or(WhenMode::Overlaps, |mode| mode.0),
            known,
        }
    }
}

impl Measure {
    pub(super) fn read(self, d: &mut Decoder<'_>, path: &Path<'_>) -> Option<filters::Measure> {
        let Self { value, unit } = self;
        d.measure(path, &value.0, unit.0.code())
    }
}

impl QuantityFilter {
    pub(super) fn read(self, d: &mut Decoder<'_>, path: &Path<'_>) -> filters::QuantityFilter {
        d.fits(path);
        let Self {
            at_least,
            at_most,
            dimension_any_of,
            unit_any_of,
            bound_any_of,
            basis_any_of,
            method_any_of,
            known,
        } = self;
        let at = |field| path.field(field);
        filters::QuantityFilter {
            at_least: at_least.and_then(|least| least.read(d, &at("at_least"))),
            at_most: at_most.and_then(|most| most.read(d, &at("at_most"))),
            dimensions: codes(d, &at("dimension_any_of"), dimension_any_of).unwrap_or_default(),
            units: codes(d, &at("unit_any_of"), unit_any_of).unwrap_or_default(),
            bounds: codes(d, &at("bound_any_of"), bound_any_of).unwrap_or_default(),
            bases: codes(d, &at("basis_any_of"), basis_any_of).unwrap_or_default(),
            methods: codes(d, &at("method_any_of"), method_any_of).unwrap_or_default(),
            known,
        }
    }
}

impl PlaceFilter {
    pub(super) fn read(self, d: &mut Decoder<'_>, path: &Path<'_>) -> filters::PlaceFilter {
        d.fits(path);
        let Self {
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
        } = self;
        let at = |field| path.field(field);
        let mut code =
            |field, filter: Option<CodeFilter>| filter.map(|filter| filter.read(d, &at(field)));
        filters::PlaceFilter {
            region_code: code("region_code", region_code),
            subdivision_code: code("subdivision_code", subdivision_code),
            administrative_scheme: code("administrative_scheme", administrative_scheme),
            administrative_code: code("administrative_code", administrative_code),
            unlocode: code("unlocode", unlocode),
            kinds: codes(d, &at("kind_any_of"), kind_any_of).unwrap_or_default(),
            text: text.map(|text| text.read(d, &at("text"))),
            within_box: within_box.and_then(|area| {
                let BoundingBox { south, west, north, east } = area;
                let area = filters::BoundingBox { south, west, north, east };
                d.bounding_box(&at("within_box"), area)
            }),
            within_circle: within_circle.and_then(|circle| {
                let Circle { latitude, longitude, radius_kilometers } = circle;
                let circle = filters::Circle { latitude, longitude, radius_kilometers };
                d.circle(&at("within_circle"), circle)
            }),
            has_point,
        }
    }
}
