//! An event-sourced, tamper-evident record of sanctions decisions.
//!
//! A [`Record`](record::Record) is a log of what authorities decided, one entry an act, and of what its keeper says of it:
//! surveys, rectifications, redactions. Nothing in it is overwritten. What the law was is computed from it, at any point of
//! three dials ([`Ask`](register::Ask)): the day on which it binds, what was public by another day, and what the record held at
//! a third. Every line of an answer names the entries that it rests on.
//!
//! ```
//! use regesta::domain::{Day, Instant, Status};
//! use regesta::record::{AppendOptions, Doc, Options, Record, read_all};
//! use regesta::register::Ask;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let dir = tempfile::tempdir()?;
//! # let dir = dir.path().join("record");
//! // The library reads no clock: whoever calls says what time it is.
//! let now = Instant(1_735_689_600_000_000);
//! let options = Options { wait: std::time::Duration::ZERO, verb: "example".into(), since: now };
//! let mut record = Record::init(&dir, Some("example.org/sanctions"), "ann", options)?;
//!
//! let json = br#"{
//!   "id": "eu-2024-1", "title": "A regime is set up", "authority": "eu-council",
//!   "dates": {"adopted_on": "2024-01-01", "in_force": "2024-01-02", "until": "2024-12-31"},
//!   "effects": [{"established": {"regime": "EU-TEST", "title": "A test"}}],
//!   "sources": [{"at": "https://example.org/1", "tier": "primary"}]
//! }"#;
//! let doc = Doc { json: json.to_vec(), place: "1.json".into() };
//! let drafts = read_all(&[doc], "ann")?;
//! let options = AppendOptions { now, expect_head: None, dry_run: false, with_dependents: false };
//! let appended = record.append([Ok(drafts)], &options, &mut |_| {})?;
//! assert_eq!((appended.recorded, appended.head), (1, record.head()));
//!
//! let regime = "EU-TEST".parse()?;
//! let state = |on: &str| {
//!     let on: Day = on.parse()?;
//!     let ask = Ask { on: on.into(), public_by: None, known_at: record.head().seq, as_law_stood: on };
//!     Ok::<_, Box<dyn std::error::Error>>(record.state_at(&regime, &ask)?)
//! };
//! // The last day still counts; past it nobody has looked, so that nobody knows.
//! assert_eq!(state("2024-12-31")?.standing.status, Status::Applicable);
//! assert_eq!(state("2025-01-01")?.standing.status, Status::Unknown);
//! assert_eq!(state("2024-12-31")?.standing.because[0].entry, 1);
//! # Ok(())
//! # }
//! ```
//!
//! # What the record proves
//!
//! Every entry's [link](log) covers its position, time and kind, the digest of its body, and the link before it. An entry that
//! was changed, moved, removed or put in between is found and named by [`verify`], by anybody with BLAKE3 and a JSON reader as
//! well: an export is the log, a line an entry. A head that was kept elsewhere proves all that led up to it. Two copies on disk,
//! each able to rebuild the other, keep what was acknowledged through a killed process or a power cut ([`store`]).
//!
//! # What it does not prove
//!
//! * That nothing was cut off at the end, or that all of it was not rewritten by somebody who can write the directory: a chain
//!   agrees with itself again. Only a head kept elsewhere shows that.
//! * That a source is right, that nothing was left out, or that an entry's time is the true one. Where nobody has said, by a
//!   survey, that a regime is recorded completely, the answer past its last recorded end is *unknown*.
//! * What an erased body said. A [redaction](record::Record::redact) leaves every link as it was, and says on what ground.
//!
//! # The rooms
//!
//! [`domain`] has the words of sanctions law, [`log`] the chain over bytes, [`register`] what is computed from entries; all three
//! are pure. [`store`] alone knows files and sled, [`index`](mod@index) lays the register's rows on its shelves, [`verify`]
//! examines, and [`record`] is the façade over all of them.

pub mod domain;
pub mod index;
pub mod log;
pub mod record;
pub mod register;
pub mod store;
pub mod verify;
