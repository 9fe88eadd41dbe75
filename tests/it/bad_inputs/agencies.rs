//! Bad agencies, and bad filters of them.

use super::{
    Row,
    calls::Call as _,
    filters::{Filters, agencies_of_kind, any_of, contains, equals, prefix},
    ids, invalid,
    known::{Known, agency},
    methods::Methods,
    records::{Bad, Records},
    refused,
};
use interdiction::proto::{
    Agency, CreateAgencyRequest, DeleteAgencyRequest, GetAgencyRequest, Marking,
    UpdateAgencyRequest,
};
use tonic::Code;

const BAD: &[Bad<Agency>] = &[
    ("no name", |a| a.display_name.clear(), &["display_name"]),
    ("a blank name", |a| a.display_name = " \u{3000}".to_owned(), &["display_name"]),
    ("a line break in its name", |a| a.display_name = "a\nb".to_owned(), &["display_name"]),
    ("a region in small letters", |a| a.region_code = "mx".to_owned(), &["region_code"]),
    ("a region of three letters", |a| a.region_code = "MEX".to_owned(), &["region_code"]),
    ("UK for GB", |a| a.region_code = "UK".to_owned(), &["region_code"]),
    ("EU for a region", |a| a.region_code = "EU".to_owned(), &["region_code"]),
    ("a subdivision for a region", |a| a.region_code = "MX-SON".to_owned(), &["region_code"]),
    ("a blank region", |a| a.region_code = " ".to_owned(), &["region_code"]),
    ("NUL in its region", |a| a.region_code = "M\0".to_owned(), &["region_code"]),
    (
        "everything wrong",
        |a| {
            *a = Agency {
                native_name: "\0".to_owned(),
                acronym: "\0".to_owned(),
                region_code: "x".to_owned(),
                kind: 99,
                parent: "x".to_owned(),
                marking: Some(Marking { label: 99, releasable_to: vec!["x".to_owned()] }),
                ..Agency::default()
            }
        },
        &[
            "display_name",
            "native_name",
            "acronym",
            "region_code",
            "kind",
            "parent",
            "marking.label",
            "marking.releasable_to[0]",
        ],
    ),
];

const FILTERS: Filters<Agency> = Filters {
    bad: &[],
    codes: &[
        ("kind_any_of[0]", |f, kind| f.kind_any_of = vec![kind]),
        ("parent.kind_any_of[0]", |f, kind| f.parent = Some(agencies_of_kind(kind))),
    ],
    texts: &[
        ("display_name.equals", |f, text| f.display_name = equals(text)),
        ("native_name.prefix", |f, text| f.native_name = prefix(text)),
        ("acronym.contains", |f, text| f.acronym = contains(text)),
        ("region_code.any_of[0]", |f, text| f.region_code = any_of(text)),
    ],
    dates: &[],
};

fn releasable_to(agency: String) -> Option<Marking> {
    Some(Marking { label: 0, releasable_to: vec!["MX".to_owned(), agency] })
}

pub fn rows(known: &Known) -> Vec<Row> {
    let names = &known.agencies;
    let methods = Methods { good: agency, names, required: &["display_name"], fixed: &[] };
    let mut rows = methods.rows();
    let records = Records::new(agency, &names.mine)
        .bad(BAD)
        .codes(&[("kind", |a, kind| a.kind = kind)])
        .texts(&[
            ("display_name", 200, |a, text| a.display_name = text),
            ("native_name", 200, |a, text| a.native_name = text),
            ("acronym", 32, |a, text| a.acronym = text),
        ])
        .markings(&[("marking", |a, marking| a.marking = Some(marking))])
        .references(&[("parent", |a, parent| a.parent = parent)], names)
        .unseen(&[("marking.releasable_to", |a, to| a.marking = releasable_to(to))], names);
    rows.extend(records.into_rows());
    rows.extend(ids::rows(agency));
    rows.extend(FILTERS.rows());
    rows.extend(requests(known));
    rows
}

fn requests(known: &Known) -> Vec<Row> {
    let names = &known.agencies;
    let under = |parent: &str| Agency { parent: parent.to_owned(), ..agency() };
    let own_parent = UpdateAgencyRequest {
        agency: Some(Agency { name: names.mine.clone(), ..under(&names.mine) }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["parent".to_owned()] }),
        ..UpdateAgencyRequest::default()
    };
    let two_gone = CreateAgencyRequest {
        agency_id: "fresh".to_owned(),
        agency: Some(Agency {
            marking: releasable_to(names.absent.clone()),
            ..under(&names.deleted)
        }),
        ..CreateAgencyRequest::default()
    };
    let both = ["agency.parent", "agency.marking.releasable_to"];
    vec![
        invalid("of nothing", GetAgencyRequest::default().sent(), ["name"]),
        invalid(
            "of nothing",
            CreateAgencyRequest::default().sent(),
            ["agency_id", "agency.display_name"],
        ),
        invalid(
            "of nothing",
            UpdateAgencyRequest::default().sent(),
            ["agency.name", "update_mask"],
        ),
        invalid("of nothing", DeleteAgencyRequest::default().sent(), ["name"]),
        invalid("into its own parent", own_parent.sent(), ["agency.parent"]),
        refused(
            "with a deleted parent and an absent grantee",
            two_gone.sent(),
            (Code::NotFound, "NOT_FOUND"),
            both,
        ),
    ]
}
