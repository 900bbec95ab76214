//! Appending: drafts are judged, sealed and handed to the store, all or none.

use super::{Record, RecordError, checked, fill};
use crate::domain::{Instant, RegimeKey};
use crate::index::{IndexError, packed, rows_in};
use crate::log::{Commitment, Entry, Follows, Head, Kind, Link, Recorded as RecordedAt, Salt};
use crate::register::{
    Admission, Admitted, Draft, DraftError, Refusal, Row, Rows, SCHEMA, Table, Term, Withheld,
    says_the_same,
};
use crate::store::{self, Log as _, Projection, StoreError};
use fastbloom::BloomFilter;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// More marks than this are not kept between appends: about 200 MB.
const MAX_WEIGHT: usize = 2_000_000;
/// After so many look-ups of identities in the store, a filter says of most that they are new:
const LOOK_UPS: usize = 64;
/// 16 MiB of it, whatever the log's length,
const FILTER_BITS: usize = 1 << 27;
/// so that at eight million entries one new identity in 400 is looked up all the same.
const FILTER_HASHES: u32 = 4;

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
    #[error("entry {seq} cannot be withdrawn by itself: {} on it", depend(.dependents))]
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
    /// Something is supposed of this record: it is not written to.
    #[error("nothing is recorded while something is supposed")]
    Supposing,
    /// It is not known whether the entries were recorded.
    #[error("it is not known whether the entries were recorded")]
    Unknown(#[source] StoreError),
    /// The record cannot be used.
    #[error(transparent)]
    Record(#[from] RecordError),
}

fn depend(seqs: &[u64]) -> String {
    match seqs {
        [one] => format!("entry {one} depends"),
        several => {
            let names: Vec<_> = several.iter().map(ToString::to_string).collect();
            format!("entries {} depend", names.join(", "))
        }
    }
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
        chunks: impl IntoIterator<Item = Result<Vec<Draft>, AppendError>, IntoIter: Send>,
        options: &AppendOptions,
        each: &mut dyn FnMut(Recorded),
    ) -> Result<Appended, AppendError> {
        if !self.supposed.is_empty() && !options.dry_run {
            return Err(AppendError::Supposing);
        }
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
        let appended = self.append_all(chunks.into_iter(), options, each);
        if appended.is_err() || options.dry_run {
            // What was admitted on the way was not recorded.
            self.admission.clear();
        }
        appended
    }

    fn append_all(
        &mut self,
        chunks: impl Iterator<Item = Result<Vec<Draft>, AppendError>> + Send,
        options: &AppendOptions,
        each: &mut dyn FnMut(Recorded),
    ) -> Result<Appended, AppendError> {
        let Self {
            store,
            admission,
            known,
            withheld,
            ..
        } = self;
        let on = store.head()?;
        let mut reading = Reading {
            admission,
            known,
            withheld,
            options,
            each,
        };
        let mut batch = Batch::on(on);
        let mut chunks = chunks;
        if let Some(first) = chunks.next() {
            reading.seal_chunk(&Holdings::InStore(store.view()?), first?, &mut batch)?;
        }
        let Some(second) = chunks.next() else {
            if !options.dry_run {
                let (entries, projections) = batch.take();
                store.append_indexed(&on, &entries, projections)?;
            }
            return Ok(batch.ended());
        };
        if options.dry_run {
            for chunk in std::iter::once(second).chain(chunks) {
                reading.seal_chunk(&Holdings::InStore(store.view()?), chunk?, &mut batch)?;
            }
            return Ok(batch.ended());
        }
        let mut appending = store.begin(&on)?;
        let mut next = Some(second);
        while let Some(chunk) = next.take() {
            let (entries, projections) = batch.take();
            // What was sealed is written while the next drafts are read.
            let pushed;
            (pushed, next) = rayon::join(
                || appending.push_indexed(&entries, projections),
                || chunks.next(),
            );
            pushed?;
            reading.seal_chunk(&Holdings::Ahead(&appending), chunk?, &mut batch)?;
        }
        let (entries, projections) = batch.take();
        appending.push_indexed(&entries, projections)?;
        appending.commit()?;
        Ok(batch.ended())
    }
}

/// Which identities may be recorded, so that most new ones need no look-up: a filter of fixed size.
#[derive(Debug, Default)]
pub(super) struct Known {
    looked_up: usize,
    filter: Option<BloomFilter>,
}

