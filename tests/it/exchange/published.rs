//! The mappings that come with the program, on excerpts of what they map. What is expected is
//! reckoned here from the files, by other means.

use super::{Desk, excerpt, told};
use crate::world::{Backend, World};
use interdiction::{
    demo,
    exchange::json,
    proto::{
        self, operation_service_client::OperationServiceClient,
        seizure_service_client::SeizureServiceClient,
    },
};
use std::{collections::BTreeMap, fs, path::Path};

/// The cells of a table without quotes.
fn cells(name: &str, mark: char) -> Vec<Vec<String>> {
    let text = fs::read_to_string(excerpt(name)).unwrap();
    let text = text.trim_start_matches('\u{feff}');
    text.lines().skip(1).map(|line| line.split(mark).map(str::to_owned).collect()).collect()
}

async fn colombia(backend: Backend) {
    let name = "colombia-policia-estupefacientes-2018";
    let desk = Desk::new(backend).await;
    let file = excerpt(&format!("{name}.csv"));
    let import = ["import", file.as_str(), "--mapping", name];
    let first = desk.run(&import);
    let text = told(&first);
    let mut rows = cells(&format!("{name}.csv"), ',');
    let footer = rows.pop().unwrap();
    let sum: u64 = rows.iter().map(|row| row[9].parse::<u64>().unwrap()).sum();
    assert_eq!(first.status.code(), Some(6), "the footer sums the whole table: {text}");
    assert!(
        text.contains(&format!(
            "rows read 99: {} new, 0 changed, 0 unchanged, 0 rejected",
            rows.len()
        )),
        "{text}"
    );
    let claimed: u64 = footer[9].parse().unwrap();
    let control = format!("{claimed} GRAM differs by {} GRAM from the {sum} GRAM", claimed - sum);
    assert!(text.contains(&control), "{text}");
    let again = told(&desk.run(&import));
    assert!(again.contains("99 unchanged") && again.contains("nothing changed"), "{again}");
    // By drug, month and department.
    let mut wanted: BTreeMap<(String, String, String), u64> = BTreeMap::new();
    for row in &rows {
        let month = row[0][..2].to_owned();
        *wanted.entry((row[4].clone(), month, row[1].clone())).or_default() +=
            row[9].parse::<u64>().unwrap();
    }
    let mut found: BTreeMap<(String, String, String), u64> = BTreeMap::new();
    for record in desk.records(&desk.store) {
        let item = &record["items"][0];
        let text = record["place"]["text"].as_str().unwrap().to_owned();
        let department =
            rows.iter().find(|row| text.starts_with(&format!("{}, {}, ", row[2], row[1])));
        let key = (
            item["reportedLabel"].as_str().unwrap().to_owned(),
            record["when"]["edtf"].as_str().unwrap()[5..7].to_owned(),
            department.unwrap()[1].clone(),
        );
        let grams: u64 = item["quantity"]["value"].as_str().unwrap().parse().unwrap();
        *found.entry(key).or_default() += grams;
        let code = record["place"]["administrativeCode"]["code"].as_str().unwrap();
        assert_eq!(code.len(), 8, "{code}");
    }
    assert_eq!(found, wanted);
}

#[tokio::test]
async fn colombia_into_sqlite() {
    colombia(Backend::Sqlite).await;
}

#[tokio::test]
async fn colombia_into_postgres() {
    colombia(Backend::Postgres).await;
}

