//! The panel: over which days each measure of a regime bound each subject, for who compares and counts.

use super::view::View;
use super::{EntryNo, ListingState, Reason, RegimeState, Standing, Unknown};
use crate::domain::{
    Answer, Class, Day, Jurisdiction, MeasureKey, RegimeKey, Status, SubjectId, SubjectType,
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Days on which a measure stood the same for a subject.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Interval {
    /// Whom it concerns.
    pub subject: SubjectId,
    /// The name, as last printed.
    pub name: String,
    /// The regime.
    pub regime: RegimeKey,
    /// The measure; none where the record names no measure that binds those listed.
    pub measure: Option<MeasureKey>,
    /// First day; none where its beginning is not recorded.
    pub from: Option<Day>,
    /// Last day, inclusive; none where it still stands so on the day asked about.
    pub to: Option<Day>,
    /// How it stood: it bound, was suspended, annulled, or the record does not know.
    pub status: Status,
    /// What began it: what took effect on its first day, else what makes it so; none where time alone did.
    pub begun_by: Option<Reason>,
    /// What ended it, where a decision did.
    pub ended_by: Option<Reason>,
    /// What it rests on.
    pub because: Vec<Reason>,
}

impl Interval {
    /// The entries that it rests on and that ended it, in record order.
    #[must_use]
    pub fn entries(&self) -> Vec<EntryNo> {
        let reasons = self.because.iter().chain(&self.ended_by);
        let mut entries: Vec<_> = reasons.map(|reason| reason.entry).collect();
        entries.sort_unstable();
        entries.dedup();
        entries
    }
}

/// Days on which a subject was listed under a regime without a break.
#[derive(Debug, Clone, PartialEq)]
pub struct Spell {
    /// Whom it concerns.
    pub subject: SubjectId,
    /// First day; none where its beginning is not recorded.
    pub from: Option<Day>,
    /// Last day, inclusive; none where it still runs on the day asked about.
    pub to: Option<Day>,
    /// How it stood last.
    pub status: Status,
    /// The measures that bound the subject.
    pub measures: Vec<MeasureKey>,
    /// What ended it, where a decision did.
    pub ended_by: Option<Reason>,
    /// What it rests on.
    pub because: Vec<Reason>,
}

impl View<'_> {
    /// The panel of the regime through the day asked about, by name, measure and day.
    ///
    /// What is over, or has not begun, is no interval; what a court annulled is one of its own.
    #[must_use]
    pub fn panel(&self) -> Vec<Interval> {
        let mut open: BTreeMap<(SubjectId, Option<MeasureKey>), Interval> = BTreeMap::new();
        let mut closed = Vec::new();
        let mut view = self.clone();
        let mut days = self.turning_days();
        days.split_off(&self.on.next());
        for day in days {
            view.turn(day.into());
            let state = view.state();
            let mut before = std::mem::take(&mut open);
            for (listing, measure, standing) in lines(&state) {
                let key = (listing.subject.clone(), measure);
                let last = before.remove(&key);
                match last {
                    Some(mut last) if last.status == standing.status => {
                        last.rests_on(&standing.because);
                        last.name.clone_from(&listing.name);
                        open.insert(key, last);
                    }
                    last => {
                        closed.extend(last.map(|last| last.ended(day, &standing)));
                        if counts(&standing) {
                            let next =
                                Interval::begun(&state, listing, key.1.clone(), day, &standing);
                            open.insert(key, next);
                        }
                    }
                }
            }
            closed.extend(before.into_values().map(|last| Interval {
                to: Some(day.plus_days(-1)),
                ..last
            }));
        }
        closed.extend(open.into_values());
        closed.sort_by(|a, b| {
            (&a.name, &a.subject, &a.measure, a.from)
                .cmp(&(&b.name, &b.subject, &b.measure, b.from))
        });
        closed
    }
}

/// The spells of each subject in the intervals of one regime. What a court annulled is none.
#[must_use]
pub fn spells(panel: &[Interval]) -> Vec<Spell> {
    let mut binding: Vec<_> = panel
        .iter()
        .filter(|one| one.status != Status::Annulled)
        .collect();
    binding.sort_by_key(|one| (&one.subject, one.from));
    let mut spells: Vec<Spell> = Vec::new();
    for one in binding {
        let goes_on = |last: &Spell| {
            last.subject == one.subject
                && last
                    .to
                    .is_none_or(|to| one.from.is_none_or(|from| from <= to.next()))
        };
        match spells.last_mut().filter(|last| goes_on(last)) {
            Some(last) => last.take(one),
            None => spells.push(Spell {
                subject: one.subject.clone(),
                from: one.from,
                to: one.to,
                status: one.status,
                measures: one.measure.iter().cloned().collect(),
                ended_by: one.ended_by.clone(),
                because: one.because.clone(),
            }),
        }
    }
    spells
}

