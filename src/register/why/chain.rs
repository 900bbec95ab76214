//! The chain: every recorded effect that concerns a line, with its part in the answer.

use super::super::fold::maintained;
use super::super::phase::{Slot, Slots};
use super::super::redaction::in_place;
use super::super::row::is_step;
use super::super::view::{Placed, View, Void, rank, withdrawn};
use super::super::{EntryNo, History, Reason, Row};
use super::trace::{self, Fate, Trace};
use super::{Bearing, Ref, Role, StandingLine};
use crate::domain::{DecisionId, Effect, Status};

/// What a chain is made from.
#[derive(Clone, Copy)]
pub(super) struct Chain<'c, 'a> {
    pub(super) history: &'a History,
    pub(super) view: &'c View<'a>,
    pub(super) slots: &'c Slots<'a>,
    /// The line that was asked about.
    pub(super) asked: &'c StandingLine,
    /// What its answer rests on, the deciding effect last.
    pub(super) reasons: &'c [Reason],
    /// Where it stands.
    pub(super) status: Option<Status>,
}

/// An effect ever recorded, and why the dials leave it out, where they do.
type Recorded<'a> = (Placed<'a>, Option<Role>);

impl<'a> Chain<'_, 'a> {
    /// The chain of that line: the one asked about, or the regime that it follows. `own` is what the line rests on.
    pub(super) fn of(&self, line: &StandingLine, own: &[Reason]) -> Vec<Bearing> {
        let trace = trace::follow(self.view, line, self.slots);
        let all = self.all();
        let is_asked = line == self.asked;
        let mut chain: Vec<(Placed<'a>, Role)> = Vec::new();
        for (one, left_out) in &all {
            let role = match left_out {
                _ if is_step(one.effect()) => self.role_of_step(one, left_out, own, is_asked),
                _ if !concerns(line, one, &all) => None,
                Some(role) => Some(role.clone()),
                None => Some(self.role(line, one, &trace, own)),
            };
            chain.extend(role.map(|role| (*one, role)));
        }
        chain.sort_by_key(|(one, _)| one.order());
        let causes = chain.into_iter().map(|(one, role)| {
            let idle = self.is_idle(&one, &role);
            let renews = trace.renews.get(&one.key()).copied();
            Bearing::new(&one, role, renews, idle)
        });
        causes.filter(|cause| is_asked || !cause.idle).collect()
    }

    /// Every effect ever recorded of the regime.
    fn all(&self) -> Vec<Recorded<'a>> {
        let Self { history, view, .. } = self;
        let rows = in_place(history.rows(), u64::MAX);
        let known = rows.partition_point(|(seq, _)| *seq <= view.ask.known_at);
        let live = withdrawn(rows.get(..known).unwrap_or_default());
        let ever = withdrawn(&rows);
        let mut all: Vec<Recorded<'a>> = Vec::new();
        for (seq, row) in &rows {
            let Some(decision) = row.decision() else {
                continue;
            };
            let left_out = if *seq > view.ask.known_at {
                // What was recorded later and withdrawn since is nobody's answer.
                if ever.contains_key(seq) {
                    continue;
                }
                Role::NotKnown
            } else if let Some(by) = live.get(seq) {
                withdrawal(&rows, *by)
            } else if !view.ask.is_public((*seq).into(), decision) {
                Role::NotPublic
            } else {
                continue;
            };
            let rank = rank(&rows, *seq, row);
            let effects = decision.effects.iter().map(|row| Placed {
                seq: (*seq).into(),
                rank,
                decision,
                row,
            });
            all.extend(effects.map(|one| (one, Some(left_out.clone()))));
        }
        all.extend(view.placed.iter().map(|one| (*one, None)));
        all.extend(view.voided.iter().map(|void| {
            let role = match void.why {
                Void::Annulled(by) => Role::Voided { by: Ref::from(&by) },
                Void::SetAside(by) => Role::SetAside { by: Ref::from(&by) },
                Void::CountsFrom(day) => Role::CountsFrom { day },
            };
            (void.one, Some(role))
        }));
        all
    }

    /// The part of an effect that the dials leave and no court has taken out.
    fn role(
        &self,
        line: &StandingLine,
        one: &Placed<'a>,
        trace: &Trace<'a>,
        own: &[Reason],
    ) -> Role {
        let decides = self.reasons.last().map(key);
        if decides == Some(one.key()) {
            return Role::Decides;
        }
        let rests = own.iter().any(|reason| key(reason) == one.key());
        if rests
            && line == self.asked
            && let Some(role) = self.annulled(one, trace)
        {
            return role;
        }
        match trace.fates.get(&one.key()) {
            Some(Fate::Ended(by)) => return Role::Ended { by: by.into() },
            _ if rests => return Role::Contributes,
            Some(Fate::Superseded(by)) => return Role::Superseded { by: by.into() },
            None => {}
        }
        if let Some(role) = self.undoes(one) {
            return role;
        }
        match one.effect() {
            Effect::Annulled(e) if !self.view.is_annulled(e) => Role::OutsideSpan {
                from: e.from,
                to: e.to,
            },
            // Courts reach back: their place in time does not say what they touch.
            Effect::Annulled(_) | Effect::AnnulmentSetAside(_) => Role::Beside,
            _ if one.starts() > self.view.at => self.not_yet(one),
            Effect::OrderGranted(_) => self.order(one),
            _ => self.ran_out(one, trace).unwrap_or(Role::Beside),
        }
    }

    /// What began a line that a court annulled.
    fn annulled(&self, one: &Placed<'a>, trace: &Trace<'a>) -> Option<Role> {
        let began = trace
            .phase
            .since
            .is_some_and(|since| since.key() == one.key());
        let decides = self.reasons.last().filter(|_| began)?;
        let mut placed = self.view.placed.iter();
        let by = placed.find(|other| other.key() == key(decides))?;
        match (self.status, by.effect()) {
            (Some(Status::AnnulledEffectsMaintained), Effect::Annulled(e)) => {
                Some(Role::Maintained {
                    by: by.into(),
                    until: e.maintained_until.clone(),
                })
            }
            (Some(Status::Annulled), Effect::Annulled(e))
                if !maintained(e, self.view.ask.as_law_stood, by.zone()) =>
            {
                Some(Role::Voided { by: by.into() })
            }
            _ => None,
        }
    }

    fn not_yet(&self, one: &Placed<'a>) -> Role {
        if one.decision.in_force_at <= self.view.at {
            Role::NotApplicable
        } else if one.adopted() <= self.view.on {
            Role::NotInForce
        } else {
            Role::NotDecided
        }
    }

    /// A court's decision that takes others out of the law, or an order out of force.
    fn undoes(&self, one: &Placed<'a>) -> Option<Role> {
        let voided = self.view.voided.iter().filter_map(|void| match void.why {
            Void::Annulled(by) | Void::SetAside(by) => (by.key() == one.key()).then_some(void.one),
            Void::CountsFrom(_) => None,
        });
        let cancelled = self.view.placed.iter().filter(|other| {
            matches!((one.effect(), other.effect()), (Effect::OrderCancelled(e), Effect::OrderGranted(_))
                if e.decision == other.decision.id && one.starts() <= self.view.at)
        });
        let of: Vec<Ref> = voided
            .chain(cancelled.copied())
            .filter(|other| self.is_of_asked(other))
            .map(|other| Ref::from(&other))
            .collect();
        (!of.is_empty()).then_some(Role::Undoes { of })
    }

    fn is_of_asked(&self, one: &Placed<'a>) -> bool {
        match (self.asked, Slot::of(one.effect())) {
            (StandingLine::Regime, Slot::Regime) => true,
            (StandingLine::Measure(key), Slot::Measure(of)) => key == of,
            (StandingLine::Listing(id), Slot::Listing(of)) => id == of,
            _ => false,
        }
    }

    /// A court order that does not bind any more.
    fn order(&self, one: &Placed<'a>) -> Role {
        if let Some(until) = self.view.order_run_out(one) {
            return Role::RanOut {
                until: until.clone(),
            };
        }
        let cancels = |other: &&Placed<'a>| {
            matches!(other.effect(), Effect::OrderCancelled(e)
                if e.decision == one.decision.id && other.starts() <= self.view.at)
        };
        let by = self.view.placed.iter().find(cancels);
        by.map_or(Role::Beside, |by| Role::Ended { by: by.into() })
    }

    /// A suspension whose last day is past.
    fn ran_out(&self, one: &Placed<'a>, trace: &Trace<'a>) -> Option<Role> {
        let (by, until) = trace.phase.suspended.as_ref()?;
        let until = until.clone().filter(|until| self.view.is_past(until))?;
        (by.key() == one.key()).then_some(Role::RanOut { until })
    }

    /// A step is told where the answer rests on it, where it led to a decision that the answer rests on or follows a
    /// judgment on the line, and where it is all that happened since the last decision.
    fn role_of_step(
        &self,
        one: &Placed<'a>,
        left_out: &Option<Role>,
        own: &[Reason],
        is_asked: bool,
    ) -> Option<Role> {
        if !is_asked || left_out.is_some() || one.adopted() > self.view.on {
            return None;
        }
        let decides = self.reasons.last();
        if decides.map(key) == Some(one.key()) {
            return Some(Role::Decides);
        }
        let rests = |other: &Placed<'a>| own.iter().any(|reason| key(reason) == other.key());
        if rests(one) {
            return Some(Role::Contributes);
        }
        let in_procedure = |other: &&Placed<'a>| {
            let procedure = one.decision.procedure.as_ref();
            !is_step(other.effect())
                && procedure.is_some()
                && other.decision.procedure.as_ref() == procedure
        };
        let leads = |other: &&Placed<'a>| rests(other) && one.order() < other.order();
        let of_court = |other: &&Placed<'a>| {
            self.is_of_asked(other)
                && matches!(
                    other.effect(),
                    Effect::Annulled(_) | Effect::OrderGranted(_)
                )
        };
        let mut acts = self.view.placed.iter().filter(in_procedure);
        if let Some(towards) = acts.find(|other| leads(other) || of_court(other)) {
            return Some(Role::Step {
                towards: towards.into(),
            });
        }
        let is_open = matches!(self.status, Some(Status::Lapsed | Status::Unknown));
        let mut placed = self.view.placed.iter();
        let last = placed.find(|other| decides.map(key) == Some(other.key()))?;
        let mut acts = self.view.placed.iter().filter(in_procedure);
        let open = *self.asked == StandingLine::Regime
            && is_open
            && one.order() > last.order()
            && !matches!(one.effect(), Effect::Stated(_))
            && acts.all(|other| other.adopted() > self.view.on);
        open.then_some(Role::NoDecision)
    }

    /// Whether it could not move the answer on the day asked about, whatever the dials.
    fn is_idle(&self, one: &Placed<'a>, role: &Role) -> bool {
        let of_court = matches!(
            one.effect(),
            Effect::Annulled(_) | Effect::AnnulmentSetAside(_)
        );
        match role {
            Role::Beside | Role::NotDecided => true,
            Role::NotPublic | Role::NotKnown | Role::Withdrawn { .. } => {
                one.starts() > self.view.at && !of_court
            }
            _ => false,
        }
    }
}

