//! Golden states: each shipped regime on its turning days and the day after, as it was public then and with everything
//! known; the board and pages as a person sees them. Every golden was read against the sources before it was accepted.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use regesta::domain::{Day, Instant, Jurisdiction, Moment, RegimeKey, Status, Until};
use regesta::record::{Options, Record};
use regesta::register::{Ask, RegimeState, Row};

use super::common::{Ran, World};

/// The settings of every golden: at the project's top, without what differs from run to run.
pub fn golden(name: &str, text: &str) {
    settings().bind(|| insta::assert_snapshot!(name, text));
}

/// A golden without positions in the record, which move as the shipped record grows.
pub fn golden_unnumbered(name: &str, text: &str) {
    let mut settings = settings();
    settings.add_filter(r"entry(\s+)\d+", "entry$1[n]");
    settings.add_filter(r"known at \d+ \[link\]", "known at [head]");
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn settings() -> insta::Settings {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"known at (\d+) [0-9a-f]{12}", "known at $1 [link]");
    settings
}

/// The record of that world.
pub fn record(world: &World) -> Record {
    let options = Options {
        wait: Duration::from_secs(2),
        verb: "test".to_owned(),
        since: Instant(0),
    };
    Record::open(&world.record(), options).unwrap().0
}

pub fn today() -> Day {
    "2026-11-24".parse().unwrap()
}

/// The days on which something begins or ends in a regime, and the day after each.
pub fn turning_days(rows: &[(u64, Row)], regime: &RegimeKey) -> BTreeSet<Day> {
    let zone = Jurisdiction::from(regime).zone();
    let mut days = BTreeSet::new();
    for (_, row) in rows {
        let Row::Decision(decision) = row else {
            continue;
        };
        let terms = decision
            .effects
            .iter()
            .filter_map(|row| row.effect.until())
            .chain(&decision.until);
        for until in terms {
            if let Until::Moment(last) = until {
                days.insert(last.day(zone));
            }
        }
        // Steps of a procedure change no status of the law; holds do, in what is under way.
        days.extend(decision.effects.iter().map(|row| row.starts.day(zone)));
        days.extend(decision.adopted_on);
    }
    days.iter()
        .copied()
        .chain(days.iter().map(|day| day.next()))
        .collect()
}

/// A regime's state on one line.
fn line(state: &RegimeState) -> String {
    let standing = &state.standing;
    let mut line = standing.status.words().to_owned();
    if let Some(unknown) = &standing.unknown {
        line = unknown.to_string();
    } else {
        match &standing.until {
            Some(Until::Open) => line.push_str(" without an end date"),
            Some(until) if standing.status == Status::Lapsed => {
                let _ = write!(line, ", last day {until}");
            }
            Some(until) => {
                let _ = write!(line, " until {until}");
            }
            None => {}
        }
    }
    let measures = state
        .measures
        .iter()
        .filter(|one| one.standing.status != standing.status);
    let differing: Vec<_> = measures
        .map(|one| format!("{} {}", one.measure, one.standing.status.words()))
        .collect();
    if !state.measures.is_empty() {
        let same = state.measures.len() - differing.len();
        let _ = write!(line, "; {same} measures alike");
    }
    for one in differing {
        let _ = write!(line, ", {one}");
    }
    let listed: Vec<_> = state
        .listings
        .iter()
        .map(|one| format!("{} {}", one.name, one.standing.status.words()))
        .collect();
    if !listed.is_empty() {
        let _ = write!(line, "; {}", listed.join(", "));
    }
    for procedure in &state.procedures {
        let _ = write!(line, "; {}: {}", procedure.status.words(), procedure.what);
        if !procedure.held_by.is_empty() {
            let _ = write!(line, " [held by {}]", procedure.held_by.join(", "));
        }
    }
    let acts: Vec<_> = standing
        .because
        .iter()
        .map(|reason| reason.act.as_str())
        .collect();
    if !acts.is_empty() {
        let _ = write!(line, " <- {}", acts.join(" <- "));
    }
    line
}

