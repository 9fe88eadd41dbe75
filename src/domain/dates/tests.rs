//! Tables and calendar walks that hold the dates to their rules.

use super::calendar::{days_from_civil, last_day_of_month};
use super::*;

mod properties;

/// Text, earliest and latest instant; `..` where there is no bound.
#[rustfmt::skip] // one case a line
const VALID: &[(&str, &str, &str)] = &[
    // Dates.
    ("2019", "2019-01-01T00:00:00Z", "2019-12-31T23:59:59.999999Z"),
    ("2019-10", "2019-10-01T00:00:00Z", "2019-10-31T23:59:59.999999Z"),
    ("2019-10-15", "2019-10-15T00:00:00Z", "2019-10-15T23:59:59.999999Z"),
    ("2019-02", "2019-02-01T00:00:00Z", "2019-02-28T23:59:59.999999Z"),
    ("2020-02", "2020-02-01T00:00:00Z", "2020-02-29T23:59:59.999999Z"),
    ("1900-02", "1900-02-01T00:00:00Z", "1900-02-28T23:59:59.999999Z"),
    ("2000-02", "2000-02-01T00:00:00Z", "2000-02-29T23:59:59.999999Z"),
    ("2019-04", "2019-04-01T00:00:00Z", "2019-04-30T23:59:59.999999Z"),
    ("2019-12", "2019-12-01T00:00:00Z", "2019-12-31T23:59:59.999999Z"),
    ("2020-02-29", "2020-02-29T00:00:00Z", "2020-02-29T23:59:59.999999Z"),
    ("1969-12-31", "1969-12-31T00:00:00Z", "1969-12-31T23:59:59.999999Z"),
    ("1970-01-01", "1970-01-01T00:00:00Z", "1970-01-01T23:59:59.999999Z"),
    ("0001", "0001-01-01T00:00:00Z", "0001-12-31T23:59:59.999999Z"),
    ("9999", "9999-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"),
    ("9999-12-31", "9999-12-31T00:00:00Z", "9999-12-31T23:59:59.999999Z"),
    // Times of day.
    ("2019-10-15T14:30:00-07:00", "2019-10-15T21:30:00Z", "2019-10-15T21:30:00.999999Z"),
    ("2019-10-15T14:30:00Z", "2019-10-15T14:30:00Z", "2019-10-15T14:30:00.999999Z"),
    ("2019-10-15T14:30:00", "2019-10-15T14:30:00Z", "2019-10-15T14:30:00.999999Z"),
    ("2019-10-15T14:30:00-07", "2019-10-15T21:30:00Z", "2019-10-15T21:30:00.999999Z"),
    ("2019-10-15T14:30:00+05:30", "2019-10-15T09:00:00Z", "2019-10-15T09:00:00.999999Z"),
    ("2019-10-15T14:30", "2019-10-15T14:30:00Z", "2019-10-15T14:30:59.999999Z"),
    ("2019-10-15T14:30Z", "2019-10-15T14:30:00Z", "2019-10-15T14:30:59.999999Z"),
    ("2019-10-15T20:30-07:00", "2019-10-16T03:30:00Z", "2019-10-16T03:30:59.999999Z"),
    ("2019-10-15T00:00:00Z", "2019-10-15T00:00:00Z", "2019-10-15T00:00:00.999999Z"),
    ("2019-12-31T23:59:59Z", "2019-12-31T23:59:59Z", "2019-12-31T23:59:59.999999Z"),
    ("2019-10-15T14:30:00.5Z", "2019-10-15T14:30:00.500000Z", "2019-10-15T14:30:00.599999Z"),
    ("2019-10-15T14:30:00.123Z", "2019-10-15T14:30:00.123000Z", "2019-10-15T14:30:00.123999Z"),
    ("2019-10-15T14:30:00.123456", "2019-10-15T14:30:00.123456Z", "2019-10-15T14:30:00.123456Z"),
    ("2019-10-15T14:30:00.01-01:00", "2019-10-15T15:30:00.010000Z", "2019-10-15T15:30:00.019999Z"),
    ("2020-01-01T00:00:00+14:00", "2019-12-31T10:00:00Z", "2019-12-31T10:00:00.999999Z"),
    ("2019-12-31T23:00:00-14:00", "2020-01-01T13:00:00Z", "2020-01-01T13:00:00.999999Z"),
    ("2019-10-15T14:30:00+00:00", "2019-10-15T14:30:00Z", "2019-10-15T14:30:00.999999Z"),
    // Qualifiers do not widen.
    ("2020-10-15?", "2020-10-15T00:00:00Z", "2020-10-15T23:59:59.999999Z"),
    ("2019-10~", "2019-10-01T00:00:00Z", "2019-10-31T23:59:59.999999Z"),
    ("2019%", "2019-01-01T00:00:00Z", "2019-12-31T23:59:59.999999Z"),
    ("2019-10-15T14:30Z~", "2019-10-15T14:30:00Z", "2019-10-15T14:30:59.999999Z"),
    // Unspecified digits.
    ("201X", "2010-01-01T00:00:00Z", "2019-12-31T23:59:59.999999Z"),
    ("20XX", "2000-01-01T00:00:00Z", "2099-12-31T23:59:59.999999Z"),
    ("201X?", "2010-01-01T00:00:00Z", "2019-12-31T23:59:59.999999Z"),
    ("001X", "0010-01-01T00:00:00Z", "0019-12-31T23:59:59.999999Z"),
    ("99XX", "9900-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"),
    ("2019-XX", "2019-01-01T00:00:00Z", "2019-12-31T23:59:59.999999Z"),
    ("2019-10-XX", "2019-10-01T00:00:00Z", "2019-10-31T23:59:59.999999Z"),
    ("2020-02-XX", "2020-02-01T00:00:00Z", "2020-02-29T23:59:59.999999Z"),
    ("2019-XX-XX", "2019-01-01T00:00:00Z", "2019-12-31T23:59:59.999999Z"),
    // Seasons of either hemisphere.
    ("2019-21", "2019-03-01T00:00:00Z", "2019-11-30T23:59:59.999999Z"),
    ("2019-22", "2018-12-01T00:00:00Z", "2020-02-29T23:59:59.999999Z"),
    ("2019-23", "2019-03-01T00:00:00Z", "2019-11-30T23:59:59.999999Z"),
    ("2018-24~", "2017-12-01T00:00:00Z", "2019-02-28T23:59:59.999999Z"),
    // Intervals.
    ("2019-10-15/2019-10-20", "2019-10-15T00:00:00Z", "2019-10-20T23:59:59.999999Z"),
    ("2020-10-15?/2020-10-20?", "2020-10-15T00:00:00Z", "2020-10-20T23:59:59.999999Z"),
    ("2018/2019-02", "2018-01-01T00:00:00Z", "2019-02-28T23:59:59.999999Z"),
    ("2019-10-15/2019-10-15", "2019-10-15T00:00:00Z", "2019-10-15T23:59:59.999999Z"),
    ("2019-10/2019", "2019-10-01T00:00:00Z", "2019-12-31T23:59:59.999999Z"),
    ("2019/2019-03", "2019-01-01T00:00:00Z", "2019-03-31T23:59:59.999999Z"),
    ("2019-21/2019-23", "2019-03-01T00:00:00Z", "2019-11-30T23:59:59.999999Z"),
    ("201X/2022-XX", "2010-01-01T00:00:00Z", "2022-12-31T23:59:59.999999Z"),
    ("2019-10-15T22:00-07/2019-10-16T07:00", "2019-10-16T05:00:00Z", "2019-10-16T07:00:59.999999Z"),
    ("2019-10/..", "2019-10-01T00:00:00Z", ".."),
    ("../2019-10", "..", "2019-10-31T23:59:59.999999Z"),
    ("2019-10/", "2019-10-01T00:00:00Z", ".."),
    ("/2019-10~", "..", "2019-10-31T23:59:59.999999Z"),
];

