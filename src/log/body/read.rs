//! From any spelling of a JSON object to the canonical one.

use std::borrow::Cow;

use super::{BodyError, MAX_DEPTH, MAX_INTEGER, Problem, check_text};
use crate::log::header::MAX_BODY_LEN;

/// What people write may hold white space; this much of it.
const MAX_INPUT: usize = 4 * MAX_BODY_LEN as usize;

pub(super) fn canonicalize(json: &[u8]) -> Result<String, BodyError> {
    check_text(json, MAX_INPUT)?;
    let mut reader = Reader {
        json,
        at: 0,
        out: Vec::with_capacity(json.len()),
    };
    match reader.document() {
        // It is made of whole characters of a text.
        Ok(()) => String::from_utf8(reader.out).map_err(|_| Problem::Utf8.at(json, 0)),
        Err((problem, offset)) => Err(problem.at(json, offset)),
    }
}

pub(super) type Result_<T> = Result<T, (Problem, usize)>;

/// Reads `json` from `at` and writes what it read to `out` at once.
pub(super) struct Reader<'a> {
    pub(super) json: &'a [u8],
    pub(super) at: usize,
    pub(super) out: Vec<u8>,
}

/// One member of an object: its key, where that stood, and where `"key":value` stands in `out`.
struct Member<'a> {
    key: Cow<'a, [u8]>,
    offset: usize,
    start: usize,
    end: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn peek(&self) -> Option<u8> {
        self.json.get(self.at).copied()
    }

    fn skip_white(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    pub(super) fn fail<T>(&self, problem: Problem) -> Result_<T> {
        Err((problem, self.at))
    }

    pub(super) fn expected<T>(&self, expected: &'static str) -> Result_<T> {
        self.fail(Problem::Expected { expected })
    }

    fn document(&mut self) -> Result_<()> {
        self.skip_white();
        if self.peek() != Some(b'{') {
            return self.fail(Problem::NotAnObject);
        }
        self.value(1)?;
        self.skip_white();
        if self.at == self.json.len() {
            Ok(())
        } else {
            self.fail(Problem::Trailing)
        }
    }

    fn value(&mut self, depth: usize) -> Result_<()> {
        match self.peek() {
            Some(b'{' | b'[') if depth > MAX_DEPTH => self.fail(Problem::TooDeep),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => self.string().map(drop),
            Some(b'-' | b'0'..=b'9') => self.integer(),
            Some(b't') => self.literal("true"),
            Some(b'f') => self.literal("false"),
            Some(b'n') => self.literal("null"),
            _ => self.expected("a value"),
        }
    }

    fn literal(&mut self, word: &'static str) -> Result_<()> {
        if !self.json[self.at..].starts_with(word.as_bytes()) {
            return self.expected(word);
        }
        self.at += word.len();
        self.out.extend_from_slice(word.as_bytes());
        Ok(())
    }

    fn array(&mut self, depth: usize) -> Result_<()> {
        self.at += 1;
        self.out.push(b'[');
        self.skip_white();
        if self.peek() == Some(b']') {
            return self.close(b']');
        }
        loop {
            self.skip_white();
            self.value(depth + 1)?;
            self.skip_white();
            match self.peek() {
                Some(b',') => self.comma(),
                Some(b']') => return self.close(b']'),
                _ => return self.expected("`,` or `]`"),
            }
        }
    }

    fn comma(&mut self) {
        self.at += 1;
        self.out.push(b',');
    }

    fn close(&mut self, bracket: u8) -> Result_<()> {
        self.at += 1;
        self.out.push(bracket);
        Ok(())
    }

    fn object(&mut self, depth: usize) -> Result_<()> {
        self.at += 1;
        self.out.push(b'{');
        self.skip_white();
        if self.peek() == Some(b'}') {
            return self.close(b'}');
        }
        let mut members = Vec::new();
        loop {
            self.skip_white();
            members.push(self.member(depth)?);
            self.skip_white();
            match self.peek() {
                Some(b',') => self.comma(),
                Some(b'}') => break,
                _ => return self.expected("`,` or `}`"),
            }
        }
        self.sort(members)?;
        self.close(b'}')
    }

    fn member(&mut self, depth: usize) -> Result_<Member<'a>> {
        let (offset, start) = (self.at, self.out.len());
        if self.peek() != Some(b'"') {
            return self.expected("a key");
        }
        let key = self.string()?;
        if !key.is_ascii() {
            return Err((Problem::KeyNotAscii, offset));
        }
        self.skip_white();
        if self.peek() != Some(b':') {
            return self.expected("`:`");
        }
        self.at += 1;
        self.out.push(b':');
        self.skip_white();
        self.value(depth + 1)?;
        Ok(Member {
            key,
            offset,
            start,
            end: self.out.len(),
        })
    }

    /// Puts the members that were just written into the order of their keys.
    fn sort(&mut self, mut members: Vec<Member<'a>>) -> Result_<()> {
        if members.is_sorted_by(|a, b| a.key < b.key) {
            return Ok(());
        }
        let first = members[0].start;
        members.sort_by(|a, b| a.key.cmp(&b.key).then(a.offset.cmp(&b.offset)));
        if let Some(pair) = members.windows(2).find(|pair| pair[0].key == pair[1].key) {
            let key = String::from_utf8_lossy(&pair[1].key).into_owned();
            return Err((Problem::DuplicateKey { key }, pair[1].offset));
        }
        let written = self.out.split_off(first);
        for (index, member) in members.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            self.out
                .extend_from_slice(&written[member.start - first..member.end - first]);
        }
        Ok(())
    }

    fn integer(&mut self) -> Result_<()> {
        let start = self.at;
        let negative = self.peek() == Some(b'-');
        self.at += usize::from(negative);
        let digits = self.json[self.at..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count();
        let text = &self.json[self.at..self.at + digits];
        match text {
            [] => return self.expected("a digit"),
            [b'0', _, ..] => return self.expected("a number without leading zero"),
            _ => {}
        }
        let magnitude = text.iter().try_fold(0_u64, |n, d| {
            n.checked_mul(10)?
                .checked_add(u64::from(d - b'0'))
                .filter(|n| *n <= MAX_INTEGER)
        });
        self.at += digits;
        match (self.peek(), magnitude) {
            (Some(b'.' | b'e' | b'E'), _) => Err((Problem::Float, start)),
            (_, None) => Err((Problem::IntegerTooBig, start)),
            (_, Some(0)) if negative => Err((Problem::NegativeZero, start)),
            _ => {
                self.out.extend_from_slice(&self.json[start..self.at]);
                Ok(())
            }
        }
    }
}
