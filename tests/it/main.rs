//! One integration binary that drives the command like a user would.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]

mod bad_input;
mod bisect;
mod blast;
mod cases;
mod chains;
mod common;
mod coverage;
mod diff;
mod due;
mod events;
mod export;
mod faults;
mod house;
mod kills;
mod outputs;
mod readme;
mod redact;
mod states;
mod stranger;
mod subject;
mod suppose;
mod verbs;
mod why;
