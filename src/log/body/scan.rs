//! One pass over bytes that should be canonical already: no allocation, eight bytes of text at a time.

use std::cmp::Ordering;

use super::{BodyError, MAX_DEPTH, MAX_INTEGER, Problem, check_text};
use crate::log::header::MAX_BODY_LEN;

/// Accepts exactly what [`Body::canonicalize`](super::Body::canonicalize) writes, and gives it as text.
pub fn check_canonical(bytes: &[u8]) -> Result<&str, BodyError> {
    let text = check_text(bytes, MAX_BODY_LEN as usize)?;
    let mut scan = Scan { bytes, at: 0 };
    match scan.document() {
        Ok(()) => Ok(text),
        Err(problem) => Err(problem.at(bytes, scan.at)),
    }
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// A key as it is spelled between its quotes.
#[derive(Clone, Copy)]
struct Key<'a> {
    spelled: &'a [u8],
    escaped: bool,
}

impl<'a> Scan<'a> {
    #[inline]
    fn peek(&self) -> u8 {
        // No canonical byte is zero, so that the end needs no case of its own.
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn document(&mut self) -> Result<(), Problem> {
        if self.peek() != b'{' {
            return Err(Problem::NotAnObject);
        }
        self.value(1)?;
        if self.at == self.bytes.len() {
            Ok(())
        } else {
            Err(Problem::Trailing)
        }
    }

    fn value(&mut self, depth: usize) -> Result<(), Problem> {
        match self.peek() {
            b'"' => self.string().map(drop),
            b'-' | b'0'..=b'9' => self.integer(),
            b'{' | b'[' if depth > MAX_DEPTH => Err(Problem::TooDeep),
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'n' => self.literal("null"),
            _ => Err(Problem::Expected {
                expected: "a value",
            }),
        }
    }

    fn literal(&mut self, word: &'static str) -> Result<(), Problem> {
        if !self.bytes[self.at..].starts_with(word.as_bytes()) {
            return Err(Problem::Expected { expected: word });
        }
        self.at += word.len();
        Ok(())
    }

    fn array(&mut self, depth: usize) -> Result<(), Problem> {
        self.at += 1;
        if self.peek() == b']' {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            let next = self.peek();
            match next {
                b',' => self.at += 1,
                b']' => {
                    self.at += 1;
                    return Ok(());
                }
                _ => {
                    return Err(Problem::Expected {
                        expected: "`,` or `]`",
                    });
                }
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), Problem> {
        self.at += 1;
        if self.peek() == b'}' {
            self.at += 1;
            return Ok(());
        }
        let mut previous: Option<Key<'a>> = None;
        loop {
            let start = self.at;
            if self.peek() != b'"' {
                return Err(Problem::Expected { expected: "a key" });
            }
            let key = self.string()?;
            if let Err(problem) = check_key(previous, key) {
                self.at = start;
                return Err(problem);
            }
            previous = Some(key);
            if self.peek() != b':' {
                return Err(Problem::Expected { expected: "`:`" });
            }
            self.at += 1;
            self.value(depth + 1)?;
            match self.peek() {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Ok(());
                }
                _ => {
                    return Err(Problem::Expected {
                        expected: "`,` or `}`",
                    });
                }
            }
        }
    }

    fn integer(&mut self) -> Result<(), Problem> {
        let start = self.at;
        let negative = self.peek() == b'-';
        self.at += usize::from(negative);
        let (first, digits_at) = (self.peek(), self.at);
        let mut magnitude = 0_u64;
        while let digit @ b'0'..=b'9' = self.peek() {
            magnitude = magnitude
                .saturating_mul(10)
                .saturating_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        let digits = self.at - digits_at;
        let problem = match self.peek() {
            _ if digits == 0 => Problem::Expected {
                expected: "a digit",
            },
            _ if first == b'0' && digits > 1 => Problem::Expected {
                expected: "a number without leading zero",
            },
            b'.' | b'e' | b'E' => Problem::Float,
            _ if magnitude > MAX_INTEGER => Problem::IntegerTooBig,
            _ if negative && magnitude == 0 => Problem::NegativeZero,
            _ => return Ok(()),
        };
        self.at = start;
        Err(problem)
    }

    #[inline]
    fn string(&mut self) -> Result<Key<'a>, Problem> {
        self.at += 1;
        let start = self.at;
        let mut escaped = false;
        loop {
            self.at += plain_len(&self.bytes[self.at..]);
            match self.bytes.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    self.at += escape_len(&self.bytes[self.at..])?;
                }
                Some(_) => return Err(Problem::ControlCharacter),
                None => {
                    return Err(Problem::Expected {
                        expected: "the end of the text",
                    });
                }
            }
        }
        let spelled = &self.bytes[start..self.at];
        self.at += 1;
        Ok(Key { spelled, escaped })
    }
}

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGHS: u64 = 0x8080_8080_8080_8080;

