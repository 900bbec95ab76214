//! One round: everything at one size.

use crate::asked::{Asked, Questions};
use crate::measure::{Outcome, Told, bytes, drop_caches, myself, percentile, process, told};
use crate::ours;
use crate::rivals::{Flat, Sqlite};
use crate::world::{STEADY, World};
use chrono::Days;
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// How many single appends are timed; as many more go before, untimed.
const SINGLES: usize = 300;
/// How often a process is run.
pub const RUNS: usize = 9;

/// One thing measured of each.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Three {
    pub regesta: f64,
    pub sqlite: f64,
    pub flat: f64,
}

/// What was measured at one size. Times are in seconds.
#[derive(Debug, Serialize)]
pub struct Round {
    pub entries: u64,
    pub bodies_bytes: u64,
    pub single_p50: Three,
    pub single_p99: Three,
    pub bulk: Three,
    pub bulk_peak_kib: Three,
    pub verify: Three,
    pub verify_peak_kib: Three,
    pub pass: f64,
    pub pass_peak_kib: f64,
    pub state: Three,
    pub state_uncached: Option<Three>,
    pub steady_state: Three,
    pub bytes: Three,
    pub sled_bytes: u64,
    pub journal_bytes: u64,
    pub asked: Vec<Asked>,
}

struct Places {
    corpus: String,
    regesta: String,
    sqlite: String,
    flat: String,
}

pub fn run(dir: &Path, entries: u64) -> Outcome<Round> {
    let at = |name: &str| dir.join(name).display().to_string();
    let places = Places {
        corpus: at("corpus.ndjson"),
        regesta: at("record"),
        sqlite: at("rival.sqlite"),
        flat: at("rival.ndjson"),
    };
    let progress = |what: &str| writeln!(std::io::stderr(), "{entries} entries: {what}");
    progress("making bodies")?;
    let mut world = World::new(entries);
    let bodies_bytes = write(&mut world, entries, &places.corpus)?;
    ours::init(Path::new(&places.regesta))?;
    progress("bulk append")?;
    let bulk = places.each(|place, name| told(&["bulk", name, place, &places.corpus]))?;
    let (sled, journal) = (dir.join("record/sled"), dir.join("record/journal"));
    let (sled_bytes, journal_bytes) = (bytes(&sled)?, bytes(&journal)?);
    Sqlite::open(Path::new(&places.sqlite))?.settle()?;
    let size = places.each(|place, _| bytes(Path::new(place)))?;
    progress("single appends")?;
    let mut singles = singles(&places, &mut world)?;
    progress("state")?;
    let one = World::one_of_fifty();
    let state = places.state(&one, RUNS)?;
    let steady_state = places.state(STEADY, RUNS)?;
    let state_uncached = if drop_caches() {
        Some(places.uncached(&one)?)
    } else {
        None
    };
    progress("questions")?;
    let asked = questions(Path::new(&places.regesta), &one, &world)?;
    progress("verify")?;
    let verify = places.each(|place, name| told(&["verify", name, place]))?;
    let pass = told(&["pass", "regesta", &places.regesta])?;
    let seconds = |told: Told| told.seconds;
    let peak = |told: Told| told.peak_kib as f64;
    Ok(Round {
        entries,
        bodies_bytes,
        single_p50: three(singles.each_mut().map(|times| percentile(times, 50))),
        single_p99: three(singles.each_mut().map(|times| percentile(times, 99))),
        bulk: three(bulk.map(seconds)),
        bulk_peak_kib: three(bulk.map(peak)),
        verify: three(verify.map(seconds)),
        verify_peak_kib: three(verify.map(peak)),
        pass: pass.seconds,
        pass_peak_kib: pass.peak_kib as f64,
        state,
        state_uncached,
        steady_state,
        bytes: three(size.map(|bytes| bytes as f64)),
        sled_bytes,
        journal_bytes,
        asked,
    })
}

/// What is asked of one regime in the record, and about one of those on its list.
fn questions(record: &Path, regime: &str, world: &World) -> Outcome<Vec<Asked>> {
    let entries = world.entries();
    let (from, on) = (World::last_day() - Days::new(365), World::last_day());
    let at_a_million = |seconds: f64| (entries >= 1_000_000).then_some(seconds);
    let questions = Questions {
        record,
        regime,
        subject: world.listed(regime).ok_or("nobody is listed")?,
        days: [&from.to_string(), &on.to_string()],
        known: [entries - entries / 100, entries],
        must: [at_a_million(0.060), at_a_million(0.100)],
    };
    questions.ask(RUNS)
}

fn three([regesta, sqlite, flat]: [f64; 3]) -> Three {
    Three {
        regesta,
        sqlite,
        flat,
    }
}

/// Writes the bodies one a line; how many bytes they have.
pub fn write(world: &mut World, entries: u64, path: &str) -> Outcome<u64> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut sum = 0;
    for body in world.by_ref().take(usize::try_from(entries)?) {
        sum += body.len() as u64;
        writeln!(out, "{body}")?;
    }
    out.into_inner()?.sync_all()?;
    Ok(sum)
}

/// The same bodies in turn to each, so that the disk's moods meet all alike.
fn singles(places: &Places, world: &mut World) -> Outcome<[Vec<Duration>; 3]> {
    let mut record = ours::open(Path::new(&places.regesta))?;
    let mut sqlite = Sqlite::open(Path::new(&places.sqlite))?;
    let mut flat = Flat::open(Path::new(&places.flat))?;
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for (n, body) in world.take(2 * SINGLES).enumerate() {
        let mut time = |who: usize, work: &mut dyn FnMut() -> Outcome<()>| {
            let start = Instant::now();
            work()?;
            if n >= SINGLES {
                times[who].push(start.elapsed());
            }
            Ok::<_, Box<dyn std::error::Error>>(())
        };
        time(0, &mut || ours::single(&mut record, &body))?;
        time(1, &mut || sqlite.append([&body]))?;
        time(2, &mut || flat.append([&body]))?;
    }
    sqlite.settle()?;
    Ok(times)
}

impl Places {
    fn each<T>(&self, measure: impl Fn(&str, &str) -> Outcome<T>) -> Outcome<[T; 3]> {
        Ok([
            measure(&self.regesta, "regesta")?,
            measure(&self.sqlite, "sqlite")?,
            measure(&self.flat, "flat")?,
        ])
    }

    /// One regime's state as a whole process: our command, and what a rival needs to answer the same.
    fn command(&self, name: &str, place: &str, regime: &str) -> Outcome<Command> {
        if name != "regesta" {
            return myself(&["state", name, place, regime]);
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_regesta"));
        let day = World::last_day().to_string();
        command.args(["--record", place, "state", regime, "--on", &day]);
        Ok(command)
    }

    fn state(&self, regime: &str, runs: usize) -> Outcome<Three> {
        self.each(|place, name| process(self.command(name, place, regime)?, runs))
            .map(three)
    }

    /// The same with nothing of any file in memory.
    fn uncached(&self, regime: &str) -> Outcome<Three> {
        self.each(|place, name| {
            drop_caches();
            process(self.command(name, place, regime)?, 1)
        })
        .map(three)
    }
}
