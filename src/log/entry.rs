//! An entry: header, link and (unless erased) contents.

use super::body::{self, Body, BodyError};
use super::hash::{Digest, Link, Salt, digest_of, link_of};
use super::header::{HEADER_LEN, Head, Header, HeaderError, Kind, Recorded};
use super::origin::{Origin, OriginError};

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

impl Entry {
    /// Makes the next entry of a log. Pure: the time and the salt are the caller's.
    pub fn seal(
        follows: Follows<'_>,
        recorded_at: Recorded,
        kind: Kind,
        schema: u8,
        salt: Salt,
        body: Body,
    ) -> Result<Self, SealError> {
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
        let body_digest = digest_of(&salt, body.as_bytes());
        let body_len = body.len();
        let header = Header {
            seq,
            prev,
            recorded_at,
            kind,
            schema,
            body_len,
            body_digest,
        };
        let link = link_of(&header.encode());
        Ok(Self {
            header,
            link,
            contents: Some(Contents { salt, body }),
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

impl RawEntry<'_> {
    /// The position that the header gives, unchecked.
    #[must_use]
    pub fn seq(&self) -> u64 {
        u64::from_be_bytes(super::header::part(&self.header, 8))
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

    /// Checks that the body, if there is one, is in canonical form.
    pub fn check_body(&self) -> Result<(), EntryError> {
        match self.contents {
            Some(contents) => {
                body::check_canonical(contents.body).map_err(|source| EntryError::Body {
                    seq: self.seq(),
                    source,
                })
            }
            None => Ok(()),
        }
    }

    /// The head of a log that ends with it.
    #[must_use]
    pub fn head(&self) -> Head {
        let recorded_at = Recorded(i64::from_be_bytes(super::header::part(&self.header, 48)));
        Head {
            seq: self.seq(),
            link: self.link,
            recorded_at,
        }
    }
}
