//! The ladder of statuses, and the four answers.

use serde::{Deserialize, Serialize};

/// Where something stands, from proposed to ended. Each rung excludes the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Proposed; nobody has agreed.
    Proposed,
    /// Agreed politically; no legal effect.
    Agreed,
    /// Adopted, not yet in force.
    AdoptedNotInForce,
    /// In force, but its rules apply only from a later day or on a condition.
    InForceNotApplicable,
    /// In force and applicable: it binds.
    Applicable,
    /// Still in the text, application suspended by its authority.
    Suspended,
    /// Suspended for the applicant by a court's interim order.
    InterimSuspended,
    /// Annulled by a court that maintains the effects for a time.
    AnnulledEffectsMaintained,
    /// Annulled by a court, as if it had not been.
    Annulled,
    /// Ended by the passing of time. Never an event: computed.
    Lapsed,
    /// Ended by a decision: repealed, lifted or delisted.
    Repealed,
    /// In force according to one authority, not according to another.
    Disputed,
    /// The record does not know.
    Unknown,
}

/// The four answers to "does it bind?".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// In force.
    InForce,
    /// Not in force.
    NotInForce,
    /// In the text, but suspended.
    Suspended,
    /// Unknown to this record.
    Unknown,
}

impl Status {
    /// The answer that the status amounts to. An act in force whose rules do not apply yet is in force: the status
    /// says the rest.
    #[must_use]
    pub fn answer(self) -> Answer {
        match self {
            Self::InForceNotApplicable | Self::Applicable | Self::AnnulledEffectsMaintained => {
                Answer::InForce
            }
            Self::Suspended | Self::InterimSuspended => Answer::Suspended,
            Self::Unknown | Self::Disputed => Answer::Unknown,
            Self::Proposed
            | Self::Agreed
            | Self::AdoptedNotInForce
            | Self::Annulled
            | Self::Lapsed
            | Self::Repealed => Answer::NotInForce,
        }
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Agreed => "agreed, not adopted",
            Self::AdoptedNotInForce => "adopted, not in force",
            Self::InForceNotApplicable => "in force, not applicable",
            Self::Applicable => "in force",
            Self::Suspended => "suspended",
            Self::InterimSuspended => "suspended by interim order",
            Self::AnnulledEffectsMaintained => "annulled, effects maintained",
            Self::Annulled => "annulled",
            Self::Lapsed => "lapsed",
            Self::Repealed => "repealed",
            Self::Disputed => "disputed",
            Self::Unknown => "unknown",
        }
    }
}
