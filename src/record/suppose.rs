//! Supposing: decisions that are not recorded stand behind the head, for as long as the record is open.
//!
//! They are admitted as if they were appended, and never sealed into the log. Every question sees them, because they
//! come through the same doors ([`Record::history`], [`Record::regimes`], [`Record::regimes_of`]) under
//! [numbers](EntryNo) of their own; a question about an earlier `known_at` does not.

use super::{AppendError, AppendOptions, Record, RecordError};
use crate::domain::{Decision, Instant, Redaction, RegimeKey, Replacement};
use crate::log::Kind;
use crate::register::{Draft, EntryNo, Row, Rows, Term};

impl Record {
    /// Supposes those drafts, in that order, on top of what is supposed already. One that is recorded is left out.
    /// Nothing is written, and from now on [`Record::append`] and [`Record::redact`] write nothing either.
    ///
    /// # Errors
    ///
    /// The refusal that an append would meet; then nothing new is supposed.
    pub fn suppose(&mut self, drafts: Vec<Draft>, now: Instant) -> Result<(), AppendError> {
        let mut all = self.supposed.clone();
        all.extend(drafts);
        let options = AppendOptions {
            now,
            expect_head: None,
            dry_run: true,
            with_dependents: false,
        };
        let mut already = Vec::with_capacity(all.len());
        self.append([Ok(all.clone())], &options, &mut |one| {
            already.push(one.already);
        })?;
        let mut already = already.into_iter();
        all.retain(|_| already.next() == Some(false));
        self.supposed = all;
        Ok(())
    }

    /// The last entry that questions see unless they are asked otherwise: the head, or the last one supposed.
    #[must_use]
    pub fn known(&self) -> EntryNo {
        match self.supposed.len() as u64 {
            0 => self.head().seq.into(),
            n => EntryNo::supposed(n),
        }
    }

    /// The decision that an entry records, or that is supposed under that number; a rectification's is its replacement, that
    /// of an erased entry what stands in its place. None where there is none.
    ///
    /// # Errors
    ///
    /// Where the entry is not what was sealed, or the store cannot be used.
    pub fn decision(&self, entry: EntryNo) -> Result<Option<Decision>, RecordError> {
        if let Some(n) = entry.nth_supposed() {
            let draft = n
                .checked_sub(1)
                .and_then(|n| self.supposed.get(usize::try_from(n).ok()?));
            return Ok(draft.and_then(|draft| decision_in(draft.kind, draft.body.as_bytes())));
        }
        let by = self.redaction_of(entry.position());
        let entry = self.entry(by.unwrap_or(entry.position()))?;
        let contents = entry
            .as_ref()
            .and_then(|entry| Some((entry, entry.contents()?)));
        Ok(contents.and_then(|(entry, contents)| {
            decision_in(entry.header().kind, contents.body.as_bytes())
        }))
    }

    /// What is supposed, with its numbers.
    pub fn suppositions(&self) -> impl Iterator<Item = (EntryNo, &Draft)> {
        (1..).map(EntryNo::supposed).zip(&self.supposed)
    }

    /// The rows supposed of a regime.
    pub(super) fn supposed_of<'a>(
        &'a self,
        regime: &'a RegimeKey,
    ) -> impl Iterator<Item = (u64, Row)> + 'a {
        self.suppositions().flat_map(move |(entry, draft)| {
            let rows = draft.rows.rows.iter().filter(move |(of, _)| of == regime);
            rows.map(move |(_, row)| (entry.position(), row.clone()))
        })
    }

    /// The regimes that something is supposed of.
    pub(super) fn supposed_regimes(&self) -> impl Iterator<Item = &RegimeKey> {
        let rows = self.supposed.iter().flat_map(|draft| &draft.rows.rows);
        rows.map(|(regime, _)| regime)
    }

    /// The rows of what is supposed and can be found by that term.
    pub(super) fn supposed_by(&self, term: Term) -> impl Iterator<Item = &Rows> {
        let rows = self.supposed.iter().map(|draft| &draft.rows);
        rows.filter(move |rows| rows.terms.contains(&term))
    }
}

fn decision_in(kind: Kind, body: &[u8]) -> Option<Decision> {
    match kind {
        Kind::Decision => serde_json::from_slice(body).ok(),
        Kind::Rectification => {
            serde_json::from_slice::<crate::domain::Rectification>(body)
                .ok()?
                .replacement
        }
        Kind::Redaction => match serde_json::from_slice::<Redaction>(body)
            .ok()?
            .replacement?
        {
            Replacement::Decision(decision) => Some(*decision),
            Replacement::Rectification(rectification) => rectification.replacement,
            Replacement::Survey(_) => None,
        },
        _ => None,
    }
}
