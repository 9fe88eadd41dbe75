//! The questions that are measured.

use serde_json::{Value, json};

/// A document, and what changes from one request to the next.
pub struct Question {
    pub name: &'static str,
    pub document: &'static str,
    /// Requests in flight at the same time, each over a connection of its own.
    pub callers: usize,
    vary: Vary,
}

enum Vary {
    Name,
    SubstanceAndTime,
    Time,
    Nothing,
}

const CALLERS: usize = 32;

pub const QUESTIONS: &[Question] = &[
    Question {
        name: "seizure by id with operation, lead agency, sensor",
        document: "query($id: ID!) { seizure(id: $id) { id when { edtf } state
            totalMass { micrograms } items { substance { id } quantity { value unit } }
            operation { id displayName outcome leadAgency { id displayName }
                detections { role sensor { id displayName type } } } } }",
        callers: CALLERS,
        vary: Vary::Name,
    },
    Question {
        name: "page of 50 seizures by substance and time",
        document: "query($substance: ID!, $from: EDTF!, $until: EDTF!) {
            seizures(first: 50, orderBy: [{ field: WHEN, direction: DESCENDING }],
                filter: { items: { some: { substance: { under: [$substance] } } },
                    when: { from: $from, until: $until } }) {
                nodes { id when { edtf } state totalMass { micrograms }
                    operation { id displayName leadAgency { id displayName }
                        detections { role sensor { id displayName type } } } }
                pageInfo { hasNextPage endCursor } } }",
        callers: CALLERS,
        vary: Vary::SubstanceAndTime,
    },
    Question {
        name: "page of 50 operations with participants and seizures",
        document: "query($from: EDTF!, $until: EDTF!) {
            operations(first: 50, orderBy: [{ field: WHEN, direction: DESCENDING }],
                filter: { when: { from: $from, until: $until } }) {
                nodes { id displayName outcome when { edtf }
                    participants { role agency { id displayName } }
                    seizures(first: 10) { nodes { id when { edtf } totalMass { micrograms } } } }
                pageInfo { hasNextPage endCursor } } }",
        callers: CALLERS,
        vary: Vary::Time,
    },
    Question {
        name: "totals by sensor type",
        document: "{ seizures { summary(groupBy: [SENSOR_TYPE]) { groups {
            key { sensorType } seizureCount itemCount mass(unit: KILOGRAM) } } } }",
        callers: 1,
        vary: Vary::Nothing,
    },
    Question {
        name: "totals by substance",
        document: "{ seizures { summary(groupBy: [SUBSTANCE]) { groups {
            key { substanceName } seizureCount itemCount mass(unit: KILOGRAM) } } } }",
        callers: 1,
        vary: Vary::Nothing,
    },
];

impl Question {
    /// Whether it is not always the same request.
    pub fn varies(&self) -> bool {
        !matches!(self.vary, Vary::Nothing)
    }

    /// The variables of a request, the same for the same number.
    pub fn variables(&self, names: &[String], number: usize) -> Value {
        let (from, until) = (2011 + number % 8, 2012 + number % 8);
        let substances = ["cocaine", "heroin", "fentanyl", "cannabis"];
        match self.vary {
            Vary::Name => json!({ "id": names[number % names.len()] }),
            Vary::SubstanceAndTime => json!({
                "substance": format!("substances/{}", substances[number % substances.len()]),
                "from": from.to_string(),
                "until": until.to_string(),
            }),
            Vary::Time => json!({ "from": from.to_string(), "until": until.to_string() }),
            Vary::Nothing => json!({}),
        }
    }
}