#[tokio::test]
async fn every_row_of_brazil_is_in_or_rejected_with_a_reason() {
    let name = "brazil-pf-portos-aeroportos";
    let desk = Desk::new(Backend::Sqlite).await;
    let file = excerpt(&format!("{name}.csv"));
    let imported = desk.run(&["import", &file, "--mapping", name]);
    let text = told(&imported);
    let rows = cells(&format!("{name}.csv"), ';');
    let unitless = |row: &&Vec<String>| row[7].is_empty() && !row[6].is_empty();
    let rejected = rows.iter().filter(unitless).count();
    assert!(
        text.contains(&format!("rows read {}: {} new", rows.len(), rows.len() - rejected)),
        "{text}"
    );
    assert!(text.contains(&format!("{rejected} rejected")), "{text}");
    let records = desk.records(&desk.store);
    let unknown = rows.iter().filter(|row| row[6].is_empty()).count();
    let without = records.iter().filter(|one| one["items"][0].get("quantity").is_none()).count();
    assert!(unknown > 0);
    assert_eq!(without, unknown, "a blank is not known, not zero");
    for record in &records {
        let quantity = &record["items"][0]["quantity"];
        let is_mass = quantity["dimension"] == "DIMENSION_MASS";
        assert_eq!(is_mass, quantity["unit"] == "UNIT_GRAM", "{record}");
        assert_eq!(is_mass, record.get("totalMassMicrograms").is_some(), "{record}");
    }
    let points = |row: &&Vec<String>| row[9] != "0" && !row[9].is_empty();
    let with = records.iter().filter(|one| one["place"].get("point").is_some()).count();
    assert_eq!(
        with,
        rows.iter().filter(points).count() - rows.iter().filter(unitless).filter(points).count()
    );
    let row = rows.iter().find(|row| row[6].contains(',') && points(row)).unwrap();
    let (value, degrees) = (row[6].replace(',', "."), row[9].replace(',', "."));
    let degrees: f64 = degrees.parse().unwrap();
    assert!(records.iter().any(|one| one["items"][0]["quantity"]["value"] == value.as_str()
        && one["place"]["point"]["latitude"] == degrees));
}

const CASES: &str = include_str!("../../../mappings/cases.ndjson");

/// The cases of the demo as rows of an import.
async fn cases_of_the_demo() -> String {
    let world = World::new(Backend::Sqlite).await;
    let viewer = world.viewer("us-dod");
    let recorded = demo::record(&world.registry, &viewer).await.unwrap();
    let served = crate::services::serve_over(world).await;
    let mut operations = OperationServiceClient::new(served.channel.clone());
    let mut seizures = SeizureServiceClient::new(served.channel.clone());
    let mut lines = String::new();
    for one in recorded {
        let name = one.operation.id.to_string();
        let operation = operations.get_operation(proto::GetOperationRequest { name }).await;
        let name = one.seizure.id.to_string();
        let seizure = seizures.get_seizure(proto::GetSeizureRequest { name }).await;
        let (operation, seizure) = (operation.unwrap().into_inner(), seizure.unwrap().into_inner());
        let id = operation.display_name.to_lowercase().replace(' ', "-");
        let row = proto::ImportRow {
            sequence_number: 0,
            row_id: id.clone(),
            seizure: Some(proto::Seizure {
                name: String::new(),
                operation: String::new(),
                etag: String::new(),
                originator: String::new(),
                state: 0,
                total_mass_micrograms: None,
                create_time: None,
                update_time: None,
                ..seizure
            }),
            operation_row_id: id,
            operation: Some(proto::Operation {
                name: String::new(),
                etag: String::new(),
                originator: String::new(),
                create_time: None,
                update_time: None,
                ..operation
            }),
        };
        lines.push_str(&format!("{}\n", json::write("ImportRow", &row).unwrap()));
    }
    lines
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_cases_are_an_operations_file() {
    let cases = cases_of_the_demo().await;
    if std::env::var_os("INTERDICTION_WRITE_CASES").is_some() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        fs::write(root.join("mappings/cases.ndjson"), &cases).unwrap();
    } else {
        assert_eq!(CASES, cases, "INTERDICTION_WRITE_CASES=1 writes it anew");
    }
    // Into the demo's own world, which knows the agencies and sensors.
    let world = World::new(Backend::Sqlite).await;
    let viewer = world.viewer("us-dod");
    demo::record(&world.registry, &viewer).await.unwrap();
    let served = crate::services::serve_over(world).await;
    let desk = Desk::new(Backend::Sqlite).await;
    let file = desk.write("cases.ndjson", cases);
    let (file, server) = (file.to_str().unwrap(), format!("http://{}", served.address));
    let import = ["import", file, "--dataset", "cases", "--server", &server];
    let first = tokio::task::block_in_place(|| told(&desk.run(&import)));
    assert!(first.contains("rows read 4: 4 new"), "{first}");
    let again = tokio::task::block_in_place(|| told(&desk.run(&import)));
    assert!(again.contains("4 unchanged, 0 rejected"), "{again}");
}
