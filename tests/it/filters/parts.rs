//! Filters of operations on their parts.

use super::{
    agency, any, anywhere, at_least, at_most, contains, counted, dated, during, equals, every, is,
    known, none, none_of, not, one_of, prefix, some,
};
use crate::world::{Case, World, case, drafts, on_both};
use interdiction::domain::{
    codes::Code as _,
    filters::{
        ConveyanceField, DetectionField, Filter, OperationField as F, ParticipantField,
        PlaceFilter, SensorField, StepField, WaypointField, WhenMode,
    },
    operation_parts::{
        Confidence, ConveyanceDisposition, ConveyanceDraft, ConveyanceKind, DetectionDraft,
        DetectionRole, ParticipantDraft, ParticipantRole, StepDraft, StepKind, TargetKind,
        WaypointDraft, WaypointKind,
    },
    operations::{Operation, OperationDraft},
    sensors::{Sensor, SensorType},
};

on_both! {
    operations_by_participants: participants;
    operations_by_detections: detections;
    operations_by_the_sensor_of_a_detection: sensors;
    operations_by_steps: steps;
    operations_by_conveyances: conveyances;
    operations_by_route: route;
}

async fn check(world: World, drafts: Vec<OperationDraft>, cases: Vec<Case<F>>) {
    let viewer = world.viewer("mx-sedena");
    for draft in drafts {
        let _made: Operation = world.add(&viewer, draft).await;
    }
    world.filters::<Operation>(&world.viewer("co-ponal"), cases).await;
}

async fn participants(world: World) {
    use ParticipantRole::{Detection, Interdiction, Support};
    let with = |name: &str, participants: &[(&str, ParticipantRole, &str)]| OperationDraft {
        participants: participants
            .iter()
            .map(|(agency, role, label)| ParticipantDraft {
                asset_label: (*label).to_owned(),
                asset_count: i32::try_from(label.len()).ok().filter(|count| *count > 0),
                ..drafts::participant(agency, *role)
            })
            .collect(),
        ..drafts::operation(name)
    };
    let cases = vec![
        with("a", &[("mx-sedena", Interdiction, "Avión T-6C+"), ("us-dod", Detection, "")]),
        with("b", &[("us-dod", Interdiction, "Cutter")]),
        with("c", &[("us-dod", Support, "")]),
        with("d", &[]),
    ];
    let by = |id: &str| is(ParticipantField::Agency(agency(id)));
    let role = |role: ParticipantRole| is(ParticipantField::Role(vec![role]));
    let label = |filter| is(F::Participants(some(is(ParticipantField::AssetLabel(filter)))));
    let count = |filter| is(F::Participants(some(is(ParticipantField::AssetCount(filter)))));
    let both = Filter::All(vec![by("us-dod"), role(Interdiction)]);
    check(
        world,
        cases,
        vec![
            case("some by agency", is(F::Participants(some(by("us-dod")))), &["a", "b", "c"]),
            case("some by role", is(F::Participants(some(role(Interdiction)))), &["a", "b"]),
            case("both of one participant", is(F::Participants(some(both))), &["b"]),
            case("asset label folds", label(contains("AVION")), &["a"]),
            case("asset label begins", label(prefix("cut")), &["b"]),
            case("asset label equals", label(equals("cutter")), &["b"]),
            case("more assets", count(at_least(7)), &["a"]),
            case("fewer assets", count(at_most(6)), &["b"]),
            case("assets not counted", count(counted(false)), &["a", "c"]),
            case("none", is(F::Participants(none(role(Interdiction)))), &["c", "d"]),
            case("every", is(F::Participants(every(by("us-dod")))), &["b", "c", "d"]),
            case(
                "every but not empty",
                Filter::All(vec![
                    is(F::Participants(every(by("us-dod")))),
                    is(F::Participants(some(any()))),
                ]),
                &["b", "c"],
            ),
        ],
    )
    .await;
}

