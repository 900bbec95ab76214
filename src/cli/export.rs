//! `export`: the log, one JSON object a line, from the journal alone; or what it says of subjects, for other programs.

use super::args::Export;
use super::output::{Output, Receipt};
use super::{Exit, Failure, Global, Outside, ftm, open};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::Path;

/// Runs the verb.
pub fn run(
    global: &Global,
    args: &Export,
    outside: Outside,
    out: &Output,
) -> Result<Exit, Failure> {
    if args.ftm {
        return follow_the_money(global, args, outside, out);
    }
    let journal = open::journal(global)?;
    let to: Box<dyn Write> = match &args.output {
        Some(path) => Box::new(File::create_new(path).map_err(|error| unwritten(path, &error))?),
        None => Box::new(io::stdout().lock()),
    };
    let mut to = BufWriter::with_capacity(1 << 18, to);
    let entries = journal
        .head()
        .map_err(|error| open::unusable(error.into()))?
        .map_or(0, |head| head.seq + 1);
    let bar = args
        .output
        .as_ref()
        .map_or_else(indicatif::ProgressBar::hidden, |_| {
            out.progress(entries, "exporting")
        });
    let mut failed = None;
    let read = journal.lines(0, &mut |line| {
        bar.inc(1);
        match to.write_all(line.bytes).and_then(|()| to.write_all(b"\n")) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    });
    bar.finish_and_clear();
    let written = failed.map_or_else(|| to.flush(), Err);
    read.map_err(|error| open::unusable(error.into()))?;
    match (written, &args.output) {
        (Ok(()), Some(path)) => {
            drop(to);
            File::open(path)
                .and_then(|file| file.sync_all())
                .map_err(|error| unwritten(path, &error))?;
            out.say(&format!("Exported {entries} entries to {}", path.display()));
            Ok(Exit::Done)
        }
        (Ok(()), None) => Ok(Exit::Done),
        (Err(error), None) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        (Err(error), path) => Err(unwritten(
            path.as_deref().unwrap_or(Path::new("standard output")),
            &error,
        )),
    }
}

/// Subjects and their listings as `FollowTheMoney` entities.
fn follow_the_money(
    global: &Global,
    args: &Export,
    outside: Outside,
    out: &Output,
) -> Result<Exit, Failure> {
    let record = open::record(global, "export", outside, out)?;
    let (ask, known) = open::ask(&record, &args.dials, outside)?;
    let entities = ftm::entities(&record, &ask)?;
    let text = ftm::lines(&entities)?;
    match &args.output {
        None => out.print(&text)?,
        Some(path) => {
            let written = File::create_new(path).and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.sync_all()
            });
            written.map_err(|error| unwritten(path, &error))?;
            out.say(&format!(
                "Exported {} entities to {}",
                entities.len(),
                path.display()
            ));
        }
    }
    let receipt = Receipt::new("subjects", &ask, args.dials.as_law_stood, &known)
        .with(record.redactions(None, ask.known_at));
    out.say_receipt(&receipt);
    Ok(Exit::Done)
}

fn unwritten(path: &Path, error: &io::Error) -> Failure {
    let failure = Failure::new(
        Exit::Unusable,
        "io",
        format!("{} cannot be written: {error}", path.display()),
    );
    if error.kind() == io::ErrorKind::AlreadyExists {
        failure.hint("an export never overwrites a file")
    } else {
        failure
    }
}
