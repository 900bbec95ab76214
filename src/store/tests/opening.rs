//! Every way in which opening can find a record.

use super::*;

#[test]
fn a_store_behind_is_brought_up() {
    for count in [1, 7, 600] {
        let record = Record::new(300);
        let old = record.copy_aside("sled");
        let head = record.append(count);
        record.put_back("sled", &old);
        let (found, repair) = record.mend();
        assert_eq!(found, head);
        assert!(
            matches!(repair, Repair::StoreCaughtUp { from, to } if from.seq == 300 && to == head)
        );
    }
}

#[test]
fn a_store_that_is_gone_is_rebuilt() {
    let record = Record::new(600);
    for emptied in [false, true] {
        fs::remove_dir_all(record.path("sled")).unwrap();
        if emptied {
            fs::create_dir(record.path("sled")).unwrap();
        }
        let (head, repair) = record.mend();
        assert_eq!(head.seq, 600);
        assert!(
            matches!(repair, Repair::StoreRebuilt { kept_as, .. } if kept_as.is_some() == emptied)
        );
    }
}

#[test]
fn a_store_that_opens_empty_is_rebuilt() {
    let record = Record::new(3);
    fs::remove_dir_all(record.path("sled")).unwrap();
    drop(shelf::Shelf::create(&record.path("sled")).unwrap());
    let (head, repair) = record.mend();
    assert_eq!(head.seq, 3);
    assert!(matches!(repair, Repair::StoreRebuilt { .. }));
}

#[test]
fn an_append_that_had_not_ended_is_taken_back() {
    for is_cut in [false, true] {
        let record = Record::new(5);
        let mut store = record.open();
        let head = store.head().unwrap();
        let mut appending = store.begin(&head).unwrap();
        appending.push(&entries(&head, 700)).unwrap();
        std::mem::forget(appending);
        let whole = fs::read(record.journal_file()).unwrap();
        let intent = fs::read(record.path("append.intent")).unwrap();
        drop(store);
        fs::write(record.path("append.intent"), intent).unwrap();
        fs::write(
            record.journal_file(),
            &whole[..whole.len() - if is_cut { 77 } else { 0 }],
        )
        .unwrap();
        assert_eq!(record.mend(), (head, Repair::UnfinishedAppend { head }));
    }
}

#[test]
fn a_store_beyond_an_unfinished_append_is_rebuilt() {
    let record = Record::new(5);
    let head = record.open().head().unwrap();
    let len = fs::metadata(record.journal_file()).unwrap().len();
    record.append(3);
    let text = format!(
        "regesta intent 1\nfile 00000000000000000000.ndjson\nlength {len}\nhead 5 {} {}\nend\n",
        head.link, head.recorded_at.0
    );
    // An intent of which only a part was written was followed by nothing.
    fs::write(record.path("append.intent"), &text[..text.len() - 3]).unwrap();
    assert_eq!(record.open().head().unwrap().seq, 8);
    fs::write(record.path("append.intent"), text).unwrap();
    let opened = Store::open(&record.dir, &options()).unwrap();
    assert!(matches!(
        opened.repairs.as_slice(),
        [Repair::UnfinishedAppend { .. }, Repair::StoreRebuilt { .. }]
    ));
    assert_eq!(opened.store.head().unwrap(), head);
    check(&opened.store);
}

#[test]
fn a_fork_is_refused_and_only_the_journal_read() {
    for (in_store, in_journal) in [(1, 1), (1, 3), (3, 1)] {
        let record = Record::new(5);
        let (sled, journal) = (record.copy_aside("sled"), record.copy_aside("journal"));
        record.append(in_journal);
        let other = record.dir.with_file_name("journal-of-the-other");
        copy(&record.path("journal"), &other);
        record.put_back("sled", &sled);
        record.put_back("journal", &journal);
        let mut store = record.open();
        let head = store.head().unwrap();
        store
            .append(&head, &entries_with(&head, in_store, "other"))
            .unwrap();
        drop(store);
        record.put_back("journal", &other);
        let fork = Store::open(&record.dir, &options()).unwrap_err();
        assert!(
            matches!(fork, StoreError::Fork { seq, .. } if seq == 5 + in_store.min(in_journal) as u64),
            "{fork}"
        );
        let found = examine(&record.dir, Duration::ZERO, INDEXING).unwrap();
        assert!(matches!(found.fork, Some(StoreError::Fork { .. })));
        assert_eq!(found.repairs, []);
        assert_eq!(
            Journal::of(&record.dir)
                .unwrap()
                .head()
                .unwrap()
                .unwrap()
                .seq,
            5 + in_journal as u64
        );
    }
}

