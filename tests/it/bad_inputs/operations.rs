//! Bad operations and parts of them, and bad filters of them.

use super::{
    Row,
    calls::Call as _,
    invalid,
    known::{Known, creation, operation},
    methods::{Methods, NOT_FOUND, REQUEST_ID_REUSED},
    operation_filters,
    records::{Bad, Records},
    refused,
    values::{source, when},
};
use interdiction::proto::{
    Conveyance, ConveyanceKind, CreateOperationRequest, DeleteOperationRequest, Detection,
    DetectionRole, GetOperationRequest, Marking, Operation, Participant, ParticipantRole, Place,
    Source, Step, StepKind, UpdateOperationRequest, Waypoint, WaypointKind,
};

fn participant(o: &mut Operation, edit: impl FnOnce(&mut Participant)) {
    let (agency, role) = ("agencies/ours".to_owned(), ParticipantRole::Support.into());
    let good = Participant { agency, role, ..Participant::default() };
    let mut bad = good.clone();
    edit(&mut bad);
    o.participants = vec![good, bad];
}

fn detection(o: &mut Operation, edit: impl FnOnce(&mut Detection)) {
    let (sensor, role) = ("sensors/ours".to_owned(), DetectionRole::Tracking.into());
    let good = Detection { sensor, role, ..Detection::default() };
    let mut bad = good.clone();
    edit(&mut bad);
    o.detections = vec![good, bad];
}

fn detections(o: &mut Operation, count: usize) {
    detection(o, |d| d.role = DetectionRole::Primary.into());
    o.detections = vec![o.detections[1].clone(); count];
}

fn step(o: &mut Operation, edit: impl FnOnce(&mut Step)) {
    let good = Step { kind: StepKind::Boarded.into(), ..Step::default() };
    let mut bad = good.clone();
    edit(&mut bad);
    o.steps = vec![good, bad];
}

fn conveyance(o: &mut Operation, edit: impl FnOnce(&mut Conveyance)) {
    let good = Conveyance { kind: ConveyanceKind::GoFast.into(), ..Conveyance::default() };
    let mut bad = good.clone();
    edit(&mut bad);
    o.conveyances = vec![good, bad];
}

fn waypoint(o: &mut Operation, edit: impl FnOnce(&mut Waypoint)) {
    let place = Place { text: "Guaviare".to_owned(), ..Place::default() };
    let good = Waypoint { kind: WaypointKind::Transit.into(), place: Some(place) };
    let mut bad = good.clone();
    edit(&mut bad);
    o.route = vec![good, bad];
}

fn waypoints(o: &mut Operation, kind: WaypointKind, count: usize) {
    waypoint(o, |w| w.kind = kind.into());
    o.route = vec![o.route[1].clone(); count];
}

