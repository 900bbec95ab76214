//! Appending: the journal first, then sled, then the acknowledgement.

use rayon::prelude::*;

use super::Store;
use super::entries::Stored;
use super::error::{AppendError, StoreError};
use super::intake::{Intake, Projection, Term};
use super::intent::Intent;
use super::view::View;
use super::writer::WriteError;
use crate::log::{Entry, Follows, Head, line};

/// Entries that are written together in a bulk append,
const CHUNK: usize = 4096;
/// whose lines are written by one thread,
const TOGETHER: usize = 512;
/// and so many bytes of bodies at most.
const CHUNK_BYTES: usize = 8 * 1024 * 1024;
/// sled's memory grows with what it is given, whatever its cache may hold: after so many entries it is closed and opened again.
const REOPEN: usize = 64 * 1024;

impl Store {
    pub(super) fn append_on(&mut self, on: &Head, entries: &[Entry]) -> Result<Head, AppendError> {
        self.usable()?;
        if (on.seq, on.link) != (self.head.seq, self.head.link) {
            return self.append_again(on, entries);
        }
        self.append_indexed(on, entries, self.indexing.project(entries))
    }

    /// Appends entries whose projections are at hand, on the head. They must be what the projector gives.
    pub fn append_indexed(
        &mut self,
        on: &Head,
        entries: &[Entry],
        projections: Vec<Projection>,
    ) -> Result<Head, AppendError> {
        self.usable()?;
        match entries {
            [] => Ok(self.head),
            [entry] if (on.seq, on.link) == (self.head.seq, self.head.link) => {
                self.append_one(entry, projections)
            }
            entries => {
                let mut appending = self.begin(on)?;
                appending.push_indexed(entries, projections)?;
                appending.commit()
            }
        }
    }

    /// The same entries on the same head once more are no second append.
    fn append_again(&self, on: &Head, entries: &[Entry]) -> Result<Head, AppendError> {
        let stale = AppendError::Stale { head: self.head };
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return Err(stale);
        };
        let is_next = first.seq() == on.seq.wrapping_add(1) && first.header().prev == on.link;
        if !is_next || last.seq() > self.head.seq {
            return Err(stale);
        }
        for entry in entries {
            let found = self.view.get(entry.seq())?.map(|found| found.raw().link);
            if found != Some(entry.link()) {
                return Err(stale);
            }
        }
        Ok(last.head())
    }

    fn append_one(
        &mut self,
        entry: &Entry,
        projections: Vec<Projection>,
    ) -> Result<Head, AppendError> {
        check_next(&self.head, entry)?;
        let mut text = Vec::new();
        line(entry, &mut text);
        match self.writer.append(entry.seq(), &text) {
            Ok(()) => {}
            Err(WriteError::Undone(e)) => return Err(e.into()),
            Err(WriteError::Unknown(source)) => {
                self.behind = Some("an append did not end".to_owned());
                return Err(AppendError::Unknown { source });
            }
        }
        self.head = entry.head();
        self.feed_sled(std::slice::from_ref(entry), projections);
        Ok(self.head)
    }

    /// Takes recorded entries into sled. They are recorded, whatever sled does; if it fails, the next open makes it up.
    fn feed_sled(&mut self, entries: &[Entry], projections: Vec<Projection>) {
        if let Err(e) = self.try_feed_sled(entries, projections) {
            self.intake = None;
            self.behind = Some(e.to_string());
        }
    }

    fn try_feed_sled(
        &mut self,
        entries: &[Entry],
        projections: Vec<Projection>,
    ) -> Result<(), StoreError> {
        let mut intake = self.take_intake()?;
        intake.absorb(&self.view.shelf, entries, projections)?;
        intake.commit(&self.view.shelf)?;
        self.intake = Some(intake);
        Ok(())
    }

    fn take_intake(&mut self) -> Result<Intake, StoreError> {
        match self.intake.take() {
            Some(intake) => Ok(intake),
            None => Intake::load(&self.view.shelf, self.indexing),
        }
    }

    /// Begins an append of many entries, which is recorded whole by [`Appending::commit`] or not at all.
    pub fn begin(&mut self, on: &Head) -> Result<Appending<'_>, AppendError> {
        self.usable()?;
        if (on.seq, on.link) != (self.head.seq, self.head.link) {
            return Err(AppendError::Stale { head: self.head });
        }
        let intake = self.take_intake()?;
        let intent = self.writer.begin_bulk(&self.head)?;
        Ok(Appending {
            head: self.head,
            store: self,
            intake: Some(intake),
            intent: Some(intent),
            since_reopened: 0,
            lines: Vec::new(),
        })
    }
}

/// Refuses what does not follow. An [`Entry`]'s own link and digest were checked when it was made.
fn check_next(head: &Head, entry: &Entry) -> Result<(), AppendError> {
    if !entry.header().kind.is_known() {
        return Err(AppendError::Kind {
            seq: entry.seq(),
            kind: entry.header().kind,
        });
    }
    let raw = entry.raw();
    Ok(raw.check_place(entry.header(), Follows::Head(head))?)
}

/// An append of many entries that has not ended. Dropped, nothing of it is recorded.
#[derive(Debug)]
pub struct Appending<'a> {
    pub(super) store: &'a mut Store,
    head: Head,
    intake: Option<Intake>,
    intent: Option<Intent>,
    /// Entries given to sled since it was opened.
    since_reopened: usize,
    /// The journal's lines, in buffers that are used again.
    lines: Vec<Vec<u8>>,
}

