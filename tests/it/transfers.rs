//! Imports and exports: what a batch does, on both backends.

mod resumed;
mod streams;

use crate::world::{
    World, all,
    drafts::{
        external_id, full_operation, full_seizure, item, marked, operation, participant, red,
        seizure,
    },
    on_both, with_roles,
};
use interdiction::{
    domain::{
        errors::{Error, Kind, Result},
        exports::{ExportHeader, Exported},
        filters::Filter,
        imports::{ImportDraft, ImportOptions, Imported},
        markings::{Marking, Tlp},
        operation_parts::ParticipantRole,
        operations::{Operation, OperationDraft},
        quantities::Unit,
        records::Draft as _,
        seizures::{Seizure, SeizureDraft},
        sensors::{Sensor, SensorType},
        viewers::{Role, Viewer},
    },
    registry::Registry,
};
use sea_orm::{ConnectionTrait as _, Statement};

on_both! {
    rows_become_seizures_and_the_same_rows_again_change_nothing: twice;
    a_row_whose_values_changed_updates_its_seizure: changes;
    rows_that_break_a_rule_are_rejected_and_the_others_are_written: rejects;
    a_row_is_found_by_its_external_ids_before_its_row_id: identities;
    rows_of_one_identity_in_one_batch_follow_each_other: repeats;
    an_operation_comes_with_its_seizures: operations;
    a_seizure_is_added_to_an_operation_by_who_may: participants;
    a_dry_run_writes_nothing: dry_run;
    an_import_takes_as_few_statements_as_it_has_tables: statements;
    an_import_takes_as_few_however_many_schemes_name_its_rows: schemes;
    an_export_imports_to_the_same_records: round_trip;
    an_export_shows_what_its_viewer_may_see_and_says_who_may_have_it: guarded;
}

pub fn row(number: i64, row_id: &str, seizure: SeizureDraft) -> ImportDraft {
    ImportDraft {
        sequence_number: number,
        row_id: row_id.to_owned(),
        seizure: Some(seizure),
        ..ImportDraft::default()
    }
}

/// A seizure of heroin without external ids.
pub fn grams(value: &str) -> SeizureDraft {
    let items = vec![item("heroin", value, Unit::Gram)];
    SeizureDraft { items, external_ids: Vec::new(), ..seizure("") }
}

fn options() -> ImportOptions {
    ImportOptions { dataset: "dijin-2018".to_owned(), validate_only: false }
}

/// Imports rows as one batch.
pub async fn import(
    registry: &Registry,
    viewer: &Viewer,
    options: ImportOptions,
    rows: Vec<ImportDraft>,
) -> Result<Imported> {
    let mut import = registry.begin_import(viewer, options)?;
    let batch = registry.check_import(viewer, &mut import, rows)?;
    registry.write_import(viewer, batch).await
}

fn counts(imported: &Imported) -> (u64, u64, u64, Vec<i64>) {
    let Imported { created, updated, unchanged, rejected } = imported;
    (*created, *updated, *unchanged, rejected.iter().map(|(number, _)| *number).collect())
}

async fn revisions(world: &World) -> i64 {
    let connection = world.connect().await;
    let backend = connection.get_database_backend();
    let sql = "SELECT COUNT(*) AS n, MAX(revision) AS last FROM ledger";
    let row = connection.query_one_raw(Statement::from_string(backend, sql)).await.unwrap();
    let row = row.unwrap();
    let count: i64 = row.try_get_by_index(0).unwrap();
    connection.close().await.unwrap();
    count
}

async fn twice(world: World) {
    let viewer = world.viewer("co-ponal");
    let rows = || (1..=250).map(|i| row(i, &format!("r{i}"), grams(&i.to_string()))).collect();
    let before = revisions(&world).await;
    let first = import(&world.registry, &viewer, options(), rows()).await.unwrap();
    assert_eq!(counts(&first), (250, 0, 0, vec![]));
    let listed = world.list::<Seizure>(&viewer, Filter::default()).await;
    assert_eq!(listed.len(), 250);
    let mass: i64 = listed.iter().filter_map(|one| one.body.total_mass_micrograms()).sum();
    assert_eq!(mass, 250 * 251 / 2 * 1_000_000);
    assert_eq!(revisions(&world).await, before + 250);
    let again = import(&world.registry, &viewer, options(), rows()).await.unwrap();
    assert_eq!(counts(&again), (0, 0, 250, vec![]));
    assert_eq!(world.list::<Seizure>(&viewer, Filter::default()).await, listed);
    assert_eq!(revisions(&world).await, before + 250);
    // Another dataset, and another agency, have rows of their own.
    let other = ImportOptions { dataset: "other".to_owned(), ..options() };
    let one = vec![row(1, "r1", grams("1"))];
    let there = import(&world.registry, &viewer, other, one.clone()).await.unwrap();
    assert_eq!(counts(&there), (1, 0, 0, vec![]));
    let theirs = world.viewer("us-dod");
    let theirs = import(&world.registry, &theirs, options(), one).await.unwrap();
    assert_eq!(counts(&theirs), (1, 0, 0, vec![]));
}

