//! Laws of the fold and of differences, over histories made at random: listings, renewals, courts, orders, permissions,
//! procedures, surveys and our own errors put right, recorded in any order.

use super::*;
use crate::register::bisect::deciding;
use crate::register::diff::{compare, sheet};

/// The measures and subjects that decisions are about.
const SUBJECTS: [&str; 2] = ["ann", "bob"];

/// One decision, survey or rectification, the `n`th recorded: its kind, a day of the year, and a number to choose with.
fn entry(n: usize, kind: u8, on: &str, pick: usize) -> Value {
    let (id, who) = (format!("d{n}"), SUBJECTS[pick % 2]);
    let later = |days: i64| day(on).plus_days(days).to_string();
    let earlier = format!("d{}", 1 + pick % n);
    let of = |effects: Value| decision(&id, json!({"adopted_on": on}), effects);
    match kind {
        0 | 1 => list(&id, on, who),
        2 => delist(&id, on, who),
        3 => renew(&id, on, &later(20 + pick as i64 % 100)),
        4 => of(
            json!([{"suspended": {"regime": REGIME, "measure": "asset-freeze", "until": later(pick as i64 % 40)}},
                       {"amended": {"regime": REGIME, "change": "annex", "entries_added": pick % 9}}]),
        ),
        5 => of(
            json!([{"resumed": {"regime": REGIME, "measure": "asset-freeze"}},
                       {"listing_amended": {"regime": REGIME, "subject": who, "change": "name", "name": format!("{who} {n}")}}]),
        ),
        6 => decision(
            &id,
            json!({"adopted_on": on, "in_force": later(5), "applies": later(10)}),
            json!([
            {"imposed": {"regime": REGIME, "measure": format!("m{}", pick % 3), "class": "travel-ban", "scope": id}}]),
        ),
        7 => of(
            json!([{"annulled": {"regime": REGIME, "acts": [earlier], "subject": who, "maintained_until": later(30)}}]),
        ),
        8 => of(
            json!([{"annulled": {"regime": REGIME, "acts_cited": ["x"], "subject": who, "from": later(-30), "to": later(3)}}]),
        ),
        9 => of(json!([{"annulment_set_aside": {"regime": REGIME, "decision": earlier}}])),
        10 => of(
            json!([{"order_granted": {"regime": REGIME, "subject": who, "orders": "listing suspended", "until": later(15)}}]),
        ),
        11 => of(json!([{"order_cancelled": {"regime": REGIME, "decision": earlier}}])),
        12 => of(
            json!([{"wind_down": {"regime": REGIME, "permits": "contracts", "until": later(pick as i64 % 60)}},
                        {"retitled": {"regime": REGIME, "title": format!("Title {n}")}}]),
        ),
        13 => {
            let mut step =
                of(json!([{"held": {"regime": REGIME, "by": [who], "what": "renewal"}}]));
            step["procedure"] = json!(format!("p{}", pick % 2));
            step
        }
        14 => survey(&later(pick as i64 % 200)),
        15 => {
            json!({"by": "test", "withdraws": {"seq": pick % n + 1, "link": "00", "regimes": [REGIME]},
                     "because": "wrong", "replacement": list(&id, on, who)})
        }
        _ => {
            json!({"by": "test", "withdraws": {"seq": pick % n + 1, "link": "00", "regimes": [REGIME]}, "because": "wrong"})
        }
    }
}

/// What is asked about them.
const CONDITIONS: [&str; 8] = [
    "listed ann",
    "delisted bob EU-TEST",
    "in-force EU-TEST",
    "suspended EU-TEST/asset-freeze",
    "unknown EU-TEST",
    "in-force EU-TEST/m1",
    "annulled EU-TEST/ann",
    "status EU-TEST/bob = interim-suspended",
];

/// Such histories, or ones whose regime has no recorded end and a renewal of something unrecorded in the middle.
fn records() -> impl Strategy<Value = Vec<Value>> {
    let open = |mut all: Vec<Value>| {
        all[0]["dates"] = json!({"adopted_on": "2024-01-01", "in_force": "2024-01-02"});
        all
    };
    let gapped = move |mut all: Vec<Value>| {
        let at = all.len() / 2;
        let renewed =
            json!([{"renewed": {"regime": REGIME, "prior_unrecorded": true, "title": "Test"}}]);
        all.insert(
            at,
            decision("gap", json!({"adopted_on": "2024-06-01"}), renewed),
        );
        open(all)
    };
    prop_oneof![
        entries(),
        entries().prop_map(open),
        entries().prop_map(gapped)
    ]
}

