//! A chain of effects as text: what each did, its part in the answer, and where it stands in time.

use super::output::{self, Acts, Output};
use anstyle::{AnsiColor, Style};
use regesta::domain::{Moment, Until};
use regesta::register::{Bearing, Ref, Role};

/// Adds the chain, an effect a paragraph. Says how many idle effects were left out unless asked for `all`.
pub fn tell<'a>(
    into: &mut String,
    chain: &'a [Bearing],
    all: bool,
    acts: &mut Acts<'a>,
    out: &Output,
) {
    let indent = " ".repeat(15);
    for cause in chain.iter().filter(|cause| all || !cause.idle) {
        acts.cite(std::slice::from_ref(&cause.effect));
        for by in cause.role.others() {
            acts.note(by.entry, &by.act);
        }
        let when = output::day(cause.effect.from, cause.effect.assumed);
        let says = format!("{indent}  ");
        out.wrap(into, &format!("  {when:<12} "), &says, &cause.says);
        let style = style(&cause.role);
        let role = format!("{style}{}{style:#}", words(&cause.role, cause));
        out.wrap(into, &indent, &says, &role);
        out.wrap(into, &indent, &says, &place(cause));
    }
    let idle = chain.iter().filter(|cause| cause.idle && !all).count();
    if idle > 0 {
        let line = format!("Left out: {idle} that cannot move this answer (--all tells them)");
        out.wrap(into, "  ", "    ", &line);
    }
}

fn style(role: &Role) -> Style {
    match role {
        Role::Decides => AnsiColor::Green.on_default().bold(),
        Role::Contributes | Role::Maintained { .. } => AnsiColor::Green.on_default(),
        Role::Step { .. } | Role::Undoes { .. } | Role::NoDecision => Style::new(),
        _ => Style::new().dimmed(),
    }
}

/// The entry, which date placed it, and the days of the act that are not its place already.
fn place(cause: &Bearing) -> String {
    let mut parts = vec![
        match cause.effect.effect {
            1 => format!("entry {}", cause.effect.entry),
            nth => format!("entry {}, effect {nth}", cause.effect.entry),
        },
        format!("placed by {}", cause.effect.placed_by.words()),
    ];
    let placed = |day| Moment::Day(day) == cause.effect.from;
    parts.extend(
        cause
            .adopted_on
            .filter(|day| !placed(*day))
            .map(|day| format!("adopted {day}")),
    );
    parts.extend(
        cause
            .public_on
            .filter(|day| !placed(*day) && Some(*day) != cause.adopted_on)
            .map(|day| format!("public {day}")),
    );
    parts.join(" · ")
}

/// An act with its entry; where that is the effect's own, with which other effect of it.
fn act(by: &Ref, cause: &Bearing) -> String {
    let Ref {
        entry, effect, act, ..
    } = by;
    if *entry == cause.effect.entry {
        return format!("{act} (entry {entry}, effect {effect})");
    }
    format!("{act} (entry {entry})")
}

/// An effect's part in the answer, in words.
pub fn words(role: &Role, cause: &Bearing) -> String {
    let from = cause.effect.from;
    match role {
        Role::Decides => "decides".to_owned(),
        Role::Contributes => "carried on".to_owned(),
        Role::Maintained { by, until } => {
            let until = match until {
                Some(Until::Condition(text)) => format!(" until {text}"),
                Some(Until::Moment(last)) => format!(" through {last}"),
                _ => String::new(),
            };
            format!("annulled by {}, effects maintained{until}", act(by, cause))
        }
        Role::Step { towards } => format!("a step in the procedure of {}", act(towards, cause)),
        Role::Superseded { by } => format!("superseded by {}", act(by, cause)),
        Role::Ended { by } => format!("ended by {}", act(by, cause)),
        Role::RanOut { until } => format!("its own term is over: {until}"),
        Role::Voided { by } => format!("voided by {}", act(by, cause)),
        Role::SetAside { by } => format!("annulment set aside by {}", act(by, cause)),
        Role::CountsFrom { day } => {
            format!("counts only from {day}, later than the law that was asked for")
        }
        Role::OutsideSpan { from, to } => {
            let from = from.map(|day| format!(" from {day}")).unwrap_or_default();
            let to = to.map(|day| format!(" to {day}")).unwrap_or_default();
            format!("does not reach this day: it annuls the span{from}{to}")
        }
        Role::NotInForce => format!("adopted, not in force on this day: from {from}"),
        Role::NotApplicable => format!("in force, not applicable on this day: from {from}"),
        Role::NotDecided => "decided only after this day".to_owned(),
        Role::NotPublic => match cause.public_on {
            Some(public) => format!("not public by then: from {public}"),
            None => "not public by then".to_owned(),
        },
        Role::NotKnown => format!(
            "not yet known at that moment: recorded as entry {}",
            cause.effect.entry
        ),
        Role::Withdrawn { by_entry, because } => {
            format!("withdrawn by entry {by_entry}: {because}")
        }
        Role::Undoes { of } => {
            let of: Vec<_> = of.iter().map(|one| act(one, cause)).collect();
            format!("undoes {}", of.join(", "))
        }
        Role::NoDecision => "no decision came of it by this day".to_owned(),
        Role::Beside => "leaves the standing alone".to_owned(),
    }
}
