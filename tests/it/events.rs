//! The shipped events: each with its sources, none from memory, dates as the curated facts have them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::common::{PROJECT, shared};

fn files() -> Vec<(PathBuf, Value)> {
    let mut found = Vec::new();
    for folder in fs::read_dir(Path::new(PROJECT).join("events")).unwrap() {
        let folder = folder.unwrap().path();
        for file in folder
            .is_dir()
            .then(|| fs::read_dir(&folder).unwrap())
            .into_iter()
            .flatten()
        {
            let path = file.unwrap().path();
            let event = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            found.push((path, event));
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

fn regime_of(path: &Path) -> String {
    path.parent()
        .unwrap()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .into_owned()
}

#[test]
fn every_event_cites_an_address_and_none_is_from_memory() {
    for (path, event) in files() {
        let sources = event["sources"].as_array().unwrap();
        assert!(!sources.is_empty(), "{}", path.display());
        for source in sources {
            let at = source["at"].as_str().unwrap();
            let named = at.contains("://") || at.starts_with("OJ ") || at.starts_with("github ");
            assert!(named, "{}: `{at}` is no address", path.display());
            assert!(
                !at.to_lowercase().contains("memory"),
                "{}: {at}",
                path.display()
            );
        }
        let remembered = event["note"].as_str().unwrap_or_default().to_lowercase();
        assert!(
            !remembered.contains("from memory"),
            "{}: {remembered}",
            path.display()
        );
    }
}

#[test]
fn every_event_stands_in_the_folder_of_its_first_regime_under_its_day() {
    for (path, event) in files() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Some(surveyed) = event["survey"].as_str() {
            assert_eq!(regime_of(&path), surveyed);
            assert_eq!(
                name,
                format!("survey-{}.json", event["through"].as_str().unwrap())
            );
            continue;
        }
        let first = event["effects"][0]
            .as_object()
            .unwrap()
            .values()
            .next()
            .unwrap();
        assert_eq!(first["regime"], regime_of(&path), "{}", path.display());
        let day = &name[..10];
        let dates = event["dates"].as_object().unwrap();
        let text = |key: &str| {
            dates
                .get(key)
                .and_then(Value::as_str)
                .map(|text| text[..10].to_owned())
        };
        let keys = [
            "adopted_on",
            "published_on",
            "announced_on",
            "in_force",
            "assumed_on",
            "agreed_on",
            "applies",
        ];
        assert_eq!(
            keys.iter().find_map(|key| text(key)).as_deref(),
            Some(day),
            "{}",
            path.display()
        );
    }
}

/// Facts that are no decision (rules, documents, descriptions of a regime) or name no regime.
fn is_no_decision(fact: &Value) -> bool {
    let kind = fact["kind"].as_str().unwrap();
    let regime = fact["regime"].as_str().unwrap();
    matches!(kind, "regime" | "rule" | "document")
        || regime.ends_with("-GENERIC")
        || regime == "EU-UNKNOWN"
}

/// Facts that are not shipped, each with its reason.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "us-corrupt-353-lapse-001",
        "a lapse is no decision, its day was not read, and nothing of what lapsed is recorded",
    ),
    (
        "eu-cod-listing-001",
        "a listing under a regime of which no establishment and no term was read",
    ),
    (
        "uk-ssd-amendment-001",
        "an amendment of a regime of which no establishment and no term was read",
    ),
];

#[test]
fn every_sourced_fact_is_shipped_once_or_left_out_for_a_reason() {
    let Some(shared) = shared() else { return };
    let timeline = fs::read(shared.join("facts/timeline.json")).unwrap();
    let facts: Vec<Value> = serde_json::from_slice(&timeline).unwrap();
    let known: BTreeMap<&str, &Value> = facts
        .iter()
        .map(|fact| (fact["id"].as_str().unwrap(), fact))
        .collect();
    let mut used: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for (path, event) in files() {
        for fact in event["facts"].as_array().into_iter().flatten() {
            let id = fact.as_str().unwrap().to_owned();
            assert!(
                known.contains_key(id.as_str()),
                "{}: no fact {id}",
                path.display()
            );
            used.entry(id).or_default().push(path.clone());
        }
    }
    let left_out: BTreeSet<&str> = LEFT_OUT.iter().map(|(id, _)| *id).collect();
    let mut missing = Vec::new();
    for fact in facts.iter().filter(|fact| !is_no_decision(fact)) {
        let id = fact["id"].as_str().unwrap();
        match used.get(id).map_or(0, Vec::len) {
            0 if left_out.contains(id) => {}
            0 => missing.push(id),
            1 => assert!(
                !left_out.contains(id),
                "{id} is shipped and said to be left out"
            ),
            _ => panic!("{id} is shipped more than once: {:?}", used[id]),
        }
    }
    assert!(missing.is_empty(), "not shipped: {missing:?}");
}

/// Where an event's date differs from its fact's, because another source was read: event id, field, reason.
const DIFFERS: &[(&str, &str, &str)] = &[
    (
        "eu-mda.2026-04.renewal",
        "until",
        "the fact names a month; the record takes its first day, marked derived",
    ),
    (
        "eu-2022-2367",
        "until",
        "the fact's day is the first after the wind-down: unloaded prior to it",
    ),
    (
        "eu-ven.2023-11-14.renewal",
        "adopted_on",
        "the fact's day of adoption is from memory",
    ),
    (
        "un-mli.2023-08-30.veto",
        "until",
        "the end is that of resolution 2649 (2022), not of the failed draft",
    ),
    (
        "un-prk.2024-03-28.panel-veto",
        "until",
        "the end is the panel's, not the regime's",
    ),
];

#[test]
fn dates_are_those_of_the_facts() {
    let Some(shared) = shared() else { return };
    let timeline = fs::read(shared.join("facts/timeline.json")).unwrap();
    let facts: Vec<Value> = serde_json::from_slice(&timeline).unwrap();
    let known: BTreeMap<&str, &Value> = facts
        .iter()
        .map(|fact| (fact["id"].as_str().unwrap(), fact))
        .collect();
    let mut wrong = Vec::new();
    for (path, event) in files() {
        let id = event["id"].as_str().unwrap_or_default();
        let text = event.to_string();
        for fact in event["facts"].as_array().into_iter().flatten() {
            let fact = known[fact.as_str().unwrap()];
            for (theirs, ours) in [
                ("adopted", "adopted_on"),
                ("published", "published_on"),
                ("in_force", "in_force"),
                ("expires", "until"),
            ] {
                let Some(said) = fact[theirs].as_str() else {
                    continue;
                };
                let excused = DIFFERS
                    .iter()
                    .any(|(one, field, _)| *one == id && *field == ours);
                // A second fact on the same act may date another effect, or be recorded as another report.
                let stands = event["dates"][ours] == said || text.contains(&format!("\"{said}\""));
                if !stands && !excused {
                    wrong.push(format!(
                        "{}: {} says {theirs} {said}",
                        path.display(),
                        fact["id"]
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
