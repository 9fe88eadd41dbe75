//! Documents as trees of fields: nothing but what is written in them.

use async_graphql::parser::{
    parse_query,
    types::{DocumentOperations, Selection, SelectionSet},
};
use serde_json::{Map, Value};

/// A field with its arguments and what is selected below it.
#[derive(Debug)]
pub struct Field {
    /// What it is called in the answer.
    pub key: String,
    pub name: String,
    pub arguments: Map<String, Value>,
    pub below: Vec<Field>,
}

impl Field {
    pub fn argument(&self, name: &str) -> &Value {
        self.arguments.get(name).unwrap_or(&Value::Null)
    }

    pub fn has(&self, name: &str) -> bool {
        self.below.iter().any(|one| one.name == name)
    }

    /// How many are asked for.
    pub fn first(&self, unless_said: usize) -> usize {
        let first = self.argument("first").as_u64();
        first.map_or(unless_said, |first| usize::try_from(first).unwrap())
    }

    /// That no other arguments are given than those that the caller of this goes by.
    pub fn goes_by(&self, known: &[&str]) {
        let mut given = self.arguments.keys();
        let unknown = given.find(|name| !known.contains(&name.as_str()));
        assert_eq!(unknown, None, "the oracle does not know an argument of {}", self.name);
    }
}

/// The root fields of a document without fragments and variables.
pub fn fields(document: &str) -> Vec<Field> {
    let parsed = parse_query(document).unwrap();
    let DocumentOperations::Single(operation) = parsed.operations else {
        panic!("the oracle knows documents of one operation")
    };
    fields_of(&operation.node.selection_set.node)
}

fn fields_of(set: &SelectionSet) -> Vec<Field> {
    let field = |selection: &Selection| {
        let Selection::Field(field) = selection else { panic!("the oracle knows no fragments") };
        let field = &field.node;
        let arguments = field.arguments.iter().map(|(name, value)| {
            let value = value.node.clone().into_const().expect("the oracle knows no variables");
            (name.node.to_string(), value.into_json().unwrap())
        });
        Field {
            key: field.response_key().node.to_string(),
            name: field.name.node.to_string(),
            arguments: arguments.collect(),
            below: fields_of(&field.selection_set.node),
        }
    };
    set.items.iter().map(|item| field(&item.node)).collect()
}
