//! Pages of records: filtered before they are sorted, sorted before they are cut.
//!
//! A page begins after the sort values and the id that its token holds, so a walk sees every record
//! that stayed, once, whatever is written meanwhile. Every column that is sorted by is filled, and
//! what is not known has the smallest value.

use super::{
    Lens, Reach, Store,
    dialect::{Row, Session, Spelled},
    filters::{Field, Planner, at},
    guard::{self, Guarded},
    pages::{Cursor, SortValue},
    records::{Found, Layout, T, common_columns, read_found},
    texts::Shape,
};
use crate::domain::{
    agencies::Agency,
    codes::Code as _,
    errors::{Error, Result},
    filters::{
        AgencyField, AgencySort, Filter, OperationField, OperationSort, SeizureField, SeizureSort,
        SensorField, SensorSort,
    },
    ids::ResourceId as _,
    operations::Operation,
    pages::{ANSWER_BYTES_MAX, Direction, List, OrderTerm, Page, PageSize},
    seizures::{Seizure, SeizureState},
    sensors::Sensor,
    viewers::Viewer,
};
use sea_orm::{
    Value,
    sea_query::{Alias, Condition, Expr, ExprTrait as _, Order, Query, SelectStatement},
};
use serde::Serialize;
use std::sync::Arc;

/// Sort value that texts are built with, and those after it: no record has any.
const SAMPLE_SORT_VALUE: i64 = i64::MIN + 1_000;
/// Limit that texts are built with.
const SAMPLE_LIMIT: u64 = u64::MAX;
/// Rows of a page that is likely to be quick.
const SHORT_PAGE_ROWS_MAX: usize = 100;

/// A column that a list can be sorted by.
#[derive(Debug, Clone, Copy)]
pub(super) enum SortColumn {
    Int(&'static str),
    Text(&'static str),
}

impl SortColumn {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Int(name) | Self::Text(name) => name,
        }
    }

    pub(super) fn read(self, row: &mut Row<'_>) -> Result<SortValue> {
        Ok(match self {
            Self::Int(_) => SortValue::Int(row.int()?),
            Self::Text(_) => SortValue::Text(row.text()?),
        })
    }
}

/// A record that can be listed; the store alone implements it.
#[expect(private_interfaces, private_bounds, reason = "rows never leave the store")]
pub trait Listed: Layout {
    /// What its filters compare.
    type Field: Field + Serialize + Clone + Send + Sync + 'static;
    /// What it is sorted by.
    type Sort: Copy + Serialize + Send + Sync + 'static;
    /// The column of a sort.
    fn sort_column(sort: Self::Sort) -> SortColumn;
    /// Hides what counts nowhere, where a record may.
    fn only_active(_query: &mut SelectStatement) {}
}

#[expect(private_interfaces, reason = "rows never leave the store")]
impl Listed for Agency {
    type Field = AgencyField;
    type Sort = AgencySort;
    fn sort_column(sort: AgencySort) -> SortColumn {
        match sort {
            AgencySort::CreateTime => SortColumn::Int("create_micros"),
            AgencySort::UpdateTime => SortColumn::Int("update_micros"),
            AgencySort::Name => SortColumn::Text("slug"),
            AgencySort::DisplayName => SortColumn::Text("display_name_folded"),
            AgencySort::RegionCode => SortColumn::Text("region_code"),
            AgencySort::Kind => SortColumn::Int("kind"),
        }
    }
}

#[expect(private_interfaces, reason = "rows never leave the store")]
impl Listed for Sensor {
    type Field = SensorField;
    type Sort = SensorSort;
    fn sort_column(sort: SensorSort) -> SortColumn {
        match sort {
            SensorSort::CreateTime => SortColumn::Int("create_micros"),
            SensorSort::UpdateTime => SortColumn::Int("update_micros"),
            SensorSort::Name => SortColumn::Text("slug"),
            SensorSort::DisplayName => SortColumn::Text("display_name_folded"),
            SensorSort::Type => SortColumn::Int("sensor_type"),
        }
    }
}

