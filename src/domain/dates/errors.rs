//! Why a text is not a date. The messages go to the caller as they are: each says what is wrong, in
//! which part, and what would be right; none shows more of the text than that part.

use super::{When, format_rfc3339_micros};

/// Why a text is not a date: what is wrong, where, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// There is no text.
    #[error("date is empty: want EDTF such as 2019, 2019-10 or 2019-10-15")]
    Empty,
    /// The text has more than [`When::TEXT_CHARS_MAX`] characters.
    #[error("date is too long: want at most {} characters", When::TEXT_CHARS_MAX)]
    TooLong,
    /// A character that no date has: whitespace, a letter, something outside ASCII.
    #[error(
        "character {found:?} at position {position}: \
         want only digits and - : . / + T Z X ? ~ %"
    )]
    Character {
        /// The first such character.
        found: char,
        /// Where it stands, from 1.
        position: usize,
    },
    /// A small letter that would be right as a capital.
    #[error("letter '{found}' at position {position}: want '{}'", found.to_ascii_uppercase())]
    SmallLetter {
        /// The letter: `t`, `z` or `x`.
        found: char,
        /// Where it stands, from 1.
        position: usize,
    },
    /// A part has not the digits it should have.
    #[error("{part} \"{found}\": want {want}")]
    Malformed {
        /// The part: year, month, hour, offset minute and so on.
        part: &'static str,
        /// The part as written.
        found: String,
        /// What would be right.
        want: &'static str,
    },
    /// A part has a value that it cannot have.
    #[error("{part} {found:02}: want {low:02} to {high:02}")]
    OutOfRange {
        /// The part: month, hour, minute and so on.
        part: &'static str,
        /// The value as written.
        found: i64,
        /// The least value.
        low: i64,
        /// The greatest value.
        high: i64,
    },
    /// The month has no such day.
    #[error("day {found:02}: want 01 to {last} in {year:04}-{month:02}")]
    Day {
        /// The day as written.
        found: i64,
        /// The last day of the month.
        last: i64,
        /// The year, 1 to 9999.
        year: i64,
        /// The month, 1 to 12.
        month: i64,
    },
    /// A year 0, or a decade or century that reaches into it.
    #[error("year {found}: year 0 is not taken: want 0001 to 9999")]
    YearZero {
        /// The year as written.
        found: String,
    },
    /// A year before year 1.
    #[error("a negative year is not taken: want 0001 to 9999")]
    NegativeYear,
    /// A year with the prefix `Y` or an exponent `E`.
    #[error("a year beyond four digits (Y, E) is not taken: want 0001 to 9999")]
    LongYear,
    /// The date or the season reaches out of the years that an instant may have.
    #[error("date reaches beyond the years 0001 to 9999 in UTC")]
    BeyondYears,
    /// Second 60.
    #[error("second 60: leap seconds are not taken: want 00 to 59")]
    LeapSecond,
    /// An offset farther from UTC than any clock.
    #[error("offset {found}: want -14:00 to +14:00")]
    OffsetTooFar {
        /// The offset as written.
        found: String,
    },
    /// The offset `-00:00`, which ISO 8601-1 forbids.
    #[error("offset {found}: want Z or +00:00, or no offset when it is not known")]
    NegativeZeroOffset {
        /// The offset as written.
        found: String,
    },
    /// `X` where level 1 has none.
    #[error(
        "unspecified digits X stand here only at level 2, which is not taken: \
         want 201X, 20XX, 2019-XX, 2019-10-XX or 2019-XX-XX"
    )]
    UnspecifiedDigits,
    /// A qualifier within a date or before it.
    #[error(
        "a qualifier of one component (level 2) is not taken: \
         want ?, ~ or % at the end of the date"
    )]
    ComponentQualifier,
    /// Several qualifiers at the end.
    #[error("more than one qualifier: want one of ? ~ %, where % is uncertain and approximate")]
    TwoQualifiers,
    /// Codes 25 to 41 in place of a month: hemispheric seasons, quarters, quadrimesters, semesters.
    #[error(
        "sub-year grouping {code} (level 2) is not taken: \
         want a season 21 to 24, or the months as in 2019-04/2019-06"
    )]
    SubYearGrouping {
        /// The code as written.
        code: i64,
    },
    /// `[..]` or `{..}`.
    #[error("a set of dates (level 2) is not taken: want one date or an interval A/B")]
    Set,
    /// A count of significant digits, `S`.
    #[error("significant digits S (level 2) are not taken: want unspecified digits as in 201X")]
    SignificantDigits,
    /// A date by its week, `2019-W42`.
    #[error("a week date is not taken: want YYYY-MM-DD, or an interval of days")]
    WeekDate,
    /// A duration, `P1M`.
    #[error("a duration P is not taken: want an interval A/B with a date on either side")]
    Duration,
    /// `..` outside an interval, or beside something else.
    #[error("'..' is not a date: want it alone on one side of an interval, as in 2019-10/..")]
    MisplacedOpen,
    /// More than one `/`.
    #[error("more than one '/': want a date YYYY-MM-DD or an interval A/B")]
    TwoSlashes,
    /// An interval with no date on either side.
    #[error("interval has no date: want one on at least one side, as in 2019-10/..")]
    NoDateInInterval,
    /// Every instant that the end can mean lies before the start.
    #[error(
        "interval ends by {} before it starts at {}: want the earlier date first",
        format_rfc3339_micros(*end_latest_micros),
        format_rfc3339_micros(*start_earliest_micros)
    )]
    EndBeforeStart {
        /// Earliest instant of the start.
        start_earliest_micros: i64,
        /// Latest instant of the end.
        end_latest_micros: i64,
    },
    /// The side before the slash is wrong.
    #[error("interval start: {0}")]
    Start(Box<DateError>),
    /// The side after the slash is wrong.
    #[error("interval end: {0}")]
    End(Box<DateError>),
}
