//! Exports that go on behind a token: nothing is missing, whatever happened meanwhile.

use super::{export, grams, import, options, row};
use crate::world::{World, on_both};
use interdiction::domain::{
    errors::Kind, filters::Filter, imports::ImportDraft, seizures::Seizure,
};
use sea_orm::{ConnectionTrait as _, Statement, TransactionTrait as _};
use uuid::Uuid;

on_both! {
    an_export_goes_on_behind_its_token: resumes;
    a_resumed_export_misses_nothing_that_the_first_snapshot_held: misses_nothing;
    a_snapshot_without_the_record_of_the_token_is_no_end_of_the_export: behind;
}

async fn resumes(world: World) {
    let viewer = world.viewer("us-dod");
    let rows = (1..=250).map(|i| row(i, &format!("r{i}"), grams("1"))).collect();
    import(&world.registry, &viewer, options(), rows).await.unwrap();
    let (_, parts) = export(&world, &viewer, "").await.unwrap();
    let (header, rest) = export(&world, &viewer, &parts[0].1).await.unwrap();
    assert_eq!(header.count, 150);
    let records = |parts: &[(Vec<Seizure>, String)]| -> Vec<Seizure> {
        parts.iter().flat_map(|(records, _)| records.clone()).collect()
    };
    assert_eq!(records(&rest), records(&parts[1..]));
    let error = export(&world, &world.viewer("mx-sedena"), &parts[0].1).await.unwrap_err();
    assert_eq!(error.kind, Kind::Invalid);
}

/// On Postgres, a copy of a seizure whose recording began now, in a transaction that is not over.
async fn unfinished(world: &World, like: &Seizure) -> sea_orm::DatabaseTransaction {
    let connection = world.connect().await;
    let transaction = connection.begin().await.unwrap();
    let columns = "originator_id, marking_id, version, create_micros, update_micros, bytes, state, \
                   when_earliest, when_latest, items, external_ids, sources, mass_micrograms";
    let sql = format!(
        "INSERT INTO seizures (uid, {columns}) SELECT $1, {columns} FROM seizures WHERE uid = $2"
    );
    let backend = transaction.get_database_backend();
    let values = [LATE.into(), like.id.uuid().into()];
    let statement = Statement::from_sql_and_values(backend, sql, values);
    transaction.execute_raw(statement).await.unwrap();
    transaction
}

const LATE: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);

/// Seizures come, go, change and are finished late between the parts of an export.
async fn misses_nothing(world: World) {
    let viewer = world.viewer("us-dod");
    let rows = |numbers: std::ops::RangeInclusive<i64>| -> Vec<ImportDraft> {
        numbers.map(|i| row(i, &format!("r{i}"), grams(&i.to_string()))).collect()
    };
    import(&world.registry, &viewer, options(), rows(1..=150)).await.unwrap();
    let first = world.list::<Seizure>(&viewer, Filter::default()).await;
    let is_postgres = matches!(world.url, interdiction::store::StoreUrl::Postgres(_));
    let late = if is_postgres { Some(unfinished(&world, &first[0]).await) } else { None };
    import(&world.registry, &viewer, options(), rows(151..=350)).await.unwrap();
    let (header, parts) = export(&world, &viewer, "").await.unwrap();
    assert_eq!((header.count, parts.len()), (350, 4));
    let held: Vec<Seizure> = parts.iter().flat_map(|(records, _)| records.clone()).collect();
    // In front of every token and behind it: one that goes, one that changes, one that comes.
    let (gone, changed) = ([&held[3], &held[330]], [&held[5], &held[340]]);
    for one in gone {
        world.remove(&viewer, one).await.unwrap();
    }
    for one in changed {
        let draft = grams("9999");
        world.change(&viewer, one, &["items"], draft).await.unwrap();
    }
    if let Some(late) = late {
        late.commit().await.unwrap();
    }
    import(&world.registry, &viewer, options(), rows(351..=360)).await.unwrap();
    for (i, (_, token)) in parts.iter().enumerate() {
        let (_, rest) = export(&world, &viewer, token).await.unwrap();
        let rest = rest.into_iter().flat_map(|(records, _)| records);
        let before = parts[..=i].iter().flat_map(|(records, _)| records.clone());
        let mut all: Vec<_> = before.chain(rest).map(|one| one.id).collect();
        let came = all.len();
        all.sort();
        all.dedup();
        assert_eq!(came, all.len(), "one came twice behind part {i}");
        for one in &held {
            let stayed = gone.iter().all(|gone| gone.id != one.id);
            assert!(!stayed || all.contains(&one.id), "{} is missing behind part {i}", one.id);
        }
        // What was finished late came at its place: in front of the second token.
        let late_came = all.iter().any(|id| id.uuid() == LATE);
        assert_eq!(late_came, is_postgres && i == 0, "part {i}");
    }
}

/// As a store that lags, or was put back, would have it: the record behind which the export goes on
/// is not there.
async fn behind(world: World) {
    let viewer = world.viewer("us-dod");
    let rows = (1..=150).map(|i| row(i, &format!("r{i}"), grams("1"))).collect();
    import(&world.registry, &viewer, options(), rows).await.unwrap();
    let (_, parts) = export(&world, &viewer, "").await.unwrap();
    let listed = world.list::<Seizure>(&viewer, Filter::default()).await;
    put_back(&world, &listed[120..]).await;
    let (header, _) = export(&world, &viewer, &parts[0].1).await.unwrap();
    assert_eq!(header.count, 20);
    put_back(&world, &listed[..120]).await;
    let error = export(&world, &viewer, &parts[0].1).await.unwrap_err();
    assert_eq!((error.kind, error.reason), (Kind::Unavailable, "STORE_BEHIND"));
    assert!(error.retry_after.is_some());
}

/// Undoes the recording of seizures that nothing was done to since.
async fn put_back(world: &World, seizures: &[Seizure]) {
    let connection = world.connect().await;
    let backend = connection.get_database_backend();
    let its = "seizure_id = (SELECT id FROM seizures WHERE uid = $1)";
    let mut undo = ["seizure_items", "imported_seizures", "external_ids"]
        .map(|table| format!("DELETE FROM {table} WHERE {its}"))
        .to_vec();
    undo.push("DELETE FROM seizures WHERE uid = $1".to_owned());
    for seizure in seizures {
        for sql in &undo {
            let values = [seizure.id.uuid().into()];
            let statement = Statement::from_sql_and_values(backend, sql, values);
            connection.execute_raw(statement).await.unwrap();
        }
        let sql = "DELETE FROM ledger WHERE record_name = $1";
        let values = [seizure.id.to_string().into()];
        let statement = Statement::from_sql_and_values(backend, sql, values);
        connection.execute_raw(statement).await.unwrap();
    }
    connection.close().await.unwrap();
}
