//! One integration binary that drives the command like a user would.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says so")]

mod bad_input;
mod cases;
mod common;
mod events;
mod export;
mod faults;
mod house;
mod kills;
mod readme;
mod states;
mod stranger;
mod subject;
mod verbs;
mod why;
