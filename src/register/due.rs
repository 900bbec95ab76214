//! What is due: what ends unless somebody decides otherwise, what waits, what is held up, what nobody has surveyed.

use super::phase::Slots;
use super::view::{Placed, View};
use super::{Permission, ProcedureState, Reason, RegimeState, Standing, Unknown};
use crate::domain::{Annulled, Answer, Day, Effect, Moment, RegimeKey, Status, Until};
use serde::Serialize;

/// What kind of thing is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DueKind {
    /// Its last day is near; or it is past, and no survey says that nothing more was decided.
    Ends,
    /// Decided, and not applicable yet: it begins on a day that is near, or waits for a condition.
    Waits,
    /// A procedure that somebody holds up.
    Held,
    /// A regime that may bind, and no survey reaches the day.
    Unsurveyed,
}

/// One thing that is due.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Due {
    /// What kind.
    pub kind: DueKind,
    /// Its last day, inclusive; the first day for what begins; the regime's last day for what is held up; the first day
    /// not surveyed. None where there is none, or for a regime that was never surveyed.
    pub day: Option<Day>,
    /// Days from the day asked about until then; negative once it is past.
    pub in_days: Option<i64>,
    /// The regime.
    pub regime: RegimeKey,
    /// Which thing of the regime it is, the same each time it is due: `regime`, `measure asset-freeze`.
    pub of: String,
    /// What it is, in words.
    pub what: String,
    /// What it waits for.
    pub condition: Option<String>,
    /// Who holds a decision of the regime up; for a procedure, that one.
    pub held_by: Vec<String>,
    /// What they demand.
    pub demanding: Option<String>,
    /// Since when it is held up.
    pub since: Option<Moment>,
    /// The entries that it rests on, the deciding one last.
    pub because: Vec<Reason>,
}

impl View<'_> {
    /// What is due in the regime within that many days of the day asked about, inclusive, by day; what has no day last.
    ///
    /// An end that a later decision known by then has moved already is not due.
    #[must_use]
    pub fn due(&self, within_days: i64) -> Vec<Due> {
        let slots = Slots::of(self);
        let look = Look {
            view: self,
            state: self.state_of(&slots),
            slots,
            within_days,
        };
        let mut due = look.ends();
        due.extend(look.waits());
        due.extend(look.held());
        due.extend(look.unsurveyed());
        due.sort_by(|a, b| a.order().cmp(&b.order()));
        due
    }
}

impl Due {
    /// By day, then by kind, regime and thing; what has no day last.
    #[must_use]
    pub fn order(&self) -> (bool, Option<Day>, DueKind, &RegimeKey, &str) {
        (
            self.day.is_none(),
            self.day,
            self.kind,
            &self.regime,
            &self.of,
        )
    }

    /// Whether it needs somebody's attention: what is only not surveyed does not.
    #[must_use]
    pub fn is_pressing(&self) -> bool {
        self.kind != DueKind::Unsurveyed
    }
}

/// A regime on the day asked about, and how far one looks ahead.
struct Look<'a> {
    view: &'a View<'a>,
    slots: Slots<'a>,
    state: RegimeState,
    within_days: i64,
}

