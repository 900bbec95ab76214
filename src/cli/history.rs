//! `history`: a regime's or a subject's story, in legal time.

use super::args::History;
use super::output::{self, ASSUMED, Output, Receipt, heading, redacted};
use super::{Exit, Failure, Global, Outside, open, who};
use rayon::prelude::*;
use regesta::domain::{Moment, RegimeKey, Tier};
use regesta::record::Record;
use regesta::register::{Episode, Match, Nearness, Story};
use serde::Serialize;
use std::fmt::Write as _;

/// Fewer episodes than this are not worth another core.
const AT_ONCE: usize = 256;

#[derive(Serialize)]
struct Answer<'a> {
    stories: &'a [Story],
    matched: Option<&'a Match>,
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
    let (regimes, matched) = of(&record, &args.of, ask.known_at)?;
    let subject = matched.as_ref().map(|one| &one.found.subject);
    let mut stories = Vec::new();
    for regime in &regimes {
        let history = record.history(regime).map_err(open::unusable)?;
        stories.push(history.view(&ask).story(subject));
    }
    stories.retain(|story| !story.episodes.is_empty() || !story.redactions.is_empty());
    let receipt = Receipt::new(args.of.clone(), &ask, args.dials.as_law_stood, &link);
    if out.json {
        out.print_json(&Answer {
            stories: &stories,
            matched: matched.as_ref(),
            receipt,
        })?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    if let Some(matched) = matched.as_ref().and_then(who::matched) {
        let _ = writeln!(text, "{matched}");
    }
    for story in &stories {
        let key = heading(story.regime.as_str());
        match &story.title {
            Some(title) => {
                let indent = " ".repeat(story.regime.as_str().len() + 2);
                out.wrap(&mut text, &format!("{key}  "), &indent, title);
            }
            None => {
                let _ = writeln!(text, "{key}");
            }
        }
        tell(&mut text, story, out);
        if story.episodes.iter().any(|episode| episode.assumed) {
            text.push_str(ASSUMED);
        }
        if !story.redactions.is_empty() {
            let _ = writeln!(text, "\n{}", heading("Redacted"));
            redacted(&story.redactions, "", out, &mut text);
        }
        text.push('\n');
    }
    if stories.is_empty() {
        let _ = write!(text, "Nothing recorded, or nothing public by then.\n\n");
    }
    out.answer(&text, &receipt)?;
    Ok(Exit::Done)
}

/// The regimes to tell of, and the subject where one was named.
fn of(
    record: &Record,
    name: &str,
    known_at: u64,
) -> Result<(Vec<RegimeKey>, Option<Match>), Failure> {
    let regimes = record.regimes().map_err(open::unusable)?;
    if let Some(regime) = regimes.into_iter().find(|regime| regime.as_str() == name) {
        return Ok((vec![regime], None));
    }
    let mut found = who::found(record, name, known_at)?;
    // A regime's key with a slip of the pen is no close spelling of anybody.
    if name.contains('-') && name.parse::<RegimeKey>().is_ok() {
        found.retain(|one| one.nearness < Nearness::Close);
        if found.is_empty() {
            return Ok((vec![open::regime(record, name)?], None));
        }
    }
    let one = who::one_of(found, name)?;
    let regimes = record.regimes_of(&one.found.subject);
    Ok((regimes.map_err(open::unusable)?, Some(one)))
}

/// Tells a story. The steps of one procedure hang together on a thread down the left side.
fn tell(text: &mut String, story: &Story, out: &Output) {
    let told = &story.episodes;
    let episodes = told.par_iter().enumerate().with_min_len(AT_ONCE);
    let texts = episodes.fold(String::new, |mut text, (n, episode)| {
        let before = n.checked_sub(1).and_then(|n| told.get(n));
        tell_one(&mut text, before, episode, told.get(n + 1), out);
        text
    });
    text.push_str(&texts.collect::<Vec<_>>().concat());
}

fn tell_one(
    text: &mut String,
    before: Option<&Episode>,
    episode: &Episode,
    after: Option<&Episode>,
    out: &Output,
) {
    let with = |other: Option<&Episode>| {
        episode.procedure.is_some()
            && other.is_some_and(|other| other.procedure == episode.procedure)
    };
    let (above, below) = (with(before), with(after));
    let (knot, thread) = match (above, below) {
        (false, false) => (" ", " "),
        (false, true) => ("┌", "│"),
        (true, true) => ("├", "│"),
        (true, false) => ("└", " "),
    };
    let when = output::day(episode.from, episode.assumed);
    let indent = format!("{:<12}{thread} ", "");
    out.wrap(
        text,
        &format!("{when:<12}{knot} "),
        &indent,
        &title(episode),
    );
    for line in &episode.did {
        out.wrap(text, &format!("{indent}  "), &format!("{indent}    "), line);
    }
}

/// What it was, with its citation where that says more, its day of adoption where it is another, and its entry. The
/// second time that a decision is told of, its title and entry are enough.
fn title(episode: &Episode) -> String {
    let mut title = heading(&episode.title);
    if episode.continued {
        let _ = write!(title, ", continued · entry {}", episode.entry);
        return title;
    }
    if episode.act != episode.title {
        let _ = write!(title, " · {}", episode.act);
    }
    match episode.adopted_on {
        Some(adopted) if Moment::Day(adopted) != episode.from => {
            let _ = write!(title, " · adopted {adopted}");
        }
        _ => {}
    }
    match episode.public_on {
        Some(public)
            if episode.adopted_on.is_none()
                && matches!(episode.from, Moment::Day(from) if from < public) =>
        {
            let _ = write!(title, " · public {public}");
        }
        _ => {}
    }
    let _ = write!(title, " · entry {}", episode.entry);
    match episode.tier {
        Tier::Press => title.push_str(" · press alone"),
        Tier::MachineExtracted => title.push_str(" · machine extraction alone"),
        _ => {}
    }
    title
}
