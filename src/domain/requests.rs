//! What callers ask to be changed, and how a repeated request is told from a new one.

use super::{
    check::{Path, Violations},
    errors::{Error, Kind, Result},
    records::Draft,
};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// A record to be made.
#[derive(Debug, Clone, Serialize)]
pub struct Create<D> {
    /// The id that the caller chose, where callers choose.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The record.
    pub draft: D,
    /// How it is to be done.
    #[serde(skip)]
    pub options: WriteOptions,
}

/// A record to be changed.
#[derive(Debug, Clone, Serialize)]
pub struct Update<D> {
    /// Name of the record.
    pub name: String,
    /// The etag that the caller read; empty when it does not matter.
    pub etag: String,
    /// Fields to set; a field may stand twice.
    pub update_mask: Vec<String>,
    /// Their values.
    pub draft: D,
    /// How it is to be done.
    #[serde(skip)]
    pub options: WriteOptions,
}

/// A record to be deleted.
#[derive(Debug, Clone, Serialize)]
pub struct Delete {
    /// Name of the record.
    pub name: String,
    /// The etag that the caller read; empty when it does not matter.
    pub etag: String,
    /// How it is to be done.
    #[serde(skip)]
    pub options: WriteOptions,
}

/// A seizure to be retracted.
#[derive(Debug, Clone, Serialize)]
pub struct Retract {
    /// Name of the seizure.
    pub name: String,
    /// Why.
    pub reason: String,
    /// The etag that the caller read; empty when it does not matter.
    pub etag: String,
    /// How it is to be done.
    #[serde(skip)]
    pub options: WriteOptions,
}

/// How a write is to be done.
#[derive(Debug, Clone, Default)]
pub struct WriteOptions {
    /// A UUID made by the caller; empty when the request is not to be recognised again.
    pub request_id: String,
    /// Whether to check everything and write nothing.
    pub validate_only: bool,
}

impl WriteOptions {
    /// Reads the request id.
    pub fn request_id(&self, violations: &mut Violations) -> Option<Uuid> {
        if self.request_id.is_empty() {
            return None;
        }
        let parsed = Uuid::try_parse(&self.request_id)
            .ok()
            .filter(|uuid| !uuid.is_nil() && self.request_id.len() == 36);
        if parsed.is_none() {
            let message = "not a UUID: want one such as 01890a5d-ac96-774b-bcce-b302099a8057";
            violations.add(&Path::root("request_id"), message);
        }
        parsed
    }
}

/// The most paths of an update mask.
pub const MASK_PATHS_MAX: usize = 100;

/// Reads an update mask into fields of the draft (AIP-134, AIP-161).
pub fn check_mask<D: Draft>(mask: &[String], violations: &mut Violations) -> Vec<&'static str> {
    let root = Path::root("update_mask");
    if mask.is_empty() {
        violations
            .add(&root, format_args!("required: name the fields to set, or *; {}", known::<D>()));
    }
    if !violations.count(&root, mask.len(), MASK_PATHS_MAX) {
        return Vec::new();
    }
    if mask == ["*"] {
        return D::FIELDS.to_vec();
    }
    let mut fields = Vec::new();
    for (i, path) in mask.iter().enumerate() {
        match D::FIELDS.iter().find(|field| *field == path) {
            Some(field) => fields.push(*field),
            None => violations.add(&root.field("paths").index(i), mask_message::<D>(path)),
        }
    }
    fields
}

fn mask_message<D: Draft>(path: &str) -> String {
    const SHOWN_CHARS_MAX: usize = 80;
    let shown: String = path.chars().take(SHOWN_CHARS_MAX).collect();
    let shown = shown.escape_debug();
    if path == "*" {
        return "* stands alone: name fields, or everything".to_owned();
    }
    if D::FIXED.contains(&path) {
        return format!("{shown} cannot be set; {}", known::<D>());
    }
    match path.split_once('.') {
        Some((field, _)) if D::FIELDS.contains(&field) => {
            format!("{shown}: a message or list is set whole, name {field}")
        }
        _ => format!("{shown} is not a field; {}", known::<D>()),
    }
}

fn known<D: Draft>() -> String {
    format!("the fields are {}", D::FIELDS.join(", "))
}

/// Refuses a request that another request with the same id went before.
///
/// # Errors
/// [`Kind::AlreadyExists`], naming the first field that differs.
pub fn check_same_request(
    earlier: (&str, &Value),
    now: (&str, &Value),
    record_field: &str,
) -> Result<()> {
    if earlier.0 != now.0 {
        let message = format!("the request id belongs to a {} request", earlier.0);
        return Err(reused("request_id", &message));
    }
    let Some(path) = first_difference(earlier.1, now.1, String::new()) else { return Ok(()) };
    let path = field_of_request(&path, record_field, now.1.get("update_mask").is_some());
    Err(reused(&path, "differs from the request that this id was first sent with"))
}

/// What the contract calls a field of [`Create`], [`Update`], [`Delete`] or [`Retract`].
fn field_of_request(path: &str, record_field: &str, is_update: bool) -> String {
    match path {
        "id" => format!("{record_field}_id"),
        "name" | "etag" if is_update => format!("{record_field}.{path}"),
        _ => match (path.strip_prefix("draft"), path.strip_prefix("update_mask[")) {
            (Some(rest), _) => format!("{record_field}{rest}"),
            (None, Some(rest)) => format!("update_mask.paths[{rest}"),
            (None, None) => path.to_owned(),
        },
    }
}

fn reused(field: &str, message: &str) -> Error {
    let text = format!("request_id was used for another request: {field} differs");
    Error::new(Kind::AlreadyExists, "REQUEST_ID_REUSED", text).at(field, message)
}

/// Path of the first place where two documents differ.
fn first_difference(a: &Value, b: &Value, path: String) -> Option<String> {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            keys.into_iter().find_map(|key| {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                let null = &Value::Null;
                first_difference(a.get(key).unwrap_or(null), b.get(key).unwrap_or(null), path)
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => a
            .iter()
            .zip(b)
            .enumerate()
            .find_map(|(i, (a, b))| first_difference(a, b, format!("{path}[{i}]"))),
        (a, b) => (a != b).then_some(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_field_that_differs_is_named_as_the_contract_names_it() {
        for (path, is_update, field) in [
            ("id", false, "agency_id"),
            ("name", false, "name"),
            ("name", true, "agency.name"),
            ("etag", true, "agency.etag"),
            ("draft.parent", true, "agency.parent"),
            ("update_mask[1]", true, "update_mask.paths[1]"),
            ("update_mask", true, "update_mask"),
            ("reason", false, "reason"),
        ] {
            assert_eq!(field_of_request(path, "agency", is_update), field);
        }
    }

    #[test]
    fn a_reused_request_id_names_the_field_that_differs() {
        let a = json!({"draft": {"items": [{"quantity": {"value": "390"}}]}, "etag": ""});
        let b = json!({"draft": {"items": [{"quantity": {"value": "391"}}]}, "etag": ""});
        let error = check_same_request(("Create", &a), ("Create", &b), "seizure").unwrap_err();
        assert_eq!(error.kind, Kind::AlreadyExists);
        assert_eq!(error.violations[0].field, "seizure.items[0].quantity.value");
        assert!(check_same_request(("Create", &a), ("Create", &a), "seizure").is_ok());
        let error = check_same_request(("Create", &a), ("Delete", &a), "seizure").unwrap_err();
        assert_eq!(error.violations[0].field, "request_id");
    }
}
