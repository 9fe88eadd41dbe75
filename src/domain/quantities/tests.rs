//! Factors, check figures and borders that hold the quantities to their rules.

use super::*;
use QuantityError as E;
use proptest::prelude::*;

/// One of each unit of mass in grams and of volume in millilitres, as published.
const PUBLISHED: [(Unit, &str, &str); 20] = [
    (Unit::Microgram, "0.000001", "MC"),
    (Unit::Milligram, "0.001", "MGM"),
    (Unit::Gram, "1", "GRM"),
    (Unit::Kilogram, "1000", "KGM"),
    (Unit::Tonne, "1000000", "TNE"),
    (Unit::Pound, "453.59237", "LBR"),
    (Unit::Ounce, "28.349523125", "ONZ"),
    (Unit::ShortTon, "907184.74", "STN"),
    (Unit::LongTon, "1016046.9088", "LTN"),
    (Unit::TroyOunce, "31.1034768", "APZ"),
    (Unit::Grain, "0.06479891", "GRN"),
    (Unit::Stone, "6350.29318", "STI"),
    (Unit::Microlitre, "0.001", "4G"),
    (Unit::Millilitre, "1", "MLT"),
    (Unit::Centilitre, "10", "CLT"),
    (Unit::Litre, "1000", "LTR"),
    (Unit::UsGallon, "3785.411784", "GLL"),
    (Unit::UsFluidOunce, "29.5735295625", "OZA"),
    (Unit::ImperialGallon, "4546.09", "GLI"),
    (Unit::CubicMetre, "1000000", "MTQ"),
];

/// One of a unit as a fraction of base units, read from [`PUBLISHED`] and not from the code under
/// test; one for what is counted.
fn published_ratio(unit: Unit) -> (u128, u128) {
    let Some((_, text, _)) = PUBLISHED.iter().find(|(published, ..)| *published == unit) else {
        return (1, 1);
    };
    let decimals = text.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    let base_units = match unit.dimension() {
        Some(Dimension::Mass) => 1_000_000,
        Some(Dimension::Volume) => 1_000,
        Some(Dimension::Count) | None => unreachable!("{unit:?} has no published factor"),
    };
    let numerator = text.replace('.', "").parse::<u128>().unwrap() * base_units;
    (numerator, 10_u128.pow(u32::try_from(decimals).unwrap()))
}

fn accepted() -> impl Iterator<Item = Unit> {
    Unit::ALL.iter().copied().filter(|unit| *unit != Unit::Ton)
}

fn normal(text: &str, unit: Unit) -> Result<i64, QuantityError> {
    normalize(&Amount::parse(text)?, unit)
}

fn expressed(base_units: i128, unit: Unit) -> (String, bool) {
    let Expressed { text, exact } = express(base_units, unit).unwrap();
    (text, exact)
}

