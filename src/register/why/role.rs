//! An effect's part in an answer.

use super::super::story::sentence;
use super::super::view::Placed;
use super::super::{EntryNo, PlacedBy, Reason};
use crate::domain::{Day, Moment, ProcedureId, Until};
use serde::Serialize;

/// An effect that bears on an answer, with its place in time and its part.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bearing {
    /// The effect: its entry, act, place in legal time, and which date placed it.
    #[serde(flatten)]
    pub effect: Reason,
    /// What it did, as a sentence without its full stop.
    pub says: String,
    /// The act's own date.
    pub adopted_on: Option<Day>,
    /// From when it could be known.
    pub public_on: Option<Day>,
    /// The procedure that it is a step of.
    pub procedure: Option<ProcedureId>,
    /// The effect whose term it moved.
    pub renews: Option<Ref>,
    /// Its part in the answer.
    #[serde(flatten)]
    pub role: Role,
    /// Whether it could not move the answer at all: it begins after the day asked about, or leaves the standing alone.
    pub idle: bool,
}

/// An effect by its place in the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ref {
    /// The entry.
    pub entry: EntryNo,
    /// Which effect of it, from 1.
    pub effect: u16,
    /// What it did.
    pub did: &'static str,
    /// The act, as cited.
    pub act: String,
}

/// What part an effect has in an answer: the first ones make it, the others say why an effect does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "role", rename_all = "snake_case")]
pub enum Role {
    /// It decides.
    Decides,
    /// It is carried on: the answer rests on it as well.
    Contributes,
    /// Annulled by a court that keeps its effects: it still binds.
    Maintained {
        /// The judgment.
        by: Ref,
        /// Through when.
        until: Option<Until>,
    },
    /// A step of a procedure on the way to a decision that the answer rests on.
    Step {
        /// That decision's effect.
        towards: Ref,
    },
    /// A later effect took its place.
    Superseded {
        /// Which.
        by: Ref,
    },
    /// A later effect ended it.
    Ended {
        /// Which.
        by: Ref,
    },
    /// Its own term is over.
    RanOut {
        /// The last day or the condition.
        until: Until,
    },
    /// Annulled by a court.
    Voided {
        /// The judgment.
        by: Ref,
    },
    /// An annulment that a higher court set aside.
    SetAside {
        /// Its judgment.
        by: Ref,
    },
    /// An annulment that counts only from a day later than the law asked for.
    CountsFrom {
        /// That day.
        day: Day,
    },
    /// An annulment of another span of time.
    OutsideSpan {
        /// First day of the span, inclusive; in JSON not `from`, which is the effect's own place.
        #[serde(rename = "annuls_from")]
        from: Option<Day>,
        /// Last day of the span, inclusive.
        #[serde(rename = "annuls_to")]
        to: Option<Day>,
    },
    /// Adopted by the day asked about, not in force on it.
    NotInForce,
    /// In force on the day asked about, not yet applicable.
    NotApplicable,
    /// Decided only after the day asked about.
    NotDecided,
    /// Not public by the day asked for.
    NotPublic,
    /// Not yet recorded at the moment asked for.
    NotKnown,
    /// Our own entry, withdrawn.
    Withdrawn {
        /// The entry that withdraws it.
        by_entry: EntryNo,
        /// Why.
        because: String,
    },
    /// It annuls, sets aside or cancels what would bear on the line otherwise.
    Undoes {
        /// What it undoes.
        of: Vec<Ref>,
    },
    /// A step after the last decision, of which no decision came by the day asked about.
    NoDecision,
    /// It changes or permits something and leaves the standing alone.
    Beside,
}

impl Role {
    /// The other effects that it names.
    #[must_use]
    pub fn others(&self) -> &[Ref] {
        match self {
            Self::Maintained { by, .. }
            | Self::Step { towards: by }
            | Self::Superseded { by }
            | Self::Ended { by }
            | Self::Voided { by }
            | Self::SetAside { by } => std::slice::from_ref(by),
            Self::Undoes { of } => of,
            _ => &[],
        }
    }
}

impl Bearing {
    pub(super) fn new(
        one: &Placed<'_>,
        role: Role,
        renews: Option<Placed<'_>>,
        idle: bool,
    ) -> Self {
        Self {
            effect: one.reason(),
            says: sentence(one.effect(), one.decision),
            adopted_on: one.decision.adopted_on,
            public_on: one.decision.public_on,
            procedure: one.decision.procedure.clone(),
            renews: renews.map(|one| Ref::from(&one)),
            role,
            idle,
        }
    }

    /// Which date placed it in legal time.
    #[must_use]
    pub fn placed_by(&self) -> PlacedBy {
        self.effect.placed_by
    }

    /// Its place in legal time.
    #[must_use]
    pub fn from(&self) -> Moment {
        self.effect.from
    }
}

impl From<&Placed<'_>> for Ref {
    fn from(one: &Placed<'_>) -> Self {
        Self {
            entry: one.seq,
            effect: one.row.at,
            did: one.effect().participle(),
            act: one.decision.cite().to_owned(),
        }
    }
}
