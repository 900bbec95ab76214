//! An erased body is in no file of the record, whatever happens, and nothing else is lost.

use super::*;
use crate::log::{Commitment, Link};
use std::collections::BTreeMap;

/// Random enough that no compression takes it apart.
const SECRET: &str = "9f1c7be2a4d8630571bfe98c2d6a04f3e57b8c19d2a6f0437e1b5c8d90a2f6e4";
const SALT: [u8; 32] = *b"\x8a\x1f\xc3\x77\x05\xee\x92\x4b\xd0\x6c\x31\xa8\x5f\xb2\x19\xe7\x43\x9d\x0a\xf6\x28\xcb\x74\x51\xbe\x03\x97\x6d\xe2\x38\xac\x15";

fn secret(head: &Head) -> Entry {
    let body = format!(r#"{{"act":"x","by":"clerk","text":"{SECRET}"}}"#);
    let body = Body::canonicalize(body.as_bytes()).unwrap();
    let at = Recorded(head.recorded_at.0 + 1);
    Entry::seal(
        Follows::Head(head),
        at,
        Kind::Decision,
        1,
        Commitment::new(Salt(SALT), body),
    )
    .unwrap()
}

fn redaction_of(head: &Head, seq: u64, link: Link) -> Entry {
    let body = format!(r#"{{"by":"clerk","link":"{link}","seq":{seq}}}"#);
    let body = Body::canonicalize(body.as_bytes()).unwrap();
    let at = Recorded(head.recorded_at.0 + 1);
    let salt = Salt([3; 32]);
    Entry::seal(
        Follows::Head(head),
        at,
        Kind::Redaction,
        1,
        Commitment::new(salt, body),
    )
    .unwrap()
}

/// A record whose entry `before + 1` holds the secret, with so many entries after it.
fn with_secret(before: usize, after: usize) -> (Record, Entry) {
    let record = Record::new(before);
    let mut store = record.open();
    let entry = secret(&store.head().unwrap());
    let head = store.head().unwrap();
    let head = store.append(&head, std::slice::from_ref(&entry)).unwrap();
    store.append(&head, &entries(&head, after)).unwrap();
    drop(store);
    (record, entry)
}

/// Files below that hold the secret or its salt, as bytes or as digits.
fn holders(dir: &Path) -> Vec<PathBuf> {
    let digits = hex::encode(SALT);
    let needles: [&[u8]; 3] = [SECRET.as_bytes(), &SALT, digits.as_bytes()];
    let mut found = Vec::new();
    for file in fs::read_dir(dir).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            found.extend(holders(&path));
            continue;
        }
        let bytes = fs::read(&path).unwrap();
        let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        if needles.into_iter().any(holds) {
            found.push(path);
        }
    }
    found
}

/// Every line of the journal, by position.
fn lines(record: &Record) -> BTreeMap<u64, Vec<u8>> {
    let mut lines = BTreeMap::new();
    let journal = Journal::at(record.path("journal"));
    journal
        .lines(0, &mut |line| {
            lines.insert(line.parse().unwrap().seq(), line.bytes.to_vec());
            ControlFlow::Continue(())
        })
        .unwrap();
    lines
}

