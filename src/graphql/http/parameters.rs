//! What a request asks: the document or its id, which of its operations, and with which variables.

use super::{
    super::{cost, documents::Asked},
    answers::Refusal,
};
use async_graphql::Variables;
use serde::Deserialize;
use serde_json::{Map, Value};

/// What a request asks.
#[derive(Debug)]
pub(super) struct Parameters {
    /// The document.
    pub document: Asked,
    /// The operation of it; only where it has several need one be named.
    pub operation_name: Option<String>,
    /// Values of its variables.
    pub variables: Variables,
    /// Whether the answer says what it cost: `extensions.cost` of the request is true.
    pub tells_cost: bool,
}

/// As the specification names them; null is as good as nothing.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Sent {
    query: Option<String>,
    document_id: Option<String>,
    operation_name: Option<String>,
    variables: Variables,
    extensions: Option<Map<String, Value>>,
}

impl Parameters {
    /// Reads the body of a POST.
    pub(super) fn of_body(body: &[u8]) -> Result<Self, Refusal> {
        if body.trim_ascii_start().starts_with(b"[") {
            return Err(Refusal::malformed("a batch is not taken: send one document a request"));
        }
        cost::scan_json(body)?;
        let sent = serde_json::from_slice(body).map_err(|error| {
            Refusal::malformed(format!("the body is not a request of GraphQL over HTTP: {error}"))
        })?;
        Self::of(sent)
    }

    /// Reads the query string of a GET.
    pub(super) fn of_query(query: Option<&str>) -> Result<Self, Refusal> {
        let mut sent = Sent::default();
        let mut seen = Vec::new();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            if seen.contains(&name) {
                return Err(Refusal::malformed("a parameter stands twice"));
            }
            match &*name {
                "query" => sent.query = Some(value.into_owned()),
                "documentId" => sent.document_id = Some(value.into_owned()),
                "operationName" => sent.operation_name = Some(value.into_owned()),
                "variables" => sent.variables = json("variables", &value)?,
                "extensions" => sent.extensions = json("extensions", &value)?,
                // Left to whoever sends it, as the specification has it.
                _ => continue,
            }
            seen.push(name);
        }
        sent.operation_name = sent.operation_name.filter(|name| !name.is_empty());
        Self::of(sent)
    }

    fn of(sent: Sent) -> Result<Self, Refusal> {
        let Sent { query, document_id, operation_name, variables, extensions } = sent;
        let hash = extensions.as_ref().and_then(|map| map.get("persistedQuery"));
        let hash = hash.and_then(|persisted| persisted.get("sha256Hash")?.as_str());
        let document = match (query, document_id, hash) {
            (Some(_), Some(_), _) => {
                return Err(Refusal::malformed("query, documentId: want one of the two"));
            }
            (Some(text), None, _) => Asked::Text(text),
            (None, Some(id), _) => Asked::Id(id),
            (None, None, Some(hash)) => Asked::Hash(hash.to_owned()),
            (None, None, None) => {
                return Err(Refusal::malformed("query: want a document, or its id in documentId"));
            }
        };
        let cost = extensions.as_ref().and_then(|map| map.get("cost"));
        let tells_cost = cost.and_then(Value::as_bool).unwrap_or(false);
        Ok(Self { document, operation_name, variables, tells_cost })
    }
}

/// Reads JSON in a query string.
fn json<T: for<'de> Deserialize<'de>>(name: &str, text: &str) -> Result<T, Refusal> {
    cost::scan_json(text.as_bytes())?;
    serde_json::from_str(text)
        .map_err(|error| Refusal::malformed(format!("{name}: want a JSON object: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Option<Parameters> {
        Parameters::of_body(text.as_bytes()).ok()
    }

    #[test]
    fn reads_what_the_specification_allows() {
        let all = r#" {"query": "{a}", "operationName": "B", "variables": {"c": [1, null]},
                       "extensions": {"d": {}}, "unknown": 1}"#;
        let Parameters { document, operation_name, variables, tells_cost } =
            body(all).expect("a request");
        assert_eq!(document, Asked::Text("{a}".to_owned()));
        assert_eq!(operation_name.as_deref(), Some("B"));
        assert_eq!(variables["c"].to_string(), "[1, null]");
        assert!(!tells_cost);
        let asks = body(r#"{"query": "{a}", "extensions": {"cost": true}}"#).expect("a request");
        assert!(asks.tells_cost);
        let nulls = r#"{"query": "{a}", "operationName": null, "variables": null,
                        "extensions": null, "documentId": null}"#;
        let Parameters { operation_name, variables, .. } = body(nulls).expect("a request");
        assert!(operation_name.is_none() && variables.is_empty());
        let query = "query=%7Ba%7D&variables=%7B%22c%22%3A1%7D&operationName=&unknown=1&unknown=2";
        let Parameters { document, operation_name, variables, tells_cost: _ } =
            Parameters::of_query(Some(query)).expect("a request");
        assert_eq!(document, Asked::Text("{a}".to_owned()));
        assert!(operation_name.is_none() && variables.contains_key("c"));
    }

    #[test]
    fn a_document_is_named_by_its_id_or_by_its_hash() {
        let by_id = body(r#"{"documentId": "sha256:ab"}"#).expect("a request");
        assert_eq!(by_id.document, Asked::Id("sha256:ab".to_owned()));
        let hash = r#"{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "ab"}}}"#;
        assert_eq!(body(hash).expect("a request").document, Asked::Hash("ab".to_owned()));
        assert!(body(r#"{"documentId": "sha256:ab", "query": "{a}"}"#).is_none());
    }

    #[test]
    fn reads_nothing_else() {
        for text in [
            "",
            "[]",
            r#" [{"query": "{a}"}]"#,
            r#"["{a}", null, null, {}, null]"#,
            r#""{a}""#,
            "{}",
            r#"{"qeury": "{a}"}"#,
            r#"{"query": 0}"#,
            r#"{"query": "{a}", "variables": "{}"}"#,
            r#"{"query": "{a}", "variables": [1]}"#,
            r#"{"query": "{a}", "extensions": []}"#,
            r#"{"query": "{a}", "operationName": {}}"#,
            r#"{"query": "{a}", "query": "{b}"}"#,
            r#"{"query": "{a}"} {}"#,
            r#"{"query": "{a}""#,
        ] {
            assert!(body(text).is_none(), "{text}");
        }
        for query in ["", "query=a&query=b", "query=a&variables=1", "query=a&variables=%7B"] {
            assert!(Parameters::of_query(Some(query)).is_err(), "{query}");
        }
        let many = format!(
            "{{\"query\": \"{{a}}\", \"variables\": {{\"b\": [{}0]}}}}",
            "0,".repeat(6_000)
        );
        assert!(body(&many).is_none());
    }
}
