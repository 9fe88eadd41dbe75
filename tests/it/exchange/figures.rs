//! Figures of what was imported, through gRPC, beside the same figures reckoned here from the files
//! of the excerpts by other means.

use super::{Desk, excerpt, told};
use crate::{
    services,
    world::{Backend, World},
};
use interdiction::proto::{
    self, SummaryKey, key_value::Value, seizure_service_client::SeizureServiceClient,
};
use std::{collections::BTreeMap, fs};
use tonic::transport::Channel;

/// A server into which an excerpt was imported.
async fn served(backend: Backend, name: &str) -> services::Served {
    let served = services::serve_over(World::new(backend).await).await;
    let desk = Desk::new(Backend::Sqlite).await;
    let (file, server) = (excerpt(&format!("{name}.csv")), format!("http://{}", served.address));
    let import = ["import", &file, "--mapping", name, "--server", &server];
    let text = tokio::task::block_in_place(|| told(&desk.run(&import)));
    assert!(text.contains(" new, 0 changed"), "{text}");
    served
}

fn lines(name: &str, mark: char) -> Vec<Vec<String>> {
    let text = fs::read_to_string(excerpt(name)).unwrap();
    let cells = |line: &str| line.split(mark).map(str::to_owned).collect();
    text.trim_start_matches('\u{feff}').lines().skip(1).map(cells).collect()
}

/// Micrograms by what a row stands under.
type Sums = BTreeMap<String, i128>;

async fn summed(channel: &Channel, keys: [SummaryKey; 3]) -> Sums {
    let key = |key: SummaryKey| proto::GroupBy { key: key.into(), depth: None };
    let request = proto::SummarizeSeizuresRequest {
        group_by: keys.map(key).to_vec(),
        first: 1_000,
        ..proto::SummarizeSeizuresRequest::default()
    };
    let mut client = SeizureServiceClient::new(channel.clone());
    let answer = client.summarize_seizures(request).await.unwrap().into_inner();
    let text = |value: &proto::KeyValue| match &value.value {
        Some(Value::Substance(key)) => key.substance.clone(),
        Some(Value::Bucket(bucket)) => bucket.label.clone(),
        Some(Value::SubdivisionCode(code)) => code.clone(),
        other => panic!("not asked for: {other:?}"),
    };
    let groups = answer.groups.iter().map(|group| {
        let keys: Vec<String> = group.keys.iter().map(text).collect();
        let mass = group.figures.as_ref().unwrap().mass.as_ref().unwrap();
        let sum = mass.sum.as_ref().map_or(0, |sum| sum.base_units.parse().unwrap());
        (keys.join(" "), sum)
    });
    groups.collect()
}

async fn colombia(backend: Backend) {
    let name = "colombia-policia-estupefacientes-2018";
    let served = served(backend, name).await;
    let substances = [
        ("BASUCO", "substances/basuco"),
        ("BASE DE COCA", "substances/coca-base"),
        ("COCAINA", "substances/cocaine"),
        ("HEROINA", "substances/heroin"),
        ("MARIHUANA", "substances/cannabis-herb"),
    ];
    let codes = fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/mappings/colombia-policia-estupefacientes-2018.toml"
    ));
    let codes = codes.unwrap();
    let mut wanted = Sums::new();
    for row in lines(&format!("{name}.csv"), ',').iter().filter(|row| row[0] != "TOTAL") {
        let substance = substances.iter().find(|(label, _)| *label == row[4]).unwrap().1;
        let line = codes.lines().find(|line| line.starts_with(&format!("\"{}\" = ", row[1])));
        let code = line.unwrap().split('"').nth(3).unwrap();
        let month = format!("2018-{}", &row[0][..2]);
        let grams: i128 = row[9].parse().unwrap();
        *wanted.entry(format!("{substance} {month} {code}")).or_default() += grams * 1_000_000;
    }
    let keys = [SummaryKey::Substance, SummaryKey::Month, SummaryKey::Subdivision];
    assert_eq!(summed(&served.channel, keys).await, wanted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn colombia_by_substance_month_and_department_on_sqlite() {
    colombia(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn colombia_by_substance_month_and_department_on_postgres() {
    colombia(Backend::Postgres).await;
}

/// Kilometres between two points on a sphere of the Earth's mean radius, by the haversine.
fn kilometers(a: (f64, f64), b: (f64, f64)) -> f64 {
    let half = |degrees: f64| (degrees.to_radians() / 2.0).sin().powi(2);
    let cosines = a.0.to_radians().cos() * b.0.to_radians().cos();
    let chord = half(b.0 - a.0) + cosines * half(b.1 - a.1);
    2.0 * 6_371.008_8 * chord.sqrt().asin()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn brazil_within_50_km_of_guarulhos() {
    let name = "brazil-pf-portos-aeroportos";
    let served = served(Backend::Sqlite, name).await;
    let centre = (-23.5505, -46.6333);
    let mut wanted: Vec<(String, String)> = Vec::new();
    for row in lines(&format!("{name}.csv"), ';') {
        let degrees = |text: &str| text.replace(',', ".").parse::<f64>().ok();
        let (Some(latitude), Some(longitude)) = (degrees(&row[9]), degrees(&row[10])) else {
            continue;
        };
        let slipped = row[9] == "0" || (row[7].is_empty() && !row[6].is_empty());
        if !slipped && kilometers(centre, (latitude, longitude)) <= 50.0 {
            wanted.push((row[5].clone(), row[6].replace(',', ".")));
        }
    }
    let circle = proto::Circle { latitude: centre.0, longitude: centre.1, radius_kilometers: 50.0 };
    let place = proto::PlaceFilter { within_circle: Some(circle), ..proto::PlaceFilter::default() };
    let filter =
        proto::SeizureFilter { place: Some(place.into()), ..proto::SeizureFilter::default() };
    let request = proto::ExportSeizuresRequest {
        filter: Some(filter),
        ..proto::ExportSeizuresRequest::default()
    };
    let mut client = SeizureServiceClient::new(served.channel.clone());
    let mut parts = client.export_seizures(request).await.unwrap().into_inner();
    let mut found = Vec::new();
    while let Some(part) = parts.message().await.unwrap() {
        for seizure in part.seizures {
            let item = seizure.items[0].clone();
            let value = item.quantity.map_or_else(String::new, |quantity| quantity.value);
            found.push((item.reported_label, value));
        }
    }
    assert!(wanted.len() > 20, "{}", wanted.len());
    wanted.sort();
    found.sort();
    assert_eq!(found, wanted);
}