async fn changes(world: World) {
    let viewer = world.viewer("co-ponal");
    let import = |rows| import(&world.registry, &viewer, options(), rows);
    import(vec![row(1, "a", grams("1.1")), row(2, "b", grams("2"))]).await.unwrap();
    let [a, b] = &world.list::<Seizure>(&viewer, Filter::default()).await[..] else { panic!() };
    // What somebody added meanwhile stays.
    let agency = SeizureDraft { agency: "agencies/co-ponal".to_owned(), ..SeizureDraft::default() };
    world.change(&viewer, b, &["agency"], agency).await.unwrap();
    let rows = vec![row(3, "a", grams("1.1000000000000001")), row(4, "b", grams("3"))];
    assert_eq!(counts(&import(rows).await.unwrap()), (0, 1, 1, vec![]));
    assert_eq!(world.see(&viewer, a).await, *a);
    let b = world.see(&viewer, b).await;
    assert_eq!(b.body.total_mass_micrograms(), Some(3_000_000));
    assert_eq!(b.body.agency, Some(viewer.agency.clone()));
    assert_eq!(b.meta.version, 3);
    // A deleted one is made anew.
    world.remove(&viewer, &b).await.unwrap();
    assert_eq!(counts(&import(vec![row(5, "b", grams("3"))]).await.unwrap()), (1, 0, 0, vec![]));
    assert_eq!(counts(&import(vec![row(6, "b", grams("3"))]).await.unwrap()), (0, 0, 1, vec![]));
}

fn reason(imported: &Imported, i: usize) -> (&'static str, Vec<&str>) {
    let error: &Error = &imported.rejected[i].1;
    (error.reason, error.violations.iter().map(|one| one.field.as_str()).collect())
}

async fn rejects(world: World) {
    let viewer = world.viewer("co-ponal");
    let other = world.viewer("us-dod");
    let hidden = OperationDraft { marking: red(), ..operation("hidden") };
    let hidden = world.add::<Operation>(&other, hidden).await;
    let under = |name: String| SeizureDraft { operation: name, ..grams("1") };
    let unknown =
        SeizureDraft { items: vec![item("nothing-known", "1", Unit::Gram)], ..grams("1") };
    let rows = vec![
        row(1, "a", grams("1")),
        row(2, "b", grams("NaN")),
        row(3, "", grams("1")),
        row(4, "d", under(hidden.id.to_string())),
        row(5, "e", unknown),
        row(6, "f", grams("2")),
    ];
    let imported = import(&world.registry, &viewer, options(), rows).await.unwrap();
    assert_eq!(counts(&imported), (2, 0, 0, vec![2, 3, 4, 5]));
    assert_eq!(reason(&imported, 0), ("INVALID_FIELD", vec!["seizure.items[0].quantity.value"]));
    assert_eq!(reason(&imported, 1), ("INVALID_FIELD", vec!["row_id"]));
    assert_eq!(reason(&imported, 2), ("NOT_FOUND", vec!["seizure.operation"]));
    assert_eq!(reason(&imported, 3), ("NOT_FOUND", vec!["seizure.items[0].substance"]));
    assert_eq!(world.list::<Seizure>(&viewer, Filter::default()).await.len(), 2);
    let backwards = vec![row(1, "a", grams("1")), row(1, "b", grams("1"))];
    let error = import(&world.registry, &viewer, options(), backwards).await.unwrap_err();
    assert_eq!(error.violations[0].field, "rows[1].sequence_number");
    let reader = with_roles(&viewer, &[Role::Reader]);
    let error = import(&world.registry, &reader, options(), vec![]).await.unwrap_err();
    assert_eq!((error.kind, error.reason), (Kind::PermissionDenied, "ROLE_REQUIRED"));
    let nameless = ImportOptions::default();
    let error = import(&world.registry, &viewer, nameless, vec![]).await.unwrap_err();
    assert_eq!(error.violations[0].field, "options.dataset");
}

