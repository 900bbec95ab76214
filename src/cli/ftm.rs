//! `export --ftm`: subjects and their listings as `FollowTheMoney` entities, a JSON object a line.
//!
//! A subject is a `Person`, `Organization`, `Vessel` or `Airplane` (a `LegalEntity` where its type is not recorded); each
//! unbroken time on a list is a `Sanction` of it. Every property is a list of texts, as the model has it. Ids stay the
//! same from export to export.

use super::open;
use super::{Failure, Output};
use regesta::domain::{
    Answer, Day, Decision, Effect, Jurisdiction, RegimeKey, Subject, SubjectId, SubjectType,
};
use regesta::record::Record;
use regesta::register::{Ask, EntryNo, Placed, Spell, View, spells};
use serde::Serialize;
use std::collections::BTreeMap;

/// An entity of the model.
#[derive(Debug, Serialize)]
pub struct Entity {
    id: String,
    schema: &'static str,
    caption: String,
    properties: BTreeMap<&'static str, Vec<String>>,
}

/// The subjects by id, then their sanctions by regime.
pub fn entities(record: &Record, ask: &Ask) -> Result<Vec<Entity>, Failure> {
    let mut export = Export {
        record,
        decisions: BTreeMap::new(),
        subjects: BTreeMap::new(),
        sanctions: Vec::new(),
    };
    for regime in record.regimes().map_err(open::unusable)? {
        let history = record.history(&regime).map_err(open::unusable)?;
        export.regime(&regime, &history.view(ask))?;
    }
    let mut entities: Vec<_> = export.subjects.into_values().collect();
    entities.extend(export.sanctions);
    Ok(entities)
}

/// The entities as text, a line each.
pub fn lines(entities: &[Entity]) -> Result<String, Failure> {
    let lines: Result<Vec<_>, _> = entities.iter().map(serde_json::to_string).collect();
    let lines = lines.map_err(Output::unwritable)?;
    Ok(lines.into_iter().map(|line| line + "\n").collect())
}

struct Export<'a> {
    record: &'a Record,
    decisions: BTreeMap<EntryNo, Option<Decision>>,
    subjects: BTreeMap<SubjectId, Entity>,
    sanctions: Vec<Entity>,
}

