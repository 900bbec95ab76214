//! The laws of the door, for every store behind it.

use super::*;

/// A store that can be closed and opened again.
trait Reopen {
    type Store: Log;
    fn open(&self) -> Self::Store;
}

impl Reopen for Record {
    type Store = Store;
    fn open(&self) -> Store {
        Record::open(self)
    }
}

fn read_all(log: &impl Log, from: u64, to: u64) -> Vec<Stored> {
    let mut all = Vec::new();
    log.read(from, to, &mut |raw| {
        all.push(raw.into());
        ControlFlow::Continue(())
    })
    .unwrap();
    all
}

fn positions_are_contiguous(log: &mut impl Log) {
    let head = log.head().unwrap();
    log.append(&head, &entries(&head, 5)).unwrap();
    let head = log.head().unwrap();
    log.append(&head, &entries(&head, 1)).unwrap();
    let all = read_all(log, 0, u64::MAX);
    assert!(
        all.iter()
            .map(|e| e.raw().seq())
            .eq(0..=log.head().unwrap().seq)
    );
    assert!(read_all(log, 2, 4).iter().map(|e| e.raw().seq()).eq(2..4));
    let head = log.head().unwrap();
    let skipped = &entries(&head, 2)[1..];
    assert!(matches!(
        log.append(&head, skipped),
        Err(AppendError::NotNext(_))
    ));
    let mut doubled = entries(&head, 1);
    doubled.push(doubled[0].clone());
    assert!(matches!(
        log.append(&head, &doubled),
        Err(AppendError::NotNext(_))
    ));
    assert_eq!(log.head().unwrap(), head);
}

fn one_wins_on_each_head(log: &mut impl Log) {
    let head = log.head().unwrap();
    let won = log.append(&head, &entries(&head, 1)).unwrap();
    let lost = log.append(&head, &entries_with(&head, 1, "another"));
    assert!(matches!(lost, Err(AppendError::Stale { head }) if head == won));
    let lost = log.append(&head, &entries(&head, 2));
    assert!(matches!(lost, Err(AppendError::Stale { .. })));
    assert_eq!(log.head().unwrap(), won);
}

fn the_same_again_is_no_second_append(log: &mut impl Log) {
    for count in [1, 3] {
        let head = log.head().unwrap();
        let added = entries(&head, count);
        let first = log.append(&head, &added).unwrap();
        assert_eq!(log.append(&head, &added).unwrap(), first);
        let later = log.append(&first, &entries(&first, 1)).unwrap();
        assert_eq!(log.append(&head, &added).unwrap(), first);
        assert_eq!(log.head().unwrap(), later);
    }
    let head = log.head().unwrap();
    assert_eq!(log.append(&head, &[]).unwrap(), head);
}

fn what_was_read_never_changes<R: Reopen>(record: &R) {
    let mut log = record.open();
    let before = read_all(&log, 0, u64::MAX);
    for count in [1, 300, 1] {
        let head = log.head().unwrap();
        log.append(&head, &entries(&head, count)).unwrap();
        let after = read_all(&log, 0, u64::MAX);
        assert!(after.starts_with(&before));
    }
    let (head, after) = (log.head().unwrap(), read_all(&log, 0, u64::MAX));
    drop(log);
    let log = record.open();
    assert_eq!(log.head().unwrap(), head);
    assert_eq!(read_all(&log, 0, u64::MAX), after);
}

fn an_unknown_outcome_can_be_told<R: Reopen>(record: &R) {
    for is_recorded in [true, false] {
        let mut log = record.open();
        let head = log.head().unwrap();
        let added = entries(&head, 1);
        if is_recorded {
            log.append(&head, &added).unwrap();
        }
        drop(log);
        let mut log = record.open();
        let next = read_all(&log, head.seq + 1, head.seq + 2);
        assert_eq!(
            next.first().map(|e| e.raw().link == added[0].link()),
            is_recorded.then_some(true)
        );
        assert_eq!(log.append(&head, &added).unwrap(), added[0].head());
    }
}

#[test]
fn sled_obeys_the_laws() {
    let record = Record::new(0);
    let mut log = record.open();
    positions_are_contiguous(&mut log);
    one_wins_on_each_head(&mut log);
    the_same_again_is_no_second_append(&mut log);
    let head = log.head().unwrap();
    assert_eq!(log.wait_beyond(head.seq - 1, Duration::MAX).unwrap(), head);
    assert_eq!(
        log.wait_beyond(head.seq, Duration::from_millis(1)).unwrap(),
        head
    );
    drop(log);
    what_was_read_never_changes(&record);
    an_unknown_outcome_can_be_told(&record);
    check(&record.open());
}

#[test]
fn an_unknown_kind_is_not_appended() {
    let record = Record::new(0);
    let mut store = record.open();
    let head = store.head().unwrap();
    let entry = entry_with(&head, "a");
    let mut raw = entry.raw();
    raw.header[56] = 99;
    raw.link = crate::log::link_of(&raw.header);
    let unknown = Entry::check(&raw, Follows::Head(&head)).unwrap();
    assert!(matches!(
        store.append(&head, &[unknown]),
        Err(AppendError::Kind { seq: 1, .. })
    ));
}

#[test]
fn whoever_has_the_record_open_is_named() {
    let record = Record::new(1);
    let store = record.open();
    let locked = Store::open(&record.dir, &options()).unwrap_err();
    let expected = format!(
        "the record is in use by `test` (process {}) since just now",
        std::process::id()
    );
    assert_eq!(locked.to_string(), expected);
    let held = examine(&record.dir, Duration::ZERO, INDEXING).unwrap_err();
    assert!(matches!(held, StoreError::Locked { .. }));
    assert_eq!(
        Journal::of(&record.dir).unwrap().head().unwrap(),
        Some(store.head().unwrap())
    );
}
