//! `append`: records decisions and surveys, all or none.

use super::args::Append;
use super::changes::{self, Told};
use super::init::reader;
use super::output::{Head, Output, heading};
use super::{Exit, Failure, Global, Outside, open};
use regesta::domain::Day;
use regesta::record::{AppendError, AppendOptions, Appended, Doc, Record, Recorded, read_all};
use regesta::register::{BlastRadius, Draft, DraftError, Refusal};
use serde::Serialize;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::BufRead;
use std::path::{Path, PathBuf};

/// How many entries are named one by one.
const NAMED: usize = 10;
/// How many documents of a stream are read at once.
const CHUNK: usize = 4096;

#[derive(Serialize)]
struct Answer<'a> {
    recorded: u64,
    already: u64,
    dry_run: bool,
    entries: &'a [Recorded],
    head: Head,
    blast_radius: Option<&'a [BlastRadius]>,
}

/// Runs the verb.
pub fn run(
    global: &Global,
    args: &Append,
    outside: Outside,
    out: &Output,
) -> Result<Exit, Failure> {
    let by = args.by.name();
    let (files, streams) = gather(&args.paths)?;
    let first = read_files(&files, by)?;
    let mut record = open::record(global, "append", outside, out)?;
    let options = AppendOptions {
        now: outside.now,
        expect_head: args.expect_head.clone(),
        dry_run: args.dry_run,
        with_dependents: false,
    };
    let bar = out.progress(
        if streams.is_empty() {
            first.len() as u64
        } else {
            u64::MAX
        },
        "recording",
    );
    let mut told = Vec::new();
    let chunks = std::iter::once(Ok(first)).chain(streams.iter().flat_map(|path| stream(path, by)));
    let appended = record.append(chunks, &options, &mut |recorded| {
        bar.inc(1);
        // All are told as JSON; a person is told the beginning.
        if out.json || told.len() <= NAMED {
            told.push(recorded);
        }
    });
    bar.finish_and_clear();
    let appended = appended.map_err(refused)?;
    let radius = radius(&record, &appended, args.dry_run, outside)?;
    tell(&record, &appended, &told, radius.as_deref(), out)?;
    Ok(Exit::Done)
}

/// What a dry run would have changed of the past; none where it was no dry run.
pub fn radius(
    record: &Record,
    appended: &Appended,
    dry_run: bool,
    outside: Outside,
) -> Result<Option<Vec<BlastRadius>>, Failure> {
    if !dry_run {
        return Ok(None);
    }
    let radius = record.blast_radius(&appended.planned, outside.today);
    radius.map(Some).map_err(open::unusable)
}

/// What was recorded, or would have been; of a dry run also what it would have changed of the past.
pub fn tell(
    record: &Record,
    appended: &Appended,
    told: &[Recorded],
    radius: Option<&[BlastRadius]>,
    out: &Output,
) -> Result<(), Failure> {
    let dry_run = radius.is_some();
    let Appended {
        recorded, already, ..
    } = *appended;
    if out.json {
        return out.print_json(&Answer {
            recorded,
            already,
            dry_run,
            entries: told,
            head: record.head().into(),
            blast_radius: radius,
        });
    }
    // What a dry run tells is its result.
    if out.quiet && !dry_run {
        return Ok(());
    }
    let mut text = String::new();
    for one in told.iter().take(NAMED) {
        let _ = match (one.already, dry_run) {
            (true, _) => writeln!(text, "{} is already recorded as {}", one.cite, one.seq),
            (false, true) => writeln!(text, "Would record {} as entry {}", one.cite, one.seq),
            (false, false) => writeln!(text, "Recorded {} as entry {}", one.cite, one.seq),
        };
    }
    let all = recorded + already;
    if all > NAMED as u64 {
        let verb = if dry_run { "Would record" } else { "Recorded" };
        let _ = writeln!(text, "…");
        let _ = writeln!(
            text,
            "{verb} {recorded} of {all}; {already} already recorded"
        );
    }
    if let Some(radius) = radius {
        past(radius, out, &mut text);
    }
    let _ = writeln!(text, "Head: {}", record.head());
    out.print(&text)
}

/// Drafts from files, directories and streams, to be supposed.
pub fn read(paths: &[PathBuf]) -> Result<Vec<Draft>, Failure> {
    const BY: &str = "supposed";
    let (files, streams) = gather(paths)?;
    let mut drafts = read_files(&files, BY)?;
    for chunk in streams.iter().flat_map(|path| stream(path, BY)) {
        drafts.extend(chunk.map_err(refused)?);
    }
    Ok(drafts)
}

