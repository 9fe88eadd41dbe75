//! How deep a document nests, told before it is parsed.
//!
//! The parser takes stack for each level of a value, without a bound: measured on async-graphql
//! 7.2.1, a document of eight kilobytes takes all of a thread's, which ends the process.

use crate::domain::errors::{Error, Result};

/// How deep braces, brackets and parentheses of a document nest at most. A filter at its limit takes
/// 40, and each level of a selection three.
pub const NESTING_MAX: usize = 100;

/// Refuses a document that nests too deep. Its texts and comments do not count.
///
/// # Errors
/// `Invalid` naming `query`.
pub fn check(document: &str) -> Result<()> {
    let mut level = 0_usize;
    let mut blocks_end = true;
    let mut rest = document.as_bytes();
    while let [first, after @ ..] = rest {
        rest = match first {
            b'"' => after_text(rest, &mut blocks_end),
            b'#' => after_line(after),
            b'{' | b'[' | b'(' => {
                level += 1;
                after
            }
            b'}' | b']' | b')' => {
                level = level.saturating_sub(1);
                after
            }
            _ => after,
        };
        if level > NESTING_MAX {
            let message = format!("nested deeper than {NESTING_MAX} levels");
            return Err(Error::invalid_field("query", message));
        }
    }
    Ok(())
}

fn after_line(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    &text[end.unwrap_or(text.len())..]
}

/// What follows a text, which begins here. A block that does not end is no block but an empty text,
/// as the parser reads it; then no later one ends either, and none is looked through again.
fn after_text<'t>(text: &'t [u8], blocks_end: &mut bool) -> &'t [u8] {
    match text {
        [b'"', b'"', b'"', block @ ..] if *blocks_end => after_block(block).unwrap_or_else(|| {
            *blocks_end = false;
            &text[2..]
        }),
        [_, line @ ..] => after_quote(line),
        [] => text,
    }
}

fn after_block(mut block: &[u8]) -> Option<&[u8]> {
    loop {
        block = match block {
            [] => return None,
            [b'\\', b'"', b'"', b'"', after @ ..] => after,
            [b'"', b'"', b'"', after @ ..] => return Some(after),
            [_, after @ ..] => after,
        };
    }
}

fn after_quote(mut line: &[u8]) -> &[u8] {
    loop {
        line = match line {
            [b'\\', _, after @ ..] => after,
            [b'"', after @ ..] => return after,
            // Where a text breaks off the document is not parsed any further.
            [] | [b'\n' | b'\r', ..] => return line,
            [_, after @ ..] => after,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    fn nested(before: &str, levels: usize) -> String {
        let (open, close) = ("[".repeat(levels), "]".repeat(levels));
        format!("{{ a(b: [{before} {open}{close}]) }}")
    }

    #[test]
    fn a_document_nests_to_its_limit_and_no_deeper() {
        // Beside the lists: braces, parentheses, and the list that holds them.
        assert_eq!(check(&nested("", NESTING_MAX - 3)), Ok(()));
        let refused = check(&nested("", NESTING_MAX - 2)).unwrap_err();
        assert_eq!(refused.message, "query: nested deeper than 100 levels");
        assert_eq!(check(&"{ a } ".repeat(1_000)), Ok(()));
    }

    #[test]
    fn texts_and_comments_do_not_count() {
        let deep = "[".repeat(1_000);
        for text in [
            format!("\"{deep}\""),
            format!("\"\\\"{deep}\""),
            format!("\"\"\"{deep}\"\"\""),
            format!("\"\"\"\\\"\"\"{deep}\n\"{deep}\"\"\""),
            format!("# {deep}\n"),
        ] {
            let document = format!("{{ a(b: [{text}]) }}");
            assert_eq!(check(&document), Ok(()), "{text}");
            assert!(parse_query(&document).is_ok(), "{text}");
        }
    }

    #[test]
    fn nothing_hides_the_nesting_from_the_check_that_does_not_hide_it_from_the_parser() {
        for before in [
            "\"\"",
            "\"\\\\\"",
            "\"\"\" \"\"\"",
            "\"\"\"\\\"\"\"\"\"\"",
            "\"#\"",
            "#\n",
            // A block that does not end.
            "\"\"\" \"",
            "\"\" \"\"\"a\"",
        ] {
            let document = nested(before, NESTING_MAX);
            assert!(parse_query(&document).is_ok(), "{before}");
            assert!(check(&document).is_err(), "{before}");
        }
    }

    #[test]
    fn a_document_is_walked_once() {
        let unended = "\\\"\"\"x\"".repeat(400_000);
        let began = std::time::Instant::now();
        assert_eq!(check(&unended), Ok(()));
        assert!(began.elapsed() < std::time::Duration::from_secs(5));
    }

    #[test]
    fn every_way_to_begin_a_text_is_read_as_the_parser_reads_it() {
        const PIECES: [&str; 5] = ["\"", "\\", " ", "#", "\n"];
        for number in 0..5_usize.pow(6) {
            let digits = (0..6).map(|place| number / 5_usize.pow(place) % 5);
            let before: String = digits.map(|digit| PIECES[digit]).collect();
            let document = nested(&before, NESTING_MAX);
            let parsed = parse_query(&document).is_ok();
            assert!(!parsed || check(&document).is_err(), "{before:?}");
        }
    }
}
