//! Bisection: every legal day, or every entry, at which an answer began or ceased to meet a condition.
//!
//! Over legal days an answer may flip more than once, so that halving would miss some: it is asked about on each of the
//! finitely many turning days, and over record time after each entry of the regime.

use super::EntryNo;
use super::diff::{Change, Diff, Line};
use super::{Ask, Condition, History, RegimeState, Test};
use crate::domain::{Day, Instant, RegimeKey, Status};
use serde::Serialize;

/// Where on a dial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum At {
    /// A legal day.
    Day(Day),
    /// An entry.
    Entry(EntryNo),
}

impl From<Day> for At {
    fn from(day: Day) -> Self {
        Self::Day(day)
    }
}

impl From<u64> for At {
    fn from(seq: u64) -> Self {
        Self::Entry(seq.into())
    }
}

/// Every flip of one condition in one regime.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bisection {
    /// Which regime.
    pub regime: RegimeKey,
    /// The first place asked about.
    pub from: At,
    /// The last place asked about.
    pub to: At,
    /// Whether it holds at the first.
    pub holds: bool,
    /// Where it stands at the first.
    pub status: Option<Status>,
    /// Where that changes, in order.
    pub flips: Vec<Flip>,
}

/// A place at which an answer begins or ceases to meet a condition.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flip {
    /// The first day, or the entry, that has it otherwise.
    pub at: At,
    /// Whether it holds from here on.
    pub holds: bool,
    /// Where it stood before.
    pub before: Option<Status>,
    /// Where it stands from here on.
    pub after: Option<Status>,
    /// What changed, and why.
    pub change: Option<Change>,
}

impl History {
    /// Every flip over legal days, those from one day through another or all. `ask` turns the other dials.
    #[must_use]
    pub fn bisect_days(
        &self,
        condition: &Condition,
        from: Option<Day>,
        to: Option<Day>,
        ask: &(dyn Fn(Day) -> Ask + Sync),
    ) -> Bisection {
        let asked = |ask: &Ask| self.view(ask).about(|part| condition.is_about(part));
        let epoch = Instant(0).day(chrono_tz::UTC);
        // Turning days are those of all time, whatever the day that the view is of.
        let base = asked(&ask(from.or(to).unwrap_or(epoch)));
        let turning = base.turning_days();
        let day_before = turning.first().map(|first| first.plus_days(-1));
        let from = from.or(day_before).unwrap_or(epoch);
        let to = to.or(turning.last().copied()).unwrap_or(epoch).max(from);
        let seen = |ask: &Ask| {
            if ask.as_law_stood != base.ask.as_law_stood {
                return asked(ask);
            }
            let mut view = base.clone();
            view.turn(ask.on);
            view
        };
        let days = turning.range(from.next()..).take_while(|day| **day <= to);
        let places = std::iter::once(from).chain(days.copied());
        let answers = places.map(|day| (day, seen(&ask(day)).state()));
        let flips = flips(condition, answers, |day: Day| {
            Diff::seen(self, &seen, &ask(day.plus_days(-1)), &ask(day))
        });
        self.bisection((from, to), flips)
    }

    /// Every flip over record time: after each entry of the regime, those from one position through another.
    #[must_use]
    pub fn bisect_entries(
        &self,
        condition: &Condition,
        from: u64,
        to: u64,
        ask: &Ask,
    ) -> Bisection {
        let is_asked = |part: &str| condition.is_about(part);
        let history = self.about(ask, is_asked);
        let known = |known_at: u64| Ask { known_at, ..*ask };
        let seen = |ask: &Ask| history.view(ask).about(is_asked);
        let rows = history.rows().iter();
        let rows = rows.filter(|(seq, _)| from < *seq && *seq <= to);
        let entries = rows.map(|(seq, row)| (*seq, row.moves(is_asked)));
        let mut alive = false;
        let answers = std::iter::once((from, true)).chain(entries);
        let answers = answers.filter_map(|(seq, moves)| {
            // What only shows that the regime is alive says nothing new where that is known.
            if !moves && alive {
                return None;
            }
            let view = seen(&known(seq));
            alive = view.evidence().is_some();
            Some((seq, view.state()))
        });
        let flips = flips(condition, answers, |seq: u64| {
            Diff::seen(&history, &seen, &known(seq - 1), &known(seq))
        });
        self.bisection((from, to), flips)
    }

    fn bisection<T: Into<At>>(
        &self,
        (from, to): (T, T),
        (holds, status, flips): (bool, Option<Status>, Vec<Flip>),
    ) -> Bisection {
        Bisection {
            regime: self.regime().clone(),
            from: from.into(),
            to: to.into(),
            holds,
            status,
            flips,
        }
    }
}

/// Whether the first of those answers meets the condition, where it stands there, and each place at which that flips.
fn flips<T: Copy + Into<At>>(
    condition: &Condition,
    answers: impl Iterator<Item = (T, RegimeState)>,
    diff: impl Fn(T) -> Diff,
) -> (bool, Option<Status>, Vec<Flip>) {
    let mut told = answers.map(|(place, state)| {
        let status = condition.standing(&state).map(|standing| standing.status);
        (place, condition.holds(&state), status)
    });
    let first = told.next();
    let first = first.map_or((false, None), |(_, holds, status)| (holds, status));
    let mut last = first;
    let mut flips = Vec::new();
    for (place, holds, status) in told {
        if holds != last.0 {
            flips.push(Flip {
                at: place.into(),
                holds,
                before: last.1,
                after: status,
                change: deciding(condition, diff(place)),
            });
        }
        last = (holds, status);
    }
    (first.0, first.1, flips)
}

/// The change that flipped it: of its own line, else of its regime; of where that stands, else any.
pub(super) fn deciding(condition: &Condition, diff: Diff) -> Option<Change> {
    let own = |line: &Line| match line {
        Line::Measure { measure } => condition.is_about(measure.as_str()),
        Line::Listing { subject } => condition.is_about(subject.as_str()),
        Line::Procedure { .. } => condition.test == Test::Status(Status::Disputed),
        Line::Regime => condition.part.is_none(),
        _ => false,
    };
    let of_status = |change: &Change| change.fields.iter().any(|field| field.field == "status");
    let rank = |change: &&Change| (!own(&change.line), !of_status(change));
    let changes = diff.changes.iter();
    let able = changes.filter(|change| own(&change.line) || change.line == Line::Regime);
    able.min_by_key(rank).cloned()
}
