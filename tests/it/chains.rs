//! Chains of terms: each regime's last days beside the curated table, its holes, and what its surveys cover.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use regesta::domain::{Answer, Day, Moment, RegimeKey, Status, Until};
use regesta::record::Record;
use regesta::register::{Ask, RegimeState, Row};
use serde_json::Value;

use super::common::{World, shared};
use super::events::files;
use super::states::record;

/// Terms that the curated table has no source for, and that are recorded because another source was read.
const CLOSED: &[(&str, &str, &str)] = &[
    (
        "EU-UKR-TI",
        "2022-09-15",
        "the Council's release of 14 September 2022 renews for a further six months, to 15 March 2023",
    ),
    (
        "EU-BLR",
        "2016-02-29",
        "the Council's release 767/15 of 29 October 2015 gives the term, four months",
    ),
    (
        "EU-ZWE",
        "2027-02-20",
        "the statement of 17 February 2026 that lifts freeze and travel ban gives the arms embargo this last day",
    ),
];

/// A row of the curated table: last day, and the facts that it rests on, none for a hole.
type Term = (String, Vec<String>);

/// The rows of the curated table by regime.
fn table() -> Option<BTreeMap<String, Vec<Term>>> {
    let text = fs::read_to_string(shared()?.join("facts/renewals.md")).unwrap();
    let mut regimes: BTreeMap<String, Vec<_>> = BTreeMap::new();
    let mut regime = String::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            title.split(':').next().unwrap().clone_into(&mut regime);
        }
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        // Until, act, CELEX, adopted, published, in force, tier, source, facts, between bars.
        let &[_, until, act, .., facts, _] = cells.as_slice() else {
            continue;
        };
        let until = until.trim_end_matches('°');
        if cells.len() != 11 || until.parse::<Day>().is_err() {
            continue;
        }
        let facts = match act {
            "**HOLE**" => Vec::new(),
            _ => facts.split(", ").map(str::to_owned).collect(),
        };
        let rows = regimes.entry(regime.clone()).or_default();
        rows.push((until.to_owned(), facts));
    }
    Some(regimes)
}

#[test]
fn last_days_are_those_of_the_curated_table() {
    let Some(table) = table() else { return };
    assert_eq!(table.len(), 12, "{:?}", table.keys());
    let events = files();
    for (regime, rows) in table {
        let mut expected: BTreeSet<String> = BTreeSet::new();
        for (until, facts) in rows.iter().filter(|(_, facts)| !facts.is_empty()) {
            expected.insert(until.clone());
            for fact in facts {
                let rests = |event: &&Value| {
                    let facts = event["facts"].as_array().into_iter().flatten();
                    facts.into_iter().any(|one| one == fact.as_str())
                };
                let event = events.iter().map(|(_, event)| event).find(rests);
                let event = event.unwrap_or_else(|| panic!("{fact} is not shipped"));
                assert_eq!(event["dates"]["until"], until.as_str(), "{fact}");
            }
        }
        let closed = CLOSED.iter().filter(|(of, _, _)| *of == regime);
        for (_, until, why) in closed {
            let hole = rows.iter().find(|(day, _)| day == until);
            assert!(
                hole.is_none_or(|(_, facts)| facts.is_empty()),
                "{regime} {until} has a source by now, not only this: {why}"
            );
            expected.insert((*until).to_owned());
        }
        let recorded: BTreeSet<String> = events
            .iter()
            .flat_map(|(_, event)| {
                let effects = event["effects"].as_array().into_iter().flatten();
                effects.map(move |effect| (event, effect))
            })
            .filter_map(|(event, effect)| {
                let (did, of) = effect.as_object()?.iter().next()?;
                let moves = (did == "renewed" || did == "established") && of["regime"] == *regime;
                let until = of["until"].as_str().or(event["dates"]["until"].as_str());
                moves.then_some(until?.to_owned())
            })
            .collect();
        assert_eq!(recorded, expected, "{regime}");
    }
}

fn state(record: &Record, regime: &str, on: Day) -> RegimeState {
    let regime: RegimeKey = regime.parse().unwrap();
    let today: Day = "2026-11-24".parse().unwrap();
    let ask = Ask::new(Moment::Day(on), None, record.head().seq, today);
    record.state_at(&regime, &ask).unwrap()
}

