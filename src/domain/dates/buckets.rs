//! Buckets of the UTC calendar: the years, months and weeks that dates are counted in.

use super::calendar::{DAYS_TO_EPOCH, MICROS_PER_DAY, civil_from_days, days_from_civil};
use crate::domain::codes::codes;
use std::fmt;

codes! {
    /// A kind of bucket.
    pub enum Calendar {
        /// A calendar year.
        Year = 1 => "YEAR",
        /// A fiscal year of the United States government: October 1 to September 30, called by the
        /// year that it ends in (31 U.S.C. 1102).
        FiscalYear = 2 => "FISCAL_YEAR",
        /// A quarter of a calendar year.
        Quarter = 3 => "QUARTER",
        /// A month.
        Month = 4 => "MONTH",
        /// A week of ISO 8601: Monday to Sunday, of the year that its Thursday lies in.
        Week = 5 => "WEEK",
        /// A day.
        Day = 6 => "DAY",
    }
}

/// Days from the first Monday on which weeks are counted, 0000-02-28, to 0000-03-01.
const DAYS_FROM_MONDAY: i64 = 2;

/// One bucket. Those of one kind are in the order of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bucket {
    calendar: Calendar,
    index: i64,
}

impl Bucket {
    /// The bucket of an index: a year, or the number of quarters or months since the beginning of
    /// year 0, of weeks since Monday 0000-02-28, of days since 0000-03-01.
    #[must_use]
    pub fn from_index(calendar: Calendar, index: i64) -> Self {
        Self { calendar, index }
    }

    /// Its index, as in [`Self::from_index`].
    #[must_use]
    pub fn index(self) -> i64 {
        self.index
    }

    /// Its kind.
    #[must_use]
    pub fn calendar(self) -> Calendar {
        self.calendar
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        Self { index: self.index + 1, ..self }
    }

    /// Its first day.
    #[must_use]
    pub fn first(self) -> Self {
        Self { calendar: Calendar::Day, index: self.first_day() + DAYS_TO_EPOCH }
    }

    /// Its last day.
    #[must_use]
    pub fn last(self) -> Self {
        Self { index: self.next().first().index - 1, ..self.first() }
    }

    /// How many buckets lie from this one to another of its kind; negative when that is earlier.
    #[must_use]
    pub fn distance(self, to: Self) -> i64 {
        to.index - self.index
    }

    /// Its first instant, in microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn earliest_micros(self) -> i64 {
        self.first_day() * MICROS_PER_DAY
    }

    /// Its last instant, in microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn latest_micros(self) -> i64 {
        self.next().earliest_micros() - 1
    }

    /// Days since 1970-01-01.
    fn first_day(self) -> i64 {
        let of_month =
            |months: i64| days_from_civil(months.div_euclid(12), months.rem_euclid(12) + 1, 1);
        match self.calendar {
            Calendar::Year => of_month(self.index * 12),
            Calendar::FiscalYear => of_month(self.index * 12 - 3),
            Calendar::Quarter => of_month(self.index * 3),
            Calendar::Month => of_month(self.index),
            Calendar::Week => self.index * 7 - DAYS_FROM_MONDAY - DAYS_TO_EPOCH,
            Calendar::Day => self.index - DAYS_TO_EPOCH,
        }
    }
}

/// `2022`, `2022-Q2`, `2022-04`, `2022-W14`, `2022-04-08`; a fiscal year as its year.
impl fmt::Display for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.first_day());
        match self.calendar {
            Calendar::Year | Calendar::FiscalYear => write!(f, "{:04}", self.index),
            Calendar::Quarter => write!(f, "{year:04}-Q{}", (month + 2) / 3),
            Calendar::Month => write!(f, "{year:04}-{month:02}"),
            Calendar::Week => {
                let thursday = self.first_day() + 3;
                let (year, _, _) = civil_from_days(thursday);
                let week = (thursday - days_from_civil(year, 1, 1)) / 7 + 1;
                write!(f, "{year:04}-W{week:02}")
            }
            Calendar::Day => write!(f, "{year:04}-{month:02}-{day:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::dates::When;

    fn month(year: i64, month: i64) -> Bucket {
        Bucket::from_index(Calendar::Month, year * 12 + month - 1)
    }

    /// The bucket of a kind that a day lies in, found by walking to it.
    fn of_day(calendar: Calendar, day: &str, from: i64) -> Bucket {
        let micros = When::parse(day).unwrap().earliest_micros();
        let mut bucket = Bucket::from_index(calendar, from);
        while bucket.latest_micros() < micros {
            bucket = bucket.next();
        }
        assert!(bucket.earliest_micros() <= micros, "{day}");
        bucket
    }

    #[test]
    fn buckets_are_called_as_dates_are_written() {
        assert_eq!(month(2022, 4).to_string(), "2022-04");
        assert_eq!(Bucket::from_index(Calendar::Year, 2022).to_string(), "2022");
        assert_eq!(Bucket::from_index(Calendar::Quarter, 2022 * 4 + 1).to_string(), "2022-Q2");
        assert_eq!(of_day(Calendar::Day, "2022-04-08", 738_000).to_string(), "2022-04-08");
    }

    #[test]
    fn a_fiscal_year_begins_in_october_of_the_year_before() {
        let year = Bucket::from_index(Calendar::FiscalYear, 2021);
        assert_eq!(year.to_string(), "2021");
        let span = When::parse("2020-10-01/2021-09-30").unwrap();
        assert_eq!(year.earliest_micros(), span.earliest_micros());
        assert_eq!(year.latest_micros(), span.latest_micros());
    }

    #[test]
    fn a_week_is_of_the_year_that_its_thursday_lies_in() {
        // The examples of ISO 8601 and the long year 2020.
        for (day, week) in [
            ("2008-12-29", "2009-W01"),
            ("2010-01-03", "2009-W53"),
            ("2020-12-31", "2020-W53"),
            ("2021-01-03", "2020-W53"),
            ("2021-01-04", "2021-W01"),
            ("2022-04-08", "2022-W14"),
        ] {
            assert_eq!(of_day(Calendar::Week, day, 104_000).to_string(), week, "{day}");
        }
    }

    #[test]
    fn a_bucket_ends_where_the_next_begins() {
        for calendar in [
            Calendar::Year,
            Calendar::FiscalYear,
            Calendar::Quarter,
            Calendar::Month,
            Calendar::Week,
            Calendar::Day,
        ] {
            let bucket = Bucket::from_index(calendar, 2_000);
            assert_eq!(bucket.latest_micros() + 1, bucket.next().earliest_micros());
            assert_eq!(bucket.distance(bucket.next()), 1);
        }
    }
}