impl Appending<'_> {
    /// The head that the record will have if this is committed now.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// What the record holds without this append.
    pub fn view(&self) -> Result<&View, StoreError> {
        self.store.view()
    }

    /// The entries recorded or added, in order, that have this term.
    pub fn find(&self, term: Term) -> Result<Vec<u64>, StoreError> {
        match &self.intake {
            Some(intake) => intake.find(&self.store.view.shelf, term),
            None => Ok(Vec::new()),
        }
    }

    /// Hands out the hash of every term of this table, recorded or added, in no order.
    pub fn hashes(&self, table: u8, each: &mut dyn FnMut(u64)) -> Result<(), StoreError> {
        match &self.intake {
            Some(intake) => intake.hashes(&self.store.view.shelf, table, each),
            None => Ok(()),
        }
    }

    /// One entry recorded or added, unchecked.
    pub fn get(&self, seq: u64) -> Result<Option<Stored>, StoreError> {
        if seq <= self.store.head.seq {
            self.view()?.get(seq)
        } else {
            self.store.journal().entry(seq)
        }
    }

    /// Adds entries. After an error nothing of this append can be committed.
    pub fn push(&mut self, entries: &[Entry]) -> Result<(), AppendError> {
        let projections = self.store.indexing.project(entries);
        self.push_indexed(entries, projections)
    }

    /// Adds entries whose projections are at hand: they must be what the projector gives.
    pub fn push_indexed(
        &mut self,
        entries: &[Entry],
        projections: Vec<Projection>,
    ) -> Result<(), AppendError> {
        let pushed = self.try_push(entries, projections);
        if pushed.is_err() {
            self.intake = None;
        }
        pushed
    }

    fn try_push(
        &mut self,
        entries: &[Entry],
        mut projections: Vec<Projection>,
    ) -> Result<(), AppendError> {
        for entry in entries {
            check_next(&self.head, entry)?;
            self.head = entry.head();
        }
        let mut rest = entries;
        while !rest.is_empty() {
            let (chunk, after) = rest.split_at(chunk_len(rest));
            let left = projections.split_off(chunk.len().min(projections.len()));
            self.push_chunk(chunk, std::mem::replace(&mut projections, left))?;
            rest = after;
        }
        Ok(())
    }

    fn push_chunk(
        &mut self,
        entries: &[Entry],
        projections: Vec<Projection>,
    ) -> Result<(), StoreError> {
        let Some(intake) = &mut self.intake else {
            return Err(StoreError::Behind {
                reason: "an earlier part of this append failed".to_owned(),
            });
        };
        let (writer, shelf) = (&mut self.store.writer, &self.store.view.shelf);
        let lines = &mut self.lines;
        let (written, absorbed) = rayon::join(
            || {
                lines.resize_with(entries.len().div_ceil(TOGETHER), Vec::new);
                let parts = entries.par_chunks(TOGETHER).zip(lines.par_iter_mut());
                parts.for_each(|(entries, lines)| write_lines(entries, lines));
                let firsts = entries.iter().step_by(TOGETHER);
                lines
                    .iter()
                    .zip(firsts)
                    .try_for_each(|(lines, first)| writer.write(first.seq(), lines))
            },
            || intake.absorb(shelf, entries, projections),
        );
        written.and(absorbed)?;
        self.since_reopened += entries.len();
        if self.since_reopened >= REOPEN {
            intake.put_ahead(shelf)?;
            self.store.view.shelf.reopen()?;
            self.since_reopened = 0;
        }
        Ok(())
    }

    /// Records everything pushed: durable when this returns.
    pub fn commit(mut self) -> Result<Head, AppendError> {
        let Some(mut intake) = self.intake.take() else {
            return Err(StoreError::Behind {
                reason: "a part of this append failed".to_owned(),
            }
            .into());
        };
        self.store.writer.sync_bulk()?;
        // From here on it may be recorded, so nothing is taken back.
        self.intent = None;
        if let Err(source) = self.store.writer.end_bulk() {
            self.store.behind = Some("an append did not end".to_owned());
            return Err(AppendError::Unknown { source });
        }
        self.store.head = self.head;
        let shelf = &mut self.store.view.shelf;
        if let Err(e) = intake.commit(shelf).and_then(|()| shelf.reopen()) {
            self.store.behind = Some(e.to_string());
            return Ok(self.head);
        }
        self.store.intake = Some(intake);
        Ok(self.head)
    }
}

fn write_lines(entries: &[Entry], lines: &mut Vec<u8>) {
    lines.clear();
    entries.iter().for_each(|entry| line(entry, lines));
}

/// How many of the entries make a chunk; at least one.
fn chunk_len(entries: &[Entry]) -> usize {
    let mut bytes = 0;
    let fits = entries.iter().take(CHUNK).take_while(|entry| {
        bytes += entry.header().body_len as usize;
        bytes < CHUNK_BYTES
    });
    fits.count().max(1)
}

impl Drop for Appending<'_> {
    fn drop(&mut self) {
        let Some(intent) = self.intent.take() else {
            return;
        };
        // What sled was given ahead of a commit is unseen there and cleared when it is next appended to.
        if let Err(e) = self.store.writer.undo_bulk(&intent) {
            self.store.behind = Some(e.to_string());
        }
    }
}
