//! How a verb ends: its exit code, and what the user is told when it fails.

use std::ffi::OsString;
use std::fmt::{self, Write as _};
use std::io::Write as _;

/// The exit codes. Any other non-zero code is a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done; sound.
    Done = 0,
    /// Done, and the answer is no.
    No = 1,
    /// The command was said wrongly.
    Usage = 2,
    /// Refused; nothing written.
    Refused = 3,
    /// The record cannot be used.
    Unusable = 4,
    /// Tampered with, or damaged.
    Tampered = 5,
    /// Shortened or rolled back.
    Shortened = 6,
    /// Two histories.
    Forked = 7,
    /// An index differs from a replay.
    IndexDiffers = 9,
}

/// What went wrong, in the user's words.
#[derive(Debug)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// A stable name for scripts.
    pub code: &'static str,
    /// One clear sentence.
    pub message: String,
    /// Where it is.
    pub place: Option<String>,
    /// What would help.
    pub hints: Vec<String>,
    /// What the user may rest assured of.
    pub reassurance: Option<&'static str>,
}

/// Tells what is wrong with the command line, as JSON where that is asked for on it, or what was asked of it (`--help`);
/// ends the process.
pub fn misread(error: &clap::Error, line: impl IntoIterator<Item = OsString>) -> ! {
    if error.use_stderr() && line.into_iter().any(|word| word == "--json") {
        let text = error.render().to_string();
        // The first paragraph says it; usage and further help follow.
        let said = text.split("\n\n").next().unwrap_or_default();
        let said: Vec<_> = said.split_whitespace().collect();
        let said = said.join(" ");
        Failure::usage(said.strip_prefix("error: ").unwrap_or(&said)).tell(true);
        std::process::exit(i32::from(Exit::Usage as u8));
    }
    error.exit()
}

impl Failure {
    /// A failure with that exit code, name and sentence.
    pub fn new(exit: Exit, code: &'static str, message: impl fmt::Display) -> Self {
        Self {
            exit,
            code,
            message: message.to_string(),
            place: None,
            hints: Vec::new(),
            reassurance: None,
        }
    }

    /// The command was said wrongly.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    /// With where it is.
    #[must_use]
    pub fn at(mut self, place: impl fmt::Display) -> Self {
        self.place = Some(place.to_string());
        self
    }

    /// With what would help.
    #[must_use]
    pub fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hints.push(hint.to_string());
        self
    }

    /// With the assurance that nothing was written.
    #[must_use]
    pub fn nothing_written(mut self) -> Self {
        self.reassurance = Some("Nothing was written.");
        self
    }

    /// Tells it on standard error, as JSON or as text.
    pub fn tell(&self, json: bool) {
        let mut text = String::new();
        if json {
            let error = serde_json::json!({"error": {
                "code": self.code, "message": self.message, "place": self.place, "hints": self.hints,
                "exit": self.exit as u8,
            }});
            let _ = writeln!(text, "{error}");
        } else {
            let red = anstyle::AnsiColor::Red.on_default().bold();
            let _ = writeln!(text, "{red}error:{red:#} {}", self.message);
            for line in self.place.iter().flat_map(|place| place.lines()) {
                let _ = writeln!(text, "  {line}");
            }
            if !self.hints.is_empty() || self.reassurance.is_some() {
                let _ = writeln!(text);
            }
            for hint in &self.hints {
                let _ = writeln!(text, "hint: {hint}");
            }
            if let Some(reassurance) = self.reassurance {
                let _ = writeln!(text, "{reassurance}");
            }
        }
        // Nobody is left to tell if standard error is gone.
        let _ = anstream::stderr().write_all(text.as_bytes());
    }
}