impl Look<'_> {
    fn ends(&self) -> Vec<Due> {
        let mut ends = Vec::new();
        ends.extend(self.regime());
        ends.extend(self.measures());
        ends.extend(self.listings());
        ends.extend(self.suspensions());
        ends.extend(self.permissions());
        ends.extend(self.orders());
        ends.extend(self.maintained());
        ends
    }

    fn regime(&self) -> Option<Due> {
        let renewed = |effect: &Effect| matches!(effect, Effect::Renewed(_));
        self.term(
            "regime".to_owned(),
            "the regime".to_owned(),
            &self.state.standing,
            &self.slots.regime,
            renewed,
        )
    }

    /// Measures with a term of their own.
    fn measures(&self) -> Vec<Due> {
        let moves = |effect: &Effect| matches!(effect, Effect::Imposed(_) | Effect::Extended(_));
        let own = self.state.measures.iter().filter_map(|one| {
            let slot = self.slots.measures.get(&one.measure)?;
            own_term(self.last_begun(slot, moves)?.effect())?;
            let of = format!("measure {}", one.measure);
            self.term(of, one.measure.to_string(), &one.standing, slot, moves)
        });
        own.collect()
    }

    /// Listings with a term of their own.
    fn listings(&self) -> Vec<Due> {
        let moves = |effect: &Effect| matches!(effect, Effect::Listed(_));
        let own = self.state.listings.iter().filter_map(|one| {
            let slot = self.slots.listings.get(&one.subject)?;
            own_term(self.last_begun(slot, moves)?.effect())?;
            let of = format!("listing {}", one.subject);
            let what = format!("the listing of {}", one.name);
            self.term(of, what, &one.standing, slot, moves)
        });
        own.collect()
    }

    /// What stands with a last day that is near or overdue, where what is decided already and moves it has moved it.
    fn term(
        &self,
        of: String,
        what: String,
        standing: &Standing,
        slot: &[Placed<'_>],
        moves: impl Fn(&Effect) -> bool,
    ) -> Option<Due> {
        let Some(Until::Moment(last)) = &standing.until else {
            return None;
        };
        let mut last = last.day(self.view.zone);
        let mut because = standing.because.clone();
        let stands = matches!(standing.answer, Answer::InForce | Answer::Suspended);
        let is_over = self.state.standing.answer == Answer::NotInForce;
        let is_overdue = standing.unknown == Some(Unknown::After(last)) && !is_over;
        let coming = slot.iter().filter(|one| stands && self.is_coming(one));
        for one in coming.filter(|one| moves(one.effect())) {
            if one.day() <= last.next() {
                let Some(Until::Moment(later)) = term_of(one) else {
                    return None;
                };
                last = later.day(self.view.zone);
                because.push(one.reason());
            }
        }
        (is_overdue || (stands && self.is_near(last))).then(|| Due {
            held_by: self.held_by(),
            because,
            ..self.row(DueKind::Ends, Some(last), of, what)
        })
    }

    /// What is suspended with its regime is told once, with the regime.
    fn suspensions(&self) -> Vec<Due> {
        let Self { slots, state, .. } = self;
        let regime = self.suspension(&state.standing, &slots.regime, || {
            ("suspension of regime".to_owned(), "the regime".to_owned())
        });
        let measures = state.measures.iter().filter_map(|one| {
            let slot = slots.measures.get(&one.measure)?;
            self.suspension(&one.standing, slot, || {
                let name = one.measure.to_string();
                (format!("suspension of measure {name}"), name)
            })
        });
        let listings = state.listings.iter().filter_map(|one| {
            let slot = slots.listings.get(&one.subject)?;
            self.suspension(&one.standing, slot, || {
                let name = format!("the listing of {}", one.name);
                (format!("suspension of listing {}", one.subject), name)
            })
        });
        regime.into_iter().chain(measures).chain(listings).collect()
    }

    /// A suspension by an effect of that slot whose last day is near.
    fn suspension(
        &self,
        standing: &Standing,
        slot: &[Placed<'_>],
        named: impl FnOnce() -> (String, String),
    ) -> Option<Due> {
        let by = standing.because.last()?;
        let one = slot
            .iter()
            .filter(|_| standing.status == Status::Suspended)
            .find(|one| one.key() == (by.entry, by.effect))?;
        let suspends = matches!(
            one.effect(),
            Effect::Suspended(_) | Effect::ListingSuspended(_)
        );
        let last = self.near(term_of(one).filter(|_| suspends))?;
        let (of, name) = named();
        Some(Due {
            because: vec![by.clone()],
            ..self.row(
                DueKind::Ends,
                Some(last),
                of,
                format!("the suspension of {name}"),
            )
        })
    }

    fn permissions(&self) -> Vec<Due> {
        let ends = self
            .state
            .permissions
            .iter()
            .filter_map(|one: &Permission| {
                let last = self.near(one.until.as_ref())?;
                let under = one.measure.as_ref().map(|measure| format!("{measure}, "));
                let what = format!(
                    "{}{}: {}",
                    under.unwrap_or_default(),
                    one.because.did,
                    one.permits
                );
                Some(Due {
                    because: vec![one.because.clone()],
                    ..self.row(
                        DueKind::Ends,
                        Some(last),
                        named("permission", &one.because),
                        what,
                    )
                })
            });
        ends.collect()
    }

    fn orders(&self) -> Vec<Due> {
        let cancelled = self.view.cancelled_orders(self.view.effects());
        let ends = self.begun().filter_map(|one| {
            let Effect::OrderGranted(e) = one.effect() else {
                return None;
            };
            let last = self.near(term_of(one))?;
            let what = format!("the court order for {}: {}", self.name_of(one), e.orders);
            let reason = one.reason();
            (!cancelled.contains(&one.decision.id)).then(|| Due {
                because: vec![reason.clone()],
                ..self.row(DueKind::Ends, Some(last), named("order", &reason), what)
            })
        });
        ends.collect()
    }

    /// Effects that a court maintains for a time.
    fn maintained(&self) -> Vec<Due> {
        let ends = self.begun().filter_map(|one| {
            let Effect::Annulled(Annulled {
                maintained_until, ..
            }) = one.effect()
            else {
                return None;
            };
            let last = self.near(maintained_until.as_ref())?;
            let what = format!(
                "the effects maintained by the court for {}",
                self.name_of(one)
            );
            let reason = one.reason();
            Some(Due {
                because: vec![reason.clone()],
                ..self.row(
                    DueKind::Ends,
                    Some(last),
                    named("maintained", &reason),
                    what,
                )
            })
        });
        ends.collect()
    }

    fn waits(&self) -> Vec<Due> {
        let pending = self.state.measures.iter().filter_map(|one| {
            let waits = one.standing.status == Status::InForceNotApplicable;
            let condition = one.standing.condition.clone().filter(|_| waits)?;
            Some(Due {
                condition: Some(condition),
                because: one.standing.because.clone(),
                ..self.row(
                    DueKind::Waits,
                    None,
                    format!("application of {}", one.measure),
                    one.measure.to_string(),
                )
            })
        });
        let coming = self
            .state
            .coming
            .iter()
            .filter(|one| one.in_days <= self.within_days);
        let coming = coming.map(|one| Due {
            because: vec![one.because.clone()],
            ..self.row(
                DueKind::Waits,
                Some(one.from.day(self.view.zone)),
                named("beginning", &one.because),
                one.what.clone(),
            )
        });
        pending.chain(coming).collect()
    }

    fn held(&self) -> Vec<Due> {
        let held = self
            .state
            .procedures
            .iter()
            .filter(|one| !one.held_by.is_empty());
        let rows = held.map(|one: &ProcedureState| {
            let of = match (&one.procedure, one.because.first()) {
                (Some(id), _) => format!("procedure {id}"),
                (None, Some(first)) => named("procedure", first),
                (None, None) => "procedure".to_owned(),
            };
            let endangers = match &self.state.standing.until {
                Some(Until::Moment(last)) => Some(last.day(self.view.zone)),
                _ => None,
            };
            Due {
                held_by: one.held_by.clone(),
                demanding: one.demanding.clone(),
                since: Some(one.since),
                because: one.because.clone(),
                ..self.row(DueKind::Held, endangers, of, one.what.clone())
            }
        });
        rows.collect()
    }

    /// Regimes that bind or may bind: what is over, or has not begun, needs no survey.
    fn unsurveyed(&self) -> Option<Due> {
        let standing = &self.state.standing;
        let concerns = match standing.answer {
            Answer::InForce | Answer::Suspended => true,
            Answer::Unknown => !matches!(
                standing.unknown,
                Some(Unknown::Before(_) | Unknown::Nothing)
            ),
            Answer::NotInForce => false,
        };
        if !concerns || self.view.survey_from(self.view.on).is_some() {
            return None;
        }
        let earlier = self
            .view
            .surveys
            .iter()
            .filter(|survey| survey.through < self.view.on);
        let last = earlier.max_by_key(|survey| survey.through);
        let mut row = self.row(
            DueKind::Unsurveyed,
            last.map(|survey| survey.through.next()),
            "survey".to_owned(),
            "not surveyed on that day".to_owned(),
        );
        row.because.extend(standing.because.last().cloned());
        Some(row)
    }

    // Helpers

    fn row(&self, kind: DueKind, day: Option<Day>, of: String, what: String) -> Due {
        Due {
            kind,
            day,
            in_days: day.map(|day| self.view.on.days_to(day)),
            regime: self.view.regime.clone(),
            of,
            what,
            condition: None,
            held_by: Vec::new(),
            demanding: None,
            since: None,
            because: Vec::new(),
        }
    }

    fn is_near(&self, day: Day) -> bool {
        (0..=self.within_days).contains(&self.view.on.days_to(day))
    }

    /// The last day, where it is near.
    fn near(&self, until: Option<&Until>) -> Option<Day> {
        match until {
            Some(Until::Moment(last)) => {
                Some(last.day(self.view.zone)).filter(|last| self.is_near(*last))
            }
            _ => None,
        }
    }

    fn begun(&self) -> impl Iterator<Item = &Placed<'_>> {
        let at = self.view.at;
        self.view
            .placed
            .iter()
            .filter(move |one| one.starts() <= at)
    }

    /// Whether it is decided, known and not begun.
    fn is_coming(&self, one: &Placed<'_>) -> bool {
        one.starts() > self.view.at
            && (one.adopted() <= self.view.on || self.view.ask.public_by.is_some())
    }

    fn last_begun<'s>(
        &self,
        slot: &'s [Placed<'s>],
        is: impl Fn(&Effect) -> bool,
    ) -> Option<&'s Placed<'s>> {
        let mut slot = slot.iter();
        slot.rfind(|one| one.starts() <= self.view.at && is(one.effect()))
    }

    fn held_by(&self) -> Vec<String> {
        let mut by: Vec<String> = Vec::new();
        for name in self.state.procedures.iter().flat_map(|one| &one.held_by) {
            if !by.contains(name) {
                by.push(name.clone());
            }
        }
        by
    }

    /// The subject of an effect by name; an annulment for nobody in particular is the regime's.
    fn name_of(&self, one: &Placed<'_>) -> String {
        let Some(id) = one.effect().subject() else {
            return "the regime".to_owned();
        };
        let listing = self
            .state
            .listings
            .iter()
            .find(|listing| listing.subject == *id);
        listing.map_or_else(|| id.to_string(), |listing| listing.name.clone())
    }
}

/// How the term that the effect gives ends.
fn term_of<'a>(one: &Placed<'a>) -> Option<&'a Until> {
    let acts = one
        .decision
        .until
        .as_ref()
        .filter(|_| one.effect().takes_term());
    one.effect().until().or(acts)
}

/// A last day of the effect's own, that its measure or listing does not share with the regime.
fn own_term(effect: &Effect) -> Option<&Until> {
    let until = match effect {
        Effect::Imposed(e) => e.until.as_ref(),
        Effect::Extended(e) => Some(&e.until),
        Effect::Listed(e) => e.until.as_ref(),
        _ => None,
    };
    until.filter(|until| matches!(until, Until::Moment(_)))
}

/// A thing named by the effect that made it: entries keep their positions for ever.
fn named(thing: &str, by: &Reason) -> String {
    format!("{thing} {}.{}", by.entry, by.effect)
}
