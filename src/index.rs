//! The register's rows on the store's shelves: how an entry is indexed, and how a regime's rows are read back.
//!
//! Neither room knows the other. The store keeps rows and terms without knowing what they say; the register makes and
//! reads them without knowing where they are.

use crate::domain::RegimeKey;
use crate::log::{Entry, Kind, Link};
use crate::register::{INDEX_VERSION, Row, Rows, Table, erased_by, project};
use crate::store::{self, Indexing, Projection, StoreError};
use rayon::prelude::*;
use std::ops::ControlFlow;

/// How the index of a record is made.
pub const INDEXING: Indexing = Indexing {
    projector: projection,
    version: INDEX_VERSION,
};

/// Fewer rows than this are not worth another core.
const AT_ONCE: usize = 256;

/// Why a regime's rows cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The store says so.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row is none of this release's.
    #[error("the index of {regime} cannot be read at entry {seq}")]
    Row {
        /// The regime.
        regime: RegimeKey,
        /// The entry.
        seq: u64,
    },
}

/// A regime's rows, in record order.
///
/// # Errors
///
/// Where the store cannot be used, or a row cannot be read.
pub fn rows_in(view: &store::View, regime: &RegimeKey) -> Result<Vec<(u64, Row)>, IndexError> {
    let mut packed: Vec<(u64, Box<[u8]>)> = Vec::new();
    view.run(regime.as_str().as_bytes(), &mut |seq, bytes| {
        packed.push((seq, bytes.into()));
        ControlFlow::Continue(())
    })?;
    // Reading them is one contiguous scan; unpacking them is work for all cores.
    let unpack = |(seq, bytes): (u64, Box<[u8]>)| match postcard::from_bytes(&bytes) {
        Ok(row) => Ok((seq, row)),
        Err(_) => Err(IndexError::Row {
            regime: regime.clone(),
            seq,
        }),
    };
    let packed = packed.into_par_iter().with_min_len(AT_ONCE);
    let rows: Vec<Result<_, IndexError>> = packed.map(unpack).collect();
    rows.into_iter().collect()
}

/// What the index keeps of an entry.
fn projection(entry: &Entry) -> Projection {
    let rows = entry.contents().map(|contents| {
        // A body that this release cannot read has no rows: `verify` reports it.
        project(entry.header().kind, contents.body.as_str()).unwrap_or_default()
    });
    packed(
        &entry.link(),
        entry.header().kind,
        entry.contents().map(|contents| contents.body.as_str()),
        rows.unwrap_or_default(),
    )
}

/// What the index keeps of an entry that has those rows, packed.
#[must_use]
pub fn packed(
    link: &Link,
    kind: Kind,
    body: Option<&str>,
    Rows { rows, terms }: Rows,
) -> Projection {
    let mut into = Projection::default();
    if kind == Kind::Redaction {
        into.erases = body.and_then(erased_by);
    }
    let mut first = [0; 8];
    first.copy_from_slice(&link.0[..8]);
    into.terms.push(store::Term {
        table: Table::Link as u8,
        hash: u64::from_be_bytes(first),
    });
    into.terms.extend(terms.into_iter().map(|term| store::Term {
        table: term.table as u8,
        hash: term.hash,
    }));
    for (regime, row) in rows {
        if let Ok(bytes) = postcard::to_allocvec(&row) {
            into.rows.push(store::Row {
                run: String::from(regime).into_bytes(),
                bytes,
            });
        }
    }
    into
}
