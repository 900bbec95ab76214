//! The fold: effects in legal order, laid over one another slot by slot.
//!
//! A slot is the regime itself, one of its measures, or one listing. Within a slot the later effect prevails (*lex
//! posterior*); an end overlays nothing and revives nothing. Terms that point at their regime are resolved last, so that
//! one renewal moves everything under it.

use super::phase::{ListingFold, MeasureFold, Phase, RegimeFold, Slots};
use super::view::{Placed, View, moment};
use super::{
    Coming, ListingState, MeasureState, Permission, ProcedureState, RegimeState, Standing, Unknown,
};
use crate::domain::{
    Annulled, Answer, Day, DecisionId, Effect, MeasureKey, Moment, Status, SubjectId, Until,
};
use rayon::prelude::*;
use std::collections::HashSet;

/// Fewer listings than this are not worth another core.
const AT_ONCE: usize = 256;

impl View<'_> {
    /// The state of the regime on the day or instant asked about.
    #[must_use]
    pub fn state(&self) -> RegimeState {
        self.state_of(&Slots::of(self))
    }

    /// The same, from its slots.
    pub(super) fn state_of(&self, slots: &Slots<'_>) -> RegimeState {
        let procedures = self.procedures();
        let (title, regime) = self.regime_or_proposal(&slots.regime, &procedures);
        let mut measures: Vec<_> = slots
            .measures
            .iter()
            .filter_map(|(key, slot)| self.measure(key, slot, &regime))
            .collect();
        measures.sort_by_key(|measure| rank(measure.standing.status));
        let cancelled = self.cancelled_orders(&slots.regime);
        let listings: Vec<_> = slots.listings.iter().collect();
        let listings: Vec<Option<ListingState>> = listings
            .into_par_iter()
            .with_min_len(AT_ONCE)
            .map(|(id, slot)| self.listing(id, slot, &regime, &cancelled))
            .collect();
        let mut listings: Vec<_> = listings.into_iter().flatten().collect();
        listings.sort_by_cached_key(|one| {
            let name = one.name.clone();
            (rank(one.standing.status), name, one.subject.clone())
        });
        RegimeState {
            regime: self.regime.clone(),
            title,
            measures,
            listings,
            unnamed_entries: self.unnamed_entries(),
            permissions: self.permissions(),
            procedures,
            coming: self.coming(),
            surveyed: self.surveys.clone(),
            redactions: self.redactions.clone(),
            standing: regime,
        }
    }

    /// Where the regime stands, or the procedure that would bring it about where nothing has been decided.
    pub(super) fn regime_or_proposal(
        &self,
        slot: &[Placed<'_>],
        procedures: &[ProcedureState],
    ) -> (Option<String>, Standing) {
        let (title, regime) = self.regime(slot);
        let mut open = procedures.iter();
        let regime = match (
            &regime.unknown,
            open.find(|procedure| procedure.status != Status::Disputed),
        ) {
            (Some(Unknown::Before(_) | Unknown::Nothing), Some(procedure)) => Standing {
                since: Some(procedure.since),
                because: procedure.because.clone(),
                ..Standing::new(procedure.status)
            },
            _ => regime,
        };
        (title, regime)
    }

    /// What the regime is called and where it stands itself.
    pub(super) fn regime(&self, slot: &[Placed<'_>]) -> (Option<String>, Standing) {
        let mut fold = RegimeFold::default();
        for one in slot {
            if one.starts() > self.at && fold.title.is_some() {
                break;
            }
            fold.take(one, one.starts() <= self.at);
        }
        let standing = self.standing(&fold.phase, slot);
        let standing = standing.unwrap_or_else(|| Standing::unknown(Unknown::Nothing));
        (fold.title, standing)
    }

    /// Where a slot stands by itself. None where nothing of it was decided by the day asked about.
    fn standing(&self, phase: &Phase<'_>, slot: &[Placed<'_>]) -> Option<Standing> {
        let Some(since) = phase.since else {
            return self.not_begun(slot);
        };
        let mut standing = Standing::new(Status::Applicable);
        let is_suspended = matches!(&phase.suspended, Some((_, until))
            if !until.as_ref().is_some_and(|until| self.is_past(until)));
        // What began it comes first.
        standing.because = phase.reasons(is_suspended);
        // It stands so anew where a suspension was ended, or has run out.
        standing.since = match (&phase.suspended, phase.resumed_by) {
            (Some((_, Some(Until::Moment(last)))), _) if !is_suspended => {
                Some(last.day(self.zone).next().into())
            }
            (_, Some(resumed)) => Some(resumed.from()),
            _ => standing.because.first().map(|began| began.from),
        };
        if let Some(end) = phase.ended {
            return Some(Standing {
                since: Some(end.from()),
                ..standing.with_status(Status::Repealed)
            });
        }
        self.set_term(&mut standing, phase.until.clone());
        self.end_term(&mut standing, since);
        if let Some((by, _)) = &phase.suspended
            && standing.status == Status::Applicable
            && is_suspended
        {
            standing = Standing {
                since: Some(by.from()),
                ..standing.with_status(Status::Suspended)
            };
        }
        Some(standing)
    }

    pub(super) fn set_term(&self, standing: &mut Standing, until: Option<Until>) {
        standing.days_left = match &until {
            Some(Until::Moment(last)) => Some(self.on.days_to(last.day(self.zone))),
            _ => None,
        };
        standing.until = until;
    }

    /// Lapsed where a survey says that nothing more was decided, unknown where none does.
    fn end_term(&self, standing: &mut Standing, since: Placed<'_>) {
        match &standing.until {
            Some(until @ Until::Moment(last)) if self.is_past(until) => {
                let last = last.day(self.zone);
                let ended = if self.survey_from(last.next()).is_some() {
                    Status::Lapsed
                } else {
                    Status::Unknown
                };
                standing.unknown = (ended == Status::Unknown).then_some(Unknown::After(last));
                standing.since = Some(last.next().into());
                standing.status = ended;
            }
            None if self.survey_from(since.day()).is_none() && self.evidence().is_none() => {
                standing.unknown = Some(Unknown::NoLastDay(since.from()));
                standing.status = Status::Unknown;
            }
            _ => {}
        }
        standing.answer = standing.status.answer();
    }

    fn later(&self, one: Moment, other: Moment) -> Moment {
        let begins = |moment: Moment| moment.starts(self.zone);
        if begins(other) > begins(one) {
            other
        } else {
            one
        }
    }

    pub(super) fn is_past(&self, until: &Until) -> bool {
        matches!(until, Until::Moment(last) if last.ends(self.zone) < self.at)
    }

    /// A recorded decision of that day or a later one that treats the regime as alive. What is repealed on a later day
    /// was alive until then; what a renewal presupposes and the record lacks is unknown before it, so that neither it nor
    /// what follows it is evidence.
    pub(super) fn evidence(&self) -> Option<&Placed<'_>> {
        let later_gap = |one: &&Placed<'_>| is_gap(one.effect()) && one.day() > self.on;
        let gap = self.placed.iter().find(later_gap).map(Placed::day);
        let before_gap = |one: &&Placed<'_>| gap.is_none_or(|gap| one.day() < gap);
        let mut placed = self.placed.iter().filter(before_gap);
        placed.find(|one| match one.effect() {
            Effect::Repealed(_) => one.day() > self.on,
            effect => lives(effect) && (one.adopted() >= self.on || one.day() >= self.on),
        })
    }

    /// A slot without an effect that has begun.
    fn not_begun(&self, slot: &[Placed<'_>]) -> Option<Standing> {
        let first = slot.iter().find(|one| begins(one.effect()))?;
        if first.adopted() > self.on {
            let unrecorded = is_unrecorded(first.effect());
            let why = if unrecorded {
                Unknown::Unrecorded(first.from())
            } else {
                Unknown::Before(first.from())
            };
            return Some(Standing::unknown(why));
        }
        if is_unrecorded(first.effect()) {
            return Some(Standing {
                because: vec![first.reason()],
                ..Standing::unknown(Unknown::Unrecorded(first.from()))
            });
        }
        let in_force = first.decision.in_force_at <= self.at;
        let status = if in_force {
            Status::InForceNotApplicable
        } else {
            Status::AdoptedNotInForce
        };
        let since = if in_force {
            moment(first.decision.in_force_at, first.zone())
        } else {
            first.adopted().into()
        };
        Some(Standing {
            since: Some(since),
            applies: Some(first.from()),
            because: vec![first.reason()],
            ..Standing::new(status)
        })
    }

    pub(super) fn measure(
        &self,
        key: &MeasureKey,
        slot: &[Placed<'_>],
        regime: &Standing,
    ) -> Option<MeasureState> {
        let mut fold = MeasureFold::default();
        for one in slot.iter().filter(|one| one.starts() <= self.at) {
            fold.take(one);
        }
        let decided_later =
            fold.phase.since.is_none() && slot.iter().all(|one| one.adopted() > self.on);
        if decided_later {
            return None;
        }
        let mut standing = self.standing(&fold.phase, slot)?;
        if standing.status == Status::InForceNotApplicable
            || standing.status == Status::AdoptedNotInForce
        {
            fold.describe(
                slot.iter()
                    .find(|one| matches!(one.effect(), Effect::Imposed(_)))?,
            );
            standing.condition = fold.condition.take();
        } else if standing.status == Status::Applicable {
            self.apply_later(&mut standing, &mut fold, slot);
            // It binds since its condition was met, not since it was imposed.
            let since = standing.since.zip(fold.met_by.map(|one| one.from()));
            if let Some((since, met)) = since.filter(|_| standing.status == Status::Applicable) {
                standing.since = Some(self.later(since, met));
            }
        }
        let standing = self.annulled_measure(self.under(standing, regime), slot);
        let MeasureFold {
            class,
            kind,
            scope,
            provision,
            remarks,
            ..
        } = fold;
        Some(MeasureState {
            measure: key.clone(),
            class,
            kind,
            scope,
            provision,
            standing,
            remarks,
        })
    }

    /// A measure in force waits for the condition that is pending, or for the day that an act in force sets.
    fn apply_later(
        &self,
        standing: &mut Standing,
        fold: &mut MeasureFold<'_>,
        slot: &[Placed<'_>],
    ) {
        if let Some(condition) = fold.condition.take() {
            standing.condition = Some(condition);
            *standing = std::mem::replace(standing, Standing::new(Status::Unknown))
                .with_status(Status::InForceNotApplicable);
        }
        let settled = |one: &&Placed<'_>| {
            matches!(one.effect(), Effect::ApplicationSet(e) if e.applies.is_some())
                && one.starts() > self.at
                && one.decision.in_force_at <= self.at
                && fold
                    .phase
                    .since
                    .is_some_and(|since| since.starts() < one.decision.in_force_at)
                && standing.condition.is_some()
        };
        if let Some(later) = slot.iter().rfind(settled) {
            standing.applies = Some(later.from());
            standing.because.push(later.reason());
        }
    }

    fn annulled_measure(&self, mut standing: Standing, slot: &[Placed<'_>]) -> Standing {
        for one in slot {
            if let Effect::Annulled(e) = one.effect()
                && self.is_annulled(e)
            {
                standing.because.push(one.reason());
                standing = standing.with_status(self.annulment(e, one));
            }
        }
        standing
    }

    pub(super) fn listing(
        &self,
        id: &SubjectId,
        slot: &[Placed<'_>],
        regime: &Standing,
        cancelled: &HashSet<DecisionId>,
    ) -> Option<ListingState> {
        let mut fold = ListingFold::default();
        let begun = slot.iter().filter(|one| one.starts() <= self.at);
        for one in begun.filter(|one| self.order_run_out(one).is_none()) {
            fold.take(one, cancelled);
        }
        let mut standing = match self.standing(&fold.phase, slot) {
            Some(standing) if standing.status != Status::Unknown || fold.phase.since.is_some() => {
                standing
            }
            Some(standing) if matches!(standing.unknown, Some(Unknown::Unrecorded(_))) => standing,
            // Before its first listing nobody is listed, but a court may have voided the listing altogether.
            _ => self.voided(id, slot)?,
        };
        fold.describe(slot);
        let voided: Vec<_> = self
            .voided
            .iter()
            .map(|void| void.one)
            .filter(|one| one.effect().subject() == Some(id))
            .collect();
        fold.describe(&voided);
        if !fold.orders.is_empty() && standing.answer == Answer::InForce {
            standing
                .because
                .extend(fold.orders.iter().map(|(one, _)| one.reason()));
            standing = standing.with_status(Status::InterimSuspended);
        }
        standing = self.under(standing, regime);
        let standing = self.annulled_listing(standing, &fold.phase, slot);
        let ListingFold {
            name,
            kind,
            reference,
            measures,
            orders,
            ..
        } = fold;
        let orders = orders.into_iter().map(|(_, orders)| orders).collect();
        let name = name.unwrap_or_else(|| id.to_string());
        Some(ListingState {
            subject: id.clone(),
            name,
            kind,
            reference,
            measures,
            standing,
            orders,
        })
    }

    /// A listing that a court annulled: for a span, or the act that made it. Where the effects of one part of it are
    /// maintained, they are of the whole.
    fn annulled_listing(
        &self,
        mut standing: Standing,
        phase: &Phase<'_>,
        slot: &[Placed<'_>],
    ) -> Standing {
        let made_by = |e: &Annulled| {
            phase
                .since
                .is_some_and(|since| e.acts.contains(&since.decision.id))
        };
        let binds = standing.answer == Answer::InForce;
        for one in slot {
            if let Effect::Annulled(e) = one.effect()
                && binds
                && standing.status != Status::AnnulledEffectsMaintained
                && self.is_annulled(e)
                && (e.from.is_some() || made_by(e))
            {
                standing.because.push(one.reason());
                standing = standing.with_status(self.annulment(e, one));
            }
        }
        standing
    }

    /// A listing that is gone because a court annulled the act that made it: from that act on, or from the judgment on
    /// where the act is not recorded. Before it, nobody was listed.
    fn voided(&self, id: &SubjectId, slot: &[Placed<'_>]) -> Option<Standing> {
        let void = slot
            .iter()
            .find(|one| matches!(one.effect(), Effect::Annulled(e) if e.from.is_none()))?;
        let voided = self.voided.iter().map(|void| &void.one);
        let listings = slot.iter().chain(voided).filter(
            |one| matches!(one.effect(), Effect::Listed(_) if one.effect().subject() == Some(id)),
        );
        let first = listings.map(Placed::adopted).min();
        if first.unwrap_or_else(|| void.day()) > self.on {
            return None;
        }
        Some(Standing {
            since: Some(void.from()),
            because: vec![void.reason()],
            ..Standing::new(Status::Annulled)
        })
    }

    pub(super) fn is_annulled(&self, annulled: &Annulled) -> bool {
        annulled.from.is_none_or(|from| from <= self.on)
            && annulled.to.is_none_or(|to| self.on <= to)
    }

    fn annulment(&self, annulled: &Annulled, one: &Placed<'_>) -> Status {
        if maintained(annulled, self.ask.as_law_stood, one.zone()) {
            Status::AnnulledEffectsMaintained
        } else {
            Status::Annulled
        }
    }

    /// What is under a regime stands no better than the regime, and a term that points there takes the regime's.
    fn under(&self, mut standing: Standing, regime: &Standing) -> Standing {
        let own_end = matches!(
            standing.until,
            Some(Until::Moment(_) | Until::Open | Until::Condition(_))
        );
        let has_begun = !matches!(
            standing.status,
            Status::Repealed
                | Status::AdoptedNotInForce
                | Status::Lapsed
                | Status::Unknown
                | Status::Annulled
        );
        // A term of its own that reaches further than its regime's is over with the regime.
        let is_over = regime
            .until
            .as_ref()
            .is_some_and(|until| self.is_past(until));
        if has_begun && (!own_end || is_over) {
            self.set_term(&mut standing, regime.until.clone());
        }
        if has_begun && regime.status != Status::Applicable {
            standing.unknown.clone_from(&regime.unknown);
            standing.since = regime.since;
            standing.because.extend(regime.because.iter().cloned());
            standing = standing.with_status(regime.status);
        }
        standing
    }

    /// The last day of a court order that has run out by the day asked about.
    pub(super) fn order_run_out<'u>(&self, one: &Placed<'u>) -> Option<&'u Until> {
        match one.effect() {
            Effect::OrderGranted(e) => e.until.as_ref().or(one.decision.until.as_ref()),
            _ => None,
        }
        .filter(|until| self.is_past(until))
    }

    pub(super) fn cancelled_orders(&self, slot: &[Placed<'_>]) -> HashSet<DecisionId> {
        let begun = slot.iter().filter(|one| one.starts() <= self.at);
        let cancelled = begun.filter_map(|one| match one.effect() {
            Effect::OrderCancelled(e) => Some(e.decision.clone()),
            _ => None,
        });
        cancelled.collect()
    }

    pub(super) fn unnamed_entries(&self) -> i64 {
        let begun = self.placed.iter().filter(|one| one.starts() <= self.at);
        let counts = begun.map(|one| match one.effect() {
            Effect::Amended(e) => {
                i64::from(e.entries_added.unwrap_or_default())
                    - i64::from(e.entries_removed.unwrap_or_default())
            }
            _ => 0,
        });
        counts.sum()
    }

    fn permissions(&self) -> Vec<Permission> {
        let begun = self.placed.iter().filter(|one| one.starts() <= self.at);
        let running = begun.filter_map(|one| {
            let (measure, permits, own) = match one.effect() {
                Effect::LicenceIssued(e) => (&e.measure, &e.permits, &e.until),
                Effect::DerogationGranted(e) => (&e.measure, &e.permits, &e.until),
                Effect::WindDown(e) => (&e.measure, &e.permits, &e.until),
                _ => return None,
            };
            let until = own.clone().or_else(|| one.decision.until.clone());
            if until.as_ref().is_some_and(|until| self.is_past(until)) {
                return None;
            }
            let mut term = Standing::new(Status::Applicable);
            self.set_term(&mut term, until);
            Some(Permission {
                measure: measure.clone(),
                permits: permits.clone(),
                until: term.until,
                days_left: term.days_left,
                because: one.reason(),
            })
        });
        running.collect()
    }

    fn coming(&self) -> Vec<Coming> {
        let later = self
            .placed
            .iter()
            .filter(|one| one.starts() > self.at && !super::row::is_step(one.effect()));
        let decided = later.filter(|one| one.adopted() <= self.on || self.ask.public_by.is_some());
        let coming = decided.map(|one| Coming {
            from: one.from(),
            in_days: self.on.days_to(one.day()),
            what: what(one.effect()),
            because: one.reason(),
        });
        coming.collect()
    }
}

/// What an effect does, with what it does it to.
pub(super) fn what(effect: &Effect) -> String {
    if let Effect::OrderCancelled(e) = effect {
        return format!("order {} cancelled", e.decision);
    }
    let slot = effect
        .measure()
        .map(ToString::to_string)
        .or_else(|| match effect {
            Effect::Listed(e) => Some(e.subject.name.clone()),
            Effect::Delisted(e) => Some(e.name.clone().unwrap_or_else(|| e.subject.to_string())),
            other => other.subject().map(ToString::to_string),
        });
    match slot {
        Some(slot) => format!("{slot} {}", effect.participle()),
        None => format!("regime {}", effect.participle()),
    }
}

/// Whether the court's maintenance of the effects still runs on the day of the law asked for.
pub(super) fn maintained(annulled: &Annulled, as_law_stood: Day, zone: chrono_tz::Tz) -> bool {
    match &annulled.maintained_until {
        None => false,
        Some(Until::Moment(last)) => as_law_stood <= last.day(zone),
        Some(Until::Open | Until::Condition(_) | Until::Regime) => true,
    }
}

/// Whether an effect shows that its regime is alive when it is decided.
pub(super) fn lives(effect: &Effect) -> bool {
    !super::row::is_step(effect)
        && !matches!(
            effect,
            Effect::Annulled(_) | Effect::AnnulmentSetAside(_) | Effect::Corrected(_)
        )
}

/// Whether what the effect presupposes is not recorded, so that what comes after it is no evidence of what came before.
pub(super) fn is_gap(effect: &Effect) -> bool {
    matches!(effect, Effect::Renewed(e) if e.prior_unrecorded)
}

fn begins(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Established(_) | Effect::Renewed(_) | Effect::Imposed(_) | Effect::Listed(_)
    ) || is_unrecorded(effect)
}

fn is_unrecorded(effect: &Effect) -> bool {
    matches!(effect, Effect::Renewed(e) if e.prior_unrecorded)
        || matches!(effect, Effect::Delisted(e) if e.prior_unrecorded)
}

/// What binds comes first in an answer, what is over last.
fn rank(status: Status) -> u8 {
    match status {
        Status::Applicable | Status::AnnulledEffectsMaintained => 0,
        Status::InForceNotApplicable => 1,
        Status::Suspended | Status::InterimSuspended => 2,
        Status::AdoptedNotInForce | Status::Agreed | Status::Proposed => 3,
        Status::Unknown | Status::Disputed => 4,
        Status::Lapsed | Status::Repealed | Status::Annulled => 5,
    }
}