#[expect(private_interfaces, reason = "rows never leave the store")]
impl Listed for Operation {
    type Field = OperationField;
    type Sort = OperationSort;
    fn sort_column(sort: OperationSort) -> SortColumn {
        match sort {
            OperationSort::CreateTime => SortColumn::Int("create_micros"),
            OperationSort::UpdateTime => SortColumn::Int("update_micros"),
            OperationSort::When => SortColumn::Int("when_earliest"),
            OperationSort::DisplayName => SortColumn::Text("display_name_folded"),
            OperationSort::Domain => SortColumn::Int("domain"),
            OperationSort::Outcome => SortColumn::Int("outcome"),
        }
    }
}

#[expect(private_interfaces, reason = "rows never leave the store")]
impl Listed for Seizure {
    type Field = SeizureField;
    type Sort = SeizureSort;
    fn sort_column(sort: SeizureSort) -> SortColumn {
        match sort {
            SeizureSort::CreateTime => SortColumn::Int("create_micros"),
            SeizureSort::UpdateTime => SortColumn::Int("update_micros"),
            SeizureSort::When => SortColumn::Int("when_earliest"),
            SeizureSort::TotalMass => SortColumn::Int("mass_micrograms"),
            SeizureSort::RegionCode => SortColumn::Text("region_code"),
            SeizureSort::SubdivisionCode => SortColumn::Text("subdivision_code"),
        }
    }
    fn only_active(query: &mut SelectStatement) {
        query.and_where(at(T, "state").eq(i64::from(SeizureState::Active.code())));
    }
}

impl Store {
    /// One page of the records that the viewer may see.
    ///
    /// # Errors
    /// `Invalid` when the page token is not of this query.
    pub async fn list<R: Listed>(
        &self,
        viewer: &Viewer,
        list: List<R::Field, R::Sort>,
    ) -> Result<Page<R>> {
        let fingerprint = fingerprint::<R>(viewer, &list)?;
        let after = match list.page_token.as_str() {
            "" => None,
            token => Some(After::read::<R>(self.unseal(token, &fingerprint)?, &list.order)?),
        };
        let short = list.page_size.get() as usize <= SHORT_PAGE_ROWS_MAX;
        let reach = if short { Reach::Page } else { Reach::Scan };
        let asked = Arc::new((viewer.clone(), list, after));
        let rows = self.read(reach, R::SPAN, move |session| {
            let asked = Arc::clone(&asked);
            Box::pin(async move {
                let (viewer, list, after) = &*asked;
                let lens = session.lens(viewer).await?;
                let mut rows = read_page::<R>(session, &lens, list, after.as_ref()).await?;
                if !rows.found.is_empty() {
                    R::load_parts(session, &lens, &mut rows.found).await?;
                }
                Ok(rows)
            })
        });
        let Rows { found, last, more } = rows.await?;
        let next_page_token = match found.last() {
            Some(found) if more => {
                let name = found.record.id().name();
                self.seal(&Cursor { values: last, name }, &fingerprint)?
            }
            _ => String::new(),
        };
        let records = found.into_iter().map(|found| found.record).collect();
        Ok(Page { records, next_page_token })
    }
}

/// The rows of a page, the sort values of the last of them, and whether there are more.
pub(super) struct Rows<R> {
    pub found: Vec<Found<R>>,
    last: Vec<SortValue>,
    pub more: bool,
}

