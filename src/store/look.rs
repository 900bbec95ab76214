//! Looking at both copies of a log, before anything is put right.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use super::durable;
use super::error::{Doing, StoreError};
use super::journal::{Journal, JournalLine, head_of};
use super::layout;
use super::lines::last_line;
use super::repair::Repair;
use super::runs::{RunId, RunState};
use super::shelf::{Shelf, suspicion};
use super::view::View;
use crate::log::Head;

/// The end of a journal.
#[derive(Debug)]
pub(super) struct JournalEnd {
    pub(super) head: Option<Head>,
    /// What follows the head and is no entry.
    pub(super) tail: Option<BadTail>,
}

#[derive(Debug)]
pub(super) struct BadTail {
    path: PathBuf,
    at: u64,
    bytes: u64,
    /// Whether it ends in a line feed, which a torn line does not.
    is_line: bool,
}

/// How the two copies stand to each other.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Relation {
    Equal,
    StoreBehind { from: Head, to: Head },
    JournalBehind { from: Option<Head>, to: Head },
}

/// Reads the end of the journal without changing it.
pub(super) fn journal_end(journal: &Journal) -> Result<JournalEnd, StoreError> {
    let mut tail = None;
    for (age, file) in journal.files()?.iter().rev().enumerate() {
        let end = last_line(&file.path, u64::MAX)?;
        if end.torn > 0 && age == 0 {
            let (at, bytes) = (end.whole, end.torn);
            tail = Some(BadTail {
                path: file.path.clone(),
                at,
                bytes,
                is_line: false,
            });
        }
        let Some((offset, bytes)) = end.line else {
            continue;
        };
        let last = JournalLine {
            file: &file.path,
            offset,
            bytes: &bytes,
        };
        let head = match head_of(&last) {
            Err(_) if tail.is_none() => {
                let bytes = end.whole - offset;
                tail = Some(BadTail {
                    path: file.path.clone(),
                    at: offset,
                    bytes,
                    is_line: true,
                });
                head_before(&file.path, offset)?
            }
            head => Some(head?),
        };
        if head.is_some() {
            return Ok(JournalEnd { head, tail });
        }
    }
    Ok(JournalEnd { head: None, tail })
}

fn head_before(file: &Path, offset: u64) -> Result<Option<Head>, StoreError> {
    let Some((offset, bytes)) = last_line(file, offset)?.line else {
        return Ok(None);
    };
    head_of(&JournalLine {
        file,
        offset,
        bytes: &bytes,
    })
    .map(Some)
}

impl BadTail {
    pub(super) fn repair(&self, kept_as: Option<PathBuf>) -> Repair {
        match self.is_line {
            false => Repair::TornLine { bytes: self.bytes },
            true => Repair::BadLine {
                bytes: self.bytes,
                kept_as,
            },
        }
    }

    pub(super) fn cut(&self, record: &Path) -> Result<Repair, StoreError> {
        let mut kept_as = None;
        if self.is_line {
            let bytes = fs::read(&self.path).doing("read", &self.path)?;
            let path = durable::free_name(record, "journal.cut");
            durable::write_new(&path, bytes.get(self.at as usize..).unwrap_or_default())?;
            kept_as = Some(path);
        }
        let dir = layout::journal(record);
        let newer = Journal::at(dir)
            .files()?
            .into_iter()
            .filter(|file| file.path > self.path);
        newer
            .map(|file| file.path)
            .try_for_each(|path| durable::remove_file(&path))?;
        let file = OpenOptions::new()
            .write(true)
            .open(&self.path)
            .doing("open", &self.path)?;
        file.set_len(self.at)
            .and_then(|()| file.sync_all())
            .doing("cut", &self.path)?;
        Ok(self.repair(kept_as))
    }
}

/// Opens sled and looks whether it ends as it says it does.
pub(super) fn sound_view(sled: &Path) -> Result<(View, Head), StoreError> {
    if let Ok(reason) = fs::read_to_string(suspicion(sled)) {
        return Err(StoreError::Damaged { what: reason });
    }
    let view = View {
        shelf: Shelf::open(sled)?,
    };
    let head = view
        .head()?
        .ok_or_else(|| StoreError::damaged("it holds no entry"))?;
    let log = RunState::load(&view.shelf, RunId::log())?;
    let last = view.get(head.seq)?.map(|last| last.raw().head());
    if log.meta.count != head.seq + 1 || last != Some(head) {
        return Err(StoreError::damaged(format!("its last entry is not {head}")));
    }
    Ok((view, head))
}

/// Compares two copies. The shorter must be a beginning of the longer.
pub(super) fn relate(
    view: &View,
    store: Head,
    journal: &Journal,
    journal_head: Option<Head>,
) -> Result<Relation, StoreError> {
    let Some(at) = journal_head else {
        return Ok(Relation::JournalBehind {
            from: None,
            to: store,
        });
    };
    let fork = |seq, store, journal| {
        Err(StoreError::Fork {
            seq,
            store,
            journal,
        })
    };
    if store.seq == at.seq {
        return if store.link == at.link {
            Ok(Relation::Equal)
        } else {
            fork(at.seq, store.link, at.link)
        };
    }
    if store.seq < at.seq {
        return match journal.entry(store.seq)?.map(|entry| entry.raw().link) {
            Some(link) if link != store.link => fork(store.seq, store.link, link),
            _ => Ok(Relation::StoreBehind {
                from: store,
                to: at,
            }),
        };
    }
    match view.get(at.seq)?.map(|entry| entry.raw().link) {
        Some(link) if link != at.link => fork(at.seq, link, at.link),
        _ => Ok(Relation::JournalBehind {
            from: Some(at),
            to: store,
        }),
    }
}
