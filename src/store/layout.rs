//! Where things are in a record's directory.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::error::{Doing, StoreError};

/// The layout of this release.
pub(super) const VERSION: u32 = 1;

const WORDS: &str = "regesta record ";

pub(super) fn journal(record: &Path) -> PathBuf {
    record.join("journal")
}

pub(super) fn sled(record: &Path) -> PathBuf {
    record.join("sled")
}

/// A store that is being made; whoever finds one may remove it.
pub(super) fn rebuilding(record: &Path) -> PathBuf {
    record.join("sled.rebuilding")
}

/// A store that is being replaced by a better one.
pub(super) fn replaced(record: &Path) -> PathBuf {
    record.join("sled.replaced")
}

/// A file of the journal that is being written anew; whoever finds one may remove it.
pub(super) fn rewriting(record: &Path) -> PathBuf {
    record.join("journal.rewriting")
}

pub(super) fn intent(record: &Path) -> PathBuf {
    record.join("append.intent")
}

/// There while the journal is completed from the store.
pub(super) fn completion(record: &Path) -> PathBuf {
    record.join("completion.intent")
}

pub(super) fn version(record: &Path) -> PathBuf {
    record.join("version")
}

pub(super) fn version_text() -> String {
    format!("{WORDS}{VERSION}\n")
}

/// Makes sure that a directory is a record of a layout that this release reads.
pub(super) fn check_version(record: &Path) -> Result<(), StoreError> {
    let path = version(record);
    let not_a_record = || StoreError::NotARecord {
        path: record.to_owned(),
    };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e)
            if matches!(
                e.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidData
            ) =>
        {
            return Err(not_a_record());
        }
        Err(e) => return Err(e).doing("read", &path),
    };
    let found = text
        .trim_end()
        .strip_prefix(WORDS)
        .and_then(|number| number.parse().ok());
    match found.ok_or_else(not_a_record)? {
        0 => Err(not_a_record()),
        VERSION => Ok(()),
        found => Err(StoreError::NewerVersion {
            found,
            supported: VERSION,
        }),
    }
}
