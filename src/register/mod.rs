//! Projections: from the entries of a log to the state of every regime, at any point of three dials.
//!
//! Everything here is pure. [`project`] turns one entry into the rows that questions read; a [`History`] is one
//! regime's rows; [`History::view`] turns the dials and puts what is left into legal order; [`View::state`] folds it.
//! [`Admission`] asks the same fold whether a new decision fits.
//!
//! **Legal order decides, record order never does.** Effects of one regime are folded in the order (legal time,
//! adopted_on, seq, index): a decision found late takes effect where it belongs.

mod admit;
mod ask;
mod bisect;
mod blast;
mod cause;
mod condition;
mod coverage;
mod diff;
mod draft;
mod due;
mod entry_no;
mod fold;
mod name;
mod panel;
mod phase;
mod procedure;
mod redaction;
mod row;
mod state;
mod story;
mod subject;
#[cfg(test)]
mod tests;
mod turning;
mod view;
mod why;

pub use admit::{Admission, Admitted, Refusal};
pub use ask::Ask;
pub use bisect::{At, Bisection, Flip};
pub use blast::{Blast, BlastRadius, Past};
pub use cause::{Cause, Correction};
pub use condition::{Condition, InvalidCondition, Test};
pub use coverage::{ByTier, Coverage, Covered};
pub use diff::{Change, Diff, Fate, Field, Line, Sheet, sheet};
pub use draft::{Draft, DraftError, SCHEMA, says_the_same};
pub use due::{Due, DueKind};
pub use entry_no::EntryNo;
pub use name::{Match, NameKind, Named, Nearness, called, close, folded};
pub use panel::{Interval, Spell, spells};
pub use redaction::{NotRedacted, Withheld, draft_of_redaction, erased_by};
pub use row::{
    DecisionRow, EffectRow, INDEX_VERSION, PlacedBy, RedactionRow, Row, Rows, SurveyRow, Table,
    Term, WithdrawalRow, project,
};
pub use state::{
    Coming, ListingState, MeasureState, Permission, ProcedureState, Reason, Redacted, RegimeState,
    Standing, Surveyed, Unknown,
};
pub use story::{Episode, Story};
pub use subject::{Listing, Particulars, Span};
pub use view::{History, Placed, View};
pub use why::{Absent, Bearing, Missing, Ref, Role, StandingLine, Why};
