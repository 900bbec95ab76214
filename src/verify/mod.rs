//! Examination: what is wrong with a record, all of it, and nothing in it changed.
//!
//! An examination gives graded [`Finding`]s and never stops at the first. What an entry says by itself (header, link,
//! digest, canonical form, typed body) is checked on all cores; what it says about its neighbours (position, previous
//! link, time) in order. The store is read first, with what its index should hold. Of the journal the headers, links and
//! digests are checked: where they are the store's, and the bodies are those that they were sealed with, the bodies are the
//! same bytes, and need no second reading; otherwise they get one. Then the indexes are compared, and every decision is
//! admitted again. Memory is bounded by the largest regimes, as many as there are cores, not by the log: sled's is given
//! back on the way.
//!
//! **What it cannot show.** A chain agrees with itself: whoever can write the record can rewrite it from any entry on, or
//! cut its tail in both copies, and it will agree with itself again. Only a head kept elsewhere shows that.

mod chain;
mod finding;
mod index;
mod redaction;

pub use chain::{Chain, Progress, of_lines};
pub use finding::{Finding, Level, Verdict, What};

use crate::log::Head;
use crate::store::{self, Examination, Replay, StoreError};
use chain::Depth;
use serde::Serialize;
use std::path::Path;
use std::time::Duration;

/// What an examination found.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// How many entries were examined.
    pub entries: u64,
    /// The last entry.
    pub head: Option<Head>,
    /// The record's name, as its opening says.
    pub origin: Option<String>,
    /// How many bodies redactions have erased: the commitments to them stay in the chain.
    pub redacted: u64,
    /// What was examined, in words.
    pub examined: Vec<String>,
    /// What was found.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The gravest of what was found.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.findings
            .iter()
            .map(Finding::verdict)
            .max()
            .unwrap_or(Verdict::Sound)
    }
}

/// Examines a record: both copies, every entry, every decision, every index.
///
/// # Errors
///
/// Where the record cannot be examined at all: it is none, is in use, or the system says no.
pub fn record(dir: &Path, wait: Duration, progress: &Progress<'_>) -> Result<Report, StoreError> {
    let mut found = store::examine(dir, wait, crate::index::INDEXING)?;
    let mut report = Report::default();
    let mut stored = store_of(&mut found, &mut report, progress)?;
    let journal = journal_of(
        &found,
        stored.as_ref().map(|(one, _)| one),
        &mut report,
        progress,
    )?;
    let replay = tell(journal.as_ref(), stored.as_mut(), &mut report);
    if let (Ok(view), Some(replay)) = (&mut found.store, replay) {
        index::compare(view, replay, &mut report)?;
    }
    let stored = stored.map(|(chain, _)| chain);
    compare(&found, journal.as_ref(), stored.as_ref(), &mut report);
    if found.fork.is_none() {
        redaction::in_copies(journal.as_ref(), stored.as_ref(), &mut report);
    }
    let chain = stored.as_ref().or(journal.as_ref());
    report.entries = chain.map_or(0, |chain| chain.entries);
    report.head = chain.and_then(|chain| chain.head);
    report.origin = chain.and_then(|chain| chain.origin.clone());
    Ok(report)
}

/// Examines the journal alone: no lock, no sled, while others may be writing.
///
/// # Errors
///
/// Where it cannot be read at all.
pub fn journal(dir: &Path, progress: &Progress<'_>) -> Result<Report, StoreError> {
    let journal = store::Journal::of(dir)?;
    let chain = chain::of_journal(&journal, Depth::Bodies, progress)?;
    Ok(only(chain, "the journal"))
}

/// Examines an export, or any lines of one.
///
/// # Errors
///
/// Where they cannot be read.
pub fn export(
    lines: impl std::io::BufRead + Send,
    progress: &Progress<'_>,
) -> Result<Report, std::io::Error> {
    Ok(only(of_lines(lines, progress)?, "the export"))
}

fn only(chain: Chain, name: &str) -> Report {
    let mut report = Report {
        entries: chain.entries,
        head: chain.head,
        origin: chain.origin.clone(),
        redacted: 0,
        examined: vec![format!(
            "{} entries of {name}: headers, links, digests, canonical form, typed bodies",
            chain.entries
        )],
        findings: chain.findings.clone(),
    };
    redaction::in_one(&chain.erasures, name, &mut report);
    if chain.entries == 0 {
        report.findings.push(Finding::damage(None, What::Empty));
    }
    report
}

