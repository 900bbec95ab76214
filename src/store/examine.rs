//! Looking at a record without changing anything in it, for `verify`.
//!
//! sled cannot be opened without writing, so a copy of it is: copied under the record's lock, into a temporary directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::durable;
use super::erase::Unfinished;
use super::error::{Doing, StoreError};
use super::intake::Indexing;
use super::intent::Intent;
use super::journal::Journal;
use super::layout;
use super::lock::RecordLock;
use super::look::{Relation, journal_end, relate, sound_view};
use super::repair::Repair;
use super::shelf::suspicion;
use super::view::View;
use crate::log::Head;

/// Both copies of a log as they were found.
#[derive(Debug)]
pub struct Examination {
    /// The journal.
    pub journal: Journal,
    /// Its last entry, not counting what opening would cut; an error where it has no readable end.
    pub journal_head: Result<Option<Head>, StoreError>,
    /// The store, from a copy; an error where opening would rebuild it.
    pub store: Result<View, StoreError>,
    /// The store's last entry.
    pub store_head: Option<Head>,
    /// What opening the record would put right.
    pub repairs: Vec<Repair>,
    /// Why opening would refuse: the two copies differ at one position.
    pub fork: Option<StoreError>,
    _copy: TempDir,
}

/// Examines a record. Takes its lock while copying, waiting for up to `wait`; nothing in the record is written.
pub fn examine(
    record: &Path,
    wait: Duration,
    indexing: Indexing,
) -> Result<Examination, StoreError> {
    layout::check_version(record)?;
    let lock = RecordLock::take_silently(record, wait)?;
    let copy = TempDir::with_prefix("regesta-examine-")
        .doing("create a directory in", &std::env::temp_dir())?;
    let sled = copy.path().join("sled");
    copy_store(record, &sled)?;
    let journal = Journal::at(layout::journal(record));
    let intent = Intent::find(&layout::intent(record))?;
    let end = journal_end(&journal);
    drop(lock);
    let mut repairs = Vec::new();
    let mut taken_back = None;
    if let Some(intent) = intent {
        repairs.push(Repair::UnfinishedAppend { head: intent.head });
        taken_back = Some(intent.head);
    }
    let journal_head = end.map(|end| {
        repairs.extend(
            end.tail
                .filter(|_| taken_back.is_none())
                .map(|tail| tail.repair(None)),
        );
        match (end.head, taken_back) {
            (Some(head), Some(before)) if head.seq > before.seq => Some(before),
            (head, _) => head,
        }
    });
    let (store, store_head) = match sound_view(&sled) {
        Ok((view, head)) => (Ok(view), Some(head)),
        Err(e) => (Err(e), None),
    };
    let mut found = Examination {
        journal,
        journal_head,
        store,
        store_head,
        repairs,
        fork: None,
        _copy: copy,
    };
    found.compare(indexing)?;
    found.look_for_bodies(record)?;
    Ok(found)
}

impl Examination {
    fn compare(&mut self, indexing: Indexing) -> Result<(), StoreError> {
        let Ok(journal_head) = self.journal_head else {
            return Ok(());
        };
        match (&self.store, self.store_head) {
            (Ok(view), Some(head)) => match relate(view, head, &self.journal, journal_head) {
                Ok(Relation::Equal) => {}
                Ok(Relation::StoreBehind { from, to }) => {
                    self.repairs.push(Repair::StoreCaughtUp { from, to });
                }
                Ok(Relation::JournalBehind { from, to }) => {
                    self.repairs.push(Repair::JournalCompleted { from, to });
                }
                Err(fork @ StoreError::Fork { .. }) => self.fork = Some(fork),
                // A damaged line or page: whoever reads the copies entry by entry finds it too.
                Err(StoreError::Damaged { .. } | StoreError::Journal { .. }) => {}
                Err(other) => return Err(other),
            },
            (Err(StoreError::Damaged { what }), _) => {
                let reason = what.clone();
                let rebuilt = |head| Repair::StoreRebuilt {
                    reason,
                    kept_as: None,
                    head,
                };
                self.repairs.extend(journal_head.map(rebuilt));
            }
            _ => {}
        }
        if let Ok(view) = &self.store
            && let Ok(from) = view.index_version()
            && from != Some(indexing.version)
        {
            self.repairs.push(Repair::Reindexed {
                from,
                to: indexing.version,
            });
        }
        Ok(())
    }

    /// Foresees the end of erasures that were begun. Where a copy cannot be read for it, others say so.
    fn look_for_bodies(&mut self, record: &Path) -> Result<(), StoreError> {
        let Ok(view) = &self.store else {
            return Ok(());
        };
        let left = match Unfinished::look(record, view, &self.journal) {
            Err(StoreError::Damaged { .. } | StoreError::Journal { .. }) => return Ok(()),
            left => left?,
        };
        let entries = left.entries();
        if !entries.is_empty() {
            self.repairs.push(Repair::ErasureFinished { entries });
        }
        if !left.copies.is_empty() {
            let copies = left.copies;
            self.repairs.push(Repair::CopiesRemoved { copies });
        }
        Ok(())
    }
}

fn copy_store(record: &Path, to: &Path) -> Result<(), StoreError> {
    let from = layout::sled(record);
    if !from.is_dir() {
        return Ok(());
    }
    copy_tree(&from, to)?;
    match fs::copy(suspicion(&from), suspicion(to)) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        copied => copied.map(drop).doing("copy", &suspicion(&from)),
    }
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::create_dir(to).doing("create", to)?;
    for file in fs::read_dir(from).doing("list", from)? {
        let file = file.doing("list", from)?;
        let (path, target): (PathBuf, PathBuf) = (file.path(), to.join(file.file_name()));
        if path.is_dir() {
            copy_tree(&path, &target)?;
        } else {
            fs::copy(&path, &target).doing("copy", &path)?;
        }
    }
    durable::sync_dir(to)
}
