//! What an examination finds, as values.

use crate::log::{Head, Link};
use serde::Serialize;
use std::fmt;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// To be known; nothing recorded is in doubt.
    Warning,
    /// Something recorded is not as it was sealed, or is missing.
    Damage,
}

/// What all findings come to, the gravest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nothing but warnings.
    Sound,
    /// An index differs from a replay of the log.
    IndexDiffers,
    /// A copy is shorter than the other, or than it says.
    Shortened,
    /// Something is not what was sealed.
    Tampered,
    /// Two histories.
    Forked,
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// How grave.
    pub level: Level,
    /// At which entry.
    pub entry: Option<u64>,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What can be found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "found", rename_all = "snake_case")]
#[non_exhaustive]
pub enum What {
    /// A line that is no entry.
    NotAnEntry {
        /// Which line, from 1.
        line: u64,
        /// Why not.
        reason: String,
    },
    /// The entry is not what was sealed: header, link, length, digest or form.
    Altered {
        /// What is wrong.
        reason: String,
    },
    /// It does not follow the entry before: position, previous link or time.
    Unlinked {
        /// What is wrong.
        reason: String,
    },
    /// A kind of a later release.
    UnknownKind {
        /// Its number.
        kind: u8,
    },
    /// A body that says nothing this release can read.
    Undecodable {
        /// Why not.
        reason: String,
    },
    /// A decision that would not be admitted.
    NotAdmissible {
        /// Why not.
        reason: String,
    },
    /// A body that its redaction has erased is there.
    NotErased {
        /// The redaction.
        by: u64,
        /// Where it is.
        copy: &'static str,
    },
    /// A body is gone, and no redaction says why.
    Unexplained,
    /// A redaction that erases nothing it could.
    NoRedaction {
        /// Why not.
        reason: String,
    },
    /// The last line does not end; it was never acknowledged.
    TornLine,
    /// No entries at all.
    Empty,
    /// The journal is gone.
    JournalGone,
    /// The journal ends before the store.
    JournalShorter {
        /// Its head.
        journal: Head,
        /// The store's.
        store: Head,
    },
    /// The store cannot be used.
    StoreUnusable {
        /// Why not.
        reason: String,
    },
    /// The copies have the same length and other bytes.
    CopiesDiffer,
    /// The copies have different entries at one position.
    Fork {
        /// The store's link.
        store: Link,
        /// The journal's.
        journal: Link,
    },
    /// Opening the record would put something right.
    Repairable {
        /// What.
        repair: String,
    },
    /// One copy is damaged and the other is whole.
    OneCopyWhole {
        /// The directory of the damaged one.
        damaged: &'static str,
        /// The directory of the whole one.
        whole: &'static str,
    },
    /// An index is not what the log gives.
    Index {
        /// Which, and how.
        reason: String,
    },
}

impl Finding {
    pub(super) fn damage(entry: Option<u64>, what: What) -> Self {
        Self {
            level: Level::Damage,
            entry,
            what,
        }
    }

    pub(super) fn warning(entry: Option<u64>, what: What) -> Self {
        Self {
            level: Level::Warning,
            entry,
            what,
        }
    }

    /// What it comes to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match (&self.what, self.level) {
            (_, Level::Warning) => Verdict::Sound,
            (What::Index { .. }, _) => Verdict::IndexDiffers,
            (What::JournalShorter { .. } | What::JournalGone | What::Empty, _) => {
                Verdict::Shortened
            }
            (What::Fork { .. }, _) => Verdict::Forked,
            _ => Verdict::Tampered,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(entry) = self.entry {
            write!(f, "entry {entry}: ")?;
        }
        match &self.what {
            What::NotAnEntry { line, reason } => write!(f, "line {line} is no entry: {reason}"),
            What::Altered { reason } => write!(f, "not what was sealed: {reason}"),
            What::Unlinked { reason } => write!(f, "does not follow the entry before: {reason}"),
            What::UnknownKind { kind } => {
                write!(f, "is of kind {kind}, which a later release knows")
            }
            What::Undecodable { reason } => write!(f, "its body cannot be read: {reason}"),
            What::NotAdmissible { reason } => write!(f, "would not be admitted: {reason}"),
            What::NotErased { by, copy } => {
                write!(
                    f,
                    "its body was redacted by entry {by} and still stands in {copy}"
                )?;
                match *copy {
                    "the export" => Ok(()),
                    _ => f.write_str("; the next command that opens the record erases it"),
                }
            }
            What::Unexplained => f.write_str("its body is gone, and no redaction says why"),
            What::NoRedaction { reason } => write!(f, "redacts nothing: {reason}"),
            What::TornLine => f.write_str("the last line does not end; it was never acknowledged"),
            What::Empty => f.write_str("there are no entries"),
            What::JournalGone => f.write_str(
                "the journal is gone; opening the record writes it again from the store",
            ),
            What::JournalShorter { journal, store } => {
                write!(
                    f,
                    "the journal ends at {journal}, the store at {store}; opening the record completes it"
                )
            }
            What::StoreUnusable { reason } => {
                write!(
                    f,
                    "the store cannot be used ({reason}); opening the record rebuilds it from the journal"
                )
            }
            What::CopiesDiffer => f.write_str("the two copies differ"),
            What::Fork { store, journal } => {
                write!(
                    f,
                    "two histories: the store has {store:.12} there, the journal {journal:.12}"
                )
            }
            What::Repairable { repair } => write!(f, "opening the record will put right: {repair}"),
            What::OneCopyWhole { damaged, whole } => {
                write!(
                    f,
                    "{whole} is whole: move {damaged} away, and the next command makes it again from {whole}"
                )
            }
            What::Index { reason } => write!(f, "{reason}; `regesta reindex` rebuilds it"),
        }
    }
}
