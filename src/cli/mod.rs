//! The command: one file a verb. It reaches the record only through what the library makes public.

mod append;
mod args;
mod bisect;
mod board;
mod causes;
mod changes;
mod cite;
mod completions;
mod coverage;
mod diff;
mod dot;
mod due;
mod export;
mod failure;
mod ftm;
mod history;
mod ics;
mod init;
mod log;
mod open;
mod output;
mod page;
mod panel;
mod rectify;
mod redact;
mod sheet;
mod show;
mod state;
mod subject;
mod suppose;
mod verify;
mod who;
mod why;

pub use args::{Args, Global, Verb};
pub use failure::{Exit, Failure, misread};
pub use output::Output;

/// What the outside world is, read once by `main`.
#[derive(Debug, Clone, Copy)]
pub struct Outside {
    /// Now, in microseconds since 1970-01-01T00:00:00Z.
    pub now: regesta::domain::Instant,
    /// Today, on the UTC calendar.
    pub today: regesta::domain::Day,
}

/// Runs the verb.
///
/// # Errors
///
/// What the user is told, with its exit code.
pub fn run(args: Args, outside: Outside) -> Result<Exit, Failure> {
    let Args { global, verb } = args;
    let out = Output::new(&global);
    match verb {
        Verb::Init(args) => init::run(&global, &args, outside, &out),
        Verb::Append(args) => append::run(&global, &args, outside, &out),
        Verb::Rectify(args) => rectify::run(&global, &args, outside, &out),
        Verb::Redact(args) => redact::run(&global, &args, outside, &out),
        Verb::Log(args) => log::run(&global, &args, &out),
        Verb::Show(args) => show::run(&global, &args, &out),
        Verb::State(args) => state::run(&global, &args, outside, &out),
        Verb::History(args) => history::run(&global, &args, outside, &out),
        Verb::Coverage(args) => coverage::run(&global, &args, outside, &out),
        Verb::Due(args) => due::run(&global, &args, outside, &out),
        Verb::Panel(args) => panel::run(&global, &args, outside, &out),
        Verb::Suppose(args) => suppose::run(&global, &args, outside),
        Verb::Diff(args) => diff::run(&global, &args, outside, &out),
        Verb::Bisect(args) => bisect::run(&global, &args, outside, &out),
        Verb::Why(args) => why::run(&global, &args, outside, &out),
        Verb::Subject(args) => subject::run(&global, &args, outside, &out),
        Verb::Verify(args) => verify::run(&global, &args, &out),
        Verb::Reindex => verify::reindex(&global, outside, &out),
        Verb::Export(args) => export::run(&global, &args, outside, &out),
        Verb::Completions(args) => completions::run(&args, &out),
    }
}
