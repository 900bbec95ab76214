//! A run: items appended one after another under one name.
//!
//! The log is a run (an item is a header and a salt, and a body), and so is what the index keeps for one regime. The last items
//! stand in small blocks in `Hot`; as soon as there are 256 of them, or 256 KiB, they are sealed into one block that is never
//! touched again. Reading a run is one contiguous scan, and a hole in it is damage, never a shorter answer.

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use super::block::Block;
use super::error::StoreError;
use super::reading::read;
use super::shelf::{Change, Part, Shelf};

/// A tail of so many items is sealed,
pub(super) const SEAL_ITEMS: usize = 256;
/// or one of so many bytes.
pub(super) const SEAL_BYTES: usize = 256 * 1024;
/// A sealed value over this is split: sled writes larger ones to files that it never syncs. (It does the same with a tree's node
/// whose values exceed this together, which is one more reason why the journal is what durability rests on.)
const MAX_STORED: usize = 100 * 1024;

/// Which run: the tree its sealed blocks are in, and the prefix of their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RunId {
    pub(super) part: Part,
    pub(super) prefix: Vec<u8>,
}

impl RunId {
    pub(super) fn log() -> Self {
        Self {
            part: Part::Log,
            prefix: Vec::new(),
        }
    }

    /// The run of rows of this name, which has at most 65,535 bytes.
    pub(super) fn rows(name: &[u8]) -> Self {
        let mut prefix = (name.len() as u16).to_be_bytes().to_vec();
        prefix.extend_from_slice(name);
        Self {
            part: Part::Rows,
            prefix,
        }
    }

    fn width(&self) -> usize {
        match self.part {
            Part::Log => super::entries::FIXED,
            _ => 0,
        }
    }

    pub(super) fn sealed_key(&self, index: u64) -> Vec<u8> {
        [self.prefix.as_slice(), &index.to_be_bytes()].concat()
    }

    pub(super) fn hot_prefix(&self, letter: u8) -> Vec<u8> {
        [&[letter, self.part as u8], self.prefix.as_slice()].concat()
    }

    pub(super) fn tail_key(&self, index: u64) -> Vec<u8> {
        [self.hot_prefix(b't').as_slice(), &index.to_be_bytes()].concat()
    }
}

/// What is known of a run without reading it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RunMeta {
    pub(super) count: u64,
    /// How many of them are sealed.
    pub(super) sealed: u64,
    pub(super) last_seq: u64,
    /// `BLAKE3(digest before || seq, big-endian || bytes)`, from 32 zero bytes; unused for the log, which has its links.
    pub(super) digest: [u8; 32],
}

impl RunMeta {
    pub(super) fn take_in(&mut self, seq: u64, bytes: &[u8]) {
        let mut hasher = blake3::Hasher::new();
        hasher
            .update(&self.digest)
            .update(&seq.to_be_bytes())
            .update(bytes);
        self.digest = hasher.finalize().into();
    }
}

/// Reads what `postcard` wrote under a key of `Hot`.
pub(super) fn hot<T: for<'de> Deserialize<'de>>(
    shelf: &Shelf,
    key: &[u8],
) -> Result<Option<T>, StoreError> {
    let Some(bytes) = shelf.get(Part::Hot, key)? else {
        return Ok(None);
    };
    postcard::from_bytes(&bytes)
        .map(Some)
        .map_err(|_| StoreError::damaged("a small value cannot be read"))
}

pub(super) fn hot_change<T: Serialize>(key: Vec<u8>, value: &T) -> Result<Change, StoreError> {
    let bytes = postcard::to_allocvec(value).map_err(|e| StoreError::damaged(e.to_string()))?;
    Ok((key, Some(bytes)))
}

pub(super) fn meta(shelf: &Shelf, id: &RunId) -> Result<Option<RunMeta>, StoreError> {
    hot(shelf, &id.hot_prefix(b'm'))
}

/// Every run of rows, by name.
pub(super) fn row_runs(shelf: &Shelf) -> Result<Vec<(Vec<u8>, RunMeta)>, StoreError> {
    let prefix = [b'm', Part::Rows as u8];
    let mut runs = Vec::new();
    shelf.scan(Part::Hot, &prefix, &prefix, &mut |key, value| {
        let meta = postcard::from_bytes(value);
        let meta =
            meta.map_err(|_| StoreError::damaged("what is known of a run cannot be read"))?;
        runs.push((key.get(4..).unwrap_or_default().to_vec(), meta));
        Ok(ControlFlow::Continue(()))
    })?;
    runs.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    Ok(runs)
}

