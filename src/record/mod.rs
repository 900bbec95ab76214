//! The façade: a record as its users see it. Open it, append to it, ask it.
//!
//! What is appended goes through three pure functions in this order: a [`Draft`] is read, [`Admission`] admits it, an
//! entry is sealed. Effects (files, locks, sled) are the store's; the time is the caller's.

mod append;
mod name;
mod redact;
mod suppose;

pub use append::{AppendError, AppendOptions, Appended, Doc, Recorded, read_all};
pub use redact::{RedactError, RedactOptions, RedactedNow};

use crate::domain::{Day, Instant, Moment, Opening, RegimeKey, SubjectId, Withdrawn};
use crate::index::{INDEXING, rows_in};
use crate::log::{
    Body, Commitment, Entry, EntryError, Follows, Head, Kind, Origin, OriginError,
    Recorded as RecordedAt, Salt,
};
use crate::register::{
    Admission, Ask, BlastRadius, Diff, Draft, Due, History, Interval, RegimeState, Row, Rows,
    SCHEMA, Table, Term, Withheld, project,
};
use crate::store::{self, Log as _, Opened, Repair, Store, StoreError, Stored, Who};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::Path;
use std::time::Duration;

/// How to open a record.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long to wait for another process to release it.
    pub wait: Duration,
    /// What for, as whoever finds it locked is told.
    pub verb: String,
    /// Since when, as whoever finds it locked is told.
    pub since: Instant,
}

impl From<Options> for store::Options {
    fn from(Options { wait, verb, since }: Options) -> Self {
        let who = Who {
            verb,
            since: since.to_string(),
        };
        Self {
            wait,
            who,
            indexing: INDEXING,
        }
    }
}

