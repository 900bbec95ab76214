//! The pass over all entries: each by itself on all cores, then one after another.

use super::finding::{Finding, Level, What};
use super::redaction::Erasures;
use crate::domain::{Opening, Redaction};
use crate::index::packed;
use crate::log::{EntryError, Follows, Head, Header, Kind, LineError, Link, RawEntry, parse_line};
use crate::register::{Rows, project};
use crate::store::{Journal, Replay, Replayed, SegmentRef, StoreError, View};
use rayon::prelude::*;
use std::io::{self, BufRead};
use std::ops::ControlFlow;
use std::sync::mpsc;
use std::thread;

/// Told how many entries were examined, and of how many.
pub type Progress<'a> = dyn Fn(u64) + Sync + 'a;

/// How many lines are examined at once.
const CHUNK: usize = 4096;
/// or so many bytes of them.
const CHUNK_BYTES: usize = 16 * 1024 * 1024;

/// After so many entries of the store its memory is given back.
const REFRESH: u64 = 256 * 1024;

/// How far each entry is examined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Depth {
    /// Header, link and digest: what binds the bytes.
    Bytes,
    /// Canonical form and typed body as well.
    Bodies,
    /// And what the index gets from it.
    Index,
}

/// What the pass over one copy of a log gave.
#[derive(Debug, Default)]
pub struct Chain {
    /// How many entries there are.
    pub entries: u64,
    /// The last one.
    pub head: Option<Head>,
    /// The record's name, as its opening says.
    pub origin: Option<String>,
    /// BLAKE3 over all headers, salts and bodies in order: what two copies are compared by.
    pub digest: [u8; 32],
    /// What is erased in it, and what should be.
    pub(super) erasures: Erasures,
    /// What was found.
    pub findings: Vec<Finding>,
    /// Whether damage was.
    pub damaged: bool,
}

impl Chain {
    pub(super) fn note_damage(&mut self) {
        self.damaged = self
            .findings
            .iter()
            .any(|finding| finding.level == Level::Damage);
    }
}

/// What one entry says by itself.
struct Alone {
    head: Head,
    header: Option<Header>,
    prev: Link,
    digest: [u8; 32],
    findings: Vec<Finding>,
    origin: Option<String>,
    is_erased: bool,
    /// The entry whose body it erases, and that entry's link.
    redacts: Option<(u64, String)>,
    indexed: Option<Replayed>,
}

/// Lines that are examined together, without their line feeds.
#[derive(Default)]
struct Lines {
    text: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Lines {
    fn push(&mut self, line: &[u8]) {
        self.text.extend_from_slice(line);
        self.ends.push(self.text.len());
    }

    fn is_full(&self) -> bool {
        self.ends.len() >= CHUNK || self.text.len() >= CHUNK_BYTES
    }

    fn get(&self, n: usize) -> &[u8] {
        let start = n.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[n]]
    }
}

/// Examines lines some at a time while the next are read. `read` is given what to hand them to, and says by its answer
/// whether there is still somebody to take them.
fn overlapped<E: Send>(
    pass: &mut Pass<'_>,
    read: impl FnOnce(&mut dyn FnMut(Lines) -> ControlFlow<()>) -> Result<(), E> + Send,
) -> Result<(), E> {
    let (to, from) = mpsc::sync_channel(1);
    thread::scope(|scope| {
        let reading = scope.spawn(move || {
            read(&mut |lines| match to.send(lines) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            })
        });
        from.iter().for_each(|lines| pass.lines(&lines));
        match reading.join() {
            Ok(read) => read,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    })
}

/// Examines every entry of the journal.
pub(super) fn of_journal(
    journal: &Journal,
    depth: Depth,
    progress: &Progress<'_>,
) -> Result<Chain, StoreError> {
    let mut pass = Pass::new(depth, progress);
    overlapped(&mut pass, |hand_over| {
        let mut lines = Lines::default();
        journal.lines(0, &mut |line| {
            lines.push(line.bytes);
            if lines.is_full() {
                return hand_over(std::mem::take(&mut lines));
            }
            ControlFlow::Continue(())
        })?;
        let _taken = hand_over(lines);
        Ok(())
    })?;
    Ok(pass.ended())
}

