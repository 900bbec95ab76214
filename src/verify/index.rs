//! The indexes against a replay, and every decision admitted again.

use super::{Finding, Report, What};
use crate::domain::RegimeKey;
use crate::index::{INDEXING, IndexError, rows_in};
use crate::register::Admission;
use crate::store::{IndexFault, Replay, StoreError, View};
use rayon::prelude::*;

/// Compares every index with what a replay of the log gives; where they agree, admits every regime's entries again in
/// order. Memory is given back after each lot.
pub(super) fn compare(
    view: &mut View,
    mut replay: Replay,
    report: &mut Report,
) -> Result<(), StoreError> {
    let (lots, mut faults) = view.lots(&mut replay)?;
    for lot in &lots {
        faults.extend(view.compare_lot(lot));
        view.refresh()?;
    }
    faults.extend(view.compare_rest(&replay, INDEXING.version));
    if !faults.is_empty() {
        let found = faults.iter().map(|fault| {
            let reason = words(fault);
            Finding::damage(None, What::Index { reason })
        });
        report.findings.extend(found);
        return Ok(());
    }
    let runs = view.runs()?;
    report.examined.push(format!(
        "{} indexes, the same as a replay of the log gives",
        runs.len() + 1
    ));
    let names = runs.iter().map(|run| String::from_utf8_lossy(&run.name));
    let regimes: Vec<RegimeKey> = names.filter_map(|name| name.parse().ok()).collect();
    let mut admitted = 0;
    // As many regimes at once as there are cores.
    for some in regimes.chunks(rayon::current_num_threads()) {
        let again = some.par_iter().map(|regime| admit_again(view, regime));
        for one in again.collect::<Vec<_>>() {
            let (rows, findings) = one?;
            admitted += rows;
            report.findings.extend(findings);
        }
        view.refresh()?;
    }
    report.examined.push(format!(
        "{admitted} rows of {} regimes admitted again in order",
        runs.len()
    ));
    Ok(())
}

/// How many rows a regime has, and what would not be admitted.
fn admit_again(view: &View, regime: &RegimeKey) -> Result<(usize, Vec<Finding>), StoreError> {
    let rows = match rows_in(view, regime) {
        Ok(rows) => rows,
        Err(IndexError::Store(error)) => return Err(error),
        Err(other) => {
            let reason = other.to_string();
            return Ok((0, vec![Finding::damage(None, What::Index { reason })]));
        }
    };
    let refused = Admission::again(regime, &rows);
    let findings = refused.into_iter().map(|(seq, refusal)| {
        let reason = refusal.to_string();
        Finding::damage(Some(seq), What::NotAdmissible { reason })
    });
    Ok((rows.len(), findings.collect()))
}

fn words(fault: &IndexFault) -> String {
    match fault {
        IndexFault::Run {
            name,
            stored,
            replayed,
        } => {
            let name = String::from_utf8_lossy(name);
            format!(
                "the index of {name} has {stored} rows and is not the one that the log gives ({replayed} rows)"
            )
        }
        IndexFault::Terms { stored, replayed } => {
            format!(
                "the index of ids, subjects and links has {stored} places and is not the one that the log gives ({replayed})"
            )
        }
        IndexFault::Erasures { stored, replayed } => {
            format!(
                "the index of redactions has {stored} and is not the one that the log gives ({replayed})"
            )
        }
        IndexFault::Unreadable { reason } => format!("an index cannot be read ({reason})"),
        IndexFault::Version {
            stored: Some(stored),
            wanted,
        } => {
            format!("the index is of version {stored}, not {wanted}")
        }
        IndexFault::Version {
            stored: None,
            wanted,
        } => format!("the index has no version, not {wanted}"),
    }
}
