//! Conditions: what is asked of an answer, in a few words.
//!
//! ```text
//! listed SUBJECT [[under] REGIME]       delisted SUBJECT [[under] REGIME]
//! STATUS REGIME                         STATUS REGIME/MEASURE          STATUS REGIME/SUBJECT
//! status REGIME/MEASURE = STATUS        STATUS MEASURE under REGIME
//! ```
//!
//! A STATUS is one of the four answers (`in-force`, `not-in-force`, `suspended`, `unknown`) or a rung of the ladder
//! (`applicable`, `lapsed`, `annulled` …). Regimes are written in upper case, measures and subjects in lower case.

use super::{ProcedureState, RegimeState, Standing};
use crate::domain::{Answer, InvalidKey, RegimeKey, Status, SubjectId};
use serde::de::value::{Error, StrDeserializer};
use serde::de::{Deserialize as _, IntoDeserializer as _};
use std::fmt;
use std::str::FromStr;

/// What is asked of where something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Test {
    /// Whether the subject is on the list, and bound.
    Listed,
    /// Whether the subject was taken off the list.
    Delisted,
    /// Whether that is the answer.
    Answer(Answer),
    /// Whether it stands on that rung of the ladder.
    Status(Status),
}

/// A condition that an answer meets or does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What is asked.
    pub test: Test,
    /// Of which regime, where it is said.
    pub regime: Option<RegimeKey>,
    /// Of which measure or subject; of the regime itself where it is left out.
    pub part: Option<String>,
    text: String,
}

/// A text that is no condition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCondition {
    /// It does not begin with what may be asked.
    #[error("`{0}` is neither a status nor `listed`, `delisted` or `status`")]
    Word(String),
    /// It is not a status.
    #[error("`{0}` is no status")]
    Status(String),
    /// Nobody is named.
    #[error("`{0}` whom? A subject's id is missing")]
    Whom(String),
    /// Nothing is named.
    #[error("`{0}` of what? A regime is missing")]
    What(String),
    /// `status` without what it is to be.
    #[error("`status … = STATUS` lacks its `= STATUS`")]
    NoStatus,
    /// A key that is none.
    #[error(transparent)]
    Key(#[from] InvalidKey),
    /// Something follows that says nothing.
    #[error("`{0}` is one word too many")]
    Extra(String),
}

impl Condition {
    /// Every status that a condition may name.
    pub const STATUSES: [&'static str; 15] = [
        "in-force",
        "not-in-force",
        "suspended",
        "unknown",
        "proposed",
        "agreed",
        "adopted-not-in-force",
        "in-force-not-applicable",
        "applicable",
        "interim-suspended",
        "annulled-effects-maintained",
        "annulled",
        "lapsed",
        "repealed",
        "disputed",
    ];

    /// Where what it is about stands in an answer; none where the answer has no line for it.
    #[must_use]
    pub fn standing<'a>(&self, state: &'a RegimeState) -> Option<&'a Standing> {
        let Some(part) = &self.part else {
            return Some(&state.standing);
        };
        let measure = state
            .measures
            .iter()
            .find(|one| one.measure.as_str() == part);
        let listing = || {
            state
                .listings
                .iter()
                .find(|one| one.subject.as_str() == part)
        };
        measure
            .map(|one| &one.standing)
            .or_else(|| listing().map(|one| &one.standing))
    }

    /// Whether it is about that measure or subject.
    #[must_use]
    pub fn is_about(&self, part: &str) -> bool {
        self.part.as_deref() == Some(part)
    }

    /// Whether an answer meets it. What has no line yet is as unknown as its regime, else not in force.
    #[must_use]
    pub fn holds(&self, state: &RegimeState) -> bool {
        let status = self.standing(state).map(|standing| standing.status);
        let answer = status.map_or(
            match state.standing.answer {
                Answer::Unknown => Answer::Unknown,
                _ => Answer::NotInForce,
            },
            Status::answer,
        );
        match self.test {
            Test::Listed => answer == Answer::InForce,
            Test::Delisted => status == Some(Status::Repealed),
            Test::Answer(asked) => answer == asked,
            // What is disputed stands where its authority says that it stands: a dispute is a procedure beside it.
            Test::Status(Status::Disputed) => {
                self.part.is_none() && state.procedures.iter().any(is_disputed)
            }
            Test::Status(asked) => status == Some(asked),
        }
    }
}

