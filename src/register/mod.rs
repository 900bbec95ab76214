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
mod draft;
mod fold;
mod name;
mod phase;
mod procedure;
mod row;
mod state;
mod story;
mod subject;
#[cfg(test)]
mod tests;
mod view;
mod why;

pub use admit::{Admission, Admitted, Refusal};
pub use ask::Ask;
pub use draft::{Draft, DraftError, SCHEMA};
pub use name::{Match, NameKind, Named, Nearness, called, close, folded};
pub use row::{
    DecisionRow, EffectRow, INDEX_VERSION, PlacedBy, Row, Rows, SurveyRow, Table, Term,
    WithdrawalRow, project,
};
pub use state::{
    Coming, ListingState, MeasureState, Permission, ProcedureState, Reason, RegimeState, Standing,
    Surveyed, Unknown,
};
pub use story::{Episode, Story};
pub use subject::{Listing, Particulars, Span};
pub use view::{History, Placed, View};
pub use why::{Absent, Cause, Line, Missing, Ref, Role, Why};
