//! The parts of operations: one table for each kind, one statement for each kind and page.

use super::{
    Lens,
    dialect::{Row, Session},
    entity::agencies,
    filters::at,
    guard,
    records::{Found, PartsOf, Values, hand_out},
    references::Keys,
    shapes::{
        PLACE_COLUMNS, WHEN_COLUMNS, number, place_values, read_place, read_when, when_values,
    },
};
use crate::domain::{
    errors::Result,
    ids::{AgencyId, SensorId},
    operation_parts::{Conveyance, Detection, Participant, Step, Waypoint},
    operations::{Operation, OperationBody},
    regions::RegionCode,
    text::fold,
};
use sea_orm::sea_query::{Alias, ExprTrait as _, Order, Query, SelectStatement};

/// Alias of the table of parts.
const P: &str = "p";
/// Alias of the agency or sensor that a part names.
const R: &str = "r";
const OWNER: &str = "operation_id";
const TABLES: [&str; 5] = ["participants", "detections", "steps", "conveyances", "waypoints"];

/// Loads every part of the operations.
pub(super) async fn load(
    session: &mut Session,
    lens: &Lens,
    found: &mut [Found<Operation>],
) -> Result<()> {
    let keys: Vec<i64> = found.iter().map(|one| one.key).collect();
    let agency = |table, columns: &[&'static str]| {
        let mut query = parts_of(table, &keys, columns);
        guard::join_visible::<agencies::Entity>(&mut query, lens, R, at(P, "agency_id"));
        query.expr(at(R, "slug"));
        query
    };
    let query = agency("participants", &["role", "asset_label", "asset_count"]);
    let parts = session.rows(&query, |row| keyed(row, read_participant)).await?;
    hand_out(found, parts, |operation| &mut operation.body.participants);
    let query = detections_of(lens, &keys);
    let parts = session.rows(&query, |row| keyed(row, read_detection)).await?;
    hand_out(found, parts, |operation| &mut operation.body.detections);
    let mut columns = vec!["kind", "asset_label", "asset_count", "note"];
    columns.extend(WHEN_COLUMNS.into_iter().chain(PLACE_COLUMNS));
    let query = agency("steps", &columns);
    let parts = session.rows(&query, |row| keyed(row, read_step)).await?;
    hand_out(found, parts, |operation| &mut operation.body.steps);
    let query = parts_of("conveyances", &keys, &CONVEYANCE_COLUMNS);
    let parts = session.rows(&query, |row| keyed(row, read_conveyance)).await?;
    hand_out(found, parts, |operation| &mut operation.body.conveyances);
    let mut columns = vec!["kind"];
    columns.extend(PLACE_COLUMNS);
    let query = parts_of("waypoints", &keys, &columns);
    let parts = session.rows(&query, |row| keyed(row, read_waypoint)).await?;
    hand_out(found, parts, |operation| &mut operation.body.route);
    Ok(())
}

fn keyed<T>(row: &mut Row<'_>, read: impl Fn(&mut Row<'_>) -> Result<T>) -> Result<(i64, T)> {
    Ok((row.int()?, read(row)?))
}

fn parts_of(table: &'static str, keys: &[i64], columns: &[&'static str]) -> SelectStatement {
    let mut query = Query::select();
    query.from_as(Alias::new(table), Alias::new(P)).expr(at(P, OWNER));
    for column in columns {
        query.expr(at(P, column));
    }
    query
        .and_where(at(P, OWNER).is_in(keys.iter().copied()))
        .order_by((Alias::new(P), Alias::new(OWNER)), Order::Asc)
        .order_by((Alias::new(P), Alias::new("position")), Order::Asc);
    query
}

fn detections_of(lens: &Lens, keys: &[i64]) -> SelectStatement {
    let mut columns = vec!["role", "target_kind", "confidence"];
    columns.extend(WHEN_COLUMNS.into_iter().chain(PLACE_COLUMNS));
    let mut query = parts_of("detections", keys, &columns);
    let sensor = at(P, "sensor_id");
    guard::join_visible::<super::entity::sensors::Entity>(&mut query, lens, R, sensor);
    query.expr(at(R, "slug"));
    query
}

fn count(row: &mut Row<'_>) -> Result<Option<i32>> {
    Ok(row.int_or_null()?.and_then(|count| i32::try_from(count).ok()))
}

fn read_participant(row: &mut Row<'_>) -> Result<Participant> {
    let (role, asset_label, asset_count) = (row.code_required()?, row.text()?, count(row)?);
    let agency = row.text_or_null()?.map(AgencyId::from_stored);
    Ok(Participant { agency, role, asset_label, asset_count })
}

fn read_detection(row: &mut Row<'_>) -> Result<Detection> {
    let (role, target_kind, confidence) = (row.code_required()?, row.code()?, row.code()?);
    let (when, place) = (read_when(row)?, read_place(row)?);
    let sensor = row.text_or_null()?.map(SensorId::from_stored);
    Ok(Detection { sensor, role, when, place, target_kind, confidence })
}

fn read_step(row: &mut Row<'_>) -> Result<Step> {
    let (kind, asset_label, asset_count) = (row.code_required()?, row.text()?, count(row)?);
    let (note, when, place) = (row.text()?, read_when(row)?, read_place(row)?);
    let agency = row.text_or_null()?.map(AgencyId::from_stored);
    Ok(Step { kind, when, agency, asset_label, asset_count, place, note })
}

