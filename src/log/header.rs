//! The 96 bytes that the chain hashes, and the small types they are made of.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::hash::{Digest, Link};

/// The length of a header.
pub const HEADER_LEN: usize = 96;

/// The longest body, 4 MiB.
pub const MAX_BODY_LEN: u32 = 4 * 1024 * 1024;

const MAGIC: [u8; 7] = *b"REGESTA";
const VERSION: u8 = 1;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// Entry 0: gives the record its name.
    Opening,
    /// What an authority did.
    Decision,
    /// What an official list file said.
    Observation,
    /// The record-keeper's own error, put right.
    Rectification,
    /// A body erased on a stated ground.
    Redaction,
    /// "Regime R is recorded completely through day D."
    Survey,
    /// A key or a time token.
    Attestation,
    /// A kind that a later version knows: readable, never appended.
    Unknown(u8),
}

impl Kind {
    /// The byte that stands for it in a header.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Opening => 0,
            Self::Decision => 1,
            Self::Observation => 2,
            Self::Rectification => 3,
            Self::Redaction => 4,
            Self::Survey => 5,
            Self::Attestation => 6,
            Self::Unknown(code) => code,
        }
    }

    /// The kind that a header's byte stands for.
    #[must_use]
    pub fn from_code(code: u8) -> Self {
        match code {
            0 => Self::Opening,
            1 => Self::Decision,
            2 => Self::Observation,
            3 => Self::Rectification,
            4 => Self::Redaction,
            5 => Self::Survey,
            6 => Self::Attestation,
            other => Self::Unknown(other),
        }
    }

    /// Whether this version may append it.
    #[must_use]
    pub fn is_known(self) -> bool {
        !matches!(Self::from_code(self.code()), Self::Unknown(_))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Opening => "opening",
            Self::Decision => "decision",
            Self::Observation => "observation",
            Self::Rectification => "rectification",
            Self::Redaction => "redaction",
            Self::Survey => "survey",
            Self::Attestation => "attestation",
            Self::Unknown(code) => return write!(f, "unknown kind {code}"),
        })
    }
}

/// When an entry was recorded: microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Recorded(
    /// The count of microseconds.
    pub i64,
);

impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match chrono::DateTime::from_timestamp_micros(self.0) {
            Some(at) => write!(f, "{}", at.format("%Y-%m-%dT%H:%M:%S%.6fZ")),
            None => write!(f, "{} microseconds from 1970", self.0),
        }
    }
}

impl FromStr for Recorded {
    type Err = chrono::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        chrono::DateTime::parse_from_rfc3339(text).map(|at| Self(at.timestamp_micros()))
    }
}

/// The last entry of a log: what the next one must follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Its position.
    pub seq: u64,
    /// Its link.
    pub link: Link,
    /// When it was recorded; the next entry may not be earlier.
    pub recorded_at: Recorded,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:.12}", self.seq, self.link)
    }
}

/// A decoded header. Flags are not in it: version 1 has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    /// Position, from 0.
    pub seq: u64,
    /// Link of the entry before, or the derived key of the origin.
    pub prev: Link,
    /// When it was recorded.
    pub recorded_at: Recorded,
    /// What it is.
    pub kind: Kind,
    /// Version of the body's schema, from 1.
    pub schema: u8,
    /// Length of the body in bytes.
    pub body_len: u32,
    /// Keyed hash of the body.
    pub body_digest: Digest,
}

/// Why 96 bytes are no header of this version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The first seven bytes are not `REGESTA`.
    #[error("a header does not begin with `REGESTA`")]
    Magic,
    /// A format version other than 1.
    #[error("a header has format version {found}, this program reads version 1")]
    Version {
        /// The version found.
        found: u8,
    },
    /// A flag that version 1 does not have.
    #[error("entry {seq} has unknown flags {flags:#06x}")]
    Flags {
        /// The entry's position.
        seq: u64,
        /// All flags.
        flags: u16,
    },
    /// Schema 0.
    #[error("entry {seq} has schema 0, schemas start at 1")]
    Schema {
        /// The entry's position.
        seq: u64,
    },
    /// A body over [`MAX_BODY_LEN`].
    #[error("entry {seq} announces a body of {body_len} bytes, the most is {MAX_BODY_LEN}")]
    BodyLen {
        /// The entry's position.
        seq: u64,
        /// The length announced.
        body_len: u32,
    },
}

impl Header {
    /// The bytes that the chain hashes.
    #[must_use]
    pub fn encode(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..7].copy_from_slice(&MAGIC);
        bytes[7] = VERSION;
        bytes[8..16].copy_from_slice(&self.seq.to_be_bytes());
        bytes[16..48].copy_from_slice(&self.prev.0);
        bytes[48..56].copy_from_slice(&self.recorded_at.0.to_be_bytes());
        bytes[56] = self.kind.code();
        bytes[57] = self.schema;
        bytes[60..64].copy_from_slice(&self.body_len.to_be_bytes());
        bytes[64..].copy_from_slice(&self.body_digest.0);
        bytes
    }

    /// Reads a header and checks everything that can be checked in it alone.
    pub fn decode(bytes: &[u8; HEADER_LEN]) -> Result<Self, HeaderError> {
        let header = Self {
            seq: u64::from_be_bytes(part(bytes, 8)),
            prev: Link(part(bytes, 16)),
            recorded_at: Recorded(i64::from_be_bytes(part(bytes, 48))),
            kind: Kind::from_code(bytes[56]),
            schema: bytes[57],
            body_len: u32::from_be_bytes(part(bytes, 60)),
            body_digest: Digest(part(bytes, 64)),
        };
        let (seq, flags) = (header.seq, u16::from_be_bytes(part(bytes, 58)));
        match () {
            () if bytes[..7] != MAGIC => Err(HeaderError::Magic),
            () if bytes[7] != VERSION => Err(HeaderError::Version { found: bytes[7] }),
            () if flags != 0 => Err(HeaderError::Flags { seq, flags }),
            () if header.schema == 0 => Err(HeaderError::Schema { seq }),
            () if header.body_len > MAX_BODY_LEN => Err(HeaderError::BodyLen {
                seq,
                body_len: header.body_len,
            }),
            () => Ok(header),
        }
    }
}

/// The `N` bytes of a header from `at` on.
pub(super) fn part<const N: usize>(bytes: &[u8; HEADER_LEN], at: usize) -> [u8; N] {
    let mut part = [0; N];
    part.copy_from_slice(&bytes[at..at + N]);
    part
}
