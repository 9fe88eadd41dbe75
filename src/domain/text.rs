//! Free text: its bounds, and how a search folds it.

use std::fmt::Write as _;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

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

/// Bytes in lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// The most bytes that a character folds to. A syllable of Hangul takes as many; a sort value and
/// the page token that holds it are bounded by it.
pub const FOLDED_CHAR_BYTES_MAX: usize = 9;

/// Folds case and accents away: compatibility decomposition (NFKD), combining marks dropped, lower
/// case. A character that stands for words, such as U+FDFA, stays as it is: it would take more than
/// [`FOLDED_CHAR_BYTES_MAX`]. Two texts that fold alike are equal to a search, on both backends.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        fold_char(c, &mut folded);
    }
    folded
}

// NFKD also orders combining marks, and none of them stays.
fn fold_char(c: char, folded: &mut String) {
    let start = folded.len();
    decompose_compatible(c, |part| {
        if !is_combining_mark(part) {
            folded.extend(part.to_lowercase());
        }
    });
    if folded.len() - start > FOLDED_CHAR_BYTES_MAX {
        folded.truncate(start);
        folded.extend(c.to_lowercase());
    }
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
    fn no_character_folds_to_more_than_its_bound() {
        let longest = (char::MIN..=char::MAX).map(|c| fold(&c.to_string()).len()).max();
        assert_eq!(longest, Some(FOLDED_CHAR_BYTES_MAX));
        assert_eq!(fold("\u{fdfa}"), "\u{fdfa}");
        assert_eq!(fold("한"), "\u{1112}\u{1161}\u{11ab}");
    }

    #[test]
    fn folds_character_by_character_as_the_whole_text() {
        use unicode_normalization::UnicodeNormalization as _;
        for text in ["a\u{301}\u{323}\u{327}", "ﬁ\u{5b0}Å", "각\u{1ab}", "\u{344}ΐ"] {
            let whole = text.nfkd().filter(|c| !is_combining_mark(*c));
            assert_eq!(fold(text), whole.flat_map(char::to_lowercase).collect::<String>());
        }
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
