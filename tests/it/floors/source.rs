//! Reads the paths that a source file names: enough of Rust for `use` trees and paths in code, with
//! comments, strings and lifetimes out of the way.

use std::path::Path;

/// A module at the root of the crate, or the first part of another path.
#[derive(Debug, PartialEq)]
pub struct Named {
    pub line: usize,
    pub crate_root: bool,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Colons,
    Other(char),
}

/// Every name that a file uses from the root of its crate or from another crate.
pub fn named(path: &Path, text: &str) -> Vec<Named> {
    let mut reader = Reader { tokens: tokens(text), at: 0, found: Vec::new() };
    reader.file(&module_path(path));
    reader.found
}

/// `store/guard.rs` is the module `store::guard`, `store/mod.rs` is `store`.
fn module_path(path: &Path) -> Vec<String> {
    let parts = path.components().map(|part| part.as_os_str().to_str().unwrap());
    let mut parts: Vec<String> =
        parts.map(|part| part.trim_end_matches(".rs").to_owned()).collect();
    if parts.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        parts.pop();
    }
    parts
}

struct Reader {
    tokens: Vec<(usize, Token)>,
    at: usize,
    found: Vec<Named>,
}

impl Reader {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead).map(|(_, token)| token)
    }

    fn word(&self, ahead: usize) -> Option<&str> {
        match self.peek(ahead) {
            Some(Token::Word(word)) => Some(word),
            _ => None,
        }
    }

    fn is(&self, ahead: usize, c: char) -> bool {
        self.peek(ahead) == Some(&Token::Other(c))
    }

    fn note(&mut self, crate_root: bool, name: &str) {
        let line = self.tokens[self.at.min(self.tokens.len() - 1)].0;
        self.found.push(Named { line, crate_root, name: name.to_owned() });
    }

    fn file(&mut self, module: &[String]) {
        let mut modules: Vec<(String, usize)> =
            module.iter().map(|name| (name.clone(), 0)).collect();
        let mut depth = 0;
        while self.at < self.tokens.len() {
            if self.word(0) == Some("mod") && self.word(1).is_some() && self.is(2, '{') {
                depth += 1;
                modules.push((self.word(1).unwrap_or_default().to_owned(), depth));
                self.at += 3;
            } else if self.word(0) == Some("use") {
                self.at += 1;
                self.tree(modules.len());
            } else if self.is(0, '{') {
                depth += 1;
                self.at += 1;
            } else if self.is(0, '}') {
                if modules.last().is_some_and(|(_, opened)| *opened == depth && depth > 0) {
                    modules.pop();
                }
                depth -= 1;
                self.at += 1;
            } else {
                self.path(modules.len());
            }
        }
    }

    /// A `use` tree: one path, or several in braces.
    fn tree(&mut self, depth: usize) {
        if !self.is(0, '{') {
            self.path(depth);
            return;
        }
        let mut open = 0;
        loop {
            if self.is(0, '{') {
                open += 1;
            } else if self.is(0, '}') {
                open -= 1;
            } else if open == 1 && (self.is(0, ',') || self.peek(0).is_none()) {
                // The next path begins here.
            } else if open == 1 {
                self.path(depth);
                // What follows `as` or a nested tree is skipped by the braces below.
                self.skip_to_comma();
                continue;
            }
            self.at += 1;
            if open == 0 || self.at >= self.tokens.len() {
                return;
            }
        }
    }

    /// Skips the rest of one path of a tree.
    fn skip_to_comma(&mut self) {
        let mut open = 0;
        while self.at < self.tokens.len() {
            match self.peek(0) {
                Some(Token::Other('{')) => open += 1,
                Some(Token::Other('}')) if open == 0 => return,
                Some(Token::Other('}')) => open -= 1,
                Some(Token::Other(',')) if open == 0 => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    /// One path, from its first word; anything else is stepped over.
    fn path(&mut self, depth: usize) {
        if self.peek(0) == Some(&Token::Colons) {
            self.at += 1;
        }
        let Some(first) = self.word(0).map(ToOwned::to_owned) else {
            self.at += 1;
            return;
        };
        let mut up = 0;
        while self.word(0) == Some("super") && self.peek(1) == Some(&Token::Colons) {
            up += 1;
            self.at += 2;
        }
        let at_root = up > 0 && up >= depth;
        if first == "crate" && self.peek(1) == Some(&Token::Colons) {
            self.at += 2;
            self.root();
        } else if at_root {
            self.root();
        } else {
            let used = self.at > 0 && self.follows_use();
            if up == 0 && (self.peek(1) == Some(&Token::Colons) || used) {
                self.note(false, &first);
            }
            self.rest();
        }
    }

    /// Whether a path of one word is a path at all: in a `use`, but not as a name of something.
    fn follows_use(&self) -> bool {
        match &self.tokens[self.at - 1].1 {
            Token::Word(word) => word == "use",
            Token::Other('{' | ',') => self.word(1) == Some("as"),
            Token::Colons | Token::Other(_) => false,
        }
    }

    /// What follows the root of the crate: a module, or several in braces.
    fn root(&mut self) {
        if let Some(name) = self.word(0).map(ToOwned::to_owned) {
            self.note(true, &name);
            self.rest();
            return;
        }
        let mut open = 0;
        while self.at < self.tokens.len() {
            match self.peek(0).cloned() {
                Some(Token::Other('{')) => open += 1,
                Some(Token::Other('}')) => open -= 1,
                Some(Token::Word(name)) if open == 1 => {
                    self.note(true, &name);
                    self.skip_to_comma();
                    continue;
                }
                _ => {}
            }
            self.at += 1;
            if open == 0 {
                return;
            }
        }
    }

    /// Steps over the rest of a path, so that its later words are not taken for first ones.
    fn rest(&mut self) {
        while self.word(0).is_some() {
            self.at += 1;
            if self.peek(0) != Some(&Token::Colons) {
                return;
            }
            self.at += 1;
        }
        if self.is(0, '{') {
            self.at += 1;
            self.skip_to_close();
        }
    }

    fn skip_to_close(&mut self) {
        let mut open = 1;
        while open > 0 && self.at < self.tokens.len() {
            match self.peek(0) {
                Some(Token::Other('{')) => open += 1,
                Some(Token::Other('}')) => open -= 1,
                _ => {}
            }
            self.at += 1;
        }
    }
}

fn tokens(text: &str) -> Vec<(usize, Token)> {
    let bytes: Vec<char> = text.chars().collect();
    let (mut tokens, mut at, mut line) = (Vec::new(), 0, 1);
    while at < bytes.len() {
        let start = at;
        let c = bytes[at];
        let next = bytes.get(at + 1).copied();
        if c == '/' && next == Some('/') {
            at = find(&bytes, at, |rest| rest[0] == '\n');
        } else if c == '/' && next == Some('*') {
            at = find(&bytes, at + 2, |rest| rest.starts_with(&['*', '/'])) + 2;
        } else if c == '"' {
            at = end_of_string(&bytes, at);
        } else if let Some(end) = end_of_raw_string(&bytes, at) {
            at = end;
        } else if c == '\'' {
            at = end_of_quote(&bytes, at);
        } else if c.is_alphanumeric() || c == '_' {
            at = find(&bytes, at, |rest| !rest[0].is_alphanumeric() && rest[0] != '_');
            tokens.push((line, Token::Word(bytes[start..at].iter().collect())));
        } else if c == ':' && next == Some(':') {
            at += 2;
            tokens.push((line, Token::Colons));
        } else {
            at += 1;
            if !c.is_whitespace() {
                tokens.push((line, Token::Other(c)));
            }
        }
        line += bytes[start..at.min(bytes.len())].iter().filter(|c| **c == '\n').count();
    }
    tokens
}

fn find(text: &[char], from: usize, ends: impl Fn(&[char]) -> bool) -> usize {
    (from..text.len()).find(|at| ends(&text[*at..])).unwrap_or(text.len())
}

fn end_of_string(text: &[char], from: usize) -> usize {
    let mut at = from + 1;
    while at < text.len() && text[at] != '"' {
        at += if text[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// `r"..."`, `r#"..."#` and their like.
fn end_of_raw_string(text: &[char], from: usize) -> Option<usize> {
    if text[from] != 'r' || from > 0 && text[from - 1].is_alphanumeric() {
        return None;
    }
    let hashes = text[from + 1..].iter().take_while(|c| **c == '#').count();
    if text.get(from + 1 + hashes) != Some(&'"') {
        return None;
    }
    let mut close = vec!['"'];
    close.extend(std::iter::repeat_n('#', hashes));
    Some(find(text, from + 2 + hashes, |rest| rest.starts_with(&close)) + close.len())
}

/// A character in quotes, or the tick of a lifetime.
fn end_of_quote(text: &[char], from: usize) -> usize {
    match text.get(from + 1) {
        Some('\\') => find(text, from + 3, |rest| rest[0] == '\'') + 1,
        Some(_) if text.get(from + 2) == Some(&'\'') => from + 3,
        _ => from + 1,
    }
}
