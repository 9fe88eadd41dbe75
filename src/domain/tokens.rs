//! API tokens: what their text is made of, and what is kept of them.
//!
//! `intd_` and 54 characters of `a-z2-7`: 8 by which the token is called, 40 that are secret (200
//! random bits) and 6 that check the rest. Scanners of secrets find it by `intd_[a-z2-7]{54}`, and a
//! token that was cut or misspelt is known to be none before anything is looked up.

use super::ids::PrincipalId;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// What every token begins with.
pub const TOKEN_PREFIX: &str = "intd_";
/// Random bytes that a token is made of; 5 of them call it, the others are secret.
pub const TOKEN_CHANCE_BYTES: usize = 30;
/// How many days a token is good for at most.
pub const TOKEN_DAYS_MAX: u32 = 366;
/// How many days a token is good for when nothing else is said.
pub const TOKEN_DAYS_DEFAULT: u32 = 90;

const ID_CHARS: usize = 8;
const BODY_CHARS: usize = TOKEN_CHANCE_BYTES * 8 / 5;
const CHECK_CHARS: usize = 6;
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// A token as its owner has it. It is shown once, by [`Token::reveal`]; `Debug` shows what it is
/// called.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Makes a token of chance.
    #[must_use]
    pub fn of_chance(chance: &[u8; TOKEN_CHANCE_BYTES]) -> Self {
        let body = format!("{TOKEN_PREFIX}{}", base32(chance, BODY_CHARS));
        let check = check_of(&body);
        Self(body + &check)
    }

    /// Reads a token; none when it cannot be one of ours.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix(TOKEN_PREFIX)?;
        let fits = rest.len() == BODY_CHARS + CHECK_CHARS
            && rest.bytes().all(|byte| ALPHABET.contains(&byte));
        let (body, check) = fits.then(|| text.split_at(text.len() - CHECK_CHARS))?;
        (check_of(body) == check).then(|| Self(text.to_owned()))
    }

    /// What the token is called, which is no secret.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0[TOKEN_PREFIX.len()..][..ID_CHARS]
    }

    /// Its last four characters, by which its owner knows it.
    #[must_use]
    pub fn last_four(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }

    /// What is kept of it: of 200 random bits a plain hash tells nothing.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The whole of it, for its owner alone.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{TOKEN_PREFIX}{}...", self.id())
    }
}

/// What is kept of a token, but for its hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRecord {
    /// What it is called.
    pub id: String,
    /// Whose it is.
    pub principal: PrincipalId,
    /// Its last four characters.
    pub last_four: String,
    /// When it was made, in microseconds since 1970-01-01T00:00:00Z.
    pub create_micros: i64,
    /// From when on it is no longer good.
    pub expire_micros: i64,
    /// When it was revoked, if it was.
    pub revoke_micros: Option<i64>,
}

impl TokenRecord {
    /// Whether it is good at a time.
    #[must_use]
    pub fn is_good(&self, now_micros: i64) -> bool {
        self.revoke_micros.is_none() && now_micros < self.expire_micros
    }
}

/// Reads what a token is called, from that or from a whole token.
#[must_use]
pub fn parse_token_id(text: &str) -> Option<String> {
    if let Some(token) = Token::parse(text) {
        return Some(token.id().to_owned());
    }
    let fits = text.len() == ID_CHARS && text.bytes().all(|byte| ALPHABET.contains(&byte));
    fits.then(|| text.to_owned())
}

fn check_of(body: &str) -> String {
    base32(&Sha256::digest(body.as_bytes()), CHECK_CHARS)
}

/// The first characters of bytes in base 32 (RFC 4648, in lower case).
fn base32(bytes: &[u8], chars: usize) -> String {
    let bit = |at: usize| bytes.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
    let digit =
        |char: usize| (0..5).fold(0, |digit, at| digit * 2 + usize::from(bit(char * 5 + at)));
    (0..chars).map(|char| char::from(ALPHABET[digit(char)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHANCE: [u8; TOKEN_CHANCE_BYTES] = *b"foobar, foobar, foobar, foobar";

    #[test]
    fn a_token_is_called_checked_and_hashed() {
        let token = Token::of_chance(&CHANCE);
        // RFC 4648, 10: BASE32("fooba") = "MZXW6YTB".
        assert_eq!(token.id(), "mzxw6ytb");
        assert_eq!(token.reveal().len(), TOKEN_PREFIX.len() + 54);
        assert_eq!(Token::parse(token.reveal()), Some(token.clone()));
        assert!(token.reveal().ends_with(token.last_four()));
        assert_eq!(parse_token_id(token.reveal()).as_deref(), Some("mzxw6ytb"));
        assert_eq!(parse_token_id("mzxw6ytb").as_deref(), Some("mzxw6ytb"));
    }

    #[test]
    fn debug_shows_what_it_is_called_and_no_more() {
        assert_eq!(format!("{:?}", Token::of_chance(&CHANCE)), "intd_mzxw6ytb...");
    }

    #[test]
    fn every_single_misspelling_is_no_token() {
        let text = Token::of_chance(&CHANCE).reveal().to_owned();
        for at in 0..text.len() {
            for wrong in ['a', 'b', '7', 'A', '0', 'é'] {
                let mut chars: Vec<char> = text.chars().collect();
                if chars[at] == wrong {
                    continue;
                }
                chars[at] = wrong;
                assert_eq!(Token::parse(&chars.into_iter().collect::<String>()), None);
            }
            assert_eq!(Token::parse(&text[..at]), None);
        }
        assert_eq!(Token::parse(&format!("{text}a")), None);
    }
}
