//! The journal, written: what durability rests on.
//!
//! One line needs no more than `write` and `fdatasync`: either it ends in a line feed or it was never acknowledged. Several lines
//! are made one by `append.intent`, which is durable before the first of them and gone before they are acknowledged; whoever finds
//! it cuts the journal back to what it names.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use super::durable;
use super::error::{Doing, StoreError};
use super::intent::Intent;
use super::journal::{Journal, file_name};
use super::layout;
use crate::log::Head;

/// A file of the journal that has reached this is followed by the next.
pub(super) const FILE_BYTES: u64 = 64 * 1024 * 1024;

/// The open end of the journal.
#[derive(Debug)]
pub(super) struct JournalWriter {
    record: PathBuf,
    path: PathBuf,
    file: File,
    len: u64,
    /// Files that a bulk append has filled, being synced beside it.
    syncing: Vec<(PathBuf, JoinHandle<io::Result<()>>)>,
}

/// How a write that did not succeed has ended.
#[derive(Debug)]
pub(super) enum WriteError {
    /// The journal is as it was.
    Undone(StoreError),
    /// It may hold what was written, or a part of it.
    Unknown(StoreError),
}

fn open_end(path: &Path) -> Result<(File, u64), StoreError> {
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .doing("open", path)?;
    let len = file.metadata().doing("look at", path)?.len();
    Ok((file, len))
}

impl JournalWriter {
    /// Opens the end of a journal whose last line is whole; makes the journal if there is none.
    pub(super) fn open(record: &Path) -> Result<Self, StoreError> {
        let dir = layout::journal(record);
        fs::create_dir_all(&dir).doing("create", &dir)?;
        let last = Journal::at(dir.clone()).files()?.pop();
        let path = last.map_or_else(|| dir.join(file_name(0)), |file| file.path);
        let (file, len) = open_end(&path)?;
        durable::sync_dir(&dir)?;
        durable::sync_dir(record)?;
        Ok(Self {
            record: record.to_owned(),
            path,
            file,
            len,
            syncing: Vec::new(),
        })
    }

    /// Begins the next file if this one is full.
    fn roll(&mut self, seq: u64) -> Result<Option<(PathBuf, File)>, StoreError> {
        if self.len < FILE_BYTES {
            return Ok(None);
        }
        let dir = layout::journal(&self.record);
        let path = dir.join(file_name(seq));
        let (file, len) = open_end(&path)?;
        durable::sync_dir(&dir)?;
        self.len = len;
        let full = (
            std::mem::replace(&mut self.path, path),
            std::mem::replace(&mut self.file, file),
        );
        Ok(Some(full))
    }

    /// Records one line: durable when this returns.
    pub(super) fn append(&mut self, seq: u64, line: &[u8]) -> Result<(), WriteError> {
        self.roll(seq).map_err(WriteError::Undone)?;
        let written = self.file.write_all(line).doing("write", &self.path);
        let synced = written.and_then(|()| self.file.sync_data().doing("sync", &self.path));
        match synced {
            Ok(()) => {
                self.len += line.len() as u64;
                Ok(())
            }
            Err(e) => match self
                .file
                .set_len(self.len)
                .and_then(|()| self.file.sync_data())
            {
                Ok(()) => Err(WriteError::Undone(e)),
                Err(_) => Err(WriteError::Unknown(e)),
            },
        }
    }

    /// Promises to cut back to here unless [`end_bulk`](Self::end_bulk) is reached.
    pub(super) fn begin_bulk(&mut self, on: &Head) -> Result<Intent, StoreError> {
        self.promise(on, &layout::intent(&self.record))
    }

    /// The same while the journal is completed from the store, up to [`end_completion`](Self::end_completion): a power cut may keep
    /// a later line and lose an earlier one.
    pub(super) fn begin_completion(&mut self, on: &Head) -> Result<Intent, StoreError> {
        self.promise(on, &layout::completion(&self.record))
    }

    fn promise(&mut self, on: &Head, path: &Path) -> Result<Intent, StoreError> {
        let file = self
            .path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        let intent = Intent {
            file: file.to_owned(),
            len: self.len,
            head: *on,
        };
        durable::write_new(path, intent.to_text().as_bytes())?;
        Ok(intent)
    }

    /// Writes lines, the first of which is of entry `seq`.
    pub(super) fn write(&mut self, seq: u64, lines: &[u8]) -> Result<(), StoreError> {
        if let Some((path, file)) = self.roll(seq)? {
            self.syncing
                .push((path, thread::spawn(move || file.sync_data())));
        }
        self.file.write_all(lines).doing("write", &self.path)?;
        self.len += lines.len() as u64;
        Ok(())
    }

    fn join(&mut self) -> Result<(), StoreError> {
        let failed = || io::Error::other("the thread that syncs it ended early");
        let mut outcome = Ok(());
        for (path, thread) in self.syncing.drain(..) {
            let synced = thread
                .join()
                .unwrap_or_else(|_| Err(failed()))
                .doing("sync", &path);
            outcome = outcome.and(synced);
        }
        outcome
    }

    /// Makes all lines durable; the caller then ends the intent.
    pub(super) fn sync_bulk(&mut self) -> Result<(), StoreError> {
        self.join()?;
        self.file.sync_data().doing("sync", &self.path)
    }

    /// After this the lines are recorded.
    pub(super) fn end_bulk(&mut self) -> Result<(), StoreError> {
        durable::remove_file(&layout::intent(&self.record))
    }

    /// Makes all lines durable, and ends the promise.
    pub(super) fn end_completion(&mut self) -> Result<(), StoreError> {
        self.sync_bulk()?;
        durable::remove_file(&layout::completion(&self.record))
    }

    /// Cuts back to where the intent stood, and opens the end again.
    pub(super) fn undo_bulk(&mut self, intent: &Intent) -> Result<(), StoreError> {
        // What these threads could not sync is about to be cut.
        let _ = self.join();
        intent.cut(&self.record, &layout::intent(&self.record))?;
        let reopened = Self::open(&self.record)?;
        *self = reopened;
        Ok(())
    }
}
