//! What a fold answers: each line with the entries that it rests on.

use super::{EntryNo, PlacedBy};
use crate::domain::{
    Answer, Class, Day, MeasureKey, MeasureKind, Moment, ProcedureId, RegimeKey, Status, SubjectId,
    SubjectType, Until,
};
use serde::Serialize;
use std::fmt;

/// The state of one regime.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RegimeState {
    /// Which.
    pub regime: RegimeKey,
    /// What it is called.
    pub title: Option<String>,
    /// Where the regime itself stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// Its measures, the binding ones first.
    pub measures: Vec<MeasureState>,
    /// Its listings, by name.
    pub listings: Vec<ListingState>,
    /// Entries that its lists hold or held without being named in this record, additions less removals.
    pub unnamed_entries: i64,
    /// Licences, derogations and wind-downs that run.
    pub permissions: Vec<Permission>,
    /// Procedures that are under way.
    pub procedures: Vec<ProcedureState>,
    /// Decided, known, and not yet begun.
    pub coming: Vec<Coming>,
    /// How far the record claims to be complete.
    pub surveyed: Vec<Surveyed>,
    /// Entries whose bodies were erased: what they said, the answer cannot take into account.
    pub redactions: Vec<Redacted>,
}

impl RegimeState {
    /// How many subjects are listed by name and bound.
    #[must_use]
    pub fn listed(&self) -> usize {
        self.listings
            .iter()
            .filter(|listing| listing.standing.answer == Answer::InForce)
            .count()
    }
}

/// Where something stands.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// On the ladder.
    pub status: Status,
    /// To the question whether it binds.
    pub answer: Answer,
    /// Since when it stands so, or stood so last.
    pub since: Option<Moment>,
    /// How its term ends; the last day is inclusive.
    pub until: Option<Until>,
    /// Days from the day asked about to its last day; negative once it is past.
    pub days_left: Option<i64>,
    /// From when it will apply, where that is settled.
    pub applies: Option<Moment>,
    /// The condition that it waits for.
    pub condition: Option<String>,
    /// Why the record does not know.
    pub unknown: Option<Unknown>,
    /// The entries that make it so, the deciding one last.
    pub because: Vec<Reason>,
}

impl Standing {
    pub(super) fn new(status: Status) -> Self {
        Self {
            status,
            answer: status.answer(),
            since: None,
            until: None,
            days_left: None,
            applies: None,
            condition: None,
            unknown: None,
            because: Vec::new(),
        }
    }

    pub(super) fn unknown(why: Unknown) -> Self {
        Self {
            unknown: Some(why),
            ..Self::new(Status::Unknown)
        }
    }

    pub(super) fn with_status(mut self, status: Status) -> Self {
        self.status = status;
        self.answer = status.answer();
        self
    }
}

/// Why the record does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// The day is before the first decision recorded.
    Before(Moment),
    /// The day is after the last recorded end, and no survey covers it.
    After(Day),
    /// A term without a recorded end, and no survey covers the day.
    NoLastDay(Moment),
    /// What came before a decision is not recorded.
    Unrecorded(Moment),
    /// Nothing is recorded, or nothing was public.
    Nothing,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before(first) => write!(f, "unknown before {first}: the first decision recorded"),
            Self::After(last) => write!(
                f,
                "unknown after {last}: last recorded end, no survey covers this day"
            ),
            Self::NoLastDay(since) => {
                write!(
                    f,
                    "unknown: in force since {since}, its end is not recorded and no survey covers this day"
                )
            }
            Self::Unrecorded(from) => write!(
                f,
                "unknown before {from}: what that decision presupposes is not recorded"
            ),
            Self::Nothing => f.write_str("unknown: nothing recorded, or nothing public by then"),
        }
    }
}

/// An effect that an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// The entry.
    pub entry: EntryNo,
    /// Which effect of it, from 1.
    pub effect: u16,
    /// What it did.
    pub did: &'static str,
    /// The act, as cited.
    pub act: String,
    /// Its place in legal time.
    pub from: Moment,
    /// Which date placed it.
    pub placed_by: PlacedBy,
    /// Whether that place is an assumption.
    pub assumed: bool,
}

/// One measure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeasureState {
    /// Its key.
    pub measure: MeasureKey,
    /// What it is.
    pub class: Option<Class>,
    /// More finely.
    pub kind: Option<MeasureKind>,
    /// What it forbids or requires.
    pub scope: Option<String>,
    /// The article.
    pub provision: Option<String>,
    /// Where it stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// What is said of its application, the newest last: values, conditions.
    pub remarks: Vec<String>,
}

/// One listing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ListingState {
    /// Whose.
    pub subject: SubjectId,
    /// The name, as last printed.
    pub name: String,
    /// What it is, where it is recorded.
    #[serde(rename = "type")]
    pub kind: Option<SubjectType>,
    /// The publisher's reference.
    pub reference: Option<String>,
    /// The measures that bind the subject; all listing measures of the regime where it is empty.
    pub measures: Vec<MeasureKey>,
    /// Where it stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// Court orders that run.
    pub orders: Vec<String>,
}

/// A licence, derogation or wind-down that runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Permission {
    /// Under which measure.
    pub measure: Option<MeasureKey>,
    /// What it permits.
    pub permits: String,
    /// How it ends; the last day is inclusive.
    pub until: Option<Until>,
    /// Days from the day asked about to its last day.
    pub days_left: Option<i64>,
    /// The entry that it rests on.
    pub because: Reason,
}

/// A procedure that is under way.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProcedureState {
    /// Its id, where the steps bear one.
    pub procedure: Option<ProcedureId>,
    /// What is to be decided.
    pub what: String,
    /// Proposed, agreed; or disputed, where a decision's validity is.
    pub status: Status,
    /// Who holds it up.
    pub held_by: Vec<String>,
    /// What they demand.
    pub demanding: Option<String>,
    /// Since when it is so.
    pub since: Moment,
    /// The steps, in order.
    pub because: Vec<Reason>,
}

/// Something decided and known that has not begun.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Coming {
    /// When it begins.
    pub from: Moment,
    /// Days until then.
    pub in_days: i64,
    /// What begins, in words.
    pub what: String,
    /// The entry.
    pub because: Reason,
}

/// A span that the record-keeper has surveyed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Surveyed {
    /// First day, inclusive; from the beginning where it is left out.
    pub from: Option<Day>,
    /// Last day, inclusive, no later than the day of public knowledge asked for.
    pub through: Day,
    /// The entry that says so.
    pub entry: EntryNo,
}

/// An entry whose body was erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Redacted {
    /// The entry.
    pub entry: u64,
    /// On what ground.
    pub ground: String,
    /// The entry that says so.
    pub by_entry: u64,
    /// Whether a redacted text stands in its place.
    pub replaced: bool,
}
