//! The fold and admission in small worlds of their own. The real cases are in `tests/`, over the shipped record.

mod ladder;
mod why;

use super::*;
use crate::domain::{Answer, Day, Moment, RegimeKey, Status};
use crate::log::Kind;
use proptest::prelude::*;
use serde_json::{Value, json};

mod causes;
mod laws;

const REGIME: &str = "EU-TEST";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn decision(id: &str, dates: Value, effects: Value) -> Value {
    json!({
        "by": "test", "id": id, "title": id, "authority": "eu-council", "dates": dates, "effects": effects,
        "sources": [{"at": "https://example.org", "tier": "primary"}],
    })
}

fn rows(kind: Kind, body: &Value) -> Rows {
    project(kind, &body.to_string()).unwrap()
}

/// A history of those decisions, recorded in that order from entry 1 on.
fn history(decisions: &[Value]) -> History {
    let mut history = History::new(REGIME.parse().unwrap(), Vec::new());
    for (n, body) in decisions.iter().enumerate() {
        let kind = if body.get("survey").is_some() {
            Kind::Survey
        } else if body.get("withdraws").is_some() {
            Kind::Rectification
        } else {
            Kind::Decision
        };
        for (regime, row) in rows(kind, body).rows {
            assert_eq!(regime.as_str(), REGIME);
            history.push(n as u64 + 1, row);
        }
    }
    history
}

fn ask(on: &str) -> Ask {
    Ask::new(on.parse().unwrap(), None, u64::MAX, day("2026-11-24"))
}

fn public(on: &str, by: &str) -> Ask {
    Ask::new(
        on.parse().unwrap(),
        Some(day(by)),
        u64::MAX,
        day("2026-11-24"),
    )
}

fn listed(history: &History, ask: &Ask, subject: &str) -> Option<Status> {
    let state = history.view(ask).state();
    state
        .listings
        .iter()
        .find(|one| one.subject.as_str() == subject)
        .map(|one| one.standing.status)
}

fn established() -> Value {
    decision(
        "base",
        json!({"adopted_on": "2024-01-01", "in_force": "2024-01-02", "until": "2024-12-31"}),
        json!([{"established": {"regime": REGIME, "title": "Test"}},
               {"imposed": {"regime": REGIME, "measure": "asset-freeze", "class": "asset-freeze", "scope": "funds"}}]),
    )
}

fn list(id: &str, on: &str, who: &str) -> Value {
    let subject = json!({"id": who, "name": who, "type": "person"});
    decision(
        id,
        json!({"adopted_on": on, "in_force": on}),
        json!([{"listed": {"regime": REGIME, "subject": subject}}]),
    )
}

fn delist(id: &str, on: &str, who: &str) -> Value {
    decision(
        id,
        json!({"adopted_on": on, "in_force": on}),
        json!([{"delisted": {"regime": REGIME, "subject": who}}]),
    )
}

fn renew(id: &str, on: &str, until: &str) -> Value {
    let dates = json!({"adopted_on": on, "in_force": on, "until": until});
    decision(id, dates, json!([{"renewed": {"regime": REGIME}}]))
}

fn survey(through: &str) -> Value {
    json!({"by": "test", "survey": REGIME, "through": through, "basis": "all",
           "sources": [{"at": "https://example.org", "tier": "primary"}]})
}

#[test]
fn the_last_day_is_inclusive_and_past_it_only_a_survey_makes_a_lapse() {
    let unsurveyed = history(&[established()]);
    let status = |history: &History, on: &str| history.view(&ask(on)).state().standing.status;
    assert_eq!(status(&unsurveyed, "2024-01-01"), Status::AdoptedNotInForce);
    assert_eq!(status(&unsurveyed, "2024-01-02"), Status::Applicable);
    assert_eq!(status(&unsurveyed, "2024-12-31"), Status::Applicable);
    let state = unsurveyed.view(&ask("2025-01-01")).state();
    assert_eq!(state.standing.status, Status::Unknown);
    assert_eq!(
        state.standing.unknown,
        Some(Unknown::After(day("2024-12-31")))
    );
    assert_eq!(
        state.measures[0].standing.status,
        Status::Unknown,
        "a measure follows its regime"
    );
    let before = unsurveyed.view(&ask("2023-06-01")).state();
    assert_eq!(
        before.standing.unknown,
        Some(Unknown::Before(Moment::Day(day("2024-01-02"))))
    );

    let surveyed = history(&[established(), survey("2025-01-31")]);
    assert_eq!(status(&surveyed, "2025-01-31"), Status::Lapsed);
    assert_eq!(
        status(&surveyed, "2025-02-01"),
        Status::Unknown,
        "no survey covers that day"
    );
    assert_eq!(
        surveyed
            .view(&public("2025-01-15", "2024-06-01"))
            .state()
            .standing
            .status,
        Status::Unknown
    );
}

