//! Bad sensors, and bad filters of them.

use super::{
    Row,
    calls::Call as _,
    filters::{Filters, agencies_of_kind, equals, set},
    ids, invalid,
    known::{Known, creation, sensor},
    methods::{Methods, REQUEST_ID_REUSED},
    records::{Bad, Records},
    refused,
    values::when,
};
use interdiction::proto::{
    CreateSensorRequest, DeleteSensorRequest, DetectionFilter, DetectionsFilter, GetSensorRequest,
    Marking, Place, PlaceFilter, Provision, ProvisionFilter, ProvisionKind, ProvisionsFilter,
    Sensor, UpdateSensorRequest,
};

fn provision() -> Provision {
    let provider = "agencies/ours".to_owned();
    Provision { provider, kind: ProvisionKind::Furnished.into(), from: None, until: None }
}

fn provided(sensor: &mut Sensor, edit: impl FnOnce(&mut Provision)) {
    let mut bad = provision();
    edit(&mut bad);
    sensor.provisions = vec![provision(), bad];
}

const BAD: &[Bad<Sensor>] = &[
    ("no name", |s| s.display_name.clear(), &["display_name"]),
    ("a blank name", |s| s.display_name = "\u{a0} ".to_owned(), &["display_name"]),
    ("no type", |s| s.r#type = 0, &["type"]),
    ("no provider", |s| provided(s, |p| p.provider.clear()), &["provisions[1].provider"]),
    ("no kind of provision", |s| provided(s, |p| p.kind = 0), &["provisions[1].kind"]),
    (
        "a provision that ends before it begins",
        |s| provided(s, |p| (p.from, p.until) = (Some(when("2020")), Some(when("2019-12")))),
        &["provisions[1].until"],
    ),
    ("51 provisions", |s| s.provisions = vec![provision(); 51], &["provisions"]),
    (
        "10,000 bad provisions",
        |s| s.provisions = vec![Provision::default(); 10_000],
        &["provisions"],
    ),
    (
        "everything wrong",
        |s| {
            *s = Sensor {
                r#type: 99,
                operator: "x".to_owned(),
                provisions: vec![Provision::default()],
                site: Some(Place::default()),
                marking: Some(Marking { label: 99, releasable_to: vec!["x".to_owned()] }),
                ..Sensor::default()
            }
        },
        &[
            "display_name",
            "type",
            "operator",
            "provisions[0].provider",
            "provisions[0].kind",
            "site",
            "marking.label",
            "marking.releasable_to[0]",
        ],
    ),
];

fn some_provision(filter: ProvisionFilter) -> Option<Box<ProvisionsFilter>> {
    set(|provisions: &mut ProvisionsFilter| provisions.some = Some(filter.into()))
}

const FILTERS: Filters<Sensor> = Filters {
    bad: &[],
    codes: &[
        ("type_any_of[0]", |f, code| f.type_any_of = vec![code]),
        ("operator.kind_any_of[0]", |f, kind| f.operator = Some(agencies_of_kind(kind))),
        ("provisions.some.kind_any_of[0]", |f, kind| {
            let kind_any_of = vec![kind];
            f.provisions =
                some_provision(ProvisionFilter { kind_any_of, ..ProvisionFilter::default() });
        }),
        ("provisions.some.provider.kind_any_of[0]", |f, kind| {
            let provider = Some(agencies_of_kind(kind));
            f.provisions =
                some_provision(ProvisionFilter { provider, ..ProvisionFilter::default() });
        }),
        ("site.kind_any_of[0]", |f, kind| {
            f.site = set(|site: &mut PlaceFilter| site.kind_any_of = vec![kind]);
        }),
        ("detections.none.role_any_of[0]", |f, role| {
            let none = DetectionFilter { role_any_of: vec![role], ..DetectionFilter::default() };
            let none = Some(Box::new(none));
            f.detections = Some(Box::new(DetectionsFilter { none, ..DetectionsFilter::default() }));
        }),
    ],
    texts: &[("display_name.equals", |f, text| f.display_name = equals(text))],
    dates: &[],
};

fn releasable_to(agency: String) -> Option<Marking> {
    Some(Marking { label: 0, releasable_to: vec!["MX".to_owned(), agency] })
}

pub fn rows(known: &Known) -> Vec<Row> {
    let names = &known.sensors;
    let methods = Methods { good: sensor, names, required: &["display_name", "type"], fixed: &[] };
    let mut rows = methods.rows();
    let records = Records::new(sensor, &names.mine)
        .bad(BAD)
        .codes(&[
            ("type", |s, code| s.r#type = code),
            ("provisions[1].kind", |s, kind| provided(s, |p| p.kind = kind)),
        ])
        .texts(&[("display_name", 200, |s, text| s.display_name = text)])
        .dates(&[
            ("provisions[1].from", |s, from| provided(s, |p| p.from = Some(from))),
            ("provisions[1].until", |s, until| provided(s, |p| p.until = Some(until))),
        ])
        .places(&[("site", |s, site| s.site = Some(site))])
        .markings(&[("marking", |s, marking| s.marking = Some(marking))])
        .references(
            &[
                ("operator", |s, operator| s.operator = operator),
                ("provisions[1].provider", |s, name| provided(s, |p| p.provider = name)),
            ],
            &known.agencies,
        )
        .unseen(
            &[("marking.releasable_to", |s, to| s.marking = releasable_to(to))],
            &known.agencies,
        );
    rows.extend(records.into_rows());
    rows.extend(ids::rows(sensor));
    rows.extend(FILTERS.rows());
    rows.extend(requests());
    rows
}

fn requests() -> Vec<Row> {
    let another_type = CreateSensorRequest {
        sensor_id: "ours".to_owned(),
        sensor: Some(Sensor { r#type: 2, ..sensor() }),
        request_id: creation::<Sensor>(),
        validate_only: false,
    };
    vec![
        invalid("of nothing", GetSensorRequest::default().sent(), ["name"]),
        invalid(
            "of nothing",
            CreateSensorRequest::default().sent(),
            ["sensor_id", "sensor.display_name", "sensor.type"],
        ),
        invalid(
            "of nothing",
            UpdateSensorRequest::default().sent(),
            ["sensor.name", "update_mask"],
        ),
        invalid("of nothing", DeleteSensorRequest::default().sent(), ["name"]),
        refused(
            "with the request id of another type",
            another_type.sent(),
            REQUEST_ID_REUSED,
            ["sensor.type"],
        ),
    ]
}
