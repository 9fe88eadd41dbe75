//! Orders of lists and the places in them where a page begins or ends.

use super::{
    dialect::Row,
    filters::at,
    guard::Guarded as _,
    lists::{Listed, SortColumn},
    pages::{Cursor, SortValue},
    records::T,
};
use crate::domain::{
    errors::Result,
    ids::ResourceId as _,
    pages::{Direction, OrderTerm},
};
use sea_orm::{
    Value,
    sea_query::{Alias, Condition, Expr, ExprTrait as _, Order, OrderedStatement, Query},
};

/// The order of a list: its columns, then the key, which settles ties.
#[derive(Debug, Clone)]
pub(super) struct Ranking {
    table: &'static str,
    id: &'static str,
    terms: Vec<(SortColumn, Direction)>,
    /// Ties follow the last term, so that one index serves the whole order.
    tie: Direction,
}

/// A place in an order: the sort values and the id of a record.
#[derive(Debug)]
pub(super) struct Mark {
    values: Vec<Value>,
    id: Value,
}

impl Ranking {
    pub fn of<R: Listed>(order: &[OrderTerm<R::Sort>]) -> Self {
        let terms = order.iter().map(|term| (R::sort_column(term.field), term.direction));
        Self {
            table: R::Entity::TABLE,
            id: R::ID_COLUMN,
            terms: terms.collect(),
            tie: order.last().map_or(Direction::Ascending, |term| term.direction),
        }
    }

    /// The opposite order.
    pub fn reversed(&self) -> Self {
        let terms = self.terms.iter().map(|(column, direction)| (*column, direction.reversed()));
        Self { terms: terms.collect(), tie: self.tie.reversed(), ..*self }
    }

    /// The columns of the sort values, without the key.
    pub fn columns(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.terms.iter().map(|(column, _)| column.name())
    }

    pub fn read(&self, row: &mut Row<'_>) -> Result<Vec<SortValue>> {
        self.terms.iter().map(|(column, _)| column.read(row)).collect()
    }

    /// Where a record of this list stands; none when the cursor is not of such a list.
    pub fn mark<R: Listed>(&self, cursor: Cursor) -> Option<Mark> {
        let id = R::Id::parse_name(&cursor.name).ok()?;
        let fits = cursor.values.len() == self.terms.len();
        let values = cursor.values.into_iter().map(|value| match value {
            SortValue::Int(value) => value.into(),
            SortValue::Text(value) => value.into(),
        });
        fits.then(|| Mark { values: values.collect(), id: R::id_value(&id) })
    }

    /// Sorts the rows of a table under an alias.
    pub fn sort(&self, query: &mut impl OrderedStatement, alias: &str) {
        let order = |direction| match direction {
            Direction::Ascending => Order::Asc,
            Direction::Descending => Order::Desc,
        };
        for (column, direction) in &self.terms {
            let column = (Alias::new(alias), Alias::new(column.name()));
            query.order_by(column, order(*direction));
        }
        query.order_by((Alias::new(alias), Alias::new("id")), order(self.tie));
    }

    /// Rows after a mark, written from the last column to the first as
    /// `a >= x AND (a > x OR (a = x AND ...))`, whose first half an index can begin at.
    pub fn after(&self, mark: &Mark) -> Condition {
        let mut key = Query::select();
        key.column(Alias::new("id"))
            .from(Alias::new(self.table))
            .and_where(Expr::col(Alias::new(self.id)).eq(mark.id.clone()));
        let id = Expr::SubQuery(None, Box::new(key.into()));
        let mut rest = Condition::all().add(match self.tie {
            Direction::Ascending => at(T, "id").gt(id),
            Direction::Descending => at(T, "id").lt(id),
        });
        for ((column, direction), value) in self.terms.iter().zip(&mark.values).rev() {
            let column = || at(T, column.name());
            let (bound, past) = match direction {
                Direction::Ascending => (column().gte(value.clone()), column().gt(value.clone())),
                Direction::Descending => (column().lte(value.clone()), column().lt(value.clone())),
            };
            let tied = Condition::all().add(column().eq(value.clone())).add(rest);
            rest = Condition::all().add(bound).add(Condition::any().add(past).add(tied));
        }
        rest
    }
}
