//! Redaction, as a user meets it: the bytes are gone from every file, the chain verifies, every answer says so.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::common::{BASE, Ran, World, contains, copy, decision};
use super::kills::{after_power_cut, shim};
use super::stranger;

/// Random enough that no compression takes it apart.
const SECRET: &str = "c41d70e9b3582fa60d97e1c845b2f07369ad8e15c0f4b2a7963d18e05f7ac24b";
const GROUND: &str = "OJ corrigendum: some information cannot be disclosed anymore";

fn listing(id: &str, name: &str) -> String {
    let listed = format!(
        r#"{{"listed": {{"regime": "EU-TEST", "subject": {{"id": "{id}", "name": "{name}", "type": "person"}}}}}}"#
    );
    decision("listing", "2024-03-01", &listed)
}

fn amendment(n: usize) -> String {
    decision(
        &format!("d{n}"),
        "2024-02-01",
        r#"{"amended": {"regime": "EU-TEST", "change": "text"}}"#,
    )
}

/// A record whose entry 2 lists a person whose name is the secret, with so many entries after it.
fn with_secret(after: usize) -> World {
    let world = World::opened();
    world.file("base.json", BASE);
    world.file("listing.json", listing("ann", SECRET));
    world.file("redacted.json", listing("ann", "A person"));
    world.run(&["append", "base.json"]).succeeds();
    world.run(&["append", "listing.json"]).succeeds();
    if after > 0 {
        let many: String = (0..after).map(amendment).collect();
        world.feed(&["append", "-"], many.as_bytes()).succeeds();
    }
    world
}

/// The salt of an entry, in hex.
fn salt(world: &World, seq: u64) -> String {
    let export = world.run(&["export"]).succeeds().stdout.clone();
    let line = export.lines().nth(usize::try_from(seq).unwrap()).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    line["salt"].as_str().unwrap().to_owned()
}

fn unhex(digits: &str) -> Vec<u8> {
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

/// Files below that hold the secret, or the salt as bytes or digits.
fn holders(dir: &Path, salt: &str) -> Vec<PathBuf> {
    let raw = unhex(salt);
    let needles = [SECRET.as_bytes(), salt.as_bytes(), raw.as_slice()];
    let mut found = Vec::new();
    for file in fs::read_dir(dir).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            found.extend(holders(&path, salt));
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let holds = |needle: &&[u8]| bytes.windows(needle.len()).any(|window| window == *needle);
        if needles.iter().any(holds) {
            found.push(path);
        }
    }
    found
}

fn links(world: &World) -> Vec<String> {
    let log = world.run(&["log", "--json"]).succeeds().stdout.clone();
    log.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["link"].to_string())
        .collect()
}

fn redact(world: &World, more: &[&str]) -> Ran {
    let ran = world.run(&[&["redact", "2", "--ground", GROUND], more].concat());
    ran.succeeds();
    ran
}

#[test]
fn the_bytes_are_in_no_file_and_no_link_has_changed() {
    for (after, with) in [(0, false), (5, true), (600, false), (600, true)] {
        let world = with_secret(after);
        let (salt, before) = (salt(&world, 2), links(&world));
        let held = holders(&world.record(), &salt);
        assert!(held.len() >= 2, "both copies hold it: {held:?}");
        let more: &[&str] = if with {
            &["--with", "redacted.json"]
        } else {
            &[]
        };
        redact(&world, more).says("Erased body and salt of entry 2");
        assert_eq!(holders(&world.record(), &salt), [] as [PathBuf; 0]);
        let now = links(&world);
        assert_eq!(now[..before.len()], before);
        assert_eq!(now.len(), before.len() + 1);
        world
            .run(&["verify"])
            .succeeds()
            .says("1 body redacted, commitment intact")
            .says("both copies are the same, byte for byte");
        world.run(&["verify", "--journal"]).succeeds();
        world.run(&["reindex"]).succeeds();
        world.run(&["append", "base.json"]).succeeds();
        world.file("later.json", amendment(9999));
        world.run(&["append", "later.json"]).succeeds();
        world.run(&["verify"]).succeeds();
        assert_eq!(holders(&world.record(), &salt), [] as [PathBuf; 0]);
    }
}

