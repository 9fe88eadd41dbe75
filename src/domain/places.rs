//! Places: any of a WGS 84 point, a region, a subdivision, a code or free text.

use super::{
    check::{Path, Violations},
    codes::{Code as _, codes},
    regions::{RegionCode, region_of_subdivision},
};
use serde::{Deserialize, Serialize};

codes! {
    /// What kind of area a place lies in.
    pub enum PlaceKind {
        /// In the territory, waters or airspace of a state.
        National = 1 => "NATIONAL",
        /// On or over the high seas.
        HighSeas = 2 => "HIGH_SEAS",
        /// Reported as not known.
        Unknown = 3 => "UNKNOWN",
    }
}

/// Longest free text of a place, in characters.
pub const PLACE_TEXT_CHARS_MAX: usize = 500;
/// Longest administrative code, in characters.
pub const ADMINISTRATIVE_CODE_CHARS_MAX: usize = 64;
/// Largest uncertainty of a point, in metres: half the circumference of the equator.
pub const UNCERTAINTY_METERS_MAX: f64 = 20_037_508.0;

/// What a caller proposes as a point.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PointDraft {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// Metres.
    pub uncertainty_meters: Option<f64>,
}

/// What a caller proposes as an administrative code.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdministrativeCode {
    /// The scheme, such as `DANE`.
    pub scheme: String,
    /// The code as the scheme writes it.
    pub code: String,
}

/// What a caller proposes as a place.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PlaceDraft {
    /// Number of a [`PlaceKind`]; 0 when not given.
    pub kind: i32,
    /// The point.
    pub point: Option<PointDraft>,
    /// Region code.
    pub region_code: String,
    /// Subdivision code.
    pub subdivision_code: String,
    /// Administrative code.
    pub administrative_code: Option<AdministrativeCode>,
    /// UN/LOCODE.
    pub unlocode: String,
    /// Free text.
    pub text: String,
}

/// A point on the WGS 84 ellipsoid.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Degrees north, -90 to 90.
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
    /// Metres, 0 to [`UNCERTAINTY_METERS_MAX`].
    pub uncertainty_meters: Option<f64>,
}

impl Point {
    /// Where the point stands on the unit sphere, so that a distance is arithmetic that SQLite and
    /// Postgres both have: the chord between two points grows with the arc between them.
    #[must_use]
    pub fn unit_vector(&self) -> [f64; 3] {
        let (latitude, longitude) = (self.latitude.to_radians(), self.longitude.to_radians());
        [latitude.cos() * longitude.cos(), latitude.cos() * longitude.sin(), latitude.sin()]
    }
}

/// A place; text fields are empty where nothing was said.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// What kind of area it lies in.
    pub kind: Option<PlaceKind>,
    /// The point.
    pub point: Option<Point>,
    /// The region.
    pub region_code: Option<RegionCode>,
    /// ISO 3166-2 code; empty when not known.
    pub subdivision_code: String,
    /// Code of a smaller division.
    pub administrative_code: Option<AdministrativeCode>,
    /// UN/LOCODE; empty when not known.
    pub unlocode: String,
    /// Free text; empty when there is none.
    pub text: String,
}

impl PlaceDraft {
    /// Checks the draft.
    pub fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<Place> {
        if *self == Self::default() {
            violations.add(path, "an empty place: give at least one field, or leave it unset");
            return None;
        }
        let kind = violations.code(&path.field("kind"), self.kind);
        let region_code = self.check_region(path, violations);
        self.check_kind(kind, region_code.as_ref(), path, violations);
        if !self.unlocode.is_empty() {
            violations.keep(&path.field("unlocode"), check_unlocode(&self.unlocode));
        }
        violations.label(&path.field("text"), &self.text, PLACE_TEXT_CHARS_MAX);
        if let Some(code) = &self.administrative_code {
            code.check(&path.field("administrative_code"), violations);
        }
        let point = self.point.as_ref().and_then(|p| p.check(&path.field("point"), violations));
        Some(Place {
            kind: kind.or(region_code.as_ref().map(|_| PlaceKind::National)),
            point,
            region_code,
            subdivision_code: self.subdivision_code.clone(),
            administrative_code: self.administrative_code.clone(),
            unlocode: self.unlocode.clone(),
            text: self.text.clone(),
        })
    }

