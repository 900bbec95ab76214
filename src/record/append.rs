//! Appending: drafts are judged, sealed and handed to the store, all or none.

use super::{Record, RecordError, checked, random};
use crate::domain::{Instant, RegimeKey};
use crate::index::{IndexError, rows_in};
use crate::log::{Body, Entry, Follows, Head, Kind, Link, Recorded as RecordedAt, Salt};
use crate::register::{Admission, Admitted, Draft, DraftError, Refusal, Row, SCHEMA, Table, Term};
use crate::store::{self, Log as _, StoreError};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};

/// More marks than this are not kept between appends: about 200 MB.
const MAX_WEIGHT: usize = 2_000_000;
/// After so many look-ups of identities in the store, all of their hashes are kept instead: nine bytes or so each.
const LOOK_UPS: usize = 64;
/// Salts drawn from the system at once.
const SALTS: usize = 256;

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

impl From<IndexError> for AppendError {
    fn from(error: IndexError) -> Self {
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// How many entries were recorded, or would have been.
    pub recorded: u64,
    /// How many drafts were recorded before.
    pub already: u64,
    /// The head now.
    pub head: Head,
    /// After a dry run: the rows that would have been recorded, with their positions, by regime.
    pub planned: BTreeMap<RegimeKey, Vec<(u64, Row)>>,
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
    if let [doc] = docs {
        return Draft::read(&doc.json, &doc.place, by).map(|draft| vec![draft]);
    }
    let read: Vec<_> = docs
        .par_iter()
        .map(|doc| Draft::read(&doc.json, &doc.place, by))
        .collect();
    read.into_iter().collect()
}

impl Record {
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
            planned: BTreeMap::new(),
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
            self.known.add(batch.pending.keys().copied());
            return Ok(batch.ended());
        };
        self.append_many(
            first,
            std::iter::once(Ok(second)).chain(chunks),
            options,
            &mut batch,
            each,
        )?;
        self.known.add(batch.pending.keys().copied());
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
            known,
            salts,
            ..
        } = self;
        let mut reading = Reading {
            admission,
            known,
            salts,
        };
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
            known,
            salts,
            ..
        } = self;
        Reading {
            admission,
            known,
            salts,
        }
        .seal_chunk(store.view()?, drafts, options, batch, each)
    }
}

/// Which identities may be recorded, so that most new ones need no look-up.
#[derive(Debug, Default)]
pub(super) struct Known {
    looked_up: usize,
    hashes: Option<HashSet<u64>>,
}

impl Known {
    /// Whether something may be recorded under that hash. False is certain.
    fn may_hold(&mut self, view: &store::View, hash: u64) -> Result<bool, StoreError> {
        if self.hashes.is_none() {
            self.looked_up += 1;
            if self.looked_up <= LOOK_UPS {
                return Ok(true);
            }
            let mut hashes = HashSet::new();
            view.hashes(Table::Id as u8, &mut |hash| {
                hashes.insert(hash);
            })?;
            self.hashes = Some(hashes);
        }
        Ok(self
            .hashes
            .as_ref()
            .is_none_or(|hashes| hashes.contains(&hash)))
    }

    fn add(&mut self, added: impl Iterator<Item = u64>) {
        if let Some(hashes) = &mut self.hashes {
            hashes.extend(added);
        }
    }
}

/// An append on its way.
struct Batch {
    head: Head,
    recorded: u64,
    already: u64,
    /// What this append recorded itself: identity to position and content.
    pending: HashMap<u64, (u64, u64)>,
    /// In a dry run, the rows that it would have recorded.
    planned: BTreeMap<RegimeKey, Vec<(u64, Row)>>,
}

impl Batch {
    fn ended(self) -> Appended {
        Appended {
            recorded: self.recorded,
            already: self.already,
            head: self.head,
            planned: self.planned,
        }
    }
}

/// What judging and sealing needs beside the store.
struct Reading<'a> {
    admission: &'a mut Admission,
    known: &'a mut Known,
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
            batch.pending.insert(id.hash, (seq, draft.content));
            batch.recorded += 1;
            let Draft {
                kind,
                body,
                identity,
                cite,
                rows,
                ..
            } = draft;
            if options.dry_run {
                for (regime, row) in rows.rows {
                    batch.planned.entry(regime).or_default().push((seq, row));
                }
            }
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
        &mut self,
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
            return if *recorded == draft.content {
                Ok(Some((*seq, None)))
            } else {
                Err(reused(*seq))
            };
        }
        if !self.known.may_hold(view, id.hash)? {
            return Ok(None);
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
