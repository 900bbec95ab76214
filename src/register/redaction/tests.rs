//! What a redaction leaves of the law: everything but what was erased.

use super::*;
use crate::domain::{Day, Status};
use crate::log::{Commitment, Follows, Head, Recorded, Salt};
use crate::register::{Admission, Ask, History, Refusal};
use proptest::prelude::*;

const REGIME: &str = "EU-TEST";

fn decision(id: &str, on: &str, until: Option<&str>, effects: Value) -> Value {
    let mut dates = json!({"adopted_on": on, "in_force": on});
    if let Some(until) = until {
        dates["until"] = until.into();
    }
    json!({
        "by": "test", "id": id, "title": id, "authority": "eu-council", "dates": dates, "effects": effects,
        "sources": [{"at": "https://example.org", "tier": "primary"}],
    })
}

fn established() -> Value {
    let effects = json!([{"established": {"regime": REGIME, "title": "Test"}}]);
    decision("base", "2024-01-01", Some("2024-12-31"), effects)
}

fn list(id: &str, on: &str, who: &str) -> Value {
    let subject = json!({"id": who, "name": who, "type": "person"});
    let effects = json!([{"listed": {"regime": REGIME, "subject": subject}}]);
    decision(id, on, None, effects)
}

fn delist(id: &str, on: &str, who: &str) -> Value {
    let effects = json!([{"delisted": {"regime": REGIME, "subject": who}}]);
    decision(id, on, None, effects)
}

fn renew(id: &str, on: &str, until: &str) -> Value {
    decision(
        id,
        on,
        Some(until),
        json!([{"renewed": {"regime": REGIME}}]),
    )
}

fn survey(through: &str) -> Value {
    json!({"by": "test", "survey": REGIME, "through": through, "basis": "all",
           "sources": [{"at": "https://example.org", "tier": "primary"}]})
}

fn kind_of(body: &Value) -> Kind {
    match (body.get("survey"), body.get("withdraws")) {
        (Some(_), _) => Kind::Survey,
        (_, Some(_)) => Kind::Rectification,
        _ => Kind::Decision,
    }
}

/// The entry at that position with that body; what it follows does not matter here.
fn entry(seq: u64, body: &Value) -> Entry {
    let before = Head {
        seq: seq - 1,
        link: Link([7; 32]),
        recorded_at: Recorded(0),
    };
    let kind = kind_of(body);
    let body = Body::canonicalize(body.to_string().as_bytes()).unwrap();
    let (follows, salt) = (Follows::Head(&before), Salt([9; 32]));
    Entry::seal(follows, Recorded(0), kind, 1, Commitment::new(salt, body)).unwrap()
}

fn rows(bodies: &[Value]) -> Vec<(u64, Row)> {
    let mut rows = Vec::new();
    for (n, body) in bodies.iter().enumerate() {
        let of = crate::register::project(kind_of(body), &body.to_string()).unwrap();
        rows.extend(of.rows.into_iter().map(|(_, row)| (n as u64 + 1, row)));
    }
    rows
}

/// The rows after the entry at `seq` was redacted, as the next entry.
fn redacted(bodies: &[Value], seq: u64, with: Option<&Value>) -> Vec<(u64, Row)> {
    let by = bodies.len() as u64 + 1;
    let with = with.map(|body| Draft::read(body.to_string().as_bytes(), "with", "test").unwrap());
    let erased = entry(seq, &bodies[usize::try_from(seq).unwrap() - 1]);
    let (_, new) = draft_of_redaction(&erased, "privacy", "test", with.as_ref(), None).unwrap();
    let mut rows = rows(bodies);
    rows.retain(|(at, _)| *at != seq);
    rows.extend(new.rows.into_iter().map(|(_, row)| (by, row)));
    rows
}

fn history(rows: Vec<(u64, Row)>) -> History {
    History::new(REGIME.parse().unwrap(), rows)
}

fn ask(on: &str) -> Ask {
    let today: Day = "2026-11-24".parse().unwrap();
    Ask::new(on.parse().unwrap(), None, u64::MAX, today)
}

#[test]
fn what_stands_in_its_place_stands_at_its_position() {
    let bodies = [
        established(),
        list("l", "2024-02-01", "ann"),
        renew("r", "2024-06-01", "2025-12-31"),
    ];
    let history = history(redacted(
        &bodies,
        2,
        Some(&list("l", "2024-02-01", "person-a")),
    ));
    let known = |known_at| {
        let ask = Ask {
            known_at,
            ..ask("2024-07-01")
        };
        let state = history.view(&ask).state();
        let names: Vec<_> = state.listings.into_iter().map(|one| one.name).collect();
        (names, state.redactions)
    };
    assert_eq!(
        known(1),
        (vec![], vec![]),
        "before it was recorded there was nothing to redact"
    );
    let said = Redacted {
        entry: 2,
        ground: "privacy".to_owned(),
        by_entry: 4,
        replaced: true,
    };
    for at in [2, 3, 4] {
        assert_eq!(
            known(at),
            (vec!["person-a".to_owned()], vec![said.clone()]),
            "known at {at}"
        );
    }
}

