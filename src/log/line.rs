//! One entry as one line of an export.

use super::entry::Entry;
use super::hash::{Link, Salt};
use super::hex;
use super::raw::{RawContents, RawEntry};

/// Why bytes are no line of an export.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineError {
    /// Something else stands where the format has this text.
    #[error("expected `{expected}` at byte {offset} of the line")]
    Expected {
        /// What the format has here.
        expected: &'static str,
        /// Where, from 0.
        offset: usize,
    },
    /// The number after `"seq":` is not the header's.
    #[error("the line says entry {line}, its header says entry {header}")]
    Seq {
        /// The line's number.
        line: u64,
        /// The header's number.
        header: u64,
    },
}

/// Appends the entry's line, with its line feed, to `out`.
pub fn line(entry: &Entry, out: &mut Vec<u8>) {
    raw_line(&entry.raw(), out);
}

/// The same for bytes.
pub(crate) fn raw_line(raw: &RawEntry<'_>, out: &mut Vec<u8>) {
    out.reserve(400 + raw.contents.map_or(0, |c| c.body.len()));
    out.extend_from_slice(b"{\"seq\":");
    decimal(raw.seq(), out);
    out.extend_from_slice(b",\"header\":\"");
    hex::encode_into(&raw.header, out);
    out.extend_from_slice(b"\",\"link\":\"");
    hex::encode_into(&raw.link.0, out);
    match raw.contents {
        None => out.extend_from_slice(b"\",\"salt\":null,\"body\":null}\n"),
        Some(RawContents { salt, body }) => {
            out.extend_from_slice(b"\",\"salt\":\"");
            hex::encode_into(&salt.0, out);
            out.extend_from_slice(b"\",\"body\":");
            out.extend_from_slice(body);
            out.extend_from_slice(b"}\n");
        }
    }
}

fn decimal(mut number: u64, out: &mut Vec<u8>) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// What is left of a line, and how far it has been read.
struct Cursor<'a> {
    line: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn expect(&mut self, expected: &'static str) -> Result<(), LineError> {
        if self.line[self.at..].starts_with(expected.as_bytes()) {
            self.at += expected.len();
            return Ok(());
        }
        Err(LineError::Expected {
            expected,
            offset: self.at,
        })
    }

    fn hex<const N: usize>(&mut self, expected: &'static str) -> Result<[u8; N], LineError> {
        let digits = self.line.get(self.at..self.at + 2 * N);
        let bytes = digits.and_then(hex::decode).ok_or(LineError::Expected {
            expected,
            offset: self.at,
        })?;
        self.at += 2 * N;
        Ok(bytes)
    }

    fn number(&mut self) -> Result<u64, LineError> {
        let wrong = LineError::Expected {
            expected: "a number",
            offset: self.at,
        };
        let rest = &self.line[self.at..];
        let len = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, offset) = (&rest[..len], self.at);
        if len == 0 || (len > 1 && digits[0] == b'0') {
            return Err(LineError::Expected {
                expected: "a number",
                offset,
            });
        }
        self.at += len;
        digits
            .iter()
            .try_fold(0_u64, |n, d| {
                n.checked_mul(10)?.checked_add(u64::from(d - b'0'))
            })
            .ok_or(wrong)
    }

    fn body(&mut self) -> Result<&'a [u8], LineError> {
        let rest = &self.line[self.at..];
        match rest.strip_suffix(b"}") {
            Some(body) if body.starts_with(b"{") && body.ends_with(b"}") => {
                self.at = self.line.len() - 1;
                Ok(body)
            }
            _ => Err(LineError::Expected {
                expected: "an object",
                offset: self.at,
            }),
        }
    }
}

/// Reads one line, given without its line feed. Strict: exactly what [`line()`] writes, though nothing is hashed here and the
/// body is only a slice.
pub fn parse_line(line: &[u8]) -> Result<RawEntry<'_>, LineError> {
    let mut cursor = Cursor { line, at: 0 };
    cursor.expect("{\"seq\":")?;
    let number = cursor.number()?;
    cursor.expect(",\"header\":\"")?;
    let header = cursor.hex("192 hexadecimal digits")?;
    cursor.expect("\",\"link\":\"")?;
    let link = Link(cursor.hex("64 hexadecimal digits")?);
    cursor.expect("\",\"salt\":")?;
    let contents = contents(&mut cursor)?;
    cursor.expect("}")?;
    if cursor.at != line.len() {
        return Err(LineError::Expected {
            expected: "the end",
            offset: cursor.at,
        });
    }
    let raw = RawEntry {
        header,
        link,
        contents,
    };
    match raw.seq() {
        seq if seq == number => Ok(raw),
        header => Err(LineError::Seq {
            line: number,
            header,
        }),
    }
}

fn contents<'a>(cursor: &mut Cursor<'a>) -> Result<Option<RawContents<'a>>, LineError> {
    if cursor.expect("null").is_ok() {
        cursor.expect(",\"body\":null")?;
        return Ok(None);
    }
    cursor.expect("\"")?;
    let salt = Salt(cursor.hex("64 hexadecimal digits")?);
    cursor.expect("\",\"body\":")?;
    Ok(Some(RawContents {
        salt,
        body: cursor.body()?,
    }))
}
