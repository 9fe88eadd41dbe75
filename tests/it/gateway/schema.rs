//! The schema as it is published, and that it explains itself.

use interdiction::graphql;
use serde_json::Value;
use std::{fs, path::Path};

fn committed() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql")
}

#[test]
fn the_published_schema_is_the_one_that_is_served() {
    let served = graphql::published();
    if std::env::var_os("INTERDICTION_WRITE_SCHEMA").is_some() {
        fs::write(committed(), &served).unwrap();
    }
    let published = fs::read_to_string(committed()).unwrap_or_default();
    let hint = "run the test with INTERDICTION_WRITE_SCHEMA=1 and look at the difference";
    assert!(published == served, "schema.graphql is not what is served: {hint}");
}

/// The schema as its introspection tells it.
pub fn introspected() -> Value {
    const DOCUMENT: &str = "{ __schema { types { kind name description
        fields(includeDeprecated: true) { name description args { name description }
            type { ...T } }
        inputFields { name description }
        enumValues(includeDeprecated: true) { name description } } } }
        fragment T on __Type { kind name ofType { kind name ofType { kind name
            ofType { kind name } } } }";
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let answer = runtime.block_on(graphql::schema().execute(DOCUMENT));
    let answer = serde_json::to_value(answer).unwrap();
    answer["data"]["__schema"].clone()
}

#[test]
fn every_element_is_documented() {
    let schema = introspected();
    let mut silent = Vec::new();
    let mut elements = 0;
    let mut look = |at: String, element: &Value| {
        elements += 1;
        if element["description"].as_str().is_none_or(|text| text.trim().is_empty()) {
            silent.push(at);
        }
    };
    for of in schema["types"].as_array().unwrap() {
        let name = of["name"].as_str().unwrap();
        // The specification explains its own.
        if name.starts_with("__") || ["Boolean", "Float", "ID", "Int", "String"].contains(&name) {
            continue;
        }
        look(name.to_owned(), of);
        for members in ["fields", "inputFields", "enumValues"] {
            for member in of[members].as_array().into_iter().flatten() {
                let at = format!("{name}.{}", member["name"].as_str().unwrap());
                look(at.clone(), member);
                for argument in member["args"].as_array().into_iter().flatten() {
                    look(format!("{at}({})", argument["name"].as_str().unwrap()), argument);
                }
            }
        }
    }
    assert!(elements > 500, "only {elements} elements were looked at");
    assert_eq!(silent, Vec::<String>::new(), "elements without a description");
}