const BAD: &[Bad<Operation>] = &[
    ("no name", |o| o.display_name.clear(), &["display_name"]),
    ("a blank name", |o| o.display_name = "  ".to_owned(), &["display_name"]),
    (
        "a participant of no agency",
        |o| participant(o, |p| p.agency.clear()),
        &["participants[1].agency"],
    ),
    ("a participant of no role", |o| participant(o, |p| p.role = 0), &["participants[1].role"]),
    (
        "no assets",
        |o| participant(o, |p| p.asset_count = Some(0)),
        &["participants[1].asset_count"],
    ),
    (
        "minus one asset",
        |o| participant(o, |p| p.asset_count = Some(-1)),
        &["participants[1].asset_count"],
    ),
    (
        "10,001 assets",
        |o| participant(o, |p| p.asset_count = Some(10_001)),
        &["participants[1].asset_count"],
    ),
    ("a detection by no sensor", |o| detection(o, |d| d.sensor.clear()), &["detections[1].sensor"]),
    ("a detection of no role", |o| detection(o, |d| d.role = 0), &["detections[1].role"]),
    ("two PRIMARY detections", |o| detections(o, 2), &["detections[1].role"]),
    (
        "three PRIMARY detections",
        |o| detections(o, 3),
        &["detections[1].role", "detections[2].role"],
    ),
    ("a step of no kind", |o| step(o, |s| s.kind = 0), &["steps[1].kind"]),
    ("a step of no assets", |o| step(o, |s| s.asset_count = Some(0)), &["steps[1].asset_count"]),
    (
        "a step of too many assets",
        |o| step(o, |s| s.asset_count = Some(i32::MAX)),
        &["steps[1].asset_count"],
    ),
    ("a conveyance of no kind", |o| conveyance(o, |c| c.kind = 0), &["conveyances[1].kind"]),
    (
        "a flag in small letters",
        |o| conveyance(o, |c| c.flag_region_code = "pa".to_owned()),
        &["conveyances[1].flag_region_code"],
    ),
    (
        "a flag that is not assigned",
        |o| conveyance(o, |c| c.flag_region_code = "QQ".to_owned()),
        &["conveyances[1].flag_region_code"],
    ),
    (
        "an IMO number of six digits",
        |o| conveyance(o, |c| c.imo_number = "907472".to_owned()),
        &["conveyances[1].imo_number"],
    ),
    (
        "an IMO number with its prefix",
        |o| conveyance(o, |c| c.imo_number = "IMO9074729".to_owned()),
        &["conveyances[1].imo_number"],
    ),
    (
        "an IMO number that fails its check",
        |o| conveyance(o, |c| c.imo_number = "9074720".to_owned()),
        &["conveyances[1].imo_number"],
    ),
    (
        "an IMO number of full width",
        |o| conveyance(o, |c| c.imo_number = "９０７４７２９".to_owned()),
        &["conveyances[1].imo_number"],
    ),
    (
        "an MMSI of eight digits",
        |o| conveyance(o, |c| c.mmsi = "34500000".to_owned()),
        &["conveyances[1].mmsi"],
    ),
    (
        "an MMSI with a letter",
        |o| conveyance(o, |c| c.mmsi = "34500000x".to_owned()),
        &["conveyances[1].mmsi"],
    ),
    ("a waypoint of no kind", |o| waypoint(o, |w| w.kind = 0), &["route[1].kind"]),
    ("a waypoint without a place", |o| waypoint(o, |w| w.place = None), &["route[1].place"]),
    ("two origins", |o| waypoints(o, WaypointKind::Origin, 2), &["route[1].kind"]),
    (
        "three destinations",
        |o| waypoints(o, WaypointKind::Destination, 3),
        &["route[1].kind", "route[2].kind"],
    ),
    ("201 participants", |o| o.participants = vec![Participant::default(); 201], &["participants"]),
    (
        "10,000 participants",
        |o| o.participants = vec![Participant::default(); 10_000],
        &["participants"],
    ),
    ("201 PRIMARY detections", |o| detections(o, 201), &["detections"]),
    ("10,000 PRIMARY detections", |o| detections(o, 10_000), &["detections"]),
    ("501 steps", |o| o.steps = vec![Step::default(); 501], &["steps"]),
    ("10,000 steps", |o| o.steps = vec![Step::default(); 10_000], &["steps"]),
    ("101 conveyances", |o| o.conveyances = vec![Conveyance::default(); 101], &["conveyances"]),
    ("101 origins", |o| waypoints(o, WaypointKind::Origin, 101), &["route"]),
    ("21 sources", |o| o.sources = vec![source(); 21], &["sources"]),
    (
        "every list too long",
        |o| {
            detections(o, 600);
            waypoints(o, WaypointKind::Origin, 600);
            o.participants = vec![Participant::default(); 600];
            o.steps = vec![Step::default(); 600];
            o.conveyances = vec![Conveyance::default(); 600];
            o.sources = vec![Source::default(); 600];
        },
        &["participants", "detections", "steps", "conveyances", "route", "sources"],
    ),
    (
        "everything wrong",
        |o| {
            *o = Operation {
                domain: 99,
                outcome: 99,
                when: Some(when("")),
                place: Some(Place::default()),
                lead_agency: "x".to_owned(),
                participants: vec![Participant::default()],
                detections: vec![Detection::default()],
                steps: vec![Step::default()],
                conveyances: vec![Conveyance::default()],
                route: vec![Waypoint::default()],
                narrative: "\0".to_owned(),
                sources: vec![Source::default()],
                marking: Some(Marking { label: 99, releasable_to: vec!["x".to_owned()] }),
                ..Operation::default()
            }
        },
        &[
            "display_name",
            "domain",
            "outcome",
            "when.edtf",
            "place",
            "lead_agency",
            "participants[0].agency",
            "participants[0].role",
            "detections[0].sensor",
            "detections[0].role",
            "steps[0].kind",
            "conveyances[0].kind",
            "route[0].kind",
            "route[0].place",
            "narrative",
            "sources[0]",
            "marking.label",
            "marking.releasable_to[0]",
        ],
    ),
];

