//! A citation of an answer, in one line: the record, its head, the dials, the answer, its act, the day it was asked.

use super::output::Receipt;
use regesta::domain::{Day, Status, Until};
use regesta::log::Origin;
use regesta::register::{RegimeState, Standing};

/// The line, for a footnote.
pub fn line(origin: &Origin, receipt: &Receipt, state: &RegimeState, asked_on: Day) -> String {
    let standing = &state.standing;
    let by = standing
        .because
        .last()
        .map(|by| format!(" ({}, entry {})", by.act, by.entry))
        .unwrap_or_default();
    let head = &receipt.known_at;
    format!(
        "{origin}, entry {} {}…{}: {}: {}{by}{}; asked {asked_on}",
        head.seq,
        &head.link[..12],
        receipt.supposed(),
        receipt.asked(),
        answer(standing),
        receipt.redacted(),
    )
}

fn answer(standing: &Standing) -> String {
    if let Some(unknown) = &standing.unknown {
        return unknown.to_string();
    }
    let words = standing.status.words();
    match (&standing.until, standing.status, standing.since) {
        (_, Status::Repealed, Some(since)) => format!("{words} since {since}"),
        (Some(Until::Moment(last)), Status::Lapsed, _) => format!("{words} after {last}"),
        (Some(Until::Moment(last)), ..) => format!("{words} until {last}"),
        (Some(Until::Open), ..) => format!("{words}, without an end date"),
        (Some(Until::Condition(condition)), ..) => format!("{words} until {condition}"),
        _ => words.to_owned(),
    }
}
