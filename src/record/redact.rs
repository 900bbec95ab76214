//! Redacting: a body is erased for good, and an entry says so.

use super::{Record, RecordError, random};
use crate::domain::{Instant, RegimeKey};
use crate::index::rows_in;
use crate::log::{Commitment, Entry, Follows, Head, Kind, Recorded as RecordedAt, Salt};
use crate::register::{
    Admission, Draft, NotRedacted, Redacted, Refusal, SCHEMA, Table, Term, Withheld,
    draft_of_redaction, project,
};
use crate::store::{self, EraseError, Log as _, Store, StoreError};

/// How to redact.
#[derive(Debug, Clone)]
pub struct RedactOptions {
    /// On what ground, in words.
    pub ground: String,
    /// Who redacts.
    pub by: String,
    /// Keep nothing of the erased id, not even what knows it again; the same file would then be taken in once more.
    pub forget_id: bool,
    /// Now; where the clock went back, the head's own time is used.
    pub now: Instant,
    /// Judge everything, erase and write nothing.
    pub dry_run: bool,
}

/// What a redaction came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedactedNow {
    /// The entry whose body was erased, or would have been.
    pub entry: u64,
    /// What it is.
    pub kind: Kind,
    /// The redaction.
    pub by_entry: u64,
    /// Whether a redacted text stands in its place.
    pub replaced: bool,
    /// Other entries that bear its id, withdraw it or name a subject that is named no more, and keep their bodies.
    pub also: Vec<u64>,
    /// The head now.
    pub head: Head,
}

