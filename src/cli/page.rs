//! A regime's page.

use super::board::procedure_text;
use super::output::{self, Acts, Output, heading};
use regesta::domain::{Answer, Moment, Status, Until};
use regesta::register::{EntryNo, ListingState, MeasureState, RegimeState, Standing, Unknown};
use std::fmt::Write as _;

/// How many listings a page names unless asked for all.
const NAMED: usize = 20;

/// The page as text.
pub fn text(state: &RegimeState, on: Moment, all: bool, out: &Output) -> String {
    let mut page = Page {
        state,
        out,
        acts: Acts::default(),
        text: String::new(),
    };
    page.head(on);
    page.measures(all);
    page.listings(all);
    page.under_way();
    page.permitted();
    page.coming();
    page.surveys();
    page.redactions();
    page.acts.tell(out, &mut page.text);
    page.text
}

struct Page<'a> {
    state: &'a RegimeState,
    out: &'a Output,
    acts: Acts<'a>,
    text: String,
}

impl Page<'_> {
    fn head(&mut self, on: Moment) {
        let Self {
            state, out, text, ..
        } = self;
        let key = state.regime.as_str();
        match &state.title {
            Some(title) => out.wrap(
                text,
                &format!("{}  ", heading(key)),
                &" ".repeat(key.len() + 2),
                title,
            ),
            None => {
                let _ = writeln!(text, "{}", heading(key));
            }
        }
        let standing = &state.standing;
        let _ = writeln!(text, "{}", status_line(standing, on));
        for line in remarks(standing) {
            out.wrap(text, "  ", "  ", &line);
        }
        for reason in &standing.because {
            let when = output::day(reason.from, reason.assumed);
            let line = format!("{} (entry {})", reason.act, reason.entry);
            out.wrap(
                text,
                &format!("  {:<12} {when:<12} ", reason.did),
                &" ".repeat(28),
                &line,
            );
        }
        Acts::assumed(text, &standing.because);
    }

    fn heading(&mut self, title: &str) {
        let _ = write!(self.text, "\n{}\n", heading(title));
    }

    fn measures(&mut self, all: bool) {
        let state = self.state;
        let regime_is_over = is_over(state.standing.status);
        let shown = |one: &&MeasureState| all || regime_is_over || !is_over(one.standing.status);
        let shown: Vec<_> = state.measures.iter().filter(shown).collect();
        if shown.is_empty() {
            return;
        }
        self.heading("Measures");
        let mut table = self
            .out
            .table(&["measure", "status", "since", "last day", "entry"]);
        for one in &shown {
            let entry = self.acts.cite(&one.standing.because);
            table.add_row([
                one.measure.to_string().into(),
                output::status_cell(one.standing.status, status_beside_last_day(&one.standing)),
                since(&one.standing).into(),
                last_day(&one.standing).into(),
                entry.into(),
            ]);
        }
        self.text.push_str(&output::lines(&mut table, "  "));
        for one in &shown {
            if let Some(condition) = &one.standing.condition {
                let line = format!("{} waits for: {condition}", one.measure);
                self.out.wrap(&mut self.text, "  ", "    ", &line);
            } else if let Some(remark) = one
                .remarks
                .last()
                .filter(|_| one.standing.answer == Answer::InForce)
            {
                let line = format!("{}: {remark}", one.measure);
                self.out.wrap(&mut self.text, "  ", "    ", &line);
            }
        }
        let ended = state.measures.len() - shown.len();
        if ended > 0 {
            let _ = writeln!(self.text, "  and {ended} that ended (--all names them)");
        }
    }

    fn listings(&mut self, all: bool) {
        let state = self.state;
        if state.listings.is_empty() && state.unnamed_entries <= 0 {
            return;
        }
        self.heading(&format!("Listings by name: {}", counted(&state.listings)));
        let most = if all { usize::MAX } else { NAMED };
        let mut table = self.out.table(&["name", "status", "since", "entry"]);
        for one in state.listings.iter().take(most) {
            let entry = self.acts.cite(&one.standing.because);
            table.add_row([
                one.name.clone().into(),
                output::status_cell(one.standing.status, listing_status(one)),
                since(&one.standing).into(),
                entry.into(),
            ]);
        }
        if !state.listings.is_empty() {
            self.text.push_str(&output::lines(&mut table, "  "));
        }
        if state.listings.len() > most {
            let _ = writeln!(
                self.text,
                "  and {} more (--all names them)",
                state.listings.len() - most
            );
        }
        if state.unnamed_entries > 0 {
            let counted = format!(
                "and {} entries that the sources count without naming them",
                state.unnamed_entries
            );
            self.out.wrap(&mut self.text, "  ", "    ", &counted);
        }
        for one in state.listings.iter().filter(|one| !one.orders.is_empty()) {
            self.out.wrap(
                &mut self.text,
                "  ",
                "    ",
                &format!("{}: {}", one.name, one.orders.join("; ")),
            );
        }
    }

    fn under_way(&mut self) {
        let state = self.state;
        if state.procedures.is_empty() {
            return;
        }
        self.heading("Under way");
        for procedure in &state.procedures {
            self.out
                .wrap(&mut self.text, "  ", "    ", &procedure_text(procedure));
        }
    }

    fn permitted(&mut self) {
        let state = self.state;
        if state.permissions.is_empty() {
            return;
        }
        self.heading("Permitted");
        for one in &state.permissions {
            let until = one
                .until
                .as_ref()
                .map_or("no day named".to_owned(), |until| format!("until {until}"));
            let entry = self.acts.cite(std::slice::from_ref(&one.because));
            self.out.wrap(
                &mut self.text,
                "  ",
                "    ",
                &format!("{} ({until}; entry {entry})", one.permits),
            );
        }
    }

    fn coming(&mut self) {
        let state = self.state;
        if state.coming.is_empty() {
            return;
        }
        self.heading("Coming");
        // What one entry does from one day on is told together.
        let mut together: Vec<(String, EntryNo, Vec<&str>)> = Vec::new();
        for one in &state.coming {
            self.acts.cite(std::slice::from_ref(&one.because));
            let when = format!("{} (in {} d)", one.from, one.in_days);
            match together
                .last_mut()
                .filter(|last| last.0 == when && last.1 == one.because.entry)
            {
                Some(last) => last.2.push(&one.what),
                None => together.push((when, one.because.entry, vec![&one.what])),
            }
        }
        for (when, entry, what) in together {
            let line = format!("{when}  {} (entry {entry})", what.join(", "));
            self.out.wrap(&mut self.text, "  ", "    ", &line);
        }
    }

    fn surveys(&mut self) {
        if !self.state.surveyed.is_empty() {
            self.text.push('\n');
        }
        for survey in &self.state.surveyed {
            let from = survey
                .from
                .map(|from| format!("from {from} "))
                .unwrap_or_default();
            let line = format!(
                "Surveyed {from}through {}: its terms are recorded completely (entry {})",
                survey.through, survey.entry
            );
            self.out.wrap(&mut self.text, "", "  ", &line);
        }
    }
}