#[test]
fn an_export_made_afterwards_verifies_and_replays() {
    let world = with_secret(300);
    world.run(&["export", "-o", "before.ndjson"]).succeeds();
    redact(&world, &["--with", "redacted.json"]);
    world.run(&["export", "-o", "after.ndjson"]).succeeds();
    let after = fs::read_to_string(world.path().join("after.ndjson")).unwrap();
    assert!(!after.contains(SECRET));
    stranger::check(&after).unwrap();
    world
        .run(&["verify", "--export", "after.ndjson"])
        .succeeds()
        .says("1 body redacted, commitment intact");
    world
        .run(&["verify", "--export", "before.ndjson"])
        .succeeds();
    let args = ["init", "--record", "again", "--from", "after.ndjson"];
    world.run(&args).succeeds();
    world.run(&["verify", "--record", "again"]).succeeds();
    let again = world.run(&["export", "--record", "again"]);
    assert_eq!(again.succeeds().stdout, after);
    let state = ["state", "EU-TEST", "--on", "2024-06-01"];
    let theirs = world.run(&[&state[..], &["--record", "again"]].concat());
    assert_eq!(theirs.stdout, world.run(&state).stdout);
}

/// A text without what changes from run to run: links and times.
fn settled(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let words = line.split(' ').map(|word| {
            let is_hex = |word: &str| word.bytes().all(|b| b.is_ascii_hexdigit());
            if (word.len() == 12 || word.len() == 64) && is_hex(word) {
                "LINK"
            } else if word.starts_with("2026-") && word.contains('T') {
                "TIME"
            } else {
                word
            }
        });
        out.push_str(&words.collect::<Vec<_>>().join(" "));
        out.push('\n');
    }
    out
}

fn golden(name: &str, world: &World, verbs: &[&[&str]]) {
    let mut text = String::new();
    for args in verbs {
        let ran = world.run(args);
        text.push_str(&format!(
            "$ regesta {}\n{}\n\n",
            args.join(" "),
            settled(&ran.to_string())
        ));
    }
    insta::with_settings!({snapshot_path => "../../snapshots", prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!(name, text);
    });
}

const ASKED: [&[&str]; 8] = [
    &["state", "EU-TEST", "--on", "2024-06-01"],
    &["state", "EU-TEST", "--on", "2024-06-01", "--known-at", "1"],
    &["state", "--on", "2024-06-01"],
    &["history", "EU-TEST", "--on", "2024-06-01"],
    &["history", "ann", "--on", "2024-06-01"],
    &["log"],
    &["show", "2"],
    &["verify"],
];

#[test]
fn what_answers_say_without_a_text_in_its_place() {
    let world = with_secret(0);
    redact(&world, &[]);
    golden("redacted", &world, &ASKED);
}

#[test]
fn what_answers_say_with_a_text_in_its_place() {
    let world = with_secret(0);
    redact(&world, &["--with", "redacted.json"]);
    golden("redacted-with", &world, &ASKED);
}

#[test]
fn json_says_which_entry_on_what_ground_by_which_entry() {
    let world = with_secret(0);
    let dry = world.json(&["redact", "2", "--ground", GROUND, "--dry-run"]);
    assert_eq!(
        (&dry["dry_run"], &dry["head"]["seq"]),
        (&true.into(), &2.into())
    );
    world.run(&["show", "2"]).succeeds().says(SECRET);
    let done = world.json(&["redact", "2", "--ground", GROUND, "--with", "redacted.json"]);
    let said = serde_json::json!({"entry": 2, "ground": GROUND, "by_entry": 3, "replaced": true});
    assert_eq!(done["redaction"], said);
    assert_eq!(done["head"]["seq"], 3);
    let page = world.state("EU-TEST", "2024-06-01", None);
    assert_eq!(page["redactions"], serde_json::json!([said]));
    assert_eq!(page["listings"][0]["because"][0]["entry"], 2);
    let history = world.json(&["history", "EU-TEST"]);
    assert_eq!(
        history["stories"][0]["redactions"],
        serde_json::json!([said])
    );
    let shown = world.json(&["show", "listing"]);
    assert_eq!((&shown["seq"], &shown["erased"]), (&2.into(), &true.into()));
    assert_eq!(shown["redaction"], said);
    assert_eq!(shown["replacement"]["id"], "listing");
    assert_eq!(world.json(&["verify"])["redacted"], 1);
}

