//! A calendar of what is due (iCalendar, RFC 5545): an all-day event on every last day and every first day to come.

use super::output::Receipt;
use super::{Exit, Failure, Outside};
use chrono::{DateTime, NaiveDate};
use icalendar::{Calendar, Component as _, Event, EventLike as _, Property};
use regesta::domain::Day;
use regesta::log::Origin;
use regesta::register::{Due, DueKind};
use std::path::Path;

/// The calendar as text, and how many events it has.
pub fn calendar(
    due: &[Due],
    origin: &Origin,
    receipt: &Receipt,
    outside: Outside,
) -> (String, usize) {
    let mut calendar = Calendar::empty();
    calendar
        .append_property(("VERSION", "2.0"))
        .append_property(("PRODID", "-//regesta//due//EN"))
        .append_property(("CALSCALE", "GREGORIAN"))
        .name("Sanctions: what is due");
    let mut events = 0;
    for (row, day) in due.iter().filter_map(|row| Some((row, row.day?))) {
        let is_to_come = row.in_days.is_some_and(|days| days >= 0);
        if is_to_come && matches!(row.kind, DueKind::Ends | DueKind::Waits) {
            calendar.push(event(row, day, origin, receipt, outside));
            events += 1;
        }
    }
    (calendar.done().to_string(), events)
}

/// Writes it. A calendar is made anew each time, so a file that is there is overwritten.
pub fn write(path: &Path, calendar: &str) -> Result<(), Failure> {
    std::fs::write(path, calendar).map_err(|error| {
        let message = format!("{} cannot be written: {error}", path.display());
        Failure::new(Exit::Unusable, "io", message)
    })
}

fn event(row: &Due, day: Day, origin: &Origin, receipt: &Receipt, outside: Outside) -> Event {
    let what = match row.kind {
        DueKind::Ends => format!("last day of {}", row.what),
        _ => row.what.clone(),
    };
    let mut lines: Vec<String> = Vec::new();
    if let Some(reason) = row.because.last() {
        lines.push(format!("{} (entry {})", reason.act, reason.entry));
    }
    if !row.held_by.is_empty() {
        lines.push(format!("Held up by {}", row.held_by.join(", ")));
    }
    lines.push(receipt.to_string());
    // The same thing keeps its name: an end that is moved moves in the calendar.
    let uid = format!("{}.{}@{origin}", row.regime, row.of.replace(' ', "."));
    let now = DateTime::from_timestamp_micros(outside.now.0).unwrap_or_default();
    Event::new()
        .uid(&uid)
        .timestamp(now)
        .starts(NaiveDate::from(day))
        // A calendar's end is the first day without it.
        .ends(NaiveDate::from(day.next()))
        .summary(&format!("{}: {what}", row.regime))
        .description(&lines.join("\n"))
        .append_property(Property::new("TRANSP", "TRANSPARENT"))
        .done()
}