fn seen(sensor: &str, role: DetectionRole) -> DetectionDraft {
    drafts::detection(sensor, role)
}

async fn detecting_sensors(world: &World) {
    let viewer = world.viewer("mx-sedena");
    for (id, kind) in [
        ("radar", SensorType::GroundRadar),
        ("aerostat", SensorType::Aerostat),
        ("dog", SensorType::Canine),
    ] {
        let draft = interdiction::domain::sensors::SensorDraft {
            operator: if id == "dog" { String::new() } else { "agencies/us-dod".to_owned() },
            ..drafts::sensor(id, kind)
        };
        let _made: Sensor = world.add_as(&viewer, id, draft).await;
    }
}

async fn detections(world: World) {
    use DetectionRole::{Confirming, Primary, Tracking};
    detecting_sensors(&world).await;
    let first = DetectionDraft {
        when: Some("2020-10".to_owned()),
        target_kind: TargetKind::Aircraft.code(),
        confidence: Confidence::Suspect.code(),
        ..seen("radar", Primary)
    };
    let second = DetectionDraft {
        when: Some("2020-10-15".to_owned()),
        place: Some(drafts::in_subdivision("MX-SON")),
        target_kind: TargetKind::Vessel.code(),
        confidence: Confidence::Confirmed.code(),
        ..seen("dog", Primary)
    };
    let with = |name: &str, detections: Vec<DetectionDraft>| OperationDraft {
        detections,
        ..drafts::operation(name)
    };
    let cases = vec![
        with("a", vec![first, seen("aerostat", Tracking)]),
        with("b", vec![second]),
        with("c", vec![seen("aerostat", Confirming)]),
        with("d", Vec::new()),
    ];
    let detected = |field| is(F::Detections(some(is(field))));
    let in_sonora = PlaceFilter { subdivision_code: Some(one_of(&["MX-SON"])), ..anywhere() };
    let when = |date: &str, mode| detected(DetectionField::When(during(date, mode)));
    check(
        world,
        cases,
        vec![
            case("role", detected(DetectionField::Role(vec![Primary])), &["a", "b"]),
            case("roles", detected(DetectionField::Role(vec![Tracking, Confirming])), &["a", "c"]),
            case("could have been", when("2020-10-15", WhenMode::Overlaps), &["a", "b"]),
            case("certainly was", when("2020-10-15", WhenMode::Within), &["b"]),
            case("undated", detected(DetectionField::When(dated(false))), &["a", "c"]),
            case("place", detected(DetectionField::Place(Box::new(in_sonora))), &["b"]),
            case("target", detected(DetectionField::TargetKind(vec![TargetKind::Vessel])), &["b"]),
            case(
                "confidence",
                detected(DetectionField::Confidence(vec![Confidence::Suspect])),
                &["a"],
            ),
            case(
                "every",
                is(F::Detections(every(is(DetectionField::Role(vec![Primary]))))),
                &["b", "d"],
            ),
            case(
                "none",
                is(F::Detections(none(is(DetectionField::Role(vec![Primary]))))),
                &["c", "d"],
            ),
        ],
    )
    .await;
}