/// Examines every line that can be read there.
///
/// # Errors
///
/// Where reading fails.
pub fn of_lines(
    mut from: impl BufRead + Send,
    progress: &Progress<'_>,
) -> Result<Chain, io::Error> {
    let mut pass = Pass::new(Depth::Bodies, progress);
    let mut torn = false;
    overlapped(&mut pass, |hand_over| {
        let mut lines = Lines::default();
        let mut line = Vec::new();
        while from.read_until(b'\n', &mut line)? > 0 {
            torn = line.pop_if(|last| *last == b'\n').is_none();
            lines.push(&line);
            line.clear();
            if lines.is_full() && hand_over(std::mem::take(&mut lines)).is_break() {
                break;
            }
        }
        let _taken = hand_over(lines);
        Ok::<_, io::Error>(())
    })?;
    let mut chain = pass.ended();
    if torn {
        chain.findings.push(Finding::damage(None, What::TornLine));
    }
    Ok(chain)
}

/// Examines every entry of the store, and gathers what its index should hold.
pub(super) fn of_store(
    view: &mut View,
    progress: &Progress<'_>,
) -> Result<(Chain, Replay), StoreError> {
    let mut pass = Pass::new(Depth::Index, progress);
    let segments = view.segments()?;
    // As many stretches at once as there are cores, so that memory stays bounded; what they gave is put in order
    // while the next are examined.
    let (mut examined, mut since) = (Vec::new(), 0);
    for some in segments.chunks(rayon::current_num_threads()) {
        let (next, ()) = rayon::join(
            || -> Result<Vec<Vec<Alone>>, StoreError> {
                let each = some.par_iter().map(|segment| stretch(view, segment));
                each.collect()
            },
            || pass.take_all(examined),
        );
        examined = next?;
        since += some.iter().map(|one| one.to - one.from).sum::<u64>();
        if since >= REFRESH {
            view.refresh()?;
            since = 0;
        }
    }
    pass.take_all(examined);
    view.refresh()?;
    let replay = std::mem::take(&mut pass.replay);
    Ok((pass.ended(), replay))
}

fn stretch(view: &View, segment: &SegmentRef) -> Result<Vec<Alone>, StoreError> {
    let mut alone = Vec::with_capacity(usize::try_from(segment.to - segment.from).unwrap_or(0));
    view.read_segment(segment, &mut |raw| {
        alone.push(Alone::of(&raw, Depth::Index));
        ControlFlow::Continue(())
    })?;
    Ok(alone)
}

/// The pass in order.
struct Pass<'a> {
    depth: Depth,
    chain: Chain,
    replay: Replay,
    hasher: blake3::Hasher,
    lines: u64,
    progress: &'a Progress<'a>,
}

impl<'a> Pass<'a> {
    fn new(depth: Depth, progress: &'a Progress<'a>) -> Self {
        Self {
            depth,
            chain: Chain::default(),
            replay: Replay::default(),
            hasher: blake3::Hasher::new(),
            lines: 0,
            progress,
        }
    }

    fn lines(&mut self, lines: &Lines) {
        let depth = self.depth;
        let examined: Vec<Result<Alone, LineError>> = (0..lines.ends.len())
            .into_par_iter()
            .with_min_len(64)
            .map(|n| parse_line(lines.get(n)).map(|raw| Alone::of(&raw, depth)))
            .collect();
        for alone in examined {
            self.lines += 1;
            match alone {
                Ok(alone) => self.take_one(alone),
                Err(error) => {
                    let what = What::NotAnEntry {
                        line: self.lines,
                        reason: error.to_string(),
                    };
                    self.chain.findings.push(Finding::damage(None, what));
                    // What stood here is not known: the next entry is not blamed for it.
                    self.chain.head = None;
                    self.chain.entries += 1;
                }
            }
        }
        (self.progress)(lines.ends.len() as u64);
    }

    fn take_all(&mut self, all: Vec<Vec<Alone>>) {
        for some in all {
            let n = some.len() as u64;
            some.into_iter().for_each(|alone| self.take_one(alone));
            (self.progress)(n);
        }
    }

    fn take_one(&mut self, mut alone: Alone) {
        self.chain.findings.append(&mut alone.findings);
        if let Err(error) = self.follows(&alone) {
            let what = What::Unlinked {
                reason: error.to_string(),
            };
            self.chain
                .findings
                .push(Finding::damage(Some(alone.head.seq), what));
        }
        let kind = alone.header.map(|header| header.kind);
        let redacts = alone.redacts.take();
        self.chain
            .erasures
            .take(&alone.head, kind, alone.is_erased, redacts);
        if let Some(indexed) = alone.indexed.take() {
            self.replay.take(indexed);
        }
        self.hasher.update(&alone.digest);
        self.chain.origin = self.chain.origin.take().or(alone.origin);
        self.chain.head = Some(alone.head);
        self.chain.entries += 1;
    }