/// Text, and what its error must say.
#[rustfmt::skip] // one case a line
const INVALID: &[(&str, &str)] = &[
    ("", "date is empty: want EDTF such as 2019"),
    ("2019-10-15T14:30:00.123456-07:00/2019-10-15T14:30:00.123456-07:00", "at most 64 characters"),
    // Characters.
    (" 2019", "character ' ' at position 1: want only digits"),
    ("2019 ", "character ' ' at position 5"),
    ("2019-10-15 14:30:00Z", "character ' ' at position 11"),
    ("2019\n", "character '\\n' at position 5"),
    ("2019\0", "character '\\0' at position 5"),
    ("２０１９", "character '２' at position 1"),
    ("2019\u{2212}10", "character '\u{2212}' at position 5"),
    ("2019-10-15t14:30:00Z", "letter 't' at position 11: want 'T'"),
    ("2019-10-15T14:30:00z", "letter 'z' at position 20: want 'Z'"),
    ("201x", "letter 'x' at position 4: want 'X'"),
    ("2019-10-15T14:30:00,5Z", "character ',' at position 20"),
    ("2019-10-15T14:30:00-07:00[America/Hermosillo]", "character '[' at position 26"),
    ("October 2019", "character 'O' at position 1"),
    // Parts of a date.
    ("2019-13", "month 13: want 01 to 12"),
    ("2019-00", "month 00: want 01 to 12"),
    ("2019-42", "month 42: want 01 to 12"),
    ("2019-13-01", "month 13: want 01 to 12"),
    ("2019-21-15", "month 21: want 01 to 12"),
    ("2019-13-XX", "month 13: want 01 to 12"),
    ("2019-1", "month \"1\": want two digits"),
    ("2019-288", "month \"288\": want two digits"),
    ("2019-", "month \"\": want two digits"),
    ("2019-02-30", "day 30: want 01 to 28 in 2019-02"),
    ("2020-02-30", "day 30: want 01 to 29 in 2020-02"),
    ("1900-02-29", "day 29: want 01 to 28 in 1900-02"),
    ("2019-04-31", "day 31: want 01 to 30 in 2019-04"),
    ("2019-10-32", "day 32: want 01 to 31 in 2019-10"),
    ("2019-10-00", "day 00: want 01 to 31 in 2019-10"),
    ("2019-10-5", "day \"5\": want two digits"),
    ("2019-10-15-", "date \"2019-10-15-\": want YYYY, YYYY-MM or YYYY-MM-DD"),
    ("0000", "year 0000: year 0 is not taken: want 0001 to 9999"),
    ("0000-01-01", "year 0000: year 0 is not taken"),
    ("000X", "year 000X: year 0 is not taken"),
    ("00XX", "year 00XX: year 0 is not taken"),
    ("-0044", "a negative year is not taken: want 0001 to 9999"),
    ("+2019", "year \"+2019\": want four digits"),
    ("19", "year \"19\": want four digits"),
    ("20191015", "year \"20191015\": want four digits"),
    ("15-10-2019", "year \"15\": want four digits"),
    ("?", "year \"\": want four digits"),
    // Times.
    ("2019-10-15T24:00:00", "hour 24: want 00 to 23"),
    ("2019-10-15T14:60", "minute 60: want 00 to 59"),
    ("2019-10-15T23:59:60Z", "second 60: leap seconds are not taken: want 00 to 59"),
    ("2019-10-15T23:59:61Z", "second 61: want 00 to 59"),
    ("2019-10-15T", "time \"\": want HH:MM or HH:MM:SS"),
    ("2019-10-15T14", "time \"14\": want HH:MM or HH:MM:SS"),
    ("2019-10-15T14:30:00:00", "time \"14:30:00:00\": want HH:MM"),
    ("2019-10-15T1430Z", "time \"1430\": want HH:MM"),
    ("2019-10-15T4:30Z", "hour \"4\": want two digits"),
    ("2019-10-15T14:30.5Z", "minute \"30.5\": want two digits"),
    ("2019-10-15T14:30:00.Z", "fraction of a second \"\": want 1 to 6 digits"),
    ("2019-10-15T14:30:00.1234567Z", "fraction of a second \"1234567\": want 1 to 6 digits"),
    ("2019-10T14:30", "date before T \"2019-10\": want YYYY-MM-DD"),
    ("2019-10-15TT14:30", "hour \"T14\": want two digits"),
    ("2019-10-15T14:30:00+14:01", "offset +14:01: want -14:00 to +14:00"),
    ("2019-10-15T14:30:00-15", "offset -15: want -14:00 to +14:00"),
    ("2019-10-15T14:30:00-07:60", "offset minute 60: want 00 to 59"),
    ("2019-10-15T14:30:00-0700", "offset hour \"0700\": want two digits, as in -07:00"),
    ("2019-10-15T14:30:00-07:", "offset minute \"\": want two digits"),
    ("2019-10-15T14:30:00-00:00", "offset -00:00: want Z or +00:00"),
    ("2019-10-15T14:30:00ZZ", "offset \"ZZ\": want Z, -07:00 or -07"),
    ("0001-01-01T00:00:00+00:01", "date reaches beyond the years 0001 to 9999 in UTC"),
    ("9999-12-31T23:59:59-00:01", "date reaches beyond the years 0001 to 9999 in UTC"),
    ("0001-24", "date reaches beyond the years"),
    ("9999-22", "date reaches beyond the years"),
    // Level 2 and forms outside EDTF.
    ("2XXX", "unspecified digits X stand here only at level 2"),
    ("XXXX", "unspecified digits X stand here only at level 2"),
    ("2X19", "unspecified digits X"),
    ("201X-10", "unspecified digits X"),
    ("2019-1X", "unspecified digits X"),
    ("2019-XX-15", "unspecified digits X"),
    ("2019-10-1X", "unspecified digits X"),
    ("2019-10-XXT14:30", "unspecified digits X"),
    ("?2019", "a qualifier of one component (level 2) is not taken: want ?, ~ or %"),
    ("2019?-10", "a qualifier of one component (level 2)"),
    ("2019-~10-15", "a qualifier of one component (level 2)"),
    ("2019?~", "more than one qualifier: want one of ? ~ %"),
    ("2019-25", "sub-year grouping 25 (level 2) is not taken: want a season 21 to 24"),
    ("2019-41", "sub-year grouping 41 (level 2)"),
    ("[2018,2019]", "a set of dates (level 2) is not taken"),
    ("{2018..2019}", "a set of dates (level 2) is not taken"),
    ("Y20190", "a year beyond four digits (Y, E) is not taken"),
    ("Y-17E7", "a year beyond four digits (Y, E) is not taken"),
    ("2019E3", "a year beyond four digits (Y, E) is not taken"),
    ("1950S2", "significant digits S (level 2) are not taken"),
    ("2019-W42", "a week date is not taken"),
    ("2019-10/P1M", "a duration P is not taken"),
    // Intervals.
    ("2019/2018", "ends by 2018-12-31T23:59:59.999999Z before it starts at 2019-01-01T00:00:00Z"),
    ("2019-10-15/2019-10-14", "want the earlier date first"),
    ("2019-10-15T20:00-07:00/2019-10-15", "before it starts at 2019-10-16T03:00:00Z"),
    ("/", "interval has no date: want one on at least one side"),
    ("../..", "interval has no date"),
    ("/..", "interval has no date"),
    ("10/15/2019", "more than one '/': want a date YYYY-MM-DD or an interval A/B"),
    ("2019-13/2020", "interval start: month 13: want 01 to 12"),
    ("2019/2020-02-30", "interval end: day 30: want 01 to 29 in 2020-02"),
    ("2019-10-15/20", "interval end: year \"20\": want four digits"),
    ("2019/-2020", "interval end: a negative year is not taken"),
    ("2019/2020??", "interval end: more than one qualifier"),
    ("2019/..?", "interval end: '..' is not a date"),
    ("..", "'..' is not a date: want it alone on one side of an interval"),
    ("2019..", "'..' is not a date"),
    ("..2019/2020", "interval start: '..' is not a date"),
    ("2018..2019", "year \"2018..2019\": want four digits"),
];

