//! Results on standard output, everything else on standard error. Text is complete without colour.

use super::open::Known;
use super::{Exit, Failure, Global};
use anstyle::{AnsiColor, Style};
use comfy_table::{Cell, Color, ColumnConstraint, ContentArrangement, Table, presets};
use regesta::domain::{Answer, Moment, Status};
use regesta::register::{Ask, EntryNo, Reason, Redacted, Standing};
use serde::Serialize;
use std::fmt::{self, Display};
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

    /// Prints an answer, and under it what it cannot tell any more and what it speaks from.
    pub fn answer(&self, text: &str, receipt: &impl Speaks) -> Result<(), Failure> {
        let mut text = text.to_owned();
        let redactions = receipt.redactions();
        if !redactions.is_empty() {
            text.push_str(&format!("{}\n", heading("Redacted")));
            redacted(redactions, "", self, &mut text);
            text.push('\n');
        }
        for line in receipt.to_string().lines() {
            self.wrap(&mut text, "", "  ", line);
        }
        self.print(&text)
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

    /// Says on standard error what an answer for a program speaks from, and what it cannot tell any more.
    pub fn say_receipt(&self, receipt: &Receipt) {
        for one in &receipt.redactions {
            self.say(&format!("redacted: {}", redaction(one)));
        }
        self.say(&receipt.to_string());
    }

    /// A table without rules, as wide as the terminal.
    pub fn table(&self, header: &[&str]) -> Table {
        let mut table = Table::new();
        // Colours are taken out again where nobody sees them.
        table
            .load_style(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(self.width)
            .enforce_styling();
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

/// What ends the colour of a cell.
const NO_COLOR: &str = "\u{1b}[39m";

/// A table as text, indented, without blanks at the ends of its lines.
pub fn lines(table: &mut Table, indent: &str) -> String {
    // Names are never broken.
    if let Some(names) = table.column_mut(0) {
        names.set_constraint(ColumnConstraint::ContentWidth);
    }
    let mut text = String::new();
    for line in table.lines() {
        // The table pads its first column on the left as well.
        let line = line.strip_prefix(' ').unwrap_or(&line).trim_end();
        text.push_str(indent);
        // It fills up a coloured cell as well, within the colour.
        match line.strip_suffix(NO_COLOR) {
            Some(colored) => text.extend([colored.trim_end(), NO_COLOR]),
            None => text.push_str(line),
        }
        text.push('\n');
    }
    text
}

impl Output {
    /// Adds a text, wrapped: its first line after `first`, the others after `rest`. A number stays with the word `entry`
    /// before it, and what no-break spaces join stays together; they are printed as blanks.
    pub fn wrap(&self, into: &mut String, first: &str, rest: &str, text: &str) {
        // No text is wider than it has bytes: most fit without being looked at.
        let fits = first.len() + text.len() <= usize::from(self.width);
        if fits && !text.trim().is_empty() && !text.contains('\n') {
            into.push_str(first);
            into.push_str(&text.trim_end().replace('\u{a0}', " "));
            into.push('\n');
            return;
        }
        let text = text.replace("entry ", "entry\u{a0}");
        let options = textwrap::Options::new(usize::from(self.width))
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .initial_indent(first)
            .subsequent_indent(rest);
        for line in textwrap::wrap(&text, options) {
            into.push_str(line.replace('\u{a0}', " ").trim_end());
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
    for one in redactions {
        out.wrap(into, &format!("  {before}"), "    ", &redaction(one));
    }
}

/// Which entry was redacted, on what ground.
fn redaction(one: &Redacted) -> String {
    let Redacted {
        entry,
        ground,
        by_entry,
        replaced,
    } = one;
    let place = if *replaced {
        "; a redacted text stands in its place"
    } else {
        ""
    };
    format!("entry {entry}: {ground} (entry {by_entry}{place})")
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
    let style = Style::new().fg_color(color(status).map(Into::into));
    format!("{style}{}{style:#}", status.words())
}

/// A status in a table, in those words.
pub fn status_cell(status: Status, words: impl Into<String>) -> Cell {
    let cell = Cell::new(words.into());
    match color(status) {
        Some(AnsiColor::Green) => cell.fg(Color::DarkGreen),
        Some(AnsiColor::Red) => cell.fg(Color::DarkRed),
        Some(_) => cell.fg(Color::DarkMagenta),
        None => cell,
    }
}

/// Of the sixteen colours that every terminal has those that can be read on a light ground and on a dark one: yellow cannot.
fn color(status: Status) -> Option<AnsiColor> {
    match status.answer() {
        Answer::InForce if status == Status::Applicable => Some(AnsiColor::Green),
        Answer::InForce | Answer::Suspended => Some(AnsiColor::Red),
        Answer::Unknown => Some(AnsiColor::Magenta),
        Answer::NotInForce => None,
    }
}

/// A listing's status in words: it is listed or delisted, not in force or repealed.
pub fn listing_words(status: Status) -> &'static str {
    match status {
        Status::Applicable => "listed",
        Status::Repealed => "delisted",
        other => other.words(),
    }
}

/// A day, with a question mark where it was assumed.
pub fn day(day: impl Display, assumed: bool) -> String {
    format!("{day}{}", if assumed { "?" } else { "" })
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
    pub known_at: Head,
    /// How many entries are supposed beyond it, where some are.
    pub supposing: Option<u64>,
    /// What was redacted of that, where the answer does not tell it elsewhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redactions: Vec<Redacted>,
}

/// A head, of the record or of what was known: the last entry.
#[derive(Debug, Clone, Serialize)]
pub struct Head {
    /// Its position.
    pub seq: u64,
    /// Its link.
    pub link: String,
}

impl From<regesta::log::Head> for Head {
    fn from(head: regesta::log::Head) -> Self {
        Self {
            seq: head.seq,
            link: head.link.to_string(),
        }
    }
}

impl Receipt {
    /// The receipt of an answer.
    pub fn new(
        of: impl Into<String>,
        ask: &Ask,
        as_law_stood: Option<regesta::domain::Day>,
        known: &Known,
    ) -> Self {
        Self {
            of: of.into(),
            on: ask.on,
            public_by: ask.public_by,
            as_law_stood,
            known_at: known.head.into(),
            supposing: (known.supposing > 0).then_some(known.supposing),
            redactions: Vec::new(),
        }
    }

    /// With what was redacted.
    #[must_use]
    pub fn with(mut self, redactions: Vec<Redacted>) -> Self {
        self.redactions = redactions;
        self
    }
}

/// What an answer speaks from, in words.
pub trait Speaks: Display {
    /// What was redacted of that, where the answer does not tell it elsewhere.
    fn redactions(&self) -> &[Redacted];
}

impl Speaks for Receipt {
    fn redactions(&self) -> &[Redacted] {
        &self.redactions
    }
}

impl Speaks for Ends {
    fn redactions(&self) -> &[Redacted] {
        // What is known later knows all that was redacted before.
        let (from, to) = (&self.from.redactions, &self.to.redactions);
        if from.len() > to.len() { from } else { to }
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

    /// Which entries were redacted, on what ground, where some were.
    pub fn redacted(&self) -> String {
        let lines = self.redactions.iter().map(redaction);
        lines.map(|line| format!("; redacted: {line}")).collect()
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

impl Display for Ends {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from {}\nto   {}", self.from, self.to)
    }
}

impl Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Head { seq, link } = &self.known_at;
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
