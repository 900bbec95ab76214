//! What is due over the shipped record, and in small worlds where the shipped one has no such thing.

use std::collections::HashMap;
use std::io::BufReader;

use ical::IcalParser;
use ical::parser::ical::component::IcalEvent;
use serde_json::Value;

use super::common::{BASE, Ran, World, decision};
use super::states::golden;

/// The rows of an answer as JSON Lines, and the receipt that ends it.
fn rows(ran: &Ran) -> (Vec<Value>, Value) {
    let mut lines: Vec<Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let receipt = lines.pop().unwrap()["receipt"].take();
    assert!(receipt.is_object(), "the last line is no receipt:\n{ran}");
    (lines, receipt)
}

fn due(world: &World, args: &[&str]) -> Vec<Value> {
    let ran = world.run(&[&["due", "--json"], args].concat());
    rows(ran.succeeds()).0
}

/// Kind, thing, day and days left of each row.
fn short(rows: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    rows.iter()
        .filter(|row| row["kind"] != "unsurveyed")
        .map(|row| {
            let (kind, of, day) = (text(&row["kind"]), text(&row["of"]), text(&row["day"]));
            format!("{kind} {of} {day} {}", row["in_days"])
        })
        .collect()
}

const BEFORE_THE_RENEWAL: [&str; 6] = [
    "--from",
    "2025-01-20",
    "--within",
    "30d",
    "--public-by",
    "2025-01-26",
];

#[test]
fn the_days_before_the_renewal_of_january_2025() {
    let world = World::shipped();
    let ran = world.run(&[&["due"][..], &BEFORE_THE_RENEWAL].concat());
    golden("due-2025-01-20-public-by-2025-01-26", &ran.to_string());
    let later = world.run(&[
        "due",
        "--on",
        "2022-06-05",
        "--within",
        "40",
        "--public-by",
        "2022-06-05",
    ]);
    golden("due-2022-06-05-public-by-2022-06-05", &later.to_string());

    let ran = world.run(&[&["due", "--json"][..], &BEFORE_THE_RENEWAL].concat());
    let (rows, receipt) = rows(&ran);
    assert_eq!(receipt["on"], "2025-01-20");
    let of = |kind: &str| -> Vec<&Value> {
        let sectoral = rows.iter().filter(|row| row["regime"] == "EU-RUS-SECTORAL");
        sectoral.filter(|row| row["kind"] == kind).collect()
    };
    let ends = of("ends");
    assert_eq!(ends.len(), 1, "{ends:#?}");
    assert_eq!(ends[0]["day"], "2025-01-31");
    assert_eq!(ends[0]["in_days"], 11);
    assert_eq!(ends[0]["held_by"], serde_json::json!(["Hungary"]));
    let held = of("held");
    assert_eq!(held[0]["since"], "2024-12-19");
    assert_eq!(held[0]["day"], "2025-01-31", "the end that it endangers");
}

#[test]
fn the_window_is_inclusive_and_a_renewal_known_by_then_moves_the_end() {
    let world = World::shipped();
    let ends = |within: &str, by: &str| {
        let args = [
            "EU-RUS-SECTORAL",
            "--on",
            "2025-01-20",
            "--within",
            within,
            "--public-by",
            by,
        ];
        short(&due(&world, &args))
            .into_iter()
            .filter(|row| row.starts_with("ends"))
            .collect::<Vec<_>>()
    };
    assert!(ends("10d", "2025-01-26").is_empty());
    assert_eq!(ends("11d", "2025-01-26"), ["ends regime 2025-01-31 11"]);
    assert!(
        ends("11d", "2025-01-28").is_empty(),
        "renewed, and known to be"
    );
    assert_eq!(ends("192d", "2025-01-28"), ["ends regime 2025-07-31 192"]);
}

#[test]
fn past_its_last_recorded_end_a_regime_is_overdue_and_a_lapsed_one_is_not() {
    let world = World::shipped();
    let chem = due(&world, &["EU-CHEM", "--on", "2025-01-20"]);
    assert_eq!(short(&chem), ["ends regime 2020-10-16 -1557"]);
    assert_eq!(
        due(&world, &["UN-MLI", "--on", "2025-01-20"]),
        Vec::<Value>::new()
    );
    let survey = due(&world, &["EU-UKR-TI", "--on", "2026-08-10"]);
    let unsurveyed = survey
        .iter()
        .find(|row| row["kind"] == "unsurveyed")
        .unwrap();
    assert_eq!(
        unsurveyed["day"], "2026-08-08",
        "surveyed through the day before"
    );
}