const CONVEYANCE_COLUMNS: [&str; 8] = [
    "kind",
    "registration",
    "flag_region_code",
    "imo_number",
    "mmsi",
    "claimed_name",
    "model",
    "disposition",
];

fn read_conveyance(row: &mut Row<'_>) -> Result<Conveyance> {
    let (kind, registration, flag) = (row.code_required()?, row.text()?, row.text()?);
    Ok(Conveyance {
        kind,
        registration,
        flag_region_code: (!flag.is_empty()).then(|| RegionCode::from_stored(flag)),
        imo_number: row.text()?,
        mmsi: row.text()?,
        claimed_name: row.text()?,
        model: row.text()?,
        disposition: row.code()?,
    })
}

fn read_waypoint(row: &mut Row<'_>) -> Result<Waypoint> {
    Ok(Waypoint { kind: row.code_required()?, place: read_place(row)?.unwrap_or_default() })
}

/// Writes every part of an operation.
pub(super) async fn write(
    session: &mut Session,
    body: &OperationBody,
    row: PartsOf,
    keys: &Keys,
) -> Result<()> {
    if !row.fresh {
        for table in TABLES {
            session.clear_parts(table, OWNER, row.key).await?;
        }
    }
    let participants = rows(row, &body.participants, |part| participant_values(part, keys))?;
    session.insert_parts("participants", participants).await?;
    let detections = rows(row, &body.detections, |part| detection_values(part, keys))?;
    session.insert_parts("detections", detections).await?;
    let steps = rows(row, &body.steps, |part| step_values(part, keys))?;
    session.insert_parts("steps", steps).await?;
    let conveyances = rows(row, &body.conveyances, |part| Ok(conveyance_values(part)))?;
    session.insert_parts("conveyances", conveyances).await?;
    let route = rows(row, &body.route, |part| Ok(waypoint_values(part)))?;
    session.insert_parts("waypoints", route).await
}

fn rows<T>(
    owner: PartsOf,
    parts: &[T],
    values: impl Fn(&T) -> Result<Values>,
) -> Result<Vec<Values>> {
    (0_i64..)
        .zip(parts)
        .map(|(position, part)| {
            let mut row: Values = vec![(OWNER, owner.key.into()), ("position", position.into())];
            row.extend(values(part)?);
            Ok(row)
        })
        .collect()
}

fn participant_values(part: &Participant, keys: &Keys) -> Result<Values> {
    let Participant { agency, role, asset_label, asset_count } = part;
    Ok(vec![
        ("agency_id", keys.agency(agency.as_ref())?.into()),
        ("role", number(Some(*role))),
        ("asset_label", asset_label.as_str().into()),
        ("asset_label_folded", fold(asset_label).into()),
        ("asset_count", asset_count.map(i64::from).into()),
    ])
}

fn detection_values(part: &Detection, keys: &Keys) -> Result<Values> {
    let Detection { sensor, role, when, place, target_kind, confidence } = part;
    let mut values: Values = vec![
        ("sensor_id", keys.sensor(sensor.as_ref())?.into()),
        ("role", number(Some(*role))),
        ("target_kind", number(*target_kind)),
        ("confidence", number(*confidence)),
    ];
    values.extend(when_values(when.as_ref()).chain(place_values(place.as_ref())));
    Ok(values)
}

fn step_values(part: &Step, keys: &Keys) -> Result<Values> {
    let Step { kind, when, agency, asset_label, asset_count, place, note } = part;
    let mut values: Values = vec![
        ("kind", number(Some(*kind))),
        ("agency_id", keys.agency(agency.as_ref())?.into()),
        ("asset_label", asset_label.as_str().into()),
        ("asset_label_folded", fold(asset_label).into()),
        ("asset_count", asset_count.map(i64::from).into()),
        ("note", note.as_str().into()),
        ("note_folded", fold(note).into()),
    ];
    values.extend(when_values(when.as_ref()).chain(place_values(place.as_ref())));
    Ok(values)
}

fn conveyance_values(part: &Conveyance) -> Values {
    let Conveyance {
        kind,
        registration,
        flag_region_code,
        imo_number,
        mmsi,
        claimed_name,
        model,
        disposition,
    } = part;
    vec![
        ("kind", number(Some(*kind))),
        ("registration", registration.as_str().into()),
        ("registration_folded", fold(registration).into()),
        ("flag_region_code", flag_region_code.as_ref().map_or("", RegionCode::as_str).into()),
        ("imo_number", imo_number.as_str().into()),
        ("mmsi", mmsi.as_str().into()),
        ("claimed_name", claimed_name.as_str().into()),
        ("claimed_name_folded", fold(claimed_name).into()),
        ("model", model.as_str().into()),
        ("model_folded", fold(model).into()),
        ("disposition", number(*disposition)),
    ]
}

fn waypoint_values(part: &Waypoint) -> Values {
    let Waypoint { kind, place } = part;
    let mut values: Values = vec![("kind", number(Some(*kind)))];
    values.extend(place_values(Some(place)));
    values
}
