//! The enumerations of the domain as GraphQL enums: one implementation for all of them, so that no
//! value can be forgotten.

use crate::domain::codes::Code;
use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, Name, OutputType,
    Positioned, ServerResult, Value,
    parser::types::Field,
    registry::{MetaEnumValue, MetaType, MetaTypeId, Registry},
};
use std::borrow::Cow;

/// A value of an enumeration, on its way in or out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coded<C>(pub C);

impl<C: Code> Coded<C> {
    fn register(registry: &mut Registry) -> String {
        registry.create_input_type::<Self, _>(MetaTypeId::Enum, |_| MetaType::Enum {
            name: name_of(C::TYPE).to_owned(),
            description: described(C::DOC),
            enum_values: C::ALL.iter().map(|value| entry(*value)).collect(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: Some(std::any::type_name::<Self>()),
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        })
    }

    fn value(self) -> Value {
        Value::Enum(Name::new(self.0.name()))
    }
}

/// What an enumeration is called here, where all types stand side by side.
fn name_of(of: &'static str) -> &'static str {
    match of {
        "Key" => "SummaryKey",
        "Figure" => "SummaryFigure",
        other => other,
    }
}

fn entry<C: Code>(value: C) -> (String, MetaEnumValue) {
    let name = value.name().to_owned();
    let meta = MetaEnumValue {
        name: name.clone(),
        description: described(value.doc()),
        deprecation: async_graphql::registry::Deprecation::NoDeprecated,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        directive_invocations: Vec::new(),
    };
    (name, meta)
}

/// Doc comments begin each line with a space.
fn described(doc: &str) -> Option<String> {
    let lines: Vec<&str> = doc.lines().map(str::trim).collect();
    Some(lines.join("\n").trim().to_owned())
}

impl<C: Code> InputType for Coded<C> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(name_of(C::TYPE))
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Self::register(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let value = value.unwrap_or_default();
        let name = match &value {
            Value::Enum(name) => name.as_str(),
            // Variables carry the name as a string.
            Value::String(name) => name.as_str(),
            Value::Null
            | Value::Number(_)
            | Value::Boolean(_)
            | Value::Binary(_)
            | Value::List(_)
            | Value::Object(_) => return Err(InputValueError::expected_type(value)),
        };
        let unknown =
            || InputValueError::custom(format_args!("{name} is not a {}", name_of(C::TYPE)));
        C::from_name(name).map(Self).ok_or_else(unknown)
    }

    fn to_value(&self) -> Value {
        self.value()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<C: Code> OutputType for Coded<C> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(name_of(C::TYPE))
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Self::register(registry)
    }

    async fn resolve(
        &self,
        _ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(self.value())
    }
}
