//! Erasing: an entry's salt and body leave every file of the record.
//!
//! The entry that asks for it is the promise to do it: it is durable in the journal before anything is erased, and whoever
//! opens the record looks whether everything it asks for is done, and does the rest. So a killed redaction is finished by the next
//! command, and an old copy of one half that was put back has its erased bodies taken out again.
//!
//! 1. Copies that were set aside earlier (`sled.damaged-<n>`, `journal.cut-<n>`) are removed: they may hold the body.
//! 2. The one file of the journal that holds the line is written anew with `null` for salt and body, and renamed into place.
//! 3. sled keeps old pages in its files, and packs bodies together: nothing can be taken out of them for certain. It is made
//!    again from the journal in a fresh directory, which takes the place of the old one.
//!
//! A record that has redactions keeps no copy aside: what a later repair would set aside may hold what was erased.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Store;
use super::durable;
use super::entries::Stored;
use super::error::{AppendError, Doing, StoreError};
use super::intake::{self, Indexing};
use super::journal::{Journal, JournalFile};
use super::layout;
use super::lines::{lines_of, number_of};
use super::open::{build, replace};
use super::replay::Source;
use super::view::View;
use super::writer::JournalWriter;
use crate::log::{Entry, Head, Header, Kind, Link, RawEntry, parse_line, raw_line};

/// That one entry erases the body of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Erasure {
    seq: u64,
    link: [u8; 32],
    by: u64,
}

/// Why a body was not erased, or not yet.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EraseError {
    /// The entry that was to be appended erases none of this log. Nothing was recorded.
    #[error("it erases no entry of this log")]
    Nothing,
    /// It was not appended.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// It is recorded, but what it asks for is not done: whoever opens the record next does it.
    #[error("what it asks for is not done yet")]
    Unfinished {
        /// What happened.
        source: StoreError,
    },
}

impl From<StoreError> for EraseError {
    fn from(error: StoreError) -> Self {
        Self::Append(error.into())
    }
}

impl Erasure {
    /// What the entry at position `by` erases, if it is one that came before.
    pub(super) fn of(by: u64, erases: Option<(u64, Link)>) -> Option<Self> {
        let (seq, link) = erases.filter(|(seq, _)| *seq < by)?;
        Some(Self {
            seq,
            link: link.0,
            by,
        })
    }

    /// Whether that is the entry meant, and its body is still there. The entry that names the record and those that say why a
    /// body is gone are never erased, whatever an entry asks for.
    fn is_due(&self, found: Option<&Stored>) -> bool {
        found.is_some_and(|stored| {
            let raw = stored.raw();
            let kind = Header::decode(&raw.header).map(|header| header.kind);
            raw.contents.is_some()
                && raw.link.0 == self.link
                && !matches!(kind, Ok(Kind::Opening | Kind::Redaction))
        })
    }
}

/// What is left to do.
#[derive(Debug, Default)]
pub(super) struct Unfinished {
    /// Entries whose bodies the journal still holds.
    journal: BTreeSet<u64>,
    /// Entries whose bodies sled still holds.
    sled: BTreeSet<u64>,
    /// Copies set aside.
    pub(super) copies: Vec<PathBuf>,
}

impl Unfinished {
    /// Looks at every body that was to be erased, in both copies.
    pub(super) fn look(record: &Path, view: &View, journal: &Journal) -> Result<Self, StoreError> {
        let mut left = Self::default();
        let erasures = intake::erasures(&view.shelf)?;
        for erasure in &erasures {
            let seq = erasure.seq;
            let of = |due: bool| due.then_some(seq);
            left.sled
                .extend(of(erasure.is_due(view.get(seq)?.as_ref())));
            left.journal
                .extend(of(erasure.is_due(journal.entry(seq)?.as_ref())));
        }
        if !erasures.is_empty() {
            left.copies = copies_aside(record)?;
        }
        Ok(left)
    }

    /// The entries whose bodies are still there.
    pub(super) fn entries(&self) -> Vec<u64> {
        self.journal.union(&self.sled).copied().collect()
    }

    /// Does it.
    pub(super) fn finish(
        &self,
        record: &Path,
        view: View,
        journal: &Journal,
        indexing: Indexing,
    ) -> Result<View, StoreError> {
        for copy in &self.copies {
            if copy.is_dir() {
                durable::remove_tree(copy)?;
            } else {
                durable::remove_file(copy)?;
            }
        }
        durable::sync_dir(record)?;
        blank(record, journal, &self.journal)?;
        if self.sled.is_empty() {
            return Ok(view);
        }
        replace(record, view, |made, view| {
            match build(made, &Source::Journal(journal), indexing, &self.sled) {
                // A damaged line elsewhere: the store itself is whole, or it would not be open.
                Err(StoreError::Journal { .. }) => {
                    durable::remove_tree(made)?;
                    build(made, &Source::View(view), indexing, &self.sled)
                }
                built => built,
            }
        })
    }
}

