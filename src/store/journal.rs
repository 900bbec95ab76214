//! The journal, read: the export's lines in files of about 64 MiB.
//!
//! Reading needs no lock and never writes: files only grow at their end, and what follows the last line feed of the last file is
//! not there yet. Memory is bounded by one line.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::entries::Stored;
use super::error::{Doing, LineFault, StoreError};
use crate::log::{EntryError, Head, MAX_BODY_LEN, RawEntry, link_of, parse_line};

/// Longer than any line: header, salt and link as digits, a body, and what is around them.
const MAX_LINE: u64 = MAX_BODY_LEN as u64 + 1024;

/// The journal of a record, to be read.
#[derive(Debug, Clone)]
pub struct Journal {
    dir: PathBuf,
}

/// One line of the journal, not parsed yet.
#[derive(Debug, Clone, Copy)]
pub struct JournalLine<'a> {
    /// The file it is in.
    pub file: &'a Path,
    /// Where it begins there.
    pub offset: u64,
    /// Its bytes without the line feed.
    pub bytes: &'a [u8],
}

/// One file of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct JournalFile {
    pub(super) first: u64,
    pub(super) path: PathBuf,
}

pub(super) fn file_name(first: u64) -> String {
    format!("{first:020}.ndjson")
}

fn first_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".ndjson").filter(|d| d.len() == 20)?;
    digits
        .bytes()
        .all(|d| d.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

impl JournalLine<'_> {
    /// Its entry, unchecked.
    pub fn parse(&self) -> Result<RawEntry<'_>, StoreError> {
        parse_line(self.bytes).map_err(|e| self.fault(e.into()))
    }

    /// An error about this line.
    pub(super) fn fault(&self, source: LineFault) -> StoreError {
        StoreError::Journal {
            file: self.file.to_owned(),
            offset: self.offset,
            source,
        }
    }
}

impl Journal {
    /// The journal of the record in this directory, which must be a record.
    pub fn of(record: &Path) -> Result<Self, StoreError> {
        super::layout::check_version(record)?;
        Ok(Self::at(super::layout::journal(record)))
    }

    pub(super) fn at(dir: PathBuf) -> Self {
        Self { dir }
    }

