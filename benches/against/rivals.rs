//! The same bodies elsewhere: in SQLite with an index that answers the same question, and in a flat file.

use crate::measure::Outcome;
use chrono::NaiveDate;
use regesta::domain::{Day, Moment, RegimeKey};
use regesta::log::Kind;
use regesta::register::{Ask, History, Row, project};
use rusqlite::{Connection, params};
use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

/// A body's regimes, read from its text: its effects bear nothing else under that key.
fn regimes(body: &str) -> Vec<&str> {
    let mut found: Vec<&str> = body
        .split("\"regime\":\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    found.dedup();
    found
}

/// SQLite as durable as a record: write-ahead log, synced at every commit.
pub struct Sqlite(Connection);

impl Sqlite {
    pub fn create(file: &Path) -> Outcome<Self> {
        let new = Self::open(file)?;
        new.0.execute_batch(
            "CREATE TABLE entry (seq INTEGER PRIMARY KEY, digest BLOB NOT NULL, body TEXT NOT NULL);
             CREATE TABLE of_regime (regime TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (regime, seq)) WITHOUT ROWID;",
        )?;
        Ok(new)
    }

    pub fn open(file: &Path) -> Outcome<Self> {
        let connection = Connection::open(file)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        Ok(Self(connection))
    }

    fn insert(&self, body: &str) -> Outcome<()> {
        let digest = blake3::hash(body.as_bytes());
        self.0
            .prepare_cached("INSERT INTO entry (digest, body) VALUES (?1, ?2)")?
            .execute(params![digest.as_bytes(), body])?;
        let seq = self.0.last_insert_rowid();
        for regime in regimes(body) {
            self.0
                .prepare_cached("INSERT INTO of_regime (regime, seq) VALUES (?1, ?2)")?
                .execute(params![regime, seq])?;
        }
        Ok(())
    }

    /// One transaction.
    pub fn append<S: AsRef<str>>(&mut self, bodies: impl IntoIterator<Item = S>) -> Outcome<()> {
        self.0.execute_batch("BEGIN IMMEDIATE")?;
        for body in bodies {
            self.insert(body.as_ref())?;
        }
        Ok(self.0.execute_batch("COMMIT")?)
    }

    /// Its own check of its pages, and every body against its digest.
    pub fn verify(&self) -> Outcome<()> {
        let said: String = self
            .0
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        let mut all = self
            .0
            .prepare("SELECT digest, body FROM entry ORDER BY seq")?;
        let mut rows = all.query([])?;
        while let Some(row) = rows.next()? {
            if blake3::hash(row.get_ref(1)?.as_bytes()?).as_bytes() != row.get_ref(0)?.as_blob()? {
                return Err("a body is not what was written".into());
            }
        }
        (said == "ok").then_some(()).ok_or_else(|| said.into())
    }

    pub fn state(&self, regime: &str, on: NaiveDate) -> Outcome<()> {
        let mut wanted = self.0.prepare(
            "SELECT seq, body FROM of_regime JOIN entry USING (seq) WHERE regime = ?1 ORDER BY seq",
        )?;
        let mut rows = wanted.query([regime])?;
        let mut question = Question::new(regime)?;
        while let Some(row) = rows.next()? {
            question.take(row.get::<_, i64>(0)? as u64, row.get_ref(1)?.as_bytes()?)?;
        }
        question.answer(on)
    }

    /// Moves everything from the write-ahead log into the file, so that its size can be read.
    pub fn settle(&self) -> Outcome<()> {
        Ok(self
            .0
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }
}

/// Bodies one a line, each after its BLAKE3 digest.
pub struct Flat(File);

impl Flat {
    pub fn open(file: &Path) -> Outcome<Self> {
        Ok(Self(
            OpenOptions::new().append(true).create(true).open(file)?,
        ))
    }

    pub fn append<S: AsRef<str>>(&mut self, bodies: impl IntoIterator<Item = S>) -> Outcome<()> {
        let mut out = BufWriter::with_capacity(1 << 20, &self.0);
        for body in bodies {
            let body = body.as_ref();
            writeln!(out, "{} {body}", blake3::hash(body.as_bytes()).to_hex())?;
        }
        out.flush()?;
        drop(out);
        Ok(self.0.sync_data()?)
    }

    fn each(file: &Path, mut take: impl FnMut(&str, &str) -> Outcome<()>) -> Outcome<()> {
        let mut lines = BufReader::with_capacity(1 << 20, File::open(file)?);
        let mut line = String::new();
        while lines.read_line(&mut line)? > 0 {
            let (digest, body) = line.trim_end().split_once(' ').ok_or("not a line")?;
            take(digest, body)?;
            line.clear();
        }
        Ok(())
    }

    pub fn verify(file: &Path) -> Outcome<()> {
        Self::each(file, |digest, body| {
            let is_same = blake3::hash(body.as_bytes()).to_hex().as_str() == digest;
            is_same
                .then_some(())
                .ok_or_else(|| "a body is not what was written".into())
        })
    }

    /// There is no index: every line is looked at.
    pub fn state(file: &Path, regime: &str, on: NaiveDate) -> Outcome<()> {
        let mut question = Question::new(regime)?;
        let (wanted, mut seq) = (format!("\"regime\":\"{regime}\""), 0);
        Self::each(file, |_, body| {
            seq += 1;
            if body.contains(&wanted) {
                question.take(seq, body.as_bytes())?;
            }
            Ok(())
        })?;
        question.answer(on)
    }
}

/// The same fold as ours, over bodies that were found otherwise.
struct Question(RegimeKey, History);

impl Question {
    fn new(regime: &str) -> Outcome<Self> {
        let regime: RegimeKey = regime.parse()?;
        Ok(Self(
            regime.clone(),
            History::new(regime, Vec::<(u64, Row)>::new()),
        ))
    }

    fn take(&mut self, seq: u64, body: &[u8]) -> Outcome<()> {
        for (regime, row) in project(Kind::Decision, str::from_utf8(body)?)?.rows {
            if regime == self.0 {
                self.1.push(seq, row);
            }
        }
        Ok(())
    }

    fn answer(self, on: NaiveDate) -> Outcome<()> {
        let on = Day::from(on);
        let state = self
            .1
            .view(&Ask::new(Moment::Day(on), None, u64::MAX, on))
            .state();
        let (regime, listed) = (state.regime, state.listings.len());
        writeln!(
            std::io::stdout(),
            "{regime}: {:?}, {listed} listings",
            state.standing.status
        )?;
        Ok(())
    }
}
