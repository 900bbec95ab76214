//! Turning days: the days on which an answer may differ from that of the day before.
//!
//! Between two of them nothing begins, ends or is decided, so that an answer asked about on one of them holds until the
//! next (its counts of days aside). They are what makes a question about all days a question about finitely many.

use super::fold::{is_gap, lives};
use super::view::{History, Placed, View};
use super::{Ask, DecisionRow, EffectRow, Row};
use crate::domain::{Day, Effect, Jurisdiction, Moment, Until};
use std::collections::BTreeSet;

impl<'a> View<'a> {
    /// Asks the same about another day or instant. The law stays the one that was asked for.
    pub(super) fn turn(&mut self, on: Moment) {
        self.ask.on = on;
        self.at = on.ends(self.zone);
        self.on = on.day(self.zone);
    }

    /// The view of some lines alone: their effects, the regime's own, and the latest of all before each gap and at the end,
    /// which show that a regime without a recorded end is alive. Other lines may be missing from its answers.
    #[must_use]
    pub(super) fn about(mut self, is_asked: impl Fn(&str) -> bool) -> Self {
        let gaps = self.placed.iter().filter(|one| is_gap(one.effect()));
        let mut latest = Vec::new();
        for before in gaps.map(|gap| Some(gap.day())).chain([None]) {
            let alive = self.placed.iter().filter(|one| {
                lives(one.effect()) && before.is_none_or(|before| one.day() < before)
            });
            latest.extend(alive.clone().max_by_key(|one| one.adopted()));
            latest.extend(alive.max_by_key(|one| one.day()));
        }
        let latest: Vec<_> = latest.into_iter().map(Placed::order).collect();
        let concerns = |one: &Placed<'a>| concerns(one.decision, one.effect(), &is_asked);
        self.placed
            .retain(|one| concerns(one) || latest.contains(&one.order()));
        self.voided.retain(|void| concerns(&void.one));
        self
    }

    /// Its turning days, in order.
    #[must_use]
    pub(super) fn turning_days(&self) -> BTreeSet<Day> {
        let mut days = BTreeSet::new();
        // What holds on a day and what holds after it: both it and the next may be the first of something.
        let mut turn = |day: Day| days.extend([day, day.next()]);
        for one in self.everything() {
            turn(one.starts().day(self.zone));
            turn(one.day());
            turn(one.adopted());
            turn(one.decision.in_force_at.day(self.zone));
            let own = one.effect().until();
            for until in own.into_iter().chain(&one.decision.until) {
                if let Until::Moment(last) = until {
                    turn(last.day(self.zone));
                }
            }
            if let Effect::Annulled(e) = one.effect() {
                let kept = match &e.maintained_until {
                    Some(Until::Moment(last)) => Some(last.day(one.zone())),
                    _ => None,
                };
                [e.from, e.to, e.counts_from, kept]
                    .into_iter()
                    .flatten()
                    .for_each(&mut turn);
            }
        }
        for survey in &self.surveys {
            survey
                .from
                .into_iter()
                .chain([survey.through])
                .for_each(&mut turn);
        }
        days
    }
}

impl History {
    /// The rows that may move what some lines say of the day asked about: theirs, the regime's own, and those that show
    /// that the regime is alive on that day.
    #[must_use]
    pub(super) fn about(&self, ask: &Ask, is_asked: impl Fn(&str) -> bool) -> Self {
        let on = ask.on.day(Jurisdiction::from(self.regime()).zone());
        let shows_life = |row: &Row| {
            let decision = row.decision();
            decision.is_some_and(|decision| {
                let later =
                    |row: &EffectRow| decision.adopted() >= on || decision.day_of(row) >= on;
                let mut effects = decision.effects.iter();
                effects.any(|row| lives(&row.effect) && later(row))
            })
        };
        let rows = self.rows().iter();
        let rows = rows.filter(|(_, row)| row.moves(&is_asked) || shows_life(row));
        Self::new(self.regime().clone(), rows.cloned().collect())
    }

    /// The measures and subjects that the regime ever had, as far as they are recorded.
    #[must_use]
    pub fn parts(&self) -> BTreeSet<&str> {
        let decisions = self.rows().iter().filter_map(|(_, row)| row.decision());
        let effects = decisions.flat_map(|decision| &decision.effects);
        effects.filter_map(|row| part(&row.effect)).collect()
    }
}

impl Row {
    /// Whether it may move what some lines say otherwise than by showing that the regime is alive.
    pub(super) fn moves(&self, is_asked: impl Fn(&str) -> bool) -> bool {
        match self {
            Self::Decision(decision) => {
                let mut effects = decision.effects.iter();
                effects.any(|row| concerns(decision, &row.effect, &is_asked))
            }
            Self::Survey(_) | Self::Withdrawal(_) | Self::Redaction(_) => true,
        }
    }
}

/// Whether an effect is about one of some lines, or about the regime itself. What a court takes out of another line may be
/// what showed that the regime is alive.
fn concerns(decision: &DecisionRow, effect: &Effect, is_asked: impl Fn(&str) -> bool) -> bool {
    let about_regime =
        counts(effect) || decision.procedure.is_some() || matches!(effect, Effect::Annulled(_));
    part(effect).is_none_or(|part| is_asked(part) || about_regime)
}

/// The measure or the subject that an effect is about.
pub(super) fn part(effect: &Effect) -> Option<&str> {
    let subject = effect.subject().map(|subject| subject.as_str());
    subject.or_else(|| effect.measure().map(|measure| measure.as_str()))
}

/// Whether an effect changes the count of entries that the sources do not name.
fn counts(effect: &Effect) -> bool {
    matches!(effect, Effect::Amended(e) if e.entries_added.is_some() || e.entries_removed.is_some())
}
