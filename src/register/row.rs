//! Rows: what the index keeps of an entry, one row per regime that it touches.
//!
//! A row holds all that an answer shows except statements of reasons, sources and notes: those stay in the entry that
//! every answer cites. Places in legal time are settled here, once, so that a fold needs no calendar.

use crate::domain::{
    Authority, Day, Decision, DecisionId, Effect, Instant, Moment, ProcedureId, Rectification,
    RegimeKey, Survey, Tier, Until,
};
use crate::log::Kind;
use serde::{Deserialize, Serialize};

/// Version of the rows and terms below. A record indexed with another version is indexed anew.
pub const INDEX_VERSION: u32 = 3;

/// One entry's part in one regime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Row {
    /// A decision's effects on the regime.
    Decision(DecisionRow),
    /// A survey of the regime.
    Survey(SurveyRow),
    /// An entry of ours withdrawn, with what replaces it.
    Withdrawal(WithdrawalRow),
    /// An entry's body erased, with what stands in its place.
    Redaction(RedactionRow),
}

/// A decision, as far as one regime is concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionRow {
    /// Its id.
    pub id: DecisionId,
    /// Its title.
    pub title: String,
    /// The act's citation.
    pub cite: Option<String>,
    /// Who decided.
    pub authority: Authority,
    /// The act's own date.
    pub adopted_on: Option<Day>,
    /// From when it could be known.
    pub public_on: Option<Day>,
    /// Entry into force, or what stands in for it.
    pub in_force_at: Instant,
    /// The procedure that it is a step of.
    pub procedure: Option<ProcedureId>,
    /// The best tier among its sources.
    pub tier: Tier,
    /// The act's own term.
    pub until: Option<Until>,
    /// Its effects on this regime.
    pub effects: Vec<EffectRow>,
}

impl DecisionRow {
    /// How it is cited.
    #[must_use]
    pub fn cite(&self) -> &str {
        self.cite.as_deref().unwrap_or(&self.title)
    }

    /// The day of adoption, or what stands in for it.
    #[must_use]
    pub fn adopted(&self) -> Day {
        let steps_in = || {
            self.public_on
                .unwrap_or_else(|| self.in_force_at.day(self.authority.zone()))
        };
        self.adopted_on.unwrap_or_else(steps_in)
    }

    /// The civil day of an effect's place, in its authority's zone.
    #[must_use]
    pub fn day_of(&self, effect: &EffectRow) -> Day {
        effect.starts.day(self.authority.zone())
    }
}

/// One effect, placed in legal time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EffectRow {
    /// Which effect of its decision, from 1.
    pub at: u16,
    /// Its place in legal time.
    pub starts: Instant,
    /// Which date placed it there.
    pub placed_by: PlacedBy,
    /// The effect.
    pub effect: Effect,
}

/// Which date placed an effect in legal time, in order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlacedBy {
    /// The effect's own `applies`.
    EffectApplies,
    /// The decision's `applies`.
    Applies,
    /// The decision's entry into force.
    InForce,
    /// The day on which a step of a procedure was taken.
    Taken,
    /// *Assumed*: the day after publication.
    DayAfterPublication,
    /// *Assumed*: the day of adoption.
    Adopted,
    /// *Assumed*: the day it was announced or reported.
    Announced,
    /// *Assumed*: the day that the record-keeper chose.
    Assumed,
}

impl PlacedBy {
    /// Which date it was, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::EffectApplies => "applies of the effect",
            Self::Applies => "applies of the act",
            Self::InForce => "entry into force",
            Self::Taken => "the day the step was taken",
            Self::DayAfterPublication => "day after publication, assumed",
            Self::Adopted => "day of adoption, assumed",
            Self::Announced => "day of announcement, assumed",
            Self::Assumed => "day chosen by the record-keeper, assumed",
        }
    }

    /// Whether the place is an assumption, not a date that was read.
    #[must_use]
    pub fn is_assumed(self) -> bool {
        matches!(
            self,
            Self::DayAfterPublication | Self::Adopted | Self::Announced | Self::Assumed
        )
    }
}

/// A survey of one regime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyRow {
    /// First day covered, inclusive; from the beginning where it is left out.
    pub from: Option<Day>,
    /// Last day covered, inclusive.
    pub through: Day,
}

/// An entry withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawalRow {
    /// The entry withdrawn.
    pub seq: u64,
    /// Why.
    pub because: String,
    /// What it should have said, as far as this regime is concerned.
    pub replacement: Option<DecisionRow>,
}

