//! Reading a run: one contiguous scan, in which nothing may be missing.

use std::ops::ControlFlow;

use super::block::{Block, Item};
use super::error::StoreError;
use super::runs::{RunId, RunMeta};
use super::shelf::{Part, Shelf};

/// Reads the items at `from..to` in order, and makes sure that none is missing.
pub(super) fn read(
    shelf: &Shelf,
    id: &RunId,
    meta: &RunMeta,
    from: u64,
    to: u64,
    each: &mut dyn FnMut(u64, Item<'_>) -> ControlFlow<()>,
) -> Result<(), StoreError> {
    let mut reading = Reading {
        next: from,
        to: to.min(meta.count),
        stopped: false,
        each,
    };
    if reading.next < meta.sealed {
        let at = shelf.at_or_before(id.part, &id.prefix, &id.sealed_key(from))?;
        let start = at.map_or_else(|| id.sealed_key(from), |(key, _)| key.to_vec());
        reading.scan(shelf, id.part, &id.prefix, &start, meta.sealed)?;
    }
    if reading.wants_more() {
        let start = id.tail_key(meta.sealed);
        reading.scan(shelf, Part::Hot, &id.hot_prefix(b't'), &start, meta.count)?;
    }
    if reading.wants_more() {
        return Err(hole(shelf, reading.next));
    }
    Ok(())
}

fn hole(shelf: &Shelf, at: u64) -> StoreError {
    let error = StoreError::damaged(format!("item {at} of a run is missing"));
    shelf.note(&error);
    error
}

struct Reading<'a> {
    next: u64,
    to: u64,
    stopped: bool,
    each: &'a mut dyn FnMut(u64, Item<'_>) -> ControlFlow<()>,
}

impl Reading<'_> {
    fn wants_more(&self) -> bool {
        !self.stopped && self.next < self.to
    }

    /// Reads blocks from the key `start` on, until the item `end` or what was asked for.
    fn scan(
        &mut self,
        shelf: &Shelf,
        part: Part,
        prefix: &[u8],
        start: &[u8],
        end: u64,
    ) -> Result<(), StoreError> {
        // Where the next block must begin.
        let mut expected: Option<u64> = None;
        shelf.scan(part, prefix, start, &mut |key, value| {
            let Some(first) = key
                .get(prefix.len()..)
                .and_then(|index| index.try_into().ok())
            else {
                return Err(StoreError::damaged("a key has the wrong length"));
            };
            let first = u64::from_be_bytes(first);
            if first >= end || !self.wants_more() {
                return Ok(ControlFlow::Break(()));
            }
            if expected.map_or(first > self.next, |expected| first != expected) {
                return Err(hole(shelf, self.next));
            }
            let block = Block::decode(value).inspect_err(|e| shelf.note(e))?;
            let after = first + block.len() as u64;
            if after > end {
                return Err(hole(shelf, end));
            }
            expected = Some(after);
            Ok(self.take(first, &block))
        })
    }

    fn take(&mut self, first: u64, block: &Block) -> ControlFlow<()> {
        let skip = usize::try_from(self.next - first).unwrap_or(usize::MAX);
        for index in skip..block.len() {
            if self.next >= self.to {
                return ControlFlow::Break(());
            }
            let position = self.next;
            self.next += 1;
            if (self.each)(position, block.get(index)).is_break() {
                self.stopped = true;
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }
}
