//! Quantities: the digits as reported, beside an exact normalised value.
//!
//! No float is ever made here. A mass normalises to micrograms, a volume to microlitres, a count to
//! a count; the three never merge.

use super::codes::{Code as _, codes};
use serde::{Deserialize, Serialize};

codes! {
    /// The unit a quantity was reported in. The factors of pound, ounce, grain, stone and the tons
    /// follow the international yard and pound agreement of 1959 (NIST Handbook 44, appendix C).
    pub enum Unit {
        /// 10^-6 g.
        Microgram = 1 => "MICROGRAM",
        /// 10^-3 g.
        Milligram = 2 => "MILLIGRAM",
        /// Gram.
        Gram = 3 => "GRAM",
        /// 1,000 g.
        Kilogram = 4 => "KILOGRAM",
        /// 1,000,000 g.
        Tonne = 5 => "TONNE",
        /// 453.59237 g.
        Pound = 6 => "POUND",
        /// 28.349523125 g.
        Ounce = 7 => "OUNCE",
        /// 907,184.74 g.
        ShortTon = 8 => "SHORT_TON",
        /// 1,016,046.9088 g.
        LongTon = 9 => "LONG_TON",
        /// 31.1034768 g.
        TroyOunce = 10 => "TROY_OUNCE",
        /// 0.06479891 g.
        Grain = 11 => "GRAIN",
        /// 6,350.29318 g.
        Stone = 12 => "STONE",
        /// 10^-6 l.
        Microlitre = 20 => "MICROLITRE",
        /// 10^-3 l.
        Millilitre = 21 => "MILLILITRE",
        /// 10^-2 l.
        Centilitre = 22 => "CENTILITRE",
        /// Litre.
        Litre = 23 => "LITRE",
        /// 3,785.411784 ml (231 cubic inches).
        UsGallon = 24 => "US_GALLON",
        /// 29.5735295625 ml (a 128th of a US gallon).
        UsFluidOunce = 25 => "US_FLUID_OUNCE",
        /// 4,546.09 ml (UK Units of Measurement Regulations 1995).
        ImperialGallon = 26 => "IMPERIAL_GALLON",
        /// 1,000 l.
        CubicMetre = 27 => "CUBIC_METRE",
        /// A unit, where no better word was reported.
        Unit = 40 => "UNIT",
        /// Tablets or pills.
        Tablet = 41 => "TABLET",
        /// Capsules.
        Capsule = 42 => "CAPSULE",
        /// Blotter squares.
        Blot = 43 => "BLOT",
        /// Whole plants.
        Plant = 44 => "PLANT",
        /// Seeds.
        Seed = 45 => "SEED",
        /// Packages of unknown mass.
        Package = 46 => "PACKAGE",
        /// Bottles or flasks.
        Bottle = 47 => "BOTTLE",
        /// Ampoules or vials.
        Ampoule = 48 => "AMPOULE",
        /// Blister packs.
        Blister = 49 => "BLISTER",
        /// Cigarettes or joints.
        Cigarette = 50 => "CIGARETTE",
        /// Doses.
        Dose = 51 => "DOSE",
        /// A bare ton: never accepted, because it is three different things.
        Ton = 90 => "TON",
    }
}

codes! {
    /// What a quantity measures.
    pub enum Dimension {
        /// Normalised to micrograms.
        Mass = 1 => "MASS",
        /// Normalised to microlitres.
        Volume = 2 => "VOLUME",
        /// A count.
        Count = 3 => "COUNT",
    }
}

codes! {
    /// How the reported number bounds the true one.
    pub enum Bound {
        /// The number itself.
        Exact = 1 => "EXACT",
        /// "More than", "at least".
        AtLeast = 2 => "AT_LEAST",
        /// "Less than", "up to".
        AtMost = 3 => "AT_MOST",
        /// "About".
        About = 4 => "ABOUT",
    }
}

codes! {
    /// Whether packaging is part of the number.
    pub enum Basis {
        /// With its packaging.
        Gross = 1 => "GROSS",
        /// Without packaging.
        Net = 2 => "NET",
        /// Reported without saying which.
        Unknown = 3 => "UNKNOWN",
    }
}

codes! {
    /// How the number was found.
    pub enum Method {
        /// Weighed or measured.
        Weighed = 1 => "WEIGHED",
        /// Estimated.
        Estimated = 2 => "ESTIMATED",
        /// Packages counted and multiplied.
        PackageCount = 3 => "PACKAGE_COUNT",
        /// Determined by a laboratory.
        Laboratory = 4 => "LABORATORY",
        /// As declared by a carrier or owner.
        Declared = 5 => "DECLARED",
    }
}

