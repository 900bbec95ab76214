//! From a term to the entries it occurs in.
//!
//! A term is a table and a 64-bit hash, so that a hash prefix is a range of terms. What was added last stands in small blocks in
//! `Hot`; from 1,024 pairs on it is written as a *generation*: sorted pairs in blocks of up to 4,096, never changed. A new
//! generation takes in those before it that are not more than twice its size, so there are never more than about log2(n / 1,024)
//! of them to look through, and a pair is rewritten as often at most.

use std::ops::{ControlFlow, RangeInclusive};

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::block::{read_varint, varint};
use super::error::StoreError;
use super::merge::{Merge, Source};
use super::runs::{hot, hot_change};
use super::shelf::{Change, Part, Shelf};

const META: &[u8] = b"p";
const TAIL: &[u8] = b"u";
const FLUSH_PAIRS: usize = 1024;
const FLUSH_BLOCKS: usize = 512;
const BLOCK_PAIRS: usize = 4096;
/// A bulk append writes a generation each time it has gathered so many.
const BULK_PAIRS: usize = 256 * 1024;

/// Table, hash, and the position of an entry.
pub(super) type Pair = (u8, u64, u64);

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Meta {
    /// Number and pairs of each generation, oldest first.
    generations: Vec<(u32, u64)>,
    /// Generations that were taken into a newer one and may not be removed yet.
    garbage: Vec<u32>,
    next: u32,
}

fn key(generation: u32, pair: Pair) -> Vec<u8> {
    let mut key = generation.to_be_bytes().to_vec();
    key.push(pair.0);
    key.extend_from_slice(&pair.1.to_be_bytes());
    key.extend_from_slice(&pair.2.to_be_bytes());
    key
}

/// Sorted pairs, each told by its distance from the one before.
fn encode(pairs: &[Pair]) -> Vec<u8> {
    let mut out = Vec::with_capacity(pairs.len() * 11);
    let mut before = (0, 0);
    for &(table, hash, seq) in pairs {
        out.push(table);
        let base = if table == before.0 { before.1 } else { 0 };
        varint(hash.wrapping_sub(base), &mut out);
        varint(seq, &mut out);
        before = (table, hash);
    }
    out
}

pub(super) fn decode(bytes: &[u8], into: &mut impl Extend<Pair>) -> Result<(), StoreError> {
    let damaged = || StoreError::damaged("a block of postings cannot be unpacked");
    let (mut at, mut before) = (0, (0, 0_u64));
    while let Some(&table) = bytes.get(at) {
        at += 1;
        let base = if table == before.0 { before.1 } else { 0 };
        let hash = base.wrapping_add(read_varint(bytes, &mut at).ok_or_else(damaged)?);
        let seq = read_varint(bytes, &mut at).ok_or_else(damaged)?;
        into.extend([(table, hash, seq)]);
        before = (table, hash);
    }
    Ok(())
}

/// Postings that are being added to.
#[derive(Debug)]
pub(super) struct Postings {
    meta: Meta,
    /// Not stored yet.
    fresh: Vec<Pair>,
    /// Stored in blocks of `Hot`.
    tail: Vec<Pair>,
    tail_keys: Vec<Vec<u8>>,
    /// Whether a bulk append has written generations that nothing was merged with yet.
    is_relieved: bool,
}

