//! Subjects by name: who is meant is shown, and nobody is chosen where several are.

use serde_json::{Value, json};

use super::common::{BASE, World, decision};
use super::states::golden;

fn matched(world: &World, name: &str) -> Value {
    world.json(&["subject", name, "--on", "2026-11-24"])["subjects"][0]["matched"].take()
}

#[test]
fn a_subject_is_found_by_id_name_alias_and_in_any_spelling() {
    let world = World::shipped();
    let found = |name: &str| {
        let found = matched(&world, name);
        let text = |key: &str| found[key].as_str().unwrap().to_owned();
        (text("subject"), text("kind"), text("nearness"))
    };
    let is = |subject: &str, kind: &str, nearness: &str| {
        (subject.to_owned(), kind.to_owned(), nearness.to_owned())
    };
    assert_eq!(
        found("mikhail-fridman"),
        is("mikhail-fridman", "id", "exact")
    );
    assert_eq!(
        found("Mikhail Fridman"),
        is("mikhail-fridman", "name", "exact")
    );
    assert_eq!(
        found("FRIDMAN, Mikhail"),
        is("mikhail-fridman", "name", "folded")
    );
    assert_eq!(
        found("Михаил Фридман"),
        is("mikhail-fridman", "name", "folded")
    );
    assert_eq!(
        found("Abu Mohammed Al-Jawlani"),
        is("ahmed-al-sharaa", "alias", "exact")
    );
    assert_eq!(
        found("abu mohammed al jawlani"),
        is("ahmed-al-sharaa", "alias", "folded")
    );
    assert_eq!(
        found("Mikhael Friedman"),
        is("mikhail-fridman", "name", "close")
    );
    world
        .run(&["subject", "Mikhael Friedman"])
        .succeeds()
        .says("matched: name `Mikhail Fridman` (close spelling) of mikhail-fridman");
    world
        .run(&["subject", "Nobody Atall"])
        .exits(2)
        .complains("no subject Nobody Atall is recorded");
}

#[test]
fn several_are_listed_and_none_is_chosen() {
    let world = World::shipped();
    let both = world.json(&["subject", "Vladimir"]);
    let ids: Vec<_> = both["subjects"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["subject"])
        .collect();
    assert_eq!(ids, ["vladimir-putin", "vladimir-rashevsky"]);
    world
        .run(&["history", "Vladimir"])
        .exits(2)
        .complains("Vladimir may be any of 2")
        .complains("vladimir-putin  name `Vladimir Putin` (close spelling)");
    world
        .run(&["history", "putin, vladimir"])
        .succeeds()
        .says("matched: name `Vladimir Putin` (folded) of vladimir-putin");
    world
        .run(&["history", "EU-RUS-SECTRAL"])
        .exits(2)
        .complains("did you mean EU-RUS-SECTORAL?");
}

#[test]
fn pages_of_subjects() {
    for (name, file) in [
        ("Mikhail Fridman", "subject-mikhail-fridman"),
        ("Nikita Mazepin", "subject-nikita-mazepin"),
        ("Al-Sharaa, Ahmed", "subject-ahmed-al-sharaa"),
    ] {
        let world = World::shipped();
        let ran = world.run(&["subject", name, "--on", "2026-09-01"]);
        golden(file, &ran.succeeds().to_string());
    }
}

#[test]
fn a_listing_is_delisted_in_one_legal_order_and_goes_on_in_another() {
    let world = World::shipped();
    let answer = world.json(&[
        "subject",
        "ahmed-al-sharaa",
        "--on",
        "2025-11-07",
        "--public-by",
        "2025-11-07",
    ]);
    let listings = answer["subjects"][0]["listings"].as_array().unwrap();
    let of = |regime: &str| listings.iter().find(|one| one["regime"] == regime).unwrap();
    assert_eq!(of("UN-ISIL")["standing"]["status"], "repealed");
    assert_eq!(of("EU-ISIL")["standing"]["status"], "applicable");
    let spans = of("UN-ISIL")["spans"].as_array().unwrap();
    let last = spans.last().unwrap();
    assert_eq!(
        (&last["status"], &last["from"]),
        (&json!("repealed"), &json!("2025-11-06"))
    );
    let before = &spans[spans.len() - 2];
    assert_eq!(
        (&before["status"], &before["to"]),
        (&json!("unknown"), &json!("2025-11-05")),
        "his listing of 2013 is not recorded"
    );
    let us = of("US-SDGT")["spans"].as_array().unwrap();
    assert_eq!(us[0]["ended_by"]["did"], "delisted");
}

