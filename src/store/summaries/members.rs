//! The way from groups to the records in them: the very rows that their figures were counted over,
//! for they are found by the same joins.

use super::{BASE, MAPPED, NUMBER, Scope, Summed, answers::key_name, figures::Columns, keys::Keys};
use crate::domain::errors::Result;
use crate::{
    domain::{
        filters::Filter,
        questions::Link,
        summaries::{KeyValue, Request},
    },
    store::{
        Lens,
        dialect::{BoundGroup, Session},
        filters::{Planner, at},
        questions::{PARENT, PARENTS},
        rankings::Ranking,
        records::T,
        summaries::links::Below,
    },
};
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait as _, Func, JoinType, Query, SelectStatement, WindowStatement,
};
use std::sync::Arc;

/// Alias of the groups whose records are wanted.
const WANTED: &str = "wanted";
/// The column of the key of a record.
const RECORD: &str = "record";
/// Alias of records beside their place among those of their group, and the name of that place.
const PLACED: &str = "placed";
const PLACE: &str = "place";

/// Groups and what is wanted of each.
pub(in crate::store) struct Members<'q, F> {
    /// What the groups were made of.
    pub request: &'q Request<F>,
    /// How the list hangs on the records above it, and their keys; none: it is the list of all.
    pub below: Option<(Link, &'q [i64])>,
    /// Each group with the key of the record above it; 0 where there is none.
    pub groups: &'q [(i64, &'q [KeyValue])],
    /// Only those that pass.
    pub filter: &'q Filter<F>,
    /// Only those in this part of the list.
    pub within: Condition,
    /// In which order.
    pub ranking: &'q Ranking,
    /// How many of each group.
    pub size: u64,
}

impl Session {
    /// The keys of the records of each group, beside the number of the group in the column
    /// [`PARENT`]: one query, however many groups there are.
    pub(in crate::store) fn keys_of_members<R: Summed>(
        &self,
        lens: &Lens,
        members: &Members<'_, R::Field>,
    ) -> Result<SelectStatement> {
        let shared = Arc::clone(&self.shared);
        let vocabulary = &shared.kept()?.vocabulary;
        let below = members
            .below
            .map(|(link, parents)| Below { link, parents: self.keys_of_parents(parents) });
        let scope = Scope::<R> {
            lens,
            vocabulary,
            request: members.request,
            columns: Columns::none(),
            below,
        };
        let keys = Keys::new(members.request.attribution, &members.request.group_by);
        let bound: Vec<BoundGroup> = (0_i64..)
            .zip(members.groups)
            .map(|(number, (parent, group))| (number, *parent, keys.bound(group)))
            .collect();
        let wanted = self.bound_groups(&bound, &keys.are_texts());
        Ok(members.placed::<R>(scope.members(&keys, members), wanted, &keys))
    }
}

impl<R: Summed> Scope<'_, R> {
    /// Each record under each combination of the values of its keys.
    fn members(&self, keys: &Keys<'_>, members: &Members<'_, R::Field>) -> SelectStatement {
        let mut base = R::base(self, keys);
        base.expr_as(at(T, "id"), Alias::new(RECORD))
            .add_group_by([at(T, "id")])
            .cond_where(Planner::new(self.lens).filter(members.filter, T))
            .cond_where(members.within.clone());
        let mut mapped = Query::select();
        mapped.distinct().from_subquery(base, Alias::new(BASE)).expr(at(BASE, RECORD));
        keys.join(&mut mapped, self.lens);
        for (place, value) in keys.known_values().into_iter().enumerate() {
            mapped.expr_as(value, Alias::new(key_name(place)));
        }
        match self.below {
            Some(_) => mapped.expr(at(BASE, PARENT)),
            None => mapped.expr_as(Expr::value(0_i64), Alias::new(PARENT)),
        };
        mapped
    }
}

impl<F> Members<'_, F> {
    /// The first records of each group that is wanted.
    fn placed<R: Summed>(
        &self,
        mapped: SelectStatement,
        wanted: SelectStatement,
        keys: &Keys<'_>,
    ) -> SelectStatement {
        let mut on = Condition::all().add(at(WANTED, PARENT).eq(at(MAPPED, PARENT)));
        for place in 0..keys.len() {
            let key = |alias| Expr::col((Alias::new(alias), Alias::new(key_name(place))));
            on = on.add(key(WANTED).eq(key(MAPPED)));
        }
        let mut window = WindowStatement::partition_by((Alias::new(WANTED), Alias::new(NUMBER)));
        self.ranking.sort(&mut window, T);
        let number = Func::cust(Alias::new("ROW_NUMBER"));
        let mut placed = Query::select();
        placed
            .from_subquery(mapped, Alias::new(MAPPED))
            .join_subquery(JoinType::InnerJoin, wanted, Alias::new(WANTED), on)
            .join_as(
                JoinType::InnerJoin,
                Alias::new(<R::Entity as crate::store::guard::Guarded>::TABLE),
                Alias::new(T),
                at(T, "id").eq(at(MAPPED, RECORD)),
            )
            .expr_as(at(WANTED, NUMBER), Alias::new(PARENT))
            .expr(at(T, "id"))
            .expr_window_as(number, window, Alias::new(PLACE));
        let mut all = Query::select();
        all.from_subquery(placed, Alias::new(PLACED))
            .expr(at(PLACED, PARENT))
            .expr(at(PLACED, "id"))
            .and_where(at(PLACED, PLACE).lte(self.size));
        let mut query = Query::select();
        query.from_subquery(all, Alias::new(PARENTS));
        query
    }
}
