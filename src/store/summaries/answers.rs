//! The groups that are told: those that meet the conditions, sorted and cut, beside their total.

use super::{GROUPS, PRESENT, figures::Columns};
use crate::{
    domain::{
        pages::Direction,
        summaries::{Request, SortBy},
    },
    store::{filters::at, questions::PARENT},
};
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait as _, Func, JoinType, NullOrdering, Order, OrderedStatement,
    Query, SelectStatement, WindowStatement,
};

/// Alias of the figures of all groups together.
const TOTAL: &str = "total";
/// Alias of groups beside their place in the order of those of their parent.
const PLACED: &str = "placed";
/// That place, from 1.
const PLACE: &str = "place";

/// The column of the groups that the value of a key lies in.
pub(in crate::store) fn key_name(place: usize) -> String {
    format!("key{place}")
}

fn total_name(figure: &str) -> String {
    format!("total_{figure}")
}

fn key(place: usize) -> Expr {
    Expr::col((Alias::new(GROUPS), Alias::new(key_name(place))))
}

pub(super) struct Answers<'q, F> {
    pub request: &'q Request<F>,
    pub columns: &'q Columns,
    /// Whether there is an answer for each of several parents.
    pub nested: bool,
}

impl<F> Answers<'_, F> {
    /// The groups of the answer, each beside the total if there is one; of several parents, each
    /// row begins with the parent's key.
    pub fn query(&self, total: Option<SelectStatement>) -> SelectStatement {
        if self.nested { self.of_each_parent(total) } else { self.of_all(total) }
    }

    fn of_all(&self, total: Option<SelectStatement>) -> SelectStatement {
        let mut query = self.groups(total);
        for (by, direction) in self.order() {
            sort(&mut query, by, direction);
        }
        query.limit(u64::from(self.request.groups_to_read()));
        query
    }

    fn of_each_parent(&self, total: Option<SelectStatement>) -> SelectStatement {
        let parents = if total.is_some() { TOTAL } else { GROUPS };
        let mut groups = self.groups(total);
        let mut window = WindowStatement::partition_by((Alias::new(parents), Alias::new(PARENT)));
        for (by, direction) in self.order() {
            sort(&mut window, by, direction);
        }
        // Without keys there is one group, and nothing to sort.
        if self.request.group_by.is_empty() {
            sort(&mut window, at(parents, PARENT), Direction::Ascending);
        }
        let number = Func::cust(Alias::new("ROW_NUMBER"));
        groups.expr(at(parents, PARENT)).expr_window_as(number, window, Alias::new(PLACE));
        let mut query = Query::select();
        query.from_subquery(groups, Alias::new(PLACED)).expr(at(PLACED, PARENT));
        for name in self.names() {
            query.expr(Expr::col((Alias::new(PLACED), Alias::new(name))));
        }
        let first = i64::from(self.request.groups_to_read());
        query
            .and_where(at(PLACED, PLACE).lte(first))
            .order_by((Alias::new(PLACED), Alias::new(PARENT)), Order::Asc)
            .order_by((Alias::new(PLACED), Alias::new(PLACE)), Order::Asc);
        query
    }

    /// What is read of a row.
    fn names(&self) -> Vec<String> {
        let mut names = vec![PRESENT.to_owned()];
        names.extend((0..self.request.group_by.len()).map(key_name));
        names.extend(self.columns.names().into_iter().map(str::to_owned));
        if self.request.total {
            names.extend(self.columns.names().into_iter().map(total_name));
        }
        names
    }

    /// The groups that meet the conditions, each beside the total.
    fn groups(&self, total: Option<SelectStatement>) -> SelectStatement {
        let mut query = Query::select();
        query.expr(at(GROUPS, PRESENT));
        for place in 0..self.request.group_by.len() {
            query.expr(key(place));
        }
        for name in self.columns.names() {
            query.expr(at(GROUPS, name));
        }
        let having = self.having();
        match total {
            None => {
                query.from(Alias::new(GROUPS)).cond_where(having);
            }
            Some(total) => {
                for name in self.columns.names() {
                    query.expr_as(at(TOTAL, name), Alias::new(total_name(name)));
                }
                query.from_subquery(total, Alias::new(TOTAL));
                let on = if self.nested {
                    having.add(at(GROUPS, PARENT).eq(at(TOTAL, PARENT)))
                } else {
                    having
                };
                query.join(JoinType::LeftJoin, Alias::new(GROUPS), on);
            }
        }
        query
    }

    fn having(&self) -> Condition {
        // A parent without a row has no record: its one group must come, whatever its figures.
        if self.nested && self.request.group_by.is_empty() {
            return Condition::all().add(Expr::cust("TRUE"));
        }
        self.columns.having(&self.request.having, GROUPS)
    }

    /// What groups are sorted by; those that tie, by their keys.
    fn order(&self) -> Vec<(Expr, Direction)> {
        let terms = self.request.order.iter().flat_map(|term| {
            let by = match term.by {
                SortBy::Key(place) => vec![key(place)],
                SortBy::Figure(figure) => self.columns.sorted_by(figure, GROUPS),
            };
            by.into_iter().map(|by| (by, term.direction))
        });
        let ties = (0..self.request.group_by.len()).map(|place| (key(place), Direction::Ascending));
        terms.chain(ties).collect()
    }
}

/// What is not known is smaller than everything that is.
fn sort(query: &mut impl OrderedStatement, by: Expr, direction: Direction) {
    match direction {
        Direction::Ascending => query.order_by_expr_with_nulls(by, Order::Asc, NullOrdering::First),
        Direction::Descending => {
            query.order_by_expr_with_nulls(by, Order::Desc, NullOrdering::Last)
        }
    };
}
