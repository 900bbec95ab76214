//! `show`: one entry, from the journal alone.

use super::args::Show;
use super::output::{Output, heading};
use super::{Exit, Failure, Global, open};
use regesta::domain::{Redaction, RegimeKey, Replacement};
use regesta::log::{Kind, Link, RawEntry};
use regesta::register::{Draft, Redacted, project};
use regesta::store::{Journal, StoreError, Stored};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;

/// An entry as a line of the log.
#[derive(Debug, Serialize)]
pub struct Line {
    /// Its position.
    pub seq: u64,
    /// Its link.
    pub link: Link,
    /// When it was recorded.
    pub recorded_at: String,
    /// What it is.
    pub kind: String,
    /// The regimes that it touches.
    pub regimes: Vec<RegimeKey>,
    /// A decision's id.
    pub id: Option<String>,
    /// How it is cited.
    pub cite: Option<String>,
    /// Whether its body was erased.
    pub erased: bool,
    /// By which entry, and on what ground.
    pub redaction: Option<Redacted>,
}

impl Line {
    /// The line of an entry as it was read; what cannot be read of it is left out. What was erased is told by its redaction.
    pub fn of(raw: &RawEntry<'_>, redactions: &mut Redactions<'_>) -> Self {
        let kind = regesta::log::Header::decode(&raw.header)
            .map_or(Kind::Unknown(0), |header| header.kind);
        let body = raw
            .contents
            .and_then(|contents| str::from_utf8(contents.body).ok());
        let rows = body.and_then(|body| project(kind, body).ok());
        let redaction = body.is_none().then(|| redactions.of(raw.seq())).flatten();
        let regimes = match redaction {
            Some((_, redaction)) => redaction.redacts.regimes.clone(),
            None => rows
                .into_iter()
                .flat_map(|rows| rows.rows)
                .map(|(regime, _)| regime)
                .collect(),
        };
        let value: Option<Value> = body.and_then(|body| serde_json::from_str(body).ok());
        let text = |path: &str| {
            value
                .as_ref()
                .and_then(|value| value.pointer(path))
                .and_then(Value::as_str)
        };
        let cite = match kind {
            Kind::Opening => text("/origin").map(str::to_owned),
            Kind::Decision => text("/act/cite")
                .or_else(|| text("/title"))
                .map(str::to_owned),
            Kind::Survey => text("/through").map(|through| format!("surveyed through {through}")),
            Kind::Rectification => text("/because").map(|because| {
                let seq = value
                    .as_ref()
                    .and_then(|value| value.pointer("/withdraws/seq"))
                    .and_then(Value::as_u64);
                format!("withdraws {}: {because}", seq.unwrap_or_default())
            }),
            Kind::Redaction => text("/ground").map(|ground| {
                let seq = value
                    .as_ref()
                    .and_then(|value| value.pointer("/redacts/seq"))
                    .and_then(Value::as_u64);
                format!("redacts {}: {ground}", seq.unwrap_or_default())
            }),
            _ => None,
        };
        Self {
            seq: raw.seq(),
            link: raw.link,
            recorded_at: raw.head().recorded_at.to_string(),
            kind: kind.to_string(),
            regimes,
            id: text("/id").map(str::to_owned),
            cite,
            erased: raw.contents.is_none(),
            redaction: redaction.map(|(by, redaction)| Redacted {
                entry: raw.seq(),
                ground: redaction.ground.clone(),
                by_entry: *by,
                replaced: redaction.replacement.is_some(),
            }),
        }
    }
}

/// What redactions say of erased entries, read from the journal when the first erased entry is met.
#[derive(Debug)]
pub struct Redactions<'a> {
    journal: &'a Journal,
    read: Option<BTreeMap<u64, (u64, Redaction)>>,
}

impl<'a> Redactions<'a> {
    /// Those of that journal.
    pub fn new(journal: &'a Journal) -> Self {
        Self {
            journal,
            read: None,
        }
    }

    /// The redaction of an entry, with its position. It stands behind the entry; entries are asked for in rising order.
    fn of(&mut self, seq: u64) -> Option<&(u64, Redaction)> {
        let journal = self.journal;
        let read = self.read.get_or_insert_with(|| {
            let mut found = BTreeMap::new();
            // Where the journal cannot be read on, whoever reads it says so.
            let _ = journal.read(seq, &mut |raw| {
                found.extend(redaction(&raw).map(|one| (one.redacts.seq, (raw.seq(), one))));
                ControlFlow::Continue(())
            });
            found
        });
        read.get(&seq)
    }
}

fn redaction(raw: &RawEntry<'_>) -> Option<Redaction> {
    let kind = regesta::log::Header::decode(&raw.header).ok()?.kind;
    let body = raw.contents.filter(|_| kind == Kind::Redaction)?.body;
    serde_json::from_slice(body).ok()
}

#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    line: Line,
    prev: Link,
    body: Option<Value>,
    /// What stands in the place of an erased body.
    replacement: Option<Value>,
}

