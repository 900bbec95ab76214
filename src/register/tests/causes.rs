//! Causes of differences, in small worlds.

use super::*;

/// The causes of what is different on one listing or measure, and the acts.
fn causes(history: &History, a: &Ask, b: &Ask, part: &str) -> Vec<(Cause, Vec<String>)> {
    let changes = Diff::between(history, a, b).changes.into_iter();
    let own = changes.filter(|one| one.line.part() == Some(part));
    own.map(|one| {
        let acts = one.because.into_iter().map(|reason| reason.act);
        (one.cause, acts.collect())
    })
    .collect()
}

fn acts(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn annulled(id: &str, on: &str, acts: &[&str]) -> Value {
    decision(
        id,
        json!({"adopted_on": on}),
        json!([{"annulled": {"regime": REGIME, "acts": acts, "subject": "ann"}}]),
    )
}

#[test]
fn a_court_reaches_back_by_annulling_and_by_setting_aside() {
    let aside = decision(
        "c-1",
        json!({"adopted_on": "2024-10-01"}),
        json!([{"annulment_set_aside": {"regime": REGIME, "decision": "t-1"}}]),
    );
    let history = history(&[
        established(),
        list("l", "2024-02-01", "ann"),
        annulled("t-1", "2024-06-01", &["l"]),
        aside,
    ]);
    let by = |by: &str| public("2024-03-01", by);
    let judged = causes(&history, &by("2024-05-31"), &by("2024-06-02"), "ann");
    assert_eq!(judged.len(), 1);
    assert_eq!(judged[0].0, Cause::CourtReachedBack);
    assert_eq!(
        judged[0].1,
        acts(&["l", "t-1"]),
        "what is void, and by whom"
    );
    let given_back = causes(&history, &by("2024-06-02"), &by("2024-10-02"), "ann");
    assert_eq!(given_back.len(), 1);
    assert_eq!(given_back[0].0, Cause::CourtReachedBack);
    assert!(
        given_back[0].1.contains(&"c-1".to_owned()),
        "{given_back:?}"
    );
}

#[test]
fn what_an_annulment_revives_is_put_down_to_the_court() {
    let history = history(&[
        established(),
        list("l-1", "2024-02-01", "ann"),
        list("l-2", "2024-03-01", "ann"),
        annulled("t-1", "2024-06-01", &["l-2"]),
    ]);
    let by = |by: &str| public("2024-04-01", by);
    let revived = causes(&history, &by("2024-05-31"), &by("2024-06-02"), "ann");
    assert!(!revived.is_empty());
    for (cause, acts) in revived {
        assert_eq!(cause, Cause::CourtReachedBack);
        assert!(acts.contains(&"t-1".to_owned()), "{acts:?}");
    }
}

#[test]
fn a_suspension_that_runs_out_is_nobodys_decision() {
    let suspended = decision(
        "s",
        json!({"adopted_on": "2024-03-01", "in_force": "2024-03-01"}),
        json!([{"suspended": {"regime": REGIME, "measure": "asset-freeze", "until": "2024-03-31"}}]),
    );
    let history = history(&[established(), suspended]);
    let of = |a: &str, b: &str| causes(&history, &ask(a), &ask(b), "asset-freeze");
    let moved = Cause::LawMoved;
    assert_eq!(of("2024-02-29", "2024-03-01"), [(moved, acts(&["s"]))]);
    assert_eq!(of("2024-03-31", "2024-04-01"), [(moved, acts(&[]))]);
}

#[test]
fn one_line_may_change_for_two_causes() {
    let renamed = decision(
        "a",
        json!({"adopted_on": "2024-06-01"}),
        json!([{"listing_amended": {"regime": REGIME, "subject": "ann", "change": "name", "name": "Anne"}}]),
    );
    let history = history(&[
        established(),
        list("l", "2024-02-01", "ann"),
        renamed,
        renew("r", "2024-07-01", "2025-12-31"),
    ]);
    let mut found = causes(&history, &ask("2024-05-01"), &ask("2024-08-01"), "ann");
    found.sort();
    let moved = Cause::LawMoved;
    assert_eq!(found, [(moved, acts(&["a"])), (moved, acts(&["r"]))]);
}

#[test]
fn a_survey_and_a_sign_of_life_end_what_was_unknown() {
    let open = decision(
        "base",
        json!({"adopted_on": "2024-01-01", "in_force": "2024-01-02"}),
        json!([{"established": {"regime": REGIME, "title": "Test"}}]),
    );
    let known = |known_at| Ask {
        known_at,
        ..ask("2024-06-01")
    };
    let later = list("l", "2024-09-01", "ann");
    let of = |history: &History| Diff::between(history, &known(1), &known(2)).changes;
    let regime = |changes: Vec<Change>| {
        let mut own = changes.into_iter().filter(|one| one.line == Line::Regime);
        (own.next().unwrap(), own.count())
    };
    let (alive, others) = regime(of(&history(&[open.clone(), later])));
    assert_eq!((alive.cause, others), (Cause::RecordCaughtUp, 0));
    assert_eq!(alive.because.len(), 1);
    assert_eq!(alive.because[0].act, "l");
    let (surveyed, others) = regime(of(&history(&[open, survey("2024-12-31")])));
    assert_eq!((surveyed.cause, others), (Cause::RecordCaughtUp, 0));
    assert_eq!(
        (surveyed.because.len(), surveyed.surveys),
        (0, vec![2.into()])
    );
}

#[test]
fn a_withdrawal_withdrawn_is_a_correction_too() {
    let withdraws = |seq: u64| json!({"by": "test", "withdraws": {"seq": seq, "link": "00", "regimes": [REGIME]}, "because": "wrong"});
    let history = history(&[
        established(),
        list("l", "2024-02-01", "ann"),
        withdraws(2),
        withdraws(3),
    ]);
    let known = |known_at| Ask {
        known_at,
        ..ask("2024-06-01")
    };
    let changes = Diff::between(&history, &known(3), &known(4)).changes;
    assert_eq!(changes.len(), 1);
    assert_eq!(
        (changes[0].change, changes[0].cause),
        (Fate::Appeared, Cause::RecordCorrected)
    );
    assert_eq!(changes[0].corrections[0].by, 4);
}
