//! What must hold for every text and every date, and not for the chosen ones alone.

use super::*;
use proptest::prelude::*;

/// Years whose decade and century are dates too, with room for offsets and seasons.
fn day() -> impl Strategy<Value = String> {
    (100..=9998i64, 1..=12i64, 0..31i64).prop_map(|(year, month, day)| {
        format!("{year:04}-{month:02}-{:02}", day % last_day_of_month(year, month) + 1)
    })
}

fn clock() -> impl Strategy<Value = String> {
    "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,6})?)?"
}

fn offset() -> impl Strategy<Value = String> {
    "(Z|[+-](0[1-9]|1[0-3])(:[0-5][0-9])?|[+-]14:00|\\+00:00)?"
}

fn date() -> impl Strategy<Value = String> {
    let form = prop_oneof![
        day(),
        "[1-8][0-9]{3}(-(0[1-9]|1[0-2]|2[1-4]|XX|XX-XX|(0[1-9]|1[0-2])-XX))?",
        "[1-9][0-9]([0-9]X|XX)",
        (day(), clock(), offset())
            .prop_map(|(day, clock, offset)| format!("{day}T{clock}{offset}")),
    ];
    (form, "[?~%]?").prop_map(|(form, qualifier)| form + &qualifier)
}

fn encloses(outer: &When, inner: &When) -> bool {
    outer.earliest_micros() <= inner.earliest_micros()
        && inner.latest_micros() <= outer.latest_micros()
}

/// Reads a text that may be anything, and asks everything of it.
fn ask_all(text: &str) {
    match When::parse(text) {
        Ok(when) => {
            assert_eq!(when.as_str(), text);
            assert!(when.earliest_micros() <= when.latest_micros(), "{text}");
            assert!(when.earliest_micros() > i64::MIN);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let kept = When::from_parts(text.to_owned(), 0, 0);
    let _ = (kept.precision(), kept.is_uncertain(), kept.is_approximate());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        ask_all(&text);
    }

    #[test]
    fn no_text_of_its_own_characters_makes_it_panic(text in "[0-9XTZ:./+~?%-]{0,70}") {
        ask_all(&text);
    }

    #[test]
    fn no_slip_of_the_pen_makes_it_panic(text in date(), at in 0..40usize, slip in any::<char>()) {
        let mut text: Vec<char> = text.chars().collect();
        let at = at % text.len();
        text[at] = slip;
        ask_all(&text.iter().collect::<String>());
        text.remove(at);
        ask_all(&text.iter().collect::<String>());
    }

    #[test]
    fn every_date_is_kept_as_written_and_ends_no_earlier_than_it_begins(text in date()) {
        let when = parse(&text);
        prop_assert_eq!(when.as_str(), &text);
        prop_assert!(when.earliest_micros() <= when.latest_micros());
        let json = serde_json::to_string(&when).unwrap();
        prop_assert_eq!(serde_json::from_str::<When>(&json).unwrap(), when);
    }

    #[test]
    fn a_day_lies_in_its_month_its_year_its_decade_and_its_century(text in day()) {
        let spans = [
            &text,
            &text[..7],
            &text[..4],
            &format!("{}X", &text[..3]),
            &format!("{}XX", &text[..2]),
        ]
        .map(parse);
        for pair in spans.windows(2) {
            prop_assert!(encloses(&pair[1], &pair[0]), "{:?}", pair);
        }
        prop_assert_eq!(spans[0].latest_micros() - spans[0].earliest_micros(), 86_399_999_999);
    }

    #[test]
    fn a_month_lies_in_the_seasons_that_it_can_be_in(year in 1900..2100i64, month in 1..=12i64) {
        let when = parse(&format!("{year}-{month:02}"));
        let all_year = [22, 24];
        let of_seasons = if (3..=11).contains(&month) { &[21, 22, 23, 24][..] } else { &all_year };
        for season in of_seasons {
            let season = parse(&format!("{year}-{season}"));
            prop_assert!(encloses(&season, &when), "{:?}", season);
        }
    }

    #[test]
    fn an_offset_moves_a_moment_by_just_its_size(
        day in day(), clock in clock(), hours in 1..14i64, minutes in 0..60i64, east: bool,
    ) {
        let utc = parse(&format!("{day}T{clock}Z"));
        prop_assert!(encloses(&parse(&day), &utc));
        let sign = if east { '+' } else { '-' };
        let there = parse(&format!("{day}T{clock}{sign}{hours:02}:{minutes:02}"));
        let size = (hours * 60 + minutes) * 60_000_000 * if east { 1 } else { -1 };
        prop_assert_eq!(there.earliest_micros() + size, utc.earliest_micros());
        prop_assert_eq!(there.latest_micros() + size, utc.latest_micros());
    }

    #[test]
    fn an_instant_written_and_read_is_the_same(
        micros in -62_135_596_800_000_000..=253_402_300_799_999_999i64,
    ) {
        let text = format_rfc3339_micros(micros);
        prop_assert_eq!(parse(&text).earliest_micros(), micros);
        let (year, month, day) = civil_from_micros(micros);
        prop_assert_eq!(&text[..10], format!("{year:04}-{month:02}-{day:02}"));
    }

    #[test]
    fn every_instant_can_be_written(micros: i64) {
        let (year, month, day) = civil_from_micros(micros);
        prop_assert!((-290_308..=294_247).contains(&year));
        prop_assert!((1..=12).contains(&month) && (1..=31).contains(&day));
        prop_assert!(format_rfc3339_micros(micros).ends_with('Z'));
    }

    #[test]
    fn an_interval_runs_from_its_start_to_its_end_or_is_refused(a in date(), b in date()) {
        let (start, end) = (parse(&a), parse(&b));
        match When::parse(&format!("{a}/{b}")) {
            Ok(span) => {
                prop_assert_eq!(span.earliest_micros(), start.earliest_micros());
                prop_assert_eq!(span.latest_micros(), end.latest_micros());
                prop_assert_eq!(span.precision(), Precision::Span);
            }
            Err(DateError::TooLong) => prop_assert!(a.len() + b.len() + 1 > 64),
            Err(error) => {
                prop_assert!(matches!(error, DateError::EndBeforeStart { .. }), "{}", error);
                prop_assert!(end.latest_micros() < start.earliest_micros());
            }
        }
    }
}
