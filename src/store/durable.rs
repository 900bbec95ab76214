//! Files and directories that are still there after a power cut.
//!
//! A file's bytes are durable after `fsync` of the file; its name is durable after `fsync` of the directory. A name changes
//! atomically only by `rename`.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::error::{Doing, StoreError};

/// Makes the names in a directory durable.
pub(super) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    File::open(dir)
        .and_then(|d| d.sync_all())
        .doing("sync the directory", dir)
}

/// The directory that a path's name stands in.
pub(super) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Writes a new file and makes its bytes and its name durable.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)
        .doing("create", path)?;
    file.write_all(bytes).doing("write", path)?;
    file.sync_all().doing("sync", path)?;
    sync_dir(parent(path))
}

/// Makes everything under a directory durable, several files at a time. A file that goes away meanwhile needs no sync: sled's
/// threads still remove files for a moment after it is closed.
pub(super) fn sync_tree(dir: &Path) -> Result<(), StoreError> {
    let files: Vec<_> = fs::read_dir(dir)
        .and_then(Iterator::collect)
        .doing("list", dir)?;
    files.par_iter().try_for_each(|file: &fs::DirEntry| {
        let path = file.path();
        if path.is_dir() {
            return sync_tree(&path);
        }
        match File::open(&path).and_then(|f| f.sync_all()) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
            synced => synced.doing("sync", &path),
        }
    })?;
    sync_dir(dir)
}

/// Renames durably within one directory.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).doing("rename", from)?;
    sync_dir(parent(to))
}

/// Removes a directory and what is in it, if it is there.
pub(super) fn remove_tree(dir: &Path) -> Result<(), StoreError> {
    match fs::remove_dir_all(dir) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        done => done.doing("remove", dir),
    }
}

/// Removes a file durably, if it is there.
pub(super) fn remove_file(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        done => done
            .doing("remove", path)
            .and_then(|()| sync_dir(parent(path))),
    }
}

/// `name-1`, `name-2` …: the first that is free.
pub(super) fn free_name(dir: &Path, name: &str) -> PathBuf {
    let mut number = 1_u32;
    loop {
        let path = dir.join(format!("{name}-{number}"));
        if fs::symlink_metadata(&path).is_err() {
            return path;
        }
        number += 1;
    }
}
