//! How entries get into sled: packed, projected, and made visible by one atomic batch.

use std::collections::HashMap;
use std::fmt;

use rayon::prelude::*;

use super::entries;
use super::erase::Erasure;
use super::error::StoreError;
use super::postings::Postings;
use super::runs::{Packed, RunId, RunState, Sealed, hot, hot_change};
use super::shelf::Shelf;
use crate::log::{Entry, Head, Link, Recorded};

const HEAD: &[u8] = b"h";
const INDEX_VERSION: &[u8] = b"i";
const ERASURES: &[u8] = b"e";

/// From so many entries on, what a transaction has packed goes to sled before it ends, unseen, to bound memory.
const AHEAD: usize = 65_536;

/// More runs than this are not kept in memory between appends.
const MAX_RUNS: usize = 256;

/// What the index gets from one entry.
#[derive(Debug, Default)]
pub struct Projection {
    /// Rows, each for the run of a name.
    pub rows: Vec<Row>,
    /// Terms by which the entry can be found.
    pub terms: Vec<Term>,
    /// The earlier entry whose body this one erases, by position and link.
    pub erases: Option<(u64, Link)>,
}

/// One row of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The run's name, at most 65,535 bytes.
    pub run: Vec<u8>,
    /// The row, opaque to the store.
    pub bytes: Vec<u8>,
}

/// A term: a table, and a hash in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// Which table.
    pub table: u8,
    /// Which hash.
    pub hash: u64,
}

/// Derives the index from one entry. Pure: the same entry always gives the same projection.
pub type Projector = fn(&Entry) -> Projection;

/// How the index is made.
#[derive(Clone, Copy)]
pub struct Indexing {
    /// What makes it.
    pub projector: Projector,
    /// Changes whenever the projector gives something else; an index of another version is rebuilt on open.
    pub version: u32,
}

impl fmt::Debug for Indexing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Indexing")
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

pub(super) fn head(shelf: &Shelf) -> Result<Option<Head>, StoreError> {
    let head: Option<(u64, [u8; 32], i64)> = hot(shelf, HEAD)?;
    Ok(head.map(|(seq, link, at)| Head {
        seq,
        link: Link(link),
        recorded_at: Recorded(at),
    }))
}

pub(super) fn index_version(shelf: &Shelf) -> Result<Option<u32>, StoreError> {
    hot(shelf, INDEX_VERSION)
}

/// Every erasure that the store's own log asks for.
pub(super) fn erasures(shelf: &Shelf) -> Result<Vec<Erasure>, StoreError> {
    Ok(hot(shelf, ERASURES)?.unwrap_or_default())
}

/// The end of the log and of every run in use, and what is not in sled yet.
#[derive(Debug)]
pub(super) struct Intake {
    indexing: Indexing,
    log: RunState,
    rows: HashMap<Vec<u8>, RunState>,
    terms: Postings,
    erasures: Vec<Erasure>,
    head: Option<Head>,
    packed: Vec<Packed>,
    waiting: usize,
}

impl Intake {
    pub(super) fn load(shelf: &Shelf, indexing: Indexing) -> Result<Self, StoreError> {
        Ok(Self {
            indexing,
            log: RunState::load(shelf, RunId::log())?,
            rows: HashMap::new(),
            terms: Postings::load(shelf)?,
            erasures: erasures(shelf)?,
            head: head(shelf)?,
            packed: Vec::new(),
            waiting: 0,
        })
    }

    /// Takes in entries that follow what it has, with what the index gets from each. What is packed already goes to sled
    /// meanwhile, if there is much of it.
    pub(super) fn absorb(
        &mut self,
        shelf: &Shelf,
        entries: &[Entry],
        projections: Vec<Projection>,
    ) -> Result<(), StoreError> {
        if self.waiting <= AHEAD || self.packed.is_empty() {
            return self.take_in(shelf, entries, projections);
        }
        let ready = std::mem::take(&mut self.packed);
        let (put, taken_in) = rayon::join(
            || put(shelf, ready),
            || self.take_in(shelf, entries, projections),
        );
        put.and(taken_in)
    }

