//! A regime's page.

use super::board::procedure_line;
use super::output::{self, Output, heading, or_dash};
use regesta::domain::{Moment, Status, Until};
use regesta::register::{Reason, RegimeState, Standing};
use std::fmt::Write as _;

/// How many listings a page names unless asked for all.
const NAMED: usize = 20;

/// The page as text.
pub fn text(state: &RegimeState, on: Moment, all: bool, out: &Output) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}  {}",
        heading(state.regime.as_str()),
        state.title.as_deref().unwrap_or_default()
    );
    let _ = writeln!(
        text,
        "{} on {on}{}",
        output::status(state.standing.status),
        term(&state.standing)
    );
    for line in standing_lines(&state.standing) {
        let _ = writeln!(text, "  {line}");
    }
    reasons(&mut text, &state.standing.because, out);
    measures(&mut text, state, all, out);
    listings(&mut text, state, all, out);
    under_way(&mut text, state);
    later(&mut text, state, out);
    surveys(&mut text, state);
    text
}

/// How the term ends, after the status.
fn term(standing: &Standing) -> String {
    match (&standing.until, standing.status) {
        (_, Status::Repealed) => standing
            .since
            .map(|since| format!(", since {since}"))
            .unwrap_or_default(),
        (Some(Until::Moment(last)), Status::Lapsed) => format!(", last day {last}"),
        (Some(Until::Moment(last)), Status::Unknown) => format!(", last recorded end {last}"),
        (Some(Until::Moment(last)), _) => {
            format!(", until {last} ({})", output::days_left(standing))
        }
        (Some(Until::Open), _) => ", without an end date".to_owned(),
        (Some(Until::Condition(condition)), _) => format!(", until {condition}"),
        (Some(Until::Regime) | None, _) => String::new(),
    }
}

/// What else is to be said of where something stands.
pub fn standing_lines(standing: &Standing) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(standing.unknown.as_ref().map(ToString::to_string));
    lines.extend(standing.applies.map(|from| format!("applies from {from}")));
    lines.extend(
        standing
            .condition
            .as_ref()
            .map(|condition| format!("waits for: {condition}")),
    );
    lines
}

fn reasons(text: &mut String, because: &[Reason], out: &Output) {
    let mut table = out.table(&[]);
    for reason in because {
        table.add_row([
            format!("  {}", reason.did),
            reason.from.to_string(),
            reason.act.clone(),
            format!(
                "entry {}{}",
                reason.entry,
                if reason.assumed { ", day assumed" } else { "" }
            ),
        ]);
    }
    text.push_str(&output::lines(&table));
}

/// The act and the entry that a line rests on last.
fn basis(standing: &Standing) -> String {
    standing
        .because
        .last()
        .map(|reason| format!("{}, entry {}", reason.act, reason.entry))
        .unwrap_or_default()
}

fn last_day(standing: &Standing) -> String {
    match (&standing.until, standing.status) {
        (_, Status::Repealed | Status::AdoptedNotInForce) | (Some(Until::Regime) | None, _) => {
            "-".to_owned()
        }
        (Some(Until::Condition(_)), _) => "condition".to_owned(),
        (Some(until), _) => until.to_string(),
    }
}

fn is_over(status: Status) -> bool {
    matches!(status, Status::Repealed | Status::Lapsed | Status::Annulled)
}

fn measures(text: &mut String, state: &RegimeState, all: bool, out: &Output) {
    let over_with_regime = is_over(state.standing.status);
    let shown: Vec<_> = state
        .measures
        .iter()
        .filter(|one| all || over_with_regime || !is_over(one.standing.status))
        .collect();
    if shown.is_empty() {
        return;
    }
    let _ = write!(text, "\n{}\n", heading("Measures"));
    let mut table = out.table(&["  measure", "status", "since", "last day", "basis"]);
    for one in &shown {
        table.add_row([
            format!("  {}", one.measure),
            one.standing.status.words().to_owned(),
            or_dash(one.standing.since.as_ref()),
            last_day(&one.standing),
            basis(&one.standing),
        ]);
        let lines = standing_lines(&one.standing);
        if one.standing.status != state.standing.status && !lines.is_empty() {
            table.add_row([String::new(), lines.join("; ")]);
        }
    }
    text.push_str(&output::lines(&table));
    let ended = state.measures.len() - shown.len();
    if ended > 0 {
        let _ = writeln!(text, "  and {ended} that ended (--all)");
    }
}

fn listings(text: &mut String, state: &RegimeState, all: bool, out: &Output) {
    if state.listings.is_empty() && state.unnamed_entries == 0 {
        return;
    }
    let mut title = format!("Listings  {} bound by name", state.listed());
    if state.unnamed_entries != 0 {
        let _ = write!(
            title,
            ", {:+} entries counted without names",
            state.unnamed_entries
        );
    }
    let _ = write!(text, "\n{}\n", heading(&title));
    let most = if all { usize::MAX } else { NAMED };
    if !state.listings.is_empty() {
        let mut table = out.table(&["  name", "status", "since", "basis"]);
        for one in state.listings.iter().take(most) {
            let status = one.standing.status;
            let words = if status == Status::Repealed {
                "delisted"
            } else {
                status.words()
            };
            let words = if status == Status::Applicable {
                "listed"
            } else {
                words
            };
            table.add_row([
                format!("  {}", one.name),
                words.to_owned(),
                or_dash(one.standing.since.as_ref()),
                basis(&one.standing),
            ]);
            for order in &one.orders {
                table.add_row([String::new(), order.clone()]);
            }
        }
        text.push_str(&output::lines(&table));
    }
    if state.listings.len() > most {
        let _ = writeln!(text, "  and {} more (--all)", state.listings.len() - most);
    }
}

fn under_way(text: &mut String, state: &RegimeState) {
    if state.procedures.is_empty() {
        return;
    }
    let _ = write!(text, "\n{}\n", heading("Under way"));
    for procedure in &state.procedures {
        let _ = writeln!(text, "  {}", procedure_line(procedure));
    }
}

fn later(text: &mut String, state: &RegimeState, out: &Output) {
    if !state.permissions.is_empty() {
        let _ = write!(text, "\n{}\n", heading("Permitted"));
        let mut table = out.table(&["  until", "what", "basis"]);
        for one in &state.permissions {
            let until = one
                .until
                .as_ref()
                .map_or("-".to_owned(), ToString::to_string);
            table.add_row([
                format!("  {until}"),
                one.permits.clone(),
                format!("{}, entry {}", one.because.act, one.because.entry),
            ]);
        }
        text.push_str(&output::lines(&table));
    }
    if !state.coming.is_empty() {
        let _ = write!(text, "\n{}\n", heading("Coming"));
        let mut table = out.table(&["  from", "", "what", "basis"]);
        for one in &state.coming {
            table.add_row([
                format!("  {}", one.from),
                format!("in {} d", one.in_days),
                one.what.clone(),
                format!("{}, entry {}", one.because.act, one.because.entry),
            ]);
        }
        text.push_str(&output::lines(&table));
    }
}

fn surveys(text: &mut String, state: &RegimeState) {
    if !state.surveyed.is_empty() {
        text.push('\n');
    }
    for survey in &state.surveyed {
        let from = survey
            .from
            .map(|from| format!("from {from} "))
            .unwrap_or_default();
        let _ = writeln!(
            text,
            "Recorded completely {from}through {} (survey, entry {})",
            survey.through, survey.entry
        );
    }
}
