//! Admission: may this be appended? A pure check of a new entry's rows against those already recorded.
//!
//! A decision is judged at its own place in legal time, not at the end of the record: one that is found late is admitted
//! if it fits where it belongs. What a slot was is told by *marks*, the bones of its effects.

use super::redaction;
use super::row::{DecisionRow, EffectRow, RedactionRow, Row, Rows, is_step};
use crate::domain::{Day, DecisionId, Effect, Instant, MeasureKey, RegimeKey, SubjectId, Until};
use foldhash::{HashMap, HashSet};
use smallvec::SmallVec;

/// Why a decision may not be appended. Effects are judged in their order; for one effect the first refusal in the order
/// below is the one given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// 1. The same id is recorded with another content.
    #[error("{id} is recorded as entry {seq} with another content")]
    IdReused {
        /// The id; for a survey its regime and last day.
        id: String,
        /// The entry that bears it.
        seq: u64,
    },
    /// 1. Its body was erased on a ground that forbids to record it again.
    #[error("this was entry {seq}, which entry {by} redacted ({ground}): it is not recorded again")]
    Redacted {
        /// The entry whose body was erased.
        seq: u64,
        /// The redaction.
        by: u64,
        /// Its ground.
        ground: String,
    },
    /// 2. No regime of that name is recorded.
    #[error("no regime {regime} is recorded (effect {effect})")]
    UnknownRegime {
        /// The name.
        regime: RegimeKey,
        /// The effect, from 1; 0 for a survey.
        effect: u16,
    },
    /// 3. The regime is established and has not ended.
    #[error("{regime} is already established, by entry {by} (effect {effect})")]
    AlreadyEstablished {
        /// The regime.
        regime: RegimeKey,
        /// The effect, from 1.
        effect: u16,
        /// The entry that did.
        by: u64,
    },
    /// 4. The regime was repealed before.
    #[error("{regime} was repealed by entry {by}: it cannot be {did} (effect {effect})")]
    Repealed {
        /// The regime.
        regime: RegimeKey,
        /// The effect, from 1.
        effect: u16,
        /// The entry that repealed it.
        by: u64,
        /// What the effect would do.
        did: &'static str,
    },
    /// 5. The regime has no such measure.
    #[error("{regime} has no measure {measure} to be {did} (effect {effect})")]
    UnknownMeasure {
        /// The regime.
        regime: RegimeKey,
        /// The measure.
        measure: MeasureKey,
        /// The effect, from 1.
        effect: u16,
        /// What the effect would do.
        did: &'static str,
        /// The measures that the regime has.
        has: Vec<MeasureKey>,
    },
    /// 6. The measure is imposed and not lifted.
    #[error("{measure} is already imposed under {regime}, by entry {by} (effect {effect})")]
    AlreadyImposed {
        /// The regime.
        regime: RegimeKey,
        /// The measure.
        measure: MeasureKey,
        /// The effect, from 1.
        effect: u16,
        /// The entry that imposed it.
        by: u64,
    },
    /// 7. The measure was lifted before.
    #[error(
        "{measure} under {regime} was lifted by entry {by}: it cannot be {did} (effect {effect})"
    )]
    Lifted {
        /// The regime.
        regime: RegimeKey,
        /// The measure.
        measure: MeasureKey,
        /// The effect, from 1.
        effect: u16,
        /// The entry that lifted it.
        by: u64,
        /// What the effect would do.
        did: &'static str,
    },
    /// 8. The subject is listed and not delisted.
    #[error("{subject} is already listed under {regime}, by entry {by} (effect {effect})")]
    AlreadyListed {
        /// The regime.
        regime: RegimeKey,
        /// The subject.
        subject: SubjectId,
        /// The effect, from 1.
        effect: u16,
        /// The entry that listed it.
        by: u64,
    },
    /// 9. The subject is not listed.
    #[error("{subject} is not listed under {regime}: nothing to be {did} (effect {effect})")]
    NotListed {
        /// The regime.
        regime: RegimeKey,
        /// The subject.
        subject: SubjectId,
        /// The effect, from 1.
        effect: u16,
        /// What the effect would do.
        did: &'static str,
    },
    /// 10. Resumed without having been suspended.
    #[error("{what} is not suspended: nothing to resume (effect {effect})")]
    NotSuspended {
        /// The regime or the measure.
        what: String,
        /// The effect, from 1.
        effect: u16,
    },
    /// 11. A decision that the effect names is not recorded under the regime.
    #[error("no decision {decision} is recorded under {regime} (effect {effect})")]
    UnknownDecision {
        /// The regime.
        regime: RegimeKey,
        /// The decision named.
        decision: DecisionId,
        /// The effect, from 1.
        effect: u16,
    },
}

