//! What a text would cost to read, found by looking at each of its bytes once: before a parser that
//! recurses into a document, and one that keeps each value of a JSON text, are let at it.

use super::{Limits, too_large};
use crate::domain::errors::{Error, Kind, Result};

/// Refuses a document that is too long, has too many tokens, or nests too deep for its parser; and
/// one that has more aliases or directives than it may, wherever they stand: parsed, each takes a
/// hundred times its bytes. Where the parser cannot go on, it ends: the parser says what is wrong.
///
/// # Errors
/// `Invalid`.
pub(in crate::graphql) fn scan_document(text: &str) -> Result<()> {
    bounded("bytes of document", text.len(), Limits::DOCUMENT_BYTES)?;
    let (mut tokens, mut names, mut nesting) = (0, 0, Nesting::default());
    let (mut aliases, mut directives) = (0, 0);
    let mut rest = text.as_bytes();
    while let Some(first) = rest.first() {
        let bytes = match first {
            b' ' | b',' | b'\t' | b'\r' | b'\n' => 1,
            b'#' => run(rest, |byte| byte != b'\n' && byte != b'\r'),
            // A byte order mark is white space to the parser, as it is to the specification.
            0xef if rest.starts_with("\u{feff}".as_bytes()) => 3,
            _ => {
                tokens += 1;
                let Some(bytes) = token(rest, &mut nesting)? else { return Ok(()) };
                names += if is_of_name(*first) { bytes } else { 0 };
                // Outside of arguments and definitions of variables, what has a colon is an alias.
                aliases += u64::from(*first == b':' && nesting.parentheses == 0);
                directives += u64::from(*first == b'@');
                bytes
            }
        };
        bounded("bytes of names", names, Limits::NAMES_BYTES)?;
        bounded("tokens", tokens, Limits::TOKENS)?;
        bounded("brackets within each other", nesting.all, Limits::NESTING)?;
        if aliases > Limits::ALIASES {
            return Err(too_large("TOO_MANY_ALIASES", aliases, "or more aliases", Limits::ALIASES));
        }
        if directives > Limits::DIRECTIVES {
            let (found, limit) = (directives, Limits::DIRECTIVES);
            return Err(too_large("TOO_MANY_DIRECTIVES", found, "or more directives", limit));
        }
        rest = &rest[bytes..];
    }
    Ok(())
}

/// What is open where a text is looked at.
#[derive(Default)]
struct Nesting {
    all: usize,
    /// Parentheses alone.
    parentheses: usize,
}

/// Bytes of the token that begins here, if one does.
fn token(text: &[u8], nesting: &mut Nesting) -> Result<Option<usize>> {
    let bytes = match text[0] {
        open @ (b'{' | b'[' | b'(') => {
            nesting.all += 1;
            nesting.parentheses += usize::from(open == b'(');
            1
        }
        close @ (b'}' | b']' | b')') => {
            nesting.all = nesting.all.saturating_sub(1);
            let closed = usize::from(close == b')');
            nesting.parentheses = nesting.parentheses.saturating_sub(closed);
            1
        }
        b'"' => return string(text),
        first if is_of_name(first) => {
            let bytes = run(text, is_of_name);
            bounded("bytes of a name", bytes, Limits::NAME_BYTES)?;
            bytes
        }
        b'.' => run(text, |byte| byte == b'.'),
        b'!' | b'$' | b'&' | b':' | b'=' | b'@' | b'|' | b'-' | b'+' => 1,
        _ => return Ok(None),
    };
    Ok(Some(bytes))
}

fn is_of_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// Bytes of the string that begins here; none when it ends with its line.
fn string(text: &[u8]) -> Result<Option<usize>> {
    if text.starts_with(b"\"\"\"") {
        return block_string(text).map(Some);
    }
    let mut at = 1;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => return Ok(Some(at + 1)),
            b'\n' | b'\r' => return Ok(None),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    Ok(None)
}

/// One without an end is refused here. The parser would go back and take its quotes for those of
/// other strings, and so read the rest again for each of many.
fn block_string(text: &[u8]) -> Result<usize> {
    let mut at = 3;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(b"\\\"\"\"") {
            at += 4;
        } else if rest.starts_with(b"\"\"\"") {
            return Ok(at + 3);
        } else {
            at += 1;
        }
    }
    Err(Error::new(Kind::Invalid, "UNTERMINATED_STRING", "a block string has no end"))
}

