//! Entries read from one copy of the log, checked, to be written to the other.

use std::ops::ControlFlow;

use rayon::prelude::*;

use super::entries::Stored;
use super::error::StoreError;
use super::journal::Journal;
use super::view::View;
use crate::log::{Entry, EntryError, Follows, Head};

/// So many entries at a time,
const CHUNK: usize = 4096;
/// or so many bytes of bodies.
const CHUNK_BYTES: usize = 16 * 1024 * 1024;

/// Where entries come from.
pub(super) enum Source<'a> {
    Journal(&'a Journal),
    View(&'a View),
}

/// Checks entries that follow `after` and each other; or says which one does not, by its index.
pub(super) fn check(
    after: Option<&Head>,
    chunk: &[Stored],
) -> Result<Vec<Entry>, (usize, EntryError)> {
    let one = |index: usize| {
        let before = index
            .checked_sub(1)
            .map(|before| chunk[before].raw().head());
        let follows = match before.as_ref().or(after) {
            Some(head) => Follows::Head(head),
            None => Follows::Nothing,
        };
        Entry::check(&chunk[index].raw(), follows)
    };
    let checked: Vec<_> = if chunk.len() < 64 {
        (0..chunk.len()).map(one).collect()
    } else {
        (0..chunk.len())
            .into_par_iter()
            .with_min_len(64)
            .map(one)
            .collect()
    };
    checked
        .into_iter()
        .enumerate()
        .map(|(index, entry)| entry.map_err(|e| (index, e)))
        .collect()
}

impl Source<'_> {
    fn read(
        &self,
        from: u64,
        each: &mut dyn FnMut(crate::log::RawEntry<'_>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        match self {
            Self::Journal(journal) => journal.read(from, each),
            Self::View(view) => view.read(from, u64::MAX, each),
        }
    }

    fn fault(&self, seq: u64, source: EntryError) -> StoreError {
        match self {
            Self::Journal(journal) => journal.fault_at(seq, source.into()),
            Self::View(_) => StoreError::damaged(source.to_string()),
        }
    }

    /// Hands out every entry after `after`, checked, some thousands at a time. Returns the last one's head.
    pub(super) fn replay(
        &self,
        after: Option<Head>,
        each: &mut dyn FnMut(&[Entry]) -> Result<(), StoreError>,
    ) -> Result<Option<Head>, StoreError> {
        let mut head = after;
        let mut outcome = Ok(());
        let mut chunk: Vec<Stored> = Vec::new();
        let mut bytes = 0;
        self.read(after.map_or(0, |head| head.seq + 1), &mut |raw| {
            bytes += raw.contents.map_or(0, |contents| contents.body.len());
            chunk.push(raw.into());
            if chunk.len() < CHUNK && bytes < CHUNK_BYTES {
                return ControlFlow::Continue(());
            }
            bytes = 0;
            outcome = self.hand_out(&mut head, &mut chunk, each);
            if outcome.is_ok() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        })?;
        outcome?;
        self.hand_out(&mut head, &mut chunk, each)?;
        Ok(head)
    }

    fn hand_out(
        &self,
        head: &mut Option<Head>,
        chunk: &mut Vec<Stored>,
        each: &mut dyn FnMut(&[Entry]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let expected = head.map_or(0, |head| head.seq + 1);
        let entries = check(head.as_ref(), chunk)
            .map_err(|(index, e)| self.fault(expected + index as u64, e))?;
        chunk.clear();
        *head = entries.last().map(Entry::head).or(*head);
        each(&entries)
    }
}