/// Copies that a repair has kept.
fn copies_aside(record: &Path) -> Result<Vec<PathBuf>, StoreError> {
    let mut found = Vec::new();
    for file in fs::read_dir(record).doing("list", record)? {
        let file = file.doing("list", record)?;
        let name = file.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("sled.damaged") || name.starts_with("journal.cut") {
            found.push(file.path());
        }
    }
    found.sort();
    Ok(found)
}

/// Writes the files of the journal anew that hold those entries, without their salts and bodies.
fn blank(record: &Path, journal: &Journal, seqs: &BTreeSet<u64>) -> Result<(), StoreError> {
    let files = journal.files()?;
    for (n, file) in files.iter().enumerate() {
        let end = files.get(n + 1).map_or(u64::MAX, |next| next.first);
        if seqs.range(file.first..end).next().is_some() {
            blank_in(record, file, n + 1 == files.len(), seqs)?;
        }
    }
    Ok(())
}

fn blank_in(
    record: &Path,
    JournalFile { path, .. }: &JournalFile,
    is_last: bool,
    seqs: &BTreeSet<u64>,
) -> Result<(), StoreError> {
    let made = layout::rewriting(record);
    let file = File::create(&made).doing("create", &made)?;
    let mut to = BufWriter::with_capacity(1 << 20, &file);
    let mut outcome = Ok(());
    let _ended = lines_of(path, 0, is_last, &mut |line| {
        let written = match number_of(line.bytes).filter(|seq| seqs.contains(seq)) {
            None => {
                let copied = to.write_all(line.bytes);
                copied
                    .and_then(|()| to.write_all(b"\n"))
                    .doing("write", &made)
            }
            Some(_) => match parse_line(line.bytes) {
                Ok(raw) => to.write_all(&without_body(&raw)).doing("write", &made),
                Err(e) => Err(line.fault(e.into())),
            },
        };
        outcome = written;
        match outcome {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    })?;
    outcome?;
    to.flush().doing("write", &made)?;
    drop(to);
    file.sync_all().doing("sync", &made)?;
    durable::rename(&made, path)?;
    durable::sync_dir(record)
}

fn without_body(raw: &RawEntry<'_>) -> Vec<u8> {
    let mut line = Vec::new();
    let erased = RawEntry {
        contents: None,
        ..*raw
    };
    raw_line(&erased, &mut line);
    line
}

impl Store {
    /// Appends an entry that erases an earlier one, and erases that one's salt and body from every file of the record.
    ///
    /// # Errors
    ///
    /// [`EraseError::Unfinished`] after it was recorded; any other before.
    pub fn erase(mut self, on: &Head, redaction: &Entry) -> Result<Self, EraseError> {
        let projection = (self.indexing.projector)(redaction);
        let erasure = Erasure::of(redaction.seq(), projection.erases).ok_or(EraseError::Nothing)?;
        let journal = self.journal();
        let (stored, line) = (self.view()?.get(erasure.seq)?, journal.entry(erasure.seq)?);
        if !erasure.is_due(stored.as_ref()) || !erasure.is_due(line.as_ref()) {
            return Err(EraseError::Nothing);
        }
        self.append_on(on, std::slice::from_ref(redaction))?;
        self.usable()
            .and_then(|()| self.finish(&journal, erasure.seq))
            .map_err(|source| EraseError::Unfinished { source })
    }

    fn finish(self, journal: &Journal, seq: u64) -> Result<Self, StoreError> {
        let left = Unfinished {
            journal: BTreeSet::from([seq]),
            sled: BTreeSet::from([seq]),
            copies: copies_aside(&self.record)?,
        };
        let view = left.finish(&self.record, self.view, journal, self.indexing)?;
        Ok(Self {
            view,
            // The file that was open may be one that is no longer there.
            writer: JournalWriter::open(&self.record)?,
            intake: None,
            ..self
        })
    }

    /// Every body that was erased: the position of its entry, and of the entry that erased it.
    ///
    /// # Errors
    ///
    /// Where the store cannot be read.
    pub fn erased(&self) -> Result<Vec<(u64, u64)>, StoreError> {
        let erasures = intake::erasures(&self.view()?.shelf)?;
        Ok(erasures.iter().map(|one| (one.seq, one.by)).collect())
    }
}
