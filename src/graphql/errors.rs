//! What an error of the domain looks like to an analyst: one table of codes, with the fields at
//! fault beside it.

use crate::{
    domain::errors::{self, Kind},
    faults,
};
use async_graphql::{Error, ErrorExtensionValues, Value};

/// The one table: which code a kind of error is. The names are gRPC's.
fn code(kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => "INVALID_ARGUMENT",
        Kind::NotFound => "NOT_FOUND",
        Kind::AlreadyExists => "ALREADY_EXISTS",
        Kind::PermissionDenied => "PERMISSION_DENIED",
        Kind::FailedPrecondition => "FAILED_PRECONDITION",
        Kind::Aborted => "ABORTED",
        Kind::Exhausted => "RESOURCE_EXHAUSTED",
        Kind::Unavailable => "UNAVAILABLE",
        Kind::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Kind::Internal => "INTERNAL",
    }
}

/// The error that an analyst sees. Nothing of an internal error leaves here but an id that finds it
/// in the log.
pub fn shown(error: &errors::Error) -> Error {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code(error.kind));
    if error.kind == Kind::Internal {
        let id = faults::log(error);
        extensions.set("id", id.as_str());
        let mut shown = Error::new(format!("internal error, id {id}"));
        shown.extensions = Some(extensions);
        return shown;
    }
    extensions.set("reason", error.reason);
    if !error.violations.is_empty() {
        let each = error.violations.iter().map(|violation| {
            let field = Value::from(spelled(&violation.field));
            let message = Value::from(violation.message.as_str());
            let names = ["field", "message"].map(async_graphql::Name::new);
            Value::Object(names.into_iter().zip([field, message]).collect())
        });
        extensions.set("violations", Value::List(each.collect()));
    }
    if let Some(delay) = error.retry_after {
        extensions.set("retryAfterSeconds", delay.as_secs());
    }
    let mut shown = Error::new(message(error));
    shown.extensions = Some(extensions);
    shown
}

/// The message; where it begins with the one field at fault, that is spelled as here.
fn message(error: &errors::Error) -> String {
    let field = match error.violations.as_slice() {
        [one] => one.field.as_str(),
        _ => "",
    };
    let rest = error.message.strip_prefix(field);
    rest.map_or_else(|| error.message.clone(), |rest| spelled(field) + rest)
}

/// A path as this contract spells it: the domain's `filter.name.any_of[0]` is `filter.name.anyOf[0]`
/// here.
fn spelled(path: &str) -> String {
    let mut after_underscore = false;
    let letters = path.chars().filter_map(|c| {
        let upper = std::mem::replace(&mut after_underscore, c == '_');
        (c != '_').then_some(if upper { c.to_ascii_uppercase() } else { c })
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::check::{Path, Violations};

    #[test]
    fn a_path_is_spelled_in_camel_case() {
        for (path, here) in [
            ("filter.name.any_of[0]", "filter.name.anyOf[0]"),
            ("order_by[2].field", "orderBy[2].field"),
            (
                "filter.place.within_circle.radius_kilometers",
                "filter.place.withinCircle.radiusKilometers",
            ),
            ("", ""),
        ] {
            assert_eq!(spelled(path), here);
        }
    }

    #[test]
    fn a_message_that_names_the_field_at_fault_spells_it_alike() {
        let mut violations = Violations::default();
        violations.add(&Path::root("order_by"), "6 entries: at most 5");
        let one = violations.finish(Some(())).unwrap_err();
        assert_eq!(shown(&one).message, "orderBy: 6 entries: at most 5");
        let named = errors::Error::new(Kind::Aborted, "A", "order_by is a word").at("when", "late");
        assert_eq!(shown(&named).message, "order_by is a word");
    }
}
