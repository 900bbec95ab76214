//! Faults on real records: damaged, missing, rolled back and forked copies. Nothing acknowledged is lost while one copy
//! is whole, and what was repaired is said.

use std::fs;
use std::path::{Path, PathBuf};

use super::common::{BASE, Ran, World, copy, decision};

/// Exit codes that are documented; a panic's 101 is none of them.
const DOCUMENTED: [i32; 8] = [0, 2, 3, 4, 5, 6, 7, 9];

fn amendment(n: usize) -> String {
    decision(
        &format!("d{n}"),
        "2024-02-01",
        r#"{"amended": {"regime": "EU-TEST", "change": "text"}}"#,
    )
}

/// A record of 300 entries: a sealed block and a tail, in two processes, the last never reopened.
fn written() -> World {
    let world = World::opened();
    world.file("base.json", BASE);
    world.run(&["append", "base.json"]).succeeds();
    let many: String = (0..290).map(amendment).collect();
    world.feed(&["append", "-"], many.as_bytes()).succeeds();
    for n in 290..299 {
        world
            .feed(&["append", "-"], amendment(n).as_bytes())
            .succeeds();
    }
    world
}

fn export(world: &World) -> String {
    world.run(&["export"]).succeeds().stdout.clone()
}

/// Every file below, in order.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A copy of a record that nobody works on, in a world of its own.
fn twin(of: &World) -> World {
    let world = World::empty();
    copy(&of.record(), &world.record());
    world
}

#[track_caller]
fn is_documented(ran: &Ran, what: &str) {
    assert!(
        ran.code.is_some_and(|code| DOCUMENTED.contains(&code)),
        "{what}: {ran}"
    );
    assert!(!ran.stderr.contains("panicked"), "{what}: {ran}");
}

/// After damage to one copy: a verdict that is right or says what it cannot know; then, opened, everything is there.
#[track_caller]
fn survives(damaged: &World, whole: &str, what: &str) {
    let verdict = damaged.run(&["verify"]);
    is_documented(&verdict, what);
    let opened = damaged.run(&["state", "EU-TEST", "--on", "2024-06-01"]);
    is_documented(&opened, what);
    if opened.code == Some(0)
        && verdict
            .stdout
            .contains("sled/ is whole: move journal/ away")
    {
        // Damage inside the journal: answers come from the store, and the journal is made again from there.
        fs::rename(
            damaged.record().join("journal"),
            damaged.path().join("aside"),
        )
        .unwrap();
        let mended = damaged.run(&["state", "EU-TEST", "--on", "2024-06-01"]);
        mended
            .succeeds()
            .complains("repaired: The journal was gone");
        assert_eq!(mended.stdout, opened.stdout, "{what}");
        assert_eq!(export(damaged), whole, "{what}: {verdict}\n{mended}");
        damaged.run(&["verify"]).succeeds();
    } else if opened.code == Some(0) {
        assert_eq!(export(damaged), whole, "{what}: {verdict}\n{opened}");
        damaged.run(&["verify"]).succeeds();
        if verdict.code != Some(0) {
            assert!(
                opened.stderr.contains("repaired: "),
                "{what}: {verdict}\n{opened}"
            );
        }
    } else {
        assert_ne!(
            verdict.code,
            Some(0),
            "{what}: called sound, and does not open\n{verdict}\n{opened}"
        );
    }
}

/// Some positions in a file, always the same ones: both ends and a spread between.
fn positions(len: usize, some: usize) -> Vec<usize> {
    let mut positions: Vec<usize> = (0..some).map(|n| n * len / some).collect();
    positions.extend([1, len / 2 + 1, len.saturating_sub(2), len.saturating_sub(1)]);
    positions.retain(|at| *at < len);
    positions.dedup();
    positions
}

fn damage_every_file(world: &World, change: impl Fn(&mut Vec<u8>, usize), some: usize) {
    let whole = export(world);
    let relative: Vec<PathBuf> = files(&world.record())
        .iter()
        .map(|path| path.strip_prefix(world.record()).unwrap().to_owned())
        .collect();
    assert!(
        relative.iter().any(|path| path.starts_with("sled"))
            && relative.iter().any(|path| path.starts_with("journal"))
    );
    for path in relative {
        let bytes = fs::read(world.record().join(&path)).unwrap();
        for at in positions(bytes.len(), some) {
            let damaged = twin(world);
            let mut changed = bytes.clone();
            change(&mut changed, at);
            fs::write(damaged.record().join(&path), changed).unwrap();
            survives(&damaged, &whole, &format!("{} at {at}", path.display()));
        }
    }
}

#[test]
fn a_flipped_bit_anywhere() {
    damage_every_file(&written(), |bytes, at| bytes[at] ^= 0x10, 10);
}

#[test]
fn a_file_cut_anywhere() {
    damage_every_file(&written(), Vec::truncate, 8);
}

#[test]
fn a_zeroed_page_anywhere() {
    let zero = |bytes: &mut Vec<u8>, at: usize| {
        let end = (at + 4096).min(bytes.len());
        bytes[at..end].fill(0);
    };
    damage_every_file(&written(), zero, 6);
}

#[test]
fn a_log_written_in_one_run_and_never_reopened() {
    let world = World::opened();
    let many: String = std::iter::once(BASE.to_owned())
        .chain((0..400).map(amendment))
        .collect();
    world.feed(&["append", "-"], many.as_bytes()).succeeds();
    damage_every_file(&world, |bytes, at| bytes[at] ^= 0x01, 10);
}

