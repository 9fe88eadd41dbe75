use super::*;
use proptest::prelude::*;

fn normal(text: &str, unit: Unit) -> Result<i64, QuantityError> {
    normalize(&Amount::parse(text)?, unit)
}

#[test]
fn the_check_figures_hold_to_the_microgram() {
    let pounds = ["390", "425", "125", "9"].map(|text| normal(text, Unit::Pound).unwrap());
    assert_eq!(pounds, [176_901_024_300, 192_776_757_250, 56_699_046_250, 4_082_331_330]);
    assert_eq!(pounds.iter().sum::<i64>(), 430_459_159_130);
    assert_eq!(normal("949", Unit::Pound), Ok(430_459_159_130));
    assert_eq!(normal("1.1", Unit::Tonne), Ok(1_100_000_000_000));
}

#[test]
fn every_factor_is_the_published_one() {
    for (unit, million) in [
        (Unit::Microgram, 1_000_000),
        (Unit::Gram, 1_000_000_000_000),
        (Unit::Ounce, 28_349_523_125_000),
        (Unit::TroyOunce, 31_103_476_800_000),
        (Unit::Grain, 64_798_910_000),
        (Unit::Stone, 6_350_293_180_000_000),
        (Unit::ShortTon, 907_184_740_000_000_000),
        (Unit::LongTon, 1_016_046_908_800_000_000),
        (Unit::UsGallon, 3_785_411_784_000),
        (Unit::UsFluidOunce, 29_573_529_562),
        (Unit::ImperialGallon, 4_546_090_000_000),
        (Unit::CubicMetre, 1_000_000_000_000_000),
        (Unit::Tablet, 1_000_000),
    ] {
        assert_eq!(normal("1000000", unit), Ok(million), "{unit:?}");
    }
}

#[test]
fn ties_round_to_the_even_digit() {
    for (text, want) in [("0.5", 0), ("1.5", 2), ("2.5", 2), ("3.5", 4), ("2.51", 3), ("2.49", 2)] {
        assert_eq!(normal(text, Unit::Microgram), Ok(want), "{text}");
    }
    assert_eq!(normal("0.0000005", Unit::Gram), Ok(0));
    assert_eq!(normal("0.0000015", Unit::Gram), Ok(2));
}

#[test]
fn refuses_what_is_not_an_amount() {
    use QuantityError as E;
    let long = "1".repeat(41);
    for (text, want) in [
        ("", E::Empty),
        (long.as_str(), E::TooLong),
        ("-1", E::Negative),
        ("NaN", E::NotFinite),
        ("-inf", E::NotFinite),
        ("Infinity", E::NotFinite),
        ("1,5", E::Comma),
        ("1.000,5", E::Comma),
        ("+1", E::Syntax),
        ("1e3", E::Syntax),
        (".5", E::Syntax),
        ("5.", E::Syntax),
        ("1.2.3", E::Syntax),
        (" 1", E::Syntax),
        ("١", E::Syntax),
        ("1234567890123456789", E::TooPrecise(19)),
        ("1.000000000000000000", E::TooPrecise(19)),
    ] {
        assert_eq!(Amount::parse(text), Err(want), "{text}");
    }
    assert_eq!(normal("1", Unit::Ton), Err(E::AmbiguousTon));
    assert_eq!(normal("2.5", Unit::Tablet), Err(E::FractionalCount("TABLET")));
    assert_eq!(normal("9223372036855", Unit::Gram), Err(E::Overflow));
    assert_eq!(normal("999999999999999999", Unit::LongTon), Err(E::Overflow));
}

#[test]
fn accepts_what_is_written_with_care() {
    assert_eq!(normal("0", Unit::Kilogram), Ok(0));
    assert_eq!(normal("007.50", Unit::Gram), Ok(7_500_000));
    assert_eq!(normal("3.0", Unit::Tablet), Ok(3));
    assert_eq!(normal("9223372036854.775807", Unit::Gram), Err(QuantityError::TooPrecise(19)));
    assert_eq!(normal("9223372036854.77580", Unit::Gram), Ok(9_223_372_036_854_775_800));
    assert_eq!(Amount::parse("007.50").unwrap().as_str(), "007.50");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in ".{0,45}") {
        for unit in Unit::ALL {
            let _ = normal(&text, *unit);
        }
    }

    /// Long division, digit by digit, knows nothing of the arithmetic under test.
    #[test]
    fn agrees_with_long_division(mantissa in 0_u64..1_000_000_000_000, scale in 0_usize..12) {
        let digits = format!("{mantissa:0>width$}", width = scale + 1);
        let (whole, fraction) = digits.split_at(digits.len() - scale);
        let text = if scale == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") };
        let product = u128::from(mantissa) * 453_592_370;
        let divisor = 10_u128.pow(u32::try_from(scale).unwrap());
        let (quotient, rest) = (product / divisor, product % divisor);
        let up = rest * 2 > divisor || (rest * 2 == divisor && quotient % 2 == 1);
        let want = i64::try_from(quotient + u128::from(up)).ok();
        prop_assert_eq!(normal(&text, Unit::Pound).ok(), want);
    }
}
