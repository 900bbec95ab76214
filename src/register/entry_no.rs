//! Entry numbers: what is recorded is cited by its position, what is supposed by its place in the supposition.

use serde::{Serialize, Serializer};
use std::fmt;

/// Positions above this one are no record's: the first thing supposed stands on the next.
const RECORDED: u64 = 1 << 63;

/// The number that an answer cites an entry by: `401`, or `+1` for the first decision supposed and not recorded.
///
/// What is supposed comes after everything recorded. In JSON a recorded number is a number, a supposed one the text
/// `"+1"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryNo(u64);

impl EntryNo {
    /// The number of the `n`th decision supposed, from 1.
    #[must_use]
    pub fn supposed(n: u64) -> Self {
        Self(RECORDED.saturating_add(n))
    }

    /// The position, in record order: what a dial compares.
    #[must_use]
    pub fn position(self) -> u64 {
        self.0
    }

    /// Whether it is supposed, and not recorded.
    #[must_use]
    pub fn is_supposed(self) -> bool {
        self.0 > RECORDED
    }

    /// Which of those supposed it is, from 1; none for a recorded one.
    #[must_use]
    pub fn nth_supposed(self) -> Option<u64> {
        self.is_supposed().then(|| self.0 - RECORDED)
    }
}

impl From<u64> for EntryNo {
    fn from(position: u64) -> Self {
        Self(position)
    }
}

impl PartialEq<u64> for EntryNo {
    fn eq(&self, position: &u64) -> bool {
        self.0 == *position
    }
}

impl fmt::Display for EntryNo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.nth_supposed() {
            Some(n) => f.pad(&format!("+{n}")),
            None => f.pad(&self.0.to_string()),
        }
    }
}

impl Serialize for EntryNo {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.is_supposed() {
            to.collect_str(self)
        } else {
            to.serialize_u64(self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_supposed_is_marked_and_comes_last() {
        let (recorded, supposed) = (EntryNo::from(401), EntryNo::supposed(2));
        assert!(recorded < supposed && !recorded.is_supposed());
        assert_eq!(format!("[{recorded:>4}] [{supposed:>4}]"), "[ 401] [  +2]");
        assert_eq!(
            serde_json::to_string(&[recorded, supposed]).unwrap(),
            r#"[401,"+2"]"#
        );
    }
}
