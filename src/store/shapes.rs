//! Columns that several tables share: dates and places.

use super::dialect::Row;
use crate::domain::{
    codes::Code,
    dates::When,
    errors::{Error, Result},
    places::{AdministrativeCode, Place, Point},
    regions::RegionCode,
    text::fold,
};
use sea_orm::Value;
use serde::{Deserialize, Serialize};

/// Stands for an instant that is not known: before every real one.
pub(super) const NO_INSTANT: i64 = i64::MIN;

/// The columns of a date, in the order of [`read_when`].
pub(super) const WHEN_COLUMNS: [&str; 3] = ["when_text", "when_earliest", "when_latest"];

/// The columns of a place that a reader needs, in the order of [`read_place`].
pub(super) const PLACE_COLUMNS: [&str; 10] = [
    "place_kind",
    "latitude",
    "longitude",
    "uncertainty_meters",
    "region_code",
    "subdivision_code",
    "administrative_scheme",
    "administrative_code",
    "unlocode",
    "place_text",
];

/// The columns of a place that only filters need.
const PLACE_SEARCH_COLUMNS: [&str; 4] = ["unit_x", "unit_y", "unit_z", "place_text_folded"];

/// [`WHEN_COLUMNS`] with their values.
pub(super) fn when_values(when: Option<&When>) -> impl Iterator<Item = (&'static str, Value)> {
    let values = match when {
        None => [Value::String(None), NO_INSTANT.into(), NO_INSTANT.into()],
        Some(when) => {
            [when.as_str().into(), when.earliest_micros().into(), when.latest_micros().into()]
        }
    };
    WHEN_COLUMNS.into_iter().zip(values)
}

pub(super) fn read_when(row: &mut Row<'_>) -> Result<Option<When>> {
    let (text, earliest, latest) = (row.text_or_null()?, row.int()?, row.int()?);
    Ok(text.map(|text| When::from_parts(text, earliest, latest)))
}

/// [`PLACE_COLUMNS`] and [`PLACE_SEARCH_COLUMNS`] with their values.
pub(super) fn place_values(place: Option<&Place>) -> impl Iterator<Item = (&'static str, Value)> {
    let nowhere = Place::default();
    let Place { kind, point, region_code, subdivision_code, administrative_code, unlocode, text } =
        place.unwrap_or(&nowhere);
    let code = administrative_code.as_ref();
    let vector = point.map(|point| point.unit_vector());
    let values = [
        number(*kind),
        point.map(|point| point.latitude).into(),
        point.map(|point| point.longitude).into(),
        point.and_then(|point| point.uncertainty_meters).into(),
        region_code.as_ref().map_or("", RegionCode::as_str).into(),
        subdivision_code.as_str().into(),
        code.map_or("", |code| code.scheme.as_str()).into(),
        code.map_or("", |code| code.code.as_str()).into(),
        unlocode.as_str().into(),
        text.as_str().into(),
        vector.map(|v| v[0]).into(),
        vector.map(|v| v[1]).into(),
        vector.map(|v| v[2]).into(),
        fold(text).into(),
    ];
    PLACE_COLUMNS.into_iter().chain(PLACE_SEARCH_COLUMNS).zip(values)
}

/// The number of an enumeration; 0 is none.
pub(super) fn number<C: Code>(code: Option<C>) -> Value {
    code.map_or(0, |code| i64::from(code.code())).into()
}

/// Reads [`PLACE_COLUMNS`]; a row without any of them has no place.
pub(super) fn read_place(row: &mut Row<'_>) -> Result<Option<Place>> {
    let kind = row.code()?;
    let (latitude, longitude) = (row.real_or_null()?, row.real_or_null()?);
    let uncertainty_meters = row.real_or_null()?;
    let (region, subdivision_code) = (row.str()?, row.text()?);
    let (scheme, code) = (row.text()?, row.text()?);
    let place = Place {
        kind,
        point: latitude.zip(longitude).map(|(latitude, longitude)| Point {
            latitude,
            longitude,
            uncertainty_meters,
        }),
        region_code: (!region.is_empty()).then(|| RegionCode::from_stored(region.to_owned())),
        subdivision_code,
        administrative_code: (!scheme.is_empty()).then_some(AdministrativeCode { scheme, code }),
        unlocode: row.text()?,
        text: row.text()?,
    };
    Ok((place != Place::default()).then_some(place))
}

/// Writes a value that no filter reaches as JSON.
pub(super) fn to_json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::internal(format!("json: {error}")))
}

/// Reads a list that [`to_json`] wrote. Most are empty, and cost nothing then.
pub(super) fn list_from_json<'t, T: Deserialize<'t>>(text: &'t str) -> Result<Vec<T>> {
    if text == "[]" { Ok(Vec::new()) } else { from_json(text) }
}

/// Reads what [`to_json`] wrote.
pub(super) fn from_json<'t, T: Deserialize<'t>>(text: &'t str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::internal(format!("stored json: {error}")))
}
