//! A record beside SQLite and a flat file that hold the same bodies: durable appends, bulk appends, examination, one
//! regime's state as a whole process, memory, bytes on disk. Then what is asked of a record, verb by verb. Ratios in one run.
//!
//! `cargo bench` runs it at 10 thousand, 100 thousand and 1 million entries; `cargo bench -- --sizes 10k,100k` at those;
//! `--json` gives numbers for machines.

mod asked;
mod measure;
mod ours;
mod report;
mod rivals;
mod round;
mod world;

use measure::{Outcome, tell, timed};
use rivals::{Flat, Sqlite};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The same as the command's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["child", rest @ ..] => child(rest),
        rest => run(rest),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[&str]) -> Outcome<()> {
    let (mut sizes, mut json) = (vec![10_000, 100_000, 1_000_000], false);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match *arg {
            // What cargo says to every bench.
            "--bench" => {}
            "--json" => json = true,
            "--sizes" => {
                sizes = args
                    .next()
                    .ok_or("--sizes needs some, like 10k,100k")?
                    .split(',')
                    .map(size)
                    .collect::<Outcome<_>>()?
            }
            other => return Err(format!("unknown argument {other}").into()),
        }
    }
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let dir = tempfile::TempDir::with_prefix_in("asked-", place)?;
    let shipped = asked::shipped(dir.path(), round::RUNS)?;
    let mut rounds = Vec::new();
    for size in sizes {
        let dir = tempfile::TempDir::with_prefix_in("against-", place)?;
        rounds.push(round::run(dir.path(), size)?);
    }
    report::tell(&measure::machine(place), &shipped, &rounds, json)
}

/// `10k`, `1m`, `5000`.
fn size(text: &str) -> Outcome<u64> {
    let (digits, unit) = match text.to_ascii_lowercase() {
        text if text.ends_with('k') => (text.trim_end_matches('k').to_owned(), 1_000),
        text if text.ends_with('m') => (text.trim_end_matches('m').to_owned(), 1_000_000),
        text => (text, 1),
    };
    Ok(digits.parse::<u64>()? * unit)
}

fn corpus(path: &str) -> Outcome<Lines<BufReader<File>>> {
    Ok(BufReader::with_capacity(1 << 20, File::open(path)?).lines())
}

/// What runs in a process of its own, so that its memory and its start count.
fn child(words: &[&str]) -> Outcome<()> {
    match words {
        // By hand, to look at one piece of work alone: bodies to a file, and an empty record.
        ["corpus", to, entries] => {
            let entries = size(entries)?;
            round::write(&mut world::World::new(entries), entries, to).map(drop)
        }
        ["init", at] => ours::init(Path::new(at)),
        ["bulk", "regesta", at, from] => {
            let mut record = ours::open(Path::new(at))?;
            tell(timed(|| ours::bulk(&mut record, Path::new(from)))?)
        }
        ["bulk", "sqlite", at, from] => {
            let mut sqlite = Sqlite::create(Path::new(at))?;
            tell(timed(|| {
                sqlite.append(corpus(from)?.map_while(Result::ok))
            })?)
        }
        ["bulk", "flat", at, from] => {
            let mut flat = Flat::open(Path::new(at))?;
            tell(timed(|| flat.append(corpus(from)?.map_while(Result::ok)))?)
        }
        ["verify", "regesta", at] => tell(timed(|| ours::verify(Path::new(at)))?),
        ["verify", "sqlite", at] => tell(timed(|| Sqlite::open(Path::new(at))?.verify())?),
        ["verify", "flat", at] => tell(timed(|| Flat::verify(Path::new(at)))?),
        ["pass", "regesta", at] => tell(ours::pass(Path::new(at))?),
        ["hashing", corpus] => tell(ours::hashing(Path::new(corpus))?),
        ["state", "sqlite", at, regime] => {
            Sqlite::open(Path::new(at))?.state(regime, world::World::last_day())
        }
        ["state", "flat", at, regime] => {
            Flat::state(&PathBuf::from(at), regime, world::World::last_day())
        }
        _ => Err(format!("unknown work {words:?}").into()),
    }
}
