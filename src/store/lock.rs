//! One process at a time, told by name.
//!
//! The lock is the operating system's, on our own file beside sled's directory, so it ends with its process. The text in the file
//! is only for whoever finds it locked.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::error::{Doing, StoreError};

const PAUSE: Duration = Duration::from_millis(5);

/// Who takes the lock.
#[derive(Debug, Clone, Default)]
pub struct Who {
    /// The verb at work, such as `append`.
    pub verb: String,
    /// Since when, in words or as an instant; the library has no clock.
    pub since: String,
}

/// Held as long as the record is open.
#[derive(Debug)]
pub(super) struct RecordLock {
    _file: File,
}

fn path(dir: &Path) -> PathBuf {
    dir.join("lock")
}

impl RecordLock {
    /// Takes the lock, waiting for up to `wait`, and says who has it.
    pub(super) fn take(dir: &Path, wait: Duration, who: &Who) -> Result<Self, StoreError> {
        let path = path(dir);
        let mut options = OpenOptions::new();
        let file = options
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let mut file = file.doing("open", &path)?;
        acquire(&file, &path, wait)?;
        let Who { verb, since } = who;
        let text = format!("`{verb}` (process {}) since {since}\n", std::process::id());
        file.set_len(0).doing("write", &path)?;
        file.write_all(text.as_bytes()).doing("write", &path)?;
        Ok(Self { _file: file })
    }

    /// Takes the lock and writes nothing: for an examination, perhaps of a record on a read-only disk.
    pub(super) fn take_silently(dir: &Path, wait: Duration) -> Result<Option<Self>, StoreError> {
        let path = path(dir);
        let file = match File::open(&path) {
            Ok(file) => file,
            // Nobody who works on a record leaves it without the file.
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e).doing("open", &path),
        };
        acquire(&file, &path, wait)?;
        Ok(Some(Self { _file: file }))
    }
}

fn acquire(file: &File, path: &Path, wait: Duration) -> Result<(), StoreError> {
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(source)) => return Err(source).doing("lock", path),
            Err(TryLockError::WouldBlock) if start.elapsed() >= wait => {
                return Err(StoreError::Locked { by: holder(file) });
            }
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
        }
    }
}

fn holder(mut file: &File) -> String {
    let mut text = String::new();
    let read = file
        .rewind()
        .and_then(|()| file.take(300).read_to_string(&mut text));
    match text.trim() {
        "" => "another process".to_owned(),
        _ if read.is_err() => "another process".to_owned(),
        holder => holder.to_owned(),
    }
}