#[test]
fn no_other_answer_of_the_shipped_record_changes() {
    let days = ["2016-06-01", "2024-12-01", "2026-06-01"];
    let boards = |world: &World| -> Vec<Value> {
        let of = |on: &str| world.json(&["state", "--on", on])["regimes"].take();
        days.into_iter().map(of).collect()
    };
    let regimes =
        |world: &World, seq: &str| world.json(&["show", seq])["body"]["effects"].to_string();
    let world = World::shipped();
    let before = boards(&world);
    for id in ["eu-2025-175", "eu-2025-527", "eu-blr.2016-02-15.ministers"] {
        let world = World::shipped();
        let shown = world.json(&["show", id]);
        let (seq, touched) = (shown["seq"].to_string(), regimes(&world, id));
        world.file("same.json", shown["body"].to_string());
        let without = World::empty();
        copy(&world.record(), &without.record());
        let with = ["redact", &seq, "--ground", "x", "--with", "same.json"];
        world.run(&with).succeeds();
        without.run(&with[..4]).succeeds();
        for (n, (same, gone)) in boards(&world).into_iter().zip(boards(&without)).enumerate() {
            let all = before[n].as_array().unwrap().iter();
            let after = same
                .as_array()
                .unwrap()
                .iter()
                .zip(gone.as_array().unwrap());
            for (was, (same, gone)) in all.zip(after) {
                let is_touched = touched.contains(&was["regime"].to_string());
                assert_eq!(is_touched, same["redactions"] != Value::Array(vec![]));
                let mut same = same.clone();
                same["redactions"] = Value::Array(vec![]);
                assert_eq!(&same, was, "{id} redacted with its own text");
                assert!(
                    is_touched || gone == was,
                    "{id} redacted: {}",
                    was["regime"]
                );
            }
        }
        world.run(&["verify"]).succeeds();
        without.run(&["verify"]).succeeds();
    }
}

#[test]
fn whoever_was_erased_is_found_no_more() {
    let world = with_secret(0);
    world.run(&["history", "ann"]).succeeds();
    redact(&world, &[]);
    world
        .run(&["history", "ann"])
        .exits(2)
        .complains("no subject ann");
    world.run(&["show", "listing"]).exits(2);
    let of_regime = world.run(&["log", "--regime", "EU-TEST"]);
    of_regime.succeeds().says("redacted by 3");
}

#[test]
fn every_answer_says_so_with_the_ground() {
    let world = with_secret(0);
    let order = r#"{"order_granted": {"regime": "EU-TEST", "subject": "ann", "orders": "listing suspended"}}"#;
    world.file("order.json", decision("order", "2024-06-01", order));
    world.run(&["append", "order.json"]).succeeds();
    redact(&world, &[]);
    for verb in [
        &["state"][..],
        &["state", "EU-TEST"],
        &["state", "EU-TEST", "--csv"],
        &["state", "EU-TEST", "--cite"],
        &["history", "EU-TEST"],
        &["coverage"],
        &["due"],
        &["panel"],
        &["why", "EU-TEST"],
        &["why", "EU-TEST", "--dot"],
        &["diff", "2024-01-15", "2024-06-15", "EU-TEST"],
        &["diff", "--known", "1", "4", "EU-TEST"],
        &["bisect", "in-force", "EU-TEST"],
        // Its listing is erased, the court's order names it.
        &["subject", "ann"],
        &["history", "ann"],
        &["export", "--ftm"],
    ] {
        let ran = world.run(verb);
        let said = format!("{}{}", ran.succeeds().stdout, ran.stderr);
        let told = format!("entry 2: {GROUND} (entry 4)");
        assert!(contains(&said, &told), "{verb:?} does not say so:\n{ran}");
    }
    for verb in [&["why", "EU-TEST"][..], &["subject", "ann"], &["coverage"]] {
        let told = &world.json(verb)["receipt"]["redactions"][0];
        assert_eq!(
            (&told["entry"], &told["ground"]),
            (&2.into(), &GROUND.into())
        );
    }
    let other = world.run(&["due", "--known-at", "1"]);
    assert!(
        !other.succeeds().stdout.contains(GROUND),
        "not recorded then"
    );
}