/// A body erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedactionRow {
    /// The entry whose body it was.
    pub seq: u64,
    /// On what ground.
    pub ground: String,
    /// Whether it may have moved a term of the regime or of a measure.
    pub terms: bool,
    /// What stands in its place, at its position, as far as this regime is concerned.
    pub instead: Option<Box<Row>>,
}

/// What an entry can be found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Table {
    /// What makes a draft the same when it is appended again: a decision's id.
    Id = 1,
    /// A subject's id.
    Subject = 2,
    /// An entry's link: the hash is its first eight bytes, so that a prefix is a range.
    Link = 3,
    /// A subject's name, alias or identifier, folded.
    Name = 4,
}

/// One thing that an entry can be found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// In which table.
    pub table: Table,
    /// Under which number.
    pub hash: u64,
}

impl Term {
    /// The term of a text: the first eight bytes of its BLAKE3 hash.
    #[must_use]
    pub fn of(table: Table, text: &str) -> Self {
        let hash = blake3::hash(text.as_bytes());
        let mut first = [0; 8];
        first.copy_from_slice(&hash.as_bytes()[..8]);
        Self {
            table,
            hash: u64::from_be_bytes(first),
        }
    }
}

/// What the index keeps of one entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// A row for each regime touched.
    pub rows: Vec<(RegimeKey, Row)>,
    /// What the entry can be found by, its link aside.
    pub terms: Vec<Term>,
}

/// What the index keeps of an entry of that kind with that body.
///
/// # Errors
///
/// When the body is not one of its kind.
pub fn project(kind: Kind, body: &str) -> Result<Rows, serde_json::Error> {
    Ok(match kind {
        Kind::Decision => rows_of_decision(serde_json::from_str(body)?),
        Kind::Survey => rows_of_survey(serde_json::from_str(body)?),
        Kind::Rectification => rows_of_rectification(serde_json::from_str(body)?),
        Kind::Redaction => super::redaction::rows_of(serde_json::from_str(body)?),
        _ => Rows::default(),
    })
}

/// A survey is the same as another of its regime through the same day.
pub(super) fn identity_of_survey(survey: &Survey) -> String {
    format!("survey of {} through {}", survey.survey, survey.through)
}

/// A rectification is the same as another of the same entry.
pub(super) fn identity_of_rectification(rectification: &Rectification) -> String {
    format!("rectification of {}", rectification.withdraws.seq)
}

pub(super) fn rows_of_survey(survey: Survey) -> Rows {
    let identity = identity_of_survey(&survey);
    let Survey {
        survey,
        from,
        through,
        ..
    } = survey;
    Rows {
        rows: vec![(survey, Row::Survey(SurveyRow { from, through }))],
        terms: vec![Term::of(Table::Id, &identity)],
    }
}

pub(super) fn rows_of_decision(decision: Decision) -> Rows {
    let mut terms = vec![Term::of(Table::Id, decision.id.as_str())];
    for effect in &decision.effects {
        let subject = effect.subject();
        let subject = subject.map(|id| Term::of(Table::Subject, id.as_str()));
        let named = super::name::names(effect).into_iter();
        let named = named.map(|(_, name)| Term::of(Table::Name, &super::folded(name)));
        terms.extend(subject.into_iter().chain(named));
    }
    terms.sort_unstable_by_key(|term| (term.table as u8, term.hash));
    terms.dedup();
    let rows = split(decision)
        .into_iter()
        .map(|(regime, row)| (regime, Row::Decision(row)))
        .collect();
    Rows { rows, terms }
}

pub(super) fn rows_of_rectification(rectification: Rectification) -> Rows {
    let identity = identity_of_rectification(&rectification);
    let Rectification {
        withdraws,
        because,
        replacement,
        ..
    } = rectification;
    let mut rows = Vec::new();
    let mut terms = vec![Term::of(Table::Id, &identity)];
    let mut replacements = Vec::new();
    if let Some(decision) = replacement {
        let of_replacement = rows_of_decision(decision);
        terms.extend(of_replacement.terms);
        replacements = of_replacement.rows;
    }
    for regime in withdraws.regimes {
        let at = replacements.iter().position(|(one, _)| *one == regime);
        let replacement = at
            .map(|at| replacements.swap_remove(at).1)
            .and_then(Row::into_decision);
        let row = WithdrawalRow {
            seq: withdraws.seq,
            because: because.clone(),
            replacement,
        };
        rows.push((regime, Row::Withdrawal(row)));
    }
    rows.extend(replacements);
    Rows { rows, terms }
}