/// Histories of that many entries after the regime's establishment.
fn entries() -> impl Strategy<Value = Vec<Value>> {
    let one = (0u8..17, 2i64..360, 0usize..1000);
    prop::collection::vec(one, 1..14).prop_map(|chosen| {
        let of = |(n, (kind, after, pick)): (usize, (u8, i64, usize))| {
            let on = day("2024-01-01").plus_days(after).to_string();
            entry(n + 1, kind, &on, pick)
        };
        let chosen = chosen.into_iter().enumerate().map(of);
        std::iter::once(established()).chain(chosen).collect()
    })
}

/// Such histories without withdrawals, whose meaning moves with positions, and with one act a day: two of one day are
/// ordered by position.
fn acts() -> impl Strategy<Value = Vec<Value>> {
    entries().prop_map(|mut all| {
        let mut days = std::collections::HashSet::new();
        all.retain(|one| {
            let on = one["dates"]["adopted_on"].as_str();
            one.get("withdraws").is_none() && on.is_none_or(|on| days.insert(on.to_owned()))
        });
        all
    })
}

fn any_day() -> impl Strategy<Value = Day> {
    (-20i64..480).prop_map(|n| day("2024-01-01").plus_days(n))
}

/// A question: day, day of public knowledge or none, position.
fn asks() -> impl Strategy<Value = Ask> {
    let public = prop::option::of(any_day());
    (any_day(), public, 0u64..16).prop_map(|(on, public, known_at)| {
        Ask::new(Moment::Day(on), public, known_at, day("2024-11-24"))
    })
}

/// An answer without the entries that it cites.
fn uncited(history: &History, ask: &Ask) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.remove("because");
                members.remove("entry");
                members.values_mut().for_each(strip);
            }
            Value::Array(several) => several.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut answer = serde_json::to_value(history.view(ask).state()).unwrap();
    strip(&mut answer);
    answer
}

