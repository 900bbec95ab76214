//! The only room that knows sled.

mod append;
mod block;
mod durable;
mod entries;
mod error;
mod examine;
mod init;
mod intake;
mod journal;
mod layout;
mod lock;
mod open;
mod postings;
mod repair;
mod replay;
mod runs;
mod shelf;
mod view;
mod writer;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub use append::Appending;
pub use entries::Stored;
pub use error::{AppendError, LineFault, StoreError};
pub use examine::{Examination, examine};
pub use init::{init, init_from};
pub use intake::{Indexing, Projection, Projector, Row, Term};
pub use journal::{Journal, JournalLine};
pub use lock::Who;
pub use repair::Repair;
pub use view::{IndexFault, RunInfo, SegmentRef, View};

use crate::log::{Entry, Head, RawEntry};
use intake::Intake;
use lock::RecordLock;
use writer::JournalWriter;

/// The door that every store of a log has. Entries are opaque bytes; the chain is ours, not the store's.
///
/// The laws, which one suite of tests checks on every store: positions are contiguous; of several appends on one head one wins;
/// what was acknowledged is there after reopening; what was read once never changes; the same append again is no second one; and
/// after [`AppendError::Unknown`] the position after the old head tells what happened.
pub trait Log {
    /// The last entry.
    fn head(&self) -> Result<Head, StoreError>;

    /// Appends all entries, durably, if the head is still `on`; the same entries on the same head again are already there.
    fn append(&mut self, on: &Head, entries: &[Entry]) -> Result<Head, AppendError>;

    /// Hands out the entries at `from..to` in order, unchecked.
    fn read(
        &self,
        from: u64,
        to: u64,
        each: &mut dyn FnMut(RawEntry<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError>;

    /// Waits until the log goes beyond `seq`, but no longer than `at_most`, and returns the head.
    fn wait_beyond(&self, seq: u64, at_most: Duration) -> Result<Head, StoreError> {
        let start = Instant::now();
        loop {
            let head = self.head()?;
            let left = at_most.saturating_sub(start.elapsed());
            if head.seq > seq || left.is_zero() {
                return Ok(head);
            }
            std::thread::sleep(left.min(Duration::from_millis(20)));
        }
    }
}

/// How to open a record.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long to wait for somebody else to finish.
    pub wait: Duration,
    /// Who opens it, for whoever finds it locked.
    pub who: Who,
    /// How its index is made.
    pub indexing: Indexing,
}

/// A record that is open, and what was put right in opening it.
#[derive(Debug)]
pub struct Opened {
    /// The record.
    pub store: Store,
    /// To be told to the user.
    pub repairs: Vec<Repair>,
}

/// An open record. Nobody else can open it meanwhile, though anybody can read its [`Journal`].
#[derive(Debug)]
pub struct Store {
    record: PathBuf,
    view: View,
    writer: JournalWriter,
    indexing: Indexing,
    head: Head,
    /// The end of what sled holds, kept between appends.
    intake: Option<Intake>,
    /// Why sled does not hold what the journal holds.
    behind: Option<String>,
    _lock: RecordLock,
}

impl Store {
    /// Opens a record and puts right what can be: see [the module](self).
    pub fn open(record: &Path, options: &Options) -> Result<Opened, StoreError> {
        open::open(record, options)
    }

    fn usable(&self) -> Result<(), StoreError> {
        match &self.behind {
            Some(reason) => Err(StoreError::Behind {
                reason: reason.clone(),
            }),
            None => Ok(()),
        }
    }

    /// What can be read. Refused after sled failed to take in what was recorded.
    pub fn view(&self) -> Result<&View, StoreError> {
        self.usable().map(|()| &self.view)
    }

    /// The record's journal.
    #[must_use]
    pub fn journal(&self) -> Journal {
        Journal::at(layout::journal(&self.record))
    }

    /// Makes the index anew from the log.
    pub fn reindex(self) -> Result<Self, StoreError> {
        self.usable()?;
        let view = open::reindex(&self.record, self.view, self.indexing)?;
        Ok(Self {
            view,
            intake: None,
            ..self
        })
    }
}

impl Log for Store {
    fn head(&self) -> Result<Head, StoreError> {
        Ok(self.head)
    }

    fn append(&mut self, on: &Head, entries: &[Entry]) -> Result<Head, AppendError> {
        self.append_on(on, entries)
    }

    fn read(
        &self,
        from: u64,
        to: u64,
        each: &mut dyn FnMut(RawEntry<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.view()?.read(from, to, each)
    }
}

#[cfg(test)]
mod tests;