impl Page<'_> {
    fn redactions(&mut self) {
        let state = self.state;
        if !state.redactions.is_empty() {
            self.heading("Redacted");
            output::redacted(&state.redactions, "", self.out, &mut self.text);
        }
    }
}

/// How many listings bind, and how many do not, by the four answers.
fn counted(listings: &[ListingState]) -> String {
    let answers = [
        (Answer::InForce, "in force"),
        (Answer::Suspended, "suspended"),
        (Answer::Unknown, "unknown"),
        (Answer::NotInForce, "not in force"),
    ];
    let counts = answers.map(|(answer, words)| {
        let of = listings.iter().map(|one| one.standing.answer);
        (of.filter(|one| *one == answer).count(), words)
    });
    let told = counts.iter().filter(|(count, _)| *count > 0);
    let told: Vec<_> = told.map(|(n, words)| format!("{n} {words}")).collect();
    match told.as_slice() {
        [] => "none".to_owned(),
        told => told.join(", "),
    }
}

/// Where something stands on that day, and how its term ends.
pub fn status_line(standing: &Standing, on: Moment) -> String {
    let status = output::status(standing.status);
    format!("{status} on {on}{}", term(standing))
}

/// The same of a listing: it is listed or delisted, not in force or repealed.
pub fn listing_line(standing: &Standing, on: Moment) -> String {
    let words = output::listing_words(standing.status);
    status_line(standing, on).replacen(standing.status.words(), words, 1)
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
pub fn remarks(standing: &Standing) -> Vec<String> {
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

/// A status in a few words, with the day that an unknown begins or ends.
fn status_of(standing: &Standing) -> String {
    let words = standing.status.words();
    match &standing.unknown {
        Some(Unknown::After(last)) => format!("{words} after {last}"),
        Some(Unknown::Before(first) | Unknown::Unrecorded(first)) => {
            format!("{words} before {first}")
        }
        _ => words.to_owned(),
    }
}

/// The same where the last day stands beside it, and need not be said twice.
fn status_beside_last_day(standing: &Standing) -> String {
    match &standing.unknown {
        Some(Unknown::After(last)) if last.to_string() == last_day(standing) => {
            standing.status.words().to_owned()
        }
        _ => status_of(standing),
    }
}

fn listing_status(one: &ListingState) -> String {
    match one.standing.status {
        Status::Unknown => status_of(&one.standing),
        status => output::listing_words(status).to_owned(),
    }
}

/// Since when it is so; for what has not begun, from when.
fn since(standing: &Standing) -> String {
    match (standing.status, standing.applies, standing.since) {
        (Status::AdoptedNotInForce | Status::InForceNotApplicable, Some(from), _) => {
            format!("from {from}")
        }
        (Status::Unknown, ..) | (_, _, None) => "-".to_owned(),
        (_, _, Some(since)) => since.to_string(),
    }
}

fn last_day(standing: &Standing) -> String {
    match (&standing.until, standing.status) {
        (_, Status::Repealed | Status::AdoptedNotInForce) | (Some(Until::Regime) | None, _) => {
            "-".to_owned()
        }
        (Some(Until::Condition(_)), _) => "condition".to_owned(),
        (Some(Until::Open), _) => "none".to_owned(),
        (Some(Until::Moment(last)), _) => last.to_string(),
    }
}

fn is_over(status: Status) -> bool {
    matches!(status, Status::Repealed | Status::Lapsed | Status::Annulled)
}
