//! Procedures: who proposed, who holds it up, at what price, and what ended it.

use super::view::{Placed, View};
use super::{ProcedureState, Reason};
use crate::domain::{Day, Effect, Moment, ProcedureId, Status};

impl View<'_> {
    /// The procedures under way on the day asked about, the newest first.
    ///
    /// One is over when an act of it is adopted, a vote on it fails, every hold is lifted without anything agreed, or the
    /// regime is renewed after it (it was overtaken).
    pub(super) fn procedures(&self) -> Vec<ProcedureState> {
        let taken = self.placed.iter().filter(|one| one.adopted() <= self.on);
        let mut threads: Vec<Thread<'_>> = Vec::new();
        for one in taken.filter(|one| super::row::is_step(one.effect())) {
            let id = one.decision.procedure.as_ref();
            match threads
                .iter_mut()
                .find(|thread| id.is_some() && thread.id == id)
            {
                Some(thread) => thread.take(one),
                None => threads.extend(Thread::begin(id, one)),
            }
        }
        let mut open: Vec<_> = threads
            .into_iter()
            .filter(|thread| !self.is_over(thread))
            .filter_map(Thread::state)
            .collect();
        open.sort_by_key(|state| std::cmp::Reverse(state.since.starts(self.zone)));
        open
    }

    fn is_over(&self, thread: &Thread<'_>) -> bool {
        if thread.status == Status::Disputed {
            return false;
        }
        self.placed.iter().any(|one| {
            let acts = !super::row::is_step(one.effect()) && one.adopted() <= self.on;
            let same = thread.id.is_some() && one.decision.procedure.as_ref() == thread.id;
            let overtakes =
                matches!(one.effect(), Effect::Renewed(_)) && one.adopted() > thread.last;
            acts && (same || overtakes)
        })
    }
}

/// The steps of one procedure so far.
struct Thread<'a> {
    id: Option<&'a ProcedureId>,
    what: String,
    status: Status,
    held_by: Vec<String>,
    demanding: Option<String>,
    since: Moment,
    last: Day,
    because: Vec<Reason>,
    rejected: bool,
}

impl<'a> Thread<'a> {
    /// A thread begun by that step; statements begin none unless they dispute a decision.
    fn begin(id: Option<&'a ProcedureId>, one: &Placed<'a>) -> Option<Self> {
        let disputes = matches!(one.effect(), Effect::Stated(e) if e.disputes.is_some());
        if matches!(one.effect(), Effect::Stated(_)) && !disputes && id.is_none() {
            return None;
        }
        let mut thread = Self {
            id,
            what: String::new(),
            status: Status::Unknown,
            held_by: Vec::new(),
            demanding: None,
            since: one.from(),
            last: one.adopted(),
            because: Vec::new(),
            rejected: false,
        };
        thread.take(one);
        Some(thread)
    }

    fn take(&mut self, one: &Placed<'_>) {
        self.because.push(one.reason());
        self.last = self.last.max(one.adopted());
        match one.effect() {
            Effect::Proposed(e) => self.step(Status::Proposed, &e.what, one),
            Effect::Agreed(e) => self.step(Status::Agreed, &e.what, one),
            Effect::Held(e) => {
                let status = if self.status == Status::Agreed {
                    Status::Agreed
                } else {
                    Status::Proposed
                };
                self.step(status, &e.what, one);
                self.held_by.extend(
                    e.by.iter()
                        .filter(|by| !self.held_by.contains(by))
                        .cloned()
                        .collect::<Vec<_>>(),
                );
                self.demanding = e.demanding.clone().or(self.demanding.take());
            }
            Effect::HoldLifted(e) => {
                self.held_by.retain(|by| !e.by.contains(by));
                self.demanding = self.demanding.take().filter(|_| !self.held_by.is_empty());
            }
            Effect::Rejected(e) => {
                self.step(Status::Proposed, &e.what, one);
                self.rejected = true;
            }
            Effect::Stated(e) if e.disputes.is_some() => {
                self.step(Status::Disputed, &format!("{}: {}", e.who, e.words), one);
            }
            _ => {}
        }
    }

    fn step(&mut self, status: Status, what: &str, one: &Placed<'_>) {
        what.clone_into(&mut self.what);
        self.status = status;
        self.since = one.from();
        self.rejected = false;
    }

    /// None where it has come to nothing.
    fn state(self) -> Option<ProcedureState> {
        let lifted_for_nothing = self.status == Status::Unknown;
        if self.rejected || lifted_for_nothing {
            return None;
        }
        Some(ProcedureState {
            procedure: self.id.cloned(),
            what: self.what,
            status: self.status,
            held_by: self.held_by,
            demanding: self.demanding,
            since: self.since,
            because: self.because,
        })
    }
}
