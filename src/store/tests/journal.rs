//! Opening with a journal that is gone, behind, torn or half-way.

use super::*;

#[test]
fn a_journal_that_is_gone_is_written_again() {
    let record = Record::new(600);
    for emptied in [false, true] {
        fs::remove_dir_all(record.path("journal")).unwrap();
        if emptied {
            fs::create_dir(record.path("journal")).unwrap();
        }
        let (head, repair) = record.mend();
        assert_eq!(
            repair,
            Repair::JournalCompleted {
                from: None,
                to: head
            }
        );
        assert_eq!(head.seq, 600);
    }
}

#[test]
fn a_journal_behind_is_completed() {
    let record = Record::new(300);
    let old = record.copy_aside("journal");
    let before = record.open().head().unwrap();
    let head = record.append(400);
    record.put_back("journal", &old);
    assert_eq!(
        record.mend(),
        (
            head,
            Repair::JournalCompleted {
                from: Some(before),
                to: head
            }
        )
    );
}

#[test]
fn a_journal_cut_anywhere_is_completed_from_the_store() {
    let record = Record::new(4);
    let whole = fs::read(record.journal_file()).unwrap();
    let ends: Vec<usize> = whole
        .iter()
        .enumerate()
        .filter(|b| *b.1 == b'\n')
        .map(|b| b.0 + 1)
        .collect();
    for cut in [
        ends[3],
        ends[3] + 1,
        ends[3] + 100,
        whole.len() - 1,
        ends[0] - 1,
        1,
    ] {
        fs::write(record.journal_file(), &whole[..cut]).unwrap();
        let opened = Store::open(&record.dir, &options()).unwrap();
        let is_at_end = ends.contains(&cut);
        assert_eq!(
            opened.repairs.len(),
            if is_at_end { 1 } else { 2 },
            "cut at {cut}"
        );
        check(&opened.store);
    }
    assert!(fs::read(record.journal_file()).unwrap() == whole);
}

#[test]
fn a_torn_line_is_cut() {
    let record = Record::new(3);
    append_bytes(&record.journal_file(), b"{\"seq\":4,\"header\":\"5245");
    let (head, repair) = record.mend();
    assert_eq!((head.seq, repair), (3, Repair::TornLine { bytes: 23 }));
    append_bytes(&record.journal_file(), &[0; 4096]);
    assert_eq!(record.mend().1, Repair::TornLine { bytes: 4096 });
}

#[test]
fn a_last_line_that_is_no_entry_is_kept_aside() {
    let record = Record::new(3);
    append_bytes(&record.journal_file(), b"{\"seq\":4}\n");
    let (head, repair) = record.mend();
    let Repair::BadLine {
        bytes: 10,
        kept_as: Some(path),
    } = repair
    else {
        panic!("{repair}")
    };
    assert_eq!(
        (head.seq, fs::read(path).unwrap()),
        (3, b"{\"seq\":4}\n".to_vec())
    );
}

/// A power cut while the journal is completed may keep a later line and lose an earlier one.
#[test]
fn a_completion_that_had_not_ended_begins_again() {
    let record = Record::new(300);
    let old = record.copy_aside("journal");
    let before = record.open().head().unwrap();
    let len = fs::metadata(record.journal_file()).unwrap().len();
    let head = record.append(40);
    let whole = fs::read(record.journal_file()).unwrap();
    let mut holed = whole.clone();
    holed[len as usize + 100..len as usize + 5000].fill(0);
    fs::write(record.journal_file(), &holed).unwrap();
    let text = format!(
        "regesta intent 1\nfile 00000000000000000000.ndjson\nlength {len}\nhead 300 {} {}\nend\n",
        before.link, before.recorded_at.0
    );
    fs::write(record.path("completion.intent"), text).unwrap();
    let opened = Store::open(&record.dir, &options()).unwrap();
    let completed = Repair::JournalCompleted {
        from: Some(before),
        to: head,
    };
    assert_eq!(opened.repairs, [completed]);
    check(&opened.store);
    assert!(fs::read(record.journal_file()).unwrap() == whole);
    assert!(!record.path("completion.intent").exists());
    drop(opened);
    record.put_back("journal", &old);
    assert_eq!(record.mend().0, head);
}

/// The next file may have been begun, and nothing acknowledged in it.
#[test]
fn a_bad_line_alone_in_the_newest_file_is_kept_aside() {
    let record = Record::new(3);
    let next = record.path("journal").join("00000000000000000004.ndjson");
    fs::write(&next, "no entry\n").unwrap();
    let (head, repair) = record.mend();
    assert!(matches!(
        repair,
        Repair::BadLine {
            bytes: 9,
            kept_as: Some(_)
        }
    ));
    assert_eq!(head.seq, 3);
    fs::write(&next, "torn").unwrap();
    assert_eq!(record.mend().1, Repair::TornLine { bytes: 4 });
    assert_eq!(record.append(5).seq, 8);
    assert_eq!(fs::read_to_string(&next).unwrap().lines().count(), 5);
    check(&record.open());
}
