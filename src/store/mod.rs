//! The only room that knows sled. Bytes in, bytes out: nothing here knows what a decision is.
//!
//! # A record is two copies of one log
//!
//! ```text
//! regesta-record/
//!   version         `regesta record 1`; a newer number is refused
//!   lock            held by the one process that has the record open; its text says who that is
//!   append.intent   only while several lines are being written (completion.intent: while the journal is completed from sled)
//!   sled.rebuilding, sled.replaced, journal.rewriting   only while a copy is made anew; whoever finds one clears it
//!   journal/        00000000000000000000.ndjson …: the export's lines, a new file after 64 MiB, named by its first entry
//!   sled/           the log in packed blocks, and every index
//! ```
//!
//! sled is pinned to 0.34.7, the last stable release, and trusted with nothing that cannot be made again. What was measured on it
//! (`research/sled.md` of the project; 800 kills, 100 damaged copies of each store): its `flush` never calls `fsync` on Linux, and a
//! simulated power cut took up to 1,451 acknowledged entries of 5,262; one flipped bit in a log that was never reopened made it
//! open *without an error* and serve a shorter log in 22 of 100 copies and panic in 55; killed while opening, it left 7 of 2,658
//! stores unopenable, for want of ignoring its own half-written `snap.*.generating`. sled 1.0-alpha emptied whole stores. Hence the
//! journal, and these rules:
//!
//! * *An append* writes the journal's lines, calls `fdatasync`, then gives sled one atomic batch, then acknowledges. One line costs
//!   one `fdatasync`. Several are made one by `append.intent`, durable before the first line and gone before the acknowledgement.
//! * *On open* the two heads are compared, and each copy is completed from the other with every link checked. A store that will
//!   not open, panics, ends elsewhere than it says or has shown damage to a reader (`sled.suspect`) is set aside as
//!   `sled.damaged-<n>` and made again from the journal beside it, then renamed. A torn last line is cut. What was done is told in
//!   [`Opened::repairs`]. Two entries at one position are a fork: the record does not open, and only its [`Journal`] is read.
//! * *After a bulk append* sled is closed and opened once, because damage to what no snapshot covers is what goes unnoticed.
//! * *Large values* of several keys share a node, and sled writes nodes over 128 KiB to files that it never syncs. They are synced
//!   here after a bulk append; otherwise they rest on the journal, and damage to one shows when it is read.
//!
//! * *An erasure* (`erase.rs`) is asked for by an entry of the log, which is durable before anything is erased. Copies set aside are
//!   removed, the journal's file is written anew without salt and body, and sled is made again in a fresh directory, since it keeps
//!   old pages. On open every erasure that the log asks for is looked after: what was killed, and what an old copy brought back, is
//!   finished and told. From then on no copy is kept aside.
//!
//! * *Memory.* sled keeps what it has read and written far beyond its cache setting, so a bulk append, and an examination of a
//!   copy, close and open it again on the way. Its forty-six histograms, which nothing reads, would be filled with zeros at every
//!   open, 23 MB of them: the feature `miri_optimizations` takes them from the system as they are (that, and test delays, is all
//!   it changes), and a short command opens in half the time.
//!
//! # What trusting each costs
//!
//! | | trusted for | if it is lost or damaged |
//! |---|---|---|
//! | `journal/` | every acknowledgement | completed from sled; the last entries are lost only if both copies are |
//! | `sled/` | answers, after its head was found equal to the journal's | rebuilt from the journal, about 0.25 M entries/s |
//! | the index | answers; [`View::compare_lot`] and [`View::compare_rest`] compare it with a [`Replay`] | rebuilt with the store, or by [`Store::reindex`] |
//! | `lock` | one writer | made again; its text is never trusted |
//! | `append.intent` | telling a part from a whole | a part of an unacknowledged append may stay; its chain is sound |
//! | `version` | refusing what a later release made | not a record, until it is written again by hand |
//!
//! Whoever can write the directory can rewrite both copies: only checkpoints kept elsewhere answer that.
//!
//! What an erasure does not reach: blocks that the file system has not written over, snapshots and backups, exports, a copy that an
//! examination was making when it was killed (in the system's directory for temporary files), and both copies put back together
//! from before the erasure, which then know nothing of it.
//!
//! # Inside sled
//!
//! Four trees. Entries and rows are *runs* (`runs.rs`): single small blocks at the end, sealed from 256 items or 256 KiB on into one
//! packed block; headers and salts stand raw in it, bodies are compressed together. Postings (`postings.rs`) are sorted
//! generations. Only the tree `hot` is changed in place, and only a batch on it makes anything visible.
//!
//! Measured here on 24 November 2026 (two cores shared with other machines, ext4 on a virtual disk, release; a million entries of
//! 610 B of synthetic JSON in one append, one 80-byte row in 50 runs and two terms each; whole ranges, nothing left out; what a whole
//! record takes since then stands in `benches/README.md`):
//!
//! | | machine quiet | others busy on it |
//! |---|---|---|
//! | append, without sealing, entries/s (17 and 6 runs of this design) | 303,000 to 436,000 | 180,000 to 294,000 |
//! | read on two threads, links, places and digests checked, entries/s | 1.6 to 1.8 M | 0.5 to 0.9 M |
//! | open, the first time after the append | 13 ms | 20 to 27 ms |
//! | open, later | 3 to 9 ms | 6 to 16 ms |
//! | one durable append at the median; a bare `write` and `fdatasync` | 0.20 to 0.21; 0.14 to 0.15 ms | not comparable |
//! | sled made again from the journal; the journal from sled | 3.4 to 4.1; 2.9 to 3.8 s | 4.5 s; not measured |
//!
//! sled takes 0.80 to 0.86 and the journal 1.62 times the bodies' bytes. Appending, 251 to 272 MB are resident with the caller's
//! share; open, 5 to 12 MB; reading everything and comparing the index, 310 to 327 MB, which is why [`View::refresh`] is called on the
//! way since. Comparing the index with a replay takes 2.3 s, a run of 20,000 rows 1 ms, a term 0.02 ms (0.13 ms while many small blocks wait to be
//! merged), an entry 0.04 ms.
//!
//! Killed 1,000 times with `kill -9` at random moments it lost no acknowledged entry, as far as a full check after every 20 kills can
//! see; opened on 300 damaged copies of `sled/` it always came back to the right head. `tests/it/kills.rs` cuts the power in simulation (only what was synced
//! stays); a real cut and a really full disk were not tried.

mod append;
mod block;
mod compare;
mod durable;
mod entries;
mod erase;
mod error;
mod examine;
mod guard;
mod init;
mod intake;
mod intent;
mod journal;
mod layout;
mod lines;
mod lock;
mod look;
mod merge;
mod open;
mod postings;
mod reading;
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
pub use compare::{IndexFault, Lot, Replay, Replayed};
pub use entries::Stored;
pub use erase::EraseError;
pub use error::{AppendError, LineFault, StoreError};
pub use examine::{Examination, examine};
pub use init::{init, init_from};
pub use intake::{Indexing, Projection, Projector, Row, Term};
pub use journal::{Journal, JournalLine};
pub use lock::Who;
pub use repair::Repair;
pub use view::{RunInfo, SegmentRef, View};

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
