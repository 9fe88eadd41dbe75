//! What an error looks like to an analyst: one table of codes, with the fields at fault beside it.
//!
//! Nothing of an internal error leaves here but an id that finds it in the log.

use crate::{
    domain::errors::{Error as DomainError, Kind},
    faults,
};
use async_graphql::{Error, ErrorExtensionValues, Name, ServerError, Value, parser};

/// The document is no GraphQL.
const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
/// The document asks for what the schema does not have, or a variable does not fit.
const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
/// The most errors of one answer; a document of nothing but mistakes has one for each.
const ERRORS_MAX: usize = 50;
/// Longest message, in bytes; some repeat what was sent.
const MESSAGE_BYTES_MAX: usize = 512;

/// The error that an analyst sees.
pub fn shown(error: &DomainError) -> Error {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", error.kind.code());
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
            let names = ["field", "message"].map(Name::new);
            Value::Object(names.into_iter().zip([field, message]).collect())
        });
        extensions.set("violations", Value::List(each.collect()));
    }
    if let Some(delay) = error.retry_after {
        extensions.set("retryAfterSeconds", delay.as_secs());
    }
    let mut shown = Error::new(shortened(message(error)));
    shown.extensions = Some(extensions);
    shown
}

/// The message; where it begins with the one field at fault, that is spelled as here.
fn message(error: &DomainError) -> String {
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

/// The same, for what is wrong with a request before any of its fields is.
pub(super) fn refusal(error: &DomainError) -> ServerError {
    let Error { message, source, extensions } = shown(error);
    ServerError { message, source, locations: Vec::new(), path: Vec::new(), extensions }
}

/// A document that cannot be parsed. The parser's own text draws the line at fault, which may be
/// all that was sent; its last line says what is wanted.
pub(super) fn unparsed(error: &parser::Error) -> ServerError {
    let text = error.to_string();
    let last = text.lines().next_back().unwrap_or_default();
    let wanted = last.trim_start().trim_start_matches("= ");
    let message = shortened(format!("the document cannot be parsed: {wanted}"));
    let mut shown = ServerError::new(message, None);
    shown.locations = error.positions().collect();
    coded(shown, PARSE_FAILED)
}

/// What validation would say of a request, had the library looked.
pub(super) fn invalid(error: ServerError) -> ServerError {
    coded(error, VALIDATION_FAILED)
}

/// The errors of a request that was executed, or that validation kept from it: each with a code,
/// none with more than it should say.
pub(super) fn explained(mut errors: Vec<ServerError>) -> Vec<ServerError> {
    // The library says of each root field that there are no mutations.
    let is_about_mutations = |error: &ServerError| error.message.starts_with("Schema is not");
    errors.dedup_by(|a, b| a.message == b.message && is_about_mutations(b));
    for error in errors.iter_mut().filter(|error| is_about_mutations(error)) {
        error.message = "there are no mutations: records are written through gRPC".to_owned();
    }
    errors.truncate(ERRORS_MAX);
    errors.into_iter().map(explain).collect()
}

fn explain(error: ServerError) -> ServerError {
    let has_code = |extensions: &ErrorExtensionValues| extensions.get("code").is_some();
    if error.extensions.as_ref().is_some_and(has_code) {
        return error;
    }
    let error = ServerError { message: shortened(error.message), ..error };
    if error.path.is_empty() {
        return coded(error, VALIDATION_FAILED);
    }
    if is_about_input(&error.message) {
        return coded(error, Kind::Invalid.code());
    }
    let ServerError { message, locations, path, source: _, extensions: _ } = error;
    ServerError { locations, path, ..refusal(&DomainError::internal(message)) }
}

/// Whether the library says so of a value that was sent. Its other texts name what is ours.
fn is_about_input(message: &str) -> bool {
    ["Failed to parse ", "Invalid value for ", "Expected input type "]
        .iter()
        .any(|beginning| message.starts_with(beginning))
}

fn coded(mut error: ServerError, code: &str) -> ServerError {
    error.extensions.get_or_insert_default().set("code", code);
    error
}

fn shortened(mut text: String) -> String {
    const MARK: &str = " ...";
    if text.len() > MESSAGE_BYTES_MAX {
        text.truncate(text.floor_char_boundary(MESSAGE_BYTES_MAX - MARK.len()));
        text.push_str(MARK);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{PathSegment, parser::parse_query};

    fn code(error: &ServerError) -> String {
        let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
        code.expect("a code").to_string().replace('"', "")
    }

    #[test]
    fn what_cannot_be_parsed_is_told_without_what_was_sent() {
        let text = format!("{{ a b(c: \"{}\" ] }}", "secret".repeat(200));
        let error = unparsed(&parse_query(text).expect_err("no document"));
        assert_eq!(code(&error), "GRAPHQL_PARSE_FAILED");
        assert!(error.message.starts_with("the document cannot be parsed: expected"));
        assert!(!error.message.contains("secret"), "{}", error.message);
        assert_eq!(error.locations.len(), 1);
    }

    #[test]
    fn what_the_library_says_of_us_is_for_the_log() {
        let path = vec![PathSegment::Field("a".to_owned())];
        let told = "Data `interdiction::graphql::query::Asked` does not exist.";
        let shown = explain(ServerError::new(told, None).with_path(path.clone()));
        assert_eq!(code(&shown), "INTERNAL");
        assert!(shown.message.starts_with("internal error, id "), "{}", shown.message);
        assert_eq!(shown.path, path);
        let told = "Failed to parse \"Int\": too large";
        let shown = explain(ServerError::new(told, None).with_path(path));
        assert_eq!((code(&shown).as_str(), shown.message.as_str()), ("INVALID_ARGUMENT", told));
        let told = "Unknown field \"a\" on type \"Query\".";
        assert_eq!(code(&explain(ServerError::new(told, None))), "GRAPHQL_VALIDATION_FAILED");
    }

    #[test]
    fn a_flood_of_errors_is_cut() {
        let one = |at: usize| ServerError::new(format!("{at}{}", "a".repeat(1_000)), None);
        let shown = explained((0..1_000).map(one).collect());
        assert_eq!(shown.len(), ERRORS_MAX);
        assert!(shown.iter().all(|error| error.message.len() <= MESSAGE_BYTES_MAX));
    }

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
        let mut violations = crate::domain::check::Violations::default();
        violations.add(&crate::domain::check::Path::root("order_by"), "6 entries: at most 5");
        let one = violations.finish(Some(())).unwrap_err();
        assert_eq!(shown(&one).message, "orderBy: 6 entries: at most 5");
        let named = DomainError::new(Kind::Aborted, "A", "order_by is a word").at("when", "late");
        assert_eq!(shown(&named).message, "order_by is a word");
    }
}
