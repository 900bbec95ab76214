//! Results on standard output, everything else on standard error. Text is complete without colour.

use super::open::Known;
use super::{Exit, Failure, Global};
use anstyle::{AnsiColor, Style};
use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};
use regesta::domain::{Answer, Moment, Status};
use regesta::register::{Ask, EntryNo, Reason, Redacted, Standing};
use serde::Serialize;
use std::io::{self, Write};

/// Where answers go.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// Print JSON instead of text.
    pub json: bool,
    /// Print nothing but results and errors.
    pub quiet: bool,
    /// Columns of the terminal.
    pub width: u16,
}

impl Output {
    /// As the global flags say.
    pub fn new(global: &Global) -> Self {
        let columns = || {
            std::env::var("COLUMNS")
                .ok()
                .and_then(|columns| columns.parse().ok())
        };
        let terminal = terminal_size::terminal_size().map(|(width, _)| width.0);
        let width = terminal.or_else(columns).unwrap_or(100).clamp(40, 200);
        Self {
            json: global.json,
            quiet: global.quiet,
            width,
        }
    }

    /// Prints a result.
    pub fn print(&self, text: &str) -> Result<(), Failure> {
        anstream::stdout()
            .write_all(text.as_bytes())
            .map_err(|error| broken(&error))
    }

    /// Prints a value as one line of JSON.
    pub fn print_json(&self, value: &impl Serialize) -> Result<(), Failure> {
        let value = serde_json::to_value(value).map_err(Self::unwritable)?;
        let text = format!("{}\n", without_nulls(value));
        io::stdout()
            .write_all(text.as_bytes())
            .map_err(|error| broken(&error))
    }

    /// An answer that cannot be written as JSON.
    pub fn unwritable(error: serde_json::Error) -> Failure {
        let message = format!("the answer cannot be written as JSON: {error}");
        Failure::new(Exit::Unusable, "internal", message)
    }

    /// Says something on standard error, unless asked to be quiet.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            let _ = anstream::stderr().write_all(format!("{text}\n").as_bytes());
        }
    }

    /// A table without rules, as wide as the terminal.
    pub fn table(&self, header: &[&str]) -> Table {
        let mut table = Table::new();
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(self.width);
        if !header.is_empty() {
            table.set_header(header.iter().copied());
        }
        table
    }

    /// A bar on a terminal for work on that many things, nothing elsewhere.
    pub fn progress(&self, total: u64, what: &'static str) -> indicatif::ProgressBar {
        if self.quiet || self.json || total == 0 {
            return indicatif::ProgressBar::hidden();
        }
        let bar = indicatif::ProgressBar::new(total).with_message(what);
        let style = indicatif::ProgressStyle::with_template(
            "{msg} {wide_bar} {human_pos}/{human_len} {eta}",
        );
        style.map_or(bar.clone(), |style| bar.with_style(style))
    }
}

/// A table as text, indented, without blanks at the ends of its lines.
pub fn lines(table: &mut Table, indent: &str) -> String {
    // Names are never broken.
    if let Some(names) = table.column_mut(0) {
        names.set_constraint(ColumnConstraint::ContentWidth);
    }
    let mut text = String::new();
    for line in table.lines() {
        // The table pads its first column on the left as well.
        let line = line.strip_prefix(' ').unwrap_or(&line);
        text.push_str(format!("{indent}{line}").trim_end());
        text.push('\n');
    }
    text
}

impl Output {
    /// Adds a text, wrapped: its first line after `first`, the others after `rest`.
    pub fn wrap(&self, into: &mut String, first: &str, rest: &str, text: &str) {
        // No text is wider than it has bytes: most fit without being looked at.
        let fits = first.len() + text.len() <= usize::from(self.width);
        if fits && !text.trim().is_empty() && !text.contains('\n') {
            into.push_str(first);
            into.push_str(text.trim_end());
            into.push('\n');
            return;
        }
        let options = textwrap::Options::new(usize::from(self.width))
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .initial_indent(first)
            .subsequent_indent(rest);
        for line in textwrap::wrap(text, options) {
            into.push_str(line.trim_end());
            into.push('\n');
        }
    }
}

/// What a question mark behind a day means.
pub const ASSUMED: &str = "  ?  the day was not read but assumed, from publication or adoption\n";

/// Acts by the entry that records them, to be named once under an answer.
#[derive(Debug, Default)]
pub struct Acts<'a>(std::collections::BTreeMap<EntryNo, &'a str>);

impl<'a> Acts<'a> {
    /// Takes note of the acts behind something, and gives the deciding entry.
    pub fn cite(&mut self, because: &'a [Reason]) -> String {
        let last = because.last();
        if let Some(reason) = last {
            self.0.insert(reason.entry, &reason.act);
        }
        last.map(|reason| reason.entry.to_string())
            .unwrap_or_default()
    }

    /// Takes note of an act.
    pub fn note(&mut self, entry: EntryNo, act: &'a str) {
        self.0.insert(entry, act);
    }

    /// Says what a question mark behind a day means, where there was one.
    pub fn assumed(into: &mut String, because: &[Reason]) {
        if because.iter().any(|reason| reason.assumed) {
            into.push_str(ASSUMED);
        }
    }

    /// The acts noted, a line each.
    pub fn tell(&self, out: &Output, into: &mut String) {
        if self.0.is_empty() {
            return;
        }
        let width = self
            .0
            .keys()
            .map(|entry| entry.to_string().len())
            .max()
            .unwrap_or(1);
        into.push_str(&format!("\n{}\n", heading("Acts")));
        for (entry, act) in &self.0 {
            out.wrap(
                into,
                &format!("  {entry:>width$}  "),
                &" ".repeat(width + 4),
                act,
            );
        }
    }
}

