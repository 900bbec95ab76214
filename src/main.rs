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
    let args = Args::parse();
    args.global.choose_color();
    let now = Utc::now();
    let outside = Outside {
        now: Instant(now.timestamp_micros()),
        today: Day::from(now.date_naive()),
    };
    let global = args.global.clone();
    match cli::run(args, outside) {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(failure) => {
            failure.tell(&global);
            ExitCode::from(failure.exit as u8)
        }
    }
}
