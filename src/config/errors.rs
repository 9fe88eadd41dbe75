//! What can be wrong with a configuration or a command line, and where a value came from.

use super::{settings::Spec, store_urls::without_passwords};
use std::{fmt, path::PathBuf};

/// Where a value came from, as the user would look for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag, without its dashes.
    Flag(String),
    /// An environment variable.
    Variable(String),
    /// A line of the file, from 1.
    File {
        /// The file, as it was named.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// Nothing was given.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "--{flag}"),
            Self::Variable(name) => f.write_str(name),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// One thing that is wrong, and where. It holds no password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where the value came from.
    pub origin: Origin,
    /// What is wrong and what would be right.
    pub problem: String,
}

impl Fault {
    /// Something is wrong there.
    #[must_use]
    pub fn new(origin: Origin, problem: impl AsRef<str>) -> Self {
        Self { origin, problem: without_passwords(problem.as_ref()) }
    }

    /// The value of a setting is wrong.
    #[must_use]
    pub fn of(spec: &Spec, origin: Origin, problem: impl AsRef<str>) -> Self {
        match origin {
            // These name the setting already.
            Origin::Flag(_) | Origin::Variable(_) => Self::new(origin, problem),
            Origin::File { .. } | Origin::Default => {
                Self::new(origin, format!("{}: {}", spec.key, problem.as_ref()))
            }
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.problem)
    }
}

/// Why there is no configuration. No message holds a password.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The command line is wrong, or asks for the help or the version alone.
    #[error("{0}")]
    Usage(Box<clap::Error>),
    /// The file cannot be read.
    #[error("cannot read the configuration file {path} ({asked_by}): {cause}")]
    File {
        /// The file, as it was named.
        path: PathBuf,
        /// Why it was looked for: the flag or the variable that names it, or where it was found.
        asked_by: &'static str,
        /// Why not.
        cause: std::io::Error,
    },
    /// Settings are wrong; all of them are told at once.
    #[error("the configuration is wrong{}", listed(.0))]
    Faults(Vec<Fault>),
}

fn listed(faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("\n  {fault}")).collect()
}
