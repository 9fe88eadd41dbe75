//! Sensors and who provides them.

use super::{
    Lens, Span,
    dialect::{Row, Session},
    entity::{agencies, provisions, sensors},
    guard::{self, col},
    records::{Common, Found, Layout, PartsOf, T, Values, hand_out},
    references::Keys,
    shapes::{PLACE_COLUMNS, place_values, read_place, when_values},
};
use crate::domain::{
    codes::Code as _,
    dates::When,
    errors::{Error, Result},
    ids::{AgencyId, SensorId},
    sensors::{Provision, Sensor, SensorBody},
    text::fold,
};
use futures_util::future::BoxFuture;
use provisions::Column as P;
use sea_orm::{
    Value,
    sea_query::{Alias, Expr, ExprTrait as _, Order, Query, SelectStatement},
};
use sensors::Column as C;

#[expect(private_interfaces, reason = "rows never leave the store")]
impl Layout for Sensor {
    type Entity = sensors::Entity;
    const ID_COLUMN: &'static str = "slug";
    const ID_INDEX: &'static str = "sensors_by_slug";

    fn id_value(id: &SensorId) -> Value {
        id.as_str().into()
    }

    fn columns(query: &mut SelectStatement, lens: &Lens) {
        guard::join_visible::<agencies::Entity>(query, lens, "operator", col(T, C::OperatorId));
        query
            .expr(col(T, C::Slug))
            .expr(col(T, C::DisplayName))
            .expr(col(T, C::SensorType))
            .expr(col("operator", agencies::Column::Slug));
        for column in PLACE_COLUMNS {
            query.expr(Expr::col((Alias::new(T), Alias::new(column))));
        }
    }

    fn read(row: &mut Row<'_>, common: Common) -> Result<Self> {
        let Common { key: _, bytes: _, mine: _, meta, marking } = common;
        let id = SensorId::from_stored(row.text()?);
        let body = SensorBody {
            display_name: row.text()?,
            sensor_type: row.code_required()?,
            operator: row.text_or_null()?.map(AgencyId::from_stored),
            provisions: Vec::new(),
            site: read_place(row)?,
            marking,
        };
        Ok(Self { id, body, meta })
    }

    const SPAN: Span = Span::Statements;

    fn load_parts<'s>(
        session: &'s mut Session,
        lens: &'s Lens,
        found: &'s mut [Found<Self>],
    ) -> BoxFuture<'s, Result<()>> {
        Box::pin(async move {
            let query = provisions_of(lens, found.iter().map(|one| one.key));
            let parts = session.rows(&query, |row| Ok((row.int()?, read_provision(row)?))).await?;
            hand_out(found, parts, |sensor| &mut sensor.body.provisions);
            Ok(())
        })
    }

    fn values(&self, keys: &Keys) -> Result<Values> {
        let SensorBody { display_name, sensor_type, operator, provisions: _, site, marking: _ } =
            &self.body;
        let mut values: Values = vec![
            ("display_name", display_name.as_str().into()),
            ("display_name_folded", fold(display_name).into()),
            ("sensor_type", i64::from(sensor_type.code()).into()),
            ("operator_id", keys.agency(operator.as_ref())?.into()),
        ];
        values.extend(place_values(site.as_ref()));
        Ok(values)
    }

    fn write_parts<'s>(
        &'s self,
        session: &'s mut Session,
        row: PartsOf,
        keys: &'s Keys,
    ) -> BoxFuture<'s, Result<()>> {
        Box::pin(async move {
            if !row.fresh {
                session.clear_parts("provisions", "sensor_id", row.key).await?;
            }
            let each = (0_i64..).zip(&self.body.provisions);
            let parts: Result<Vec<Values>> = each
                .map(|(position, part)| {
                    let Provision { provider, kind, from, until } = part;
                    let mut values: Values = vec![
                        ("sensor_id", row.key.into()),
                        ("position", position.into()),
                        ("provider_id", keys.agency(provider.as_ref())?.into()),
                        ("kind", i64::from(kind.code()).into()),
                    ];
                    values.extend(dates(&FROM_COLUMNS, from.as_ref()));
                    values.extend(dates(&UNTIL_COLUMNS, until.as_ref()));
                    Ok(values)
                })
                .collect();
            session.insert_parts("provisions", parts?).await
        })
    }
}

const FROM_COLUMNS: [&str; 3] = ["from_text", "from_earliest", "from_latest"];
const UNTIL_COLUMNS: [&str; 3] = ["until_text", "until_earliest", "until_latest"];

/// The columns of a date with their values.
fn dates(
    columns: &'static [&'static str; 3],
    when: Option<&When>,
) -> impl Iterator<Item = (&'static str, Value)> {
    columns.iter().copied().zip(when_values(when).map(|(_, value)| value))
}

fn provisions_of(lens: &Lens, keys: impl Iterator<Item = i64>) -> SelectStatement {
    let mut query = Query::select();
    query.from_as(provisions::Entity, Alias::new("p"));
    guard::join_visible::<agencies::Entity>(&mut query, lens, "provider", col("p", P::ProviderId));
    query
        .expr(col("p", P::SensorId))
        .expr(col("provider", agencies::Column::Slug))
        .expr(col("p", P::Kind))
        .expr(col("p", P::FromText))
        .expr(col("p", P::UntilText))
        .and_where(col("p", P::SensorId).is_in(keys))
        .order_by((Alias::new("p"), P::SensorId), Order::Asc)
        .order_by((Alias::new("p"), P::Position), Order::Asc);
    query
}

fn read_provision(row: &mut Row<'_>) -> Result<Provision> {
    Ok(Provision {
        provider: row.text_or_null()?.map(AgencyId::from_stored),
        kind: row.code_required()?,
        from: stored_when(row.text_or_null()?)?,
        until: stored_when(row.text_or_null()?)?,
    })
}

fn stored_when(text: Option<String>) -> Result<Option<When>> {
    text.map(|text| When::parse(&text).map_err(|e| Error::internal(format!("stored date: {e}"))))
        .transpose()
}
