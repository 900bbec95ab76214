//! The story of a regime or a subject: every effect in legal order, the procedure as one thread.

use super::phase::Slots;
use super::view::{Placed, View};
use super::{DecisionRow, EntryNo, Reason, Redacted};
use crate::domain::{
    ApplicationSet, ConditionStatus, Day, Effect, Moment, ProcedureId, RegimeKey, SubjectId, Tier,
    Until,
};
use foldhash::HashSet;
use serde::Serialize;

/// What happened to a regime or a subject, in legal time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Story {
    /// The regime.
    pub regime: RegimeKey,
    /// What it is called, where it is told of as a whole.
    pub title: Option<String>,
    /// What happened, in legal order.
    pub episodes: Vec<Episode>,
    /// Entries of the regime whose bodies were erased: what they told is told no more.
    pub redactions: Vec<Redacted>,
}

/// What one decision did, in one regime.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Episode {
    /// Its place in legal time.
    pub from: Moment,
    /// Whether earlier effects of the same decision were told before.
    pub continued: bool,
    /// Whether that place is assumed.
    pub assumed: bool,
    /// The act's own date.
    pub adopted_on: Option<Day>,
    /// From when it could be known.
    pub public_on: Option<Day>,
    /// The entry.
    pub entry: EntryNo,
    /// The act, as cited.
    pub act: String,
    /// What it is.
    pub title: String,
    /// The best tier among its sources.
    pub tier: Tier,
    /// The procedure that it is a step of.
    pub procedure: Option<ProcedureId>,
    /// What it did, a sentence an effect.
    pub did: Vec<String>,
    /// The effects.
    pub because: Vec<Reason>,
}

impl View<'_> {
    /// The story of the regime, or of one subject under it: all that the dials leave and that was decided or began by
    /// the day asked about.
    #[must_use]
    pub fn story(&self, subject: Option<&SubjectId>) -> Story {
        let mut episodes: Vec<Episode> = Vec::new();
        let mut told_of: HashSet<EntryNo> = HashSet::default();
        // What a court has voided binds nobody, and belongs to the story all the same.
        let voided = self.voided.iter().map(|void| &void.one);
        let mut all: Vec<&Placed<'_>> = self.placed.iter().chain(voided).collect();
        all.sort_by_key(|one| one.order());
        let concerns = |one: &Placed<'_>, id: &SubjectId| {
            let about = match one.effect() {
                Effect::OrderCancelled(e) => Some(&e.decision),
                Effect::AnnulmentSetAside(e) => Some(&e.decision),
                _ => None,
            };
            let names = |other: &&Placed<'_>| other.effect().subject() == Some(id);
            names(&one)
                || about.is_some_and(|decision| {
                    all.iter()
                        .any(|other| other.decision.id == *decision && names(other))
                })
        };
        let told = all
            .iter()
            .filter(|one| one.starts() <= self.at || one.adopted() <= self.on);
        for one in told.filter(|one| subject.is_none_or(|id| concerns(one, id))) {
            match episodes
                .last_mut()
                .filter(|last| last.entry == one.seq && last.from == one.from())
            {
                Some(last) => {
                    last.did.push(sentence(one.effect(), one.decision));
                    last.because.push(one.reason());
                }
                None => {
                    let continued = !told_of.insert(one.seq);
                    episodes.push(Episode::of(one, continued));
                }
            }
        }
        let title = match subject {
            None => self.regime(&Slots::of(self).regime).0,
            Some(_) => None,
        };
        Story {
            regime: self.regime.clone(),
            title,
            episodes,
            redactions: self.redactions.clone(),
        }
    }
}

impl Episode {
    fn of(one: &Placed<'_>, continued: bool) -> Self {
        let reason = one.reason();
        Self {
            from: reason.from,
            continued,
            assumed: one.placed_by().is_assumed(),
            adopted_on: one.decision.adopted_on,
            public_on: one.decision.public_on,
            entry: one.seq,
            act: reason.act.clone(),
            title: one.decision.title.clone(),
            tier: one.decision.tier,
            procedure: one.decision.procedure.clone(),
            did: vec![sentence(one.effect(), one.decision)],
            because: vec![reason],
        }
    }
}

