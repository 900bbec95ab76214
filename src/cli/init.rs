//! `init`: opens a new record, or replays an export into one.

use super::args::Init;
use super::output::{Head, Output};
use super::{Exit, Failure, Global, Outside, open};
use regesta::record::Record;
use serde::Serialize;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

#[derive(Serialize)]
struct Answer {
    origin: String,
    head: Head,
}

/// Runs the verb.
pub fn run(global: &Global, args: &Init, outside: Outside, out: &Output) -> Result<Exit, Failure> {
    let record = match &args.from {
        Some(from) => {
            // In bytes: how many lines there are is not known before they are read.
            let bytes = std::fs::metadata(from).map_or(0, |file| file.len());
            let bar = out.progress(bytes, "replaying");
            let record = Record::init_from(
                &global.record,
                bar.wrap_read(reader(from)?),
                open::options(global, "init", outside),
            );
            bar.finish_and_clear();
            record
        }
        None => {
            let options = open::options(global, "init", outside);
            Record::init(
                &global.record,
                args.origin.as_deref(),
                args.by.name(),
                options,
            )
        }
    };
    let record = record.map_err(|error| open::unusable(error).nothing_written())?;
    let head = record.head();
    if out.json {
        out.print_json(&Answer {
            origin: record.origin().to_string(),
            head: head.into(),
        })?;
    } else if !out.quiet {
        out.print(&format!(
            "Opened {} in {}\nHead: {head}\n",
            record.origin(),
            global.record.display()
        ))?;
    }
    Ok(Exit::Done)
}

/// A file, or standard input for `-`.
pub fn reader(path: &Path) -> Result<Box<dyn BufRead + Send>, Failure> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(std::io::stdin())));
    }
    let file = File::open(path).map_err(|error| open::unreadable(path, &error))?;
    Ok(Box::new(BufReader::with_capacity(1 << 20, file)))
}
