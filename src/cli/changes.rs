//! Changes in words: what a line said, and what it says.

use super::output::{self, Output};
use anstyle::AnsiColor;
use regesta::domain::Status;
use regesta::register::{Fate, Field, Line};
use serde::Deserialize as _;
use serde_json::Value;
use std::fmt::Write as _;

/// How many lines that changed alike are named unless asked for all.
const NAMED: usize = 8;

/// Fields that only repeat others, or count from a dial.
const SILENT: &[&str] = &[
    "answer",
    "because",
    "days_left",
    "in_days",
    "measure",
    "subject",
    "entry",
    "procedure",
    "what",
    "permits",
];

/// What is said of a line that is new or gone.
const MAIN: &[&str] = &[
    "status",
    "since",
    "until",
    "applies",
    "condition",
    "unknown",
    "held_by",
    "from",
    "through",
];

/// Statuses whose first day is no news when something changes to them or from them.
const PLAIN: &[&str] = &["applicable", "in_force_not_applicable", "unknown"];

/// One line as it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What the line is about.
    pub name: String,
    /// What it said; empty where it is new.
    pub before: String,
    /// What it says; empty where it is gone.
    pub after: String,
    fate: Fate,
    shape: Shape,
}

/// How a line is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// A line that stands somewhere, together with those that stand alike.
    Standing,
    /// Something to come, together with what comes on the same day.
    Coming,
    /// By itself.
    Alone,
}

