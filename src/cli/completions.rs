//! `completions`: a completion script for a shell.

use super::args::{Args, Completions};
use super::{Exit, Failure};
use clap::CommandFactory as _;
use std::io::Write as _;

/// Runs the verb.
pub fn run(args: &Completions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "regesta", &mut script);
    // Whoever closes the pipe has enough of it.
    let _ = std::io::stdout().write_all(&script);
    Ok(Exit::Done)
}
