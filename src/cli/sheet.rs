//! Answers as CSV: a row a line of the answer, under one header. Statuses are written as in JSON.

use super::output::Output;
use super::{Exit, Failure};
use regesta::register::{Interval, Reason, RegimeState, Standing};
use serde::Serialize;

const STATE: [&str; 19] = [
    "regime",
    "kind",
    "key",
    "name",
    "status",
    "answer",
    "since",
    "until",
    "days_left",
    "applies",
    "condition",
    "unknown",
    "held_by",
    "did",
    "act",
    "entry",
    "effect",
    "from",
    "assumed",
];
const PANEL: [&str; 10] = [
    "subject", "name", "regime", "measure", "from", "to", "status", "begun_by", "ended_by",
    "entries",
];

/// A line of an answer.
#[derive(Default)]
struct Line<'a> {
    kind: &'static str,
    key: String,
    name: String,
    status: String,
    answer: String,
    since: String,
    until: String,
    days_left: String,
    applies: String,
    condition: String,
    unknown: String,
    held_by: String,
    because: Option<&'a Reason>,
}

/// The states of regimes.
pub fn states(states: &[RegimeState], out: &Output) -> Result<(), Failure> {
    let rows = states.iter().flat_map(|state| {
        let regime = state.regime.to_string();
        lines(state).into_iter().map(move |line| row(&regime, line))
    });
    print(&STATE, rows, out)
}

/// A panel.
pub fn panel(intervals: &[Interval], out: &Output) -> Result<(), Failure> {
    let rows = intervals.iter().map(|one| {
        let entries: Vec<_> = one.entries().iter().map(ToString::to_string).collect();
        let act = |reason: Option<&Reason>| reason.map(|by| by.act.clone()).unwrap_or_default();
        [
            one.subject.to_string(),
            one.name.clone(),
            one.regime.to_string(),
            text(one.measure.as_ref()),
            text(one.from),
            text(one.to),
            word(&one.status),
            act(one.begun_by.as_ref()),
            act(one.ended_by.as_ref()),
            entries.join(" "),
        ]
    });
    print(&PANEL, rows, out)
}

fn lines(state: &RegimeState) -> Vec<Line<'_>> {
    let regime = Line {
        kind: "regime",
        key: state.regime.to_string(),
        name: state.title.clone().unwrap_or_default(),
        ..Line::of(&state.standing)
    };
    let measures = state.measures.iter().map(|one| Line {
        kind: "measure",
        key: one.measure.to_string(),
        name: one.scope.clone().unwrap_or_default(),
        ..Line::of(&one.standing)
    });
    let listings = state.listings.iter().map(|one| Line {
        kind: "listing",
        key: one.subject.to_string(),
        name: one.name.clone(),
        ..Line::of(&one.standing)
    });
    let permissions = state.permissions.iter().map(|one| Line {
        kind: "permission",
        key: text(one.measure.as_ref()),
        name: one.permits.clone(),
        until: text(one.until.as_ref()),
        days_left: text(one.days_left),
        because: Some(&one.because),
        ..Line::default()
    });
    let procedures = state.procedures.iter().map(|one| Line {
        kind: "procedure",
        key: text(one.procedure.as_ref()),
        name: one.what.clone(),
        status: word(&one.status),
        since: one.since.to_string(),
        held_by: one.held_by.join("; "),
        because: one.because.last(),
        ..Line::default()
    });
    let coming = state.coming.iter().map(|one| Line {
        kind: "coming",
        name: one.what.clone(),
        applies: one.from.to_string(),
        because: Some(&one.because),
        ..Line::default()
    });
    let all = std::iter::once(regime).chain(measures).chain(listings);
    all.chain(permissions)
        .chain(procedures)
        .chain(coming)
        .collect()
}

impl<'a> Line<'a> {
    fn of(standing: &'a Standing) -> Self {
        Self {
            status: word(&standing.status),
            answer: word(&standing.answer),
            since: text(standing.since),
            until: text(standing.until.as_ref()),
            days_left: text(standing.days_left),
            applies: text(standing.applies),
            condition: text(standing.condition.as_ref()),
            unknown: text(standing.unknown.as_ref()),
            because: standing.because.last(),
            ..Self::default()
        }
    }
}

fn row(regime: &str, line: Line<'_>) -> [String; STATE.len()] {
    let by = line.because;
    [
        regime.to_owned(),
        line.kind.to_owned(),
        line.key,
        line.name,
        line.status,
        line.answer,
        line.since,
        line.until,
        line.days_left,
        line.applies,
        line.condition,
        line.unknown,
        line.held_by,
        text(by.map(|by| by.did)),
        text(by.map(|by| by.act.as_str())),
        text(by.map(|by| by.entry)),
        text(by.map(|by| by.effect)),
        text(by.map(|by| by.from)),
        text(by.map(|by| by.assumed)),
    ]
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A field-less enum as its word in JSON.
fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn print<const N: usize>(
    header: &[&str; N],
    rows: impl Iterator<Item = [String; N]>,
    out: &Output,
) -> Result<(), Failure> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    let written = csv.write_record(header);
    let written = written.and_then(|()| {
        for row in rows {
            csv.write_record(&row)?;
        }
        Ok(())
    });
    let bytes = written.ok().and_then(|()| csv.into_inner().ok());
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    match text {
        Some(text) => out.print(&text),
        None => Err(Failure::new(
            Exit::Unusable,
            "internal",
            "the answer cannot be written as CSV",
        )),
    }
}
