//! A chain as a graph for Graphviz: effects are nodes, what one did to another is an edge.

use super::causes;
use super::output::{self, Receipt};
use regesta::domain::Moment;
use regesta::register::{Bearing, EntryNo, Ref, Role, StandingLine, Why};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The graph. Idle effects are left out.
pub fn text(why: &Why, on: Moment, receipt: &Receipt) -> String {
    let mut graph = Graph::default();
    let answer = match (&why.standing, &why.line) {
        (Some(standing), StandingLine::Listing(_)) => output::listing_words(standing.status),
        (Some(standing), _) => standing.status.words(),
        (None, _) => "not there",
    };
    let asked = why.line.key().map_or_else(
        || why.regime.to_string(),
        |key| format!("{}\n{key}", why.regime),
    );
    for cause in why.chain.iter().chain(&why.regime_chain) {
        if !cause.idle {
            graph.add(cause);
        }
    }
    let mut text = String::from("digraph why {\n  rankdir=BT;\n  node [shape=box];\n");
    let _ = writeln!(
        text,
        "  label={};",
        quoted(&format!("{receipt}{}", receipt.redacted()))
    );
    let _ = writeln!(
        text,
        "  answer [shape=ellipse, style=bold, label={}];",
        quoted(&format!("{asked}\n{answer} on {on}"))
    );
    for (name, (label, style)) in &graph.nodes {
        let _ = writeln!(text, "  {name} [label={}{style}];", quoted(label));
    }
    for (from, to, label) in &graph.edges {
        let _ = writeln!(text, "  {from} -> {to} [label={}];", quoted(label));
    }
    text.push_str("}\n");
    text
}

#[derive(Default)]
struct Graph {
    /// Label and further attributes by name.
    nodes: BTreeMap<String, (String, &'static str)>,
    edges: Vec<(String, String, &'static str)>,
}

impl Graph {
    fn add(&mut self, cause: &Bearing) {
        let name = name(cause.effect.entry, cause.effect.effect);
        let mut label = format!(
            "{} {}\n{}\nentry {}",
            cause.effect.did,
            output::day(cause.effect.from, cause.effect.assumed),
            cause.effect.act,
            cause.effect.entry
        );
        let style = match &cause.role {
            Role::Decides => ", style=bold",
            Role::Contributes | Role::Maintained { .. } => "",
            role => {
                // An edge says the rest where another effect did it.
                if role.others().is_empty() {
                    let _ = write!(label, "\n{}", causes::words(role, cause));
                }
                ", style=dashed"
            }
        };
        self.nodes.insert(name.clone(), (label, style));
        match &cause.role {
            Role::Decides => self.edge(&name, "answer", "decides"),
            Role::Contributes => self.edge(&name, "answer", "is carried on"),
            Role::Maintained { .. } => self.edge(&name, "answer", "still binds"),
            _ => {}
        }
        let verb = verb(&cause.role);
        for other in cause.role.others() {
            let other = self.known(other);
            match &cause.role {
                Role::Step { .. } | Role::Undoes { .. } => self.edge(&name, &other, verb),
                _ => self.edge(&other, &name, verb),
            }
        }
        if let Some(renewed) = &cause.renews {
            let renewed = self.known(renewed);
            self.edge(&name, &renewed, "renews");
        }
    }

    /// The name of a node, which is made where the effect is not itself in the chain.
    fn known(&mut self, of: &Ref) -> String {
        let name = name(of.entry, of.effect);
        let label = || format!("{}\n{}\nentry {}", of.did, of.act, of.entry);
        self.nodes
            .entry(name.clone())
            .or_insert_with(|| (label(), ""));
        name
    }

    /// Adds an edge, unless what it says is said: a renewal supersedes the one that it renews.
    fn edge(&mut self, from: &str, to: &str, label: &'static str) {
        let same = |other: &&mut (String, String, &'static str)| other.0 == from && other.1 == to;
        match self.edges.iter_mut().find(same) {
            Some(edge) if label == "renews" => edge.2 = label,
            Some(_) => {}
            None => self.edges.push((from.to_owned(), to.to_owned(), label)),
        }
    }
}

fn name(entry: EntryNo, effect: u16) -> String {
    // A plus sign is none of the letters of a name in DOT.
    let entry = entry.to_string().replace('+', "supposed");
    format!("e{entry}_{effect}")
}

/// What one effect did to another.
fn verb(role: &Role) -> &'static str {
    match role {
        Role::Superseded { .. } => "supersedes",
        Role::Ended { .. } => "ends",
        Role::Voided { .. } => "voids",
        Role::Maintained { .. } => "annuls, effects maintained",
        Role::SetAside { .. } => "sets aside",
        Role::Step { .. } => "is a step towards",
        _ => "undoes",
    }
}

/// A text as a quoted string: backslashes and quotes escaped, line ends written `\n`, no other control characters.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push(' '),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_string_cannot_end_early() {
        assert_eq!(quoted("a \"b\" \\ c\nd\te"), r#""a \"b\" \\ c\nd e""#);
        assert_eq!(quoted("\\\""), r#""\\\"""#);
    }
}
