//! Why: for one line of an answer, every effect that bears on it, in legal order, each with its part in the answer.
//!
//! The answer explained is the one of [`View::state`]: both come from the same folds over the same slots. What became of
//! each effect is read off the fold as it goes (see `trace`), never decided anew.

mod chain;
mod role;
mod trace;

pub use role::{Bearing, Ref, Role};

use super::phase::{Phase, Slots};
use super::view::View;
use super::{
    Ask, History, Line, ListingState, MeasureState, ProcedureState, Reason, Standing, Surveyed,
    Unknown,
};
use crate::domain::{Answer, Day, MeasureKey, RegimeKey, Status, SubjectId, Until};
use chain::Chain;
use serde::Serialize;

/// A line of a regime's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "Line")]
pub enum StandingLine {
    /// The regime's own status.
    Regime,
    /// One of its measures.
    Measure(MeasureKey),
    /// One of its listings.
    Listing(SubjectId),
}

impl From<StandingLine> for Line {
    fn from(line: StandingLine) -> Self {
        match line {
            StandingLine::Regime => Self::Regime,
            StandingLine::Measure(measure) => Self::Measure { measure },
            StandingLine::Listing(subject) => Self::Listing { subject },
        }
    }
}

/// Why a line is what it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// Of which regime.
    pub regime: RegimeKey,
    /// Which line.
    #[serde(flatten)]
    pub line: StandingLine,
    /// What the regime or the subject is called, where that is recorded.
    pub name: Option<String>,
    /// Where it stands; none where the answer has no such line.
    pub standing: Option<Standing>,
    /// Why the answer has no such line.
    pub absent: Option<Absent>,
    /// Every effect that bears on the line, in legal order.
    pub chain: Vec<Bearing>,
    /// Where the regime stands, for a line that follows it.
    pub regime_standing: Option<Standing>,
    /// Every effect that bears on the regime, in legal order, for a line that follows it.
    pub regime_chain: Vec<Bearing>,
    /// The survey that the answer rests on.
    pub survey: Option<Surveyed>,
    /// The later decision that shows it to be alive, where its term has no recorded end.
    pub evidence: Option<Reason>,
    /// What would have to be recorded for an answer, where it is unknown.
    pub missing: Option<Missing>,
}

/// Why an answer has no such line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Absent {
    /// Where the regime stands: where it is unknown, so is what stands under it.
    pub regime: Status,
    /// Entries that the sources count without naming them: the subject may be one.
    pub unnamed_entries: i64,
}

/// What is missing for an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The first day that no term and no survey covers.
    pub from: Option<Day>,
    /// The day asked about.
    pub to: Day,
    /// The survey that reaches furthest, short of what is asked.
    pub surveyed: Option<Surveyed>,
}

impl History {
    /// Why that line is what it is, asked so.
    #[must_use]
    pub fn why(&self, line: &StandingLine, ask: &Ask) -> Why {
        let view = self.view(ask);
        let slots = Slots::of(&view);
        let procedures = view.procedures();
        let answered = view.answer(line, &slots, &procedures);
        let Answered {
            name,
            standing,
            regime,
            follows_regime,
        } = answered;
        let follows = follows_regime && *line != StandingLine::Regime;
        let own = standing.as_ref().map(|one| one.because.as_slice());
        let chain = Chain {
            history: self,
            view: &view,
            slots: &slots,
            asked: line,
            // Where the line is missing because the regime is unknown, the regime's reasons are its own.
            reasons: own.unwrap_or(if follows { &regime.because } else { &[] }),
            status: standing.as_ref().map(|one| one.status),
        };
        let regime_chain = if follows {
            chain.of(&StandingLine::Regime, &regime.because)
        } else {
            Vec::new()
        };
        // What a line takes from its regime, it takes with the grounds of it.
        let grounds = if follows {
            Some(&regime)
        } else {
            standing.as_ref()
        };
        Why {
            regime: view.regime.clone(),
            name,
            absent: standing.is_none().then(|| Absent {
                regime: regime.status,
                unnamed_entries: view.unnamed_entries(),
            }),
            chain: chain.of(line, own.unwrap_or_default()),
            regime_chain,
            survey: grounds.and_then(|one| view.survey_behind(one)),
            evidence: grounds.and_then(|one| view.evidence_behind(one)),
            missing: grounds.and_then(|one| view.missing(one)),
            regime_standing: follows.then(|| regime.clone()),
            standing,
            line: line.clone(),
        }
    }
}

