//! The parts that several records share: dates, places, markings, sources, quantities.

use super::{
    codes::Coded,
    now::Now,
    scalars::{BigInt, DateTime, Decimal, Edtf},
};
use crate::domain::{
    dates,
    markings::{self, Grantee, Tlp},
    places::{self, PlaceKind},
    quantities::{self, Basis, Bound, Dimension, Method, Unit},
    sources,
};
use async_graphql::SimpleObject;

/// Text that is empty where nothing is known.
pub(super) fn known(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A time as a report knows it, and the instants that it can mean.
#[derive(SimpleObject)]
pub struct When {
    /// The time as it was written.
    edtf: Edtf,
    /// The first instant it can mean, inclusive; null where an interval has no known start.
    earliest: Option<DateTime>,
    /// The last instant it can mean, inclusive; null where an interval has no known end.
    latest: Option<DateTime>,
    /// Whether the source doubted it.
    uncertain: bool,
    /// Whether the source called it approximate.
    approximate: bool,
}

impl From<&dates::When> for When {
    fn from(when: &dates::When) -> Self {
        let (earliest, latest) = (when.earliest_micros(), when.latest_micros());
        let open = |micros, bound| (micros != bound).then_some(DateTime(micros));
        Self {
            edtf: Edtf(when.as_str().to_owned()),
            earliest: open(earliest, dates::When::OPEN_START_MICROS),
            latest: open(latest, dates::When::OPEN_END_MICROS),
            uncertain: when.is_uncertain(),
            approximate: when.is_approximate(),
        }
    }
}

/// A point on the WGS 84 ellipsoid.
#[derive(SimpleObject)]
pub struct Point {
    /// Degrees north, -90 to 90.
    latitude: f64,
    /// Degrees east, -180 to 180.
    longitude: f64,
    /// How far from the point it may have been, in metres; null when not known.
    uncertainty_meters: Option<f64>,
}

/// A code of an administrative area in a scheme of its own.
#[derive(SimpleObject)]
pub struct AdministrativeCode {
    /// The scheme, such as `DANE`.
    scheme: String,
    /// The code as the scheme writes it.
    code: String,
}

/// Where something was: any of a point, a region, a subdivision, a code or words.
#[derive(SimpleObject)]
pub struct Place {
    /// What kind of area it lies in; null when not said.
    kind: Option<Coded<PlaceKind>>,
    /// The point; null when not known.
    point: Option<Now<Point>>,
    /// CLDR / ISO 3166-1 alpha-2: `MX`; null when not known.
    region_code: Option<String>,
    /// ISO 3166-2: `MX-SON`; null when not known.
    subdivision_code: Option<String>,
    /// Code of an administrative area; null when not known.
    administrative_code: Option<Now<AdministrativeCode>>,
    /// UN/LOCODE: `MXZLO`; null when not known.
    unlocode: Option<String>,
    /// Where, in words; null when not told.
    text: Option<String>,
}

impl From<&places::Place> for Place {
    fn from(place: &places::Place) -> Self {
        let places::Place {
            kind,
            point,
            region_code,
            subdivision_code,
            administrative_code,
            unlocode,
            text,
        } = place;
        Self {
            kind: kind.map(Coded),
            point: point.map(|point| {
                let places::Point { latitude, longitude, uncertainty_meters } = point;
                Now(Point { latitude, longitude, uncertainty_meters })
            }),
            region_code: region_code.as_ref().map(ToString::to_string),
            subdivision_code: known(subdivision_code),
            administrative_code: administrative_code.as_ref().map(|code| {
                let places::AdministrativeCode { scheme, code } = code;
                Now(AdministrativeCode { scheme: scheme.clone(), code: code.clone() })
            }),
            unlocode: known(unlocode),
            text: known(text),
        }
    }
}

/// Who may see a record.
#[derive(SimpleObject)]
pub struct Marking {
    /// The label, by the Traffic Light Protocol 2.0.
    label: Coded<Tlp>,
    /// Region codes and names of agencies that it is released to: `MX`, `agencies/mx-semar`. One
    /// that is not the originator is shown regions and itself alone.
    releasable_to: Vec<String>,
}

impl From<&markings::Marking> for Marking {
    fn from(marking: &markings::Marking) -> Self {
        let markings::Marking { label, releasable_to } = marking;
        let releasable_to = releasable_to.iter().map(Grantee::to_string).collect();
        Self { label: Coded(*label), releasable_to }
    }
}

/// Where a fact comes from.
#[derive(SimpleObject)]
pub struct Source {
    /// The title.
    title: String,
    /// The publisher; null when not known.
    publisher: Option<String>,
    /// Where it can be read; null when not known.
    url: Option<String>,
    /// When it was published; null when not known.
    published: Option<Now<When>>,
}

impl From<&sources::Source> for Source {
    fn from(source: &sources::Source) -> Self {
        let sources::Source { title, publisher, url, published } = source;
        Self {
            title: title.clone(),
            publisher: known(publisher),
            url: known(url),
            published: published.as_ref().map(Now::from),
        }
    }
}

/// What a record is called in another system.
#[derive(SimpleObject)]
pub struct ExternalId {
    /// The system or scheme.
    scheme: String,
    /// What it is called there.
    value: String,
}

impl From<&sources::ExternalId> for ExternalId {
    fn from(id: &sources::ExternalId) -> Self {
        let sources::ExternalId { scheme, value } = id;
        Self { scheme: scheme.clone(), value: value.clone() }
    }
}

/// How much, as reported and normalised.
#[derive(SimpleObject)]
pub struct Quantity {
    /// The number as reported, with every digit.
    value: Decimal,
    /// The unit as reported.
    unit: Coded<Unit>,
    /// Whether it is a bound.
    bound: Coded<Bound>,
    /// Whether packing is included.
    basis: Coded<Basis>,
    /// How it was found; null when not known.
    method: Option<Coded<Method>>,
    /// What is measured.
    dimension: Coded<Dimension>,
    /// Micrograms, microlitres or a count, by the dimension; exact, half-even at the last digit.
    normalized: BigInt,
}

impl From<&quantities::Quantity> for Quantity {
    fn from(quantity: &quantities::Quantity) -> Self {
        let quantities::Quantity { amount, unit, bound, basis, method, normalized } = quantity;
        Self {
            value: Decimal(amount.as_str().to_owned()),
            unit: Coded(*unit),
            bound: Coded(*bound),
            basis: Coded(*basis),
            method: method.map(Coded),
            dimension: Coded(quantity.dimension()),
            normalized: BigInt(i128::from(*normalized)),
        }
    }
}
