//! What a document may cost, counted before it is validated or executed.
//!
//! Validation walks every path through fragments, and execution every row of every page, so neither
//! can be where the cost is found out. Here each fragment is counted once, and where it is spread its
//! count is added: numbers grow as the document would, the work does not.

mod texts;
mod unknown;

pub(super) use texts::{scan_document, scan_json};

use crate::domain::{
    errors::{Error, Kind, Result},
    pages::PageSize,
};
use async_graphql::{
    Name, Positioned, Value, Variables,
    parser::types::{
        Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition,
        OperationDefinition, Selection, SelectionSet, VariableDefinition,
    },
};
use std::collections::HashMap;

/// Every limit of a document and of the request that brings it. They hold for trusted documents
/// too: a trusted document that is too large is a mistake of its author.
#[derive(Debug, Clone, Copy)]
pub struct Limits;

impl Limits {
    /// Bytes of one request's body. A document of the most bytes and a thousand names in variables
    /// take half of it.
    pub const BODY_BYTES: usize = 256 * 1_024;
    /// Bytes of a document; the introspection of every tool has less than 3 KiB.
    pub const DOCUMENT_BYTES: usize = 64 * 1_024;
    /// Names, punctuators, numbers and strings of a document. Parsed, each takes up to 750
    /// bytes, so that the whole stays under 4 MiB.
    pub const TOKENS: usize = 4_000;
    /// Bytes of one name.
    pub const NAME_BYTES: usize = 128;
    /// Bytes of all names and numbers together: each name that the schema does not have is compared
    /// with all that it could have been, at 0.3 ms a KiB.
    pub const NAMES_BYTES: usize = 24 * 1_024;
    /// Values in the JSON of a request: a thousand names and a filter of the most messages leave
    /// room. Decoded, each takes up to 600 bytes.
    pub const JSON_VALUES: usize = 5_000;
    /// Braces, brackets and parentheses within each other: [`Self::DEPTH`], and a filter as deep as
    /// filters may be.
    pub const NESTING: usize = 64;
    /// Fields within each other. The deepest worked question has 12, introspection 15.
    pub const DEPTH: u64 = 24;
    /// Fields and fragments within each other.
    pub const LEVELS: u64 = 48;
    /// Fields of all operations, where each spread counts what it spreads; `__typename` is one too.
    pub const FIELDS: u64 = 2_000;
    /// Fields under another name than their own, counted likewise.
    pub const ALIASES: u64 = 100;
    /// Directives, counted likewise.
    pub const DIRECTIVES: u64 = 50;
    /// Fields and arguments that the schema does not have: whoever mistyped more of them sees that
    /// from these.
    pub const UNKNOWN: u64 = 16;
    /// Lists within each other in introspection: types, their fields, the arguments of those.
    pub const INTROSPECTION_LISTS: u64 = 3;
    /// Values that the answer could hold if every page were full: fields, each as often as its
    /// pages have records. A thousand records of fifty fields, with a list of fifty under each.
    pub const VALUES: u64 = 500_000;
}

/// How long a list of introspection is taken to be: three of them within each other make 8,000
/// entries, more than the schema has arguments.
const INTROSPECTION_LIST: u64 = 20;
/// Fields of introspection that are lists.
const INTROSPECTION_LISTS: [&str; 8] = [
    "types",
    "directives",
    "fields",
    "args",
    "inputFields",
    "enumValues",
    "interfaces",
    "possibleTypes",
];

/// What a selection costs, with everything that is spread into it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Cost {
    fields: u64,
    aliases: u64,
    directives: u64,
    depth: u64,
    levels: u64,
    values: u64,
    /// What it would cost within introspection: values, and lists within each other.
    entries: u64,
    lists: u64,
    /// The most lists of introspection found within each other.
    introspection: u64,
    /// Whether it asks for the records of a page.
    pages: bool,
}

impl Cost {
    /// Both, beside each other.
    fn beside(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            depth: self.depth.max(other.depth),
            levels: self.levels.max(other.levels),
            values: self.values.saturating_add(other.values),
            entries: self.entries.saturating_add(other.entries),
            lists: self.lists.max(other.lists),
            introspection: self.introspection.max(other.introspection),
            pages: self.pages || other.pages,
        }
    }

    /// The same with its directives, one level further in.
    fn within(self, directives: &[Positioned<Directive>]) -> Self {
        Self {
            levels: self.levels.saturating_add(1),
            directives: self.directives.saturating_add(directives.len() as u64),
            ..self
        }
    }
}