async fn identities(world: World) {
    let viewer = world.viewer("co-ponal");
    let import = |rows| import(&world.registry, &viewer, options(), rows);
    let with = |ids: &[&str], value: &str| SeizureDraft {
        external_ids: ids.iter().map(|id| external_id("case", id)).collect(),
        ..grams(value)
    };
    let made = world.add::<Seizure>(&viewer, with(&["1"], "1")).await;
    let imported = import(vec![row(1, "x", with(&["1", "2"], "1"))]).await.unwrap();
    assert_eq!(counts(&imported), (0, 1, 0, vec![]));
    let ids = world.see(&viewer, &made).await.body.external_ids;
    assert_eq!(ids, [external_id("case", "1"), external_id("case", "2")]);
    world.add::<Seizure>(&viewer, with(&["3"], "1")).await;
    let imported = import(vec![row(2, "y", with(&["2", "3"], "1"))]).await.unwrap();
    assert_eq!(reason(&imported, 0), ("INVALID_FIELD", vec!["seizure.external_ids"]));
    // Another agency's ids are nothing to this one.
    let other = world.viewer("us-dod");
    world.add::<Seizure>(&other, with(&["9"], "1")).await;
    assert_eq!(counts(&import(vec![row(3, "", with(&["9"], "1"))]).await.unwrap()).0, 1);
}

async fn repeats(world: World) {
    let viewer = world.viewer("co-ponal");
    let rows = vec![
        row(1, "a", grams("1")),
        row(2, "a", grams("2")),
        row(3, "b", grams("1")),
        row(4, "a", grams("2")),
    ];
    let imported = import(&world.registry, &viewer, options(), rows).await.unwrap();
    assert_eq!(counts(&imported), (2, 1, 1, vec![]));
    let masses = world.list::<Seizure>(&viewer, Filter::default()).await;
    let masses: Vec<_> = masses.iter().map(|one| one.body.total_mass_micrograms()).collect();
    assert_eq!(masses, [Some(2_000_000), Some(1_000_000)]);
}

async fn sensors(world: &World, viewer: &Viewer) {
    for id in ["radar", "aerostat"] {
        let draft = crate::world::drafts::sensor(id, SensorType::GroundRadar);
        world.add_as::<Sensor>(viewer, id, draft).await;
    }
}

async fn operations(world: World) {
    let viewer = world.viewer("us-dod");
    sensors(&world, &viewer).await;
    let import = |rows| import(&world.registry, &viewer, options(), rows);
    let case = |number, seizure: Option<SeizureDraft>, operation: OperationDraft| ImportDraft {
        sequence_number: number,
        row_id: if seizure.is_some() { format!("s{number}") } else { String::new() },
        seizure,
        operation_row_id: "case".to_owned(),
        operation: Some(operation),
    };
    let both = || {
        vec![
            case(1, Some(full_seizure("")), full_operation()),
            case(2, Some(grams("1")), full_operation()),
        ]
    };
    // The external ids of the first stand for the second's row id nowhere.
    assert_eq!(counts(&import(both()).await.unwrap()), (2, 0, 0, vec![]));
    assert_eq!(counts(&import(both()).await.unwrap()), (0, 0, 2, vec![]));
    let operations = world.list::<Operation>(&viewer, Filter::default()).await;
    let seizures = world.list::<Seizure>(&viewer, Filter::default()).await;
    assert_eq!((operations.len(), seizures.len()), (1, 2));
    assert_eq!(OperationDraft::of(&operations[0].body).detections, full_operation().detections);
    assert!(seizures.iter().all(|one| one.body.operation == Some(operations[0].id)));
    // A row whose seizure is wrong leaves its operation as it was.
    let renamed = OperationDraft { display_name: "Renamed".to_owned(), ..full_operation() };
    let wrong = SeizureDraft { agency: "agencies/nobody".to_owned(), ..grams("2") };
    let imported = import(vec![case(3, Some(wrong), renamed.clone())]).await.unwrap();
    assert_eq!(reason(&imported, 0), ("NOT_FOUND", vec!["seizure.agency"]));
    assert_eq!(world.see(&viewer, &operations[0]).await, operations[0]);
    assert_eq!(counts(&import(vec![case(4, None, renamed)]).await.unwrap()), (0, 1, 0, vec![]));
    assert_eq!(world.see(&viewer, &operations[0]).await.body.display_name, "Renamed");
}