/// The secret is gone, everything else is as it was, and the record is whole.
fn check_erased(record: &Record, seq: u64, before: &BTreeMap<u64, Vec<u8>>) {
    assert_eq!(holders(&record.dir), [] as [PathBuf; 0]);
    let mut after = lines(record);
    let erased = String::from_utf8(after.remove(&seq).unwrap()).unwrap();
    assert!(erased.ends_with(r#","salt":null,"body":null}"#), "{erased}");
    for (at, line) in before.iter().filter(|(at, _)| **at != seq) {
        assert!(after.get(at) == Some(line), "entry {at} changed");
    }
    check(&record.open());
}

fn erase(record: &Record, entry: &Entry) -> Head {
    let store = record.open();
    let head = store.head().unwrap();
    let redaction = redaction_of(&head, entry.seq(), entry.link());
    let store = store.erase(&head, &redaction).unwrap();
    check(&store);
    assert_eq!(store.erased().unwrap(), [(entry.seq(), redaction.seq())]);
    store.head().unwrap()
}

/// Splits the journal's only file, as if it had been full at that entry.
fn split(record: &Record, at: u64) {
    let file = record.journal_file();
    let lines = lines(record);
    let text = |range: &mut dyn Iterator<Item = (&u64, &Vec<u8>)>| -> Vec<u8> {
        range
            .flat_map(|(_, line)| [line.as_slice(), b"\n"].concat())
            .collect()
    };
    fs::write(&file, text(&mut lines.range(..at))).unwrap();
    let next = file.with_file_name(format!("{at:020}.ndjson"));
    fs::write(next, text(&mut lines.range(at..))).unwrap();
}

#[test]
fn wherever_it_stands() {
    // In a sealed block, in one that its redaction seals, in the tail, as the last entry.
    for (before, after) in [(100, 500), (200, 54), (300, 20), (3, 0)] {
        let (record, entry) = with_secret(before, after);
        let whole = lines(&record);
        assert!(holders(&record.dir).len() >= 2, "both copies hold it");
        let head = erase(&record, &entry);
        assert_eq!(head.seq, whole.len() as u64);
        check_erased(&record, entry.seq(), &whole);
        assert_eq!(record.append(3).seq, head.seq + 3);
        check_erased(&record, entry.seq(), &whole);
    }
}

#[test]
fn in_whichever_file_of_the_journal() {
    for at in [50, 101, 150] {
        let (record, entry) = with_secret(100, 100);
        split(&record, at);
        let whole = lines(&record);
        erase(&record, &entry);
        assert_eq!(
            Journal::at(record.path("journal")).files().unwrap().len(),
            2
        );
        check_erased(&record, entry.seq(), &whole);
    }
}

#[test]
fn a_redaction_that_was_only_recorded_is_finished_on_opening() {
    let (record, entry) = with_secret(100, 200);
    let whole = lines(&record);
    let mut store = record.open();
    let head = store.head().unwrap();
    let redaction = redaction_of(&head, entry.seq(), entry.link());
    store
        .append(&head, std::slice::from_ref(&redaction))
        .unwrap();
    drop(store);
    assert!(!holders(&record.dir).is_empty());
    let (_, repair) = record.mend();
    let entries = vec![entry.seq()];
    assert_eq!(repair, Repair::ErasureFinished { entries });
    check_erased(&record, entry.seq(), &whole);
}

#[test]
fn an_old_copy_put_back_does_not_bring_it_back() {
    for name in ["sled", "journal"] {
        let (record, entry) = with_secret(100, 200);
        let whole = lines(&record);
        let old = record.copy_aside(name);
        erase(&record, &entry);
        let more = record.append(10);
        record.put_back(name, &old);
        assert!(!holders(&record.dir).is_empty(), "the old {name} holds it");
        let opened = Store::open(&record.dir, &options()).unwrap();
        assert_eq!(opened.repairs.len(), 2, "{:?}", opened.repairs);
        let entries = vec![entry.seq()];
        assert_eq!(opened.repairs[1], Repair::ErasureFinished { entries });
        assert_eq!(opened.store.head().unwrap(), more);
        drop(opened);
        check_erased(&record, entry.seq(), &whole);
    }
}

#[test]
fn one_file_of_the_journal_put_back_does_not_bring_it_back() {
    let (record, entry) = with_secret(100, 100);
    split(&record, 150);
    let whole = lines(&record);
    let first = record.path("journal").join("00000000000000000000.ndjson");
    let old = fs::read(&first).unwrap();
    erase(&record, &entry);
    fs::write(&first, old).unwrap();
    let (_, repair) = record.mend();
    let entries = vec![entry.seq()];
    assert_eq!(repair, Repair::ErasureFinished { entries });
    check_erased(&record, entry.seq(), &whole);
}

#[test]
fn copies_set_aside_go_with_it_and_none_is_kept_later() {
    let (record, entry) = with_secret(100, 200);
    let whole = lines(&record);
    let old = record.copy_aside("sled");
    copy(&old, &record.path("sled.damaged-1"));
    fs::write(record.path("journal.cut-1"), SECRET).unwrap();
    erase(&record, &entry);
    check_erased(&record, entry.seq(), &whole);
    // The old store again, and damaged.
    record.put_back("sled", &old);
    fs::write(shelf::suspicion(&record.path("sled")), "seen").unwrap();
    let opened = Store::open(&record.dir, &options()).unwrap();
    assert!(
        matches!(&opened.repairs[..], [Repair::StoreRebuilt { kept_as: None, .. }, Repair::CopiesRemoved { copies }] if copies.len() == 1),
        "{:?}",
        opened.repairs
    );
    drop(opened);
    check_erased(&record, entry.seq(), &whole);
}

#[test]
fn what_a_kill_leaves_lying_is_cleared() {
    let (record, entry) = with_secret(100, 20);
    let whole = lines(&record);
    let (sled, journal) = (
        record.copy_aside("sled"),
        fs::read(record.journal_file()).unwrap(),
    );
    erase(&record, &entry);
    for name in ["sled.replaced", "sled.rebuilding"] {
        copy(&sled, &record.path(name));
    }
    fs::write(record.path("journal.rewriting"), journal).unwrap();
    check_erased_after_opening(&record, entry.seq(), &whole);
    // Between the two renames there is no store of that name.
    fs::rename(&sled, record.path("sled.replaced")).unwrap();
    fs::rename(record.path("sled"), record.path("sled.rebuilding")).unwrap();
    drop(Store::open(&record.dir, &options()).unwrap());
    check_erased(&record, entry.seq(), &whole);
}

fn check_erased_after_opening(record: &Record, seq: u64, whole: &BTreeMap<u64, Vec<u8>>) {
    assert!(!holders(&record.dir).is_empty());
    drop(record.open());
    check_erased(record, seq, whole);
}

#[test]
fn a_damaged_line_elsewhere_does_not_stop_it() {
    let (record, entry) = with_secret(100, 100);
    let file = record.journal_file();
    let text = String::from_utf8(fs::read(&file).unwrap()).unwrap();
    fs::write(&file, text.replacen(r#""act":"50""#, r#""act":"5O""#, 1)).unwrap();
    let store = record.open();
    let head = store.head().unwrap();
    let redaction = redaction_of(&head, entry.seq(), entry.link());
    let store = store.erase(&head, &redaction).unwrap();
    assert_eq!(store.head().unwrap(), redaction.head());
    drop(store);
    assert_eq!(holders(&record.dir), [] as [PathBuf; 0]);
    assert_eq!(record.open().head().unwrap(), redaction.head());
}

#[test]
fn what_erases_nothing_is_not_recorded() {
    let (record, entry) = with_secret(10, 10);
    let head = record.open().head().unwrap();
    let opening = opening();
    for redaction in [
        redaction_of(&head, 0, opening.link()),
        redaction_of(&head, entry.seq(), opening.link()),
        redaction_of(&head, head.seq + 1, entry.link()),
        redaction_of(&head, 99, entry.link()),
        entry_with(&head, "a"),
    ] {
        let refused = record.open().erase(&head, &redaction);
        assert!(matches!(refused, Err(EraseError::Nothing)), "{refused:?}");
        assert_eq!(record.open().head().unwrap(), head);
    }
    // Recorded all the same, such an entry erases nothing.
    let mut store = record.open();
    store
        .append(&head, &[redaction_of(&head, 0, opening.link())])
        .unwrap();
    drop(store);
    let store = record.open();
    assert!(
        store
            .view()
            .unwrap()
            .get(0)
            .unwrap()
            .unwrap()
            .raw()
            .contents
            .is_some()
    );
}

#[test]
fn an_import_that_holds_what_it_erases_does_not_keep_it() {
    let (record, entry) = with_secret(20, 20);
    let old = lines(&record);
    erase(&record, &entry);
    let mut lines = lines(&record);
    lines.insert(entry.seq(), old[&entry.seq()].clone());
    let export: Vec<u8> = lines
        .values()
        .flat_map(|line| [line.as_slice(), b"\n"].concat())
        .collect();
    let again = Record::new(0);
    fs::remove_dir_all(&again.dir).unwrap();
    init_from(&again.dir, export.as_slice(), INDEXING).unwrap();
    drop(Store::open(&again.dir, &options()).unwrap());
    check_erased(&again, entry.seq(), &old);
}