    pub(super) fn files(&self) -> Result<Vec<JournalFile>, StoreError> {
        let names = match fs::read_dir(&self.dir) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            names => names.doing("list", &self.dir)?,
        };
        let mut files = Vec::new();
        for name in names {
            let file = name.doing("list", &self.dir)?;
            let first = file.file_name().to_str().and_then(first_of);
            files.extend(first.map(|first| JournalFile {
                first,
                path: file.path(),
            }));
        }
        files.sort_unstable_by_key(|file| file.first);
        Ok(files)
    }

    /// The last entry of the journal; `None` if there is none.
    pub fn head(&self) -> Result<Option<Head>, StoreError> {
        for file in self.files()?.iter().rev() {
            let end = last_line(&file.path, u64::MAX)?;
            if let Some((offset, bytes)) = end.line {
                let line = JournalLine {
                    file: &file.path,
                    offset,
                    bytes: &bytes,
                };
                return head_of(&line).map(Some);
            }
        }
        Ok(None)
    }

    /// Hands out every complete line in order, from the one of entry `from` on if the journal has it.
    pub fn lines(
        &self,
        from: u64,
        each: &mut dyn FnMut(JournalLine<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let files = self.files()?;
        let start = files
            .partition_point(|file| file.first <= from)
            .saturating_sub(1);
        for (index, file) in files.iter().enumerate().skip(start) {
            let offset = if index == start && from > file.first {
                seek(&file.path, from)?
            } else {
                0
            };
            let is_last = index + 1 == files.len();
            if lines_of(&file.path, offset, is_last, each)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Hands out the entries from `from` on, unchecked; fails at the first line that is none.
    pub fn read(
        &self,
        from: u64,
        each: &mut dyn FnMut(RawEntry<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let mut outcome = Ok(());
        self.lines(from, &mut |line| match line.parse() {
            Ok(raw) if raw.seq() < from => ControlFlow::Continue(()),
            Ok(raw) => each(raw),
            Err(e) => {
                outcome = Err(e);
                ControlFlow::Break(())
            }
        })?;
        outcome
    }

    /// An error about the line of entry `seq`, or about the line that stands in its place.
    pub(super) fn fault_at(&self, seq: u64, source: LineFault) -> StoreError {
        let mut error = StoreError::Journal {
            file: self.dir.clone(),
            offset: 0,
            source: source.clone(),
        };
        let found = self.lines(seq, &mut |line| {
            if number_of(line.bytes).is_some_and(|number| number < seq) {
                return ControlFlow::Continue(());
            }
            error = line.fault(source.clone());
            ControlFlow::Break(())
        });
        found.err().unwrap_or(error)
    }

    /// One entry, unchecked.
    pub fn entry(&self, seq: u64) -> Result<Option<Stored>, StoreError> {
        let mut found = None;
        self.read(seq, &mut |raw| {
            found = (raw.seq() == seq).then(|| raw.into());
            ControlFlow::Break(())
        })?;
        Ok(found)
    }
}

/// The head that a line makes: the line parses and its header hashes to its link.
pub(super) fn head_of(line: &JournalLine<'_>) -> Result<Head, StoreError> {
    let raw = line.parse()?;
    let computed = link_of(&raw.header);
    if computed != raw.link {
        let fault = EntryError::Link {
            seq: raw.seq(),
            given: raw.link,
            computed,
        };
        return Err(line.fault(fault.into()));
    }
    Ok(raw.head())
}

/// How a file ends.
pub(super) struct FileEnd {
    /// Where its last complete line begins, and that line without its line feed.
    pub(super) line: Option<(u64, Vec<u8>)>,
    /// Bytes of complete lines.
    pub(super) whole: u64,
    /// Bytes after the last line feed.
    pub(super) torn: u64,
}

/// Reads a file's first `most` bytes from their end until there is a complete line.
pub(super) fn last_line(path: &Path, most: u64) -> Result<FileEnd, StoreError> {
    let mut file = File::open(path).doing("open", path)?;
    let len = file.metadata().doing("look at", path)?.len().min(most);
    let mut reach = 16 * 1024;
    loop {
        let start = len.saturating_sub(reach);
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(start)).doing("read", path)?;
        (&file)
            .take(len - start)
            .read_to_end(&mut bytes)
            .doing("read", path)?;
        let end = bytes.iter().rposition(|&b| b == b'\n');
        let begin = end.and_then(|end| {
            bytes[..end]
                .iter()
                .rposition(|&b| b == b'\n')
                .map(|at| at + 1)
        });
        match (begin, end) {
            (None, _) if start > 0 && reach <= 4 * MAX_LINE => reach *= 4,
            (None, _) if start > 0 => {
                let source = LineFault::TooLong;
                return Err(StoreError::Journal {
                    file: path.to_owned(),
                    offset: start,
                    source,
                });
            }
            (_, None) => {
                return Ok(FileEnd {
                    line: None,
                    whole: 0,
                    torn: len,
                });
            }
            (begin, Some(end)) => {
                let begin = begin.unwrap_or(0);
                let whole = start + end as u64 + 1;
                let line = (start + begin as u64, bytes[begin..end].to_vec());
                return Ok(FileEnd {
                    line: Some(line),
                    whole,
                    torn: len.saturating_sub(whole),
                });
            }
        }
    }
}

fn lines_of(
    path: &Path,
    start: u64,
    is_last: bool,
    each: &mut dyn FnMut(JournalLine<'_>) -> ControlFlow<()>,
) -> Result<ControlFlow<()>, StoreError> {
    let mut file = File::open(path).doing("open", path)?;
    file.seek(SeekFrom::Start(start)).doing("read", path)?;
    let mut file = BufReader::with_capacity(1 << 20, file);
    let (mut bytes, mut offset) = (Vec::new(), start);
    loop {
        bytes.clear();
        let read = (&mut file)
            .take(MAX_LINE)
            .read_until(b'\n', &mut bytes)
            .doing("read", path)? as u64;
        let fault = |source| {
            Err(StoreError::Journal {
                file: path.to_owned(),
                offset,
                source,
            })
        };
        match bytes.pop() {
            None => return Ok(ControlFlow::Continue(())),
            Some(b'\n') => {}
            Some(_) if read == MAX_LINE => return fault(LineFault::TooLong),
            // Perhaps a line that is being written right now.
            Some(_) if is_last => return Ok(ControlFlow::Continue(())),
            Some(_) => return fault(LineFault::Unended),
        }
        if each(JournalLine {
            file: path,
            offset,
            bytes: &bytes,
        })
        .is_break()
        {
            return Ok(ControlFlow::Break(()));
        }
        offset += read;
    }
}

/// Where the line of entry `seq` begins, or the file's last line, by bisection over bytes.
fn seek(path: &Path, seq: u64) -> Result<u64, StoreError> {
    let mut file = File::open(path).doing("open", path)?;
    // The line sought begins at or after `low`; every line that begins at or after `high` is beyond it.
    let (mut low, mut high) = (0, file.metadata().doing("look at", path)?.len());
    while high - low > 4096 {
        let middle = low + (high - low) / 2;
        match line_after(&mut file, middle, high).doing("read", path)? {
            Some((offset, number)) if number <= seq => low = offset,
            _ => high = middle,
        }
    }
    let mut found = low;
    let _stopped = lines_of(path, low, true, &mut |line| {
        if number_of(line.bytes).is_none_or(|number| number > seq) {
            return ControlFlow::Break(());
        }
        found = line.offset;
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

/// The first line that begins after `at` and before `end`: where, and the number it bears.
fn line_after(file: &mut File, at: u64, end: u64) -> std::io::Result<Option<(u64, u64)>> {
    file.seek(SeekFrom::Start(at))?;
    let mut reader = BufReader::with_capacity(4096, file);
    let offset = at + reader.skip_until(b'\n')? as u64;
    if offset >= end {
        return Ok(None);
    }
    let mut begin = Vec::new();
    reader.take(32).read_to_end(&mut begin)?;
    Ok(number_of(&begin).map(|number| (offset, number)))
}

/// The number after `{"seq":`.
fn number_of(line: &[u8]) -> Option<u64> {
    let digits = line.strip_prefix(b"{\"seq\":")?;
    let len = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    str::from_utf8(&digits[..len]).ok()?.parse().ok()
}