/// What an effect did, as a sentence without its full stop.
pub(super) fn sentence(effect: &Effect, decision: &DecisionRow) -> String {
    match effect {
        Effect::Established(e) => format!(
            "established{}: {}",
            term(e.until.as_ref().or(decision.until.as_ref())),
            e.title
        ),
        Effect::Renewed(e) => format!(
            "renewed{}",
            since_before(
                e.prior_unrecorded,
                e.until.as_ref().or(decision.until.as_ref())
            )
        ),
        Effect::Suspended(e) => {
            let what = e
                .measure
                .as_ref()
                .map_or("the regime".to_owned(), ToString::to_string);
            format!(
                "suspended {what}{}",
                term(e.until.as_ref().or(decision.until.as_ref()))
            )
        }
        Effect::Resumed(e) => {
            format!(
                "resumed {}",
                e.measure
                    .as_ref()
                    .map_or("the regime".to_owned(), ToString::to_string)
            )
        }
        Effect::Repealed(e) => format!("repealed the regime{}", more(e.remark.as_ref())),
        Effect::Retitled(e) => format!("retitled: {}", e.title),
        Effect::Imposed(e) => {
            let condition = e
                .condition
                .as_ref()
                .map(|text| format!(", waiting for: {text}"))
                .unwrap_or_default();
            format!(
                "imposed {}: {}{}{condition}",
                e.measure,
                e.scope,
                term(e.until.as_ref())
            )
        }
        Effect::Amended(e) => {
            let what = e
                .measure
                .as_ref()
                .map_or("the regime".to_owned(), ToString::to_string);
            format!("amended {what}: {}", e.change)
        }
        Effect::Extended(e) => format!("extended {}{}", e.measure, term(Some(&e.until))),
        Effect::ApplicationSet(e) => application(e),
        Effect::Lifted(e) => format!("lifted {}{}", e.measure, more(e.remark.as_ref())),
        Effect::Listed(e) => {
            let reference = e
                .reference
                .as_ref()
                .map(|text| format!(" ({text})"))
                .unwrap_or_default();
            format!(
                "listed {}{reference}{}",
                e.subject.name,
                term(e.until.as_ref())
            )
        }
        Effect::ListingAmended(e) => format!("listing of {} amended: {}", e.subject, e.change),
        Effect::Delisted(e) => {
            let name = e.name.clone().unwrap_or_else(|| e.subject.to_string());
            format!("delisted {name}{}", more(e.ground.as_ref()))
        }
        Effect::ListingSuspended(e) => format!(
            "listing of {} suspended{}",
            e.subject,
            term(e.until.as_ref())
        ),
        _ => sentence_of_others(effect, decision),
    }
}

