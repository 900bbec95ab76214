//! Differences between two answers about one regime: line by line, field by field, each with its cause.
//!
//! An answer is a set of *lines*: the regime itself, its measures, its listings, what is permitted, under way, coming and
//! surveyed. A [`Diff`] says of every line what it says differently, and [`Diff::apply`] turns the one answer into the
//! other: nothing is left out. What merely counts from a dial (days left, how far surveys reach by the day of public
//! knowledge) is no difference; it is counted anew.

use super::cause::{Cause, Causes, Correction};
use super::view::View;
use super::{
    Ask, Coming, EntryNo, History, ListingState, MeasureState, Permission, ProcedureState, Reason,
    RegimeState, Standing, Surveyed,
};
use crate::domain::{Day, Jurisdiction, MeasureKey, RegimeKey, SubjectId};
use foldhash::HashMap;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Fewer lines than this are not worth another core.
const AT_ONCE: usize = 64;

/// An answer as lines, each with its fields as they are written in JSON. The order of lines on a page follows from them.
pub type Sheet = BTreeMap<Line, Map<String, Value>>;

/// Which line of an answer. Lines without a key of their own are told apart by what they say, and then by number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// The regime itself.
    Regime,
    /// One of its measures.
    Measure {
        /// Which.
        measure: MeasureKey,
    },
    /// One of its listings.
    Listing {
        /// Whose.
        subject: SubjectId,
    },
    /// Something permitted.
    Permission {
        /// What.
        permits: String,
        /// Under which measure.
        measure: Option<MeasureKey>,
        /// Which of those that say so, from 0.
        #[serde(skip_serializing_if = "is_first")]
        nth: usize,
    },
    /// A procedure under way.
    Procedure {
        /// Its id; where it has none, what is to be decided.
        procedure: String,
        /// Which of those that say so, from 0.
        #[serde(skip_serializing_if = "is_first")]
        nth: usize,
    },
    /// Something decided that has not begun.
    Coming {
        /// What.
        what: String,
        /// From when.
        from: String,
        /// Which of those that say so, from 0.
        #[serde(skip_serializing_if = "is_first")]
        nth: usize,
    },
    /// A survey.
    Survey {
        /// Its entry.
        entry: EntryNo,
    },
}

impl Line {
    /// The measure or the subject that it is about.
    #[must_use]
    pub fn part(&self) -> Option<&str> {
        match self {
            Self::Measure { measure } => Some(measure.as_str()),
            Self::Listing { subject } => Some(subject.as_str()),
            Self::Permission { measure, .. } => measure.as_ref().map(MeasureKey::as_str),
            _ => None,
        }
    }
}

/// One field of a line. What is left out was not there, or is there no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Its name, as in the answer.
    pub field: String,
    /// What it said before.
    pub before: Option<Value>,
    /// What it says after.
    pub after: Option<Value>,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It is new.
    Appeared,
    /// It is gone.
    Gone,
    /// It says something else.
    Changed,
}

/// What one line says differently for one cause.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// In which regime.
    pub regime: RegimeKey,
    /// On which line.
    #[serde(flatten)]
    pub line: Line,
    /// The listed subject's name; what a procedure is about.
    pub name: Option<String>,
    /// What became of the line.
    pub change: Fate,
    /// Its fields.
    pub fields: Vec<Field>,
    /// The cause.
    pub cause: Cause,
    /// The effects that caused it, in legal order; empty where nobody decided.
    pub because: Vec<Reason>,
    /// The surveys that caused it: entries.
    pub surveys: Vec<EntryNo>,
    /// Our own errors put right that caused it.
    pub corrections: Vec<Correction>,
}

/// All that is different between two answers about one regime.
#[derive(Debug, Clone, PartialEq)]
pub struct Diff {
    /// Which regime.
    pub regime: RegimeKey,
    /// What is different.
    pub changes: Vec<Change>,
    turned: Turned,
}

impl Diff {
    /// What is different between the answers to `a` and to `b`. One dial differs between them; where several do, causes
    /// are told by the first of record time, public knowledge, legal time.
    #[must_use]
    pub fn between(history: &History, a: &Ask, b: &Ask) -> Self {
        Self::seen(history, &|ask| history.view(ask), a, b)
    }

    /// The same of the lines that a view of it shows.
    pub(super) fn seen<'a>(
        history: &'a History,
        view: &(impl Fn(&Ask) -> View<'a> + Sync),
        a: &Ask,
        b: &Ask,
    ) -> Self {
        let answer = |ask| {
            let view = view(ask);
            let state = view.state();
            (view, state)
        };
        let ((from, before), (to, after)) = rayon::join(|| answer(a), || answer(b));
        let turned = Turned::between(history.regime(), &before, &after, a, b);
        let before = turned.turn(before);
        let causes = Causes::new(history, &from, &to, &before, &after);
        let differing = compare(&before, &after).into_par_iter();
        let changes = differing
            .with_min_len(AT_ONCE)
            .flat_map_iter(|one| causes.tell(history.regime(), one));
        Self {
            regime: history.regime().clone(),
            changes: changes.collect(),
            turned,
        }
    }

