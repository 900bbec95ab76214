//! What other programs read: CSV, FollowTheMoney entities, the panel, a citation.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::common::{BASE, World, decision};

/// The rows of a CSV text, each by its header.
fn table(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn a_state_as_csv_has_a_row_for_every_line_of_its_json() {
    let world = World::shipped();
    for args in [
        &[
            "state",
            "EU-RUS-SECTORAL",
            "--on",
            "2025-01-20",
            "--public-by",
            "2025-01-26",
        ][..],
        &["state", "EU-UKR-TI", "--on", "2025-03-16"],
        &["state", "--on", "2025-01-20"],
    ] {
        let ran = world.run(&[args, &["--csv"]].concat());
        let rows = table(&ran.succeeds().stdout);
        let json = world.json(args);
        let mut lines = 0;
        for regime in json["regimes"].as_array().unwrap() {
            let of = |name: &str| regime[name].as_array().unwrap().len();
            lines += 1
                + of("measures")
                + of("listings")
                + of("permissions")
                + of("procedures")
                + of("coming");
        }
        assert_eq!(rows.len(), lines);
        ran.complains("known at");
    }
    let args = [
        "state",
        "EU-RUS-SECTORAL",
        "--on",
        "2025-01-20",
        "--public-by",
        "2025-01-26",
        "--csv",
    ];
    let rows = table(&world.run(&args).stdout);
    let regime = &rows[0];
    let field = |name: &str| regime[name].as_str();
    assert_eq!(
        (
            field("kind"),
            field("status"),
            field("until"),
            field("days_left")
        ),
        ("regime", "applicable", "2025-01-31", "11")
    );
    let held = rows.iter().find(|row| row["kind"] == "procedure").unwrap();
    assert_eq!(held["held_by"], "Hungary");
    world.run(&[&args[..], &["--json"]].concat()).exits(2);
}

#[test]
fn a_citation_says_in_one_line_what_was_asked_of_what() {
    let world = World::shipped();
    let ask = |by: &str| {
        let args = [
            "state",
            "EU-RUS-SECTORAL",
            "--on",
            "2025-02-15",
            "--public-by",
            by,
            "--cite",
        ];
        world.run(&args).succeeds().stdout.clone()
    };
    let json = world.json(&[
        "state",
        "EU-RUS-SECTORAL",
        "--on",
        "2025-02-15",
        "--public-by",
        "2025-01-28",
    ]);
    let known = &json["receipt"]["known_at"];
    let because = json["regimes"][0]["because"]
        .as_array()
        .unwrap()
        .last()
        .unwrap();
    let expected = format!(
        "example.org/shipped, entry {} {}…: EU-RUS-SECTORAL on 2025-02-15, public by 2025-01-28: in force until \
         2025-07-31 (Council Decision (CFSP) 2025/175, entry {}); asked ",
        known["seq"],
        &known["link"].as_str().unwrap()[..12],
        because["entry"]
    );
    let line = ask("2025-01-28");
    assert!(
        line.starts_with(&expected) && line.lines().count() == 1,
        "{line}"
    );
    assert!(
        ask("2025-01-26")
            .contains("unknown after 2025-01-31: last recorded end, no survey covers this day")
    );
    world.run(&["state", "--cite"]).exits(2);
}

/// A subject's rows of a panel, without the names and entries.
fn panel(world: &World, args: &[&str], subject: &str) -> Vec<String> {
    let ran = world.run(&[&["panel"], args].concat());
    let rows = table(&ran.succeeds().stdout);
    let of = rows.iter().filter(|row| row["subject"] == subject);
    of.map(|row| {
        let field = |name: &str| row[name].as_str();
        format!(
            "{} {}..{} {}",
            field("measure"),
            field("from"),
            field("to"),
            field("status")
        )
    })
    .collect()
}

#[test]
fn the_panel_tells_who_was_bound_by_what_from_when_to_when() {
    let world = World::shipped();
    // Delisted on 16 March 2025, after her listing of 8 April 2022.
    let args = ["EU-UKR-TI", "--on", "2025-06-01"];
    assert_eq!(
        panel(&world, &args, "gulbahor-ismailova"),
        [
            "asset-freeze 2022-04-08..2025-03-15 applicable",
            "travel-ban 2022-04-08..2025-03-15 applicable",
        ]
    );
    // Annulled for a span, and listed on under acts that were not before the court.
    assert_eq!(
        panel(&world, &args, "mikhail-fridman"),
        [
            "asset-freeze 2022-02-28..2023-03-15 annulled_effects_maintained",
            "asset-freeze 2023-03-16.. applicable",
            "travel-ban 2022-02-28..2023-03-15 annulled_effects_maintained",
            "travel-ban 2023-03-16.. applicable",
        ]
    );
    // Before the judgment nobody could know.
    let then = [
        "EU-UKR-TI",
        "--on",
        "2024-03-01",
        "--public-by",
        "2024-03-01",
    ];
    assert_eq!(
        panel(&world, &then, "mikhail-fridman"),
        [
            "asset-freeze 2022-02-28.. applicable",
            "travel-ban 2022-02-28.. applicable",
        ]
    );
    // An organisation is bound by no travel ban; a listing that is not recorded has no first day.
    assert_eq!(
        panel(&world, &args, "wagner-group"),
        ["asset-freeze 2023-04-13.. applicable"]
    );
    assert_eq!(
        panel(&world, &args, "mikhail-degtyarev")[0],
        "asset-freeze ..2025-03-15 unknown"
    );
    // Each interval is what `state` says on its first and last day, and no two of a line overlap.
    let rows = table(
        &world
            .run(&["panel", "EU-UKR-TI", "--on", "2025-06-01"])
            .stdout,
    );
    let mut last: BTreeMap<(String, String), String> = BTreeMap::new();
    for row in &rows {
        let key = (row["subject"].clone(), row["measure"].clone());
        let before = last.insert(key, row["to"].clone());
        assert!(
            before.is_none_or(|to| !to.is_empty() && to < row["from"]),
            "{row:?}"
        );
    }
    for row in rows.iter().filter(|row| row["measure"] == "asset-freeze") {
        for day in [&row["from"], &row["to"]]
            .into_iter()
            .filter(|day| !day.is_empty())
        {
            let state = world.json(&[
                "state",
                "EU-UKR-TI",
                "--on",
                day,
                "--as-law-stood",
                "2026-11-25",
            ]);
            let listings = state["regimes"][0]["listings"].as_array().unwrap().clone();
            let listing = listings
                .iter()
                .find(|one| one["subject"] == row["subject"].as_str())
                .unwrap();
            assert_eq!(
                listing["status"],
                row["status"].as_str(),
                "{} on {day}",
                row["subject"]
            );
        }
    }
    let ran = world.run(&["panel", "EU-UKR-TI", "--on", "2025-06-01", "--json"]);
    assert_eq!(
        ran.succeeds().stdout.lines().count(),
        rows.len() + 1,
        "and the receipt"
    );
}

#[test]
fn a_suspended_measure_splits_the_interval_and_a_gap_the_line() {
    let world = World::opened();
    world.file("base.json", BASE);
    let subject = r#"{"id": "a-b", "name": "A B", "type": "person"}"#;
    let listed = format!(r#"{{"listed": {{"regime": "EU-TEST", "subject": {subject}}}}}"#);
    let delisted = r#"{"delisted": {"regime": "EU-TEST", "subject": "a-b"}}"#;
    world.file("1.json", decision("listed", "2024-02-01", &listed));
    world.file("2.json", decision("suspended", "2024-03-01",
        r#"{"suspended": {"regime": "EU-TEST", "measure": "asset-freeze", "until": "2024-03-31"}}"#));
    world.file("3.json", decision("delisted", "2024-06-01", delisted));
    world.file("4.json", decision("listed-again", "2024-09-01", &listed));
    world
        .run(&[
            "append",
            "base.json",
            "1.json",
            "2.json",
            "3.json",
            "4.json",
        ])
        .succeeds();
    assert_eq!(
        panel(&world, &["--on", "2025-01-15"], "a-b"),
        [
            "asset-freeze 2024-02-01..2024-02-29 applicable",
            "asset-freeze 2024-03-01..2024-03-31 suspended",
            "asset-freeze 2024-04-01..2024-05-31 applicable",
            "asset-freeze 2024-09-01..2024-12-31 applicable",
            "asset-freeze 2025-01-01.. unknown",
        ]
    );
    let rows = table(&world.run(&["panel", "--on", "2025-01-15"]).stdout);
    let by: Vec<_> = rows
        .iter()
        .map(|row| format!("{}/{}", row["begun_by"], row["ended_by"]))
        .collect();
    assert_eq!(
        by,
        [
            "listed/suspended",
            "suspended/",
            "listed/delisted",
            "listed-again/",
            "/"
        ]
    );
    assert_eq!(rows[2]["entries"], "2 4");
}

fn entities(world: &World, args: &[&str]) -> BTreeMap<String, Value> {
    let ran = world.run(&[&["export", "--ftm"], args].concat());
    let lines = ran
        .succeeds()
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let entities: Vec<_> = lines
        .map(|one| (one["id"].as_str().unwrap().to_owned(), one))
        .collect();
    let ids: BTreeSet<_> = entities.iter().map(|(id, _)| id.clone()).collect();
    assert_eq!(ids.len(), entities.len(), "ids are unique");
    entities.into_iter().collect()
}

#[test]
fn listings_are_follow_the_money_entities() {
    let world = World::shipped();
    let all = entities(&world, &["--on", "2025-06-01"]);
    for entity in all.values() {
        let properties = entity["properties"].as_object().unwrap();
        for (name, values) in properties {
            let values = values.as_array().unwrap();
            assert!(
                !values.is_empty() && values.iter().all(Value::is_string),
                "{name} in {entity}"
            );
        }
        if entity["schema"] == "Sanction" {
            let of = properties["entity"][0].as_str().unwrap();
            assert_ne!(
                all[of]["schema"], "Sanction",
                "a sanction is of a subject that is exported"
            );
        } else {
            assert!(properties.contains_key("name"));
        }
    }
    let listed = &all["regesta-EU-UKR-TI-gulbahor-ismailova-2022-04-08"]["properties"];
    for (property, value) in [
        ("authority", "Council of the European Union"),
        ("programId", "EU-UKR-TI"),
        ("listingDate", "2022-04-08"),
        ("startDate", "2022-04-08"),
        ("endDate", "2025-03-15"),
        ("status", "Inactive"),
        ("provisions", "asset freeze"),
        ("entity", "regesta-gulbahor-ismailova"),
    ] {
        assert_eq!(listed[property][0], value, "{property}");
    }
    assert!(listed["sourceUrl"][0].as_str().unwrap().starts_with("http"));
    let wagner = &all["regesta-EU-UKR-TI-wagner-group-2023-04-13"]["properties"];
    assert_eq!(
        (&wagner["status"][0], &wagner["endDate"]),
        (&"Active".into(), &Value::Null)
    );
    assert_eq!(all["regesta-wagner-group"]["schema"], "Organization");
    assert_eq!(
        all["regesta-wagner-group"]["properties"]["topics"][0],
        "sanction"
    );
    assert_eq!(
        all["regesta-mikhail-degtyarev"]["schema"], "LegalEntity",
        "his type is not recorded"
    );

    // The dials apply, and ids stay.
    let then = entities(&world, &["--on", "2023-01-01", "--public-by", "2023-01-01"]);
    assert!(!then.contains_key("regesta-EU-UKR-TI-wagner-group-2023-04-13"));
    let ids = |all: &BTreeMap<String, Value>| all.keys().cloned().collect::<BTreeSet<_>>();
    assert!(then.contains_key("regesta-EU-UKR-TI-gulbahor-ismailova-2022-04-08"));
    let now = entities(&world, &["--on", "2026-11-25"]);
    assert!(ids(&all).is_subset(&ids(&now)));
    let unknown = &now["regesta-EU-UKR-TI-wagner-group-2023-04-13"]["properties"];
    assert_eq!(
        unknown["status"][0], "Unknown",
        "past the last recorded end"
    );
}

#[test]
fn a_vessel_keeps_its_number_and_a_listing_its_reasons() {
    let world = World::opened();
    world.file("base.json", BASE);
    let vessel = r#"{"id": "a-ship", "name": "A SHIP", "type": "vessel", "aliases": ["B SHIP"], "countries": ["RU"],
        "identifiers": ["IMO 9126819"]}"#;
    let effect = format!(
        r#"{{"listed": {{"regime": "EU-TEST", "subject": {vessel}, "reasons": "It carried oil", "reference": "7"}}}}"#
    );
    world.file("ship.json", decision("ship", "2024-02-01", &effect));
    world.run(&["append", "base.json", "ship.json"]).succeeds();
    let all = entities(&world, &["--on", "2024-06-01"]);
    let ship = &all["regesta-a-ship"];
    assert_eq!(ship["schema"], "Vessel");
    for (property, value) in [
        ("imoNumber", "IMO9126819"),
        ("alias", "B SHIP"),
        ("country", "ru"),
    ] {
        assert_eq!(ship["properties"][property][0], value);
    }
    let sanction = &all["regesta-EU-TEST-a-ship-2024-02-01"]["properties"];
    assert_eq!(
        (&sanction["reason"][0], &sanction["authorityId"][0]),
        (&"It carried oil".into(), &"7".into())
    );
    world
        .run(&["export", "--ftm", "-o", "out.jsonl", "--on", "2024-06-01"])
        .succeeds()
        .complains("Exported 2 entities");
    world
        .run(&["export", "--ftm", "-o", "out.jsonl"])
        .exits(4)
        .complains("never overwrites");
    world.run(&["export", "--on", "2024-06-01"]).exits(2);
}
