//! Quantities: the digits as reported, beside an exact normalised value.
//!
//! No float is ever made here, and no digit of a report is rewritten. A mass normalises to
//! micrograms, a volume to microlitres, a count to a count; the three never merge.

mod decimal;

use super::codes::{Code as _, codes};
use decimal::{Decimal, fixed_point};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

codes! {
    /// The unit a quantity was reported in. Every factor is exact.
    ///
    /// The pound is that of the international yard and pound agreement of 1959; ounce, grain, stone
    /// and the short and long tons are whole parts or multiples of it; the US measures of volume
    /// follow from the inch of 25.4 mm of the same agreement (NIST Handbook 44, appendix C; NIST SP
    /// 811, appendix B). Codes are those of UN/ECE Recommendation 20.
    pub enum Unit {
        /// 10^-6 g (SI). Code MC.
        Microgram = 1 => "MICROGRAM",
        /// 10^-3 g (SI). Code MGM.
        Milligram = 2 => "MILLIGRAM",
        /// 10^-3 kg (SI). Code GRM.
        Gram = 3 => "GRAM",
        /// 1,000 g (SI). Code KGM.
        Kilogram = 4 => "KILOGRAM",
        /// The metric ton: 1,000,000 g (accepted with the SI). Code TNE.
        Tonne = 5 => "TONNE",
        /// Avoirdupois pound: 453.59237 g (agreement of 1959). Code LBR.
        Pound = 6 => "POUND",
        /// Avoirdupois ounce, a 16th of a pound: 28.349523125 g. Code ONZ.
        Ounce = 7 => "OUNCE",
        /// US ton of 2,000 lb: 907,184.74 g. Code STN.
        ShortTon = 8 => "SHORT_TON",
        /// UK ton of 2,240 lb: 1,016,046.9088 g. Code LTN.
        LongTon = 9 => "LONG_TON",
        /// 480 grains: 31.1034768 g. Code APZ.
        TroyOunce = 10 => "TROY_OUNCE",
        /// A 7,000th of a pound: 0.06479891 g. Code GRN.
        Grain = 11 => "GRAIN",
        /// 14 lb: 6,350.29318 g. Code STI.
        Stone = 12 => "STONE",
        /// 10^-6 l (SI). Code 4G.
        Microlitre = 20 => "MICROLITRE",
        /// 10^-3 l, one cubic centimetre (SI). Code MLT.
        Millilitre = 21 => "MILLILITRE",
        /// 10^-2 l (SI). Code CLT.
        Centilitre = 22 => "CENTILITRE",
        /// One cubic decimetre (accepted with the SI). Code LTR.
        Litre = 23 => "LITRE",
        /// US liquid gallon of 231 cubic inches: 3,785.411784 ml. Code GLL.
        UsGallon = 24 => "US_GALLON",
        /// A 128th of a US gallon: 29.5735295625 ml. Code OZA.
        UsFluidOunce = 25 => "US_FLUID_OUNCE",
        /// 4,546.09 ml (UK Weights and Measures Act 1985). Code GLI.
        ImperialGallon = 26 => "IMPERIAL_GALLON",
        /// 1,000 l (SI). Code MTQ.
        CubicMetre = 27 => "CUBIC_METRE",
        /// A unit, where no better word for what is counted was reported. Code C62, "one".
        Unit = 40 => "UNIT",
        /// Tablets or pills. Code U2.
        Tablet = 41 => "TABLET",
        /// Capsules.
        Capsule = 42 => "CAPSULE",
        /// Blotter squares.
        Blot = 43 => "BLOT",
        /// Whole plants.
        Plant = 44 => "PLANT",
        /// Seeds.
        Seed = 45 => "SEED",
        /// Packages, bricks or bales of unknown mass.
        Package = 46 => "PACKAGE",
        /// Bottles or flasks.
        Bottle = 47 => "BOTTLE",
        /// Ampoules or vials.
        Ampoule = 48 => "AMPOULE",
        /// Blister packs.
        Blister = 49 => "BLISTER",
        /// Cigarettes or joints.
        Cigarette = 50 => "CIGARETTE",
        /// Doses. Code E27.
        Dose = 51 => "DOSE",
        /// A bare ton: never accepted, because it is three different things. A quantity in it is
        /// refused with an error that names `TONNE`, `SHORT_TON` and `LONG_TON`.
        Ton = 90 => "TON",
    }
}