#[test]
fn the_same_file_does_not_bring_it_back() {
    let world = with_secret(0);
    redact(&world, &[]);
    let refused = world.run(&["append", "listing.json"]);
    refused
        .exits(3)
        .complains("this was entry 2, which entry 3 redacted")
        .complains(GROUND)
        .complains("Nothing was written.");
    world.run(&["append", "redacted.json"]).exits(3);
    let export = world.run(&["export"]).stdout;
    assert!(
        !export.contains("listing\"") && !export.contains("ann\""),
        "{export}"
    );

    let replaced = with_secret(0);
    redact(&replaced, &["--with", "redacted.json"]);
    replaced.run(&["append", "listing.json"]).exits(3);
    replaced
        .run(&["append", "redacted.json"])
        .succeeds()
        .says("already recorded as 2");

    let forgotten = with_secret(0);
    redact(&forgotten, &["--forget-id"]);
    forgotten
        .run(&["append", "listing.json"])
        .succeeds()
        .says("as entry 4");
}

#[test]
fn what_later_entries_built_on_may_be_erased() {
    let world = with_secret(0);
    let delisted = r#"{"delisted": {"regime": "EU-TEST", "subject": "ann"}}"#;
    world.file("out.json", decision("out", "2024-05-01", delisted));
    world.run(&["append", "out.json"]).succeeds();
    world.file("other.json", listing("person-a", "A person"));
    let twin = World::empty();
    copy(&world.record(), &twin.record());
    twin.file("other.json", listing("person-a", "A person"));
    redact(&world, &[]).says("Entry 3 speaks of the same");
    world.run(&["verify"]).succeeds();
    redact(&twin, &["--with", "other.json"]).says("Entry 3 speaks of the same");
    twin.run(&["verify"]).succeeds();
    twin.run(&["redact", "3", "--ground", "it still names ann"])
        .succeeds();
    twin.run(&["verify"])
        .succeeds()
        .says("2 bodies redacted, commitments intact");
}

#[test]
fn a_rectification_or_a_survey_can_be_redacted_too() {
    let world = with_secret(0);
    world.run(&["rectify", "2", "--because", SECRET]).succeeds();
    let survey = format!(
        r#"{{"survey": "EU-TEST", "through": "2024-12-31", "basis": "{SECRET}", "sources": [{{"at": "https://example.org", "tier": "primary"}}]}}"#
    );
    world.file("survey.json", survey.as_str());
    world.file("less.json", survey.replace(SECRET, "read"));
    world.run(&["append", "survey.json"]).succeeds();
    world
        .run(&["redact", "4", "--ground", "x", "--with", "less.json"])
        .succeeds();
    world
        .run(&["redact", "3", "--ground", "x"])
        .succeeds()
        .says("What it withdrew counts again");
    let names = |world: &World| {
        let page = world.state("EU-TEST", "2024-06-01", None);
        (
            page["listings"].as_array().unwrap().len(),
            page["surveyed"].as_array().unwrap().len(),
        )
    };
    assert_eq!(names(&world).0, 1);
    world
        .run(&["rectify", "2", "--because", "again"])
        .succeeds();
    world.run(&["redact", "2", "--ground", "x"]).succeeds();
    assert_eq!(names(&world).0, 0);
    // Salts are sought elsewhere.
    let held = holders(&world.record(), SECRET);
    assert_eq!(held, [] as [PathBuf; 0]);
    world.run(&["verify"]).succeeds();
}

