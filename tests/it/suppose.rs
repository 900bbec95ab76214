//! Questions over what is not recorded: answered, marked, and nothing written.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::common::{BASE, World, contains, decision, find};
use super::states::golden;

const RENEWED: [&str; 4] = ["suppose", "--renew", "EU-RUS-SECTORAL=+6m", "--"];
const ASKED: [&str; 6] = [
    "state",
    "EU-RUS-SECTORAL",
    "--on",
    "2025-02-15",
    "--public-by",
    "2025-01-26",
];

#[test]
fn a_renewal_in_time_would_have_answered_the_question_of_january_2025() {
    let world = World::shipped();
    let ran = world.run(&[&RENEWED[..], &ASKED].concat());
    golden("suppose-renewal-EU-RUS-SECTORAL", &ran.to_string());
    let args = ["suppose", "--lapse", "EU-RUS-SECTORAL", "--"];
    let lapsed = world.json(&[&args[..], &ASKED].concat());
    assert_eq!(lapsed["regimes"][0]["status"], "lapsed");
    assert_eq!(lapsed["regimes"][0]["since"], "2025-02-01");
    assert_eq!(lapsed["regimes"][0]["surveyed"][1]["entry"], "+1");
    assert_eq!(lapsed["receipt"]["supposing"], 1);
    let args = ["suppose", "--repeal", "EU-RUS-SECTORAL=2025-01-21", "--"];
    let repealed = world.json(&[&args[..], &ASKED].concat());
    assert_eq!(repealed["regimes"][0]["status"], "repealed");
}

#[test]
fn what_is_supposed_is_marked_wherever_it_is_cited() {
    let world = World::shipped();
    let state = world.json(&[&RENEWED[..], &ASKED].concat());
    let regime = &state["regimes"][0];
    assert_eq!(regime["until"], "2025-07-31");
    let by = regime["because"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&by["entry"], &by["did"]),
        (&"+1".into(), &"renewed".into())
    );
    assert_eq!(state["receipt"]["supposing"], 1);
    assert_eq!(
        state["receipt"]["known_at"],
        world.json(&ASKED)["receipt"]["known_at"],
        "the head is the record's"
    );
    let history = [
        "history",
        "EU-RUS-SECTORAL",
        "--on",
        "2025-02-15",
        "--public-by",
        "2025-01-26",
    ];
    world
        .run(&[&RENEWED[..], &history].concat())
        .succeeds()
        .says("entry +1")
        .says("supposing 1 entry not recorded")
        .complains("not recorded, +1: Supposed: EU-RUS-SECTORAL renewed to 2025-07-31");
    let due = [
        "due",
        "EU-RUS-SECTORAL",
        "--from",
        "2025-01-20",
        "--public-by",
        "2025-01-26",
    ];
    world.run(&due).says("2025-01-31  in 11 d  EU-RUS-SECTORAL");
    let moved = world.run(&[&RENEWED[..], &due].concat());
    assert!(
        !moved
            .succeeds()
            .stdout
            .contains("2025-01-31  in 11 d  EU-RUS-SECTORAL"),
        "{moved}"
    );
    let cite = world.run(&[&RENEWED[..], &ASKED, &["--cite"]].concat());
    cite.succeeds()
        .says(", supposing 1 entry not recorded: EU-RUS-SECTORAL on 2025-02-15");
}

