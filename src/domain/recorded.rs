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

/// The salt and body of an entry erased for good, on a stated ground. Its header and link stay, so the chain stays whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Redaction {
    /// Who redacted it.
    #[serde(default)]
    pub by: Option<String>,
    /// On what ground, in words.
    pub ground: String,
    /// The entry whose body is erased.
    pub redacts: Erased,
    /// The redacted text that stands in its place, at its position.
    #[serde(default)]
    pub replacement: Option<Replacement>,
    /// By what the erased id is known again, so that the same file is not taken in once more.
    #[serde(default)]
    pub erased_id: Option<ErasedId>,
}

/// An entry whose body is erased, named by position and link, with what remains known of its reach.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erased {
    /// Its position.
    pub seq: u64,
    /// Its link, in hex.
    pub link: String,
    /// The regimes that it had effects on.
    pub regimes: Vec<RegimeKey>,
    /// Those of them where it did more than list: it may have moved a term of the regime or of a measure, so that no earlier
    /// survey vouches for them any more.
    #[serde(default)]
    pub terms: Vec<RegimeKey>,
}

/// What stands in the place of an erased body: one of the same kind, saying less.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Replacement {
    /// A survey.
    Survey(Survey),
    /// A rectification.
    Rectification(Box<Rectification>),
    /// A decision.
    Decision(Box<Decision>),
}

/// A keyed hash of the id of an erased entry. The key stands beside it: who guesses the id can confirm the guess, nobody
/// can read the id out of it or look it up in a table made beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasedId {
    /// The random key, in hex.
    pub key: String,
    /// `BLAKE3.keyed_hash(key, id)`, in hex.
    pub hash: String,
}