#[test]
fn one_renewal_moves_every_term_that_points_at_the_regime() {
    let history = history(&[
        established(),
        list("l", "2024-02-01", "ann"),
        renew("r", "2024-12-01", "2025-12-31"),
    ]);
    assert_eq!(
        listed(&history, &ask("2025-06-01"), "ann"),
        Some(Status::Applicable)
    );
    assert_eq!(
        listed(&history, &public("2025-06-01", "2024-11-30"), "ann"),
        Some(Status::Unknown)
    );
    let shorter = self::history(&[established(), renew("cut", "2024-03-01", "2024-05-14")]);
    assert_eq!(
        shorter.view(&ask("2024-05-15")).state().standing.status,
        Status::Unknown,
        "a term may be cut"
    );
}

#[test]
fn a_decision_found_late_takes_effect_where_it_belongs() {
    let on_time = [
        established(),
        list("l", "2024-01-15", "ann"),
        delist("d", "2024-03-01", "ann"),
    ];
    // Found in June: an amendment of January. It does not put the person back.
    let late = decision(
        "a",
        json!({"adopted_on": "2024-01-20", "in_force": "2024-01-20"}),
        json!([{"listing_amended": {"regime": REGIME, "subject": "ann", "change": "spelling", "name": "Anne"}}]),
    );
    let history = history(&[&on_time[..], &[late]].concat());
    assert_eq!(
        listed(&history, &ask("2024-06-01"), "ann"),
        Some(Status::Repealed)
    );
    assert_eq!(
        listed(&history, &ask("2024-02-01"), "ann"),
        Some(Status::Applicable)
    );
    let mut admission = Admission::default();
    admission.load(REGIME.parse().unwrap(), history.rows());
    let again = rows(Kind::Decision, &list("l2", "2024-02-01", "ann"));
    assert!(matches!(
        admission.admit(9, &again),
        Err(Refusal::AlreadyListed { by: 2, .. })
    ));
    let after = rows(Kind::Decision, &list("l3", "2024-04-01", "ann"));
    assert!(
        admission.admit(9, &after).is_ok(),
        "listed again after the delisting"
    );
}

#[test]
fn a_withdrawal_counts_from_its_own_entry_on() {
    let wrong = list("l", "2024-02-01", "ann");
    let replacement = list("l", "2024-02-01", "bob");
    let rectification = json!({"by": "test", "withdraws": {"seq": 2, "link": "00", "regimes": [REGIME]},
        "because": "another person", "replacement": replacement});
    let history = history(&[established(), wrong, rectification]);
    let now = ask("2024-06-01");
    assert_eq!(
        (listed(&history, &now, "ann"), listed(&history, &now, "bob")),
        (None, Some(Status::Applicable))
    );
    let then = Ask { known_at: 2, ..now };
    assert_eq!(
        (
            listed(&history, &then, "ann"),
            listed(&history, &then, "bob")
        ),
        (Some(Status::Applicable), None)
    );
}

