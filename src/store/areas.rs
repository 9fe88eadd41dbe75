//! Boxes and circles on the earth, in arithmetic that SQLite and Postgres both have.

use super::filters::{at, only};
use crate::domain::{
    filters::{BoundingBox, Circle, EARTH_RADIUS_KILOMETERS},
    places::Point,
};
use sea_orm::sea_query::{Condition, ExprTrait as _};

pub(super) fn within_box(area: &BoundingBox, alias: &str) -> Condition {
    let BoundingBox { south, west, north, east } = *area;
    let longitude = || at(alias, "longitude");
    let across = if west <= east {
        Condition::all().add(longitude().gte(west)).add(longitude().lte(east))
    } else {
        // The box crosses the antimeridian.
        Condition::any().add(longitude().gte(west)).add(longitude().lte(east))
    };
    Condition::all()
        .add(at(alias, "latitude").gte(south))
        .add(at(alias, "latitude").lte(north))
        .add(across)
}

/// Compares chords of the unit sphere, which grow with the arcs above them. The band of latitudes
/// stands first, because an index serves it.
pub(super) fn within_circle(circle: &Circle, alias: &str) -> Condition {
    let Circle { latitude, longitude, radius_kilometers } = *circle;
    let arc = radius_kilometers / EARTH_RADIUS_KILOMETERS;
    // A hair wider than the circle, so that rounding at its rim drops nothing.
    let band = arc.to_degrees() + 1e-9;
    let centre = Point { latitude, longitude, uncertainty_meters: None }.unit_vector();
    let chord = 2.0 * (arc.min(std::f64::consts::PI) / 2.0).sin();
    let square = |column: &'static str, centre: f64| {
        let distance = || at(alias, column).sub(centre);
        distance().mul(distance())
    };
    let sum = square("unit_x", centre[0])
        .add(square("unit_y", centre[1]))
        .add(square("unit_z", centre[2]));
    only(at(alias, "latitude").gte(latitude - band))
        .add(at(alias, "latitude").lte(latitude + band))
        .add(sum.lte(chord * chord))
}
