//! Every verb as text and as JSON.

use serde_json::Value;

use super::common::{BASE, World, decision};

fn has(value: &Value, keys: &[&str]) {
    for key in keys {
        assert!(value.get(*key).is_some(), "no {key} in {value:#}");
    }
}

#[test]
fn answers_have_the_keys_that_are_promised() {
    let world = World::shipped();
    let board = world.json(&["state", "--on", "2025-01-26"]);
    has(&board, &["regimes", "receipt"]);
    has(&board["receipt"], &["of", "on", "known_at"]);
    has(&board["receipt"]["known_at"], &["seq", "link"]);
    let page = world.state("EU-UKR-TI", "2025-03-16", Some("2025-03-16"));
    has(
        &page,
        &[
            "regime",
            "title",
            "status",
            "answer",
            "since",
            "until",
            "days_left",
            "because",
            "measures",
            "listings",
        ],
    );
    has(
        &page,
        &[
            "unnamed_entries",
            "permissions",
            "procedures",
            "coming",
            "surveyed",
        ],
    );
    has(
        &page["because"][0],
        &[
            "entry",
            "effect",
            "did",
            "act",
            "from",
            "placed_by",
            "assumed",
        ],
    );
    has(
        &page["measures"][0],
        &["measure", "class", "scope", "status", "answer", "because"],
    );
    has(
        &page["listings"][0],
        &["subject", "name", "type", "status", "because"],
    );
    let history = world.json(&["history", "mikhail-fridman"]);
    has(&history["stories"][0], &["regime", "episodes"]);
    has(
        &history["stories"][0]["episodes"][0],
        &["from", "entry", "act", "title", "tier", "did", "because"],
    );
    has(
        &world.json(&["log", "-n", "1"]),
        &["seq", "link", "recorded_at", "kind", "regimes"],
    );
    has(
        &world.json(&["show", "eu-2025-175"]),
        &["seq", "link", "prev", "id", "cite", "body"],
    );
    let verified = world.json(&["verify"]);
    has(
        &verified,
        &[
            "sound",
            "verdict",
            "entries",
            "head",
            "origin",
            "examined",
            "findings",
            "not_shown",
        ],
    );
    assert_eq!(verified["sound"], true);
    has(&verified["head"], &["seq", "link"]);
    has(&world.json(&["reindex"]), &["rebuilt"]);
}

#[test]
fn an_answer_ends_with_its_receipt() {
    let world = World::shipped();
    let args = [
        "state",
        "EU-RUS-SECTORAL",
        "--on",
        "2025-02-15",
        "--public-by",
        "2025-01-28",
        "--known-at",
        "300",
    ];
    let text = world.run(&args).succeeds().stdout.clone();
    let last = text.lines().last().unwrap();
    assert!(
        last.starts_with("EU-RUS-SECTORAL on 2025-02-15, public by 2025-01-28, known at 300 "),
        "{last}"
    );
    let link = last.rsplit(' ').next().unwrap();
    assert_eq!(world.json(&["show", link])["seq"], 300);
    let by_link = world.run(&[
        "state",
        "EU-RUS-SECTORAL",
        "--on",
        "2025-02-15",
        "--public-by",
        "2025-01-28",
        "--known-at",
        link,
    ]);
    assert_eq!(by_link.succeeds().stdout, text);
}

#[test]
fn what_the_record_did_not_hold_it_does_not_tell() {
    let world = World::shipped();
    let renewal = world.json(&["show", "eu-2025-175"])["seq"]
        .as_u64()
        .unwrap();
    let state = |known: u64| {
        let known = known.to_string();
        world.json(&[
            "state",
            "EU-RUS-SECTORAL",
            "--on",
            "2025-01-30",
            "--known-at",
            &known,
        ])["regimes"][0]["until"]
            .clone()
    };
    assert_eq!(
        (state(renewal - 1), state(renewal)),
        ("2025-01-31".into(), "2025-07-31".into())
    );
}