#[test]
fn what_is_supposed_can_be_compared_with_what_is_recorded() {
    let world = World::shipped();
    let ask = |verb: &[&str]| world.run(&[&RENEWED[..], verb].concat());
    let head = world.json(&["log", "-n", "1"])["seq"].to_string();
    let dials = ["EU-RUS-SECTORAL", "--public-by", "2025-01-26"];
    let decided = "renewed 2025-01-31, Supposed: EU-RUS-SECTORAL renewed to 2025-07-31 (entry";
    let days = ask(&[&["diff", "2025-01-30", "2025-02-15"], &dials[..]].concat());
    days.succeeds().says("law moved: ").says(decided);
    let on = ["--on", "2025-02-15"];
    let moments = ["diff", "--known", &head, "+1"];
    let moments = ask(&[&moments[..], &dials, &on].concat());
    moments.succeeds().says("record caught up: ").says(decided);
    let entry = [
        "bisect", "in-force", "--known", "--from", &head, "--to", "+1",
    ];
    let entry = ask(&[&entry[..], &dials, &on].concat());
    entry.succeeds().says("entry +1     yes  in force");
    let last = ask(&[&["state", "--known-at", "+1"], &dials[..], &on].concat());
    assert_eq!(last.stdout, ask(&ASKED).stdout);

    let nothing = "nothing is supposed as entry +2";
    ask(&["state", "--known-at", "+2"])
        .exits(2)
        .complains(nothing);
    ask(&["diff", "--known", "1", &head])
        .exits(2)
        .complains("--public-by");
    let alone = world.run(&["diff", "--known", &head, "+1"]);
    alone.exits(2).complains("nothing is supposed as entry +1");
}

/// The files that a record rests on, with their bytes. sled tidies up its own whenever anybody opens it, so what is in
/// there is compared by `verify`.
fn bytes(world: &World) -> BTreeMap<PathBuf, Vec<u8>> {
    let journal = fs::read_dir(world.record().join("journal")).unwrap();
    let mut files: Vec<_> = journal.map(|entry| entry.unwrap().path()).collect();
    files.push(world.record().join("version"));
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).unwrap();
        (path, bytes)
    };
    files.into_iter().map(read).collect()
}

#[test]
fn nothing_is_written() {
    let world = World::shipped();
    let (before, answered, listed) = (bytes(&world), world.run(&ASKED), world.run(&["log"]));
    assert_eq!(before.len(), 2);
    world.run(&[&RENEWED[..], &ASKED].concat()).succeeds();
    world
        .run(&[&RENEWED[..], &["append", "x.json"]].concat())
        .exits(2);
    assert!(before == bytes(&world), "a file of the record changed");
    assert_eq!(answered.stdout, world.run(&ASKED).stdout);
    assert_eq!(listed.stdout, world.run(&["log"]).stdout);
    let verified = world.json(&["verify"]);
    assert_eq!(
        (&verified["sound"], &verified["findings"]),
        (&true.into(), &serde_json::json!([])),
        "both copies and every index"
    );
}

