//! `bisect`: the legal days, and the entries, at which an answer changed.

use serde_json::{Value, json};

use super::common::{BASE, World, decision};
use super::states::golden_unnumbered;

/// Where it flips, and whether it holds from there on.
fn flips(answer: &Value) -> Vec<(Value, bool)> {
    let flips = answer["regimes"][0]["flips"].as_array().unwrap();
    let told = |flip: &Value| (flip["at"].clone(), flip["holds"].as_bool().unwrap());
    flips.iter().map(told).collect()
}

fn days(world: &World, args: &[&str]) -> Vec<(String, bool)> {
    let answer = world.json(&[&["bisect"], args].concat());
    let day = |at: Value| at["day"].as_str().unwrap().to_owned();
    flips(&answer)
        .into_iter()
        .map(|(at, holds)| (day(at), holds))
        .collect()
}

fn on(day: &str, holds: bool) -> (String, bool) {
    (day.to_owned(), holds)
}

#[test]
fn every_day_on_which_it_flips() {
    let world = World::shipped();
    let suspended = [on("2025-02-26", true), on("2025-05-29", false)];
    for condition in [
        "suspended EU-SYR/oil-import",
        "status EU-SYR/oil-import = suspended",
        "suspended oil-import under EU-SYR",
    ] {
        assert_eq!(days(&world, &[condition]), suspended, "{condition}");
    }
    // UN Mali: nobody renewed it after 31 August 2023; surveyed as far as the record goes.
    assert_eq!(
        days(&world, &["in-force", "UN-MLI"]),
        [on("2017-09-05", true), on("2023-09-01", false)]
    );
    // Interim orders suspended the listing and were cancelled: twice bound.
    assert_eq!(
        days(&world, &["listed", "nikita-mazepin", "--to", "2024-12-31"]),
        [
            on("2022-03-31", true),
            on("2023-07-19", false),
            on("2023-11-22", true)
        ]
    );
    assert_eq!(
        days(&world, &["delisted", "gulbahor-ismailova"]),
        [on("2025-03-16", true)]
    );
    // Within bounds, and with the dials.
    assert_eq!(
        days(
            &world,
            &[
                "in-force",
                "UN-MLI",
                "--from",
                "2018-01-01",
                "--to",
                "2023-08-31"
            ]
        ),
        []
    );
    assert_eq!(
        days(
            &world,
            &["in-force EU-RUS-SECTORAL", "--public-by", "2025-01-26"]
        ),
        [on("2014-08-01", true), on("2025-02-01", false)]
    );
}

#[test]
fn a_flip_names_the_act_and_its_entry() {
    let world = World::shipped();
    let answer = world.json(&[
        "bisect",
        "in-force",
        "EU-RUS-SECTORAL",
        "--known",
        "--on",
        "2025-02-15",
    ]);
    let [(at, true)] = &flips(&answer)[..] else {
        panic!("{answer:#}");
    };
    let change = &answer["regimes"][0]["flips"][0]["change"];
    assert_eq!(change["cause"], "record_caught_up");
    assert_eq!(change["because"][0]["entry"], at["entry"]);
    assert!(
        change["because"][0]["act"]
            .as_str()
            .unwrap()
            .ends_with("Decision (CFSP) 2025/175")
    );
    assert_eq!(answer["receipt"]["from"]["known_at"]["seq"], 0);
    for (name, args) in [
        (
            "bisect-suspended-EU-SYR-oil-import",
            &["suspended", "EU-SYR/oil-import"][..],
        ),
        (
            "bisect-listed-nikita-mazepin",
            &["listed nikita-mazepin under EU-UKR-TI"],
        ),
        ("bisect-lapsed-UN-MLI", &["lapsed", "UN-MLI"]),
        // A regime is in force and disputed: the dispute is a procedure beside it.
        ("bisect-disputed-UN-IRN", &["disputed", "UN-IRN"]),
    ] {
        golden_unnumbered(
            name,
            &world.run(&[&["bisect"], args].concat()).succeeds().stdout,
        );
    }
}

#[test]
fn with_known_a_rectification_is_found() {
    let world = World::opened();
    let list = r#"{"listed": {"regime": "EU-TEST", "subject": {"id": "ann", "name": "Ann", "type": "person"}}}"#;
    world.file("base.json", BASE);
    world.file("l.json", decision("l", "2024-02-01", list));
    world.run(&["append", "base.json", "l.json"]).succeeds();
    world
        .run(&["rectify", "2", "--because", "nobody of that name"])
        .succeeds();
    let answer = world.json(&["bisect", "listed", "ann", "--known", "--on", "2024-06-01"]);
    assert_eq!(
        flips(&answer),
        [(json!({"entry": 2}), true), (json!({"entry": 3}), false)]
    );
    let causes: Vec<_> = answer["regimes"][0]["flips"]
        .as_array()
        .unwrap()
        .iter()
        .map(|flip| &flip["change"]["cause"])
        .collect();
    assert_eq!(causes, ["record_caught_up", "record_corrected"]);
}

#[test]
fn what_cannot_be_asked_is_told() {
    let world = World::shipped();
    let wrong: [(&[&str], &str, &str); 6] = [
        (
            &["suspnded", "EU-SYR"],
            "`suspnded` is neither",
            "did you mean suspended?",
        ),
        (&["listed"], "`listed` whom?", "mikhail-fridman"),
        (
            &["listed", "nobody-at-all"],
            "no subject nobody-at-all",
            "by its id",
        ),
        (
            &["suspended", "EU-SYR/oil-import-ban"],
            "no measure and no listing oil-import-ban",
            "did you mean oil-import?",
        ),
        (
            &["lapsed", "EU-SIR"],
            "no regime named EU-SIR",
            "did you mean EU-SYR?",
        ),
        (
            &[
                "lapsed",
                "UN-MLI",
                "--from",
                "2024-01-01",
                "--to",
                "2023-01-01",
            ],
            "--to is before --from",
            "",
        ),
    ];
    for (args, complaint, hint) in wrong {
        world
            .run(&[&["bisect"], args].concat())
            .exits(2)
            .complains(complaint)
            .complains(hint);
    }
    world
        .run(&["bisect", "--help"])
        .succeeds()
        .says("delisted SUBJECT [under REGIME]");
}