pub(super) async fn read_page<R: Listed>(
    session: &mut Session,
    lens: &Lens,
    list: &List<R::Field, R::Sort>,
    after: Option<&After>,
) -> Result<Rows<R>> {
    let mut room = Room::of(list.page_size);
    // A large page is seldom full.
    let mut found = Vec::with_capacity(room.rows.min(SHORT_PAGE_ROWS_MAX));
    let mut last = Vec::new();
    let statement = page_statement::<R>(session, lens, list, after);
    let keep = |row: &mut Row<'_>| {
        let one = read_found::<R>(row, lens)?;
        if !room.take(one.bytes) {
            return Ok(None);
        }
        found.push(one);
        let values = list.order.iter().map(|term| R::sort_column(term.field).read(row));
        last = values.collect::<Result<_>>()?;
        Ok(Some(()))
    };
    session.rows_until(statement, keep).await?;
    Ok(Rows { found, last, more: room.more })
}

/// What a page has room for.
struct Room {
    rows: usize,
    bytes: usize,
    /// Whether there was one that had no room.
    pub more: bool,
}

impl Room {
    pub fn of(size: PageSize) -> Self {
        Self { rows: size.get() as usize, bytes: ANSWER_BYTES_MAX, more: false }
    }

    /// Whether a record of so many bytes is still on the page. One always is, and after the first
    /// that is not none is.
    pub fn take(&mut self, bytes: usize) -> bool {
        let first = self.bytes == ANSWER_BYTES_MAX;
        self.more = self.rows == 0 || (bytes > self.bytes && !first);
        if !self.more {
            self.rows -= 1;
            self.bytes = self.bytes.saturating_sub(bytes);
        }
        !self.more
    }
}

pub(super) fn fingerprint<R: Listed>(
    viewer: &Viewer,
    list: &List<R::Field, R::Sort>,
) -> Result<Vec<u8>> {
    let List { filter, order, show_deleted, show_inactive, page_size: _, page_token: _ } = list;
    // The viewer too, for where another's page ended may be a record hidden from this one.
    let agency = &viewer.agency;
    serde_json::to_vec(&(R::Entity::TABLE, agency, filter, order, show_deleted, show_inactive))
        .map_err(|error| Error::internal(format!("page token: {error}")))
}

/// Where a page begins.
#[derive(Clone)]
pub(super) struct After {
    values: Vec<Value>,
    id: Value,
}

impl After {
    /// The same place with sort values that no record has, each different.
    fn sample(&self) -> Self {
        let values = self.values.iter().zip(0_i64..).map(|(value, number)| match value {
            Value::String(_) => format!("{SAMPLE_SORT_VALUE} {number}").into(),
            _ => (SAMPLE_SORT_VALUE + number).into(),
        });
        Self { values: values.collect(), id: self.id.clone() }
    }

    /// The key of the record that it begins behind.
    pub fn key<R: Listed>(&self) -> SelectStatement {
        let mut key = Query::select();
        key.column(Alias::new("id"))
            .from(Alias::new(R::Entity::TABLE))
            .and_where(Expr::col(Alias::new(R::ID_COLUMN)).eq(self.id.clone()));
        key
    }

    /// The records behind it.
    pub fn condition<R: Listed>(&self, order: &[OrderTerm<R::Sort>]) -> Condition {
        keyset::<R>(order, self)
    }

    pub fn read<R: Listed>(cursor: Cursor, order: &[OrderTerm<R::Sort>]) -> Result<Self> {
        let wrong = || Error::invalid_field("page_token", "not a token of this query");
        let fits = order.len() == cursor.values.len();
        let id = R::Id::parse_name(&cursor.name).map_err(|_| wrong())?;
        if !fits {
            return Err(wrong());
        }
        let values = cursor.values.into_iter().map(|value| match value {
            SortValue::Int(value) => value.into(),
            SortValue::Text(value) => value.into(),
        });
        Ok(Self { values: values.collect(), id: R::id_value(&id) })
    }
}

