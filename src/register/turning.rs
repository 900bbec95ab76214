//! Turning points: the days on which an answer about a regime can change.

use super::view::View;
use crate::domain::{Day, Effect, Moment, Until};
use std::collections::BTreeSet;

impl<'a> View<'a> {
    /// The same view from another day or instant.
    pub(super) fn turned_to(&self, on: Moment) -> View<'a> {
        let mut view = self.clone();
        view.ask.on = on;
        view.at = on.ends(view.zone);
        view.on = on.day(view.zone);
        view
    }

    /// The days through the day asked about on which something is adopted, begins, or is over for the first time.
    /// Between two of them no answer changes, but for the days left.
    pub(super) fn turning_days(&self) -> BTreeSet<Day> {
        let zone = self.zone;
        let mut days = BTreeSet::new();
        for one in self.placed.iter().chain(&self.voided) {
            days.extend([
                one.starts().day(zone),
                one.adopted(),
                // The day after one on which a decision shows that the regime lives.
                one.adopted().next(),
                one.day().next(),
                one.decision.in_force_at.day(zone),
            ]);
            let terms = one.effect().until().into_iter().chain(&one.decision.until);
            days.extend(terms.filter_map(|until| match until {
                Until::Moment(last) => Some(last.day(zone).next()),
                _ => None,
            }));
            if let Effect::Annulled(e) = one.effect() {
                days.extend(e.from.into_iter().chain(e.to.map(Day::next)));
            }
        }
        for survey in &self.surveys {
            days.extend(survey.from.into_iter().chain([survey.through.next()]));
        }
        days.split_off(&self.on.next());
        days
    }
}
