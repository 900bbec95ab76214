//! The façade: a record as its users see it. Open it, append to it, ask it.
//!
//! What is appended goes through three pure functions in this order: a [`Draft`] is read, [`Admission`] admits it, an
//! entry is sealed. Effects (files, locks, sled) are the store's; the time is the caller's.

use crate::domain::{Instant, Moment, Opening, RegimeKey, SubjectId, Withdrawn};
use crate::index::{INDEXING, rows_in};
use crate::log::{
    Body, Entry, EntryError, Follows, Head, Kind, Link, Origin, OriginError,
    Recorded as RecordedAt, Salt,
};
use crate::register::{
    Admission, Admitted, Ask, Draft, DraftError, History, Refusal, RegimeState, Row, Rows, SCHEMA,
    Table, Term, project,
};
use crate::store::{self, Log as _, Opened, Repair, Store, StoreError, Stored, Who};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::HashMap;
use std::io::BufRead;
use std::path::Path;
use std::time::Duration;

/// More marks than this are not kept between appends: about 200 MB.
const MAX_WEIGHT: usize = 2_000_000;
/// Salts drawn from the system at once.
const SALTS: usize = 256;

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

/// Why nothing was appended; after [`AppendError::Unknown`] alone something may have been.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// A draft cannot be read.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// A draft is refused.
    #[error("{refusal}")]
    Refused {
        /// Where it was read.
        place: String,
        /// How it is cited.
        cite: String,
        /// Why.
        refusal: Box<Refusal>,
    },
    /// A withdrawal that other entries depend on.
    #[error("entry {seq} cannot be withdrawn by itself: {} depend on it", list(.dependents))]
    Depended {
        /// The entry to be withdrawn.
        seq: u64,
        /// The entries that depend on it.
        dependents: Vec<u64>,
    },
    /// The head is not the one expected.
    #[error("the head is {head}, not {expected}")]
    Moved {
        /// What was expected.
        expected: String,
        /// The head.
        head: Head,
    },
    /// It is not known whether the entries were recorded.
    #[error("it is not known whether the entries were recorded")]
    Unknown(#[source] StoreError),
    /// The record cannot be used.
    #[error(transparent)]
    Record(#[from] RecordError),
}

fn list(seqs: &[u64]) -> String {
    let names: Vec<_> = seqs.iter().map(ToString::to_string).collect();
    format!("entries {}", names.join(", "))
}

impl From<store::AppendError> for AppendError {
    fn from(error: store::AppendError) -> Self {
        match error {
            store::AppendError::Unknown { source } => Self::Unknown(source),
            store::AppendError::Store(error) => Self::Record(error.into()),
            store::AppendError::Stale { head } => Self::Moved {
                expected: "the one read".to_owned(),
                head,
            },
            store::AppendError::NotNext(source) => {
                Self::Record(RecordError::Entry { seq: 0, source })
            }
            other => Self::Record(RecordError::Store(StoreError::Behind {
                reason: other.to_string(),
            })),
        }
    }
}

impl From<crate::index::IndexError> for AppendError {
    fn from(error: crate::index::IndexError) -> Self {
        Self::Record(error.into())
    }
}

impl From<StoreError> for AppendError {
    fn from(error: StoreError) -> Self {
        Self::Record(error.into())
    }
}

/// How to append.
#[derive(Debug, Clone)]
pub struct AppendOptions {
    /// Now; where the clock went back, the head's own time is used.
    pub now: Instant,
    /// Append only if the head's link begins so.
    pub expect_head: Option<String>,
    /// Judge everything, write nothing.
    pub dry_run: bool,
    /// Withdraw an entry even where others depend on it.
    pub with_dependents: bool,
}

/// What became of one draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recorded {
    /// The entry's position.
    pub seq: u64,
    /// Its link; none in a dry run.
    pub link: Option<Link>,
    /// What identifies it: a decision's id.
    pub id: String,
    /// How it is cited.
    pub cite: String,
    /// Whether it was recorded before.
    pub already: bool,
}

