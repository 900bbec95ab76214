//! A subject under one regime: its listing over all of legal time, its names, and what courts did.
//!
//! Spans are the fold's own answers, asked on every day on which one could change, so that they never disagree with
//! [`View::state`].

use super::phase::Slots;
use super::view::{Placed, View};
use super::{Ask, Bearing, History, Reason, Role, Standing, StandingLine, Unknown};
use crate::domain::{Answer, Day, Effect, RegimeKey, Status, SubjectId, Until};
use chrono_tz::Tz;
use serde::Serialize;

/// What is recorded of a subject under one regime.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Listing {
    /// Which regime.
    pub regime: RegimeKey,
    /// The name, as last printed.
    pub name: Option<String>,
    /// Where the listing stands on the day asked about; none where it has not begun.
    pub standing: Option<Standing>,
    /// Where it stands over all of legal time, in order.
    pub spans: Vec<Span>,
    /// Names, references and other particulars, in legal order.
    pub particulars: Vec<Particulars>,
    /// What courts did, and the steps towards it, in legal order.
    pub courts: Vec<Bearing>,
}

/// A span of days on which a listing stands in one way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Span {
    /// First day, inclusive; none where it stood so before anything recorded.
    pub from: Option<Day>,
    /// Last day, inclusive; none for the last span.
    pub to: Option<Day>,
    /// Where it stands.
    pub status: Status,
    /// To the question whether it binds.
    pub answer: Answer,
    /// How its term ends, as last moved.
    pub until: Option<Until>,
    /// Why the record does not know.
    pub unknown: Option<Unknown>,
    /// What makes it so: the deciding effect. None for a lapse and for what is unknown: nobody decided.
    pub begun_by: Option<Reason>,
    /// What ended it, where a decision did.
    pub ended_by: Option<Reason>,
}

/// What a decision says of a subject beside the listing itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Particulars {
    /// The name that it prints.
    pub name: Option<String>,
    /// Other names and spellings.
    pub aliases: Vec<String>,
    /// The publisher's reference.
    pub reference: Option<String>,
    /// What is changed, in our words.
    pub change: Option<String>,
    /// The effect.
    pub because: Reason,
}

impl History {
    /// What is recorded of a subject; none where nothing is, or nothing is left by the dials.
    #[must_use]
    pub fn listing(&self, subject: &SubjectId, ask: &Ask) -> Option<Listing> {
        let view = self.view(ask);
        let slots = Slots::of(&view);
        let voided = view.voided.iter().map(|void| void.one);
        let voided = voided.filter(|one| one.effect().subject() == Some(subject));
        let slot = slots.listings.get(subject).map(Vec::as_slice);
        let mut own: Vec<Placed<'_>> = slot
            .unwrap_or_default()
            .iter()
            .copied()
            .chain(voided)
            .collect();
        own.sort_by_key(Placed::order);
        let first = own.iter().map(Placed::adopted).min()?;
        let why = self.why(&StandingLine::Listing(subject.clone()), ask);
        let courts = why.chain.into_iter().filter(is_of_court).collect();
        Some(Listing {
            regime: self.regime().clone(),
            name: why.name,
            standing: why.standing,
            spans: view.clone().spans(subject, &slots, first.min(own[0].day())),
            particulars: own.iter().filter_map(particulars).collect(),
            courts,
        })
    }
}

fn is_of_court(cause: &Bearing) -> bool {
    let by_court = matches!(
        cause.effect.did,
        "annulled" | "annulment set aside" | "order granted" | "order cancelled"
    );
    by_court || matches!(cause.role, Role::Step { .. })
}

fn particulars(one: &Placed<'_>) -> Option<Particulars> {
    let (name, aliases, reference, change) = match one.effect() {
        Effect::Listed(e) => (
            Some(e.subject.name.clone()),
            e.subject.aliases.clone(),
            e.reference.clone(),
            None,
        ),
        Effect::ListingAmended(e) => (
            e.name.clone(),
            Vec::new(),
            e.reference.clone(),
            Some(e.change.clone()),
        ),
        Effect::Delisted(e) if e.name.is_some() => (e.name.clone(), Vec::new(), None, None),
        _ => return None,
    };
    Some(Particulars {
        name,
        aliases,
        reference,
        change,
        because: one.reason(),
    })
}

impl<'a> View<'a> {
    /// The listing's standing from `first` on.
    fn spans(mut self, subject: &SubjectId, slots: &Slots<'a>, first: Day) -> Vec<Span> {
        let line = StandingLine::Listing(subject.clone());
        let mut spans: Vec<Span> = Vec::new();
        let mut last: Option<Standing> = None;
        let before = first.plus_days(-1);
        let about = self.clone().about(|part| part == subject.as_str());
        let mut days = about.turning_days().split_off(&first);
        days.insert(before);
        for day in days {
            self.turn(day.into());
            // Only before its first decision can a procedure stand in for a regime.
            let procedures = match self.regime(&slots.regime).1.unknown {
                Some(Unknown::Before(_) | Unknown::Nothing) => self.procedures(),
                _ => Vec::new(),
            };
            let standing = self.answer(&line, slots, &procedures).standing;
            let decides = |of: &Option<Standing>| {
                let of = of.as_ref()?;
                let last = of.because.last().map(|one| (one.entry, one.effect));
                Some((of.status, last))
            };
            if decides(&standing) != decides(&last) {
                if let Some(span) = spans.last_mut().filter(|span| span.to.is_none()) {
                    span.close(day, standing.as_ref(), self.zone);
                }
                let from = (day != before).then_some(day);
                spans.extend(standing.as_ref().map(|standing| Span::open(from, standing)));
            } else if let (Some(span), Some(standing)) = (spans.last_mut(), &standing) {
                span.until.clone_from(&standing.until);
            }
            last = standing;
        }
        spans
    }
}

impl Span {
    fn open(from: Option<Day>, standing: &Standing) -> Self {
        let by_decision = !matches!(standing.status, Status::Lapsed | Status::Unknown);
        Self {
            from,
            to: None,
            status: standing.status,
            answer: standing.answer,
            until: standing.until.clone(),
            unknown: standing.unknown.clone(),
            begun_by: by_decision
                .then(|| standing.because.last().cloned())
                .flatten(),
            ended_by: None,
        }
    }

    /// Closes it before the day on which the next standing begins. A decision ended it if one began that day and brought
    /// another status.
    fn close(&mut self, next: Day, standing: Option<&Standing>, zone: Tz) {
        self.to = Some(next.plus_days(-1));
        let decides = standing.and_then(|standing| standing.because.last());
        let begins = |reason: &&Reason| reason.from.day(zone) == next;
        let other = standing.is_some_and(|standing| standing.status != self.status);
        self.ended_by = decides.filter(|reason| other && begins(reason)).cloned();
    }
}
