//! `state`: the board, or one regime's page.

use super::args::State;
use super::output::{Output, Receipt, heading};
use super::{Exit, Failure, Global, Outside, board, cite, open, page, sheet};
use regesta::register::RegimeState;
use serde::Serialize;

#[derive(Serialize)]
struct Answer<'a> {
    regimes: &'a [RegimeState],
    receipt: Receipt,
}

/// Runs the verb.
pub fn run(global: &Global, args: &State, outside: Outside, out: &Output) -> Result<Exit, Failure> {
    let record = open::record(global, "state", outside, out)?;
    let (ask, link) = open::ask(&record, &args.dials, outside)?;
    let Some(name) = &args.regime else {
        let states = record.board(&ask).map_err(open::unusable)?;
        let receipt = Receipt::new("all regimes", &ask, args.dials.as_law_stood, &link);
        if args.csv {
            sheet::states(&states, out)?;
            out.say_receipt(&receipt.with(record.redactions(None, ask.known_at)));
        } else if out.json {
            out.print_json(&Answer {
                regimes: &states,
                receipt,
            })?;
        } else {
            let title = heading(&format!("Sanctions regimes on {}", ask.on));
            out.answer(
                &format!("{title}\n\n{}\n", board::text(&states, out)),
                &receipt,
            )?;
        }
        return Ok(Exit::Done);
    };
    let regime = open::regime(&record, name)?;
    let state = record.state_at(&regime, &ask).map_err(open::unusable)?;
    let receipt = Receipt::new(regime.to_string(), &ask, args.dials.as_law_stood, &link);
    if args.cite {
        let receipt = receipt.with(state.redactions.clone());
        let line = cite::line(record.origin(), &receipt, &state, outside.today);
        out.print(&format!("{line}\n"))?;
    } else if args.csv {
        let receipt = receipt.with(state.redactions.clone());
        sheet::states(&[state], out)?;
        out.say_receipt(&receipt);
    } else if out.json {
        out.print_json(&Answer {
            regimes: &[state],
            receipt,
        })?;
    } else {
        out.answer(
            &format!("{}\n", page::text(&state, ask.on, args.all, out)),
            &receipt,
        )?;
    }
    Ok(Exit::Done)
}
