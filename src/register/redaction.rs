//! Redaction: a body erased for good, and what stands in its place.
//!
//! An erased body cannot be shown any more, whatever position of the record is asked about: so what stands in its place
//! stands there from the erased entry's own position on, and every answer that could have rested on it says *redacted*.
//! What nothing stands in for is not known any more. Two checks give way to that, in its regime alone:
//!
//! * *admission*: what an entry builds on may have been erased. Slots are contested from the erased entry on; or, where a
//!   redacted text stands in its place, for the entries between the two, which were judged by the erased text.
//! * *surveys*: where the erased text may have moved a term, no survey from before the redaction says any more that the
//!   regime is recorded completely.

use super::draft::Draft;
use super::row::{
    RedactionRow, Row, Rows, is_step, rows_of_decision, rows_of_rectification, rows_of_survey,
};
use super::state::Redacted;
use crate::domain::{Erased, ErasedId, Redaction, RegimeKey, Replacement};
use crate::log::{Body, Entry, Kind, Link};
use serde_json::{Value, json};
use std::collections::HashSet;

#[cfg(test)]
mod tests;

/// Why an entry cannot be redacted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotRedacted {
    /// There is no such entry.
    #[error("there is no entry {seq}: the last one is {last}")]
    Unknown {
        /// The position given.
        seq: u64,
        /// The last one.
        last: u64,
    },
    /// An opening or a redaction.
    #[error("entry {seq} is {what}: it cannot be redacted")]
    Kind {
        /// The entry.
        seq: u64,
        /// What it is, with its article and why it stays.
        what: &'static str,
    },
    /// Its body was redacted before.
    #[error("entry {seq} was redacted before, by entry {by}")]
    Already {
        /// The entry.
        seq: u64,
        /// The redaction.
        by: u64,
    },
    /// Its body is gone, and no redaction says so.
    #[error("the body of entry {seq} is gone, and no redaction says why")]
    Gone {
        /// The entry.
        seq: u64,
    },
    /// A ground without words.
    #[error("a redaction needs a ground: this one is empty")]
    NoGround,
    /// The redacted text is of another kind or bears another id.
    #[error(
        "what stands in for entry {seq} must be {wanted}, like the entry itself; this is {found}"
    )]
    Other {
        /// The entry.
        seq: u64,
        /// What the entry is.
        wanted: String,
        /// What was given.
        found: String,
    },
    /// The redacted text touches a regime that the entry does not.
    #[error("what stands in for entry {seq} touches {regime}, which the entry does not")]
    Regime {
        /// The entry.
        seq: u64,
        /// The regime.
        regime: RegimeKey,
    },
    /// It cannot be brought into canonical form.
    #[error("the redaction cannot be written: {reason}")]
    Body {
        /// Why not.
        reason: String,
    },
}

/// The redaction of an entry, ready to be sealed: its body, and what the index keeps of it.
///
/// `key` makes the erased id known again ([`ErasedId`]); without it nothing of the id is kept.
///
/// # Errors
///
/// Why the entry cannot be redacted, or not in this way.
pub fn draft_of_redaction(
    entry: &Entry,
    ground: &str,
    by: &str,
    with: Option<&Draft>,
    key: Option<[u8; 32]>,
) -> Result<(Body, Rows), NotRedacted> {
    let (seq, kind) = (entry.seq(), entry.header().kind);
    let ground = ground.trim();
    if ground.is_empty() {
        return Err(NotRedacted::NoGround);
    }
    let what = match kind {
        Kind::Opening => Some("the opening, which gives the record its name"),
        Kind::Redaction => Some("a redaction, which says why a body is gone"),
        _ => None,
    };
    if let Some(what) = what {
        return Err(NotRedacted::Kind { seq, what });
    }
    let Some(contents) = entry.contents() else {
        return Err(NotRedacted::Gone { seq });
    };
    let erased = super::project(kind, contents.body.as_str()).unwrap_or_default();
    let identity = Draft::identity_of(kind, &contents.body);
    if let Some(with) = with {
        stands_in(seq, kind, identity.as_deref(), &erased, with)?;
    }
    let terms = erased.rows.iter().filter(|(_, row)| moves_terms(row));
    let redacts = Erased {
        seq,
        link: entry.link().to_string(),
        regimes: erased
            .rows
            .iter()
            .map(|(regime, _)| regime.clone())
            .collect(),
        terms: terms.map(|(regime, _)| regime.clone()).collect(),
    };
    let mut body = json!({"by": by, "ground": ground, "redacts": redacts});
    if let Some(with) = with {
        body["replacement"] = serde_json::from_str(with.body.as_str()).unwrap_or(Value::Null);
    } else if let (Some(key), Some(id), true) = (key, identity, is_read_from_files(kind)) {
        body["erased_id"] = json!(fingerprint(&key, &id));
    }
    let not_written = |reason: String| NotRedacted::Body { reason };
    let body = Body::canonicalize(body.to_string().as_bytes())
        .map_err(|error| not_written(error.to_string()))?;
    let rows = super::project(Kind::Redaction, body.as_str())
        .map_err(|error| not_written(error.to_string()))?;
    Ok((body, rows))
}

