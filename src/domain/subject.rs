//! Whom measures bind.

use super::SubjectId;
use serde::{Deserialize, Serialize};

/// A person, organisation, vessel or aircraft. Maps onto the `FollowTheMoney` schemata of the same names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// Our own id, the same in every regime.
    pub id: SubjectId,
    /// The name as the act prints it.
    pub name: String,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: SubjectType,
    /// Other names and spellings.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Country codes (ISO 3166-1 alpha-2) that the act connects it with.
    #[serde(default)]
    pub countries: Vec<String>,
    /// IMO number, tail number, registration number or the like, with its kind: `IMO 9000000`.
    #[serde(default)]
    pub identifiers: Vec<String>,
}

/// What a subject is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SubjectType {
    /// A natural person.
    Person,
    /// A company, authority, armed group or other organisation.
    Organization,
    /// A ship.
    Vessel,
    /// An aircraft.
    Airplane,
}
