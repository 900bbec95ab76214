//! The `regesta` command.
fn main() {}