/// What is known of some regimes, as far as admission needs it.
#[derive(Debug, Default)]
pub struct Admission {
    regimes: HashMap<RegimeKey, Ledger>,
}

/// Proof that an entry's rows were admitted at a position. Nothing is appended without one.
#[derive(Debug)]
pub struct Admitted {
    seq: u64,
}

impl Admitted {
    /// The position that it was admitted at.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.seq
    }
}

impl Admission {
    /// Whether that regime's rows were loaded.
    #[must_use]
    pub fn has(&self, regime: &RegimeKey) -> bool {
        self.regimes.contains_key(regime)
    }

    /// How many marks are held: a measure of its memory, about a hundred bytes each.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.regimes.values().map(|ledger| ledger.weight).sum()
    }

    /// Takes over a regime's rows, which were admitted before.
    pub fn load(&mut self, regime: RegimeKey, rows: &[(u64, Row)]) {
        let mut ledger = Ledger::erased_by(rows);
        for (seq, row) in redaction::in_place(rows, u64::MAX) {
            ledger.take(seq, row);
        }
        self.regimes.insert(regime, ledger);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.regimes.clear();
    }

    /// Admits the rows of one entry at position `seq`, whose regimes were loaded.
    ///
    /// # Errors
    ///
    /// The first refusal; then nothing is taken over.
    pub fn admit(&mut self, seq: u64, rows: &Rows) -> Result<Admitted, Refusal> {
        for (n, (regime, row)) in rows.rows.iter().enumerate() {
            if let Err(refusal) = self.ledger(regime).admit(seq, regime, row) {
                for (regime, _) in rows.rows.iter().take(n + 1) {
                    self.ledger(regime).forget(seq);
                }
                return Err(refusal);
            }
        }
        Ok(Admitted { seq })
    }

    /// The entries that would not have been admitted had entry `seq` said `instead`, or nothing: those that depend on it.
    #[must_use]
    pub fn dependents(
        regime: &RegimeKey,
        rows: &[(u64, Row)],
        seq: u64,
        instead: Option<&DecisionRow>,
    ) -> Vec<u64> {
        let refused = walk(rows, |ledger, at, row| match instead {
            _ if at != seq => ledger.admit(at, regime, row),
            Some(decision) => ledger.admit_decision(at, regime, decision),
            None => Ok(()),
        });
        refused.into_iter().map(|(seq, _)| seq).collect()
    }

    /// The entries of a regime that would not be admitted in their order, with the reason.
    #[must_use]
    pub fn again(regime: &RegimeKey, rows: &[(u64, Row)]) -> Vec<(u64, Refusal)> {
        walk(rows, |ledger, at, row| ledger.admit(at, regime, row))
    }

    fn ledger(&mut self, regime: &RegimeKey) -> &mut Ledger {
        if !self.regimes.contains_key(regime) {
            self.regimes.insert(regime.clone(), Ledger::default());
        }
        // Present since the line above.
        self.regimes.entry(regime.clone()).or_default()
    }
}

/// Admits a regime's rows one after another, each where it stands; what is refused is forgotten.
fn walk(
    rows: &[(u64, Row)],
    mut admit: impl FnMut(&mut Ledger, u64, &Row) -> Result<(), Refusal>,
) -> Vec<(u64, Refusal)> {
    let mut ledger = Ledger::erased_by(rows);
    let mut refused = Vec::new();
    for (seq, row) in redaction::in_place(rows, u64::MAX) {
        if let Err(refusal) = admit(&mut ledger, seq, row) {
            ledger.forget(seq);
            refused.push((seq, refusal));
        }
    }
    refused
}

/// The bones of an effect.
#[derive(Debug, Clone, Copy)]
struct Mark {
    starts: Instant,
    adopted: Option<Day>,
    seq: u64,
    at: u16,
    did: Did,
    /// Where the effect moves a term: its end.
    ends: Option<Instant>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Did {
    Begin,
    Go,
    Suspend,
    Resume,
    End,
    /// A court was there: what follows may go either way.
    Contest,
}

/// The marks of one slot, in legal order: most have one or two.
type Slot = SmallVec<[Mark; 1]>;

/// One regime's marks by slot.
#[derive(Debug, Default)]
struct Ledger {
    regime: Slot,
    measures: HashMap<MeasureKey, Slot>,
    listings: HashMap<SubjectId, Slot>,
    decisions: HashSet<DecisionId>,
    erasures: Vec<Erasure>,
    weight: usize,
}

/// From where to where a redaction leaves open what entries built on.
#[derive(Debug, Clone, Copy)]
struct Erasure {
    /// The entry erased.
    after: u64,
    /// The redaction, where a redacted text stands in its place: later entries are judged by that.
    before: Option<u64>,
    /// Whether it may have been more than listings.
    terms: bool,
}

/// What an entry may have built on that cannot be known any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Doubt {
    Nothing,
    Listings,
    Everything,
}

