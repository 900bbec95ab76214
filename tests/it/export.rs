//! An export: what a stranger can check, and what replays to the same head.

use std::fs;

use super::common::{PROJECT, World};
use super::stranger;

#[test]
fn a_stranger_checks_an_export_without_our_code() {
    let world = World::shipped();
    let export = world.run(&["export"]).succeeds().stdout.clone();
    let (seq, link) = stranger::check(&export).unwrap();
    let log = world.json(&["log", "-n", "1"]);
    assert_eq!(
        (log["seq"].as_u64(), log["link"].as_str()),
        (Some(seq), Some(link.as_str()))
    );
}

#[test]
fn the_stranger_sees_every_kind_of_change() {
    let world = World::opened();
    world.file("base.json", super::common::BASE);
    world.run(&["append", "base.json"]).succeeds();
    let export = world.run(&["export"]).succeeds().stdout.clone();
    stranger::check(&export).unwrap();
    let changes = [
        ("Test regime", "Test regima"),
        ("REGESTA", "regesta"),
        ("\"seq\":1", "\"seq\":2"),
        ("\"by\":\"test\"", "\"by\":\"tast\""),
    ];
    for (from, to) in changes {
        let changed = export.replace(from, to);
        if changed != export {
            assert!(stranger::check(&changed).is_err(), "{from} -> {to}");
        }
    }
    let hex = |at: usize| {
        let old = &export[at..=at];
        let new = if old == "0" { "1" } else { "0" };
        [&export[..at], new, &export[at + 1..]].concat()
    };
    let start = export.find("\"header\":\"").unwrap() + 10;
    for at in [
        start,
        start + 20,
        start + 40,
        start + 100,
        start + 130,
        start + 191,
    ] {
        assert!(
            stranger::check(&hex(at)).is_err(),
            "header digit {}",
            at - start
        );
    }
    let second_first: String = export
        .lines()
        .skip(1)
        .map(|line| format!("{line}\n"))
        .collect();
    assert!(stranger::check(&second_first).is_err());
}

#[test]
fn an_export_replays_byte_for_byte() {
    let world = World::shipped();
    world.run(&["export", "-o", "log.ndjson"]).succeeds();
    let again = World::empty();
    let log = world.path().join("log.ndjson");
    again
        .run(&["init", "--from", log.to_str().unwrap()])
        .succeeds();
    assert_eq!(
        again.run(&["export"]).stdout,
        fs::read_to_string(&log).unwrap()
    );
    again.run(&["verify"]).succeeds();
    let head = |world: &World| world.json(&["log", "-n", "1"])["link"].clone();
    assert_eq!(head(&again), head(&world));
}

#[test]
fn a_changed_export_is_refused_with_its_line_and_leaves_no_record() {
    let world = World::shipped();
    let export = world.run(&["export"]).succeeds().stdout.clone();
    let changed = export.replacen("Council", "Cauncil", 1);
    let line = 1 + export
        .lines()
        .position(|line| line.contains("Council"))
        .unwrap();
    let again = World::empty();
    again.file("changed.ndjson", changed);
    let ran = again.run(&["init", "--from", "changed.ndjson"]);
    ran.exits(5).complains(&format!("line {line}"));
    assert!(!again.record().exists());
    let cut: String = export
        .lines()
        .take(3)
        .map(|line| format!("{line}\n"))
        .collect();
    let half = &cut[..cut.len() - 40];
    again.file("half.ndjson", half);
    again
        .run(&["init", "--from", "half.ndjson"])
        .exits(5)
        .complains("line 3");
    assert!(!again.record().exists());
    again.run(&["verify", "--export", "half.ndjson"]).exits(5);
    again
        .run(&["verify", "--export", "changed.ndjson"])
        .exits(5)
        .says(&format!("entry {}", line - 1));
}

/// The head of `tests/fixtures/v1.ndjson`, for ever: an opening, decisions, a rectification, a survey, a redaction.
const FROZEN: &str = "9b2ac6b8bcea63d19b21902429101a4bc6bde65624f86ddf805f94547c94abf2";

#[test]
fn an_export_of_format_1_is_read_for_ever() {
    let file = format!("{PROJECT}/tests/fixtures/v1.ndjson");
    let export = fs::read_to_string(&file).unwrap();
    assert_eq!(stranger::check(&export).unwrap(), (6, FROZEN.to_owned()));
    let world = World::empty();
    let verified = world.json(&["verify", "--export", &file]);
    assert_eq!(
        (&verified["verdict"], &verified["head"]["link"]),
        (&"sound".into(), &FROZEN.into())
    );
    let opened = world.json(&["init", "--from", &file]);
    assert_eq!(opened["head"]["link"], FROZEN);
    assert_eq!(world.run(&["export"]).succeeds().stdout, export);
    world.run(&["verify"]).succeeds();
    let state = world.state("EU-TEST", "2026-01-15", None);
    assert_eq!(
        (
            &state["status"],
            &state["until"],
            &state["redactions"][0]["entry"]
        ),
        (&"lapsed".into(), &"2025-12-31".into(), &2.into())
    );
}
