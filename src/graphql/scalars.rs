//! Scalars that GraphQL lacks. Numbers that can pass 2^31 travel as text, for `Int` is 32 bits wide
//! for every client.

use crate::domain::dates::format_rfc3339_micros;
use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};

/// An instant by RFC 3339, in UTC and to the microsecond: `2022-04-08T17:30:00.000000Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DateTime(pub i64);

/// An instant by RFC 3339, in UTC and to the microsecond: `2022-04-08T17:30:00.000000Z`.
#[Scalar(name = "DateTime", specified_by_url = "https://scalars.graphql.org/andimarek/date-time")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        instant(text).map(Self).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        Value::String(format_rfc3339_micros(self.0))
    }
}

/// Reads one instant, to the microsecond.
fn instant(text: &str) -> Result<i64, String> {
    use crate::domain::dates::When;
    let wrong =
        || format!("want an instant by RFC 3339 such as 2022-04-08T17:30:00Z, not {text:?}");
    let has_offset = text.ends_with('Z') || text.rfind(['+', '-']).is_some_and(|at| at > 18);
    if !has_offset || text.len() < 20 || text.contains('/') {
        return Err(wrong());
    }
    When::parse(text).map(|when| when.earliest_micros()).map_err(|_| wrong())
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

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An exact decimal as text, with every digit: `"430.45915913"`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal(pub String);

/// An exact decimal as text, with every digit: `"430.45915913"`.
#[Scalar(name = "Decimal")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            Value::Number(number) => Ok(Self(number.to_string())),
            Value::Null
            | Value::Boolean(_)
            | Value::Enum(_)
            | Value::Binary(_)
            | Value::List(_)
            | Value::Object(_) => Err(InputValueError::expected_type(value)),
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

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}
