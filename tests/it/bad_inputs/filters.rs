//! Makes rows of bad filters: an empty filter, and a table of what is done to it.

use super::{
    Row, at,
    calls::{Listing, Noun},
    invalid,
    records::{Bad, Field, NO_CODES},
    values::{DATES, long},
};
use interdiction::proto;

/// Bad filters of one noun. Paths are those within the filter.
pub struct Filters<N: Noun> {
    pub bad: &'static [Bad<N::Filter>],
    /// Lists of codes by the path of their first element.
    pub codes: &'static [Field<N::Filter, i32>],
    pub texts: &'static [Field<N::Filter, String>],
    pub dates: &'static [Field<N::Filter, String>],
}

impl<N: Noun> Filters<N> {
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut push = |what: &str, edit: &dyn Fn(&mut N::Filter), fields: &[&str]| {
            let mut filter = N::Filter::default();
            edit(&mut filter);
            let fields: Vec<String> = fields.iter().map(|field| at("filter", field)).collect();
            let listing = Listing { filter, ..Listing::default() };
            rows.push(invalid(format!("by {what}"), N::list(listing), fields));
        };
        for (what, edit, fields) in self.bad {
            push(what, edit, fields);
        }
        for (path, set) in self.codes {
            // Zero is no value either, in a list of those that pass.
            for code in NO_CODES.into_iter().chain([0]) {
                push(&format!("{code} for {path}"), &|filter| set(filter, code), &[path]);
            }
        }
        for (path, set) in self.texts {
            for (what, text) in [
                ("501 characters", long("a", 501)),
                ("a megabyte", "a".repeat(1 << 20)),
                ("NUL", "a\0".to_owned()),
                ("a line break", "a\nb".to_owned()),
            ] {
                push(&format!("{what} in {path}"), &|filter| set(filter, text.clone()), &[path]);
            }
        }
        for (path, set) in self.dates {
            for (what, text) in DATES.iter().filter(|(_, text)| !text.is_empty()) {
                push(
                    &format!("{what} in {path}"),
                    &|filter| set(filter, text.to_string()),
                    &[path],
                );
            }
        }
        rows
    }
}

pub fn equals(text: String) -> Option<proto::TextFilter> {
    Some(proto::TextFilter { equals: Some(text), ..proto::TextFilter::default() })
}

pub fn prefix(text: String) -> Option<proto::TextFilter> {
    Some(proto::TextFilter { prefix: Some(text), ..proto::TextFilter::default() })
}

pub fn contains(text: String) -> Option<proto::TextFilter> {
    Some(proto::TextFilter { contains: Some(text), ..proto::TextFilter::default() })
}

/// A code filter of one code.
pub fn any_of(code: String) -> Option<proto::CodeFilter> {
    Some(proto::CodeFilter { any_of: vec![code], ..proto::CodeFilter::default() })
}

/// A filter of agencies by one kind.
pub fn agencies_of_kind(kind: i32) -> Box<proto::AgencyFilter> {
    Box::new(proto::AgencyFilter { kind_any_of: vec![kind], ..proto::AgencyFilter::default() })
}

/// A filter that is set.
pub fn set<P: Default>(edit: impl FnOnce(&mut P)) -> Option<Box<P>> {
    let mut filter = Box::<P>::default();
    edit(&mut filter);
    Some(filter)
}

/// A name filter of one name.
pub fn named(name: &str) -> proto::NameFilter {
    proto::NameFilter { any_of: vec![name.to_owned()], none_of: Vec::new() }
}
