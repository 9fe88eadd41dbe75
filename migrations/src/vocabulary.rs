//! Loads the vocabulary of substances from `data/substances.toml`.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DbBackend, Statement, Value},
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// The vocabulary as the repository keeps it.
const SUBSTANCES: &str = include_str!("../data/substances.toml");

const CLASSES: [&str; 9] = [
    "OPIOID",
    "STIMULANT",
    "CANNABINOID",
    "DEPRESSANT",
    "HALLUCINOGEN",
    "DISSOCIATIVE",
    "PRECURSOR",
    "OTHER",
    "UNKNOWN",
];

/// The languages in the order of their numbers in the contract.
const LANGUAGES: [&str; 3] = ["en", "es", "pt"];

/// The file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// Parents before children.
    pub substance: Vec<Entry>,
}

/// One substance.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The id, stable for ever.
    pub id: String,
    /// The substance it is a kind of.
    pub parent: Option<String>,
    /// Name of its class.
    pub class: String,
    /// Names by language.
    pub name: BTreeMap<String, String>,
    /// Other words by language.
    #[serde(default)]
    pub aliases: BTreeMap<String, Vec<String>>,
    /// DEA code numbers.
    #[serde(default)]
    pub dea: Vec<String>,
    /// NIBRS category.
    pub nibrs: Option<String>,
}

/// Reads the file.
///
/// # Errors
/// Says where it is not well formed.
pub fn read() -> Result<Vocabulary, String> {
    toml::from_str(SUBSTANCES).map_err(|error| error.to_string())
}

/// Folds case and accents away, as the registry folds what it is searched for.
#[must_use]
pub fn fold(text: &str) -> String {
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

impl Entry {
    /// Every word for it, folded.
    #[must_use]
    pub fn folded_terms(&self) -> BTreeSet<String> {
        self.name.values().chain(self.aliases.values().flatten()).map(|term| fold(term)).collect()
    }

    /// Number of its class in the contract.
    #[must_use]
    pub fn class_code(&self) -> Option<i64> {
        let index = CLASSES.iter().position(|class| *class == self.class)?;
        <i64 as TryFrom<usize>>::try_from(index + 1).ok()
    }

    fn terms_json(&self) -> String {
        let terms: Vec<serde_json::Value> = LANGUAGES
            .iter()
            .enumerate()
            .map(|(index, language)| {
                let mut aliases = self.aliases.get(*language).cloned().unwrap_or_default();
                aliases.sort();
                let name = self.name.get(*language);
                serde_json::json!({ "language": index + 1, "name": name, "aliases": aliases })
            })
            .collect();
        serde_json::Value::from(terms).to_string()
    }
}

/// Writes the vocabulary.
pub(crate) async fn load(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let vocabulary = read().map_err(DbErr::Migration)?;
    let mut keys: HashMap<&str, i64> = HashMap::new();
    let mut ancestors: HashMap<i64, Vec<i64>> = HashMap::new();
    for (entry, key) in vocabulary.substance.iter().zip(1_i64..) {
        let parent = match &entry.parent {
            None => None,
            Some(parent) => Some(*keys.get(parent.as_str()).ok_or_else(|| {
                DbErr::Migration(format!(
                    "{}: its parent {parent} does not stand before it",
                    entry.id
                ))
            })?),
        };
        keys.insert(&entry.id, key);
        let mut line = vec![key];
        line.extend(parent.iter().flat_map(|parent| ancestors[parent].iter().copied()));
        insert_substance(manager, key, parent, entry).await?;
        for ancestor in &line {
            let values = [Value::from(*ancestor), key.into()];
            insert(manager, "substance_closure (ancestor_id, descendant_id)", values).await?;
        }
        for term in entry.folded_terms() {
            let values = [Value::from(term), key.into()];
            insert(manager, "substance_terms (folded, substance_id)", values).await?;
        }
        ancestors.insert(key, line);
    }
    Ok(())
}

async fn insert_substance(
    manager: &SchemaManager<'_>,
    key: i64,
    parent: Option<i64>,
    entry: &Entry,
) -> Result<(), DbErr> {
    let class = entry
        .class_code()
        .ok_or_else(|| DbErr::Migration(format!("{}: {} is no class", entry.id, entry.class)))?;
    let values = [
        Value::from(key),
        entry.id.as_str().into(),
        entry.name.get("en").cloned().unwrap_or_default().into(),
        parent.into(),
        class.into(),
        entry.terms_json().into(),
        serde_json::Value::from(entry.dea.clone()).to_string().into(),
        entry.nibrs.clone().unwrap_or_default().into(),
    ];
    let columns = "substances \
        (id, slug, display_name, parent_id, class, terms, dea_codes, nibrs_category)";
    insert(manager, columns, values).await
}

async fn insert<const N: usize>(
    manager: &SchemaManager<'_>,
    into: &str,
    values: [Value; N],
) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    let marks: Vec<String> = (1..=N)
        .map(|n| if backend == DbBackend::Postgres { format!("${n}") } else { "?".to_owned() })
        .collect();
    let sql = format!("INSERT INTO {into} VALUES ({})", marks.join(", "));
    let statement = Statement::from_sql_and_values(backend, sql, values);
    manager.get_connection().execute_raw(statement).await.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vocabulary_has_no_orphan_no_cycle_and_no_word_of_two_meanings() {
        let vocabulary = read().unwrap();
        assert!(vocabulary.substance.len() >= 80, "{}", vocabulary.substance.len());
        let mut ids = BTreeSet::new();
        let mut words: HashMap<String, String> = HashMap::new();
        for entry in &vocabulary.substance {
            // A parent stands before its children, so a line of parents cannot close on itself.
            if let Some(parent) = &entry.parent {
                assert!(ids.contains(parent.as_str()), "{}: orphan of {parent}", entry.id);
            }
            assert!(ids.insert(entry.id.as_str()), "{} stands twice", entry.id);
            assert!(entry.class_code().is_some(), "{}: class {}", entry.id, entry.class);
            for language in LANGUAGES {
                assert!(entry.name.contains_key(language), "{}: no {language} name", entry.id);
            }
            for word in entry.folded_terms() {
                let taken = words.insert(word.clone(), entry.id.clone());
                assert_eq!(taken, None, "{word} means {} too", entry.id);
            }
        }
    }
}
