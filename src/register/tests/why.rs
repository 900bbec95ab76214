//! What part each effect has in an answer, in small worlds.

use super::*;

fn why(history: &History, line: StandingLine, ask: &Ask) -> Why {
    let why = history.why(&line, ask);
    agrees(history, &why, ask);
    why
}

fn listing(who: &str) -> StandingLine {
    StandingLine::Listing(who.parse().unwrap())
}

fn measure(key: &str) -> StandingLine {
    StandingLine::Measure(key.parse().unwrap())
}

/// Checks that what is explained is what `state` answers, and that its last reason decides.
pub(super) fn agrees(history: &History, why: &Why, ask: &Ask) {
    let state = history.view(ask).state();
    let line = match &why.line {
        StandingLine::Regime => Some(&state.standing),
        StandingLine::Measure(key) => {
            let one = state.measures.iter().find(|one| one.measure == *key);
            one.map(|one| &one.standing)
        }
        StandingLine::Listing(id) => {
            let one = state.listings.iter().find(|one| one.subject == *id);
            one.map(|one| &one.standing)
        }
    };
    assert_eq!(why.standing.as_ref(), line, "{:?}", why.line);
    let last = line.and_then(|standing| standing.because.last());
    if line.is_some() {
        assert_eq!(why.decides().map(|cause| &cause.effect), last);
    }
    let told: Vec<_> = why.chain.iter().chain(&why.regime_chain).collect();
    for reason in line.into_iter().flat_map(|standing| &standing.because) {
        assert!(
            told.iter().any(|cause| cause.effect == *reason),
            "{reason:?} is a reason and not told"
        );
    }
}

/// The part of each effect of the chain, by the decision's id.
fn parts(why: &Why) -> Vec<(&str, &Role)> {
    let chain = why.chain.iter();
    chain
        .map(|cause| (cause.effect.act.as_str(), &cause.role))
        .collect()
}

fn by(role: &Role) -> &str {
    &role.others()[0].act
}

fn on(id: &str, day: &str, effect: Value) -> Value {
    decision(
        id,
        json!({"adopted_on": day, "in_force": day}),
        json!([effect]),
    )
}

#[test]
fn renewals_supersede_one_another_and_move_what_follows_the_regime() {
    let history = history(&[
        established(),
        list("l", "2024-02-01", "ann"),
        renew("r1", "2024-06-01", "2025-06-30"),
        renew("r2", "2024-12-01", "2025-12-31"),
    ]);
    let regime = why(&history, StandingLine::Regime, &ask("2025-03-01"));
    let told = parts(&regime);
    assert_eq!(told[0], ("base", &Role::Contributes));
    assert_eq!((told[1].0, by(told[1].1)), ("r1", "r2"));
    assert!(matches!(told[1].1, Role::Superseded { .. }));
    assert_eq!(told[2], ("r2", &Role::Decides));
    let renews = |n: usize| regime.chain[n].renews.as_ref().unwrap().act.clone();
    assert_eq!((renews(1).as_str(), renews(2).as_str()), ("base", "r1"));

    let ann = why(&history, listing("ann"), &ask("2025-03-01"));
    assert_eq!(parts(&ann), [("l", &Role::Decides)]);
    let followed: Vec<_> = ann.regime_chain.iter().map(|one| &one.effect.act).collect();
    assert_eq!(followed, ["base", "r1", "r2"]);
    assert_eq!(
        ann.regime_chain[2].role,
        Role::Contributes,
        "the listing decides, the renewal gives its last day"
    );
}

#[test]
fn a_delisting_ends_and_a_new_listing_does_not_revive() {
    let history = history(&[
        established(),
        list("l1", "2024-02-01", "ann"),
        delist("d", "2024-03-01", "ann"),
        list("l2", "2024-04-01", "ann"),
    ]);
    let gone = why(&history, listing("ann"), &ask("2024-03-15"));
    let told = parts(&gone);
    assert!(matches!(told[0].1, Role::Ended { .. }) && by(told[0].1) == "d");
    assert_eq!(told[1], ("d", &Role::Decides));
    assert_eq!(told[2], ("l2", &Role::NotDecided));
    assert!(gone.chain[2].idle);
    assert!(
        gone.regime_chain.is_empty(),
        "it does not follow its regime any more"
    );
    let again = why(&history, listing("ann"), &ask("2024-05-01"));
    let told = parts(&again);
    assert!(matches!(told[0].1, Role::Ended { .. }));
    assert!(matches!(told[1].1, Role::Superseded { .. }) && by(told[1].1) == "l2");
    assert_eq!(told[2], ("l2", &Role::Decides));
}