#[test]
fn in_force_is_not_applicable() {
    let cut_off = decision(
        "swift",
        json!({"adopted_on": "2024-03-01", "in_force": "2024-03-02"}),
        json!([{"imposed": {"regime": REGIME, "measure": "messaging", "class": "financial-restrictions",
                            "scope": "seven banks", "applies": "2024-03-12"}}]),
    );
    let waits = decision(
        "tv",
        json!({"adopted_on": "2024-03-01", "in_force": "2024-03-02"}),
        json!([{"imposed": {"regime": REGIME, "measure": "tv", "class": "services-ban", "scope": "outlets",
                            "condition": "a Council act"}}]),
    );
    let met = decision(
        "tv-2",
        json!({"adopted_on": "2024-06-20", "in_force": "2024-06-21"}),
        json!([{"application_set": {"regime": REGIME, "measure": "tv", "applies": "2024-06-25",
                                    "condition": {"text": "a Council act", "status": "met"}}}]),
    );
    let history = history(&[established(), cut_off, waits, met]);
    let status = |on: &str, key: &str| {
        let state = history.view(&ask(on)).state();
        state
            .measures
            .iter()
            .find(|one| one.measure.as_str() == key)
            .map(|one| one.standing.clone())
    };
    assert_eq!(status("2024-02-28", "messaging"), None);
    assert_eq!(
        status("2024-03-01", "messaging").unwrap().status,
        Status::AdoptedNotInForce
    );
    let waiting = status("2024-03-05", "messaging").unwrap();
    assert_eq!(
        (waiting.status, waiting.applies),
        (
            Status::InForceNotApplicable,
            Some(Moment::Day(day("2024-03-12")))
        )
    );
    assert_eq!(waiting.answer, Answer::InForce);
    assert_eq!(
        status("2024-03-12", "messaging").unwrap().status,
        Status::Applicable
    );
    assert_eq!(
        status("2024-06-20", "tv").unwrap().condition.as_deref(),
        Some("a Council act")
    );
    let settled = status("2024-06-22", "tv").unwrap();
    assert_eq!(
        (settled.status, settled.applies),
        (
            Status::InForceNotApplicable,
            Some(Moment::Day(day("2024-06-25")))
        )
    );
    assert_eq!(
        status("2024-06-25", "tv").unwrap().status,
        Status::Applicable
    );
}

#[test]
fn an_annulment_reaches_back_and_its_setting_aside_gives_back() {
    let annulled = decision(
        "t-1",
        json!({"adopted_on": "2024-06-01"}),
        json!([{"annulled": {"regime": REGIME, "acts": ["l"], "subject": "ann", "maintained_until": "2024-08-11"}}]),
    );
    let aside = decision(
        "c-1",
        json!({"adopted_on": "2024-10-01"}),
        json!([{"annulment_set_aside": {"regime": REGIME, "decision": "t-1"}}]),
    );
    let until_annulled = [established(), list("l", "2024-02-01", "ann"), annulled];
    let history = history(&until_annulled);
    assert_eq!(
        listed(&history, &public("2024-03-01", "2024-05-31"), "ann"),
        Some(Status::Applicable)
    );
    assert_eq!(
        listed(&history, &public("2024-03-01", "2024-06-02"), "ann"),
        Some(Status::AnnulledEffectsMaintained)
    );
    assert_eq!(
        listed(&history, &ask("2024-03-01"), "ann"),
        Some(Status::Annulled)
    );
    let stood = Ask {
        as_law_stood: day("2024-03-01"),
        ..ask("2024-03-01")
    };
    assert_eq!(
        listed(&history, &stood, "ann"),
        Some(Status::Applicable),
        "what had to be obeyed that day"
    );
    let given_back = self::history(&[&until_annulled[..], &[aside]].concat());
    assert_eq!(
        listed(&given_back, &ask("2024-03-01"), "ann"),
        Some(Status::Applicable)
    );
}

#[test]
fn nobody_is_annulled_before_being_listed() {
    let annulled = decision(
        "t-1",
        json!({"adopted_on": "2024-06-01"}),
        json!([{"annulled": {"regime": REGIME, "acts": ["l"], "subject": "ann"}}]),
    );
    let history = history(&[established(), list("l", "2024-02-01", "ann"), annulled]);
    assert_eq!(listed(&history, &ask("2024-01-31"), "ann"), None);
    assert_eq!(
        listed(&history, &ask("2024-02-01"), "ann"),
        Some(Status::Annulled)
    );
}

#[test]
fn an_interim_order_binds_until_its_last_day_and_is_a_reason() {
    let order = decision(
        "o-1",
        json!({"adopted_on": "2024-03-01", "until": "2024-03-31"}),
        json!([{"order_granted": {"regime": REGIME, "subject": "ann", "orders": "the listing is suspended"}}]),
    );
    let history = history(&[established(), list("l", "2024-02-01", "ann"), order]);
    let on = |on: &str| history.view(&ask(on)).state().listings.remove(0);
    let bound = on("2024-03-31");
    assert_eq!(bound.standing.status, Status::InterimSuspended);
    assert_eq!(bound.standing.because.last().unwrap().act, "o-1");
    let after = on("2024-04-01");
    assert_eq!(after.standing.status, Status::Applicable);
    assert!(after.orders.is_empty());
}

