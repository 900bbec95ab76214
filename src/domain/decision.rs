//! Decisions: one per act, with its dates, its sources and its effects.

use super::{Authority, Day, DecisionId, Effect, Moment, ProcedureId, RegimeKey, Until};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What an authority did: a legal act, a judgment, an order, or a step towards one.
///
/// Read from JSON; a value of this type has at least one source and one effect, and no date that contradicts another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Draft")]
pub struct Decision {
    /// Who recorded it; the command fills it in.
    pub by: Option<String>,
    /// Unique in a record, for ever.
    pub id: DecisionId,
    /// What it is, in our own words, without a full stop.
    pub title: String,
    /// Who decided.
    pub authority: Authority,
    /// The act, where there is one; a statement or a hold has none.
    pub act: Option<Act>,
    /// Its dates.
    pub dates: Dates,
    /// The procedure that it is a step of.
    pub procedure: Option<ProcedureId>,
    /// What it changes, in the act's own order.
    pub effects: Vec<Effect>,
    /// Where it was read; never empty.
    pub sources: Vec<Source>,
    /// What a source says differently, side by side with what is recorded.
    pub other_reports: Vec<OtherReport>,
    /// Fields that follow by rule from what was read (a CELEX number from the act's number, the day after publication).
    pub derived: Vec<Field>,
    /// Ids of the curated facts that it rests on, where it was written from such.
    pub facts: Vec<String>,
    /// A remark of the record-keeper.
    pub note: Option<String>,
}

/// How an act is cited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// The citation people use: `Decision (CFSP) 2025/175`.
    pub cite: String,
    /// CELEX number.
    #[serde(default)]
    pub celex: Option<String>,
    /// European Legislation Identifier, as an address.
    #[serde(default)]
    pub eli: Option<String>,
    /// Where it was published: `OJ L 229, 31.7.2014, p. 13`.
    #[serde(default)]
    pub published_in: Option<String>,
    /// Further acts adopted together with it and recorded in this entry.
    #[serde(default)]
    pub companions: Vec<String>,
}

/// The dates of an act. Each may be missing, and missing is not none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dates {
    /// Political agreement; no legal effect.
    #[serde(default)]
    pub agreed_on: Option<Day>,
    /// The act's own date.
    #[serde(default)]
    pub adopted_on: Option<Day>,
    /// When it was first said in public, or reported.
    #[serde(default)]
    pub announced_on: Option<Day>,
    /// Official publication.
    #[serde(default)]
    pub published_on: Option<Day>,
    /// Entry into force.
    #[serde(default)]
    pub in_force: Option<Moment>,
    /// From when it applies: later than its entry into force, or earlier.
    #[serde(default)]
    pub applies: Option<Moment>,
    /// How its term ends; the last day is inclusive.
    #[serde(default)]
    pub until: Option<Until>,
    /// Where no date at all was read: the day that the record-keeper places it on. Answers say *assumed*.
    #[serde(default)]
    pub assumed_on: Option<Day>,
}

impl Dates {
    /// The day from which it could be known: announced, else published, else adopted, else (where a source gives
    /// nothing else) the day of entry into force or the assumed one.
    #[must_use]
    pub fn public_on(&self, authority: Authority) -> Option<Day> {
        let zone = authority.zone();
        self.announced_on
            .or(self.published_on)
            .or(self.adopted_on)
            .or_else(|| self.in_force.map(|moment| moment.day(zone)))
            .or(self.assumed_on)
    }
}

/// A date or number of a decision, as named in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of the fields")]
pub enum Field {
    AgreedOn,
    AdoptedOn,
    AnnouncedOn,
    PublishedOn,
    InForce,
    Applies,
    Until,
    Celex,
    Cite,
}

/// What another source says of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherReport {
    /// The field that it differs on.
    pub field: Field,
    /// The value that it gives.
    pub value: String,
    /// Where it says so.
    pub source: Source,
}

/// Where a fact was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// An address, or a stable reference where there is no address.
    pub at: String,
    /// How near it is to the authority.
    pub tier: Tier,
    /// What was read there, where not everything was.
    #[serde(default)]
    pub note: Option<String>,
}

/// How near a source is to the authority, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// The authority's own page: EUR-Lex, Curia, UN, Federal Register.
    Primary,
    /// The text of the act at another address.
    PrimaryMirror,
    /// A transcription of the Official Journal.
    OjTranscription,
    /// An official release copied elsewhere.
    OfficialTextMirror,
    /// Another government or institution.
    Official,
    /// Scholarship.
    Academic,
    /// A law firm's note.
    LawFirm,
    /// A trade association.
    TradeAssociation,
    /// A dataset.
    Dataset,
    /// Extracted by a machine from an official text.
    MachineExtracted,
    /// A register or commentary.
    Secondary,
    /// The press.
    Press,
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::measure::word(self, f)
    }
}

