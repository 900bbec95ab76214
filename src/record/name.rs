//! Finding subjects by name.

use super::{Record, RecordError};
use crate::domain::Effect;
use crate::register::{
    Match, NameKind, Named, Nearness, Reason, Table, Term, called, close, folded,
};
use rayon::prelude::*;

impl Record {
    /// The subjects that a text means, among what was recorded up to that entry: by id, name or alias; else folded; else
    /// by close spelling. Exact and folded names stand in the index; close ones are looked for in every regime.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn called(&self, text: &str, known_at: u64) -> Result<Vec<Match>, RecordError> {
        let mut entries = self.find(Term::of(Table::Subject, text))?;
        entries.extend(self.find(Term::of(Table::Name, &folded(text)))?);
        entries.retain(|seq| *seq <= known_at);
        entries.sort_unstable();
        entries.dedup();
        let mut names: Vec<Named> = Vec::new();
        let mut stands = None;
        for seq in entries {
            for (_, row) in self.rows_of(seq)?.rows {
                names.extend(row.names());
                let effects = row.decision().into_iter().flat_map(|row| &row.effects);
                let mut subjects = effects.filter_map(|row| row.effect.subject());
                stands = stands.or_else(|| subjects.find(|one| one.as_str() == text).cloned());
            }
        }
        let found = called(text, &names);
        if !found.is_empty() {
            return Ok(found);
        }
        // An id whose listing was erased still stands in orders and judgments.
        if let Some(subject) = stands {
            let (kind, text) = (NameKind::Id, text.to_owned());
            let found = Named {
                subject,
                kind,
                text,
            };
            return Ok(vec![Match {
                found,
                nearness: Nearness::Exact,
            }]);
        }
        // The closest of all are among the closest of each regime.
        let near = self.regimes()?.into_par_iter().map(|regime| {
            let names: Vec<Named> = self.history(&regime)?.names(known_at).collect();
            let near = close(text, &names).into_iter();
            Ok(near.map(|one| one.found).collect())
        });
        let near: Vec<Vec<Named>> = near.collect::<Result<_, RecordError>>()?;
        Ok(close(text, &near.concat()))
    }

    /// The statement of reasons that an effect gives: `None` where it gives none, `Some(None)` where the entry's body was
    /// erased.
    ///
    /// # Errors
    ///
    /// Where the store cannot be used.
    pub fn reasons(&self, reason: &Reason) -> Result<Option<Option<String>>, RecordError> {
        let Some(decision) = self.decision(reason.entry)? else {
            return Ok(Some(None));
        };
        let nth = usize::from(reason.effect.saturating_sub(1));
        let reasons = match decision.effects.into_iter().nth(nth) {
            Some(Effect::Listed(listed)) => listed.reasons,
            Some(Effect::ListingAmended(amended)) => amended.reasons,
            _ => None,
        };
        Ok(reasons.map(Some))
    }
}