#[test]
fn a_court_voids_maintains_and_is_undone() {
    let annulled = on(
        "t-1",
        "2024-06-01",
        json!({"annulled": {"regime": REGIME, "acts": ["l"], "subject": "ann", "maintained_until": "2024-08-11"}}),
    );
    let aside = on(
        "c-1",
        "2024-10-01",
        json!({"annulment_set_aside": {"regime": REGIME, "decision": "t-1"}}),
    );
    let history = history(&[
        established(),
        list("l", "2024-02-01", "ann"),
        annulled,
        aside,
    ]);
    let ann = |by: &str| why(&history, listing("ann"), &public("2024-03-01", by));
    let kept = ann("2024-06-02");
    assert_eq!(
        parts(&kept)[0].1,
        &Role::Maintained {
            by: Ref {
                entry: 3.into(),
                effect: 1,
                did: "annulled",
                act: "t-1".to_owned()
            },
            until: Some(
                "2024-08-11"
                    .parse()
                    .map(crate::domain::Until::Moment)
                    .unwrap()
            ),
        }
    );
    assert_eq!(parts(&kept)[1], ("t-1", &Role::Decides));
    let void = ann("2024-09-01");
    assert!(matches!(parts(&void)[0].1, Role::Voided { .. }));
    assert_eq!(parts(&void)[2], ("c-1", &Role::NotPublic));
    assert!(!void.chain[2].idle, "a court reaches back");
    let back = ann("2024-10-01");
    assert_eq!(parts(&back)[0], ("l", &Role::Decides));
    assert!(matches!(parts(&back)[1].1, Role::SetAside { .. }) && by(parts(&back)[1].1) == "c-1");
    assert!(matches!(parts(&back)[2].1, Role::Undoes { .. }) && by(parts(&back)[2].1) == "t-1");
    let stood = Ask {
        as_law_stood: day("2024-03-01"),
        ..public("2024-03-01", "2024-09-01")
    };
    let then = why(&history, listing("ann"), &stood);
    assert_eq!(
        parts(&then)[1].1,
        &Role::CountsFrom {
            day: day("2024-06-01")
        }
    );
}

#[test]
fn an_act_annulled_for_everybody_takes_its_listings_with_it() {
    let annulled = on(
        "t-1",
        "2024-06-01",
        json!({"annulled": {"regime": REGIME, "acts": ["l"]}}),
    );
    let history = history(&[established(), list("l", "2024-02-01", "ann"), annulled]);
    let ann = why(&history, listing("ann"), &ask("2024-07-01"));
    assert_eq!(ann.standing, None);
    assert!(matches!(parts(&ann)[0].1, Role::Voided { .. }));
    assert!(matches!(parts(&ann)[1].1, Role::Undoes { .. }));
}

#[test]
fn an_annulment_of_another_span_does_not_reach_the_day() {
    let annulled = on(
        "t-1",
        "2024-09-01",
        json!({"annulled": {"regime": REGIME, "acts": ["l"], "subject": "ann", "from": "2024-02-01", "to": "2024-05-31"}}),
    );
    let history = history(&[established(), list("l", "2024-02-01", "ann"), annulled]);
    let within = why(&history, listing("ann"), &ask("2024-05-31"));
    assert!(matches!(parts(&within)[0].1, Role::Voided { .. }));
    let after = why(&history, listing("ann"), &ask("2024-06-01"));
    assert_eq!(parts(&after)[0], ("l", &Role::Decides));
    assert!(matches!(parts(&after)[1].1, Role::OutsideSpan { .. }));
    // In JSON the span hides no key of the effect's own.
    let told = serde_json::to_value(&after.chain[1]).unwrap();
    assert_eq!(
        (&told["from"], &told["annuls_from"]),
        (&json!("2024-09-01"), &json!("2024-02-01"))
    );
}

