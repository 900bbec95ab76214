//! kill -9 at random moments, and power cuts: what was acknowledged is there, what was not is there whole or not at all.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::common::{BASE, PROJECT, World, copy, decision};

/// A small generator, always the same numbers from the same seed.
struct Random(u64);

impl Random {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

fn amendment(id: &str) -> String {
    decision(
        id,
        "2024-02-01",
        r#"{"amended": {"regime": "EU-TEST", "change": "text"}}"#,
    )
}

fn based() -> World {
    let world = World::opened();
    world.file("base.json", BASE);
    world.run(&["append", "base.json"]).succeeds();
    world
}

/// The ids recorded, in order.
fn ids(world: &World) -> Vec<String> {
    let log = world.run(&["log", "--json"]).succeeds().stdout.clone();
    let ids = log
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["id"].clone());
    ids.filter_map(|id| id.as_str().map(str::to_owned))
        .collect()
}

#[test]
fn killed_two_hundred_times_it_loses_nothing_and_tears_nothing() {
    let world = based();
    let mut random = Random(20_250_127);
    let mut acknowledged: BTreeSet<String> = BTreeSet::new();
    let mut killed = 0;
    // How long an append takes here decides where the kills fall.
    let start = Instant::now();
    world
        .feed(&["append", "-"], amendment("warm").as_bytes())
        .succeeds();
    let usual = u64::try_from(start.elapsed().as_micros())
        .unwrap()
        .max(2_000);
    for round in 0..200_u64 {
        let batch = [1, 1, 1, 20, 300][usize::try_from(random.next(5)).unwrap()];
        let names: Vec<String> = (0..batch).map(|n| format!("r{round}.n{n}")).collect();
        let file = world.file(
            "batch.ndjson",
            names.iter().map(|id| amendment(id)).collect::<String>(),
        );
        let mut command = world.command(&["append", file.to_str().unwrap(), "--json"]);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_micros(random.next(usual + usual / 4)));
        killed += u64::from(child.kill().is_ok() && child.try_wait().unwrap().is_none());
        let output = child.wait_with_output().unwrap();
        let said: Option<serde_json::Value> = serde_json::from_slice(&output.stdout).ok();
        if said.is_some_and(|said| said["recorded"] == batch) {
            acknowledged.extend(names);
        }
        if round % 20 == 19 {
            check(&world, &acknowledged);
        }
    }
    check(&world, &acknowledged);
    world.run(&["verify"]).succeeds();
    println!(
        "{killed} of 200 were killed at work; {} entries were acknowledged",
        acknowledged.len()
    );
    assert!(
        killed > 50 && !acknowledged.is_empty(),
        "{killed} kills, {} acknowledged",
        acknowledged.len()
    );
}

/// Everything acknowledged is recorded once; every batch is there whole or not at all.
fn check(world: &World, acknowledged: &BTreeSet<String>) {
    world
        .run(&["state", "EU-TEST", "--on", "2024-06-01"])
        .succeeds();
    let recorded = ids(world);
    let set: BTreeSet<&String> = recorded.iter().collect();
    assert_eq!(set.len(), recorded.len(), "an entry is recorded twice");
    let lost: Vec<_> = acknowledged.iter().filter(|id| !set.contains(id)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    let mut sizes = std::collections::BTreeMap::<&str, usize>::new();
    for id in &recorded {
        if let Some((round, _)) = id.split_once(".n") {
            *sizes.entry(round).or_default() += 1;
        }
    }
    let torn: Vec<_> = sizes
        .iter()
        .filter(|(_, size)| ![1, 20, 300].contains(*size))
        .collect();
    assert!(torn.is_empty(), "a batch is recorded in part: {torn:?}");
}

#[test]
fn killed_in_init_there_is_a_record_or_none() {
    let mut random = Random(7);
    for _ in 0..40 {
        let world = World::empty();
        let mut child = world
            .command(&["init"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_micros(random.next(12_000)));
        // It may have ended already.
        let _ = child.kill();
        child.wait().unwrap();
        if world.record().exists() {
            world.run(&["verify"]).succeeds();
        } else {
            world.run(&["init"]).succeeds();
            world.run(&["verify"]).succeeds();
        }
    }
}

/// Compiles the shim that keeps of every file what it held at its last sync.
pub fn shim(world: &World) -> std::path::PathBuf {
    let source = Path::new(PROJECT).join("tests/fixtures/powercut.c");
    let shim = world.path().join("powercut.so");
    let cc = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&shim)
        .arg(&source)
        .arg("-ldl")
        .output()
        .unwrap();
    assert!(
        cc.status.success(),
        "{}",
        String::from_utf8_lossy(&cc.stderr)
    );
    shim
}

/// What a disk would hold after the power went: names as they are, contents as they were last synced.
pub fn after_power_cut(world: &World) -> World {
    let cut = World::empty();
    copy(&world.record(), &cut.record());
    let mut stack = vec![cut.record()];
    while let Some(dir) = stack.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                stack.push(path);
                continue;
            }
            let inner = path.strip_prefix(cut.record()).unwrap();
            use std::os::unix::fs::MetadataExt as _;
            let inode = fs::metadata(world.record().join(inner)).unwrap().ino();
            let synced = world.path().join("synced").join(inode.to_string());
            fs::write(&path, fs::read(synced).unwrap_or_default()).unwrap();
        }
    }
    cut
}

#[test]
fn a_power_cut_takes_nothing_acknowledged() {
    let world = World::empty();
    let shim = shim(&world);
    fs::create_dir(world.path().join("synced")).unwrap();
    let run = |args: &[&str]| {
        let mut command = world.command(args);
        command
            .env("LD_PRELOAD", &shim)
            .env("POWERCUT_SYNCED", world.path().join("synced"));
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{args:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    };
    let holds = |names: &[String]| {
        let cut = after_power_cut(&world);
        let opened = cut.run(&["state", "--on", "2024-06-01"]);
        assert_eq!(opened.code, Some(0), "{opened}");
        let recorded = ids(&cut);
        let lost: Vec<_> = names
            .iter()
            .filter(|name| !recorded.contains(name))
            .collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
        cut.run(&["verify"]).succeeds();
    };
    run(&["init"]);
    holds(&[]);
    world.file("base.json", BASE);
    run(&["append", "base.json"]);
    let mut names = vec!["base".to_owned()];
    holds(&names);
    for n in 0..5 {
        let id = format!("single{n}");
        world.file("one.json", amendment(&id));
        run(&["append", "one.json"]);
        names.push(id);
        holds(&names);
    }
    let many: Vec<String> = (0..700).map(|n| format!("many{n}")).collect();
    world.file(
        "many.ndjson",
        many.iter().map(|id| amendment(id)).collect::<String>(),
    );
    run(&["append", "many.ndjson"]);
    names.extend(many);
    holds(&names);
    world.file("one.json", amendment("last"));
    run(&["append", "one.json"]);
    names.push("last".to_owned());
    holds(&names);
    // The shim does its work: without a sync nothing of a file would have been kept.
    assert!(fs::read_dir(world.path().join("synced")).unwrap().count() > 3);
}
