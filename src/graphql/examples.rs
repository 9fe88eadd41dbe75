//! Worked questions, on which the IDE opens: one file each in `examples/`, in the order of the
//! numbers in their names.

use serde_json::{Value, json};

/// Each by the name of its file, with its document.
pub const ALL: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// What a file's name says: `01-by-drug-and-month.graphql` is "By drug and month".
fn title(name: &str) -> String {
    let words = name.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
    let words = words.trim_end_matches(".graphql").replace('-', " ");
    let (first, rest) = words.split_at(words.len().min(1));
    format!("{}{rest}", first.to_uppercase())
}

/// The examples as the pages of the IDE read them.
#[must_use]
pub(super) fn json() -> String {
    let each = ALL.iter().map(|(name, text)| json!({ "title": title(name), "query": text }));
    Value::Array(each.collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_number_and_a_title_of_its_own() {
        let titles: std::collections::BTreeSet<_> =
            ALL.iter().map(|(name, _)| title(name)).collect();
        assert_eq!(titles.len(), ALL.len());
        for (at, (name, _)) in ALL.iter().enumerate() {
            assert!(name.starts_with(&format!("{:02}-", at + 1)), "{name}");
        }
        assert_eq!(title("02-by-drug-and-month.graphql"), "By drug and month");
    }
}