impl Erasure {
    fn of(by: u64, row: &RedactionRow) -> Self {
        Self {
            after: row.seq,
            before: row.instead.is_some().then_some(by),
            terms: row.terms,
        }
    }
}

/// What a slot is at a place in legal time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    Never,
    Live {
        by: u64,
        since: Instant,
        suspended: bool,
        ends: Option<Instant>,
    },
    Ended {
        by: u64,
    },
    Contested,
}

/// A place in legal time, as a new effect has it.
#[derive(Debug, Clone, Copy)]
struct At {
    starts: Instant,
    adopted: Option<Day>,
}

impl Ledger {
    /// An empty ledger that knows what was erased.
    fn erased_by(rows: &[(u64, Row)]) -> Self {
        Self {
            erasures: redaction::of(rows)
                .map(|(by, row)| Erasure::of(by, row))
                .collect(),
            ..Self::default()
        }
    }

    /// What an entry at that position may have built on that was erased.
    fn doubt(&self, seq: u64) -> Doubt {
        let spans =
            |one: &&Erasure| one.after < seq && one.before.is_none_or(|before| seq < before);
        let doubts = self
            .erasures
            .iter()
            .filter(spans)
            .map(|one| match one.terms {
                true => Doubt::Everything,
                false => Doubt::Listings,
            });
        doubts.max().unwrap_or(Doubt::Nothing)
    }

    fn take(&mut self, seq: u64, row: &Row) {
        match row {
            Row::Decision(decision) => self.record(seq, decision),
            Row::Withdrawal(withdrawal) => {
                self.forget(withdrawal.seq);
                if let Some(decision) = &withdrawal.replacement {
                    self.record(seq, decision);
                }
            }
            Row::Redaction(row) => self.erase(seq, row),
            Row::Survey(_) => {}
        }
    }

    /// Forgets what is erased, and takes what stands in its place.
    fn erase(&mut self, by: u64, row: &RedactionRow) {
        self.erasures.push(Erasure::of(by, row));
        self.forget(row.seq);
        if let Some(instead) = &row.instead {
            self.take(row.seq, instead);
        }
    }

    fn record(&mut self, seq: u64, decision: &DecisionRow) {
        self.decisions.insert(decision.id.clone());
        for row in &decision.effects {
            self.mark(seq, decision, row);
        }
    }

    fn admit(&mut self, seq: u64, regime: &RegimeKey, row: &Row) -> Result<(), Refusal> {
        match row {
            Row::Decision(decision) => self.admit_decision(seq, regime, decision),
            Row::Withdrawal(withdrawal) => {
                self.forget(withdrawal.seq);
                match &withdrawal.replacement {
                    Some(decision) => self.admit_decision(seq, regime, decision),
                    None => Ok(()),
                }
            }
            Row::Redaction(row) => {
                self.erase(seq, row);
                Ok(())
            }
            Row::Survey(_) if self.is_empty() && self.doubt(seq) == Doubt::Nothing => {
                Err(Refusal::UnknownRegime {
                    regime: regime.clone(),
                    effect: 0,
                })
            }
            Row::Survey(_) => Ok(()),
        }
    }

    fn admit_decision(
        &mut self,
        seq: u64,
        regime: &RegimeKey,
        decision: &DecisionRow,
    ) -> Result<(), Refusal> {
        self.decisions.insert(decision.id.clone());
        let doubt = self.doubt(seq);
        for row in &decision.effects {
            self.judge(regime, decision, row, doubt)?;
            self.mark(seq, decision, row);
        }
        Ok(())
    }

    fn is_empty(&self) -> bool {
        self.regime.is_empty() && self.measures.is_empty() && self.listings.is_empty()
    }

    /// Removes every mark of an entry.
    fn forget(&mut self, seq: u64) {
        self.regime.retain(|mark| mark.seq != seq);
        self.measures.retain(|_, slot| {
            slot.retain(|mark| mark.seq != seq);
            !slot.is_empty()
        });
        self.listings.retain(|_, slot| {
            slot.retain(|mark| mark.seq != seq);
            !slot.is_empty()
        });
    }

