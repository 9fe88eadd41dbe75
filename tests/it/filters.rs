//! Every field of every filter: each row of a table is a case that passes some records of a
//! fixture and leaves the rest to its inverse.

mod agencies;
mod combined;
mod guarded;
mod operations;
mod parts;
mod places;
mod seizures;
mod sensors;

use interdiction::domain::{
    dates::When,
    filters::{
        AgencyField, CodeFilter, Filter, MetaField, NameFilter, NumberFilter, PlaceFilter,
        Quantified, QuantityFilter, TextFilter, TimeFilter, WhenFilter, WhenMode,
    },
    ids::{AgencyId, ResourceId},
    text::fold,
};

pub fn is<F>(field: F) -> Filter<F> {
    Filter::Is(field)
}

pub fn not<F>(filter: Filter<F>) -> Filter<F> {
    Filter::Not(Box::new(filter))
}

pub fn names<I: ResourceId>(any_of: &[&str]) -> NameFilter<I> {
    NameFilter { any_of: Some(parsed(any_of)), none_of: Vec::new() }
}

pub fn no_names<I: ResourceId>(none_of: &[&str]) -> NameFilter<I> {
    NameFilter { any_of: None, none_of: parsed(none_of) }
}

fn parsed<I: ResourceId>(ids: &[&str]) -> Vec<I> {
    ids.iter().map(|id| I::parse_id(id).unwrap()).collect()
}

const NO_TEXT: TextFilter = TextFilter { equals: None, prefix: None, contains: None };

/// Texts come to the domain folded.
pub fn equals(text: &str) -> TextFilter {
    TextFilter { equals: Some(fold(text)), ..NO_TEXT }
}

pub fn prefix(text: &str) -> TextFilter {
    TextFilter { prefix: Some(fold(text)), ..NO_TEXT }
}

pub fn contains(text: &str) -> TextFilter {
    TextFilter { contains: Some(fold(text)), ..NO_TEXT }
}

const NO_CODE: CodeFilter = CodeFilter { any_of: None, none_of: None, known: None };

fn texts(texts: &[&str]) -> Option<Vec<String>> {
    Some(texts.iter().map(ToString::to_string).collect())
}

pub fn one_of(codes: &[&str]) -> CodeFilter {
    CodeFilter { any_of: texts(codes), ..NO_CODE }
}

pub fn none_of(codes: &[&str]) -> CodeFilter {
    CodeFilter { none_of: texts(codes), ..NO_CODE }
}

pub fn known(known: bool) -> CodeFilter {
    CodeFilter { known: Some(known), ..NO_CODE }
}

pub fn number() -> NumberFilter {
    NumberFilter { at_least: None, at_most: None, known: None }
}

pub fn at_least(number: i64) -> NumberFilter {
    NumberFilter { at_least: Some(number), ..self::number() }
}

pub fn at_most(number: i64) -> NumberFilter {
    NumberFilter { at_most: Some(number), ..self::number() }
}

pub fn counted(known: bool) -> NumberFilter {
    NumberFilter { known: Some(known), ..number() }
}

pub fn some<F>(filter: Filter<F>) -> Quantified<F> {
    Quantified { some: Some(Box::new(filter)), none: None, every: None }
}

pub fn none<F>(filter: Filter<F>) -> Quantified<F> {
    Quantified { some: None, none: Some(Box::new(filter)), every: None }
}

pub fn every<F>(filter: Filter<F>) -> Quantified<F> {
    Quantified { some: None, none: None, every: Some(Box::new(filter)) }
}

pub fn any<F>() -> Filter<F> {
    Filter::default()
}

/// The span of a date: from its first instant to its last.
pub fn during(date: &str, mode: WhenMode) -> WhenFilter {
    let span = When::parse(date).unwrap();
    WhenFilter {
        from_micros: Some(span.earliest_micros()),
        until_micros: Some(span.latest_micros()),
        mode,
        known: None,
    }
}

pub fn dated(known: bool) -> WhenFilter {
    let mode = WhenMode::Overlaps;
    WhenFilter { from_micros: None, until_micros: None, mode, known: Some(known) }
}

pub fn anywhere() -> PlaceFilter {
    PlaceFilter {
        kinds: Vec::new(),
        region_code: None,
        subdivision_code: None,
        administrative_scheme: None,
        administrative_code: None,
        unlocode: None,
        text: None,
        within_box: None,
        within_circle: None,
        has_point: None,
    }
}

pub fn any_quantity() -> QuantityFilter {
    QuantityFilter {
        at_least: None,
        at_most: None,
        dimensions: Vec::new(),
        units: Vec::new(),
        bounds: Vec::new(),
        bases: Vec::new(),
        methods: Vec::new(),
        known: None,
    }
}

pub fn agency(id: &str) -> Filter<AgencyField> {
    is(AgencyField::Name(names(&[id])))
}

/// The conditions on what every record has, over three records of which `second` is by another
/// agency, recorded second, and `first` changed last.
pub fn meta_fields(records: [&interdiction::domain::records::Meta; 3]) -> MetaCases {
    let [first, second, third] = records;
    let span = |from_micros, until_micros| TimeFilter { from_micros, until_micros };
    let originator = |names: NameFilter<AgencyId>| MetaField::Originator(names);
    let other = second.originator.as_ref().unwrap().as_str();
    vec![
        ("by originator", originator(names(&[other])), vec![1]),
        ("by no such originator", originator(no_names(&[other])), vec![0, 2]),
        (
            "recorded from an instant on",
            MetaField::CreateTime(span(Some(second.create_micros), None)),
            vec![1, 2],
        ),
        (
            "recorded before an instant",
            MetaField::CreateTime(span(None, Some(second.create_micros))),
            vec![0],
        ),
        (
            "recorded within a span",
            MetaField::CreateTime(span(Some(second.create_micros), Some(third.create_micros))),
            vec![1],
        ),
        (
            "changed from an instant on",
            MetaField::UpdateTime(span(Some(first.update_micros), None)),
            vec![0],
        ),
        (
            "changed before an instant",
            MetaField::UpdateTime(span(None, Some(third.update_micros))),
            vec![1],
        ),
    ]
}

/// A name, a condition and the places of the records that pass.
pub type MetaCases = Vec<(&'static str, MetaField, Vec<usize>)>;
