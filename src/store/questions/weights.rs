//! How large an answer may be. Rows are counted as they are read, so that no more is held; and what
//! hangs on several records is held once but told at each of them, so the answer is weighed too.

use super::{Answer, Node, Rows, Summarised};
use crate::{
    domain::{
        errors::{Error, Kind, Result},
        questions::Names,
    },
    store::dialect::{Row, Session, Spell},
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// The most bytes of the texts and numbers of one answer.
const ANSWER_BYTES_MAX: usize = 16 << 20;
/// A substance, with its words in three languages.
pub(super) const SUBSTANCE_BYTES: usize = 256;

/// A group of a summary: its keys and its figures.
const GROUP_BYTES: usize = 256;

/// What an answer takes so far.
#[derive(Debug, Default)]
pub(in crate::store) struct Spent {
    read_bytes: usize,
    told_bytes: usize,
    /// Names of the restricted records that it shows.
    restricted: HashSet<String>,
}

impl Spent {
    /// How many restricted records the answer shows, each once.
    pub(in crate::store) fn restricted(&self) -> u64 {
        self.restricted.len() as u64
    }
}

fn add(sum: &mut usize, bytes: usize) -> Result<()> {
    *sum = sum.saturating_add(bytes);
    if *sum <= ANSWER_BYTES_MAX {
        return Ok(());
    }
    let mib = ANSWER_BYTES_MAX >> 20;
    let message = format!("the answer has more than {mib} MiB: ask for fewer records or fields");
    Err(Error::new(Kind::Exhausted, "ANSWER_TOO_LARGE", message))
}

impl Session {
    /// Runs a statement of a question.
    pub(in crate::store) async fn counted_rows<T: Send>(
        &mut self,
        statement: impl Spell,
        decode: impl Fn(&mut Row<'_>) -> Result<T> + Send + Sync,
    ) -> Result<Vec<T>> {
        let mut read_bytes = self.spent.read_bytes;
        let count = |row: &mut Row<'_>| {
            let one = decode(row)?;
            add(&mut read_bytes, row.bytes())?;
            Ok(Some(one))
        };
        let rows = self.rows_until(statement, count).await;
        self.spent.read_bytes = read_bytes;
        rows
    }

    /// Counts groups of summaries, also those that no row was read for.
    pub(in crate::store) fn count_groups(&mut self, groups: usize) -> Result<()> {
        add(&mut self.spent.read_bytes, groups.saturating_mul(GROUP_BYTES))
    }

    /// Weighs records by name, each as often as it was named.
    pub(super) fn weigh_named(&mut self, names: &Names, nodes: Vec<Arc<Node>>) -> Result<Answer> {
        let mut asked: HashMap<String, usize> = HashMap::new();
        for name in names.names() {
            *asked.entry(name).or_default() += 1;
        }
        let mut weights = Weights::default();
        for node in &nodes {
            let times = asked.get(&node.name).copied().unwrap_or(1);
            add(&mut self.spent.told_bytes, weights.node(node).saturating_mul(times))?;
        }
        self.spent.restricted.extend(weights.restricted);
        Ok(Answer::Named(nodes))
    }

    /// Weighs a list.
    pub(super) fn weigh_rows(&mut self, rows: Rows) -> Result<Answer> {
        let mut weights = Weights::default();
        add(&mut self.spent.told_bytes, weights.rows(&rows))?;
        self.spent.restricted.extend(weights.restricted);
        Ok(Answer::Listed(Arc::new(rows)))
    }
}

/// Weights of what hangs on several nodes, by where it lies.
#[derive(Default)]
struct Weights {
    lists: HashMap<*const Rows, usize>,
    parts: HashMap<*const Vec<Arc<Node>>, usize>,
    restricted: HashSet<String>,
}

impl Weights {
    fn nodes<'n>(&mut self, nodes: impl IntoIterator<Item = &'n Arc<Node>>) -> usize {
        nodes.into_iter().fold(0, |sum: usize, node| sum.saturating_add(self.node(node)))
    }

    fn node(&mut self, node: &Node) -> usize {
        if node.is_restricted {
            self.restricted.insert(node.name.clone());
        }
        let named = node.ones.iter().filter_map(|(_, one)| one.as_ref());
        let mut sum = node.bytes.saturating_add(self.nodes(named));
        sum = sum.saturating_add(self.nodes(node.item_substances.iter().flatten()));
        for (_, parts) in &node.parts {
            let at = Arc::as_ptr(parts);
            let known = self.parts.get(&at).copied();
            let weight = known.unwrap_or_else(|| self.nodes(parts.iter()));
            self.parts.insert(at, weight);
            sum = sum.saturating_add(weight);
        }
        for list in &node.lists {
            let at = Arc::as_ptr(list);
            let known = self.lists.get(&at).copied();
            let weight = known.unwrap_or_else(|| self.rows(list));
            self.lists.insert(at, weight);
            sum = sum.saturating_add(weight);
        }
        sum
    }

    /// A list that several fields ask for is told to each.
    fn rows(&mut self, rows: &Rows) -> usize {
        let cursors: usize = rows.cursors.iter().map(String::len).sum();
        let page = self.nodes(&rows.nodes).saturating_add(cursors);
        let summaries = rows.summaries.iter().map(|one| self.summary(one));
        summaries.fold(page.saturating_mul(rows.marks.len().max(1)), usize::saturating_add)
    }

    fn summary(&mut self, one: &Summarised) -> usize {
        let groups = one.summary.groups.len().saturating_mul(GROUP_BYTES);
        let lists = one.rows.iter().flatten().map(|list| self.rows(list));
        lists.fold(groups, usize::saturating_add)
    }
}
