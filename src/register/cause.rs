//! Causes: which effects made a line say something else, and what kind of cause that is.
//!
//! An effect *moved* where it plays another part in the second answer than in the first: it was not there, or void, or not
//! decided, or had not begun. A line is moved by the reasons that it gained or lost, else by effects on itself, else by its
//! regime. Where nothing moved and the line is different all the same, time has passed and nobody decided.

use super::diff::{Change, Differing, Fate, Field, Line, Shown};
use super::fold::lives;
use super::row::is_step;
use super::view::{History, Placed, View};
use super::{EntryNo, Reason, RegimeState, Row, Standing, Unknown};
use crate::domain::{DecisionId, Effect, MeasureKey, RegimeKey, Status, SubjectId};
use foldhash::HashMap;
use serde::Serialize;
use std::cmp::Ordering;
use std::collections::HashSet;

/// Why an answer is different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Between the two legal days an effect began, or time passed and nobody decided.
    LawMoved,
    /// A court annulled, set an annulment aside, or made or cancelled an order.
    CourtReachedBack,
    /// It could be known by the one day of public knowledge, and not by the other.
    BecamePublic,
    /// It was decided before, and we recorded it now.
    RecordCaughtUp,
    /// We had recorded it wrong, and put it right.
    RecordCorrected,
}

impl Cause {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::LawMoved => "law moved",
            Self::CourtReachedBack => "court reached back",
            Self::BecamePublic => "became public",
            Self::RecordCaughtUp => "record caught up",
            Self::RecordCorrected => "record corrected",
        }
    }
}

/// An error of ours put right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Correction {
    /// The entry withdrawn.
    pub withdrawn: u64,
    /// The entry that withdraws it.
    pub by: u64,
    /// Why it was wrong.
    pub because: String,
}

/// The dial that was turned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dial {
    Known,
    Public,
    Legal,
}

/// What part an effect plays in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Absent,
    Void,
    Undecided,
    Decided,
    InForce,
    Begun,
}

/// What an effect is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Slot<'a> {
    Regime,
    Measure(&'a MeasureKey),
    Listing(&'a SubjectId),
}

impl<'a> Slot<'a> {
    fn of(effect: &'a Effect) -> Self {
        match (effect.subject(), effect.measure()) {
            (Some(subject), _) => Self::Listing(subject),
            (_, Some(measure)) => Self::Measure(measure),
            _ => Self::Regime,
        }
    }

    /// The slot that a line shows; none for those that show one effect or procedure.
    fn shown(line: &'a Line) -> Option<Self> {
        match line {
            Line::Regime => Some(Self::Regime),
            Line::Measure { measure } => Some(Self::Measure(measure)),
            Line::Listing { subject } => Some(Self::Listing(subject)),
            _ => None,
        }
    }
}

/// An effect that plays another part than before.
struct Moved<'a> {
    one: Placed<'a>,
    gained: bool,
    /// Whether a court has voided it in one of the answers.
    voided: bool,
    /// Whether it binds, or reaches back, in one of the answers: what is only decided moves no more than itself.
    weighs: bool,
    about: Vec<Slot<'a>>,
}

type Key = (EntryNo, u16);

/// What a change is put down to.
#[derive(Clone, Default, PartialEq)]
struct Acts {
    because: Vec<Reason>,
    surveys: Vec<EntryNo>,
    by_court: bool,
}

impl Acts {
    fn of(mut acts: Vec<Placed<'_>>) -> Self {
        acts.sort_by_key(Placed::order);
        acts.dedup_by_key(|one| one.key());
        Self {
            by_court: acts.iter().any(|one| is_court(one.effect())),
            because: acts.iter().map(Placed::reason).collect(),
            surveys: Vec::new(),
        }
    }

    fn surveyed(surveys: Vec<EntryNo>) -> Self {
        Self {
            surveys,
            ..Self::default()
        }
    }

    fn entries(&self) -> impl Iterator<Item = EntryNo> {
        let acts = self.because.iter().map(|reason| reason.entry);
        acts.chain(self.surveys.iter().copied())
    }
}