    fn check_region(&self, path: &Path<'_>, violations: &mut Violations) -> Option<RegionCode> {
        let region_path = path.field("region_code");
        let own = (!self.region_code.is_empty())
            .then(|| violations.keep(&region_path, RegionCode::parse(&self.region_code)))
            .flatten();
        if self.subdivision_code.is_empty() {
            return own;
        }
        let subdivision_path = path.field("subdivision_code");
        let parsed = region_of_subdivision(&self.subdivision_code);
        let implied = violations.keep(&subdivision_path, parsed)?;
        match own {
            Some(own) if own != implied => {
                violations.add(&subdivision_path, format!("lies in {implied}, not in {own}"));
                None
            }
            _ => Some(implied),
        }
    }

    fn check_kind(
        &self,
        kind: Option<PlaceKind>,
        region: Option<&RegionCode>,
        path: &Path<'_>,
        violations: &mut Violations,
    ) {
        match kind {
            Some(kind @ (PlaceKind::HighSeas | PlaceKind::Unknown)) if region.is_some() => {
                let message = format!("{} excludes a region: leave one of them out", kind.name());
                violations.add(&path.field("kind"), message);
            }
            Some(PlaceKind::National) if region.is_none() => {
                violations.add(&path.field("region_code"), "required when kind is NATIONAL");
            }
            Some(PlaceKind::National | PlaceKind::HighSeas | PlaceKind::Unknown) | None => {}
        }
    }
}

impl PointDraft {
    fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<Point> {
        let mut degrees = |field, value: f64, bound: f64| {
            let fits = (-bound..=bound).contains(&value);
            if !fits {
                let message = format!("{value}: want degrees from -{bound} to {bound}");
                violations.add(&path.field(field), message);
            }
            fits
        };
        let fits =
            degrees("latitude", self.latitude, 90.0) & degrees("longitude", self.longitude, 180.0);
        if let Some(meters) = self.uncertainty_meters
            && !(0.0..=UNCERTAINTY_METERS_MAX).contains(&meters)
        {
            let message = format!("{meters}: want metres from 0 to {UNCERTAINTY_METERS_MAX}");
            violations.add(&path.field("uncertainty_meters"), message);
        }
        fits.then_some(Point {
            latitude: self.latitude,
            longitude: self.longitude,
            uncertainty_meters: self.uncertainty_meters,
        })
    }
}

impl AdministrativeCode {
    fn check(&self, path: &Path<'_>, violations: &mut Violations) {
        let scheme_fits = (1..=32).contains(&self.scheme.len())
            && self
                .scheme
                .bytes()
                .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'));
        if !scheme_fits {
            let message = "want 1 to 32 characters from A-Z, 0-9, '_' and '-', such as DANE";
            violations.add(&path.field("scheme"), message);
        }
        let code_path = path.field("code");
        violations.label_required(&code_path, &self.code, ADMINISTRATIVE_CODE_CHARS_MAX);
    }
}

fn check_unlocode(text: &str) -> Result<(), String> {
    let bytes = text.as_bytes();
    let fits = bytes.len() == 5
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..].iter().all(|b| b.is_ascii_uppercase() || (b'2'..=b'9').contains(b));
    if fits && RegionCode::parse(&text[..2]).is_ok() {
        Ok(())
    } else {
        Err("not a UN/LOCODE: want five characters without a blank, such as MXZLO".to_owned())
    }
}

impl Place {
    /// The same place as a draft.
    #[must_use]
    pub fn to_draft(&self) -> PlaceDraft {
        PlaceDraft {
            kind: self.kind.map_or(0, |kind| kind.code()),
            point: self.point.map(|point| PointDraft {
                latitude: point.latitude,
                longitude: point.longitude,
                uncertainty_meters: point.uncertainty_meters,
            }),
            region_code: self.region_code.as_ref().map_or_else(String::new, ToString::to_string),
            subdivision_code: self.subdivision_code.clone(),
            administrative_code: self.administrative_code.clone(),
            unlocode: self.unlocode.clone(),
            text: self.text.clone(),
        }
    }
}
