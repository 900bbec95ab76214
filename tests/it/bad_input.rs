//! Bad input: one clear sentence, where it is, the documented exit code, and nothing written.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::common::{BASE, REGESTA, Ran, World, decision, events};

/// A record with the base decision, and what its journal holds.
fn based() -> (World, Vec<u8>) {
    let world = World::opened();
    world.file("base.json", BASE);
    world.run(&["append", "base.json"]).succeeds();
    let journal = journal(&world);
    (world, journal)
}

fn journal(world: &World) -> Vec<u8> {
    let mut files: Vec<PathBuf> = fs::read_dir(world.record().join("journal"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    files
        .into_iter()
        .flat_map(|file| fs::read(file).unwrap())
        .collect()
}

/// Appends that file to a based record: refused with exit 3, those words in the complaint, and nothing written.
#[track_caller]
fn refused(contents: impl AsRef<[u8]>, words: &[&str]) {
    let (world, before) = based();
    world.file("draft.json", contents);
    let ran = world.run(&["append", "draft.json"]);
    ran.exits(3)
        .complains("Nothing was written.")
        .complains("draft.json");
    for word in words {
        ran.complains(word);
    }
    assert!(ran.stderr.starts_with("error: "), "{ran}");
    assert_eq!(journal(&world), before);
    let error: Value =
        serde_json::from_str(&world.run(&["append", "draft.json", "--json"]).stderr).unwrap();
    assert_eq!(error["error"]["exit"], 3);
    assert!(
        error["error"]["code"]
            .as_str()
            .unwrap()
            .starts_with("refused"),
        "{error}"
    );
    world.run(&["verify"]).succeeds();
}

fn effect(effect: &str) -> String {
    decision("draft", "2024-03-01", effect)
}

#[test]
fn json_that_is_not_what_it_should_be() {
    refused("", &["a body is a JSON object"]);
    refused("not json", &["a body is a JSON object", ":1:1"]);
    refused(&BASE[..BASE.len() / 2], &["expected"]);
    refused(
        format!("{BASE}{BASE}"),
        &["unexpected data after the object"],
    );
    refused(b"{\"id\": \"\xff\"}", &["not UTF-8"]);
    refused("\u{feff}{}", &["a byte order mark"]);
    refused(
        format!("{}{}", "[".repeat(70), "]".repeat(70)),
        &["a body is a JSON object"],
    );
    refused(
        format!("{{\"id\":{}1{}}}", "[".repeat(70), "]".repeat(70)),
        &["nested deeper than 64"],
    );
    refused(
        BASE.replacen("\"id\": \"base\",", "\"id\": \"draft\", \"n\": 1.5,", 1),
        &["a number with a fraction"],
    );
    refused(
        BASE.replacen(
            "\"id\": \"base\",",
            "\"id\": \"draft\",\n\"id\": \"other\",",
            1,
        ),
        &["duplicate key `id`", ":3:"],
    );
    let long = "x".repeat(4 << 20);
    refused(
        BASE.replacen("Test regime", &long, 1),
        &["the most is 4194304"],
    );
}

#[test]
fn fields_that_are_none() {
    refused(
        BASE.replacen(
            "\"title\": \"Test regime\"",
            "\"titel\": \"Test regime\"",
            1,
        ),
        &["unknown field `titel`", ":3:"],
    );
    refused(
        BASE.replace("\"scope\"", "\"scop\""),
        &["unknown field `scop`", "effect 2", "effects[1].imposed"],
    );
    refused(
        BASE.replace("\"established\"", "\"founded\""),
        &["unknown variant `founded`", "effect 1"],
    );
    refused(BASE.replace("2024-12-31", "2024-02-30"), &["2024-02-30"]);
    refused(
        BASE.replace("\"class\": \"asset-freeze\"", "\"class\": \"freeze\""),
        &["unknown variant `freeze`", "effect 2"],
    );
    refused(
        BASE.replace("EU-TEST", "eu-test"),
        &["`eu-test` is not a regime", "like EU-RUS-SECTORAL"],
    );
    refused(
        BASE.replace(
            "\"sources\": [{\"at\": \"https://example.org/base\", \"tier\": \"primary\"}]",
            "\"sources\": []",
        ),
        &["cites no source"],
    );
}

#[test]
fn terms_that_make_no_sense() {
    let backwards = BASE
        .replace("\"id\": \"base\"", "\"id\": \"draft\"")
        .replace("2024-12-31", "2023-12-31");
    refused(
        backwards,
        &["effect 1: the term ends on 2023-12-31, before it begins on 2024-01-02"],
    );
    let early = BASE.replace(
        "\"in_force\": \"2024-01-02\"",
        "\"in_force\": \"2023-01-02\"",
    );
    refused(
        early,
        &["enters into force on 2023-01-02, before it is adopted on 2024-01-01"],
    );
}

#[test]
fn law_that_does_not_fit() {
    let list = |id: &str| {
        format!(
            r#"{{"listed": {{"regime": "EU-TEST", "subject": {{"id": "{id}", "name": "{id}", "type": "person"}}}}}}"#
        )
    };
    refused(
        effect(r#"{"renewed": {"regime": "EU-OTHER", "until": "2025-12-31"}}"#),
        &["no regime EU-OTHER is recorded (effect 1)", "hint: "],
    );
    refused(
        effect(r#"{"lifted": {"regime": "EU-TEST", "measure": "oil-import"}}"#),
        &[
            "EU-TEST has no measure oil-import to be lifted",
            "hint: its measures are asset-freeze",
        ],
    );
    refused(
        effect(&format!("{}, {}", list("ann"), list("ann"))),
        &["ann is already listed under EU-TEST", "(effect 2)"],
    );
    refused(
        effect(r#"{"delisted": {"regime": "EU-TEST", "subject": "bob"}}"#),
        &["bob is not listed under EU-TEST"],
    );
    refused(
        effect(
            r#"{"repealed": {"regime": "EU-TEST"}}, {"renewed": {"regime": "EU-TEST", "until": "2025-12-31"}}"#,
        ),
        &["EU-TEST was repealed by entry 2: it cannot be renewed"],
    );
    refused(
        BASE.replacen("Test regime", "Another title", 1),
        &[
            "base is recorded as entry 1 with another content",
            "regesta rectify 1",
        ],
    );
}

#[test]
fn places_that_hold_nothing() {
    let (world, before) = based();
    fs::create_dir(world.path().join("empty")).unwrap();
    world
        .run(&["append", "empty"])
        .exits(3)
        .complains("the directory empty holds no .json file")
        .complains("Nothing was written.");
    world
        .run(&["append", "nowhere.json"])
        .exits(3)
        .complains("nowhere.json cannot be read");
    world
        .run(&["append", "base.json/inside"])
        .exits(3)
        .complains("base.json/inside cannot be read");
    std::os::unix::fs::symlink("nowhere", world.path().join("dangling.json")).unwrap();
    world
        .run(&["append", "dangling.json"])
        .exits(3)
        .complains("dangling.json cannot be read");
    // A directory with an entry that cannot be read: also root cannot follow a dangling link.
    fs::create_dir(world.path().join("half")).unwrap();
    fs::write(
        world.path().join("half/a.json"),
        decision(
            "a",
            "2024-02-01",
            r#"{"amended": {"regime": "EU-TEST", "change": "text"}}"#,
        ),
    )
    .unwrap();
    std::os::unix::fs::symlink("nowhere", world.path().join("half/b.json")).unwrap();
    world
        .run(&["append", "half"])
        .exits(3)
        .complains("half/b.json cannot be read")
        .complains("Nothing was written.");
    assert_eq!(journal(&world), before);
}

#[test]
fn one_bad_document_in_a_stream_leaves_nothing() {
    let (world, before) = based();
    let good = |n: usize| {
        decision(
            &format!("d{n}"),
            "2024-02-01",
            r#"{"amended": {"regime": "EU-TEST", "change": "text"}}"#,
        )
    };
    let mut stream: String = (0..5_000).map(good).collect();
    stream.push_str(&decision(
        "bad",
        "2024-02-01",
        r#"{"renewed": {"regime": "EU-NONE", "until": "2025-01-01"}}"#,
    ));
    world
        .feed(&["append", "-"], stream.as_bytes())
        .exits(3)
        .complains("standard input, document 5001");
    assert_eq!(journal(&world), before);
    world
        .feed(&["append", "-"], good(1).as_bytes())
        .succeeds()
        .says("Recorded d1 as entry 2");
    world
        .feed(&["append", "-"], good(1).as_bytes())
        .succeeds()
        .says("d1 is already recorded as 2");
    world
        .feed(&["append", "-"], b"{\"id\":")
        .exits(3)
        .complains("standard input, document 1:1:");
    world.run(&["verify"]).succeeds();
}

#[test]
fn heads_and_dry_runs() {
    let (world, before) = based();
    world.file(
        "next.json",
        decision(
            "next",
            "2024-02-01",
            r#"{"amended": {"regime": "EU-TEST", "change": "text"}}"#,
        ),
    );
    world
        .run(&["append", "next.json", "--expect-head", "000000"])
        .exits(3)
        .complains("the head is 1 ")
        .complains("Nothing was written.");
    world
        .run(&["append", "next.json", "--dry-run"])
        .succeeds()
        .says("Would record next as entry 2");
    assert_eq!(journal(&world), before);
    let head = world.json(&["log", "-n", "1"])["link"]
        .as_str()
        .unwrap()
        .to_owned();
    world
        .run(&["append", "next.json", "--expect-head", &head[..12]])
        .succeeds()
        .says("Recorded next as entry 2");
}

#[test]
fn the_shipped_events_again_are_already_recorded() {
    let world = World::shipped();
    let before = journal(&world);
    let again = world.run(&["append", &events()]);
    again
        .succeeds()
        .says("Recorded 0 of ")
        .says("already recorded");
    assert_eq!(journal(&world), before);
}

#[test]
fn dials_and_names_that_are_none() {
    let world = World::shipped();
    world
        .run(&["state", "--on", "2025-02-30"])
        .exits(2)
        .complains("2025-02-30");
    world
        .run(&["state", "--known-at", "99999"])
        .exits(2)
        .complains("there is no entry 99999");
    world
        .run(&["state", "--known-at", "zz"])
        .exits(2)
        .complains("no entry is called zz");
    world
        .run(&["state", "--known-at", "2001-01-01"])
        .exits(2)
        .complains("it held nothing then");
    world
        .run(&["state", "EU-RUS-SECTORL"])
        .exits(2)
        .complains("no regime named EU-RUS-SECTORL")
        .complains("did you mean EU-RUS-SECTORAL?");
    world
        .run(&["history", "nobody-at-all"])
        .exits(2)
        .complains("no subject nobody-at-all is recorded");
    world
        .run(&["show", "99999"])
        .exits(2)
        .complains("there is no entry 99999");
    world.run(&["frobnicate"]).exits(2);
    for (args, said) in [
        (&["log", "--regime", "eu-blr"][..], "did you mean EU-BLR?"),
        (&["log", "--regime", "XX"], "no regime named XX"),
        (&["show", "nope"], "a decision's id"),
        (&["show", "+1"], "supposed, not recorded"),
        (&["show", ""], "a value is required"),
        (&["history", ""], "a value is required"),
        (&["subject", "EU-BLR"], "a regime has a page of its own"),
        (
            &["diff", "2025-1-1", "2025-02-01", "EU-SYR"],
            "`2025-1-1` is neither a day",
        ),
        (
            &["state", "--known-at", "+1"],
            "nothing is supposed as entry +1",
        ),
        (
            &["why", "EU-SYR", "nob"],
            "`regesta state EU-SYR --all` names them",
        ),
        (
            &["bisect", "listed", "fridman"],
            "did you mean mikhail-fridman?",
        ),
    ] {
        world.run(args).exits(2).complains(said);
    }
    let unreadable = world.run(&["verify", "--export", "nofile"]);
    unreadable.exits(4).complains("nofile cannot be read");
}

#[test]
fn what_is_wrong_with_the_command_line_is_told_as_json_too() {
    let world = World::opened();
    for args in [
        &["state", "--on", "yesterday", "--json"][..],
        &["--json", "frobnicate"],
        &["--json", "state", "EU-NONE"],
        &[
            "suppose", "--lapse", "EU-NONE", "--", "state", "--on", "x", "--json",
        ],
    ] {
        let ran = world.run(args);
        ran.exits(2);
        let told: serde_json::Value = serde_json::from_str(&ran.stderr).unwrap();
        assert_eq!(
            (&told["error"]["code"], &told["error"]["exit"]),
            (&"usage".into(), &2.into())
        );
        assert!(
            !told["error"]["message"].as_str().unwrap().contains('\n'),
            "{ran}"
        );
    }
}

#[test]
fn records_that_are_none() {
    let world = World::empty();
    for verb in [
        &["state"][..],
        &["log"],
        &["verify"],
        &["export"],
        &["history", "EU-BLR"],
    ] {
        world
            .run(verb)
            .exits(4)
            .complains("regesta-record is not a record")
            .complains("regesta init");
    }
    world.run(&["init", "--origin", "two words"]).exits(2);
    assert!(!world.record().exists());
    world.run(&["init"]).succeeds();
    world
        .run(&["init"])
        .exits(3)
        .complains("is already a record");
    world.file("full/file", "x");
    world
        .run(&["init", "--record", "full"])
        .exits(3)
        .complains("full is not empty");
    fs::write(world.record().join("version"), "regesta record 2\n").unwrap();
    world
        .run(&["state"])
        .exits(4)
        .complains("layout 2")
        .complains("use the release that made it");
}

/// A process that has the record open until it is dropped.
struct Holder(std::process::Child);

impl Drop for Holder {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_second_process_waits_and_is_told_who_is_in_the_way() {
    let (world, before) = based();
    world.file(
        "next.json",
        decision(
            "next",
            "2024-02-01",
            r#"{"amended": {"regime": "EU-TEST", "change": "text"}}"#,
        ),
    );
    // It opens the record and then waits for more of its input.
    let mut holder = world.command(&["append", "-"]);
    holder
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let holder = Holder(holder.spawn().unwrap());
    let held = || world.run(&["state", "--wait", "0"]).code == Some(4);
    let mut tries = 0;
    while !held() && tries < 200 {
        tries += 1;
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let process = format!("process {}", holder.0.id());
    world
        .run(&["append", "next.json", "--wait", "0"])
        .exits(4)
        .complains("`append`")
        .complains(&process);
    for verb in [
        &["log"][..],
        &["show", "1"],
        &["export"],
        &["verify", "--journal"],
    ] {
        world.run(verb).succeeds();
    }
    assert_eq!(journal(&world), before);
    drop(holder);
    world
        .run(&["append", "next.json", "--wait", "10s"])
        .succeeds();
}

#[test]
fn a_full_disk_loses_nothing_and_says_so() {
    let (world, before) = based();
    let long = "x".repeat(60_000);
    let body = decision(
        "big",
        "2024-02-01",
        r#"{"amended": {"regime": "EU-TEST", "change": "TEXT"}}"#,
    )
    .replace("TEXT", &long);
    world.file("big.json", body);
    // No file may grow beyond 16 KiB: what a full disk does to an append, without a disk to fill.
    let script = format!("trap '' XFSZ; ulimit -f 32; exec {REGESTA} append big.json");
    let ran: Ran = Command::new("bash")
        .args(["-c", &script])
        .current_dir(world.path())
        .env_clear()
        .env("REGESTA_BY", "test")
        .output()
        .unwrap()
        .into();
    ran.exits(4).complains("error: ");
    assert_eq!(journal(&world), before);
    world.run(&["verify"]).succeeds();
    world
        .run(&["append", "big.json"])
        .succeeds()
        .says("Recorded big as entry 2");
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let world = World::shipped();
    let script = format!("{REGESTA} export | head -n 1 >/dev/null; echo ${{PIPESTATUS[0]}}");
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(world.path())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "0\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let script = format!("{REGESTA} log | head -n 1 >/dev/null; echo ${{PIPESTATUS[0]}}");
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(world.path())
        .output()
        .unwrap();
    assert_eq!(
        (
            String::from_utf8_lossy(&output.stdout).as_ref(),
            output.stderr.len()
        ),
        ("0\n", 0)
    );
}

#[test]
fn colour_only_where_it_is_wanted() {
    let world = World::shipped();
    let escape = '\u{1b}';
    assert!(
        !world
            .run(&["state", "--on", "2025-01-26"])
            .stdout
            .contains(escape)
    );
    assert!(
        world
            .run(&["state", "--on", "2025-01-26", "--color", "always"])
            .stdout
            .contains(escape)
    );
    let plain = world
        .command(&["state", "--on", "2025-01-26"])
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    assert!(!String::from_utf8(plain.stdout).unwrap().contains(escape));
}
