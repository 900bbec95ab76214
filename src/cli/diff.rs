//! `diff`: what changed between two legal days, two days of public knowledge, or two record moments.

use super::args::{Dials, Diff as Args};
use super::changes::{self, Told};
use super::output::{self, ASSUMED, Ends, Output, Receipt, heading};
use super::{Exit, Failure, Global, Outside, open};
use rayon::prelude::*;
use regesta::domain::{Day, Moment};
use regesta::register::{Change, Diff};
use serde::Serialize;
use std::collections::HashMap;
use std::fmt::Write as _;

/// What the last line says as JSON.
#[derive(Serialize)]
struct Answer {
    receipt: Ends,
    changes: usize,
}

/// Runs the verb.
pub fn run(global: &Global, args: &Args, outside: Outside, out: &Output) -> Result<Exit, Failure> {
    let asked = Asked::of(args)?;
    let record = open::record(global, "diff", outside, out)?;
    let (from, from_link) = open::ask(&record, &asked.from, outside)?;
    let (to, to_link) = open::ask(&record, &asked.to, outside)?;
    let regimes = match &asked.regime {
        Some(name) => vec![open::regime(&record, name)?],
        None => record.regimes().map_err(open::unusable)?,
    };
    let diffs: Result<Vec<Diff>, _> = regimes
        .par_iter()
        .map(|regime| record.diff(regime, &from, &to))
        .collect();
    let diffs = diffs.map_err(open::unusable)?;
    let of = asked.regime.as_deref().unwrap_or("all regimes");
    let receipt = Ends {
        from: Receipt::new(of, &from, args.as_law_stood, &from_link)
            .with(record.redactions(Some(&regimes), from.known_at)),
        to: Receipt::new(of, &to, args.as_law_stood, &to_link)
            .with(record.redactions(Some(&regimes), to.known_at)),
    };
    let count = diffs.iter().map(|diff| diff.changes.len()).sum();
    if out.json {
        for change in diffs.iter().flat_map(|diff| &diff.changes) {
            out.print_json(change)?;
        }
        out.print_json(&Answer {
            receipt,
            changes: count,
        })?;
    } else {
        let mut text = String::new();
        for diff in diffs.iter().filter(|diff| !diff.changes.is_empty()) {
            tell(diff, args.all, out, &mut text);
        }
        if count == 0 {
            text.push_str("No difference.\n\n");
        }
        out.answer(&text, &receipt)?;
    }
    Ok(if args.exit_code && count > 0 {
        Exit::No
    } else {
        Exit::Done
    })
}

/// The two ends, and the regime.
pub struct Asked {
    from: Dials,
    /// The dials of the later end.
    pub to: Dials,
    regime: Option<String>,
}

impl Asked {
    /// What was asked, where one dial was given twice.
    pub fn of(args: &Args) -> Result<Self, Failure> {
        // `--public-by P REGIME`: what is no day after the first was meant as the regime.
        let mut public: Vec<Day> = Vec::new();
        let mut of: Vec<&str> = args.of.iter().map(String::as_str).collect();
        for text in &args.public_by {
            match text.parse() {
                Ok(day) => public.push(day),
                Err(error) if public.is_empty() => return Err(Failure::usage(error)),
                Err(_) => of.push(text),
            }
        }
        let moments: Vec<Moment> = of.iter().map_while(|text| text.parse().ok()).collect();
        let legal = moments.len();
        let given_twice = [legal == 2, public.len() == 2, !args.known.is_empty()];
        if given_twice.iter().filter(|twice| **twice).count() != 1
            || legal == 1
            || of.len() > legal + 1
        {
            return Err(Self::unclear(args, &of, legal, public.len()));
        }
        let dials = |n: usize| Dials {
            on: moments.get(n).copied().or(args.on),
            public_by: public.get(n).or(public.last()).copied(),
            known_at: args.known.get(n).or(args.known_at.as_ref()).cloned(),
            as_law_stood: args.as_law_stood,
        };
        if legal == 2 && args.on.is_some() {
            return Err(Failure::usage(
                "two legal days were given, and --on a third",
            ));
        }
        Ok(Self {
            from: dials(0),
            to: dials(1),
            regime: of.get(legal).map(|name| (*name).to_owned()),
        })
    }

    fn unclear(args: &Args, of: &[&str], legal: usize, public: usize) -> Failure {
        let hint = "compare two legal days: regesta diff 2025-01-26 2025-02-01; two days of public knowledge: \
                    --public-by P1 P2 --on DAY; two record moments: --known K1 K2 --on DAY";
        let message = match (of, legal) {
            ([.., _], 0) if of.len() > 1 => {
                format!(
                    "`{}` is neither a day like 2025-01-31 nor an instant",
                    of[0]
                )
            }
            ([.., extra], n) if of.len() > n + 1 => format!("`{extra}` is one word too many"),
            (_, 1) => "one legal day has nothing to be compared with".to_owned(),
            _ if args.known.is_empty() && public < 2 => {
                "nothing to compare: give one dial twice".to_owned()
            }
            _ => "two dials were given twice: one at a time tells why an answer changed".to_owned(),
        };
        Failure::usage(message).hint(hint)
    }
}

/// One regime's changes, those of one cause together.
fn tell(diff: &Diff, all: bool, out: &Output, text: &mut String) {
    let _ = writeln!(text, "{}", heading(diff.regime.as_str()));
    let mut blocks: Vec<(String, Vec<Told>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for change in &diff.changes {
        let cause = cause(change);
        let told = Told::new(
            &change.line,
            change.name.as_deref(),
            change.change,
            &change.fields,
        );
        let place = *places.entry(cause).or_insert_with_key(|cause| {
            blocks.push((cause.clone(), Vec::new()));
            blocks.len() - 1
        });
        blocks[place].1.push(told);
    }
    for (cause, lines) in blocks {
        out.wrap(text, "  ", "    ", &cause);
        changes::tell(lines, (!all).then_some("--all"), "    ", out, text);
    }
    let mut because = diff.changes.iter().flat_map(|change| &change.because);
    if because.any(|reason| reason.assumed) {
        text.push_str(ASSUMED);
    }
    text.push('\n');
}

/// The cause of a change with the acts, in one sentence.
pub fn cause(change: &Change) -> String {
    let mut text = heading(change.cause.words());
    let mut by: Vec<String> = Vec::new();
    for reason in &change.because {
        let said = format!(
            "{} {}, {} (entry {})",
            reason.did,
            output::day(reason.from, reason.assumed),
            reason.act,
            reason.entry
        );
        if !by.contains(&said) {
            by.push(said);
        }
    }
    by.extend(
        change
            .surveys
            .iter()
            .map(|entry| format!("surveyed (entry {entry})")),
    );
    by.extend(change.corrections.iter().map(|one| {
        format!(
            "entry {} withdrawn by entry {}: {}",
            one.withdrawn, one.by, one.because
        )
    }));
    if by.is_empty() {
        // What is unknown may have been decided.
        let is_unknown = change
            .fields
            .iter()
            .any(|field| field.field == "unknown" && field.after.is_some());
        text.push_str(if is_unknown {
            ", nobody decided as far as is recorded"
        } else {
            ", nobody decided"
        });
    } else {
        let _ = write!(text, ": {}", by.join("; "));
    }
    text
}
