//! One regime's rows, and what the dials leave of them.

use super::redaction::{in_place, redactions, unvouched};
use super::{Ask, DecisionRow, EffectRow, EntryNo, PlacedBy, Reason, Redacted, Row, Surveyed};
use crate::domain::{Day, DecisionId, Effect, Instant, Jurisdiction, Moment, RegimeKey};
use std::collections::HashMap;

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
            .filter(|(seq, _)| !dead.contains_key(seq))
            .filter_map(|(seq, row)| {
                let rank = rank(&rows, *seq, row);
                row.decision().map(|decision| (*seq, rank, decision))
            });
        let mut placed = Vec::with_capacity(rows.len());
        let known = decisions
            .filter(|(seq, _, decision)| ask.is_public((*seq).into(), decision))
            .flat_map(|(seq, rank, decision)| {
                decision.effects.iter().map(move |row| Placed {
                    seq: seq.into(),
                    rank,
                    decision,
                    row,
                })
            });
        placed.extend(known);
        let voided = take_voided(&mut placed, ask);
        placed.sort_by_key(Placed::order);
        let unvouched = unvouched(&self.rows, ask.known_at);
        let surveys = rows
            .iter()
            .filter(|(seq, _)| !dead.contains_key(seq) && unvouched.is_none_or(|by| *seq > by))
            .filter_map(|(seq, row)| match row {
                Row::Survey(survey) => {
                    let public_by = ask.public_by((*seq).into());
                    let through = public_by.map_or(survey.through, |by| survey.through.min(by));
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

/// The entries that a live withdrawal names, each with that withdrawal's entry. A withdrawal withdrawn is dead, so the
/// newest are asked first.
pub(super) fn withdrawn(rows: &[(u64, &Row)]) -> HashMap<u64, u64> {
    let mut dead = HashMap::new();
    for (seq, row) in rows.iter().rev() {
        if let Row::Withdrawal(withdrawal) = row
            && !dead.contains_key(seq)
        {
            dead.entry(withdrawal.seq).or_insert(*seq);
        }
    }
    dead
}

/// The position that a decision has in legal order: what replaces an entry that was withdrawn stands where that stood.
pub(super) fn rank(rows: &[(u64, &Row)], seq: u64, row: &Row) -> u64 {
    let Row::Withdrawal(withdrawal) = row else {
        return seq;
    };
    let at = rows.binary_search_by_key(&withdrawal.seq, |(seq, _)| *seq);
    match at.ok().and_then(|at| rows.get(at)) {
        Some((stood, row)) if *stood < seq => rank(rows, *stood, row),
        _ => withdrawal.seq.min(seq),
    }
}

/// An effect that a court has taken out of the law, or an annulment that is out itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Voided<'a> {
    pub(super) one: Placed<'a>,
    pub(super) why: Void<'a>,
}

/// Why an effect is not folded although the dials leave it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Void<'a> {
    /// A live annulment names it.
    Annulled(Placed<'a>),
    /// An annulment that was set aside.
    SetAside(Placed<'a>),
    /// An annulment that counts only from that day, later than the law asked for.
    CountsFrom(Day),
}

/// Takes out what live annulments without a span name, and annulments that are set aside or do not count yet.
///
/// What a voided effect had displaced revives by itself, because the fold never sees the voided one.
fn take_voided<'a>(placed: &mut Vec<Placed<'a>>, ask: &Ask) -> Vec<Voided<'a>> {
    let voids = |one: &Placed<'_>| {
        matches!(
            one.effect(),
            Effect::Annulled(_) | Effect::AnnulmentSetAside(_)
        )
    };
    if !placed.iter().any(voids) {
        return Vec::new();
    }
    let set_aside: HashMap<&DecisionId, Placed<'a>> = placed
        .iter()
        .filter_map(|one| match one.effect() {
            Effect::AnnulmentSetAside(e) => Some((&e.decision, *one)),
            _ => None,
        })
        .collect();
    let counts_not = |one: &Placed<'a>| match one.effect() {
        Effect::Annulled(e) => {
            let counts_from = e.counts_from.unwrap_or_else(|| one.day());
            let aside = set_aside.get(&one.decision.id).copied();
            let later = (counts_from > ask.as_law_stood).then_some(Void::CountsFrom(counts_from));
            aside.map(Void::SetAside).or(later)
        }
        _ => None,
    };
    let mut dead = take_out(placed, counts_not);
    let mut void: HashMap<(DecisionId, Option<String>), Placed<'a>> = HashMap::new();
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
            let named = e.acts.iter().map(|act| (act.clone(), slot.clone()));
            void.extend(named.map(|key| (key, *one)));
        }
    }
    let is_void = |one: &Placed<'a>| {
        let of = |slot: Option<&str>| void.get(&(one.decision.id.clone(), slot.map(str::to_owned)));
        let effect = one.effect();
        let subject = effect.subject().map(|subject| subject.as_str());
        let measure = effect.measure().map(|measure| measure.as_str());
        let by = of(None)
            .or_else(|| subject.and_then(|subject| of(Some(subject))))
            .or_else(|| measure.and_then(|measure| of(Some(measure))));
        by.copied().map(Void::Annulled)
    };
    dead.extend(take_out(placed, is_void));
    dead
}

/// Takes out the effects for which there is a reason to.
fn take_out<'a>(
    placed: &mut Vec<Placed<'a>>,
    why: impl Fn(&Placed<'a>) -> Option<Void<'a>>,
) -> Vec<Voided<'a>> {
    let mut out = Vec::new();
    placed.retain(|one| match why(one) {
        Some(why) => {
            out.push(Voided { one: *one, why });
            false
        }
        None => true,
    });
    out
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
        self.decision.day_of(self.row)
    }

    /// Its place, as a day where it begins with one.
    #[must_use]
    pub fn from(&self) -> Moment {
        moment(self.row.starts, self.zone())
    }

    /// The day of adoption, or what stands in for it.
    #[must_use]
    pub fn adopted(&self) -> Day {
        self.decision.adopted()
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

    /// What tells it from every other effect of its regime.
    pub(super) fn key(&self) -> (EntryNo, u16) {
        (self.seq, self.row.at)
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
    pub(super) voided: Vec<Voided<'a>>,
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
        self.placed
            .iter()
            .chain(self.voided.iter().map(|void| &void.one))
    }

    /// The survey that covers every day from `from` to the day asked about, if one does.
    pub(super) fn survey_from(&self, from: Day) -> Option<&Surveyed> {
        self.surveys.iter().find(|survey| {
            survey.from.is_none_or(|first| first <= from) && survey.through >= self.on
        })
    }
}
