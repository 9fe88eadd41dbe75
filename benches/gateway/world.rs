//! The analysts' world: a million seizures under 300,000 operations that 2,000 sensors detected and
//! 200 agencies led. A few of each are recorded through the registry, as an agency would, and
//! copied by SQL with ids, times and references of their own.

use crate::stage::{self, connect, copy, create, settle, uid};
use interdiction::{
    domain::{
        agencies::AgencyDraft,
        codes::Code as _,
        markings::{MarkingDraft, Tlp},
        operation_parts::{DetectionDraft, DetectionRole, ParticipantDraft, ParticipantRole},
        operations::{Domain, OperationDraft, Outcome},
        sensors::{SensorDraft, SensorType},
    },
    registry::Registry,
    store::StoreUrl,
};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};

/// Records of each kind that are recorded; the others are copies of them.
const TEMPLATES: i64 = 64;

/// How large a world is.
#[derive(Clone, Copy)]
pub struct Size {
    pub agencies: i64,
    pub sensors: i64,
    pub operations: i64,
    pub seizures: i64,
}

impl Size {
    /// In the proportions of the question, for so many seizures.
    pub fn of(seizures: i64) -> Self {
        let part = |of: i64| (of * seizures / 1_000_000).max(10);
        Self { agencies: part(200), sensors: part(2_000), operations: part(300_000), seizures }
    }
}

fn green() -> Option<MarkingDraft> {
    Some(MarkingDraft { label: Tlp::Green.code(), releasable_to: Vec::new() })
}

/// Fills a fresh store.
pub async fn fill(url: &StoreUrl, size: Size) {
    let (registry, _store) = stage::open(url.clone()).await;
    record(&registry, size).await;
    let connection = connect(url).await;
    let step = 1_000;
    let copies = size.operations / TEMPLATES;
    for from in (1..copies).step_by(step) {
        copy_operations(&connection, (from, (from + 999).min(copies - 1)), size).await;
    }
    let copies = size.seizures / TEMPLATES;
    for from in (1..copies).step_by(step) {
        copy_seizures(&connection, (from, (from + 999).min(copies - 1)), size).await;
        eprint!("\r  {} of {} seizures", (from + 999).min(copies) * TEMPLATES, size.seizures);
    }
    eprintln!();
    settle(&connection).await;
    if connection.get_database_backend() == sea_orm::DbBackend::Postgres {
        let next = "SELECT setval(pg_get_serial_sequence('operations', 'id'), max(id)) \
                    FROM operations";
        connection.execute_unprepared(next).await.expect("the next operation has a key");
    }
}

async fn record(registry: &Registry, size: Size) {
    let viewer = stage::viewer();
    registry.register_own_agency(&viewer).await.expect("an agency");
    for number in 1..size.agencies {
        let draft = AgencyDraft {
            display_name: format!("Agency {number}"),
            region_code: ["MX", "US", "CO"][usize::try_from(number % 3).expect("a few")].to_owned(),
            marking: green(),
            ..AgencyDraft::default()
        };
        let made = registry.create_agency(&viewer, create(&format!("agency-{number}"), draft));
        made.await.expect("an agency");
    }
    for number in 0..size.sensors {
        let kinds = SensorType::ALL;
        let kind = kinds[usize::try_from(number).expect("a number") % kinds.len()];
        let draft = SensorDraft {
            display_name: format!("Sensor {number}"),
            sensor_type: kind.code(),
            operator: format!("agencies/agency-{}", 1 + number % (size.agencies - 1)),
            marking: green(),
            ..SensorDraft::default()
        };
        let made = registry.create_sensor(&viewer, create(&format!("sensor-{number}"), draft));
        made.await.expect("a sensor");
    }
    let mut first = String::new();
    for number in 0..TEMPLATES {
        let made = registry.create_operation(&viewer, create("", operation(number))).await;
        first = made.expect("an operation").id.to_string();
    }
    for number in 0..TEMPLATES {
        let draft = stage::seizure(number * 3, &first);
        registry.create_seizure(&viewer, create("", draft)).await.expect("a seizure");
    }
}

fn operation(number: i64) -> OperationDraft {
    let participant = |n: i64, role: ParticipantRole| ParticipantDraft {
        agency: format!("agencies/agency-{n}"),
        role: role.code(),
        ..ParticipantDraft::default()
    };
    let detection = DetectionDraft {
        sensor: "sensors/sensor-0".to_owned(),
        role: DetectionRole::Primary.code(),
        when: Some("2019-05-05".to_owned()),
        ..DetectionDraft::default()
    };
    OperationDraft {
        display_name: format!("Operation {number}"),
        domain: Domain::Air.code(),
        outcome: Outcome::Seized.code(),
        when: Some(format!("20{:02}-{:02}", 10 + number % 14, 1 + number % 12)),
        lead_agency: format!("agencies/{}", stage::AGENCY),
        participants: vec![
            participant(1, ParticipantRole::ALL[0]),
            participant(2, ParticipantRole::ALL[1]),
        ],
        detections: vec![detection],
        marking: green(),
        ..OperationDraft::default()
    }
}

async fn copy_operations(connection: &DatabaseConnection, bounds: (i64, i64), size: Size) {
    let backend = connection.get_database_backend();
    let lead = format!("1 + (n * 64 + t.id) % {}", size.agencies);
    let own = [
        ("id", "n * 64 + t.id"),
        ("uid", uid(backend)),
        ("create_micros", "t.create_micros + n * 64000000"),
        ("update_micros", "t.update_micros + n * 64000000"),
        ("when_earliest", "t.when_earliest + (n % 300) * 86400000000"),
        ("when_latest", "t.when_latest + (n % 300) * 86400000000"),
        ("lead_agency_id", &lead),
    ];
    copy(connection, "operations", bounds, "t.id <= 64", &own).await;
    let agency = format!("1 + (n * 64 + t.operation_id + t.position * 7) % {}", size.agencies);
    let of = ("operation_id", "n * 64 + t.operation_id");
    let participants = [of, ("agency_id", &agency)];
    copy(connection, "participants", bounds, "t.operation_id <= 64", &participants).await;
    let sensor = format!("1 + (n * 64 + t.operation_id) % {}", size.sensors);
    let detections = [of, ("sensor_id", &sensor)];
    copy(connection, "detections", bounds, "t.operation_id <= 64", &detections).await;
}

async fn copy_seizures(connection: &DatabaseConnection, bounds: (i64, i64), size: Size) {
    let backend = connection.get_database_backend();
    let operation = format!("1 + (n * 64 + t.id) % {}", size.operations / TEMPLATES * TEMPLATES);
    let agency = format!("1 + (n * 64 + t.id) % {}", size.agencies);
    let own = [
        ("id", "n * 64 + t.id"),
        ("uid", uid(backend)),
        ("create_micros", "t.create_micros + n * 64000000"),
        ("update_micros", "t.update_micros + n * 64000000"),
        ("when_earliest", "t.when_earliest + (n % 300) * 86400000000"),
        ("when_latest", "t.when_latest + (n % 300) * 86400000000"),
        ("mass_micrograms", "t.mass_micrograms + n * 1000"),
        ("operation_id", &operation),
        ("agency_id", &agency),
    ];
    copy(connection, "seizures", bounds, "t.id <= 64", &own).await;
    let owner = [("seizure_id", "n * 64 + t.seizure_id")];
    copy(connection, "seizure_items", bounds, "t.seizure_id <= 64", &owner).await;
}