#[test]
fn what_the_dials_leave_out_is_told_with_the_reason() {
    let late = decision(
        "late",
        json!({"adopted_on": "2024-02-10", "published_on": "2024-02-20", "applies": "2024-03-10"}),
        json!([{"listed": {"regime": REGIME, "subject": {"id": "ann", "name": "Ann", "type": "person"}}}]),
    );
    let wrong = list("wrong", "2024-02-01", "ann");
    let rectification = json!({"by": "test", "withdraws": {"seq": 2, "link": "00", "regimes": [REGIME]},
        "because": "another person"});
    let history = history(&[established(), wrong, late, rectification]);
    let parts_of = |ask: &Ask| -> Vec<(String, Role)> {
        let why = why(&history, listing("ann"), ask);
        let parts = parts(&why).into_iter();
        parts
            .map(|(act, role)| (act.to_owned(), role.clone()))
            .collect()
    };
    let withdrawn = (
        "wrong".to_owned(),
        Role::Withdrawn {
            by_entry: 4.into(),
            because: "another person".to_owned(),
        },
    );
    let late = |role| ("late".to_owned(), role);
    assert_eq!(
        parts_of(&ask("2024-04-01")),
        [withdrawn.clone(), late(Role::Decides)]
    );
    assert_eq!(
        parts_of(&public("2024-04-01", "2024-02-19")),
        [withdrawn.clone(), late(Role::NotPublic)]
    );
    assert_eq!(
        parts_of(&ask("2024-02-15")),
        [withdrawn.clone(), late(Role::Decides)],
        "adopted, not in force: that decides"
    );
    let known = Ask {
        known_at: 2,
        ..ask("2024-04-01")
    };
    assert_eq!(
        parts_of(&known),
        [("wrong".to_owned(), Role::Decides), late(Role::NotKnown)]
    );
}

#[test]
fn a_later_beginning_is_told_as_adopted_or_in_force() {
    let again = |id: &str, dates: Value| {
        decision(
            id,
            dates,
            json!([{"renewed": {"regime": REGIME, "until": "2025-12-31"}}]),
        )
    };
    let history = history(&[
        established(),
        again(
            "a",
            json!({"adopted_on": "2024-05-01", "in_force": "2024-05-20"}),
        ),
        again(
            "b",
            json!({"adopted_on": "2024-05-02", "in_force": "2024-05-03", "applies": "2024-06-01"}),
        ),
    ]);
    let told = why(&history, StandingLine::Regime, &ask("2024-05-10"));
    assert_eq!(
        parts(&told),
        [
            ("base", &Role::Decides),
            ("a", &Role::NotInForce),
            ("b", &Role::NotApplicable)
        ]
    );
}

#[test]
fn a_suspension_ends_by_resumption_or_by_its_own_day() {
    let suspend = |id: &str, day: &str, until: Value| {
        on(
            id,
            day,
            json!({"suspended": {"regime": REGIME, "measure": "asset-freeze", "until": until}}),
        )
    };
    let resumed = on(
        "back",
        "2024-04-01",
        json!({"resumed": {"regime": REGIME, "measure": "asset-freeze"}}),
    );
    let history = history(&[
        established(),
        suspend("s1", "2024-03-01", Value::Null),
        resumed,
        suspend("s2", "2024-05-01", json!("2024-05-31")),
    ]);
    let freeze = |on: &str| why(&history, measure("asset-freeze"), &ask(on));
    assert_eq!(parts(&freeze("2024-03-15"))[1], ("s1", &Role::Decides));
    let back = freeze("2024-04-15");
    assert!(matches!(parts(&back)[1].1, Role::Ended { .. }) && by(parts(&back)[1].1) == "back");
    assert_eq!(parts(&back)[2], ("back", &Role::Decides));
    let over = freeze("2024-06-15");
    assert!(matches!(parts(&over)[3].1, Role::RanOut { .. }));
}

