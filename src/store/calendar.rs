//! The calendar in arithmetic that SQLite and Postgres both have.
//!
//! Days are counted from 0000-03-01, so that those of every real date are positive, division rounds
//! them down on both backends, and the leap day comes last in its year (Howard Hinnant,
//! "chrono-Compatible Low-Level Date Algorithms"). The numbers of buckets are those of
//! [`crate::domain::dates::Bucket::from_index`].

use super::filters::{at, only};
use crate::domain::dates::{Calendar, When};
use sea_orm::sea_query::{CaseStatement, Condition, Expr, ExprTrait as _};

const MICROS_PER_DAY: i64 = 86_400_000_000;
/// From 0000-03-01 to 1970-01-01.
const MICROS_TO_EPOCH: i64 = 719_468 * MICROS_PER_DAY;
const DAYS_PER_ERA: i64 = 146_097;

/// The days of the first and of the last instant that a record's date can mean; null where one of
/// them is not known.
pub(super) fn days(alias: &str) -> [Expr; 2] {
    ["when_earliest", "when_latest"].map(|column| {
        let day = at(alias, column).add(MICROS_TO_EPOCH).div(MICROS_PER_DAY);
        CaseStatement::new().case(is_bounded(alias), day).into()
    })
}

/// Open bounds lie so far out that no arithmetic may touch them.
fn is_bounded(alias: &str) -> Condition {
    Condition::all()
        .add(at(alias, "when_earliest").gt(When::OPEN_START_MICROS))
        .add(at(alias, "when_latest").lt(When::OPEN_END_MICROS))
}

/// The bucket that two days both lie in; null where there is none.
pub(super) fn bucket(calendar: Calendar, [first, last]: [Expr; 2]) -> Expr {
    let first = of_day(calendar, &first);
    let same = first.clone().eq(of_day(calendar, &last));
    CaseStatement::new().case(same, first).into()
}

/// Whether a record's date is known to one bucket.
pub(super) fn dated_to(calendar: Calendar, alias: &str) -> Condition {
    only(bucket(calendar, days(alias)).is_not_null())
}

fn of_day(calendar: Calendar, day: &Expr) -> Expr {
    // Months from 0000-03 on; two more make them months of year 0.
    match calendar {
        Calendar::Year => month(day).add(2).div(12),
        Calendar::FiscalYear => month(day).add(2 + 3).div(12),
        Calendar::Quarter => month(day).add(2).div(3),
        Calendar::Month => month(day).add(2),
        // 0000-03-01 is a Wednesday.
        Calendar::Week => day.clone().add(2).div(7),
        Calendar::Day => day.clone(),
    }
}

/// Months from 0000-03 to that of a day.
fn month(day: &Expr) -> Expr {
    let era = || day.clone().div(DAYS_PER_ERA);
    let day_of_era = || day.clone().modulo(DAYS_PER_ERA);
    let year_of_era = || {
        day_of_era()
            .sub(day_of_era().div(1_460))
            .add(day_of_era().div(36_524))
            .sub(day_of_era().div(146_096))
            .div(365)
    };
    let days_before_year =
        year_of_era().mul(365).add(year_of_era().div(4)).sub(year_of_era().div(100));
    let month_of_year = day_of_era().sub(days_before_year).mul(5).add(2).div(153);
    era().mul(400).add(year_of_era()).mul(12).add(month_of_year)
}
