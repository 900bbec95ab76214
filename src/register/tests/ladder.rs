//! Laws of the fold over decisions of every kind in any order: where anything can stand, and that what explains or
//! spans an answer is the answer.

use super::*;
use crate::domain::Until;

/// The regime, with a last day or without a recorded end.
fn base(open: bool) -> Value {
    let mut base = established();
    if open {
        base["dates"]["until"] = Value::Null;
    }
    base
}

/// Decisions of every kind about one person and one measure, over two years.
fn anything() -> impl Strategy<Value = Vec<Value>> {
    let one = (0u8..16, 0u32..700, 0u32..200, any::<bool>());
    prop::collection::vec(one, 0..14).prop_map(|chosen| {
        let chosen = chosen.into_iter().enumerate();
        chosen
            .map(|(n, (kind, at, term, own))| any_decision(n, kind, at, term, own))
            .collect()
    })
}

fn any_decision(n: usize, kind: u8, at: u32, term: u32, own: bool) -> Value {
    let adopted = day("2024-01-05").plus_days(i64::from(at));
    let last = adopted.plus_days(i64::from(term)).to_string();
    let (adopted, id) = (adopted.to_string(), format!("d{n}"));
    let until = if own { json!(last) } else { Value::Null };
    // What courts name is the decision before, whatever it is.
    let before = format!("d{}", n.saturating_sub(1));
    let subject = json!({"id": "ann", "name": "Ann", "type": "person"});
    let effect = match kind {
        0 | 1 => json!({"listed": {"regime": REGIME, "subject": subject, "until": until}}),
        2 => {
            json!({"delisted": {"regime": REGIME, "subject": "ann", "prior_unrecorded": own, "name": "Ann"}})
        }
        3 => json!({"renewed": {"regime": REGIME, "until": last}}),
        4 => json!({"suspended": {"regime": REGIME, "until": until}}),
        5 => json!({"resumed": {"regime": REGIME}}),
        6 => json!({"repealed": {"regime": REGIME}}),
        7 => json!({"suspended": {"regime": REGIME, "measure": "asset-freeze", "until": until}}),
        8 => json!({"extended": {"regime": REGIME, "measure": "asset-freeze", "until": last}}),
        9 => json!({"lifted": {"regime": REGIME, "measure": "asset-freeze"}}),
        10 => {
            json!({"order_granted": {"regime": REGIME, "subject": "ann", "orders": "suspended", "until": until}})
        }
        11 => json!({"order_cancelled": {"regime": REGIME, "decision": before}}),
        12 => {
            json!({"annulled": {"regime": REGIME, "acts": [before], "subject": "ann", "maintained_until": until}})
        }
        13 => {
            json!({"annulled": {"regime": REGIME, "acts": [before], "subject": "ann", "from": adopted, "to": last}})
        }
        14 => json!({"annulled": {"regime": REGIME, "acts": [before]}}),
        _ => return survey(&last),
    };
    decision(
        &id,
        json!({"adopted_on": adopted, "in_force": adopted}),
        json!([effect]),
    )
}

fn asks() -> impl Strategy<Value = Ask> {
    (0u32..800, prop::option::of(0u32..800), 1u64..20).prop_map(|(on, by, known_at)| {
        let at = |n: u32| day("2023-12-20").plus_days(i64::from(n));
        Ask {
            known_at,
            ..Ask::new(Moment::Day(at(on)), by.map(at), known_at, day("2026-11-24"))
        }
    })
}

/// The standings of a state.
fn standings(state: &RegimeState) -> Vec<&Standing> {
    let measures = state.measures.iter().map(|one| &one.standing);
    let listings = state.listings.iter().map(|one| &one.standing);
    std::iter::once(&state.standing)
        .chain(measures)
        .chain(listings)
        .collect()
}

/// A standing without the record positions that it cites: status, since, term, acts.
type Bare = (Status, Option<Moment>, Option<Until>, Vec<String>);

fn standing_of(history: &History, ask: &Ask) -> Vec<Bare> {
    let state = history.view(ask).state();
    let told = standings(&state).into_iter().map(|one| {
        let acts = one.because.iter().map(|reason| reason.act.clone());
        (one.status, one.since, one.until.clone(), acts.collect())
    });
    told.collect()
}

