//! Scalars that GraphQL lacks. Numbers that can pass 2^31 travel as text, for `Int` is 32 bits wide
//! for every client.

use crate::domain::dates::{When, format_rfc3339_micros};
use async_graphql::{
    InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value, registry::Registry,
};
use std::borrow::Cow;

/// An instant by RFC 3339. It is read with any offset, to the microsecond, and written in UTC, with
/// six digits of fraction where there is one: `2022-04-08T17:30:00Z`, `2022-04-08T17:30:00.000001Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub i64);

/// An instant by RFC 3339. It is read with any offset, to the microsecond, and written in UTC, with
/// six digits of fraction where there is one: `2022-04-08T17:30:00Z`, `2022-04-08T17:30:00.000001Z`.
#[Scalar(name = "DateTime", specified_by_url = "https://scalars.graphql.org/andimarek/date-time")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        instant(text).map(Self).map_err(InputValueError::custom)
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(_))
    }

    fn to_value(&self) -> Value {
        Value::String(format_rfc3339_micros(self.0))
    }
}

/// An instant as a caller wrote it: a [`DateTime`] that is read where its field is known, so that
/// what is wrong with it is told with the path of the field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Instant(String);

impl Instant {
    /// Microseconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    /// Says what would be right.
    pub fn micros(&self) -> Result<i64, String> {
        instant(&self.0)
    }
}

impl InputType for Instant {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        <DateTime as InputType>::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <DateTime as InputType>::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value.unwrap_or_default() {
            Value::String(text) => Ok(Self(text)),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// Reads one instant, to the microsecond. RFC 3339 is narrower than EDTF: seconds and an offset of
/// hours and minutes are not left out.
fn instant(text: &str) -> Result<i64, String> {
    const BARE: &str = "2022-04-08T17:30:00";
    let wrong =
        |why: &dyn std::fmt::Display| format!("want an instant by RFC 3339 such as {BARE}Z: {why}");
    let offset = text.get(BARE.len()..).unwrap_or_default();
    let offset = offset.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let is_offset = |offset: &str| match offset.as_bytes() {
        [b'Z'] => true,
        [b'+' | b'-', hours @ .., b':', _, _] => hours.len() == 2,
        _ => false,
    };
    if !is_offset(offset) {
        return Err(wrong(&"seconds and an offset of Z or +00:00 are needed"));
    }
    When::parse(text).map(|when| when.earliest_micros()).map_err(|error| wrong(&error))
}

/// A whole number of up to 39 digits as text, for it can pass 2^31: `"430459159130"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BigInt(pub i128);

/// A whole number of up to 39 digits as text, for it can pass 2^31: `"430459159130"`.
#[Scalar(name = "BigInt")]
impl ScalarType for BigInt {
    fn parse(value: Value) -> InputValueResult<Self> {
        let number = match &value {
            Value::String(text) => text.parse().ok(),
            Value::Number(number) => number.as_i64().map(i128::from),
            Value::Null
            | Value::Boolean(_)
            | Value::Enum(_)
            | Value::Binary(_)
            | Value::List(_)
            | Value::Object(_) => None,
        };
        number.map(Self).ok_or_else(|| InputValueError::expected_type(value))
    }

    fn is_valid(value: &Value) -> bool {
        <Self as ScalarType>::parse(value.clone()).is_ok()
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An exact decimal as text, with every digit: `"430.45915913"`. A whole number may stand without
/// quotes; a fraction may not, for it would be read as a float.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal(pub String);

/// An exact decimal as text, with every digit: `"430.45915913"`. A whole number may stand without
/// quotes; a fraction may not, for it would be read as a float.
#[Scalar(name = "Decimal")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) if !number.is_f64() => Ok(Self(number.to_string())),
            Value::Null
            | Value::Number(_)
            | Value::Boolean(_)
            | Value::Enum(_)
            | Value::Binary(_)
            | Value::List(_)
            | Value::Object(_) => Err(InputValueError::expected_type(value)),
        }
    }

