//! `redact`: erases the body of an entry, and says on what ground.

use super::append::unreadable;
use super::args::Redact;
use super::output::{Head, Output};
use super::{Exit, Failure, Global, Outside, open};
use regesta::log::Kind;
use regesta::record::{Doc, RedactError, RedactOptions, RedactedNow, read_all};
use regesta::register::{NotRedacted, Redacted};
use serde::Serialize;
use std::fmt::Write as _;

/// What no command can erase.
const NOT_REACHED: &str = "note: backups, exports given away, the file that it was read from and blocks that the file \
system has not written over yet may still hold it";

/// How many other entries are named one by one.
const NAMED: usize = 10;

#[derive(Serialize)]
struct Answer<'a> {
    redaction: Redacted,
    /// Other entries that bear its id, withdraw it or name a subject that is named no more, and keep their bodies.
    also: &'a [u64],
    dry_run: bool,
    head: Head,
}

/// Runs the verb.
pub fn run(
    global: &Global,
    args: &Redact,
    outside: Outside,
    out: &Output,
) -> Result<Exit, Failure> {
    let by = args.by.name();
    let with = match &args.with {
        Some(path) => {
            let json = std::fs::read(path).map_err(|error| open::unreadable(path, &error))?;
            let place = path.display().to_string();
            read_all(&[Doc { json, place }], by)
                .map_err(|error| unreadable(&error))?
                .pop()
        }
        None => None,
    };
    let record = open::record(global, "redact", outside, out)?;
    let options = RedactOptions {
        ground: args.ground.clone(),
        by: by.to_owned(),
        forget_id: args.forget_id,
        now: outside.now,
        dry_run: args.dry_run,
    };
    let done = record
        .redact(args.seq, with.as_ref(), &options)
        .map_err(refused)?;
    tell(&done, args, out)?;
    Ok(Exit::Done)
}

fn tell(done: &RedactedNow, args: &Redact, out: &Output) -> Result<(), Failure> {
    if out.json {
        return out.print_json(&Answer {
            redaction: Redacted {
                entry: done.entry,
                ground: args.ground.trim().to_owned(),
                by_entry: done.by_entry,
                replaced: done.replaced,
            },
            also: &done.also,
            dry_run: args.dry_run,
            head: done.head.into(),
        });
    }
    // What a dry run tells is its result.
    if out.quiet && !args.dry_run {
        return Ok(());
    }
    let RedactedNow {
        entry,
        kind,
        by_entry,
        ..
    } = done;
    let mut text = String::new();
    let _ = if args.dry_run {
        writeln!(
            text,
            "Would erase body and salt of entry {entry}, a {kind}, as entry {by_entry}"
        )
    } else {
        writeln!(
            text,
            "Erased body and salt of entry {entry}, a {kind}; entry {by_entry} says so"
        )
    };
    if *kind == Kind::Rectification && !done.replaced {
        text.push_str("What it withdrew counts again\n");
    }
    if !done.also.is_empty() {
        out.wrap(&mut text, "", "  ", &also(&done.also));
    }
    let _ = writeln!(text, "Head: {}", done.head);
    out.print(&text)?;
    let mut note = String::new();
    out.wrap(&mut note, "", "  ", NOT_REACHED);
    out.say(note.trim_end());
    Ok(())
}

/// Other entries that name what was erased; more than a few are counted.
fn also(entries: &[u64]) -> String {
    let mut names: Vec<_> = entries
        .iter()
        .take(NAMED)
        .map(ToString::to_string)
        .collect();
    if entries.len() > NAMED {
        names.push(format!("and {} more", entries.len() - NAMED));
    }
    match entries.len() {
        1 => format!(
            "Entry {} speaks of the same and keeps its body",
            names.join("")
        ),
        _ => format!(
            "Entries {} speak of the same and keep their bodies",
            names.join(", ")
        ),
    }
}

fn refused(error: RedactError) -> Failure {
    let message = open::chain(&error);
    match error {
        RedactError::NotRedacted(why) => {
            let code = match &why {
                NotRedacted::Unknown { .. } => {
                    return Failure::usage(message).hint("`regesta log` lists what is recorded");
                }
                NotRedacted::Already { .. } => "refused.already_redacted",
                _ => "refused",
            };
            let failure = Failure::new(Exit::Refused, code, message);
            match why {
                NotRedacted::Already { seq, .. } => {
                    failure.hint(format!("what is left of it: regesta show {seq}"))
                }
                NotRedacted::Gone { .. } => failure.hint("`regesta verify` says all that is wrong"),
                NotRedacted::Other { .. } => {
                    failure.hint("copy the entry's text, and leave out what may not be shown")
                }
                _ => failure,
            }
            .nothing_written()
        }
        RedactError::Refused { .. } => {
            Failure::new(Exit::Refused, "refused.misfit", message).nothing_written()
        }
        RedactError::Supposing => Failure::usage(message).nothing_written(),
        RedactError::Unfinished { .. } => Failure::new(Exit::Unusable, "unfinished", message)
            .hint("the next command that opens the record erases the rest: regesta state"),
        RedactError::Unknown(_) => Failure::new(Exit::Unusable, "unknown_outcome", message)
            .hint("`regesta log -n 1` tells whether it was"),
        RedactError::Record(error) => open::unusable(error).nothing_written(),
        other => Failure::new(Exit::Unusable, "unusable", other.to_string()),
    }
}
