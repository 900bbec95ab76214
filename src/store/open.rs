//! Opening a record: compare the two copies, put right what can be, say so.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use super::durable;
use super::error::{Doing, StoreError};
use super::intake::{self, Indexing, Intake};
use super::journal::{self, Journal, JournalLine};
use super::layout;
use super::lock::RecordLock;
use super::repair::Repair;
use super::replay::Source;
use super::runs::{RunId, RunState};
use super::shelf::{Shelf, suspicion};
use super::view::View;
use super::writer::{Intent, JournalWriter};
use super::{Opened, Options, Store};
use crate::log::{Entry, Head, line};

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
        let end = journal::last_line(&file.path, u64::MAX)?;
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
        let head = match journal::head_of(&last) {
            Err(_) if tail.is_none() && offset > 0 => {
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
        return Ok(JournalEnd { head, tail });
    }
    Ok(JournalEnd { head: None, tail })
}

fn head_before(file: &Path, offset: u64) -> Result<Option<Head>, StoreError> {
    let Some((offset, bytes)) = journal::last_line(file, offset)?.line else {
        return Ok(None);
    };
    journal::head_of(&JournalLine {
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

    fn cut(&self, record: &Path) -> Result<Repair, StoreError> {
        let mut kept_as = None;
        if self.is_line {
            let bytes = fs::read(&self.path).doing("read", &self.path)?;
            let path = durable::free_name(record, "journal.cut");
            durable::write_new(&path, bytes.get(self.at as usize..).unwrap_or_default())?;
            kept_as = Some(path);
        }
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

/// Makes a store out of another copy of the log, in a directory that must not exist, and makes it durable.
pub(super) fn build(
    path: &Path,
    source: &Source<'_>,
    indexing: Indexing,
) -> Result<Option<Head>, StoreError> {
    let shelf = Shelf::create(path)?;
    let head = take_in(&shelf, source, None, indexing)?;
    drop(shelf);
    // Opened once more, so that a snapshot covers it.
    drop(Shelf::open(path)?);
    durable::sync_tree(path)?;
    Ok(head)
}

fn take_in(
    shelf: &Shelf,
    source: &Source<'_>,
    after: Option<Head>,
    indexing: Indexing,
) -> Result<Option<Head>, StoreError> {
    let mut intake = Intake::load(shelf, indexing)?;
    let head = source.replay(after, &mut |entries| intake.absorb(shelf, entries))?;
    intake.commit(shelf)?;
    Ok(head)
}

pub(super) fn open(record: &Path, options: &Options) -> Result<Opened, StoreError> {
    layout::check_version(record)?;
    let lock = RecordLock::take(record, options.wait, &options.who)?;
    let journal = Journal::at(layout::journal(record));
    let mut opening = Opening {
        record,
        sled: layout::sled(record),
        journal,
        indexing: options.indexing,
        repairs: Vec::new(),
    };
    let (view, head) = opening.run()?;
    let store = Store {
        writer: JournalWriter::open(record)?,
        record: record.to_owned(),
        view,
        indexing: options.indexing,
        head,
        intake: None,
        behind: None,
        _lock: lock,
    };
    Ok(Opened {
        store,
        repairs: opening.repairs,
    })
}

struct Opening<'a> {
    record: &'a Path,
    sled: PathBuf,
    journal: Journal,
    indexing: Indexing,
    repairs: Vec<Repair>,
}

impl Opening<'_> {
    fn run(&mut self) -> Result<(View, Head), StoreError> {
        durable::remove_tree(&layout::rebuilding(self.record))?;
        self.settle_replacement()?;
        let taken_back = self.take_back()?;
        let end = journal_end(&self.journal)?;
        if let Some(tail) = &end.tail {
            self.repairs.push(tail.cut(self.record)?);
        }
        let (view, head) = match sound_view(&self.sled) {
            Ok((_, head)) if taken_back.is_some_and(|before| head.seq > before.seq) => self
                .rebuild(
                    "it holds entries of an append that had not ended".to_owned(),
                    end.head,
                )?,
            Ok((view, head)) => self.reconcile(view, head, end.head)?,
            Err(StoreError::Damaged { what }) => self.rebuild(what, end.head)?,
            Err(other) => return Err(other),
        };
        self.reindex_if_stale(view, head)
    }

    /// Takes back an append of several entries that had not ended.
    fn take_back(&mut self) -> Result<Option<Head>, StoreError> {
        let Some(intent) = Intent::find(self.record)? else {
            durable::remove_file(&layout::intent(self.record))?;
            return Ok(None);
        };
        intent.cut(self.record)?;
        self.repairs
            .push(Repair::UnfinishedAppend { head: intent.head });
        Ok(Some(intent.head))
    }

    fn reconcile(
        &mut self,
        view: View,
        store: Head,
        journal: Option<Head>,
    ) -> Result<(View, Head), StoreError> {
        match relate(&view, store, &self.journal, journal)? {
            Relation::Equal => Ok((view, store)),
            Relation::JournalBehind { from, to } => {
                self.complete_journal(&view, from)?;
                self.repairs.push(Repair::JournalCompleted { from, to });
                Ok((view, to))
            }
            Relation::StoreBehind { from, to } => {
                let source = Source::Journal(&self.journal);
                match take_in(&view.shelf, &source, Some(from), self.indexing) {
                    Ok(_) => {
                        self.repairs.push(Repair::StoreCaughtUp { from, to });
                        Ok((view, to))
                    }
                    Err(StoreError::Damaged { what }) => {
                        drop(view);
                        self.rebuild(what, Some(to))
                    }
                    Err(other) => Err(other),
                }
            }
        }
    }

    fn complete_journal(&self, view: &View, from: Option<Head>) -> Result<(), StoreError> {
        let mut writer = JournalWriter::open(self.record)?;
        Source::View(view).replay(from, &mut |entries: &[Entry]| {
            let mut lines = Vec::new();
            entries.iter().for_each(|entry| line(entry, &mut lines));
            entries
                .first()
                .map_or(Ok(()), |first| writer.write(first.seq(), &lines))
        })?;
        writer.sync_bulk()
    }

    fn rebuild(
        &mut self,
        reason: String,
        journal: Option<Head>,
    ) -> Result<(View, Head), StoreError> {
        let Some(head) = journal else {
            return Err(StoreError::Damaged { what: reason });
        };
        let made = layout::rebuilding(self.record);
        build(&made, &Source::Journal(&self.journal), self.indexing)?;
        let mut kept_as = None;
        if fs::symlink_metadata(&self.sled).is_ok() {
            let aside = durable::free_name(self.record, "sled.damaged");
            durable::rename(&self.sled, &aside)?;
            kept_as = Some(aside);
        }
        durable::rename(&made, &self.sled)?;
        durable::remove_file(&suspicion(&self.sled))?;
        self.repairs.push(Repair::StoreRebuilt {
            reason,
            kept_as,
            head,
        });
        Ok((
            View {
                shelf: Shelf::open(&self.sled)?,
            },
            head,
        ))
    }

    /// Ends a replacement of the store that was killed half-way.
    fn settle_replacement(&self) -> Result<(), StoreError> {
        let replaced = layout::replaced(self.record);
        if replaced.is_dir() && !self.sled.exists() {
            return durable::rename(&replaced, &self.sled);
        }
        durable::remove_tree(&replaced)
    }

    fn reindex_if_stale(&mut self, view: View, head: Head) -> Result<(View, Head), StoreError> {
        let from = intake::index_version(&view.shelf)?;
        if from == Some(self.indexing.version) {
            return Ok((view, head));
        }
        let view = reindex(self.record, view, self.indexing)?;
        self.repairs.push(Repair::Reindexed {
            from,
            to: self.indexing.version,
        });
        Ok((view, head))
    }
}

/// Makes the whole store anew from its own log, and puts it in the place of the old one.
pub(super) fn reindex(record: &Path, view: View, indexing: Indexing) -> Result<View, StoreError> {
    let (sled, made) = (layout::sled(record), layout::rebuilding(record));
    let replaced = layout::replaced(record);
    durable::remove_tree(&made)?;
    durable::remove_tree(&replaced)?;
    build(&made, &Source::View(&view), indexing)?;
    drop(view);
    durable::rename(&sled, &replaced)?;
    durable::rename(&made, &sled)?;
    durable::remove_tree(&replaced)?;
    Ok(View {
        shelf: Shelf::open(&sled)?,
    })
}
