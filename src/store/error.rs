//! What can be wrong with a record, and with an append.

use std::io;
use std::path::{Path, PathBuf};

use crate::log::{EntryError, Head, LineError, Link};

/// Why a record cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The operating system said no.
    #[error("could not {action} {}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
    /// No record at this place.
    #[error("{} is not a record: it has no file `version` of a record", path.display())]
    NotARecord {
        /// The place.
        path: PathBuf,
    },
    /// `init` found a record.
    #[error("{} is already a record", path.display())]
    AlreadyARecord {
        /// The place.
        path: PathBuf,
    },
    /// `init` found something else.
    #[error("the directory {} is not empty", path.display())]
    NotEmpty {
        /// The place.
        path: PathBuf,
    },
    /// Made by a later release.
    #[error("the record has layout {found}, this program reads up to {supported}")]
    NewerVersion {
        /// The record's layout.
        found: u32,
        /// The latest that this program reads.
        supported: u32,
    },
    /// Somebody else is at work on the record.
    #[error("the record is in use by {by}")]
    Locked {
        /// Who, as they wrote it into the lock file.
        by: String,
    },
    /// The store under `sled/` is not what was written.
    #[error("the store is damaged: {what}")]
    Damaged {
        /// What was seen.
        what: String,
    },
    /// A line of the journal is not what was written.
    #[error("{} is damaged at byte {offset}", file.display())]
    Journal {
        /// The file.
        file: PathBuf,
        /// Where its line begins.
        offset: u64,
        /// What is wrong with it.
        source: LineFault,
    },
    /// A line of an export cannot be taken in.
    #[error("line {line} cannot be taken in")]
    Import {
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        source: LineFault,
    },
    /// Nothing to make a record from.
    #[error("the export has no lines")]
    EmptyImport,
    /// The same position with two entries.
    #[error("store and journal differ at entry {seq}: {store} and {journal}")]
    Fork {
        /// The position.
        seq: u64,
        /// The link in the store.
        store: Link,
        /// The link in the journal.
        journal: Link,
    },
    /// The journal holds entries that the store could not take in; opening the record again puts that right.
    #[error("the store is behind its journal: {reason}")]
    Behind {
        /// Why it could not.
        reason: String,
    },
}

/// What is wrong with one line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineFault {
    /// It is no line of an export.
    #[error(transparent)]
    Line(#[from] LineError),
    /// It is not the entry that must stand here.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// It does not end.
    #[error("the line does not end")]
    Unended,
    /// It is longer than any entry's.
    #[error("the line is longer than any entry's")]
    TooLong,
}

/// Why entries were not appended. Unless it is [`Unknown`](Self::Unknown), nothing was recorded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// The log has another head by now.
    #[error("the log's head is {head}")]
    Stale {
        /// The head.
        head: Head,
    },
    /// The entries do not follow the head, or each other.
    #[error(transparent)]
    NotNext(#[from] EntryError),
    /// A kind that this version may read but not append.
    #[error("entry {seq} is of kind {kind}, which cannot be appended")]
    Kind {
        /// The entry's position.
        seq: u64,
        /// Its kind.
        kind: crate::log::Kind,
    },
    /// It may or may not be recorded: open the record again and look at the position after the head that was given.
    #[error("it is not known whether the entries were recorded")]
    Unknown {
        /// What happened.
        source: StoreError,
    },
    /// The record cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl StoreError {
    pub(super) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }
}

/// Names what was being done when the operating system said no.
pub(super) trait Doing<T> {
    fn doing(self, action: &'static str, path: &Path) -> Result<T, StoreError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, action: &'static str, path: &Path) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Io {
            action,
            path: path.to_owned(),
            source,
        })
    }
}
