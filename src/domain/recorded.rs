//! What a record-keeper records besides decisions: the opening, surveys, and our own errors put right.

use super::{Day, Decision, RegimeKey, Source};
use serde::{Deserialize, Serialize};

/// The body of entry 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// Who opened the record.
    pub by: String,
    /// The record's name for ever.
    pub origin: String,
}

/// The record-keeper's statement that a regime is recorded completely over a span of legal days.
///
/// Within it the absence of a decision means something: past its last day a regime has *lapsed*. Outside it the answer
/// is *unknown*.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Survey {
    /// Who recorded it; the command fills it in.
    #[serde(default)]
    pub by: Option<String>,
    /// The regime surveyed.
    pub survey: RegimeKey,
    /// First day covered, inclusive; from the regime's beginning where it is left out.
    #[serde(default)]
    pub from: Option<Day>,
    /// Last day covered, inclusive.
    pub through: Day,
    /// What was read, in words.
    pub basis: String,
    /// Where it was read.
    pub sources: Vec<Source>,
}

/// *Our* entry was wrong: it is withdrawn, with or without a replacement. It has no legal meaning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rectification {
    /// Who recorded it; the command fills it in.
    #[serde(default)]
    pub by: Option<String>,
    /// The entry that is withdrawn.
    pub withdraws: Withdrawn,
    /// Why it was wrong.
    pub because: String,
    /// What it should have said; left out where it should not have been recorded.
    #[serde(default)]
    pub replacement: Option<Decision>,
}

/// An entry named by position and link, with the regimes it touched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawn {
    /// Its position.
    pub seq: u64,
    /// Its link, in hex.
    pub link: String,
    /// The regimes that it has effects on.
    pub regimes: Vec<RegimeKey>,
}

/// On what ground a body was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// In words.
    pub ground: String,
}
