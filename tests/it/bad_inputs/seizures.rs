//! Bad seizures and items of them, and bad filters of them.

use super::{
    NONE, Row,
    calls::{Call as _, Noun as _, Sent, Writing},
    invalid,
    known::{Known, RETRACTION, creation, external_id, item, quantity, seizure},
    methods::{Methods, NOT_FOUND, REQUEST_ID_REUSED},
    records::{Bad, Records},
    refused, seizure_filters,
    values::{long, source, when},
};
use interdiction::proto::{
    CreateSeizureRequest, DeleteSeizureRequest, ExternalId, GetSeizureRequest, ItemKind, Marking,
    Place, Quantity, RetractSeizureRequest, SeizedItem, Seizure, Source, Unit,
    UpdateSeizureRequest,
};
use tonic::Code;

fn second(s: &mut Seizure, edit: impl FnOnce(&mut SeizedItem)) {
    let mut bad = item();
    edit(&mut bad);
    s.items = vec![item(), bad];
}

fn other(s: &mut Seizure, kind: ItemKind, substance: &str, label: &str) {
    second(s, |i| {
        i.kind = kind.into();
        (i.substance, i.reported_label) = (substance.to_owned(), label.to_owned());
    });
}

fn purity(s: &mut Seizure, percent: &str) {
    second(s, |i| i.purity_percent = percent.to_owned());
}

fn tonnes(value: &str) -> SeizedItem {
    let (value, unit) = (value.to_owned(), Unit::Tonne.into());
    SeizedItem { quantity: Some(Quantity { value, unit, ..Quantity::default() }), ..item() }
}

fn id(scheme: &str, value: &str) -> ExternalId {
    ExternalId { scheme: scheme.to_owned(), value: value.to_owned() }
}

const ABSENT: &str = "seizures/01890a5d-ac96-774b-bcce-b302099a8057";

const PURITY: &[&str] = &["items[1].purity_percent"];

const BAD: &[Bad<Seizure>] = &[
    ("no items", |s| s.items.clear(), &["items"]),
    ("201 items", |s| s.items = vec![SeizedItem::default(); 201], &["items"]),
    ("10,000 items", |s| s.items = vec![SeizedItem::default(); 10_000], &["items"]),
    ("an item of nothing", |s| second(s, |i| *i = SeizedItem::default()), &["items[1].substance"]),
    (
        "an item without a substance",
        |s| second(s, |i| i.substance.clear()),
        &["items[1].substance"],
    ),
    (
        "money without a label",
        |s| other(s, ItemKind::Currency, "", ""),
        &["items[1].reported_label"],
    ),
    (
        "a weapon with a blank label",
        |s| other(s, ItemKind::Weapon, "", " "),
        &["items[1].reported_label"],
    ),
    (
        "a vehicle of heroin",
        |s| other(s, ItemKind::Conveyance, "substances/heroin", "Ford"),
        &["items[1].substance"],
    ),
    (
        "something else with a malformed substance and without a label",
        |s| other(s, ItemKind::Other, "x", ""),
        &["items[1].substance", "items[1].reported_label"],
    ),
    ("a negative purity", |s| purity(s, "-1"), PURITY),
    ("a purity above 100", |s| purity(s, "100.5"), PURITY),
    ("a purity of 101", |s| purity(s, "101"), PURITY),
    ("a purity of NaN", |s| purity(s, "NaN"), PURITY),
    ("a purity with an exponent", |s| purity(s, "1e1"), PURITY),
    ("a purity with a comma", |s| purity(s, "12,5"), PURITY),
    ("a purity with its sign", |s| purity(s, "12%"), PURITY),
    ("a purity of seven decimals", |s| purity(s, "12.1234567"), PURITY),
    ("a purity that begins with a point", |s| purity(s, ".5"), PURITY),
    ("a purity that ends with a point", |s| purity(s, "5."), PURITY),
    ("a blank purity", |s| purity(s, " "), PURITY),
    (
        "minus one package",
        |s| second(s, |i| i.package_count = Some(-1)),
        &["items[1].package_count"],
    ),
    (
        "more packages than any seizure had",
        |s| second(s, |i| i.package_count = Some(10_000_001)),
        &["items[1].package_count"],
    ),
    (
        "items that weigh too much together",
        |s| s.items = vec![tonnes("9000000"), tonnes("9000000")],
        &["items"],
    ),
    (
        "external ids of nothing",
        |s| s.external_ids = vec![id("", ""), id("cnes 2020", " ")],
        &[
            "external_ids[0].scheme",
            "external_ids[0].value",
            "external_ids[1].scheme",
            "external_ids[1].value",
        ],
    ),
    (
        "an external id twice",
        |s| s.external_ids = vec![id("cnes", "1"), id("cnes", "2"), id("cnes", "1")],
        &["external_ids[2]"],
    ),
    (
        "21 external ids",
        |s| s.external_ids = (0..21).map(|n| id("cnes", &n.to_string())).collect(),
        &["external_ids"],
    ),
    ("10,000 external ids", |s| s.external_ids = vec![id("", ""); 10_000], &["external_ids"]),
    ("21 sources", |s| s.sources = vec![source(); 21], &["sources"]),
    ("10,000 sources", |s| s.sources = vec![Source::default(); 10_000], &["sources"]),
    (
        "everything wrong",
        |s| {
            *s = Seizure {
                operation: "x".to_owned(),
                agency: "x".to_owned(),
                when: Some(when("")),
                place: Some(Place::default()),
                items: vec![SeizedItem {
                    kind: 99,
                    quantity: Some(Quantity::default()),
                    form: 99,
                    identification: 99,
                    purity_percent: "x".to_owned(),
                    package_count: Some(-1),
                    ..SeizedItem::default()
                }],
                external_ids: vec![ExternalId::default()],
                sources: vec![Source::default()],
                marking: Some(Marking { label: 99, releasable_to: vec!["x".to_owned()] }),
                ..Seizure::default()
            }
        },
        &[
            "operation",
            "agency",
            "when.edtf",
            "place",
            "items[0].kind",
            "items[0].substance",
            "items[0].quantity.value",
            "items[0].quantity.unit",
            "items[0].form",
            "items[0].identification",
            "items[0].purity_percent",
            "items[0].package_count",
            "external_ids[0].scheme",
            "external_ids[0].value",
            "sources[0]",
            "marking.label",
            "marking.releasable_to[0]",
        ],
    ),
];

