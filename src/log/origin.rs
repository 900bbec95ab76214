//! A record's name for ever.

use std::fmt;
use std::str::FromStr;

use super::hash::{Link, origin_link};

/// The name of a record: 1 to 255 bytes of printable UTF-8 without white space or `+`, so that it can stand on a checkpoint's
/// first line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(String);

/// Why a text cannot name a record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OriginError {
    /// No characters at all.
    #[error("an origin has at least one character")]
    Empty,
    /// More than 255 bytes.
    #[error("an origin has at most 255 bytes, this one has {len}")]
    TooLong {
        /// The bytes it has.
        len: usize,
    },
    /// White space, a control character or `+`.
    #[error("an origin cannot contain U+{:04X}", *found as u32)]
    Character {
        /// The first such character.
        found: char,
    },
    /// An opening's body without a text member `origin`.
    #[error("the opening's body has no member `origin` that is a text")]
    Missing,
}

impl Origin {
    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands in the place of a previous link in the entry that opens the record.
    #[must_use]
    pub fn link(&self) -> Link {
        origin_link(&self.0)
    }

    /// The origin that an opening's body gives.
    pub fn of_opening(body: &[u8]) -> Result<Self, OriginError> {
        let value: serde_json::Value =
            serde_json::from_slice(body).map_err(|_| OriginError::Missing)?;
        value
            .get("origin")
            .and_then(|name| name.as_str())
            .ok_or(OriginError::Missing)?
            .parse()
    }
}

/// Characters that print nothing or reorder what surrounds them.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        match text.len() {
            0 => return Err(OriginError::Empty),
            len @ 256.. => return Err(OriginError::TooLong { len }),
            _ => {}
        }
        match text.chars().find(|&c| c == '+' || is_unprintable(c)) {
            Some(found) => Err(OriginError::Character { found }),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
