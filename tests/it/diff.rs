//! `diff`: two legal days, two days of public knowledge, two record moments. Every golden was read against the sources.

use std::time::Duration;

use regesta::domain::{Day, Instant, Moment};
use regesta::record::{Options, Record};
use regesta::register::{Ask, Diff, sheet};
use serde_json::{Value, json};

use super::common::{BASE, Ran, World, decision};
use super::states::{golden, golden_unnumbered};

fn shown(args: &[&str]) -> String {
    let ran: Ran = World::shipped().run(&[&["diff"], args].concat());
    ran.succeeds();
    ran.to_string()
}

/// The changes and the receipt of a diff as JSON Lines.
fn lines(world: &World, args: &[&str]) -> (Vec<Value>, Value) {
    let ran = world.run(&[&["diff"], args, &["--json"]].concat());
    ran.succeeds();
    let mut lines: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let receipt = lines.pop().unwrap();
    (lines, receipt)
}

/// The one change of a line's field.
#[track_caller]
fn change<'a>(changes: &'a [Value], key: &str, name: &str, field: &str) -> (&'a Value, &'a Value) {
    let of = |one: &&Value| key.is_empty() && one["line"] == "regime" || one[key] == name;
    let found = changes.iter().filter(of).find_map(|one| {
        let fields = one["fields"].as_array().unwrap();
        Some((one, fields.iter().find(|other| other["field"] == field)?))
    });
    found.unwrap_or_else(|| panic!("no {field} of {key} {name} in {changes:#?}"))
}

#[test]
fn days_and_knowledge_that_matter() {
    let cases: [(&str, &[&str]); 7] = [
        (
            "diff-EU-RUS-SECTORAL-2025-01-26-2025-02-01",
            &["2025-01-26", "2025-02-01", "EU-RUS-SECTORAL"],
        ),
        (
            "diff-public-by-2025-01-26-2025-01-28-on-2025-02-15",
            &[
                "--public-by",
                "2025-01-26",
                "2025-01-28",
                "--on",
                "2025-02-15",
            ],
        ),
        (
            "diff-EU-UKR-TI-2025-03-13-2025-03-16",
            &["2025-03-13", "2025-03-16", "EU-UKR-TI"],
        ),
        (
            "diff-UN-MLI-2023-08-31-2023-09-01",
            &["2023-08-31", "2023-09-01", "UN-MLI"],
        ),
        (
            "diff-EU-SYR-2025-02-25-2025-02-26",
            &["2025-02-25", "2025-02-26", "EU-SYR"],
        ),
        (
            "diff-EU-SYR-2025-05-28-2025-05-29",
            &["2025-05-28", "2025-05-29", "EU-SYR"],
        ),
        (
            "diff-EU-UKR-TI-2023-07-18-2023-07-19",
            &["2023-07-18", "2023-07-19", "EU-UKR-TI"],
        ),
    ];
    for (name, args) in cases {
        golden_unnumbered(name, &shown(args));
    }
}

#[test]
fn a_renewal_moves_every_term_under_its_regime_and_is_named() {
    let world = World::shipped();
    let (changes, receipt) = lines(&world, &["2025-01-26", "2025-02-01", "EU-RUS-SECTORAL"]);
    for (key, name) in [("", ""), ("measure", "airspace")] {
        let (change, until) = change(&changes, key, name, "until");
        assert_eq!(
            (&until["before"], &until["after"]),
            (&json!("2025-01-31"), &json!("2025-07-31"))
        );
        assert_eq!(change["cause"], "law_moved");
        let because = change["because"].as_array().unwrap();
        assert_eq!(because.len(), 1);
        assert!(
            because[0]["act"]
                .as_str()
                .unwrap()
                .ends_with("Decision (CFSP) 2025/175")
        );
    }
    assert_eq!(receipt["changes"], changes.len());
    assert_eq!(receipt["receipt"]["from"]["on"], "2025-01-26");
    assert_eq!(receipt["receipt"]["to"]["on"], "2025-02-01");
}

#[test]
fn what_became_public_says_so_and_a_court_reaches_back() {
    let world = World::shipped();
    let (changes, _) = lines(
        &world,
        &[
            "--public-by",
            "2025-01-26",
            "2025-01-28",
            "--on",
            "2025-02-15",
            "EU-RUS-SECTORAL",
        ],
    );
    let (one, status) = change(&changes, "", "", "status");
    assert_eq!(
        (&status["before"], &status["after"]),
        (&json!("unknown"), &json!("applicable"))
    );
    assert_eq!(one["cause"], "became_public");
    // Prigozhina v Council, T-212/22, judgment of 8 March 2023 about acts of February 2022.
    let (changes, _) = lines(
        &world,
        &[
            "--public-by",
            "2023-03-07",
            "2023-03-09",
            "--on",
            "2022-06-01",
            "EU-UKR-TI",
        ],
    );
    let (one, _) = change(&changes, "subject", "violetta-prigozhina", "status");
    assert_eq!(one["cause"], "court_reached_back");
    assert!(
        one["because"]
            .as_array()
            .unwrap()
            .iter()
            .any(|act| act["did"] == "annulled")
    );
}

#[test]
fn a_lapse_is_the_law_moved_and_nobody_decided() {
    let (changes, _) = lines(&World::shipped(), &["2023-08-31", "2023-09-01", "UN-MLI"]);
    let (one, status) = change(&changes, "measure", "asset-freeze", "status");
    assert_eq!(
        (&status["before"], &status["after"]),
        (&json!("applicable"), &json!("lapsed"))
    );
    assert_eq!(
        (&one["cause"], &one["because"]),
        (&json!("law_moved"), &json!([]))
    );
}

