//! What can be read from the store: entries, runs and postings. May be shared between threads.

use std::ops::{ControlFlow, RangeInclusive};

use super::entries::{Stored, entry_of};
use super::error::StoreError;
use super::intake;
use super::postings;
use super::reading;
use super::runs::{self, RunId, RunMeta};
use super::shelf::Shelf;
use crate::log::{Head, RawEntry};

/// A segment spans so many entries; several stored blocks, so that little is unpacked twice.
const SPAN: u64 = 8192;

/// The store's own copy of the log, and its index.
#[derive(Debug)]
pub struct View {
    pub(super) shelf: Shelf,
}

/// A stretch of the log that one thread can read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentRef {
    /// The first entry's position.
    pub from: u64,
    /// The position after the last one's.
    pub to: u64,
}

/// What is known of a run without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunInfo {
    /// Its name.
    pub name: Vec<u8>,
    /// How many rows it has.
    pub count: u64,
    /// The entry that its last row came from.
    pub last_seq: u64,
    /// `BLAKE3(digest before || seq, big-endian || row)` over all rows, from 32 zero bytes.
    pub digest: [u8; 32],
}

impl View {
    /// The last entry; `None` in a store without any.
    pub fn head(&self) -> Result<Option<Head>, StoreError> {
        intake::head(&self.shelf)
    }

    /// The version of the index.
    pub fn index_version(&self) -> Result<Option<u32>, StoreError> {
        intake::index_version(&self.shelf)
    }

    /// Hands out the entries at `from..to` in order, unchecked but for being all there.
    pub fn read(
        &self,
        from: u64,
        to: u64,
        each: &mut dyn FnMut(RawEntry<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let id = RunId::log();
        let Some(meta) = runs::meta(&self.shelf, &id)? else {
            return Ok(());
        };
        let mut outcome = Ok(());
        reading::read(
            &self.shelf,
            &id,
            &meta,
            from,
            to,
            &mut |_, item| match entry_of(item) {
                Ok(raw) => each(raw),
                Err(e) => {
                    self.shelf.note(&e);
                    outcome = Err(e);
                    ControlFlow::Break(())
                }
            },
        )?;
        outcome
    }

    /// One entry, unchecked.
    pub fn get(&self, seq: u64) -> Result<Option<Stored>, StoreError> {
        let mut found = None;
        self.read(seq, seq.saturating_add(1), &mut |raw| {
            found = Some(raw.into());
            ControlFlow::Break(())
        })?;
        Ok(found)
    }

    /// Closes sled and opens it again: its memory grows with what is read, whatever its cache may hold.
    pub fn refresh(&mut self) -> Result<(), StoreError> {
        self.shelf.reopen()
    }

    /// The whole log in stretches, for several threads.
    pub fn segments(&self) -> Result<Vec<SegmentRef>, StoreError> {
        let end = self.head()?.map_or(0, |head| head.seq + 1);
        let starts = (0..end).step_by(SPAN as usize);
        Ok(starts
            .map(|from| SegmentRef {
                from,
                to: end.min(from + SPAN),
            })
            .collect())
    }

    /// Hands out the entries of one stretch.
    pub fn read_segment(
        &self,
        segment: &SegmentRef,
        each: &mut dyn FnMut(RawEntry<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.read(segment.from, segment.to, each)
    }

    /// Every run, by name.
    pub fn runs(&self) -> Result<Vec<RunInfo>, StoreError> {
        let runs = runs::row_runs(&self.shelf)?;
        let info = |(name, meta): (_, RunMeta)| {
            let RunMeta {
                count,
                last_seq,
                digest,
                ..
            } = meta;
            RunInfo {
                name,
                count,
                last_seq,
                digest,
            }
        };
        Ok(runs.into_iter().map(info).collect())
    }

    /// Hands out the rows of a run in order, each with the position of its entry. A run that does not exist has none; one with
    /// rows missing is damage.
    pub fn run(
        &self,
        name: &[u8],
        each: &mut dyn FnMut(u64, &[u8]) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let id = RunId::rows(name);
        let Some(meta) = runs::meta(&self.shelf, &id)? else {
            return Ok(());
        };
        reading::read(&self.shelf, &id, &meta, 0, meta.count, &mut |_, item| {
            each(item.seq, item.bytes)
        })
    }

    /// The entries, in order, that have a term of this table with a hash in this range.
    pub fn find(&self, table: u8, hashes: RangeInclusive<u64>) -> Result<Vec<u64>, StoreError> {
        postings::find(&self.shelf, table, hashes)
    }

    /// Hands out the hash of every term of this table, in no order.
    pub fn hashes(&self, table: u8, each: &mut dyn FnMut(u64)) -> Result<(), StoreError> {
        postings::every(&self.shelf, &mut |(of, hash, _)| {
            if of == table {
                each(hash);
            }
        })
    }
}