impl Row {
    fn into_decision(self) -> Option<DecisionRow> {
        match self {
            Self::Decision(row) => Some(row),
            Self::Survey(_) | Self::Withdrawal(_) | Self::Redaction(_) => None,
        }
    }

    /// The decision that it brings into its regime, by itself or in the place of another entry.
    #[must_use]
    pub fn decision(&self) -> Option<&DecisionRow> {
        match self {
            Self::Decision(row) => Some(row),
            Self::Survey(_) => None,
            Self::Withdrawal(row) => row.replacement.as_ref(),
            Self::Redaction(row) => row.instead.as_ref().and_then(|row| row.decision()),
        }
    }
}

/// One row for each regime that the decision has effects on, in the order of their first effects.
pub(super) fn split(decision: Decision) -> Vec<(RegimeKey, DecisionRow)> {
    let place = Place::of(&decision);
    let head = DecisionRow {
        id: decision.id,
        title: decision.title,
        cite: decision.act.map(|act| act.cite),
        authority: decision.authority,
        adopted_on: decision.dates.adopted_on,
        public_on: decision.dates.public_on(decision.authority),
        in_force_at: place.in_force.0,
        procedure: decision.procedure,
        tier: decision
            .sources
            .iter()
            .map(|source| source.tier)
            .min()
            .unwrap_or(Tier::Press),
        until: decision.dates.until,
        effects: Vec::new(),
    };
    let mut rows: Vec<(RegimeKey, DecisionRow)> = Vec::with_capacity(1);
    for (n, effect) in decision.effects.into_iter().enumerate() {
        let (starts, placed_by) = place.of_effect(&effect);
        let at = u16::try_from(n + 1).unwrap_or(u16::MAX);
        let regime = effect.regime().clone();
        let row = EffectRow {
            at,
            starts,
            placed_by,
            effect: without_reasons(effect),
        };
        match rows.iter_mut().find(|(one, _)| *one == regime) {
            Some((_, found)) => found.effects.push(row),
            None => rows.push((
                regime,
                DecisionRow {
                    effects: vec![row],
                    ..head.clone()
                },
            )),
        }
    }
    rows
}

fn without_reasons(mut effect: Effect) -> Effect {
    match &mut effect {
        Effect::Listed(listed) => listed.reasons = None,
        Effect::ListingAmended(amended) => amended.reasons = None,
        _ => {}
    }
    effect
}

/// Where a decision's effects stand in legal time.
struct Place {
    zone: chrono_tz::Tz,
    applies: Option<Moment>,
    in_force: (Instant, PlacedBy),
    taken: Option<Day>,
}

impl Place {
    fn of(decision: &Decision) -> Self {
        let zone = decision.authority.zone();
        let dates = &decision.dates;
        let in_force = [
            (dates.in_force, PlacedBy::InForce),
            (
                dates.published_on.map(|day| day.next().into()),
                PlacedBy::DayAfterPublication,
            ),
            (dates.adopted_on.map(Moment::Day), PlacedBy::Adopted),
            (dates.announced_on.map(Moment::Day), PlacedBy::Announced),
            (dates.assumed_on.map(Moment::Day), PlacedBy::Assumed),
            (dates.applies, PlacedBy::Applies),
            (dates.agreed_on.map(Moment::Day), PlacedBy::Taken),
        ];
        let known = in_force
            .into_iter()
            .find_map(|(moment, by)| moment.map(|moment| (moment.starts(zone), by)));
        Self {
            zone,
            applies: dates.applies,
            in_force: known.unwrap_or((Instant(0), PlacedBy::Assumed)),
            taken: dates
                .adopted_on
                .or(dates.agreed_on)
                .or(dates.announced_on)
                .or(dates.published_on),
        }
    }

    fn of_effect(&self, effect: &Effect) -> (Instant, PlacedBy) {
        if let Some(applies) = effect.applies() {
            return (applies.starts(self.zone), PlacedBy::EffectApplies);
        }
        if is_step(effect)
            && let Some(taken) = self.taken
        {
            return (taken.starts(self.zone), PlacedBy::Taken);
        }
        match self.applies {
            Some(applies) => (applies.starts(self.zone), PlacedBy::Applies),
            None => self.in_force,
        }
    }
}

/// Whether the effect is a step of a procedure or a statement: it happens on its day and enters into no force.
pub(super) fn is_step(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Proposed(_)
            | Effect::Held(_)
            | Effect::HoldLifted(_)
            | Effect::Agreed(_)
            | Effect::Rejected(_)
            | Effect::Stated(_)
    )
}
