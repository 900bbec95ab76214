//! Slots, and where each is in its life: the mutable part of the fold.

use super::view::{Placed, View};
use crate::domain::{
    Class, ConditionStatus, DecisionId, Effect, MeasureKey, MeasureKind, SubjectId, SubjectType,
    Until,
};
use foldhash::HashMap;
use std::collections::{BTreeMap, HashSet};

/// A regime's effects by slot, each in legal order.
pub(super) struct Slots<'a> {
    pub(super) regime: Vec<Placed<'a>>,
    pub(super) measures: BTreeMap<&'a MeasureKey, Vec<Placed<'a>>>,
    /// In no order.
    pub(super) listings: HashMap<&'a SubjectId, Vec<Placed<'a>>>,
}

impl<'a> Slots<'a> {
    pub(super) fn of(view: &View<'a>) -> Self {
        let mut slots = Self {
            regime: Vec::new(),
            measures: BTreeMap::new(),
            listings: HashMap::default(),
        };
        for one in &view.placed {
            slots.take(*one);
        }
        slots
    }

    fn take(&mut self, one: Placed<'a>) {
        match Slot::of(one.effect()) {
            Slot::Listing(subject) => {
                // Most subjects are listed once, and perhaps amended or taken off.
                let slot = self.listings.entry(subject);
                slot.or_insert_with(|| Vec::with_capacity(2)).push(one);
            }
            Slot::Measure(measure) => self.measures.entry(measure).or_default().push(one),
            Slot::Regime => self.regime.push(one),
            Slot::None => {}
        }
    }
}

/// The slot that an effect is laid into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot<'a> {
    Regime,
    Measure(&'a MeasureKey),
    Listing(&'a SubjectId),
    /// A step of a procedure, or a statement.
    None,
}

impl<'a> Slot<'a> {
    pub(super) fn of(effect: &'a Effect) -> Self {
        match (effect.subject(), effect.measure()) {
            (Some(subject), _) => Self::Listing(subject),
            (None, Some(measure)) => Self::Measure(measure),
            (None, None) if super::row::is_step(effect) => Self::None,
            (None, None) => Self::Regime,
        }
    }
}

/// Where a slot is in its life, by the effects that have begun: which began it, moved its term, settled its application,
/// suspended it or ended that, and ended it.
#[derive(Debug, Default)]
pub(super) struct Phase<'a> {
    pub(super) since: Option<Placed<'a>>,
    pub(super) until: Option<Until>,
    moved_by: Option<Placed<'a>>,
    applied_by: Option<Placed<'a>>,
    pub(super) resumed_by: Option<Placed<'a>>,
    pub(super) suspended: Option<(Placed<'a>, Option<Until>)>,
    pub(super) ended: Option<Placed<'a>>,
}

impl<'a> Phase<'a> {
    fn begin_if(&mut self, begun: bool, one: &Placed<'a>, until: Option<Until>) {
        if begun {
            *self = Self {
                since: Some(*one),
                until,
                ..Self::default()
            };
        }
    }

    fn renew_if(&mut self, begun: bool, one: &Placed<'a>, until: Option<Until>) {
        match (begun, self.since, self.ended) {
            (false, ..) => {}
            (true, Some(_), None) => {
                self.until = until;
                self.moved_by = Some(*one);
            }
            (true, ..) => self.begin_if(true, one, until),
        }
    }

    fn suspend(&mut self, one: &Placed<'a>, until: Option<Until>) {
        self.suspended = Some((*one, until));
        self.resumed_by = None;
    }

    fn resume(&mut self, one: &Placed<'a>) {
        self.suspended = None;
        self.resumed_by = Some(*one);
    }

    fn end(&mut self, one: &Placed<'a>) {
        // Ended without a recorded beginning: the end itself is known.
        self.since = self.since.or(Some(*one));
        self.ended = Some(*one);
    }

    /// What made it so. A suspension whose last day is past is no reason any more.
    pub(super) fn reasons(&self, is_suspended: bool) -> Vec<super::Reason> {
        let suspended = self.suspended.as_ref().map(|(by, _)| by.key());
        let held = self.held().into_iter();
        let live = held.filter(|one| is_suspended || suspended != Some(one.key()));
        live.map(|one| one.reason()).collect()
    }

    /// The effects that it rests on, each once: the beginning, what came upon it in legal order, a suspension, the end.
    pub(super) fn held(&self) -> Vec<Placed<'a>> {
        let mut held: Vec<_> = [self.moved_by, self.applied_by, self.resumed_by]
            .into_iter()
            .flatten()
            .collect();
        held.sort_by_key(Placed::order);
        let suspended = self.suspended.as_ref().map(|(by, _)| *by);
        held.splice(0..0, self.since);
        held.extend(suspended.into_iter().chain(self.ended));
        held.dedup_by_key(|one| one.key());
        held
    }

    /// What moved its term last, else what began it.
    pub(super) fn term_from(&self) -> Option<Placed<'a>> {
        self.moved_by.or(self.since)
    }
}