#[test]
fn what_waits_on_a_day_and_what_on_a_condition() {
    let world = World::shipped();
    let args = [
        "EU-RUS-SECTORAL",
        "--on",
        "2022-03-05",
        "--within",
        "7",
        "--public-by",
        "2022-03-05",
    ];
    let rows = due(&world, &args);
    let waits: Vec<_> = rows.iter().filter(|row| row["kind"] == "waits").collect();
    let messaging = waits
        .iter()
        .find(|row| row["what"] == "financial-messaging imposed")
        .unwrap();
    assert_eq!(
        (&messaging["day"], &messaging["in_days"]),
        (&"2022-03-12".into(), &7.into())
    );
    let args = [
        "EU-RUS-SECTORAL",
        "--on",
        "2022-06-20",
        "--public-by",
        "2022-06-20",
    ];
    let rows = due(&world, &args);
    let of = "application of broadcasting-suspension-2022-06";
    let waits = rows.iter().find(|row| row["of"] == of).unwrap();
    assert!(waits["day"].is_null());
    assert!(
        waits["condition"]
            .as_str()
            .unwrap()
            .starts_with("the Council")
    );
}

#[test]
fn what_courts_and_licences_leave_for_a_time_ends_too() {
    let world = World::shipped();
    // Kadi: the Court maintained the effects for three months from its judgment of 3 September 2008.
    let kadi = due(
        &world,
        &[
            "EU-ISIL",
            "--on",
            "2008-11-20",
            "--as-law-stood",
            "2008-11-20",
        ],
    );
    let days: Vec<_> = kadi
        .iter()
        .filter(|row| row["kind"] == "ends")
        .map(|row| &row["day"])
        .collect();
    assert_eq!(days, ["2008-12-03", "2008-12-03"]);
    // Mazepin: the order of 19 July 2023 ran through 15 September.
    let order = due(
        &world,
        &[
            "EU-UKR-TI",
            "--on",
            "2023-09-06",
            "--within",
            "9",
            "--public-by",
            "2023-09-06",
        ],
    );
    assert!(
        short(&order)
            .iter()
            .any(|row| row.starts_with("ends order ") && row.ends_with("2023-09-15 9"))
    );
    // Belarus: the suspension of October 2015 ran through 29 February 2016, and the measures with the regime.
    let blr = due(
        &world,
        &[
            "EU-BLR",
            "--on",
            "2016-02-01",
            "--within",
            "28",
            "--public-by",
            "2016-02-01",
        ],
    );
    let suspended: Vec<_> = short(&blr)
        .into_iter()
        .filter(|row| row.contains("suspension"))
        .collect();
    assert_eq!(
        suspended,
        [
            "ends suspension of measure asset-freeze 2016-02-29 28",
            "ends suspension of measure travel-ban 2016-02-29 28",
        ]
    );
}

#[test]
fn a_term_of_its_own_ends_apart_from_its_regime() {
    let world = World::opened();
    world.file("base.json", BASE);
    let subject = r#"{"id": "a-b", "name": "A B", "type": "person"}"#;
    let effects = format!(
        r#"{{"listed": {{"regime": "EU-TEST", "subject": {subject}, "until": "2024-03-31"}}}},
           {{"extended": {{"regime": "EU-TEST", "measure": "asset-freeze", "until": "2024-06-30"}}}},
           {{"licence_issued": {{"regime": "EU-TEST", "permits": "Wages", "until": "2024-03-15"}}}}"#
    );
    world.file("own.json", decision("own", "2024-02-01", &effects));
    world.run(&["append", "base.json", "own.json"]).succeeds();
    let ends =
        |on: &str, within: &str| short(&due(&world, &["EU-TEST", "--on", on, "--within", within]));
    assert_eq!(
        ends("2024-03-01", "30"),
        [
            "ends permission 2.3 2024-03-15 14",
            "ends listing a-b 2024-03-31 30",
        ]
    );
    assert_eq!(
        ends("2024-06-30", "0"),
        [
            "ends listing a-b 2024-03-31 -91",
            "ends measure asset-freeze 2024-06-30 0",
        ],
        "overdue comes first, and the last day itself counts"
    );
}

