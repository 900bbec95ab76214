//! `log`: what was recorded, in record order. Reads the journal alone, so it works when nothing else does.

use super::args::Log;
use super::output::{self, Output};
use super::show::{Line, Redactions};
use super::{Exit, Failure, Global, open};
use regesta::domain::RegimeKey;
use regesta::log::RawEntry;
use regesta::store::StoreError;
use std::collections::{BTreeSet, VecDeque};
use std::ops::ControlFlow;

/// Runs the verb.
pub fn run(global: &Global, args: &Log, out: &Output) -> Result<Exit, Failure> {
    let journal = open::journal(global)?;
    let regime = args.regime.as_deref();
    let unusable = |error: StoreError| open::unusable(error.into());
    let head = journal.head().map_err(unusable)?;
    // Without a regime the beginning is known: only what is shown is read.
    let from = match (args.last, regime, head) {
        (Some(last), None, Some(head)) => (head.seq + 1).saturating_sub(last as u64),
        _ => 0,
    };
    let mut redactions = Redactions::new(&journal);
    let mut shown = VecDeque::new();
    let mut regimes: BTreeSet<RegimeKey> = BTreeSet::new();
    let mut failed = None;
    let mut each = |raw: RawEntry<'_>| {
        let line = Line::of(&raw, &mut redactions);
        if let Some(name) = regime {
            regimes.extend(line.regimes.iter().cloned());
            if !line.regimes.iter().any(|one| one.as_str() == name) {
                return ControlFlow::Continue(());
            }
        }
        match args.last {
            // The last ones are kept until the end is known.
            Some(last) => {
                shown.push_back(line);
                if shown.len() > last {
                    shown.pop_front();
                }
            }
            None => {
                if let Err(failure) = print(&line, out) {
                    failed = Some(failure);
                    return ControlFlow::Break(());
                }
            }
        }
        ControlFlow::Continue(())
    };
    journal.read(from, &mut each).map_err(unusable)?;
    if let Some(failure) = failed {
        return Err(failure);
    }
    if let Some(name) = regime
        && !regimes.iter().any(|one| one.as_str() == name)
    {
        let regimes: Vec<_> = regimes.into_iter().collect();
        return Err(open::no_regime(name, &regimes));
    }
    for line in &shown {
        print(line, out)?;
    }
    Ok(Exit::Done)
}

fn print(line: &Line, out: &Output) -> Result<(), Failure> {
    if out.json {
        return out.print_json(line);
    }
    let regimes: Vec<_> = line.regimes.iter().map(ToString::to_string).collect();
    let redacted = line
        .redaction
        .as_ref()
        .map(|by| format!("redacted by {}: {}", by.by_entry, by.ground));
    let text = format!(
        "{:>6}  {:.12}  {}  {:<8}  {}  {}\n",
        line.seq,
        line.link.to_string(),
        &line.recorded_at[..19],
        line.kind,
        regimes.join(", "),
        redacted.or(line.cite.clone()).unwrap_or_default(),
    );
    let end = text.trim_end().len();
    out.print(&format!("{}\n", output::clip(&text[..end], out.width)))
}
