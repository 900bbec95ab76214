//! Entries as items of the log's run: header and salt as they are, bodies packed.

use super::block::Item;
use super::error::StoreError;
use crate::log::{Entry, HEADER_LEN, Link, RawContents, RawEntry, Salt, link_of};

/// Header, salt, and whether there is a body.
pub(super) const FIXED: usize = HEADER_LEN + 32 + 1;

/// The fixed part of an entry's item, and its body.
pub(super) fn item_of(entry: &Entry) -> ([u8; FIXED], &[u8]) {
    let mut fixed = [0; FIXED];
    let raw = entry.raw();
    fixed[..HEADER_LEN].copy_from_slice(&raw.header);
    let body = entry.contents().map(|contents| {
        fixed[HEADER_LEN..FIXED - 1].copy_from_slice(&contents.salt.0);
        fixed[FIXED - 1] = 1;
        contents.body.as_bytes()
    });
    (fixed, body.unwrap_or_default())
}

/// The entry of an item. Its link is that of its header: the store keeps no second copy of what the next header names.
pub(super) fn entry_of(item: Item<'_>) -> Result<RawEntry<'_>, StoreError> {
    let parts = item.fixed.split_first_chunk::<HEADER_LEN>();
    let parts = parts.and_then(|(header, rest)| Some((header, rest.split_first_chunk::<32>()?)));
    match parts {
        Some((header, (salt, [has_body]))) => {
            let contents = (*has_body == 1).then_some(RawContents {
                salt: Salt(*salt),
                body: item.bytes,
            });
            Ok(RawEntry {
                header: *header,
                link: link_of(header),
                contents,
            })
        }
        _ => Err(StoreError::damaged("an item of the log is too short")),
    }
}

/// An entry read from a record and kept: like a [`RawEntry`], nothing in it is checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    header: [u8; HEADER_LEN],
    link: Link,
    contents: Option<(Salt, Vec<u8>)>,
}

impl Stored {
    /// Its bytes, to be checked.
    #[must_use]
    pub fn raw(&self) -> RawEntry<'_> {
        let contents = self
            .contents
            .as_ref()
            .map(|(salt, body)| RawContents { salt: *salt, body });
        RawEntry {
            header: self.header,
            link: self.link,
            contents,
        }
    }
}

impl From<RawEntry<'_>> for Stored {
    fn from(raw: RawEntry<'_>) -> Self {
        let contents = raw.contents.map(|c| (c.salt, c.body.to_vec()));
        Self {
            header: raw.header,
            link: raw.link,
            contents,
        }
    }
}
