//! New records: made whole in a directory of another name, then renamed into place.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::durable;
use super::entries::Stored;
use super::error::{Doing, LineFault, StoreError};
use super::intake::Indexing;
use super::journal::Journal;
use super::layout;
use super::lines::MAX_LINE;
use super::lock::{RecordLock, Who};
use super::open::build;
use super::replay::{self, Source};
use super::writer::JournalWriter;
use crate::log::{Entry, Head, line, parse_line};

/// Lines of an import that are checked together.
const CHUNK: usize = 4096;
const CHUNK_BYTES: usize = 16 * 1024 * 1024;

/// Makes a record that holds its opening.
pub fn init(record: &Path, opening: &Entry, indexing: Indexing) -> Result<Head, StoreError> {
    let mut lines = Vec::new();
    line(opening, &mut lines);
    init_from(record, lines.as_slice(), indexing)
}

/// Makes a record out of an export, byte for byte, checking every link.
pub fn init_from(
    record: &Path,
    lines: impl BufRead,
    indexing: Indexing,
) -> Result<Head, StoreError> {
    refuse_occupied(record)?;
    let parent = durable::parent(record);
    fs::create_dir_all(parent).doing("create", parent)?;
    let prefix = prefix(record);
    clear_leftovers(parent, &prefix)?;
    let temp = TempDir::with_prefix_in(&prefix, parent).doing("create a directory in", parent)?;
    let who = Who {
        verb: "init".to_owned(),
        since: "it began".to_owned(),
    };
    let lock = RecordLock::take(temp.path(), Duration::ZERO, &who)?;
    let head = fill(temp.path(), lines, indexing)?;
    durable::sync_tree(temp.path())?;
    // On Linux this also replaces a directory, but only an empty one.
    match fs::rename(temp.path(), record) {
        Err(e) if e.kind() == std::io::ErrorKind::DirectoryNotEmpty => {
            return Err(StoreError::NotEmpty {
                path: record.to_owned(),
            });
        }
        renamed => renamed.doing("create", record)?,
    }
    let _ = temp.keep();
    durable::sync_dir(parent)?;
    drop(lock);
    Ok(head)
}

fn refuse_occupied(record: &Path) -> Result<(), StoreError> {
    let path = record.to_owned();
    match layout::check_version(record) {
        Ok(()) => return Err(StoreError::AlreadyARecord { path }),
        Err(StoreError::NotARecord { .. }) => {}
        Err(other) => return Err(other),
    }
    match fs::read_dir(record).map(|mut files| files.next().is_some()) {
        Ok(true) => Err(StoreError::NotEmpty { path }),
        Ok(false) => Ok(()),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(e).doing("look into", record),
    }
}

/// Begins the names of directories in which this record is being made.
fn prefix(record: &Path) -> String {
    let name = record
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    format!(".{}.init-", name.unwrap_or_default())
}

/// Removes what a killed `init` of the same record has left; one that is still at work holds its lock.
fn clear_leftovers(parent: &Path, prefix: &str) -> Result<(), StoreError> {
    let list = fs::read_dir(parent).doing("list", parent)?;
    let names = list
        .filter_map(Result::ok)
        .filter(|file| file.file_name().to_string_lossy().starts_with(prefix));
    let leftovers: Vec<PathBuf> = names.map(|file| file.path()).collect();
    for path in leftovers {
        // Without a lock file it may be an `init` that has only just begun.
        if let Ok(Some(_lock)) = RecordLock::take_silently(&path, Duration::ZERO) {
            durable::remove_tree(&path)?;
        }
    }
    Ok(())
}

fn fill(dir: &Path, lines: impl BufRead, indexing: Indexing) -> Result<Head, StoreError> {
    let head = import(dir, lines)?;
    let journal = Journal::at(layout::journal(dir));
    let source = Source::Journal(&journal);
    build(&layout::sled(dir), &source, indexing, &BTreeSet::new())?;
    durable::write_new(&layout::version(dir), layout::version_text().as_bytes())?;
    Ok(head)
}

fn import(dir: &Path, mut lines: impl BufRead) -> Result<Head, StoreError> {
    let mut import = Import {
        writer: JournalWriter::open(dir)?,
        head: None,
        line: 0,
        bytes: Vec::new(),
        chunk: Vec::new(),
    };
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = lines.by_ref().take(MAX_LINE).read_until(b'\n', &mut line);
        if read.doing("read the export for", dir)? == 0 {
            break;
        }
        import.take(&line)?;
    }
    import.flush()?;
    import.writer.sync_bulk()?;
    import.head.ok_or(StoreError::EmptyImport)
}

/// An export on its way into a new journal.
struct Import {
    writer: JournalWriter,
    head: Option<Head>,
    line: u64,
    bytes: Vec<u8>,
    chunk: Vec<Stored>,
}

impl Import {
    fn take(&mut self, line: &[u8]) -> Result<(), StoreError> {
        let number = self.line + self.chunk.len() as u64 + 1;
        let fault = |source| StoreError::Import {
            line: number,
            source,
        };
        let whole = line
            .strip_suffix(b"\n")
            .ok_or_else(|| fault(LineFault::Unended))?;
        let raw = parse_line(whole).map_err(|e| fault(e.into()))?;
        self.chunk.push(raw.into());
        self.bytes.extend_from_slice(line);
        if self.chunk.len() < CHUNK && self.bytes.len() < CHUNK_BYTES {
            Ok(())
        } else {
            self.flush()
        }
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        let checked = replay::check(self.head.as_ref(), &self.chunk);
        let fault = |(index, e): (usize, crate::log::EntryError)| StoreError::Import {
            line: self.line + index as u64 + 1,
            source: e.into(),
        };
        let entries = checked.map_err(fault)?;
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return Ok(());
        };
        self.writer.write(first.seq(), &self.bytes)?;
        self.head = Some(last.head());
        self.line += entries.len() as u64;
        self.bytes.clear();
        self.chunk.clear();
        Ok(())
    }
}
