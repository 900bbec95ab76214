//! `why`: the chain of effects that makes one line of an answer what it is.

use super::args::Why as Args;
use super::output::{Acts, Output, Receipt, heading};
use super::{Exit, Failure, Global, Outside, causes, dot, open, page, who};
use regesta::domain::{MeasureKey, Moment};
use regesta::record::Record;
use regesta::register::{Ask, History, Match, Missing, StandingLine, Surveyed, Why};
use serde::Serialize;
use std::fmt::Write as _;

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    why: &'a Why,
    matched: Option<&'a Match>,
    receipt: Receipt,
}

/// Runs the verb.
pub fn run(global: &Global, args: &Args, outside: Outside, out: &Output) -> Result<Exit, Failure> {
    let record = open::record(global, "why", outside, out)?;
    let (ask, link) = open::ask(&record, &args.dials, outside)?;
    let regime = open::regime(&record, &args.regime)?;
    let history = record.history(&regime).map_err(open::unusable)?;
    let (line, matched) = line(&record, &history, args.line.as_deref(), &ask)?;
    let why = history.why(&line, &ask);
    let of = line.key().map(|key| format!(" {key}")).unwrap_or_default();
    let receipt = Receipt::new(
        format!("{regime}{of}"),
        &ask,
        args.dials.as_law_stood,
        &link,
    )
    .with(record.redactions(Some(std::slice::from_ref(&regime)), ask.known_at));
    if args.dot {
        out.print(&dot::text(&why, ask.on, &receipt))?;
        return Ok(Exit::Done);
    }
    if out.json {
        out.print_json(&Answer {
            why: &why,
            matched: matched.as_ref(),
            receipt,
        })?;
        return Ok(Exit::Done);
    }
    let elsewhere = match (&why.standing, &line) {
        (None, StandingLine::Listing(subject)) => {
            record.regimes_of(subject).map_err(open::unusable)?
        }
        _ => Vec::new(),
    };
    let elsewhere: Vec<_> = elsewhere
        .iter()
        .filter(|one| **one != regime)
        .map(ToString::to_string)
        .collect();
    let matched = matched.as_ref().and_then(who::matched);
    let text = Text {
        why: &why,
        on: ask.on,
        all: args.all,
        out,
    };
    out.answer(&text.of(matched, &elsewhere), &receipt)?;
    Ok(Exit::Done)
}

/// The line that a text means: the regime's own, a measure, a listing by id or name.
fn line(
    record: &Record,
    history: &History,
    text: Option<&str>,
    ask: &Ask,
) -> Result<(StandingLine, Option<Match>), Failure> {
    let Some(text) = text else {
        return Ok((StandingLine::Regime, None));
    };
    let measures = measures(history);
    if let Some(key) = measures.iter().find(|key| key.as_str() == text) {
        return Ok((StandingLine::Measure(key.clone()), None));
    }
    let found = who::found(record, text, ask.known_at)?;
    let mut here = Vec::new();
    for one in &found {
        let under = record.regimes_of(&one.found.subject);
        if under.map_err(open::unusable)?.contains(history.regime()) {
            here.push(one.clone());
        }
    }
    let found = if here.is_empty() { found } else { here };
    if found.is_empty() {
        let failure = Failure::usage(format!("no measure or subject {text} is recorded"));
        return Err(
            match open::near(text, measures.iter().map(MeasureKey::as_str)) {
                Some(near) => failure.hint(format!("did you mean {near}?")),
                None => failure.hint(format!(
                    "`regesta state {} --all` names them",
                    history.regime()
                )),
            },
        );
    }
    let one = who::one_of(found, text)?;
    Ok((StandingLine::Listing(one.found.subject.clone()), Some(one)))
}

/// The measures that the regime ever had, by key.
fn measures(history: &History) -> Vec<MeasureKey> {
    let decisions = history.rows().iter().filter_map(|(_, row)| row.decision());
    let effects = decisions.flat_map(|decision| &decision.effects);
    let mut keys: Vec<_> = effects
        .filter_map(|row| row.effect.measure().cloned())
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

struct Text<'a> {
    why: &'a Why,
    on: Moment,
    all: bool,
    out: &'a Output,
}

