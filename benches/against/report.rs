//! What was measured, as tables for people or as JSON.

use crate::asked::Asked;
use crate::measure::Outcome;
use crate::round::{Round, Three};
use comfy_table::{CellAlignment, Table, presets};
use serde_json::json;
use std::io::Write as _;

pub fn tell(machine: &str, shipped: &[Asked], rounds: &[Round], as_json: bool) -> Outcome<()> {
    let mut out = std::io::stdout();
    if as_json {
        let all = json!({"machine": machine, "shipped": shipped, "rounds": rounds});
        writeln!(out, "{all:#}")?;
        return Ok(());
    }
    writeln!(
        out,
        "{machine}\nThe machine's other work counts: read the ratios before the figures."
    )?;
    writeln!(out, "\nThe record that ships\n{}", questions(shipped))?;
    for round in rounds {
        writeln!(
            out,
            "\n{} entries, {} bytes a body\n{}\n\n{}",
            grouped(round.entries),
            round.bodies_bytes / round.entries,
            table(round),
            questions(&round.asked)
        )?;
    }
    if let [first, .., last] = rounds {
        let grown = last.steady_state.regesta / first.steady_state.regesta;
        writeln!(
            out,
            "\nThe steady regime's state takes {grown:.2} times as long at {} entries as at {}.",
            grouped(last.entries),
            grouped(first.entries)
        )?;
    }
    Ok(())
}

fn table(round: &Round) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header([
        "",
        "regesta",
        "SQLite",
        "flat file",
        "÷ SQLite",
        "÷ flat",
        "must",
    ]);
    let per_second = |seconds: f64| round.entries as f64 / seconds;
    let rate = |three: Three| three.map(per_second);
    let millis = |three: Three| three.map(|seconds| seconds * 1000.0);
    let mib = |three: Three| three.map(|kib| kib / 1024.0);
    let times = |bytes: f64| bytes / round.bodies_bytes as f64;
    let mut row = |name: &str, three: Three, unit: &str, decimals: usize, must: &str| {
        let Three {
            regesta,
            sqlite,
            flat,
        } = three;
        let one = |number: f64| format!("{} {unit}", decimal(number, decimals));
        let ratio = |by: f64| format!("{:.2}", regesta / by);
        table.add_row([
            name.to_owned(),
            one(regesta),
            one(sqlite),
            one(flat),
            ratio(sqlite),
            ratio(flat),
            must.to_owned(),
        ]);
    };
    row(
        "durable append of one, p50",
        millis(round.single_p50),
        "ms",
        2,
        "≤ 1.5 × SQLite",
    );
    row(
        "durable append of one, p99",
        millis(round.single_p99),
        "ms",
        2,
        "",
    );
    row(
        "bulk append",
        rate(round.bulk),
        "/s",
        0,
        "≥ 200,000/s at 1 M",
    );
    row(
        "bulk append, peak memory",
        mib(round.bulk_peak_kib),
        "MiB",
        0,
        "bounded",
    );
    row("verify, everything", rate(round.verify), "/s", 0, "");
    row(
        "verify, peak memory",
        mib(round.verify_peak_kib),
        "MiB",
        0,
        "bounded",
    );
    row(
        "state of 1 regime of 50",
        millis(round.state),
        "ms",
        1,
        "≤ 60 ms at 1 M",
    );
    if let Some(uncached) = round.state_uncached {
        row("the same, nothing cached", millis(uncached), "ms", 1, "");
    }
    row(
        "state of the steady regime",
        millis(round.steady_state),
        "ms",
        1,
        "flat",
    );
    row("on disk, × bodies", round.bytes.map(times), "×", 2, "");
    let mut alone = |name: &str, value: String, must: &str| {
        table.add_row([name, value.as_str(), "", "", "", "", must]);
    };
    alone(
        "  of it sled",
        format!("{:.2} ×", times(round.sled_bytes as f64)),
        "≤ 1.3 ×",
    );
    alone(
        "  of it the journal",
        format!("{:.2} ×", times(round.journal_bytes as f64)),
        "≤ 1.7 ×",
    );
    alone(
        "verify, links + digests + typed decode",
        format!("{} /s", decimal(per_second(round.pass), 0)),
        "≥ 1,000,000/s at 1 M",
    );
    alone(
        "  its peak memory",
        format!("{:.0} MiB", round.pass_peak_kib / 1024.0),
        "bounded",
    );
    for column in table.column_iter_mut().skip(1).take(5) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// What was asked, each as a whole process.
fn questions(asked: &[Asked]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["", "regesta", "÷ state", "must"]);
    for one in asked {
        let seconds = one.must_seconds;
        let seconds = seconds.map(|seconds| format!("≤ {:.0} ms", seconds * 1000.0));
        let by_state = one.must_by_state.map(|by| format!("≤ {by:.0} × state"));
        let must: Vec<_> = seconds.into_iter().chain(by_state).collect();
        table.add_row([
            one.verb.to_owned(),
            format!("{:.1} ms", one.seconds * 1000.0),
            format!("{:.2}", one.by_state),
            must.join(", "),
        ]);
    }
    for column in table.column_iter_mut().skip(1).take(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

impl Three {
    fn map(self, change: impl Fn(f64) -> f64) -> Self {
        Self {
            regesta: change(self.regesta),
            sqlite: change(self.sqlite),
            flat: change(self.flat),
        }
    }
}

fn decimal(number: f64, decimals: usize) -> String {
    if decimals == 0 {
        return grouped(number.round() as u64);
    }
    format!("{number:.decimals$}")
}

/// `1,000,000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
