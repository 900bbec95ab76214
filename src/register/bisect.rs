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
        ask: &dyn Fn(Day) -> Ask,
    ) -> Bisection {
        let asked = |ask: &Ask| {
            let part = condition.part.as_deref();
            self.view(ask).about(|one| Some(one) == part)
        };
        let epoch = Instant(0).day(chrono_tz::UTC);
        // Turning days are those of all time, whatever the day that the view is of.
        let base = asked(&ask(from.or(to).unwrap_or(epoch)));
        let turning = base.turning_days();
        let day_before = turning.first().map(|first| first.plus_days(-1));
        let from = from.or(day_before).unwrap_or(epoch);
        let to = to.or(turning.last().copied()).unwrap_or(epoch).max(from);
        let state = |day: Day| {
            let ask = ask(day);
            let view = if ask.as_law_stood == base.ask.as_law_stood {
                let mut view = base.clone();
                view.turn(ask.on);
                view
            } else {
                asked(&ask)
            };
            view.state()
        };
        let days = turning.into_iter().filter(|day| from < *day && *day <= to);
        walk(condition, (from, to), days, state, |day: Day| {
            Diff::between(self, &ask(day.plus_days(-1)), &ask(day))
        })
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
        let known = |known_at: u64| Ask { known_at, ..*ask };
        let entries = self.rows().iter().map(|(seq, _)| *seq);
        let entries = entries.filter(|seq| from < *seq && *seq <= to);
        let state = |seq: u64| self.view(&known(seq)).state();
        walk(condition, (from, to), entries, state, |seq: u64| {
            Diff::between(self, &known(seq - 1), &known(seq))
        })
    }
}

/// Asks at the first place and at each of those given, in order, and takes note of what flips.
fn walk<T: Copy + Into<At>>(
    condition: &Condition,
    (from, to): (T, T),
    places: impl Iterator<Item = T>,
    state: impl Fn(T) -> RegimeState,
    diff: impl Fn(T) -> Diff,
) -> Bisection {
    let first = state(from);
    let told = |state: &RegimeState| {
        let status = condition.standing(state).map(|standing| standing.status);
        (condition.holds(state), status)
    };
    let (holds, status) = told(&first);
    let mut last = (holds, status);
    let mut flips = Vec::new();
    for place in places {
        let now = told(&state(place));
        if now.0 != last.0 {
            flips.push(Flip {
                at: place.into(),
                holds: now.0,
                before: last.1,
                after: now.1,
                change: deciding(condition, diff(place)),
            });
        }
        last = now;
    }
    Bisection {
        regime: first.regime,
        from: from.into(),
        to: to.into(),
        holds,
        status,
        flips,
    }
}

/// The change that flipped it: of its own line, else of its regime; of where that stands, else any.
fn deciding(condition: &Condition, diff: Diff) -> Option<Change> {
    let own = |line: &Line| match line {
        Line::Measure { measure } => condition.part.as_deref() == Some(measure.as_str()),
        Line::Listing { subject } => condition.part.as_deref() == Some(subject.as_str()),
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
