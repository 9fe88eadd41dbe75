//! The demo records four real cases as they were reported, and says what to try.

use crate::{
    program::program,
    world::{World, on_both},
};
use interdiction::{
    demo::{self, Recorded},
    domain::{codes::Code as _, quantities::Unit},
};
use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

const README: &str = include_str!("../../README.md");

on_both! {
    quantities_stay_digit_for_digit_beside_exact_micrograms: quantities;
    a_case_is_read_back_with_all_its_parts: parts;
    the_guide_is_coloured_only_when_told: guide;
}

fn of<'r>(recorded: &'r [Recorded], name: &str) -> &'r Recorded {
    recorded.iter().find(|case| case.operation.body.display_name == name).unwrap()
}

/// Substance, number and unit as reported, and micrograms.
fn items(case: &Recorded) -> Vec<(String, String, Unit, i64)> {
    let items = case.seizure.body.items.iter();
    items
        .map(|item| {
            let quantity = item.quantity.as_ref().unwrap();
            let substance = item.substance.as_ref().unwrap().to_string();
            let amount = quantity.amount.as_str().to_owned();
            (substance, amount, quantity.unit, quantity.normalized)
        })
        .collect()
}

#[track_caller]
fn assert_items(case: &Recorded, unit: Unit, expected: &[(&str, &str, i64)]) {
    let expected: Vec<_> = expected
        .iter()
        .map(|(substance, amount, micrograms)| {
            (format!("substances/{substance}"), (*amount).to_owned(), unit, *micrograms)
        })
        .collect();
    assert_eq!(items(case), expected);
}

async fn quantities(world: World) {
    let recorded = demo::record(&world.registry, &world.viewer("co-ponal")).await.unwrap();
    assert_eq!(recorded.len(), 4);
    let hermosillo = [
        ("cocaine", "390", 176_901_024_300),
        ("crystal-methamphetamine", "425", 192_776_757_250),
        ("heroin", "125", 56_699_046_250),
        ("fentanyl", "9", 4_082_331_330),
    ];
    assert_items(of(&recorded, "Hermosillo flight"), Unit::Pound, &hermosillo);
    let colima = [("cocaine", "1.1", 1_100_000_000_000)];
    assert_items(of(&recorded, "Colima vessel"), Unit::Tonne, &colima);
    let nogales = [
        ("methamphetamine", "276.7", 276_700_000_000),
        ("fentanyl", "49.7", 49_700_000_000),
        ("heroin", "36", 36_000_000_000),
        ("cocaine", "17.2", 17_200_000_000),
    ];
    assert_items(of(&recorded, "Nogales flight"), Unit::Kilogram, &nogales);
    let puerto_penasco = [
        ("cocaine", "180", 180_000_000_000),
        ("fentanyl", "65", 65_000_000_000),
        ("heroin", "51", 51_000_000_000),
        ("methamphetamine", "39", 39_000_000_000),
        ("benzodiazepines", "2", 2_000_000_000),
        ("unidentified-narcotic", "1", 1_000_000_000),
    ];
    assert_items(of(&recorded, "Puerto Peñasco flight"), Unit::Kilogram, &puerto_penasco);
}

async fn parts(world: World) {
    // One of the agencies of the cases runs the demo: it is registered before them.
    let viewer = world.viewer("mx-sedena");
    let recorded = demo::record(&world.registry, &viewer).await.unwrap();
    for Recorded { operation, seizure } in &recorded {
        let read = world.registry.get_operation(&viewer, &operation.id.to_string()).await;
        assert_eq!(read.unwrap(), *operation);
        let read = world.registry.get_seizure(&viewer, &seizure.id.to_string()).await;
        assert_eq!(read.unwrap(), *seizure);
        assert_eq!(seizure.body.operation, Some(operation.id));
    }
    let body = &of(&recorded, "Puerto Peñasco flight").operation.body;
    assert_eq!(body.domain.unwrap().name(), "AIR");
    assert_eq!((body.participants.len(), body.steps.len(), body.route.len()), (2, 5, 1));
    assert_eq!(body.conveyances[0].registration, "XB-OSL");
    assert_eq!(body.detections[0].sensor.as_ref().unwrap().to_string(), "sensors/mx-sivra-radars");
    let boats = &of(&recorded, "Colima vessel").operation.body.participants[0];
    assert_eq!((boats.asset_label.as_str(), boats.asset_count), ("Navy boats", Some(6)));
    let radar = world.registry.get_sensor(&viewer, "sensors/hermosillo-radar").await.unwrap();
    let provider = radar.body.provisions[0].provider.as_ref().unwrap().to_string();
    assert_eq!(provider, "agencies/us-dod");
}

async fn guide(world: World) {
    let recorded = demo::record(&world.registry, &world.viewer("co-ponal")).await.unwrap();
    let address = "127.0.0.1:9".parse().unwrap();
    let plain = demo::guide(&recorded, address, false);
    assert!(!plain.contains('\u{1b}') && !plain.contains("8080"), "{plain}");
    let told = plain.lines().take_while(|line| !line.is_empty()).skip(1);
    for line in told {
        assert!(README.contains(&format!("    {line}\n")), "README.md lacks: {line}");
    }
    assert!(plain.contains("grpcurl -plaintext 127.0.0.1:9 \\\n    interdiction.v1."), "{plain}");
    assert!(demo::guide(&recorded, address, true).contains('\u{1b}'));
}

#[test]
fn the_demo_says_what_to_try_and_leaves_the_configured_store_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("registry.db");
    let arguments = ["demo", "--listen", "127.0.0.1:0"];
    let mut command = program(&format!("sqlite:{}", file.display()), &arguments);
    command.env("TMPDIR", folder.path()).env("INTERDICTION_VIEWER_ROLES", "READER");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let told: Vec<String> = lines.take_while(|line| !line.contains("Ctrl-C")).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(told[0].starts_with("4 real cases on 127.0.0.1:"), "{told:?}");
    assert!(told.iter().all(|line| !line.contains('\u{1b}')), "{told:?}");
    assert!(!file.exists());
}