/// The statement of a page; its text is kept where few others are as likely.
fn page_statement<R: Listed>(
    session: &Session,
    lens: &Lens,
    list: &List<R::Field, R::Sort>,
    after: Option<&After>,
) -> Spelled {
    // One more than the page holds says whether there is another.
    let limit = u64::from(list.page_size.get()) + 1;
    let Some(shape) = shape_of::<R>(lens, list, after.is_some()) else {
        return session.spell(&page_query::<R>(lens, list, after, limit));
    };
    let values = |after: Option<&After>, limit: u64| -> Vec<Value> {
        let place = after.iter().flat_map(|after| after.values.iter().chain([&after.id]));
        place.cloned().chain([limit.into()]).collect()
    };
    session.kept_lookup(shape, lens, &values(after, limit), |sample| {
        let after = after.map(After::sample);
        let query = page_query::<R>(sample, list, after.as_ref(), SAMPLE_LIMIT);
        (query, values(after.as_ref(), SAMPLE_LIMIT))
    })
}

/// What the text of a page depends on, unless that is more than is worth keeping.
fn shape_of<R: Listed>(
    lens: &Lens,
    list: &List<R::Field, R::Sort>,
    continues: bool,
) -> Option<Shape> {
    let List { filter, order, show_deleted, show_inactive, page_size: _, page_token: _ } = list;
    let order = match order.as_slice() {
        [] => None,
        [term] => Some((R::sort_column(term.field).name(), term.direction)),
        _ => return None,
    };
    let all = matches!(filter, Filter::All(none) if none.is_empty());
    all.then_some(Shape::Page {
        table: R::Entity::TABLE,
        order,
        show_deleted: *show_deleted,
        show_inactive: *show_inactive,
        continues,
        grants: lens.grants.len(),
    })
}

fn page_query<R: Listed>(
    lens: &Lens,
    list: &List<R::Field, R::Sort>,
    after: Option<&After>,
    limit: u64,
) -> SelectStatement {
    let planner = Planner::new(lens);
    let mut query = guard::select::<R::Entity>(lens, T, Reach::Scan);
    common_columns(&mut query, lens);
    R::columns(&mut query, lens);
    for term in &list.order {
        query.expr(at(T, R::sort_column(term.field).name()));
    }
    query.cond_where(planner.filter(&list.filter, T));
    if !list.show_deleted {
        query.and_where(at(T, "delete_micros").is_null());
    }
    if !list.show_inactive {
        R::only_active(&mut query);
    }
    if let Some(after) = after {
        query.cond_where(keyset::<R>(&list.order, after));
    }
    for term in &list.order {
        let column = R::sort_column(term.field).name();
        query.order_by((Alias::new(T), Alias::new(column)), sql(term.direction));
    }
    query.order_by((Alias::new(T), Alias::new("id")), sql(last_direction(&list.order)));
    query.limit(limit);
    query
}

fn sql(direction: Direction) -> Order {
    match direction {
        Direction::Ascending => Order::Asc,
        Direction::Descending => Order::Desc,
    }
}

/// Ties follow the last term, so that one index serves the whole order.
fn last_direction<S>(order: &[OrderTerm<S>]) -> Direction {
    order.last().map_or(Direction::Ascending, |term| term.direction)
}

/// Rows after a cursor, written from the last column to the first as
/// `a >= x AND (a > x OR (a = x AND ...))`, whose first half an index can begin at.
fn keyset<R: Listed>(order: &[OrderTerm<R::Sort>], after: &After) -> Condition {
    let id = Expr::SubQuery(None, Box::new(after.key::<R>().into()));
    let mut rest = Condition::all().add(match last_direction(order) {
        Direction::Ascending => at(T, "id").gt(id),
        Direction::Descending => at(T, "id").lt(id),
    });
    for (term, value) in order.iter().zip(&after.values).rev() {
        let column = || at(T, R::sort_column(term.field).name());
        let (bound, past) = match term.direction {
            Direction::Ascending => (column().gte(value.clone()), column().gt(value.clone())),
            Direction::Descending => (column().lte(value.clone()), column().lt(value.clone())),
        };
        let tied = Condition::all().add(column().eq(value.clone())).add(rest);
        rest = Condition::all().add(bound).add(Condition::any().add(past).add(tied));
    }
    rest
}