/// Whether a fragment is being counted, or what it costs.
enum Known {
    Open,
    Counted(Cost),
}

struct Counter<'d> {
    fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    sizes: Sizes<'d>,
    known: HashMap<&'d str, Known>,
    /// Selections within each other that are being counted, through fragments too.
    open: u64,
}

/// Where sizes of pages come from.
struct Sizes<'d> {
    definitions: &'d [Positioned<VariableDefinition>],
    variables: &'d Variables,
}

/// Refuses a document that is too large in itself, whichever operation is executed.
///
/// # Errors
/// `Invalid` with what is too large, and for fragments that spread each other in a circle.
pub(super) fn check_document(document: &ExecutableDocument) -> Result<()> {
    let variables = Variables::default();
    let mut counter = Counter::new(document, Sizes { definitions: &[], variables: &variables });
    let mut total = Cost::default();
    for (_, operation) in document.operations.iter() {
        total = total.beside(counter.operation(&operation.node)?);
    }
    // Validation walks those that no operation spreads too.
    for name in document.fragments.keys() {
        if !counter.known.contains_key(name.as_str()) {
            total = total.beside(counter.fragment(name)?);
        }
    }
    for (what, found, limit, reason) in [
        ("fields", total.fields, Limits::FIELDS, "TOO_MANY_FIELDS"),
        ("aliases", total.aliases, Limits::ALIASES, "TOO_MANY_ALIASES"),
        ("directives", total.directives, Limits::DIRECTIVES, "TOO_MANY_DIRECTIVES"),
        ("fields within each other", total.depth, Limits::DEPTH, "TOO_DEEP"),
        ("fields and fragments within each other", total.levels, Limits::LEVELS, "TOO_DEEP"),
        (
            "lists of introspection within each other",
            total.introspection,
            Limits::INTROSPECTION_LISTS,
            "TOO_DEEP",
        ),
    ] {
        if found > limit {
            return Err(too_large(reason, found, what, limit));
        }
    }
    unknown::check(document)
}

/// Refuses an operation whose pages are so large that its answer would be.
///
/// # Errors
/// `Invalid`.
pub(super) fn check_answer(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
) -> Result<()> {
    let sizes = Sizes { definitions: &operation.variable_definitions, variables };
    let Cost { values, .. } = Counter::new(document, sizes).operation(operation)?;
    if values <= Limits::VALUES {
        return Ok(());
    }
    let mut error = too_large("ANSWER_TOO_LARGE", values, "values", Limits::VALUES);
    error.message.push_str(": ask for smaller pages, or page through with cursors");
    Err(error)
}

/// The operation that a request names, or the only one.
///
/// # Errors
/// `Invalid` when there is no such operation, or several and no name.
pub(super) fn operation<'d>(
    document: &'d ExecutableDocument,
    name: Option<&str>,
) -> Result<&'d OperationDefinition> {
    let found = match (&document.operations, name) {
        (DocumentOperations::Single(one), None) => Some(one),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(many), Some(name)) => many.get(name),
        (DocumentOperations::Multiple(many), None) if many.len() == 1 => many.values().next(),
        (DocumentOperations::Multiple(_), None) => {
            let message = "the document has several operations: say which in operationName";
            return Err(Error::new(Kind::Invalid, "UNKNOWN_OPERATION", message));
        }
    };
    let unknown = || {
        let message = "operationName: the document has no operation of that name";
        Error::new(Kind::Invalid, "UNKNOWN_OPERATION", message)
    };
    found.map(|operation| &operation.node).ok_or_else(unknown)
}

fn too_large(reason: &'static str, found: u64, what: &str, limit: u64) -> Error {
    let found = if found == u64::MAX { "countless".to_owned() } else { found.to_string() };
    Error::new(Kind::Invalid, reason, format!("{found} {what}, where {limit} are the most"))
}

impl<'d> Counter<'d> {
    fn new(document: &'d ExecutableDocument, sizes: Sizes<'d>) -> Self {
        Self { fragments: &document.fragments, sizes, known: HashMap::new(), open: 0 }
    }

    fn operation(&mut self, operation: &'d OperationDefinition) -> Result<Cost> {
        let cost = self.set(&operation.selection_set.node)?;
        let variables = operation.variable_definitions.iter();
        let own = variables.map(|one| one.node.directives.len()).sum::<usize>();
        let own = (own + operation.directives.len()) as u64;
        Ok(Cost { directives: cost.directives.saturating_add(own), ..cost })
    }