impl Postings {
    pub(super) fn load(shelf: &Shelf) -> Result<Self, StoreError> {
        let meta: Meta = hot(shelf, META)?.unwrap_or_default();
        for stray in shelf.keys(Part::Terms, &[], &meta.next.to_be_bytes())? {
            shelf.remove(Part::Terms, &stray)?;
        }
        let mut postings = Self {
            meta,
            fresh: Vec::new(),
            tail: Vec::new(),
            tail_keys: Vec::new(),
            is_relieved: false,
        };
        shelf.scan(Part::Hot, TAIL, TAIL, &mut |key, value| {
            postings.tail_keys.push(key.to_vec());
            decode(value, &mut postings.tail)?;
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(postings)
    }

    pub(super) fn push(&mut self, pair: Pair) {
        self.fresh.push(pair);
    }

    /// The same as [`find`], over what was pushed as well.
    pub(super) fn find(
        &self,
        shelf: &Shelf,
        table: u8,
        hashes: RangeInclusive<u64>,
    ) -> Result<Vec<u64>, StoreError> {
        let held = self.fresh.iter().chain(&self.tail).copied();
        find_in(shelf, &self.meta.generations, held, table, hashes)
    }

    /// The same as [`every`], with what was pushed as well.
    pub(super) fn every(
        &self,
        shelf: &Shelf,
        each: &mut dyn FnMut(Pair),
    ) -> Result<(), StoreError> {
        self.fresh
            .iter()
            .chain(&self.tail)
            .copied()
            .for_each(&mut *each);
        every_stored(shelf, &self.meta.generations, each)
    }

    /// Bounds the memory of a bulk append.
    pub(super) fn relieve(&mut self, shelf: &Shelf) -> Result<(), StoreError> {
        if self.fresh.len() < BULK_PAIRS {
            return Ok(());
        }
        let mut pairs = std::mem::take(&mut self.fresh);
        pairs.par_sort_unstable();
        let generation = self.write(shelf, &mut pairs.into_iter().map(Ok))?;
        self.meta.generations.push(generation);
        self.is_relieved = true;
        Ok(())
    }

    fn write(
        &mut self,
        shelf: &Shelf,
        pairs: &mut dyn Iterator<Item = Result<Pair, StoreError>>,
    ) -> Result<(u32, u64), StoreError> {
        let (number, mut count) = (self.meta.next, 0);
        self.meta.next += 1;
        loop {
            let block: Vec<Pair> = pairs.take(BLOCK_PAIRS).collect::<Result<_, _>>()?;
            let Some(&first) = block.first() else {
                return Ok((number, count));
            };
            count += block.len() as u64;
            shelf.put(Part::Terms, &key(number, first), encode(&block))?;
        }
    }

    /// The changes that make everything pushed visible.
    pub(super) fn emit(
        &mut self,
        shelf: &Shelf,
        changes: &mut Vec<Change>,
    ) -> Result<(), StoreError> {
        let pairs = self.fresh.len() + self.tail.len();
        let is_full = pairs >= FLUSH_PAIRS || self.tail_keys.len() >= FLUSH_BLOCKS;
        if is_full || std::mem::take(&mut self.is_relieved) {
            self.flush(shelf, changes)?;
        } else if !self.fresh.is_empty() {
            self.fresh.sort_unstable();
            let key = [TAIL, &(self.tail_keys.len() as u32).to_be_bytes()].concat();
            changes.push((key.clone(), Some(encode(&self.fresh))));
            self.tail_keys.push(key);
            self.tail.append(&mut self.fresh);
        }
        changes.push(hot_change(META.to_vec(), &self.meta)?);
        Ok(())
    }

    fn flush(&mut self, shelf: &Shelf, changes: &mut Vec<Change>) -> Result<(), StoreError> {
        let mut pairs = std::mem::take(&mut self.fresh);
        pairs.append(&mut self.tail);
        pairs.sort_unstable();
        changes.extend(self.tail_keys.drain(..).map(|key| (key, None)));
        let kept = self.kept(pairs.len() as u64);
        let merged = self.meta.generations.split_off(kept);
        let sources = merged.iter().map(|g| Source::stored(shelf, g.0));
        let sources = sources.chain([Source::held(shelf, pairs)]);
        let generation = self.write(shelf, &mut Merge::new(sources.collect())?)?;
        self.meta.generations.push(generation);
        self.meta.garbage.extend(merged.iter().map(|g| g.0));
        Ok(())
    }

    /// How many of the oldest generations stand when `fresh` pairs come in: each is more than twice all that follow it.
    fn kept(&self, fresh: u64) -> usize {
        let (mut newer, mut kept) = (fresh, self.meta.generations.len());
        for (index, &(_, pairs)) in self.meta.generations.iter().enumerate().rev() {
            if pairs <= 2 * newer {
                kept = index;
            }
            newer += pairs;
        }
        kept
    }

    /// Removes what nothing speaks of any more; to be called after the changes are committed.
    pub(super) fn sweep(&mut self, shelf: &Shelf) -> Result<(), StoreError> {
        for number in std::mem::take(&mut self.meta.garbage) {
            let prefix = number.to_be_bytes();
            for key in shelf.keys(Part::Terms, &prefix, &prefix)? {
                shelf.remove(Part::Terms, &key)?;
            }
        }
        Ok(())
    }
}

/// The entries, in order, that have a term of this table with a hash in this range.
pub(super) fn find(
    shelf: &Shelf,
    table: u8,
    hashes: RangeInclusive<u64>,
) -> Result<Vec<u64>, StoreError> {
    let mut tail = Vec::new();
    shelf.scan(Part::Hot, TAIL, TAIL, &mut |_, value| {
        decode(value, &mut tail)?;
        Ok(ControlFlow::Continue(()))
    })?;
    let generations = hot::<Meta>(shelf, META)?.unwrap_or_default().generations;
    find_in(shelf, &generations, tail, table, hashes)
}

fn find_in(
    shelf: &Shelf,
    generations: &[(u32, u64)],
    held: impl IntoIterator<Item = Pair>,
    table: u8,
    hashes: RangeInclusive<u64>,
) -> Result<Vec<u64>, StoreError> {
    let wanted = (table, *hashes.start(), 0)..=(table, *hashes.end(), u64::MAX);
    let mut found = Vec::new();
    let mut keep = |pairs: &mut dyn Iterator<Item = Pair>| {
        found.extend(
            pairs
                .filter(|pair| wanted.contains(pair))
                .map(|pair| pair.2),
        );
    };
    keep(&mut held.into_iter());
    let mut pairs = Vec::new();
    for &(number, _) in generations {
        let prefix = number.to_be_bytes();
        let first = shelf.at_or_before(Part::Terms, &prefix, &key(number, *wanted.start()))?;
        let from = first.map_or_else(|| prefix.to_vec(), |(key, _)| key.to_vec());
        let last = key(number, *wanted.end());
        shelf.scan(Part::Terms, &prefix, &from, &mut |key, value| {
            if key > last.as_slice() {
                return Ok(ControlFlow::Break(()));
            }
            decode(value, &mut pairs)?;
            keep(&mut pairs.drain(..));
            Ok(ControlFlow::Continue(()))
        })?;
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Every pair, in no order. Fails where a generation has not as many as it should.
pub(super) fn every(shelf: &Shelf, each: &mut dyn FnMut(Pair)) -> Result<(), StoreError> {
    let mut pairs = Vec::new();
    shelf.scan(Part::Hot, TAIL, TAIL, &mut |_, value| {
        decode(value, &mut pairs)?;
        pairs.drain(..).for_each(&mut *each);
        Ok(ControlFlow::Continue(()))
    })?;
    let generations = hot::<Meta>(shelf, META)?.unwrap_or_default().generations;
    every_stored(shelf, &generations, each)
}

fn every_stored(
    shelf: &Shelf,
    generations: &[(u32, u64)],
    each: &mut dyn FnMut(Pair),
) -> Result<(), StoreError> {
    for &(number, expected) in generations {
        let mut source = Source::stored(shelf, number);
        let mut count = 0;
        while let Some(pair) = source.pop()? {
            count += 1;
            each(pair);
        }
        if count != expected {
            let error = StoreError::damaged(format!("postings have {count} pairs of {expected}"));
            shelf.note(&error);
            return Err(error);
        }
    }
    Ok(())
}