/// A record with one listing that is amended and annulled.
fn small() -> World {
    let world = World::opened();
    world.file("base.json", BASE);
    let subject = r#"{"id": "ann", "name": "Ann Öz", "type": "person", "aliases": ["Анна"], "identifiers": ["No 7"]}"#;
    let listed = format!(
        r#"{{"listed": {{"regime": "EU-TEST", "subject": {subject}, "reference": "EU.1", "reasons": "First reasons."}}}}"#
    );
    world.file("list.json", decision("list", "2024-02-01", &listed));
    let amended = r#"{"listing_amended": {"regime": "EU-TEST", "subject": "ann", "change": "new name and reasons",
        "name": "Anne Oz-Smith", "reference": "EU.2", "reasons": "Second reasons."}}"#;
    world.file("amend.json", decision("amend", "2024-03-01", amended));
    let gone = r#"{"delisted": {"regime": "EU-TEST", "subject": "ann"}}"#;
    world.file("gone.json", decision("gone", "2024-05-01", gone));
    world
        .run(&[
            "append",
            "base.json",
            "list.json",
            "amend.json",
            "gone.json",
        ])
        .succeeds();
    world
}

#[test]
fn names_references_and_reasons_have_their_versions() {
    let world = small();
    let answer = world.json(&["subject", "ann", "--on", "2024-06-01"]);
    let listing = &answer["subjects"][0]["listings"][0];
    let texts: Vec<_> = listing["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["text"])
        .collect();
    assert_eq!(texts, ["First reasons.", "Second reasons."]);
    let references: Vec<_> = listing["particulars"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["reference"])
        .collect();
    assert_eq!(references, ["EU.1", "EU.2"]);
    let spans: Vec<_> = listing["spans"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["from"].as_str().unwrap(),
                one["status"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        spans,
        [("2024-02-01", "applicable"), ("2024-05-01", "repealed")]
    );
    // What was not public or not known then is not told.
    let then = world.json(&[
        "subject",
        "ann",
        "--on",
        "2024-06-01",
        "--public-by",
        "2024-02-15",
    ]);
    let listing = &then["subjects"][0]["listings"][0];
    assert_eq!(listing["reasons"].as_array().unwrap().len(), 1);
    world
        .run(&["subject", "ann", "--public-by", "2023-12-31"])
        .succeeds()
        .says("Nothing recorded, or nothing public by then.");
}

#[test]
fn every_name_that_an_effect_gives_is_looked_up() {
    let world = small();
    for (name, kind) in [
        ("anna", "alias"),
        ("oz ann", "name"),
        ("ANNE OZ SMITH", "name"),
        ("no. 7", "identifier"),
    ] {
        let found = matched(&world, name);
        assert_eq!(
            (&found["subject"], &found["kind"]),
            (&json!("ann"), &json!(kind)),
            "{name}"
        );
        assert_eq!(found["nearness"], "folded", "{name}");
    }
    // A name recorded later is not known yet.
    world
        .run(&["subject", "Anne Oz-Smith", "--known-at", "2"])
        .succeeds()
        .says("close spelling");
    world
        .run(&["subject", "Ann Öz", "--known-at", "1"])
        .exits(2);
    world.run(&["verify"]).succeeds();
}

#[test]
fn a_listing_ended_at_an_instant_ends_on_a_day_of_its_authority() {
    let world = World::opened();
    let subject = r#"{"id": "ann", "name": "Ann", "type": "person"}"#;
    let base = r#"{"established": {"regime": "US-TEST", "title": "Test", "until": "open"}}"#;
    let listed = format!(r#"{{"listed": {{"regime": "US-TEST", "subject": {subject}}}}}"#);
    let american = |decision: String| decision.replace("eu-council", "us-ofac");
    let begun = decision("a", "2024-01-01", &format!("{base}, {listed}"));
    world.file("a.json", american(begun));
    // A minute before midnight in Washington is the day after in Greenwich.
    let gone = r#"{"delisted": {"regime": "US-TEST", "subject": "ann"}}"#;
    let gone = decision("b", "2024-05-01", gone);
    let at = r#""in_force": "2024-05-02T03:59:00Z""#;
    world.file(
        "b.json",
        american(gone.replace(r#""in_force": "2024-05-01""#, at)),
    );
    world.run(&["append", "a.json", "b.json"]).succeeds();
    let answer = world.json(&["subject", "ann", "--on", "2024-06-01"]);
    let span = &answer["subjects"][0]["listings"][0]["spans"][0];
    assert_eq!(
        (&span["to"], &span["ended_by"]["did"]),
        (&"2024-04-30".into(), &"delisted".into())
    );
}