async fn sensors(world: World) {
    use DetectionRole::{Primary, Tracking};
    detecting_sensors(&world).await;
    let with = |name: &str, detections: Vec<DetectionDraft>| OperationDraft {
        detections,
        ..drafts::operation(name)
    };
    let cases = vec![
        with("a", vec![seen("radar", Primary), seen("aerostat", Tracking)]),
        with("b", vec![seen("aerostat", Primary)]),
        with("c", vec![seen("dog", Primary)]),
        with("d", Vec::new()),
    ];
    let by = |field| is(DetectionField::Sensor(Box::new(is(field))));
    let of_type = |kind: SensorType| by(SensorField::Type(vec![kind]));
    let cued_by = |kind| Filter::All(vec![of_type(kind), is(DetectionField::Role(vec![Primary]))]);
    check(
        world,
        cases,
        vec![
            case(
                "some by type",
                is(F::Detections(some(of_type(SensorType::Aerostat)))),
                &["a", "b"],
            ),
            case("cued by type", is(F::Detections(some(cued_by(SensorType::Aerostat)))), &["b"]),
            case(
                "none by type",
                is(F::Detections(none(of_type(SensorType::Aerostat)))),
                &["c", "d"],
            ),
            case(
                "every by type",
                is(F::Detections(every(of_type(SensorType::Canine)))),
                &["c", "d"],
            ),
            case(
                "by operator",
                is(F::Detections(some(by(SensorField::Operator(agency("us-dod")))))),
                &["a", "b"],
            ),
            case(
                "without operator",
                is(F::Detections(some(by(SensorField::HasOperator(false))))),
                &["c"],
            ),
        ],
    )
    .await;
}

async fn steps(world: World) {
    let step = |kind: StepKind, agency: &str, when: Option<&str>| StepDraft {
        kind: kind.code(),
        agency: agency.to_owned(),
        when: when.map(ToOwned::to_owned),
        ..StepDraft::default()
    };
    let with =
        |name: &str, steps: Vec<StepDraft>| OperationDraft { steps, ..drafts::operation(name) };
    let cases = vec![
        with(
            "a",
            vec![
                StepDraft {
                    asset_label: "Avión".to_owned(),
                    asset_count: Some(2),
                    place: Some(drafts::in_region("MX")),
                    note: "Vio una panga".to_owned(),
                    ..step(StepKind::Detected, "agencies/us-dod", Some("2020-10-15"))
                },
                step(StepKind::Boarded, "agencies/mx-sedena", None),
            ],
        ),
        with("b", vec![step(StepKind::Boarded, "", Some("2020"))]),
        with("c", Vec::new()),
    ];
    let kind = |kind: StepKind| is(StepField::Kind(vec![kind]));
    let when = |date: &str| is(StepField::When(during(date, WhenMode::Overlaps)));
    let taken = |field| is(F::Steps(some(is(field))));
    let in_mexico = || PlaceFilter { region_code: Some(one_of(&["MX"])), ..anywhere() };
    check(
        world,
        cases,
        vec![
            case("kind", is(F::Steps(some(kind(StepKind::Detected)))), &["a"]),
            case("agency", is(F::Steps(some(is(StepField::Agency(agency("mx-sedena")))))), &["a"]),
            case("when", is(F::Steps(some(when("2020-03")))), &["b"]),
            case("undated", is(F::Steps(some(is(StepField::When(dated(false)))))), &["a"]),
            case("asset", taken(StepField::AssetLabel(equals("avion"))), &["a"]),
            case("assets", taken(StepField::AssetCount(at_least(2))), &["a"]),
            case("fewer assets", taken(StepField::AssetCount(counted(false))), &["a", "b"]),
            case("place", taken(StepField::Place(Box::new(in_mexico()))), &["a"]),
            case("note", taken(StepField::Note(contains("PANGA"))), &["a"]),
            case("every", is(F::Steps(every(kind(StepKind::Boarded)))), &["b", "c"]),
            case("none", is(F::Steps(none(is(StepField::Agency(any()))))), &["b", "c"]),
        ],
    )
    .await;
}