impl Known {
    /// Whether something may be recorded under that hash, or be about to be. False is certain.
    fn may_hold(
        &mut self,
        holdings: &Holdings<'_>,
        hash: u64,
        batch: &Batch,
    ) -> Result<bool, StoreError> {
        if self.filter.is_none() {
            self.looked_up += 1;
            if self.looked_up <= LOOK_UPS {
                return Ok(true);
            }
            let mut filter = BloomFilter::with_num_bits(FILTER_BITS).hashes(FILTER_HASHES);
            holdings.hashes(Table::Id, &mut |hash| {
                filter.insert(&hash);
            })?;
            filter.insert_all(batch.ids.keys());
            self.filter = Some(filter);
        }
        Ok(self
            .filter
            .as_ref()
            .is_none_or(|filter| filter.contains(&hash)))
    }

    fn add(&mut self, hash: u64) {
        if let Some(filter) = &mut self.filter {
            filter.insert(&hash);
        }
    }
}

/// An append on its way.
struct Batch {
    head: Head,
    recorded: u64,
    already: u64,
    /// What is sealed and not handed to the store yet: in a dry run, all of it.
    sealed: Vec<(Entry, Rows)>,
    /// Where in it an identity is.
    ids: HashMap<u64, usize>,
}

impl Batch {
    fn on(head: Head) -> Self {
        Self {
            head,
            recorded: 0,
            already: 0,
            sealed: Vec::new(),
            ids: HashMap::new(),
        }
    }

    /// What is to be handed to the store.
    fn take(&mut self) -> (Vec<Entry>, Vec<Projection>) {
        self.ids.clear();
        let sealed = std::mem::take(&mut self.sealed);
        let index = |(entry, rows): (Entry, Rows)| {
            let body = entry.contents().map(|contents| contents.body.as_str());
            let projection = packed(&entry.link(), entry.header().kind, body, rows);
            (entry, projection)
        };
        if sealed.len() < 64 {
            return sealed.into_iter().map(index).unzip();
        }
        sealed.into_par_iter().with_min_len(64).map(index).unzip()
    }

    fn ended(self) -> Appended {
        let mut planned: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (entry, rows) in self.sealed {
            for (regime, row) in rows.rows {
                planned.entry(regime).or_default().push((entry.seq(), row));
            }
        }
        Appended {
            recorded: self.recorded,
            already: self.already,
            head: self.head,
            planned,
        }
    }
}

/// What is recorded, without or with what this append has added.
enum Holdings<'a> {
    InStore(&'a store::View),
    Ahead(&'a store::Appending<'a>),
}

impl Holdings<'_> {
    fn view(&self) -> Result<&store::View, StoreError> {
        match self {
            Self::InStore(view) => Ok(view),
            Self::Ahead(appending) => appending.view(),
        }
    }

    fn find(&self, term: Term) -> Result<Vec<u64>, StoreError> {
        let (table, hash) = (term.table as u8, term.hash);
        match self {
            Self::InStore(view) => view.find(table, hash..=hash),
            Self::Ahead(appending) => appending.find(store::Term { table, hash }),
        }
    }

    fn hashes(&self, table: Table, each: &mut dyn FnMut(u64)) -> Result<(), StoreError> {
        match self {
            Self::InStore(view) => view.hashes(table as u8, each),
            Self::Ahead(appending) => appending.hashes(table as u8, each),
        }
    }

    fn entry(&self, seq: u64) -> Result<Option<Entry>, RecordError> {
        let found = match self {
            Self::InStore(view) => view.get(seq)?,
            Self::Ahead(appending) => appending.get(seq)?,
        };
        found.map(|stored| checked(&stored, seq)).transpose()
    }
}

/// A draft that has everything but its place in the log.
struct Ready {
    kind: Kind,
    commitment: Commitment,
    rows: Rows,
    /// What it can be found by if it was recorded before.
    term: Term,
    identity: String,
    cite: String,
    place: String,
}

/// Draws salts and commits to the bodies, on all cores.
fn ready(drafts: Vec<Draft>) -> Result<Vec<Ready>, RecordError> {
    let mut salts = vec![[0; 32]; drafts.len()];
    fill(salts.as_flattened_mut())?;
    let one = |(draft, salt): (Draft, [u8; 32])| {
        let Draft {
            kind,
            body,
            rows,
            identity,
            cite,
            place,
            ..
        } = draft;
        Ready {
            kind,
            commitment: Commitment::new(Salt(salt), body),
            rows,
            term: Term::of(Table::Id, &identity),
            identity,
            cite,
            place,
        }
    };
    if drafts.len() < 64 {
        return Ok(drafts.into_iter().zip(salts).map(one).collect());
    }
    let pairs = drafts.into_par_iter().zip(salts).with_min_len(64);
    Ok(pairs.map(one).collect())
}

