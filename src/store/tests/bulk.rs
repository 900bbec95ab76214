//! Appends of many entries.

use super::*;

#[test]
fn a_dropped_append_leaves_nothing() {
    let record = Record::new(10);
    let before = fs::read(record.journal_file()).unwrap();
    let mut store = record.open();
    let head = store.head().unwrap();
    let added = entries(&head, 1000);
    let mut appending = store.begin(&head).unwrap();
    appending.push(&added[..700]).unwrap();
    appending.push(&added[700..]).unwrap();
    assert_eq!(appending.head().seq, 1010);
    drop(appending);
    assert_eq!(store.head().unwrap(), head);
    assert!(fs::read(record.journal_file()).unwrap() == before);
    assert!(!record.path("append.intent").exists());
    check(&store);
    let other = entries_with(&head, 300, "other");
    let head = store.append(&head, &other).unwrap();
    check(&store);
    drop(store);
    assert_eq!(record.open().head().unwrap(), head);
}

#[test]
fn a_failed_push_cannot_be_committed() {
    let record = Record::new(10);
    let mut store = record.open();
    let head = store.head().unwrap();
    let added = entries(&head, 20);
    let mut appending = store.begin(&head).unwrap();
    appending.push(&added[..5]).unwrap();
    assert!(matches!(
        appending.push(&added[6..]),
        Err(AppendError::NotNext(_))
    ));
    assert!(appending.commit().is_err());
    assert_eq!(store.head().unwrap(), head);
    store.append(&head, &added).unwrap();
    check(&store);
}

/// Over 65,536 entries sled is given blocks before the end; none of them may be seen, then or later.
#[test]
fn running_ahead_is_unseen() {
    let record = Record::new(10);
    let mut store = record.open();
    let head = store.head().unwrap();
    let added = entries(&head, 70_000);
    for is_kept in [false, true] {
        let mut appending = store.begin(&head).unwrap();
        added
            .chunks(20_000)
            .for_each(|chunk| appending.push(chunk).unwrap());
        assert!(
            appending
                .store
                .view
                .shelf
                .keys(shelf::Part::Log, &[], &[])
                .unwrap()
                .len()
                > 200
        );
        if is_kept {
            drop(appending);
            check(&store);
            let few = entries_with(&head, 500, "other");
            store.append(&head, &few).unwrap();
            check(&store);
        } else {
            std::mem::forget(appending);
            drop(store);
            assert_eq!(record.mend(), (head, Repair::UnfinishedAppend { head }));
            store = record.open();
        }
    }
    drop(store);
    check(&record.open());
    let record = Record::new(10);
    let mut store = record.open();
    let head = store.append(&head, &added).unwrap();
    assert_eq!(head.seq, 70_010);
    check(&store);
}
