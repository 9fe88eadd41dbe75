//! Decimal digits and exact division. Whole numbers of 128 bits only: no float, and no rounding but
//! the last one.

use super::{Amount, QuantityError};
use std::cmp::Ordering;

/// A decimal number that is not negative: `mantissa / 10^scale`. The mantissa is below 10^18, for
/// zeros in front and at the end of the fraction are not in it; the scale is below 40.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    mantissa: u128,
    scale: u32,
}

impl Decimal {
    /// Reads digits with at most one point. This is the only place that says what an amount is.
    pub(super) fn read(text: &str) -> Result<Self, QuantityError> {
        if text.is_empty() {
            return Err(QuantityError::Empty);
        }
        // A character has at least one byte, so most texts are measured without a walk.
        let chars_max = Amount::TEXT_CHARS_MAX;
        if text.len() > chars_max && text.chars().count() > chars_max {
            return Err(QuantityError::TooLong);
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        if !is_digits(whole) || !is_digits(fraction) {
            return Err(fault(text));
        }
        let significant =
            text.bytes().filter(u8::is_ascii_digit).skip_while(|b| *b == b'0').count();
        if significant > Amount::SIGNIFICANT_DIGITS_MAX {
            return Err(QuantityError::TooPrecise(significant));
        }
        Ok(Self::of_digits(whole, fraction.trim_end_matches('0')))
    }

    fn of_digits(whole: &str, fraction: &str) -> Self {
        let digits = whole.bytes().chain(fraction.bytes());
        let mantissa = digits.fold(0, |sum, digit| sum * 10 + u128::from(digit - b'0'));
        let scale = fraction.bytes().map(|_| 1).sum();
        Self { mantissa, scale }
    }

    /// This number times `numerator / denominator`, rounded half-even to a whole number. The
    /// numerator is below 10^13 and the denominator at most 10^7.
    pub(super) fn times(self, numerator: u128, denominator: u128) -> u128 {
        // Below 10^18 times 10^13: it fits the 38 digits of a u128. A divisor that does not fit is
        // so much larger that the quotient rounds to zero.
        let product = self.mantissa * numerator;
        let divisor = 10_u128.checked_pow(self.scale).and_then(|d| d.checked_mul(denominator));
        divisor.map_or(0, |divisor| divide_half_even(product, divisor))
    }
}

fn is_digits(part: &str) -> bool {
    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// What is wrong with a text that is not digits with at most one point between them.
fn fault(text: &str) -> QuantityError {
    let unsigned = text.trim_start_matches(['-', '+']);
    if ["nan", "inf", "infinity"].iter().any(|word| unsigned.eq_ignore_ascii_case(word)) {
        return QuantityError::NotFinite;
    }
    // The typographic minus sign is what a report's text is copied with.
    if text.starts_with(['-', '\u{2212}']) {
        return QuantityError::Negative;
    }
    match text.chars().find(|c| !c.is_ascii_digit() && *c != '.') {
        Some('+') if text.starts_with('+') => QuantityError::Plus,
        Some(',') => QuantityError::Comma,
        Some('e' | 'E') => QuantityError::Exponent,
        Some(c) if c.is_whitespace() => QuantityError::Blank,
        Some(c) => QuantityError::Character(c),
        None => QuantityError::Point,
    }
}

/// The quotient, rounded to the nearest whole number, and to the even one of two as near.
fn divide_half_even(dividend: u128, divisor: u128) -> u128 {
    let (quotient, remainder) = (dividend / divisor, dividend % divisor);
    // Compared with what is left of the divisor, so that nothing is doubled past its range.
    match remainder.cmp(&(divisor - remainder)) {
        Ordering::Less => quotient,
        Ordering::Greater => quotient + 1,
        Ordering::Equal => quotient + quotient % 2,
    }
}

/// Writes `whole + rest / divisor` with a fixed number of decimals, half-even at the last. The rest
/// is less than the divisor, and the divisor below 10^13; decimals are at most 20.
pub(super) fn fixed_point(whole: u128, rest: u128, divisor: u128, decimals: u32) -> String {
    let scale = 10_u128.pow(decimals);
    let fraction = divide_half_even(rest * scale, divisor);
    let width = decimals as usize;
    format!("{}.{:0>width$}", whole + fraction / scale, fraction % scale)
}