/// One of a unit in base units (micrograms, microlitres, things): `numerator / denominator`.
struct Factor {
    dimension: Dimension,
    numerator: i128,
    denominator: i128,
}

impl Unit {
    /// What the unit measures; none for the bare ton.
    #[must_use]
    pub fn dimension(self) -> Option<Dimension> {
        self.factor().map(|factor| factor.dimension)
    }

    fn factor(self) -> Option<Factor> {
        use Dimension::{Count, Mass, Volume};
        let (dimension, numerator, denominator) = match self {
            Self::Microgram => (Mass, 1, 1),
            Self::Milligram => (Mass, 1_000, 1),
            Self::Gram => (Mass, 1_000_000, 1),
            Self::Kilogram => (Mass, 1_000_000_000, 1),
            Self::Tonne => (Mass, 1_000_000_000_000, 1),
            Self::Pound => (Mass, 453_592_370, 1),
            Self::Ounce => (Mass, 28_349_523_125, 1_000),
            Self::ShortTon => (Mass, 907_184_740_000, 1),
            Self::LongTon => (Mass, 1_016_046_908_800, 1),
            Self::TroyOunce => (Mass, 311_034_768, 10),
            Self::Grain => (Mass, 6_479_891, 100),
            Self::Stone => (Mass, 6_350_293_180, 1),
            Self::Microlitre => (Volume, 1, 1),
            Self::Millilitre => (Volume, 1_000, 1),
            Self::Centilitre => (Volume, 10_000, 1),
            Self::Litre => (Volume, 1_000_000, 1),
            Self::UsGallon => (Volume, 3_785_411_784, 1_000),
            Self::UsFluidOunce => (Volume, 295_735_295_625, 10_000_000),
            Self::ImperialGallon => (Volume, 4_546_090, 1),
            Self::CubicMetre => (Volume, 1_000_000_000, 1),
            Self::Unit
            | Self::Tablet
            | Self::Capsule
            | Self::Blot
            | Self::Plant
            | Self::Seed
            | Self::Package
            | Self::Bottle
            | Self::Ampoule
            | Self::Blister
            | Self::Cigarette
            | Self::Dose => (Count, 1, 1),
            Self::Ton => return None,
        };
        Some(Factor { dimension, numerator, denominator })
    }
}

/// Why something is not a quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// The text is empty.
    #[error("required: want decimal digits such as 390 or 1.1")]
    Empty,
    /// The text is longer than any number that is kept.
    #[error("longer than {} characters", Amount::TEXT_CHARS_MAX)]
    TooLong,
    /// The number is negative.
    #[error("negative: want zero or more")]
    Negative,
    /// The text is NaN or an infinity.
    #[error("not a number: want decimal digits, or leave the quantity unset when it is not known")]
    NotFinite,
    /// The text has a decimal comma or a separator of thousands.
    #[error("has a comma: write a point before the fraction and no separator of thousands")]
    Comma,
    /// The text is something else than digits and a point.
    #[error("not a decimal number: want digits with at most one point, such as 390 or 1.1")]
    Syntax,
    /// More digits than any measurement has.
    #[error("{0} significant digits: at most {max}", max = Amount::SIGNIFICANT_DIGITS_MAX)]
    TooPrecise(usize),
    /// The normalised value does not fit.
    #[error("too large: want at most 9,223,372,036,854,775,807 micrograms, microlitres or things")]
    Overflow,
    /// Part of a thing that is counted.
    #[error("a fraction of what is counted by the {0}: want a whole number")]
    FractionalCount(&'static str),
    /// The unit is a bare ton.
    #[error("a bare ton is three different things: want TONNE, SHORT_TON or LONG_TON")]
    AmbiguousTon,
}

/// A number as reported: decimal digits, kept as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Amount {
    text: String,
}

impl Amount {
    /// Digits from the first that is not zero to the last.
    pub const SIGNIFICANT_DIGITS_MAX: usize = 18;
    /// Longest text.
    pub const TEXT_CHARS_MAX: usize = 40;