/// The journal. What the store has the same bytes of needs no second look at what they say.
fn journal_of(
    found: &Examination,
    stored: Option<&Chain>,
    report: &mut Report,
    progress: &Progress<'_>,
) -> Result<Option<Chain>, StoreError> {
    let mut chain = match stored.filter(|stored| !stored.damaged) {
        Some(stored) => {
            let bytes = chain::of_journal(&found.journal, Depth::Bytes, progress)?;
            if bytes.digest == stored.digest && bytes.entries == stored.entries {
                bytes
            } else {
                chain::of_journal(&found.journal, Depth::Bodies, &|_| {})?
            }
        }
        None => chain::of_journal(&found.journal, Depth::Bodies, progress)?,
    };
    chain.note_damage();
    if chain.entries == 0 {
        report
            .findings
            .push(Finding::damage(None, What::JournalGone));
        return Ok(None);
    }
    Ok(Some(chain))
}

/// The store, and what its index should hold.
fn store_of(
    found: &mut Examination,
    report: &mut Report,
    progress: &Progress<'_>,
) -> Result<Option<(Chain, Replay)>, StoreError> {
    let examined = match &mut found.store {
        Ok(view) => chain::of_store(view, progress),
        Err(error) => Err(StoreError::Damaged {
            what: error.to_string(),
        }),
    };
    match examined {
        Ok((mut chain, replay)) => {
            chain.note_damage();
            Ok(Some((chain, replay)))
        }
        Err(StoreError::Damaged { what }) => {
            report
                .findings
                .push(Finding::damage(None, What::StoreUnusable { reason: what }));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Tells what was found in both copies, and gives what the index of a sound store should hold.
fn tell(
    journal: Option<&Chain>,
    stored: Option<&mut (Chain, Replay)>,
    report: &mut Report,
) -> Option<Replay> {
    if let Some(chain) = journal {
        report.findings.extend(chain.findings.iter().cloned());
        report
            .examined
            .push(format!("{} entries of the journal", chain.entries));
    }
    let (chain, replay) = stored?;
    // What the journal's examination said already is not said twice.
    let new = chain.findings.iter();
    let new: Vec<_> = new
        .filter(|finding| !report.findings.contains(finding))
        .cloned()
        .collect();
    report.findings.extend(new);
    report.examined.push(format!(
        "{} entries of the store: headers, links, digests, canonical form, typed bodies",
        chain.entries
    ));
    (!chain.damaged).then(|| std::mem::take(replay))
}

/// Compares the two copies, and says what opening the record would put right.
fn compare(
    found: &Examination,
    journal: Option<&Chain>,
    stored: Option<&Chain>,
    report: &mut Report,
) {
    if let Some(StoreError::Fork {
        seq,
        store,
        journal,
    }) = &found.fork
    {
        report.findings.push(Finding::damage(
            Some(*seq),
            What::Fork {
                store: *store,
                journal: *journal,
            },
        ));
        return;
    }
    for repair in &found.repairs {
        if let store::Repair::JournalCompleted {
            from: Some(from),
            to,
        } = repair
        {
            report.findings.push(Finding::damage(
                Some(from.seq),
                What::JournalShorter {
                    journal: *from,
                    store: *to,
                },
            ));
        } else if !matches!(
            repair,
            store::Repair::StoreRebuilt { .. }
                | store::Repair::JournalCompleted { .. }
                // The passes over the copies say so, and where.
                | store::Repair::ErasureFinished { .. }
        ) {
            report.findings.push(Finding::warning(
                None,
                What::Repairable {
                    repair: repair.to_string(),
                },
            ));
        }
    }
    let (Some(journal), Some(stored)) = (journal, stored) else {
        return;
    };
    if journal.damaged != stored.damaged {
        let (damaged, whole) = if journal.damaged {
            ("journal/", "sled/")
        } else {
            ("sled/", "journal/")
        };
        report.findings.push(Finding::warning(
            None,
            What::OneCopyWhole { damaged, whole },
        ));
        return;
    }
    if journal.digest == stored.digest && journal.entries == stored.entries {
        report
            .examined
            .push("both copies are the same, byte for byte".to_owned());
    } else if journal.entries == stored.entries && journal.erasures.same_as(&stored.erasures) {
        report
            .findings
            .push(Finding::damage(None, What::CopiesDiffer));
    }
}
