//! Filters as arguments: what is looked at before one is read, and arguments that the plan reads.

use crate::domain::{
    check::{Path, Violations},
    filters::{FILTER_DEPTH_MAX, FILTER_MESSAGES_MAX},
};
use async_graphql::{InputType, InputValueResult, Value, registry::Registry};
use std::{borrow::Cow, fmt, marker::PhantomData};

/// How deep the objects and lists of a filter nest at most: a level is an object and the list or
/// quantifier that it stands in, and below the last level stand `place.withinBox` or `name.anyOf`.
const NESTING_MAX: usize = 2 * FILTER_DEPTH_MAX + 8;

/// A filter that is read only where it is within the limits of filters. Two bytes of an empty object
/// make a kilobyte of a filter, and each level of nesting takes stack.
#[derive(Debug, Clone)]
pub enum Bounded<T> {
    /// It was read.
    Read(Box<T>),
    /// It was not read.
    Excessive(Excess),
}

/// Which limit a filter passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// More than [`FILTER_MESSAGES_MAX`] objects.
    Messages,
    /// Deeper than [`FILTER_DEPTH_MAX`] levels.
    Depth,
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Messages => write!(f, "more than {FILTER_MESSAGES_MAX} messages in the filter"),
            Self::Depth => write!(f, "nested deeper than {FILTER_DEPTH_MAX} levels"),
        }
    }
}

impl<T> Bounded<T> {
    /// The filter, unless it passes a limit.
    pub(super) fn read(self, path: &Path<'_>, violations: &mut Violations) -> Option<Box<T>> {
        match self {
            Self::Read(filter) => Some(filter),
            Self::Excessive(excess) => {
                violations.add(path, excess);
                None
            }
        }
    }
}

/// The limit that a value passes, found without recursion.
fn excess(value: &Value) -> Option<Excess> {
    let mut messages = 0;
    let mut within = vec![(value, 1)];
    while let Some((value, level)) = within.pop() {
        if level > NESTING_MAX {
            return Some(Excess::Depth);
        }
        let is_nested = |inner: &&Value| matches!(inner, Value::Object(_) | Value::List(_));
        match value {
            Value::Object(fields) => {
                messages += 1;
                within.extend(fields.values().filter(is_nested).map(|inner| (inner, level + 1)));
            }
            Value::List(list) => {
                within.extend(list.iter().filter(is_nested).map(|inner| (inner, level + 1)));
            }
            Value::Null
            | Value::Number(_)
            | Value::String(_)
            | Value::Boolean(_)
            | Value::Binary(_)
            | Value::Enum(_) => {}
        }
        if messages > FILTER_MESSAGES_MAX {
            return Some(Excess::Messages);
        }
    }
    None
}

impl<T: InputType> InputType for Bounded<T> {
    type RawValueType = T::RawValueType;

    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match value.as_ref().and_then(excess) {
            Some(excess) => Ok(Self::Excessive(excess)),
            None => Ok(Self::Read(Box::new(
                T::parse(value).map_err(async_graphql::InputValueError::propagate)?,
            ))),
        }
    }

    fn to_value(&self) -> Value {
        match self {
            Self::Read(filter) => filter.to_value(),
            Self::Excessive(_) => Value::Null,
        }
    }

    fn as_raw_value(&self) -> Option<&Self::RawValueType> {
        match self {
            Self::Read(filter) => filter.as_raw_value(),
            Self::Excessive(_) => None,
        }
    }
}

/// An argument that the plan reads: the schema shows it, and the field that has it leaves it alone.
/// Read with the field, it would be read again for every record that the field hangs on.
#[derive(Debug, Clone, Copy)]
pub struct Planned<T>(PhantomData<T>);

impl<T: InputType> InputType for Planned<T> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn qualified_type_name() -> String {
        T::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    fn parse(_value: Option<Value>) -> InputValueResult<Self> {
        Ok(Self(PhantomData))
    }

    fn to_value(&self) -> Value {
        Value::Null
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}