#[test]
fn an_erased_term_takes_earlier_surveys_with_it_and_an_erased_listing_does_not() {
    let bodies = [
        established(),
        list("l", "2024-02-01", "ann"),
        renew("r", "2024-06-01", "2025-12-31"),
        survey("2026-06-30"),
    ];
    let status = |rows: Vec<(u64, Row)>| {
        history(rows)
            .view(&ask("2026-01-01"))
            .state()
            .standing
            .status
    };
    assert_eq!(status(rows(&bodies)), Status::Lapsed);
    assert_eq!(status(redacted(&bodies, 2, None)), Status::Lapsed);
    assert_eq!(
        status(redacted(&bodies, 3, None)),
        Status::Unknown,
        "it may have been renewed for longer"
    );
    assert_eq!(
        status(redacted(&bodies, 3, Some(&bodies[2]))),
        Status::Lapsed
    );
    let mut later = redacted(&bodies, 3, None);
    later.extend(
        rows(&[survey("2026-12-31")])
            .into_iter()
            .map(|(_, row)| (6, row)),
    );
    assert_eq!(
        status(later),
        Status::Lapsed,
        "a survey made since knows what is left"
    );
}

#[test]
fn what_was_admitted_is_admitted_again_without_what_it_built_on() {
    let regime: RegimeKey = REGIME.parse().unwrap();
    let bodies = [
        established(),
        list("l", "2024-02-01", "ann"),
        delist("d", "2024-03-01", "ann"),
        list("l2", "2024-04-01", "ann"),
        renew("r", "2024-06-01", "2025-12-31"),
    ];
    let mut cut = rows(&bodies);
    cut.retain(|(seq, _)| *seq != 2);
    assert!(
        !Admission::again(&regime, &cut).is_empty(),
        "the delisting does build on the listing"
    );
    for seq in 1..=5 {
        let without = redacted(&bodies, seq, None);
        assert_eq!(
            Admission::again(&regime, &without),
            [],
            "without entry {seq}"
        );
        assert_eq!(
            Admission::dependents(&regime, &without, 99, None),
            [] as [u64; 0]
        );
    }
    let other = list("l", "2024-02-01", "person-a");
    assert_eq!(
        Admission::again(&regime, &redacted(&bodies, 2, Some(&other))),
        []
    );
}

#[test]
fn after_a_redaction_new_entries_are_judged_by_what_is_left() {
    let regime: RegimeKey = REGIME.parse().unwrap();
    let bodies = [established(), list("l", "2024-02-01", "ann")];
    let judge = |rows: &[(u64, Row)], body: &Value| {
        let mut admission = Admission::default();
        admission.load(regime.clone(), rows);
        let new = crate::register::project(Kind::Decision, &body.to_string()).unwrap();
        admission.admit(4, &new).map(|_| ())
    };
    let delisting = delist("d", "2024-05-01", "ann");
    assert_eq!(
        judge(&redacted(&bodies, 2, None), &delisting),
        Ok(()),
        "ann may have been in it"
    );
    let twice = decision(
        "again",
        "2024-05-01",
        None,
        json!([{"established": {"regime": REGIME, "title": "Again"}}]),
    );
    assert!(
        matches!(
            judge(&redacted(&bodies, 2, None), &twice),
            Err(Refusal::AlreadyEstablished { .. })
        ),
        "an erased listing leaves the regime itself beyond doubt"
    );
    let other = redacted(&bodies, 2, Some(&list("l", "2024-02-01", "person-a")));
    assert!(matches!(
        judge(&other, &delisting),
        Err(Refusal::NotListed { .. })
    ));
}

#[test]
fn what_cannot_be_redacted_says_why() {
    let body = list("l", "2024-02-01", "ann");
    let entry = entry(2, &body);
    let with = |body: &Value| Draft::read(body.to_string().as_bytes(), "with", "test").unwrap();
    let try_with = |body: &Value| draft_of_redaction(&entry, "x", "test", Some(&with(body)), None);
    assert!(matches!(
        draft_of_redaction(&entry, " ", "test", None, None),
        Err(NotRedacted::NoGround)
    ));
    assert!(matches!(
        try_with(&list("m", "2024-02-01", "ann")),
        Err(NotRedacted::Other { .. })
    ));
    assert!(matches!(
        try_with(&survey("2024-12-31")),
        Err(NotRedacted::Other { .. })
    ));
    let elsewhere = list("l", "2024-02-01", "ann")
        .to_string()
        .replace(REGIME, "EU-OTHER");
    let elsewhere: Value = serde_json::from_str(&elsewhere).unwrap();
    assert!(matches!(
        try_with(&elsewhere),
        Err(NotRedacted::Regime { .. })
    ));
    let gone = entry.clone().erased();
    assert!(matches!(
        draft_of_redaction(&gone, "x", "test", None, None),
        Err(NotRedacted::Gone { seq: 2 })
    ));
}