    /// Reads a number.
    ///
    /// # Errors
    /// Says what is wrong and what would be right.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        if text.is_empty() {
            return Err(QuantityError::Empty);
        }
        if text.len() > Self::TEXT_CHARS_MAX {
            return Err(QuantityError::TooLong);
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) {
            return Err(syntax_error(text));
        }
        let significant = significant_digits(text);
        if significant > Self::SIGNIFICANT_DIGITS_MAX {
            return Err(QuantityError::TooPrecise(significant));
        }
        Ok(Self { text: text.to_owned() })
    }

    /// Takes a number that the store kept; it was parsed when it was written.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self { text }
    }

    /// The digits as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The digits without the point, and how many of them follow it. Zeros at the end of a fraction
    /// carry no value and are left out, so that the mantissa has at most 40 digits less the scale.
    fn mantissa_and_scale(&self) -> Option<(i128, u32)> {
        let (whole, fraction) = self.text.split_once('.').unwrap_or((&self.text, ""));
        let fraction = fraction.trim_end_matches('0');
        let mantissa = whole.bytes().chain(fraction.bytes()).try_fold(0_i128, |sum, digit| {
            sum.checked_mul(10)?.checked_add(i128::from(digit - b'0'))
        })?;
        Some((mantissa, u32::try_from(fraction.len()).ok()?))
    }
}

fn syntax_error(text: &str) -> QuantityError {
    let unsigned = text.trim_start_matches(['-', '+']);
    if ["nan", "inf", "infinity"].iter().any(|word| unsigned.eq_ignore_ascii_case(word)) {
        return QuantityError::NotFinite;
    }
    match text {
        _ if text.starts_with('-') => QuantityError::Negative,
        _ if text.contains(',') => QuantityError::Comma,
        _ => QuantityError::Syntax,
    }
}

/// Digits from the first that is not zero on; zeros at the end of a fraction count, for they say
/// how fine the measurement was, and zeros at the end of a whole number do too.
fn significant_digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).skip_while(|digit| *digit == b'0').count()
}

/// A quantity as reported, beside its normalised value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantity {
    /// The number as reported.
    pub amount: Amount,
    /// The unit as reported.
    pub unit: Unit,
    /// How the number bounds the true one.
    pub bound: Bound,
    /// Whether packaging is part of the number.
    pub basis: Basis,
    /// How the number was found.
    pub method: Option<Method>,
    /// Micrograms, microlitres or a count, by [`Quantity::dimension`].
    pub normalized: i64,
}

impl Quantity {
    /// A quantity as reported; its normalised value is computed here and nowhere else.
    ///
    /// # Errors
    /// See [`normalize`].
    pub fn new(
        amount: Amount,
        unit: Unit,
        bound: Bound,
        basis: Basis,
        method: Option<Method>,
    ) -> Result<Self, QuantityError> {
        let normalized = normalize(&amount, unit)?;
        Ok(Self { amount, unit, bound, basis, method, normalized })
    }

    /// What the quantity measures.
    #[must_use]
    pub fn dimension(&self) -> Dimension {
        // A quantity in bare tons does not exist: `normalize` refuses it.
        self.unit.dimension().unwrap_or(Dimension::Mass)
    }
}

/// The amount in micrograms, microlitres or things: exact, half-even at the last digit. A count
/// must be whole: half a tablet is a report about mass, and no total of tablets should hold it.
///
/// # Errors
/// A bare ton, a fraction of a thing, or more than an i64 holds.
pub fn normalize(amount: &Amount, unit: Unit) -> Result<i64, QuantityError> {
    let factor = unit.factor().ok_or(QuantityError::AmbiguousTon)?;
    let (mantissa, scale) = amount.mantissa_and_scale().ok_or(QuantityError::Overflow)?;
    if factor.dimension == Dimension::Count && scale > 0 {
        return Err(QuantityError::FractionalCount(unit.name()));
    }
    if mantissa == 0 {
        return Ok(0);
    }
    // At most 18 digits by 13 stay far below the 38 digits of an i128; the divisor has at most 39
    // digits, and where it does not fit, the value is below half a base unit.
    let product = mantissa.checked_mul(factor.numerator).ok_or(QuantityError::Overflow)?;
    let divisor = 10_i128.checked_pow(scale).and_then(|d| d.checked_mul(factor.denominator));
    let rounded = divisor.map_or(0, |divisor| divide_half_even(product, divisor));
    i64::try_from(rounded).map_err(|_| QuantityError::Overflow)
}

/// The quotient of two numbers that are not negative, rounded half-even.
fn divide_half_even(dividend: i128, divisor: i128) -> i128 {
    let (quotient, remainder) = (dividend / divisor, dividend % divisor);
    // Compared with what is left of the divisor, so that nothing is doubled past its range.
    match remainder.cmp(&(divisor - remainder)) {
        std::cmp::Ordering::Less => quotient,
        std::cmp::Ordering::Greater => quotient + 1,
        std::cmp::Ordering::Equal => quotient + (quotient & 1),
    }
}

#[cfg(test)]
mod tests;