#[test]
fn what_stands_in_its_place_can_be_rectified() {
    let world = with_secret(0);
    redact(&world, &["--with", "redacted.json"]);
    let names = || {
        world.state("EU-TEST", "2024-06-01", None)["listings"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(names(), 1);
    world.run(&["rectify", "3", "--because", "x"]).exits(2);
    world
        .run(&["rectify", "2", "--because", "nobody was listed"])
        .succeeds();
    assert_eq!(names(), 0);
    world.run(&["verify"]).succeeds();
}

#[test]
fn what_cannot_be_redacted_says_why_and_writes_nothing() {
    let world = with_secret(0);
    world.file(
        "other.json",
        decision(
            "other",
            "2024-03-01",
            r#"{"amended": {"regime": "EU-TEST", "change": "x"}}"#,
        ),
    );
    world.file(
        "more.json",
        listing("ann", "A").replace("EU-TEST", "EU-MORE"),
    );
    world.file("bad.json", "{");
    let before = world.run(&["export"]).stdout;
    let refused = |args: &[&str], code: i32, of: &str| {
        let ran = world.run(&[&["redact"], args].concat());
        ran.exits(code).complains(of);
        assert_eq!(world.run(&["export"]).stdout, before);
    };
    refused(
        &["9", "--ground", "x"],
        2,
        "there is no entry 9: the last one is 2",
    );
    refused(&["0", "--ground", "x"], 3, "entry 0 is the opening");
    refused(&["2", "--ground", " "], 3, "needs a ground");
    refused(&["2"], 2, "--ground");
    refused(
        &["2", "--ground", "x", "--with", "other.json"],
        3,
        "must be the decision listing",
    );
    refused(
        &["2", "--ground", "x", "--with", "more.json"],
        3,
        "touches EU-MORE, which the entry does not",
    );
    refused(&["2", "--ground", "x", "--with", "bad.json"], 3, "bad.json");
    refused(
        &["2", "--ground", "x", "--with", "none.json"],
        3,
        "none.json cannot be read",
    );
    redact(&world, &[]);
    let refused = world.run(&["redact", "2", "--ground", "x"]);
    refused
        .exits(3)
        .complains("entry 2 was redacted before, by entry 3");
    let refused = world.run(&["redact", "3", "--ground", "x"]);
    refused.exits(3).complains("entry 3 is a redaction");
}

#[test]
fn a_text_that_does_not_fit_is_refused() {
    let world = with_secret(0);
    let unknown = r#"{"lifted": {"regime": "EU-TEST", "measure": "nothing"}}"#;
    world.file("misfit.json", decision("listing", "2024-03-01", unknown));
    world
        .run(&["redact", "2", "--ground", "x", "--with", "misfit.json"])
        .exits(3)
        .complains("what should stand in for entry 2 does not fit there")
        .complains("has no measure nothing");
}

#[test]
fn a_record_in_use_or_of_a_later_release_is_left_alone() {
    let world = with_secret(0);
    let lock = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(world.record().join("lock"))
        .unwrap();
    lock.lock().unwrap();
    world
        .run(&["redact", "2", "--ground", "x", "--wait", "0s"])
        .exits(4)
        .complains("in use");
    drop(lock);
    fs::write(world.record().join("version"), "regesta record 9\n").unwrap();
    world
        .run(&["redact", "2", "--ground", "x"])
        .exits(4)
        .complains("layout 9");
}

fn put_back(world: &World, part: &str, from: &Path) {
    fs::remove_dir_all(world.record().join(part)).unwrap();
    copy(&from.join(part), &world.record().join(part));
}

#[test]
fn an_old_copy_is_found_by_verify_and_cleaned_by_the_next_command() {
    for part in ["sled", "journal"] {
        let world = with_secret(20);
        let salt = salt(&world, 2);
        let old = world.path().join("old");
        copy(&world.record(), &old);
        redact(&world, &[]);
        put_back(&world, part, &old);
        let found = world.run(&["verify"]);
        found.says(&format!(
            "entry 2: its body was redacted by entry 23 and still stands in {part}/"
        ));
        assert_ne!(found.code, Some(0), "{found}");
        assert!(!holders(&world.record(), &salt).is_empty());
        world
            .run(&["state", "EU-TEST", "--on", "2024-06-01"])
            .succeeds()
            .complains(
                "repaired: The body of entry 2 was still there after its redaction and was erased",
            );
        assert_eq!(holders(&world.record(), &salt), [] as [PathBuf; 0]);
        world.run(&["verify"]).succeeds();
    }
}

#[test]
fn a_body_that_is_gone_without_a_redaction_is_damage() {
    let world = with_secret(20);
    let file = world.record().join("journal/00000000000000000000.ndjson");
    let text = fs::read_to_string(&file).unwrap();
    let lines = text
        .lines()
        .map(|line| match line.split_once(",\"salt\":") {
            Some((head, _)) if line.starts_with("{\"seq\":2,") => {
                format!("{head},\"salt\":null,\"body\":null}}\n")
            }
            _ => format!("{line}\n"),
        });
    let erased: String = lines.collect();
    fs::write(&file, &erased).unwrap();
    world
        .run(&["verify"])
        .exits(5)
        .says("entry 2: its body is gone, and no redaction says why")
        .says("sled/ is whole: move journal/ away");
    world.file("cut.ndjson", erased);
    world
        .run(&["verify", "--export", "cut.ndjson"])
        .exits(5)
        .says("no redaction says why");
    world
        .run(&["show", "2"])
        .succeeds()
        .says("no redaction says why");
}

#[test]
fn a_copy_set_aside_does_not_keep_it() {
    let world = with_secret(20);
    let salt = salt(&world, 2);
    copy(
        &world.record().join("sled"),
        &world.record().join("sled.damaged-1"),
    );
    redact(&world, &[]);
    assert_eq!(holders(&world.record(), &salt), [] as [PathBuf; 0]);
    fs::create_dir(world.record().join("sled.damaged-1")).unwrap();
    world
        .run(&["verify"])
        .succeeds()
        .says("note")
        .says("may have held a redacted body");
    world
        .run(&["state", "--on", "2024-06-01"])
        .succeeds()
        .complains("repaired: What earlier repairs had set aside");
    assert!(!world.record().join("sled.damaged-1").exists());
}

#[test]
fn killed_at_any_moment_the_next_command_finishes_it() {
    let made = with_secret(300);
    let salt = salt(&made, 2);
    let before = made.run(&["export"]).stdout;
    let time = Instant::now();
    let twin = World::empty();
    copy(&made.record(), &twin.record());
    redact(&twin, &[]);
    let usual = u64::try_from(time.elapsed().as_micros()).unwrap();
    let (mut recorded, mut killed, mut unfinished) = (0, 0, 0);
    for round in 0..30_u64 {
        let world = World::empty();
        copy(&made.record(), &world.record());
        let mut child = world
            .command(&["redact", "2", "--ground", GROUND])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_micros(usual * round / 27));
        killed += u64::from(child.kill().is_ok() && child.wait().unwrap().code().is_none());
        let journal = world.run(&["log", "-n", "1", "--json"]);
        let is_recorded = journal.succeeds().stdout.contains("\"redaction\"");
        unfinished += u64::from(is_recorded && !holders(&world.record(), &salt).is_empty());
        world
            .run(&["state", "EU-TEST", "--on", "2024-06-01"])
            .succeeds();
        world.run(&["verify"]).succeeds();
        let after = world.run(&["export"]).stdout;
        let same = |(n, (old, new)): (usize, (&str, &str))| n == 2 || old == new;
        let lines = before.lines().zip(after.lines()).enumerate();
        assert!(lines.into_iter().all(same), "round {round}");
        if is_recorded {
            recorded += 1;
            assert_eq!(
                holders(&world.record(), &salt),
                [] as [PathBuf; 0],
                "round {round}"
            );
            assert_eq!(after.lines().count(), before.lines().count() + 1);
        } else {
            assert_eq!(after, before, "round {round}: not recorded, nothing erased");
        }
    }
    println!("{killed} of 30 were killed, {recorded} recorded, {unfinished} of them unfinished");
    assert!(
        killed > 10 && recorded > 0 && recorded < 30,
        "{killed} killed, {recorded} recorded"
    );
}

#[test]
fn a_power_cut_brings_nothing_back() {
    let world = World::empty();
    let shim = shim(&world);
    fs::create_dir(world.path().join("synced")).unwrap();
    world.file("base.json", BASE);
    world.file("listing.json", listing("ann", SECRET));
    let many: String = (0..300).map(amendment).collect();
    world.file("many.ndjson", many);
    for args in [
        &["init"][..],
        &["append", "base.json"],
        &["append", "listing.json"],
        &["append", "many.ndjson"],
        &["redact", "2", "--ground", "x"],
    ] {
        let mut command = world.command(args);
        let synced = world.path().join("synced");
        command
            .env("LD_PRELOAD", &shim)
            .env("POWERCUT_SYNCED", synced);
        assert!(command.output().unwrap().status.success(), "{args:?}");
    }
    let cut = after_power_cut(&world);
    cut.run(&["state", "--on", "2024-06-01"]).succeeds();
    assert_eq!(holders(&cut.record(), SECRET), [] as [PathBuf; 0]);
    cut.run(&["verify"])
        .succeeds()
        .says("1 body redacted, commitment intact");
}