impl Export<'_> {
    fn regime(&mut self, regime: &RegimeKey, view: &View<'_>) -> Result<(), Failure> {
        let state = view.state();
        for spell in spells(&view.panel()) {
            let about: Vec<_> = view
                .effects()
                .iter()
                .filter(|one| one.effect().subject() == Some(&spell.subject))
                .collect();
            let listing = state
                .listings
                .iter()
                .find(|one| one.subject == spell.subject);
            let name = listing.map_or(spell.subject.to_string(), |listing| listing.name.clone());
            self.subject(&spell, &about, name);
            let mut sanction =
                Entity::new(sanction_id(regime, &spell), "Sanction", regime.to_string());
            sanction.add("entity", [subject_id(&spell.subject)]);
            sanction.add(
                "program",
                [state.title.clone().unwrap_or_else(|| regime.to_string())],
            );
            sanction.add("programId", [regime.to_string()]);
            sanction.add("country", country(regime));
            sanction.add(
                "authorityId",
                listing.and_then(|listing| listing.reference.clone()),
            );
            sanction.add("status", [status(&spell)]);
            sanction.add("startDate", spell.from);
            sanction.add("endDate", spell.to);
            let measures = state
                .measures
                .iter()
                .filter(|one| spell.measures.contains(&one.measure));
            sanction.add(
                "provisions",
                measures.map(|one| match one.class {
                    Some(class) => class.to_string(),
                    None => one.measure.to_string(),
                }),
            );
            self.acts(&mut sanction, &spell, &about)?;
            self.sanctions.push(sanction);
        }
        Ok(())
    }

    /// The subject of a spell, with all that its listings say of it.
    fn subject(&mut self, spell: &Spell, about: &[&Placed<'_>], name: String) {
        let listed = about.iter().filter_map(|one| match one.effect() {
            Effect::Listed(e) => Some(&e.subject),
            _ => None,
        });
        let listed: Vec<&Subject> = listed.collect();
        let schema = schema(listed.last().map(|subject| subject.kind));
        let new = || Entity::new(subject_id(&spell.subject), schema, name.clone());
        let entity = self
            .subjects
            .entry(spell.subject.clone())
            .or_insert_with(new);
        if entity.schema == "LegalEntity" {
            entity.schema = schema;
        }
        entity.add("name", [name]);
        for subject in listed {
            entity.add("alias", subject.aliases.iter().cloned());
            entity.add(
                "country",
                subject.countries.iter().map(|code| code.to_lowercase()),
            );
            for identifier in &subject.identifiers {
                let (property, value) = identified(subject.kind, identifier);
                entity.add(property, [value]);
            }
        }
        if is_running(spell) && spell.status.answer() != Answer::Unknown {
            entity.add("topics", ["sanction"]);
        }
    }

    /// What the acts behind a spell say: who decided and when, why, and where it was read.
    fn acts(
        &mut self,
        sanction: &mut Entity,
        spell: &Spell,
        about: &[&Placed<'_>],
    ) -> Result<(), Failure> {
        for one in about {
            let is_within = spell.from.is_none_or(|from| from <= one.day())
                && spell.to.is_none_or(|to| one.day() <= to);
            let of_spell = is_within || spell.because.contains(&one.reason());
            let lists = matches!(one.effect(), Effect::Listed(_) | Effect::ListingAmended(_));
            if !lists || !of_spell {
                continue;
            }
            let Some(decision) = self.decision(one.seq)? else {
                continue;
            };
            if let Effect::Listed(_) = one.effect() {
                sanction.add("listingDate", decision.dates.adopted_on);
                sanction.add("authority", [decision.authority.name()]);
            }
            let effect = decision
                .effects
                .get(usize::from(one.row.at).saturating_sub(1));
            sanction.add(
                "reason",
                match effect {
                    Some(Effect::Listed(e)) => e.reasons.clone(),
                    Some(Effect::ListingAmended(e)) => e.reasons.clone(),
                    _ => None,
                },
            );
            let sources = decision.sources.iter().map(|source| source.at.clone());
            sanction.add("sourceUrl", sources.filter(|at| at.starts_with("http")));
            sanction.add(
                "recordId",
                [format!("{} entry {}", self.record.origin(), one.seq)],
            );
        }
        Ok(())
    }

    fn decision(&mut self, entry: EntryNo) -> Result<Option<Decision>, Failure> {
        if let Some(known) = self.decisions.get(&entry) {
            return Ok(known.clone());
        }
        let decision = self.record.decision(entry).map_err(open::unusable)?;
        self.decisions.insert(entry, decision.clone());
        Ok(decision)
    }
}

impl Entity {
    fn new(id: String, schema: &'static str, caption: String) -> Self {
        Self {
            id,
            schema,
            caption,
            properties: BTreeMap::new(),
        }
    }

    /// Adds values that it does not have yet.
    fn add(&mut self, property: &'static str, values: impl IntoIterator<Item = impl ToString>) {
        for value in values {
            let held = self.properties.entry(property).or_default();
            let value = value.to_string();
            if !held.contains(&value) {
                held.push(value);
            }
        }
    }
}

fn subject_id(subject: &SubjectId) -> String {
    format!("regesta-{subject}")
}

fn sanction_id(regime: &RegimeKey, spell: &Spell) -> String {
    let from = spell
        .from
        .map_or("unrecorded".to_owned(), |from: Day| from.to_string());
    format!("regesta-{regime}-{}-{from}", spell.subject)
}

fn schema(kind: Option<SubjectType>) -> &'static str {
    match kind {
        Some(SubjectType::Person) => "Person",
        Some(SubjectType::Organization) => "Organization",
        Some(SubjectType::Vessel) => "Vessel",
        Some(SubjectType::Airplane) => "Airplane",
        None => "LegalEntity",
    }
}

/// The property that an identifier belongs to, and its value. It is recorded with its kind before it: `IMO 9000000`.
fn identified(kind: SubjectType, identifier: &str) -> (&'static str, String) {
    let (what, number) = identifier.split_once(' ').unwrap_or(("", identifier));
    match (kind, what) {
        (SubjectType::Vessel, "IMO") => ("imoNumber", format!("IMO{number}")),
        (SubjectType::Person, _) => ("idNumber", number.to_owned()),
        _ => ("registrationNumber", number.to_owned()),
    }
}

/// The country whose legal order it is, in the model's codes; the United Nations have none.
fn country(regime: &RegimeKey) -> Option<&'static str> {
    match Jurisdiction::from(regime) {
        Jurisdiction::Eu => Some("eu"),
        Jurisdiction::Us => Some("us"),
        Jurisdiction::Uk => Some("gb"),
        Jurisdiction::Ch => Some("ch"),
        Jurisdiction::Un | Jurisdiction::Other => None,
    }
}

fn is_running(spell: &Spell) -> bool {
    spell.to.is_none()
}

/// In the model's examples of the word; a spell ended by nobody's decision has expired.
fn status(spell: &Spell) -> &'static str {
    match (is_running(spell), spell.status.answer()) {
        (true, Answer::InForce | Answer::NotInForce) => "Active",
        (true, Answer::Suspended) => "Suspended",
        (true, Answer::Unknown) => "Unknown",
        (false, _) if spell.ended_by.is_some() => "Inactive",
        (false, _) => "Expired",
    }
}
