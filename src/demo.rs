//! Four real interdictions for a first look, recorded as an agency's own tool would, and what to
//! ask about them. The facts stand in `cases`.

mod cases;

use crate::{
    domain::{
        codes::Code as _,
        errors::{Kind, Result},
        operations::Operation,
        quantities::{Unit, express},
        requests::{Create, WriteOptions},
        seizures::{Seizure, SeizureDraft},
        viewers::{Role, Viewer},
    },
    registry::Registry,
};
use cases::Case;
use std::{fmt::Write as _, net::SocketAddr};

/// The first Python program, with the address that a server has by default.
const FIRST_LOOK: &str = include_str!("demo/first_look.py");
const ADDRESS_DEFAULT: &str = "127.0.0.1:8080";

/// A case as it was recorded.
pub struct Recorded {
    /// The operation.
    pub operation: Operation,
    /// What was seized under it.
    pub seizure: Seizure,
}

/// Records the cases for the viewer's agency, with every role, whatever the viewer may do later.
///
/// # Errors
/// What the registry returns.
pub async fn record(registry: &Registry, viewer: &Viewer) -> Result<Vec<Recorded>> {
    let viewer = Viewer { roles: Role::ALL.to_vec(), ..viewer.clone() };
    for (id, draft) in cases::agencies() {
        match registry.create_agency(&viewer, create(id, draft)).await {
            // The viewer's own agency may be one of them, and is registered already.
            Err(error) if error.kind == Kind::AlreadyExists => {}
            made => drop(made?),
        }
    }
    for (id, draft) in cases::sensors() {
        registry.create_sensor(&viewer, create(id, draft)).await?;
    }
    let mut recorded = Vec::new();
    for Case { operation, seizure } in cases::cases() {
        let operation = registry.create_operation(&viewer, create("", operation)).await?;
        let seizure = SeizureDraft { operation: operation.id.to_string(), ..seizure };
        let seizure = registry.create_seizure(&viewer, create("", seizure)).await?;
        recorded.push(Recorded { operation, seizure });
    }
    Ok(recorded)
}

fn create<D>(id: &str, draft: D) -> Create<D> {
    Create { id: id.to_owned(), draft, options: WriteOptions::default() }
}

/// What was recorded, and what to try on a server that listens there.
#[must_use]
pub fn guide(recorded: &[Recorded], address: SocketAddr, coloured: bool) -> String {
    let [bold, dim, plain] = if coloured { ["\x1b[1m", "\x1b[2m", "\x1b[0m"] } else { [""; 3] };
    let head = |text: &str| format!("{bold}{text}{plain}\n");
    let mut lines = head(&format!("{} real cases on {address}", recorded.len()));
    for Recorded { operation, seizure } in recorded {
        lines.push_str(&told(operation, seizure));
    }
    for (title, method, body) in QUESTIONS {
        let _infallible = write!(lines, "\n{}", head(title));
        let data = if body.is_empty() { String::new() } else { format!("-d '{body}' ") };
        let _infallible = writeln!(lines, "  grpcurl -plaintext {data}{address} \\\n    {method}");
    }
    let _infallible = write!(lines, "\n{}", head("Everything that was seized, in Python"));
    let program = FIRST_LOOK.replace(ADDRESS_DEFAULT, &address.to_string());
    for line in program.lines() {
        let _infallible = writeln!(lines, "  {line}");
    }
    let _infallible = writeln!(
        lines,
        "\n{dim}README.md says how to generate the Python client. Ctrl-C ends the demo and removes \
         its store.{plain}"
    );
    lines
}

/// What a question is, the method that answers it, and what to send.
const QUESTIONS: [(&str, &str, &str); 3] = [
    ("Everything that was seized", "interdiction.v1.SeizureService/ListSeizures", ""),
    (
        "Who furnished the radar that saw it",
        "interdiction.v1.SensorService/GetSensor",
        r#"{"name": "sensors/hermosillo-radar"}"#,
    ),
    (
        "What ground radars cued",
        "interdiction.v1.SeizureService/ListSeizures",
        r#"{"filter": {"operation": {"detections": {"some": {"sensor":
    {"type_any_of": ["SENSOR_TYPE_GROUND_RADAR"]},
    "role_any_of": ["DETECTION_ROLE_PRIMARY"]}}}}}"#,
    ),
];

fn told(operation: &Operation, seizure: &Seizure) -> String {
    let when = operation.body.when.as_ref().map_or("", |when| when.as_str());
    let domain = operation.body.domain.map_or("", |domain| domain.name());
    let mass = seizure.body.total_mass_micrograms().unwrap_or_default();
    let mass = express(mass.into(), Unit::Kilogram).map_or_else(|_| String::new(), |m| m.text);
    let (name, items) = (&operation.body.display_name, seizure.body.items.len());
    let noun = if items == 1 { "item " } else { "items" };
    format!("  {name:<22}  {when:<11}  {domain:<8}  {items} {noun}  {mass:>12} kg\n")
}
