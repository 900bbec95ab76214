//! What a record of ours is asked, each question as a whole process beside the state of the same regime.

use crate::measure::{Outcome, process};
use serde::Serialize;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

/// One question and what it took.
#[derive(Debug, Serialize)]
pub struct Asked {
    pub verb: &'static str,
    pub seconds: f64,
    /// How many states of the same regime in the same run it took.
    pub by_state: f64,
    /// How long it may take, in seconds.
    pub must_seconds: Option<f64>,
    /// How many states of the same regime it may take.
    pub must_by_state: Option<f64>,
}

/// A record and what it is asked about.
#[derive(Debug)]
pub struct Questions<'a> {
    pub record: &'a Path,
    pub regime: &'a str,
    /// Somebody on the regime's list.
    pub subject: &'a str,
    /// Two days of legal time.
    pub days: [&'a str; 2],
    /// Two positions of the record.
    pub known: [u64; 2],
    /// How long `state` may take, and `why`, `history`, `due` and `diff`, in seconds.
    pub must: [Option<f64>; 2],
}

impl Questions<'_> {
    /// The median of so many runs of each.
    pub fn ask(&self, runs: usize) -> Outcome<Vec<Asked>> {
        let Self {
            regime, subject, ..
        } = *self;
        let ([from, on], [then, now]) = (self.days, self.known.map(|seq| seq.to_string()));
        let ([must_state, must], listed) = (self.must, format!("listed {subject} under {regime}"));
        let draft = tempfile::Builder::new().suffix(".json").tempfile()?;
        serde_json::to_writer(&draft, &act(regime, from))?;
        let draft = draft.path().display().to_string();
        let questions: [(_, &[&str], _, _); 14] = [
            ("state", &["state", regime, "--on", on], must_state, None),
            ("why", &["why", regime, "--on", on], must, None),
            (
                "why, a listing",
                &["why", regime, subject, "--on", on],
                must,
                None,
            ),
            ("history", &["history", regime, "--on", on], must, None),
            (
                "history, a subject",
                &["history", subject, "--on", on],
                must,
                None,
            ),
            ("due", &["due", regime, "--on", on], must, None),
            ("diff, two days", &["diff", from, on, regime], must, None),
            (
                "diff, two record moments",
                &["diff", "--known", &then, &now, "--on", on, regime],
                must,
                Some(2.0),
            ),
            ("bisect", &["bisect", &listed], None, None),
            (
                "bisect, by entry",
                &["bisect", "--known", "--on", on, &listed],
                None,
                None,
            ),
            ("subject", &["subject", subject, "--on", on], None, None),
            (
                "append --dry-run, one act",
                &["append", "--dry-run", &draft],
                None,
                None,
            ),
            ("state, every regime", &["state", "--on", on], None, None),
            ("due, every regime", &["due", "--on", on], None, None),
        ];
        let mut asked: Vec<Asked> = Vec::new();
        for (verb, args, must_seconds, must_by_state) in questions {
            let mut command = Command::new(env!("CARGO_BIN_EXE_regesta"));
            command.arg("--record").arg(self.record).args(args);
            let seconds = process(command, runs)?;
            let state = asked.first().map_or(seconds, |state| state.seconds);
            asked.push(Asked {
                verb,
                seconds,
                by_state: seconds / state,
                must_seconds,
                must_by_state,
            });
        }
        Ok(asked)
    }
}

/// A listing that was found late.
fn act(regime: &str, on: &str) -> Value {
    json!({
        "id": "bench-late",
        "title": "A listing found late",
        "authority": "eu-council",
        "dates": {"adopted_on": on},
        "effects": [{"listed": {"regime": regime, "subject": {"id": "found-late", "name": "Found Late", "type": "person"}}}],
        "sources": [{"at": "https://example.org", "tier": "primary"}],
    })
}

/// The record that ships, as its users ask it.
pub fn shipped(dir: &Path, runs: usize) -> Outcome<Vec<Asked>> {
    let record = dir.join("shipped");
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regesta"));
        command.arg("--record").arg(&record).args(args);
        process(command, 1)
    };
    run(&["init"])?;
    run(&["append", concat!(env!("CARGO_MANIFEST_DIR"), "/events")])?;
    let questions = Questions {
        record: &record,
        regime: "EU-UKR-TI",
        subject: "mikhail-fridman",
        days: ["2024-02-15", "2025-02-15"],
        known: [200, 400],
        must: [None, Some(0.030)],
    };
    questions.ask(runs)
}
