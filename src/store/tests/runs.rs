//! Sealing, runs, postings, and the journal's own reading.

use super::*;

#[test]
fn tails_are_sealed_at_256() {
    for count in [254, 255, 256, 257, 511, 512, 513] {
        let one_by_one = Record::new(0);
        let mut store = one_by_one.open();
        let mut head = store.head().unwrap();
        for entry in entries(&head.clone(), count) {
            head = store.append(&head, &[entry]).unwrap();
        }
        check(&store);
        drop(store);
        let together = Record::new(count);
        let (one, all) = (one_by_one.open(), together.open());
        check(&one);
        check(&all);
        assert_eq!(one.head().unwrap(), all.head().unwrap());
        assert_eq!(
            one.view().unwrap().runs().unwrap(),
            all.view().unwrap().runs().unwrap()
        );
    }
}

#[test]
fn large_bodies_stand_alone() {
    let record = Record::new(0);
    let mut store = record.open();
    let mut head = store.head().unwrap();
    // Text that does not compress, so that stored blocks have to be split.
    let noise = |len: usize, seed: u64| {
        let mut text = String::new();
        let mut block = blake3::hash(&seed.to_be_bytes());
        while text.len() < len {
            text.push_str(&block.to_hex());
            block = blake3::hash(block.as_bytes());
        }
        text.truncate(len);
        text
    };
    for (len, count) in [
        (5_000, 70),
        (120_000, 5),
        (4_000_000, 2),
        (10, 3),
        (300_000, 1),
    ] {
        let mut added = Vec::new();
        let mut at = head;
        for index in 0..count {
            added.push(entry_with(&at, &noise(len, index)));
            at = added[added.len() - 1].head();
        }
        head = store.append(&head, &added[..1]).unwrap();
        head = if count > 1 {
            store.append(&head, &added[1..]).unwrap()
        } else {
            head
        };
        let last = store.view().unwrap().get(head.seq).unwrap().unwrap();
        assert_eq!(last.raw(), added[added.len() - 1].raw());
    }
    drop(store);
    check(&record.open());
}

#[test]
fn postings_are_found_across_rewrites() {
    let record = Record::new(0);
    let mut store = record.open();
    let mut head = store.head().unwrap();
    for round in 0..12 {
        let added = entries(&head, if round % 3 == 0 { 1 } else { 400 });
        head = store.append(&head, &added).unwrap();
        let view = store.view().unwrap();
        for entry in [&added[0], &added[added.len() / 2]] {
            let hash = u64::from_be_bytes(*entry.link().0.first_chunk().unwrap());
            assert_eq!(view.find(0, hash..=hash).unwrap(), [entry.seq()]);
            let prefix = hash & !0xffff_ffff;
            assert!(
                view.find(0, prefix..=prefix | 0xffff_ffff)
                    .unwrap()
                    .contains(&entry.seq())
            );
        }
        for hash in [0, 1, head.seq / 4, head.seq / 2] {
            let expected: Vec<u64> = [2 * hash, 2 * hash + 1]
                .into_iter()
                .filter(|s| *s <= head.seq)
                .collect();
            assert_eq!(view.find(1, hash..=hash).unwrap(), expected);
        }
        assert!(
            view.find(1, 0..=u64::MAX)
                .unwrap()
                .into_iter()
                .eq(0..=head.seq)
        );
        assert!(view.find(1, head.seq..=u64::MAX).unwrap().is_empty());
        assert!(view.find(2, 0..=u64::MAX).unwrap().is_empty());
    }
    check(&store);
}

#[test]
fn single_appends_rewrite_postings_too() {
    let record = Record::new(0);
    let mut store = record.open();
    let mut head = store.head().unwrap();
    for entry in entries(&head.clone(), 1500) {
        head = store.append(&head, &[entry]).unwrap();
    }
    assert!(
        store
            .view()
            .unwrap()
            .find(1, 0..=u64::MAX)
            .unwrap()
            .into_iter()
            .eq(0..=1500)
    );
    check(&store);
}

#[test]
fn a_hole_in_a_run_is_damage() {
    let record = Record::new(600);
    let store = record.open();
    let view = store.view().unwrap();
    let rows = |name: &[u8]| {
        let mut rows = Vec::new();
        view.run(name, &mut |seq, _| {
            rows.push(seq);
            ControlFlow::Continue(())
        })
        .map(|()| rows)
    };
    assert!(rows(b"EU-1").unwrap().into_iter().eq((1..=600).step_by(3)));
    assert!(rows(b"EU-9").unwrap().is_empty());
    let tails = view.shelf.keys(shelf::Part::Hot, b"t", b"t").unwrap();
    for key in tails.iter().filter(|key| key.ends_with(&[0; 8])) {
        view.shelf.remove(shelf::Part::Hot, key).unwrap();
    }
    assert!(matches!(rows(b"EU-1"), Err(StoreError::Damaged { .. })));
    let faults = differences(view, INDEXING).unwrap();
    assert!(
        faults
            .iter()
            .any(|fault| matches!(fault, IndexFault::Unreadable { .. }))
    );
    drop(store);
    assert!(matches!(record.mend().1, Repair::StoreRebuilt { .. }));
}

#[test]
fn an_index_that_was_altered_is_told() {
    let record = Record::new(30);
    let store = record.open();
    let view = store.view().unwrap();
    let terms = view.shelf.keys(shelf::Part::Hot, b"u", b"u").unwrap();
    view.shelf.remove(shelf::Part::Hot, &terms[0]).unwrap();
    let faults = differences(view, INDEXING).unwrap();
    assert!(
        matches!(faults.as_slice(), [IndexFault::Terms { .. }]),
        "{faults:?}"
    );
}

#[test]
fn entries_are_found_in_the_journal() {
    let record = Record::new(0);
    let mut store = record.open();
    let head = store.head().unwrap();
    let added = entries(&head, 1000);
    store.append(&head, &added).unwrap();
    let journal = store.journal();
    for entry in &added {
        assert_eq!(
            journal.entry(entry.seq()).unwrap().unwrap().raw(),
            entry.raw()
        );
    }
    assert_eq!(journal.entry(1001).unwrap(), None);
    let mut seen = Vec::new();
    journal
        .read(990, &mut |raw| {
            seen.push(raw.seq());
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(seen.into_iter().eq(990..=1000));
}

#[test]
fn segments_cover_the_log() {
    let record = Record::new(9000);
    let store = record.open();
    let view = store.view().unwrap();
    let segments = view.segments().unwrap();
    assert_eq!(segments.len(), 2);
    let mut next = 0;
    for segment in &segments {
        view.read_segment(segment, &mut |raw| {
            assert_eq!(raw.seq(), next);
            next += 1;
            ControlFlow::Continue(())
        })
        .unwrap();
    }
    assert_eq!(next, 9001);
    check(&store);
}
