//! An entry: header, link and (unless erased) contents.

use super::body::Body;
use super::hash::{Digest, Link, Salt, digest_of, link_of};
use super::header::{Head, Header, Kind, Recorded};
use super::origin::{Origin, OriginError};
use super::raw::{EntryError, RawContents, RawEntry};

/// What an entry follows.
#[derive(Debug, Clone, Copy)]
pub enum Follows<'a> {
    /// Nothing: it opens the record of this name.
    Origin(&'a Origin),
    /// Nothing: it opens a record whose name its own body gives.
    Nothing,
    /// The last entry of a log.
    Head(&'a Head),
}

/// The part of an entry that a redaction erases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contents {
    /// The key of the body's digest.
    pub salt: Salt,
    /// The body.
    pub body: Body,
}

/// A body with its salt and its digest, before it has a place in a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commitment {
    contents: Contents,
    digest: Digest,
}

impl Commitment {
    /// Commits to a body: the part of sealing that needs to know nothing of the log.
    #[must_use]
    pub fn new(salt: Salt, body: Body) -> Self {
        let digest = digest_of(&salt, body.as_bytes());
        Self {
            contents: Contents { salt, body },
            digest,
        }
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &Body {
        &self.contents.body
    }
}

/// An entry whose link, position and digest have been checked: there is no other way to hold one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    header: Header,
    link: Link,
    contents: Option<Contents>,
}

/// Why an entry cannot be sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// A kind that this version does not know.
    #[error("an entry of {kind} cannot be appended")]
    Kind {
        /// The kind asked for.
        kind: Kind,
    },
    /// An opening after entry 0, or something else as entry 0.
    #[error("entry 0, and only entry 0, is an opening: refused {kind} as entry {seq}")]
    Opening {
        /// The position.
        seq: u64,
        /// The kind asked for.
        kind: Kind,
    },
    /// Schema 0.
    #[error("schemas start at 1")]
    Schema,
    /// The log is full.
    #[error("no position follows entry {seq}")]
    Full {
        /// The last position.
        seq: u64,
    },
    /// Earlier than the entry before.
    #[error("recorded at {at}, before the previous entry at {previous}")]
    TimeWentBack {
        /// The time given.
        at: Recorded,
        /// The time of the entry before.
        previous: Recorded,
    },
    /// The opening's name.
    #[error(transparent)]
    Origin(#[from] OriginError),
}

impl Entry {
    /// Makes the next entry of a log. Pure: the time and the salt are the caller's.
    pub fn seal(
        follows: Follows<'_>,
        recorded_at: Recorded,
        kind: Kind,
        schema: u8,
        commitment: Commitment,
    ) -> Result<Self, SealError> {
        let Commitment { contents, digest } = commitment;
        let body = &contents.body;
        let (seq, prev) = match follows {
            Follows::Origin(origin) => (0, origin.link()),
            Follows::Nothing => (0, Origin::of_opening(body.as_bytes())?.link()),
            Follows::Head(head) => (
                head.seq
                    .checked_add(1)
                    .ok_or(SealError::Full { seq: head.seq })?,
                head.link,
            ),
        };
        match follows {
            _ if !kind.is_known() => return Err(SealError::Kind { kind }),
            _ if (seq == 0) != (kind == Kind::Opening) => {
                return Err(SealError::Opening { seq, kind });
            }
            _ if schema == 0 => return Err(SealError::Schema),
            Follows::Head(head) if recorded_at < head.recorded_at => {
                return Err(SealError::TimeWentBack {
                    at: recorded_at,
                    previous: head.recorded_at,
                });
            }
            _ => {}
        }
        let header = Header {
            seq,
            prev,
            recorded_at,
            kind,
            schema,
            body_len: body.len(),
            body_digest: digest,
        };
        let link = link_of(&header.encode());
        Ok(Self {
            header,
            link,
            contents: Some(contents),
        })
    }

    /// Takes in an entry that was sealed elsewhere or earlier, if it is the one that must stand here.
    pub fn check(raw: &RawEntry<'_>, follows: Follows<'_>) -> Result<Self, EntryError> {
        let header = raw.check_header()?;
        raw.check_place(&header, follows)?;
        Self::with_contents(raw, header)
    }

    /// Takes in one entry of a log whose chain was checked before: everything but its place.
    pub fn check_alone(raw: &RawEntry<'_>) -> Result<Self, EntryError> {
        Self::with_contents(raw, raw.check_header()?)
    }

    fn with_contents(raw: &RawEntry<'_>, header: Header) -> Result<Self, EntryError> {
        raw.check_contents(&header)?;
        let contents = match raw.contents {
            None => None,
            Some(contents) => {
                let body =
                    Body::from_canonical(contents.body).map_err(|source| EntryError::Body {
                        seq: header.seq,
                        source,
                    })?;
                Some(Contents {
                    salt: contents.salt,
                    body,
                })
            }
        };
        Ok(Self {
            header,
            link: raw.link,
            contents,
        })
    }

    /// Its header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Its position.
    #[must_use]
    pub fn seq(&self) -> u64 {
        self.header.seq
    }

    /// Its link.
    #[must_use]
    pub fn link(&self) -> Link {
        self.link
    }

    /// Salt and body; `None` once erased.
    #[must_use]
    pub fn contents(&self) -> Option<&Contents> {
        self.contents.as_ref()
    }

    /// The head of the log that ends with it.
    #[must_use]
    pub fn head(&self) -> Head {
        Head {
            seq: self.header.seq,
            link: self.link,
            recorded_at: self.header.recorded_at,
        }
    }

    /// The same entry without salt and body. Its link stays: the chain is over headers.
    #[must_use]
    pub fn erased(self) -> Self {
        Self {
            contents: None,
            ..self
        }
    }

    /// The same entry as bytes.
    #[must_use]
    pub fn raw(&self) -> RawEntry<'_> {
        let contents = self.contents.as_ref().map(|c| RawContents {
            salt: c.salt,
            body: c.body.as_bytes(),
        });
        RawEntry {
            header: self.header.encode(),
            link: self.link,
            contents,
        }
    }
}
