//! `coverage`: what the record holds of each regime, for a person, as JSON or as Markdown.

use super::args::{Coverage as Args, Dials};
use super::output::{Output, Receipt, heading};
use super::{Exit, Failure, Global, Outside, open};
use regesta::domain::Day;
use regesta::register::{ByTier, Coverage, Covered, Surveyed};
use serde::Serialize;
use std::fmt::Write as _;

/// What stands above the table wherever it is printed.
const EXPLAINED: &str = "First and last are the days on which the earliest and the latest decision enters into force, or \
    a step is taken, read or assumed. Surveyed: the terms are recorded completely over that span; past a last recorded \
    end outside it, the answer is unknown. Named: subjects listed or taken off by name. A decision counts once, under the \
    best tier among its sources, whatever was read there.";

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    covered: &'a Covered,
    receipt: Receipt,
}

/// Runs the verb.
pub fn run(global: &Global, args: &Args, outside: Outside, out: &Output) -> Result<Exit, Failure> {
    let record = open::record(global, "coverage", outside, out)?;
    let dials = Dials::known_at(args.known_at.clone());
    let (ask, link) = open::ask(&record, &dials, outside)?;
    let mut histories = Vec::new();
    for regime in record.regimes().map_err(open::unusable)? {
        histories.push(record.history(&regime).map_err(open::unusable)?);
    }
    let views: Vec<_> = histories.iter().map(|history| history.view(&ask)).collect();
    let covered = Covered::of(&views);
    if args.markdown {
        out.print(&markdown(&covered))?;
        return Ok(Exit::Done);
    }
    let receipt =
        Receipt::new("coverage", &ask, None, &link).with(record.redactions(None, ask.known_at));
    if out.json {
        out.print_json(&Answer {
            covered: &covered,
            receipt,
        })?;
        return Ok(Exit::Done);
    }
    out.answer(&format!("{}\n", text(&covered, out)), &receipt)?;
    Ok(Exit::Done)
}

/// For a person: two lines a regime, so that it fits any terminal.
fn text(covered: &Covered, out: &Output) -> String {
    let keys = covered.regimes.iter().map(|one| one.regime.as_str().len());
    let width = keys.max().unwrap_or_default();
    let line = |key: &str, first: &str, last: &str, surveyed: &str| {
        let line = format!("{key:<width$}  {first:<10}  {last:<10}  {surveyed}");
        format!("{}\n", line.trim_end())
    };
    let mut text = format!("{}\n\n", heading(&total(covered)));
    text.push_str(&line("regime", "first", "last", "surveyed"));
    for regime in &covered.regimes {
        let mut spans = regime.surveyed.iter().map(span);
        let span = spans.next().unwrap_or_else(|| "-".to_owned());
        text.push_str(&line(
            regime.regime.as_str(),
            &day(regime.first),
            &day(regime.last),
            &span,
        ));
        for span in spans {
            text.push_str(&line("", "", "", &span));
        }
        let held = format!("{}: {}", held(regime), tiers(&regime.tiers));
        out.wrap(&mut text, "  ", "    ", &held);
    }
    text.push('\n');
    out.wrap(&mut text, "", "", EXPLAINED);
    text
}

fn held(regime: &Coverage) -> String {
    let noun = if regime.decisions == 1 {
        "decision"
    } else {
        "decisions"
    };
    match regime.named {
        0 => format!("{} {noun}", regime.decisions),
        named => format!("{} {noun}, {named} named", regime.decisions),
    }
}

/// The same as a Markdown document, which says nothing of the one record that it was made from.
fn markdown(covered: &Covered) -> String {
    let mut text = format!(
        "# Coverage\n\n{}. {EXPLAINED}\n\nGenerated: `regesta coverage --markdown > events/COVERAGE.md`.\n\n",
        total(covered)
    );
    text.push_str(
        "| regime | first | last | surveyed | decisions | named | best sources |\n\
         | --- | --- | --- | --- | ---: | ---: | --- |\n",
    );
    for regime in &covered.regimes {
        let spans: Vec<_> = regime.surveyed.iter().map(span).collect();
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} |",
            regime.regime,
            day(regime.first),
            day(regime.last),
            spans.join("<br>"),
            regime.decisions,
            regime.named,
            tiers(&regime.tiers),
        );
    }
    text.push_str("\n| best source | decisions |\n| --- | ---: |\n");
    for one in &covered.tiers {
        let _ = writeln!(text, "| {} | {} |", one.tier, one.decisions);
    }
    text
}

fn total(covered: &Covered) -> String {
    format!(
        "{} decisions in {} regimes, {} surveys",
        covered.decisions,
        covered.regimes.len(),
        covered.surveys
    )
}

fn day(day: Option<Day>) -> String {
    day.map_or_else(|| "-".to_owned(), |day| day.to_string())
}

fn span(surveyed: &Surveyed) -> String {
    match surveyed.from {
        Some(from) => format!("{from} to {}", surveyed.through),
        None => format!("to {}", surveyed.through),
    }
}

fn tiers(tiers: &[ByTier]) -> String {
    let tiers: Vec<_> = tiers
        .iter()
        .map(|one| format!("{} {}", one.decisions, one.tier))
        .collect();
    tiers.join(", ")
}
