//! One statement for a list, whatever the number of records that it hangs on.

use super::{
    Node, Rows, picks,
    tables::{Table, linked, table_of},
};
use crate::{
    domain::{
        errors::{Error, Result},
        filters::Filter,
        pages::OrderTerm,
        questions::{End, List, Pick},
    },
    store::{
        Lens, Reach, Shared,
        dialect::{Row, Session},
        filters::{Planner, at},
        guard,
        lists::Listed,
        pages::{Cursor, SortValue},
        rankings::{Mark, Ranking},
        records::T,
    },
};
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait as _, JoinType, Order, Query, SelectStatement, UnionType,
};
use std::{collections::HashMap, sync::Arc};

/// Alias of the keys of the records that a list hangs on, and the name of their column.
pub(in crate::store) const PARENTS: &str = "parents";
pub(in crate::store) const PARENT: &str = "parent";

/// What is wrong with a cursor.
pub(super) const NOT_OF_THIS_LIST: &str =
    "not a cursor of this list: send one as it came, with the same filter and order, or none";

/// A list with what the store makes of it.
pub(super) struct Level<'q, R: Listed> {
    pub lens: &'q Lens,
    pub list: &'q List,
    pub filter: &'q Filter<R::Field>,
    pub order: &'q [OrderTerm<R::Sort>],
}

/// A record with its sort values.
type Ranked = (Arc<Node>, Vec<SortValue>);

