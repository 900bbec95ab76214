//! Opening a record: compare the two copies, put right what can be, say so.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::durable;
use super::erase::Unfinished;
use super::error::StoreError;
use super::intake::{self, Indexing, Intake};
use super::intent::Intent;
use super::journal::Journal;
use super::layout;
use super::lock::RecordLock;
use super::look::{Relation, journal_end, relate, sound_view};
use super::repair::Repair;
use super::replay::Source;
use super::shelf::{Shelf, suspicion};
use super::view::View;
use super::writer::JournalWriter;
use super::{Opened, Options, Store};
use crate::log::{Entry, Head, line};

/// Makes a store out of another copy of the log, leaving out the bodies of some entries, in a directory that must not exist, and makes it durable.
pub(super) fn build(
    path: &Path,
    source: &Source<'_>,
    indexing: Indexing,
    without: &BTreeSet<u64>,
) -> Result<(), StoreError> {
    let shelf = Shelf::create(path)?;
    take_in(&shelf, source, None, indexing, without)?;
    drop(shelf);
    // Opened once more, so that a snapshot covers it.
    drop(Shelf::open(path)?);
    durable::sync_tree(path)
}

fn take_in(
    shelf: &Shelf,
    source: &Source<'_>,
    after: Option<Head>,
    indexing: Indexing,
    without: &BTreeSet<u64>,
) -> Result<(), StoreError> {
    let mut intake = Intake::load(shelf, indexing)?;
    source.replay(after, &mut |entries| {
        let entries = erased(entries, without);
        intake.absorb(shelf, &entries, indexing.project(&entries))
    })?;
    intake.commit(shelf)
}

fn erased<'a>(entries: &'a [Entry], without: &BTreeSet<u64>) -> Cow<'a, [Entry]> {
    let is_out = |entry: &Entry| without.contains(&entry.seq());
    if without.is_empty() || !entries.iter().any(is_out) {
        return Cow::Borrowed(entries);
    }
    let kept = entries.iter().cloned();
    Cow::Owned(
        kept.map(|entry| match is_out(&entry) {
            true => entry.erased(),
            false => entry,
        })
        .collect(),
    )
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
        durable::remove_file(&layout::rewriting(self.record))?;
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
        let (view, head) = self.reindex_if_stale(view, head)?;
        self.finish_erasures(view, head)
    }

    /// Erases what was to be erased and is still there: a redaction was killed, or an old copy was put back.
    fn finish_erasures(&mut self, view: View, head: Head) -> Result<(View, Head), StoreError> {
        let (view, left) = match Unfinished::look(self.record, &view, &self.journal) {
            Err(StoreError::Damaged { what }) => {
                drop(view);
                let (view, _) = self.rebuild(what, Some(head))?;
                let left = Unfinished::look(self.record, &view, &self.journal)?;
                (view, left)
            }
            left => (view, left?),
        };
        let entries = left.entries();
        if entries.is_empty() && left.copies.is_empty() {
            return Ok((view, head));
        }
        let view = left.finish(self.record, view, &self.journal, self.indexing)?;
        self.repairs
            .iter_mut()
            .for_each(|repair| repair.forget(&left.copies));
        if !entries.is_empty() {
            self.repairs.push(Repair::ErasureFinished { entries });
        }
        if !left.copies.is_empty() {
            let copies = left.copies;
            self.repairs.push(Repair::CopiesRemoved { copies });
        }
        Ok((view, head))
    }

    /// Takes back an append of several entries that had not ended.
    fn take_back(&mut self) -> Result<Option<Head>, StoreError> {
        self.keep_promise(&layout::completion(self.record))?;
        let Some(intent) = self.keep_promise(&layout::intent(self.record))? else {
            return Ok(None);
        };
        self.repairs
            .push(Repair::UnfinishedAppend { head: intent.head });
        Ok(Some(intent.head))
    }

    fn keep_promise(&self, path: &Path) -> Result<Option<Intent>, StoreError> {
        let intent = Intent::find(path)?;
        match &intent {
            Some(intent) => intent.cut(self.record, path)?,
            None => durable::remove_file(path)?,
        }
        Ok(intent)
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
                self.complete_journal(&view, from, &to)?;
                self.repairs.push(Repair::JournalCompleted { from, to });
                Ok((view, to))
            }
            Relation::StoreBehind { from, to } => {
                let source = Source::Journal(&self.journal);
                let all = BTreeSet::new();
                match take_in(&view.shelf, &source, Some(from), self.indexing, &all) {
                    Ok(()) => {
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

    fn complete_journal(
        &self,
        view: &View,
        from: Option<Head>,
        to: &Head,
    ) -> Result<(), StoreError> {
        let mut writer = JournalWriter::open(self.record)?;
        writer.begin_completion(from.as_ref().unwrap_or(to))?;
        Source::View(view).replay(from, &mut |entries: &[Entry]| {
            let mut lines = Vec::new();
            entries.iter().for_each(|entry| line(entry, &mut lines));
            entries
                .first()
                .map_or(Ok(()), |first| writer.write(first.seq(), &lines))
        })?;
        writer.end_completion()
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
        let source = Source::Journal(&self.journal);
        build(&made, &source, self.indexing, &BTreeSet::new())?;
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

/// Makes the whole store anew from its own log.
pub(super) fn reindex(record: &Path, view: View, indexing: Indexing) -> Result<View, StoreError> {
    replace(record, view, |made, view| {
        build(made, &Source::View(view), indexing, &BTreeSet::new())
    })
}

/// Makes a store in a fresh directory, and puts it in the place of the old one.
pub(super) fn replace(
    record: &Path,
    view: View,
    make: impl FnOnce(&Path, &View) -> Result<(), StoreError>,
) -> Result<View, StoreError> {
    let (sled, made) = (layout::sled(record), layout::rebuilding(record));
    let replaced = layout::replaced(record);
    durable::remove_tree(&made)?;
    durable::remove_tree(&replaced)?;
    make(&made, &view)?;
    drop(view);
    durable::rename(&sled, &replaced)?;
    durable::rename(&made, &sled)?;
    durable::remove_tree(&replaced)?;
    Ok(View {
        shelf: Shelf::open(&sled)?,
    })
}
