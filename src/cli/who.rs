//! Who is meant by a name: the match is shown, and nobody is chosen where several are meant.

use super::{Failure, open};
use regesta::record::Record;
use regesta::register::{Match, NameKind, Nearness};

/// Every subject that a text may mean.
pub fn found(record: &Record, text: &str, known_at: u64) -> Result<Vec<Match>, Failure> {
    record.called(text, known_at).map_err(open::unusable)
}

/// The only one of those; a failure that lists them where there are several.
pub fn one_of(mut found: Vec<Match>, text: &str) -> Result<Match, Failure> {
    if found.len() > 1 {
        let candidate = |one: &Match| format!("{}  {}", one.found.subject, how(one));
        let lines: Vec<_> = found.iter().map(candidate).collect();
        let failure = Failure::usage(format!("{text} may be any of {}", found.len()));
        return Err(failure.at(lines.join("\n")).hint("say which by its id"));
    }
    found.pop().ok_or_else(|| nobody(text))
}

/// Nobody is called so.
pub fn nobody(text: &str) -> Failure {
    let failure = Failure::usage(format!("no subject {text} is recorded"));
    failure.hint("a subject is found by its id, a name or an alias, in any spelling; a regime has a page of its own: regesta state EU-RUS-SECTORAL")
}

/// What was matched: ``alias `X` of mikhail-fridman, folded``. None where the id itself was given.
pub fn matched(one: &Match) -> Option<String> {
    (one.found.kind != NameKind::Id)
        .then(|| format!("matched: {} of {}", how(one), one.found.subject))
}

/// What a subject was found by, and how near that is.
fn how(one: &Match) -> String {
    let kind = match one.found.kind {
        NameKind::Id => "id",
        NameKind::Name => "name",
        NameKind::Alias => "alias",
        NameKind::Identifier => "identifier",
    };
    let near = match one.nearness {
        Nearness::Exact => "",
        Nearness::Folded => " (folded)",
        Nearness::Close => " (close spelling)",
    };
    format!("{kind} `{}`{near}", one.found.text)
}