/// A high bit in the first byte (and perhaps in later ones) of `word` that is a quote, a backslash or below a space.
#[inline]
fn special(word: u64) -> u64 {
    let zero_in = |w: u64| w.wrapping_sub(ONES) & !w;
    let quote = zero_in(word ^ (ONES * b'"' as u64));
    let backslash = zero_in(word ^ (ONES * b'\\' as u64));
    let control = word.wrapping_sub(ONES * 0x20) & !word;
    (quote | backslash | control) & HIGHS
}

/// How many bytes stand before the next quote, backslash or control character.
#[inline]
pub(super) fn plain_len(bytes: &[u8]) -> usize {
    let (words, rest) = bytes.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let found = special(u64::from_le_bytes(*word));
        if found != 0 {
            return index * 8 + (found.trailing_zeros() / 8) as usize;
        }
    }
    let short = rest
        .iter()
        .take_while(|&&b| b >= 0x20 && b != b'"' && b != b'\\')
        .count();
    words.len() * 8 + short
}

/// The length of the canonical escape at the beginning of `bytes`.
fn escape_len(bytes: &[u8]) -> Result<usize, Problem> {
    match bytes {
        [_, b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Ok(2),
        [_, b'u', b'0', b'0', high @ (b'0' | b'1'), low, ..] => match (high, low) {
            (b'0', b'8' | b'9' | b'a' | b'c' | b'd') => Err(Problem::EscapeNotCanonical),
            (_, b'0'..=b'9' | b'a'..=b'f') => Ok(6),
            _ => Err(Problem::EscapeNotCanonical),
        },
        _ => Err(Problem::EscapeNotCanonical),
    }
}

fn check_key(previous: Option<Key<'_>>, key: Key<'_>) -> Result<(), Problem> {
    if !key.spelled.is_ascii() {
        return Err(Problem::KeyNotAscii);
    }
    let Some(previous) = previous else {
        return Ok(());
    };
    let order = if previous.escaped || key.escaped {
        meaning(previous.spelled).cmp(&meaning(key.spelled))
    } else {
        previous.spelled.cmp(key.spelled)
    };
    match order {
        Ordering::Less => Ok(()),
        Ordering::Greater => Err(Problem::KeyOrder),
        Ordering::Equal => {
            let key = String::from_utf8_lossy(key.spelled).into_owned();
            Err(Problem::DuplicateKey { key })
        }
    }
}

/// What a canonically spelled ASCII key means.
fn meaning(spelled: &[u8]) -> Vec<u8> {
    let mut meaning = Vec::with_capacity(spelled.len());
    let mut rest = spelled;
    loop {
        rest = match rest {
            [] => return meaning,
            [b'\\', b'u', _, _, high, low, rest @ ..] => {
                let digit = |d: u8| char::from(d).to_digit(16).unwrap_or(0) as u8;
                meaning.push(digit(*high) * 16 + digit(*low));
                rest
            }
            [b'\\', letter, rest @ ..] => {
                meaning.push(match letter {
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    other => *other,
                });
                rest
            }
            [byte, rest @ ..] => {
                meaning.push(*byte);
                rest
            }
        };
    }
}