    fn take_in(
        &mut self,
        shelf: &Shelf,
        entries: &[Entry],
        projections: Vec<Projection>,
    ) -> Result<(), StoreError> {
        let Some(last) = entries.last() else {
            return Ok(());
        };
        let mut sealed = Vec::new();
        for entry in entries {
            let (fixed, body) = entries::item_of(entry);
            sealed.extend(self.log.push(entry.seq(), &fixed, body));
        }
        self.index(shelf, entries, projections, &mut sealed)?;
        self.packed.extend(pack(sealed));
        self.head = Some(last.head());
        self.waiting += entries.len();
        self.terms.relieve(shelf)
    }

    fn index(
        &mut self,
        shelf: &Shelf,
        entries: &[Entry],
        projections: Vec<Projection>,
        sealed: &mut Vec<Sealed>,
    ) -> Result<(), StoreError> {
        for (entry, projection) in entries.iter().zip(projections) {
            for row in projection.rows {
                if !self.rows.contains_key(&row.run) {
                    let run = RunState::load(shelf, RunId::rows(&row.run))?;
                    self.rows.insert(row.run.clone(), run);
                }
                if let Some(run) = self.rows.get_mut(&row.run) {
                    sealed.extend(run.push(entry.seq(), &[], &row.bytes));
                }
            }
            for term in projection.terms {
                self.terms.push((term.table, term.hash, entry.seq()));
            }
            self.erasures
                .extend(Erasure::of(entry.seq(), projection.erases));
        }
        Ok(())
    }

    /// Gives sled what is packed already, unseen.
    pub(super) fn put_ahead(&mut self, shelf: &Shelf) -> Result<(), StoreError> {
        put(shelf, std::mem::take(&mut self.packed))
    }

    /// The entries taken in or stored, in order, that have this term.
    pub(super) fn find(&self, shelf: &Shelf, term: Term) -> Result<Vec<u64>, StoreError> {
        self.terms.find(shelf, term.table, term.hash..=term.hash)
    }

    /// Hands out the hash of every term of this table, taken in or stored, in no order.
    pub(super) fn hashes(
        &self,
        shelf: &Shelf,
        table: u8,
        each: &mut dyn FnMut(u64),
    ) -> Result<(), StoreError> {
        self.terms.every(shelf, &mut |(of, hash, _)| {
            if of == table {
                each(hash);
            }
        })
    }

    /// Makes everything taken in visible, in one atom.
    pub(super) fn commit(&mut self, shelf: &Shelf) -> Result<(), StoreError> {
        put(shelf, std::mem::take(&mut self.packed))?;
        let mut changes = Vec::new();
        self.log.emit(&mut changes)?;
        for run in self.rows.values_mut() {
            run.emit(&mut changes)?;
        }
        self.terms.emit(shelf, &mut changes)?;
        if let Some(head) = self.head {
            changes.push(hot_change(
                HEAD.to_vec(),
                &(head.seq, head.link.0, head.recorded_at.0),
            )?);
        }
        changes.push(hot_change(INDEX_VERSION.to_vec(), &self.indexing.version)?);
        if !self.erasures.is_empty() {
            changes.push(hot_change(ERASURES.to_vec(), &self.erasures)?);
        }
        shelf.commit(changes)?;
        self.waiting = 0;
        if self.rows.len() > MAX_RUNS {
            self.rows.clear();
        }
        self.terms.sweep(shelf)
    }
}

/// Writes packed blocks, unseen until a commit.
fn put(shelf: &Shelf, packed: Vec<Packed>) -> Result<(), StoreError> {
    packed
        .into_iter()
        .try_for_each(|(part, key, value)| shelf.put(part, &key, value))
}

impl Indexing {
    /// What the index gets from each entry.
    pub(super) fn project(self, entries: &[Entry]) -> Vec<Projection> {
        if entries.len() < 64 {
            return entries.iter().map(self.projector).collect();
        }
        entries
            .par_iter()
            .with_min_len(64)
            .map(self.projector)
            .collect()
    }
}

fn pack(sealed: Vec<Sealed>) -> Vec<Packed> {
    let one = |block: Sealed| {
        let mut packed = Vec::new();
        block.pack(&mut packed);
        packed
    };
    if sealed.len() < 2 {
        return sealed.into_iter().flat_map(one).collect();
    }
    sealed.into_par_iter().flat_map_iter(one).collect()
}