/// What may have caused the differences between two answers.
pub(super) struct Causes<'a> {
    dial: Dial,
    /// Every effect that moved, in legal order,
    moved: Vec<Moved<'a>>,
    /// where in it those about a slot are,
    about: HashMap<Slot<'a>, Vec<usize>>,
    /// and where each is.
    places: HashMap<Key, usize>,
    courts: HashMap<Key, Placed<'a>>,
    surveys: Vec<EntryNo>,
    corrections: Vec<(Correction, Vec<EntryNo>)>,
    before: &'a Standing,
    after: &'a Standing,
}

impl<'a> Causes<'a> {
    pub(super) fn new(
        history: &History,
        from: &View<'a>,
        to: &View<'a>,
        before: &'a RegimeState,
        after: &'a RegimeState,
    ) -> Self {
        let dial = if from.ask.known_at != to.ask.known_at {
            Dial::Known
        } else if from.ask.public_by != to.ask.public_by {
            Dial::Public
        } else {
            Dial::Legal
        };
        let surveys = |state: &RegimeState| -> HashSet<EntryNo> {
            state.surveyed.iter().map(|one| one.entry).collect()
        };
        let mut surveys: Vec<EntryNo> = surveys(before)
            .symmetric_difference(&surveys(after))
            .copied()
            .collect();
        surveys.sort_unstable();
        let everything = [from, to].into_iter().flat_map(View::everything);
        let courts = everything.filter(|one| is_court(one.effect()));
        let moved = moved(from, to);
        let mut about: HashMap<_, Vec<usize>> = HashMap::default();
        for (n, one) in moved.iter().enumerate() {
            for slot in &one.about {
                about.entry(*slot).or_default().push(n);
            }
        }
        let places = moved.iter().enumerate();
        let places = places.map(|(n, moved)| (moved.one.key(), n)).collect();
        Self {
            dial,
            moved,
            about,
            places,
            courts: courts.map(|one| (one.key(), *one)).collect(),
            surveys,
            corrections: corrections(history, from.ask.known_at, to.ask.known_at),
            before: &before.standing,
            after: &after.standing,
        }
    }

    /// What a line says differently, a change for each cause. A line that appeared or is gone has one.
    pub(super) fn tell(&self, regime: &RegimeKey, one: Differing<'_>) -> Vec<Change> {
        let (change, name) = (one.fate(), one.name());
        let standing = self.of_standing(&one);
        let mut groups: Vec<(Acts, Vec<Field>)> = Vec::new();
        for field in &one.fields {
            let own = match change {
                Fate::Changed => self.of_field(&one, field),
                Fate::Appeared | Fate::Gone => None,
            };
            let acts = own.unwrap_or_else(|| standing.clone());
            match groups.iter_mut().find(|(other, _)| *other == acts) {
                Some((_, fields)) => fields.push(field.clone()),
                None => groups.push((acts, vec![field.clone()])),
            }
        }
        let changes = groups.into_iter().map(|(acts, fields)| {
            let corrections = self.corrections_of(&acts);
            Change {
                regime: regime.clone(),
                line: one.line.clone(),
                name: name.clone(),
                change,
                fields,
                cause: self.cause(&acts, &corrections),
                because: acts.because,
                surveys: acts.surveys,
                corrections,
            }
        });
        changes.collect()
    }

    fn cause(&self, acts: &Acts, corrections: &[Correction]) -> Cause {
        match self.dial {
            _ if !corrections.is_empty() => Cause::RecordCorrected,
            _ if acts.by_court => Cause::CourtReachedBack,
            Dial::Known => Cause::RecordCaughtUp,
            Dial::Public => Cause::BecamePublic,
            Dial::Legal => Cause::LawMoved,
        }
    }

    fn corrections_of(&self, acts: &Acts) -> Vec<Correction> {
        let concerned = |(_, entries): &&(Correction, Vec<EntryNo>)| {
            acts.entries().any(|seq| entries.contains(&seq))
        };
        let corrections = self.corrections.iter().filter(concerned);
        corrections.map(|(one, _)| one.clone()).collect()
    }