    fn follows(&self, alone: &Alone) -> Result<(), EntryError> {
        let head = &alone.head;
        let Some(before) = &self.chain.head else {
            let first = self.chain.entries == 0;
            return match head.seq {
                0 => Ok(()),
                found if first => Err(EntryError::Seq { expected: 0, found }),
                _ => Ok(()),
            };
        };
        let expected = before.seq + 1;
        if head.seq != expected {
            return Err(EntryError::Seq {
                expected,
                found: head.seq,
            });
        }
        if alone.prev != before.link {
            return Err(EntryError::Prev {
                seq: head.seq,
                expected: before.link,
                found: alone.prev,
            });
        }
        if alone.header.is_some() && head.recorded_at < before.recorded_at {
            let (seq, at, previous) = (head.seq, head.recorded_at, before.recorded_at);
            return Err(EntryError::TimeWentBack { seq, at, previous });
        }
        Ok(())
    }

    fn ended(mut self) -> Chain {
        self.chain.digest = *self.hasher.finalize().as_bytes();
        self.chain
            .findings
            .extend(self.chain.erasures.unexplained());
        self.chain
    }
}

impl Alone {
    fn of(raw: &RawEntry<'_>, depth: Depth) -> Self {
        let head = raw.head();
        let mut alone = Self {
            head,
            header: None,
            prev: raw.prev(),
            digest: digest(raw),
            findings: Vec::new(),
            origin: None,
            is_erased: raw.contents.is_none(),
            redacts: None,
            indexed: None,
        };
        match alone.sealed(raw, depth) {
            Ok((header, body)) => {
                alone.header = Some(header);
                alone.decode(&header, body, depth);
            }
            Err(error) => {
                let what = What::Altered {
                    reason: error.to_string(),
                };
                alone.findings.push(Finding::damage(Some(head.seq), what));
            }
        }
        alone
    }

    fn sealed<'a>(
        &self,
        raw: &RawEntry<'a>,
        depth: Depth,
    ) -> Result<(Header, Option<&'a str>), EntryError> {
        let header = raw.check_header()?;
        raw.check_contents(&header)?;
        // What an opening and a redaction say is needed in any case.
        let is_read =
            depth != Depth::Bytes || matches!(header.kind, Kind::Opening | Kind::Redaction);
        let body = if is_read { raw.check_body()? } else { None };
        if header.seq == 0 {
            raw.check_place(&header, Follows::Nothing)?;
        }
        Ok((header, body))
    }

    fn decode(&mut self, header: &Header, body: Option<&str>, depth: Depth) {
        let rows = match body.map(|body| self.read(header, body)) {
            None => Rows::default(),
            Some(Ok(rows)) => rows,
            Some(Err(error)) => {
                let reason = error.to_string();
                let what = What::Undecodable { reason };
                self.findings.push(Finding::damage(Some(header.seq), what));
                return;
            }
        };
        if depth == Depth::Index {
            let projection = packed(&self.head.link, header.kind, body, rows);
            self.indexed = Some(Replayed::of(header.seq, projection));
        }
    }

    /// Reads a body as what its kind says it is.
    fn read(&mut self, header: &Header, body: &str) -> Result<Rows, serde_json::Error> {
        match header.kind {
            Kind::Unknown(kind) => {
                let what = What::UnknownKind { kind };
                self.findings.push(Finding::warning(Some(header.seq), what));
            }
            Kind::Opening => {
                let opening: Opening = serde_json::from_str(body)?;
                self.origin = Some(opening.origin);
            }
            Kind::Redaction => {
                let Redaction { redacts, .. } = serde_json::from_str(body)?;
                self.redacts = Some((redacts.seq, redacts.link));
            }
            _ => {}
        }
        project(header.kind, body)
    }
}

/// One digest for an entry's bytes, which are bound by header and salt: the header names the body's digest.
fn digest(raw: &RawEntry<'_>) -> [u8; 32] {
    let mut bytes = [0; 96 + 32 + 1];
    bytes[..96].copy_from_slice(&raw.header);
    if let Some(contents) = &raw.contents {
        bytes[96..128].copy_from_slice(&contents.salt.0);
        bytes[128] = 1;
    }
    *blake3::hash(&bytes).as_bytes()
}