fn code_records(records: Records<'_, Operation>) -> Records<'_, Operation> {
    records.codes(&[
        ("domain", |o, code| o.domain = code),
        ("outcome", |o, code| o.outcome = code),
        ("participants[1].role", |o, code| participant(o, |p| p.role = code)),
        ("detections[1].role", |o, code| detection(o, |d| d.role = code)),
        ("detections[1].target_kind", |o, code| detection(o, |d| d.target_kind = code)),
        ("detections[1].confidence", |o, code| detection(o, |d| d.confidence = code)),
        ("steps[1].kind", |o, code| step(o, |s| s.kind = code)),
        ("conveyances[1].kind", |o, code| conveyance(o, |c| c.kind = code)),
        ("conveyances[1].disposition", |o, code| conveyance(o, |c| c.disposition = code)),
        ("route[1].kind", |o, code| waypoint(o, |w| w.kind = code)),
    ])
}

fn text_records(records: Records<'_, Operation>) -> Records<'_, Operation> {
    records.texts(&[
        ("display_name", 200, |o, text| o.display_name = text),
        ("narrative", 20_000, |o, text| o.narrative = text),
        ("participants[1].asset_label", 200, |o, text| participant(o, |p| p.asset_label = text)),
        ("steps[1].asset_label", 200, |o, text| step(o, |s| s.asset_label = text)),
        ("steps[1].note", 2_000, |o, text| step(o, |s| s.note = text)),
        ("conveyances[1].registration", 64, |o, text| conveyance(o, |c| c.registration = text)),
        ("conveyances[1].claimed_name", 200, |o, text| conveyance(o, |c| c.claimed_name = text)),
        ("conveyances[1].model", 200, |o, text| conveyance(o, |c| c.model = text)),
    ])
}

/// Dates, places, sources and markings, wherever they stand.
fn part_records(records: Records<'_, Operation>) -> Records<'_, Operation> {
    records
        .dates(&[
            ("when", |o, when| o.when = Some(when)),
            ("detections[1].when", |o, when| detection(o, |d| d.when = Some(when))),
            ("steps[1].when", |o, when| step(o, |s| s.when = Some(when))),
            ("sources[0].published", |o, published| {
                o.sources = vec![Source { published: Some(published), ..source() }];
            }),
        ])
        .places(&[
            ("place", |o, place| o.place = Some(place)),
            ("detections[1].place", |o, place| detection(o, |d| d.place = Some(place))),
            ("steps[1].place", |o, place| step(o, |s| s.place = Some(place))),
            ("route[1].place", |o, place| waypoint(o, |w| w.place = Some(place))),
        ])
        .sources(&[("sources[1]", |o, bad| o.sources = vec![source(), bad])])
        .markings(&[("marking", |o, marking| o.marking = Some(marking))])
}

fn references<'k>(records: Records<'k, Operation>, known: &Known) -> Records<'k, Operation> {
    records
        .references(
            &[
                ("lead_agency", |o, agency| o.lead_agency = agency),
                ("participants[1].agency", |o, name| participant(o, |p| p.agency = name)),
                ("steps[1].agency", |o, agency| step(o, |s| s.agency = agency)),
            ],
            &known.agencies,
        )
        .references(
            &[("detections[1].sensor", |o, name| detection(o, |d| d.sensor = name))],
            &known.sensors,
        )
        .unseen(
            &[("marking.releasable_to", |o, to| {
                o.marking = Some(Marking { label: 0, releasable_to: vec!["MX".to_owned(), to] });
            })],
            &known.agencies,
        )
}

pub fn rows(known: &Known) -> Vec<Row> {
    let names = &known.operations;
    let methods = Methods { good: operation, names, required: &["display_name"], fixed: &[] };
    let mut rows = methods.rows();
    let records = Records::new(operation, &names.mine).bad(BAD);
    let records = part_records(text_records(code_records(records)));
    rows.extend(references(records, known).into_rows());
    rows.extend(operation_filters::FILTERS.rows());
    rows.extend(requests(known));
    rows
}

fn requests(known: &Known) -> Vec<Row> {
    let create = |edit: &dyn Fn(&mut Operation), request_id: &str| {
        let mut record = operation();
        edit(&mut record);
        let (operation, request_id) = (Some(record), request_id.to_owned());
        CreateOperationRequest { operation, request_id, ..CreateOperationRequest::default() }.sent()
    };
    let many_gone = |o: &mut Operation| {
        o.lead_agency.clone_from(&known.agencies.hidden);
        participant(o, |p| p.agency.clone_from(&known.agencies.deleted));
        detection(o, |d| d.sensor.clone_from(&known.sensors.absent));
        step(o, |s| s.agency.clone_from(&known.agencies.absent));
    };
    vec![
        invalid("of nothing", GetOperationRequest::default().sent(), ["name"]),
        invalid("of nothing", CreateOperationRequest::default().sent(), ["operation.display_name"]),
        invalid(
            "of nothing",
            UpdateOperationRequest::default().sent(),
            ["operation.name", "update_mask"],
        ),
        invalid("of nothing", DeleteOperationRequest::default().sent(), ["name"]),
        refused(
            "that refers to hidden, deleted and absent records",
            create(&many_gone, ""),
            NOT_FOUND,
            [
                "operation.lead_agency",
                "operation.participants[1].agency",
                "operation.detections[1].sensor",
                "operation.steps[1].agency",
            ],
        ),
        refused(
            "with the request id of another date",
            create(&|o| o.when = Some(when("2020")), &creation::<Operation>()),
            REQUEST_ID_REUSED,
            ["operation.when"],
        ),
    ]
}
