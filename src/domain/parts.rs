//! Checks that several records share.

use super::{
    check::{Path, Violations},
    codes::Code,
    dates::When,
    ids::ResourceId,
    text::{Lines, bounded},
};

/// Longest display name, in characters.
pub const DISPLAY_NAME_CHARS_MAX: usize = 200;
/// Longest label of an asset, in characters.
pub const ASSET_LABEL_CHARS_MAX: usize = 200;
/// Largest count of assets.
pub const ASSET_COUNT_MAX: i32 = 10_000;

impl Violations {
    /// Reads a number of an enumeration; 0 is none.
    pub fn code<C: Code>(&mut self, path: &Path<'_>, code: i32) -> Option<C> {
        if code == 0 {
            return None;
        }
        let value = C::from_code(code);
        if value.is_none() {
            self.add(path, format_args!("{code} is not a value: want {}", names::<C>()));
        }
        value
    }

    /// Reads a number of an enumeration; 0 is the default.
    pub fn code_or<C: Code>(&mut self, path: &Path<'_>, code: i32, default: C) -> C {
        self.code(path, code).unwrap_or(default)
    }

    /// Reads a number of an enumeration; 0 is refused.
    pub fn code_required<C: Code>(&mut self, path: &Path<'_>, code: i32) -> Option<C> {
        if code == 0 {
            self.add(path, format_args!("required: want {}", names::<C>()));
        }
        self.code(path, code)
    }

    /// Reads a list of numbers of an enumeration; 0 is refused.
    pub fn codes<C: Code>(&mut self, path: &Path<'_>, codes: &[i32]) -> Vec<C> {
        let each = codes.iter().enumerate();
        each.filter_map(|(i, code)| self.code_required(&path.index(i), *code)).collect()
    }

    /// Reads a resource name; empty is none.
    pub fn name<I: ResourceId>(&mut self, path: &Path<'_>, name: &str) -> Option<I> {
        if name.is_empty() { None } else { self.keep(path, I::parse_name(name)) }
    }

    /// Reads a resource name; empty is refused.
    pub fn name_required<I: ResourceId>(&mut self, path: &Path<'_>, name: &str) -> Option<I> {
        if name.is_empty() {
            self.add(path, format_args!("required: want {}/{{id}}", I::COLLECTION));
        }
        self.name(path, name)
    }

    /// Checks a text of one line; empty is well.
    pub fn label(&mut self, path: &Path<'_>, text: &str, chars_max: usize) {
        self.keep(path, bounded(text, chars_max, Lines::One));
    }

    /// Checks a text of one line; empty or blank is refused.
    pub fn label_required(&mut self, path: &Path<'_>, text: &str, chars_max: usize) {
        if text.trim().is_empty() {
            self.add(path, "required");
        }
        self.label(path, text, chars_max);
    }

    /// Checks a text of many lines.
    pub fn prose(&mut self, path: &Path<'_>, text: &str, chars_max: usize) {
        self.keep(path, bounded(text, chars_max, Lines::Many));
    }

    /// Checks a count against its bounds.
    pub fn within(&mut self, path: &Path<'_>, count: Option<i32>, min: i32, max: i32) {
        if let Some(count) = count
            && !(min..=max).contains(&count)
        {
            self.add(path, format_args!("{count}: want {min} to {max}"));
        }
    }
}

fn names<C: Code>() -> String {
    const SHOWN_MAX: usize = 20;
    let names: Vec<&str> = C::ALL.iter().take(SHOWN_MAX).map(|value| value.name()).collect();
    let more = if C::ALL.len() > SHOWN_MAX { " ..." } else { "" };
    format!("one of {}{more}", names.join(", "))
}

/// Reads a date that may be left out. The path is that of the message; the text is its `edtf`.
pub fn check_when(
    text: Option<&str>,
    path: &Path<'_>,
    violations: &mut Violations,
) -> Option<When> {
    text.and_then(|text| violations.keep(&path.field("edtf"), When::parse(text)))
}