#[test]
fn a_changed_entry_is_found_and_named() {
    let world = written();
    let file = files(&world.record().join("journal")).pop().unwrap();
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        text.replacen("\"id\":\"d100\"", "\"id\":\"d1OO\"", 1),
    )
    .unwrap();
    let seq = 1 + text
        .lines()
        .position(|line| line.contains("\"id\":\"d100\""))
        .unwrap()
        - 1;
    world
        .run(&["verify"])
        .exits(5)
        .says("DAMAGED")
        .says(&format!("entry {seq}: not what was sealed"));
    world
        .run(&["verify", "--journal"])
        .exits(5)
        .says(&format!("entry {seq}: not what was sealed"));
    // One damage does not hide another.
    let twice = text
        .replacen("\"id\":\"d100\"", "\"id\":\"d1OO\"", 1)
        .replacen("\"id\":\"d200\"", "\"id\":\"d2OO\"", 1);
    fs::write(&file, twice).unwrap();
    world
        .run(&["verify", "--journal"])
        .exits(5)
        .says(&format!("entry {}: not what was sealed", seq + 100))
        .says("2 damages");
}

#[test]
fn either_copy_gone() {
    let world = written();
    let whole = export(&world);
    let no_sled = twin(&world);
    fs::remove_dir_all(no_sled.record().join("sled")).unwrap();
    no_sled
        .run(&["verify"])
        .exits(5)
        .says("the store cannot be used");
    no_sled
        .run(&["state", "--on", "2024-06-01"])
        .succeeds()
        .complains("repaired: The store was damaged");
    no_sled.run(&["verify"]).succeeds();
    assert_eq!(export(&no_sled), whole);
    let no_journal = twin(&world);
    fs::remove_dir_all(no_journal.record().join("journal")).unwrap();
    no_journal
        .run(&["verify"])
        .exits(6)
        .says("the journal is gone");
    no_journal
        .run(&["state", "--on", "2024-06-01"])
        .succeeds()
        .complains("repaired: The journal was gone");
    no_journal.run(&["verify"]).succeeds();
    assert_eq!(export(&no_journal), whole);
    let neither = twin(&world);
    fs::remove_dir_all(neither.record().join("journal")).unwrap();
    fs::remove_dir_all(neither.record().join("sled")).unwrap();
    is_documented(&neither.run(&["verify"]), "neither copy");
    let opened = neither.run(&["state", "--on", "2024-06-01"]);
    is_documented(&opened, "neither copy");
    assert_ne!(
        opened.code,
        Some(0),
        "an empty record is not made of a lost one"
    );
}

/// A record, and an older copy of it.
fn aged() -> (World, World) {
    let world = written();
    let old = twin(&world);
    let more: String = (299..320).map(amendment).collect();
    world.feed(&["append", "-"], more.as_bytes()).succeeds();
    (world, old)
}

fn replace(in_: &World, part: &str, from: &World) {
    fs::remove_dir_all(in_.record().join(part)).unwrap();
    copy(&from.record().join(part), &in_.record().join(part));
}

#[test]
fn either_copy_rolled_back() {
    let (world, old) = aged();
    let whole = export(&world);
    let store_old = twin(&world);
    replace(&store_old, "sled", &old);
    store_old
        .run(&["verify"])
        .succeeds()
        .says("note")
        .says("The store was behind the journal");
    store_old
        .run(&["state", "--on", "2024-06-01"])
        .succeeds()
        .complains("repaired: The store was behind the journal");
    assert_eq!(export(&store_old), whole);
    let journal_old = twin(&world);
    replace(&journal_old, "journal", &old);
    journal_old
        .run(&["verify"])
        .exits(6)
        .says("the journal ends at");
    journal_old
        .run(&["state", "--on", "2024-06-01"])
        .succeeds()
        .complains("repaired: The journal was behind the store");
    assert_eq!(export(&journal_old), whole);
    // Both rolled back agree with each other: only somebody who kept the head can tell, and it says so.
    old.run(&["verify"])
        .succeeds()
        .says("It cannot show")
        .says("that nothing was cut off at the end");
}

#[test]
fn two_histories_are_never_put_right() {
    let (ours, old) = aged();
    let theirs = twin(&old);
    let other: String = (500..521).map(amendment).collect();
    theirs.feed(&["append", "-"], other.as_bytes()).succeeds();
    replace(&ours, "sled", &theirs);
    let before = export(&ours);
    ours.run(&["verify"]).exits(7).says("two histories");
    for verb in [
        &["state"][..],
        &["append", "-"],
        &["history", "EU-TEST"],
        &["reindex"],
    ] {
        ours.run(verb).exits(7);
    }
    for verb in [
        &["log", "-n", "1"][..],
        &["show", "1"],
        &["export"],
        &["verify", "--journal"],
    ] {
        ours.run(verb).succeeds();
    }
    assert_eq!(export(&ours), before);
}

#[test]
fn a_torn_line_was_never_acknowledged() {
    let world = written();
    let whole = export(&world);
    let file = files(&world.record().join("journal")).pop().unwrap();
    let mut bytes = fs::read(&file).unwrap();
    bytes.extend_from_slice(b"{\"seq\":300,\"header\":\"52");
    fs::write(&file, bytes).unwrap();
    world
        .run(&["verify"])
        .succeeds()
        .says("The journal's last line had not ended");
    assert_eq!(export(&world), whole, "readers of the journal never see it");
    world
        .run(&["state", "--on", "2024-06-01"])
        .succeeds()
        .complains("was never acknowledged");
    assert_eq!(export(&world), whole);
}

#[test]
fn an_index_that_says_something_else_is_found() {
    let world = written();
    world.run(&["verify"]).succeeds();
    world.run(&["reindex"]).succeeds();
    world
        .run(&["verify"])
        .succeeds()
        .says("the same as a replay of the log gives");
}
