//! The board: every regime on one screen.

use super::output::{self, Output};
use regesta::domain::{Status, Until};
use regesta::register::{ProcedureState, RegimeState, Unknown};
use std::fmt::Write as _;

/// The board as text.
pub fn text(states: &[RegimeState], out: &Output) -> String {
    let mut table = out.table(&["regime", "status", "last day", "", "listed", "held up by"]);
    for state in states {
        table.add_row([
            state.regime.to_string(),
            status(state),
            last_day(state),
            output::days_left(&state.standing),
            listed(state),
            held_by(state),
        ]);
    }
    let mut text = output::lines(&table);
    let open: Vec<_> = states
        .iter()
        .flat_map(|state| state.procedures.iter().map(move |one| (state, one)))
        .collect();
    if !open.is_empty() {
        let _ = write!(text, "\n{}\n", output::heading("Under way"));
        for (state, procedure) in open {
            let _ = writeln!(text, "  {}  {}", state.regime, procedure_line(procedure));
        }
    }
    text
}

fn status(state: &RegimeState) -> String {
    let words = state.standing.status.words();
    match &state.standing.unknown {
        Some(Unknown::After(_)) => format!("{words} after"),
        Some(Unknown::Before(_) | Unknown::Unrecorded(_)) => format!("{words} before"),
        _ => words.to_owned(),
    }
}

fn last_day(state: &RegimeState) -> String {
    match (
        &state.standing.unknown,
        &state.standing.until,
        state.standing.status,
    ) {
        (Some(Unknown::Before(first) | Unknown::Unrecorded(first)), ..) => first.to_string(),
        (_, _, Status::Repealed) => "-".to_owned(),
        (_, Some(Until::Moment(last)), _) => last.to_string(),
        (_, Some(Until::Open), _) => "none".to_owned(),
        (_, Some(Until::Condition(_)), _) => "condition".to_owned(),
        (_, Some(Until::Regime) | None, _) => "not recorded".to_owned(),
    }
}

fn listed(state: &RegimeState) -> String {
    match (state.listed(), state.unnamed_entries) {
        (0, 0) => "-".to_owned(),
        (named, 0) => named.to_string(),
        (named, unnamed) => format!("{named} {unnamed:+}"),
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

/// A procedure on one line.
pub fn procedure_line(procedure: &ProcedureState) -> String {
    let mut line = format!("{}: {}", procedure.status.words(), procedure.what);
    if !procedure.held_by.is_empty() {
        line = format!(
            "{}; held by {} since {}",
            procedure.what,
            procedure.held_by.join(", "),
            procedure.since
        );
    }
    if let Some(demanding) = &procedure.demanding {
        let _ = write!(line, ", demanding {demanding}");
    }
    let entries: Vec<_> = procedure
        .because
        .iter()
        .map(|reason| reason.entry.to_string())
        .collect();
    let _ = write!(
        line,
        " ({} {})",
        if entries.len() == 1 {
            "entry"
        } else {
            "entries"
        },
        entries.join(", ")
    );
    line
}
