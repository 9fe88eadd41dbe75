//! Seizures that are made up: the same ones as messages and as a table.

use interdiction::proto;
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use std::fmt::Write as _;

/// Rows of one message.
const BATCH_ROWS: usize = 500;

/// What the table means, for the command.
pub const MAPPING: &str = r#"
dataset = "generated"
[identity]
column = "id"
[seizure.when]
column = "day"
[seizure.place]
subdivision_code = { column = "sub" }
text = { column = "town" }
latitude = { column = "lat" }
longitude = { column = "lon" }
[seizure.marking]
label = "GREEN"
[[item]]
substance = { column = "drug" }
quantity = { column = "grams" }
unit = "GRAM"
"#;

struct Row {
    id: String,
    day: String,
    drug: &'static str,
    grams: u32,
    latitude: f64,
    longitude: f64,
    subdivision: &'static str,
    town: String,
}

fn rows(count: usize) -> impl Iterator<Item = Row> {
    let mut chance = StdRng::seed_from_u64(4);
    (0..count).map(move |i| {
        let (year, month, day) = (
            chance.random_range(2010..2025),
            chance.random_range(1..13),
            chance.random_range(1..29),
        );
        let mut degrees =
            |from: i32, to: i32| f64::from(chance.random_range(from * 1_000..to * 1_000)) / 1e3;
        let (latitude, longitude) = (degrees(-10, 10), degrees(-80, -60));
        Row {
            id: format!("e{i}"),
            day: format!("{year}-{month:02}-{day:02}"),
            drug: ["heroin", "cocaine", "basuco", "ketamine"][chance.random_range(0..4)],
            grams: chance.random_range(1..100_000),
            latitude,
            longitude,
            subdivision: ["CO-ANT", "CO-CUN", "CO-VAC", "MX-SON"][chance.random_range(0..4)],
            town: format!("Town {}", chance.random_range(1..3_000)),
        }
    })
}

/// The rows as CSV.
pub fn table(count: usize) -> String {
    let mut text = "id,day,drug,grams,lat,lon,sub,town\n".to_owned();
    for row in rows(count) {
        let Row { id, day, drug, grams, latitude, longitude, subdivision, town } = row;
        let _infallible =
            writeln!(text, "{id},{day},{drug},{grams},{latitude},{longitude},{subdivision},{town}");
    }
    text
}

/// The rows as messages of an import, as the mapping makes them of the table.
pub fn requests(count: usize) -> Vec<proto::ImportSeizuresRequest> {
    let numbered: Vec<proto::ImportRow> = (1..).zip(rows(count)).map(import_row).collect();
    let mut requests: Vec<proto::ImportSeizuresRequest> = numbered
        .chunks(BATCH_ROWS)
        .map(|rows| proto::ImportSeizuresRequest { options: None, rows: rows.to_vec() })
        .collect();
    if let Some(first) = requests.first_mut() {
        let dataset = "generated".to_owned();
        first.options = Some(proto::ImportOptions { dataset, validate_only: false });
    }
    requests
}

fn import_row((sequence_number, row): (i64, Row)) -> proto::ImportRow {
    let Row { id, day, drug, grams, latitude, longitude, subdivision, town } = row;
    let item = proto::SeizedItem {
        substance: format!("substances/{drug}"),
        reported_label: drug.to_owned(),
        quantity: Some(proto::Quantity {
            value: grams.to_string(),
            unit: proto::Unit::Gram.into(),
            ..proto::Quantity::default()
        }),
        ..proto::SeizedItem::default()
    };
    let place = proto::Place {
        subdivision_code: subdivision.to_owned(),
        text: town,
        point: Some(proto::Point { latitude, longitude, uncertainty_meters: None }),
        ..proto::Place::default()
    };
    let seizure = proto::Seizure {
        when: Some(proto::When { edtf: day, ..proto::When::default() }),
        place: Some(place),
        items: vec![item],
        marking: Some(proto::Marking {
            label: proto::Tlp::Green.into(),
            releasable_to: Vec::new(),
        }),
        ..proto::Seizure::default()
    };
    proto::ImportRow {
        sequence_number,
        row_id: id,
        seizure: Some(seizure),
        ..proto::ImportRow::default()
    }
}
