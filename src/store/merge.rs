//! Generations of postings, read in order and merged.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::ops::ControlFlow;

use super::error::StoreError;
use super::postings::{Pair, decode};
use super::shelf::{Part, Shelf};

/// One sorted sequence of pairs, read block by block.
pub(super) struct Source<'a> {
    shelf: &'a Shelf,
    /// The generation, and the least key of the next block.
    next: Option<(u32, Vec<u8>)>,
    pairs: VecDeque<Pair>,
}

impl<'a> Source<'a> {
    pub(super) fn held(shelf: &'a Shelf, pairs: Vec<Pair>) -> Self {
        Self {
            shelf,
            next: None,
            pairs: pairs.into(),
        }
    }

    pub(super) fn stored(shelf: &'a Shelf, generation: u32) -> Self {
        let next = Some((generation, generation.to_be_bytes().to_vec()));
        Self {
            shelf,
            next,
            pairs: VecDeque::new(),
        }
    }

    pub(super) fn pop(&mut self) -> Result<Option<Pair>, StoreError> {
        if self.pairs.is_empty()
            && let Some((generation, from)) = self.next.take()
        {
            let (pairs, next) = (&mut self.pairs, &mut self.next);
            self.shelf.scan(
                Part::Terms,
                &generation.to_be_bytes(),
                &from,
                &mut |key, value| {
                    decode(value, pairs)?;
                    *next = Some((generation, [key, &[0]].concat()));
                    Ok(ControlFlow::Break(()))
                },
            )?;
        }
        Ok(self.pairs.pop_front())
    }
}

/// Several sorted sequences as one.
pub(super) struct Merge<'a> {
    sources: Vec<Source<'a>>,
    heap: BinaryHeap<Reverse<(Pair, usize)>>,
}

impl<'a> Merge<'a> {
    pub(super) fn new(mut sources: Vec<Source<'a>>) -> Result<Self, StoreError> {
        let mut heap = BinaryHeap::new();
        for (index, source) in sources.iter_mut().enumerate() {
            heap.extend(source.pop()?.map(|pair| Reverse((pair, index))));
        }
        Ok(Self { sources, heap })
    }
}

impl Iterator for Merge<'_> {
    type Item = Result<Pair, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((pair, index)) = self.heap.pop()?;
        match self.sources[index].pop() {
            Ok(next) => self.heap.extend(next.map(|next| Reverse((next, index)))),
            Err(e) => return Some(Err(e)),
        }
        Some(Ok(pair))
    }
}
