//! One integration binary that drives the command like a user would.

mod bad_input;
mod cases;
mod common;
mod events;
mod export;
mod faults;
mod house;
mod readme;
mod states;
mod stranger;
mod verbs;