    fn set(&mut self, set: &'d SelectionSet) -> Result<Cost> {
        // The stack would grow with the document. A field without fields has an empty selection.
        const OPEN_MAX: u64 = Limits::LEVELS + 1;
        if self.open == OPEN_MAX {
            return Err(too_large(
                "TOO_DEEP",
                OPEN_MAX,
                "fields and fragments within each other",
                Limits::LEVELS,
            ));
        }
        self.open += 1;
        let mut total = Cost::default();
        for selection in &set.items {
            let cost = match &selection.node {
                Selection::Field(field) => self.field(&field.node)?,
                Selection::InlineFragment(fragment) => {
                    let fragment = &fragment.node;
                    self.set(&fragment.selection_set.node)?.within(&fragment.directives)
                }
                Selection::FragmentSpread(spread) => {
                    let spread = &spread.node;
                    self.fragment(&spread.fragment_name.node)?.within(&spread.directives)
                }
            };
            total = total.beside(cost);
        }
        self.open -= 1;
        Ok(total)
    }

    fn field(&mut self, field: &'d Field) -> Result<Cost> {
        let inner = self.set(&field.selection_set.node)?.within(&field.directives);
        let name = field.name.node.as_str();
        let is_list = INTROSPECTION_LISTS.contains(&name);
        let entries = inner.entries.saturating_add(1);
        let mut cost = Cost {
            fields: inner.fields.saturating_add(1),
            aliases: inner.aliases.saturating_add(field.alias.is_some().into()),
            depth: inner.depth.saturating_add(1),
            values: inner
                .values
                .saturating_mul(self.sizes.of(field, inner.pages))
                .saturating_add(1),
            entries: if is_list { entries.saturating_mul(INTROSPECTION_LIST) } else { entries },
            lists: inner.lists.saturating_add(is_list.into()),
            pages: matches!(name, "edges" | "nodes" | "groups"),
            ..inner
        };
        if matches!(name, "__schema" | "__type") {
            cost.values = inner.entries;
            cost.introspection = inner.lists;
        }
        Ok(cost)
    }

    /// A fragment that does not exist costs nothing: validation names it.
    fn fragment(&mut self, name: &str) -> Result<Cost> {
        let Some((name, fragment)) = self.fragments.get_key_value(name) else {
            return Ok(Cost::default());
        };
        match self.known.get(name.as_str()) {
            Some(Known::Counted(cost)) => return Ok(*cost),
            Some(Known::Open) => {
                let message = format!("fragment {name:?} spreads itself", name = name.as_str());
                return Err(Error::new(Kind::Invalid, "FRAGMENT_CYCLE", message));
            }
            None => {}
        }
        self.known.insert(name, Known::Open);
        let cost = self.set(&fragment.node.selection_set.node)?;
        let own = fragment.node.directives.len() as u64;
        let cost = Cost { directives: cost.directives.saturating_add(own), ..cost };
        self.known.insert(name, Known::Counted(cost));
        Ok(cost)
    }
}

impl Sizes<'_> {
    /// How many records the field has at most.
    fn of(&self, field: &Field, pages: bool) -> u64 {
        if let Some(Value::List(ids)) = self.argument(field, "ids") {
            return ids.len() as u64;
        }
        let sizes = ["first", "last"].map(|name| self.argument(field, name));
        let given = sizes.iter().flatten().filter_map(|size| match size {
            Value::Number(size) => size.as_u64(),
            Value::Null
            | Value::String(_)
            | Value::Boolean(_)
            | Value::Binary(_)
            | Value::Enum(_)
            | Value::List(_)
            | Value::Object(_) => None,
        });
        let default = if pages { u64::from(PageSize::DEFAULT) } else { 1 };
        given.max().unwrap_or(default)
    }

    /// An argument with its variables filled in.
    fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        let value = field.get_argument(name)?.node.clone();
        value.into_const_with(|name| Ok::<_, ()>(self.variable(&name))).ok()
    }

    fn variable(&self, name: &Name) -> Value {
        let given = self.variables.get(name);
        let definition = self.definitions.iter().find(|one| one.node.name.node == *name);
        let default = || definition.and_then(|one| one.node.default_value());
        given.or_else(default).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