    /// What caused where a line stands.
    fn of_standing(&self, one: &Differing<'_>) -> Acts {
        if let Line::Survey { entry } = one.line {
            return Acts::surveyed(vec![entry]);
        }
        let mut acts = self.cited(one);
        let Some(slot) = Slot::shown(&one.line) else {
            if let (true, Line::Procedure { procedure, .. }) = (acts.is_empty(), &one.line) {
                acts.extend(self.ended(procedure));
            }
            return Acts::of(acts);
        };
        if acts.is_empty() {
            acts = self.last(slot, stands);
        }
        if acts.is_empty() && slot != Slot::Regime && self.follows_regime(one) {
            acts = self.last(Slot::Regime, stands);
        }
        if acts.iter().any(|one| self.is_voided(one)) {
            acts.extend(self.last(slot, |moved| is_court(moved.one.effect())));
        }
        if acts.is_empty() {
            acts = self.annulled(one);
        }
        if acts.is_empty() && self.dial != Dial::Legal {
            return self.of_unknown(one);
        }
        Acts::of(acts)
    }

    /// What annulled it for a span of legal days, or until its effects were maintained no more: a court's reason that did
    /// not move itself.
    fn annulled(&self, one: &Differing<'_>) -> Vec<Placed<'a>> {
        let sides = [one.before, one.after].into_iter().flatten();
        let annulled = sides.filter(|shown| {
            let status = shown.standing().map(|own| own.status);
            matches!(
                status,
                Some(Status::Annulled | Status::AnnulledEffectsMaintained)
            )
        });
        let reasons = annulled.flat_map(|shown| shown.because());
        let courts = reasons.map(|reason| self.courts.get(&(reason.entry, reason.effect)));
        courts.flatten().copied().collect()
    }

    /// What ended a procedure, or undid its end: an act of it, a renewal that overtook it, else its last step.
    fn ended(&self, procedure: &str) -> Option<Placed<'a>> {
        let of = |one: &Placed<'_>| {
            let id = one.decision.procedure.as_ref();
            id.is_some_and(|id| id.as_str() == procedure)
        };
        let acts = |one: &&Placed<'_>| {
            let overtakes = matches!(one.effect(), Effect::Renewed(_));
            !is_step(one.effect()) && (overtakes || of(one))
        };
        let moved = || self.moved.iter().map(|moved| &moved.one);
        moved()
            .find(acts)
            .or_else(|| moved().rfind(|one| of(one)))
            .copied()
    }

    /// What the record does not know it comes to know by a survey; or, of a regime without a recorded end, by anything
    /// decided under it, which shows that it is alive.
    fn of_unknown(&self, one: &Differing<'_>) -> Acts {
        let standings = [one.before, one.after].into_iter().flatten();
        let unknown = standings.filter_map(|shown| shown.standing()?.unknown.as_ref());
        let unknown: Vec<_> = unknown.collect();
        if unknown.is_empty() {
            return Acts::default();
        }
        if !self.surveys.is_empty() {
            return Acts::surveyed(self.surveys.clone());
        }
        let is_open = unknown
            .iter()
            .any(|why| matches!(why, Unknown::NoLastDay(_)));
        let mut acts = self.moved.iter().filter(|_| is_open);
        let evidence = acts.rfind(|moved| lives(moved.one.effect()));
        Acts::of(evidence.map(|moved| moved.one).into_iter().collect())
    }

    /// What caused that field, where it need not be what caused where the line stands.
    fn of_field(&self, one: &Differing<'_>, field: &Field) -> Option<Acts> {
        let (slot, name) = (Slot::shown(&one.line)?, field.field.as_str());
        if name == "unnamed_entries" {
            let counting = self
                .moved
                .iter()
                .filter(|moved| sets(moved.one.effect(), name));
            return Some(Acts::of(counting.map(|moved| moved.one).collect()));
        }
        let set = |moved: &Moved<'_>| sets(moved.one.effect(), name);
        let mut acts = self.last(slot, set);
        let own = one.after.and_then(|shown| shown.standing());
        if acts.is_empty()
            && matches!(name, "until" | "days_left")
            && self.before.until != self.after.until
            && own.is_some_and(|own| own.until == self.after.until)
        {
            acts = self.last(Slot::Regime, set);
        }
        // What a court voids sets nothing: the court does, with where the line stands.
        let is_void = acts.iter().any(|one| self.is_voided(one));
        (!acts.is_empty() && !is_void).then(|| Acts::of(acts))
    }

    /// The reasons that are in one answer alone, and moved.
    fn cited(&self, one: &Differing<'_>) -> Vec<Placed<'a>> {
        let reasons = |shown: Option<Shown<'_>>| -> Vec<Key> {
            let because = shown.iter().flat_map(|shown| shown.because());
            because
                .map(|reason| (reason.entry, reason.effect))
                .collect()
        };
        let (before, after) = (reasons(one.before), reasons(one.after));
        let went = before.iter().filter(|key| !after.contains(key));
        let came = after.iter().filter(|key| !before.contains(key));
        let moved = went.chain(came).filter_map(|key| self.places.get(key));
        moved.map(|n| self.moved[*n].one).collect()
    }

    /// Whether the line stands otherwise because its regime does.
    fn follows_regime(&self, one: &Differing<'_>) -> bool {
        let own = one.after.and_then(|shown| shown.standing());
        let moved =
            self.before.status != self.after.status || self.before.unknown != self.after.unknown;
        moved
            && (self.after.status == Status::Applicable
                || own.is_none_or(|own| own.status == self.after.status))
    }

    fn is_voided(&self, one: &Placed<'_>) -> bool {
        let place = self.places.get(&one.key());
        place.is_some_and(|n| self.moved[*n].voided)
    }

    /// The last effect on a slot that came, and the last that went, in legal order.
    fn last(&self, slot: Slot<'_>, of: impl Fn(&Moved<'a>) -> bool) -> Vec<Placed<'a>> {
        let about = self.about.get(&slot).map_or(&[][..], Vec::as_slice);
        let last = |gained: bool| {
            let mut moved = about.iter().map(|n| &self.moved[*n]);
            moved.rfind(|moved| moved.gained == gained && moved.weighs && of(moved))
        };
        let both = [last(false), last(true)].into_iter().flatten();
        both.map(|moved| moved.one).collect()
    }
}

