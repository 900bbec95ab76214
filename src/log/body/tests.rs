//! Canonical bodies: what is accepted, what is refused, and two readers that must agree.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

fn problem(json: &str) -> Problem {
    Body::canonicalize(json.as_bytes()).unwrap_err().problem
}

fn canonical(json: &str) -> String {
    Body::canonicalize(json.as_bytes())
        .unwrap()
        .as_str()
        .to_owned()
}

#[test]
fn spelling_is_made_one() {
    assert_eq!(
        canonical(" {\"b\" : [ 1 , -2 ],\r\n\"a\":null}\t"),
        r#"{"a":null,"b":[1,-2]}"#
    );
    let escapes = r#"{"a":"\/\u0041\u00e9\u000a\u001f\uD83D\ude00\"\\\b\f\r\t"}"#;
    assert_eq!(
        canonical(escapes),
        "{\"a\":\"/Aé\\n\\u001f😀\\\"\\\\\\b\\f\\r\\t\"}"
    );
    assert_eq!(
        canonical(r#"{"b":{"d":1,"c":{}},"a":[[]],"":0}"#),
        r#"{"":0,"a":[[]],"b":{"c":{},"d":1}}"#
    );
    // Order is that of the meaning, not of the spelling: `"` (0x22) stands before `A`, though `\` (0x5c) does not.
    assert_eq!(
        canonical(r#"{"A":1,"\"":2,"\u0001":3}"#),
        r#"{"\u0001":3,"\"":2,"A":1}"#
    );
    assert_eq!(
        canonical(r#"{"a":9007199254740991,"b":-9007199254740991}"#).len(),
        44
    );
}

#[test]
fn each_problem_is_named() {
    assert_eq!(problem("[]"), Problem::NotAnObject);
    assert_eq!(problem(""), Problem::NotAnObject);
    assert_eq!(problem("{} {}"), Problem::Trailing);
    assert_eq!(problem("\u{feff}{}"), Problem::ByteOrderMark);
    assert_eq!(
        problem(r#"{"a":1,"b":2,"\u0061":3}"#),
        Problem::DuplicateKey { key: "a".into() }
    );
    assert_eq!(problem(r#"{"é":1}"#), Problem::KeyNotAscii);
    assert_eq!(problem(r#"{"a":1.0}"#), Problem::Float);
    assert_eq!(problem(r#"{"a":1e2}"#), Problem::Float);
    assert_eq!(problem(r#"{"a":-0}"#), Problem::NegativeZero);
    assert_eq!(problem(r#"{"a":9007199254740992}"#), Problem::IntegerTooBig);
    assert_eq!(problem(r#"{"a":"\ud800"}"#), Problem::LoneSurrogate);
    assert_eq!(problem(r#"{"a":"\ud800\ud800"}"#), Problem::LoneSurrogate);
    assert_eq!(problem("{\"a\":\"\n\"}"), Problem::ControlCharacter);
    assert_eq!(problem(r#"{"a":"\x"}"#), Problem::Escape);
    assert_eq!(
        Body::canonicalize(b"{\"a\":\"\xff\"}").unwrap_err().problem,
        Problem::Utf8
    );
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(problem(&nested(64)), Problem::TooDeep);
    assert!(Body::canonicalize(nested(63).as_bytes()).is_ok());
    let long = |len: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(len - 8));
    assert!(matches!(
        problem(&long(MAX_BODY_LEN as usize + 1)),
        Problem::TooLong { .. }
    ));
    assert_eq!(
        Body::canonicalize(long(MAX_BODY_LEN as usize).as_bytes())
            .unwrap()
            .len(),
        MAX_BODY_LEN
    );
}

#[test]
fn the_place_is_told() {
    let error = Body::canonicalize("{\n  \"é\" : 1,\n  \"b\": \"é\" 2}".as_bytes()).unwrap_err();
    assert_eq!((error.line, error.column), (2, 3));
    let error = Body::canonicalize("{\n  \"b\": \"éé\" 2}".as_bytes()).unwrap_err();
    assert_eq!((error.offset, error.line, error.column), (16, 2, 13));
    assert_eq!(error.to_string(), "line 2, column 13: expected `,` or `}`");
}

#[test]
fn the_scanner_takes_only_the_canonical_form() {
    let bad = [
        "",
        " {}",
        "{} ",
        "{ }",
        "[]",
        r#"{"a": 1}"#,
        r#"{"a" :1}"#,
        r#"{"b":1,"a":2}"#,
        r#"{"a":1,"a":2}"#,
        r#"{"a":01}"#,
        r#"{"a":-0}"#,
        r#"{"a":-}"#,
        r#"{"a":1.5}"#,
        r#"{"a":9007199254740992}"#,
        r#"{"a":99999999999999999999999}"#,
        r#"{"a":"\/"}"#,
        r#"{"a":"\u0041"}"#,
        r#"{"a":"\u000a"}"#,
        r#"{"a":"\u001F"}"#,
        r#"{"a":"\u0008"}"#,
        r#"{"a":"\u00e9"}"#,
        r#"{"a":[1,]}"#,
        r#"{"a":1,}"#,
        r#"{"a":"x}"#,
        r#"{"A":1,"\"":2}"#,
        r#"{"é":1}"#,
        "{\"a\":\"\u{1}\"}",
        r#"{"a":nul}"#,
        r#"{"a"}"#,
        r#"{"a":"\"#,
        r#"{"a":"\u00"#,
    ];
    for json in bad {
        assert!(check_canonical(json.as_bytes()).is_err(), "{json}");
    }
    for json in [
        r#"{"\"":1,"A":2}"#,
        r#"{"a":"\u000b\u001f\u007f"}"#.replace("\\u007f", "\u{7f}").as_str(),
        "{}",
    ] {
        check_canonical(json.as_bytes()).unwrap();
    }
}

fn shared(path: &str) -> Option<Vec<PathBuf>> {
    let root = std::env::var_os("REGESTA_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let Ok(files) = fs::read_dir(root.join("vectors").join(path)) else {
        println!(
            "skipped: no test vectors at {}",
            root.join("vectors").join(path).display()
        );
        return None;
    };
    Some(files.map(|file| file.unwrap().path()).collect())
}

/// What our subset refuses though JSON has it.
fn is_outside(problem: &Problem) -> bool {
    matches!(
        problem,
        Problem::Float
            | Problem::NegativeZero
            | Problem::IntegerTooBig
            | Problem::DuplicateKey { .. }
            | Problem::KeyNotAscii
            | Problem::LoneSurrogate
    )
}

#[test]
fn json_test_suite() {
    let mut seen = 0;
    for path in shared("json-test-suite/test_parsing").unwrap_or_default() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let json = fs::read(&path).unwrap();
        let wrapped = [b"{\"a\":".as_slice(), &json, b"}"].concat();
        for json in [&json, &wrapped] {
            let read = read::canonicalize(json);
            assert_eq!(
                Body::canonicalize(json).map(|body| body.as_str().to_owned()),
                read,
                "{name}"
            );
            match (&name[..2], &read) {
                ("y_", Err(e)) => assert!(
                    is_outside(&e.problem)
                        || (e.problem == Problem::NotAnObject && *json != wrapped),
                    "{name}: {e}"
                ),
                // What is wrong alone may be right when wrapped: nothing, or a value followed by nothing.
                ("n_", Ok(_)) => panic!("{name} was accepted"),
                (_, Ok(text)) => assert_eq!(check_canonical(text.as_bytes()), Ok(text.as_str())),
                _ => {}
            }
            seen += 1;
        }
    }
    assert!(seen == 0 || seen > 600);
}

#[test]
fn jcs_vectors() {
    for path in shared("jcs/testdata/input").unwrap_or_default() {
        let expected = path
            .parent()
            .unwrap()
            .with_file_name("output")
            .join(path.file_name().unwrap());
        let expected = fs::read(expected).unwrap();
        match Body::canonicalize(&fs::read(&path).unwrap()) {
            Ok(body) => assert_eq!(
                body.as_bytes(),
                expected.trim_ascii_end(),
                "{}",
                path.display()
            ),
            Err(e) => assert!(
                is_outside(&e.problem) || e.problem == Problem::NotAnObject,
                "{}: {e}",
                path.display()
            ),
        }
        assert_eq!(
            check_canonical(expected.trim_ascii_end()).is_ok(),
            read::canonicalize(&expected).is_ok()
        );
    }
}

fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Into::into),
        "\\PC{0,12}".prop_map(Into::into),
        "[\\x00-\\x7f]{0,20}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            object(inner).prop_map(Into::into),
        ]
    })
}

fn object(
    inner: impl Strategy<Value = serde_json::Value>,
) -> impl Strategy<Value = serde_json::Map<String, serde_json::Value>> {
    prop::collection::btree_map("[\\x00-\\x7f]{0,6}", inner, 0..6)
        .prop_map(|members| members.into_iter().collect())
}

proptest! {
    #[test]
    fn reader_and_scanner_agree(value in object(value()), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let value = serde_json::Value::Object(value);
        let pretty = serde_json::to_vec_pretty(&value).unwrap();
        let body = Body::canonicalize(&pretty).unwrap();
        prop_assert_eq!(check_canonical(body.as_bytes()), Ok(body.as_str()));
        prop_assert_eq!(&serde_json::from_slice::<serde_json::Value>(body.as_bytes()).unwrap(), &value);
        let mut mutated = body.as_bytes().to_vec();
        let at = at.index(mutated.len());
        mutated[at] = byte;
        // Not by way of `Body`, which asks the scanner first.
        let reread = read::canonicalize(&mutated).ok();
        let is_canonical = reread.is_some_and(|again| again.as_bytes() == mutated.as_slice());
        prop_assert_eq!(check_canonical(&mutated).is_ok(), is_canonical);
    }
}
