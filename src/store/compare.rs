//! Comparing the index with what a replay of the log gives.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use super::erase::Erasure;
use super::error::StoreError;
use super::intake::{self, Indexing};
use super::postings;
use super::replay::Source;
use super::runs::{self, RunMeta};
use super::view::View;
use crate::log::Entry;

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

impl View {
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
        match intake::erasures(&self.shelf) {
            Ok(stored) if stored == replayed.erasures => {}
            Ok(stored) => faults.push(IndexFault::Erasures {
                stored: stored.len() as u64,
                replayed: replayed.erasures.len() as u64,
            }),
            Err(e) => faults.push(IndexFault::Unreadable {
                reason: e.to_string(),
            }),
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
                let projection = (indexing.projector)(entry);
                for row in projection.rows {
                    let run = replayed.runs.entry(row.run).or_default();
                    run.count += 1;
                    run.take_in(entry.seq(), &row.bytes);
                }
                let terms = projection.terms.iter();
                terms.for_each(|term| replayed.terms.take_in((term.table, term.hash, entry.seq())));
                replayed
                    .erasures
                    .extend(Erasure::of(entry, projection.erases));
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
    erasures: Vec<Erasure>,
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
