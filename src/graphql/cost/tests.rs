//! What documents cost, and which are refused before they run.

use super::*;
use async_graphql::parser::parse_query;

fn parsed(text: &str) -> ExecutableDocument {
    scan_document(text).expect("a document that may be parsed");
    parse_query(text).expect("a document")
}

fn reason(text: &str) -> Option<&'static str> {
    let refused = scan_document(text).and_then(|()| check_document(&parsed(text)));
    refused.err().map(|error| error.reason)
}

fn values(text: &str, variables: &str) -> u64 {
    let document = parsed(text);
    let variables = serde_json::from_str(variables).expect("variables");
    let operation = operation(&document, None).expect("an operation");
    let sizes = Sizes { definitions: &operation.variable_definitions, variables: &variables };
    Counter::new(&document, sizes).operation(operation).expect("no cycle").values
}

/// Fragments that each spread the next one twice.
fn bomb(levels: usize) -> String {
    let mut text = "{...f0}".to_owned();
    for level in 0..levels {
        let next = level + 1;
        text.push_str(&format!("fragment f{level} on Query{{...f{next}...f{next}}}"));
    }
    text + &format!("fragment f{levels} on Query{{a}}")
}

#[test]
fn a_fragment_counts_as_often_as_it_is_spread() {
    assert_eq!(reason(&bomb(10)), None);
    assert_eq!(reason(&bomb(11)), Some("TOO_MANY_FIELDS"));
    assert_eq!(reason(&bomb(390)), Some("TOO_DEEP"));
}

#[test]
fn fragments_that_spread_each_other_in_a_circle_are_refused() {
    let circle = "{...a} fragment a on Q{...b} fragment b on Q{c{...a ...a}}";
    assert_eq!(reason(circle), Some("FRAGMENT_CYCLE"));
    assert_eq!(reason("{a} fragment b on Q{...b}"), Some("FRAGMENT_CYCLE"), "spread or not");
    assert_eq!(reason("{...nowhere}"), None, "validation names it");
}

#[test]
fn each_limit_is_reached_by_what_it_counts() {
    let repeated = |text: &str, count: u64| format!("{{{}}}", text.repeat(count as usize));
    let nested = |count: u64| "{a".repeat(count as usize) + &"}".repeat(count as usize);
    let spread = |count: u64| {
        let levels = (0..count).map(|at| format!("fragment f{at} on Q{{...f{}}}", at + 1));
        format!("{{...f0}}{}fragment f{count} on Q{{a}}", levels.collect::<String>())
    };
    let twice = |text: &str, limit: u64| {
        let fragment = |count: u64| text.repeat(count as usize);
        let document =
            |count: u64| format!("{{...f ...f}} fragment f on Query{{b{}}}", fragment(count));
        (document(limit / 2), document(limit / 2 + 1))
    };
    let (aliases_twice, more_aliases_twice) = twice(" a:__typename", Limits::ALIASES);
    let (directives_twice, more_directives_twice) = twice(" @b", Limits::DIRECTIVES);
    for (fits, too_much, wanted) in [
        (aliases_twice, more_aliases_twice, "TOO_MANY_ALIASES"),
        (directives_twice, more_directives_twice, "TOO_MANY_DIRECTIVES"),
        (
            repeated(" __typename", Limits::FIELDS),
            repeated(" __typename", Limits::FIELDS + 1),
            "TOO_MANY_FIELDS",
        ),
        (
            repeated(" a:__typename", Limits::ALIASES),
            repeated(" a:__typename", Limits::ALIASES + 1),
            "TOO_MANY_ALIASES",
        ),
        (
            format!("{{a{}}}", " @b".repeat(Limits::DIRECTIVES as usize)),
            format!("query @c{{a{}}}", " @b".repeat(Limits::DIRECTIVES as usize)),
            "TOO_MANY_DIRECTIVES",
        ),
        (nested(Limits::DEPTH), nested(Limits::DEPTH + 1), "TOO_DEEP"),
        (spread(Limits::LEVELS - 2), spread(Limits::LEVELS - 1), "TOO_DEEP"),
        (
            "{__schema{types{fields{args{name}}}}}".to_owned(),
            "{__schema{types{fields{type{fields{args{name}}}}}}}".to_owned(),
            "TOO_DEEP",
        ),
    ] {
        assert_eq!(reason(&fits), None, "{fits:.80}");
        assert_eq!(reason(&too_much), Some(wanted), "{too_much:.80}");
    }
}

#[test]
fn an_answer_counts_the_records_of_its_pages() {
    assert_eq!(values("{a b{c}}", "{}"), 3);
    // The list itself, and edges, node and id for each record.
    assert_eq!(values("{seizures(first: 10){edges{node{id}}}}", "{}"), 1 + 10 * 3);
    assert_eq!(values("{seizures{nodes{id}}}", "{}"), 1 + 50 * 2);
    assert_eq!(values("{seizures{totalCount}}", "{}"), 2);
    assert_eq!(values("{nodes(ids: [\"a\", \"b\"]){id}}", "{}"), 1 + 2);
    let by_variable = "query($n: Int = 7){seizures(last: $n){...f}} fragment f on S{nodes{id}}";
    assert_eq!(values(by_variable, "{}"), 1 + 7 * 2);
    assert_eq!(values(by_variable, "{\"n\": 3}"), 1 + 3 * 2);
    assert_eq!(values(by_variable, "{\"n\": \"many\"}"), 1 + 50 * 2);
    let listed = "query($ids: [ID!]!){nodes(ids: $ids){id}}";
    assert_eq!(values(listed, "{\"ids\": [\"a\", \"b\", \"c\"]}"), 1 + 3);
}

#[test]
fn pages_within_pages_multiply_without_overflow() {
    let page = "{seizures(first: 1000){nodes";
    let text = page.repeat(20) + "{id}" + &"}}".repeat(20);
    assert_eq!(values(&text, "{}"), u64::MAX);
    let document = parsed(&text);
    let only = operation(&document, None).expect("an operation");
    let error = check_answer(&document, only, &Variables::default()).expect_err("too large");
    assert_eq!(error.reason, "ANSWER_TOO_LARGE");
    assert!(error.message.starts_with("countless values"), "{}", error.message);
}

#[test]
fn an_operation_is_found_by_its_name() {
    let document = parsed("query A{a} query B{b}");
    assert!(operation(&document, Some("B")).is_ok());
    assert_eq!(operation(&document, None).expect_err("which?").reason, "UNKNOWN_OPERATION");
    assert_eq!(operation(&document, Some("C")).expect_err("none").reason, "UNKNOWN_OPERATION");
    assert!(operation(&parsed("query A{a}"), None).is_ok());
    assert!(operation(&parsed("{a}"), Some("A")).is_err());
}