async fn participants(world: World) {
    let (lead, other, third) =
        (world.viewer("us-dod"), world.viewer("mx-sedena"), world.viewer("co-ponal"));
    let made = world.add::<Operation>(
        &lead,
        OperationDraft {
            participants: vec![participant("mx-sedena", ParticipantRole::Interdiction)],
            ..operation("together")
        },
    );
    let under = SeizureDraft { operation: made.await.id.to_string(), ..grams("1") };
    let rows = || vec![row(1, "a", under.clone()), row(2, "b", under.clone())];
    let theirs = import(&world.registry, &other, options(), rows()).await.unwrap();
    assert_eq!(counts(&theirs), (2, 0, 0, vec![]));
    let refused = import(&world.registry, &third, options(), rows()).await.unwrap();
    assert_eq!(counts(&refused), (0, 0, 0, vec![1, 2]));
    assert_eq!(reason(&refused, 0).0, "NOT_A_PARTICIPANT");
}

async fn dry_run(world: World) {
    let viewer = world.viewer("co-ponal");
    let rows = vec![row(1, "a", grams("1")), row(2, "b", grams("x"))];
    let dry = ImportOptions { validate_only: true, ..options() };
    let imported = import(&world.registry, &viewer, dry, rows).await.unwrap();
    assert_eq!(counts(&imported), (1, 0, 0, vec![2]));
    assert_eq!(world.list::<Seizure>(&viewer, Filter::default()).await, []);
}

async fn schemes(world: World) {
    let viewer = world.viewer("co-ponal");
    let mut made = Vec::new();
    for schemes in [1, 100] {
        let rows = |value: &str| -> Vec<ImportDraft> {
            // Under a hundred schemes, the same number in each.
            let number = |i: i64| if schemes == 1 { i } else { 0 };
            let of = |i: i64| SeizureDraft {
                external_ids: vec![external_id(
                    &format!("scheme-{}", i % schemes),
                    &format!("{schemes} \"{}\"\\", number(i)),
                )],
                ..grams(value)
            };
            (1..=100).map(|i| row(i, "", of(i))).collect()
        };
        let before = world.store.statements();
        let imported = import(&world.registry, &viewer, options(), rows("1")).await.unwrap();
        made.push(world.store.statements() - before);
        assert_eq!(counts(&imported), (100, 0, 0, vec![]));
        let before = world.store.statements();
        let again = import(&world.registry, &viewer, options(), rows("1")).await.unwrap();
        assert_eq!(counts(&again), (0, 0, 100, vec![]));
        assert_eq!(world.store.statements() - before, 2, "their names, and their seizures");
        let changed = import(&world.registry, &viewer, options(), rows("2")).await.unwrap();
        assert_eq!(counts(&changed), (0, 100, 0, vec![]));
    }
    // A number that is known under other schemes alone.
    let other = SeizureDraft {
        external_ids: vec![external_id("scheme-of-others", "100 \"0\"\\")],
        ..grams("1")
    };
    let imported = import(&world.registry, &viewer, options(), vec![row(1, "", other)]).await;
    assert_eq!(counts(&imported.unwrap()), (1, 0, 0, vec![]));
    // The first has the marking to make besides.
    assert!(made[1] <= made[0] && made[0] <= made[1] + 3, "{made:?}");
}

async fn statements(world: World) {
    let viewer = world.viewer("co-ponal");
    let rows = |from: i64| {
        (from..from + 500).map(|i| row(i, &format!("r{i}"), grams(&i.to_string()))).collect()
    };
    import(&world.registry, &viewer, options(), rows(1)).await.unwrap();
    let before = world.store.statements();
    import(&world.registry, &viewer, options(), rows(1)).await.unwrap();
    assert_eq!(world.store.statements() - before, 2, "the row ids, and their seizures");
    let before = world.store.statements();
    import(&world.registry, &viewer, options(), rows(501)).await.unwrap();
    let took = world.store.statements() - before;
    // Row ids, marking, head of the ledger; then five of 100 rows each for seizures, items, row ids
    // and the ledger. On SQLite a statement of one row costs no more.
    let wanted = match world.url {
        interdiction::store::StoreUrl::Postgres(_) => 3 + 4 * 5,
        interdiction::store::StoreUrl::Sqlite(_) => 2 + 4 * 500,
    };
    assert_eq!(took, wanted);
}

