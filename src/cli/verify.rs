//! `verify`: examines the record and says what that has shown, and what it has not.

use super::args::Verify;
use super::init::reader;
use super::output::{Head, Output};
use super::{Exit, Failure, Global, Outside, open};
use regesta::store::Journal;
use regesta::verify::{self, Finding, Level, Report, Verdict};
use serde::Serialize;
use std::fmt::Write as _;

/// What no examination of a chain alone can show.
const NOT_SHOWN: [&str; 2] = [
    "that nothing was cut off at the end: a shorter log agrees with itself as well",
    "that the log was not rewritten as a whole by somebody who can write it: keep the head elsewhere and compare",
];

/// What stands before the second line of a finding.
const INDENT: &str = "         ";

#[derive(Serialize)]
struct Answer<'a> {
    sound: bool,
    verdict: Verdict,
    origin: Option<&'a str>,
    entries: u64,
    redacted: u64,
    head: Option<Head>,
    examined: &'a [String],
    findings: &'a [Finding],
    not_shown: [&'static str; 2],
}

/// Runs the verb.
pub fn run(global: &Global, args: &Verify, out: &Output) -> Result<Exit, Failure> {
    let total = Journal::of(&global.record)
        .ok()
        .and_then(|journal| journal.head().ok().flatten());
    let copies = if args.journal || args.export.is_some() {
        1
    } else {
        2
    };
    let bar = out.progress(total.map_or(0, |head| (head.seq + 1) * copies), "examining");
    let progress = |n| bar.inc(n);
    let unusable = |error: regesta::store::StoreError| open::unusable(error.into());
    let report = match &args.export {
        Some(path) => reader(path)
            .and_then(|lines| {
                verify::export(lines, &progress).map_err(|error| open::unreadable(path, &error))
            })
            // Nothing was to be written.
            .map_err(|failure| Failure {
                exit: Exit::Unusable,
                reassurance: None,
                ..failure
            })?,
        None if args.journal => verify::journal(&global.record, &progress).map_err(unusable)?,
        None => verify::record(&global.record, global.wait, &progress).map_err(unusable)?,
    };
    bar.finish_and_clear();
    let verdict = report.verdict();
    if out.json {
        let sound = verdict == Verdict::Sound;
        out.print_json(&Answer {
            sound,
            verdict,
            origin: report.origin.as_deref(),
            entries: report.entries,
            redacted: report.redacted,
            head: report.head.map(Into::into),
            examined: &report.examined,
            findings: &report.findings,
            not_shown: NOT_SHOWN,
        })?;
    } else {
        out.print(&text(&report, out))?;
    }
    Ok(match verdict {
        Verdict::Sound => Exit::Done,
        Verdict::IndexDiffers => Exit::IndexDiffers,
        Verdict::Shortened => Exit::Shortened,
        Verdict::Tampered => Exit::Tampered,
        Verdict::Forked => Exit::Forked,
    })
}

/// Rebuilds every index.
pub fn reindex(global: &Global, outside: Outside, out: &Output) -> Result<Exit, Failure> {
    let record = open::record(global, "reindex", outside, out)?;
    let record = record.reindex().map_err(open::unusable)?;
    let regimes = record.regimes().map_err(open::unusable)?.len();
    if out.json {
        out.print_json(&serde_json::json!({"rebuilt": regimes}))?;
    } else if !out.quiet {
        out.print(&format!("Rebuilt the indexes of {regimes} regimes\n"))?;
    }
    Ok(Exit::Done)
}

fn text(report: &Report, out: &Output) -> String {
    let (green, red, magenta) = (
        anstyle::AnsiColor::Green.on_default(),
        anstyle::AnsiColor::Red.on_default().bold(),
        anstyle::AnsiColor::Magenta.on_default(),
    );
    let mut text = String::new();
    for line in &report.examined {
        let first = format!("{green}ok{green:#}       ");
        out.wrap(&mut text, &first, INDENT, line);
    }
    for finding in &report.findings {
        let first = match finding.level {
            Level::Damage => format!("{red}DAMAGED{red:#}  "),
            Level::Warning => format!("{magenta}note{magenta:#}     "),
        };
        out.wrap(&mut text, &first, INDENT, &finding.to_string());
    }
    if let (Some(origin), Some(head)) = (&report.origin, &report.head) {
        let _ = writeln!(text, "\n{origin}, {} entries, head {head}", report.entries);
    }
    let damages = report
        .findings
        .iter()
        .filter(|finding| finding.level == Level::Damage)
        .count();
    if damages > 0 {
        let _ = writeln!(
            text,
            "{damages} {} found; nothing was changed",
            if damages == 1 { "damage" } else { "damages" }
        );
        return text;
    }
    let _ = writeln!(
        text,
        "\nThis shows that the log agrees with itself. It cannot show"
    );
    for line in NOT_SHOWN {
        out.wrap(&mut text, "  - ", "    ", line);
    }
    text
}