    fn is_valid(value: &Value) -> bool {
        match value {
            Value::String(_) => true,
            Value::Number(number) => !number.is_f64(),
            Value::Null
            | Value::Boolean(_)
            | Value::Enum(_)
            | Value::Binary(_)
            | Value::List(_)
            | Value::Object(_) => false,
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A time as reports know it, by EDTF (ISO 8601-2): `2019`, `2019-10`, `2019-10-15?`,
/// `2019-10-15T14:30-07:00`, `2019-10/2019-12`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edtf(pub String);

/// A time as reports know it, by EDTF (ISO 8601-2): `2019`, `2019-10`, `2019-10-15?`,
/// `2019-10-15T14:30-07:00`, `2019-10/2019-12`.
#[Scalar(name = "EDTF", specified_by_url = "https://www.loc.gov/standards/datetime/")]
impl ScalarType for Edtf {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            Value::Null
            | Value::Number(_)
            | Value::Boolean(_)
            | Value::Enum(_)
            | Value::Binary(_)
            | Value::List(_)
            | Value::Object(_) => Err(InputValueError::expected_type(value)),
        }
    }

    fn is_valid(value: &Value) -> bool {
        matches!(value, Value::String(_))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<S: ScalarType>(value: impl Into<Value>) -> Option<Value> {
        let value = value.into();
        let read = S::parse(value.clone()).ok().map(|scalar| scalar.to_value());
        // What is of the wrong type is refused before anything is read.
        assert!(S::is_valid(&value) || read.is_none(), "{value}");
        read
    }

    #[test]
    fn an_instant_is_read_with_any_offset_and_written_in_utc() {
        for (written, shown) in [
            ("2022-04-08T17:30:00Z", "2022-04-08T17:30:00Z"),
            ("2022-04-08T10:30:00-07:00", "2022-04-08T17:30:00Z"),
            ("2022-04-08T17:30:00.000001Z", "2022-04-08T17:30:00.000001Z"),
            ("2022-04-08T17:30:00.5+00:00", "2022-04-08T17:30:00.500000Z"),
            ("0001-01-01T00:00:00.000000Z", "0001-01-01T00:00:00Z"),
            ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
        ] {
            let again = Some(Value::from(shown));
            assert_eq!(read::<DateTime>(written), again, "{written}");
            assert_eq!(read::<DateTime>(shown), again, "{shown}");
        }
    }

    #[test]
    fn what_is_no_instant_by_rfc_3339_is_refused() {
        for wrong in [
            "",
            "yesterday",
            "2022",
            "2022-04-08",
            "2022-04-08T17:30Z",
            "2022-04-08T17:30:00",
            "2022-04-08T17:30:00-07",
            "2022-04-08T17:30:00-0700",
            "2022-04-08T17:30:00-07:00?",
            "2022-04-08T17:30:00Z?",
            "2022-04-08T17:30:00Z/2022-04-09T17:30:00Z",
            "2022-04-08 17:30:00Z",
            "2022-04-08T17:30:60Z",
            "2022-02-30T17:30:00Z",
            "2022-04-08T17:30:00.1234567Z",
            "2022-04-08T17:30:00.Z",
            "2022-04-08T17:30:00é07:00",
            "2022-04-08T17:30:0é-07:00",
        ] {
            assert_eq!(read::<DateTime>(wrong), None, "{wrong}");
            let said = Instant(wrong.to_owned()).micros().unwrap_err();
            assert!(said.starts_with("want an instant by RFC 3339 such as"), "{said}");
        }
        assert_eq!(read::<DateTime>(1_649_439_000), None);
    }

    #[test]
    fn a_decimal_keeps_every_digit_and_is_never_a_float() {
        let text = "0.100000000000000001";
        assert_eq!(read::<Decimal>(text), Some(Value::from(text)));
        assert_eq!(read::<Decimal>(390), Some(Value::from("390")));
        for float in [1.5, 390.0, 1e300] {
            assert_eq!(read::<Decimal>(float), None, "{float}");
        }
        assert_eq!(read::<Decimal>(true), None);
    }

    #[test]
    fn a_whole_number_passes_the_width_of_an_int() {
        let text = i128::MAX.to_string();
        assert_eq!(read::<BigInt>(text.as_str()), Some(Value::from(text)));
        assert_eq!(read::<BigInt>(-7), Some(Value::from("-7")));
        for wrong in ["", "1.5", "1e3", "170141183460469231731687303715884105728"] {
            assert_eq!(read::<BigInt>(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_date_is_text() {
        assert_eq!(read::<Edtf>("2019-10-15?"), Some(Value::from("2019-10-15?")));
        assert_eq!(read::<Edtf>(2019), None);
    }
}