proptest! {
    /// Whatever is recorded, every line stands on one rung, and says what that rung needs.
    #[test]
    fn every_line_stands_on_one_rung_of_the_ladder(recorded in anything(), open in any::<bool>(), ask in asks()) {
        let history = history(&[&[base(open)][..], &recorded].concat());
        let view = history.view(&ask);
        let state = view.state();
        for one in standings(&state) {
            prop_assert_eq!(one.answer, one.status.answer());
            let says_why = one.unknown.is_some();
            prop_assert_eq!(says_why, one.status == Status::Unknown, "{:?}", one);
            let decided = !matches!(one.unknown, Some(Unknown::Before(_) | Unknown::Nothing | Unknown::Unrecorded(_)));
            prop_assert_eq!(one.because.is_empty(), !decided, "{:?}", one);
            match one.status {
                Status::Lapsed => {
                    prop_assert!(one.days_left.is_some_and(|days| days < 0), "{:?}", one);
                    prop_assert!(!state.surveyed.is_empty(), "only a survey makes a lapse");
                }
                Status::AdoptedNotInForce | Status::InForceNotApplicable => prop_assert!(one.applies.is_some()),
                Status::Applicable => prop_assert!(one.days_left.is_none_or(|days| days >= 0), "{:?}", one),
                _ => {}
            }
            // Nothing here proposes, agrees or disputes.
            prop_assert!(!matches!(one.status, Status::Proposed | Status::Agreed | Status::Disputed));
        }
    }

    /// An annulment that is set aside was never one.
    #[test]
    fn annulled_and_set_aside_is_what_it_was(
        recorded in anything(), open in any::<bool>(), nth in 0usize..14, (judged, aside) in (0u32..700, 0u32..700), span in any::<bool>(), ask in asks(),
    ) {
        prop_assume!(!recorded.is_empty());
        let act = format!("d{}", nth % recorded.len());
        let at = |n: u32| day("2024-01-05").plus_days(i64::from(n)).to_string();
        let mut annulled = json!({"regime": REGIME, "acts": [act], "subject": "ann"});
        if span {
            annulled["from"] = json!(at(0));
        }
        let judgment = decision("t-1", json!({"adopted_on": at(judged)}), json!([{"annulled": annulled}]));
        let higher = decision(
            "c-1",
            json!({"adopted_on": at(aside)}),
            json!([{"annulment_set_aside": {"regime": REGIME, "decision": "t-1"}}]),
        );
        let was = [&[base(open)][..], &recorded].concat();
        let with = [&was[..], &[judgment, higher]].concat();
        // Both judgments are known and public.
        let all = Ask { known_at: u64::MAX, public_by: None, as_law_stood: day("2026-11-24"), ..ask };
        let (before, after) = (history(&was), history(&with));
        prop_assert_eq!(standing_of(&before, &all), standing_of(&after, &all));
    }

    /// What is explained is what is answered, line by line.
    #[test]
    fn why_never_disagrees_with_state(recorded in anything(), open in any::<bool>(), ask in asks()) {
        let history = history(&[&[base(open)][..], &recorded].concat());
        for line in [StandingLine::Regime, StandingLine::Measure("asset-freeze".parse().unwrap()), StandingLine::Listing("ann".parse().unwrap())] {
            super::why::agrees(&history, &history.why(&line, &ask), &ask);
        }
    }

    /// A subject's spans say for every day what the state of that day says.
    #[test]
    fn spans_are_the_state_of_every_day(recorded in anything(), open in any::<bool>(), ask in asks(), n in 0u32..900) {
        let history = history(&[&[base(open)][..], &recorded].concat());
        let on = day("2023-12-20").plus_days(i64::from(n));
        let asked = Ask { on: Moment::Day(on), ..ask };
        let ann = "ann".parse().unwrap();
        let state = history.view(&asked).state();
        let stands = state.listings.iter().find(|one| one.subject == ann);
        let listing = history.listing(&ann, &ask);
        let spans = listing.map(|listing| listing.spans).unwrap_or_default();
        let of_day = spans.iter().find(|span| span.from.is_none_or(|from| from <= on) && span.to.is_none_or(|last| on <= last));
        prop_assert_eq!(
            of_day.map(|span| span.status),
            stands.map(|one| one.standing.status),
            "{} {:#?}", on, spans
        );
    }
}