    fn mark(&mut self, seq: u64, decision: &DecisionRow, row: &EffectRow) {
        let did = match &row.effect {
            Effect::Established(_) | Effect::Imposed(_) | Effect::Listed(_) => Did::Begin,
            Effect::Suspended(_) | Effect::ListingSuspended(_) => Did::Suspend,
            Effect::Resumed(_) => Did::Resume,
            Effect::Repealed(_) | Effect::Lifted(_) | Effect::Delisted(_) => Did::End,
            Effect::Annulled(_) | Effect::OrderGranted(_) => Did::Contest,
            effect if is_step(effect) => return,
            _ => Did::Go,
        };
        let zone = decision.authority.zone();
        let term = row
            .effect
            .until()
            .or(decision.until.as_ref().filter(|_| row.effect.takes_term()));
        let ends = match term {
            Some(Until::Moment(last)) => Some(last.ends(zone)),
            _ => None,
        };
        let mark = Mark {
            starts: row.starts,
            adopted: decision.adopted_on,
            seq,
            at: row.at,
            did,
            ends,
        };
        let slot = if let Some(subject) = row.effect.subject() {
            self.listings.entry(subject.clone()).or_default()
        } else if let Some(measure) = row.effect.measure() {
            self.measures.entry(measure.clone()).or_default()
        } else {
            &mut self.regime
        };
        let order = |mark: &Mark| (mark.starts, mark.adopted, mark.seq, mark.at);
        let at = slot.partition_point(|other| order(other) <= order(&mark));
        slot.insert(at, mark);
        self.weight += 1;
    }

    fn judge(
        &self,
        regime: &RegimeKey,
        decision: &DecisionRow,
        row: &EffectRow,
        doubt: Doubt,
    ) -> Result<(), Refusal> {
        let at = At {
            starts: row.starts,
            adopted: decision.adopted_on,
        };
        let effect = row.at;
        let stand = match doubt {
            Doubt::Everything => Stand::Contested,
            _ => stand(&self.regime, at),
        };
        if is_step(&row.effect) {
            return self.judge_names(regime, row, doubt);
        }
        match (&row.effect, stand) {
            (Effect::Established(_), Stand::Live { by, ends, .. })
                if ends.is_none_or(|ends| ends >= at.starts) =>
            {
                return Err(Refusal::AlreadyEstablished {
                    regime: regime.clone(),
                    effect,
                    by,
                });
            }
            (Effect::Established(_), _) => return Ok(()),
            (Effect::Renewed(e), Stand::Never) if e.prior_unrecorded => return Ok(()),
            (_, Stand::Ended { by })
                if !matches!(row.effect, Effect::Annulled(_) | Effect::Corrected(_)) =>
            {
                let did = row.effect.participle();
                return Err(Refusal::Repealed {
                    regime: regime.clone(),
                    effect,
                    by,
                    did,
                });
            }
            (_, Stand::Never) => {
                return Err(Refusal::UnknownRegime {
                    regime: regime.clone(),
                    effect,
                });
            }
            _ => {}
        }
        if doubt < Doubt::Everything {
            self.judge_measure(regime, row, at, stand)?;
        }
        if doubt < Doubt::Listings {
            self.judge_listing(regime, row, at, stand)?;
        }
        if let (
            Effect::Resumed(e),
            Stand::Live {
                suspended: false, ..
            },
        ) = (&row.effect, stand)
            && e.measure.is_none()
        {
            return Err(Refusal::NotSuspended {
                what: regime.to_string(),
                effect,
            });
        }
        self.judge_names(regime, row, doubt)
    }

    fn judge_measure(
        &self,
        regime: &RegimeKey,
        row: &EffectRow,
        at: At,
        over: Stand,
    ) -> Result<(), Refusal> {
        let Some(measure) = row.effect.measure() else {
            return Ok(());
        };
        let slot = self
            .measures
            .get(measure)
            .map_or(&[][..], SmallVec::as_slice);
        let here = under(stand(slot, at), over);
        let (regime, measure, effect, did) = (
            regime.clone(),
            measure.clone(),
            row.at,
            row.effect.participle(),
        );
        match (&row.effect, here) {
            (Effect::Imposed(_), Stand::Live { by, .. }) => Err(Refusal::AlreadyImposed {
                regime,
                measure,
                effect,
                by,
            }),
            (Effect::Imposed(_), _) | (_, Stand::Contested) => Ok(()),
            (_, Stand::Never) => {
                let mut has: Vec<_> = self.measures.keys().cloned().collect();
                has.sort();
                Err(Refusal::UnknownMeasure {
                    regime,
                    measure,
                    effect,
                    did,
                    has,
                })
            }
            (Effect::Annulled(_) | Effect::Corrected(_), _) => Ok(()),
            (_, Stand::Ended { by }) => Err(Refusal::Lifted {
                regime,
                measure,
                effect,
                by,
                did,
            }),
            (
                Effect::Resumed(_),
                Stand::Live {
                    suspended: false, ..
                },
            ) => Err(Refusal::NotSuspended {
                what: measure.to_string(),
                effect,
            }),
            _ => Ok(()),
        }
    }

