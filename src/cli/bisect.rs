//! `bisect`: the legal days, or the entries, at which an answer changed.

use super::args::{Bisect, Dials};
use super::open::Known;
use super::output::{ASSUMED, Ends, Output, Receipt, heading, listing_words};
use super::{Exit, Failure, Global, Outside, diff, open, who};
use rayon::prelude::*;
use regesta::domain::{Day, Moment, RegimeKey, Status, SubjectId};
use regesta::record::Record;
use regesta::register::{Ask, At, Bisection, Condition, Flip, History, InvalidCondition, Test};
use serde::Serialize;
use std::fmt::Write as _;

#[derive(Serialize)]
struct Answer<'a> {
    condition: String,
    regimes: &'a [Bisection],
    receipt: Ends,
}

/// Runs the verb.
pub fn run(
    global: &Global,
    args: &Bisect,
    outside: Outside,
    out: &Output,
) -> Result<Exit, Failure> {
    let text = args.condition.join(" ");
    let condition: Condition = text.parse().map_err(|error| unclear(&error))?;
    let record = open::record(global, "bisect", outside, out)?;
    let histories = histories(&record, &condition)?;
    let (found, from, to) = if args.known {
        entries(&record, args, &condition, &histories, outside)?
    } else {
        days(&record, args, &condition, &histories, outside)?
    };
    let regimes: Vec<_> = histories
        .iter()
        .map(|history| history.regime().clone())
        .collect();
    let of = |(ask, known): &End| {
        let redactions = record.redactions(Some(&regimes), ask.known_at);
        Receipt::new(text.clone(), ask, args.as_law_stood, known).with(redactions)
    };
    let receipt = Ends {
        from: of(&from),
        to: of(&to),
    };
    if out.json {
        out.print_json(&Answer {
            condition: condition.to_string(),
            regimes: &found,
            receipt,
        })?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    for one in &found {
        tell(one, &condition, out, &mut text);
    }
    out.answer(&text, &receipt)?;
    Ok(Exit::Done)
}

type End = (Ask, Known);

/// Every flip over legal days.
fn days(
    record: &Record,
    args: &Bisect,
    condition: &Condition,
    histories: &[History],
    outside: Outside,
) -> Result<(Vec<Bisection>, End, End), Failure> {
    let day = |text: &Option<String>| match text {
        Some(text) => text.parse::<Day>().map(Some).map_err(Failure::usage),
        None => Ok(None),
    };
    let (from, to) = (day(&args.from)?, day(&args.to)?);
    if from.zip(to).is_some_and(|(from, to)| to < from) {
        return Err(Failure::usage("--to is before --from"));
    }
    let known = open::known(record, args.known_at.as_deref())?;
    let ask = |day: Day| ask(args, Moment::Day(day), known, outside);
    let found: Vec<Bisection> = histories
        .par_iter()
        .map(|history| history.bisect_days(condition, from, to, &ask))
        .collect();
    let end = |at: Option<At>| match at {
        Some(At::Day(day)) => (ask(day), known),
        _ => (ask(outside.today), known),
    };
    let ends = (
        end(found.iter().map(|one| one.from).min()),
        end(found.iter().map(|one| one.to).max()),
    );
    Ok((found, ends.0, ends.1))
}

/// Every flip over what the record held.
fn entries(
    record: &Record,
    args: &Bisect,
    condition: &Condition,
    histories: &[History],
    outside: Outside,
) -> Result<(Vec<Bisection>, End, End), Failure> {
    let from = open::known(record, Some(args.from.as_deref().unwrap_or("0")))?;
    let to = open::known(record, args.to.as_deref())?;
    if to.last() < from.last() {
        return Err(Failure::usage("--to is before --from"));
    }
    let on = args.on.unwrap_or(Moment::Day(outside.today));
    let ask = |known: Known| ask(args, on, known, outside);
    let (first, last) = (from.last().position(), to.last().position());
    let found = histories
        .par_iter()
        .map(|history| history.bisect_entries(condition, first, last, &ask(from)))
        .collect();
    Ok((found, (ask(from), from), (ask(to), to)))
}

fn ask(args: &Bisect, on: Moment, known: Known, outside: Outside) -> Ask {
    let dials = Dials {
        on: Some(on),
        public_by: args.public_by,
        known_at: None,
        as_law_stood: args.as_law_stood,
    };
    Ask {
        on,
        public_by: args.public_by,
        known_at: known.last().position(),
        as_law_stood: dials.law_stood(outside.today),
    }
}

/// The histories of the regimes that are asked about.
fn histories(record: &Record, condition: &Condition) -> Result<Vec<History>, Failure> {
    let regimes = match &condition.regime {
        Some(regime) => vec![open::regime(record, regime.as_str())?],
        None => regimes_of(record, condition)?,
    };
    let histories: Result<Vec<History>, _> = regimes
        .iter()
        .map(|regime| record.history(regime))
        .collect();
    let histories = histories.map_err(open::unusable)?;
    if let (Some(part), [history]) = (&condition.part, histories.as_slice()) {
        is_recorded(part, history)?;
    }
    Ok(histories)
}

fn regimes_of(record: &Record, condition: &Condition) -> Result<Vec<RegimeKey>, Failure> {
    let part = condition.part.as_deref().unwrap_or_default();
    let subject: SubjectId = part.parse().map_err(Failure::usage)?;
    let regimes = record.regimes_of(&subject).map_err(open::unusable)?;
    if regimes.is_empty() {
        let unknown = Failure::usage(format!("no subject {subject} is recorded"));
        let meant = who::found(record, part, record.known().position())?;
        return Err(match meant.first() {
            Some(one) => unknown.hint(format!("did you mean {}?", one.found.subject)),
            None => unknown.hint("a subject is named by its id, like mikhail-fridman"),
        });
    }
    Ok(regimes)
}

/// Refuses a measure or a subject that the regime never had.
fn is_recorded(part: &str, history: &History) -> Result<(), Failure> {
    let parts = history.parts();
    if parts.contains(part) {
        return Ok(());
    }
    let unknown = Failure::usage(format!(
        "{} has no measure and no listing {part}",
        history.regime()
    ));
    Err(match open::near(part, parts.iter().map(AsRef::as_ref)) {
        Some(one) => unknown.hint(format!("did you mean {one}?")),
        None => unknown.hint(format!(
            "`regesta state {} --all` names them",
            history.regime()
        )),
    })
}

fn unclear(error: &InvalidCondition) -> Failure {
    let failure = Failure::usage(error);
    match error {
        InvalidCondition::Word(word) | InvalidCondition::Status(word) => {
            match open::near(&word.to_lowercase(), Condition::STATUSES) {
                Some(status) => failure.hint(format!("did you mean {status}?")),
                None => failure.hint(format!(
                    "a status is one of {}",
                    Condition::STATUSES.join(", ")
                )),
            }
        }
        InvalidCondition::Whom(_) => {
            failure.hint("say it like: listed mikhail-fridman under EU-UKR-TI")
        }
        _ => {
            failure.hint("say it like: suspended EU-SYR, or: status EU-SYR/oil-import = suspended")
        }
    }
}

/// One regime's flips, the first of them set off.
fn tell(found: &Bisection, condition: &Condition, out: &Output, text: &mut String) {
    let _ = writeln!(text, "{}", heading(found.regime.as_str()));
    let stands = |status: Option<Status>| match (status, condition.test) {
        (None, Test::Listed | Test::Delisted) => "not on the list",
        (None, _) => "no line for it yet",
        (Some(status), Test::Listed | Test::Delisted) => listing_words(status),
        (Some(status), _) => status.words(),
    };
    let yes = |holds: bool| if holds { "yes" } else { "no" };
    let _ = writeln!(
        text,
        "  {:<12} {:<4} {}",
        place(found.from),
        yes(found.holds),
        stands(found.status)
    );
    for (n, flip) in found.flips.iter().enumerate() {
        let Flip {
            at,
            holds,
            after,
            change,
            ..
        } = flip;
        let line = format!("{:<12} {:<4} {}", place(*at), yes(*holds), stands(*after));
        let _ = writeln!(text, "  {}", if n == 0 { heading(&line) } else { line });
        if let Some(change) = change {
            let indent = " ".repeat(20);
            out.wrap(text, &indent, &format!("{indent}  "), &diff::cause(change));
        }
    }
    if found.flips.is_empty() {
        let _ = writeln!(text, "  {:<12} it never changes", place(found.to));
    }
    let mut because = found
        .flips
        .iter()
        .filter_map(|flip| flip.change.as_ref())
        .flat_map(|change| &change.because);
    if because.any(|reason| reason.assumed) {
        text.push_str(ASSUMED);
    }
    text.push('\n');
}

fn place(at: At) -> String {
    match at {
        At::Day(day) => day.to_string(),
        At::Entry(seq) => format!("entry {seq}"),
    }
}