#[test]
fn each_regime_on_its_turning_days() {
    let world = World::shipped();
    let record = record(&world);
    for regime in record.regimes().unwrap() {
        let history = record.history(&regime).unwrap();
        let mut text = String::new();
        let mut last = String::new();
        for day in turning_days(history.rows(), &regime) {
            let ask = |public_by| Ask::new(Moment::Day(day), public_by, record.head().seq, today());
            let then = line(&history.view(&ask(Some(day))).state());
            let now = line(&history.view(&ask(None)).state());
            // A day like the one before is not told again.
            let told = if then == now {
                now
            } else {
                format!("{now}\n            public by then: {then}")
            };
            if told != last {
                let _ = writeln!(text, "{day}  {told}");
                last = told;
            }
        }
        golden(&format!("turning-days-{regime}"), &text);
    }
}

#[test]
fn the_renewal_of_january_2025_as_it_became_public() {
    let world = World::shipped();
    let record = record(&world);
    let regime: RegimeKey = "EU-RUS-SECTORAL".parse().unwrap();
    let history = record.history(&regime).unwrap();
    let mut text = String::new();
    for on in [
        "2025-01-31",
        "2025-02-01",
        "2025-02-15",
        "2025-07-31",
        "2025-08-01",
    ] {
        for by in [
            "2024-12-18",
            "2024-12-19",
            "2025-01-16",
            "2025-01-24",
            "2025-01-26",
            "2025-01-27",
            "2025-01-28",
        ] {
            let ask = Ask::new(
                on.parse().unwrap(),
                Some(by.parse().unwrap()),
                record.head().seq,
                today(),
            );
            let state = history.view(&ask).state();
            let holds: Vec<_> = state
                .procedures
                .iter()
                .map(|one| format!("{} {}", one.what, one.held_by.join(", ")))
                .collect();
            let standing = state.standing;
            let why = standing
                .unknown
                .map_or_else(|| standing.status.words().to_owned(), |why| why.to_string());
            let until = standing
                .until
                .map(|until| until.to_string())
                .unwrap_or_default();
            let _ = writeln!(
                text,
                "on {on}, public by {by}: {why} [{until}] {}",
                holds.join("; ")
            );
        }
    }
    golden("january-2025", &text);
}

fn shown(args: &[&str]) -> String {
    let world = World::shipped();
    let ran: Ran = world.run(args);
    ran.succeeds();
    ran.to_string()
}

#[test]
fn the_board_around_the_renewal() {
    for day in ["2025-01-26", "2025-01-28", "2025-02-01"] {
        golden(&format!("board-{day}"), &shown(&["state", "--on", day]));
    }
    let args = ["state", "--on", "2025-02-01", "--public-by", "2025-01-26"];
    golden("board-2025-02-01-public-by-2025-01-26", &shown(&args));
}

#[test]
fn pages_on_days_that_matter() {
    let pages = [
        ("EU-RUS-SECTORAL", "2025-02-15", Some("2025-01-26")),
        ("EU-RUS-SECTORAL", "2025-02-15", Some("2025-01-28")),
        ("EU-RUS-SECTORAL", "2022-03-05", Some("2022-03-05")),
        ("EU-UKR-TI", "2025-03-16", Some("2025-03-13")),
        ("EU-UKR-TI", "2025-03-16", Some("2025-03-16")),
        ("EU-BLR", "2025-01-27", None),
        ("EU-SYR", "2025-02-26", Some("2025-02-28")),
        ("EU-SYR", "2025-05-29", None),
        ("EU-IRN-WMD", "2025-09-29", Some("2025-10-01")),
        ("UN-IRN", "2025-09-28T12:00Z", Some("2025-09-29")),
        ("UN-MLI", "2023-09-01", None),
        ("EU-CBR-122", "2026-02-01", Some("2025-12-15")),
        ("EU-CRIMEA", "2025-06-24", None),
    ];
    for (regime, on, by) in pages {
        let mut args = vec!["state", regime, "--on", on];
        args.extend(by.into_iter().flat_map(|by| ["--public-by", by]));
        let by = by.map(|by| format!("-public-by-{by}")).unwrap_or_default();
        golden(
            &format!("page-{regime}-{}{by}", on.replace(':', "")),
            &shown(&args),
        );
    }
}

#[test]
fn stories() {
    for of in ["EU-RUS-SECTORAL", "UN-MLI", "EU-SYR", "mikhail-fridman"] {
        golden(
            &format!("history-{of}"),
            &shown(&["history", of, "--on", "2026-11-24"]),
        );
    }
}