/// Writes a number below 10^18 with so many decimals.
fn written(mantissa: u64, decimals: usize) -> String {
    let digits = format!("{mantissa:0>width$}", width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    if decimals == 0 { digits } else { format!("{whole}.{fraction}") }
}

#[test]
fn the_check_figures_hold_to_the_microgram() {
    let pounds = ["390", "425", "125", "9"].map(|text| normal(text, Unit::Pound).unwrap());
    assert_eq!(pounds, [176_901_024_300, 192_776_757_250, 56_699_046_250, 4_082_331_330]);
    let hermosillo: i128 = pounds.into_iter().map(i128::from).sum();
    assert_eq!(hermosillo, 430_459_159_130);
    assert_eq!(normal("949", Unit::Pound), Ok(430_459_159_130));
    assert_eq!(expressed(hermosillo, Unit::Kilogram), ("430.45915913".to_owned(), true));
    assert_eq!(expressed(hermosillo, Unit::Pound), ("949".to_owned(), true));

    let colima = normal("1.1", Unit::Tonne).unwrap();
    assert_eq!(colima, 1_100_000_000_000);
    assert_eq!(expressed(i128::from(colima), Unit::Kilogram), ("1100".to_owned(), true));
    let cocaine = i128::from(pounds[0]) + i128::from(colima);
    assert_eq!(expressed(cocaine, Unit::Kilogram), ("1276.9010243".to_owned(), true));
}

#[test]
fn every_factor_is_the_published_one() {
    for unit in accepted() {
        let Factor { dimension, numerator, denominator } = unit.factor().unwrap();
        let (published_numerator, published_denominator) = published_ratio(unit);
        assert_eq!(
            numerator * published_denominator,
            published_numerator * denominator,
            "{unit:?}"
        );
        let listed = PUBLISHED.iter().any(|(published, ..)| *published == unit);
        assert_eq!(listed, dimension != Dimension::Count, "{unit:?}");
    }
}

#[test]
fn factors_keep_the_bounds_that_the_arithmetic_relies_on() {
    for unit in accepted() {
        let Factor { dimension: _, numerator, denominator } = unit.factor().unwrap();
        assert!(numerator < 10_u128.pow(13), "{unit:?}");
        assert!(denominator <= 10_u128.pow(7), "{unit:?}");
        assert!(numerator >= denominator, "{unit:?} is smaller than its base unit");
    }
}

#[test]
fn whole_parts_and_multiples_of_the_pound_and_gallon_agree() {
    let pound = normal("1", Unit::Pound).unwrap();
    assert_eq!(normal("16", Unit::Ounce), Ok(pound));
    assert_eq!(normal("7000", Unit::Grain), Ok(pound));
    assert_eq!(normal("1", Unit::Stone), Ok(14 * pound));
    assert_eq!(normal("1", Unit::ShortTon), Ok(2_000 * pound));
    assert_eq!(normal("1", Unit::LongTon), Ok(2_240 * pound));
    assert_eq!(normal("100", Unit::TroyOunce), normal("48000", Unit::Grain));
    assert_eq!(normal("128000", Unit::UsFluidOunce), normal("1000", Unit::UsGallon));
    // 231 cubic inches of 25.4 mm: a cubic millimetre is a microlitre.
    assert_eq!(normal("1000", Unit::UsGallon), Ok(231 * 254 * 254 * 254));
}

#[test]
fn numbers_and_names_of_units_do_not_move() {
    let units: Vec<_> = Unit::ALL.iter().map(|unit| (unit.code(), unit.name())).collect();
    let mass = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    let volume = [20, 21, 22, 23, 24, 25, 26, 27];
    let count = [40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51];
    let codes: Vec<_> = mass.into_iter().chain(volume).chain(count).chain([90]).collect();
    assert_eq!(units.iter().map(|(code, _)| *code).collect::<Vec<_>>(), codes);
    for (codes, dimension) in [
        (&mass[..], Dimension::Mass),
        (&volume[..], Dimension::Volume),
        (&count[..], Dimension::Count),
    ] {
        for code in codes {
            assert_eq!(Unit::from_code(*code).unwrap().dimension(), Some(dimension), "{code}");
        }
    }
    assert_eq!(Unit::Ton.dimension(), None);
    assert_eq!(Unit::from_name("SHORT_TON"), Some(Unit::ShortTon));
}

#[test]
fn units_carry_their_code_of_recommendation_20() {
    for (unit, _, code) in PUBLISHED {
        assert_eq!(unit.unece_code(), Some(code), "{unit:?}");
    }
    assert_eq!(Unit::Unit.unece_code(), Some("C62"));
    assert_eq!(Unit::Tablet.unece_code(), Some("U2"));
    assert_eq!(Unit::Dose.unece_code(), Some("E27"));
    assert_eq!(Unit::Blot.unece_code(), None);
    assert_eq!(Unit::Ton.unece_code(), None);
}

#[test]
fn ties_round_to_the_even_digit() {
    for (text, want) in [
        ("0.4999999999999", 0),
        ("0.5", 0),
        ("0.5000000000001", 1),
        ("1.5", 2),
        ("2.49", 2),
        ("2.5", 2),
        ("2.51", 3),
        ("3.5", 4),
    ] {
        assert_eq!(normal(text, Unit::Microgram), Ok(want), "{text}");
    }
    assert_eq!(normal("0.0000005", Unit::Gram), Ok(0));
    assert_eq!(normal("0.0000015", Unit::Gram), Ok(2));
    assert_eq!(normal("0.0000025", Unit::Gram), Ok(2));
    // 28,349,523.125 and 56,699,046.25 and 113,398,092.5 micrograms.
    assert_eq!(normal("1", Unit::Ounce), Ok(28_349_523));
    assert_eq!(normal("2", Unit::Ounce), Ok(56_699_046));
    assert_eq!(normal("4", Unit::Ounce), Ok(113_398_092));
    assert_eq!(normal("12", Unit::Ounce), Ok(340_194_278));
}

#[test]
fn a_fraction_of_a_thing_is_kept_as_reported_and_counted_half_even() {
    for (text, want) in [
        ("3.0", 3),
        ("0.5", 0),
        ("2.5", 2),
        ("4.5", 4),
        ("35416.5", 35_416),
        ("7541.5", 7_542),
        ("24570.83333", 24_571),
    ] {
        let amount = Amount::parse(text).unwrap();
        let quantity =
            Quantity::new(amount, Unit::Tablet, Bound::Exact, Basis::Unknown, None).unwrap();
        assert_eq!((quantity.amount.as_str(), quantity.normalized), (text, want));
    }
}

#[test]
fn accepts_digits_and_keeps_them_as_written() {
    for (text, want) in [
        ("0", 0),
        ("000", 0),
        ("0.000", 0),
        ("0000000000000000000000000000000000000000", 0),
        ("007.50", 7_500_000),
        ("7.5", 7_500_000),
        ("0.00000000000000000000000000000000000001", 0),
        ("000000000000000000000123456789012.345678", 123_456_789_012_345_678),
        ("123456789012.345678", 123_456_789_012_345_678),
    ] {
        assert_eq!(Amount::parse(text).unwrap().as_str(), text);
        assert_eq!(normal(text, Unit::Gram), Ok(want), "{text}");
    }
    assert_ne!(Amount::parse("7.5"), Amount::parse("7.50"));
}

#[test]
fn eighteen_significant_digits_are_kept_and_nineteen_refused() {
    for text in [
        "123456789012345678",
        "1.23456789012345678",
        "0.00000000000000000000123456789012345678",
        "0000123456789012345678",
        "1.00000000000000000",
        "100000000000000000",
    ] {
        assert!(Amount::parse(text).is_ok(), "{text}");
    }
    for text in [
        "1234567890123456789",
        "1.234567890123456789",
        "0.0000000000000000001234567890123456789",
        "1.000000000000000000",
        "1000000000000000000",
    ] {
        assert_eq!(Amount::parse(text), Err(E::TooPrecise(19)), "{text}");
    }
}

#[test]
fn refuses_what_is_not_an_amount_and_says_what_would_be() {
    let (long, long_but_wrong) = ("1".repeat(41), "é".repeat(40));
    for (text, want) in [
        ("", E::Empty),
        (long.as_str(), E::TooLong),
        (long_but_wrong.as_str(), E::Character('é')),
        ("-1", E::Negative),
        ("-0", E::Negative),
        ("\u{2212}5", E::Negative),
        ("-1,5", E::Negative),
        ("+1", E::Plus),
        ("NaN", E::NotFinite),
        ("inf", E::NotFinite),
        ("-INF", E::NotFinite),
        ("+Infinity", E::NotFinite),
        ("1,5", E::Comma),
        ("1,000", E::Comma),
        ("1.000,5", E::Comma),
        ("1e3", E::Exponent),
        ("1.5E-3", E::Exponent),
        (" 1", E::Blank),
        ("1 ", E::Blank),
        ("1 000", E::Blank),
        ("1\u{a0}000", E::Blank),
        ("1\n", E::Blank),
        (".", E::Point),
        (".5", E::Point),
        ("5.", E::Point),
        ("1.2.3", E::Point),
        ("1..2", E::Point),
        ("10-20", E::Character('-')),
        ("1+1", E::Character('+')),
        ("1'000", E::Character('\'')),
        ("1_000", E::Character('_')),
        ("390lb", E::Character('l')),
        ("0x10", E::Character('x')),
        ("1/2", E::Character('/')),
        ("½", E::Character('½')),
        ("١٢", E::Character('١')),
        ("１", E::Character('１')),
        ("1\0", E::Character('\0')),
    ] {
        assert_eq!(Amount::parse(text), Err(want), "{text:?}");
    }
}

#[test]
fn errors_name_the_right_way() {
    let message = |result: Result<i64, E>| result.unwrap_err().to_string();
    let ton = message(normal("1.1", Unit::Ton));
    for unit in ["TONNE", "SHORT_TON", "LONG_TON"] {
        assert!(ton.contains(unit), "{ton}");
    }
    assert!(message(normal("1,5", Unit::Gram)).contains("a point"));
    assert!(message(normal("-1", Unit::Gram)).starts_with("negative"));
    assert!(message(normal("NaN", Unit::Gram)).contains("unset"));
    assert!(message(normal("1\u{1b}[2J", Unit::Gram)).contains(r"'\u{1b}'"));
    assert_eq!(
        message(normal("1234567890123456789", Unit::Gram)),
        "19 significant digits: at most 18"
    );
    assert_eq!(message(normal("9223373", Unit::Tonne)), "too large: want at most 9223372 TONNE");
}

#[test]
fn a_trace_below_half_a_base_unit_is_zero_however_many_decimals_it_has() {
    let trace = format!("0.{}1", "0".repeat(37));
    for unit in accepted() {
        assert_eq!(normal(&trace, unit), Ok(0), "{unit:?}");
    }
}

#[test]
fn overflow_is_refused_at_the_very_border() {
    for (text, unit, want) in [
        ("999999999999999999", Unit::Microgram, Ok(999_999_999_999_999_999)),
        ("9223372036854.77580", Unit::Gram, Ok(9_223_372_036_854_775_800)),
        ("9223372036854.77581", Unit::Gram, Err(E::Overflow(Unit::Gram))),
        ("9223372.03685477580", Unit::Tonne, Ok(9_223_372_036_854_775_800)),
        ("9223372.03685477581", Unit::Tonne, Err(E::Overflow(Unit::Tonne))),
        ("999999999999999999", Unit::LongTon, Err(E::Overflow(Unit::LongTon))),
        ("999999999999999999", Unit::CubicMetre, Err(E::Overflow(Unit::CubicMetre))),
        ("999999999999999999", Unit::Tablet, Ok(999_999_999_999_999_999)),
    ] {
        assert_eq!(normal(text, unit), want, "{text} {unit:?}");
    }
}

#[test]
fn the_most_that_an_overflow_names_fits_and_one_more_does_not() {
    for unit in accepted() {
        let (numerator, denominator) = published_ratio(unit);
        let most = unit.whole_max();
        let rounds_into = |units: u128| units * numerator / denominator <= i64::MAX as u128;
        assert!(rounds_into(most) && !rounds_into(most + 1), "{unit:?}");
        if most < 10_u128.pow(17) {
            assert!(normal(&most.to_string(), unit).is_ok(), "{unit:?}");
            assert_eq!(normal(&(most + 1).to_string(), unit), Err(E::Overflow(unit)));
        }
    }
}

#[test]
fn a_quantity_in_bare_tons_is_never_made() {
    let amount = Amount::parse("1.1").unwrap();
    let refused = Quantity::new(amount, Unit::Ton, Bound::About, Basis::Unknown, None);
    assert_eq!(refused, Err(E::AmbiguousTon));
    assert_eq!(express(0, Unit::Ton), Err(E::AmbiguousTon));
}

#[test]
fn a_stored_text_that_is_no_amount_is_an_error_and_no_panic() {
    for text in ["", "-5", "é", "1e3", "99999999999999999999999999999999999999999"] {
        let amount = Amount::from_stored(text.to_owned());
        assert!(normalize(&amount, Unit::Gram).is_err(), "{text}");
    }
    let kept = Amount::from_stored("007.50".to_owned());
    assert_eq!(normalize(&kept, Unit::Gram), Ok(7_500_000));
}

#[test]
fn expresses_exactly_where_the_digits_end_and_says_where_they_do_not() {
    for (base_units, unit, text, exact) in [
        (0, Unit::Kilogram, "0", true),
        (0, Unit::Pound, "0", true),
        (1, Unit::Tonne, "0.000000000001", true),
        (1, Unit::CubicMetre, "0.000000001", true),
        (1_000, Unit::Milligram, "1", true),
        (1_000_000_000_000, Unit::Gram, "1000000", true),
        (226_796_185, Unit::Pound, "0.5", true),
        (226_796_186, Unit::Pound, "0.500000002", false),
        (1_000_000_000, Unit::Pound, "2.204622622", false),
        (453_592_369, Unit::Pound, "0.999999998", false),
        (1_016_046_908_799, Unit::LongTon, "1.000000000", false),
        (1, Unit::LongTon, "0.000000000", false),
        (1_000_000_000, Unit::Ounce, "35.273961950", false),
        (28_349_523_125, Unit::Ounce, "1000", true),
        (295_735_295_625, Unit::UsFluidOunce, "10000000", true),
        (3, Unit::Tablet, "3", true),
        (-1_500_000_000, Unit::Kilogram, "-1.5", true),
        (i128::MAX, Unit::Unit, "170141183460469231731687303715884105727", true),
        (i128::MIN, Unit::Kilogram, "-170141183460469231731687303715.884105728", true),
    ] {
        assert_eq!(expressed(base_units, unit), (text.to_owned(), exact), "{base_units} {unit:?}");
    }
}

#[test]
fn any_sum_is_expressed_in_any_unit() {
    for unit in accepted() {
        for base_units in [i128::MIN, i128::MIN + 1, -1, 1, i128::MAX - 1, i128::MAX] {
            let text = expressed(base_units, unit).0;
            assert_eq!(text.starts_with('-'), base_units < 0, "{text} {unit:?}");
        }
    }
}

#[test]
fn a_quantity_survives_the_ledger_and_a_wrong_amount_does_not_enter_by_it() {
    let amount = Amount::parse("390.0").unwrap();
    let method = Some(Method::Weighed);
    let quantity = Quantity::new(amount, Unit::Pound, Bound::AtLeast, Basis::Net, method).unwrap();
    let json = serde_json::to_string(&quantity).unwrap();
    assert_eq!(
        json,
        concat!(
            r#"{"amount":"390.0","unit":"POUND","bound":"AT_LEAST","basis":"NET","#,
            r#""method":"WEIGHED","normalized":176901024300}"#
        )
    );
    assert_eq!(serde_json::from_str::<Quantity>(&json).unwrap(), quantity);
    let wrong = serde_json::from_str::<Quantity>(&json.replace("390.0", "3,90"));
    assert!(wrong.unwrap_err().to_string().contains("comma"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_text_makes_it_panic(text in prop_oneof!["[0-9.,eE+\\- -]{0,42}", ".{0,45}"]) {
        for unit in Unit::ALL {
            let _ = normal(&text, *unit);
            let _ = normalize(&Amount::from_stored(text.clone()), *unit);
        }
    }

    #[test]
    fn what_is_accepted_is_what_the_grammar_says(text in "[0-9]{0,22}\\.?[0-9]{0,22}") {
        let digits = text.replace('.', "");
        let shaped = text.as_bytes().first().is_some_and(u8::is_ascii_digit)
            && text.as_bytes().last().is_some_and(u8::is_ascii_digit);
        let fits = text.len() <= 40 && digits.trim_start_matches('0').len() <= 18;
        prop_assert_eq!(Amount::parse(&text).is_ok(), shaped && fits, "{}", text);
    }

    /// Holds the result against the definition, by products alone: it is the nearest whole number,
    /// and even when two are as near.
    #[test]
    fn normalises_to_the_nearest_and_the_even_of_two(
        mantissa in 0..10_u64.pow(18), decimals in 0_usize..=11,
        unit in proptest::sample::select(accepted().collect::<Vec<_>>()),
    ) {
        let (numerator, denominator) = published_ratio(unit);
        let divisor = denominator * 10_u128.pow(u32::try_from(decimals).unwrap());
        let exact = u128::from(mantissa) * numerator;
        match normal(&written(mantissa, decimals), unit) {
            Ok(normalized) => {
                let normalized = u128::try_from(normalized).unwrap();
                let twice_off = 2 * (normalized * divisor).abs_diff(exact);
                prop_assert!(twice_off <= divisor);
                prop_assert!(twice_off < divisor || normalized % 2 == 0);
            }
            Err(error) => {
                prop_assert_eq!(error, E::Overflow(unit));
                prop_assert!(exact / divisor >= i64::MAX as u128);
            }
        }
    }

    #[test]
    fn what_is_expressed_exactly_reads_back_to_the_same(
        base_units in 0..10_i64.pow(16),
        unit in proptest::sample::select(accepted().collect::<Vec<_>>()),
    ) {
        let Expressed { text, exact } = express(i128::from(base_units), unit).unwrap();
        match normal(&text, unit) {
            Ok(read) if exact => prop_assert_eq!(read, base_units),
            // Nine decimals of a ton are a thousandth of a gram.
            Ok(read) => prop_assert!(read.abs_diff(base_units) <= 1_000),
            Err(error) => prop_assert!(matches!(error, E::TooPrecise(_))),
        }
    }
}