fn records(known: &Known) -> Vec<Row> {
    Records::new(seizure, &known.seizures.mine)
        .bad(BAD)
        .codes(&[
            ("items[1].kind", |s, code| second(s, |i| i.kind = code)),
            ("items[1].form", |s, code| second(s, |i| i.form = code)),
            ("items[1].identification", |s, code| second(s, |i| i.identification = code)),
        ])
        .texts(&[
            ("items[1].reported_label", 300, |s, text| second(s, |i| i.reported_label = text)),
            ("external_ids[0].scheme", 64, |s, text| s.external_ids = vec![id(&text, "1")]),
            ("external_ids[0].value", 200, |s, text| s.external_ids = vec![id("cnes", &text)]),
        ])
        .quantities(&[("items[1].quantity", |s, q| second(s, |i| i.quantity = Some(q)))])
        .dates(&[("when", |s, when| s.when = Some(when))])
        .places(&[("place", |s, place| s.place = Some(place))])
        .sources(&[("sources[1]", |s, bad| s.sources = vec![source(), bad])])
        .markings(&[("marking", |s, marking| s.marking = Some(marking))])
        .references(&[("operation", |s, operation| s.operation = operation)], &known.operations)
        .references(&[("agency", |s, agency| s.agency = agency)], &known.agencies)
        .unseen(
            &[("marking.releasable_to", |s, to| {
                s.marking = Some(Marking { label: 0, releasable_to: vec!["MX".to_owned(), to] });
            })],
            &known.agencies,
        )
        .into_rows()
}

fn retract(edit: impl FnOnce(&mut RetractSeizureRequest), name: &str) -> Sent {
    let (name, reason) = (name.to_owned(), "counted twice".to_owned());
    let mut request = RetractSeizureRequest { name, reason, ..RetractSeizureRequest::default() };
    edit(&mut request);
    request.sent()
}