/// What judging and sealing needs beside the store.
struct Reading<'a> {
    admission: &'a mut Admission,
    known: &'a mut Known,
    withheld: &'a [Withheld],
    options: &'a AppendOptions,
    each: &'a mut dyn FnMut(Recorded),
}

impl Reading<'_> {
    fn seal_chunk(
        &mut self,
        holdings: &Holdings<'_>,
        drafts: Vec<Draft>,
        batch: &mut Batch,
    ) -> Result<(), AppendError> {
        for draft in ready(drafts)? {
            let id = draft.term;
            if let Some((seq, link)) = self.recorded(holdings, &draft, batch)? {
                batch.already += 1;
                (self.each)(Recorded {
                    seq,
                    link,
                    id: draft.identity,
                    cite: draft.cite,
                    already: true,
                });
                continue;
            }
            let seq = batch.head.seq + 1;
            let view = holdings.view()?;
            self.depended(view, &draft)?;
            let admitted = self.admit(view, seq, &draft)?;
            let entry = self.seal(&admitted, batch.head, draft.kind, draft.commitment)?;
            batch.recorded += 1;
            batch.head = entry.head();
            batch.ids.insert(id.hash, batch.sealed.len());
            self.known.add(id.hash);
            (self.each)(Recorded {
                seq,
                link: (!self.options.dry_run).then_some(entry.link()),
                id: draft.identity,
                cite: draft.cite,
                already: false,
            });
            batch.sealed.push((entry, draft.rows));
        }
        Ok(())
    }

    /// Where the same was recorded before; refused where something else was under its identity.
    fn recorded(
        &mut self,
        holdings: &Holdings<'_>,
        draft: &Ready,
        batch: &Batch,
    ) -> Result<Option<(u64, Option<Link>)>, AppendError> {
        let id = draft.term;
        if let Some(one) = self.withheld.iter().find(|one| one.is(&draft.identity)) {
            return self.withheld(holdings, one, draft);
        }
        if !self.known.may_hold(holdings, id.hash, batch)? {
            return Ok(None);
        }
        let body = draft.commitment.body();
        let is_it = |entry: &Entry| {
            let contents = entry.contents()?;
            let identity = Draft::identity_of(entry.header().kind, &contents.body)?;
            (identity == draft.identity).then(|| says_the_same(body, &contents.body))
        };
        let settle = |entry: &Entry, same: bool, link: Option<Link>| {
            if same {
                return Ok(Some((entry.seq(), link)));
            }
            Err(AppendError::Refused {
                place: draft.place.clone(),
                cite: draft.cite.clone(),
                refusal: Box::new(Refusal::IdReused {
                    id: draft.identity.clone(),
                    seq: entry.seq(),
                }),
            })
        };
        if let Some((entry, _)) = batch.ids.get(&id.hash).and_then(|at| batch.sealed.get(*at))
            && let Some(same) = is_it(entry)
        {
            return settle(entry, same, None);
        }
        for seq in holdings.find(id)? {
            if let Some(entry) = holdings.entry(seq)?
                && let Some(same) = is_it(&entry)
            {
                return settle(&entry, same, Some(entry.link()));
            }
        }
        Ok(None)
    }

    /// What was erased is not recorded again; what stands in its place is recorded already.
    fn withheld(
        &self,
        holdings: &Holdings<'_>,
        one: &Withheld,
        draft: &Ready,
    ) -> Result<Option<(u64, Option<Link>)>, AppendError> {
        if one.says(draft.commitment.body()) {
            let link = holdings.entry(one.seq)?.map(|entry| entry.link());
            return Ok(Some((one.seq, link)));
        }
        let Withheld {
            seq, by, ground, ..
        } = one.clone();
        let refusal = Box::new(Refusal::Redacted { seq, by, ground });
        let (place, cite) = (draft.place.clone(), draft.cite.clone());
        Err(AppendError::Refused {
            place,
            cite,
            refusal,
        })
    }

    fn admit(
        &mut self,
        view: &store::View,
        seq: u64,
        draft: &Ready,
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
    fn depended(&self, view: &store::View, draft: &Ready) -> Result<(), AppendError> {
        if self.options.with_dependents {
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
        &self,
        admitted: &Admitted,
        on: Head,
        kind: Kind,
        commitment: Commitment,
    ) -> Result<Entry, RecordError> {
        debug_assert_eq!(admitted.seq(), on.seq + 1);
        let now = RecordedAt(self.options.now.0.max(on.recorded_at.0));
        Ok(Entry::seal(
            Follows::Head(&on),
            now,
            kind,
            SCHEMA,
            commitment,
        )?)
    }
}
