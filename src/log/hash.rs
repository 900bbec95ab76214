//! The three 32-byte values of the chain, and the two hashes that make them.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use blake3::hazmat::{ContextKey, HasherExt as _, hash_derive_key_context};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::header::HEADER_LEN;
use super::hex;

/// A text that is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
#[error("expected 64 lower-case hexadecimal digits, found `{found}`")]
pub struct HexError {
    /// What was found instead, cut at 80 characters.
    pub found: String,
}

macro_rules! bytes32 {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(
            /// The bytes themselves.
            pub [u8; 32],
        );

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut digits = Vec::with_capacity(64);
                hex::encode_into(&self.0, &mut digits);
                f.pad(str::from_utf8(&digits).map_err(|_| fmt::Error)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = HexError;

            fn from_str(text: &str) -> Result<Self, HexError> {
                hex::decode(text.as_bytes())
                    .map(Self)
                    .ok_or_else(|| HexError { found: text.chars().take(80).collect() })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

bytes32! {
    /// The hash of one header: a position in the chain and everything before it.
    ///
    /// ```
    /// let link: regesta::log::Link = "00".repeat(32).parse()?;
    /// assert_eq!(link.to_string().len(), 64);
    /// # Ok::<(), regesta::log::HexError>(())
    /// ```
    Link
}
bytes32! {
    /// The random key of one body's digest, erased together with the body.
    Salt
}
bytes32! {
    /// `BLAKE3.keyed_hash(salt, body)`.
    Digest
}

/// The context of links, hashed once: what `BLAKE3.derive_key` does first with its context.
static LINK: LazyLock<ContextKey> =
    LazyLock::new(|| hash_derive_key_context("regesta 2026-11-23 v1 link"));

/// The link of the entry that has this header.
#[must_use]
pub fn link_of(header: &[u8; HEADER_LEN]) -> Link {
    let mut hasher = blake3::Hasher::new_from_context_key(&LINK);
    Link(hasher.update(header).finalize().into())
}

/// The digest that a header must carry for this salt and body.
#[must_use]
pub fn digest_of(salt: &Salt, body: &[u8]) -> Digest {
    Digest(blake3::keyed_hash(&salt.0, body).into())
}

/// What stands in the place of a previous link in entry 0.
pub(super) fn origin_link(name: &str) -> Link {
    Link(blake3::derive_key(
        "regesta 2026-11-23 v1 origin",
        name.as_bytes(),
    ))
}
