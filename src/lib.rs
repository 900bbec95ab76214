//! An event-sourced, tamper-evident record of sanctions decisions.

pub mod domain;
pub mod index;
pub mod log;
pub mod record;
pub mod register;
pub mod store;
pub mod verify;
