//! Filters at their limits and far beyond: refused alike, and neither stack nor memory is taken.

use super::{NOUNS, by_grpc, by_variable, contracts::message, decoding};
use async_graphql::{Name, Request, Value, Variables, indexmap::IndexMap};
use interdiction::domain::filters::{FILTER_DEPTH_MAX, FILTER_MESSAGES_MAX, FILTER_VALUES_MAX};
use prost_reflect::{DynamicMessage, Value as Held};
use serde_json::json;

/// Less than a thread of the server has.
const STACK_BYTES: usize = 1 << 20;
const SEIZURES: (&str, &str) = ("seizures", "SeizureFilter");

fn object(field: &str, value: Value) -> Value {
    Value::Object(IndexMap::from([(Name::new(field), value)]))
}

fn empty() -> Value {
    Value::Object(IndexMap::new())
}

/// A filter of so many messages, by both contracts.
fn wide(of: &str, messages: usize) -> (Value, DynamicMessage) {
    let members = messages - 1;
    let member = DynamicMessage::new(message(of));
    let mut wide = member.clone();
    wide.set_field_by_name("and", Held::List(vec![Held::Message(member); members]));
    (object("and", Value::List(vec![empty(); members])), wide)
}

/// A filter of so many levels, by both contracts.
fn deep(of: &str, levels: usize) -> (Value, DynamicMessage) {
    let (mut input, mut held) = (empty(), DynamicMessage::new(message(of)));
    for _ in 1..levels {
        let mut outer = DynamicMessage::new(message(of));
        outer.set_field_by_name("not", Held::Message(held));
        (input, held) = (object("not", input), outer);
    }
    (input, held)
}

fn composable() -> impl Iterator<Item = (&'static str, &'static str)> {
    NOUNS.iter().copied().filter(|(many, _)| *many != "substances")
}

#[tokio::test]
async fn a_filter_fills_its_limits_by_both_contracts_and_passes_them_by_neither() {
    let schema = decoding();
    for noun @ (many, of) in composable() {
        for (within, beyond, message) in [
            (
                wide(of, FILTER_MESSAGES_MAX),
                wide(of, FILTER_MESSAGES_MAX + 1),
                "more than 200 messages in the filter",
            ),
            (
                deep(of, FILTER_DEPTH_MAX),
                deep(of, FILTER_DEPTH_MAX + 1),
                "nested deeper than 16 levels",
            ),
        ] {
            let read = by_variable(&schema, noun, &within.0).await;
            assert_eq!(read, by_grpc(many, &within.1), "{many}");
            assert!(read.ends_with("\"violations\":[]}"), "{read}");
            let refused = by_variable(&schema, noun, &beyond.0).await;
            assert!(refused.contains(message), "{refused}");
            assert!(by_grpc(many, &beyond.1).contains(message), "{many}");
        }
    }
}

#[tokio::test]
async fn the_lists_of_a_filter_hold_a_thousand_values_together() {
    let schema = decoding();
    let named = |values: usize| {
        let name = Value::from("seizures/01890a5d-ac96-774b-bcce-b302099a8057");
        object("name", object("anyOf", Value::List(vec![name; values])))
    };
    let within = by_variable(&schema, SEIZURES, &named(FILTER_VALUES_MAX)).await;
    assert!(within.ends_with("\"violations\":[]}"));
    let beyond = by_variable(&schema, SEIZURES, &named(FILTER_VALUES_MAX + 1)).await;
    let wanted =
        "\"violations\":[[\"filter.name.anyOf\",\"more than 1000 values in the filter\"]]}";
    assert!(beyond.ends_with(wanted), "{beyond}");
}

/// Runs on a thread of little stack.
fn on_little_stack<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES);
    thread.spawn(run).unwrap().join().unwrap()
}

fn answer(request: Request) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answer = runtime.block_on(decoding().execute(request));
    serde_json::to_string(&answer).unwrap()
}

/// Ways to nest a filter of seizures, and how many levels of a document one takes.
const NESTINGS: [(&str, &str, usize); 3] = [
    (r#"{"not":"#, "}", 1),
    (r#"{"and":["#, "]}", 2),
    (r#"{"operation":{"or":[{"seizures":{"some":"#, "}}]}}", 5),
];

#[test]
fn variables_as_deep_as_json_goes_take_little_stack() {
    for (open, close, levels) in NESTINGS {
        let times = 120 / levels;
        let text = format!("{{\"f\":{}{{}}{}}}", open.repeat(times), close.repeat(times));
        let answer = on_little_stack(move || {
            let variables: Variables = serde_json::from_str(&text).unwrap();
            let document = "query($f: SeizureFilter) { seizures(filter: $f) }";
            answer(Request::new(document).variables(variables))
        });
        assert!(answer.contains("nested deeper than 16 levels"), "{answer}");
    }
}

#[test]
fn variables_nested_ten_thousand_deep_are_not_read() {
    for (open, close, _) in NESTINGS {
        let text = format!("{{\"f\":{}{{}}{}}}", open.repeat(10_000), close.repeat(10_000));
        let refused = serde_json::from_str::<Variables>(&text).unwrap_err();
        assert!(refused.to_string().starts_with("recursion limit exceeded"), "{refused}");
    }
}

/// The most brackets within each other that a document may have.
const NESTING_MAX: usize = 64;

#[test]
fn a_document_as_deep_as_it_may_be_takes_little_stack() {
    for (open, close, levels) in NESTINGS {
        let times = (NESTING_MAX - 3) / levels;
        let (open, close) = (open.replace('"', ""), close.to_owned());
        let document = move |times: usize| {
            format!("{{ seizures(filter: {}{{}}{}) }}", open.repeat(times), close.repeat(times))
        };
        let document = document(times);
        let answer = on_little_stack(move || answer(Request::new(document)));
        assert!(answer.contains("nested deeper than 16 levels"), "{answer}");
    }
}

#[test]
fn a_hundred_thousand_empty_filters_are_counted_and_not_read() {
    let members = vec![json!({}); 100_000];
    let variables = Variables::from_json(json!({ "f": { "and": members } }));
    let document = "query($f: SeizureFilter) { seizures(filter: $f) }";
    let answer = answer(Request::new(document).variables(variables));
    assert!(
        answer.contains(r#"[[\"filter\",\"more than 200 messages in the filter\"]]"#),
        "{answer}"
    );
}