/// Rectifications are written by the command: no file brings one back by accident, and one that was erased may be made again.
fn is_read_from_files(kind: Kind) -> bool {
    matches!(kind, Kind::Decision | Kind::Survey)
}

fn stands_in(
    seq: u64,
    kind: Kind,
    identity: Option<&str>,
    erased: &Rows,
    with: &Draft,
) -> Result<(), NotRedacted> {
    let named = |kind: Kind, id: Option<&str>| format!("the {kind} {}", id.unwrap_or_default());
    if with.kind != kind || identity != Some(with.identity.as_str()) {
        return Err(NotRedacted::Other {
            seq,
            wanted: named(kind, identity),
            found: named(with.kind, Some(&with.identity)),
        });
    }
    let touched = |regime: &RegimeKey| erased.rows.iter().any(|(one, _)| one == regime);
    match with.rows.rows.iter().find(|(regime, _)| !touched(regime)) {
        Some((regime, _)) => Err(NotRedacted::Regime {
            seq,
            regime: regime.clone(),
        }),
        None => Ok(()),
    }
}

fn moves_terms(row: &Row) -> bool {
    match row {
        Row::Decision(decision) => decision
            .effects
            .iter()
            .any(|row| !is_step(&row.effect) && row.effect.subject().is_none()),
        // What it withdrew counts again.
        Row::Withdrawal(_) => true,
        Row::Survey(_) | Row::Redaction(_) => false,
    }
}

fn fingerprint(key: &[u8; 32], id: &str) -> ErasedId {
    ErasedId {
        key: hex::encode(key),
        hash: blake3::keyed_hash(key, id.as_bytes()).to_hex().to_string(),
    }
}

pub(super) fn rows_of(redaction: Redaction) -> Rows {
    let Redaction {
        ground,
        redacts,
        replacement,
        ..
    } = redaction;
    let Rows {
        rows: mut instead,
        terms,
    } = match replacement {
        None => Rows::default(),
        Some(Replacement::Survey(survey)) => rows_of_survey(survey),
        Some(Replacement::Rectification(rectification)) => rows_of_rectification(*rectification),
        Some(Replacement::Decision(decision)) => rows_of_decision(*decision),
    };
    let mut rows = Vec::with_capacity(redacts.regimes.len());
    for regime in redacts.regimes {
        let at = instead.iter().position(|(one, _)| *one == regime);
        let row = RedactionRow {
            seq: redacts.seq,
            ground: ground.clone(),
            terms: redacts.terms.contains(&regime),
            instead: at.map(|at| Box::new(instead.swap_remove(at).1)),
        };
        rows.push((regime, Row::Redaction(row)));
    }
    Rows { rows, terms }
}

/// The entry that a redaction with that body erases, by position and link; none where it names none.
#[must_use]
pub fn erased_by(body: &str) -> Option<(u64, Link)> {
    let redaction: Redaction = serde_json::from_str(body).ok()?;
    Some((redaction.redacts.seq, redaction.redacts.link.parse().ok()?))
}

