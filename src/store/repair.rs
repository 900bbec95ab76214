//! What was put right on opening, as values: whoever opens a record says them.

use std::fmt;
use std::path::PathBuf;

use crate::log::Head;

/// One thing that was put right. Its text is one sentence for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Repair {
    /// An append of several entries had not ended; nothing of it was acknowledged.
    UnfinishedAppend {
        /// The head before it, which is the head again.
        head: Head,
    },
    /// The journal's last line had not ended; it was never acknowledged.
    TornLine {
        /// How many bytes were cut.
        bytes: u64,
    },
    /// The journal's last line ends but is no entry; it was moved to a file of its own.
    BadLine {
        /// How many bytes were cut.
        bytes: u64,
        /// Where they are now; `None` in an examination.
        kept_as: Option<PathBuf>,
    },
    /// The store was behind the journal, as after a power cut.
    StoreCaughtUp {
        /// Its head before.
        from: Head,
        /// Its head now.
        to: Head,
    },
    /// The store was damaged or missing and was made again from the journal.
    StoreRebuilt {
        /// What was wrong with it.
        reason: String,
        /// Where the damaged one is now, if there was one; `None` in an examination.
        kept_as: Option<PathBuf>,
        /// The head of the journal it was made from.
        head: Head,
    },
    /// The journal was behind the store, or gone.
    JournalCompleted {
        /// Its head before; `None` if it was gone.
        from: Option<Head>,
        /// Its head now.
        to: Head,
    },
    /// Bodies that a redaction had erased, or was erasing when it was killed, were still there and were erased.
    ErasureFinished {
        /// Their entries.
        entries: Vec<u64>,
    },
    /// Copies that earlier repairs had kept were removed: they may have held what a redaction erased.
    CopiesRemoved {
        /// Where they were.
        copies: Vec<PathBuf>,
    },
    /// The index was of another version.
    Reindexed {
        /// Its version before.
        from: Option<u32>,
        /// Its version now.
        to: u32,
    },
}

impl Repair {
    /// Says no more that copies are kept which were removed.
    pub(super) fn forget(&mut self, copies: &[PathBuf]) {
        if let Self::BadLine { kept_as, .. } | Self::StoreRebuilt { kept_as, .. } = self {
            kept_as.take_if(|path| copies.contains(path));
        }
    }
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnfinishedAppend { head } => {
                write!(
                    f,
                    "An append that had not ended was taken back; the record ends at {head}"
                )
            }
            Self::TornLine { bytes } => {
                write!(
                    f,
                    "The journal's last line had not ended and was never acknowledged; its {bytes} bytes were cut"
                )
            }
            Self::BadLine { bytes, kept_as } => {
                write!(
                    f,
                    "The journal's last line ({bytes} bytes) was no entry and was cut"
                )?;
                kept_as.as_ref().map_or(Ok(()), |path| {
                    write!(f, "; it is kept as {}", path.display())
                })
            }
            Self::StoreCaughtUp { from, to } => {
                write!(
                    f,
                    "The store was behind the journal and was brought from {from} to {to}"
                )
            }
            Self::StoreRebuilt {
                reason,
                kept_as,
                head,
            } => {
                write!(
                    f,
                    "The store was damaged ({reason}) and was rebuilt from the journal up to {head}"
                )?;
                kept_as.as_ref().map_or(Ok(()), |path| {
                    write!(f, "; the damaged one is kept as {}", path.display())
                })
            }
            Self::JournalCompleted { from: None, to } => {
                write!(
                    f,
                    "The journal was gone and was written again from the store up to {to}"
                )
            }
            Self::JournalCompleted {
                from: Some(from),
                to,
            } => {
                write!(
                    f,
                    "The journal was behind the store and was completed from {from} to {to}"
                )
            }
            Self::ErasureFinished { entries } => {
                let names: Vec<_> = entries.iter().map(ToString::to_string).collect();
                let (noun, whose) = match names.len() {
                    1 => ("entry", "its redaction"),
                    _ => ("entries", "their redactions"),
                };
                write!(
                    f,
                    "The body of {noun} {} was still there after {whose} and was erased",
                    names.join(", ")
                )
            }
            Self::CopiesRemoved { copies } => {
                let names: Vec<_> = copies
                    .iter()
                    .map(|copy| copy.display().to_string())
                    .collect();
                write!(
                    f,
                    "What earlier repairs had set aside may have held a redacted body and was removed: {}",
                    names.join(", ")
                )
            }
            Self::Reindexed {
                from: Some(from),
                to,
            } => {
                write!(
                    f,
                    "The index was of version {from} and was rebuilt as version {to}"
                )
            }
            Self::Reindexed { from: None, to } => {
                write!(
                    f,
                    "The index had no version and was rebuilt as version {to}"
                )
            }
        }
    }
}