/// Says which entries of a regime were redacted, on what ground; each line after those words.
pub fn redacted(redactions: &[Redacted], before: &str, out: &Output, into: &mut String) {
    for Redacted {
        entry,
        ground,
        by_entry,
        replaced,
    } in redactions
    {
        let place = if *replaced {
            "; a redacted text stands in its place"
        } else {
            ""
        };
        let line = format!("entry {entry}: {ground} (entry {by_entry}{place})");
        out.wrap(into, &format!("  {before}"), "    ", &line);
    }
}

/// A line cut to that many columns, with a mark where it was.
pub fn clip(line: &str, width: u16) -> String {
    let width = usize::from(width);
    if line.chars().count() <= width {
        return line.to_owned();
    }
    let mut cut: String = line.chars().take(width.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// A reader that went away ends the command quietly; anything else is told.
fn broken(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    Failure::new(
        Exit::Unusable,
        "io",
        format!("the answer could not be written: {error}"),
    )
}

/// JSON without members that are null: what is not there is left out.
fn without_nulls(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(members) => Value::Object(
            members
                .into_iter()
                .filter(|(_, v)| !v.is_null())
                .map(|(k, v)| (k, without_nulls(v)))
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

/// A status in its colour.
pub fn status(status: Status) -> String {
    let style = match status.answer() {
        Answer::InForce if status == Status::Applicable => AnsiColor::Green.on_default(),
        Answer::InForce | Answer::Suspended => AnsiColor::Yellow.on_default(),
        Answer::Unknown => AnsiColor::Magenta.on_default(),
        Answer::NotInForce => Style::new(),
    };
    format!("{style}{}{style:#}", status.words())
}

/// A heading.
pub fn heading(text: &str) -> String {
    let bold = Style::new().bold();
    format!("{bold}{text}{bold:#}")
}

/// How long until a last day, short.
pub fn days_left(standing: &Standing) -> String {
    standing.days_left.map(in_days).unwrap_or_default()
}

/// A number of days from the day asked about, short.
pub fn in_days(days: i64) -> String {
    match days {
        0 => "today".to_owned(),
        1.. => format!("in {days} d"),
        _ => format!("{} d ago", -days),
    }
}

/// The entries behind something: `entry 269`, `entries 269, 271`.
pub fn entries(because: &[Reason]) -> String {
    let entries: Vec<_> = because
        .iter()
        .map(|reason| reason.entry.to_string())
        .collect();
    let noun = if entries.len() == 1 {
        "entry"
    } else {
        "entries"
    };
    format!("{noun} {}", entries.join(", "))
}

/// What an answer speaks from: what was asked, the dials, the head.
#[derive(Debug, Clone, Serialize)]
pub struct Receipt {
    /// What was asked about.
    pub of: String,
    /// Legal time.
    pub on: Moment,
    /// Public knowledge.
    pub public_by: Option<regesta::domain::Day>,
    /// The law as it stood, where it was said.
    pub as_law_stood: Option<regesta::domain::Day>,
    /// Record time.
    pub known_at: KnownAt,
    /// How many entries are supposed beyond it, where some are.
    pub supposing: Option<u64>,
}

/// An entry as the head of what was known.
#[derive(Debug, Clone, Serialize)]
pub struct KnownAt {
    /// Its position.
    pub seq: u64,
    /// Its link.
    pub link: String,
}

impl Receipt {
    /// The receipt of an answer.
    pub fn new(
        of: impl Into<String>,
        ask: &Ask,
        as_law_stood: Option<regesta::domain::Day>,
        known: &Known,
    ) -> Self {
        let known_at = KnownAt {
            seq: known.head.seq,
            link: known.head.link.to_string(),
        };
        Self {
            of: of.into(),
            on: ask.on,
            public_by: ask.public_by,
            as_law_stood,
            known_at,
            supposing: (known.supposing > 0).then_some(known.supposing),
        }
    }
}

impl Receipt {
    /// What was asked, and with which dials.
    pub fn asked(&self) -> String {
        let mut text = format!("{} on {}", self.of, self.on);
        if let Some(day) = self.public_by {
            text.push_str(&format!(", public by {day}"));
        }
        if let Some(day) = self.as_law_stood {
            text.push_str(&format!(", as the law stood on {day}"));
        }
        text
    }

    /// That something is supposed beyond what is recorded, where something is.
    pub fn supposed(&self) -> String {
        match self.supposing {
            None => String::new(),
            Some(1) => ", supposing 1 entry not recorded".to_owned(),
            Some(n) => format!(", supposing {n} entries not recorded"),
        }
    }
}

/// The receipt of an answer about two points in time.
#[derive(Debug, Clone, Serialize)]
pub struct Ends {
    /// The one.
    pub from: Receipt,
    /// The other.
    pub to: Receipt,
}

impl std::fmt::Display for Ends {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "from {}\nto   {}", self.from, self.to)
    }
}

impl std::fmt::Display for Receipt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let KnownAt { seq, link } = &self.known_at;
        let (asked, supposed) = (self.asked(), self.supposed());
        write!(f, "{asked}, known at {seq} {}{supposed}", &link[..12])
    }
}

/// The last line of an answer that is given as JSON Lines.
#[derive(Serialize)]
pub struct Last {
    /// What the lines before it speak from.
    pub receipt: Receipt,
}
