//! What most verbs begin with: the record, the dials, a regime by name.

use super::args::Dials;
use super::output::Output;
use super::{Exit, Failure, Global, Outside};
use regesta::domain::{Moment, RegimeKey};
use regesta::log::Head;
use regesta::record::{Options, Record, RecordError};
use regesta::register::{Ask, EntryNo};
use regesta::store::{Journal, StoreError};
use std::error::Error;
use std::path::Path;

/// How the record is opened for a verb.
pub fn options(global: &Global, verb: &str, outside: Outside) -> Options {
    Options {
        wait: global.wait,
        verb: verb.to_owned(),
        since: outside.now,
    }
}

/// Opens the record and says what was put right.
pub fn record(
    global: &Global,
    verb: &str,
    outside: Outside,
    out: &Output,
) -> Result<Record, Failure> {
    let (mut record, repairs) =
        Record::open(&global.record, options(global, verb, outside)).map_err(unusable)?;
    for repair in repairs {
        out.say(&format!("repaired: {repair}"));
    }
    if let Some(supposing) = &global.supposing {
        supposing.of(&mut record, outside, out)?;
    }
    Ok(record)
}

/// The journal, which is read without waiting for anybody.
pub fn journal(global: &Global) -> Result<Journal, Failure> {
    Journal::of(&global.record).map_err(|error| unusable(error.into()))
}

/// What a question is asked of: the record up to an entry of it, and what is supposed beyond.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// The last entry recorded.
    pub head: Head,
    /// How many entries are supposed.
    pub supposing: u64,
}

impl Known {
    /// The last entry that the question sees, recorded or supposed.
    pub fn last(&self) -> EntryNo {
        match self.supposing {
            0 => self.head.seq.into(),
            n => EntryNo::supposed(n),
        }
    }
}

/// What the record held by then, with what is supposed up to `+N`; without it, all that it holds and all that is supposed.
pub fn known(record: &Record, at: Option<&str>) -> Result<Known, Failure> {
    let all = record.known().nth_supposed().unwrap_or_default();
    let (head, supposing) = match at {
        None => (record.head(), all),
        Some(text) => match nth_supposed(text) {
            None => (known_at(record, text)?, 0),
            Some(n) if n <= all => (record.head(), n),
            Some(_) => {
                return Err(Failure::usage(format!(
                    "nothing is supposed as entry {text}"
                )));
            }
        },
    };
    Ok(Known { head, supposing })
}

/// Which of those supposed a text like `+1` names.
pub fn nth_supposed(text: &str) -> Option<u64> {
    let n = text.strip_prefix('+')?.parse().ok()?;
    (n > 0).then_some(n)
}

/// The dials as a question, and what it is asked of.
pub fn ask(record: &Record, dials: &Dials, outside: Outside) -> Result<(Ask, Known), Failure> {
    let known = known(record, dials.known_at.as_deref())?;
    let ask = Ask {
        on: dials.on(outside.today),
        public_by: dials.public_by,
        known_at: known.last().position(),
        as_law_stood: dials.law_stood(outside.today),
    };
    Ok((ask, known))
}

/// An entry's position, a day or an instant of recording, or the beginning of a link.
fn known_at(record: &Record, text: &str) -> Result<Head, Failure> {
    if let Ok(seq) = text.parse::<u64>() {
        let head = record.head();
        let found = if seq <= head.seq {
            record.entry(seq).map_err(unusable)?
        } else {
            None
        };
        return found.map(|entry| entry.head()).ok_or_else(|| {
            Failure::usage(format!("there is no entry {seq}"))
                .hint(format!("the last one is {}", head.seq))
        });
    }
    if let Ok(moment) = text.parse::<Moment>() {
        let found = record.known_at(moment).map_err(unusable)?;
        return found.ok_or_else(|| {
            Failure::usage(format!(
                "the record was opened after {text}: it held nothing then"
            ))
        });
    }
    let found = record.by_link(text).map_err(unusable)?;
    let otherwise =
        "give a position, an instant like 2025-01-27T12:00Z, or the beginning of a link";
    by_link(found, text, otherwise)
}

/// The one entry whose link begins so; `otherwise` says what can be given instead.
pub fn by_link(found: Result<Head, usize>, text: &str, otherwise: &str) -> Result<Head, Failure> {
    found.map_err(|several| match several {
        0 => Failure::usage(format!("no entry is called {text}")).hint(otherwise),
        n => Failure::usage(format!("{n} entries have a link that begins with {text}"))
            .hint("give more of it"),
    })
}