/// A log that was written in one session and never opened again has no snapshot: sled then takes damage for its end.
#[test]
fn damaged_bytes_of_sled_never_shorten_the_record() {
    let record = Record::new(0);
    let mut store = record.open();
    let mut head = store.head().unwrap();
    for _ in 0..400 {
        head = store.append(&head, &entries(&head, 1)).unwrap();
    }
    drop(store);
    let good = record.copy_aside("sled");
    let len = fs::metadata(good.join("db")).unwrap().len() as usize;
    for trial in 0..12_usize {
        let again = record.dir.with_file_name("sled-again");
        copy(&good, &again);
        record.put_back("sled", &again);
        let path = record.path("sled").join("db");
        let mut bytes = fs::read(&path).unwrap();
        match trial {
            0 => bytes.truncate(len / 3),
            1 => bytes.clear(),
            2 => bytes[len / 2..len / 2 + 4096].fill(0),
            _ => bytes[(trial * 2_654_435_761) % len] ^= 1 << (trial % 8),
        }
        fs::write(&path, bytes).unwrap();
        let opened = Store::open(&record.dir, &options()).unwrap();
        assert_eq!(opened.store.head().unwrap(), head, "trial {trial}");
        // Damage in a page that opening does not touch is met by a reader, and mended by the next open.
        let read = opened
            .store
            .read(0, u64::MAX, &mut |_| ControlFlow::Continue(()));
        let compared = differences(opened.store.view().unwrap(), INDEXING);
        let is_sound = read.is_ok() && compared.is_ok_and(|faults| faults.is_empty());
        drop(opened);
        let opened = Store::open(&record.dir, &options()).unwrap();
        assert_eq!(
            opened.repairs.is_empty(),
            is_sound,
            "trial {trial}: {:?}",
            opened.repairs
        );
        check(&opened.store);
    }
}

#[test]
fn damage_that_a_reader_meets_is_mended_by_the_next_open() {
    let record = Record::new(3);
    let store = record.open();
    store
        .view
        .shelf
        .note(&StoreError::damaged("a test says so"));
    drop(store);
    let (_, repair) = record.mend();
    assert!(repair.to_string().contains("a test says so"), "{repair}");
}

#[test]
fn a_half_written_snapshot_is_no_snapshot() {
    let record = Record::new(3);
    fs::write(
        record.path("sled/snap.00000000000FFFFF.generating"),
        b"half",
    )
    .unwrap();
    check(&record.open());
}

#[test]
fn an_index_of_another_version_is_made_anew() {
    fn other(entry: &Entry) -> Projection {
        let row = Row {
            run: b"ALL".to_vec(),
            bytes: vec![entry.seq() as u8],
        };
        Projection {
            rows: vec![row],
            terms: Vec::new(),
            erases: None,
        }
    }
    let record = Record::new(300);
    let indexing = Indexing {
        projector: other,
        version: 2,
    };
    let opened = Store::open(
        &record.dir,
        &Options {
            indexing,
            ..options()
        },
    )
    .unwrap();
    assert_eq!(
        opened.repairs,
        [Repair::Reindexed {
            from: Some(1),
            to: 2
        }]
    );
    let view = opened.store.view().unwrap();
    assert!(differences(view, indexing).unwrap().is_empty());
    assert_eq!(view.runs().unwrap().len(), 1);
    assert!(view.find(1, 0..=u64::MAX).unwrap().is_empty());
    drop(opened);
    assert!(matches!(
        record.mend().1,
        Repair::Reindexed {
            from: Some(2),
            to: 1
        }
    ));
    check(&record.open().reindex().unwrap());
}

#[test]
fn examining_changes_nothing() {
    let record = Record::new(3);
    append_bytes(&record.journal_file(), b"torn");
    let snapshot = |dir: &Path| {
        let mut files = Vec::new();
        collect(dir, &mut files);
        files.sort();
        files
    };
    let before = snapshot(&record.dir);
    let found = examine(&record.dir, Duration::ZERO, INDEXING).unwrap();
    assert_eq!(found.repairs, [Repair::TornLine { bytes: 4 }]);
    assert_eq!(found.journal_head.unwrap(), found.store_head);
    assert_eq!(
        found.store.unwrap().get(3).unwrap(),
        found.journal.entry(3).unwrap()
    );
    assert!(before == snapshot(&record.dir));
}

fn collect(dir: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    for file in fs::read_dir(dir).unwrap() {
        let path = file.unwrap().path();
        if path.is_dir() {
            collect(&path, files)
        } else {
            files.push((path.clone(), fs::read(&path).unwrap()))
        }
    }
}