/// The past days that change, by regime, those that change alike together.
fn past(radius: &[BlastRadius], out: &Output, text: &mut String) {
    let new = radius.iter().filter(|one| one.is_new);
    let new: Vec<_> = new.map(|one| one.regime.to_string()).collect();
    if !new.is_empty() {
        let line = format!("All past days of {} are new", new.join(", "));
        out.wrap(text, "", "  ", &line);
    }
    let changed: Vec<_> = radius.iter().filter(|one| !one.lines.is_empty()).collect();
    if changed.is_empty() && new.is_empty() {
        text.push_str("Changes no past day\n");
    }
    for one in changed {
        let _ = writeln!(
            text,
            "\n{}",
            heading(&format!("Past days of {} that change", one.regime))
        );
        let mut spans: BTreeMap<(Option<Day>, Day), Vec<Told>> = BTreeMap::new();
        for line in &one.lines {
            for past in &line.days {
                let told = Told::new(&line.line, line.name.as_deref(), past.change, &past.fields);
                spans
                    .entry((past.from, past.through))
                    .or_default()
                    .push(told);
            }
        }
        for ((from, through), told) in spans {
            let _ = match from {
                None => writeln!(text, "  through {through}"),
                Some(from) if from == through => writeln!(text, "  {from}"),
                Some(from) => writeln!(text, "  {from} to {through}"),
            };
            changes::tell(told, Some("--json"), "    ", out, text);
        }
        text.push('\n');
    }
}

/// The files to read at once, and the streams to read one document after another.
fn gather(paths: &[PathBuf]) -> Result<(Vec<PathBuf>, Vec<PathBuf>), Failure> {
    let (mut files, mut streams) = (Vec::new(), Vec::new());
    for path in paths {
        if path.is_dir() {
            let before = files.len();
            walk(path, &mut files)?;
            if files.len() == before {
                let none = format!("the directory {} holds no .json file", path.display());
                return Err(Failure::new(Exit::Refused, "empty_directory", none).nothing_written());
            }
        } else if path == Path::new("-")
            || path
                .extension()
                .is_some_and(|extension| extension == "ndjson")
        {
            streams.push(path.clone());
        } else {
            files.push(path.clone());
        }
    }
    Ok((files, streams))
}

fn walk(dir: &Path, files: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let unreadable = |error| open::unreadable(dir, &error);
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    Ok(())
}

/// Reads the files and puts them in order: by day of adoption, then by path. It never decides legal order.
fn read_files(paths: &[PathBuf], by: &str) -> Result<Vec<Draft>, Failure> {
    let mut docs = Vec::with_capacity(paths.len());
    for path in paths {
        let json = std::fs::read(path).map_err(|error| open::unreadable(path, &error))?;
        docs.push(Doc {
            json,
            place: path.display().to_string(),
        });
    }
    let mut drafts = read_all(&docs, by).map_err(|error| unreadable(&error))?;
    let last = Day::new(9999, 12, 31);
    drafts.sort_by(|a, b| (a.day.or(last), &a.place).cmp(&(b.day.or(last), &b.place)));
    Ok(drafts)
}

/// The documents of a stream, some at a time, in the order given.
fn stream<'a>(
    path: &'a Path,
    by: &'a str,
) -> Box<dyn Iterator<Item = Result<Vec<Draft>, AppendError>> + Send + 'a> {
    let reader = match reader(path) {
        Ok(reader) => reader,
        Err(failure) => {
            return Box::new(std::iter::once(Err(complaint(
                path,
                0,
                0,
                0,
                failure.message,
            )
            .into())));
        }
    };
    let mut documents = Documents {
        reader,
        buffer: Vec::new(),
        lines: 0,
        over: false,
    };
    let (mut n, mut over) = (0, false);
    Box::new(std::iter::from_fn(move || {
        let mut chunk = Vec::with_capacity(CHUNK);
        while !over && chunk.len() < CHUNK {
            n += 1;
            match documents.next() {
                None => over = true,
                Some(Ok(json)) => chunk.push(Doc {
                    json,
                    place: place(path, n),
                }),
                Some(Err((line, column, problem))) => {
                    over = true;
                    return Some(Err(complaint(path, n, line, column, problem).into()));
                }
            }
        }
        (!chunk.is_empty()).then(|| read_all(&chunk, by).map_err(AppendError::from))
    }))
}

/// JSON documents one after another, read line by line: a document may take several lines, and a line may hold several.
struct Documents<R> {
    reader: R,
    /// What was read and not handed out.
    buffer: Vec<u8>,
    /// Lines before it.
    lines: usize,
    over: bool,
}

impl<R: BufRead> Iterator for Documents<R> {
    /// A document, or where it goes wrong (line and column, from 1; 0 where it is not known) and how.
    type Item = Result<Vec<u8>, (usize, usize, String)>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut stream =
                serde_json::Deserializer::from_slice(&self.buffer).into_iter::<&RawValue>();
            match stream.next() {
                Some(Ok(document)) => {
                    let json = document.get().as_bytes().to_vec();
                    let used = stream.byte_offset();
                    self.pass_over(used);
                    return Some(Ok(json));
                }
                Some(Err(error)) if self.over || !error.is_eof() => {
                    let said = error.to_string();
                    let problem = said
                        .rsplit_once(" at line ")
                        .map_or(said.as_str(), |(problem, _)| problem);
                    let place = (self.lines + error.line(), error.column());
                    return Some(Err((place.0, place.1, problem.to_owned())));
                }
                None if self.over => return None,
                None => self.pass_over(self.buffer.len()),
                Some(Err(_)) => {}
            }
            match self.reader.read_until(b'\n', &mut self.buffer) {
                Ok(read) => self.over = read == 0,
                Err(error) => return Some(Err((0, 0, error.to_string()))),
            }
        }
    }
}

