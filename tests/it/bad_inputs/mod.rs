//! Bad inputs: one table of requests that no service takes, each with the whole answer to it. Every
//! row is sent through the generated client, on both backends; every one must be refused exactly as
//! it says, and all of them together must leave no trace in the store.

mod agencies;
mod answered;
mod calls;
mod filters;
mod ids;
mod known;
mod lists;
mod methods;
mod operation_filters;
mod operations;
mod records;
mod seizure_filters;
mod seizures;
mod sensors;
mod substances;
mod trace;
mod transfers;
mod values;

use crate::world::{World, on_both};
use answered::{answers, omits, references_stay};
use calls::Sent;
use known::{Caller, Known, Servers};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

on_both! {
    a_bad_input_is_refused_with_every_field_named_and_leaves_no_trace: refuses;
    an_odd_input_that_breaks_no_rule_is_answered: answers;
    what_refers_to_a_record_already_stays_when_it_is_deleted: references_stay;
    a_long_answer_says_how_much_of_it_was_left_out: omits;
}

/// Below this the table has lost rows.
const ROWS_MIN: usize = 300;

/// One bad request and the whole answer to it.
pub struct Row {
    /// Reads on from the method: `CreateSeizure` "with an amount of NaN".
    name: String,
    caller: Caller,
    sent: Sent,
    code: Code,
    reason: &'static str,
    fields: Vec<String>,
}

impl Row {
    /// The same row, sent by another caller.
    fn by(self, caller: Caller) -> Self {
        Self { caller, ..self }
    }

    /// What is wrong with the answer; nothing when it is the expected one.
    async fn fault(self, servers: &Servers) -> Option<String> {
        let Self { name, caller, sent: Sent { method, call }, code, reason, mut fields } = self;
        fields.sort();
        let want = (code, reason.to_owned(), fields);
        let got = match call(servers.channel(caller)).await {
            Ok(()) => return Some(format!("{method} {name}: taken, want {want:?}")),
            Err(status) => summary(&status),
        };
        (got != want).then(|| format!("{method} {name}:\n    want {want:?}\n    got  {got:?}"))
    }
}

/// Code, reason, and the paths of the fields at fault in alphabetical order.
fn summary(status: &Status) -> (Code, String, Vec<String>) {
    let details = status.get_error_details();
    let info = details.error_info();
    let is_ours = info.is_some_and(|info| info.domain == "interdiction");
    let reason = info.filter(|_| is_ours).map(|info| info.reason.clone());
    let violations = details.bad_request().map(|bad| bad.field_violations.clone());
    let mut fields: Vec<String> =
        violations.unwrap_or_default().into_iter().map(|violation| violation.field).collect();
    fields.sort();
    (status.code(), reason.unwrap_or_else(|| format!("none: {}", status.message())), fields)
}

/// A request whose fields are at fault, whatever the registry holds.
fn invalid<F: Into<String>>(
    name: impl Into<String>,
    sent: Sent,
    fields: impl IntoIterator<Item = F>,
) -> Row {
    refused(name, sent, methods::INVALID_FIELD, fields)
}

/// A request that is refused with a code and a reason.
fn refused<F: Into<String>>(
    name: impl Into<String>,
    sent: Sent,
    (code, reason): (Code, &'static str),
    fields: impl IntoIterator<Item = F>,
) -> Row {
    let fields = fields.into_iter().map(Into::into).collect();
    Row { name: name.into(), caller: Caller::Ours, sent, code, reason, fields }
}

/// No field is at fault.
const NONE: [&str; 0] = [];

/// Path of a field of a message; the message itself where the field is empty.
fn at(message: &str, field: &str) -> String {
    let dot = if field.is_empty() || field.starts_with('[') { "" } else { "." };
    format!("{message}{dot}{field}")
}

fn table(known: &Known) -> Vec<Row> {
    let mut rows = agencies::rows(known);
    rows.extend(sensors::rows(known));
    rows.extend(operations::rows(known));
    rows.extend(seizures::rows(known));
    rows.extend(substances::rows(known));
    rows.extend(transfers::rows(known));
    rows
}

async fn refuses(world: World) {
    let servers = Servers::start(&world).await;
    let known = Known::record(&servers).await;
    let rows = table(&known);
    assert!(rows.len() >= ROWS_MIN, "{} rows", rows.len());
    println!("{} rows", rows.len());
    let before = trace::of(&world.url).await;
    let mut faults = Vec::new();
    for row in rows {
        faults.extend(row.fault(&servers).await);
    }
    let count = faults.len();
    assert!(faults.is_empty(), "{count} rows are not as they should be:\n{}", faults.join("\n"));
    assert!(before == trace::of(&world.url).await, "a refused request left a trace");
}