/// What an append came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// How many entries were recorded, or would have been.
    pub recorded: u64,
    /// How many drafts were recorded before.
    pub already: u64,
    /// The head now.
    pub head: Head,
}

/// A JSON document and where it was read.
#[derive(Debug, Clone)]
pub struct Doc {
    /// Its bytes.
    pub json: Vec<u8>,
    /// The file, or standard input.
    pub place: String,
}

/// Reads documents as drafts, on all cores.
///
/// # Errors
///
/// The first complaint, in the order given.
pub fn read_all(docs: &[Doc], by: &str) -> Result<Vec<Draft>, DraftError> {
    let read: Vec<_> = docs
        .par_iter()
        .map(|doc| Draft::read(&doc.json, &doc.place, by))
        .collect();
    read.into_iter().collect()
}

/// An open record.
#[derive(Debug)]
pub struct Record {
    store: Store,
    origin: Origin,
    admission: Admission,
    salts: Vec<Salt>,
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
            Salt(random()?),
            body,
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
        Ok((
            Self {
                store,
                origin,
                admission: Admission::default(),
                salts: Vec::new(),
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
        Ok(names.filter_map(|name| name.parse().ok()).collect())
    }

    /// Everything recorded of a regime; empty where there is nothing.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn history(&self, regime: &RegimeKey) -> Result<History, RecordError> {
        Ok(History::new(
            regime.clone(),
            rows_in(self.store.view()?, regime)?,
        ))
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

    /// The regimes under which something is recorded of a subject, by name.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn regimes_of(&self, subject: &SubjectId) -> Result<Vec<RegimeKey>, RecordError> {
        let mut regimes: Vec<RegimeKey> = Vec::new();
        for seq in self.find(Term::of(Table::Subject, subject.as_str()))? {
            for (regime, row) in self.rows_of(seq)?.rows {
                let names = |effects: &crate::register::DecisionRow| {
                    effects
                        .effects
                        .iter()
                        .any(|row| row.effect.subject() == Some(subject))
                };
                let named = match &row {
                    Row::Decision(decision) => names(decision),
                    Row::Withdrawal(withdrawal) => {
                        withdrawal.replacement.as_ref().is_some_and(names)
                    }
                    Row::Survey(_) => false,
                };
                if named && !regimes.contains(&regime) {
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
        let regimes: Vec<_> = self
            .rows_of(seq)?
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
            .map(|contents| contents.body.as_bytes());
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

    // Appending

    /// Appends drafts, given in chunks, all or none. `each` is told what became of every draft, in order; nothing is
    /// recorded before this returns.
    ///
    /// # Errors
    ///
    /// The first draft that cannot be read or is refused; or what is wrong with the record.
    pub fn append(
        &mut self,
        chunks: impl IntoIterator<Item = Result<Vec<Draft>, AppendError>>,
        options: &AppendOptions,
        each: &mut dyn FnMut(Recorded),
    ) -> Result<Appended, AppendError> {
        let before = self.head();
        if let Some(expected) = options
            .expect_head
            .as_ref()
            .filter(|link| !before.link.to_string().starts_with(*link))
        {
            return Err(AppendError::Moved {
                expected: expected.clone(),
                head: before,
            });
        }
        if self.admission.weight() > MAX_WEIGHT {
            self.admission.clear();
        }
        let appended = self.append_all(chunks, options, each);
        if appended.is_err() || options.dry_run {
            // What was admitted on the way was not recorded.
            self.admission.clear();
        }
        appended
    }

    fn append_all(
        &mut self,
        chunks: impl IntoIterator<Item = Result<Vec<Draft>, AppendError>>,
        options: &AppendOptions,
        each: &mut dyn FnMut(Recorded),
    ) -> Result<Appended, AppendError> {
        let mut batch = Batch {
            head: self.head(),
            recorded: 0,
            already: 0,
            pending: HashMap::new(),
        };
        let mut chunks = chunks.into_iter();
        let Some(first) = chunks.next().transpose()? else {
            return Ok(batch.ended());
        };
        let first = self.seal_chunk(first, options, &mut batch, each)?;
        let second = chunks.next().transpose()?;
        if options.dry_run {
            for chunk in second.into_iter().map(Ok).chain(chunks) {
                self.seal_chunk(chunk?, options, &mut batch, each)?;
            }
            return Ok(batch.ended());
        }
        let Some(second) = second else {
            let on = self.head();
            self.store.append(&on, &first)?;
            return Ok(batch.ended());
        };
        self.append_many(
            first,
            std::iter::once(Ok(second)).chain(chunks),
            options,
            &mut batch,
            each,
        )?;
        Ok(batch.ended())
    }

    fn append_many(
        &mut self,
        first: Vec<Entry>,
        chunks: impl Iterator<Item = Result<Vec<Draft>, AppendError>>,
        options: &AppendOptions,
        batch: &mut Batch,
        each: &mut dyn FnMut(Recorded),
    ) -> Result<(), AppendError> {
        let Self {
            store,
            admission,
            salts,
            ..
        } = self;
        let mut reading = Reading { admission, salts };
        let on = store.head()?;
        let mut appending = store.begin(&on)?;
        appending.push(&first)?;
        for chunk in chunks {
            let sealed = reading.seal_chunk(appending.view()?, chunk?, options, batch, each)?;
            appending.push(&sealed)?;
        }
        appending.commit()?;
        Ok(())
    }

    fn seal_chunk(
        &mut self,
        drafts: Vec<Draft>,
        options: &AppendOptions,
        batch: &mut Batch,
        each: &mut dyn FnMut(Recorded),
    ) -> Result<Vec<Entry>, AppendError> {
        let Self {
            store,
            admission,
            salts,
            ..
        } = self;
        Reading { admission, salts }.seal_chunk(store.view()?, drafts, options, batch, each)
    }
}

/// An append on its way.
struct Batch {
    head: Head,
    recorded: u64,
    already: u64,
    /// What this append recorded itself: identity to position and content.
    pending: HashMap<u64, (u64, u64)>,
}

impl Batch {
    fn ended(&self) -> Appended {
        Appended {
            recorded: self.recorded,
            already: self.already,
            head: self.head,
        }
    }
}

/// What judging and sealing needs beside the store.
struct Reading<'a> {
    admission: &'a mut Admission,
    salts: &'a mut Vec<Salt>,
}

impl Reading<'_> {
    fn seal_chunk(
        &mut self,
        view: &store::View,
        drafts: Vec<Draft>,
        options: &AppendOptions,
        batch: &mut Batch,
        each: &mut dyn FnMut(Recorded),
    ) -> Result<Vec<Entry>, AppendError> {
        let mut sealed = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let id = Term::of(Table::Id, &draft.identity);
            if let Some((seq, link)) = self.recorded(view, &draft, id, batch)? {
                batch.already += 1;
                each(Recorded {
                    seq,
                    link,
                    id: draft.identity,
                    cite: draft.cite,
                    already: true,
                });
                continue;
            }
            let seq = batch.head.seq + 1;
            self.depended(view, &draft, options)?;
            let admitted = self.admit(view, seq, &draft)?;
            batch.pending.insert(id.hash, (seq, content(&draft)));
            batch.recorded += 1;
            let Draft {
                kind,
                body,
                identity,
                cite,
                ..
            } = draft;
            let entry = self.seal(&admitted, batch.head, options.now, kind, body)?;
            batch.head = entry.head();
            let link = (!options.dry_run).then_some(entry.link());
            each(Recorded {
                seq,
                link,
                id: identity,
                cite,
                already: false,
            });
            sealed.push(entry);
        }
        Ok(sealed)
    }

    /// Where the same was recorded before; refused where something else was under its identity.
    fn recorded(
        &self,
        view: &store::View,
        draft: &Draft,
        id: Term,
        batch: &Batch,
    ) -> Result<Option<(u64, Option<Link>)>, AppendError> {
        let reused = |seq| AppendError::Refused {
            place: draft.place.clone(),
            cite: draft.cite.clone(),
            refusal: Box::new(Refusal::IdReused {
                id: draft.identity.clone(),
                seq,
            }),
        };
        if let Some((seq, recorded)) = batch.pending.get(&id.hash) {
            return if *recorded == content(draft) {
                Ok(Some((*seq, None)))
            } else {
                Err(reused(*seq))
            };
        }
        for seq in view.find(id.table as u8, id.hash..=id.hash)? {
            let Some(entry) = view
                .get(seq)?
                .map(|stored| checked(&stored, seq))
                .transpose()?
            else {
                continue;
            };
            let Some(contents) = entry.contents() else {
                continue;
            };
            if Draft::identity_of(entry.header().kind, &contents.body).as_deref()
                != Some(draft.identity.as_str())
            {
                continue;
            }
            return if draft.says_the_same_as(&contents.body) {
                Ok(Some((seq, Some(entry.link()))))
            } else {
                Err(reused(seq))
            };
        }
        Ok(None)
    }

    fn admit(
        &mut self,
        view: &store::View,
        seq: u64,
        draft: &Draft,
    ) -> Result<Admitted, AppendError> {
        for (regime, _) in &draft.rows.rows {
            if !self.admission.has(regime) {
                self.admission.load(regime.clone(), &rows_in(view, regime)?);
            }
        }
        self.admission
            .admit(seq, &draft.rows)
            .map_err(|refusal| AppendError::Refused {
                place: draft.place.clone(),
                cite: draft.cite.clone(),
                refusal: Box::new(refusal),
            })
    }

    /// Refuses a withdrawal that other entries depend on.
    fn depended(
        &self,
        view: &store::View,
        draft: &Draft,
        options: &AppendOptions,
    ) -> Result<(), AppendError> {
        if options.with_dependents {
            return Ok(());
        }
        for (regime, row) in &draft.rows.rows {
            if let Row::Withdrawal(withdrawal) = row {
                let rows = rows_in(view, regime)?;
                let dependents = Admission::dependents(
                    regime,
                    &rows,
                    withdrawal.seq,
                    withdrawal.replacement.as_ref(),
                );
                if !dependents.is_empty() {
                    return Err(AppendError::Depended {
                        seq: withdrawal.seq,
                        dependents,
                    });
                }
            }
        }
        Ok(())
    }

    fn seal(
        &mut self,
        admitted: &Admitted,
        on: Head,
        now: Instant,
        kind: Kind,
        body: Body,
    ) -> Result<Entry, RecordError> {
        debug_assert_eq!(admitted.seq(), on.seq + 1);
        let salt = match self.salts.pop() {
            Some(salt) => salt,
            None => {
                let drawn: [u8; 32 * SALTS] = random()?;
                self.salts
                    .extend(drawn.as_chunks::<32>().0.iter().map(|salt| Salt(*salt)));
                self.salts.pop().unwrap_or(Salt([0; 32]))
            }
        };
        let now = RecordedAt(now.0.max(on.recorded_at.0));
        Ok(Entry::seal(
            Follows::Head(&on),
            now,
            kind,
            SCHEMA,
            salt,
            body,
        )?)
    }
}

/// Tells apart drafts of one append.
fn content(draft: &Draft) -> u64 {
    use std::hash::{DefaultHasher, Hasher as _};
    let mut hasher = DefaultHasher::new();
    hasher.write(draft.body.as_bytes());
    hasher.finish()
}

fn random<const N: usize>() -> Result<[u8; N], RecordError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| RecordError::Random {
        reason: error.to_string(),
    })?;
    Ok(bytes)
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
