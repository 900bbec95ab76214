//! The only room that knows sled.
