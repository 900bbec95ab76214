//! The board: every regime on one screen.

use super::output::{self, Output, heading};
use regesta::domain::{Status, Until};
use regesta::register::{ProcedureState, RegimeState, Unknown};
use std::fmt::Write as _;

/// What a plus sign before a number of those listed means.
const COUNTED: &str = "  +  entries that the sources count without naming them\n";

/// The board as text: what stands, the nearest last day first; what is under way; what the record does not know.
pub fn text(states: &[RegimeState], out: &Output) -> String {
    let (unknown, mut known): (Vec<_>, Vec<_>) = states
        .iter()
        .partition(|state| state.standing.status == Status::Unknown);
    known.sort_by_key(|state| {
        (
            is_over(state),
            state.standing.days_left.is_none(),
            state.standing.days_left,
        )
    });
    let mut table = out.table(&["regime", "status", "last day", "", "listed", "held up by"]);
    for state in &known {
        table.add_row([
            state.regime.to_string().into(),
            output::status_cell(state.standing.status, state.standing.status.words()),
            last_day(state).into(),
            output::days_left(&state.standing).into(),
            listed(state).into(),
            held_by(state).into(),
        ]);
    }
    let mut text = if known.is_empty() {
        String::new()
    } else {
        output::lines(&mut table, "")
    };
    if known.iter().any(|state| state.unnamed_entries > 0) {
        text.push_str(COUNTED);
    }
    under_way(&mut text, states, out);
    if !unknown.is_empty() {
        let _ = write!(
            text,
            "\n{}\n",
            heading("Unknown to this record on that day")
        );
        let names: Vec<_> = unknown.iter().map(|state| unknown_name(state)).collect();
        out.wrap(&mut text, "  ", "  ", &names.join(", "));
    }
    redactions(&mut text, states, out);
    if states.is_empty() {
        text.push_str("Nothing is recorded yet: regesta append events\n");
    }
    text
}

fn is_over(state: &RegimeState) -> bool {
    matches!(
        state.standing.status,
        Status::Lapsed | Status::Repealed | Status::Annulled
    )
}

fn under_way(text: &mut String, states: &[RegimeState], out: &Output) {
    let open: Vec<_> = states
        .iter()
        .flat_map(|state| state.procedures.iter().map(move |one| (state, one)))
        .collect();
    if open.is_empty() {
        return;
    }
    let _ = write!(text, "\n{}\n", heading("Under way"));
    for (state, procedure) in open {
        out.wrap(
            text,
            &format!("  {}  ", state.regime),
            "    ",
            &procedure_text(procedure),
        );
    }
}

fn redactions(text: &mut String, states: &[RegimeState], out: &Output) {
    let redacted = states.iter().filter(|state| !state.redactions.is_empty());
    for (n, state) in redacted.enumerate() {
        if n == 0 {
            let _ = write!(text, "\n{}\n", heading("Redacted"));
        }
        let before = format!("{}  ", state.regime);
        output::redacted(&state.redactions, &before, out, text);
    }
}

/// A regime that the record does not know about on that day, with the day that it does.
fn unknown_name(state: &RegimeState) -> String {
    // A no-break space keeps name and day on one line.
    match &state.standing.unknown {
        Some(Unknown::After(last)) => format!("{}\u{a0}after\u{a0}{last}", state.regime),
        Some(Unknown::Before(first) | Unknown::Unrecorded(first)) => {
            format!("{}\u{a0}before\u{a0}{first}", state.regime)
        }
        _ => state.regime.to_string(),
    }
}

fn last_day(state: &RegimeState) -> String {
    match (&state.standing.until, state.standing.status) {
        (_, Status::Repealed) => "-".to_owned(),
        (Some(Until::Moment(last)), _) => last.to_string(),
        (Some(Until::Open), _) => "none".to_owned(),
        (Some(Until::Condition(_)), _) => "on conditions".to_owned(),
        (Some(Until::Regime) | None, _) => "not recorded".to_owned(),
    }
}

/// Those bound by name, and entries that the sources only count. A count below zero counts removals alone and says
/// nothing.
fn listed(state: &RegimeState) -> String {
    match (state.listed(), state.unnamed_entries) {
        (0, ..=0) => "-".to_owned(),
        (named, ..=0) => named.to_string(),
        (0, unnamed) => format!("+{unnamed}"),
        (named, unnamed) => format!("{named} +{unnamed}"),
    }
}

fn held_by(state: &RegimeState) -> String {
    let mut by: Vec<&str> = Vec::new();
    for name in state
        .procedures
        .iter()
        .flat_map(|procedure| &procedure.held_by)
    {
        if !by.contains(&name.as_str()) {
            by.push(name);
        }
    }
    by.join(", ")
}

/// A procedure in one sentence, with its entries.
pub fn procedure_text(procedure: &ProcedureState) -> String {
    let mut text = procedure.what.clone();
    if procedure.held_by.is_empty() {
        let _ = write!(text, " ({} {})", procedure.status.words(), procedure.since);
    } else {
        let _ = write!(
            text,
            ": held by {} since {}",
            procedure.held_by.join(", "),
            procedure.since
        );
    }
    if let Some(demanding) = &procedure.demanding {
        let _ = write!(text, ". Demanded: {demanding}");
    }
    let _ = write!(text, " ({})", output::entries(&procedure.because));
    text
}
