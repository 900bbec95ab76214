//! The dials of a question.

use super::{DecisionRow, EntryNo};
use crate::domain::{Day, Jurisdiction, Moment};
use serde::Serialize;

/// The dials. A day is asked about as it stood when it ended, in the regime's own zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Ask {
    /// Legal time: when does it bind?
    pub on: Moment,
    /// Public knowledge: only what was public by the end of that day. Everything where it is left out.
    pub public_by: Option<Day>,
    /// Record time: only entries up to that [position](super::EntryNo::position), inclusive.
    pub known_at: u64,
    /// The law as it stood on that day: annulments that count from later are left out.
    pub as_law_stood: Day,
}

impl Ask {
    /// Asks with the default for the law as it stood: the day of `public_by` where it is given (who knew no more could
    /// not know of a later judgment), else the later of `today` and the day asked about.
    #[must_use]
    pub fn new(on: Moment, public_by: Option<Day>, known_at: u64, today: Day) -> Self {
        let asked = on.day(Jurisdiction::Other.zone());
        Self {
            on,
            public_by,
            known_at,
            as_law_stood: public_by.unwrap_or(today.max(asked)),
        }
    }

    /// The day of public knowledge that an entry is held to: what is supposed is supposed to be known.
    pub(super) fn public_by(&self, entry: EntryNo) -> Option<Day> {
        self.public_by.filter(|_| !entry.is_supposed())
    }

    /// Whether the decision was public by the day asked for.
    pub(super) fn is_public(&self, entry: EntryNo, decision: &DecisionRow) -> bool {
        self.public_by(entry)
            .is_none_or(|by| decision.public_on.is_none_or(|on| on <= by))
    }
}