#[test]
fn what_is_repealed_later_was_alive_until_then() {
    let base = decision(
        "base",
        json!({"adopted_on": "2024-01-01", "in_force": "2024-01-02"}),
        json!([{"established": {"regime": REGIME, "title": "Test"}}]),
    );
    let repealed = decision(
        "r",
        json!({"adopted_on": "2024-06-01", "in_force": "2024-07-01"}),
        json!([{"repealed": {"regime": REGIME}}]),
    );
    let history = history(&[base, repealed]);
    let status = |ask: &Ask| history.view(ask).state().standing.status;
    assert_eq!(status(&ask("2024-03-01")), Status::Applicable);
    assert_eq!(status(&ask("2024-06-30")), Status::Applicable);
    assert_eq!(status(&ask("2024-07-01")), Status::Repealed);
    assert_eq!(
        status(&public("2024-03-01", "2024-05-31")),
        Status::Unknown,
        "before it was public, nothing said so"
    );
}

#[test]
fn what_a_renewal_presupposes_and_the_record_lacks_is_unknown_before_it() {
    let base = decision(
        "base",
        json!({"adopted_on": "2024-01-01", "in_force": "2024-01-02"}),
        json!([{"established": {"regime": REGIME, "title": "Test"}}]),
    );
    let renewal = |unrecorded: bool| {
        let effect = json!({"regime": REGIME, "prior_unrecorded": unrecorded, "title": "Test"});
        decision(
            "renewal",
            json!({"adopted_on": "2025-06-01", "in_force": "2025-06-01", "until": "2025-12-31"}),
            json!([{"renewed": effect}]),
        )
    };
    let status = |unrecorded, on| {
        let told = history(&[base.clone(), renewal(unrecorded)]);
        told.view(&ask(on)).state().standing.status
    };
    assert_eq!(status(false, "2024-07-01"), Status::Applicable);
    assert_eq!(status(true, "2024-07-01"), Status::Unknown);
    assert_eq!(status(true, "2025-05-31"), Status::Unknown);
    assert_eq!(status(true, "2025-06-01"), Status::Applicable);
}

#[test]
fn a_suspension_that_has_run_out_is_no_reason() {
    let suspended = decision(
        "s",
        json!({"adopted_on": "2024-03-01", "in_force": "2024-03-01"}),
        json!([{"suspended": {"regime": REGIME, "measure": "asset-freeze", "until": "2024-03-31"}}]),
    );
    let history = history(&[established(), suspended]);
    let freeze = |on: &str| history.view(&ask(on)).state().measures.remove(0).standing;
    let then = freeze("2024-03-31");
    assert_eq!((then.status, then.because.len()), (Status::Suspended, 2));
    let after = freeze("2024-04-01");
    assert_eq!(
        (after.status, after.since),
        (Status::Applicable, Some(day("2024-04-01").into()))
    );
    assert!(after.because.iter().all(|reason| reason.act != "s"));
}

#[test]
fn what_was_suspended_stands_as_it_does_since_it_was_resumed() {
    let on = |id: &str, day: &str, effect: &str| {
        let dates = json!({"adopted_on": day, "in_force": day});
        decision(
            id,
            dates,
            json!([{effect: {"regime": REGIME, "measure": "asset-freeze"}}]),
        )
    };
    let history = history(&[
        established(),
        on("s", "2024-03-01", "suspended"),
        on("r", "2024-05-01", "resumed"),
    ]);
    let since = |day: &str| {
        let standing = history.view(&ask(day)).state().measures.remove(0).standing;
        (
            standing.status,
            standing.since.map(|since| since.to_string()),
        )
    };
    let told = |status, day: &str| (status, Some(day.to_owned()));
    assert_eq!(since("2024-04-01"), told(Status::Suspended, "2024-03-01"));
    assert_eq!(since("2024-06-01"), told(Status::Applicable, "2024-05-01"));
}