#[test]
fn an_erased_id_is_known_again_and_not_told() {
    let body = list("secret-id", "2024-02-01", "ann");
    let entry = entry(2, &body);
    let of = |key| {
        let (body, _) = draft_of_redaction(&entry, "x", "test", None, key).unwrap();
        assert!(!body.as_str().contains("secret-id") && !body.as_str().contains("ann"));
        Withheld::of(3, &body).unwrap()
    };
    let kept = of(Some([5; 32]));
    assert!(kept.is("secret-id") && !kept.is("secret-ie"));
    assert!(!of(None).is("secret-id"));
}

/// Decisions about two people over one year.
fn decisions() -> impl Strategy<Value = Vec<Value>> {
    let one = (0u8..3, 2i64..360, prop::bool::ANY).prop_map(|(kind, n, who)| {
        let start: Day = "2024-01-01".parse().unwrap();
        let on = start.plus_days(n);
        (kind, on, if who { "ann" } else { "bob" })
    });
    prop::collection::vec(one, 1..12).prop_map(|chosen| {
        let of = |(n, (kind, on, who)): (usize, (u8, Day, &str))| match kind {
            0 => list(&format!("l{n}"), &on.to_string(), who),
            1 => delist(&format!("d{n}"), &on.to_string(), who),
            _ => renew(
                &format!("r{n}"),
                &on.to_string(),
                &on.plus_days(90).to_string(),
            ),
        };
        let decisions = chosen.into_iter().enumerate().map(of);
        std::iter::once(established()).chain(decisions).collect()
    })
}

fn names(body: &Value, who: &str) -> bool {
    body.to_string().contains(&format!("\"{who}\""))
}

proptest! {
    #[test]
    fn a_redaction_changes_no_other_answer(bodies in decisions(), pick in any::<prop::sample::Index>(), n in 0i64..400, known in 1u64..14) {
        let start: Day = "2024-01-01".parse().unwrap();
        let ask = Ask { known_at: known, ..ask(&start.plus_days(n).to_string()) };
        let seq = pick.index(bodies.len()) as u64 + 1;
        let erased = &bodies[pick.index(bodies.len())];
        let before = history(rows(&bodies)).view(&ask).state();
        // The same text in its place changes nothing but that it is said.
        let mut same = history(redacted(&bodies, seq, Some(erased))).view(&ask).state();
        let said = std::mem::take(&mut same.redactions);
        prop_assert_eq!(said.len(), usize::from(seq <= known));
        prop_assert_eq!(&same, &before);
        // Without one, the answer is that of a log which never held it.
        let mut without = history(redacted(&bodies, seq, None)).view(&ask).state();
        let said = std::mem::take(&mut without.redactions);
        prop_assert_eq!(said.len(), usize::from(seq <= known));
        let mut cut = rows(&bodies);
        cut.retain(|(at, _)| *at != seq);
        prop_assert_eq!(&without, &history(cut).view(&ask).state());
        // Whoever was not named in it stands where he stood; and the regime, if nothing but a listing was erased.
        let about = |state: &crate::register::RegimeState, who: &str| {
            state.listings.iter().find(|one| one.subject.as_str() == who).cloned()
        };
        if names(erased, "ann") || names(erased, "bob") {
            let other = if names(erased, "ann") { "bob" } else { "ann" };
            prop_assert_eq!(about(&without, other), about(&before, other));
        }
    }

    #[test]
    fn what_was_admitted_stays_admitted(bodies in decisions(), pick in any::<prop::sample::Index>()) {
        let regime: RegimeKey = REGIME.parse().unwrap();
        let refused = Admission::again(&regime, &rows(&bodies));
        let admitted: Vec<Value> = bodies.iter().enumerate()
            .filter(|(n, _)| !refused.iter().any(|(seq, _)| *seq == *n as u64 + 1))
            .map(|(_, body)| body.clone()).collect();
        prop_assume!(Admission::again(&regime, &rows(&admitted)).is_empty());
        let seq = pick.index(admitted.len()) as u64 + 1;
        let without = redacted(&admitted, seq, None);
        prop_assert_eq!(Admission::again(&regime, &without), vec![]);
    }

    #[test]
    fn a_rectification_to_the_same_content_changes_nothing(bodies in decisions(), pick in any::<prop::sample::Index>(), n in 0i64..400) {
        let start: Day = "2024-01-01".parse().unwrap();
        let ask = ask(&start.plus_days(n).to_string());
        let seq = pick.index(bodies.len()) as u64 + 1;
        let same = json!({"by": "test", "withdraws": {"seq": seq, "link": "00", "regimes": [REGIME]},
            "because": "nothing", "replacement": bodies[pick.index(bodies.len())]});
        let law = |bodies: &[Value]| {
            let state = history(rows(bodies)).view(&ask).state();
            let standing = |one: &crate::register::Standing| (one.status, one.since, one.until.clone());
            let listings: Vec<_> = state.listings.iter().map(|one| (one.name.clone(), standing(&one.standing))).collect();
            (standing(&state.standing), listings)
        };
        prop_assert_eq!(law(&[&bodies[..], &[same]].concat()), law(&bodies));
    }
}