impl Spell {
    fn take(&mut self, one: &Interval) {
        let is_later = match (self.to, one.to) {
            (None, _) => false,
            (_, None) => true,
            (Some(to), Some(other)) => to < other,
        };
        if is_later {
            self.to = one.to;
            self.status = one.status;
            self.ended_by.clone_from(&one.ended_by);
        }
        if let Some(measure) = one
            .measure
            .as_ref()
            .filter(|one| !self.measures.contains(one))
        {
            self.measures.push(measure.clone());
        }
        add(&mut self.because, &one.because);
    }
}

impl Interval {
    fn begun(
        state: &RegimeState,
        listing: &ListingState,
        measure: Option<MeasureKey>,
        day: Day,
        standing: &Standing,
    ) -> Self {
        let zone = Jurisdiction::from(&state.regime).zone();
        let is_recorded = !matches!(standing.unknown, Some(Unknown::Unrecorded(_)));
        let begun = standing
            .because
            .iter()
            .rfind(|reason| reason.from.day(zone) == day);
        // What decides comes last in an answer.
        let deciding = standing
            .because
            .last()
            .filter(|_| standing.unknown.is_none());
        Self {
            subject: listing.subject.clone(),
            name: listing.name.clone(),
            regime: state.regime.clone(),
            measure,
            from: is_recorded.then_some(day),
            to: None,
            status: standing.status,
            begun_by: begun.or(deciding).cloned(),
            ended_by: None,
            because: standing.because.clone(),
        }
    }

    /// Ended on the day before, by a decision where one begins on that day.
    fn ended(mut self, day: Day, standing: &Standing) -> Self {
        let zone = Jurisdiction::from(&self.regime).zone();
        let by = standing.because.last();
        self.ended_by = by.filter(|reason| reason.from.day(zone) == day).cloned();
        self.to = Some(day.plus_days(-1));
        self
    }

    fn rests_on(&mut self, because: &[Reason]) {
        add(&mut self.because, because);
    }
}

fn add(to: &mut Vec<Reason>, because: &[Reason]) {
    for reason in because {
        if !to.contains(reason) {
            to.push(reason.clone());
        }
    }
}

fn counts(standing: &Standing) -> bool {
    matches!(
        standing.answer,
        Answer::InForce | Answer::Suspended | Answer::Unknown
    ) || standing.status == Status::Annulled
}

/// Each listing under each measure that binds it. A measure that does not stand well brings the listing down with it.
fn lines(
    state: &RegimeState,
) -> impl Iterator<Item = (&ListingState, Option<MeasureKey>, Standing)> {
    state.listings.iter().flat_map(|listing| {
        let mut measures = binding(state, listing);
        let named = !measures.is_empty();
        let unnamed = (!named).then(|| (listing, None, listing.standing.clone()));
        let named = measures.drain(..).map(|measure| {
            let found = state.measures.iter().find(|one| one.measure == measure);
            let worse = found.filter(|found| {
                listing.standing.status == Status::Applicable
                    && found.standing.status != Status::Applicable
            });
            let standing = worse.map_or(&listing.standing, |found| &found.standing);
            (listing, Some(measure), standing.clone())
        });
        named.chain(unnamed).collect::<Vec<_>>()
    })
}

/// The measures that bind those listed: as the listing names them, else every asset freeze and travel ban of the
/// regime; a travel ban binds natural persons alone.
fn binding(state: &RegimeState, listing: &ListingState) -> Vec<MeasureKey> {
    if !listing.measures.is_empty() {
        return listing.measures.clone();
    }
    let is_person = listing.kind.is_none_or(|kind| kind == SubjectType::Person);
    let binds = state.measures.iter().filter(|measure| match measure.class {
        Some(Class::AssetFreeze) => true,
        Some(Class::TravelBan) => is_person,
        _ => false,
    });
    binds.map(|measure| measure.measure.clone()).collect()
}
