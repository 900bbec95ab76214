//! Erased bodies: each with a redaction that says why, and none of them anywhere.

use super::{Chain, Finding, Report, What};
use crate::log::{Head, Kind, Link};
use std::collections::BTreeMap;

/// What one copy of a log has of erased bodies.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Erasures {
    last: Option<u64>,
    /// Entries without a body, and what they are.
    gone: BTreeMap<u64, Link>,
    /// Entries that are never redacted: the opening, and redactions.
    kept: Vec<u64>,
    /// What is redacted: the redaction, and the link that it gives.
    redacted: BTreeMap<u64, (u64, String)>,
}

impl Erasures {
    /// Takes in one entry, in order.
    pub(super) fn take(
        &mut self,
        head: &Head,
        kind: Option<Kind>,
        is_erased: bool,
        redacts: Option<(u64, String)>,
    ) {
        self.last = Some(head.seq);
        if is_erased {
            self.gone.insert(head.seq, head.link);
        }
        if matches!(kind, Some(Kind::Opening | Kind::Redaction)) {
            self.kept.push(head.seq);
        }
        if let Some((seq, link)) = redacts {
            self.redacted.entry(seq).or_insert((head.seq, link));
        }
    }

    /// Bodies that are gone without a redaction, and redactions that are none.
    pub(super) fn unexplained(&self) -> Vec<Finding> {
        let gone = self
            .gone
            .keys()
            .filter(|seq| !self.redacted.contains_key(seq));
        let gone = gone.map(|seq| Finding::damage(Some(*seq), What::Unexplained));
        let wrong = self.redacted.iter().filter_map(|(seq, (by, link))| {
            let reason = if seq >= by {
                format!("entry {seq} is not before it")
            } else if self.kept.contains(seq) {
                format!("entry {seq} is never redacted")
            } else if self.gone.get(seq).is_some_and(|of| of.to_string() != *link) {
                format!("the link of entry {seq} is not the one that it gives")
            } else {
                return None;
            };
            Some(Finding::damage(Some(*by), What::NoRedaction { reason }))
        });
        gone.chain(wrong).collect()
    }

    /// Whether the same bodies are gone from both.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        self.gone == other.gone
    }

    /// Bodies that are there although one of those redactions erased them.
    fn standing<'a>(&'a self, by: &'a Self, copy: &'static str) -> impl Iterator<Item = Finding> {
        let is_here = |seq: &u64| {
            self.last.is_some_and(|last| *seq <= last)
                && !self.gone.contains_key(seq)
                && !self.kept.contains(seq)
        };
        let standing = by.redacted.iter().filter(move |(seq, _)| is_here(seq));
        standing.map(move |(seq, (by, _))| {
            Finding::damage(Some(*seq), What::NotErased { by: *by, copy })
        })
    }

    /// How many bodies redactions have erased.
    fn count(&self) -> u64 {
        let redacted = |seq: &&u64| self.redacted.contains_key(seq);
        self.gone.keys().filter(redacted).count() as u64
    }
}

/// Says of both copies what is erased, and what should be.
pub(super) fn in_copies(journal: Option<&Chain>, store: Option<&Chain>, report: &mut Report) {
    let copies = [(journal, "journal/"), (store, "sled/")];
    let mut findings: Vec<Finding> = Vec::new();
    for (chain, copy) in copies {
        let Some(chain) = chain else { continue };
        // An older copy does not know yet what the other says of it.
        for (other, _) in copies {
            let Some(other) = other else { continue };
            for finding in chain.erasures.standing(&other.erasures, copy) {
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
    }
    report.findings.extend(findings);
    if let Some(chain) = store.or(journal) {
        tell(&chain.erasures, report);
    }
}

/// The same of one copy.
pub(super) fn in_one(erasures: &Erasures, name: &str, report: &mut Report) {
    let copy = if name == "the journal" {
        "journal/"
    } else {
        "the export"
    };
    report.findings.extend(erasures.standing(erasures, copy));
    tell(erasures, report);
}

fn tell(erasures: &Erasures, report: &mut Report) {
    report.redacted = erasures.count();
    match report.redacted {
        0 => {}
        1 => report
            .examined
            .push("1 body redacted, commitment intact".to_owned()),
        n => report
            .examined
            .push(format!("{n} bodies redacted, commitments intact")),
    }
}
