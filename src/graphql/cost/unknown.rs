//! What a document names that the schema does not have, counted before validation, which compares
//! each such name with all that it might have been meant for.

use super::{Limits, too_large};
use crate::{domain::errors::Result, graphql};
use async_graphql::{
    Positioned,
    parser::{
        parse_schema,
        types::{
            BaseType, Directive, ExecutableDocument, Field, FieldDefinition, OperationType,
            Selection, SelectionSet, TypeKind, TypeSystemDefinition,
        },
    },
};
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

/// The fields of each type by name.
type Shape = HashMap<String, Fields>;
type Fields = HashMap<String, Known>;

/// A field that there is.
struct Known {
    arguments: HashSet<String>,
    /// The name of the type of what it holds.
    holds: String,
}

/// The field that every type has.
const TYPENAME: &str = "__typename";
/// The one argument of the directives that documents may use.
const CONDITION: &str = "if";

/// What introspection asks, by the specification of GraphQL; it is in no published schema.
const INTROSPECTION: &str = "
    extend type Query { __schema: __Schema __type(name: ID): __Type }
    type __Schema { description: ID types: __Type queryType: __Type mutationType: __Type
        subscriptionType: __Type directives: __Directive }
    type __Type { kind: ID name: ID description: ID specifiedByURL: ID isOneOf: ID
        fields(includeDeprecated: ID): __Field interfaces: __Type possibleTypes: __Type
        enumValues(includeDeprecated: ID): __EnumValue
        inputFields(includeDeprecated: ID): __InputValue ofType: __Type }
    type __Field { name: ID description: ID args(includeDeprecated: ID): __InputValue type: __Type
        isDeprecated: ID deprecationReason: ID }
    type __InputValue { name: ID description: ID type: __Type defaultValue: ID isDeprecated: ID
        deprecationReason: ID }
    type __EnumValue { name: ID description: ID isDeprecated: ID deprecationReason: ID }
    type __Directive { name: ID description: ID locations: ID isRepeatable: ID
        args(includeDeprecated: ID): __InputValue }";

static SHAPE: LazyLock<Shape> = LazyLock::new(|| {
    let text = format!("{}{INTROSPECTION}", graphql::published());
    let Ok(published) = parse_schema(text) else { return Shape::new() };
    let types = published.definitions.into_iter().filter_map(|definition| match definition {
        TypeSystemDefinition::Type(one) => Some(one.node),
        TypeSystemDefinition::Schema(_) | TypeSystemDefinition::Directive(_) => None,
    });
    let fields_of = |kind: TypeKind| match kind {
        TypeKind::Object(object) => object.fields,
        TypeKind::Interface(interface) => interface.fields,
        TypeKind::Scalar | TypeKind::Union(_) | TypeKind::Enum(_) | TypeKind::InputObject(_) => {
            Vec::new()
        }
    };
    let known = |one: FieldDefinition| {
        let arguments = one.arguments.iter().map(|one| one.node.name.node.to_string()).collect();
        (one.name.node.to_string(), Known { arguments, holds: named(&one.ty.node.base) })
    };
    let mut shape = Shape::new();
    for one in types {
        let fields = fields_of(one.kind).into_iter().map(|field| known(field.node));
        shape.entry(one.name.node.to_string()).or_default().extend(fields);
    }
    shape
});

/// The name within any number of lists.
fn named(base: &BaseType) -> String {
    match base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(inner) => named(&inner.base),
    }
}

