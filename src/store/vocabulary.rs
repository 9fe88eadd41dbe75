//! The vocabulary of substances as it is kept in memory: few, the same for every viewer, and
//! changed by a migration alone.

use super::{
    dialect::Session,
    substances::{all, read},
};
use crate::domain::{errors::Result, substances::Substance};
use std::{collections::HashMap, sync::Arc};

/// Every substance, with the key of its row.
#[derive(Debug, Default)]
pub(super) struct Vocabulary {
    /// By id, from a to z.
    entries: Vec<(i64, Arc<Substance>)>,
    by_id: HashMap<String, usize>,
}

/// A substance with the key of its row.
pub(super) type Entry<'v> = (i64, &'v Arc<Substance>);

impl Vocabulary {
    pub fn by_id(&self, id: &str) -> Option<Entry<'_>> {
        let (key, substance) = &self.entries[*self.by_id.get(id)?];
        Some((*key, substance))
    }

    pub fn by_key(&self, key: i64) -> Option<Entry<'_>> {
        self.entries.iter().find(|(known, _)| *known == key).map(|(key, entry)| (*key, entry))
    }

    /// Keys of the substances that lie as deep as the roots' level plus `depth`, and of those that
    /// lie less deep.
    pub fn at_depth(&self, depth: u32) -> (Vec<i64>, Vec<i64>) {
        let with_depth = self.entries.iter().map(|(key, one)| (*key, self.depth(one)));
        let (at, less): (Vec<_>, Vec<_>) =
            with_depth.filter(|(_, of)| *of <= depth).partition(|(_, of)| *of == depth);
        let keys = |list: Vec<(i64, u32)>| list.into_iter().map(|(key, _)| key).collect();
        (keys(at), keys(less))
    }

    /// How many substances lie above one.
    pub fn depth(&self, of: &Substance) -> u32 {
        let mut depth = 0;
        let mut parent = of.parent.as_ref();
        while let Some((_, above)) = parent.and_then(|id| self.by_id(id.as_str())) {
            depth += 1;
            parent = above.parent.as_ref();
        }
        depth
    }

    /// The substances right below one.
    pub fn below<'v>(&'v self, parent: &'v Substance) -> impl Iterator<Item = Entry<'v>> {
        let of =
            move |entry: &&'v (i64, Arc<Substance>)| entry.1.parent.as_ref() == Some(&parent.id);
        self.entries.iter().filter(of).map(|(key, entry)| (*key, entry))
    }
}

/// Reads every substance.
pub(super) async fn load(session: &mut Session) -> Result<Vocabulary> {
    let entries = session.rows(&all(), |row| Ok((row.int()?, Arc::new(read(row)?)))).await?;
    let by_id = entries.iter().enumerate().map(|(i, (_, one))| (one.id.as_str().to_owned(), i));
    Ok(Vocabulary { by_id: by_id.collect(), entries })
}
