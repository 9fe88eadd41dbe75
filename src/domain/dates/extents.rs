//! Reads a text into the instants it can mean, by the rules of the module above. It keeps no text
//! and makes none but that of an error.

use super::calendar::{
    MICROS_PER_DAY, MICROS_PER_MINUTE, MICROS_PER_SECOND, days_from_civil, last_day_of_month,
};
use super::{DateError, QUALIFIERS, When};

/// The farthest clock from UTC is that of Kiritimati, +14:00 (IANA time zone database).
const OFFSET_MINUTES_MAX: i64 = 14 * 60;
const TWO_DIGITS: &str = "two digits";
const FOUR_DIGITS: &str = "four digits, 0001 to 9999";

/// The first and the last instant: microseconds since 1970-01-01T00:00:00Z, both inclusive.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub(super) earliest: i64,
    pub(super) latest: i64,
}

impl Extent {
    fn of_days(first: i64, last: i64) -> Self {
        Self { earliest: first * MICROS_PER_DAY, latest: (last + 1) * MICROS_PER_DAY - 1 }
    }

    /// From the first day of one month to the last day of another, each a year and a month.
    fn of_months((year, month): (i64, i64), (last_year, last_month): (i64, i64)) -> Self {
        let last_day = last_day_of_month(last_year, last_month);
        Self::of_days(
            days_from_civil(year, month, 1),
            days_from_civil(last_year, last_month, last_day),
        )
    }

    fn of_years(first: i64, last: i64) -> Self {
        Self::of_months((first, 1), (last, 12))
    }

    /// An offset at the edge of the calendar, or a winter there, can reach beyond it.
    fn within_years(self) -> Result<Self, DateError> {
        let all = Self::of_years(1, 9999);
        let fits = all.earliest <= self.earliest && self.latest <= all.latest;
        if fits { Ok(self) } else { Err(DateError::BeyondYears) }
    }
}

/// Reads a date or an interval.
pub(super) fn read(text: &str) -> Result<Extent, DateError> {
    check_characters(text)?;
    match text.split_once('/') {
        None => date(text),
        Some((start, end)) => interval(start, end),
    }
}

fn check_characters(text: &str) -> Result<(), DateError> {
    if text.is_empty() {
        return Err(DateError::Empty);
    }
    if text.len() > When::TEXT_CHARS_MAX && text.chars().nth(When::TEXT_CHARS_MAX).is_some() {
        return Err(DateError::TooLong);
    }
    match text.char_indices().find(|(_, c)| !is_of_a_date(*c)) {
        None => Ok(()),
        Some((before, found)) => Err(refused_character(before, found)),
    }
}

fn is_of_a_date(c: char) -> bool {
    matches!(c, '0'..='9' | '-' | ':' | '.' | '/' | '+' | 'T' | 'Z' | 'X' | '?' | '~' | '%')
}

/// Many a wrong character is the mark of a form that the caller knows from the standard: name it.
fn refused_character(before: usize, found: char) -> DateError {
    let position = before + 1;
    match found {
        '[' | '{' if before == 0 => DateError::Set,
        'Y' | 'E' => DateError::LongYear,
        'S' => DateError::SignificantDigits,
        'W' => DateError::WeekDate,
        'P' => DateError::Duration,
        't' | 'z' | 'x' => DateError::SmallLetter { found, position },
        _ => DateError::Character { found, position },
    }
}

fn interval(start: &str, end: &str) -> Result<Extent, DateError> {
    if end.contains('/') {
        return Err(DateError::TwoSlashes);
    }
    let start = side(start).map_err(|error| DateError::Start(Box::new(error)))?;
    let end = side(end).map_err(|error| DateError::End(Box::new(error)))?;
    let earliest = start.map_or(When::OPEN_START_MICROS, |start| start.earliest);
    let latest = end.map_or(When::OPEN_END_MICROS, |end| end.latest);
    if start.is_none() && end.is_none() {
        return Err(DateError::NoDateInInterval);
    }
    if latest < earliest {
        return Err(DateError::EndBeforeStart {
            start_earliest_micros: earliest,
            end_latest_micros: latest,
        });
    }
    Ok(Extent { earliest, latest })
}

/// One side of an interval; none when it is open or unknown.
fn side(text: &str) -> Result<Option<Extent>, DateError> {
    match text {
        "" | ".." => Ok(None),
        _ => date(text).map(Some),
    }
}

