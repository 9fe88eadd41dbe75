//! Records as protobuf JSON, one a line: what exports write and imports read back.

use super::rejects;
use crate::{
    domain::errors::{Error, Result},
    grpc::CONTRACT,
    proto,
};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor};
use serde::de::DeserializeSeed as _;
use std::sync::LazyLock;

static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(CONTRACT).expect("the build compiled the contract"));

fn shape(name: &str) -> Result<MessageDescriptor> {
    let full = format!("interdiction.v1.{name}");
    POOL.get_message_by_name(&full).ok_or_else(|| Error::internal(format!("no message {full}")))
}

/// A message as JSON, by the name of its type.
///
/// # Errors
/// `Internal` when it is not of that type.
pub fn write(name: &str, message: &impl Message) -> Result<String> {
    let mut dynamic = DynamicMessage::new(shape(name)?);
    let wrong = |error: &dyn std::fmt::Display| Error::internal(format!("{name}: {error}"));
    dynamic.transcode_from(message).map_err(|error| wrong(&error))?;
    serde_json::to_string(&dynamic).map_err(|error| wrong(&error))
}

/// A message of JSON.
///
/// # Errors
/// Says what is wrong, with the column.
pub fn read<M: Message + Default>(name: &str, text: &str) -> std::result::Result<M, String> {
    let shape = shape(name).map_err(|error| error.to_string())?;
    let mut json = serde_json::Deserializer::from_str(text);
    let dynamic = shape.deserialize(&mut json).map_err(|error| error.to_string())?;
    json.end().map_err(|error| error.to_string())?;
    dynamic.transcode_to().map_err(|error| error.to_string())
}

/// A line of an import: a seizure, or a row with `seizure` or `operation`; none for a header. What
/// a rejection put beside it is left out.
///
/// # Errors
/// Says what is wrong, with the column.
pub fn row(text: &str) -> std::result::Result<Option<proto::ImportRow>, String> {
    let mut value: serde_json::Value =
        serde_json::from_str(text).map_err(|error| error.to_string())?;
    if value.as_object_mut().is_some_and(|line| line.remove(rejects::MEMBER).is_some()) {
        return row(&value.to_string());
    }
    if let Some(properties) = value.get("properties").filter(|_| value["type"] == "Feature") {
        return row(&properties.to_string());
    }
    if value.get("header").is_some() {
        return Ok(None);
    }
    if value.get("seizure").is_some() || value.get("operation").is_some_and(|one| one.is_object()) {
        return read("ImportRow", text).map(Some);
    }
    let seizure: proto::Seizure = read("Seizure", text)?;
    let row_id = seizure.name.clone();
    Ok(Some(proto::ImportRow { row_id, seizure: Some(seizure), ..proto::ImportRow::default() }))
}