/// A regime that is recorded, by its name.
pub fn regime(record: &Record, name: &str) -> Result<RegimeKey, Failure> {
    let regimes = record.regimes().map_err(unusable)?;
    if let Some(found) = regimes.iter().find(|regime| regime.as_str() == name) {
        return Ok(found.clone());
    }
    Err(no_regime(name, &regimes))
}

/// The regime that is asked about, where one is named, and what that is called in the receipt.
pub fn regime_or_all(
    record: &Record,
    name: Option<&str>,
) -> Result<(Option<RegimeKey>, String), Failure> {
    match name {
        None => Ok((None, "all regimes".to_owned())),
        Some(name) => Ok((Some(regime(record, name)?), name.to_owned())),
    }
}

/// No regime is named so.
pub fn no_regime(name: &str, regimes: &[RegimeKey]) -> Failure {
    let unknown = Failure::usage(format!("no regime named {name}"));
    match near(&name.to_uppercase(), regimes.iter().map(RegimeKey::as_str)) {
        Some(regime) => unknown.hint(format!("did you mean {regime}?")),
        None if regimes.is_empty() => {
            unknown.hint("nothing is recorded yet: regesta append events")
        }
        None => unknown.hint("`regesta state` lists them all"),
    }
}

/// The name that was meant, where one is near: some slips of the pen away, or a part of it.
pub fn near<'a>(text: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = text.chars().count();
    let slips = |name: &str| strsim::damerau_levenshtein(text, name);
    let is_near = |name: &&str| {
        let slips = slips(name);
        (slips <= 3 && 2 * slips <= length)
            || (length > 2 && (name.contains(text) || text.contains(name)))
    };
    let near = names.into_iter().filter(is_near);
    near.min_by_key(|name| slips(name))
}

/// A record that cannot be used, as the user is told.
pub fn unusable(error: RecordError) -> Failure {
    let message = chain(&error);
    match &error {
        RecordError::Store(error) => match error {
            StoreError::NotARecord { .. } => {
                Failure::new(Exit::Unusable, "not_a_record", message).hint("open one: regesta init")
            }
            StoreError::Locked { .. } => Failure::new(Exit::Unusable, "locked", message)
                .hint("run the command again, or wait longer: --wait 30s"),
            StoreError::NewerVersion { .. } => {
                Failure::new(Exit::Unusable, "newer_version", message)
                    .hint("use the release that made it, or a later one")
            }
            StoreError::Fork { .. } => Failure::new(Exit::Forked, "forked", message)
                .hint("`log`, `show`, `export` and `verify` still work: they read the journal"),
            StoreError::Import { .. } | StoreError::EmptyImport => {
                Failure::new(Exit::Tampered, "bad_export", message)
            }
            StoreError::Journal { .. } | StoreError::Damaged { .. } => {
                Failure::new(Exit::Tampered, "damaged", message)
                    .hint("`regesta verify` says all that is wrong")
            }
            StoreError::AlreadyARecord { .. } | StoreError::NotEmpty { .. } => {
                Failure::new(Exit::Refused, "exists", message)
                    .hint("give another directory: --record DIR")
            }
            _ => Failure::new(Exit::Unusable, "unusable", message),
        },
        RecordError::Origin(_) => Failure::usage(message),
        RecordError::Entry { .. } | RecordError::Index(_) => {
            Failure::new(Exit::Tampered, "damaged", message)
                .hint("`regesta verify` says all that is wrong")
        }
        _ => Failure::new(Exit::Unusable, "unusable", message),
    }
}

/// A file or directory that cannot be read, as the user is told.
pub fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(
        Exit::Refused,
        "unreadable",
        format!("{} cannot be read: {error}", path.display()),
    )
    .nothing_written()
}

/// An error with all its causes, in one sentence.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn a_slip_of_the_pen_is_near_and_another_word_is_not() {
        let names = ["gold", "oil-import", "travel-ban"];
        assert_eq!(near("oil-imprt", names), Some("oil-import"));
        assert_eq!(near("travel", names), Some("travel-ban"));
        assert_eq!(near("glod", names), Some("gold"));
        assert_eq!(near("nob", names), None);
        assert_eq!(near("", names), None);
    }
}