/// A decision that makes no sense, in the user's words. Effects are counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// No source.
    #[error("{id} cites no source")]
    NoSource {
        /// The decision.
        id: String,
    },
    /// No effect.
    #[error("{id} has no effect")]
    NoEffect {
        /// The decision.
        id: String,
    },
    /// No date to place it by.
    #[error(
        "{id} has no date: give at least one of adopted_on, announced_on, published_on, in_force, applies, assumed_on"
    )]
    NoDate {
        /// The decision.
        id: String,
    },
    /// A text that must say something is empty.
    #[error("{id}: {what} is empty")]
    Empty {
        /// The decision.
        id: String,
        /// Which text.
        what: &'static str,
    },
    /// A term that is over before it begins.
    #[error("{id}, effect {effect}: the term ends on {until}, before it begins on {begins}")]
    EndsBeforeItBegins {
        /// The decision.
        id: String,
        /// Which effect, from 1.
        effect: usize,
        /// Its last day.
        until: String,
        /// Its first day.
        begins: String,
    },
    /// Published before it was adopted.
    #[error("{id} is published on {published_on}, before it is adopted on {adopted_on}")]
    PublishedBeforeAdopted {
        /// The decision.
        id: String,
        /// Publication.
        published_on: Day,
        /// Adoption.
        adopted_on: Day,
    },
    /// In force before adopted: an act applies retroactively, it does not enter into force so.
    #[error(
        "{id} enters into force on {in_force}, before it is adopted on {adopted_on}; for an earlier effect use `applies`"
    )]
    InForceBeforeAdopted {
        /// The decision.
        id: String,
        /// Entry into force.
        in_force: String,
        /// Adoption.
        adopted_on: Day,
    },
    /// An effect that contradicts itself.
    #[error("{id}, effect {effect}: {problem}")]
    Effect {
        /// The decision.
        id: String,
        /// Which effect, from 1.
        effect: usize,
        /// What is wrong.
        problem: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Draft {
    #[serde(default)]
    by: Option<String>,
    id: DecisionId,
    title: String,
    authority: Authority,
    #[serde(default)]
    act: Option<Act>,
    dates: Dates,
    #[serde(default)]
    procedure: Option<ProcedureId>,
    effects: Vec<Effect>,
    sources: Vec<Source>,
    #[serde(default)]
    other_reports: Vec<OtherReport>,
    #[serde(default)]
    derived: Vec<Field>,
    #[serde(default)]
    facts: Vec<String>,
    #[serde(default)]
    note: Option<String>,
}

impl TryFrom<Draft> for Decision {
    type Error = Invalid;

    fn try_from(draft: Draft) -> Result<Self, Invalid> {
        let Draft {
            by,
            id,
            title,
            authority,
            act,
            dates,
            procedure,
            effects,
            sources,
            other_reports,
            derived,
            facts,
            note,
        } = draft;
        let decision = Self {
            by,
            id,
            title,
            authority,
            act,
            dates,
            procedure,
            effects,
            sources,
            other_reports,
            derived,
            facts,
            note,
        };
        decision.check()?;
        Ok(decision)
    }
}

impl Decision {
    /// How it is cited: the act's citation, else its title.
    #[must_use]
    pub fn cite(&self) -> &str {
        self.act
            .as_ref()
            .map_or(self.title.as_str(), |act| act.cite.as_str())
    }

    /// The regimes that it has effects on, each once, in the order of their effects.
    pub fn regimes(&self) -> impl Iterator<Item = &RegimeKey> {
        let regimes = self.effects.iter().map(Effect::regime);
        regimes
            .enumerate()
            .filter(|(n, one)| self.effects.iter().take(*n).all(|e| e.regime() != *one))
            .map(|(_, one)| one)
    }

    fn check(&self) -> Result<(), Invalid> {
        let id = || self.id.to_string();
        let dates = &self.dates;
        if self.sources.is_empty()
            || self
                .sources
                .iter()
                .any(|source| source.at.trim().is_empty())
        {
            return Err(Invalid::NoSource { id: id() });
        }
        if self.effects.is_empty() {
            return Err(Invalid::NoEffect { id: id() });
        }
        if self.title.trim().is_empty() {
            return Err(Invalid::Empty {
                id: id(),
                what: "title",
            });
        }
        if dates.public_on(self.authority).is_none() && dates.applies.is_none() {
            return Err(Invalid::NoDate { id: id() });
        }
        self.check_order()?;
        for (n, effect) in self.effects.iter().enumerate() {
            self.check_effect(n + 1, effect)?;
        }
        Ok(())
    }

    fn check_order(&self) -> Result<(), Invalid> {
        let Some(adopted_on) = self.dates.adopted_on else {
            return Ok(());
        };
        if let Some(published_on) = self.dates.published_on.filter(|day| *day < adopted_on) {
            return Err(Invalid::PublishedBeforeAdopted {
                id: self.id.to_string(),
                published_on,
                adopted_on,
            });
        }
        let zone = self.authority.zone();
        match self.dates.in_force {
            Some(in_force) if in_force.ends(zone) < adopted_on.starts(zone) => {
                Err(Invalid::InForceBeforeAdopted {
                    id: self.id.to_string(),
                    in_force: in_force.to_string(),
                    adopted_on,
                })
            }
            _ => Ok(()),
        }
    }

    fn check_effect(&self, n: usize, effect: &Effect) -> Result<(), Invalid> {
        let zone = self.authority.zone();
        let begins = effect
            .applies()
            .or(self.dates.applies)
            .or(self.dates.in_force);
        let begins = begins.or(self.dates.adopted_on.map(Moment::Day));
        let until = effect
            .until()
            .or(self.dates.until.as_ref().filter(|_| effect.takes_term()));
        if let (Some(begins), Some(Until::Moment(until))) = (begins, until)
            && until.ends(zone) < begins.starts(zone)
        {
            return Err(Invalid::EndsBeforeItBegins {
                id: self.id.to_string(),
                effect: n,
                until: until.to_string(),
                begins: begins.to_string(),
            });
        }
        effect.problem().map_or(Ok(()), |problem| {
            Err(Invalid::Effect {
                id: self.id.to_string(),
                effect: n,
                problem,
            })
        })
    }
}
