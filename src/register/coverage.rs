//! Coverage: what the record holds of each regime, from when to when, how far it is surveyed, on what sources.

use super::{EntryNo, Surveyed, View};
use crate::domain::{Day, RegimeKey, SubjectId, Tier};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What the record holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Covered {
    /// Regime by regime, in the order given.
    pub regimes: Vec<Coverage>,
    /// Decisions in all. One that touches several regimes counts once here and once in each of them.
    pub decisions: usize,
    /// Surveys in all.
    pub surveys: usize,
    /// Decisions in all by the best tier among their sources, the best tier first.
    pub tiers: Vec<ByTier>,
}

/// What the record holds of one regime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Which.
    pub regime: RegimeKey,
    /// The first day on which a decision of it enters into force or a step is taken, read or assumed.
    pub first: Option<Day>,
    /// The last such day.
    pub last: Option<Day>,
    /// The spans surveyed, in record order.
    pub surveyed: Vec<Surveyed>,
    /// How many decisions.
    pub decisions: usize,
    /// How many subjects are listed, or taken off, by name.
    pub named: usize,
    /// Its decisions by the best tier among their sources, the best tier first.
    pub tiers: Vec<ByTier>,
}

/// How many decisions rest on sources of a tier and of no better one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ByTier {
    /// The tier.
    pub tier: Tier,
    /// How many.
    pub decisions: usize,
}

impl Covered {
    /// What those views of regimes hold.
    #[must_use]
    pub fn of(views: &[View<'_>]) -> Self {
        let tiers: BTreeMap<EntryNo, Tier> = views.iter().flat_map(View::tiers).collect();
        let regimes: Vec<_> = views.iter().map(View::coverage).collect();
        Self {
            decisions: tiers.len(),
            surveys: regimes.iter().map(|regime| regime.surveyed.len()).sum(),
            tiers: by_tier(tiers.into_values()),
            regimes,
        }
    }
}

impl View<'_> {
    /// What is held of this regime.
    fn coverage(&self) -> Coverage {
        let days = || {
            let decided = self.everything();
            decided.map(|one| one.decision.in_force_at.day(one.zone()))
        };
        let names: BTreeSet<&SubjectId> = self
            .everything()
            .filter_map(|one| one.effect().subject())
            .collect();
        let tiers = self.tiers();
        Coverage {
            regime: self.regime.clone(),
            first: days().min(),
            last: days().max(),
            surveyed: self.surveys.clone(),
            decisions: tiers.len(),
            named: names.len(),
            tiers: by_tier(tiers.into_values()),
        }
    }

    /// The best tier of each decision, by its entry.
    fn tiers(&self) -> BTreeMap<EntryNo, Tier> {
        let tiers = self.everything().map(|one| (one.seq, one.decision.tier));
        tiers.collect()
    }
}

fn by_tier(tiers: impl Iterator<Item = Tier>) -> Vec<ByTier> {
    let mut counts: BTreeMap<Tier, usize> = BTreeMap::new();
    for tier in tiers {
        *counts.entry(tier).or_default() += 1;
    }
    let counts = counts.into_iter();
    counts
        .map(|(tier, decisions)| ByTier { tier, decisions })
        .collect()
}
