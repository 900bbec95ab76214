//! One regime's rows, and what the dials leave of them.

use super::redaction::{in_place, redactions, unvouched};
use super::{Ask, DecisionRow, EffectRow, EntryNo, PlacedBy, Reason, Redacted, Row, Surveyed};
use crate::domain::{Day, DecisionId, Effect, Instant, Jurisdiction, Moment, RegimeKey};
use std::collections::HashSet;

/// All rows of one regime, in record order.
#[derive(Debug, Clone)]
pub struct History {
    regime: RegimeKey,
    rows: Vec<(u64, Row)>,
}

impl History {
    /// The history of that regime. Rows are given in record order.
    #[must_use]
    pub fn new(regime: RegimeKey, rows: Vec<(u64, Row)>) -> Self {
        Self { regime, rows }
    }

    /// Which regime.
    #[must_use]
    pub fn regime(&self) -> &RegimeKey {
        &self.regime
    }

    /// Its rows with their positions, in record order.
    #[must_use]
    pub fn rows(&self) -> &[(u64, Row)] {
        &self.rows
    }

    /// Adds a row at the end.
    pub fn push(&mut self, seq: u64, row: Row) {
        self.rows.push((seq, row));
    }

    /// What the dials leave, in legal order.
    #[must_use]
    pub fn view(&self, ask: &Ask) -> View<'_> {
        let rows = in_place(&self.rows, ask.known_at);
        let dead = withdrawn(&rows);
        let decisions = rows
            .iter()
            .filter(|(seq, _)| !dead.contains(seq))
            .filter_map(|(seq, row)| {
                let rank = rank(&rows, *seq, row);
                row.decision().map(|decision| (*seq, rank, decision))
            });
        // What is supposed is supposed to be known.
        let public_by = |seq: u64| ask.public_by.filter(|_| !EntryNo::from(seq).is_supposed());
        let public = |seq: u64, row: &DecisionRow| {
            public_by(seq).is_none_or(|by| row.public_on.is_none_or(|on| on <= by))
        };
        let mut placed: Vec<Placed<'_>> = decisions
            .filter(|(seq, _, decision)| public(*seq, decision))
            .flat_map(|(seq, rank, decision)| {
                decision.effects.iter().map(move |row| Placed {
                    seq: seq.into(),
                    rank,
                    decision,
                    row,
                })
            })
            .collect();
        let voided = take_voided(&mut placed, ask);
        placed.sort_by_key(Placed::order);
        let unvouched = unvouched(&self.rows, ask.known_at);
        let surveys = rows
            .iter()
            .filter(|(seq, _)| !dead.contains(seq) && unvouched.is_none_or(|by| *seq > by))
            .filter_map(|(seq, row)| match row {
                Row::Survey(survey) => {
                    let through =
                        public_by(*seq).map_or(survey.through, |by| survey.through.min(by));
                    let begun = survey.from.is_none_or(|from| from <= through);
                    begun.then_some(Surveyed {
                        from: survey.from,
                        through,
                        entry: (*seq).into(),
                    })
                }
                _ => None,
            });
        let zone = Jurisdiction::from(&self.regime).zone();
        View {
            regime: &self.regime,
            zone,
            at: ask.on.ends(zone),
            on: ask.on.day(zone),
            ask: *ask,
            placed,
            voided,
            surveys: surveys.collect(),
            redactions: redactions(&self.rows, ask.known_at),
        }
    }
}

/// The entries that a live withdrawal names. A withdrawal withdrawn is dead, so the newest are asked first.
fn withdrawn(rows: &[(u64, &Row)]) -> HashSet<u64> {
    let mut dead = HashSet::new();
    for (seq, row) in rows.iter().rev() {
        if let Row::Withdrawal(withdrawal) = row
            && !dead.contains(seq)
        {
            dead.insert(withdrawal.seq);
        }
    }
    dead
}

/// The position that a decision has in legal order: what replaces an entry that was withdrawn stands where that stood.
fn rank(rows: &[(u64, &Row)], seq: u64, row: &Row) -> u64 {
    let Row::Withdrawal(withdrawal) = row else {
        return seq;
    };
    let at = rows.binary_search_by_key(&withdrawal.seq, |(seq, _)| *seq);
    match at.ok().and_then(|at| rows.get(at)) {
        Some((stood, row)) if *stood < seq => rank(rows, *stood, row),
        _ => withdrawal.seq.min(seq),
    }
}