/// The rows that count at a position of the record, in order. What stands in for an erased body stands where that stood; a
/// body that should be erased and is not yet counts no more.
pub(super) fn in_place<'a>(rows: &'a [(u64, Row)], known_at: u64) -> Vec<(u64, &'a Row)> {
    let erased: HashSet<u64> = of(rows).map(|(_, row)| row.seq).collect();
    let counts = |(seq, row): (u64, &'a Row)| match row {
        Row::Redaction(row) => row.instead.as_deref().map(|instead| (row.seq, instead)),
        row => (!erased.contains(&seq)).then_some((seq, row)),
    };
    let known = rows
        .iter()
        .map(|(seq, row)| (*seq, row))
        .filter_map(counts)
        .filter(|(seq, _)| *seq <= known_at);
    let mut placed = Vec::with_capacity(rows.len());
    placed.extend(known);
    if !erased.is_empty() {
        placed.sort_by_key(|(seq, _)| *seq);
    }
    placed
}

/// Every redaction, with the entry that it is.
pub(super) fn of(rows: &[(u64, Row)]) -> impl Iterator<Item = (u64, &RedactionRow)> {
    rows.iter().filter_map(|(seq, row)| match row {
        Row::Redaction(row) => Some((*seq, row)),
        _ => None,
    })
}

/// What an answer at that position of the record says of erased bodies.
pub(super) fn redactions(rows: &[(u64, Row)], known_at: u64) -> Vec<Redacted> {
    let known = of(rows).filter(|(_, row)| row.seq <= known_at);
    let mut redactions: Vec<_> = known
        .map(|(by, row)| Redacted {
            entry: row.seq,
            ground: row.ground.clone(),
            by_entry: by,
            replaced: row.instead.is_some(),
        })
        .collect();
    redactions.sort_by_key(|one| one.entry);
    redactions
}

/// The last redaction that leaves it open whether a term was moved: surveys up to it vouch for nothing.
pub(super) fn unvouched(rows: &[(u64, Row)], known_at: u64) -> Option<u64> {
    of(rows)
        .filter(|(_, row)| row.seq <= known_at && row.terms && row.instead.is_none())
        .map(|(by, _)| by)
        .max()
}

/// A redaction, as far as a draft is judged by it that is what was erased, or what stands in its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Withheld {
    /// The entry whose body was erased.
    pub seq: u64,
    /// The redaction.
    pub by: u64,
    /// On what ground.
    pub ground: String,
    /// The regimes that the erased body touched.
    pub regimes: Vec<RegimeKey>,
    erased_id: Option<ErasedId>,
    replacement: Option<(String, Body)>,
}

impl Withheld {
    /// What the redaction at position `by` with that body withholds; none where this release cannot read it.
    #[must_use]
    pub fn of(by: u64, body: &Body) -> Option<Self> {
        let redaction: Redaction = serde_json::from_str(body.as_str()).ok()?;
        let replacement = redaction.replacement.and_then(|replacement| {
            let kind = match replacement {
                Replacement::Survey(_) => Kind::Survey,
                Replacement::Rectification(_) => Kind::Rectification,
                Replacement::Decision(_) => Kind::Decision,
            };
            let members: Value = serde_json::from_str(body.as_str()).ok()?;
            let text = members.get("replacement")?.to_string();
            let body = Body::canonicalize(text.as_bytes()).ok()?;
            Some((Draft::identity_of(kind, &body)?, body))
        });
        Some(Self {
            seq: redaction.redacts.seq,
            by,
            ground: redaction.ground,
            regimes: redaction.redacts.regimes,
            erased_id: redaction.erased_id,
            replacement,
        })
    }

    /// Whether a redacted text stands in the erased entry's place.
    #[must_use]
    pub fn is_replaced(&self) -> bool {
        self.replacement.is_some()
    }

    /// Whether a draft of that identity is the entry that was erased.
    #[must_use]
    pub fn is(&self, identity: &str) -> bool {
        if let Some((of, _)) = &self.replacement {
            return of == identity;
        }
        let Some(ErasedId { key, hash }) = &self.erased_id else {
            return false;
        };
        let key: Option<[u8; 32]> = hex::decode(key).ok().and_then(|key| key.try_into().ok());
        key.is_some_and(|key| fingerprint(&key, identity).hash == *hash)
    }

    /// Whether the draft says what stands in the erased entry's place, which makes it recorded already.
    #[must_use]
    pub fn says(&self, draft: &Body) -> bool {
        let stands = |(_, body): &(String, Body)| super::says_the_same(draft, body);
        self.replacement.as_ref().is_some_and(stands)
    }
}