codes! {
    /// What a quantity measures.
    pub enum Dimension {
        /// Mass, normalised to micrograms.
        Mass = 1 => "MASS",
        /// Volume, normalised to microlitres.
        Volume = 2 => "VOLUME",
        /// A count of things.
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
        /// "About", "around".
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

/// One of a unit in base units (micrograms, microlitres, things): `numerator / denominator`, at
/// least one, the numerator below 10^13 and the denominator at most 10^7.
struct Factor {
    dimension: Dimension,
    numerator: u128,
    denominator: u128,
}

impl Unit {
    /// What the unit measures; none for the bare ton.
    #[must_use]
    pub fn dimension(self) -> Option<Dimension> {
        self.factor().map(|factor| factor.dimension)
    }

    /// The common code of UN/ECE Recommendation 20; none where it has no current one. What is
    /// counted by its packaging (bottles, ampoules) belongs to Recommendation 21 instead.
    #[must_use]
    pub fn unece_code(self) -> Option<&'static str> {
        Some(match self {
            Self::Microgram => "MC",
            Self::Milligram => "MGM",
            Self::Gram => "GRM",
            Self::Kilogram => "KGM",
            Self::Tonne => "TNE",
            Self::Pound => "LBR",
            Self::Ounce => "ONZ",
            Self::ShortTon => "STN",
            Self::LongTon => "LTN",
            Self::TroyOunce => "APZ",
            Self::Grain => "GRN",
            Self::Stone => "STI",
            Self::Microlitre => "4G",
            Self::Millilitre => "MLT",
            Self::Centilitre => "CLT",
            Self::Litre => "LTR",
            Self::UsGallon => "GLL",
            Self::UsFluidOunce => "OZA",
            Self::ImperialGallon => "GLI",
            Self::CubicMetre => "MTQ",
            Self::Unit => "C62",
            Self::Tablet => "U2",
            Self::Dose => "E27",
            Self::Capsule
            | Self::Blot
            | Self::Plant
            | Self::Seed
            | Self::Package
            | Self::Bottle
            | Self::Ampoule
            | Self::Blister
            | Self::Cigarette
            | Self::Ton => return None,
        })
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

    /// The most whole units that a normalised value holds, for the words of an error.
    fn whole_max(self) -> u128 {
        let most = u128::from(i64::MAX.unsigned_abs());
        self.factor().map_or(0, |factor| most * factor.denominator / factor.numerator)
    }
}

/// Why something is not a quantity, and what would be.
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
    /// The number has a plus sign.
    #[error("has a sign: want the digits alone")]
    Plus,
    /// The text is NaN or an infinity.
    #[error("not a number: want decimal digits, or leave the quantity unset when it is not known")]
    NotFinite,
    /// The text has a decimal comma or a separator of thousands.
    #[error("has a comma: write a point before the fraction and no separator of thousands")]
    Comma,
    /// The text has an exponent.
    #[error("has an exponent: write all digits, 1500 and not 1.5e3")]
    Exponent,
    /// The text has a blank, before, after or as a separator of thousands.
    #[error("has a blank: want digits with at most one point, such as 1500 or 1.1")]
    Blank,
    /// The text has more than one point, or a point without a digit on each side.
    #[error("a point stands once and between digits: want 0.5, not .5 or 5., and 1000, not 1.0.00")]
    Point,
    /// The text has a character that is neither a digit nor a point.
    #[error("has {0:?}: want the digits 0 to 9 with at most one point, such as 390 or 1.1")]
    Character(char),
    /// More digits than any measurement has.
    #[error("{0} significant digits: at most {max}", max = Amount::SIGNIFICANT_DIGITS_MAX)]
    TooPrecise(usize),
    /// The normalised value does not fit in 64 bits.
    #[error("too large: want at most {} {}", .0.whole_max(), .0.name())]
    Overflow(Unit),
    /// The unit is a bare ton.
    #[error("a bare ton is three different things: want TONNE, SHORT_TON or LONG_TON")]
    AmbiguousTon,
}

/// A number as reported: decimal digits, kept as written. Two amounts are equal when they are
/// written alike: `7.5` and `7.50` are different reports of one value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Amount {
    text: String,
}