/// A record with the wrong person listed, then put right, and a renewal found late.
fn put_right() -> World {
    let world = World::opened();
    let person = |id: &str, name: &str| {
        decision(
            "l-1",
            "2024-02-01",
            &format!(
                r#"{{"listed": {{"regime": "EU-TEST", "subject": {{"id": "{id}", "name": "{name}", "type": "person"}}}}}}"#
            ),
        )
    };
    world.file("base.json", BASE);
    world.file("wrong.json", person("ann", "Ann"));
    world.file("right.json", person("bob", "Bob"));
    world.file(
        "late.json",
        decision(
            "r-1",
            "2024-12-20",
            r#"{"renewed": {"regime": "EU-TEST", "until": "2025-12-31"}}"#,
        ),
    );
    world.run(&["append", "base.json", "wrong.json"]).succeeds();
    world
        .run(&[
            "rectify",
            "2",
            "right.json",
            "--because",
            "another person of that name",
        ])
        .succeeds();
    world.run(&["append", "late.json"]).succeeds();
    world
}

#[test]
fn what_did_we_learn() {
    let world = put_right();
    let (changes, receipt) = lines(&world, &["--known", "2", "4", "--on", "2024-06-01"]);
    for (subject, fate) in [("ann", "gone"), ("bob", "appeared")] {
        let (one, _) = change(&changes, "subject", subject, "status");
        assert_eq!(
            (&one["cause"], &one["change"]),
            (&json!("record_corrected"), &json!(fate))
        );
        assert_eq!(
            one["corrections"],
            json!([{"withdrawn": 2, "by": 3, "because": "another person of that name"}])
        );
    }
    assert_eq!(
        changes.len(),
        2,
        "a renewal of December is not in force in June"
    );
    assert_eq!(receipt["receipt"]["to"]["known_at"]["seq"], 4);
    let (changes, _) = lines(
        &world,
        &["--known", "2", "4", "--on", "2025-03-01", "EU-TEST"],
    );
    let (one, _) = change(&changes, "measure", "asset-freeze", "status");
    assert_eq!(one["cause"], "record_caught_up");
    assert_eq!(one["because"][0]["entry"], 4);
    let text = world.run(&["diff", "--known", "2", "4", "--on", "2024-12-25"]);
    golden("diff-known", text.succeeds().stdout.as_str());
}

#[test]
fn exit_codes_and_usage() {
    let world = World::shipped();
    world
        .run(&["diff", "2023-08-31", "2023-09-01", "UN-MLI", "--exit-code"])
        .exits(1);
    world
        .run(&["diff", "2023-08-30", "2023-08-31", "UN-MLI", "--exit-code"])
        .exits(0)
        .says("No difference.");
    let wrong: [(&[&str], &str); 7] = [
        (&[], "give one dial twice"),
        (&["2025-01-01"], "has nothing to be compared with"),
        (
            &["2025-01-01", "2025-01-02", "EU-SYR", "--on", "2025-01-03"],
            "and --on a third",
        ),
        (
            &["2025-01-01", "2025-01-02", "--known", "1", "2"],
            "one at a time",
        ),
        (
            &["--public-by", "2025-01-01", "EU-SYR"],
            "give one dial twice",
        ),
        (
            &["--public-by", "yesterday", "2025-01-01"],
            "`yesterday` is not a day",
        ),
        (
            &["2025-01-01", "2025-01-02", "EU-SIR"],
            "no regime named EU-SIR",
        ),
    ];
    for (args, complaint) in wrong {
        world
            .run(&[&["diff"], args].concat())
            .exits(2)
            .complains(complaint);
    }
    // The other dials may be given once.
    world
        .run(&[
            "diff",
            "2025-01-26",
            "2025-02-15",
            "--public-by",
            "2025-01-26",
            "EU-RUS-SECTORAL",
        ])
        .succeeds()
        .says("nobody decided as far as is recorded")
        .says("public by 2025-01-26");
}

#[test]
fn over_the_shipped_record_the_difference_makes_the_one_answer_the_other() {
    let world = World::shipped();
    let options = Options {
        wait: Duration::from_secs(2),
        verb: "test".to_owned(),
        since: Instant(0),
    };
    let (record, _) = Record::open(&world.record(), options).unwrap();
    let day = |text: &str| text.parse::<Day>().unwrap();
    let days = [
        "2014-03-20",
        "2022-02-27",
        "2022-03-05",
        "2023-09-01",
        "2024-04-11",
        "2025-01-26",
        "2025-02-15",
        "2025-03-16",
        "2025-05-29",
        "2025-09-28",
        "2026-08-23",
        "2027-02-01",
    ];
    let today = day("2026-11-24");
    let mut asks = Vec::new();
    for (n, on) in days.iter().enumerate() {
        for known_at in [record.head().seq, 60 * n as u64 % 400] {
            for public in [None, Some(day(days[n * 5 % days.len()]))] {
                asks.push(Ask::new(Moment::Day(day(on)), public, known_at, today));
            }
        }
    }
    for regime in record.regimes().unwrap() {
        let history = record.history(&regime).unwrap();
        let states: Vec<_> = asks.iter().map(|ask| history.view(ask).state()).collect();
        let sheets: Vec<_> = states.iter().map(sheet).collect();
        for (a, before) in asks.iter().zip(&states) {
            for (b, after) in asks.iter().zip(&sheets).step_by(7) {
                assert_eq!(
                    &Diff::between(&history, a, b).apply(before.clone()),
                    after,
                    "{regime}: {a:?} to {b:?}"
                );
            }
        }
    }
}
