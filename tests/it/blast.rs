//! The blast radius: which past days an append or a rectification would change, as `--dry-run` tells.

use serde_json::{Value, json};

use super::common::{BASE, World, decision, find};

const ANN: &str = r#"{"listed": {"regime": "EU-TEST", "subject": {"id": "ann", "name": "Ann", "type": "person"}}}"#;

fn world() -> World {
    let world = World::opened();
    world.file("base.json", BASE);
    world.file("l.json", decision("l", "2024-02-01", ANN));
    world.run(&["append", "base.json"]).succeeds();
    world
}

/// The spans of days of a line: first day, last day, what becomes of it.
fn spans(radius: &Value, key: &str, name: &str) -> Vec<Value> {
    let days = find(&radius["lines"], key, name)["days"]
        .as_array()
        .unwrap()
        .clone();
    let span = |past: &Value| json!([past["from"], past["through"], past["change"]]);
    days.iter().map(span).collect()
}

#[test]
fn a_late_listing_changes_the_days_from_its_own_on() {
    let world = world();
    let args = ["append", "--dry-run", "l.json"];
    let answer = world.json(&args);
    let radius = &answer["blast_radius"][0];
    assert_eq!(
        (&radius["regime"], &radius["is_new"]),
        (&json!("EU-TEST"), &json!(false))
    );
    let spans = spans(radius, "subject", "ann");
    assert_eq!(spans[0], json!(["2024-02-01", "2024-12-31", "appeared"]));
    // Then its regime's end is unknown, up to yesterday.
    assert_eq!((spans.len(), &spans[1][0]), (2, &json!("2025-01-01")));
    assert_eq!(
        radius["lines"].as_array().unwrap().len(),
        1,
        "nothing else changes: {radius:#}"
    );
    world.run(&args).succeeds()
        .says("Past days of EU-TEST that change\n  2024-02-01 to 2024-12-31\n    + Ann: listed, since 2024-02-01, until 2024-12-31\n");
    world.run(&["log"]).succeeds();
    assert_eq!(
        world.json(&["state", "EU-TEST", "--on", "2024-06-01"])["regimes"][0]["listings"],
        json!([]),
        "nothing was written"
    );
}

#[test]
fn a_dry_run_tells_all_that_it_would_do_and_keeps_the_head() {
    let world = world();
    let head = world.json(&["log", "-n", "1"])["seq"].clone();
    let draft = decision(
        "x",
        "2024-01-02",
        r#"{"amended": {"regime": "EU-TEST", "change": "annex"}}"#,
    );
    world.file("x.json", draft);
    let dry = world.json(&["append", "--dry-run", "x.json"]);
    assert_eq!(
        dry["head"]["seq"], head,
        "the head is the record's, not one that will never be"
    );
    let quiet = world.run(&["append", "-q", "--dry-run", "x.json"]);
    quiet.succeeds().says("Changes no past day");
}

#[test]
fn what_changes_no_past_day_says_so() {
    let world = world();
    let future = decision(
        "f",
        "2199-01-01",
        r#"{"renewed": {"regime": "EU-TEST", "until": "2199-12-31"}}"#,
    );
    world.file("future.json", future);
    // A renewal to come is known from its adoption, and changes no day before it.
    world
        .run(&["append", "--dry-run", "future.json"])
        .succeeds()
        .says("Changes no past day\n");
    assert_eq!(
        world.json(&["append", "--dry-run", "future.json"])["blast_radius"][0]["lines"],
        json!([])
    );
    world.run(&["append", "l.json"]).succeeds();
    world
        .run(&["append", "--dry-run", "l.json"])
        .succeeds()
        .says("Changes no past day\n");
    assert!(
        world
            .json(&["append", "l.json"])
            .get("blast_radius")
            .is_none(),
        "only a dry run tells"
    );
}

#[test]
fn a_rectification_to_the_same_changes_nothing_and_a_withdrawal_all_days_of_what_it_withdraws() {
    let world = world();
    world.run(&["append", "l.json"]).succeeds();
    world
        .run(&[
            "rectify",
            "2",
            "l.json",
            "--because",
            "to be sure",
            "--dry-run",
        ])
        .succeeds()
        .says("Changes no past day\n");
    let answer = world.json(&[
        "rectify",
        "2",
        "--because",
        "nobody of that name",
        "--dry-run",
    ]);
    let spans = spans(&answer["blast_radius"][0], "subject", "ann");
    assert_eq!(spans[0], json!(["2024-02-01", "2024-12-31", "gone"]));
}

#[test]
fn a_renewal_found_late_moves_all_that_hangs_on_its_regime() {
    let world = World::shipped();
    world.file("renewal.json", r#"{"id": "x", "title": "A renewal that never was", "authority": "un-security-council",
        "dates": {"adopted_on": "2023-08-30", "in_force": "2023-08-30", "until": "2024-08-31"},
        "effects": [{"renewed": {"regime": "UN-MLI"}}], "sources": [{"at": "https://example.org", "tier": "press"}]}"#);
    let answer = world.json(&["append", "-n", "renewal.json"]);
    let radius = &answer["blast_radius"][0];
    for (key, name) in [
        ("line", "regime"),
        ("measure", "asset-freeze"),
        ("measure", "travel-ban"),
    ] {
        let spans = spans(radius, key, name);
        assert_eq!(
            spans[0],
            json!(["2023-08-30", "2023-08-31", "changed"]),
            "{name}"
        );
        assert_eq!(
            spans[1],
            json!(["2023-09-01", "2024-08-31", "changed"]),
            "{name}"
        );
    }
    let new_days = &find(&radius["lines"], "line", "regime")["days"][1]["fields"];
    let status = find(new_days, "field", "status");
    assert_eq!(
        (&status["before"], &status["after"]),
        (&json!("lapsed"), &json!("applicable"))
    );
}

#[test]
fn a_regime_never_recorded_is_new() {
    let world = World::opened();
    world.file("base.json", BASE);
    world
        .run(&["append", "-n", "base.json"])
        .succeeds()
        .says("All past days of EU-TEST are new");
    assert_eq!(
        world.json(&["append", "-n", "base.json"])["blast_radius"],
        json!([{"regime": "EU-TEST", "is_new": true, "lines": []}])
    );
}