impl Amount {
    /// Digits from the first that is not zero to the last. Zeros at the end count, for they say how
    /// finely it was measured; zeros in front do not.
    pub const SIGNIFICANT_DIGITS_MAX: usize = 18;
    /// Longest text, in characters.
    pub const TEXT_CHARS_MAX: usize = 40;

    /// Reads a number: digits, and at most one point with digits on each side.
    ///
    /// # Errors
    /// Says what is wrong and what would be right.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        Decimal::read(text)?;
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
}

impl From<Amount> for String {
    /// The digits as written.
    fn from(amount: Amount) -> Self {
        amount.text
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Decimal::read(&text).map_err(serde::de::Error::custom)?;
        Ok(Self { text })
    }
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
    /// How the number was found; none when that was not reported.
    pub method: Option<Method>,
    /// Micrograms, microlitres or a count, by [`Quantity::dimension`]. Never negative.
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
        // No quantity is made in bare tons, and each of the three things they may be is a mass.
        self.unit.dimension().unwrap_or(Dimension::Mass)
    }
}

/// The amount in micrograms, microlitres or things: exact, rounded half-even at the last digit.
///
/// Counts follow the same rule. Publishers do report fractions of things, where a count was
/// estimated from a mass or a case was split in two (`24570.83333` and `35416.5` tablets); to
/// refuse them would lose the report, or make the importer rewrite it. The digits stay beside the
/// count.
///
/// # Errors
/// A bare ton, more than an i64 holds, or a stored text that is not an amount.
pub fn normalize(amount: &Amount, unit: Unit) -> Result<i64, QuantityError> {
    let factor = unit.factor().ok_or(QuantityError::AmbiguousTon)?;
    let decimal = Decimal::read(amount.as_str())?;
    let base_units = decimal.times(factor.numerator, factor.denominator);
    i64::try_from(base_units).map_err(|_| QuantityError::Overflow(unit))
}

/// Base units written in another unit, as decimal text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expressed {
    /// Decimal digits, with a minus sign in front when negative. When exact, without zeros at the
    /// end of the fraction; otherwise with 9 decimals.
    pub text: String,
    /// Whether the text is the very value. A mass in kilograms always is; one in pounds seldom.
    pub exact: bool,
}

/// Decimals that write any value exactly that has a finite expansion: a microgram in tonnes takes
/// all of them.
const EXACT_DECIMALS: u32 = 12;
/// Decimals of a value without a finite expansion.
const ROUNDED_DECIMALS: u32 = 9;

/// Writes a sum of base units (micrograms, microlitres, things) in a unit of their dimension:
/// 1,276,901,024,300 micrograms in kilograms are `1276.9010243`. Any sum is in range.
///
/// # Errors
/// A bare ton.
pub fn express(base_units: i128, unit: Unit) -> Result<Expressed, QuantityError> {
    let Factor { dimension: _, numerator, denominator } =
        unit.factor().ok_or(QuantityError::AmbiguousTon)?;
    let magnitude = base_units.unsigned_abs();
    // Divided before it is multiplied, so that no product passes the sum itself: no unit is smaller
    // than its base unit.
    let rest = magnitude % numerator * denominator;
    let whole = magnitude / numerator * denominator + rest / numerator;
    let rest = rest % numerator;
    let exact = (rest * 10_u128.pow(EXACT_DECIMALS)).is_multiple_of(numerator);
    let decimals = if exact { EXACT_DECIMALS } else { ROUNDED_DECIMALS };
    let sign = if base_units < 0 { "-" } else { "" };
    let digits = fixed_point(whole, rest, numerator, decimals);
    let digits = if exact { digits.trim_end_matches('0').trim_end_matches('.') } else { &digits };
    Ok(Expressed { text: format!("{sign}{digits}"), exact })
}

/// Base units in a unit of their dimension as a float, for charts: no sum is ever made of it.
///
/// # Errors
/// A bare ton.
#[expect(clippy::cast_precision_loss, reason = "the exact digits stand beside it")]
pub fn approximate(base_units: i128, unit: Unit) -> Result<f64, QuantityError> {
    let Factor { dimension: _, numerator, denominator } =
        unit.factor().ok_or(QuantityError::AmbiguousTon)?;
    Ok(base_units as f64 * denominator as f64 / numerator as f64)
}

#[cfg(test)]
mod tests;
