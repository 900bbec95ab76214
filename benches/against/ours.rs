//! A record of ours, through the library's own door.

use crate::measure::{Outcome, timed};
use rayon::prelude::*;
use regesta::domain::{Decision, Instant, Survey};
use regesta::index::INDEXING;
use regesta::log::{Follows, HEADER_LEN, Head, Kind, RawEntry, Salt, digest_of, link_of};
use regesta::record::{AppendError, AppendOptions, Doc, Options, Record, read_all};
use regesta::store;
use regesta::verify::{self, Verdict};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Duration;

/// How many bodies are handed over at once.
const CHUNK: usize = 4096;

fn now() -> Instant {
    Instant(chrono::Utc::now().timestamp_micros())
}

fn options() -> Options {
    Options {
        wait: Duration::from_secs(10),
        verb: "bench".to_owned(),
        since: now(),
    }
}

fn appending() -> AppendOptions {
    AppendOptions {
        now: now(),
        expect_head: None,
        dry_run: false,
        with_dependents: false,
    }
}

pub fn init(dir: &Path) -> Outcome<()> {
    Record::init(dir, Some("example.org/bench"), "bench", options())?;
    Ok(())
}

pub fn open(dir: &Path) -> Outcome<Record> {
    Ok(Record::open(dir, options())?.0)
}

/// Reads, admits, seals and records all bodies of a file: durable when it returns.
pub fn bulk(record: &mut Record, corpus: &Path) -> Outcome<()> {
    let mut lines = BufReader::with_capacity(1 << 20, File::open(corpus)?).lines();
    let chunks = std::iter::from_fn(|| {
        let docs: Vec<Doc> = lines
            .by_ref()
            .map_while(Result::ok)
            .take(CHUNK)
            .map(|line| Doc {
                json: line.into_bytes(),
                place: "corpus".to_owned(),
            })
            .collect();
        (!docs.is_empty()).then(|| read_all(&docs, "bench").map_err(AppendError::from))
    });
    record.append(chunks, &appending(), &mut |_| {})?;
    Ok(())
}

/// Records one body: durable when it returns.
pub fn single(record: &mut Record, body: &str) -> Outcome<()> {
    let doc = Doc {
        json: body.as_bytes().to_vec(),
        place: "corpus".to_owned(),
    };
    let drafts = read_all(&[doc], "bench")?;
    record.append([Ok(drafts)], &appending(), &mut |_| {})?;
    Ok(())
}

/// The whole examination.
pub fn verify(dir: &Path) -> Outcome<()> {
    let report = verify::record(dir, Duration::from_secs(10), &|_| {})?;
    match report.verdict() {
        Verdict::Sound => Ok(()),
        other => Err(format!("the record is {other:?}: {:?}", report.findings.first()).into()),
    }
}

/// One pass over the store: links, digests and typed decode, nothing else. Finding the store is not timed.
pub fn pass(dir: &Path) -> Outcome<f64> {
    let found = store::examine(dir, Duration::from_secs(10), INDEXING)?;
    let mut store = found.store.map_err(|error| error.to_string())?;
    timed(|| {
        let mut ends: Vec<Ends> = Vec::new();
        // Memory is given back now and then, as `verify` does.
        for some in store.segments()?.chunks(32) {
            let each = some
                .par_iter()
                .map(|segment| stretch(&store, segment).map_err(|error| error.to_string()));
            ends.extend(each.collect::<Result<Vec<_>, _>>()?);
            store.refresh()?;
        }
        let is_linked = ends
            .windows(2)
            .all(|pair| pair[0].1.map(|head| head.link) == pair[1].0);
        let last = ends.last().and_then(|(_, last)| *last);
        if is_linked && last.map(|head| head.seq) == store.head()?.map(|head| head.seq) {
            Ok(())
        } else {
            Err("the chain is broken".into())
        }
    })
}

/// What the hashing alone takes, from memory and on all cores: no pass over the same bodies can be faster.
pub fn hashing(corpus: &Path) -> Outcome<f64> {
    let bodies: Vec<String> = BufReader::new(File::open(corpus)?)
        .lines()
        .collect::<Result<_, _>>()?;
    timed(|| {
        let (salt, header) = (Salt([7; 32]), [7; HEADER_LEN]);
        let sum = bodies.par_iter().map(|body| {
            let digest = digest_of(&salt, body.as_bytes());
            u64::from(digest.0[0]) + u64::from(link_of(&header).0[0])
        });
        match sum.sum::<u64>() {
            0 => Err("nothing was hashed".into()),
            _ => Ok(()),
        }
    })
}

/// The link before a stretch and the head after it, everything between checked.
type Ends = (Option<regesta::log::Link>, Option<Head>);

fn stretch(view: &store::View, segment: &store::SegmentRef) -> Outcome<Ends> {
    let (mut before, mut head, mut wrong) = (None, None, None);
    view.read_segment(segment, &mut |raw| match examined(&raw, head.as_ref()) {
        Ok(()) => {
            before = before.or(Some(raw.prev()));
            head = Some(raw.head());
            ControlFlow::Continue(())
        }
        Err(error) => {
            wrong = Some(error);
            ControlFlow::Break(())
        }
    })?;
    wrong.map_or(Ok((before, head)), Err)
}

/// The typed decode that `verify` does.
fn decode(kind: Kind, body: &[u8]) -> Outcome<()> {
    let body = str::from_utf8(body)?;
    match kind {
        Kind::Decision => drop(serde_json::from_str::<Decision>(body)?),
        Kind::Survey => drop(serde_json::from_str::<Survey>(body)?),
        _ => {}
    }
    Ok(())
}

fn examined(raw: &RawEntry<'_>, after: Option<&Head>) -> Outcome<()> {
    let header = raw.check_header()?;
    if let Some(after) = after {
        raw.check_place(&header, Follows::Head(after))?;
    }
    raw.check_contents(&header)?;
    if let Some(contents) = raw.contents {
        decode(header.kind, contents.body)?;
    }
    Ok(())
}
