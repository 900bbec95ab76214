//! Names that stay stable for ever: short ASCII keys, each its own type so that one cannot stand for another.

use serde::{Deserialize, Deserializer, Serialize, de};
use smol_str::SmolStr;
use std::fmt;
use std::marker::PhantomData;

/// A key with a character that may not be in it, or of a wrong length.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not {article} {what}: {rule}")]
pub struct InvalidKey {
    value: String,
    article: &'static str,
    what: &'static str,
    rule: &'static str,
}

macro_rules! key {
    ($(#[$doc:meta])* $name:ident, $article:literal, $what:literal, $rule:literal, $accepts:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(SmolStr);

        impl $name {
            /// The key as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidKey;

            fn from_str(value: &str) -> Result<Self, InvalidKey> {
                let accepts: fn(&str) -> bool = $accepts;
                if (1..=120).contains(&value.len()) && accepts(value) {
                    Ok(Self(value.into()))
                } else {
                    Err(InvalidKey { value: value.to_owned(), article: $article, what: $what, rule: $rule })
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_str(Visit::<Self>(PhantomData))
            }
        }

        impl From<$name> for String {
            fn from(key: $name) -> String {
                key.0.into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    };
}

/// Reads a key without a copy of its text.
struct Visit<K>(PhantomData<K>);

impl<K: std::str::FromStr<Err = InvalidKey>> de::Visitor<'_> for Visit<K> {
    type Value = K;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<K, E> {
        text.parse().map_err(E::custom)
    }
}

fn starts_and_ends_well(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
}

fn lower(text: &str) -> bool {
    let inner =
        |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'_');
    starts_and_ends_well(text) && text.bytes().all(inner)
}

key!(
    /// A sanctions programme, `EU-RUS-SECTORAL`: upper case letters, digits and hyphens. Its first part names the
    /// [jurisdiction](super::Jurisdiction).
    RegimeKey, "a", "regime", "a regime is written in upper case letters, digits and hyphens, like EU-RUS-SECTORAL",
    |text| starts_and_ends_well(text)
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-')
);
key!(
    /// A measure within its regime, `central-bank-immobilisation`.
    MeasureKey, "a", "measure", "a measure is written in lower case letters, digits and hyphens, like asset-freeze",
    lower
);
key!(
    /// Our own id of a subject, `vladimir-putin`, the same in every regime.
    SubjectId, "a", "subject id", "a subject id is written in lower case letters, digits and hyphens", lower
);
key!(
    /// The id of a decision, `eu-2025-175`: unique in a record, for ever.
    DecisionId, "a", "decision id", "a decision id is written in lower case letters, digits, hyphens, dots and underscores",
    lower
);
key!(
    /// What ties a proposal, its holds, the price paid and the act that ends it: `eu-rus-sectoral.2025-01`.
    ProcedureId, "a", "procedure id", "a procedure id is written in lower case letters, digits, hyphens and dots", lower
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_alphabets() {
        assert!("EU-RUS-SECTORAL".parse::<RegimeKey>().is_ok());
        for bad in ["", "eu-rus", "EU_RUS", "-EU", "EU-", "EU RUS", "ÉU"] {
            assert!(bad.parse::<RegimeKey>().is_err(), "{bad}");
        }
        assert!("asset-freeze".parse::<MeasureKey>().is_ok());
        assert!("Asset-freeze".parse::<MeasureKey>().is_err());
    }
}
