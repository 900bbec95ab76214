//! The format, pinned, and every way an entry can be wrong.

use super::*;

fn origin() -> Origin {
    "example.org/sanctions".parse().unwrap()
}

fn body(json: &str) -> Body {
    Body::canonicalize(json.as_bytes()).unwrap()
}

fn opening() -> Entry {
    let body = body(r#"{"by":"clerk","origin":"example.org/sanctions"}"#);
    let follows = Follows::Nothing;
    Entry::seal(
        follows,
        Recorded(0),
        Kind::Opening,
        1,
        Commitment::new(Salt([0x11; 32]), body),
    )
    .unwrap()
}

fn decision() -> Entry {
    let body = body(r#"{"by":"clerk","act":"2014/512/CFSP"}"#);
    let head = opening().head();
    let follows = Follows::Head(&head);
    Entry::seal(
        follows,
        Recorded(1_000_000),
        Kind::Decision,
        1,
        Commitment::new(Salt([0x22; 32]), body),
    )
    .unwrap()
}

fn text_of(entry: &Entry) -> String {
    let mut out = Vec::new();
    line(entry, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn digests_are_pinned() {
    assert_eq!(origin().link(), opening().header().prev);
    let pinned = "6c98f6d76f61e7a035c21309aa8af1dad04328fa2d0fa9b19f7a4d986693d793";
    assert_eq!(origin().link().to_string(), pinned);
    let pinned = "0a298911547a066b2ee758164344bad50f88125a72f12fdcd3a352900e99d3c3";
    assert_eq!(opening().link().to_string(), pinned);
    let pinned = concat!(
        r#"{"seq":1,"header":"5245474553544101"#,
        "0000000000000001",
        "0a298911547a066b2ee758164344bad50f88125a72f12fdcd3a352900e99d3c3",
        "00000000000f4240",
        "01",
        "01",
        "0000",
        "00000024",
        r#"a0ae56078cad035f067c2d9999fc1af4b5e8e32e9a863c2c688899c9a508831b","#,
        r#""link":"81a788e836b95de929f783a0e5c6e67697d53768c304f3125bde61b6acaccce9","#,
        r#""salt":"2222222222222222222222222222222222222222222222222222222222222222","#,
        r#""body":{"act":"2014/512/CFSP","by":"clerk"}}"#,
        "\n",
    );
    assert_eq!(text_of(&decision()), pinned);
}

#[test]
fn a_line_is_read_back() {
    for entry in [opening(), decision(), decision().erased()] {
        let text = text_of(&entry);
        let raw = parse_line(text.trim_end().as_bytes()).unwrap();
        assert_eq!(raw, entry.raw());
        let head = opening().head();
        let follows = if entry.seq() == 0 {
            Follows::Nothing
        } else {
            Follows::Head(&head)
        };
        assert_eq!(Entry::check(&raw, follows).unwrap(), entry);
    }
    assert!(text_of(&decision().erased()).ends_with("\"salt\":null,\"body\":null}\n"));
}

#[test]
fn every_changed_byte_of_a_line_is_noticed() {
    let text = text_of(&decision());
    let line = text.trim_end().as_bytes();
    let head = opening().head();
    for at in 0..line.len() {
        for flip in [1, 0x20, 0x80] {
            let mut line = line.to_vec();
            line[at] ^= flip;
            let taken =
                parse_line(&line).is_ok_and(|raw| Entry::check(&raw, Follows::Head(&head)).is_ok());
            assert!(!taken, "byte {at} ^ {flip:#x}");
        }
        assert!(parse_line(&line[..at]).is_err(), "cut at {at}");
    }
    assert!(parse_line(&[line, b" "].concat()).is_err());
    assert!(parse_line(text.replace(":1,", ":01,").trim_end().as_bytes()).is_err());
}

#[test]
fn a_header_is_checked() {
    let good = decision().raw().header;
    assert_eq!(Header::decode(&good).unwrap().encode(), good);
    let with = |at: usize, byte: u8| {
        let mut bytes = good;
        bytes[at] = byte;
        Header::decode(&bytes)
    };
    assert_eq!(with(0, b'r').unwrap_err(), HeaderError::Magic);
    assert_eq!(with(7, 2).unwrap_err(), HeaderError::Version { found: 2 });
    assert_eq!(
        with(59, 1).unwrap_err(),
        HeaderError::Flags { seq: 1, flags: 1 }
    );
    assert_eq!(with(57, 0).unwrap_err(), HeaderError::Schema { seq: 1 });
    assert!(matches!(
        with(60, 1).unwrap_err(),
        HeaderError::BodyLen { .. }
    ));
    assert_eq!(with(56, 77).unwrap().kind, Kind::Unknown(77));
}

#[test]
fn sealing_refuses_what_cannot_follow() {
    let head = decision().head();
    let seal = |follows, at, kind, schema| {
        Entry::seal(
            follows,
            Recorded(at),
            kind,
            schema,
            Commitment::new(Salt([0; 32]), body("{}")),
        )
    };
    let follows = Follows::Head(&head);
    assert!(matches!(
        seal(follows, 999_999, Kind::Survey, 1),
        Err(SealError::TimeWentBack { .. })
    ));
    assert!(matches!(
        seal(follows, i64::MAX, Kind::Unknown(9), 1),
        Err(SealError::Kind { .. })
    ));
    assert!(matches!(
        seal(follows, i64::MAX, Kind::Unknown(1), 0),
        Err(SealError::Schema)
    ));
    assert!(matches!(
        seal(follows, i64::MAX, Kind::Opening, 1),
        Err(SealError::Opening { .. })
    ));
    let nothing = Follows::Origin(&origin());
    assert!(matches!(
        seal(nothing, 0, Kind::Decision, 1),
        Err(SealError::Opening { .. })
    ));
    assert!(seal(follows, 1_000_000, Kind::Survey, 1).is_ok());
}

#[test]
fn checking_finds_each_fault() {
    let (opening, decision) = (opening(), decision());
    let head = opening.head();
    let raw = decision.raw();
    let check =
        |raw: &RawEntry<'_>, head: &Head| Entry::check(raw, Follows::Head(head)).unwrap_err();
    assert!(matches!(
        check(&raw, &decision.head()),
        EntryError::Seq {
            expected: 2,
            found: 1
        }
    ));
    let other = Head {
        link: Link([7; 32]),
        ..head
    };
    assert!(matches!(
        check(&raw, &other),
        EntryError::Prev { seq: 1, .. }
    ));
    let later = Head {
        recorded_at: Recorded(i64::MAX),
        ..head
    };
    assert!(matches!(
        check(&raw, &later),
        EntryError::TimeWentBack { seq: 1, .. }
    ));
    let wrong = RawEntry {
        link: Link([7; 32]),
        ..raw
    };
    assert!(matches!(
        check(&wrong, &head),
        EntryError::Link { seq: 1, .. }
    ));
    let short = RawContents {
        salt: Salt([0x22; 32]),
        body: b"{}",
    };
    let wrong = RawEntry {
        contents: Some(short),
        ..raw
    };
    assert!(matches!(
        check(&wrong, &head),
        EntryError::BodyLen {
            seq: 1,
            found: 2,
            ..
        }
    ));
    let salt = RawContents {
        salt: Salt([0; 32]),
        ..raw.contents.unwrap()
    };
    let wrong = RawEntry {
        contents: Some(salt),
        ..raw
    };
    assert!(matches!(
        check(&wrong, &head),
        EntryError::Digest { seq: 1, .. }
    ));
    let elsewhere: Origin = "example.org/other".parse().unwrap();
    let wrong = Entry::check(&opening.raw(), Follows::Origin(&elsewhere));
    assert!(matches!(wrong, Err(EntryError::Prev { seq: 0, .. })));
}

#[test]
fn an_origin_is_printable() {
    let long = "x".repeat(255);
    for good in ["regesta.local/0123456789abcdef", "é", long.as_str()] {
        assert_eq!(good.parse::<Origin>().unwrap().as_str(), good);
    }
    let longer = "x".repeat(256);
    for bad in [
        "",
        "a b",
        "a+b",
        "a\u{0}",
        "a\u{a0}b",
        "a\u{200b}",
        longer.as_str(),
    ] {
        assert!(bad.parse::<Origin>().is_err(), "{bad}");
    }
}

#[test]
fn texts_are_read_back() {
    let link = decision().link();
    assert_eq!(link.to_string().parse(), Ok(link));
    assert_eq!(serde_json::to_string(&link).unwrap(), format!("\"{link}\""));
    assert!(link.to_string().to_uppercase().parse::<Link>().is_err());
    let at = Recorded(1_732_000_000_123_456);
    assert_eq!(at.to_string(), "2024-11-19T07:06:40.123456Z");
    assert_eq!(at.to_string().parse(), Ok(at));
    assert_eq!(format!("{:.12}", link).len(), 12);
}
