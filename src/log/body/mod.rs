//! Bodies: canonical JSON, the bytes that are hashed, stored and exported.
//!
//! [`Body::canonicalize`] is the slow, explaining way in for what people write; [`check_canonical`] is the fast way through for
//! what was written before. A test holds the two to the same language.

mod read;
mod scan;
mod text;

use std::fmt;

use super::header::MAX_BODY_LEN;

pub use scan::check_canonical;

/// The deepest nesting of objects and arrays in a body.
pub const MAX_DEPTH: usize = 64;

/// The largest magnitude of an integer in a body, 2^53 - 1.
pub const MAX_INTEGER: u64 = (1 << 53) - 1;

/// A JSON object in canonical form.
#[derive(Clone, PartialEq, Eq)]
pub struct Body(Box<str>);

impl Body {
    /// Brings a JSON object into canonical form, or says where and why it has none.
    pub fn canonicalize(json: &[u8]) -> Result<Self, BodyError> {
        // What comes from a program is canonical already, more often than not, and that is quickly seen.
        if let Ok(text) = check_canonical(json) {
            return Ok(Self(text.into()));
        }
        let text = read::canonicalize(json)?;
        match text.len() {
            len if len > MAX_BODY_LEN as usize => Err(Problem::TooLong { len }.at(json, 0)),
            _ => Ok(Self(text.into_boxed_str())),
        }
    }

    /// Takes bytes that must already be in canonical form.
    pub fn from_canonical(bytes: &[u8]) -> Result<Self, BodyError> {
        Ok(Self(check_canonical(bytes)?.into()))
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How many bytes it has; never more than [`MAX_BODY_LEN`].
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "no body is empty: it is at least `{}`"
    )]
    pub fn len(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Body").field(&self.as_str()).finish()
    }
}

/// What is wrong with a body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// Not UTF-8.
    #[error("not UTF-8")]
    Utf8,
    /// A byte order mark.
    #[error("a byte order mark")]
    ByteOrderMark,
    /// Over [`MAX_BODY_LEN`].
    #[error("a body of {len} bytes, the most is {MAX_BODY_LEN}")]
    TooLong {
        /// How long it is.
        len: usize,
    },
    /// The outermost value is no object.
    #[error("a body is a JSON object")]
    NotAnObject,
    /// Something else should stand here.
    #[error("expected {expected}")]
    Expected {
        /// What should.
        expected: &'static str,
    },
    /// Something after the object.
    #[error("unexpected data after the object")]
    Trailing,
    /// The same key twice in one object.
    #[error("duplicate key `{key}`")]
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// A key with a character outside ASCII.
    #[error("a key with a character outside ASCII")]
    KeyNotAscii,
    /// A number with a fraction or an exponent.
    #[error("a number with a fraction or an exponent")]
    Float,
    /// `-0`, which has no canonical form.
    #[error("a negative zero")]
    NegativeZero,
    /// Beyond ±(2^53 - 1).
    #[error("an integer beyond ±{MAX_INTEGER}")]
    IntegerTooBig,
    /// Deeper than [`MAX_DEPTH`].
    #[error("nested deeper than {MAX_DEPTH}")]
    TooDeep,
    /// Half of a surrogate pair.
    #[error("a lone surrogate")]
    LoneSurrogate,
    /// A control character that is not escaped.
    #[error("a control character that is not escaped")]
    ControlCharacter,
    /// An escape that JSON does not have.
    #[error("an unknown escape")]
    Escape,
    /// Valid, but another spelling than the canonical one.
    #[error("not the canonical escape")]
    EscapeNotCanonical,
    /// Keys not in rising order.
    #[error("keys out of order")]
    KeyOrder,
}

/// What is wrong with a body, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("line {line}, column {column}: {problem}")]
pub struct BodyError {
    /// What is wrong.
    pub problem: Problem,
    /// Bytes before the place.
    pub offset: usize,
    /// Its line, from 1.
    pub line: usize,
    /// Its column in characters, from 1.
    pub column: usize,
}

impl Problem {
    fn at(self, json: &[u8], offset: usize) -> BodyError {
        let before = &json[..offset.min(json.len())];
        let start = before
            .iter()
            .rposition(|&b| b == b'\n')
            .map_or(0, |at| at + 1);
        let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
        // Every byte but a continuation byte begins a character.
        let column = 1 + before[start..]
            .iter()
            .filter(|&&b| b & 0xc0 != 0x80)
            .count();
        BodyError {
            problem: self,
            offset,
            line,
            column,
        }
    }
}

/// The text of `json`, or where it stops being one; also refuses a byte order mark and bodies over the limit.
fn check_text(json: &[u8], most: usize) -> Result<&str, BodyError> {
    if json.len() > most {
        return Err(Problem::TooLong { len: json.len() }.at(json, 0));
    }
    if json.starts_with(b"\xef\xbb\xbf") {
        return Err(Problem::ByteOrderMark.at(json, 0));
    }
    str::from_utf8(json).map_err(|e| Problem::Utf8.at(json, e.valid_up_to()))
}

#[cfg(test)]
mod tests;