/// Every effect that plays another part in the one view than in the other, in legal order.
fn moved<'a>(from: &View<'a>, to: &View<'a>) -> Vec<Moved<'a>> {
    let (a, b) = (parts(from), parts(to));
    let (mut a, mut b) = (a.into_iter().peekable(), b.into_iter().peekable());
    let mut moved = Vec::new();
    loop {
        let order = match (a.peek(), b.peek()) {
            (None, None) => return moved,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            // What replaces an entry has its place, and is another effect all the same.
            (Some((x, _)), Some((y, _))) => (x.order(), x.seq).cmp(&(y.order(), y.seq)),
        };
        let was = if order.is_le() { a.next() } else { None };
        let is = if order.is_ge() { b.next() } else { None };
        let Some(one) = is.or(was).map(|(one, _)| one) else {
            return moved;
        };
        let part = |side: Option<(Placed<'a>, Part)>| side.map_or(Part::Absent, |(_, part)| part);
        let (was, is) = (part(was), part(is));
        if was != is {
            moved.push(Moved {
                one,
                gained: is > was,
                voided: was == Part::Void || is == Part::Void,
                weighs: was.max(is) == Part::Begun || is_court(one.effect()),
                about: about(&one, from, to, 0),
            });
        }
    }
}

/// The part that each effect plays in an answer, in legal order.
fn parts<'a>(view: &View<'a>) -> Vec<(Placed<'a>, Part)> {
    let part = |one: &Placed<'a>| {
        if one.starts() <= view.at {
            Part::Begun
        } else if one.adopted() > view.on {
            Part::Undecided
        } else if one.decision.in_force_at <= view.at {
            Part::InForce
        } else {
            Part::Decided
        }
    };
    let placed = view.placed.iter().map(|one| (*one, part(one)));
    let voided = view.voided.iter().map(|void| (void.one, Part::Void));
    let mut parts: Vec<_> = placed.chain(voided).collect();
    parts.sort_by_key(|(one, _)| (one.order(), one.seq));
    parts
}

