//! What the room promises, and every way in which it can find a record.

mod bulk;
mod erase;
mod init;
mod journal;
mod laws;
mod opening;
mod runs;

use std::fs;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::*;
use crate::log::{Body, Commitment, Follows, Kind, Origin, Recorded, Salt};

pub(super) fn project(entry: &Entry) -> Projection {
    let mut to = Projection::default();
    let Some(contents) = entry.contents() else {
        return to;
    };
    let run = format!("EU-{}", entry.seq() % 3).into_bytes();
    let bytes = contents.body.as_bytes().iter().take(40).copied().collect();
    to.rows.push(Row { run, bytes });
    let hash = u64::from_be_bytes(*entry.link().0.first_chunk().unwrap());
    to.terms.push(Term { table: 0, hash });
    to.terms.push(Term {
        table: 1,
        hash: entry.seq() / 2,
    });
    if entry.header().kind == Kind::Redaction {
        let body: serde_json::Value = serde_json::from_slice(contents.body.as_bytes()).unwrap();
        let link = body["link"].as_str().unwrap().parse().unwrap();
        to.erases = Some((body["seq"].as_u64().unwrap(), link));
    }
    to
}

pub(super) const INDEXING: Indexing = Indexing {
    projector: project,
    version: 1,
};

pub(super) fn options() -> Options {
    let who = Who {
        verb: "test".to_owned(),
        since: "just now".to_owned(),
    };
    Options {
        wait: Duration::ZERO,
        who,
        indexing: INDEXING,
    }
}

pub(super) fn opening() -> Entry {
    let origin: Origin = "example.org/test".parse().unwrap();
    let body = Body::canonicalize(br#"{"by":"clerk","origin":"example.org/test"}"#).unwrap();
    let follows = Follows::Origin(&origin);
    Entry::seal(
        follows,
        Recorded(0),
        Kind::Opening,
        1,
        Commitment::new(Salt([1; 32]), body),
    )
    .unwrap()
}

pub(super) fn entry_with(head: &Head, text: &str) -> Entry {
    let json = format!(
        r#"{{"act":"{}","by":"clerk","text":"{text}"}}"#,
        head.seq + 1
    );
    let salt = Salt([(head.seq % 251) as u8; 32]);
    let body = Body::canonicalize(json.as_bytes()).unwrap();
    let at = Recorded(head.recorded_at.0 + 1);
    Entry::seal(
        Follows::Head(head),
        at,
        Kind::Decision,
        1,
        Commitment::new(salt, body),
    )
    .unwrap()
}

/// `count` entries that follow `head`.
pub(super) fn entries(head: &Head, count: usize) -> Vec<Entry> {
    entries_with(head, count, "a")
}

pub(super) fn entries_with(head: &Head, count: usize, text: &str) -> Vec<Entry> {
    let mut head = *head;
    let next = |_| {
        let entry = entry_with(&head, text);
        head = entry.head();
        entry
    };
    (0..count).map(next).collect()
}

/// A record in a temporary directory.
pub(super) struct Record {
    _temp: TempDir,
    pub(super) dir: PathBuf,
}

impl Record {
    /// With so many entries after the opening, appended together.
    pub(super) fn new(count: usize) -> Self {
        let temp = TempDir::new().unwrap();
        let dir = temp.path().join("record");
        init(&dir, &opening(), INDEXING).unwrap();
        let record = Self { _temp: temp, dir };
        let mut store = record.open();
        let head = store.head().unwrap();
        store.append(&head, &entries(&head, count)).unwrap();
        record
    }

    /// Opens it; nothing may need repair.
    pub(super) fn open(&self) -> Store {
        let Opened { store, repairs } = Store::open(&self.dir, &options()).unwrap();
        assert_eq!(repairs, []);
        store
    }

    /// Opens it; exactly one thing needs repair, and nothing the next time.
    pub(super) fn mend(&self) -> (Head, Repair) {
        let examined = examine(&self.dir, Duration::ZERO, INDEXING).unwrap();
        let mut opened = Store::open(&self.dir, &options()).unwrap();
        assert_eq!(opened.repairs.len(), 1, "{:?}", opened.repairs);
        let kind = std::mem::discriminant(&opened.repairs[0]);
        let foreseen: Vec<_> = examined
            .repairs
            .iter()
            .map(std::mem::discriminant)
            .collect();
        assert_eq!(foreseen, [kind], "{:?}", examined.repairs);
        check(&opened.store);
        let head = opened.store.head().unwrap();
        drop(opened.store);
        check(&self.open());
        (head, opened.repairs.remove(0))
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    pub(super) fn journal_file(&self) -> PathBuf {
        Journal::at(self.path("journal"))
            .files()
            .unwrap()
            .pop()
            .unwrap()
            .path
    }

    pub(super) fn copy_aside(&self, name: &str) -> PathBuf {
        let to = self.dir.with_file_name(format!("copy-of-{name}"));
        copy(&self.path(name), &to);
        to
    }

    /// Puts an older copy in the place of what is there.
    pub(super) fn put_back(&self, name: &str, copy: &Path) {
        fs::remove_dir_all(self.path(name)).unwrap();
        fs::rename(copy, self.path(name)).unwrap();
    }

    /// Appends so many entries, then forgets that one copy heard of them.
    pub(super) fn append(&self, count: usize) -> Head {
        let mut store = self.open();
        let head = store.head().unwrap();
        store.append(&head, &entries(&head, count)).unwrap()
    }
}

pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for file in fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        let target = to.join(file.file_name());
        if file.path().is_dir() {
            copy(&file.path(), &target)
        } else {
            assert!(fs::copy(file.path(), target).is_ok())
        }
    }
}

pub(super) fn append_bytes(path: &Path, bytes: &[u8]) {
    fs::OpenOptions::new()
        .append(true)
        .open(path)
        .unwrap()
        .write_all(bytes)
        .unwrap();
}

/// How the index differs from a replay of the log.
pub(super) fn differences(view: &View, indexing: Indexing) -> Result<Vec<IndexFault>, StoreError> {
    let mut replay = Replay::default();
    replay::Source::View(view).replay(None, &mut |entries| {
        for entry in entries {
            replay.take(Replayed::of(entry.seq(), (indexing.projector)(entry)));
        }
        Ok(())
    })?;
    let (lots, mut faults) = view.lots(&mut replay)?;
    faults.extend(lots.iter().flat_map(|lot| view.compare_lot(lot)));
    faults.extend(view.compare_rest(&replay, indexing.version));
    Ok(faults)
}

/// Both copies hold the same sound chain, and the index is what the log gives.
pub(super) fn check(store: &Store) {
    let mut head: Option<Head> = None;
    let mut lines = Vec::new();
    let view = store.view().unwrap();
    view.read(0, u64::MAX, &mut |raw| {
        let follows = head.as_ref().map_or(Follows::Nothing, Follows::Head);
        let entry = Entry::check(&raw, follows).unwrap();
        crate::log::line(&entry, &mut lines);
        head = Some(entry.head());
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(head, Some(store.head().unwrap()));
    assert_eq!(store.journal().head().unwrap(), head);
    let mut journal = Vec::new();
    store
        .journal()
        .lines(0, &mut |line| {
            journal.extend_from_slice(line.bytes);
            journal.push(b'\n');
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(journal == lines, "journal and store differ");
    assert!(differences(view, INDEXING).unwrap().is_empty());
}
