//! A world of its own for each test: an empty directory, a cleared environment, the real command.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

/// The command under test.
pub const REGESTA: &str = env!("CARGO_BIN_EXE_regesta");
/// The project's own directory.
pub const PROJECT: &str = env!("CARGO_MANIFEST_DIR");

/// A directory with a record in it, or the place for one.
#[derive(Debug)]
pub struct World {
    dir: TempDir,
}

/// What a run of the command gave.
#[derive(Debug)]
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
}

/// The shipped record, made once; every test works on a copy.
static SHIPPED: LazyLock<World> = LazyLock::new(|| {
    let world = World::empty();
    world
        .run(&["init", "--origin", "example.org/shipped"])
        .succeeds();
    world.run(&["append", &events()]).succeeds();
    world
});

/// Where the shipped events are.
pub fn events() -> String {
    Path::new(PROJECT).join("events").display().to_string()
}

impl World {
    /// Without a record.
    pub fn empty() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// With an opened record.
    pub fn opened() -> Self {
        let world = Self::empty();
        world
            .run(&["init", "--origin", "example.org/test"])
            .succeeds();
        world
    }

    /// With the shipped record.
    pub fn shipped() -> Self {
        let world = Self::empty();
        copy(&SHIPPED.record(), &world.record());
        world
    }

    /// The directory that the command runs in.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The record's directory.
    pub fn record(&self) -> PathBuf {
        self.path().join("regesta-record")
    }

    /// Writes a file into the world and returns its path.
    pub fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, contents).unwrap();
        path
    }

    /// The command, ready to run here, with nothing of the outer environment but the path.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(REGESTA);
        command
            .args(args)
            .current_dir(self.path())
            .env_clear()
            .stdin(Stdio::null());
        command.env("REGESTA_BY", "test").env("COLUMNS", "100");
        command
    }

    /// Runs the command.
    pub fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().unwrap().into()
    }

    /// Runs the command with that on its standard input.
    pub fn feed(&self, args: &[&str], input: &[u8]) -> Ran {
        let mut command = self.command(args);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let feeding = std::thread::spawn(move || {
            // The command may refuse before it has read everything.
            let _ = std::io::Write::write_all(&mut stdin, &input);
        });
        let output = child.wait_with_output().unwrap();
        feeding.join().unwrap();
        output.into()
    }

    /// Runs the command with `--json` and reads its answer.
    pub fn json(&self, args: &[&str]) -> Value {
        let ran = self.run(&[args, &["--json"]].concat());
        assert_eq!(ran.code, Some(0), "{args:?}\n{ran}");
        serde_json::from_str(&ran.stdout).unwrap()
    }

    /// The state of one regime on a day, as public by another or with everything.
    pub fn state(&self, regime: &str, on: &str, public_by: Option<&str>) -> Value {
        let mut args = vec!["state", regime, "--on", on];
        args.extend(public_by.into_iter().flat_map(|by| ["--public-by", by]));
        self.json(&args)["regimes"][0].take()
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            code: output.status.code(),
        }
    }
}

impl std::fmt::Display for Ran {
    /// One text for all three: output, then errors, then the exit code.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.stdout)?;
        if !self.stderr.is_empty() {
            write!(f, "--- stderr\n{}", self.stderr)?;
        }
        match self.code {
            Some(code) => write!(f, "--- exit {code}"),
            None => write!(f, "--- killed"),
        }
    }
}

impl Ran {
    /// Asserts exit code 0.
    #[track_caller]
    pub fn succeeds(&self) -> &Self {
        self.exits(0)
    }

    /// Asserts that exit code.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Asserts that standard error says so, on one line or wrapped.
    #[track_caller]
    pub fn complains(&self, of: &str) -> &Self {
        assert!(contains(&self.stderr, of), "does not say `{of}`:\n{self}");
        self
    }

    /// Asserts that standard output says so, on one line or wrapped.
    #[track_caller]
    pub fn says(&self, what: &str) -> &Self {
        assert!(
            contains(&self.stdout, what),
            "does not say `{what}`:\n{self}"
        );
        self
    }
}

/// Whether a text says so, on one line or wrapped.
pub fn contains(text: &str, what: &str) -> bool {
    let words: Vec<_> = text.split_whitespace().collect();
    text.contains(what) || words.join(" ").contains(what)
}

/// Copies a record that nobody works on.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// One of `names` in a list of objects, by that key.
#[track_caller]
pub fn find<'a>(list: &'a Value, key: &str, name: &str) -> &'a Value {
    let found = list.as_array().unwrap().iter().find(|one| one[key] == name);
    found.unwrap_or_else(|| panic!("no {key} {name} in {list:#}"))
}

/// The material beside the project, where it is there. Says so in one line where it is not.
pub fn shared() -> Option<PathBuf> {
    let named = std::env::var_os("REGESTA_SHARED").map(PathBuf::from);
    let shared = named.unwrap_or_else(|| Path::new(PROJECT).join("../shared"));
    if shared.is_dir() {
        return Some(shared);
    }
    println!("skipped: no shared material at {}", shared.display());
    None
}

/// A decision file that establishes `EU-TEST` with an asset freeze to the end of 2024.
pub const BASE: &str = r#"{
  "id": "base",
  "title": "Test regime",
  "authority": "eu-council",
  "act": {"cite": "Decision (CFSP) 2024/1"},
  "dates": {"adopted_on": "2024-01-01", "in_force": "2024-01-02", "until": "2024-12-31"},
  "effects": [
    {"established": {"regime": "EU-TEST", "title": "Test"}},
    {"imposed": {"regime": "EU-TEST", "measure": "asset-freeze", "class": "asset-freeze", "scope": "Funds are frozen"}}
  ],
  "sources": [{"at": "https://example.org/base", "tier": "primary"}]
}
"#;

/// A decision file with those effects, adopted and in force on that day.
pub fn decision(id: &str, on: &str, effects: &str) -> String {
    format!(
        r#"{{
  "id": "{id}",
  "title": "{id}",
  "authority": "eu-council",
  "dates": {{"adopted_on": "{on}", "in_force": "{on}"}},
  "effects": [{effects}],
  "sources": [{{"at": "https://example.org/{id}", "tier": "primary"}}]
}}
"#
    )
}