/// Refuses a document with more fields and arguments that the schema does not have than anyone
/// mistypes. Fragments are looked at once, wherever they are spread.
///
/// # Errors
/// `Invalid`.
pub(super) fn check(document: &ExecutableDocument) -> Result<()> {
    let operations = document.operations.iter().map(|(_, operation)| {
        let root = match operation.node.ty {
            OperationType::Query => SHAPE.get("Query"),
            OperationType::Mutation | OperationType::Subscription => None,
        };
        let own = in_directives(&operation.node.directives);
        own + in_set(root, &operation.node.selection_set.node)
    });
    let fragments = document.fragments.values().map(|fragment| {
        let on = SHAPE.get(fragment.node.type_condition.node.on.node.as_str());
        let own = in_directives(&fragment.node.directives);
        own + in_set(on, &fragment.node.selection_set.node)
    });
    let found = operations.chain(fragments).sum();
    if found > Limits::UNKNOWN {
        let what = "fields and arguments that the schema does not have";
        return Err(too_large("TOO_MANY_UNKNOWN", found, what, Limits::UNKNOWN));
    }
    Ok(())
}

/// Below what is of no known type nothing is compared with anything.
fn in_set(of: Option<&Fields>, set: &SelectionSet) -> u64 {
    let each = set.items.iter().map(|selection| match &selection.node {
        Selection::Field(field) => in_field(of, &field.node),
        Selection::InlineFragment(fragment) => {
            let on = fragment.node.type_condition.as_ref();
            let of = on.map_or(of, |on| SHAPE.get(on.node.on.node.as_str()));
            let own = in_directives(&fragment.node.directives);
            own + in_set(of, &fragment.node.selection_set.node)
        }
        Selection::FragmentSpread(spread) => in_directives(&spread.node.directives),
    });
    each.sum()
}

fn in_field(of: Option<&Fields>, field: &Field) -> u64 {
    let name = field.name.node.as_str();
    let known = of.and_then(|fields| fields.get(name));
    let own = match known {
        Some(Known { arguments, .. }) => {
            let given = field.arguments.iter();
            given.filter(|(name, _)| !arguments.contains(name.node.as_str())).count() as u64
        }
        None => u64::from(of.is_some() && name != TYPENAME),
    };
    let below = known.and_then(|known| SHAPE.get(&known.holds));
    own + in_directives(&field.directives) + in_set(below, &field.selection_set.node)
}

fn in_directives(directives: &[Positioned<Directive>]) -> u64 {
    let arguments = directives.iter().flat_map(|directive| &directive.node.arguments);
    arguments.filter(|(name, _)| name.node.as_str() != CONDITION).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    fn is_taken(text: &str) -> bool {
        check(&parse_query(text).expect("a document")).is_ok()
    }

    #[test]
    fn the_shape_is_that_of_the_schema() {
        assert_eq!(SHAPE["Query"]["seizures"].holds, "SeizureConnection");
        assert!(SHAPE["SeizureConnection"]["summary"].arguments.contains("groupBy"));
        assert_eq!(SHAPE["SeizureEdge"]["node"].holds, "Seizure");
        assert!(SHAPE["Node"].contains_key("id"));
    }

    #[test]
    fn takes_every_worked_document() {
        for (name, text) in crate::graphql::examples::ALL {
            assert!(is_taken(text), "{name}");
        }
    }

    #[test]
    fn counts_what_there_is_not_wherever_it_stands() {
        let most = usize::try_from(Limits::UNKNOWN).unwrap();
        for (before, unknown, after) in [
            ("{", " seizuros", "}"),
            // There is such a field, of another type.
            ("{", " massFloat", "}"),
            ("{agencies{nodes{seizures{summary{groups{", " nodes", "}}}}}}"),
            ("{seizures(", " a:1", "){totalCount}}"),
            ("{node(id:1){...on Seizure{", " groups", "}}}"),
            ("{service{__typename}} fragment f on Agency{", " parents", "}"),
            // The root alone has it.
            ("{node(id:1){...on Operation{", " __type", "}}}"),
            ("{__schema{types{", " nome", "}}}"),
            ("{__typename @include(if:true", " a:1", ")}"),
            ("{...on Query @skip(", " a:1", "){__typename}}"),
        ] {
            let of = |times: usize| format!("{before}{}{after}", unknown.repeat(times));
            assert!(is_taken(&of(most)), "{unknown}");
            assert!(!is_taken(&of(most + 1)), "{unknown}");
        }
    }
}
