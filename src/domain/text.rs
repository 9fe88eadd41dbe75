//! Free text: its bounds, and how a search folds it.

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Whether a text may hold line breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// A label: no control characters at all.
    One,
    /// A narrative: line feeds and tabs are welcome.
    Many,
}

/// Checks a text against its length in characters and for control characters.
///
/// # Errors
/// Says what is wrong and what would be right.
pub fn bounded(text: &str, chars_max: usize, lines: Lines) -> Result<(), String> {
    // A character has at most four bytes, so most texts are measured without a walk.
    if text.len() > chars_max && text.chars().count() > chars_max {
        return Err(format!("{} characters: at most {chars_max}", text.chars().count()));
    }
    let bad = text.chars().find(|&c| match lines {
        Lines::One => c.is_control(),
        Lines::Many => c.is_control() && !matches!(c, '\n' | '\t' | '\r'),
    });
    match bad {
        Some(c) => Err(format!("control character U+{:04X}: not allowed here", u32::from(c))),
        None => Ok(()),
    }
}

/// Folds case and accents away: compatibility decomposition (NFKD), combining marks dropped, lower
/// case. Two texts that fold alike are equal to a search, on both backends.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_case_and_accents_alike() {
        assert_eq!(fold("Peñasco"), "penasco");
        assert_eq!(fold("SÃO PAULO"), "sao paulo");
        assert_eq!(fold("Ｋｏｋａｉｎ"), "kokain");
    }

    #[test]
    fn refuses_control_characters_and_long_texts() {
        assert!(bounded("a\0b", 10, Lines::One).is_err_and(|e| e.contains("U+0000")));
        assert!(bounded("a\nb", 10, Lines::One).is_err());
        assert!(bounded("a\nb", 10, Lines::Many).is_ok());
        assert!(bounded("ééé", 2, Lines::One).is_err_and(|e| e.contains("at most 2")));
        assert!(bounded("ééé", 3, Lines::One).is_ok());
    }
}