fn key(reason: &Reason) -> (EntryNo, u16) {
    (reason.entry, reason.effect)
}

fn withdrawal(rows: &[(u64, &Row)], by_entry: u64) -> Role {
    let because = rows.iter().find_map(|(seq, row)| match row {
        Row::Withdrawal(withdrawal) if *seq == by_entry => Some(withdrawal.because.clone()),
        _ => None,
    });
    Role::Withdrawn {
        by_entry: by_entry.into(),
        because: because.unwrap_or_default(),
    }
}

/// Whether an effect concerns a line: it is laid into its slot, or it cancels, sets aside or annuls what is.
fn concerns(line: &StandingLine, one: &Placed<'_>, all: &[Recorded<'_>]) -> bool {
    let in_slot = |other: &Placed<'_>| match (line, Slot::of(other.effect())) {
        (StandingLine::Regime, Slot::Regime) => !names_another(other.effect()),
        (StandingLine::Measure(key), Slot::Measure(of)) => key == of,
        (StandingLine::Listing(id), Slot::Listing(of)) => id == of,
        _ => false,
    };
    let any_of = |id: &DecisionId| {
        let mut of = all.iter().filter(|(other, _)| other.decision.id == *id);
        of.any(|(other, _)| in_slot(other))
    };
    if in_slot(one) {
        return true;
    }
    match one.effect() {
        Effect::OrderCancelled(e) => any_of(&e.decision),
        Effect::AnnulmentSetAside(e) => {
            let mut annulling = all
                .iter()
                .filter(|(other, _)| other.decision.id == e.decision);
            annulling.any(|(other, _)| match other.effect() {
                Effect::Annulled(_) => other.key() != one.key() && concerns(line, other, all),
                _ => false,
            })
        }
        Effect::Annulled(e) if e.subject.is_none() && e.measure.is_none() => {
            e.acts.iter().any(any_of)
        }
        _ => false,
    }
}

/// Whether an effect without a slot of its own is about one that another decision laid.
fn names_another(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::OrderCancelled(_) | Effect::AnnulmentSetAside(_) | Effect::Annulled(_)
    )
}