fn sentence_of_others(effect: &Effect, decision: &DecisionRow) -> String {
    let until = |own: &Option<Until>| term(own.as_ref().or(decision.until.as_ref()));
    match effect {
        Effect::Annulled(e) => {
            let whose = e
                .subject
                .as_ref()
                .map(|subject| format!(" for {subject}"))
                .unwrap_or_default();
            let part = e
                .measure
                .as_ref()
                .map(|measure| format!(" as to {measure}"))
                .unwrap_or_default();
            let acts: Vec<_> = e
                .acts
                .iter()
                .map(ToString::to_string)
                .chain(e.acts_cited.iter().cloned())
                .collect();
            let span = match (e.from, e.to) {
                (Some(from), Some(to)) => format!(", from {from} to {to}"),
                (Some(from), None) => format!(", from {from}"),
                (None, Some(to)) => format!(", to {to}"),
                (None, None) => String::new(),
            };
            let kept = e
                .maintained_until
                .as_ref()
                .map(|kept| format!(", effects maintained until {kept}"));
            format!(
                "annulled {}{whose}{part}{span}{}",
                acts.join(", "),
                kept.unwrap_or_default()
            )
        }
        Effect::AnnulmentSetAside(e) => format!("annulment by {} set aside", e.decision),
        Effect::OrderGranted(e) => format!(
            "interim order for {}: {}{}",
            e.subject,
            e.orders,
            until(&e.until)
        ),
        Effect::OrderCancelled(e) => format!("order {} cancelled", e.decision),
        Effect::LicenceIssued(e) => {
            let reference = e
                .reference
                .as_ref()
                .map(|text| format!(" {text}"))
                .unwrap_or_default();
            format!("licence{reference}: {}{}", e.permits, until(&e.until))
        }
        Effect::DerogationGranted(e) => format!("derogation: {}{}", e.permits, until(&e.until)),
        Effect::WindDown(e) => format!("wind-down: {}{}", e.permits, until(&e.until)),
        Effect::Proposed(e) => format!("proposed: {}", e.what),
        Effect::Held(e) => {
            let price = e.demanding.as_ref();
            let price = price.map(|text| format!(", demanding {text}"));
            format!(
                "{} held up: {}{}",
                and(&e.by),
                e.what,
                price.unwrap_or_default()
            )
        }
        Effect::HoldLifted(e) => {
            let whose = if e.by.len() == 1 { "its" } else { "their" };
            let price = e.in_return_for.as_ref();
            let price = price.map(|text| format!(", in return for {text}"));
            format!(
                "{} lifted {whose} hold{}",
                and(&e.by),
                price.unwrap_or_default()
            )
        }
        Effect::Agreed(e) => format!("agreed: {}{}", e.what, term(e.until.as_ref())),
        Effect::Rejected(e) => {
            let by = if e.by.is_empty() {
                String::new()
            } else {
                format!(" by {}", and(&e.by))
            };
            let vote = e
                .vote
                .as_ref()
                .map(|vote| format!(" ({vote})"))
                .unwrap_or_default();
            format!("rejected{by}: {}{vote}", e.what)
        }
        Effect::Stated(e) => format!("{}: {}", e.who, e.words),
        Effect::Corrected(e) => {
            let language = e
                .language
                .as_ref()
                .map(|code| format!(", {code} version only"))
                .unwrap_or_default();
            let provision = e
                .provision
                .as_ref()
                .map(|text| format!(" {text}"))
                .unwrap_or_default();
            format!("corrected{provision}{language}: {}", e.change)
        }
        _ => effect.participle().to_owned(),
    }
}

/// From when a measure applies, with what value, or what it waits for.
fn application(set: &ApplicationSet) -> String {
    let measure = &set.measure;
    let remark = more(set.remark.as_ref());
    match &set.condition {
        None => format!("{measure} applies{remark}"),
        Some(condition) => match condition.status {
            ConditionStatus::Met => {
                format!(
                    "{measure} applies{remark} (condition met: {})",
                    condition.text
                )
            }
            ConditionStatus::Pending => format!("{measure} waits for: {}{remark}", condition.text),
            ConditionStatus::Failed => {
                format!(
                    "{measure} does not apply, its condition failed: {}{remark}",
                    condition.text
                )
            }
        },
    }
}

/// Names as one says them.
fn and(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

fn term(until: Option<&Until>) -> String {
    match until {
        None | Some(Until::Regime) => String::new(),
        Some(Until::Open) => ", without an end date".to_owned(),
        Some(Until::Condition(text)) => format!(", until {text}"),
        Some(Until::Moment(last)) => format!(", until {last}"),
    }
}

/// The term of a renewal, and whether the record knows what it renews.
fn since_before(prior_unrecorded: bool, until: Option<&Until>) -> String {
    let from = if prior_unrecorded {
        " (what came before is not recorded)"
    } else {
        ""
    };
    format!("{from}{}", term(until))
}

fn more(text: Option<&String>) -> String {
    text.map(|text| format!(": {text}")).unwrap_or_default()
}
