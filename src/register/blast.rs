//! The blast radius of entries: the past days whose answers they change.
//!
//! The fold with and without the new entries is compared on the turning days of both before today. A line is moved by its
//! own effects and by its regime, so that lines on which the new entries say nothing are compared only where the regime
//! itself is different, or where what shows that it is alive is.

use super::diff::{Fate, Field, Line, compare};
use super::fold::lives;
use super::turning::part;
use super::view::View;
use super::{Ask, DecisionRow, History, Row};
use crate::domain::{Day, DecisionId, Effect, RegimeKey};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// What entries change of one regime's past.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BlastRadius {
    /// Which regime.
    pub regime: RegimeKey,
    /// Nothing was recorded of it before: all of its past is new, and its lines are not told one by one.
    pub is_new: bool,
    /// The lines that change on past days.
    pub lines: Vec<Blast>,
}

/// What becomes of one line on past days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Blast {
    /// Which line.
    #[serde(flatten)]
    pub line: Line,
    /// The listed subject's name; what a procedure is about.
    pub name: Option<String>,
    /// On which days, in order.
    pub days: Vec<Past>,
}

/// A span of past days on which a line says the same other thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Past {
    /// The first day; all before where it is left out.
    pub from: Option<Day>,
    /// The last day, inclusive.
    pub through: Day,
    /// What becomes of the line.
    pub change: Fate,
    /// Its fields, without and with the new entries.
    pub fields: Vec<Field>,
}

impl History {
    /// What the entries after that position change of days before today.
    #[must_use]
    pub fn blast_radius(&self, head: u64, today: Day) -> BlastRadius {
        let is_new = self.rows().first().is_none_or(|(seq, _)| *seq > head);
        let lines = if is_new {
            Vec::new()
        } else {
            self.blasts(head, today)
        };
        BlastRadius {
            regime: self.regime().clone(),
            is_new,
            lines,
        }
    }

    fn blasts(&self, head: u64, today: Day) -> Vec<Blast> {
        let yesterday = today.plus_days(-1);
        let ask = |known_at| Ask::new(yesterday.into(), None, known_at, today);
        let (a, b) = (self.view(&ask(head)), self.view(&ask(u64::MAX)));
        let touched = self.touched(head);
        let narrow = |view: &View<'_>| places(view, today);
        let whole = Pair(a, b);
        let own = Pair(
            whole.0.clone().about(|part| touched.contains(part)),
            whole.1.clone().about(|part| touched.contains(part)),
        );
        let mut days: BTreeSet<Day> = narrow(&own.0).union(&narrow(&own.1)).copied().collect();
        let inner: BTreeSet<Day> = narrow(&whole.0).union(&narrow(&whole.1)).copied().collect();
        let first = days.first().copied().unwrap_or(yesterday);
        let mut wide = if self.surveys_change(head) {
            vec![(first, yesterday)]
        } else {
            wide(own.clone(), &days, whole.evidence(), yesterday)
        };
        // What holds on the first day held on all days before, on which other lines may have turned.
        for (from, _) in wide.iter_mut().filter(|(from, _)| *from == first) {
            *from = inner.first().map_or(first, |inner| first.min(*inner));
        }
        let is_wide = |day: Day| wide.iter().any(|(from, to)| (*from..=*to).contains(&day));
        days.extend(inner.into_iter().filter(|day| is_wide(*day)));
        let edges = wide.iter().flat_map(|(from, to)| [*from, to.next()]);
        days.extend(edges.filter(|day| *day < today));
        let mut found = Found::default();
        let (mut whole, mut own) = (whole, own);
        for (n, (day, through)) in spans(&days, yesterday).enumerate() {
            let wide = is_wide(day);
            let pair = if wide { &mut whole } else { &mut own };
            // What holds on the first held on all days before.
            let from = (n > 0).then_some(day);
            pair.turn(day);
            // A view of some lines shows others only in part.
            let told = |line: &Line| wide || line.part().is_none_or(|part| touched.contains(part));
            found.take(pair, told, from, through);
        }
        found.into_blasts()
    }

    /// The measures and subjects that entries after that position say something about, directly or by a decision that
    /// they name or withdraw.
    fn touched(&self, head: u64) -> HashSet<String> {
        let mut named: HashSet<&DecisionId> = HashSet::new();
        let mut entries: HashSet<u64> = HashSet::new();
        for (seq, row) in self.rows().iter().filter(|(seq, _)| *seq > head) {
            entries.insert(*seq);
            if let Row::Withdrawal(withdrawal) = row {
                entries.insert(withdrawal.seq);
            }
        }
        // A withdrawal withdrawn gives back what it had withdrawn.
        for (seq, row) in self.rows() {
            match row {
                Row::Withdrawal(withdrawal) if entries.contains(seq) => {
                    entries.insert(withdrawal.seq);
                }
                _ => {}
            }
        }
        let decisions = || {
            let rows = self.rows().iter();
            rows.filter_map(|(seq, row)| row.decision().map(|decision| (seq, decision)))
        };
        // Set aside, annulled, enacted: no chain is longer.
        for _ in 0..2 {
            let about = |seq: &u64, decision: &DecisionRow, named: &HashSet<&DecisionId>| {
                entries.contains(seq) || named.contains(&decision.id)
            };
            let more = decisions().filter(|(seq, decision)| about(seq, decision, &named));
            let more: Vec<_> = more.flat_map(|(_, decision)| names(decision)).collect();
            named.extend(more);
        }
        let concerned = decisions()
            .filter(|(seq, decision)| entries.contains(seq) || named.contains(&decision.id));
        let effects = concerned.flat_map(|(_, decision)| &decision.effects);
        effects
            .filter_map(|row| part(&row.effect).map(ToOwned::to_owned))
            .collect()
    }