/// A line's answer, with what it hangs on.
pub(super) struct Answered {
    pub(super) name: Option<String>,
    pub(super) standing: Option<Standing>,
    pub(super) regime: Standing,
    /// Whether its term, its status or its absence is the regime's.
    pub(super) follows_regime: bool,
}

impl<'a> View<'a> {
    /// What [`View::state`] says on that line.
    pub(super) fn answer(
        &self,
        line: &StandingLine,
        slots: &Slots<'a>,
        procedures: &[ProcedureState],
    ) -> Answered {
        let (title, regime) = self.regime_or_proposal(&slots.regime, procedures);
        let (name, standing) = match line {
            StandingLine::Regime => (title, Some(regime.clone())),
            StandingLine::Measure(key) => {
                let slot = slots.measures.get(key);
                let state = slot.and_then(|slot| self.measure(key, slot, &regime));
                let MeasureState {
                    scope, standing, ..
                } = match state {
                    Some(state) => state,
                    None => return Answered::absent(None, regime),
                };
                (scope, Some(standing))
            }
            StandingLine::Listing(id) => {
                let cancelled = self.cancelled_orders(&slots.regime);
                let slot = slots.listings.get(id);
                let state = slot.and_then(|slot| self.listing(id, slot, &regime, &cancelled));
                let ListingState { name, standing, .. } = match state {
                    Some(state) => state,
                    None => return Answered::absent(None, regime),
                };
                (Some(name), Some(standing))
            }
        };
        let phase = trace::follow(self, line, slots).phase;
        let follows_regime = standing
            .as_ref()
            .is_some_and(|own| follows(&phase, own, &regime));
        Answered {
            name,
            standing,
            regime,
            follows_regime,
        }
    }

    /// The survey that makes a lapse one, or an open term one that goes on.
    fn survey_behind(&self, standing: &Standing) -> Option<Surveyed> {
        let found = match (standing.status, &standing.until) {
            (Status::Lapsed, Some(Until::Moment(last))) => {
                self.survey_from(last.day(self.zone).next())
            }
            (status, None) if status.answer() == Answer::InForce => {
                self.survey_from(standing.because.first()?.from.day(self.zone))
            }
            _ => None,
        };
        found.cloned()
    }

    /// The later decision that treats as alive what has no recorded end, where no survey does.
    fn evidence_behind(&self, standing: &Standing) -> Option<Reason> {
        let open = standing.until.is_none() && standing.status.answer() == Answer::InForce;
        let evidence = self
            .evidence()
            .filter(|_| open && self.survey_behind(standing).is_none());
        evidence.map(|one| one.reason())
    }

    fn missing(&self, standing: &Standing) -> Option<Missing> {
        let from = match standing.unknown.as_ref()? {
            Unknown::After(last) => Some(last.next()),
            Unknown::NoLastDay(since) => Some(since.day(self.zone)),
            Unknown::Before(_) | Unknown::Unrecorded(_) | Unknown::Nothing => None,
        };
        let furthest = self.surveys.iter().max_by_key(|survey| survey.through);
        Some(Missing {
            from,
            to: self.on,
            surveyed: furthest.cloned(),
        })
    }
}

impl Answered {
    /// A line that the answer does not have: nobody is listed better than the regime stands.
    fn absent(name: Option<String>, regime: Standing) -> Self {
        Self {
            name,
            standing: None,
            follows_regime: regime.answer == Answer::Unknown,
            regime,
        }
    }
}

/// Whether a line takes its term or its status from its regime.
fn follows(phase: &Phase<'_>, own: &Standing, regime: &Standing) -> bool {
    let alive = phase.since.is_some() && phase.ended.is_none();
    let points = matches!(phase.until, Some(Until::Regime) | None);
    let last = |of: &Standing| of.because.last().map(|one| (one.entry, one.effect));
    alive && points || (last(own).is_some() && last(own) == last(regime))
}

impl StandingLine {
    /// The line's key, where it is not the regime itself.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Regime => None,
            Self::Measure(key) => Some(key.as_str()),
            Self::Listing(id) => Some(id.as_str()),
        }
    }
}

impl Why {
    /// The effect that decides; none where nothing recorded does.
    #[must_use]
    pub fn decides(&self) -> Option<&Bearing> {
        let mut all = self.chain.iter().chain(&self.regime_chain);
        all.find(|cause| cause.role == Role::Decides)
    }
}
