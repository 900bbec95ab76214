//! What became of each effect of a slot, read off the fold as it goes.

use super::super::EntryNo;
use super::super::phase::{ListingFold, MeasureFold, Phase, RegimeFold, Slots};
use super::super::view::{Placed, View};
use super::StandingLine;
use crate::domain::Effect;
use std::collections::HashMap;

/// What a later effect did to an earlier one.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fate<'a> {
    Superseded(Placed<'a>),
    Ended(Placed<'a>),
}

/// A fold with what became of each effect.
#[derive(Debug, Default)]
pub(super) struct Trace<'a> {
    pub(super) phase: Phase<'a>,
    pub(super) fates: HashMap<(EntryNo, u16), Fate<'a>>,
    /// The effect whose term each renewal moved.
    pub(super) renews: HashMap<(EntryNo, u16), Placed<'a>>,
    held: Vec<Placed<'a>>,
    term: Option<Placed<'a>>,
}

/// Folds the line's slot through the day asked about.
pub(super) fn follow<'a>(view: &View<'a>, line: &StandingLine, slots: &Slots<'a>) -> Trace<'a> {
    let begun = |slot: &[Placed<'a>]| -> Vec<Placed<'a>> {
        let begun = slot.iter().filter(|one| one.starts() <= view.at);
        begun.copied().collect()
    };
    match line {
        StandingLine::Regime => {
            let mut fold = RegimeFold::default();
            let mut trace = Trace::default();
            for one in begun(&slots.regime) {
                fold.take(&one, true);
                trace.note(&one, &fold.phase);
            }
            trace.of(fold.phase)
        }
        StandingLine::Measure(key) => {
            let mut fold = MeasureFold::default();
            let mut trace = Trace::default();
            let slot = slots.measures.get(key).map(Vec::as_slice);
            for one in begun(slot.unwrap_or_default()) {
                fold.take(&one);
                trace.note(&one, &fold.phase);
            }
            trace.of(fold.phase)
        }
        StandingLine::Listing(id) => {
            let mut fold = ListingFold::default();
            let mut trace = Trace::default();
            let cancelled = view.cancelled_orders(&slots.regime);
            let slot = slots.listings.get(id).map(Vec::as_slice);
            let mut slot = begun(slot.unwrap_or_default());
            slot.retain(|one| view.order_run_out(one).is_none());
            for one in slot {
                fold.take(&one, &cancelled);
                trace.note(&one, &fold.phase);
            }
            trace.of(fold.phase)
        }
    }
}

impl<'a> Trace<'a> {
    /// Compares what the fold rested on before that effect with what it rests on after it. What became of an effect first
    /// stays: a listing that was ended is not superseded by the next one.
    fn note(&mut self, one: &Placed<'a>, phase: &Phase<'a>) {
        let now = phase.held();
        let (ends, begins) = (
            phase.ended.is_some_and(|end| end.key() == one.key()),
            phase.since.is_some_and(|since| since.key() == one.key()),
        );
        for before in &self.held {
            let gone = now.iter().all(|other| other.key() != before.key());
            let fate = match one.effect() {
                Effect::Resumed(_) if gone => Fate::Ended(*one),
                _ if ends => Fate::Ended(*one),
                _ if gone => Fate::Superseded(*one),
                _ => continue,
            };
            self.fates.entry(before.key()).or_insert(fate);
        }
        let term = phase.term_from();
        if term.is_some_and(|term| term.key() == one.key()) && !begins {
            self.renews.extend(self.term.map(|term| (one.key(), term)));
        }
        (self.held, self.term) = (now, term);
    }

    fn of(self, phase: Phase<'a>) -> Self {
        Self { phase, ..self }
    }
}
