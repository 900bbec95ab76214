//! The words of sanctions law: no I/O, no clock, no hashing.
