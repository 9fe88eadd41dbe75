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
        "AgencySort" => "AgencySortField",
        "SensorSort" => "SensorSortField",
        "OperationSort" => "OperationSortField",
        "SeizureSort" => "SeizureSortField",
        "SubstanceSort" => "SubstanceSortField",
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            agencies::AgencyKind,
            dates::Calendar,
            filters::{
                AgencySort, OperationSort, SeizureSort, SensorSort, SubstanceSort, WhenMode,
            },
            markings::Tlp,
            operation_kinds::{
                Confidence, ConveyanceDisposition, ConveyanceKind, DetectionRole, Domain, Outcome,
                ParticipantRole, StepKind, TargetKind, WaypointKind,
            },
            places::PlaceKind,
            quantities::{Basis, Bound, Dimension, Method, Unit},
            seizures::{Form, Identification, ItemKind, SeizureState},
            sensors::{ProvisionKind, SensorType},
            substances::{Language, SubstanceClass},
            summaries::{Attribution, Figure, Key},
        },
        graphql::{inputs::OrderDirection, schema},
    };
    use std::collections::BTreeSet;

    /// Reads every value as a document and as variables write it, and writes it again.
    fn both_ways<C: Code + std::fmt::Debug>(met: &mut BTreeSet<&'static str>) {
        for &value in C::ALL {
            let literal = Value::Enum(Name::new(value.name()));
            for written in [literal.clone(), Value::String(value.name().to_owned())] {
                let read = <Coded<C> as InputType>::parse(Some(written)).unwrap();
                assert_eq!((read.0, read.to_value()), (value, literal.clone()));
            }
        }
        for wrong in [
            Value::Null,
            Value::from(1),
            Value::from(C::ALL[0].name().to_lowercase()),
            Value::from("UNSPECIFIED"),
            Value::from(""),
            Value::List(vec![Value::from(C::ALL[0].name())]),
        ] {
            assert!(<Coded<C> as InputType>::parse(Some(wrong.clone())).is_err(), "{wrong}");
        }
        met.insert(name_of(C::TYPE));
    }

    macro_rules! all {
        ($($code:ident),+ $(,)?) => {{
            let mut met = BTreeSet::new();
            $(both_ways::<$code>(&mut met);)+
            met
        }};
    }

    #[test]
    fn every_value_of_every_enumeration_of_the_schema_goes_both_ways() {
        let met = all!(
            AgencyKind,
            AgencySort,
            Basis,
            Bound,
            Confidence,
            ConveyanceDisposition,
            ConveyanceKind,
            DetectionRole,
            Dimension,
            Domain,
            Form,
            Identification,
            ItemKind,
            Language,
            Method,
            OperationSort,
            OrderDirection,
            Outcome,
            ParticipantRole,
            PlaceKind,
            ProvisionKind,
            SeizureSort,
            SeizureState,
            SensorSort,
            SensorType,
            StepKind,
            SubstanceClass,
            SubstanceSort,
            TargetKind,
            Tlp,
            Unit,
            WaypointKind,
            WhenMode,
            Attribution,
            Calendar,
            Figure,
            Key,
        );
        let sdl = schema().sdl();
        let declared = sdl.lines().filter_map(|line| line.strip_prefix("enum "));
        let declared: BTreeSet<&str> = declared.map(|line| line.trim_end_matches(" {")).collect();
        assert_eq!(met, declared);
    }
}