/// Days in holes: terms without any source, the day after the last recorded end, the day before the next recorded act.
const IN_HOLES: &[(&str, &[&str])] = &[
    (
        "EU-UKR-TI",
        &["2014-10-01", "2015-03-12", "2026-09-16", "2026-11-24"],
    ),
    ("EU-CRIMEA", &["2026-06-24", "2026-11-24"]),
    ("EU-BLR", &["2010-01-01", "2012-10-17", "2027-03-01"]),
    (
        "EU-UKR-MSF",
        &["2022-03-07", "2023-06-01", "2024-06-01", "2026-03-02"],
    ),
    (
        "EU-IRN-HR",
        &[
            "2015-04-14",
            "2016-10-01",
            "2017-04-12",
            "2020-04-14",
            "2022-01-01",
            "2024-04-13",
            "2025-04-14",
            "2026-03-16",
        ],
    ),
    ("EU-VEN", &["2021-11-15", "2022-11-14", "2023-11-13"]),
    (
        "EU-MMR",
        &[
            "2017-12-31",
            "2020-05-01",
            "2021-04-28",
            "2022-05-01",
            "2023-04-27",
            "2026-05-01",
        ],
    ),
    ("EU-ZWE", &["2011-02-16", "2027-02-21"]),
    ("EU-SYR", &["2012-01-18", "2027-06-02"]),
    ("EU-NGCA", &["2027-02-25"]),
    ("EU-RUS-SECTORAL", &["2014-07-30", "2027-08-01"]),
];

#[test]
fn a_day_in_a_hole_is_unknown_and_nothing_of_the_regime_is_in_force() {
    let world = World::shipped();
    let record = record(&world);
    for (regime, days) in IN_HOLES {
        for day in *days {
            let state = state(&record, regime, day.parse().unwrap());
            assert_eq!(state.standing.status, Status::Unknown, "{regime} {day}");
            assert!(state.standing.unknown.is_some(), "{regime} {day}");
            let measures = state.measures.iter().map(|one| &one.standing);
            let listings = state.listings.iter().map(|one| &one.standing);
            for standing in measures.chain(listings) {
                assert_ne!(standing.answer, Answer::InForce, "{regime} {day}");
            }
        }
    }
}

/// A first term whose last day was not read runs as far as the renewal that moves it: only then is its end known.
#[test]
fn a_first_term_without_a_last_day_runs_to_the_act_that_renews_it() {
    let world = World::shipped();
    let record = record(&world);
    let firsts = [
        ("EU-CRIMEA", "2014-06-25", "2015-06-20"),
        ("EU-NGCA", "2022-02-24", "2023-02-21"),
        ("EU-UKR-MSF", "2014-03-07", "2015-03-06"),
        ("EU-VEN", "2017-11-15", "2018-11-07"),
    ];
    for (regime, first, last) in firsts {
        for day in [first, last] {
            let state = state(&record, regime, day.parse().unwrap());
            let standing = state.standing;
            assert_eq!(
                (standing.status, standing.until),
                (Status::Applicable, None),
                "{regime} {day}"
            );
        }
    }
}

#[test]
fn no_survey_covers_a_hole() {
    let world = World::shipped();
    let record = record(&world);
    let mut surveyed = 0;
    for regime in record.regimes().unwrap() {
        let history = record.history(&regime).unwrap();
        let mut ends: BTreeSet<Day> = BTreeSet::new();
        for (_, row) in history.rows() {
            if let Row::Decision(decision) = row
                && let Some(Until::Moment(Moment::Day(last))) = decision.until
            {
                ends.insert(last.next());
            }
        }
        for (_, row) in history.rows() {
            let Row::Survey(survey) = row else { continue };
            surveyed += 1;
            let facts_end: Day = "2026-08-31".parse().unwrap();
            assert!(
                survey.through <= facts_end,
                "{regime}: later than the facts"
            );
            let within =
                |day: &Day| survey.from.is_none_or(|from| from <= *day) && *day <= survey.through;
            let edges = survey.from.into_iter().chain([survey.through]);
            for day in ends.iter().copied().filter(within).chain(edges) {
                let standing = state(&record, regime.as_str(), day).standing;
                assert_ne!(standing.status, Status::Unknown, "{regime} {day}");
            }
        }
    }
    assert_eq!(surveyed, 14);
}