#[test]
fn a_term_and_its_application_are_both_carried_on() {
    let extended = on(
        "e",
        "2024-03-01",
        json!({"extended": {"regime": REGIME, "measure": "asset-freeze", "until": "2024-11-30"}}),
    );
    let settled = on(
        "a",
        "2024-04-01",
        json!({"application_set": {"regime": REGIME, "measure": "asset-freeze", "applies": "2024-04-01"}}),
    );
    let history = history(&[established(), extended, settled]);
    let freeze = why(&history, measure("asset-freeze"), &ask("2024-05-01"));
    let told = parts(&freeze);
    assert_eq!(told[1], ("e", &Role::Contributes));
    assert_eq!(told[2], ("a", &Role::Decides));
}

#[test]
fn orders_run_out_and_are_cancelled() {
    let order = |id: &str, day: &str, until: Value| {
        on(
            id,
            day,
            json!({"order_granted": {"regime": REGIME, "subject": "ann", "orders": "suspended", "until": until}}),
        )
    };
    let cancelled = on(
        "c",
        "2024-05-10",
        json!({"order_cancelled": {"regime": REGIME, "decision": "o2"}}),
    );
    let history = history(&[
        established(),
        list("l", "2024-02-01", "ann"),
        order("o1", "2024-03-01", json!("2024-03-31")),
        order("o2", "2024-05-01", Value::Null),
        cancelled,
    ]);
    let ann = why(&history, listing("ann"), &ask("2024-06-01"));
    let told = parts(&ann);
    assert!(matches!(told[1].1, Role::RanOut { .. }));
    assert!(matches!(told[2].1, Role::Ended { .. }) && by(told[2].1) == "c");
    assert!(matches!(told[3].1, Role::Undoes { .. }) && by(told[3].1) == "o2");
}

#[test]
fn a_lapse_names_its_survey_and_an_unknown_what_is_missing() {
    let surveyed = history(&[established(), survey("2025-01-31")]);
    let lapsed = why(&surveyed, StandingLine::Regime, &ask("2025-01-15"));
    assert_eq!(lapsed.survey.as_ref().map(|one| one.entry), Some(2.into()));
    assert_eq!(lapsed.missing, None);
    let unknown = why(&surveyed, measure("asset-freeze"), &ask("2025-03-01"));
    let missing = unknown.missing.unwrap();
    assert_eq!(
        (missing.from, missing.to),
        (Some(day("2025-01-01")), day("2025-03-01"))
    );
    assert_eq!(missing.surveyed.map(|one| one.entry), Some(2.into()));
}

#[test]
fn steps_lead_to_what_was_decided_or_to_nothing() {
    let step = |id: &str, on: &str| {
        let held = json!([{"held": {"regime": REGIME, "by": ["Hungary"], "what": "renewal"}}]);
        let mut step = decision(id, json!({"adopted_on": on}), held);
        step["procedure"] = json!("p");
        step
    };
    let mut renewed = renew("r", "2024-12-22", "2025-12-31");
    renewed["procedure"] = json!("p");
    let history = history(&[established(), step("h", "2024-12-10"), renewed]);
    let after = why(&history, StandingLine::Regime, &ask("2025-02-15"));
    assert!(matches!(parts(&after)[1], ("h", Role::Step { towards }) if towards.act == "r"));
    let before = why(
        &history,
        StandingLine::Regime,
        &public("2025-02-15", "2024-12-15"),
    );
    assert_eq!(parts(&before)[1], ("h", &Role::NoDecision));
}

#[test]
fn an_open_term_rests_on_a_later_decision() {
    let base = decision(
        "base",
        json!({"adopted_on": "2024-01-01", "in_force": "2024-01-02"}),
        json!([{"established": {"regime": REGIME, "title": "Test"}}]),
    );
    let history = history(&[base, list("l", "2024-06-01", "ann")]);
    let alive = why(&history, StandingLine::Regime, &ask("2024-03-01"));
    assert_eq!(alive.evidence.map(|one| one.act), Some("l".to_owned()));
    let unknown = why(&history, StandingLine::Regime, &ask("2024-09-01"));
    assert_eq!(unknown.evidence, None);
    assert_eq!(
        unknown.missing.map(|one| one.from),
        Some(Some(day("2024-01-02")))
    );
}