    /// Whether entries after that position make or withdraw surveys.
    fn surveys_change(&self, head: u64) -> bool {
        let withdrawn = |seq: u64| {
            let rows = self.rows().iter();
            rows.filter(move |(other, _)| *other == seq)
                .any(|(_, row)| !matches!(row, Row::Decision(_)))
        };
        let mut new = self.rows().iter().filter(|(seq, _)| *seq > head);
        new.any(|(_, row)| match row {
            Row::Survey(_) => true,
            Row::Withdrawal(withdrawal) => withdrawn(withdrawal.seq),
            Row::Decision(_) | Row::Redaction(_) => false,
        })
    }
}

/// The decisions that a decision is about.
fn names(decision: &DecisionRow) -> impl Iterator<Item = &DecisionId> {
    decision.effects.iter().flat_map(|row| match &row.effect {
        Effect::Annulled(e) => e.acts.as_slice(),
        Effect::AnnulmentSetAside(e) => std::slice::from_ref(&e.decision),
        Effect::OrderCancelled(e) => std::slice::from_ref(&e.decision),
        _ => &[],
    })
}

/// The turning days before today, and the day before the first, which stands for all days before it.
fn places(view: &View<'_>, today: Day) -> BTreeSet<Day> {
    let mut days = view.turning_days();
    days.extend(days.first().map(|first| first.plus_days(-1)));
    days.retain(|day| *day < today);
    days
}

/// Each day with the last before the next.
fn spans(days: &BTreeSet<Day>, last: Day) -> impl Iterator<Item = (Day, Day)> {
    let next = days.iter().skip(1).map(|next| next.plus_days(-1));
    days.iter().copied().zip(next.chain([last]))
}

/// The spans in which lines that the new entries say nothing about may be different.
fn wide(
    mut own: Pair<'_>,
    days: &BTreeSet<Day>,
    evidence: Option<(Day, Day)>,
    last: Day,
) -> Vec<(Day, Day)> {
    let regime = spans(days, last).filter(|(day, _)| {
        own.turn(*day);
        let (a, b) = (own.0.state(), own.1.state());
        let differing = compare(&a, &b);
        differing.iter().any(|one| one.line == Line::Regime)
    });
    regime.chain(evidence).collect()
}

/// The answers without and with the new entries.
#[derive(Clone)]
struct Pair<'a>(View<'a>, View<'a>);

impl Pair<'_> {
    fn turn(&mut self, day: Day) {
        self.0.turn(day.into());
        self.1.turn(day.into());
    }

    /// The days on which only one of the two has something decided later that shows that the regime is alive.
    fn evidence(&self) -> Option<(Day, Day)> {
        let latest = |view: &View<'_>| {
            let alive = view.placed.iter().filter(|one| lives(one.effect()));
            alive.map(|one| one.adopted().max(one.day())).max()
        };
        match (latest(&self.0), latest(&self.1)) {
            (Some(a), Some(b)) if a != b => Some((a.min(b).next(), a.max(b))),
            _ => None,
        }
    }
}

#[derive(Default)]
struct Found(BTreeMap<Line, (Option<String>, Vec<Past>)>);

impl Found {
    /// Takes note of the lines that differ, of those that are to be told, on a span of days.
    fn take(
        &mut self,
        pair: &Pair<'_>,
        told: impl Fn(&Line) -> bool,
        from: Option<Day>,
        through: Day,
    ) {
        let (a, b) = (pair.0.state(), pair.1.state());
        for mut one in compare(&a, &b) {
            // What is to come lies ahead, and a survey is no answer by itself.
            if matches!(one.line, Line::Coming { .. } | Line::Survey { .. }) || !told(&one.line) {
                continue;
            }
            let (change, name) = (one.fate(), one.name());
            one.fields
                .retain(|field| !matches!(field.field.as_str(), "because" | "days_left"));
            if one.fields.is_empty() {
                continue;
            }
            let past = Past {
                from,
                through,
                change,
                fields: one.fields,
            };
            let (called, days) = self.0.entry(one.line).or_default();
            *called = name;
            match days.last_mut().filter(|last| last.goes_on_as(&past)) {
                Some(last) => last.through = through,
                None => days.push(past),
            }
        }
    }

    fn into_blasts(self) -> Vec<Blast> {
        let lines = self.0.into_iter();
        lines
            .map(|(line, (name, days))| Blast { line, name, days })
            .collect()
    }
}

impl Past {
    fn goes_on_as(&self, next: &Self) -> bool {
        next.from == Some(self.through.next())
            && next.change == self.change
            && next.fields == self.fields
    }
}
