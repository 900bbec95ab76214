//! The one file that calls sled.
//!
//! Four named trees, never one per regime. `Log`, `Rows` and `Terms` hold large values that are written once; `Hot` holds what
//! changes with every append. Only a batch on `Hot` makes anything visible: a large value that no key in `Hot` speaks of is a
//! stray from an append that did not end, and is passed over.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use sled::{Batch, Db, IVec, Tree};

use super::durable;
use super::error::{Doing, StoreError};
use super::guard::{guarded, quieten};

const CACHE: u64 = 64 * 1024 * 1024;

/// How long a directory that this process has just closed may stay locked: sled's threads end when they end.
const REOPEN: Duration = Duration::from_secs(10);

/// One of the four trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Log,
    Rows,
    Terms,
    Hot,
}

/// A key and what it becomes; `None` removes it.
pub(super) type Change = (Vec<u8>, Option<Vec<u8>>);

/// Takes a key and its value, and says whether to go on.
pub(super) type Each<'a> = dyn FnMut(&[u8], &[u8]) -> Result<ControlFlow<()>, StoreError> + 'a;

/// An open sled directory.
pub(super) struct Shelf {
    path: PathBuf,
    db: Option<Db>,
    trees: Option<[Tree; 4]>,
    is_suspect: AtomicBool,
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shelf")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Shelf {
    /// Opens what is there. Never creates: an emptied directory is damage, not a new store.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        if !path.join("db").is_file() {
            return Err(StoreError::damaged("its files are missing"));
        }
        set_half_written_snapshots_aside(path)?;
        Self::start(path)
    }

    /// Makes an empty one.
    pub(super) fn create(path: &Path) -> Result<Self, StoreError> {
        fs::create_dir(path).doing("create", path)?;
        Self::start(path)
    }

    fn start(path: &Path) -> Result<Self, StoreError> {
        quieten();
        let start = Instant::now();
        loop {
            match Self::try_start(path) {
                Err(StoreError::Locked { .. }) if start.elapsed() < REOPEN => {
                    thread::sleep(Duration::from_millis(2));
                }
                done => return done,
            }
        }
    }

    fn try_start(path: &Path) -> Result<Self, StoreError> {
        let db = guarded(path, || {
            sled::Config::new().path(path).cache_capacity(CACHE).open()
        })?;
        let mut shelf = Self {
            path: path.to_owned(),
            db: Some(db),
            trees: None,
            is_suspect: AtomicBool::new(false),
        };
        let tree = |name: &str| match &shelf.db {
            Some(db) => guarded(path, || db.open_tree(name)),
            None => Err(StoreError::damaged("closed")),
        };
        let trees = [tree("log")?, tree("rows")?, tree("terms")?, tree("hot")?];
        shelf.trees = Some(trees);
        Ok(shelf)
    }

    /// Closes and opens again, so that sled's snapshot covers everything: damage to what no snapshot covers goes unnoticed.
    pub(super) fn reopen(&mut self) -> Result<(), StoreError> {
        self.close()?;
        // Blobs (nodes of large values) are the one kind of file that sled never syncs.
        let blobs = self.path.join("blobs");
        if blobs.is_dir() {
            durable::sync_tree(&blobs)?;
        }
        let reopened = Self::start(&self.path.clone())?;
        *self = reopened;
        Ok(())
    }

    fn close(&mut self) -> Result<(), StoreError> {
        self.trees = None;
        let db = self.db.take();
        guarded(&self.path, move || {
            drop(db);
            Ok(())
        })
    }

    fn tree(&self, part: Part) -> Result<&Tree, StoreError> {
        let closed = || StoreError::damaged("it was closed by an earlier failure");
        self.trees
            .as_ref()
            .map(|trees| &trees[part as usize])
            .ok_or_else(closed)
    }

    /// Calls sled on one tree; remembers if that showed damage.
    fn on<T>(
        &self,
        part: Part,
        call: impl FnOnce(&Tree) -> sled::Result<T>,
    ) -> Result<T, StoreError> {
        let tree = self.tree(part)?;
        guarded(&self.path, || call(tree)).inspect_err(|e| self.note(e))
    }

    /// Remembers on disk that damage was seen, so that the next open rebuilds instead of trusting.
    pub(super) fn note(&self, error: &StoreError) {
        if matches!(error, StoreError::Damaged { .. })
            && !self.is_suspect.swap(true, Ordering::Relaxed)
        {
            // Where even this cannot be written, the next reader meets the damage itself.
            let _ = fs::write(suspicion(&self.path), error.to_string());
        }
    }

    pub(super) fn get(&self, part: Part, key: &[u8]) -> Result<Option<IVec>, StoreError> {
        self.on(part, |tree| tree.get(key))
    }

    /// The last pair at or before `key` whose key begins with `prefix`.
    pub(super) fn at_or_before(
        &self,
        part: Part,
        prefix: &[u8],
        key: &[u8],
    ) -> Result<Option<(IVec, IVec)>, StoreError> {
        self.on(part, |tree| {
            tree.range(prefix..=key).next_back().transpose()
        })
    }

    /// Every pair from `from` on whose key begins with `prefix`, in order.
    pub(super) fn scan(
        &self,
        part: Part,
        prefix: &[u8],
        from: &[u8],
        each: &mut Each<'_>,
    ) -> Result<(), StoreError> {
        let mut pairs = self.on(part, |tree| Ok(tree.range(from..)))?;
        while let Some((key, value)) = self.on(part, |_| pairs.next().transpose())? {
            if !key.starts_with(prefix) || each(&key, &value)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Every key from `from` on that begins with `prefix`.
    pub(super) fn keys(
        &self,
        part: Part,
        prefix: &[u8],
        from: &[u8],
    ) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut keys = Vec::new();
        self.scan(part, prefix, from, &mut |key, _| {
            keys.push(key.to_vec());
            Ok(ControlFlow::Continue(()))
        })?;
        Ok(keys)
    }

    /// Writes one large value. Nothing sees it until [`commit`](Self::commit) speaks of it.
    pub(super) fn put(&self, part: Part, key: &[u8], value: Vec<u8>) -> Result<(), StoreError> {
        self.on(part, |tree| tree.insert(key, value)).map(drop)
    }

    pub(super) fn remove(&self, part: Part, key: &[u8]) -> Result<(), StoreError> {
        self.on(part, |tree| tree.remove(key)).map(drop)
    }

    /// Changes `Hot` in one atom.
    pub(super) fn commit(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        for (key, value) in changes {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        self.on(Part::Hot, |tree| tree.apply_batch(batch))
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        // Nothing rests on what sled writes last: what it loses is taken from the journal again.
        let _ = self.close();
    }
}

/// The file that says "this sled directory showed damage".
pub(super) fn suspicion(sled: &Path) -> PathBuf {
    sled.with_extension("suspect")
}

/// A snapshot that sled was writing when it was killed would be read as its newest one, and refused.
fn set_half_written_snapshots_aside(path: &Path) -> Result<(), StoreError> {
    for file in fs::read_dir(path).doing("list", path)? {
        let file = file.doing("list", path)?;
        let name = file.file_name();
        let Some(name) = name.to_str() else { continue };
        if name.starts_with("snap.") && name.ends_with(".generating") {
            let aside = path.join(format!("set-aside.{name}"));
            fs::rename(file.path(), &aside).doing("set aside", &file.path())?;
        }
    }
    Ok(())
}
