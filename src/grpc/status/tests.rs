//! What every error shows to a caller, and what it never does.

use super::*;
use crate::domain::check::Violation;
use std::time::Duration;

const KINDS: [(Kind, Code); 10] = [
    (Kind::Invalid, Code::InvalidArgument),
    (Kind::NotFound, Code::NotFound),
    (Kind::AlreadyExists, Code::AlreadyExists),
    (Kind::PermissionDenied, Code::PermissionDenied),
    (Kind::FailedPrecondition, Code::FailedPrecondition),
    (Kind::Aborted, Code::Aborted),
    (Kind::Exhausted, Code::ResourceExhausted),
    (Kind::Unavailable, Code::Unavailable),
    (Kind::DeadlineExceeded, Code::DeadlineExceeded),
    (Kind::Internal, Code::Internal),
];

#[test]
fn every_kind_has_its_code_and_says_its_reason() {
    for (kind, code) in KINDS {
        let reason = if kind == Kind::Internal { "INTERNAL" } else { "SOME_REASON" };
        let status = from(Error::new(kind, reason, "what is wrong"));
        assert_eq!(status.code(), code, "{kind:?}");
        assert_eq!(kind.code().replace('_', ""), format!("{code:?}").to_uppercase());
        let info = status.get_details_error_info().expect("every error carries an ErrorInfo");
        assert_eq!((info.reason.as_str(), info.domain.as_str()), (reason, "interdiction"));
    }
}

#[test]
fn an_internal_error_shows_an_id_and_nothing_else() {
    let secret = "disk /var/lib/registry is full";
    let error = Error::internal(secret).about("seizures/1").at("seizure.when", secret);
    let status = from(error);
    let details = status.get_error_details();
    let id = &details.error_info().expect("an ErrorInfo").metadata["id"];
    assert_eq!(status.message(), format!("internal error, id {id}"));
    assert_eq!(id.len(), 16);
    assert!(details.bad_request().is_none() && details.resource_info().is_none());
    let bytes = String::from_utf8_lossy(status.details());
    assert!(!bytes.contains("disk") && !bytes.contains("seizures"), "{bytes}");
    let other = from(Error::internal(secret));
    assert_ne!(status.message(), other.message());
}

#[test]
fn every_violation_and_the_resource_reach_the_caller() {
    let status = from(Error::references_not_found(vec![
        ("seizure.agency".to_owned(), "agencies/mx-semar".to_owned()),
        ("seizure.items[0].substance".to_owned(), "substances/x".to_owned()),
    ]));
    let details = status.get_error_details();
    let fields: Vec<&str> = details
        .bad_request()
        .expect("a BadRequest")
        .field_violations
        .iter()
        .map(|violation| violation.field.as_str())
        .collect();
    assert_eq!(fields, ["seizure.agency", "seizure.items[0].substance"]);
    let resource = details.resource_info().expect("a ResourceInfo");
    assert_eq!(resource.resource_type, "interdiction.v1/Agency");
    assert_eq!(resource.resource_name, "agencies/mx-semar");
}

#[test]
fn a_retry_says_when() {
    let error =
        Error::new(Kind::Unavailable, "STORE_BUSY", "busy").retry_after(Duration::from_secs(2));
    let retry = from(error).get_details_retry_info().expect("a RetryInfo");
    assert_eq!(retry.retry_delay, Some(Duration::from_secs(2)));
}

#[test]
fn a_status_fits_into_the_trailers_of_every_client() {
    const TRAILERS_BYTES_MAX: usize = 8 * 1_024;
    let violations: Vec<Violation> = (0..1_000)
        .map(|i| Violation { field: format!("names[{i}]"), message: "é".repeat(2_000) })
        .collect();
    let error = Error { message: "é".repeat(2_000), ..Error::invalid(violations) };
    let status = from(error.about("seizures/01890a5d-ac96-774b-bcce-b302099a8057"));
    let headers = {
        let mut headers = tonic::codegen::http::HeaderMap::new();
        status.add_header(&mut headers).expect("a status is a header");
        headers
    };
    // HTTP/2 counts 32 bytes for each field besides its name and value (RFC 9113, 6.5.2).
    let bytes: usize =
        headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum();
    assert!(bytes < TRAILERS_BYTES_MAX, "{bytes}");
    let details = status.get_error_details();
    let shown = details.bad_request().expect("a BadRequest").field_violations.len();
    assert!(shown > 0);
    let info = details.error_info().expect("an ErrorInfo");
    assert_eq!(info.metadata["omitted_violations"], (1_000 - shown).to_string());
}