/// What an effect is about; where it is about another decision, what that one is about.
fn about<'a>(one: &Placed<'a>, from: &View<'a>, to: &View<'a>, depth: u8) -> Vec<Slot<'a>> {
    let effect = one.effect();
    let slot = Slot::of(effect);
    let named: &[DecisionId] = match effect {
        Effect::AnnulmentSetAside(e) => std::slice::from_ref(&e.decision),
        Effect::OrderCancelled(e) => std::slice::from_ref(&e.decision),
        Effect::Annulled(e) if slot == Slot::Regime => &e.acts,
        _ => &[],
    };
    let mut slots = vec![slot];
    // Set aside, annulled, enacted: no chain is longer.
    if !named.is_empty() && depth < 2 {
        let everything = [from, to].into_iter().flat_map(View::everything);
        for other in everything.filter(|other| named.contains(&other.decision.id)) {
            slots.extend(about(other, from, to, depth + 1));
        }
        slots.dedup();
    }
    slots
}

/// The withdrawals recorded between two positions, each with the entries that it concerns: itself, the one withdrawn, and
/// where that was a withdrawal the one that it gives back.
fn corrections(history: &History, a: u64, b: u64) -> Vec<(Correction, Vec<EntryNo>)> {
    let rows = || {
        history.rows().iter().filter_map(|(seq, row)| match row {
            Row::Withdrawal(withdrawal) => Some((*seq, withdrawal)),
            Row::Decision(_) | Row::Survey(_) | Row::Redaction(_) => None,
        })
    };
    let between = rows().filter(|(seq, _)| (a.min(b) + 1..=a.max(b)).contains(seq));
    let with_entries = between.map(|(by, withdrawal)| {
        let correction = Correction {
            withdrawn: withdrawal.seq,
            by,
            because: withdrawal.because.clone(),
        };
        let given_back = rows().filter(|(seq, _)| *seq == withdrawal.seq);
        let entries = given_back.map(|(_, other)| other.seq);
        let entries = entries.chain([by, withdrawal.seq]);
        (correction, entries.map(EntryNo::from).collect())
    });
    with_entries.collect()
}

fn is_court(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Annulled(_)
            | Effect::AnnulmentSetAside(_)
            | Effect::OrderGranted(_)
            | Effect::OrderCancelled(_)
    )
}

/// Whether an effect moves where something stands, or the term that it stands for.
fn stands(moved: &Moved<'_>) -> bool {
    let effect = moved.one.effect();
    let ends = matches!(
        effect,
        Effect::Suspended(_)
            | Effect::Resumed(_)
            | Effect::Repealed(_)
            | Effect::Lifted(_)
            | Effect::Delisted(_)
            | Effect::ListingSuspended(_)
            | Effect::ApplicationSet(_)
    );
    ends || is_court(effect) || sets(effect, "until")
}

/// Whether an effect sets that field of its line. Where a line stands is set by several together.
fn sets(effect: &Effect, field: &str) -> bool {
    match effect {
        Effect::Established(_) | Effect::Renewed(_) => {
            matches!(field, "title" | "until" | "days_left")
        }
        Effect::Retitled(_) => field == "title",
        Effect::Imposed(_) => matches!(
            field,
            "until" | "days_left" | "class" | "kind" | "scope" | "provision"
        ),
        Effect::Extended(_) => matches!(field, "until" | "days_left"),
        Effect::ApplicationSet(_) => field == "remarks",
        Effect::Listed(_) => matches!(
            field,
            "until" | "days_left" | "name" | "reference" | "type" | "measures"
        ),
        Effect::ListingAmended(_) => matches!(field, "name" | "reference"),
        Effect::Delisted(_) => field == "name",
        Effect::OrderGranted(_) | Effect::OrderCancelled(_) => field == "orders",
        Effect::Amended(e) => {
            field == "unnamed_entries" && (e.entries_added.is_some() || e.entries_removed.is_some())
        }
        _ => false,
    }
}