fn is_disputed(procedure: &ProcedureState) -> bool {
    procedure.status == Status::Disputed
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Condition {
    type Err = InvalidCondition;

    fn from_str(text: &str) -> Result<Self, InvalidCondition> {
        let spaced = text.replace('=', " = ");
        let words: Vec<&str> = spaced.split_whitespace().collect();
        let (first, rest) = words
            .split_first()
            .ok_or_else(|| InvalidCondition::Word(String::new()))?;
        let (test, rest) = match *first {
            "listed" => (Test::Listed, rest.to_vec()),
            "delisted" => (Test::Delisted, rest.to_vec()),
            "status" => {
                let at = rest.iter().position(|word| *word == "=");
                let (of, is) = rest.split_at(at.ok_or(InvalidCondition::NoStatus)?);
                let status = is.get(1).ok_or(InvalidCondition::NoStatus)?;
                let test = status_named(status)
                    .ok_or_else(|| InvalidCondition::Status((*status).to_owned()))?;
                (test, [of, &is[2..]].concat())
            }
            word => {
                let test =
                    status_named(word).ok_or_else(|| InvalidCondition::Word(word.to_owned()))?;
                (test, rest.to_vec())
            }
        };
        let mut condition = Self {
            test,
            regime: None,
            part: None,
            text: words.join(" "),
        };
        condition.name(&rest)?;
        let of_subject = matches!(test, Test::Listed | Test::Delisted);
        match (&condition.part, &condition.regime) {
            (None, _) if of_subject => Err(InvalidCondition::Whom((*first).to_owned())),
            (None, None) => Err(InvalidCondition::What(text.trim().to_owned())),
            (Some(_), None) if !of_subject => Err(InvalidCondition::What(text.trim().to_owned())),
            _ => Ok(condition),
        }
    }
}

impl Condition {
    /// Takes what it is about: `REGIME`, `REGIME/PART`, `PART [under] REGIME`.
    fn name(&mut self, words: &[&str]) -> Result<(), InvalidCondition> {
        for word in words {
            let (regime, part) = match word.split_once('/') {
                Some((regime, part)) => (Some(regime), Some(part)),
                None if *word == "under" && self.part.is_some() => continue,
                None if word.starts_with(|first: char| first.is_ascii_uppercase()) => {
                    (Some(*word), None)
                }
                None => (None, Some(*word)),
            };
            let taken = (regime.is_some() && self.regime.is_some())
                || (part.is_some() && self.part.is_some());
            if taken {
                return Err(InvalidCondition::Extra((*word).to_owned()));
            }
            if let Some(regime) = regime {
                self.regime = Some(regime.parse()?);
            }
            if let Some(part) = part {
                // Measures and subjects are written alike.
                let part: SubjectId = part.parse()?;
                self.part = Some(part.into());
            }
        }
        Ok(())
    }
}

/// A status by its name: hyphens for the underscores of JSON.
fn status_named(word: &str) -> Option<Test> {
    let word = word.replace('-', "_");
    match word.as_str() {
        "in_force" => Some(Test::Answer(Answer::InForce)),
        "not_in_force" => Some(Test::Answer(Answer::NotInForce)),
        "suspended" => Some(Test::Answer(Answer::Suspended)),
        other => {
            let name: StrDeserializer<'_, Error> = other.into_deserializer();
            Status::deserialize(name).ok().map(Test::Status)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Test, Option<String>, Option<String>) {
        let condition: Condition = text.parse().unwrap();
        (
            condition.test,
            condition.regime.map(String::from),
            condition.part,
        )
    }

    #[test]
    fn a_condition_is_a_few_words() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(parsed("listed ann"), (Test::Listed, None, some("ann")));
        for text in [
            "listed ann under EU-A",
            "listed ann EU-A",
            "listed EU-A/ann",
        ] {
            assert_eq!(
                parsed(text),
                (Test::Listed, some("EU-A"), some("ann")),
                "{text}"
            );
        }
        let suspended = Test::Answer(Answer::Suspended);
        assert_eq!(
            parsed("suspended EU-SYR"),
            (suspended, some("EU-SYR"), None)
        );
        for text in [
            "status EU-SYR/oil = suspended",
            "status EU-SYR/oil=suspended",
            "suspended oil under EU-SYR",
        ] {
            assert_eq!(
                parsed(text),
                (suspended, some("EU-SYR"), some("oil")),
                "{text}"
            );
        }
        let maintained = Test::Status(Status::AnnulledEffectsMaintained);
        assert_eq!(parsed("annulled-effects-maintained EU-A/ann").0, maintained);
        assert_eq!(parsed("annulled_effects_maintained EU-A/ann").0, maintained);
    }

    #[test]
    fn what_is_no_condition_is_told_why() {
        let error = |text: &str| text.parse::<Condition>().unwrap_err().to_string();
        assert_eq!(
            error("frozen EU-A"),
            "`frozen` is neither a status nor `listed`, `delisted` or `status`"
        );
        assert_eq!(error("listed"), "`listed` whom? A subject's id is missing");
        assert_eq!(
            error("listed EU-A"),
            "`listed` whom? A subject's id is missing"
        );
        assert_eq!(error("lapsed"), "`lapsed` of what? A regime is missing");
        assert_eq!(
            error("suspended oil"),
            "`suspended oil` of what? A regime is missing"
        );
        assert_eq!(
            error("status EU-A suspended"),
            "`status … = STATUS` lacks its `= STATUS`"
        );
        assert_eq!(error("status EU-A = frozen"), "`frozen` is no status");
        assert_eq!(error("lapsed EU-A EU-B"), "`EU-B` is one word too many");
        assert!(error("listed Ann_").starts_with("`Ann_` is not a regime"));
    }

    #[test]
    fn every_status_that_is_offered_is_understood() {
        for status in Condition::STATUSES {
            assert!(
                format!("{status} EU-A").parse::<Condition>().is_ok(),
                "{status}"
            );
        }
    }
}