/// Why a record cannot be used or answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The store says so.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The name given to a new record.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// An entry is not what was sealed.
    #[error("entry {seq} is not what was sealed")]
    Entry {
        /// The entry.
        seq: u64,
        /// What is wrong with it.
        source: EntryError,
    },
    /// The index cannot be read.
    #[error(transparent)]
    Index(#[from] crate::index::IndexError),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {reason}")]
    Random {
        /// Its answer.
        reason: String,
    },
    /// What cannot be sealed.
    #[error(transparent)]
    Seal(#[from] crate::log::SealError),
}

/// An open record.
#[derive(Debug)]
pub struct Record {
    store: Store,
    origin: Origin,
    admission: Admission,
    known: append::Known,
    /// What redactions keep from being recorded again, or stand in for.
    withheld: Vec<Withheld>,
    /// What is supposed and not recorded, in order.
    supposed: Vec<Draft>,
}

impl Record {
    /// Opens a new record under that name, or under a made-up one.
    ///
    /// # Errors
    ///
    /// Where the name is no name, or the directory cannot become a record.
    pub fn init(
        dir: &Path,
        origin: Option<&str>,
        by: &str,
        options: Options,
    ) -> Result<Self, RecordError> {
        let origin = match origin {
            Some(name) => name.to_owned(),
            None => format!("regesta.local/{}", hex::encode(random::<8>()?)),
        };
        let origin: Origin = origin.parse()?;
        let opening = serde_json::to_vec(&Opening {
            by: by.to_owned(),
            origin: origin.to_string(),
        });
        let body = opening.ok().and_then(|json| Body::canonicalize(&json).ok());
        let body = body.ok_or(OriginError::Missing)?;
        let now = RecordedAt(options.since.0);
        let opening = Entry::seal(
            Follows::Origin(&origin),
            now,
            Kind::Opening,
            SCHEMA,
            Commitment::new(Salt(random()?), body),
        )?;
        store::init(dir, &opening, INDEXING)?;
        Ok(Self::open(dir, options)?.0)
    }

    /// Opens a new record from an export, byte for byte.
    ///
    /// # Errors
    ///
    /// Where a line is not what was sealed, or the directory cannot become a record.
    pub fn init_from(
        dir: &Path,
        lines: impl BufRead,
        options: Options,
    ) -> Result<Self, RecordError> {
        store::init_from(dir, lines, INDEXING)?;
        Ok(Self::open(dir, options)?.0)
    }

    /// Opens a record and tells what was put right in opening it.
    ///
    /// # Errors
    ///
    /// Where it is none, is in use, or cannot be put right.
    pub fn open(dir: &Path, options: Options) -> Result<(Self, Vec<Repair>), RecordError> {
        let Opened { store, repairs } = Store::open(dir, &options.into())?;
        let opening = entry(&store, 0)?;
        let body = opening
            .as_ref()
            .and_then(Entry::contents)
            .map(|contents| contents.body.as_bytes());
        let origin = Origin::of_opening(body.unwrap_or_default())?;
        let withheld = redact::withheld(&store)?;
        Ok((
            Self {
                store,
                origin,
                admission: Admission::default(),
                known: append::Known::default(),
                withheld,
                supposed: Vec::new(),
            },
            repairs,
        ))
    }

    /// The record's name.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The last entry.
    #[must_use]
    pub fn head(&self) -> Head {
        // The store keeps it at hand: it cannot fail.
        self.store.head().unwrap_or(Head {
            seq: 0,
            link: self.origin.link(),
            recorded_at: RecordedAt(0),
        })
    }

    /// Rebuilds every index from the log.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn reindex(self) -> Result<Self, RecordError> {
        Ok(Self {
            store: self.store.reindex()?,
            ..self
        })
    }

    /// One entry, checked by itself.
    ///
    /// # Errors
    ///
    /// Where it is not what was sealed.
    pub fn entry(&self, seq: u64) -> Result<Option<Entry>, RecordError> {
        entry(&self.store, seq)
    }

    // Questions

    /// Every regime recorded, by name.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn regimes(&self) -> Result<Vec<RegimeKey>, RecordError> {
        let runs = self.store.view()?.runs()?;
        let names = runs
            .into_iter()
            .filter_map(|run| String::from_utf8(run.name).ok());
        let mut regimes: Vec<RegimeKey> = names.filter_map(|name| name.parse().ok()).collect();
        regimes.extend(self.supposed_regimes().cloned());
        regimes.sort();
        regimes.dedup();
        Ok(regimes)
    }

    /// Everything recorded of a regime; empty where there is nothing.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn history(&self, regime: &RegimeKey) -> Result<History, RecordError> {
        let mut rows = rows_in(self.store.view()?, regime)?;
        rows.extend(self.supposed_of(regime));
        Ok(History::new(regime.clone(), rows))
    }

    /// The state of a regime.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn state_at(&self, regime: &RegimeKey, ask: &Ask) -> Result<RegimeState, RecordError> {
        Ok(self.history(regime)?.view(ask).state())
    }

    /// The state of every regime, by name.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn board(&self, ask: &Ask) -> Result<Vec<RegimeState>, RecordError> {
        self.regimes()?
            .par_iter()
            .map(|regime| self.state_at(regime, ask))
            .collect()
    }

    /// What is due within that many days of the day asked about: in one regime, or in all of them; by day.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn due(
        &self,
        regime: Option<&RegimeKey>,
        ask: &Ask,
        within_days: i64,
    ) -> Result<Vec<Due>, RecordError> {
        let due = self.asked(regime)?;
        let due = due
            .par_iter()
            .map(|regime| Ok(self.history(regime)?.view(ask).due(within_days)));
        let mut due = due.collect::<Result<Vec<_>, RecordError>>()?.concat();
        due.sort_by(|a, b| a.order().cmp(&b.order()));
        Ok(due)
    }

    /// The regimes that a question about one, or about all of them, is asked of.
    fn asked(&self, regime: Option<&RegimeKey>) -> Result<Vec<RegimeKey>, RecordError> {
        match regime {
            Some(one) => Ok(vec![one.clone()]),
            None => self.regimes(),
        }
    }

    /// The panel through the day asked about: of one regime, or of all of them, by regime.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn panel(
        &self,
        regime: Option<&RegimeKey>,
        ask: &Ask,
    ) -> Result<Vec<Interval>, RecordError> {
        let panels = self.asked(regime)?;
        let panels = panels
            .par_iter()
            .map(|regime| Ok(self.history(regime)?.view(ask).panel()));
        Ok(panels.collect::<Result<Vec<_>, RecordError>>()?.concat())
    }

    /// What is different in a regime between two answers.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn diff(&self, regime: &RegimeKey, a: &Ask, b: &Ask) -> Result<Diff, RecordError> {
        Ok(Diff::between(&self.history(regime)?, a, b))
    }

    /// What entries that are not recorded would change of days before today, regime by regime.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn blast_radius(
        &self,
        planned: &BTreeMap<RegimeKey, Vec<(u64, Row)>>,
        today: Day,
    ) -> Result<Vec<BlastRadius>, RecordError> {
        let head = self.head().seq;
        let regimes: Vec<_> = planned.iter().collect();
        let of = |(regime, rows): &(&RegimeKey, &Vec<(u64, Row)>)| {
            let mut history = self.history(regime)?;
            for (seq, row) in *rows {
                history.push(*seq, row.clone());
            }
            Ok(history.blast_radius(head, today))
        };
        regimes.par_iter().map(of).collect()
    }

    /// The regimes under which something is recorded of a subject, by name.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn regimes_of(&self, subject: &SubjectId) -> Result<Vec<RegimeKey>, RecordError> {
        let mut regimes: Vec<RegimeKey> = Vec::new();
        let term = Term::of(Table::Subject, subject.as_str());
        let mut found: Vec<Rows> = self.supposed_by(term).cloned().collect();
        for seq in self.find(term)? {
            found.push(self.rows_of(seq)?);
        }
        for rows in found {
            for (regime, row) in rows.rows {
                let names = |effects: &crate::register::DecisionRow| {
                    effects
                        .effects
                        .iter()
                        .any(|row| row.effect.subject() == Some(subject))
                };
                if row.decision().is_some_and(names) && !regimes.contains(&regime) {
                    regimes.push(regime);
                }
            }
        }
        regimes.sort();
        Ok(regimes)
    }

    /// The entry whose link begins so. `Err` holds how many there are where it is not one.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn by_link(&self, prefix: &str) -> Result<Result<Head, usize>, RecordError> {
        let digits = &prefix[..prefix.len().min(16)];
        let Ok(first) = u64::from_str_radix(digits, 16) else {
            return Ok(Err(0));
        };
        let free = 4 * (16 - digits.len() as u32);
        let low = first.checked_shl(free).unwrap_or(0);
        let high = low | 1u64.checked_shl(free).map_or(u64::MAX, |bit| bit - 1);
        let mut found = Vec::new();
        for seq in self.store.view()?.find(Table::Link as u8, low..=high)? {
            found.extend(
                self.entry(seq)?
                    .filter(|entry| entry.link().to_string().starts_with(prefix)),
            );
        }
        Ok(match found.as_slice() {
            [one] => Ok(one.head()),
            several => Err(several.len()),
        })
    }

    /// The last entry recorded by then; none where the record was opened later.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn known_at(&self, at: Moment) -> Result<Option<Head>, RecordError> {
        // A day means all of it, on the UTC calendar that entries are recorded by.
        let at = at.ends(chrono_tz::UTC).0;
        let (mut low, mut high) = (0, self.head().seq + 1);
        while low < high {
            let middle = low + (high - low) / 2;
            let later = self
                .entry(middle)?
                .is_none_or(|entry| entry.header().recorded_at.0 > at);
            if later {
                high = middle
            } else {
                low = middle + 1
            }
        }
        match low.checked_sub(1) {
            Some(seq) => Ok(self.entry(seq)?.map(|entry| entry.head())),
            None => Ok(None),
        }
    }

    /// What names an entry of ours that is to be withdrawn; none where there is none that could be.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn withdrawn(&self, seq: u64) -> Result<Option<Withdrawn>, RecordError> {
        let Some(entry) = self.entry(seq)? else {
            return Ok(None);
        };
        if entry.header().kind == Kind::Redaction {
            return Ok(None);
        }
        // What stands in for an erased body can be withdrawn in its place.
        let said_by = match self.withheld.iter().find(|one| one.seq == seq) {
            Some(one) if one.is_replaced() => one.by,
            _ => seq,
        };
        let regimes: Vec<_> = self
            .rows_of(said_by)?
            .rows
            .into_iter()
            .map(|(regime, _)| regime)
            .collect();
        let link = entry.link().to_string();
        Ok((!regimes.is_empty()).then_some(Withdrawn { seq, link, regimes }))
    }

    fn rows_of(&self, seq: u64) -> Result<Rows, RecordError> {
        let entry = self.entry(seq)?;
        let body = entry
            .as_ref()
            .and_then(Entry::contents)
            .map(|contents| contents.body.as_str());
        let kind = entry
            .as_ref()
            .map_or(Kind::Opening, |entry| entry.header().kind);
        Ok(body
            .and_then(|body| project(kind, body).ok())
            .unwrap_or_default())
    }

    fn find(&self, term: Term) -> Result<Vec<u64>, RecordError> {
        Ok(self
            .store
            .view()?
            .find(term.table as u8, term.hash..=term.hash)?)
    }
}

fn random<const N: usize>() -> Result<[u8; N], RecordError> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

fn fill(bytes: &mut [u8]) -> Result<(), RecordError> {
    getrandom::fill(bytes).map_err(|error| RecordError::Random {
        reason: error.to_string(),
    })
}

fn entry(store: &Store, seq: u64) -> Result<Option<Entry>, RecordError> {
    store
        .view()?
        .get(seq)?
        .map(|stored| checked(&stored, seq))
        .transpose()
}

/// An entry checked by itself: link, digest, canonical body.
fn checked(stored: &Stored, seq: u64) -> Result<Entry, RecordError> {
    Entry::check_alone(&stored.raw()).map_err(|source| RecordError::Entry { seq, source })
}
