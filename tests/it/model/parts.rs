//! Conditions on texts, dates, places and quantities of the model.

use interdiction::domain::{
    dates::{Calendar, When, civil_from_micros},
    filters::{
        BoundingBox, Circle, CodeFilter, EARTH_RADIUS_KILOMETERS, NumberFilter, PlaceFilter,
        QuantityFilter, TextFilter, TimeFilter, WhenFilter, WhenMode,
    },
    places::{Place, Point},
    quantities::Quantity,
    regions::RegionCode,
    text::fold,
};

pub fn text(filter: &TextFilter, text: &str) -> bool {
    let folded = fold(text);
    filter.equals.as_ref().is_none_or(|one| folded == *one)
        && filter.prefix.as_ref().is_none_or(|one| folded.starts_with(one))
        && filter.contains.as_ref().is_none_or(|one| folded.contains(one))
}

pub fn region(filter: &CodeFilter, code: Option<&RegionCode>) -> bool {
    self::code(filter, code.map(RegionCode::as_str))
}

pub fn count(filter: &NumberFilter, number: Option<i64>) -> bool {
    filter.at_least.is_none_or(|least| number.is_some_and(|number| number >= least))
        && filter.at_most.is_none_or(|most| number.is_some_and(|number| number <= most))
        && filter.known.is_none_or(|known| number.is_some() == known)
}

/// Millionths of a percent.
pub fn purity(percent: &str) -> Option<i64> {
    let percent: f64 = percent.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "a hundred million at most")]
    Some((percent * 1e6).round() as i64)
}

pub fn code(filter: &CodeFilter, code: Option<&str>) -> bool {
    let code = code.filter(|code| !code.is_empty());
    let listed = |list: &Vec<String>| code.is_some_and(|code| list.iter().any(|one| one == code));
    filter.any_of.as_ref().is_none_or(listed)
        && filter.none_of.as_ref().is_none_or(|list| code.is_some() && !listed(list))
        && filter.known.is_none_or(|known| code.is_some() == known)
}

pub fn at_time(filter: &TimeFilter, micros: i64) -> bool {
    filter.from_micros.is_none_or(|from| micros >= from)
        && filter.until_micros.is_none_or(|until| micros < until)
}

pub fn when(filter: &WhenFilter, when: Option<&When>) -> bool {
    let holds = |bound: Option<i64>, test: &dyn Fn(&When, i64) -> bool| {
        bound.is_none_or(|bound| when.is_some_and(|when| test(when, bound)))
    };
    let within = filter.mode == WhenMode::Within;
    holds(filter.from_micros, &|when, from| {
        (if within { when.earliest_micros() } else { when.latest_micros() }) >= from
    }) && holds(filter.until_micros, &|when, until| {
        (if within { when.latest_micros() } else { when.earliest_micros() }) <= until
    }) && filter.known.is_none_or(|known| when.is_some() == known)
}

pub fn place(filter: &PlaceFilter, place: Option<&Place>) -> bool {
    let nowhere = Place::default();
    let place = place.unwrap_or(&nowhere);
    let administrative = place.administrative_code.as_ref();
    let codes = [
        (&filter.region_code, place.region_code.as_ref().map(RegionCode::as_str)),
        (&filter.subdivision_code, Some(place.subdivision_code.as_str())),
        (&filter.administrative_scheme, administrative.map(|one| one.scheme.as_str())),
        (&filter.administrative_code, administrative.map(|one| one.code.as_str())),
        (&filter.unlocode, Some(place.unlocode.as_str())),
    ];
    let point = place.point.as_ref();
    codes.iter().all(|(filter, text)| filter.as_ref().is_none_or(|one| code(one, *text)))
        && (filter.kinds.is_empty() || place.kind.is_some_and(|kind| filter.kinds.contains(&kind)))
        && filter.text.as_ref().is_none_or(|one| text(one, &place.text))
        && filter.within_box.as_ref().is_none_or(|area| point.is_some_and(|p| in_box(area, p)))
        && filter.within_circle.as_ref().is_none_or(|c| point.is_some_and(|p| in_circle(c, p)))
        && filter.has_point.is_none_or(|has| point.is_some() == has)
}

pub fn in_box(area: &BoundingBox, point: &Point) -> bool {
    let east_of = point.longitude >= area.west;
    let west_of = point.longitude <= area.east;
    let across = if area.west <= area.east { east_of && west_of } else { east_of || west_of };
    across && (area.south..=area.north).contains(&point.latitude)
}

/// By the haversine of the angle between the two.
pub fn in_circle(circle: &Circle, point: &Point) -> bool {
    let half = |a: f64, b: f64| ((a - b).to_radians() / 2.0).sin().powi(2);
    let haversine = half(point.latitude, circle.latitude)
        + point.latitude.to_radians().cos()
            * circle.latitude.to_radians().cos()
            * half(point.longitude, circle.longitude);
    2.0 * haversine.sqrt().asin() * EARTH_RADIUS_KILOMETERS <= circle.radius_kilometers
}

pub fn quantity(filter: &QuantityFilter, quantity: Option<&Quantity>) -> bool {
    let Some(quantity) = quantity else {
        let QuantityFilter { at_least, at_most, dimensions, units, bounds, bases, methods, known } =
            filter;
        return at_least.is_none()
            && at_most.is_none()
            && dimensions.is_empty()
            && units.is_empty()
            && bounds.is_empty()
            && bases.is_empty()
            && methods.is_empty()
            && *known != Some(true);
    };
    let alike = |dimension| quantity.dimension() == dimension;
    filter.at_least.is_none_or(|m| alike(m.dimension) && quantity.normalized >= m.normalized)
        && filter.at_most.is_none_or(|m| alike(m.dimension) && quantity.normalized <= m.normalized)
        && (filter.dimensions.is_empty() || filter.dimensions.contains(&quantity.dimension()))
        && (filter.units.is_empty() || filter.units.contains(&quantity.unit))
        && (filter.bounds.is_empty() || filter.bounds.contains(&quantity.bound))
        && (filter.bases.is_empty() || filter.bases.contains(&quantity.basis))
        && (filter.methods.is_empty()
            || quantity.method.is_some_and(|m| filter.methods.contains(&m)))
        && filter.known != Some(false)
}

/// The first and the last day that a date can mean are called alike in the calendar.
pub fn dated_to(calendar: Calendar, when: Option<&When>) -> bool {
    let Some(when) = when else { return false };
    let (first, last) = (when.earliest_micros(), when.latest_micros());
    let bounded = first > When::OPEN_START_MICROS && last < When::OPEN_END_MICROS;
    let name = |micros: i64| {
        let (year, month, day) = civil_from_micros(micros);
        let (year, month) = (i64::from(year), i64::from(month));
        match calendar {
            Calendar::Year => year,
            Calendar::FiscalYear => year + i64::from(month >= 10),
            Calendar::Quarter => year * 4 + (month - 1) / 3,
            Calendar::Month => year * 12 + month,
            Calendar::Week => (micros.div_euclid(86_400_000_000) + 3).div_euclid(7),
            Calendar::Day => (year * 12 + month) * 31 + i64::from(day),
        }
    };
    bounded && name(first) == name(last)
}
