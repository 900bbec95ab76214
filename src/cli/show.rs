//! `show`: one entry, from the journal alone.

use super::args::Show;
use super::output::{Output, heading};
use super::{Exit, Failure, Global, open};
use regesta::domain::RegimeKey;
use regesta::log::{Kind, Link, RawEntry};
use regesta::register::{Draft, project};
use regesta::store::{Journal, StoreError, Stored};
use serde::Serialize;
use serde_json::Value;
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
}

impl Line {
    /// The line of an entry as it was read; what cannot be read of it is left out.
    pub fn of(raw: &RawEntry<'_>) -> Self {
        let kind = regesta::log::Header::decode(&raw.header)
            .map_or(Kind::Unknown(0), |header| header.kind);
        let body = raw
            .contents
            .and_then(|contents| str::from_utf8(contents.body).ok());
        let rows = body
            .and_then(|body| project(kind, body).ok())
            .unwrap_or_default();
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
            _ => None,
        };
        Self {
            seq: raw.seq(),
            link: raw.link,
            recorded_at: raw.head().recorded_at.to_string(),
            kind: kind.to_string(),
            regimes: rows.rows.into_iter().map(|(regime, _)| regime).collect(),
            id: text("/id").map(str::to_owned),
            cite,
            erased: raw.contents.is_none(),
        }
    }
}

#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    line: Line,
    prev: Link,
    body: Option<Value>,
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
    let line = Line::of(&raw);
    if out.json {
        out.print_json(&Answer {
            line,
            prev: raw.prev(),
            body,
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
    match body {
        Some(body) => {
            let pretty = serde_json::to_string_pretty(&body).unwrap_or_default();
            let _ = write!(text, "\n{pretty}\n");
        }
        None => text.push_str("\nIts body was erased.\n"),
    }
    out.print(&text)?;
    Ok(Exit::Done)
}

/// By position, by the beginning of a link, or by a decision's id.
fn find(journal: &Journal, name: &str) -> Result<Stored, Failure> {
    let unusable = |error: StoreError| open::unusable(error.into());
    if let Ok(seq) = name.parse::<u64>() {
        let found = journal.entry(seq).map_err(unusable)?;
        return found.ok_or_else(|| Failure::usage(format!("there is no entry {seq}")));
    }
    let mut found: Vec<Stored> = Vec::new();
    journal
        .read(0, &mut |raw| {
            if raw.link.to_string().starts_with(name) || is_called(&raw, name) {
                found.push(raw.into());
            }
            ControlFlow::Continue(())
        })
        .map_err(unusable)?;
    let heads = match found.as_slice() {
        [one] => Ok(one.raw().head()),
        several => Err(several.len()),
    };
    open::by_link(heads, name)?;
    found
        .pop()
        .ok_or_else(|| Failure::usage(format!("no entry is called {name}")))
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
