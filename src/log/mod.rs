//! # The log's format, version 1
//!
//! This is the one promise that can never be taken back, so it is small and exact. The storage layout may change between
//! releases; what is hashed may not. `src/log/mod.rs` carries this text as its own documentation, with a worked example and
//! pinned digests.
//!
//! ## Entry = header (96 bytes) + salt (32 bytes) + body (canonical JSON)
//!
//! All integers are big-endian. Sequence numbers start at 0; entry 0 is the *opening*, so decision 1 is the first decision and
//! the head's sequence number is the number of things recorded since the opening.
//!
//! | offset | size | field | meaning |
//! |---|---|---|---|
//! | 0 | 8 | magic | ASCII `REGESTA`, then the byte `0x01` (format version) |
//! | 8 | 8 | seq | u64 |
//! | 16 | 32 | prev | link of entry seq-1; for entry 0 `BLAKE3.derive_key("regesta 2026-11-23 v1 origin", origin name as UTF-8)` |
//! | 48 | 8 | recorded_at | i64, microseconds since 1970-01-01T00:00:00Z, never less than the previous entry's |
//! | 56 | 1 | kind | 0 opening, 1 decision, 2 observation, 3 rectification, 4 redaction, 5 survey, 6 attestation (keys, time tokens); other values: refused on append, reported as unknown (not as tampered) on read |
//! | 57 | 1 | schema | version of the body's schema, starting at 1 |
//! | 58 | 2 | flags | 0; unknown bits are refused |
//! | 60 | 4 | body_len | u32, at most 4 MiB (named constant) |
//! | 64 | 32 | body_digest | `BLAKE3.keyed_hash(key = salt, body)` |
//!
//! ```text
//! link(entry)  = BLAKE3.derive_key("regesta 2026-11-23 v1 link", header)      32 bytes
//! leaf(entry)  = SHA-256(0x00 || header)                                      RFC 6962 leaf
//! node(l, r)   = SHA-256(0x01 || l || r)                                      RFC 6962 node
//! ```
//!
//! Why this shape. The header is fixed-width, so nothing in it is ambiguous. Origin (through `prev` of entry 0), position, time,
//! kind and length are all inside the link. The chain links headers, not bodies: a body can be erased (see redaction) and the
//! chain still verifies; the salt, random per entry and erased with the body, keeps an erased body from being guessed. One tree
//! over the same headers makes the chain part of the tree, so the two can never disagree. `b3sum --derive-key`, `b3sum --keyed`
//! and any RFC 6962 implementation can check everything without this program.
//!
//! ## Bodies
//!
//! * UTF-8 JSON object. Canonical form: keys sorted, no insignificant whitespace, no floating-point numbers, integers within
//!   ±(2^53-1), no duplicate keys. Within that subset it is RFC 8785, so any JCS tool can reproduce it.
//! * The bytes that were hashed are the bytes that are stored and exported. Nothing is ever re-serialised in order to verify.
//! * Parsed strictly at append: unknown fields, duplicate keys, trailing data, depth over 64 and bodies over the limit are refused.
//! * Every body has `"by"`, who recorded it, and its own fields beside it. Keys are ASCII.
//! * The opening's body is `{"by":…,"origin":…}`: the origin is the record's name for ever (`example.org/sanctions`; by default
//!   `regesta.local/` and 16 random hex digits), the same string a checkpoint bears.
//!
//! ## Export and journal
//!
//! One JSON object a line, oldest first, so that a 30-line script in any language can check it:
//!
//! ```text
//! {"seq":1,"header":"<192 hex>","link":"<64 hex>","salt":"<64 hex>","body":{…canonical…}}
//! ```
//!
//! For an erased body `salt` and `body` are `null`. The journal beside the store (DESIGN.md section 6) holds these same lines, so an export is
//! the journal, and `init --from` replays one byte for byte and arrives at the same head.
//!
//! ## Compatibility
//!
//! Version 1 is read for ever. A new meaning needs a new `schema` or a new magic byte; old bytes are never migrated. A frozen
//! export (`tests/fixtures/v1.ndjson`) with its head's link is verified by every later release.
//!
//! # Worked example
//!
//! A record named `example.org/sanctions` is opened at the epoch with a salt of 32 bytes `0x11`, and one decision is recorded a
//! second later with a salt of 32 bytes `0x22`:
//!
//! ```
//! use regesta::log::{Body, Commitment, Entry, Follows, Kind, Origin, Recorded, Salt};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let origin: Origin = "example.org/sanctions".parse()?;
//! let body = Body::canonicalize(br#"{"origin": "example.org/sanctions", "by": "clerk"}"#)?;
//! assert_eq!(body.as_str(), r#"{"by":"clerk","origin":"example.org/sanctions"}"#);
//! let opening = Entry::seal(Follows::Origin(&origin), Recorded(0), Kind::Opening, 1, Commitment::new(Salt([0x11; 32]), body))?;
//! assert_eq!(opening.header().prev.to_string(), "6c98f6d76f61e7a035c21309aa8af1dad04328fa2d0fa9b19f7a4d986693d793");
//! assert_eq!(opening.link().to_string(), "0a298911547a066b2ee758164344bad50f88125a72f12fdcd3a352900e99d3c3");
//!
//! let body = Body::canonicalize(br#"{"by":"clerk","act":"2014/512/CFSP"}"#)?;
//! let head = opening.head();
//! let decision = Entry::seal(Follows::Head(&head), Recorded(1_000_000), Kind::Decision, 1, Commitment::new(Salt([0x22; 32]), body))?;
//! assert_eq!(decision.link().to_string(), "81a788e836b95de929f783a0e5c6e67697d53768c304f3125bde61b6acaccce9");
//! # Ok(())
//! # }
//! ```
//!
//! The same digests are pinned in this module's tests, with every byte of the second line.

pub mod body;
mod entry;
mod hash;
mod header;
pub(crate) mod hex;
mod line;
mod origin;
mod raw;

pub use body::{Body, BodyError};
pub use entry::{Commitment, Contents, Entry, Follows, SealError};
pub use hash::{Digest, HexError, Link, Salt, digest_of, link_of};
pub use header::{HEADER_LEN, Head, Header, HeaderError, Kind, MAX_BODY_LEN, Recorded};
pub(crate) use line::raw_line;
pub use line::{LineError, line, parse_line};
pub use origin::{Origin, OriginError};
pub use raw::{EntryError, RawContents, RawEntry};

#[cfg(test)]
mod tests;
