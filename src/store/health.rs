//! Whether a store is fit to be opened, found out without changing a byte of it: nothing is
//! created, migrated, recovered or locked against others.

pub(super) mod postgres;
mod sqlite;

pub(super) use sqlite::refuse_foreign;

use super::open::StoreUrl;
use crate::domain::errors::{Error, Kind, Result};
use migrations::{Migrator, MigratorTrait as _};
use std::time::Duration;

/// How long each look may take; what takes longer is told as not finished.
const LOOK_TIMEOUT: Duration = Duration::from_secs(10);

/// What was found about a store.
#[derive(Debug)]
pub struct Health {
    /// In the order of looking.
    pub findings: Vec<Finding>,
}

/// One thing found.
#[derive(Debug)]
pub struct Finding {
    /// What was looked at, in one word.
    pub name: &'static str,
    /// What it is, for people.
    pub value: String,
    /// Why a server cannot run on it; none when it can.
    pub fault: Option<Error>,
}

impl Health {
    fn found(findings: impl IntoIterator<Item = Finding>) -> Self {
        Self { findings: findings.into_iter().collect() }
    }

    /// The worst thing found: that the store refuses this program, before anything that may pass.
    #[must_use]
    pub fn fault(&self) -> Option<&Error> {
        let faults = || self.findings.iter().filter_map(|finding| finding.fault.as_ref());
        faults().find(|error| error.kind == Kind::FailedPrecondition).or_else(|| faults().next())
    }
}

impl Finding {
    fn good(name: &'static str, value: impl Into<String>) -> Self {
        Self { name, value: value.into(), fault: None }
    }

    fn bad(name: &'static str, fault: Error) -> Self {
        Self { name, value: fault.message.clone(), fault: Some(fault) }
    }
}

/// Looks at a store and changes nothing. A store that does not exist yet is a finding, not a fault.
///
/// # Errors
/// [`Kind::FailedPrecondition`] when the file is not a database; `Unavailable` when the store
/// cannot be reached or looked at.
pub async fn look(url: &StoreUrl) -> Result<Health> {
    match url {
        StoreUrl::Sqlite(path) => sqlite::look(path.clone()).await,
        StoreUrl::Postgres(url) => postgres::look(url).await,
    }
}

/// How the schema of a store stands to the one of this program.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Schema {
    /// No migration was applied.
    Absent,
    /// The same.
    Current {
        /// The latest migration.
        version: String,
    },
    /// Some migrations are still to be applied.
    Older {
        /// The latest migration that was applied.
        version: String,
        /// How many are to be applied.
        pending: usize,
    },
    /// It has a migration that this program does not know.
    Newer {
        /// That migration.
        version: String,
    },
}

impl Schema {
    /// Compares the migrations that were applied with those that this program has.
    pub fn of(applied: &[String]) -> Self {
        let known: Vec<String> =
            Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect();
        Self::between(applied, &known)
    }

    fn between(applied: &[String], known: &[String]) -> Self {
        if let Some(newer) = applied.iter().filter(|version| !known.contains(version)).max() {
            return Self::Newer { version: newer.clone() };
        }
        let Some(version) = applied.iter().max().cloned() else { return Self::Absent };
        match known.iter().filter(|version| !applied.contains(version)).count() {
            0 => Self::Current { version },
            pending => Self::Older { version, pending },
        }
    }

    /// Why a store of this schema cannot be opened.
    pub fn refusal(&self) -> Option<Error> {
        match self {
            Self::Absent | Self::Current { .. } | Self::Older { .. } => None,
            Self::Newer { version } => {
                let message = format!(
                    "the store has the migration {version}, which this release does not know: it \
                     was changed by a newer release, so run that one"
                );
                Some(Error::new(Kind::FailedPrecondition, "STORE_NEWER", message))
            }
        }
    }

    fn finding(&self) -> Finding {
        const NAME: &str = "schema";
        if let Some(refusal) = self.refusal() {
            return Finding::bad(NAME, refusal);
        }
        Finding::good(
            NAME,
            match self {
                Self::Absent => "none yet: `interdiction serve` or `migrate` makes it".to_owned(),
                Self::Older { version, pending } => format!(
                    "{version}, older by {pending}: `interdiction serve` or `migrate` brings it up \
                     to date"
                ),
                Self::Current { version } | Self::Newer { version } => {
                    format!("{version}, up to date")
                }
            },
        )
    }
}

/// A fault that passes, or that the operator can mend beside the store.
fn unavailable(message: impl Into<String>) -> Error {
    Error::new(Kind::Unavailable, "STORE_UNAVAILABLE", message)
}

fn foreign(message: impl Into<String>) -> Error {
    Error::new(Kind::FailedPrecondition, "STORE_FOREIGN", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(versions: &[&str]) -> Vec<String> {
        versions.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_schema_is_older_newer_or_the_same() {
        let known = named(&["m1", "m2"]);
        let of = |applied: &[&str]| Schema::between(&named(applied), &known);
        assert_eq!(of(&[]), Schema::Absent);
        assert_eq!(of(&["m1"]), Schema::Older { version: "m1".to_owned(), pending: 1 });
        assert_eq!(of(&["m1", "m2"]), Schema::Current { version: "m2".to_owned() });
        assert_eq!(of(&["m1", "m2", "m3"]), Schema::Newer { version: "m3".to_owned() });
        assert_eq!(of(&["m1", "m3"]), Schema::Newer { version: "m3".to_owned() });
    }

    #[test]
    fn a_store_that_refuses_outweighs_a_fault_that_passes() {
        let health = Health::found([
            Finding::bad("integrity", unavailable("slow")),
            Finding::good("journal", "WAL"),
            Schema::Newer { version: "m3".to_owned() }.finding(),
        ]);
        assert_eq!(health.fault().unwrap().reason, "STORE_NEWER");
    }
}