#[test]
fn a_draft_is_admitted_or_refused_as_an_append_would() {
    let world = World::opened();
    world.file("base.json", BASE);
    world.run(&["append", "base.json"]).succeeds();
    let subject = r#"{"id": "a-b", "name": "A B", "type": "person"}"#;
    let listed = format!(r#"{{"listed": {{"regime": "EU-TEST", "subject": {subject}}}}}"#);
    world.file("list.json", decision("list", "2024-02-01", &listed));
    world.file(
        "delist.json",
        decision(
            "delist",
            "2024-03-01",
            r#"{"delisted": {"regime": "EU-TEST", "subject": "a-b"}}"#,
        ),
    );
    world.file(
        "new.json",
        decision(
            "new",
            "2024-02-01",
            r#"{"established": {"regime": "EU-NEW", "title": "New", "until": "2025-01-31"}}"#,
        ),
    );
    let state = |drafts: &[&str], of: &[&str]| {
        world.run(&[&["suppose"], drafts, &["--", "state"], of].concat())
    };

    // Drafts build on each other, and none on what is only supposed elsewhere.
    let on = ["EU-TEST", "--on", "2024-02-15", "--json"];
    let ran = state(&["list.json", "delist.json"], &on);
    let answer: serde_json::Value = serde_json::from_str(&ran.succeeds().stdout).unwrap();
    let listing = find(&answer["regimes"][0]["listings"], "subject", "a-b");
    assert_eq!(
        (&listing["status"], &listing["because"][0]["entry"]),
        (&"applicable".into(), &"+1".into())
    );
    assert_eq!(answer["receipt"]["supposing"], 2);
    let refused = state(&["delist.json"], &on[..3]);
    let appended = world.run(&["append", "delist.json"]);
    assert_eq!(
        refused.exits(3).stderr,
        appended.exits(3).stderr,
        "the same sentence"
    );
    refused.complains("a-b is not listed under EU-TEST");

    // A regime and a subject that are only supposed are found by name.
    state(&["new.json"], &["EU-NEW", "--on", "2024-02-15"])
        .succeeds()
        .says("until 2025-01-31");
    world
        .run(&["suppose", "list.json", "--", "history", "a-b"])
        .succeeds()
        .says("listed A B");
    world.run(&["history", "a-b"]).exits(2);
    world.run(&["state", "EU-NEW"]).exits(2);

    // What is recorded is not supposed again.
    let ran = state(&["base.json"], &on);
    let answer: serde_json::Value = serde_json::from_str(&ran.succeeds().stdout).unwrap();
    assert!(answer["receipt"]["supposing"].is_null());
    // What is not public by then is supposed all the same.
    let hidden = ["EU-TEST", "--on", "2024-02-15", "--public-by", "2024-01-15"];
    state(&["list.json"], &hidden).succeeds().says("A B");
}

#[test]
fn what_cannot_be_supposed_is_said() {
    let world = World::shipped();
    let entries = world.json(&["verify"])["entries"].clone();
    let lapse =
        |verb: &[&str]| world.run(&[&["suppose", "--lapse", "EU-BLR", "--"], verb].concat());
    for verb in [
        &["append", "x.json"][..],
        &["rectify", "3", "--because", "x"],
        &["redact", "3", "--ground", "x"],
        &["init"],
        &["reindex"],
        &["log"],
        &["show", "3"],
        &["verify"],
        &["export"],
        &["completions", "bash"],
        &["suppose", "--lapse", "EU-BLR", "--", "state"],
    ] {
        lapse(verb)
            .exits(2)
            .complains("cannot be run over what is supposed")
            .complains("Nothing was written.");
    }
    assert_eq!(
        world.json(&["verify"])["entries"],
        entries,
        "nothing is written"
    );
    for verb in [
        &["state"][..],
        &["history", "EU-BLR"],
        &["coverage"],
        &["due"],
        &["panel", "EU-BLR"],
        &["diff", "2025-01-01", "2025-03-01", "EU-BLR"],
        &["bisect", "in-force", "EU-BLR"],
        &["why", "EU-BLR"],
        &["subject", "nikita-mazepin"],
        &["export", "--ftm"],
    ] {
        let ran = lapse(verb);
        ran.succeeds().complains("not recorded, +1: ");
        let marked = format!("{}{}", ran.stdout, ran.stderr);
        assert!(
            contains(&marked, "supposing 1 entry not recorded"),
            "{verb:?} does not say so:\n{ran}"
        );
    }
    lapse(&["state", "--no-such-flag"]).exits(2);
    lapse(&["state", "--known-at", "12"])
        .exits(2)
        .complains("--public-by");
    lapse(&["state", "EU-BLX", "--json"])
        .exits(2)
        .complains(r#""code":"usage""#);
    world.run(&["suppose", "--", "state"]).exits(2);
    world.run(&["suppose", "--lapse", "EU-BLR"]).exits(2);
    world
        .run(&["suppose", "--renew", "EU-BLR=6m", "--", "state"])
        .exits(2)
        .complains("EU-BLR=+12m");
    world
        .run(&["suppose", "--renew", "EU-IRN-WMD=+6m", "--", "state"])
        .exits(2)
        .complains("EU-IRN-WMD has no last day on");
    world
        .run(&["suppose", "--renew", "EU-BLR=+999999m", "--", "state"])
        .exits(2)
        .complains("EU-BLR=+12m");
    let dated = [
        "suppose",
        "--renew",
        "EU-IRN-WMD=2027-05-31",
        "--",
        "state",
        "EU-IRN-WMD",
        "--on",
        "2026-11-25",
    ];
    world.run(&dated).succeeds().says("until 2027-05-31");
    world
        .run(&["suppose", "--renew", "US-SYR=2027-05-31", "--", "state"])
        .exits(3)
        .complains("US-SYR was repealed by entry")
        .complains("Nothing was written.");
}
