//! What is measured, and with what.

use std::error::Error;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// What goes wrong ends the run.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// What a child process measured of itself.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub struct Told {
    pub seconds: f64,
    /// The most memory that it held, in KiB (`VmHWM`).
    pub peak_kib: u64,
}

/// How long that took, in seconds.
pub fn timed(work: impl FnOnce() -> Outcome<()>) -> Outcome<f64> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64())
}

/// Tells the parent of this process how long its work took.
pub fn tell(seconds: f64) -> Outcome<()> {
    let told = Told {
        seconds,
        peak_kib: status("VmHWM:")?,
    };
    writeln!(std::io::stdout(), "{}", serde_json::to_string(&told)?)?;
    Ok(())
}

/// This program again, as a child with other work.
pub fn myself(args: &[&str]) -> Outcome<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("child").args(args);
    Ok(command)
}

/// Runs a child that tells.
pub fn told(args: &[&str]) -> Outcome<Told> {
    let output = myself(args)?.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{args:?} failed: {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// How long a whole process takes: the median of some runs.
pub fn process(mut command: Command, runs: usize) -> Outcome<f64> {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let mut times = Vec::new();
    for _ in 0..runs {
        let start = Instant::now();
        let status = command.status()?;
        times.push(start.elapsed());
        if !status.success() {
            return Err(format!("{command:?} failed: {status}").into());
        }
    }
    Ok(percentile(&mut times, 50))
}

/// The time that so many of a hundred stay below, in seconds.
pub fn percentile(times: &mut [Duration], of_hundred: usize) -> f64 {
    times.sort_unstable();
    let at = times.len() * of_hundred / 100;
    times
        .get(at.min(times.len().saturating_sub(1)))
        .map_or(0.0, Duration::as_secs_f64)
}

/// All bytes below a path.
pub fn bytes(path: &Path) -> Outcome<u64> {
    if !path.is_dir() {
        return Ok(fs::metadata(path)?.len());
    }
    let mut sum = 0;
    for file in fs::read_dir(path)? {
        sum += bytes(&file?.path())?;
    }
    Ok(sum)
}

/// Forgets what the system has cached of files, where it lets us.
pub fn drop_caches() -> bool {
    let synced = Command::new("sync")
        .status()
        .is_ok_and(|status| status.success());
    synced && fs::write("/proc/sys/vm/drop_caches", "3").is_ok()
}

fn status(field: &str) -> Outcome<u64> {
    let text = fs::read_to_string("/proc/self/status")?;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .unwrap_or("0");
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// The machine, in one line.
pub fn machine(dir: &Path) -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let info = read("/proc/cpuinfo");
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let mounts = read("/proc/mounts");
    let at = dir.display().to_string();
    let mount = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        let (point, kind) = (words.next()?, words.next()?);
        at.starts_with(point).then_some((point.len(), kind))
    });
    let kind = mount
        .max_by_key(|(length, _)| *length)
        .map_or("unknown", |(_, kind)| kind);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!(
        "{cores} cores ({}), Linux {}, {kind}",
        model.unwrap_or("unknown"),
        kernel.trim()
    )
}