#[test]
fn a_story_tells_what_courts_did_and_undid() {
    let annulled = decision(
        "t-1",
        json!({"adopted_on": "2024-06-01"}),
        json!([{"annulled": {"regime": REGIME, "acts": ["l"], "subject": "ann"}}]),
    );
    let aside = decision(
        "c-1",
        json!({"adopted_on": "2024-10-01"}),
        json!([{"annulment_set_aside": {"regime": REGIME, "decision": "t-1"}}]),
    );
    let list = list("l", "2024-02-01", "ann");
    let of = |decisions: &[Value]| -> Vec<String> {
        let story = history(decisions)
            .view(&ask("2024-12-01"))
            .story(Some(&"ann".parse().unwrap()));
        story.episodes.into_iter().map(|one| one.act).collect()
    };
    let voided = [established(), list, annulled];
    assert_eq!(of(&voided), ["l", "t-1"], "a listing that is void was made");
    assert_eq!(of(&[&voided[..], &[aside]].concat()), ["l", "t-1", "c-1"]);
}

#[test]
fn a_hold_is_under_way_until_it_is_lifted_or_overtaken() {
    let step = |id: &str, on: &str, effect: Value| {
        let mut step = decision(id, json!({"adopted_on": on}), json!([effect]));
        step["procedure"] = json!("p");
        step
    };
    let held = step(
        "h",
        "2024-12-10",
        json!({"held": {"regime": REGIME, "by": ["Hungary"], "what": "renewal"}}),
    );
    let lifted = step(
        "hl",
        "2024-12-20",
        json!({"hold_lifted": {"regime": REGIME, "by": ["Hungary"], "in_return_for": "a declaration"}}),
    );
    let mut renewed = renew("r", "2024-12-22", "2025-12-31");
    renewed["procedure"] = json!("p");
    let history = history(&[established(), held, lifted, renewed]);
    let holders = |on: &str| {
        let state = history.view(&ask(on)).state();
        state
            .procedures
            .into_iter()
            .map(|one| (one.what, one.held_by))
            .collect::<Vec<_>>()
    };
    assert_eq!(holders("2024-12-09"), []);
    assert_eq!(
        holders("2024-12-15"),
        [("renewal".to_owned(), vec!["Hungary".to_owned()])]
    );
    assert_eq!(holders("2024-12-21"), [("renewal".to_owned(), vec![])]);
    assert_eq!(holders("2024-12-22"), []);
    let seen = history.view(&public("2025-02-15", "2024-12-15")).state();
    assert_eq!(
        seen.standing.unknown,
        Some(Unknown::After(day("2024-12-31")))
    );
    assert_eq!(seen.procedures[0].held_by, ["Hungary"]);
}

#[test]
fn refusals_say_which_rule() {
    let mut admission = Admission::default();
    let mut seq = 0;
    let mut admit = |body: Value| {
        seq += 1;
        admission
            .admit(seq, &rows(Kind::Decision, &body))
            .map(|admitted| admitted.seq())
    };
    let regime: RegimeKey = REGIME.parse().unwrap();
    assert_eq!(
        admit(renew("r0", "2024-01-01", "2024-12-31")),
        Err(Refusal::UnknownRegime { regime, effect: 1 })
    );
    admit(established()).unwrap();
    assert!(matches!(
        admit(established()),
        Err(Refusal::AlreadyEstablished { by: 2, .. })
    ));
    admit(list("l", "2024-02-01", "ann")).unwrap();
    assert!(matches!(
        admit(list("l2", "2024-03-01", "ann")),
        Err(Refusal::AlreadyListed { by: 4, .. })
    ));
    assert!(matches!(
        admit(delist("d", "2024-03-01", "bob")),
        Err(Refusal::NotListed { .. })
    ));
    admit(delist("d", "2024-03-01", "ann")).unwrap();
    assert!(matches!(
        admit(delist("d2", "2024-03-02", "ann")),
        Err(Refusal::NotListed { .. })
    ));
    let lift = |id: &str, on: &str, measure: &str| {
        decision(
            id,
            json!({"adopted_on": on}),
            json!([{"lifted": {"regime": REGIME, "measure": measure}}]),
        )
    };
    assert!(
        matches!(admit(lift("x", "2024-03-01", "nothing")), Err(Refusal::UnknownMeasure { has, .. }) if has.len() == 1)
    );
    admit(lift("x", "2024-03-01", "asset-freeze")).unwrap();
    assert!(matches!(
        admit(lift("y", "2024-03-02", "asset-freeze")),
        Err(Refusal::Lifted { .. })
    ));
    let repealed = decision(
        "end",
        json!({"adopted_on": "2024-05-01"}),
        json!([{"repealed": {"regime": REGIME}}]),
    );
    admit(repealed).unwrap();
    assert!(matches!(
        admit(renew("r", "2024-06-01", "2025-01-01")),
        Err(Refusal::Repealed { .. })
    ));
    assert!(
        admit(renew("late", "2024-04-01", "2025-01-01")).is_ok(),
        "found late, it fits where it belongs"
    );
}