/// Refuses a JSON text with too many values.
///
/// # Errors
/// `Invalid`.
pub(in crate::graphql) fn scan_json(text: &[u8]) -> Result<()> {
    let (mut values, mut is_string, mut is_escaped) = (1, false, false);
    for byte in text {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = is_string,
            b'"' => is_string = !is_string,
            b'[' | b'{' | b',' if !is_string => values += 1,
            _ => {}
        }
    }
    bounded("JSON values", values, Limits::JSON_VALUES)
}

fn bounded(what: &str, found: usize, limit: usize) -> Result<()> {
    if found <= limit {
        return Ok(());
    }
    let message = format!("more than {limit} {what}, which are the most");
    Err(Error::new(Kind::Invalid, "DOCUMENT_TOO_LARGE", message))
}

/// Bytes at the beginning of which all are such.
fn run(text: &[u8], is_such: impl Fn(u8) -> bool) -> usize {
    text.iter().position(|byte| !is_such(*byte)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reason(text: &str) -> Option<&'static str> {
        scan_document(text).err().map(|error| error.reason)
    }

    #[test]
    fn takes_what_an_analyst_writes() {
        let text = "\u{feff}query Q($n: [Int!]! = [1 -2.5e+3]) @a { a: b(c: \"x # \\\" {\") # {{{\n \
                    ...on C { \"\"\" { \\\"\"\" \"\"\" } ...D }";
        assert_eq!(reason(text), None);
        assert_eq!(reason(&"{a ".repeat(Limits::NESTING)), None);
        assert_eq!(reason(&"a ".repeat(Limits::TOKENS)), None);
    }

    #[test]
    fn refuses_what_would_cost_its_parser_too_much() {
        for text in [
            "{a ".repeat(Limits::NESTING + 1),
            "[".repeat(30_000),
            "a ".repeat(Limits::TOKENS + 1),
            "\"\"".repeat(20_000),
            "a".repeat(Limits::NAME_BYTES + 1),
            "abcdefgh ".repeat(Limits::NAMES_BYTES / 8 + 1),
            " ".repeat(Limits::DOCUMENT_BYTES + 1),
        ] {
            assert_eq!(reason(&text), Some("DOCUMENT_TOO_LARGE"), "{}", &text[..20]);
        }
    }

    #[test]
    fn counts_aliases_and_directives_as_they_stand() {
        let many = |piece: &str, times: u64| format!("{{{}}}", piece.repeat(times as usize));
        for (piece, most, wanted) in [
            ("b:a ", Limits::ALIASES, "TOO_MANY_ALIASES"),
            ("a @b(c: d) ", Limits::DIRECTIVES, "TOO_MANY_DIRECTIVES"),
        ] {
            assert_eq!(reason(&many(piece, most)), None);
            assert_eq!(reason(&many(piece, most + 1)), Some(wanted));
        }
        assert_eq!(reason(&many("a(b: {c: [{d: 1}]}, e: 2) ", Limits::ALIASES)), None);
    }

    #[test]
    fn no_string_hides_brackets_from_it() {
        let brackets = "[".repeat(30_000);
        for text in ["{a(b:[\"\"\"\\\"\"\"\"", "{a(b:[\"\"\" \\\"\"\"\"\""] {
            assert_eq!(reason(&format!("{text}{brackets}")), Some("UNTERMINATED_STRING"));
        }
        for text in ["{a(b:\"\\\\\"", "{a(b:\"\\\"\"", "#\" \r", "\"\"\"a\\\"\"\"\"\"\""] {
            assert_eq!(reason(&format!("{text}{brackets}")), Some("DOCUMENT_TOO_LARGE"), "{text}");
        }
    }

    #[test]
    fn counts_the_values_of_json_outside_its_strings() {
        assert!(scan_json("{\"a\": \"[,{\\\"[,\"}".repeat(1_000).as_bytes()).is_ok());
        assert!(scan_json("[[],".repeat(2_000).as_bytes()).is_err());
    }
}