fn parse(text: &str) -> When {
    When::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn bound(micros: i64, open: i64) -> String {
    if micros == open { "..".to_owned() } else { format_rfc3339_micros(micros) }
}

#[test]
fn a_date_means_the_span_that_its_last_digit_covers() {
    for (text, earliest, latest) in VALID {
        let when = parse(text);
        assert_eq!(bound(when.earliest_micros(), When::OPEN_START_MICROS), *earliest, "{text}");
        assert_eq!(bound(when.latest_micros(), When::OPEN_END_MICROS), *latest, "{text}");
        assert_eq!(when.as_str(), *text);
        assert_eq!(when.to_string(), *text);
    }
}

#[test]
fn a_text_that_is_no_date_is_told_what_would_be_right() {
    for (text, says) in INVALID {
        let message = When::parse(text).expect_err(text).to_string();
        assert!(message.contains(says), "{text:?} answers {message:?}, not {says:?}");
    }
}

#[test]
fn precision_is_what_the_text_pins_down() {
    let cases = [
        ("2019-10-15T14:30Z", Precision::Instant),
        ("2019-10-15T14:30:00.5-07:00~", Precision::Instant),
        ("2019-10-15", Precision::Day),
        ("2020-10-15?", Precision::Day),
        ("2019-10", Precision::Month),
        ("2019-12%", Precision::Month),
        ("2019-10-XX", Precision::Month),
        ("2019-21", Precision::Season),
        ("2019-24~", Precision::Season),
        ("2019", Precision::Year),
        ("2019-XX", Precision::Year),
        ("2019-XX-XX", Precision::Year),
        ("201X", Precision::Decade),
        ("201X?", Precision::Decade),
        ("20XX", Precision::Century),
        ("2019-10-15/2019-10-15", Precision::Span),
        ("2019-10-15T14:30Z/..", Precision::Span),
        ("/2019", Precision::Span),
    ];
    for (text, precision) in cases {
        assert_eq!(parse(text).precision(), precision, "{text}");
    }
}

#[test]
fn a_qualifier_on_either_side_qualifies_the_whole() {
    let cases = [
        ("2019", false, false),
        ("2019?", true, false),
        ("2019~", false, true),
        ("2019%", true, true),
        ("2019?/2020", true, false),
        ("2019/2020~", false, true),
        ("2019?/2020~", true, true),
        ("%", true, true),
    ];
    for (text, uncertain, approximate) in cases {
        let when = When::from_parts(text.to_owned(), 0, 0);
        assert_eq!(
            (when.is_uncertain(), when.is_approximate()),
            (uncertain, approximate),
            "{text}"
        );
    }
}

#[test]
fn the_length_is_counted_in_characters_and_refused_beyond_64() {
    assert_eq!(When::parse(&"9".repeat(65)), Err(DateError::TooLong));
    let longest = "9".repeat(64);
    assert!(matches!(When::parse(&longest), Err(DateError::Malformed { part: "year", .. })));
    let wide = "é".repeat(40);
    assert_eq!(When::parse(&wide), Err(DateError::Character { found: 'é', position: 1 }));
    assert_eq!(When::parse(&"é".repeat(65)), Err(DateError::TooLong));
}

#[test]
fn open_bounds_leave_the_least_number_to_the_store() {
    let open_start = parse("../2019");
    assert_eq!(open_start.earliest_micros(), i64::MIN + 1);
    assert_eq!(parse("/2019").earliest_micros(), i64::MIN + 1);
    assert_eq!(parse("2019/..").latest_micros(), i64::MAX);
    assert_eq!(parse("2019/").latest_micros(), i64::MAX);
}

#[test]
fn an_interval_may_begin_and_end_in_the_same_microsecond() {
    let instant = "2019-10-15T14:30:00.123456Z";
    let when = parse(&format!("{instant}/{instant}"));
    assert_eq!(when.earliest_micros(), when.latest_micros());
}

#[test]
fn json_holds_the_text_alone_and_reading_it_parses() {
    let when = parse("2019-10-15?/..");
    assert_eq!(serde_json::to_string(&when).unwrap(), "\"2019-10-15?/..\"");
    assert_eq!(serde_json::from_str::<When>("\"2019-10-15?/..\"").unwrap(), when);
    let error = serde_json::from_str::<When>("\"2019-13\"").unwrap_err().to_string();
    assert!(error.contains("month 13: want 01 to 12"), "{error}");
}

#[test]
fn parts_from_the_store_make_the_same_date() {
    let when = parse("2019-10");
    let (earliest, latest) = (when.earliest_micros(), when.latest_micros());
    assert_eq!(When::from_parts("2019-10".to_owned(), earliest, latest), when);
}

/// Walks the calendar a day at a time with a table of month lengths, from 1900 to 2100, of which
/// the two ends alone break the rule of four years.
#[test]
fn day_numbers_agree_with_a_walk_through_two_centuries() {
    const LENGTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut day_number = -25_567; // 1970 - 1900 = 70 years of 365 days and 17 leap days
    for year in 1900..=2100 {
        let leap = year % 4 == 0 && year != 1900 && year != 2100;
        for (month, length) in (1..).zip(LENGTHS) {
            let length = length + i64::from(leap && month == 2);
            assert_eq!(last_day_of_month(year, month), length, "{year}-{month}");
            for day in 1..=length {
                assert_eq!(days_from_civil(year, month, day), day_number, "{year}-{month}-{day}");
                let noon = (day_number * 24 + 12) * 3_600_000_000;
                let (y, m, d) = civil_from_micros(noon);
                assert_eq!((i64::from(y), i64::from(m), i64::from(d)), (year, month, day));
                day_number += 1;
            }
        }
    }
    assert_eq!(day_number, 47_847, "2101-01-01");
}

#[test]
fn day_numbers_run_without_a_gap_from_year_1_to_9999() {
    let mut day_number = -719_162; // 0001-01-01 is day 1 of Rata Die, 1970-01-01 day 719,163
    for year in 1..=9999 {
        for month in 1..=12 {
            for day in 1..=last_day_of_month(year, month) {
                assert_eq!(days_from_civil(year, month, day), day_number, "{year}-{month}-{day}");
                day_number += 1;
            }
        }
    }
    assert_eq!(day_number - 1, 2_932_896, "9999-12-31");
}

#[test]
fn an_instant_is_written_in_utc_and_only_a_fraction_has_digits() {
    let cases = [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999999Z"),
        (1_000_000_000_000_000, "2001-09-09T01:46:40Z"),
        (1_571_175_000_000_001, "2019-10-15T21:30:00.000001Z"),
        (-62_135_596_800_000_000, "0001-01-01T00:00:00Z"),
        (-62_135_596_800_000_001, "0000-12-31T23:59:59.999999Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        (253_402_300_800_000_000, "+010000-01-01T00:00:00Z"),
        (i64::MAX, "+294247-01-10T04:00:54.775807Z"),
        (i64::MIN, "-290308-12-21T19:59:05.224192Z"),
    ];
    for (micros, text) in cases {
        assert_eq!(format_rfc3339_micros(micros), text);
    }
    assert_eq!(civil_from_micros(-1), (1969, 12, 31));
    assert_eq!(civil_from_micros(i64::MAX), (294_247, 1, 10));
    assert_eq!(civil_from_micros(i64::MIN), (-290_308, 12, 21));
}
