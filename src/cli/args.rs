//! What can be said to the command.

use clap::builder::NonEmptyStringValueParser as NonEmpty;
use clap::{ArgGroup, Args as ClapArgs, Parser, Subcommand, ValueEnum};
use regesta::domain::{Day, Jurisdiction, Moment};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
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
    /// What is supposed of every record opened: `suppose` says.
    #[arg(skip)]
    pub supposing: Option<Arc<super::suppose::Supposing>>,
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
    /// Erase the body of an entry from every file of the record, on a stated ground
    Redact(Redact),
    /// List what was recorded, in record order
    Log(Log),
    /// Show one entry
    Show(Show),
    /// Tell the state of every regime, or of one, at a point in time
    State(State),
    /// Tell the story of a regime or of a subject, in legal time
    History(History),
    /// Tell what the record holds of each regime: span, surveys, decisions, sources
    Coverage(Coverage),
    /// Tell what ends within some days, what waits, what is held up and by whom, what nobody has surveyed
    Due(Due),
    /// Write over which days each measure bound each subject, as CSV
    Panel(Panel),
    /// Ask a question of the law as it would be with decisions that are not recorded; nothing is written
    Suppose(Suppose),
    /// Tell what changed between two points in time, with the cause of each change
    Diff(Diff),
    /// Find the legal days, or the entries, at which an answer changed
    Bisect(Bisect),
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
#[command(
    after_help = "It erases from the files of this record: not from backups, nor from exports given away, nor from \
what a terminal still shows, nor from blocks that the file system has not written over yet. The event file that the entry \
was read from is yours to remove."
)]
pub struct Redact {
    /// The entry whose body is to be erased
    pub seq: u64,
    /// On what ground: every answer shows it
    #[arg(long)]
    pub ground: String,
    /// The redacted text that stands in its place, at its position; it bears the same id
    #[arg(long, value_name = "FILE")]
    pub with: Option<PathBuf>,
    /// Keep not even a keyed hash of the erased id; the same file would then be recorded again
    #[arg(long, conflicts_with = "with")]
    pub forget_id: bool,
    /// Check and show, but erase and write nothing
    #[arg(short = 'n', long)]
    pub dry_run: bool,
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
    #[arg(value_name = "SEQ|LINK|ID", value_parser = NonEmpty::new())]
    pub entry: String,
}

/// The three dials.
#[derive(Debug, Clone, Default, ClapArgs)]
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
    /// No dial but record time.
    pub fn known_at(known_at: Option<String>) -> Self {
        Self {
            on: None,
            public_by: None,
            known_at,
            as_law_stood: None,
        }
    }

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
    /// Print CSV, a row a line of the answer; the receipt goes to standard error
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// Print one line that cites the answer: record, head, dials, day asked
    #[arg(long, requires = "regime", conflicts_with_all = ["json", "csv", "all"])]
    pub cite: bool,
    #[command(flatten)]
    pub dials: Dials,
}

#[derive(Debug, ClapArgs)]
pub struct History {
    /// A regime; or a subject by its id, a name or an alias, in any spelling
    #[arg(value_name = "REGIME|SUBJECT", value_parser = NonEmpty::new())]
    pub of: String,
    #[command(flatten)]
    pub dials: Dials,
}

#[derive(Debug, ClapArgs)]
pub struct Coverage {
    /// Print a Markdown document, as in `events/COVERAGE.md`
    #[arg(long, conflicts_with = "json")]
    pub markdown: bool,
    /// Record time: only what this record held then
    #[arg(long, value_name = "SEQ|INSTANT|LINK")]
    pub known_at: Option<String>,
}