impl Told {
    /// A line and its fields in words.
    pub fn new(line: &Line, name: Option<&str>, fate: Fate, fields: &[Field]) -> Self {
        let side = |of: fn(&Field) -> Option<&Value>| {
            let shown = |field: &&Field| {
                let name = field.field.as_str();
                !SILENT.contains(&name) && (fate == Fate::Changed || MAIN.contains(&name))
            };
            let mut shown: Vec<_> = fields.iter().filter(shown).collect();
            shown.sort_by_key(|field| {
                MAIN.iter()
                    .position(|main| *main == field.field)
                    .unwrap_or(usize::MAX)
            });
            let said = |name: &str| {
                shown
                    .iter()
                    .find(|one| one.field == name)
                    .and_then(|one| of(one))
            };
            // Why a status is unknown says that it is; since when something is in force is seldom news.
            let is_unknown = said("unknown").is_some();
            let is_plain = fate == Fate::Changed
                && said("status").is_some_and(|status| PLAIN.iter().any(|plain| status == plain));
            let words = shown
                .into_iter()
                .filter(|one| !(is_unknown && matches!(one.field.as_str(), "status" | "until")))
                .filter(|one| !(is_plain && one.field == "since"))
                .filter_map(|one| words(line, &one.field, of(one)?));
            let words: Vec<_> = words.collect();
            if words.is_empty() {
                cited(fields, of)
            } else {
                words.join(", ")
            }
        };
        Self {
            name: subject(line, name),
            before: if fate == Fate::Appeared {
                String::new()
            } else {
                side(|field| field.before.as_ref())
            },
            after: if fate == Fate::Gone {
                String::new()
            } else {
                side(|field| field.after.as_ref())
            },
            fate,
            shape: match line {
                Line::Regime | Line::Measure { .. } | Line::Listing { .. } => Shape::Standing,
                Line::Coming { .. } => Shape::Coming,
                _ => Shape::Alone,
            },
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        self.shape != Shape::Alone
            && self.shape == other.shape
            && self.fate == other.fate
            && self.before == other.before
            && self.after == other.after
    }
}

/// Tells lines, those that changed alike together. Of many only some are named, and `more` says what names them all; all
/// are where it is left out.
pub fn tell(told: Vec<Told>, more: Option<&str>, indent: &str, out: &Output, into: &mut String) {
    let mut groups: Vec<(Vec<String>, Told)> = Vec::new();
    for one in told {
        match groups.iter_mut().find(|(_, other)| other.is_like(&one)) {
            Some((names, _)) => names.push(one.name),
            None => groups.push((vec![one.name.clone()], one)),
        }
    }
    for (mut names, one) in groups {
        let hidden = names
            .len()
            .saturating_sub(more.map_or(usize::MAX, |_| NAMED));
        names.truncate(names.len() - hidden);
        let mut named = names.join(", ");
        if let (Some(more), 1..) = (more, hidden) {
            let _ = write!(named, " and {hidden} more ({more} names them)");
        }
        let side = |indent: &str, sign: char, color: AnsiColor, text: &str, into: &mut String| {
            let style = color.on_default();
            let first = format!("{indent}{style}{sign}{style:#} ");
            out.wrap(into, &first, &format!("{indent}    "), text);
        };
        let with = |said: &str| match said {
            "" => named.clone(),
            said if one.shape == Shape::Coming => format!("coming {said}: {named}"),
            said => format!("{named}: {said}"),
        };
        match one.fate {
            Fate::Appeared => side(indent, '+', AnsiColor::Green, &with(&one.after), into),
            Fate::Gone => side(indent, '-', AnsiColor::Red, &with(&one.before), into),
            Fate::Changed => {
                let deeper = format!("{indent}  ");
                out.wrap(into, indent, &deeper, &named);
                side(&deeper, '-', AnsiColor::Red, said(&one.before), into);
                side(&deeper, '+', AnsiColor::Green, said(&one.after), into);
            }
        }
    }
}

/// What a line says, where it says anything.
fn said(text: &str) -> &str {
    if text.is_empty() { "(nothing)" } else { text }
}

/// What a line is about, in words.
fn subject(line: &Line, name: Option<&str>) -> String {
    match line {
        Line::Regime => "regime".to_owned(),
        Line::Measure { measure } => measure.to_string(),
        Line::Listing { subject } => name.map_or_else(|| subject.to_string(), ToOwned::to_owned),
        Line::Permission { permits, .. } => format!("permitted: {permits}"),
        Line::Procedure { procedure, .. } => format!("under way: {}", name.unwrap_or(procedure)),
        Line::Coming { what, .. } => what.clone(),
        Line::Survey { entry } => format!("survey (entry {entry})"),
    }
}

/// The entries that a line rests on, where that is all that changed.
fn cited(fields: &[Field], of: fn(&Field) -> Option<&Value>) -> String {
    let because = fields
        .iter()
        .find(|one| one.field == "because")
        .and_then(of);
    let reasons = match because {
        Some(Value::Array(reasons)) => reasons.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => return String::new(),
    };
    let entries: Vec<_> = reasons.iter().map(|one| one["entry"].to_string()).collect();
    let noun = if entries.len() == 1 {
        "entry"
    } else {
        "entries"
    };
    format!("rests on {noun} {}", entries.join(", "))
}

/// A field in words; none where it says nothing.
fn words(line: &Line, field: &str, value: &Value) -> Option<String> {
    let text = text(value);
    if text.is_empty() {
        return None;
    }
    Some(match field {
        "status" => status(line, value)?,
        "until" => match text.as_str() {
            "open" => "without an end date".to_owned(),
            "regime" => "as long as its regime".to_owned(),
            last => format!("until {last}"),
        },
        "unknown" => unknown(value),
        "applies" => format!("applies from {text}"),
        "condition" => format!("waits for: {text}"),
        "title" | "name" => format!("called {text}"),
        "held_by" => format!("held by {text}"),
        "unnamed_entries" => format!("{text} entries that the sources count without naming them"),
        "since" | "from" | "through" | "demanding" => format!("{field} {text}"),
        other => format!("{other}: {text}"),
    })
}

fn status(line: &Line, value: &Value) -> Option<String> {
    let status = Status::deserialize(value).ok()?;
    let words = match line {
        Line::Listing { .. } => output::listing_words(status),
        _ => status.words(),
    };
    Some(words.to_owned())
}

/// Why something is unknown, short.
fn unknown(value: &Value) -> String {
    let of = |why: &str| value.get(why).map(text);
    if let Some(last) = of("after") {
        return format!("unknown after {last}");
    }
    match of("before").or_else(|| of("unrecorded")) {
        Some(first) => format!("unknown before {first}"),
        None => match of("no_last_day") {
            Some(since) => format!("unknown: its end is not recorded, in force since {since}"),
            None => "unknown: nothing recorded, or nothing public by then".to_owned(),
        },
    }
}

/// A value as text: several after one another, a condition by itself.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(several) => several.iter().map(text).collect::<Vec<_>>().join("; "),
        Value::Object(members) => members.values().map(text).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
