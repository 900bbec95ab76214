//! What can be said to the command.

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use regesta::domain::{Day, Jurisdiction, Moment};
use std::path::PathBuf;
use std::time::Duration;

/// An event-sourced, tamper-evident record of sanctions decisions
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(
    after_help = "Exit codes: 0 done, sound; 1 the answer is no; 2 usage; 3 refused, nothing written; 4 the \
record cannot be used; 5 tampered; 6 shortened or rolled back; 7 forked; 8 signature or policy not satisfied; 9 index \
differs from replay."
)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub verb: Verb,
}

/// What every verb takes.
#[derive(Debug, Clone, ClapArgs)]
pub struct Global {
    /// The record's directory
    #[arg(
        long,
        global = true,
        env = "REGESTA_RECORD",
        default_value = "regesta-record",
        value_name = "DIR"
    )]
    pub record: PathBuf,
    /// Print JSON instead of text
    #[arg(long, global = true)]
    pub json: bool,
    /// When to colour the output
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
    /// Print nothing but results and errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// How long to wait for another process to release the record
    #[arg(long, global = true, default_value = "2s", value_parser = seconds, value_name = "TIME")]
    pub wait: Duration,
}

impl Global {
    /// Sets the colour choice for the whole process.
    pub fn choose_color(&self) {
        let choice = match self.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Open a new record
    Init(Init),
    /// Record decisions and surveys, all or none
    Append(Append),
    /// Withdraw an entry of ours that was wrong, with or without a replacement
    Rectify(Rectify),
    /// List what was recorded, in record order
    Log(Log),
    /// Show one entry
    Show(Show),
    /// Tell the state of every regime, or of one, at a point in time
    State(State),
    /// Tell the story of a regime or of a subject, in legal time
    History(History),
    /// Explain a line of an answer: every effect that makes it so, in legal order
    Why(Why),
    /// Find a subject by any name, and tell where it is listed over all of legal time
    Subject(Subject),
    /// Examine the record: links, digests, both copies, every decision, every index
    Verify(Verify),
    /// Rebuild every index from the log
    Reindex,
    /// Write the log out, one JSON object a line
    Export(Export),
    /// Print a completion script for a shell
    Completions(Completions),
}

#[derive(Debug, ClapArgs)]
pub struct Init {
    /// The record's name for ever, like `example.org/sanctions`; made up where it is left out
    #[arg(long)]
    pub origin: Option<String>,
    /// Replay an export into the new record, byte for byte; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with = "origin")]
    pub from: Option<PathBuf>,
    #[command(flatten)]
    pub by: By,
}

/// Who records.
#[derive(Debug, ClapArgs)]
pub struct By {
    /// Who records this
    #[arg(long = "by", env = "REGESTA_BY", value_name = "NAME")]
    by: Option<String>,
    #[arg(long, env = "USER", hide = true, hide_env = true)]
    user: Option<String>,
}

impl By {
    /// The name: as given, else the user's login name, else `anonymous`.
    pub fn name(&self) -> &str {
        let given = [&self.by, &self.user]
            .into_iter()
            .flatten()
            .find(|name| !name.trim().is_empty());
        given.map_or("anonymous", String::as_str)
    }
}

#[derive(Debug, ClapArgs)]
pub struct Append {
    /// Decision files, directories of them, or `-` for standard input (JSON documents one after another)
    #[arg(required = true, value_name = "FILE|DIR|-")]
    pub paths: Vec<PathBuf>,
    /// Check and show, but write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Append only if the head's link begins so
    #[arg(long, value_name = "LINK")]
    pub expect_head: Option<String>,
    #[command(flatten)]
    pub by: By,
}

#[derive(Debug, ClapArgs)]
pub struct Rectify {
    /// The entry that is wrong
    pub seq: u64,
    /// What it should have said; without it the entry is withdrawn
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Why it was wrong
    #[arg(long)]
    pub because: String,
    /// Check and show, but write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
    /// Withdraw it even where other entries depend on it
    #[arg(long)]
    pub with_dependents: bool,
    #[command(flatten)]
    pub by: By,
}

#[derive(Debug, ClapArgs)]
pub struct Log {
    /// Only entries that touch this regime
    #[arg(long, value_name = "REGIME")]
    pub regime: Option<String>,
    /// Only the last N entries
    #[arg(short = 'n', long, value_name = "N")]
    pub last: Option<usize>,
}

#[derive(Debug, ClapArgs)]
pub struct Show {
    /// The entry: its position, the beginning of its link, or a decision's id
    #[arg(value_name = "SEQ|LINK|ID")]
    pub entry: String,
}

/// The three dials.
#[derive(Debug, ClapArgs)]
pub struct Dials {
    /// Legal time: the day, or the instant, that is asked about [default: today]
    #[arg(long, value_name = "DAY|INSTANT")]
    pub on: Option<Moment>,
    /// Public knowledge: only what was public by that day
    #[arg(long, value_name = "DAY")]
    pub public_by: Option<Day>,
    /// Record time: only what this record held then
    #[arg(long, value_name = "SEQ|INSTANT|LINK")]
    pub known_at: Option<String>,
    /// The law as it stood on that day, before later judgments reached back
    #[arg(long, value_name = "DAY")]
    pub as_law_stood: Option<Day>,
}

impl Dials {
    /// The day or instant asked about.
    pub fn on(&self, today: Day) -> Moment {
        self.on.unwrap_or(Moment::Day(today))
    }

    /// The day that the law is taken from, where it was not said.
    pub fn law_stood(&self, today: Day) -> Day {
        let asked = self.on(today).day(Jurisdiction::Other.zone());
        self.as_law_stood
            .unwrap_or_else(|| self.public_by.unwrap_or_else(|| today.max(asked)))
    }
}

#[derive(Debug, ClapArgs)]
pub struct State {
    /// The regime; the board of all of them where it is left out
    pub regime: Option<String>,
    /// Name every listing and every measure that has ended
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    pub dials: Dials,
}

#[derive(Debug, ClapArgs)]
pub struct History {
    /// A regime; or a subject by its id, a name or an alias, in any spelling
    #[arg(value_name = "REGIME|SUBJECT")]
    pub of: String,
    #[command(flatten)]
    pub dials: Dials,
}

#[derive(Debug, ClapArgs)]
pub struct Why {
    /// The regime
    pub regime: String,
    /// A measure by its key, or a listing by the subject's id or name; the regime's own status where it is left out
    pub line: Option<String>,
    /// Tell also what begins after the day asked about, and what leaves the standing alone
    #[arg(long)]
    pub all: bool,
    /// Print a graph for Graphviz instead of text
    #[arg(long, conflicts_with = "json")]
    pub dot: bool,
    #[command(flatten)]
    pub dials: Dials,
}

#[derive(Debug, ClapArgs)]
pub struct Subject {
    /// An id, a name or an alias, in any spelling
    pub name: String,
    #[command(flatten)]
    pub dials: Dials,
}

#[derive(Debug, ClapArgs)]
pub struct Verify {
    /// Examine the journal alone: no lock, no sled
    #[arg(long, conflicts_with = "export")]
    pub journal: bool,
    /// Examine an export file instead of the record; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub export: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct Export {
    /// Where to write; standard output where it is left out
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.strip_suffix('s').unwrap_or(text);
    let seconds: f64 = number
        .parse()
        .map_err(|_| format!("`{text}` is not a time in seconds, like 2s"))?;
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| format!("`{text}` is not a time in seconds, like 2s"))
}
