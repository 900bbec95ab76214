//! The `regesta` command: parse, dispatch, exit code. The only place that reads the clock.

mod cli;

use chrono::Utc;
use clap::Parser as _;
use cli::{Args, Outside};
use regesta::domain::{Day, Instant};
use std::process::ExitCode;

/// The C library's allocator is slow where one thread frees what another allocated, as pipelines do.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args = Args::try_parse().unwrap_or_else(|error| cli::misread(&error, std::env::args_os()));
    args.global.choose_color();
    let now = Utc::now();
    let outside = Outside {
        now: Instant(now.timestamp_micros()),
        today: Day::from(now.date_naive()),
    };
    let json = args.global.json;
    match cli::run(args, outside) {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(failure) => {
            failure.tell(json);
            ExitCode::from(failure.exit as u8)
        }
    }
}