fn date(text: &str) -> Result<Extent, DateError> {
    let unqualified = without_qualifier(text)?;
    if unqualified.starts_with('-') {
        return Err(DateError::NegativeYear);
    }
    if unqualified.starts_with("..") || unqualified.ends_with("..") {
        return Err(DateError::MisplacedOpen);
    }
    let extent = match unqualified.split_once('T') {
        None => calendar_date(unqualified),
        Some((day, time)) => moment(day, time),
    };
    extent?.within_years()
}

fn without_qualifier(text: &str) -> Result<&str, DateError> {
    let date = text.strip_suffix(QUALIFIERS).unwrap_or(text);
    if date.ends_with(QUALIFIERS) {
        return Err(DateError::TwoQualifiers);
    }
    if date.contains(QUALIFIERS) {
        return Err(DateError::ComponentQualifier);
    }
    Ok(date)
}

fn calendar_date(text: &str) -> Result<Extent, DateError> {
    let mut fields = text.split('-');
    let year = fields.next().unwrap_or_default();
    match (fields.next(), fields.next(), fields.next()) {
        (None, ..) => year_or_more(year),
        (Some(month), None, _) => month_or_season(year, month),
        (Some(month), Some(day), None) => day_or_more(year, month, day),
        (Some(_), Some(_), Some(_)) => Err(malformed("date", text, "YYYY, YYYY-MM or YYYY-MM-DD")),
    }
}

/// A year, a decade (`201X`) or a century (`20XX`).
fn year_or_more(field: &str) -> Result<Extent, DateError> {
    let known = field.trim_end_matches('X');
    let (leading, digits, years) = match (field.len(), known.len()) {
        (4, 3) => (known, 3, 10),
        (4, 2) => (known, 2, 100),
        _ => (field, 4, 1),
    };
    let first = number("year", leading, digits, FOUR_DIGITS)? * years;
    if first == 0 {
        return Err(DateError::YearZero { found: field.to_owned() });
    }
    Ok(Extent::of_years(first, first + years - 1))
}

fn month_or_season(year: &str, month: &str) -> Result<Extent, DateError> {
    let year = whole_year(year)?;
    if month == "XX" {
        return Ok(Extent::of_years(year, year));
    }
    match number("month", month, 2, TWO_DIGITS)? {
        21 | 23 => Ok(Extent::of_months((year, 3), (year, 11))),
        22 | 24 => Ok(Extent::of_months((year - 1, 12), (year + 1, 2))),
        code @ 25..=41 => Err(DateError::SubYearGrouping { code }),
        month => {
            let month = (year, in_range("month", month, 1, 12)?);
            Ok(Extent::of_months(month, month))
        }
    }
}

fn day_or_more(year: &str, month: &str, day: &str) -> Result<Extent, DateError> {
    if day == "XX" {
        return month_or_year(year, month);
    }
    let day = whole_day(year, month, day)?;
    Ok(Extent::of_days(day, day))
}

/// A month of which no day is known, or a year of which no month is.
fn month_or_year(year: &str, month: &str) -> Result<Extent, DateError> {
    let year = whole_year(year)?;
    if month == "XX" {
        return Ok(Extent::of_years(year, year));
    }
    let month = (year, two_digits("month", month, 1, 12)?);
    Ok(Extent::of_months(month, month))
}

fn whole_year(field: &str) -> Result<i64, DateError> {
    match number("year", field, 4, FOUR_DIGITS)? {
        0 => Err(DateError::YearZero { found: field.to_owned() }),
        year => Ok(year),
    }
}

/// Days from 1970-01-01.
fn whole_day(year: &str, month: &str, day: &str) -> Result<i64, DateError> {
    let year = whole_year(year)?;
    let month = two_digits("month", month, 1, 12)?;
    let day = number("day", day, 2, TWO_DIGITS)?;
    let last = last_day_of_month(year, month);
    if (1..=last).contains(&day) {
        Ok(days_from_civil(year, month, day))
    } else {
        Err(DateError::Day { found: day, last, year, month })
    }
}