fn retractions(known: &Known) -> Vec<Row> {
    let names = &known.seizures;
    let mine = |edit: &dyn Fn(&mut RetractSeizureRequest)| retract(|r| edit(r), &names.mine);
    let mut rows = vec![
        invalid("of nothing", RetractSeizureRequest::default().sent(), ["name", "reason"]),
        invalid("without a reason", mine(&|r| r.reason.clear()), ["reason"]),
        invalid("with a blank reason", mine(&|r| r.reason = " \n".to_owned()), ["reason"]),
        invalid("with NUL in the reason", mine(&|r| r.reason = "a\0".to_owned()), ["reason"]),
        invalid("with 2,001 characters", mine(&|r| r.reason = long("a", 2_001)), ["reason"]),
        invalid("with a megabyte", mine(&|r| r.reason = "a".repeat(1 << 20)), ["reason"]),
        invalid(
            "with everything wrong",
            retract(|r| (r.reason, r.request_id) = (String::new(), "x".to_owned()), "x"),
            ["name", "reason", "request_id"],
        ),
        refused(
            "with an old etag",
            mine(&|r| r.etag = "\"1\"".to_owned()),
            (Code::Aborted, "ETAG_MISMATCH"),
            ["etag"],
        ),
        refused(
            "that is retracted",
            retract(|_| (), &known.retracted),
            (Code::FailedPrecondition, "NOT_ACTIVE"),
            NONE,
        ),
        refused(
            "that is deleted",
            retract(|_| (), &names.deleted),
            (Code::FailedPrecondition, "DELETED"),
            NONE,
        ),
        refused(
            "of others",
            retract(|_| (), &names.theirs),
            (Code::PermissionDenied, "NOT_ORIGINATOR"),
            NONE,
        ),
        refused("that is hidden", retract(|_| (), &names.hidden), NOT_FOUND, NONE),
        refused("that is absent", retract(|_| (), &names.absent), NOT_FOUND, NONE),
        refused(
            "by one who may not",
            mine(&|_| ()),
            (Code::PermissionDenied, "ROLE_REQUIRED"),
            NONE,
        )
        .by(super::Caller::Reader),
    ];
    type Change = fn(&mut RetractSeizureRequest);
    let changes: [(&str, Change, &str); 3] = [
        ("another reason", |r| r.reason = "an error".to_owned(), "reason"),
        ("another etag", |r| r.etag = "\"1\"".to_owned(), "etag"),
        ("another seizure", |r| r.name = ABSENT.to_owned(), "name"),
    ];
    for (what, edit, field) in changes {
        let sent = retract(
            |r| {
                r.request_id = RETRACTION.to_owned();
                edit(r);
            },
            &known.retracted,
        );
        let what = format!("with the request id of {what}");
        rows.push(refused(what, sent, REQUEST_ID_REUSED, [field]));
    }
    rows
}

fn requests(known: &Known) -> Vec<Row> {
    let create = |edit: &dyn Fn(&mut Seizure), request_id: &str| {
        let mut record = seizure();
        edit(&mut record);
        record.create("", request_id)
    };
    let unlisted =
        |s: &mut Seizure| second(s, |i| i.substance = "substances/of-no-list".to_owned());
    let heavier = |s: &mut Seizure| {
        let value = "126".to_owned();
        s.items[0].quantity = Some(Quantity { value, ..quantity() });
    };
    let under_theirs = |s: &mut Seizure| s.operation.clone_from(&known.operations.theirs);
    let into_theirs = Writing {
        name: known.seizures.mine.clone(),
        mask: vec!["operation".to_owned()],
        ..Writing::default()
    };
    let mut moved = seizure();
    under_theirs(&mut moved);
    let not_a_participant = (Code::PermissionDenied, "NOT_A_PARTICIPANT");
    vec![
        invalid("of nothing", GetSeizureRequest::default().sent(), ["name"]),
        invalid("of nothing", CreateSeizureRequest::default().sent(), ["seizure.items"]),
        invalid(
            "of nothing",
            UpdateSeizureRequest::default().sent(),
            ["seizure.name", "update_mask"],
        ),
        invalid("of nothing", DeleteSeizureRequest::default().sent(), ["name"]),
        refused(
            "of a substance that is not listed",
            create(&unlisted, ""),
            NOT_FOUND,
            ["seizure.items[1].substance"],
        ),
        refused(
            "with an external id that is taken",
            create(&|s| s.external_ids = vec![id("cnes", "1"), external_id()], ""),
            (Code::AlreadyExists, "EXTERNAL_ID_TAKEN"),
            ["seizure.external_ids"],
        ),
        refused("under an operation of others", create(&under_theirs, ""), not_a_participant, NONE),
        refused("into an operation of others", moved.update(into_theirs), not_a_participant, NONE),
        refused(
            "with the request id of another amount",
            create(&heavier, &creation::<Seizure>()),
            REQUEST_ID_REUSED,
            ["seizure.items[0].quantity.value"],
        ),
    ]
}

pub fn rows(known: &Known) -> Vec<Row> {
    let names = &known.seizures;
    let fixed = &["state", "retraction_reason", "total_mass_micrograms"];
    let mut rows = Methods { good: seizure, names, required: &["items"], fixed }.rows();
    rows.extend(records(known));
    rows.extend(seizure_filters::FILTERS.rows());
    rows.extend(seizure_filters::amounts_and_modes());
    rows.extend(retractions(known));
    rows.extend(requests(known));
    rows
}
