//! The plan of the house, kept by a test: who may import whom, and what may stand where.

use std::fs;
use std::path::{Path, PathBuf};

use super::common::PROJECT;

/// Rooms, and the rooms that each may import. `cli` and `main` are the binary's: they use the library's front door.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("log", &[]),
    ("register", &["domain", "log"]),
    ("store", &["log"]),
    ("index", &["domain", "log", "register", "store"]),
    ("verify", &["domain", "log", "register", "store", "index"]),
    ("record", &["domain", "log", "register", "store", "index"]),
];

/// Words with their own rooms, and a reason.
const ONLY_IN: &[(&str, &[&str], &str)] = &[
    ("sled::", &["store"], "only the store knows sled"),
    ("Utc::now", &["main"], "the library has no clock"),
    ("SystemTime::now", &["main"], "the library has no clock"),
    (
        "env::var",
        &["main", "cli"],
        "the library reads no environment",
    ),
    ("println!", &[], "results go through cli::output"),
    (
        "process::exit",
        &["cli"],
        "only the command ends the process",
    ),
    (
        "blake3::",
        &["log", "store", "register", "verify"],
        "hashing is not the law's business",
    ),
    ("clap::", &["cli", "main"], "the library knows no arguments"),
];

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The room that a source file is in: its first directory, or its own name at the top.
fn room(path: &Path) -> String {
    let inner = path.strip_prefix(Path::new(PROJECT).join("src")).unwrap();
    let first = inner
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// A file's code without its test modules and comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap()
        .to_owned();
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

fn is_test(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == "tests.rs")
        || path.components().any(|part| part.as_os_str() == "tests")
}

#[test]
fn rooms_import_only_what_the_plan_allows() {
    let mut wrong = Vec::new();
    for path in sources(&Path::new(PROJECT).join("src"))
        .iter()
        .filter(|path| !is_test(path))
    {
        let (room, code) = (room(path), code(path));
        if room == "lib" {
            continue;
        }
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == room) else {
            let of_binary = room == "cli" || room == "main";
            assert!(of_binary, "{} is in no room of the plan", path.display());
            for (name, _) in MAY_IMPORT {
                if code.contains(&format!("crate::{name}")) {
                    wrong.push(format!(
                        "{} imports {name} past the front door",
                        path.display()
                    ));
                }
            }
            continue;
        };
        for (name, _) in MAY_IMPORT
            .iter()
            .filter(|(name, _)| *name != room && !allowed.contains(name))
        {
            if code.contains(&format!("crate::{name}")) {
                wrong.push(format!("{} imports {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn words_stand_only_in_their_rooms() {
    let mut wrong = Vec::new();
    for path in sources(&Path::new(PROJECT).join("src"))
        .iter()
        .filter(|path| !is_test(path))
    {
        let (room, code) = (room(path), code(path));
        for (word, rooms, why) in ONLY_IN {
            if code.contains(word) && !rooms.contains(&room.as_str()) {
                wrong.push(format!("{}: `{word}`: {why}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_stay_readable() {
    let mut wrong = Vec::new();
    for dir in ["src", "tests", "benches"] {
        for path in sources(&Path::new(PROJECT).join(dir)) {
            let text = fs::read_to_string(&path).unwrap();
            let lines = text.lines().count();
            if lines > 800 {
                wrong.push(format!("{}: {lines} lines", path.display()));
            }
            let first = text.lines().next().unwrap_or_default();
            if !first.starts_with("//!") {
                wrong.push(format!(
                    "{}: says nothing of itself in its first line",
                    path.display()
                ));
            }
            for (n, line) in text.lines().enumerate() {
                if line.trim_end() != line {
                    wrong.push(format!("{}:{}: blanks at the end", path.display(), n + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_test_file_is_in_the_binary() {
    let dir = Path::new(PROJECT).join("tests/it");
    let main = fs::read_to_string(dir.join("main.rs")).unwrap();
    for path in sources(&dir) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(
            name == "main" || main.contains(&format!("mod {name};")),
            "{name}.rs is not in tests/it/main.rs"
        );
    }
}
