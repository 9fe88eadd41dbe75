//! The layers a value can come from, laid over each other: a stronger one is laid later. Every
//! layer is checked for names that nobody knows, whether or not a stronger one hides its values.

use super::{
    errors::{Fault, Origin},
    near::{advice, nearest},
    settings::{self, Setting, Shape, Spec, VARIABLE_PREFIX},
};
use std::{borrow::Cow, collections::BTreeMap, path::Path};
use toml::{Spanned, de::DeTable, de::DeValue};

/// Names the file, so it cannot be a setting in it.
pub(super) const FILE_VARIABLE: &str = "INTERDICTION_CONFIG";
/// Holds a secret of a client, so it cannot be a setting either.
pub const TOKEN_VARIABLE: &str = "INTERDICTION_TOKEN";
/// Variables with this beginning belong to the tests.
const TEST_PREFIX: &str = "INTERDICTION_TEST_";
/// Kubernetes gives every pod such variables when a service is called "interdiction".
const KUBERNETES_PREFIXES: [&str; 2] = ["INTERDICTION_PORT", "INTERDICTION_SERVICE_"];

struct Given {
    text: String,
    origin: Origin,
}

/// The values given so far, and everything found wrong.
pub(super) struct Layers {
    given: BTreeMap<&'static str, Given>,
    faults: Vec<Fault>,
}

impl Layers {
    /// The weakest layer: every setting with its default.
    pub fn defaults() -> Self {
        let default = |spec: &&'static Spec| {
            (spec.key, Given { text: spec.default.to_owned(), origin: Origin::Default })
        };
        Self { given: settings::ALL.iter().map(default).collect(), faults: Vec::new() }
    }

    /// Lays a TOML file over what is there.
    pub fn lay_file(&mut self, path: &Path, content: &str) {
        let file = File { path, content };
        match DeTable::parse(content) {
            Ok(table) => self.lay_table(&file, None, table.get_ref()),
            // The error's own Display quotes the line, which may hold a password.
            Err(cause) => {
                let at = cause.span().map_or(0, |span| span.start);
                self.faults.push(Fault::new(file.origin(at), cause.message()));
            }
        }
    }

    fn lay_table(&mut self, file: &File<'_>, section: Option<&str>, table: &DeTable<'_>) {
        for (name, value) in table {
            let at = name.span().start;
            let key = match section {
                Some(section) => format!("{section}.{}", name.get_ref()),
                None => name.get_ref().clone().into_owned(),
            };
            let known = settings::ALL.iter().find(|spec| spec.key == key);
            match (known, value.get_ref()) {
                (Some(spec), value) => self.lay_value(file.origin(at), spec, value),
                (None, DeValue::Table(inner)) if section.is_none() && is_section(&key) => {
                    self.lay_table(file, Some(&key), inner);
                }
                (None, value) => self.refuse_key(file.origin(at), &key, value),
            }
        }
    }

    fn lay_value(&mut self, origin: Origin, spec: &'static Spec, value: &DeValue<'_>) {
        match text_of(spec.shape, value) {
            Ok(text) => self.put(spec, text.into_owned(), origin),
            Err(problem) => self.faults.push(Fault::of(spec, origin, problem)),
        }
    }

    fn refuse_key(&mut self, origin: Origin, key: &str, value: &DeValue<'_>) {
        let is_table = matches!(value, DeValue::Table(_));
        let problem = if is_section(key) {
            format!("`{key}` is a section, not a setting: write [{key}] on a line of its own")
        } else if is_table {
            let near = nearest(key, sections().map(str::to_owned));
            format!("unknown section `{key}`; {}", advice(&near))
        } else {
            let near = nearest(key, settings::ALL.iter().map(|spec| spec.key.to_owned()));
            format!("unknown setting `{key}`; {}", advice(&near))
        };
        self.faults.push(Fault::new(origin, problem));
    }

    /// Lays the variables that are ours over what is there.
    pub fn lay_variables(&mut self, variables: impl Iterator<Item = (String, String)>) {
        for (name, text) in variables {
            let ours = name.starts_with(VARIABLE_PREFIX) && !name.starts_with(TEST_PREFIX);
            if !ours || [FILE_VARIABLE, TOKEN_VARIABLE].contains(&name.as_str()) {
                continue;
            }
            match settings::ALL.iter().find(|spec| spec.variable() == name) {
                Some(spec) => self.put(spec, text, Origin::Variable(name)),
                None => self.refuse_variable(name),
            }
        }
    }

    fn refuse_variable(&mut self, name: String) {
        let known = settings::ALL.iter().map(|spec| spec.variable());
        let known = known.chain([FILE_VARIABLE, TOKEN_VARIABLE].map(ToOwned::to_owned));
        // The prefix is common to all, and would make all of them near.
        let rest = |name: &str| name.replacen(VARIABLE_PREFIX, "", 1);
        let near = nearest(&rest(&name), known.map(|name| rest(&name)));
        let near: Vec<_> = near.iter().map(|rest| format!("{VARIABLE_PREFIX}{rest}")).collect();
        let mut problem = format!("is not a variable of this program; {}", advice(&near));
        if KUBERNETES_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) {
            problem.push_str(
                " (if Kubernetes set it, for a service called interdiction, set \
                 `enableServiceLinks: false` in the pod)",
            );
        }
        self.faults.push(Fault::new(Origin::Variable(name), problem));
    }

    /// Lays the flags, by the key of their setting, over what is there.
    pub fn lay_flags(&mut self, flags: impl Iterator<Item = (&'static Spec, String)>) {
        for (spec, text) in flags {
            self.put(spec, text, Origin::Flag(spec.flag()));
        }
    }

    fn put(&mut self, spec: &'static Spec, text: String, origin: Origin) {
        self.given.insert(spec.key, Given { text, origin });
    }

    /// The value of a setting. Where it is wrong that is kept for [`Self::finish`], and the
    /// default stands in, so that every fault is found in one go.
    pub fn read<T>(&mut self, setting: &Setting<T>) -> T {
        let spec = &setting.spec;
        let Given { text, origin } =
            self.given.get(spec.key).expect("ALL lists every setting; any test would end here");
        (setting.read)(spec, text).unwrap_or_else(|problem| {
            self.faults.push(Fault::of(spec, origin.clone(), problem));
            (setting.read)(spec, spec.default).expect("a default is valid; a test reads them all")
        })
    }

    /// Refuses a value that does not go with another.
    pub fn refuse(&mut self, spec: &Spec, problem: &str) {
        let origin = self.given.get(spec.key).map_or(Origin::Default, |given| given.origin.clone());
        self.faults.push(Fault::of(spec, origin, problem));
    }

    /// Each key with its text and origin, or everything that was found wrong.
    pub fn finish(self) -> Result<Vec<(&'static Spec, String, Origin)>, Vec<Fault>> {
        let Self { mut given, faults } = self;
        if !faults.is_empty() {
            return Err(faults);
        }
        let one = |spec: &&'static Spec| {
            given.remove(spec.key).map(|Given { text, origin }| (*spec, text, origin))
        };
        Ok(settings::ALL.iter().filter_map(one).collect())
    }
}

