//! What can be read from the store: entries, runs and postings. May be shared between threads.

use std::collections::BTreeMap;
use std::ops::{ControlFlow, RangeInclusive};

use super::entries::{Stored, entry_of};
use super::error::StoreError;
use super::intake::{self, Indexing, Projection};
use super::postings;
use super::replay::Source;
use super::runs::{self, RunId, RunMeta};
use super::shelf::Shelf;
use crate::log::{Entry, Head, RawEntry};

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

/// How an index differs from a replay of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum IndexFault {
    /// A run is not what the log gives.
    Run {
        /// Its name.
        name: Vec<u8>,
        /// Rows that it has.
        stored: u64,
        /// Rows that it should have.
        replayed: u64,
    },
    /// The postings are not what the log gives.
    Terms {
        /// Pairs that there are.
        stored: u64,
        /// Pairs that there should be.
        replayed: u64,
    },
    /// A part of the index cannot be read.
    Unreadable {
        /// Why.
        reason: String,
    },
    /// The index is of another version.
    Version {
        /// Its version.
        stored: Option<u32>,
        /// The version asked for.
        wanted: u32,
    },
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
        runs::read(
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
        runs::read(&self.shelf, &id, &meta, 0, meta.count, &mut |_, item| {
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

    /// Compares the whole index with a replay of this copy of the log. Fails only where the log itself cannot be replayed.
    pub fn compare_index(&self, indexing: Indexing) -> Result<Vec<IndexFault>, StoreError> {
        let replayed = self.replayed(indexing)?;
        let mut faults = Vec::new();
        match self.index_version() {
            Ok(stored) if stored != Some(indexing.version) => {
                faults.push(IndexFault::Version {
                    stored,
                    wanted: indexing.version,
                });
            }
            Ok(_) => {}
            Err(e) => faults.push(IndexFault::Unreadable {
                reason: e.to_string(),
            }),
        }
        if let Err(e) = self.compare_runs(replayed.runs, &mut faults) {
            faults.push(IndexFault::Unreadable {
                reason: e.to_string(),
            });
        }
        let mut terms = TermSum::default();
        match postings::every(&self.shelf, &mut |pair| terms.take_in(pair)) {
            Ok(()) if terms == replayed.terms => {}
            Ok(()) => {
                faults.push(IndexFault::Terms {
                    stored: terms.count,
                    replayed: replayed.terms.count,
                });
            }
            Err(e) => faults.push(IndexFault::Unreadable {
                reason: e.to_string(),
            }),
        }
        Ok(faults)
    }

    fn replayed(&self, indexing: Indexing) -> Result<Replayed, StoreError> {
        let mut replayed = Replayed::default();
        Source::View(self).replay(None, &mut |entries: &[Entry]| {
            for entry in entries {
                let mut projection = Projection::default();
                (indexing.projector)(entry, &mut projection);
                for row in projection.rows {
                    let run = replayed.runs.entry(row.run).or_default();
                    run.count += 1;
                    run.take_in(entry.seq(), &row.bytes);
                }
                let terms = projection.terms.iter();
                terms.for_each(|term| replayed.terms.take_in((term.table, term.hash, entry.seq())));
            }
            Ok(())
        })?;
        Ok(replayed)
    }

    fn compare_runs(
        &self,
        mut replayed: BTreeMap<Vec<u8>, RunMeta>,
        faults: &mut Vec<IndexFault>,
    ) -> Result<(), StoreError> {
        for (name, meta) in runs::row_runs(&self.shelf)? {
            let mut found = RunMeta::default();
            let read = self.run(&name, &mut |seq, bytes| {
                found.count += 1;
                found.take_in(seq, bytes);
                ControlFlow::Continue(())
            });
            let wanted = replayed.remove(&name).unwrap_or_default();
            if let Err(e) = read {
                faults.push(IndexFault::Unreadable {
                    reason: e.to_string(),
                });
            } else if found.digest != wanted.digest
                || meta.digest != wanted.digest
                || found.count != wanted.count
            {
                faults.push(IndexFault::Run {
                    name,
                    stored: found.count,
                    replayed: wanted.count,
                });
            }
        }
        faults.extend(replayed.into_iter().map(|(name, wanted)| IndexFault::Run {
            name,
            stored: 0,
            replayed: wanted.count,
        }));
        Ok(())
    }
}

#[derive(Debug, Default)]
struct Replayed {
    runs: BTreeMap<Vec<u8>, RunMeta>,
    terms: TermSum,
}

/// A sum over pairs that does not depend on their order.
#[derive(Debug, Default, PartialEq, Eq)]
struct TermSum {
    count: u64,
    sum: u128,
}

impl TermSum {
    fn take_in(&mut self, (table, hash, seq): postings::Pair) {
        let mut key = [0; 17];
        key[0] = table;
        key[1..9].copy_from_slice(&hash.to_be_bytes());
        key[9..].copy_from_slice(&seq.to_be_bytes());
        let digest: [u8; 32] = blake3::hash(&key).into();
        let (first, _) = digest.as_chunks::<16>();
        self.count += 1;
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(first[0]));
    }
}
