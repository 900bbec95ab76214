//! Names: who is meant by a text. Exact first, then without accents, case and order of words, then close spellings.
//!
//! Folding writes every script in plain letters (`Владимир` is `vladimir`, `Ayşe` is `ayse`) and sorts the words, so that
//! `FRIDMAN, Mikhail` is `Mikhail Fridman`. It is part of the index: a change of it needs a new `INDEX_VERSION`.

use super::{History, Row};
use crate::domain::{Effect, SubjectId};
use serde::Serialize;

/// What a subject was found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NameKind {
    /// Our own id.
    Id,
    /// A name as an act printed it.
    Name,
    /// Another name or spelling.
    Alias,
    /// An IMO number, a registration number or the like.
    Identifier,
}

/// How near the text is to what it was found by, nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Nearness {
    /// The same.
    Exact,
    /// The same without accents, case and order of words, in plain letters.
    Folded,
    /// Spelled much like it, or a part of it.
    Close,
}

/// A name of a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// Whose.
    pub subject: SubjectId,
    /// What it is.
    pub kind: NameKind,
    /// The name.
    pub text: String,
}

/// A subject found by a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Match {
    /// What it was found by.
    #[serde(flatten)]
    pub found: Named,
    /// How near that is.
    pub nearness: Nearness,
}

/// A text in plain lower-case letters and digits, its words in their order.
fn plain(text: &str) -> Vec<String> {
    let ascii = deunicode::deunicode(text).to_ascii_lowercase();
    // Soft signs and apostrophes part no words.
    let joined = ascii.replace(['\'', '`'], "");
    let words = joined.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A name as it is looked up: in plain letters, its words sorted.
#[must_use]
pub fn folded(text: &str) -> String {
    let mut words = plain(text);
    words.sort();
    words.join(" ")
}

/// The names that an effect gives its subject.
pub(super) fn names(effect: &Effect) -> Vec<(NameKind, &str)> {
    match effect {
        Effect::Listed(e) => {
            let aliases = e.subject.aliases.iter();
            let identifiers = e.subject.identifiers.iter();
            std::iter::once((NameKind::Name, e.subject.name.as_str()))
                .chain(aliases.map(|alias| (NameKind::Alias, alias.as_str())))
                .chain(identifiers.map(|number| (NameKind::Identifier, number.as_str())))
                .collect()
        }
        Effect::ListingAmended(e) => e
            .name
            .iter()
            .map(|name| (NameKind::Name, &**name))
            .collect(),
        Effect::Delisted(e) => e
            .name
            .iter()
            .map(|name| (NameKind::Name, &**name))
            .collect(),
        _ => Vec::new(),
    }
}

impl Row {
    /// Every name that it gives a subject.
    #[must_use]
    pub fn names(&self) -> Vec<Named> {
        let effects = self.decision().into_iter().flat_map(|row| &row.effects);
        let subjects = effects.filter_map(|row| Some((row.effect.subject()?, &row.effect)));
        let named = subjects.flat_map(|(subject, effect)| {
            names(effect).into_iter().map(|(kind, text)| Named {
                subject: subject.clone(),
                kind,
                text: text.to_owned(),
            })
        });
        named.collect()
    }
}

impl History {
    /// Every name that was recorded up to that entry, in record order.
    pub fn names(&self, known_at: u64) -> impl Iterator<Item = Named> + '_ {
        let known = self.rows().iter().filter(move |(seq, _)| *seq <= known_at);
        known.flat_map(|(_, row)| row.names())
    }
}

/// The subjects among `names` that the text means, the nearest first, each once. Where some are exact nothing else is
/// looked for, and close spellings only where nothing folds to the text.
#[must_use]
pub fn called(text: &str, names: &[Named]) -> Vec<Match> {
    let key = folded(text);
    let near = |named: &Named| {
        if named.text == text || named.subject.as_str() == text {
            Some(Nearness::Exact)
        } else {
            (folded(&named.text) == key).then_some(Nearness::Folded)
        }
    };
    let mut found: Vec<Match> = Vec::new();
    for named in names {
        let Some(nearness) = near(named) else {
            continue;
        };
        let mut named = named.clone();
        if named.subject.as_str() == text {
            named.kind = NameKind::Id;
            text.clone_into(&mut named.text);
        }
        found.push(Match {
            found: named,
            nearness,
        });
    }
    found.sort_by_key(|one| one.nearness);
    let best = found.first().map(|one| one.nearness);
    found.retain(|one| Some(one.nearness) == best);
    let mut once: Vec<Match> = Vec::new();
    for one in found {
        if once
            .iter()
            .all(|other| other.found.subject != one.found.subject)
        {
            once.push(one);
        }
    }
    once
}