#[test]
fn the_exit_code_says_whether_something_is_due() {
    let world = World::shipped();
    let args = [
        "due",
        "EU-RUS-SECTORAL",
        "--on",
        "2015-01-20",
        "--exit-code",
        "--within",
    ];
    world
        .run(&[&args[..], &["191d"]].concat())
        .exits(0)
        .says("Nothing ends, waits or is held up.");
    world
        .run(&[&args[..], &["192d"]].concat())
        .exits(1)
        .says("2015-07-31");
    // What is only not surveyed is not due.
    let unsurveyed = ["due", "EU-MLI", "--on", "2020-01-01", "--exit-code"];
    world
        .run(&unsurveyed)
        .exits(0)
        .says("Not surveyed on that day");
    world
        .run(&["due", "--within", "soon"])
        .exits(2)
        .complains("is not a number of days, like 60d");
    world
        .run(&["due", "EU-RUS"])
        .exits(2)
        .complains("did you mean");
}

fn events(calendar: &[u8]) -> Vec<IcalEvent> {
    let mut calendars = IcalParser::new(BufReader::new(calendar));
    let events = calendars.next().unwrap().unwrap().events;
    assert!(calendars.next().is_none(), "one calendar");
    events
}

fn property(event: &IcalEvent, name: &str) -> String {
    let found: Vec<_> = event
        .properties
        .iter()
        .filter(|one| one.name == name)
        .collect();
    assert_eq!(found.len(), 1, "{name} once in {event:?}");
    found[0].value.clone().unwrap()
}

#[test]
fn a_calendar_program_reads_the_calendar() {
    let world = World::shipped();
    let write = [&["due", "--ics", "due.ics"][..], &BEFORE_THE_RENEWAL].concat();
    let ran = world.run(&write);
    ran.succeeds()
        .complains("Wrote 1 events to due.ics")
        .says("2025-01-31  in 11 d");
    let written = std::fs::read(world.path().join("due.ics")).unwrap();
    let text = String::from_utf8(written.clone()).unwrap();
    assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:"));
    assert!(
        text.split("\r\n").all(|line| line.len() <= 75),
        "lines are folded"
    );
    let found = events(&written);
    assert_eq!(found.len(), 1, "what is overdue is not to come");
    let event = &found[0];
    assert_eq!(
        property(event, "UID"),
        "EU-RUS-SECTORAL.regime@example.org/shipped"
    );
    assert_eq!(property(event, "DTSTART"), "20250131");
    assert_eq!(
        property(event, "DTEND"),
        "20250201",
        "an end is the first day without it"
    );
    assert_eq!(
        property(event, "SUMMARY"),
        "EU-RUS-SECTORAL: last day of the regime"
    );
    assert!(property(event, "DESCRIPTION").contains("Held up by Hungary"));
    let stamp = property(event, "DTSTAMP");
    assert!(stamp.len() == 16 && stamp.ends_with('Z'), "{stamp}");
    let is_day = event
        .properties
        .iter()
        .find(|one| one.name == "DTSTART")
        .unwrap();
    assert_eq!(
        is_day.params,
        Some(vec![("VALUE".to_owned(), vec!["DATE".to_owned()])])
    );

    // Again, after a renewal: the same event moves.
    let moved = [
        "due",
        "EU-RUS-SECTORAL",
        "--on",
        "2025-07-20",
        "--public-by",
        "2025-01-28",
        "--ics",
        "-",
    ];
    let moved = events(world.run(&moved).succeeds().stdout.as_bytes());
    let days: HashMap<_, _> = moved
        .iter()
        .map(|one| (property(one, "UID"), property(one, "DTSTART")))
        .collect();
    assert_eq!(
        days["EU-RUS-SECTORAL.regime@example.org/shipped"],
        "20250731"
    );
}

#[test]
fn a_calendar_and_json_do_not_share_one_stream() {
    let world = World::shipped();
    let both = world.run(&["due", "--ics", "-", "--json"]);
    both.exits(2).complains("cannot both be standard output");
    let apart = world.run(&["due", "--ics", "due.ics", "--json"]);
    apart.succeeds().says("\"receipt\"");
}

#[test]
fn every_event_has_a_name_of_its_own() {
    let world = World::shipped();
    for on in ["2022-06-05", "2023-09-06", "2025-03-01", "2026-11-25"] {
        let ran = world.run(&["due", "--on", on, "--within", "400", "--ics", "-"]);
        let found = events(ran.succeeds().stdout.as_bytes());
        let names: std::collections::HashSet<_> =
            found.iter().map(|one| property(one, "UID")).collect();
        assert_eq!(names.len(), found.len(), "{on}");
        assert!(!found.is_empty());
    }
}
