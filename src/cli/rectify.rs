//! `rectify`: withdraws an entry of ours that was wrong.

use super::append::{radius, refused, tell};
use super::args::Rectify;
use super::output::Output;
use super::{Exit, Failure, Global, Outside, open};
use regesta::log::Kind;
use regesta::record::{AppendOptions, Doc, read_all};
use serde_json::{Value, json};

/// Runs the verb.
pub fn run(
    global: &Global,
    args: &Rectify,
    outside: Outside,
    out: &Output,
) -> Result<Exit, Failure> {
    let replacement = match &args.file {
        Some(path) => Some(std::fs::read(path).map_err(|error| open::unreadable(path, &error))?),
        None => None,
    };
    let mut record = open::record(global, "rectify", outside, out)?;
    let withdrawn = record.withdrawn(args.seq).map_err(open::unusable)?;
    let Some(withdrawn) = withdrawn else {
        return Err(
            Failure::usage(format!("entry {} cannot be withdrawn", args.seq))
                .hint("a decision, a survey or a rectification can; `regesta log` lists them"),
        );
    };
    let mut body = json!({"withdraws": withdrawn, "because": args.because});
    if let Some(json) = replacement {
        let place = args
            .file
            .as_ref()
            .map(|path| path.display().to_string())
            .unwrap_or_default();
        // Read by itself first, so that a complaint names its own lines.
        let doc = Doc { json, place };
        let read = read_all(std::slice::from_ref(&doc), args.by.name())
            .map_err(|error| super::append::unreadable(&error))?;
        if let Some(other) = read.iter().find(|draft| draft.kind != Kind::Decision) {
            let only = format!(
                "only a decision can replace an entry that was wrong; this is a {}",
                other.kind
            );
            return Err(Failure::new(Exit::Refused, "refused.kind", only)
                .at(&doc.place)
                .hint("withdraw the entry without a file, and append the survey by itself")
                .nothing_written());
        }
        body["replacement"] = serde_json::from_slice(&doc.json).unwrap_or(Value::Null);
    }
    let doc = Doc {
        json: body.to_string().into_bytes(),
        place: format!("rectification of entry {}", args.seq),
    };
    let drafts =
        read_all(&[doc], args.by.name()).map_err(|error| super::append::unreadable(&error))?;
    let options = AppendOptions {
        now: outside.now,
        expect_head: None,
        dry_run: args.dry_run,
        with_dependents: args.with_dependents,
    };
    let mut told = Vec::new();
    let appended = record
        .append(std::iter::once(Ok(drafts)), &options, &mut |one| {
            told.push(one)
        })
        .map_err(refused)?;
    let radius = radius(&record, &appended, args.dry_run, outside)?;
    tell(&record, &appended, &told, radius.as_deref(), out)?;
    Ok(Exit::Done)
}