/// How alike two spellings must be, from 0 to 1. Below it, other people's names begin.
const ALIKE: f64 = 0.88;
/// How much worse than the best a spelling may be and still be shown.
const WINDOW: f64 = 0.04;

/// The subjects among `names` whose spelling is close to the text, the closest first, each once.
#[must_use]
pub fn close(text: &str, names: &[Named]) -> Vec<Match> {
    let words = plain(text);
    let mut scored: Vec<(f64, &Named)> = Vec::new();
    for named in names {
        let Some(score) = likeness(&words, &plain(&named.text)) else {
            continue;
        };
        match scored
            .iter_mut()
            .find(|(_, other)| other.subject == named.subject)
        {
            Some(other) if other.0 < score => *other = (score, named),
            Some(_) => {}
            None => scored.push((score, named)),
        }
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.text.cmp(&b.1.text)));
    let best = scored.first().map_or(0.0, |(score, _)| *score);
    let near = scored
        .into_iter()
        .take_while(|(score, _)| *score >= best - WINDOW);
    near.map(|(_, named)| Match {
        found: named.clone(),
        nearness: Nearness::Close,
    })
    .collect()
}

/// How alike two names are, word by word in any order; none where they are not. A name that the text has no word for
/// counts a little against it.
fn likeness(a: &[String], b: &[String]) -> Option<f64> {
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let mut left: Vec<&String> = many.iter().collect();
    let letters = |words: &[String]| words.iter().map(String::len).sum::<usize>() as f64;
    let mut alike = 0.0;
    for word in few {
        let scored = left.iter().enumerate();
        let scored = scored.map(|(n, other)| (strsim::jaro_winkler(word, other), n));
        let (score, n) = scored.max_by(|x, y| x.0.total_cmp(&y.0))?;
        left.swap_remove(n);
        alike += score * word.len() as f64;
    }
    let alike = alike / letters(few).max(1.0);
    let covered = letters(few) / letters(many).max(1.0);
    (alike >= ALIKE).then_some(alike * (0.8 + 0.2 * covered.min(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(subject: &str, kind: NameKind, text: &str) -> Named {
        Named {
            subject: subject.parse().unwrap(),
            kind,
            text: text.to_owned(),
        }
    }

    fn people() -> Vec<Named> {
        vec![
            named("mikhail-fridman", NameKind::Name, "Mikhail Fridman"),
            named("petr-aven", NameKind::Name, "Petr Aven"),
            named("vladimir-putin", NameKind::Name, "Vladimir Putin"),
            named("vladimir-rashevsky", NameKind::Name, "Vladimir Rashevsky"),
            named("ayse-oz", NameKind::Name, "Ayşe Öz"),
            named("ayse-oz", NameKind::Alias, "Ayse OEZ"),
        ]
    }

    fn ids(found: &[Match]) -> Vec<(&str, Nearness)> {
        found
            .iter()
            .map(|one| (one.found.subject.as_str(), one.nearness))
            .collect()
    }

    #[test]
    fn folding_is_frozen_with_the_index() {
        for (text, key) in [
            ("FRIDMAN, Mikhail", "fridman mikhail"),
            ("Михаил Фридман", "fridman mikhail"),
            ("Владимир", "vladimir"),
            ("Игорь Сечин", "igor sechin"),
            ("Ayşe Öz", "ayse oz"),
            ("Al-Sharaa", "al sharaa"),
            ("d'Arc", "darc"),
            ("Łukašenka", "lukasenka"),
            ("IMO 9000000", "9000000 imo"),
            ("…", ""),
        ] {
            assert_eq!(folded(text), key, "{text}");
        }
    }

    #[test]
    fn the_nearest_kind_of_match_is_taken_alone() {
        let people = people();
        let found = called("Mikhail Fridman", &people);
        assert_eq!(ids(&found), [("mikhail-fridman", Nearness::Exact)]);
        let found = called("petr-aven", &people);
        assert_eq!(found[0].found.kind, NameKind::Id);
        let found = called("ФРИДМАН Михаил", &people);
        assert_eq!(ids(&found), [("mikhail-fridman", Nearness::Folded)]);
        let found = called("AYSE OZ", &people);
        assert_eq!(ids(&found), [("ayse-oz", Nearness::Folded)]);
        assert_eq!(called("Mikhail Fridmann", &people), []);
    }

    #[test]
    fn close_spellings_are_found_in_any_order_of_words() {
        let people = people();
        assert_eq!(
            ids(&close("Fridmann Mihail", &people)),
            [("mikhail-fridman", Nearness::Close)]
        );
        assert_eq!(
            ids(&close("Mikhail Maratovich Fridman", &people)),
            [("mikhail-fridman", Nearness::Close)]
        );
        assert_eq!(ids(&close("Vladimir", &people)).len(), 2);
        assert_eq!(close("Angela Merkel", &people), []);
        assert_eq!(close("", &people), []);
    }
}
