//! Bad questions to the vocabulary of substances, which nobody writes.

use super::{
    NONE, Row,
    calls::{Call as _, Sent},
    invalid,
    known::{Caller, Known},
    records::NO_CODES,
    refused,
    values::long,
};
use interdiction::proto::{
    GetSubstanceRequest, ListSubstancesRequest, NameFilter, SubstanceFilter,
};
use tonic::Code;

fn list(edit: impl FnOnce(&mut ListSubstancesRequest)) -> Sent {
    let mut request = ListSubstancesRequest::default();
    edit(&mut request);
    request.sent()
}

fn get(name: &str) -> Sent {
    GetSubstanceRequest { name: name.to_owned() }.sent()
}

fn by(edit: impl FnOnce(&mut SubstanceFilter)) -> Sent {
    let mut filter = SubstanceFilter::default();
    edit(&mut filter);
    list(|request| request.filter = Some(filter))
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(ToString::to_string).collect()
}

pub fn rows(known: &Known) -> Vec<Row> {
    let mut rows = filters();
    for name in ["", "heroin", "substances/", "substances/Heroin", "agencies/ours", "substances/\0"]
    {
        rows.push(invalid(format!("named {name:?}"), get(name), ["name"]));
    }
    let unlisted = "substances/of-no-vocabulary";
    rows.push(refused("absent", get(unlisted), (Code::NotFound, "NOT_FOUND"), NONE));
    let token = &known.substances_token;
    for (what, page_token) in [
        ("of junk", "x".to_owned()),
        ("of agencies", known.agencies.token.clone()),
        ("cut short", token[..token.len() - 4].to_owned()),
        ("tampered", format!("A{}", &token[1..])),
        ("of 4,097 characters", "A".repeat(4_097)),
    ] {
        let sent = list(|request| request.page_token = page_token);
        rows.push(invalid(format!("with a token {what}"), sent, ["page_token"]));
    }
    let other = list(|r| (r.page_token, r.called) = (token.clone(), "heroin".to_owned()));
    rows.push(invalid("with the token of another word", other, ["page_token"]));
    for size in [-1, i32::MIN] {
        let sent = list(|request| request.page_size = size);
        rows.push(invalid(format!("with a page size of {size}"), sent, ["page_size"]));
    }
    let denied = (Code::PermissionDenied, "ROLE_REQUIRED");
    for sent in [get("substances/heroin"), list(|_| ())] {
        rows.push(refused("by nobody", sent, denied, NONE).by(Caller::Nobody));
    }
    rows
}

fn filters() -> Vec<Row> {
    let mut rows = vec![
        invalid(
            "by malformed names",
            by(|filter| {
                let any_of = names(&["heroin", "substances/heroin", ""]);
                filter.name = Some(NameFilter { any_of, none_of: names(&["\0"]) });
            }),
            ["filter.name.any_of[0]", "filter.name.any_of[2]", "filter.name.none_of[0]"],
        ),
        invalid(
            "under a malformed name",
            by(|filter| filter.under = names(&["substances/heroin", "agencies/ours"])),
            ["filter.under[1]"],
        ),
        invalid(
            "under 1,001 names",
            by(|filter| filter.under = names(&["substances/heroin"; 1_001])),
            ["filter.under"],
        ),
        invalid("called with NUL", list(|r| r.called = "\0".to_owned()), ["called"]),
        invalid("called in 501 characters", list(|r| r.called = long("a", 501)), ["called"]),
        invalid("called in a megabyte", list(|r| r.called = "a".repeat(1 << 20)), ["called"]),
        invalid(
            "with everything wrong",
            list(|request| {
                let (page_size, called) = (-1, "\0".to_owned());
                let class_any_of = vec![99];
                let filter = Some(SubstanceFilter { class_any_of, ..SubstanceFilter::default() });
                let page_token = "A".repeat(5_000);
                *request = ListSubstancesRequest { page_size, page_token, filter, called };
            }),
            ["page_size", "page_token", "filter.class_any_of[0]", "called"],
        ),
    ];
    for code in NO_CODES.into_iter().chain([0]) {
        let sent = by(|filter| filter.class_any_of = vec![1, code]);
        rows.push(invalid(format!("by class {code}"), sent, ["filter.class_any_of[1]"]));
    }
    rows
}