struct File<'a> {
    path: &'a Path,
    content: &'a str,
}

impl File<'_> {
    /// The place of a byte of the file.
    fn origin(&self, byte: usize) -> Origin {
        let before = self.content.as_bytes().iter().take(byte);
        let line = 1 + before.filter(|b| **b == b'\n').count();
        Origin::File { path: self.path.to_owned(), line }
    }
}

fn sections() -> impl Iterator<Item = &'static str> {
    let mut found: Vec<_> = settings::ALL.iter().filter_map(|spec| spec.section()).collect();
    found.dedup();
    found.into_iter()
}

fn is_section(key: &str) -> bool {
    sections().any(|section| section == key)
}

/// The text of a value, as it would stand in a variable, if it is of the right type.
fn text_of<'a>(shape: Shape, value: &'a DeValue<'_>) -> Result<Cow<'a, str>, String> {
    let (text, wanted) = match shape {
        Shape::Text { .. } => (value.as_str().map(Cow::Borrowed), "a string, in quotes"),
        Shape::List { .. } => (joined(value), "an array of strings, such as [\"A\", \"B\"]"),
        Shape::Whole { .. } => (decimal(value), "a whole number, without quotes"),
    };
    text.ok_or_else(|| format!("is of type {}; want {wanted}", value.type_str()))
}

fn joined<'a>(value: &DeValue<'_>) -> Option<Cow<'a, str>> {
    let parts: Option<Vec<&str>> =
        value.as_array()?.iter().map(Spanned::get_ref).map(DeValue::as_str).collect();
    Some(Cow::Owned(parts?.join(",")))
}

fn decimal<'a>(value: &DeValue<'_>) -> Option<Cow<'a, str>> {
    let integer = value.as_integer()?;
    let digits = integer.as_str();
    // What does not fit stays as it is written, for the message of the bounds.
    let number = i128::from_str_radix(digits, integer.radix());
    Some(Cow::Owned(number.map_or_else(|_| digits.to_owned(), |number| number.to_string())))
}