impl<R: Listed> Level<'_, R> {
    pub fn table(&self) -> Table {
        table_of::<R::Entity>()
    }

    /// What a cursor is bound to: the viewer too, for where another's page ended may be a record
    /// hidden from this one.
    fn fingerprint(&self) -> Result<Vec<u8>> {
        let List { link, wanted, show_deleted, show_inactive, .. } = self.list;
        let bound = (&self.lens.viewer.agency, link, wanted, show_deleted, show_inactive);
        serde_json::to_vec(&bound).map_err(|error| Error::internal(format!("cursor: {error}")))
    }

    fn mark(
        &self,
        shared: &Shared,
        ranking: &Ranking,
        (field, cursor): (&'static str, &str),
    ) -> Result<Option<Mark>> {
        if cursor.is_empty() {
            return Ok(None);
        }
        let wrong = || Error::invalid_field(field, NOT_OF_THIS_LIST);
        let cursor = shared.unseal(cursor, &self.fingerprint()?)?.ok_or_else(wrong)?;
        ranking.mark::<R>(cursor).map(Some).ok_or_else(wrong)
    }

    /// The rows that pass, hanging on a parent.
    fn passing(&self, parent: &Expr) -> SelectStatement {
        let mut query = guard::select::<R::Entity>(self.lens, T, Reach::Scan);
        query
            .cond_where(linked(self.list.link, self.lens, parent))
            .cond_where(Planner::new(self.lens).filter(self.filter, T));
        if !self.list.show_deleted {
            query.and_where(at(T, "delete_micros").is_null());
        }
        if !self.list.show_inactive {
            R::only_active(&mut query);
        }
        query
    }

    /// The page of a list that hangs on nothing, without its columns.
    pub fn page(&self, shared: &Shared) -> Result<(SelectStatement, Ranking)> {
        let (page, walked, _) = self.window(shared)?;
        Ok((page, walked))
    }

    /// The rows of the window, the order in which they are walked, and the order of the list.
    fn window(&self, shared: &Shared) -> Result<(SelectStatement, Ranking, Ranking)> {
        let (ranking, walked) = self.rankings();
        let mut page = self.passing(&at(PARENTS, PARENT));
        page.cond_where(self.between(shared)?);
        walked.sort(&mut page, T);
        page.limit(self.rows_to_read());
        Ok((page, walked, ranking))
    }

    /// One more than the window holds says whether there is another.
    pub fn rows_to_read(&self) -> u64 {
        u64::from(self.list.window.size) + 1
    }

    /// The rows after and before the cursors of the window.
    pub fn between(&self, shared: &Shared) -> Result<Condition> {
        let List { window, .. } = self.list;
        let (ranking, _) = self.rankings();
        let after = self.mark(shared, &ranking, ("after", &window.after))?;
        let before = self.mark(shared, &ranking, ("before", &window.before))?;
        let mut between = Condition::all();
        for (mark, ranking) in [(&after, ranking.clone()), (&before, ranking.reversed())] {
            if let Some(mark) = mark {
                between = between.add(ranking.after(mark));
            }
        }
        Ok(between)
    }

    /// The nodes of the window of each parent; without parents, of the whole list, under key 0.
    pub async fn nodes(
        &self,
        session: &mut Session,
        pick: &Pick,
        parents: Option<&[i64]>,
    ) -> Result<HashMap<i64, Found>> {
        let shared = Arc::clone(&session.shared);
        let (page, walked, ranking) = self.window(&shared)?;
        let mut query = match parents {
            None => page,
            Some(parents) => session.for_each_parent(parents, (self.table().name(), "id"), page),
        };
        if parents.is_some() {
            walked.sort(&mut query, T);
        }
        self.read_nodes(session, query, pick, parents.is_some(), &ranking).await
    }

    /// The order of the list, and that in which the rows of its window are walked.
    fn rankings(&self) -> (Ranking, Ranking) {
        let ranking = Ranking::of::<R>(self.order);
        let walked = match self.list.window.end {
            End::First => ranking.clone(),
            End::Last => ranking.reversed(),
        };
        (ranking, walked)
    }

    /// The order in which the rows of the window are walked.
    pub fn walked(&self) -> Ranking {
        self.rankings().1
    }

    /// The nodes of several pages that are read at once, each under its number.
    pub async fn nodes_of_pages(
        &self,
        session: &mut Session,
        pick: &Pick,
        pages: Vec<SelectStatement>,
    ) -> Result<HashMap<i64, Found>> {
        match numbered(pages) {
            Some(keys) => self.nodes_of_keys(session, pick, keys).await,
            None => Ok(HashMap::new()),
        }
    }

    /// The nodes of keys that a query tells beside the numbers of their lists.
    pub async fn nodes_of_keys(
        &self,
        session: &mut Session,
        pick: &Pick,
        mut query: SelectStatement,
    ) -> Result<HashMap<i64, Found>> {
        let (ranking, walked) = self.rankings();
        let row = at(T, "id").eq(at(PARENTS, "id"));
        query.join_as(JoinType::InnerJoin, Alias::new(self.table().name()), Alias::new(T), row);
        query
            .expr(at(PARENTS, PARENT))
            .order_by((Alias::new(PARENTS), Alias::new(PARENT)), Order::Asc);
        walked.sort(&mut query, T);
        self.read_nodes(session, query, pick, true, &ranking).await
    }

    async fn read_nodes(
        &self,
        session: &mut Session,
        mut query: SelectStatement,
        pick: &Pick,
        nested: bool,
        ranking: &Ranking,
    ) -> Result<HashMap<i64, Found>> {
        let shared = Arc::clone(&session.shared);
        picks::add(&mut query, self.lens, self.table(), T, pick);
        for column in ranking.columns() {
            query.expr(at(T, column));
        }
        let read = |row: &mut Row<'_>| self.read(row, &shared, ranking, pick, nested);
        let mut lists: HashMap<i64, Vec<Ranked>> = HashMap::new();
        for (parent, ranked) in session.counted_rows(&query, read).await? {
            lists.entry(parent).or_default().push(ranked);
        }
        let found = lists.into_iter().map(|(parent, ranked)| (parent, self.cut(ranked)));
        Ok(found.collect())
    }

    fn read(
        &self,
        row: &mut Row<'_>,
        shared: &Shared,
        ranking: &Ranking,
        pick: &Pick,
        nested: bool,
    ) -> Result<(i64, Ranked)> {
        let parent = if nested { row.int()? } else { 0 };
        let node = picks::read(row, self.lens, shared, self.table(), pick)?;
        let node = node.ok_or_else(|| Error::internal("a row has no key"))?;
        Ok((parent, (node, ranking.read(row)?)))
    }

    /// Cuts the row that only says that there are more, and puts the others in order.
    pub fn cut(&self, mut ranked: Vec<Ranked>) -> Found {
        let window = &self.list.window;
        let more = ranked.len() > window.size as usize;
        ranked.truncate(window.size as usize);
        let (has_next, has_previous) = window.sides(more);
        if window.end == End::Last {
            ranked.reverse();
        }
        Found { ranked, has_next, has_previous }
    }

    /// How many pass, for each parent.
    pub async fn totals(
        &self,
        session: &mut Session,
        parents: Option<&[i64]>,
    ) -> Result<HashMap<i64, i64>> {
        let mut counted = self.passing(&at(PARENTS, PARENT));
        counted.expr(Expr::cust("COUNT(*)"));
        let Some(parents) = parents else {
            let total = session.row(&counted, |row| row.int()).await?;
            return Ok(HashMap::from([(0, total.unwrap_or(0))]));
        };
        let mut query = Query::select();
        session.begin_at_parents(&mut query, parents);
        query.expr(at(PARENTS, PARENT)).expr(Expr::SubQuery(None, Box::new(counted.into())));
        let totals = session.rows(&query, |row| Ok((row.int()?, row.int()?))).await?;
        Ok(totals.into_iter().collect())
    }

    /// Hands the found rows over with the cursors that are wanted.
    pub fn rows(&self, shared: &Shared, found: Found, total: Option<i64>) -> Result<Rows> {
        let Found { ranked, has_next, has_previous } = found;
        let fingerprint = if self.list.cursors { self.fingerprint()? } else { Vec::new() };
        let mut nodes = Vec::with_capacity(ranked.len());
        let mut cursors = Vec::new();
        for (node, values) in ranked {
            if self.list.cursors {
                let cursor = Cursor { values, name: node.name.clone() };
                cursors.push(shared.seal(&cursor, &fingerprint)?);
            }
            nodes.push(node);
        }
        let marks = self.list.marks.clone();
        Ok(Rows { marks, nodes, cursors, has_next, has_previous, total, summaries: Vec::new() })
    }
}

/// Keys of the rows of pages, each beside the number of its page.
fn numbered(pages: Vec<SelectStatement>) -> Option<SelectStatement> {
    let keys = (0_i64..).zip(pages).map(|(number, mut page)| {
        page.expr(at(T, "id"));
        let mut keys = Query::select();
        keys.expr_as(Expr::value(number), Alias::new(PARENT))
            .expr(at("page", "id"))
            .from_subquery(page, Alias::new("page"));
        keys
    });
    let all = keys.reduce(|mut all, one| {
        all.union(UnionType::All, one);
        all
    })?;
    let mut query = Query::select();
    query.from_subquery(all, Alias::new(PARENTS));
    Some(query)
}

/// The rows of a window.
#[derive(Default)]
pub(super) struct Found {
    pub ranked: Vec<Ranked>,
    has_next: bool,
    has_previous: bool,
}

impl Found {
    /// The nodes, which nobody else has yet.
    pub fn nodes(&mut self) -> impl Iterator<Item = &mut Node> {
        self.ranked.iter_mut().filter_map(|(node, _)| Arc::get_mut(node))
    }
}
