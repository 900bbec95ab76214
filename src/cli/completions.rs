//! `completions`: a completion script for a shell.

use super::args::{Args, Completions};
use super::output::Output;
use super::{Exit, Failure};
use clap::CommandFactory as _;

/// Runs the verb.
pub fn run(args: &Completions, out: &Output) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "regesta", &mut script);
    out.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