/// Everything that an export hands over.
pub async fn export(
    world: &World,
    viewer: &Viewer,
    token: &str,
) -> Result<(ExportHeader, Vec<(Vec<Seizure>, String)>)> {
    let list = interdiction::domain::pages::List {
        page_token: token.to_owned(),
        page_size: crate::world::size(100),
        ..all::<Seizure>()
    };
    let (to, mut parts) = tokio::sync::mpsc::channel(1);
    let (registry, viewer) = (world.registry.clone(), viewer.clone());
    let task = tokio::spawn(async move { registry.export_seizures(&viewer, list, to).await });
    let (mut header, mut seizures) = (None, Vec::new());
    while let Some(part) = parts.recv().await {
        match part {
            Exported::Header(one) => header = Some(one),
            Exported::Part(records, token) => seizures.push((records, token)),
        }
    }
    task.await.unwrap()?;
    Ok((header.unwrap(), seizures))
}

async fn round_trip(world: World) {
    let viewer = world.viewer("us-dod");
    world.add::<Seizure>(&viewer, full_seizure("")).await;
    let rows = (1..=250).map(|i| row(i, &format!("r{i}"), grams(&i.to_string()))).collect();
    import(&world.registry, &viewer, options(), rows).await.unwrap();
    let (header, parts) = export(&world, &viewer, "").await.unwrap();
    assert_eq!((header.count, parts.len()), (251, 3));
    let exported: Vec<Seizure> = parts.into_iter().flat_map(|(records, _)| records).collect();
    let backend = match world.url {
        interdiction::store::StoreUrl::Postgres(_) => crate::world::Backend::Postgres,
        interdiction::store::StoreUrl::Sqlite(_) => crate::world::Backend::Sqlite,
    };
    let empty = World::new(backend).await;
    let rows: Vec<ImportDraft> = (1..)
        .zip(&exported)
        .map(|(i, one)| row(i, &one.id.to_string(), SeizureDraft::of(&one.body)))
        .collect();
    let imported = import(&empty.registry, &viewer, options(), rows).await.unwrap();
    assert_eq!(counts(&imported), (251, 0, 0, vec![]));
    let there = empty.list::<Seizure>(&viewer, Filter::default()).await;
    assert_eq!(there.len(), exported.len());
    for (there, here) in there.iter().zip(&exported) {
        assert_eq!((&there.body, there.state), (&here.body, here.state));
    }
}

async fn guarded(world: World) {
    let (ours, theirs) = (world.viewer("us-dod"), world.viewer("mx-sedena"));
    let add = |marking| world.add::<Seizure>(&ours, SeizureDraft { marking, ..grams("1") });
    add(marked(Tlp::Green, &[])).await;
    add(marked(Tlp::Amber, &["CO", "MX", "agencies/co-ponal"])).await;
    let strict = add(marked(Tlp::AmberStrict, &["MX", "agencies/co-ponal"])).await;
    let (header, parts) = export(&world, &theirs, "").await.unwrap();
    assert_eq!((header.count, parts[0].0.len()), (2, 2));
    // Who else may have it is the originator's to tell.
    let told = Marking { label: Tlp::Amber, releasable_to: Vec::new() };
    assert_eq!(header.marking.label, told.label);
    let list: Vec<String> = header.marking.releasable_to.iter().map(ToString::to_string).collect();
    assert_eq!(list, ["CO", "MX"]);
    let (header, _) = export(&world, &ours, "").await.unwrap();
    assert_eq!((header.count, header.marking), (3, strict.body.marking.clone()));
    world.remove(&ours, &strict).await.unwrap();
    assert_eq!(export(&world, &ours, "").await.unwrap().0.count, 2);
    let nobody = with_roles(&ours, &[]);
    assert_eq!(export(&world, &nobody, "").await.unwrap_err().kind, Kind::PermissionDenied);
}
