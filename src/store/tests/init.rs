//! New records.

use super::*;

fn export(record: &Record) -> Vec<u8> {
    fs::read(record.journal_file()).unwrap()
}

#[test]
fn an_export_makes_the_same_record() {
    let record = Record::new(600);
    let export = export(&record);
    let copy = record.dir.with_file_name("again");
    let head = init_from(&copy, export.as_slice(), INDEXING).unwrap();
    assert_eq!(head, record.open().head().unwrap());
    let Opened { store, repairs } = Store::open(&copy, &options()).unwrap();
    assert_eq!(repairs, []);
    check(&store);
    assert!(fs::read(copy.join("journal/00000000000000000000.ndjson")).unwrap() == export);
}

#[test]
fn a_bad_export_is_refused_by_line() {
    let record = Record::new(5);
    let text = String::from_utf8(export(&record)).unwrap();
    let refuse = |text: &str| {
        let copy = record.dir.with_file_name("again");
        let error = init_from(&copy, text.as_bytes(), INDEXING).unwrap_err();
        assert!(!copy.exists());
        assert_eq!(
            fs::read_dir(copy.parent().unwrap()).unwrap().count(),
            1,
            "nothing is left over"
        );
        error.to_string()
    };
    assert_eq!(
        refuse(&text.replace(r#""act":"3""#, r#""act":"4""#)),
        "line 4 cannot be taken in"
    );
    assert_eq!(refuse(text.trim_end()), "line 6 cannot be taken in");
    let without: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with("{\"seq\":2,"))
        .collect();
    assert_eq!(
        refuse(&(without.join("\n") + "\n")),
        "line 3 cannot be taken in"
    );
    assert_eq!(
        refuse(&text.replace("\n", "\r\n")),
        "line 1 cannot be taken in"
    );
    assert_eq!(refuse(""), "the export has no lines");
}

#[test]
fn a_place_that_is_taken_is_refused() {
    let record = Record::new(1);
    let again = |dir: &Path| init(dir, &opening(), INDEXING).unwrap_err();
    assert!(matches!(
        again(&record.dir),
        StoreError::AlreadyARecord { .. }
    ));
    let full = record.dir.with_file_name("full");
    fs::create_dir(&full).unwrap();
    init(&full, &opening(), INDEXING).unwrap();
    fs::remove_file(full.join("version")).unwrap();
    assert!(matches!(again(&full), StoreError::NotEmpty { .. }));
    assert!(matches!(
        Store::open(&full, &options()),
        Err(StoreError::NotARecord { .. })
    ));
    assert!(matches!(
        Journal::of(&full),
        Err(StoreError::NotARecord { .. })
    ));
}

#[test]
fn a_newer_record_is_left_alone() {
    let record = Record::new(1);
    fs::write(record.path("version"), "regesta record 7\n").unwrap();
    let newer = StoreError::NewerVersion {
        found: 7,
        supported: 1,
    }
    .to_string();
    assert_eq!(
        Store::open(&record.dir, &options())
            .unwrap_err()
            .to_string(),
        newer
    );
    assert_eq!(
        init(&record.dir, &opening(), INDEXING)
            .unwrap_err()
            .to_string(),
        newer
    );
    assert_eq!(
        examine(&record.dir, Duration::ZERO, INDEXING)
            .unwrap_err()
            .to_string(),
        newer
    );
}

#[test]
fn what_a_killed_init_left_is_cleared() {
    let record = Record::new(1);
    let parent = record.dir.parent().unwrap();
    let left = parent.join(".again.init-abc123");
    copy(&record.dir, &left);
    init(&parent.join("again"), &opening(), INDEXING).unwrap();
    assert!(!left.exists());
}
