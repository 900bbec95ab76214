//! The journal, read: the export's lines in files of about 64 MiB.
//!
//! Reading needs no lock and never writes: files only grow at their end, and what follows the last line feed of the last file is
//! not there yet. A redaction puts another file in the place of one, which whoever reads the old one does not notice. Memory is
//! bounded by one line.

use std::fs::{self, File};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use super::entries::Stored;
use super::error::{Doing, LineFault, StoreError};
use super::lines::{last_line, lines_in, number_of, seek};
use crate::log::{EntryError, Head, RawEntry, link_of, parse_line};

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
            let (path, is_last) = (&file.path, index + 1 == files.len());
            // One handle for both: a redaction may put another file in its place meanwhile.
            let open = File::open(path).doing("open", path)?;
            let offset = if index == start && from > file.first {
                seek(&open, path, from)?
            } else {
                0
            };
            if lines_in(&open, path, offset, is_last, each)?.is_break() {
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