/// Runs the verb.
pub fn run(global: &Global, args: &Show, out: &Output) -> Result<Exit, Failure> {
    let journal = open::journal(global)?;
    let stored = find(&journal, &args.entry)?;
    let raw = stored.raw();
    let checked = raw
        .check_header()
        .and_then(|header| raw.check_contents(&header).map(|()| header));
    if let Err(error) = &checked {
        out.say(&format!(
            "warning: entry {} is not what was sealed: {error}",
            raw.seq()
        ));
    }
    let body: Option<Value> = raw
        .contents
        .and_then(|contents| serde_json::from_slice(contents.body).ok());
    let line = Line::of(&raw, &mut Redactions::new(&journal));
    let replacement = match &line.redaction {
        Some(redaction) => replacement(&journal, redaction.by_entry)?,
        None => None,
    };
    if out.json {
        out.print_json(&Answer {
            line,
            prev: raw.prev(),
            body,
            replacement,
        })?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}",
        heading(&format!("Entry {} {}", line.seq, line.kind))
    );
    let _ = writeln!(text, "link         {}", line.link);
    let _ = writeln!(text, "follows      {}", raw.prev());
    let _ = writeln!(text, "recorded at  {}", line.recorded_at);
    match (&body, &line.redaction) {
        (Some(_), _) => {}
        (None, None) => text.push_str("\nIts body is gone, and no redaction says why.\n"),
        (
            None,
            Some(Redacted {
                ground, by_entry, ..
            }),
        ) => {
            let said = format!("Redacted by entry {by_entry}: {ground}");
            text.push('\n');
            out.wrap(&mut text, "", "", &said);
            if replacement.is_some() {
                text.push_str("In its place stands:\n");
            }
        }
    }
    if let Some(body) = body.or(replacement) {
        let pretty = serde_json::to_string_pretty(&body).unwrap_or_default();
        let _ = write!(text, "\n{pretty}\n");
    }
    out.print(&text)?;
    Ok(Exit::Done)
}

/// What stands in the place of a body that this entry erased.
fn replacement(journal: &Journal, by: u64) -> Result<Option<Value>, Failure> {
    let found = journal
        .entry(by)
        .map_err(|error| open::unusable(error.into()))?;
    let body = found.as_ref().and_then(|stored| stored.raw().contents);
    let body = body.and_then(|contents| serde_json::from_slice::<Value>(contents.body).ok());
    Ok(body.and_then(|mut body| body.get_mut("replacement").map(Value::take)))
}

/// By position, by the beginning of a link, or by a decision's id.
fn find(journal: &Journal, name: &str) -> Result<Stored, Failure> {
    let unusable = |error: StoreError| open::unusable(error.into());
    if open::nth_supposed(name).is_some() {
        return Err(Failure::usage(format!(
            "entry {name} is supposed, not recorded"
        )));
    }
    if let Ok(seq) = name.parse::<u64>() {
        let found = journal.entry(seq).map_err(unusable)?;
        return found.ok_or_else(|| {
            Failure::usage(format!("there is no entry {seq}")).hint("`regesta log` lists them")
        });
    }
    let mut found: Vec<Stored> = Vec::new();
    let mut stands_in = None;
    journal
        .read(0, &mut |raw| {
            // What stands in for an erased body is called as that was.
            if let Some(replaced) = redaction(&raw).filter(|one| replaces(one, name)) {
                stands_in = Some(replaced.redacts.seq);
            } else if raw.link.to_string().starts_with(name) || is_called(&raw, name) {
                found.push(raw.into());
            }
            ControlFlow::Continue(())
        })
        .map_err(unusable)?;
    if let Some(seq) = stands_in.filter(|_| found.is_empty()) {
        found.extend(journal.entry(seq).map_err(unusable)?);
    }
    let heads = match found.as_slice() {
        [one] => Ok(one.raw().head()),
        several => Err(several.len()),
    };
    let otherwise = "give a position, the beginning of a link, or a decision's id: `regesta log --json` lists all three";
    open::by_link(heads, name, otherwise)?;
    found
        .pop()
        .ok_or_else(|| Failure::usage(format!("no entry is called {name}")))
}

fn replaces(redaction: &Redaction, id: &str) -> bool {
    matches!(&redaction.replacement, Some(Replacement::Decision(decision)) if decision.id.as_str() == id)
}

fn is_called(raw: &RawEntry<'_>, id: &str) -> bool {
    let Ok(header) = regesta::log::Header::decode(&raw.header) else {
        return false;
    };
    // Read in earnest only where the id occurs at all.
    let body = raw
        .contents
        .and_then(|contents| regesta::log::Body::from_canonical(contents.body).ok());
    let body = body.filter(|body| body.as_str().contains(id));
    body.and_then(|body| Draft::identity_of(header.kind, &body))
        .as_deref()
        == Some(id)
}
