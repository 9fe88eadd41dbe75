//! Bad imports and exports: what ends a stream, and rows that are not taken. Bad records of rows are
//! in `records`.

use super::{
    NONE, Row,
    calls::{Call as _, Sent, import},
    invalid,
    known::{Caller, Known, item, operation, seizure},
    methods::{DELETED, INVALID_FIELD, NOT_FOUND},
    refused,
    values::long,
};
use interdiction::proto::{
    ExportSeizuresRequest, ImportOptions, ImportRow, ImportSeizuresRequest, NameFilter, Operation,
    Seizure, SeizureFilter,
};
use tonic::Code;

const ROLE_REQUIRED: (Code, &str) = (Code::PermissionDenied, "ROLE_REQUIRED");
const NOT_A_PARTICIPANT: (Code, &str) = (Code::PermissionDenied, "NOT_A_PARTICIPANT");

fn options(dataset: &str) -> Option<ImportOptions> {
    Some(ImportOptions { dataset: dataset.to_owned(), validate_only: false })
}

/// A row that is not taken, so that whatever comes before what is wrong leaves no trace.
fn row(sequence_number: i64) -> ImportRow {
    let row_id = format!("r{sequence_number}");
    ImportRow { sequence_number, row_id, ..ImportRow::default() }
}

fn message(options: Option<ImportOptions>, rows: Vec<ImportRow>) -> ImportSeizuresRequest {
    ImportSeizuresRequest { options, rows }
}

/// Good rows of numbers, none of which is to be written.
fn numbered(numbers: &[i64]) -> Sent {
    let rows = numbers.iter().map(|number| good(*number)).collect();
    import(vec![message(options("test"), rows)])
}

fn good(number: i64) -> ImportRow {
    ImportRow { seizure: Some(seizure()), ..row(number) }
}

fn changed(edit: impl FnOnce(&mut ImportRow)) -> Sent {
    let mut row = good(1);
    edit(&mut row);
    import(vec![message(options("test"), vec![row])])
}

fn streams() -> Vec<Row> {
    let mut rows = vec![
        invalid("without options", import(vec![message(None, vec![good(1)])]), ["options.dataset"]),
        invalid("of nothing", import(vec![ImportSeizuresRequest::default()]), ["options.dataset"]),
        invalid(
            "with options twice",
            import(vec![message(options("test"), Vec::new()), message(options("test"), vec![])]),
            ["options"],
        ),
        invalid(
            "of 501 rows",
            import(vec![message(options("test"), (1..=501).map(good).collect())]),
            ["rows"],
        ),
        refused(
            "of 20,000 rows",
            import(vec![message(options("test"), vec![ImportRow::default(); 20_000])]),
            INVALID_FIELD,
            ["rows"],
        ),
        invalid("from 0", numbered(&[0]), ["rows[0].sequence_number"]),
        invalid("from below 0", numbered(&[-1, 1]), ["rows[0].sequence_number"]),
        invalid("from the smallest number", numbered(&[i64::MIN]), ["rows[0].sequence_number"]),
        invalid("of a number twice", numbered(&[1, 2, 2]), ["rows[2].sequence_number"]),
        invalid("behind the largest", numbered(&[i64::MAX, 1]), ["rows[1].sequence_number"]),
        invalid(
            "that goes back in its second message",
            import(vec![message(options("test"), vec![]), message(None, vec![good(0)])]),
            ["rows[0].sequence_number"],
        ),
    ];
    for dataset in ["", " ", "a b", "a\0", "ñ", &long("a", 101), &"a".repeat(1 << 20)] {
        let what = format!("into the dataset {:?}", dataset.chars().take(9).collect::<String>());
        let sent = import(vec![message(options(dataset), vec![good(1)])]);
        rows.push(invalid(what, sent, ["options.dataset"]));
    }
    let by_reader = refused("by one who may not write", numbered(&[1]), ROLE_REQUIRED, NONE);
    rows.push(by_reader.by(Caller::Reader));
    rows.push(refused("by nobody", numbered(&[1]), ROLE_REQUIRED, NONE).by(Caller::Nobody));
    rows
}