impl<R> Documents<R> {
    fn pass_over(&mut self, bytes: usize) {
        let passed = self.buffer.drain(..bytes);
        self.lines += passed.filter(|byte| *byte == b'\n').count();
    }
}

fn place(path: &Path, n: usize) -> String {
    let name = if path == Path::new("-") {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    };
    format!("{name}, document {n}")
}

fn complaint(path: &Path, n: usize, line: usize, column: usize, problem: String) -> DraftError {
    DraftError {
        place: place(path, n),
        line,
        column,
        field: None,
        effect: None,
        problem,
    }
}

/// A draft that cannot be read, as the user is told.
pub fn unreadable(error: &DraftError) -> Failure {
    let mut place = error.place.clone();
    if error.line > 0 {
        let _ = write!(place, ":{}:{}", error.line, error.column);
    }
    if let Some(effect) = error.effect {
        let _ = write!(place, ", effect {effect}");
    }
    if let Some(field) = &error.field {
        let _ = write!(place, ", {field}");
    }
    Failure::new(Exit::Refused, "refused.unreadable", &error.problem)
        .at(place)
        .nothing_written()
}

/// An append that was refused, as the user is told.
pub fn refused(error: AppendError) -> Failure {
    match error {
        AppendError::Draft(error) => unreadable(&error),
        AppendError::Refused {
            place,
            cite,
            refusal,
        } => {
            let failure = Failure::new(Exit::Refused, code(&refusal), &refusal)
                .at(format!("{cite}\n{place}"));
            with_hint(failure, &refusal).nothing_written()
        }
        AppendError::Depended { .. } => Failure::new(Exit::Refused, "refused.depended", &error)
            .hint("withdraw those first, or say --with-dependents")
            .nothing_written(),
        AppendError::Moved { expected, head } => {
            let moved = format!("the head is {head}, not {expected}");
            Failure::new(Exit::Refused, "refused.head_moved", moved)
                .hint("look at what was recorded meanwhile: regesta log -n 5")
                .nothing_written()
        }
        AppendError::Supposing => Failure::usage(&error).nothing_written(),
        AppendError::Unknown(error) => {
            let unknown = format!(
                "it is not known whether the entries were recorded: {}",
                open::chain(&error)
            );
            Failure::new(Exit::Unusable, "unknown_outcome", unknown)
                .hint("append the same again: what is recorded already stays as it is")
        }
        AppendError::Record(error) => open::unusable(error).nothing_written(),
        other => Failure::new(Exit::Refused, "refused", other.to_string()).nothing_written(),
    }
}

fn with_hint(failure: Failure, refusal: &Refusal) -> Failure {
    match refusal {
        Refusal::UnknownMeasure { has, .. } if !has.is_empty() => {
            let has: Vec<_> = has.iter().map(ToString::to_string).collect();
            failure.hint(format!("its measures are {}", has.join(", ")))
        }
        Refusal::UnknownRegime { .. } => failure
            .hint("a regime begins with `established`, or with `renewed` and `prior_unrecorded`"),
        Refusal::NotListed { .. } => {
            failure.hint("where its listing is not recorded, say `prior_unrecorded` and the `name`")
        }
        Refusal::IdReused { seq, .. } => failure.hint(format!(
            "what is recorded stays; if it is wrong: regesta rectify {seq} FILE --because …"
        )),
        Refusal::Redacted { .. } => failure.hint(
            "remove its file, or put the redacted text in its place; a new text needs a new id",
        ),
        _ => failure,
    }
}

fn code(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::IdReused { .. } => "refused.id_reused",
        Refusal::Redacted { .. } => "refused.redacted",
        Refusal::UnknownRegime { .. } => "refused.unknown_regime",
        Refusal::AlreadyEstablished { .. } => "refused.already_established",
        Refusal::Repealed { .. } => "refused.repealed",
        Refusal::UnknownMeasure { .. } => "refused.unknown_measure",
        Refusal::AlreadyImposed { .. } => "refused.already_imposed",
        Refusal::Lifted { .. } => "refused.lifted",
        Refusal::AlreadyListed { .. } => "refused.already_listed",
        Refusal::NotListed { .. } => "refused.not_listed",
        Refusal::NotSuspended { .. } => "refused.not_suspended",
        Refusal::UnknownDecision { .. } => "refused.unknown_decision",
        _ => "refused",
    }
}
