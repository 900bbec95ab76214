//! The chain over bytes.