/// A block that is full, not yet packed.
#[derive(Debug)]
pub(super) struct Sealed {
    id: RunId,
    first: u64,
    block: Block,
}

/// A packed block: where it goes, and its bytes.
pub(super) type Packed = (Part, Vec<u8>, Vec<u8>);

impl Sealed {
    /// Packs it, in several values if one would be too large.
    pub(super) fn pack(self, out: &mut Vec<Packed>) {
        let stored = self.block.encode();
        let len = self.block.len();
        if stored.len() <= MAX_STORED || len == 1 {
            out.push((self.id.part, self.id.sealed_key(self.first), stored));
            return;
        }
        let half = len / 2;
        let (first, second) = (self.block.slice(0, half), self.block.slice(half, len));
        Self {
            id: self.id.clone(),
            first: self.first,
            block: first,
        }
        .pack(out);
        Self {
            id: self.id,
            first: self.first + half as u64,
            block: second,
        }
        .pack(out);
    }
}

/// A run that is being appended to.
#[derive(Debug)]
pub(super) struct RunState {
    id: RunId,
    pub(super) meta: RunMeta,
    tail: Block,
    /// How many items of the tail are stored, and under which keys.
    stored: usize,
    stored_keys: Vec<Vec<u8>>,
    dead_keys: Vec<Vec<u8>>,
    is_dirty: bool,
}

impl RunState {
    /// Reads the end of a run and clears strays beyond it.
    pub(super) fn load(shelf: &Shelf, id: RunId) -> Result<Self, StoreError> {
        let meta = meta(shelf, &id)?.unwrap_or_default();
        for stray in shelf.keys(id.part, &id.prefix, &id.sealed_key(meta.sealed))? {
            shelf.remove(id.part, &stray)?;
        }
        let mut state = Self {
            meta,
            tail: Block::new(id.width()),
            stored: 0,
            stored_keys: shelf.keys(Part::Hot, &id.hot_prefix(b't'), &id.tail_key(0))?,
            dead_keys: Vec::new(),
            is_dirty: false,
            id,
        };
        let tail = &mut state.tail;
        read(
            shelf,
            &state.id,
            &meta,
            meta.sealed,
            meta.count,
            &mut |_, item| {
                tail.push(item.seq, item.fixed, item.bytes);
                ControlFlow::Continue(())
            },
        )?;
        state.stored = state.tail.len();
        Ok(state)
    }

    /// Takes in one item; a tail that is full comes back sealed.
    pub(super) fn push(&mut self, seq: u64, fixed: &[u8], bytes: &[u8]) -> Option<Sealed> {
        self.tail.push(seq, fixed, bytes);
        self.is_dirty = true;
        self.meta.count += 1;
        self.meta.last_seq = seq;
        if self.id.part != Part::Log {
            self.meta.take_in(seq, bytes);
        }
        if self.tail.len() < SEAL_ITEMS && self.tail.size() < SEAL_BYTES {
            return None;
        }
        let block = std::mem::replace(&mut self.tail, Block::new(self.id.width()));
        let first = std::mem::replace(&mut self.meta.sealed, self.meta.count);
        self.dead_keys.append(&mut self.stored_keys);
        self.stored = 0;
        Some(Sealed {
            id: self.id.clone(),
            first,
            block,
        })
    }

    /// The changes that make everything taken in visible.
    pub(super) fn emit(&mut self, changes: &mut Vec<Change>) -> Result<(), StoreError> {
        if !std::mem::take(&mut self.is_dirty) {
            return Ok(());
        }
        changes.extend(self.dead_keys.drain(..).map(|key| (key, None)));
        if self.tail.len() > self.stored {
            let key = self.id.tail_key(self.meta.sealed + self.stored as u64);
            changes.push((
                key.clone(),
                Some(self.tail.slice(self.stored, self.tail.len()).encode()),
            ));
            self.stored = self.tail.len();
            self.stored_keys.push(key);
        }
        changes.push(hot_change(self.id.hot_prefix(b'm'), &self.meta)?);
        Ok(())
    }
}
