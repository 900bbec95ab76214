//! `panel`: over which days each measure bound each subject, as CSV for who compares and counts.

use super::args::Panel;
use super::output::{Last, Output, Receipt};
use super::{Exit, Failure, Global, Outside, open, sheet};

/// Runs the verb.
pub fn run(global: &Global, args: &Panel, outside: Outside, out: &Output) -> Result<Exit, Failure> {
    let record = open::record(global, "panel", outside, out)?;
    let (ask, known) = open::ask(&record, &args.dials, outside)?;
    let (regime, of) = open::regime_or_all(&record, args.regime.as_deref())?;
    let panel = record
        .panel(regime.as_ref(), &ask)
        .map_err(open::unusable)?;
    let asked = regime.as_ref().map(std::slice::from_ref);
    let receipt = Receipt::new(
        format!("panel of {of}"),
        &ask,
        args.dials.as_law_stood,
        &known,
    )
    .with(record.redactions(asked, ask.known_at));
    if out.json {
        for interval in &panel {
            out.print_json(interval)?;
        }
        out.print_json(&Last { receipt })?;
    } else {
        sheet::panel(&panel, out)?;
        out.say_receipt(&receipt);
    }
    Ok(Exit::Done)
}
