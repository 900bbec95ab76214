//! An entry as it was read, and everything that can be wrong with it.

use super::Origin;
use super::body::{self, BodyError};
use super::entry::Follows;
use super::hash::{Digest, Link, Salt, digest_of, link_of};
use super::header::{HEADER_LEN, Head, Header, HeaderError, Kind, Recorded, part};
use super::origin::OriginError;

/// Why bytes are not the entry that must stand here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EntryError {
    /// The header cannot be read.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// Another position than the next one.
    #[error("expected entry {expected}, found entry {found}")]
    Seq {
        /// The next position.
        expected: u64,
        /// The position found.
        found: u64,
    },
    /// The header does not hash to the link given with it.
    #[error("the header of entry {seq} hashes to {computed}, its link is given as {given}")]
    Link {
        /// The entry's position.
        seq: u64,
        /// The link given.
        given: Link,
        /// The link of the header.
        computed: Link,
    },
    /// It follows another entry.
    #[error("entry {seq} follows {found}, the entry before it is {expected}")]
    Prev {
        /// The entry's position.
        seq: u64,
        /// The link of the entry before.
        expected: Link,
        /// The link that the header names.
        found: Link,
    },
    /// Earlier than the entry before.
    #[error("entry {seq} was recorded at {at}, before the previous entry at {previous}")]
    TimeWentBack {
        /// The entry's position.
        seq: u64,
        /// Its time.
        at: Recorded,
        /// The time of the entry before.
        previous: Recorded,
    },
    /// An opening elsewhere than at 0, or none at 0.
    #[error("entry {seq} is of kind {kind}: entry 0, and only entry 0, is an opening")]
    Opening {
        /// The entry's position.
        seq: u64,
        /// Its kind.
        kind: Kind,
    },
    /// The opening's name.
    #[error(transparent)]
    Origin(#[from] OriginError),
    /// The body is longer or shorter than the header says.
    #[error("the body of entry {seq} has {found} bytes, its header says {announced}")]
    BodyLen {
        /// The entry's position.
        seq: u64,
        /// Length in the header.
        announced: u32,
        /// Length found.
        found: usize,
    },
    /// The body is not the one that was sealed.
    #[error("the body of entry {seq} has digest {computed}, its header says {announced}")]
    Digest {
        /// The entry's position.
        seq: u64,
        /// Digest in the header.
        announced: Digest,
        /// Digest found.
        computed: Digest,
    },
    /// The body is not in canonical form.
    #[error("the body of entry {seq} is not canonical")]
    Body {
        /// The entry's position.
        seq: u64,
        /// What is wrong, and where.
        source: BodyError,
    },
}

/// An entry as it was read: nothing in it is checked yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawEntry<'a> {
    /// The header's bytes.
    pub header: [u8; HEADER_LEN],
    /// The link as given with it.
    pub link: Link,
    /// Salt and body; `None` if erased.
    pub contents: Option<RawContents<'a>>,
}

/// Salt and body as they were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawContents<'a> {
    /// The key of the body's digest.
    pub salt: Salt,
    /// The body's bytes.
    pub body: &'a [u8],
}

impl<'a> RawEntry<'a> {
    /// The position that the header gives, unchecked.
    #[must_use]
    pub fn seq(&self) -> u64 {
        u64::from_be_bytes(part(&self.header, 8))
    }

    /// The link of the entry before, as the header gives it, unchecked.
    #[must_use]
    pub fn prev(&self) -> Link {
        Link(super::header::part(&self.header, 16))
    }

    /// Checks header, link, place in the chain and digest; all but the form of the body.
    pub fn check(&self, follows: Follows<'_>) -> Result<Header, EntryError> {
        let header = self.check_header()?;
        self.check_place(&header, follows)?;
        self.check_contents(&header)?;
        Ok(header)
    }

    /// Checks that the header is one and hashes to the link given with it.
    pub fn check_header(&self) -> Result<Header, EntryError> {
        let header = Header::decode(&self.header)?;
        let computed = link_of(&self.header);
        if computed != self.link {
            return Err(EntryError::Link {
                seq: header.seq,
                given: self.link,
                computed,
            });
        }
        Ok(header)
    }

    /// Checks the place in the chain: position, previous link, time.
    pub fn check_place(&self, header: &Header, follows: Follows<'_>) -> Result<(), EntryError> {
        let (seq, found) = (header.seq, header.seq);
        let expected = match follows {
            Follows::Head(head) => head.seq.wrapping_add(1),
            _ => 0,
        };
        if found != expected {
            return Err(EntryError::Seq { expected, found });
        }
        if (seq == 0) != (header.kind == Kind::Opening) {
            return Err(EntryError::Opening {
                seq,
                kind: header.kind,
            });
        }
        let prev = match (follows, self.contents) {
            (Follows::Head(head), _) => head.link,
            (Follows::Origin(origin), _) => origin.link(),
            (Follows::Nothing, Some(contents)) => Origin::of_opening(contents.body)?.link(),
            (Follows::Nothing, None) => header.prev,
        };
        match follows {
            _ if prev != header.prev => Err(EntryError::Prev {
                seq,
                expected: prev,
                found: header.prev,
            }),
            Follows::Head(head) if header.recorded_at < head.recorded_at => {
                let (at, previous) = (header.recorded_at, head.recorded_at);
                Err(EntryError::TimeWentBack { seq, at, previous })
            }
            _ => Ok(()),
        }
    }

    /// Checks length and digest of the body, if there is one.
    pub fn check_contents(&self, header: &Header) -> Result<(), EntryError> {
        let Some(contents) = self.contents else {
            return Ok(());
        };
        let (seq, found) = (header.seq, contents.body.len());
        if u32::try_from(found) != Ok(header.body_len) {
            return Err(EntryError::BodyLen {
                seq,
                announced: header.body_len,
                found,
            });
        }
        let computed = digest_of(&contents.salt, contents.body);
        if computed != header.body_digest {
            return Err(EntryError::Digest {
                seq,
                announced: header.body_digest,
                computed,
            });
        }
        Ok(())
    }

    /// Checks that the body, if there is one, is in canonical form, and gives its text.
    pub fn check_body(&self) -> Result<Option<&'a str>, EntryError> {
        let text = self
            .contents
            .map(|contents| body::check_canonical(contents.body));
        text.transpose().map_err(|source| EntryError::Body {
            seq: self.seq(),
            source,
        })
    }

    /// The head of a log that ends with it.
    #[must_use]
    pub fn head(&self) -> Head {
        let recorded_at = Recorded(i64::from_be_bytes(part(&self.header, 48)));
        Head {
            seq: self.seq(),
            link: self.link,
            recorded_at,
        }
    }
}