/// Why a body was not erased; after [`RedactError::Unfinished`] alone the redaction is recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RedactError {
    /// The entry cannot be redacted, or not in this way.
    #[error(transparent)]
    NotRedacted(#[from] NotRedacted),
    /// What should stand in its place does not fit there.
    #[error("what should stand in for entry {seq} does not fit there: {refusal}")]
    Refused {
        /// The entry.
        seq: u64,
        /// Why not.
        refusal: Box<Refusal>,
    },
    /// The redaction is recorded, but the body is not erased everywhere: whoever opens the record next does the rest.
    #[error("entry {by} is recorded, but the body of entry {seq} is not erased everywhere yet")]
    Unfinished {
        /// The entry.
        seq: u64,
        /// The redaction.
        by: u64,
        /// What happened.
        source: Box<StoreError>,
    },
    /// Something is supposed of this record: it is not written to.
    #[error("nothing is redacted while something is supposed")]
    Supposing,
    /// It is not known whether the redaction was recorded.
    #[error("it is not known whether the redaction was recorded")]
    Unknown(#[source] StoreError),
    /// The record cannot be used.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl From<StoreError> for RedactError {
    fn from(error: StoreError) -> Self {
        Self::Record(error.into())
    }
}

impl From<crate::index::IndexError> for RedactError {
    fn from(error: crate::index::IndexError) -> Self {
        Self::Record(error.into())
    }
}

impl Record {
    /// Erases salt and body of an entry from every file of the record and from every index, and records that and why. What
    /// `with` says stands in its place from then on, at its position. The record is closed.
    ///
    /// # Errors
    ///
    /// Why the body was not erased.
    pub fn redact(
        self,
        seq: u64,
        with: Option<&Draft>,
        options: &RedactOptions,
    ) -> Result<RedactedNow, RedactError> {
        if !self.supposed.is_empty() {
            return Err(RedactError::Supposing);
        }
        let head = self.head();
        let Some(entry) = self.entry(seq)? else {
            return Err(NotRedacted::Unknown {
                seq,
                last: head.seq,
            }
            .into());
        };
        if let Some(by) = self.redaction_of(seq) {
            return Err(NotRedacted::Already { seq, by }.into());
        }
        let key = (!options.forget_id).then(random).transpose()?;
        let (body, rows) = draft_of_redaction(&entry, &options.ground, &options.by, with, key)?;
        let by = head.seq + 1;
        for (regime, row) in rows.rows {
            let mut all = rows_in(self.store.view()?, &regime)?;
            all.push((by, row));
            let refused = Admission::again(&regime, &all);
            if let Some((_, refusal)) = refused.into_iter().find(|(at, _)| *at == seq) {
                let refusal = Box::new(refusal);
                return Err(RedactError::Refused { seq, refusal });
            }
        }
        let also = self.speak_of(&entry, with)?;
        let now = RecordedAt(options.now.0.max(head.recorded_at.0));
        let follows = Follows::Head(&head);
        let salt = Salt(random()?);
        let redaction = Entry::seal(
            follows,
            now,
            Kind::Redaction,
            SCHEMA,
            Commitment::new(salt, body),
        )
        .map_err(RecordError::from)?;
        let store = if options.dry_run {
            self.store
        } else {
            erase(self.store, &head, &redaction, seq)?
        };
        Ok(RedactedNow {
            entry: seq,
            kind: entry.header().kind,
            by_entry: by,
            replaced: with.is_some(),
            also,
            head: store.head()?,
        })
    }

    /// The entry that erased the body of entry `seq`.
    #[must_use]
    pub fn redaction_of(&self, seq: u64) -> Option<u64> {
        let found = self.withheld.iter().find(|one| one.seq == seq);
        found.map(|one| one.by)
    }

    /// What an answer about those regimes, or about all of them, at that position of the record says of erased bodies; by
    /// entry.
    #[must_use]
    pub fn redactions(&self, regimes: Option<&[RegimeKey]>, known_at: u64) -> Vec<Redacted> {
        let touches = |one: &Withheld| {
            regimes.is_none_or(|asked| one.regimes.iter().any(|regime| asked.contains(regime)))
        };
        let known = self.withheld.iter().filter(|one| one.seq <= known_at);
        let mut redactions: Vec<_> = known
            .filter(|one| touches(one))
            .map(|one| Redacted {
                entry: one.seq,
                ground: one.ground.clone(),
                by_entry: one.by,
                replaced: one.is_replaced(),
            })
            .collect();
        redactions.sort_by_key(|one| one.entry);
        redactions
    }

    /// Other entries that withdraw it, bear its id, or name a subject that what stands in its place does not name.
    fn speak_of(&self, entry: &Entry, with: Option<&Draft>) -> Result<Vec<u64>, RecordError> {
        let withdrawal = format!("rectification of {}", entry.seq());
        let mut names = vec![Term::of(Table::Id, &withdrawal)];
        if let Some(contents) = entry.contents() {
            let erased = project(entry.header().kind, contents.body.as_str());
            names.extend(erased.unwrap_or_default().terms);
        }
        let named = |term: &Term| {
            term.table == Table::Subject && with.is_some_and(|with| with.rows.terms.contains(term))
        };
        let mut found = Vec::new();
        for term in names.iter().filter(|term| !named(term)) {
            found.extend(self.find(*term)?);
        }
        found.retain(|seq| *seq != entry.seq());
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}

fn erase(store: Store, head: &Head, redaction: &Entry, seq: u64) -> Result<Store, RedactError> {
    store.erase(head, redaction).map_err(|error| match error {
        EraseError::Unfinished { source } => RedactError::Unfinished {
            seq,
            by: redaction.seq(),
            source: Box::new(source),
        },
        EraseError::Append(store::AppendError::Unknown { source }) => RedactError::Unknown(source),
        EraseError::Append(store::AppendError::Store(error)) => error.into(),
        other => StoreError::Damaged {
            what: other.to_string(),
        }
        .into(),
    })
}

/// Every redaction of a record, read once.
pub(super) fn withheld(store: &Store) -> Result<Vec<Withheld>, RecordError> {
    let mut withheld = Vec::new();
    for (_, by) in store.erased()? {
        let entry = super::entry(store, by)?;
        let body = entry.as_ref().and_then(Entry::contents);
        withheld.extend(body.and_then(|contents| Withheld::of(by, &contents.body)));
    }
    Ok(withheld)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Options;
    use std::time::Duration;

    #[test]
    fn nothing_is_redacted_while_something_is_supposed() {
        let dir = tempfile::tempdir().unwrap();
        let now = Instant(1_700_000_000_000_000);
        let options = Options {
            wait: Duration::ZERO,
            verb: "test".to_owned(),
            since: now,
        };
        let mut record = Record::init(&dir.path().join("record"), None, "test", options).unwrap();
        let decision = r#"{"id": "d", "title": "D", "authority": "eu-council", "dates": {"adopted_on": "2024-01-01"},
            "effects": [{"established": {"regime": "EU-X", "title": "X", "until": "2025-01-01"}}],
            "sources": [{"at": "https://example.org", "tier": "primary"}]}"#;
        let draft = Draft::read(decision.as_bytes(), "d.json", "test").unwrap();
        record.suppose(vec![draft], now).unwrap();
        let options = RedactOptions {
            ground: "ground".to_owned(),
            by: "test".to_owned(),
            forget_id: false,
            now,
            dry_run: false,
        };
        let refused = record.redact(0, None, &options);
        assert!(
            matches!(refused, Err(RedactError::Supposing)),
            "{refused:?}"
        );
    }
}