    /// The first answer made into the second.
    #[must_use]
    pub fn apply(&self, state: RegimeState) -> Sheet {
        let mut sheet = sheet(&self.turned.turn(state));
        for change in &self.changes {
            if change.change == Fate::Gone {
                sheet.remove(&change.line);
                continue;
            }
            let line = sheet.entry(change.line.clone()).or_default();
            for field in &change.fields {
                match &field.after {
                    Some(value) => line.insert(field.field.clone(), value.clone()),
                    None => line.remove(&field.field),
                };
            }
        }
        sheet
    }
}

/// An answer as lines.
#[must_use]
pub fn sheet(state: &RegimeState) -> Sheet {
    let lines = lines(state).into_iter();
    lines.map(|(line, shown)| (line, shown.fields())).collect()
}

/// What turning the dials moves by itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Turned {
    /// Days from the day asked about to the other one.
    days: i64,
    /// How far surveys in both answers reach in the second: entry, last day.
    through: Vec<(EntryNo, Day)>,
}

impl Turned {
    fn between(
        regime: &RegimeKey,
        before: &RegimeState,
        after: &RegimeState,
        a: &Ask,
        b: &Ask,
    ) -> Self {
        let zone = Jurisdiction::from(regime).zone();
        let held: BTreeSet<EntryNo> = before.surveyed.iter().map(|one| one.entry).collect();
        let both = after
            .surveyed
            .iter()
            .filter(|one| held.contains(&one.entry));
        Self {
            days: a.on.day(zone).days_to(b.on.day(zone)),
            through: both.map(|one| (one.entry, one.through)).collect(),
        }
    }

    /// The answer with what only counts from the dials counted from the others.
    fn turn(&self, mut state: RegimeState) -> RegimeState {
        let standings = std::iter::once(&mut state.standing)
            .chain(state.measures.iter_mut().map(|one| &mut one.standing))
            .chain(state.listings.iter_mut().map(|one| &mut one.standing));
        let left = standings
            .map(|standing| &mut standing.days_left)
            .chain(state.permissions.iter_mut().map(|one| &mut one.days_left));
        for days in left.flatten() {
            *days -= self.days;
        }
        for one in &mut state.coming {
            one.in_days -= self.days;
        }
        for one in &mut state.surveyed {
            let through = self.through.iter().find(|(entry, _)| *entry == one.entry);
            one.through = through.map_or(one.through, |(_, through)| *through);
        }
        state
    }
}

/// A line as it is shown.
#[derive(Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum Shown<'a> {
    Regime {
        title: &'a Option<String>,
        #[serde(flatten)]
        standing: &'a Standing,
        unnamed_entries: i64,
    },
    Measure(&'a MeasureState),
    Listing(&'a ListingState),
    Permission(&'a Permission),
    Procedure(&'a ProcedureState),
    Coming(&'a Coming),
    Survey(&'a Surveyed),
}

impl<'a> Shown<'a> {
    /// What is there of it, as it is written in JSON.
    fn fields(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(mut fields)) => {
                fields.retain(|_, value| !value.is_null());
                fields
            }
            // A line is an object with names for keys.
            _ => Map::new(),
        }
    }

    /// Where it stands, if it is one of those that stand somewhere.
    pub(super) fn standing(&self) -> Option<&'a Standing> {
        match self {
            Self::Regime { standing, .. } => Some(standing),
            Self::Measure(one) => Some(&one.standing),
            Self::Listing(one) => Some(&one.standing),
            _ => None,
        }
    }

    /// The entries that it rests on.
    pub(super) fn because(&self) -> &'a [Reason] {
        match self {
            Self::Permission(one) => std::slice::from_ref(&one.because),
            Self::Procedure(one) => &one.because,
            Self::Coming(one) => std::slice::from_ref(&one.because),
            other => other
                .standing()
                .map_or(&[][..], |standing| &standing.because),
        }
    }
}

/// The lines of an answer, in no order.
fn lines(state: &RegimeState) -> HashMap<Line, Shown<'_>> {
    let mut lines = HashMap::default();
    let regime = Shown::Regime {
        title: &state.title,
        standing: &state.standing,
        unnamed_entries: state.unnamed_entries,
    };
    lines.insert(Line::Regime, regime);
    for one in &state.measures {
        let measure = one.measure.clone();
        lines.insert(Line::Measure { measure }, Shown::Measure(one));
    }
    for one in &state.listings {
        let subject = one.subject.clone();
        lines.insert(Line::Listing { subject }, Shown::Listing(one));
    }
    let mut number = |line: &dyn Fn(usize) -> Line, shown| {
        let free = (0..).map(line).find(|line| !lines.contains_key(line));
        lines.extend(free.map(|line| (line, shown)));
    };
    for one in &state.permissions {
        let line = |nth| Line::Permission {
            permits: one.permits.clone(),
            measure: one.measure.clone(),
            nth,
        };
        number(&line, Shown::Permission(one));
    }
    for one in &state.procedures {
        let id = one.procedure.as_ref().map(ToString::to_string);
        let procedure = id.unwrap_or_else(|| one.what.clone());
        let line = |nth| Line::Procedure {
            procedure: procedure.clone(),
            nth,
        };
        number(&line, Shown::Procedure(one));
    }
    for one in &state.coming {
        let line = |nth| Line::Coming {
            what: one.what.clone(),
            from: one.from.to_string(),
            nth,
        };
        number(&line, Shown::Coming(one));
    }
    for one in &state.surveyed {
        lines.insert(Line::Survey { entry: one.entry }, Shown::Survey(one));
    }
    lines
}

