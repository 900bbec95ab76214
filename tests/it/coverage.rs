//! The coverage of the shipped record: generated, kept beside the events, and counted again from their files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::common::{PROJECT, World, find};
use super::events::files;

const TELLS: &str = "regesta coverage --markdown > events/COVERAGE.md";

#[test]
fn the_table_beside_the_events_is_the_one_that_the_command_prints() {
    let printed = World::shipped().run(&["coverage", "--markdown"]);
    let kept = fs::read_to_string(Path::new(PROJECT).join("events/COVERAGE.md")).unwrap();
    assert!(
        kept == printed.succeeds().stdout,
        "the events have changed. Over a record of them: {TELLS}"
    );
    assert!(kept.contains(TELLS), "it says how it was made");
}

/// Tiers as they are written, the best first.
const TIERS: &[&str] = &[
    "primary",
    "primary-mirror",
    "oj-transcription",
    "official-text-mirror",
    "official",
    "academic",
    "law-firm",
    "trade-association",
    "dataset",
    "machine-extracted",
    "secondary",
    "press",
];

/// The best tier of an event.
fn best(event: &Value) -> &'static str {
    let sources = event["sources"].as_array().unwrap();
    let is_there = |tier: &&&str| sources.iter().any(|source| source["tier"] == **tier);
    TIERS.iter().find(is_there).unwrap()
}

fn counted(tiers: &BTreeMap<&str, usize>) -> Value {
    let count = |tier: &&str| Some(json!({"tier": tier, "decisions": tiers.get(tier)?}));
    TIERS.iter().filter_map(count).collect()
}

#[test]
fn it_counts_what_the_files_hold() {
    let answer = World::shipped().json(&["coverage"]);
    let mut all: BTreeMap<&str, usize> = BTreeMap::new();
    let mut by_regime: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    let mut surveys = 0;
    for (_, event) in files() {
        let Some(effects) = event["effects"].as_array() else {
            surveys += 1;
            continue;
        };
        let tier = best(&event);
        *all.entry(tier).or_default() += 1;
        let of = |effect: &Value| {
            let effect = effect.as_object().unwrap().values().next().unwrap();
            effect["regime"].as_str().unwrap().to_owned()
        };
        let regimes: BTreeSet<_> = effects.iter().map(of).collect();
        for regime in regimes {
            *by_regime
                .entry(regime)
                .or_default()
                .entry(tier)
                .or_default() += 1;
        }
    }
    assert_eq!(answer["tiers"], counted(&all));
    assert_eq!(answer["decisions"], all.values().sum::<usize>());
    assert_eq!(answer["surveys"], surveys);
    let regimes = answer["regimes"].as_array().unwrap();
    assert_eq!(regimes.len(), by_regime.len());
    for (regime, tiers) in by_regime {
        let told = find(&answer["regimes"], "regime", &regime);
        assert_eq!(told["tiers"], counted(&tiers), "{regime}");
        assert_eq!(told["decisions"], tiers.values().sum::<usize>());
    }
}

#[test]
fn a_regimes_span_surveys_and_names_are_told() {
    let world = World::shipped();
    let answer = world.json(&["coverage"]);
    let listings = find(&answer["regimes"], "regime", "EU-UKR-TI");
    assert_eq!(
        (&listings["first"], &listings["last"]),
        (&json!("2014-03-17"), &json!("2026-08-07"))
    );
    let spans = listings["surveyed"].as_array().unwrap();
    let through: Vec<_> = spans.iter().map(|span| &span["through"]).collect();
    assert_eq!(through, ["2022-03-15", "2026-08-07"]);
    assert!(listings["named"].as_u64().unwrap() >= 15, "{listings}");
    // An annulment that was set aside is told of, though nothing of it is in force.
    let terror = find(&answer["regimes"], "regime", "EU-TERR");
    assert_eq!(terror["decisions"], 9);
    world
        .run(&["coverage"])
        .succeeds()
        .says("EU-UKR-TI")
        .says("2022-09-16 to 2026-08-07")
        .says("whatever was read there");
    let first = world.json(&["coverage", "--known-at", "1"]);
    assert_eq!(first["decisions"], 1);
}