#[test]
fn a_refused_entry_leaves_nothing_behind() {
    let mut admission = Admission::default();
    admission
        .admit(1, &rows(Kind::Decision, &established()))
        .unwrap();
    let subject = |id: &str| json!({"listed": {"regime": REGIME, "subject": {"id": id, "name": id, "type": "person"}}});
    let twice = decision(
        "l",
        json!({"adopted_on": "2024-02-01"}),
        json!([subject("ann"), subject("ann")]),
    );
    assert!(admission.admit(2, &rows(Kind::Decision, &twice)).is_err());
    assert!(
        admission
            .admit(2, &rows(Kind::Decision, &list("l", "2024-02-01", "ann")))
            .is_ok()
    );
}

/// Decisions about one person over one year, in any order, that the fold must take without minding the order.
fn decisions() -> impl Strategy<Value = Vec<Value>> {
    let one = (0u8..3, 2u32..360)
        .prop_map(|(kind, n)| (kind, day("2024-01-01").plus_days(i64::from(n)).to_string()));
    prop::collection::vec(one, 1..12).prop_map(|chosen| {
        let of = |(n, (kind, on)): (usize, (u8, String))| match kind {
            0 => list(&format!("l{n}"), &on, "ann"),
            1 => delist(&format!("d{n}"), &on, "ann"),
            _ => renew(&format!("r{n}"), &on, &day(&on).plus_days(90).to_string()),
        };
        chosen.into_iter().enumerate().map(of).collect()
    })
}

/// A state without the entries that it cites: those move with the order of recording.
fn law(history: &History, on: &str) -> Vec<(Status, Option<Moment>)> {
    let state = history.view(&ask(on)).state();
    let listings = state.listings.into_iter().map(|one| one.standing);
    std::iter::once(state.standing)
        .chain(listings)
        .map(|one| (one.status, one.since))
        .collect()
}

proptest! {
    #[test]
    fn the_order_of_recording_does_not_change_the_law(
        (recorded, shuffled) in decisions().prop_flat_map(|d| (Just(d.clone()), Just(d).prop_shuffle())),
        n in 0u32..400,
    ) {
        // Two acts of one day on one person are ordered by record position: let every day have one.
        let mut days: Vec<_> = recorded.iter().map(|d| d["dates"]["adopted_on"].clone()).collect();
        days.sort_by_key(ToString::to_string);
        days.dedup();
        prop_assume!(days.len() == recorded.len());
        let on = day("2024-01-01").plus_days(i64::from(n)).to_string();
        let a = history(&[&[established()][..], &recorded].concat());
        let b = history(&[&[established()][..], &shuffled].concat());
        prop_assert_eq!(law(&a, &on), law(&b, &on));
    }

    #[test]
    fn what_was_known_at_a_position_is_the_state_of_the_log_cut_there(recorded in decisions(), cut in 0usize..12, n in 0u32..400) {
        let on = day("2024-01-01").plus_days(i64::from(n)).to_string();
        let whole = [&[established()][..], &recorded].concat();
        let cut = (cut + 1).min(whole.len());
        let known = Ask { known_at: cut as u64, ..ask(&on) };
        prop_assert_eq!(history(&whole).view(&known).state(), history(&whole[..cut]).view(&ask(&on)).state());
    }

    #[test]
    fn a_row_survives_its_packing(recorded in decisions()) {
        for (_, row) in history(&recorded).rows() {
            let packed = postcard::to_allocvec(row).unwrap();
            prop_assert_eq!(&postcard::from_bytes::<Row>(&packed).unwrap(), row);
        }
    }
}
