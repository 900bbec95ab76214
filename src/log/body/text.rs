//! The texts of a body: escapes read in any spelling and written in one.

use std::borrow::Cow;

use super::Problem;
use super::read::{Reader, Result_};
use super::scan::plain_len;

impl<'a> Reader<'a> {
    /// Reads a string, writes it canonically, returns what it means.
    pub(super) fn string(&mut self) -> Result_<Cow<'a, [u8]>> {
        self.at += 1;
        self.out.push(b'"');
        let start = self.at;
        let mut meaning: Option<Vec<u8>> = None;
        loop {
            let run = self.plain();
            self.out.extend_from_slice(run);
            if let Some(meaning) = &mut meaning {
                meaning.extend_from_slice(run);
            }
            match self.peek() {
                Some(b'"') => break,
                Some(b'\\') => {
                    let before = &self.json[start..self.at];
                    let c = self.escape()?;
                    let meaning = meaning.get_or_insert_with(|| before.to_vec());
                    meaning.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    write_char(c, &mut self.out);
                }
                Some(_) => return self.fail(Problem::ControlCharacter),
                None => return self.expected("the end of the text"),
            }
        }
        let plain = &self.json[start..self.at];
        self.at += 1;
        self.out.push(b'"');
        Ok(meaning.map_or(Cow::Borrowed(plain), Cow::Owned))
    }

    /// The bytes up to the next quote, backslash or control character.
    fn plain(&mut self) -> &'a [u8] {
        let rest = &self.json[self.at..];
        let len = plain_len(rest);
        self.at += len;
        &rest[..len]
    }

    fn escape(&mut self) -> Result_<char> {
        let start = self.at;
        let letter = self.json.get(self.at + 1).copied();
        self.at += 2;
        Ok(match letter {
            Some(b @ (b'"' | b'\\' | b'/')) => char::from(b),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(start),
            _ => return Err((Problem::Escape, start)),
        })
    }

    fn unicode(&mut self, start: usize) -> Result_<char> {
        let first = self.four_digits(start)?;
        if !(0xd800..0xe000).contains(&first) {
            return char::from_u32(first).ok_or((Problem::LoneSurrogate, start));
        }
        let has_second = self.json[self.at..].starts_with(b"\\u");
        if first >= 0xdc00 || !has_second {
            return Err((Problem::LoneSurrogate, start));
        }
        self.at += 2;
        let second = self.four_digits(start)?;
        if !(0xdc00..0xe000).contains(&second) {
            return Err((Problem::LoneSurrogate, start));
        }
        let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        char::from_u32(code).ok_or((Problem::LoneSurrogate, start))
    }

    fn four_digits(&mut self, start: usize) -> Result_<u32> {
        let wrong = (Problem::Escape, start);
        let digits = self.json.get(self.at..self.at + 4).ok_or(wrong.clone())?;
        self.at += 4;
        digits
            .iter()
            .try_fold(0, |n, &d| Some(n * 16 + char::from(d).to_digit(16)?))
            .ok_or(wrong)
    }
}

/// Writes one character as RFC 8785 has it.
fn write_char(c: char, out: &mut Vec<u8>) {
    match c {
        '"' => out.extend_from_slice(b"\\\""),
        '\\' => out.extend_from_slice(b"\\\\"),
        '\u{8}' => out.extend_from_slice(b"\\b"),
        '\u{c}' => out.extend_from_slice(b"\\f"),
        '\n' => out.extend_from_slice(b"\\n"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\t' => out.extend_from_slice(b"\\t"),
        c if c < ' ' => out.extend_from_slice(format!("\\u{:04x}", c as u32).as_bytes()),
        c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}