fn moment(date: &str, time: &str) -> Result<Extent, DateError> {
    let mut fields = date.split('-');
    let (Some(year), Some(month), Some(day), None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(malformed("date before T", date, "YYYY-MM-DD"));
    };
    let day = whole_day(year, month, day)?;
    let clock_end = time.find(['Z', '+', '-']).unwrap_or(time.len());
    let (clock, offset) = time.split_at(clock_end);
    let (since_midnight, width) = clock_micros(clock)?;
    let earliest = day * MICROS_PER_DAY + since_midnight - offset_micros(offset)?;
    Ok(Extent { earliest, latest: earliest + width - 1 })
}

/// Microseconds since midnight, and how many of them the clock as written covers.
fn clock_micros(clock: &str) -> Result<(i64, i64), DateError> {
    let mut fields = clock.split(':');
    let (Some(hour), Some(minute), second, None) =
        (fields.next(), fields.next(), fields.next(), fields.next())
    else {
        return Err(malformed("time", clock, "HH:MM or HH:MM:SS"));
    };
    let hour = two_digits("hour", hour, 0, 23)?;
    let minute = two_digits("minute", minute, 0, 59)?;
    let (micros, width) = match second {
        None => (0, MICROS_PER_MINUTE),
        Some(second) => second_micros(second)?,
    };
    Ok(((hour * 60 + minute) * MICROS_PER_MINUTE + micros, width))
}

/// Microseconds since the minute, and how many of them the second as written covers.
fn second_micros(field: &str) -> Result<(i64, i64), DateError> {
    let (second, fraction) = match field.split_once('.') {
        None => (field, None),
        Some((second, fraction)) => (second, Some(fraction)),
    };
    let second = match number("second", second, 2, TWO_DIGITS)? {
        60 => return Err(DateError::LeapSecond),
        second => in_range("second", second, 0, 59)?,
    };
    let Some(fraction) = fraction else {
        return Ok((second * MICROS_PER_SECOND, MICROS_PER_SECOND));
    };
    let digits = fraction.len().clamp(1, 6);
    let value = number("fraction of a second", fraction, digits, "1 to 6 digits")?;
    let width = (digits..6).fold(1, |width, _| width * 10);
    Ok((second * MICROS_PER_SECOND + value * width, width))
}

/// What the offset adds to UTC; nothing when there is none, for then the time is read as UTC.
fn offset_micros(offset: &str) -> Result<i64, DateError> {
    let (sign, size) = match offset.split_at_checked(1) {
        None | Some(("Z", "")) => return Ok(0),
        Some(("+", size)) => (1, size),
        Some(("-", size)) => (-1, size),
        Some(_) => return Err(malformed("offset", offset, "Z, -07:00 or -07")),
    };
    let (hours, minutes) = size.split_once(':').unwrap_or((size, "00"));
    let hours = number("offset hour", hours, 2, "two digits, as in -07:00 or -07")?;
    let minutes = hours * 60 + two_digits("offset minute", minutes, 0, 59)?;
    if minutes > OFFSET_MINUTES_MAX {
        return Err(DateError::OffsetTooFar { found: offset.to_owned() });
    }
    if sign < 0 && minutes == 0 {
        return Err(DateError::NegativeZeroOffset { found: offset.to_owned() });
    }
    Ok(sign * minutes * MICROS_PER_MINUTE)
}

fn two_digits(part: &'static str, field: &str, low: i64, high: i64) -> Result<i64, DateError> {
    in_range(part, number(part, field, 2, TWO_DIGITS)?, low, high)
}

fn in_range(part: &'static str, found: i64, low: i64, high: i64) -> Result<i64, DateError> {
    if (low..=high).contains(&found) {
        Ok(found)
    } else {
        Err(DateError::OutOfRange { part, found, low, high })
    }
}

/// A number of just so many digits, at most six.
fn number(
    part: &'static str,
    field: &str,
    digits: usize,
    want: &'static str,
) -> Result<i64, DateError> {
    if field.len() == digits && field.bytes().all(|b| b.is_ascii_digit()) {
        Ok(field.bytes().fold(0, |n, b| n * 10 + i64::from(b - b'0')))
    } else if field.contains('X') {
        Err(DateError::UnspecifiedDigits)
    } else {
        Err(malformed(part, field, want))
    }
}

fn malformed(part: &'static str, found: &str, want: &'static str) -> DateError {
    DateError::Malformed { part, found: found.to_owned(), want }
}