#[derive(Debug, ClapArgs)]
#[command(
    mut_arg("on", |on| on.visible_alias("from")),
    after_help = "With --json every row is one object on a line of its own, and the last line holds the receipt."
)]
pub struct Due {
    /// The regime; all of them where it is left out
    pub regime: Option<String>,
    /// How far to look ahead from the day asked about, in days; the last one counts
    #[arg(long, default_value = "60d", value_parser = days, value_name = "DAYS")]
    pub within: i64,
    /// End with exit code 1 where something ends, waits or is held up
    #[arg(long)]
    pub exit_code: bool,
    /// Write what has a day into a calendar file (iCalendar); `-` prints it instead of the answer
    #[arg(long, value_name = "FILE|-")]
    pub ics: Option<PathBuf>,
    #[command(flatten)]
    pub dials: Dials,
}

#[derive(Debug, ClapArgs)]
pub struct Panel {
    /// The regime; all of them where it is left out
    pub regime: Option<String>,
    #[command(flatten)]
    pub dials: Dials,
}

#[derive(Debug, ClapArgs)]
#[command(group(ArgGroup::new("what").required(true).multiple(true).args(["drafts", "renew", "repeal", "lapse"])))]
pub struct Suppose {
    /// Decision files that are supposed, as `append` takes them
    #[arg(value_name = "DRAFT")]
    pub drafts: Vec<PathBuf>,
    #[command(flatten)]
    pub terms: Terms,
    /// The verb to ask with, and its arguments
    #[arg(last = true, required = true, value_name = "VERB")]
    pub verb: Vec<OsString>,
}

/// What becomes of regimes' terms, without a draft.
#[derive(Debug, Clone, ClapArgs)]
pub struct Terms {
    /// The regime is renewed in time, by so many months from its last day, or to a new last day
    #[arg(long, value_name = "REGIME=+6m|DAY", value_parser = renewal)]
    pub renew: Vec<Renewal>,
    /// The regime is repealed from that day on
    #[arg(long, value_name = "REGIME=DAY", value_parser = repeal)]
    pub repeal: Vec<Repeal>,
    /// Nobody renews the regime: a survey finds nothing after its last day
    #[arg(long, value_name = "REGIME")]
    pub lapse: Vec<String>,
}

/// A renewal that is supposed.
#[derive(Debug, Clone)]
pub struct Renewal {
    /// The regime.
    pub regime: String,
    /// By how many months from its last day.
    pub months: Option<u32>,
    /// Its new last day.
    pub until: Option<Day>,
}

/// A repeal that is supposed.
#[derive(Debug, Clone)]
pub struct Repeal {
    /// The regime.
    pub regime: String,
    /// The first day without it.
    pub from: Day,
}

#[derive(Debug, ClapArgs)]
#[command(
    override_usage = "regesta diff A B [REGIME] [DIALS]
       regesta diff --public-by P1 P2 --on DAY [REGIME] [DIALS]
       regesta diff --known K1 K2 --on DAY [REGIME] [DIALS]",
    after_help = "One dial is given twice, and the answers between its two values are compared; the others may be given \
once.