async fn conveyances(world: World) {
    let with = |name: &str, conveyances: Vec<ConveyanceDraft>| OperationDraft {
        conveyances,
        ..drafts::operation(name)
    };
    let plane = ConveyanceDraft {
        kind: ConveyanceKind::Aircraft.code(),
        registration: "XB-OSL".to_owned(),
        flag_region_code: "MX".to_owned(),
        model: "Cessna 206".to_owned(),
        disposition: ConveyanceDisposition::Seized.code(),
        ..ConveyanceDraft::default()
    };
    let boat = ConveyanceDraft {
        kind: ConveyanceKind::GoFast.code(),
        claimed_name: "La Niña".to_owned(),
        imo_number: "9074729".to_owned(),
        mmsi: "345070123".to_owned(),
        disposition: ConveyanceDisposition::Sunk.code(),
        ..ConveyanceDraft::default()
    };
    let cases = vec![
        with("a", vec![plane.clone(), boat.clone()]),
        with("b", vec![boat]),
        with("c", vec![]),
    ];
    let carried = |field| is(F::Conveyances(some(is(field))));
    use ConveyanceField as C;
    check(
        world,
        cases,
        vec![
            case("kind", carried(C::Kind(vec![ConveyanceKind::Aircraft])), &["a"]),
            case("registration", carried(C::Registration(equals("xb-osl"))), &["a"]),
            case("registration begins", carried(C::Registration(prefix("XB"))), &["a"]),
            case("flag", carried(C::FlagRegionCode(one_of(&["MX", "US"]))), &["a"]),
            case("another flag", carried(C::FlagRegionCode(none_of(&["US"]))), &["a"]),
            case("no flag", carried(C::FlagRegionCode(known(false))), &["a", "b"]),
            case(
                "disposition",
                carried(C::Disposition(vec![ConveyanceDisposition::Seized])),
                &["a"],
            ),
            case("model", carried(C::Model(prefix("CESSNA"))), &["a"]),
            case("IMO number", carried(C::ImoNumber(one_of(&["9074729"]))), &["a", "b"]),
            case("no IMO number", carried(C::ImoNumber(known(false))), &["a"]),
            case("MMSI", carried(C::Mmsi(one_of(&["345070123"]))), &["a", "b"]),
            case("no MMSI", carried(C::Mmsi(known(false))), &["a"]),
            case("claimed name", carried(C::ClaimedName(contains("NINA"))), &["a", "b"]),
            case(
                "every",
                is(F::Conveyances(every(is(C::Kind(vec![ConveyanceKind::GoFast]))))),
                &["b", "c"],
            ),
            case("none", is(F::Conveyances(none(is(C::FlagRegionCode(known(true)))))), &["b", "c"]),
        ],
    )
    .await;
}

async fn route(world: World) {
    let to = |kind: WaypointKind, code: &str| WaypointDraft {
        kind: kind.code(),
        place: Some(drafts::in_subdivision(code)),
    };
    let with =
        |name: &str, route: Vec<WaypointDraft>| OperationDraft { route, ..drafts::operation(name) };
    use WaypointKind::{Destination, Origin};
    let cases = vec![
        with("a", vec![to(Origin, "MX-SIN"), to(Destination, "US-AZ")]),
        with("b", vec![to(Origin, "MX-SON"), to(Destination, "MX-SIN")]),
        with("c", Vec::new()),
    ];
    let place = |code: &str| {
        let subdivision_code = Some(one_of(&[code]));
        let place = PlaceFilter { subdivision_code, ..anywhere() };
        is(WaypointField::Place(Box::new(place)))
    };
    let region = |code: &str| {
        let place = PlaceFilter { region_code: Some(one_of(&[code])), ..anywhere() };
        is(WaypointField::Place(Box::new(place)))
    };
    let kind = |kind: WaypointKind| is(WaypointField::Kind(vec![kind]));
    let from_sinaloa = Filter::All(vec![kind(Origin), place("MX-SIN")]);
    check(
        world,
        cases,
        vec![
            case("passes", is(F::Route(some(place("MX-SIN")))), &["a", "b"]),
            case("comes from", is(F::Route(some(from_sinaloa))), &["a"]),
            case("kind", is(F::Route(some(kind(Destination)))), &["a", "b"]),
            case("every", is(F::Route(every(region("MX")))), &["b", "c"]),
            case("none", is(F::Route(none(not(region("MX"))))), &["b", "c"]),
        ],
    )
    .await;
}
