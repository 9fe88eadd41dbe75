//! The two contracts, field by field and value by value.

use crate::gateway::schema::introspected;
use prost_reflect::{DescriptorPool, EnumDescriptor, FieldDescriptor, MessageDescriptor};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    let contract: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/contract.binpb"));
    DescriptorPool::decode(contract).unwrap()
});

pub fn message(name: &str) -> MessageDescriptor {
    POOL.get_message_by_name(&format!("interdiction.v1.{name}")).unwrap()
}

/// A field as the analysts' contract spells it.
pub fn spelled_here(path: &str) -> String {
    let mut parts = path.split('_');
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |spelled, part| spelled + &part[..1].to_uppercase() + &part[1..])
}

/// What a field is called in the analysts' contract, where instants need no suffix to be told from
/// dates.
pub fn field_here(field: &FieldDescriptor) -> String {
    let of = field.parent_message();
    let name = match (of.name(), field.name()) {
        ("TimeFilter", "from_time") => "from",
        ("TimeFilter", "until_time") => "until",
        (_, name) => name,
    };
    spelled_here(name)
}

/// The values of an enumeration without what the style of protobuf puts before them.
pub fn values_of(of: &EnumDescriptor) -> Vec<(String, i32)> {
    let unspecified = of.values().find(|value| value.number() == 0).unwrap();
    let prefix = unspecified.name().strip_suffix("UNSPECIFIED").unwrap().to_owned();
    let named = of.values().filter(|value| value.number() != 0);
    named
        .map(|value| (value.name().strip_prefix(&prefix).unwrap().to_owned(), value.number()))
        .collect()
}

/// The messages of filters.
fn messages() -> impl Iterator<Item = MessageDescriptor> {
    let is_filters =
        |message: &MessageDescriptor| message.parent_file().name().ends_with("/filters.proto");
    POOL.all_messages().filter(is_filters)
}

/// Every field of every message of filters.
pub fn fields() -> impl Iterator<Item = (String, String)> {
    messages().flat_map(|message| {
        let of = message.name().to_owned();
        let names: Vec<String> = message.fields().map(|field| field_here(&field)).collect();
        names.into_iter().map(move |name| (of.clone(), name))
    })
}

/// Names of the members of the types of a kind, by the types' names.
fn introspected_members(kind: &str, members: &str) -> BTreeMap<String, BTreeSet<String>> {
    let schema = introspected();
    let types = schema["types"].as_array().unwrap().clone();
    let of_kind = types.into_iter().filter(|of| of["kind"] == kind);
    let name = |of: &serde_json::Value| of["name"].as_str().unwrap().to_owned();
    of_kind
        .filter(|of| !name(of).starts_with("__"))
        .map(|of| (name(&of), of[members].as_array().unwrap().iter().map(name).collect()))
        .collect()
}

#[test]
fn both_contracts_have_the_same_filters_with_the_same_fields() {
    let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (message, field) in fields() {
        wanted.entry(message).or_default().insert(field);
    }
    let mut inputs = introspected_members("INPUT_OBJECT", "inputFields");
    inputs.retain(|name, _| !name.ends_with("Order") && !name.starts_with("Summary"));
    assert_eq!(inputs, wanted);
}

#[test]
fn both_contracts_sort_by_the_same_fields() {
    let orders = introspected_members("ENUM", "enumValues");
    for noun in ["Agency", "Sensor", "Operation", "Seizure"] {
        let name = format!("{noun}SortField");
        let of = POOL.get_enum_by_name(&format!("interdiction.v1.{name}")).unwrap();
        let wanted: BTreeSet<String> = values_of(&of).into_iter().map(|(name, _)| name).collect();
        assert_eq!(orders[&name], wanted, "{noun}");
    }
}

#[test]
fn both_contracts_have_the_same_values_under_the_same_names() {
    let enums = introspected_members("ENUM", "enumValues");
    let mut met = 0;
    for of in POOL.all_enums() {
        let Some(values) = enums.get(of.name()) else { continue };
        let wanted: BTreeSet<String> = values_of(&of).into_iter().map(|(name, _)| name).collect();
        assert_eq!(values, &wanted, "{}", of.name());
        met += 1;
    }
    // All but the direction of an order, and the order of substances, which gRPC does not sort.
    let named_apart =
        |name: &&String| matches!(name.as_str(), "SubstanceSortField" | "OrderDirection");
    assert_eq!(met, enums.len() - enums.keys().filter(named_apart).count());
}
