//! The shipped events: each with its sources, none from memory, dates as the curated facts have them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::common::{PROJECT, shared};

/// Every shipped event with its path.
pub fn files() -> Vec<(PathBuf, Value)> {
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

/// Addresses that are in none of the curated facts and were read for an event, each with what was read there.
fn read() -> BTreeMap<String, String> {
    let text = fs::read_to_string(Path::new(PROJECT).join("tests/fixtures/read.txt")).unwrap();
    let lines: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let pair = |pair: &[&str]| (pair[0].to_owned(), pair[1].trim().to_owned());
    lines.chunks(2).map(pair).collect()
}

/// The curated facts as one text: whatever is cited there was read.
fn curated() -> Option<String> {
    let facts = shared()?.join("facts");
    let file = |name: &str| fs::read_to_string(facts.join(name)).unwrap();
    let timeline: Vec<Value> = serde_json::from_str(&file("timeline.json")).unwrap();
    let sources = timeline.iter().map(|fact| fact["source"].as_str().unwrap());
    let mut text: Vec<String> = sources.map(str::to_owned).collect();
    text.extend(["renewals.md", "eu-facts.md"].map(file));
    Some(text.join("\n"))
}

/// Everything that an event cites, what it reports besides included.
fn cited(event: &Value) -> Vec<&str> {
    let others = event["other_reports"].as_array().into_iter().flatten();
    let others = others.map(|other| &other["source"]);
    let sources = event["sources"].as_array().into_iter().flatten();
    let ats = sources.chain(others).map(|source| &source["at"]);
    ats.map(|at| at.as_str().unwrap_or_default()).collect()
}

/// Whether the facts cite that address as a whole, not only one that begins so.
fn cites(facts: &str, at: &str) -> bool {
    let mut ends = facts
        .match_indices(at)
        .map(|(from, _)| &facts[from + at.len()..]);
    ends.any(|rest| rest.is_empty() || rest.starts_with([' ', '\n', '<', '|', ')', ';', ',', '"']))
}

/// What is wrong with an event's sources, if anything. Without the curated facts only their form is looked at.
fn complaint(
    event: &Value,
    curated: Option<&str>,
    read: &BTreeMap<String, String>,
) -> Option<String> {
    if event["sources"].as_array().is_none_or(Vec::is_empty) {
        return Some("cites no source".to_owned());
    }
    let text = event.to_string().to_lowercase();
    for words in [
        "from memory",
        "from-memory",
        "as remembered",
        "address not kept",
    ] {
        if text.contains(words) {
            return Some(format!("says `{words}`"));
        }
    }
    for at in cited(event) {
        let named = at.contains("://") || at.starts_with("OJ ") || at.starts_with("github ");
        if !named {
            return Some(format!("`{at}` is no address"));
        }
        let known = curated.is_none_or(|text| cites(text, at)) || read.contains_key(at);
        if !known {
            return Some(format!(
                "{at} is in no curated fact, nor in tests/fixtures/read.txt with what was read there"
            ));
        }
    }
    None
}

#[test]
fn every_event_cites_what_was_read_and_none_is_from_memory() {
    let (curated, read) = (curated(), read());
    let wrong: Vec<_> = files()
        .iter()
        .filter_map(|(path, event)| {
            let complaint = complaint(event, curated.as_deref(), &read)?;
            Some(format!("{}: {complaint}", path.display()))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_event_without_a_source_or_from_memory_is_refused() {
    let read = read();
    let of = |sources: Value, note: &str| {
        let event = json!({"id": "e", "sources": sources, "note": note});
        complaint(
            &event,
            Some("read at https://example.org/fact there"),
            &read,
        )
    };
    let at = |at: &str| json!([{"at": at, "tier": "primary"}]);
    assert_eq!(of(at("https://example.org/fact"), ""), None);
    assert_eq!(
        of(at("https://ofac.treasury.gov/nowhere"), "").map(drop),
        Some(())
    );
    assert_eq!(
        of(at("the Official Journal, from memory"), "").map(drop),
        Some(())
    );
    assert_eq!(of(at("a newspaper"), "").map(drop), Some(()));
    assert_eq!(
        of(at("https://example.org/fact"), "The day is from memory").map(drop),
        Some(())
    );
    assert_eq!(of(at("https://example.org/"), "").map(drop), Some(()));
    assert_eq!(of(json!([]), "").as_deref(), Some("cites no source"));
    assert_eq!(of(Value::Null, "").as_deref(), Some("cites no source"));
    let (first, _) = read.first_key_value().unwrap();
    assert_eq!(of(at(first), ""), None);
    let event = json!({
        "id": "e", "sources": at("https://example.org/fact"),
        "other_reports": [{"field": "until", "value": "x", "source": {"at": "hearsay", "tier": "press"}}],
    });
    assert!(
        complaint(&event, None, &read).is_some(),
        "other reports too"
    );
}

#[test]
fn what_is_said_to_be_read_is_cited_and_not_in_the_facts() {
    let events = files();
    let cited: BTreeSet<&str> = events.iter().flat_map(|(_, event)| cited(event)).collect();
    let curated = curated();
    for (at, what) in read() {
        assert!(!what.is_empty(), "{at}: what was read there?");
        assert!(cited.contains(at.as_str()), "{at} is cited by no event");
        let fact = curated.as_ref().is_some_and(|text| cites(text, &at));
        assert!(!fact, "{at} is in the curated facts");
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

/// Facts that are no decision: rules, documents, descriptions of a regime.
fn is_no_decision(fact: &Value) -> bool {
    let kind = fact["kind"].as_str().unwrap();
    matches!(kind, "regime" | "rule" | "document")
}

/// Decisions that are not shipped, each with its reason.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "eu-unknown-delisting-001",
        "it delists four persons and renews their regime, and the source does not say which regime that is",
    ),
    (
        "uk-generic-amendment-001",
        "it amends many regimes at once; of those named in what was read, the entry into force was not read",
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
        "us-section-353",
        "until",
        "the fact names a month; the day was read elsewhere",
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