proptest! {
    #[test]
    fn a_prefix_and_then_the_rest_fold_like_the_whole(recorded in entries(), cut in 0usize..14, ask in asks()) {
        let whole = history(&recorded);
        let (mut grown, all) = (history(&recorded[..cut.min(recorded.len())]), whole.rows());
        for (seq, row) in &all[grown.rows().len()..] {
            grown.push(*seq, row.clone());
        }
        prop_assert_eq!(grown.view(&ask).state(), whole.view(&ask).state());
    }

    #[test]
    fn what_was_known_at_n_is_the_state_of_the_log_cut_at_n(recorded in entries(), ask in asks()) {
        let cut = history(&recorded[..recorded.len().min(ask.known_at as usize)]);
        let head = Ask { known_at: u64::MAX, ..ask };
        prop_assert_eq!(history(&recorded).view(&ask).state(), cut.view(&head).state());
    }

    #[test]
    fn the_order_of_appending_does_not_change_the_law(
        (recorded, shuffled) in acts().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        ask in asks(),
    ) {
        let ask = Ask { known_at: u64::MAX, ..ask };
        let (mut a, mut b) = (uncited(&history(&recorded), &ask), uncited(&history(&shuffled), &ask));
        // Surveys are listed as they were recorded.
        for answer in [&mut a, &mut b] {
            answer["surveyed"].as_array_mut().unwrap().sort_by_key(Value::to_string);
        }
        prop_assert_eq!(a, b);
    }

    #[test]
    fn a_rectification_to_the_same_content_changes_what_is_cited_alone(
        recorded in acts(), which in any::<usize>(), ask in asks(),
    ) {
        let decisions: Vec<usize> = (0..recorded.len()).filter(|n| recorded[*n].get("id").is_some()).collect();
        let which = decisions[which % decisions.len()];
        let again = json!({"by": "test", "withdraws": {"seq": which + 1, "link": "00", "regimes": [REGIME]},
            "because": "to be sure", "replacement": recorded[which]});
        let before = history(&recorded);
        let after = history(&[&recorded[..], &[again]].concat());
        let ask = Ask { known_at: u64::MAX, ..ask };
        prop_assert_eq!(uncited(&before, &ask), uncited(&after, &ask));
        let known = Ask { known_at: recorded.len() as u64, ..ask };
        for change in Diff::between(&after, &known, &ask).changes {
            prop_assert_eq!(change.cause, Cause::RecordCorrected, "{:?}", change);
            prop_assert!(change.fields.iter().all(|one| one.field == "because"), "{:?}", change);
        }
    }

    #[test]
    fn a_difference_makes_the_one_answer_the_other(recorded in entries(), a in asks(), b in asks()) {
        let history = history(&recorded);
        let (before, after) = (history.view(&a).state(), history.view(&b).state());
        // All dials at once, and one by one.
        let law = a.as_law_stood;
        let one_dial = [
            b,
            Ask { on: b.on, ..a },
            Ask { public_by: b.public_by, as_law_stood: b.public_by.unwrap_or(law), ..a },
            Ask { known_at: b.known_at, ..a },
        ];
        for (n, to) in one_dial.into_iter().enumerate() {
            let diff = Diff::between(&history, &a, &to);
            let state = if n == 0 { after.clone() } else { history.view(&to).state() };
            prop_assert_eq!(diff.apply(before.clone()), sheet(&state));
        }
        prop_assert!(Diff::between(&history, &a, &a).changes.is_empty());
    }

    #[test]
    fn a_cause_is_one_that_its_dial_allows(recorded in entries(), a in asks(), b in asks()) {
        let history = history(&recorded);
        let causes = |to: &Ask| Diff::between(&history, &a, to).changes.into_iter().map(|one| (one.cause, one.because.is_empty()));
        for (cause, nobody) in causes(&Ask { on: b.on, ..a }) {
            prop_assert!(matches!(cause, Cause::LawMoved | Cause::CourtReachedBack));
            prop_assert!(cause == Cause::LawMoved || !nobody, "a court is somebody");
        }
        for (cause, _) in causes(&Ask { public_by: b.public_by, ..a }) {
            prop_assert!(cause == Cause::CourtReachedBack || (cause == Cause::BecamePublic) == (a.public_by != b.public_by));
        }
        for (cause, _) in causes(&Ask { known_at: b.known_at, ..a }) {
            prop_assert!(matches!(cause, Cause::RecordCaughtUp | Cause::RecordCorrected | Cause::CourtReachedBack));
        }
    }

}

