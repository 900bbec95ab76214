//! Comparing the index with what a replay of the log gives.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::erase::Erasure;
use super::error::StoreError;
use super::intake::{self, Projection, Row};
use super::postings;
use super::runs::{self, RunMeta};
use super::view::View;
use rayon::prelude::*;

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
    /// What is to be erased is not what the log gives.
    Erasures {
        /// Erasures that there are.
        stored: u64,
        /// Erasures that there should be.
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

/// Some runs, to be compared together: about as many rows as bound memory.
#[derive(Debug)]
pub struct Lot(Vec<(Vec<u8>, RunMeta, RunMeta)>);

/// Runs are added to a lot until it has so many rows.
const LOT: u64 = 256 * 1024;

impl View {
    /// What is to be compared with that replay, in lots; and what the comparison of the runs' names gives already.
    pub fn lots(&self, replay: &mut Replay) -> Result<(Vec<Lot>, Vec<IndexFault>), StoreError> {
        let (mut lots, mut rows) = (Vec::new(), LOT);
        for (name, meta) in runs::row_runs(&self.shelf)? {
            if rows >= LOT {
                lots.push(Lot(Vec::new()));
                rows = 0;
            }
            rows += meta.count;
            let wanted = replay.runs.remove(&name).unwrap_or_default();
            if let Some(Lot(lot)) = lots.last_mut() {
                lot.push((name, meta, wanted));
            }
        }
        let missing = std::mem::take(&mut replay.runs).into_iter();
        let missing = missing.map(|(name, wanted)| IndexFault::Run {
            name,
            stored: 0,
            replayed: wanted.count,
        });
        Ok((lots, missing.collect()))
    }

    /// Compares some runs with what they should be, on all cores.
    #[must_use]
    pub fn compare_lot(&self, Lot(lot): &Lot) -> Vec<IndexFault> {
        let compared = lot.par_iter();
        compared
            .filter_map(|(name, meta, wanted)| self.compare_run(name, meta, wanted))
            .collect()
    }

    /// Compares the rest of the index: its version, the postings, and what is to be erased.
    #[must_use]
    pub fn compare_rest(&self, replay: &Replay, version: u32) -> Vec<IndexFault> {
        let mut faults = Vec::new();
        match self.index_version() {
            Ok(stored) if stored != Some(version) => faults.push(IndexFault::Version {
                stored,
                wanted: version,
            }),
            Ok(_) => {}
            Err(e) => faults.push(e.into()),
        }
        match intake::erasures(&self.shelf) {
            Ok(stored) if stored == replay.erasures => {}
            Ok(stored) => faults.push(IndexFault::Erasures {
                stored: stored.len() as u64,
                replayed: replay.erasures.len() as u64,
            }),
            Err(e) => faults.push(e.into()),
        }
        let mut terms = TermSum::default();
        match postings::every(&self.shelf, &mut |pair| terms.take_in(pair)) {
            Ok(()) if terms == replay.terms => {}
            Ok(()) => faults.push(IndexFault::Terms {
                stored: terms.count,
                replayed: replay.terms.count,
            }),
            Err(e) => faults.push(e.into()),
        }
        faults
    }

    fn compare_run(&self, name: &[u8], meta: &RunMeta, wanted: &RunMeta) -> Option<IndexFault> {
        let mut found = RunMeta::default();
        let read = self.run(name, &mut |seq, bytes| {
            found.count += 1;
            found.take_in(seq, bytes);
            ControlFlow::Continue(())
        });
        match read {
            Err(e) => Some(e.into()),
            Ok(()) => (found.digest != wanted.digest
                || meta.digest != wanted.digest
                || found.count != wanted.count)
                .then(|| IndexFault::Run {
                    name: name.to_owned(),
                    stored: found.count,
                    replayed: wanted.count,
                }),
        }
    }
}

impl From<StoreError> for IndexFault {
    fn from(error: StoreError) -> Self {
        Self::Unreadable {
            reason: error.to_string(),
        }
    }
}

/// What the index should hold: gathered from the log, entry by entry.
#[derive(Debug, Default)]
pub struct Replay {
    runs: BTreeMap<Vec<u8>, RunMeta>,
    terms: TermSum,
    erasures: Vec<Erasure>,
}

/// What one entry gives to it, as far as that needs no order.
#[derive(Debug)]
pub struct Replayed {
    seq: u64,
    rows: Vec<Row>,
    terms: TermSum,
    erasure: Option<Erasure>,
}

impl Replayed {
    /// What the entry at that position gives.
    #[must_use]
    pub fn of(seq: u64, projection: Projection) -> Self {
        let mut terms = TermSum::default();
        for term in &projection.terms {
            terms.take_in((term.table, term.hash, seq));
        }
        Self {
            seq,
            rows: projection.rows,
            terms,
            erasure: Erasure::of(seq, projection.erases),
        }
    }
}

impl Replay {
    /// Takes in the next entry's part.
    pub fn take(&mut self, part: Replayed) {
        for row in part.rows {
            let run = self.runs.entry(row.run).or_default();
            run.count += 1;
            run.take_in(part.seq, &row.bytes);
        }
        self.terms.add(&part.terms);
        self.erasures.extend(part.erasure);
    }
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

    fn add(&mut self, other: &Self) {
        self.count += other.count;
        self.sum = self.sum.wrapping_add(other.sum);
    }
}