Causes: law moved (an effect began, or time passed and nobody decided); court reached back (annulled, set aside, ordered); \
became public; record caught up (recorded later); record corrected (rectified)."
)]
pub struct Diff {
    /// Two legal days or instants, and a regime; all regimes where it is left out
    #[arg(value_name = "A B] [REGIME", num_args = 0..=3)]
    pub of: Vec<String>,
    /// Public knowledge: by two days, or by the same one for both
    #[arg(long, num_args = 1..=2, value_names = ["P1", "P2"])]
    pub public_by: Vec<String>,
    /// Record time: two of SEQ, INSTANT or LINK
    #[arg(long, num_args = 2, value_names = ["K1", "K2"], conflicts_with = "known_at")]
    pub known: Vec<String>,
    /// Legal time, where it is not what differs [default: today]
    #[arg(long, value_name = "DAY|INSTANT")]
    pub on: Option<Moment>,
    /// Record time: only what this record held then
    #[arg(long, value_name = "SEQ|INSTANT|LINK")]
    pub known_at: Option<String>,
    /// The law as it stood on that day, before later judgments reached back
    #[arg(long, value_name = "DAY")]
    pub as_law_stood: Option<Day>,
    /// Name every line that changed alike
    #[arg(long)]
    pub all: bool,
    /// End with exit code 1 where there are differences
    #[arg(long)]
    pub exit_code: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Conditions:
  listed SUBJECT [under REGIME]      the subject is on the list, and bound
  delisted SUBJECT [under REGIME]    the subject was taken off it
  STATUS REGIME                      the regime stands so
  STATUS REGIME/MEASURE              one of its measures, or one of its listings, does
  status REGIME/MEASURE = STATUS     the same

STATUS is an answer (in-force, not-in-force, suspended, unknown) or a rung of the ladder (proposed, agreed, \
adopted-not-in-force, in-force-not-applicable, applicable, interim-suspended, annulled-effects-maintained, annulled, \
lapsed, repealed, disputed). Subjects and measures are named by their ids.

Examples:
  regesta bisect 'listed mikhail-fridman'
  regesta bisect 'suspended EU-SYR/oil-import' --public-by 2025-03-01
  regesta bisect in-force EU-RUS-SECTORAL --known --on 2025-02-15")]
pub struct Bisect {
    /// What is asked, as below
    #[arg(required = true, value_name = "CONDITION")]
    pub condition: Vec<String>,
    /// The first legal day asked about; with `--known` the first SEQ, INSTANT or LINK [default: the beginning]
    #[arg(long, value_name = "A")]
    pub from: Option<String>,
    /// The last legal day asked about; with `--known` the last SEQ, INSTANT or LINK [default: the end]
    #[arg(long, value_name = "B")]
    pub to: Option<String>,
    /// Find the entries instead: what this record held, about one legal day
    #[arg(long, conflicts_with = "known_at")]
    pub known: bool,
    /// Legal time, with `--known` [default: today]
    #[arg(long, value_name = "DAY|INSTANT", requires = "known")]
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
    #[arg(value_parser = NonEmpty::new())]
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
#[command(mut_args(|arg| match arg.get_id().as_str() {
    "on" | "public_by" | "known_at" | "as_law_stood" => arg.requires("ftm"),
    _ => arg,
}))]
pub struct Export {
    /// Where to write; standard output where it is left out
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write subjects and their listings as FollowTheMoney entities instead, as they stand at the dials
    #[arg(long)]
    pub ftm: bool,
    #[command(flatten)]
    pub dials: Dials,
}

#[derive(Debug, ClapArgs)]
pub struct Completions {
    /// The shell
    pub shell: clap_complete::Shell,
}

fn days(text: &str) -> Result<i64, String> {
    let number = text.strip_suffix('d').unwrap_or(text);
    let days: u16 = number
        .parse()
        .map_err(|_| format!("`{text}` is not a number of days, like 60d"))?;
    Ok(days.into())
}

fn renewal(text: &str) -> Result<Renewal, String> {
    let wrong =
        || format!("`{text}` is no renewal: write it like EU-BLR=+12m or EU-BLR=2027-02-28");
    let (regime, term) = text.split_once('=').ok_or_else(wrong)?;
    let months = term
        .strip_prefix('+')
        .and_then(|term| term.strip_suffix('m'));
    // So few that the day stays one of this calendar's four-digit years.
    let months = months
        .map(|months| months.parse::<u16>().map_err(|_| wrong()))
        .transpose()?
        .map(u32::from);
    let until = match months {
        Some(_) => None,
        None => Some(term.parse().map_err(|_| wrong())?),
    };
    Ok(Renewal {
        regime: regime.to_owned(),
        months,
        until,
    })
}

fn repeal(text: &str) -> Result<Repeal, String> {
    let parsed = text.split_once('=').and_then(|(regime, from)| {
        Some(Repeal {
            regime: regime.to_owned(),
            from: from.parse().ok()?,
        })
    });
    parsed.ok_or_else(|| format!("`{text}` is no repeal: write it like EU-BLR=2027-02-28"))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let number = text.strip_suffix('s').unwrap_or(text);
    let seconds: f64 = number
        .parse()
        .map_err(|_| format!("`{text}` is not a time in seconds, like 2s"))?;
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| format!("`{text}` is not a time in seconds, like 2s"))
}