/// Takes out what live annulments without a span name, and annulments that are set aside or do not count yet.
///
/// What a voided effect had displaced revives by itself, because the fold never sees the voided one.
fn take_voided<'a>(placed: &mut Vec<Placed<'a>>, ask: &Ask) -> Vec<Placed<'a>> {
    let voids = |one: &Placed<'_>| {
        matches!(
            one.effect(),
            Effect::Annulled(_) | Effect::AnnulmentSetAside(_)
        )
    };
    if !placed.iter().any(voids) {
        return Vec::new();
    }
    let set_aside: HashSet<DecisionId> = placed
        .iter()
        .filter_map(|one| match one.effect() {
            Effect::AnnulmentSetAside(e) => Some(e.decision.clone()),
            _ => None,
        })
        .collect();
    let counts = |one: &mut Placed<'a>| match one.effect() {
        Effect::Annulled(e) => {
            let counts_from = e.counts_from.unwrap_or_else(|| one.day());
            !set_aside.contains(&one.decision.id) && counts_from <= ask.as_law_stood
        }
        _ => true,
    };
    let mut dead: Vec<Placed<'a>> = placed.extract_if(.., |one| !counts(one)).collect();
    let mut void: HashSet<(DecisionId, Option<String>)> = HashSet::new();
    for one in placed.iter() {
        if let Effect::Annulled(e) = one.effect()
            && e.from.is_none()
            // An annulment of one measure's part of a listing leaves the listing to be told of.
            && (e.subject.is_none() || e.measure.is_none())
            && !super::fold::maintained(e, ask.as_law_stood, one.zone())
        {
            let slot = e
                .subject
                .as_ref()
                .map(|subject| subject.as_str().to_owned());
            let slot = slot.or_else(|| {
                e.measure
                    .as_ref()
                    .map(|measure| measure.as_str().to_owned())
            });
            void.extend(e.acts.iter().map(|act| (act.clone(), slot.clone())));
        }
    }
    let is_void = |one: &mut Placed<'a>| {
        let of =
            |slot: Option<&str>| void.contains(&(one.decision.id.clone(), slot.map(str::to_owned)));
        let effect = one.effect();
        let subject = effect.subject().map(|subject| subject.as_str());
        let measure = effect.measure().map(|measure| measure.as_str());
        of(None) || (subject.is_some() && of(subject)) || (measure.is_some() && of(measure))
    };
    dead.extend(placed.extract_if(.., is_void));
    dead
}

/// One effect with the decision and the entry that it stands in.
#[derive(Debug, Clone, Copy)]
pub struct Placed<'a> {
    /// The entry.
    pub seq: EntryNo,
    /// Its position in legal order: that of the entry which it replaces, where it does.
    pub(super) rank: u64,
    /// The decision.
    pub decision: &'a DecisionRow,
    /// The effect and its place.
    pub row: &'a EffectRow,
}

impl<'a> Placed<'a> {
    /// The effect.
    #[must_use]
    pub fn effect(&self) -> &'a Effect {
        &self.row.effect
    }

    /// Its place in legal time.
    #[must_use]
    pub fn starts(&self) -> Instant {
        self.row.starts
    }

    /// The civil day of its place, in its authority's zone.
    #[must_use]
    pub fn day(&self) -> Day {
        self.row.starts.day(self.zone())
    }

    /// Its place, as a day where it begins with one.
    #[must_use]
    pub fn from(&self) -> Moment {
        moment(self.row.starts, self.zone())
    }

    /// The day of adoption, or what stands in for it.
    #[must_use]
    pub fn adopted(&self) -> Day {
        let steps_in = || {
            self.decision
                .public_on
                .unwrap_or_else(|| self.decision.in_force_at.day(self.zone()))
        };
        self.decision.adopted_on.unwrap_or_else(steps_in)
    }

    /// The effect as a reason.
    #[must_use]
    pub fn reason(&self) -> Reason {
        Reason {
            entry: self.seq,
            effect: self.row.at,
            did: self.effect().participle(),
            act: self.decision.cite().to_owned(),
            from: self.from(),
            placed_by: self.row.placed_by,
            assumed: self.row.placed_by.is_assumed(),
        }
    }

    pub(super) fn zone(&self) -> chrono_tz::Tz {
        self.decision.authority.zone()
    }

    /// Legal order: (legal time, adopted_on or what stands in for it, record position, index). A corrigendum, which has no day of
    /// adoption, comes after what it corrects.
    pub(super) fn order(&self) -> (Instant, Day, u64, u16) {
        (self.row.starts, self.adopted(), self.rank, self.row.at)
    }

    /// Whether it has begun only by assumption.
    #[must_use]
    pub fn placed_by(&self) -> PlacedBy {
        self.row.placed_by
    }
}

/// An instant as a day where it is one's beginning in that zone, else as itself.
pub(super) fn moment(at: Instant, zone: chrono_tz::Tz) -> Moment {
    let day = at.day(zone);
    if day.starts(zone) == at {
        return Moment::Day(day);
    }
    at.to_string().parse().unwrap_or(Moment::Day(day))
}

/// What the dials leave of a regime, in legal order.
#[derive(Debug, Clone)]
pub struct View<'a> {
    pub(super) regime: &'a RegimeKey,
    pub(super) zone: chrono_tz::Tz,
    /// The last instant of what is asked about.
    pub(super) at: Instant,
    /// The day asked about.
    pub(super) on: Day,
    pub(super) ask: Ask,
    pub(super) placed: Vec<Placed<'a>>,
    /// What courts have voided: not folded, but known.
    pub(super) voided: Vec<Placed<'a>>,
    pub(super) surveys: Vec<Surveyed>,
    pub(super) redactions: Vec<Redacted>,
}

impl<'a> View<'a> {
    /// The effects, in legal order.
    #[must_use]
    pub fn effects(&self) -> &[Placed<'a>] {
        &self.placed
    }

    /// The effects, and those that courts have voided.
    pub(super) fn everything(&self) -> impl Iterator<Item = &Placed<'a>> {
        self.placed.iter().chain(&self.voided)
    }

    /// Whether a survey covers every day from `from` to the day asked about.
    pub(super) fn is_surveyed(&self, from: Day) -> bool {
        self.surveys.iter().any(|survey| {
            survey.from.is_none_or(|first| first <= from) && survey.through >= self.on
        })
    }
}