fn rejected(known: &Known) -> Vec<Row> {
    let mut rows = vec![
        invalid("of a row of nothing", changed(|row| row.seizure = None), ["seizure"]),
        invalid(
            "of a seizure of nothing",
            changed(|row| row.seizure = Some(Seizure::default())),
            ["seizure.items"],
        ),
        invalid(
            "of an operation without a row id",
            changed(|row| row.operation = under()),
            ["operation_row_id"],
        ),
        invalid(
            "of a seizure of another operation than its row's",
            changed(|row| {
                row.seizure.as_mut().unwrap().operation.clone_from(&known.operations.mine);
                (row.operation_row_id, row.operation) = ("o".to_owned(), under());
            }),
            ["seizure.operation"],
        ),
        invalid(
            "of an operation and a seizure that are both wrong",
            changed(|row| {
                *row = ImportRow {
                    seizure: Some(Seizure { items: vec![item(); 201], ..seizure() }),
                    operation: Some(Operation::default()),
                    ..ImportRow { sequence_number: 1, ..ImportRow::default() }
                };
            }),
            ["row_id", "operation_row_id", "seizure.items", "operation.display_name"],
        ),
        refused(
            "of a seizure under an operation of others",
            changed(|row| {
                row.seizure.as_mut().unwrap().operation.clone_from(&known.operations.theirs);
            }),
            NOT_A_PARTICIPANT,
            NONE,
        ),
    ];
    for (what, name, answer) in [
        ("a hidden", &known.operations.hidden, NOT_FOUND),
        ("an absent", &known.operations.absent, NOT_FOUND),
        ("a deleted", &known.operations.deleted, DELETED),
    ] {
        let sent = changed(|row| row.seizure.as_mut().unwrap().operation.clone_from(name));
        let what = format!("of a seizure under {what} operation");
        rows.push(refused(what, sent, answer, ["seizure.operation"]));
    }
    for (what, id) in [
        ("no row id", String::new()),
        ("a row id of 201 characters", long("a", 201)),
        ("a row id of a megabyte", "a".repeat(1 << 20)),
        ("a row id with NUL", "a\0".to_owned()),
        ("a row id with an escape", "a\u{1b}[31m".to_owned()),
    ] {
        let of_seizure = changed(|row| row.row_id.clone_from(&id));
        rows.push(invalid(format!("of a seizure with {what}"), of_seizure, ["row_id"]));
        let of_operation = changed(|row| {
            (row.seizure, row.operation) = (None, under());
            row.operation_row_id.clone_from(&id);
        });
        rows.push(invalid(
            format!("of an operation with {what}"),
            of_operation,
            ["operation_row_id"],
        ));
    }
    rows
}

fn under() -> Option<Operation> {
    Some(operation())
}

fn exports(known: &Known) -> Vec<Row> {
    let resumed = |token: &str| {
        let resume_token = token.to_owned();
        ExportSeizuresRequest { resume_token, ..ExportSeizuresRequest::default() }.sent()
    };
    // It ends after one record, as a part of an export may.
    let token = &known.seizures.token;
    let mut rows = vec![
        refused("by nobody", ExportSeizuresRequest::default().sent(), ROLE_REQUIRED, NONE)
            .by(Caller::Nobody),
    ];
    for (what, token) in [
        ("what is no token", "x".to_owned()),
        ("a blank token", " ".to_owned()),
        ("a token of 5,000 characters", "x".repeat(5_000)),
        ("a token cut short", token[..token.len() - 4].to_owned()),
        ("a token and more", format!("{token}AAAA")),
        ("the token of a list", known.sensors.token.clone()),
        ("the token of another viewer", known.seizures.token_of_theirs.clone()),
    ] {
        rows.push(invalid(format!("behind {what}"), resumed(&token), ["resume_token"]));
    }
    let filtered = |edit: &dyn Fn(&mut SeizureFilter)| {
        let mut filter = SeizureFilter::default();
        edit(&mut filter);
        ExportSeizuresRequest { filter: Some(filter), ..ExportSeizuresRequest::default() }
    };
    let of_name = |name: &str| {
        let any_of = vec![name.to_owned()];
        filtered(&|f| f.name = Some(NameFilter { any_of: any_of.clone(), none_of: Vec::new() }))
    };
    rows.push(invalid("of no name", of_name("x").sent(), ["filter.name.any_of[0]"]));
    let another = of_name(&known.seizures.mine);
    let another = ExportSeizuresRequest { resume_token: token.clone(), ..another }.sent();
    rows.push(invalid("behind the token of another filter", another, ["resume_token"]));
    let deleted = ExportSeizuresRequest {
        resume_token: token.clone(),
        show_deleted: true,
        ..ExportSeizuresRequest::default()
    };
    rows.push(invalid("behind the token of fewer", deleted.sent(), ["resume_token"]));
    rows
}

pub fn rows(known: &Known) -> Vec<Row> {
    let mut rows = streams();
    rows.extend(rejected(known));
    rows.extend(exports(known));
    rows
}
