//! Filters and orders of the two contracts: the same fields, read into the same types of the domain,
//! with the same violations at the same places.

mod contracts;
mod draws;
mod extremes;

use async_graphql::{
    EmptyMutation, EmptySubscription, Object, Request, Response, Schema, Value, Variables,
};
use contracts::spelled_here;
use draws::Drawn;
use interdiction::{
    domain::{
        check::{Violation, Violations},
        filters::Decoder,
    },
    graphql::inputs::{
        AgencyFilter, Bounded, OperationFilter, SeizureFilter, SensorFilter, SubstanceFilter,
    },
    proto,
};
use prost_reflect::DynamicMessage;
use serde::Serialize;
use serde_json::json;
use std::collections::HashSet;

/// What a filter was read into, and what is wrong with it by place and message.
fn told(filter: impl Serialize, violations: Violations) -> String {
    let spelled = |Violation { field, message }| (spelled_here(&field), message);
    let mut found: Vec<_> = violations.into_found().into_iter().map(spelled).collect();
    found.sort();
    json!({ "filter": filter, "violations": found }).to_string()
}

struct Query;

macro_rules! nouns {
    ($($many:ident, $filter:ident;)+) => {
        /// Fields that tell what their filter was read into.
        #[Object]
        impl Query {
            $(
                async fn $many(&self, filter: Option<Bounded<$filter>>) -> String {
                    let mut violations = Violations::default();
                    let filter = $filter::decode(filter, &mut violations);
                    told(filter, violations)
                }
            )+
        }

        /// The records that have filters: their list, and the name of the filter's type.
        const NOUNS: &[(&str, &str)] = &[$((stringify!($many), stringify!($filter))),+];

        /// What the other contract reads the same filter into.
        fn by_grpc(many: &str, filter: &DynamicMessage) -> String {
            let mut violations = Violations::default();
            let mut decoder = Decoder::new(&mut violations);
            match many {
                $(stringify!($many) => {
                    let filter: proto::$filter = filter.transcode_to().unwrap();
                    let filter = decoder.$many("filter", Some(filter));
                    told(filter, violations)
                })+
                other => panic!("{other} have no filter"),
            }
        }
    };
}

nouns! {
    agencies, AgencyFilter;
    sensors, SensorFilter;
    operations, OperationFilter;
    seizures, SeizureFilter;
    substances, SubstanceFilter;
}

type Decoding = Schema<Query, EmptyMutation, EmptySubscription>;

fn decoding() -> Decoding {
    Schema::new(Query, EmptyMutation, EmptySubscription)
}

fn only(many: &str, response: Response) -> String {
    assert_eq!(response.errors, [], "{many}");
    response.data.into_json().unwrap()[many].as_str().unwrap().to_owned()
}

/// A filter that stands in the document.
async fn by_literal(schema: &Decoding, many: &str, filter: &Value) -> String {
    only(many, schema.execute(format!("{{ {many}(filter: {filter}) }}")).await)
}

/// A filter that comes with the variables.
async fn by_variable(schema: &Decoding, (many, of): (&str, &str), filter: &Value) -> String {
    let variables = json!({ "filter": filter.clone().into_json().unwrap() });
    let document = format!("query($filter: {of}) {{ {many}(filter: $filter) }}");
    let request = Request::new(document).variables(Variables::from_json(variables));
    only(many, schema.execute(request).await)
}

#[tokio::test]
async fn a_filter_is_read_into_the_same_by_both_contracts() {
    let schema = decoding();
    let mut drawn_fields = HashSet::new();
    let (mut right, mut wrong) = (0, 0);
    for seed in 0..800 {
        for &(many, of) in NOUNS {
            let Drawn { input, message, fields } = draws::filter(seed, of);
            drawn_fields.extend(fields);
            let wanted = by_grpc(many, &message);
            assert_eq!(by_literal(&schema, many, &input).await, wanted, "{many} {input}");
            assert_eq!(by_variable(&schema, (many, of), &input).await, wanted, "{many} {input}");
            *if wanted.ends_with("\"violations\":[]}") { &mut right } else { &mut wrong } += 1;
        }
    }
    assert!(right > 400 && wrong > 400, "{right} right, {wrong} wrong");
    let all: HashSet<String> =
        contracts::fields().map(|(message, field)| format!("{message}.{field}")).collect();
    let mut missing: Vec<_> = all.difference(&drawn_fields).collect();
    missing.sort();
    assert_eq!(missing, Vec::<&String>::new(), "fields that were never drawn");
}
