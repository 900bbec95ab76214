//! Every command in the README is run, and prints what the README shows.

use std::fs;
use std::process::Command;

use super::common::{PROJECT, REGESTA, Ran, World};

fn readme() -> String {
    fs::read_to_string(std::path::Path::new(PROJECT).join("README.md")).unwrap()
}

/// A world in which the shipped events stand where the README has them.
fn cloned(world: &World) {
    std::os::unix::fs::symlink(
        std::path::Path::new(PROJECT).join("events"),
        world.path().join("events"),
    )
    .unwrap();
}

/// The indented line after that mark.
fn command_after(mark: &str) -> String {
    let readme = readme();
    let after = readme
        .split(mark)
        .nth(1)
        .unwrap_or_else(|| panic!("no {mark}"));
    after
        .lines()
        .find(|line| line.starts_with("    "))
        .unwrap()
        .trim()
        .to_owned()
}

fn in_shell(world: &World, script: &str) -> Ran {
    let bin = std::path::Path::new(REGESTA).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let mut shell = Command::new("sh");
    shell
        .args(["-ec", script])
        .current_dir(world.path())
        .env_clear();
    shell
        .env("PATH", path)
        .env("REGESTA_BY", "test")
        .env("COLUMNS", "100");
    shell.output().unwrap().into()
}

#[test]
fn the_first_command_does_the_main_job() {
    let command = command_after("<!-- first command -->");
    let (build, rest) = command
        .split_once(" && export PATH=\"$PWD/target/release:$PATH\" && ")
        .unwrap();
    assert_eq!(build, "cargo build --release");
    let world = World::empty();
    cloned(&world);
    let ran = in_shell(&world, rest);
    ran.succeeds()
        .says("EU-RUS-SECTORAL")
        .says("both copies are the same")
        .says("regesta.local/");
}

#[test]
fn the_test_command_is_this_one() {
    assert_eq!(
        command_after("<!-- test command -->"),
        "cargo test --locked"
    );
}

/// Links, times and the like differ from record to record.
fn is_like(shown: &str, printed: &str) -> bool {
    let mut rest = printed;
    let mut parts = shown.split('…');
    let first = parts.next().unwrap_or_default();
    if !rest.starts_with(first) {
        return false;
    }
    rest = &rest[first.len()..];
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty() || shown.ends_with('…')
}

/// Compares what a command printed with what the README shows; a line that is only `…` stands for any lines.
fn compare(command: &str, shown: &[&str], ran: &Ran) {
    assert_eq!(ran.code, Some(0), "$ {command}\n{ran}");
    let printed: Vec<&str> = ran.stdout.lines().collect();
    let mut at = 0;
    let mut skipping = false;
    for line in shown {
        if *line == "…" {
            skipping = true;
            continue;
        }
        if skipping {
            at = (at..printed.len())
                .find(|&n| is_like(line, printed[n]))
                .unwrap_or(printed.len());
        }
        let found = printed.get(at).copied().unwrap_or("(nothing more)");
        assert!(
            is_like(line, found),
            "$ {command}\nthe README shows: {line}\nit prints:        {found}\n{ran}"
        );
        at += 1;
        skipping = false;
    }
    assert!(
        skipping || at == printed.len() || shown.is_empty(),
        "$ {command}\nprints more than the README shows\n{ran}"
    );
}

#[test]
fn every_command_prints_what_is_shown() {
    let world = World::shipped();
    cloned(&world);
    let readme = readme();
    let mut run = 0;
    for block in readme.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        let mut lines = block.lines().peekable();
        while let Some(line) = lines.next() {
            let command = line
                .strip_prefix("$ ")
                .unwrap_or_else(|| panic!("no command: {line}"));
            let mut shown = Vec::new();
            while let Some(next) = lines.next_if(|next| !next.starts_with("$ ")) {
                shown.push(next);
            }
            compare(command, &shown, &in_shell(&world, command));
            run += 1;
        }
    }
    assert!(run >= 10, "only {run} commands");
}

#[test]
fn the_event_file_shown_is_the_one_shipped() {
    let readme = readme();
    let shown = readme
        .split("```json\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let shown: serde_json::Value = serde_json::from_str(shown).unwrap();
    let shipped = format!("{PROJECT}/events/EU-RUS-SECTORAL/2025-01-27-decision-2025-175.json");
    let shipped: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(shipped).unwrap()).unwrap();
    for (key, value) in shown.as_object().unwrap() {
        assert_eq!(&shipped[key], value, "{key}");
    }
}
