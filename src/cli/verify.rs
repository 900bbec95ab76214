//! `verify`: examines the record and says what that has shown, and what it has not.

use super::args::Verify;
use super::init::reader;
use super::output::Output;
use super::{Exit, Failure, Global, Outside, open};
use regesta::store::Journal;
use regesta::verify::{self, Level, Report, Verdict};
use serde::Serialize;
use std::fmt::Write as _;

/// What no examination of a chain alone can show.
const NOT_SHOWN: [&str; 2] = [
    "that nothing was cut off at the end: a shorter log agrees with itself as well",
    "that the log was not rewritten as a whole by somebody who can write it: keep the head elsewhere and compare",
];

#[derive(Serialize)]
struct Answer<'a> {
    sound: bool,
    verdict: Verdict,
    #[serde(flatten)]
    report: &'a Report,
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
        Some(path) => verify::export(reader(path)?, &progress)
            .map_err(|error| open::unreadable(path, &error))?,
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
            report: &report,
            not_shown: NOT_SHOWN,
        })?;
    } else {
        out.print(&text(&report))?;
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
        out.print_json(&serde_json::json!({"regimes": regimes}))?;
    } else if !out.quiet {
        out.print(&format!("Rebuilt the indexes of {regimes} regimes\n"))?;
    }
    Ok(Exit::Done)
}

fn text(report: &Report) -> String {
    let (green, red, yellow) = (
        anstyle::AnsiColor::Green.on_default(),
        anstyle::AnsiColor::Red.on_default().bold(),
        anstyle::AnsiColor::Yellow.on_default(),
    );
    let mut text = String::new();
    for line in &report.examined {
        let _ = writeln!(text, "{green}ok{green:#}       {line}");
    }
    for finding in &report.findings {
        let _ = match finding.level {
            Level::Damage => writeln!(text, "{red}DAMAGED{red:#}  {finding}"),
            Level::Warning => writeln!(text, "{yellow}note{yellow:#}     {finding}"),
        };
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
        let _ = writeln!(text, "  - {line}");
    }
    text
}
