//! `due`: what ends unless somebody decides otherwise, what waits, what is held up, what nobody has surveyed.

use super::args;
use super::output::{self, Acts, Last, Output, Receipt, heading};
use super::{Exit, Failure, Global, Outside, ics, open};
use regesta::domain::Moment;
use regesta::register::{Due, DueKind};
use std::fmt::Write as _;
use std::path::Path;

/// Runs the verb.
pub fn run(
    global: &Global,
    args: &args::Due,
    outside: Outside,
    out: &Output,
) -> Result<Exit, Failure> {
    if out.json && args.ics.as_deref() == Some(Path::new("-")) {
        return Err(
            Failure::usage("the calendar and the JSON cannot both be standard output")
                .hint("write the calendar to a file: --ics due.ics --json"),
        );
    }
    let record = open::record(global, "due", outside, out)?;
    let (ask, known) = open::ask(&record, &args.dials, outside)?;
    let (regime, of) = open::regime_or_all(&record, args.regime.as_deref())?;
    let due = record
        .due(regime.as_ref(), &ask, args.within)
        .map_err(open::unusable)?;
    let asked = regime.as_ref().map(std::slice::from_ref);
    let receipt = Receipt::new(
        format!("due within {} d, {of}", args.within),
        &ask,
        args.dials.as_law_stood,
        &known,
    )
    .with(record.redactions(asked, ask.known_at));
    let calendar = args.ics.as_deref().map(|path| {
        let calendar = ics::calendar(&due, record.origin(), &receipt, outside);
        (path, calendar)
    });
    match calendar {
        Some((path, (calendar, _))) if path == Path::new("-") => out.print(&calendar)?,
        calendar => {
            if let Some((path, (calendar, events))) = calendar {
                ics::write(path, &calendar)?;
                out.say(&format!("Wrote {events} events to {}", path.display()));
            }
            tell(&due, receipt, ask.on, args.within, out)?;
        }
    }
    let pressing = due.iter().any(Due::is_pressing);
    Ok(if args.exit_code && pressing {
        Exit::No
    } else {
        Exit::Done
    })
}

fn tell(
    due: &[Due],
    receipt: Receipt,
    on: Moment,
    within: i64,
    out: &Output,
) -> Result<(), Failure> {
    if out.json {
        for row in due {
            out.print_json(row)?;
        }
        return out.print_json(&Last { receipt });
    }
    let mut page = Page {
        out,
        acts: Acts::default(),
        text: format!("{}\n", heading(&format!("Due within {within} d of {on}"))),
    };
    let of = |kind: DueKind| due.iter().filter(move |row| row.kind == kind);
    let overdue = |row: &&Due| row.in_days.is_some_and(|days| days < 0);
    page.ends(
        "Ends",
        &of(DueKind::Ends)
            .filter(|row| !overdue(row))
            .collect::<Vec<_>>(),
    );
    page.waits(of(DueKind::Waits));
    page.held(of(DueKind::Held));
    let past: Vec<_> = of(DueKind::Ends).filter(overdue).collect();
    page.ends(
        "Past the last recorded end, and no survey covers the day",
        &past,
    );
    if !due.iter().any(Due::is_pressing) {
        page.text.push_str("\nNothing ends, waits or is held up.\n");
    }
    page.unsurveyed(of(DueKind::Unsurveyed));
    page.acts.tell(out, &mut page.text);
    page.text.push('\n');
    out.answer(&page.text, &receipt)
}

struct Page<'a> {
    out: &'a Output,
    acts: Acts<'a>,
    text: String,
}

impl<'a> Page<'a> {
    fn heading(&mut self, title: &str) {
        let _ = write!(self.text, "\n{}\n", heading(title));
    }

    fn ends(&mut self, title: &str, rows: &[&'a Due]) {
        if rows.is_empty() {
            return;
        }
        self.heading(title);
        let mut header = vec!["last day", "", "regime", "what", "entry"];
        let is_held = rows.iter().any(|row| !row.held_by.is_empty());
        header.extend(is_held.then_some("held up by"));
        let mut table = self.out.table(&header);
        for row in rows {
            let mut cells = vec![
                day(row),
                in_days(row),
                row.regime.to_string(),
                row.what.clone(),
                self.acts.cite(&row.because),
            ];
            cells.extend(is_held.then(|| row.held_by.join(", ")));
            table.add_row(cells);
        }
        self.text.push_str(&output::lines(&mut table, "  "));
    }

    /// What begins on a day, and what waits for a condition. What one entry does to a regime from one day on is told
    /// together.
    fn waits(&mut self, rows: impl Iterator<Item = &'a Due>) {
        let mut told: Vec<(&Due, String)> = Vec::new();
        for row in rows {
            let what = match &row.condition {
                Some(condition) => format!("{} waits for: {condition}", row.what),
                None => row.what.clone(),
            };
            let entry = |row: &'a Due| row.because.last().map(|reason| reason.entry);
            match told.last_mut().filter(|(last, _)| {
                row.day.is_some()
                    && (last.day, &last.regime, entry(last)) == (row.day, &row.regime, entry(row))
            }) {
                Some((_, text)) => {
                    let _ = write!(text, ", {what}");
                }
                None => told.push((row, what)),
            }
        }
        if told.is_empty() {
            return;
        }
        self.heading("Waits");
        let mut table = self.out.table(&["from", "", "regime", "what", "entry"]);
        for (row, what) in told {
            let entry = self.acts.cite(&row.because);
            table.add_row([day(row), in_days(row), row.regime.to_string(), what, entry]);
        }
        self.text.push_str(&output::lines(&mut table, "  "));
    }

    fn held(&mut self, rows: impl Iterator<Item = &'a Due>) {
        let mut rows = rows.peekable();
        if rows.peek().is_none() {
            return;
        }
        self.heading("Held up");
        for row in rows {
            let mut text = format!("{}: held by {}", row.what, row.held_by.join(", "));
            if let Some(since) = row.since {
                let _ = write!(text, " since {since}");
            }
            if let Some(demanding) = &row.demanding {
                let _ = write!(text, ". Demanded: {demanding}");
            }
            let _ = write!(text, " ({})", output::entries(&row.because));
            if let Some(last) = row.day {
                let _ = write!(text, ". The regime's last day is {last}, {}", in_days(row));
            }
            let first = format!("  {}  ", row.regime);
            self.out.wrap(&mut self.text, &first, "    ", &text);
            self.acts.cite(&row.because);
        }
    }

    fn unsurveyed(&mut self, rows: impl Iterator<Item = &'a Due>) {
        // A no-break space keeps name and day on one line.
        let names: Vec<_> = rows
            .map(|row| match row.day {
                Some(since) => format!("{}\u{a0}since\u{a0}{since}", row.regime),
                None => row.regime.to_string(),
            })
            .collect();
        if !names.is_empty() {
            self.heading("Not surveyed on that day");
            self.out.wrap(&mut self.text, "  ", "  ", &names.join(", "));
        }
    }
}

fn day(row: &Due) -> String {
    row.day.map_or("-".to_owned(), |day| day.to_string())
}

fn in_days(row: &Due) -> String {
    row.in_days.map(output::in_days).unwrap_or_default()
}
