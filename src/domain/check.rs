//! Collects every violation of a request before any is answered.

use std::fmt::{self, Display};

/// What is wrong with one field, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field in the request: `seizure.items[2].quantity.value`.
    pub field: String,
    /// What is wrong and what would be right.
    pub message: String,
}

/// The way to a field. It lives on the stack and is spelled out only when a violation is found.
#[derive(Debug, Clone, Copy)]
pub struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    part: Part<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Part<'a> {
    Field(&'a str),
    Index(usize),
}

impl<'a> Path<'a> {
    /// The path of a field of the request itself.
    #[must_use]
    pub fn root(field: &'a str) -> Self {
        Self { parent: None, part: Part::Field(field) }
    }

    /// The path of a field of this message.
    #[must_use]
    pub fn field(&'a self, field: &'a str) -> Path<'a> {
        Path { parent: Some(self), part: Part::Field(field) }
    }

    /// The path of an element of this list, from 0.
    #[must_use]
    pub fn index(&'a self, index: usize) -> Path<'a> {
        Path { parent: Some(self), part: Part::Index(index) }
    }
}

impl Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match self.part {
            Part::Field("") => Ok(()),
            Part::Field(name) if self.parent.is_some_and(|p| !p.is_blank()) => write!(f, ".{name}"),
            Part::Field(name) => f.write_str(name),
            Part::Index(index) => write!(f, "[{index}]"),
        }
    }
}

impl Path<'_> {
    fn is_blank(&self) -> bool {
        matches!(self.part, Part::Field("")) && self.parent.is_none_or(Path::is_blank)
    }
}

/// Violations found so far.
#[derive(Debug, Default)]
pub struct Violations {
    found: Vec<Violation>,
}

impl Violations {
    /// A request is answered with at most this many violations; more would only repeat themselves.
    pub const MAX: usize = 100;

    /// Notes that a field is wrong.
    pub fn add(&mut self, path: &Path<'_>, message: impl Display) {
        if self.found.len() < Self::MAX {
            self.found.push(Violation { field: path.to_string(), message: message.to_string() });
        }
    }

    /// Keeps the value of a field that parsed, and notes why one did not.
    pub fn keep<T, E: Display>(&mut self, path: &Path<'_>, parsed: Result<T, E>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(error) => {
                self.add(path, error);
                None
            }
        }
    }

    /// Notes a list that is too long; whether its elements are worth a look.
    pub fn count(&mut self, path: &Path<'_>, count: usize, max: usize) -> bool {
        if count > max {
            self.add(path, format_args!("{count} entries: at most {max}"));
        }
        count <= max
    }

    /// Checks each element of a list, unless the list is too long.
    pub fn each<D, P>(
        &mut self,
        path: &Path<'_>,
        drafts: &[D],
        max: usize,
        check: impl Fn(&D, &Path<'_>, &mut Self) -> Option<P>,
    ) -> Vec<P> {
        if !self.count(path, drafts.len(), max) {
            return Vec::new();
        }
        let each = drafts.iter().enumerate();
        each.filter_map(|(i, draft)| check(draft, &path.index(i), self)).collect()
    }

    /// Takes from others what was found in these fields of a message.
    pub fn take_fields(&mut self, others: Self, message: &Path<'_>, fields: &[&str]) {
        let paths: Vec<String> =
            fields.iter().map(|field| message.field(field).to_string()).collect();
        let is_of = |found: &str, path: &str| {
            found.strip_prefix(path).is_some_and(|rest| !rest.starts_with(is_of_a_name))
        };
        let named = others
            .found
            .into_iter()
            .filter(|violation| paths.iter().any(|path| is_of(&violation.field, path)));
        self.found.extend(named);
        self.found.truncate(Self::MAX);
    }

    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What was found.
    #[must_use]
    pub fn into_found(self) -> Vec<Violation> {
        self.found
    }
}

fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_spelled_with_dots_and_indices() {
        let root = Path::root("seizure");
        let items = root.field("items");
        let item = items.index(2);
        assert_eq!(item.field("quantity").to_string(), "seizure.items[2].quantity");
        assert_eq!(Path::root("").field("names").index(1).to_string(), "names[1]");
    }

    #[test]
    fn the_violations_of_a_field_are_not_those_of_a_field_whose_name_begins_alike() {
        let root = Path::root("sensor");
        let mut others = Violations::default();
        for field in ["type", "type_note", "site"] {
            others.add(&root.field(field), "wrong");
        }
        others.add(&root.field("type").index(0), "wrong");
        let mut violations = Violations::default();
        violations.take_fields(others, &root, &["type"]);
        let found: Vec<String> = violations.into_found().into_iter().map(|v| v.field).collect();
        assert_eq!(found, ["sensor.type", "sensor.type[0]"]);
    }

    #[test]
    fn violations_stop_at_their_limit() {
        let mut violations = Violations::default();
        for index in 0..1_000 {
            violations.add(&Path::root("names").index(index), "wrong");
        }
        assert_eq!(violations.into_found().len(), Violations::MAX);
    }
}