impl Text<'_> {
    fn of(&self, matched: Option<String>, elsewhere: &[String]) -> String {
        let Self { why, on, all, out } = self;
        let mut text = String::new();
        self.head(&mut text, elsewhere);
        if let Some(matched) = matched {
            let _ = writeln!(text, "  {matched}");
        }
        let mut acts = Acts::default();
        let _ = write!(text, "\n{}\n", heading("Because, in legal order"));
        if why.chain.is_empty() {
            text.push_str("  nothing is recorded of it under this regime\n");
        }
        causes::tell(&mut text, &why.chain, *all, &mut acts, out);
        if let Some(regime) = &why.regime_standing {
            let title = heading(&format!("The regime that it follows: {}", why.regime));
            let _ = write!(text, "\n{title}\n");
            let _ = writeln!(text, "  {}", page::status_line(regime, *on));
            causes::tell(&mut text, &why.regime_chain, *all, &mut acts, out);
        }
        self.grounds(&mut text);
        acts.tell(out, &mut text);
        text.push('\n');
        text
    }

    /// What was asked about, and the answer.
    fn head(&self, text: &mut String, elsewhere: &[String]) {
        let Self { why, on, out, .. } = self;
        let asked = match why.line.key() {
            Some(key) => format!("{} {key}", why.regime),
            None => why.regime.to_string(),
        };
        let name = why.name.as_deref().unwrap_or_default();
        let indent = " ".repeat(asked.len() + 2);
        out.wrap(text, &format!("{}  ", heading(&asked)), &indent, name);
        if let Some(standing) = &why.standing {
            let line = match why.line {
                StandingLine::Listing(_) => page::listing_line(standing, *on),
                _ => page::status_line(standing, *on),
            };
            out.wrap(text, "", "  ", &line);
            for line in page::remarks(standing) {
                out.wrap(text, "  ", "  ", &line);
            }
            return;
        }
        let Some(absent) = &why.absent else {
            return;
        };
        let nothing = match why.line {
            StandingLine::Listing(_) => "no listing on",
            _ => "no such measure on",
        };
        let _ = writeln!(text, "{nothing} {on}");
        let mut remarks = Vec::new();
        if !why.chain.is_empty() {
            remarks.push("what is recorded of it does not bear on this day".to_owned());
        }
        if absent.regime.answer() == regesta::domain::Answer::Unknown {
            remarks
                .push("the regime itself is unknown on this day: the record cannot say".to_owned());
        } else if absent.unnamed_entries > 0 {
            remarks.push(format!(
                "the sources count {} entries without naming them: the record cannot rule it out",
                absent.unnamed_entries
            ));
        }
        if !elsewhere.is_empty() {
            remarks.push(format!("recorded under {}", elsewhere.join(", ")));
        }
        for remark in remarks {
            out.wrap(text, "  ", "  ", &remark);
        }
    }

    /// What the answer rests on beside decisions, and what would have to be recorded for a better one.
    fn grounds(&self, text: &mut String) {
        let Self { why, out, .. } = self;
        let mut lines = Vec::new();
        lines.extend(
            why.survey
                .as_ref()
                .map(|survey| format!("Rests on a survey: {}", surveyed(survey))),
        );
        lines.extend(why.evidence.as_ref().map(|reason| {
            format!(
                "Its end is not recorded; {} of {} (entry {}) shows it alive",
                reason.act, reason.from, reason.entry
            )
        }));
        lines.extend(why.missing.as_ref().map(missing));
        if !lines.is_empty() {
            text.push('\n');
        }
        for line in lines {
            out.wrap(text, "", "  ", &line);
        }
    }
}

fn surveyed(survey: &Surveyed) -> String {
    let from = survey.from.map(|day| format!("from {day} "));
    format!(
        "recorded completely {}through {} (entry {})",
        from.unwrap_or_default(),
        survey.through,
        survey.entry
    )
}

fn missing(missing: &Missing) -> String {
    let what = match missing.from {
        Some(from) if from == missing.to => format!("a decision or a survey that covers {from}"),
        Some(from) => format!(
            "a decision or a survey that covers {from} to {}",
            missing.to
        ),
        None => format!("a decision of {} or before", missing.to),
    };
    let so_far = match &missing.surveyed {
        Some(survey) => format!("; the furthest survey: {}", surveyed(survey)),
        None => "; nobody has surveyed the regime".to_owned(),
    };
    format!("Missing: {what}{so_far}")
}