    fn judge_listing(
        &self,
        regime: &RegimeKey,
        row: &EffectRow,
        at: At,
        over: Stand,
    ) -> Result<(), Refusal> {
        let Some(subject) = row.effect.subject() else {
            return Ok(());
        };
        let slot = self
            .listings
            .get(subject)
            .map_or(&[][..], SmallVec::as_slice);
        let here = under(stand(slot, at), over);
        let (regime, subject, effect, did) = (
            regime.clone(),
            subject.clone(),
            row.at,
            row.effect.participle(),
        );
        match (&row.effect, here) {
            (Effect::Listed(_), Stand::Live { by, .. }) => Err(Refusal::AlreadyListed {
                regime,
                subject,
                effect,
                by,
            }),
            (Effect::Listed(_), _) | (_, Stand::Contested | Stand::Live { .. }) => Ok(()),
            (Effect::Delisted(e), Stand::Never) if e.prior_unrecorded => Ok(()),
            // A court may judge a listing that is over: the interest in annulment survives delisting (C-239/12 P).
            (Effect::Annulled(_), Stand::Ended { .. }) => Ok(()),
            (_, Stand::Never | Stand::Ended { .. }) => Err(Refusal::NotListed {
                regime,
                subject,
                effect,
                did,
            }),
        }
    }

    fn judge_names(
        &self,
        regime: &RegimeKey,
        row: &EffectRow,
        doubt: Doubt,
    ) -> Result<(), Refusal> {
        if doubt > Doubt::Nothing {
            return Ok(());
        }
        let named: &[DecisionId] = match &row.effect {
            Effect::Annulled(e) => &e.acts,
            Effect::AnnulmentSetAside(e) => std::slice::from_ref(&e.decision),
            Effect::OrderCancelled(e) => std::slice::from_ref(&e.decision),
            Effect::Stated(e) => e.disputes.as_slice(),
            Effect::Corrected(e) => e.act.as_slice(),
            _ => &[],
        };
        match named.iter().find(|id| !self.decisions.contains(*id)) {
            Some(decision) => Err(Refusal::UnknownDecision {
                regime: regime.clone(),
                decision: decision.clone(),
                effect: row.at,
            }),
            None => Ok(()),
        }
    }
}

/// Walks the marks that a decision at that place builds on: what began by then, and what was adopted by then although it
/// begins later.
fn stand(slot: &[Mark], at: At) -> Stand {
    let counts = |mark: &&Mark| {
        mark.starts <= at.starts || mark.adopted.zip(at.adopted).is_some_and(|(a, b)| a <= b)
    };
    slot.iter()
        .filter(counts)
        .fold(Stand::Never, |stand, mark| match (mark.did, stand) {
            (Did::Contest, _) => Stand::Contested,
            (Did::End, _) => Stand::Ended { by: mark.seq },
            (Did::Begin, _) | (_, Stand::Never) => Stand::Live {
                by: mark.seq,
                since: mark.starts,
                suspended: mark.did == Did::Suspend,
                ends: mark.ends,
            },
            (
                Did::Suspend,
                Stand::Live {
                    by, since, ends, ..
                },
            ) => Stand::Live {
                by,
                since,
                suspended: true,
                ends,
            },
            (
                Did::Resume,
                Stand::Live {
                    by, since, ends, ..
                },
            ) => Stand::Live {
                by,
                since,
                suspended: false,
                ends,
            },
            (
                Did::Go,
                Stand::Live {
                    by,
                    since,
                    suspended,
                    ends,
                },
            ) => Stand::Live {
                by,
                since,
                suspended,
                ends: mark.ends.or(ends),
            },
            (_, ended_or_contested) => ended_or_contested,
        })
}

/// A slot began again with its regime: what stood under an earlier life of the regime is over.
fn under(slot: Stand, regime: Stand) -> Stand {
    match (slot, regime) {
        (
            Stand::Live { by, since, .. },
            Stand::Live {
                since: regime_since,
                ..
            },
        ) if since < regime_since => Stand::Ended { by },
        _ => slot,
    }
}