/// A line that differs, with its fields.
pub(super) struct Differing<'a> {
    pub(super) line: Line,
    pub(super) before: Option<Shown<'a>>,
    pub(super) after: Option<Shown<'a>>,
    pub(super) fields: Vec<Field>,
}

impl Differing<'_> {
    pub(super) fn fate(&self) -> Fate {
        match (&self.before, &self.after) {
            (None, _) => Fate::Appeared,
            (_, None) => Fate::Gone,
            _ => Fate::Changed,
        }
    }

    /// The listed subject's name; what a procedure is about.
    pub(super) fn name(&self) -> Option<String> {
        match self.after.or(self.before) {
            Some(Shown::Listing(one)) => Some(one.name.clone()),
            Some(Shown::Procedure(one)) => Some(one.what.clone()),
            _ => None,
        }
    }
}

/// The lines that two answers show differently, counted from the same dials.
pub(super) fn compare<'a>(a: &'a RegimeState, b: &'a RegimeState) -> Vec<Differing<'a>> {
    let (mut before, after) = rayon::join(|| lines(a), || lines(b));
    let pairs = after.into_iter().map(|(line, after)| {
        let before = before.remove(&line);
        (line, before, Some(after))
    });
    let mut differing: Vec<_> = pairs.filter(|(_, a, b)| a != b).collect();
    let gone = before.into_iter();
    differing.extend(gone.map(|(line, before)| (line, Some(before), None)));
    differing.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    let differing = differing.into_par_iter().with_min_len(AT_ONCE);
    differing
        .map(|(line, before, after)| differ(line, before, after))
        .collect()
}

fn differ<'a>(line: Line, before: Option<Shown<'a>>, after: Option<Shown<'a>>) -> Differing<'a> {
    let mut fields = match (before, after) {
        (Some(Shown::Measure(a)), Some(Shown::Measure(b))) => a.differing(b),
        (Some(Shown::Listing(a)), Some(Shown::Listing(b))) => a.differing(b),
        _ => {
            let of =
                |shown: Option<Shown<'a>>| shown.map(|shown| shown.fields()).unwrap_or_default();
            let (mut left, after) = (of(before), of(after));
            let mut fields: Vec<Field> = after
                .into_iter()
                .map(|(field, after)| Field {
                    before: left.remove(&field),
                    after: Some(after),
                    field,
                })
                .collect();
            fields.extend(left.into_iter().map(|(field, before)| Field {
                field,
                before: Some(before),
                after: None,
            }));
            fields.retain(|field| field.before != field.after);
            fields
        }
    };
    fields.sort_by(|a, b| (a.after.is_none(), &a.field).cmp(&(b.after.is_none(), &b.field)));
    Differing {
        line,
        before,
        after,
        fields,
    }
}

/// The fields in which two lines of a kind are different. One renewal moves a field of every line under its regime: the
/// others are never written.
macro_rules! differing {
    ($kind:ident { $($field:ident $(as $name:literal)?),* } $(and $part:ident)?) => {
        impl $kind {
            fn differing(&self, other: &Self) -> Vec<Field> {
                // Whoever adds a field to a line is told to name it here.
                let Self { $($field,)* $($part: _)? } = self;
                #[allow(unused_mut)]
                let mut fields = Vec::new();
                $(if *$field != other.$field {
                    let name = [$($name,)? stringify!($field)][0];
                    fields.push(Field::of(name, $field, &other.$field));
                })*
                $(fields.extend(self.$part.differing(&other.$part));)?
                fields
            }
        }
    };
}

differing!(Standing {
    status,
    answer,
    since,
    until,
    days_left,
    applies,
    condition,
    unknown,
    because
});
differing!(MeasureState { measure, class, kind, scope, provision, remarks } and standing);
differing!(ListingState { subject, name, kind as "type", reference, measures, orders } and standing);

impl Field {
    fn of<T: Serialize>(name: &str, before: &T, after: &T) -> Self {
        // What a line holds is written with names for keys; what is not there is left out.
        let written = |value| {
            serde_json::to_value(value)
                .ok()
                .filter(|value| !value.is_null())
        };
        Self {
            field: name.to_owned(),
            before: written(before),
            after: written(after),
        }
    }
}

fn is_first(nth: &usize) -> bool {
    *nth == 0
}
