//! Dates as EDTF (ISO 8601-2:2019) writes them: what a report knew of a time, and no more.
//!
//! This module reads a text into the span of instants it can mean, and turns instants into the UTC
//! calendar. It must not read a clock, know a time zone by name, or rewrite a date: the text stays
//! as it was written.
//!
//! # What is taken
//!
//! * Level 0, whole: `2019`, `2019-10`, `2019-10-15`, `2019-10-15T14:30:00` with nothing, `Z`,
//!   `-07` or `-07:00` behind it, and `A/B`. Beyond it, as ISO 8601-1 allows and reports need:
//!   `14:30` without seconds, a fraction of 1 to 6 digits, and a time of day in an interval.
//! * Level 1: `?`, `~`, `%` at the end of a date or of either side of an interval; `201X`, `20XX`,
//!   `2019-XX`, `2019-10-XX`, `2019-XX-XX`; `A/..` and `../B` (open), `A/` and `/B` (unknown);
//!   seasons 21 to 24. Not taken: years before 1 or beyond four digits.
//! * Level 2: nothing. What it would have been is named in the error.
//!
//! `T`, `Z` and `X` are capitals, as ISO 8601 writes them (RFC 3339 would allow `t` and `z`); there
//! is no whitespace and nothing outside ASCII. Leap seconds and hour 24 are refused.
//!
//! # What a date can mean
//!
//! * Without an offset a date or a time of day is read by the UTC calendar. A local day differs
//!   from it by up to 14 hours: a report whose figures depend on that states an offset.
//! * It can mean every instant that its last written digit covers: `14:30` the whole minute,
//!   `14:30:00` the whole second, `2019-10-15` the whole day.
//! * `?`, `~` and `%` do not widen the span: nobody knows by how much.
//! * A season is that of either hemisphere, for codes 21 to 24 are "independent of location":
//!   spring and autumn span March to November; summer and winter span December of the year before
//!   to February of the year after. Who knows the months writes them: `2019-06/2019-08`.
//! * An open or unknown side of an interval has no bound: [`When::OPEN_START_MICROS`],
//!   [`When::OPEN_END_MICROS`]. All other bounds lie in the years 0001 to 9999 UTC, which is the
//!   range of `google.protobuf.Timestamp`.

mod buckets;
mod calendar;
mod errors;
mod extents;
#[cfg(test)]
mod tests;

pub use buckets::{Bucket, Calendar};
pub use calendar::{civil_from_micros, format_rfc3339_micros};
pub use errors::DateError;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// What may stand at the end of a date: uncertain, approximate, both.
const QUALIFIERS: [char; 3] = ['?', '~', '%'];

/// A point in time or a span, as EDTF writes it, kept as written, beside the earliest and latest
/// instant it can mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    text: String,
    earliest_micros: i64,
    latest_micros: i64,
}

/// How finely a date is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Precision {
    /// To the minute or finer: it has a time of day.
    Instant,
    /// To the day.
    Day,
    /// To the month: `2019-10`, `2019-10-XX`.
    Month,
    /// To the season, and so to no month or quarter.
    Season,
    /// To the year: `2019`, `2019-XX`, `2019-XX-XX`.
    Year,
    /// To ten years: `201X`.
    Decade,
    /// To a hundred years: `20XX`.
    Century,
    /// An interval, however short.
    Span,
}

impl When {
    /// The longest text, in characters. Two moments to the second, with offsets and qualifiers,
    /// take 53; with six digits of fraction on both sides, offsets must be `Z`.
    pub const TEXT_CHARS_MAX: usize = 64;
    /// Earliest instant of an interval whose start is open or unknown. `i64::MIN` itself is not
    /// used: the store keeps it for "no date at all".
    pub const OPEN_START_MICROS: i64 = i64::MIN + 1;
    /// Latest instant of an interval whose end is open or unknown.
    pub const OPEN_END_MICROS: i64 = i64::MAX;

    /// Reads a date. The rules are those of this module.
    ///
    /// # Errors
    /// Says what is wrong, in which part, and what would be right.
    pub fn parse(text: &str) -> Result<Self, DateError> {
        let extent = extents::read(text)?;
        Ok(Self::from_parts(text.to_owned(), extent.earliest, extent.latest))
    }

    /// Takes what the store kept; it was parsed when it was written. Both bounds are inclusive
    /// microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn from_parts(text: String, earliest_micros: i64, latest_micros: i64) -> Self {
        Self { text, earliest_micros, latest_micros }
    }

    /// The date as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The first instant it can mean: microseconds since 1970-01-01T00:00:00Z, inclusive;
    /// [`Self::OPEN_START_MICROS`] when there is none.
    #[must_use]
    pub fn earliest_micros(&self) -> i64 {
        self.earliest_micros
    }

    /// The last instant it can mean: microseconds since 1970-01-01T00:00:00Z, inclusive;
    /// [`Self::OPEN_END_MICROS`] when there is none.
    #[must_use]
    pub fn latest_micros(&self) -> i64 {
        self.latest_micros
    }

    /// How finely it is known, told from the shape of the text.
    #[must_use]
    pub fn precision(&self) -> Precision {
        let date = self.text.trim_end_matches(QUALIFIERS);
        if date.contains('/') {
            return Precision::Span;
        }
        if date.contains('T') {
            return Precision::Instant;
        }
        let mut fields = date.split('-');
        let year = fields.next().unwrap_or_default();
        match (fields.next(), fields.next()) {
            (None, _) if year.ends_with("XX") => Precision::Century,
            (None, _) if year.ends_with('X') => Precision::Decade,
            (None | Some("XX"), _) => Precision::Year,
            (Some("21" | "22" | "23" | "24"), None) => Precision::Season,
            (Some(_), None | Some("XX")) => Precision::Month,
            (Some(_), Some(_)) => Precision::Day,
        }
    }

    /// Whether the source doubted it: `?` or `%`, on either side of an interval.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        self.text.contains(['?', '%'])
    }

    /// Whether the source estimated it: `~` or `%`, on either side of an interval.
    #[must_use]
    pub fn is_approximate(&self) -> bool {
        self.text.contains(['~', '%'])
    }
}

impl From<When> for String {
    /// The date as it was written.
    fn from(when: When) -> Self {
        when.text
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Serialize for When {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}
