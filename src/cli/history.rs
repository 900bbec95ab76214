//! `history`: a regime's or a subject's story, in legal time.

use super::args::History;
use super::output::{self, Output, Receipt, heading};
use super::{Exit, Failure, Global, Outside, open};
use regesta::domain::{RegimeKey, SubjectId};
use regesta::record::Record;
use regesta::register::{Episode, Story};
use serde::Serialize;
use std::fmt::Write as _;

#[derive(Serialize)]
struct Answer<'a> {
    stories: &'a [Story],
    receipt: Receipt,
}

/// Runs the verb.
pub fn run(
    global: &Global,
    args: &History,
    outside: Outside,
    out: &Output,
) -> Result<Exit, Failure> {
    let record = open::record(global, "history", outside, out)?;
    let (ask, link) = open::ask(&record, &args.dials, outside)?;
    let (regimes, subject) = of(&record, &args.of)?;
    let mut stories = Vec::new();
    for regime in &regimes {
        let history = record.history(regime).map_err(open::unusable)?;
        stories.push(history.view(&ask).story(subject.as_ref()));
    }
    stories.retain(|story| !story.episodes.is_empty());
    let receipt = Receipt::new(args.of.clone(), &ask, args.dials.as_law_stood, &link);
    if out.json {
        out.print_json(&Answer {
            stories: &stories,
            receipt,
        })?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    for story in &stories {
        let _ = writeln!(text, "{}", heading(story.regime.as_str()));
        tell(&mut text, story, out);
        text.push('\n');
    }
    if stories.is_empty() {
        let _ = write!(text, "Nothing recorded, or nothing public by then.\n\n");
    }
    out.print(&format!("{text}{receipt}\n"))?;
    Ok(Exit::Done)
}

/// The regimes to tell of, and the subject where one was named.
fn of(record: &Record, name: &str) -> Result<(Vec<RegimeKey>, Option<SubjectId>), Failure> {
    if let Ok(subject) = name.parse::<SubjectId>() {
        let regimes = record.regimes_of(&subject).map_err(open::unusable)?;
        return match regimes.is_empty() {
            false => Ok((regimes, Some(subject))),
            true => Err(Failure::usage(format!("no subject {name} is recorded"))
                .hint("a regime is written in upper case, like EU-RUS-SECTORAL; a subject by its id, like mikhail-fridman")),
        };
    }
    Ok((vec![open::regime(record, name)?], None))
}

fn tell(text: &mut String, story: &Story, out: &Output) {
    let mut table = out.table(&[]);
    let mut thread = None;
    for episode in &story.episodes {
        // A procedure is drawn as one thread down the left side.
        let same = episode.procedure.is_some() && episode.procedure == thread;
        let next_same = story.episodes.iter().any(|other| {
            other.procedure.is_some()
                && other.procedure == episode.procedure
                && other.entry != episode.entry
        });
        let mark = match (same, next_same) {
            (true, _) => "│",
            (false, true) => "┌",
            (false, false) => " ",
        };
        thread.clone_from(&episode.procedure);
        table.add_row([
            format!("{mark} {}", when(episode)),
            lines(episode),
            basis(episode),
        ]);
    }
    text.push_str(&output::lines(&table));
}

fn when(episode: &Episode) -> String {
    format!("{}{}", episode.from, if episode.assumed { "?" } else { "" })
}

fn lines(episode: &Episode) -> String {
    let mut lines = episode.did.clone();
    if let Some(adopted) = episode
        .adopted_on
        .filter(|day| regesta::domain::Moment::Day(*day) != episode.from)
    {
        lines.push(format!("(adopted {adopted})"));
    }
    lines.join("\n")
}

fn basis(episode: &Episode) -> String {
    format!("{}, entry {}", episode.act, episode.entry)
}
