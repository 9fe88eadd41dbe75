//! The proleptic Gregorian calendar in UTC, counted in days and microseconds since 1970-01-01. It
//! knows no offsets, no leap seconds and no texts but the one that it writes.

pub(super) const MICROS_PER_SECOND: i64 = 1_000_000;
pub(super) const MICROS_PER_MINUTE: i64 = 60 * MICROS_PER_SECOND;
pub(super) const MICROS_PER_DAY: i64 = 24 * 60 * MICROS_PER_MINUTE;

/// Days in 400 years, after which the calendar repeats.
const DAYS_PER_ERA: i64 = 146_097;
/// Days from 0000-03-01, where the eras begin, to 1970-01-01.
pub(super) const DAYS_TO_EPOCH: i64 = 719_468;

/// Days from 1970-01-01 to a date, negative before it. The year is counted from March, so that the
/// leap day comes last and a month's first day is a linear function of the month (Howard Hinnant,
/// "chrono-Compatible Low-Level Date Algorithms").
pub(super) fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * DAYS_PER_ERA + day_of_era - DAYS_TO_EPOCH
}

/// The date (year, month, day) that lies so many days after 1970-01-01; the inverse of
/// [`days_from_civil`], from the same source.
pub(super) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + DAYS_TO_EPOCH;
    let era = days.div_euclid(DAYS_PER_ERA);
    let day_of_era = days.rem_euclid(DAYS_PER_ERA);
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

/// The last day of a month (1 to 12).
pub(super) fn last_day_of_month(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The year, month (1 to 12) and day (1 to 31) in UTC that an instant falls in, given in
/// microseconds since 1970-01-01T00:00:00Z. Every `i64` has one; the years run from -290308 to
/// 294247, and the year before 1 is 0.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "64 bits of microseconds reach years of six digits; months and days are small"
)]
pub fn civil_from_micros(micros: i64) -> (i32, u8, u8) {
    let (year, month, day) = civil_from_days(micros.div_euclid(MICROS_PER_DAY));
    (year as i32, month as u8, day as u8)
}

/// An instant, given in microseconds since 1970-01-01T00:00:00Z, as RFC 3339 writes it in UTC:
/// `2019-10-15T21:30:00Z`, with six digits of fraction when there is one. Beyond RFC 3339's years
/// 0000 to 9999, where only open bounds lie, the year has a sign and six digits (ISO 8601-1).
#[must_use]
pub fn format_rfc3339_micros(micros: i64) -> String {
    let (year, month, day) = civil_from_days(micros.div_euclid(MICROS_PER_DAY));
    let micros = micros.rem_euclid(MICROS_PER_DAY);
    let (minutes, micros) = (micros / MICROS_PER_MINUTE, micros % MICROS_PER_MINUTE);
    let (hour, minute) = (minutes / 60, minutes % 60);
    let (second, fraction) = (micros / MICROS_PER_SECOND, micros % MICROS_PER_SECOND);
    let year = match year {
        0..=9999 => format!("{year:04}"),
        _ => format!("{year:+07}"),
    };
    let fraction = match fraction {
        0 => String::new(),
        _ => format!(".{fraction:06}"),
    };
    format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}