#[test]
fn log_and_show() {
    let world = World::shipped();
    assert_eq!(
        world
            .run(&["log", "-n", "3"])
            .succeeds()
            .stdout
            .lines()
            .count(),
        3
    );
    let of_blr = world
        .run(&["log", "--regime", "EU-BLR", "--json"])
        .succeeds()
        .stdout
        .clone();
    assert!(of_blr.lines().count() > 10);
    assert!(of_blr.lines().all(|line| line.contains("EU-BLR")));
    let shown = world.json(&["show", "eu-2025-175"]);
    let by_seq = world.json(&["show", &shown["seq"].to_string()]);
    let by_link = world.json(&["show", &shown["link"].as_str().unwrap()[..10]]);
    assert!(shown == by_seq && shown == by_link);
    world
        .run(&["show", "0"])
        .succeeds()
        .says("opening")
        .says("example.org/shipped");
}

#[test]
fn completions_for_every_shell() {
    let world = World::empty();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        world
            .run(&["completions", shell])
            .succeeds()
            .says("regesta");
    }
}

fn rectifiable() -> World {
    let world = World::opened();
    world.file("base.json", BASE);
    let list = r#"{"listed": {"regime": "EU-TEST", "subject": {"id": "ann", "name": "Ann", "type": "person"}}}"#;
    world.file("list.json", decision("list", "2024-02-01", list));
    world.file(
        "right.json",
        decision(
            "list",
            "2024-02-01",
            &list.replace("ann", "bob").replace("Ann", "Bob"),
        ),
    );
    world.run(&["append", "base.json", "list.json"]).succeeds();
    world
}

fn names(world: &World, known: &str) -> Vec<String> {
    let state = world.json(&[
        "state",
        "EU-TEST",
        "--on",
        "2024-06-01",
        "--known-at",
        known,
    ])["regimes"][0]
        .take();
    state["listings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_rectification_counts_from_its_own_entry_on() {
    let world = rectifiable();
    world
        .run(&[
            "rectify",
            "2",
            "right.json",
            "--because",
            "another person",
            "--dry-run",
        ])
        .succeeds();
    assert_eq!(names(&world, "2"), ["Ann"]);
    world
        .run(&["rectify", "2", "right.json", "--because", "another person"])
        .succeeds()
        .says("as entry 3");
    assert_eq!(
        (names(&world, "2"), names(&world, "3")),
        (vec!["Ann".to_owned()], vec!["Bob".to_owned()])
    );
    world
        .run(&["rectify", "3", "--because", "nobody was listed"])
        .succeeds();
    assert_eq!(
        names(&world, "4"),
        ["Ann"],
        "a withdrawal withdrawn gives back what it had withdrawn"
    );
    world
        .run(&["rectify", "2", "--because", "now for good"])
        .exits(3)
        .complains("recorded as entry 3 with another content");
    world.run(&["rectify", "0", "--because", "x"]).exits(2);
    world
        .run(&["rectify", "1", "--because", " ", "--with-dependents"])
        .exits(3)
        .complains("a rectification needs a reason")
        .complains("Nothing was written.");
    world.file("survey.json", r#"{"survey": "EU-TEST", "through": "2024-12-31", "basis": "x", "sources": [{"at": "https://example.org", "tier": "primary"}]}"#);
    world
        .run(&["rectify", "1", "survey.json", "--because", "x"])
        .exits(3)
        .complains("only a decision can replace an entry that was wrong; this is a survey");
    world.run(&["verify"]).succeeds();
}

#[test]
fn what_others_depend_on_is_not_withdrawn_by_itself() {
    let world = rectifiable();
    world
        .run(&["rectify", "1", "--because", "wrong"])
        .exits(3)
        .complains("entry 2 depends on it")
        .complains("--with-dependents");
    world
        .run(&["rectify", "1", "--because", "wrong", "--with-dependents"])
        .succeeds();
    world.run(&["verify"]).succeeds();
}