proptest! {
    // Each of these asks about every day of a year.
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn between_two_turning_days_nothing_changes(recorded in entries(), ask in asks()) {
        let history = history(&recorded);
        let turning = history.view(&ask).turning_days();
        let mut on = day("2023-10-01");
        let mut last = on;
        while on < day("2025-06-01") {
            if turning.contains(&on) {
                last = on;
            }
            let at = |on| Ask { on: Moment::Day(on), ..ask };
            prop_assert_eq!(Diff::between(&history, &at(last), &at(on)).changes, vec![], "{} to {}", last, on);
            on = on.plus_days(7).min(turning.range(on.next()..).next().copied().unwrap_or(on.plus_days(7)));
        }
    }

    #[test]
    fn a_bisection_finds_every_flip(recorded in records(), ask in asks(), which in 0usize..8) {
        let condition: Condition = CONDITIONS[which].parse().unwrap();
        let history = history(&recorded);
        let (from, to) = (day("2023-11-15"), day("2025-06-01"));
        let at = |on: Day| Ask::new(Moment::Day(on), ask.public_by, ask.known_at, day("2024-06-24"));
        let found = history.bisect_days(&condition, Some(from), Some(to), &at);
        let holds = |on: Day| condition.holds(&history.view(&at(on)).state());
        let (mut on, mut last) = (from, holds(from));
        prop_assert_eq!(found.holds, last);
        let mut flips = Vec::new();
        while on < to {
            on = on.next();
            if holds(on) != last {
                last = !last;
                flips.push((At::Day(on), last));
            }
        }
        prop_assert_eq!(found.flips.iter().map(|flip| (flip.at, flip.holds)).collect::<Vec<_>>(), flips);
        for flip in found.flips {
            let At::Day(on) = flip.at else { unreachable!() };
            let whole = Diff::between(&history, &at(on.plus_days(-1)), &at(on));
            prop_assert_eq!(flip.change, deciding(&condition, whole), "on {}", on);
        }
    }

    #[test]
    fn a_bisection_of_the_record_finds_every_flip(recorded in records(), ask in asks(), which in 0usize..8) {
        let condition: Condition = CONDITIONS[which].parse().unwrap();
        let history = history(&recorded);
        let known = |known_at: u64| Ask { known_at, ..ask };
        let (from, to) = (1, recorded.len() as u64);
        let found = history.bisect_entries(&condition, from, to, &ask);
        let holds = |seq: u64| condition.holds(&history.view(&known(seq)).state());
        prop_assert_eq!(found.holds, holds(from));
        let flips: Vec<_> = (from + 1..=to).filter(|seq| holds(*seq) != holds(seq - 1)).collect();
        prop_assert_eq!(found.flips.iter().map(|flip| flip.at).collect::<Vec<_>>(), flips.iter().map(|seq| At::from(*seq)).collect::<Vec<_>>());
        for (flip, seq) in found.flips.into_iter().zip(flips) {
            let whole = Diff::between(&history, &known(seq - 1), &known(seq));
            prop_assert_eq!(flip.change, deciding(&condition, whole), "at {}", seq);
        }
    }

    #[test]
    fn a_blast_radius_is_every_past_day_that_changes(recorded in entries(), head in 1u64..10) {
        let history = history(&recorded);
        let today = day("2024-11-24");
        let found = history.blast_radius(head, today);
        prop_assert!(!found.is_new);
        let mut on = day("2023-10-20");
        while on < today {
            let at = |known_at| Ask::new(Moment::Day(on), None, known_at, today);
            let (a, b) = (history.view(&at(head)).state(), history.view(&at(u64::MAX)).state());
            let differing = compare(&a, &b).into_iter().filter_map(|mut one| {
                one.fields.retain(|field| field.field != "because" && field.field != "days_left");
                let told = !one.fields.is_empty() && !matches!(one.line, Line::Coming { .. } | Line::Survey { .. });
                told.then_some((one.line, one.fields))
            });
            let covers = |past: &&Past| past.from.is_none_or(|from| from <= on) && on <= past.through;
            let blasts = found.lines.iter().flat_map(|blast| {
                let days = blast.days.iter().filter(covers);
                days.map(|past| (blast.line.clone(), past.fields.clone()))
            });
            prop_assert_eq!(blasts.collect::<Vec<_>>(), differing.collect::<Vec<_>>(), "on {}", on);
            on = on.next();
        }
    }
}

#[test]
fn a_court_that_takes_out_what_showed_life_flips_the_regime() {
    let open = json!({"adopted_on": "2024-01-01", "in_force": "2024-01-02"});
    let mut base = established();
    base["dates"] = open;
    let annulled = json!([{"annulled": {"regime": REGIME, "acts": ["l"], "subject": "ann"}}]);
    let history = history(&[
        base,
        list("l", "2024-07-06", "ann"),
        decision("court", json!({"adopted_on": "2024-02-01"}), annulled),
    ]);
    let condition: Condition = "unknown EU-TEST".parse().unwrap();
    let found = history.bisect_entries(&condition, 1, 3, &ask("2024-06-02"));
    let flips: Vec<_> = found
        .flips
        .iter()
        .map(|flip| (flip.at, flip.holds))
        .collect();
    assert!(found.holds, "nothing shows that it is alive");
    assert_eq!(flips, [(At::from(2), false), (At::from(3), true)]);
}

#[test]
fn a_court_whose_maintenance_runs_out_flips_the_regime_too() {
    let mut base = established();
    base["dates"] = json!({"adopted_on": "2024-01-01", "in_force": "2024-01-02"});
    let annulled = json!([{"annulled": {"regime": REGIME, "acts": ["l"], "subject": "ann", "maintained_until": "2024-07-10"}}]);
    let history = history(&[
        base,
        list("l", "2024-10-01", "ann"),
        decision("court", json!({"adopted_on": "2024-02-01"}), annulled),
    ]);
    let condition: Condition = "unknown EU-TEST".parse().unwrap();
    let at = |on: Day| Ask::new(Moment::Day(on), None, u64::MAX, day("2024-06-24"));
    let found = history.bisect_days(&condition, Some(day("2024-06-24")), None, &at);
    let first = found.flips.first().map(|flip| (flip.at, flip.holds));
    assert_eq!(first, Some((At::Day(day("2024-07-11")), true)));
}