#[derive(Debug, Default)]
pub(super) struct MeasureFold<'a> {
    pub(super) phase: Phase<'a>,
    pub(super) class: Option<Class>,
    pub(super) kind: Option<MeasureKind>,
    pub(super) scope: Option<String>,
    pub(super) provision: Option<String>,
    pub(super) condition: Option<String>,
    /// What met the condition that it had waited for.
    pub(super) met_by: Option<Placed<'a>>,
    pub(super) remarks: Vec<String>,
}

impl<'a> MeasureFold<'a> {
    pub(super) fn take(&mut self, one: &Placed<'a>) {
        match one.effect() {
            Effect::Imposed(e) => {
                self.phase
                    .begin_if(true, one, Some(e.until.clone().unwrap_or(Until::Regime)));
                self.describe(one);
            }
            Effect::Extended(e) => self.phase.renew_if(true, one, Some(e.until.clone())),
            Effect::ApplicationSet(e) => {
                self.phase.applied_by = Some(*one);
                let waited = self.condition.is_some();
                self.condition = match &e.condition {
                    Some(condition) if condition.status == ConditionStatus::Pending => {
                        Some(condition.text.clone())
                    }
                    Some(condition) if condition.status == ConditionStatus::Failed => {
                        Some(format!("failed: {}", condition.text))
                    }
                    _ => None,
                };
                if waited && self.condition.is_none() {
                    self.met_by = Some(*one);
                }
                self.remarks.extend(e.remark.clone());
            }
            Effect::Suspended(e) => self
                .phase
                .suspend(one, e.until.clone().or_else(|| one.decision.until.clone())),
            Effect::Resumed(_) => self.phase.resume(one),
            Effect::Lifted(_) => self.phase.end(one),
            _ => {}
        }
    }

    pub(super) fn describe(&mut self, one: &Placed<'_>) {
        if let Effect::Imposed(e) = one.effect() {
            self.class = Some(e.class);
            self.kind = e.kind;
            self.scope = Some(e.scope.clone());
            self.provision.clone_from(&e.provision);
            self.condition.clone_from(&e.condition);
            self.met_by = None;
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct RegimeFold<'a> {
    pub(super) phase: Phase<'a>,
    pub(super) title: Option<String>,
}

impl<'a> RegimeFold<'a> {
    /// Takes the next effect. One that has not begun gives a regime its name and nothing else.
    pub(super) fn take(&mut self, one: &Placed<'a>, begun: bool) {
        let term = |own: &Option<Until>| own.clone().or_else(|| one.decision.until.clone());
        match one.effect() {
            Effect::Established(e) => {
                self.title = Some(e.title.clone());
                self.phase.begin_if(begun, one, term(&e.until));
            }
            Effect::Renewed(e) => {
                self.title = self.title.take().or_else(|| e.title.clone());
                self.phase.renew_if(begun, one, term(&e.until));
            }
            Effect::Retitled(e) if begun => self.title = Some(e.title.clone()),
            Effect::Suspended(e) if begun => self.phase.suspend(one, term(&e.until)),
            Effect::Resumed(_) if begun => self.phase.resume(one),
            Effect::Repealed(_) if begun => self.phase.end(one),
            _ => {}
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct ListingFold<'a> {
    pub(super) phase: Phase<'a>,
    pub(super) name: Option<String>,
    pub(super) kind: Option<SubjectType>,
    pub(super) reference: Option<String>,
    pub(super) measures: Vec<MeasureKey>,
    pub(super) orders: Vec<(Placed<'a>, String)>,
}

impl<'a> ListingFold<'a> {
    pub(super) fn take(&mut self, one: &Placed<'a>, cancelled: &HashSet<DecisionId>) {
        match one.effect() {
            Effect::Listed(e) => {
                self.phase
                    .begin_if(true, one, Some(e.until.clone().unwrap_or(Until::Regime)));
                self.reference.clone_from(&e.reference);
                self.measures.clone_from(&e.measures);
                self.name = Some(e.subject.name.clone());
                self.kind = Some(e.subject.kind);
            }
            Effect::ListingAmended(e) => {
                self.name = e.name.clone().or(self.name.take());
                self.reference = e.reference.clone().or(self.reference.take());
            }
            Effect::Delisted(_) => self.phase.end(one),
            Effect::ListingSuspended(e) => self
                .phase
                .suspend(one, e.until.clone().or_else(|| one.decision.until.clone())),
            Effect::OrderGranted(e) if !cancelled.contains(&one.decision.id) => {
                self.orders.push((*one, e.orders.clone()));
            }
            _ => {}
        }
    }

    /// Names the subject from effects that have not begun, where none has.
    pub(super) fn describe(&mut self, slot: &[Placed<'_>]) {
        for one in slot {
            match one.effect() {
                Effect::Listed(e) => {
                    self.name.get_or_insert_with(|| e.subject.name.clone());
                    self.kind.get_or_insert(e.subject.kind);
                }
                Effect::Delisted(e) if self.name.is_none() => self.name.clone_from(&e.name),
                _ => {}
            }
        }
    }
}
