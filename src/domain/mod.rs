//! The words of sanctions law: no I/O, no clock, no hashing.
//!
//! A [`Decision`] is what an authority did, one per act, with the [`Effect`]s that it has. Days are civil days in the
//! authority's own time zone; `until` and every last day are **inclusive**. Types here are made only from values that
//! make sense: what does not is an [`Invalid`], told in the user's words.

mod authority;
mod decision;
mod effect;
mod key;
mod measure;
mod recorded;
mod status;
mod subject;
mod time;

pub use authority::{Authority, Jurisdiction};
pub use decision::{Act, Dates, Decision, Field, Invalid, OtherReport, Source, Tier};
pub use effect::*;
pub use key::{DecisionId, InvalidKey, MeasureKey, ProcedureId, RegimeKey, SubjectId};
pub use measure::{Class, MeasureKind};
pub use recorded::{
    Erased, ErasedId, Opening, Rectification, Redaction, Replacement, Survey, Withdrawn,
};
pub use status::{Answer, Status};
pub use subject::{Subject, SubjectType};
pub use time::{Day, Instant, InvalidTime, Moment, Until};
