//! The indexes against a replay, and every decision admitted again.

use super::{Finding, Report, What};
use crate::domain::RegimeKey;
use crate::index::{INDEXING, IndexError, rows_in};
use crate::register::Admission;
use crate::store::{IndexFault, StoreError, View};

/// Compares every index with a replay of the log; where they agree, admits every regime's entries again in order.
pub(super) fn compare(view: &View, report: &mut Report) -> Result<(), StoreError> {
    let faults = view.compare_index(INDEXING)?;
    if !faults.is_empty() {
        let found = faults.iter().map(|fault| {
            Finding::damage(
                None,
                What::Index {
                    reason: words(fault),
                },
            )
        });
        report.findings.extend(found);
        return Ok(());
    }
    let runs = view.runs()?;
    report.examined.push(format!(
        "{} indexes, the same as a replay of the log gives",
        runs.len() + 1
    ));
    let mut admitted = 0;
    for run in &runs {
        let name = String::from_utf8_lossy(&run.name);
        let Ok(regime) = name.parse::<RegimeKey>() else {
            continue;
        };
        match rows_in(view, &regime) {
            Ok(rows) => admitted += admit_again(&regime, &rows, report),
            Err(IndexError::Store(error)) => return Err(error),
            Err(other) => {
                report.findings.push(Finding::damage(
                    None,
                    What::Index {
                        reason: other.to_string(),
                    },
                ));
            }
        }
    }
    report.examined.push(format!(
        "{admitted} rows of {} regimes admitted again in order",
        runs.len()
    ));
    Ok(())
}

/// One regime at a time: what is held in memory is bounded by the largest regime.
fn admit_again(
    regime: &RegimeKey,
    rows: &[(u64, crate::register::Row)],
    report: &mut Report,
) -> usize {
    for (seq, refusal) in Admission::again(regime, rows) {
        let what = What::NotAdmissible {
            reason: refusal.to_string(),
        };
        report.findings.push(Finding::damage(Some(seq), what));
    }
    rows.len()
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
