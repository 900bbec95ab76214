//! Drafts: what somebody wants appended, read strictly, with its place in every complaint.

use super::row::{
    Rows, identity_of_rectification, identity_of_survey, rows_of_decision, rows_of_rectification,
    rows_of_survey,
};
use crate::domain::{Day, Decision, Rectification, Survey};
use crate::log::{Body, BodyError, Kind};
use serde::de::{DeserializeOwned, IgnoredAny};
use std::collections::BTreeMap;
use std::fmt;

/// Version of the bodies' schema that this release writes.
pub const SCHEMA: u8 = 1;

/// A decision, survey or rectification that is ready to be judged: canonical, typed, indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it is.
    pub kind: Kind,
    /// Its canonical bytes, the recorder's name among them.
    pub body: Body,
    /// What the index would keep of it.
    pub rows: Rows,
    /// What makes it the same thing when it is appended again: a decision's id, a survey's regime and last day.
    pub identity: String,
    /// How it is cited.
    pub cite: String,
    /// The day that drafts are put in order by: adoption, else what stands in for it.
    pub day: Option<Day>,
    /// Where it was read.
    pub place: String,
}

/// A draft that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftError {
    /// The file, or standard input.
    pub place: String,
    /// The line, from 1; 0 where it is not known.
    pub line: usize,
    /// The column, from 1; 0 where it is not known.
    pub column: usize,
    /// The field, as a path.
    pub field: Option<String>,
    /// The effect, from 1.
    pub effect: Option<usize>,
    /// What is wrong, in one clause.
    pub problem: String,
}

impl fmt::Display for DraftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl std::error::Error for DraftError {}

impl Draft {
    /// Reads one JSON document. `by` is who records it, unless it says so itself.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and where.
    pub fn read(json: &[u8], place: &str, by: &str) -> Result<Self, DraftError> {
        let body = Body::canonicalize(json).map_err(|error| of_body(&error, place))?;
        let read = match kind_of(&body) {
            Kind::Survey => Read::survey(typed(&body, json, place)?),
            Kind::Rectification => {
                Read::rectification(reasoned(typed(&body, json, place)?, place)?)
            }
            _ => Read::decision(typed(&body, json, place)?),
        };
        let Read {
            kind,
            rows,
            identity,
            cite,
            day,
            by: itself,
        } = read;
        let draft = Self {
            kind,
            body,
            rows,
            identity,
            cite,
            day,
            place: place.to_owned(),
        };
        if itself.is_some() {
            Ok(draft)
        } else {
            draft.signed(by)
        }
    }

    /// What identifies an entry of that kind with that body; none where it is not one that is drafted.
    #[must_use]
    pub fn identity_of(kind: Kind, body: &Body) -> Option<String> {
        let json = body.as_str();
        let read = match kind {
            Kind::Decision => Read::decision(serde_json::from_str(json).ok()?),
            Kind::Survey => Read::survey(serde_json::from_str(json).ok()?),
            Kind::Rectification => Read::rectification(serde_json::from_str(json).ok()?),
            _ => return None,
        };
        Some(read.identity)
    }

    /// Writes the recorder's name into the body.
    fn signed(mut self, by: &str) -> Result<Self, DraftError> {
        let signed = with_by(&self.body, Some(by)).ok_or("not a JSON object".to_owned());
        let signed = signed.and_then(|json| {
            Body::canonicalize(json.as_bytes()).map_err(|error| error.to_string())
        });
        let place = self.place.clone();
        self.body = signed.map_err(|problem| DraftError {
            place,
            line: 0,
            column: 0,
            field: None,
            effect: None,
            problem,
        })?;
        Ok(self)
    }
}

/// Whether two bodies say the same, whoever recorded them.
#[must_use]
pub fn says_the_same(one: &Body, other: &Body) -> bool {
    with_by(one, None) == with_by(other, None)
}

/// The body with another recorder, or with none. None where it is no object.
fn with_by(body: &Body, by: Option<&str>) -> Option<String> {
    let mut members: serde_json::Map<_, _> = serde_json::from_str(body.as_str()).ok()?;
    match by {
        Some(by) => members.insert("by".to_owned(), by.into()),
        None => members.remove("by"),
    };
    serde_json::to_string(&members).ok()
}

/// What a document gives beside its bytes.
struct Read {
    kind: Kind,
    rows: Rows,
    identity: String,
    cite: String,
    day: Option<Day>,
    by: Option<String>,
}

impl Read {
    fn decision(decision: Decision) -> Self {
        Self {
            kind: Kind::Decision,
            identity: decision.id.to_string(),
            cite: decision.cite().to_owned(),
            day: decision
                .dates
                .adopted_on
                .or_else(|| decision.dates.public_on(decision.authority)),
            by: decision.by.clone(),
            rows: rows_of_decision(decision),
        }
    }

    fn survey(survey: Survey) -> Self {
        let identity = identity_of_survey(&survey);
        let (day, by) = (Some(survey.through), survey.by.clone());
        Self {
            kind: Kind::Survey,
            cite: identity.clone(),
            identity,
            day,
            by,
            rows: rows_of_survey(survey),
        }
    }

    fn rectification(rectification: Rectification) -> Self {
        let identity = identity_of_rectification(&rectification);
        let by = rectification.by.clone();
        let rows = rows_of_rectification(rectification);
        Self {
            kind: Kind::Rectification,
            cite: identity.clone(),
            identity,
            day: None,
            by,
            rows,
        }
    }
}

/// What a document is: a survey names what it surveys, a rectification what it withdraws, a decision neither.
fn kind_of(canonical: &Body) -> Kind {
    // Looked for in earnest only where the text of the key occurs at all.
    let occurs = |key: &str| canonical.as_str().contains(key);
    if !occurs("\"survey\":") && !occurs("\"withdraws\":") {
        return Kind::Decision;
    }
    let members = serde_json::from_str::<BTreeMap<String, IgnoredAny>>(canonical.as_str())
        .unwrap_or_default();
    if members.contains_key("survey") {
        Kind::Survey
    } else if members.contains_key("withdraws") {
        Kind::Rectification
    } else {
        Kind::Decision
    }
}

fn typed<T: DeserializeOwned>(body: &Body, json: &[u8], place: &str) -> Result<T, DraftError> {
    serde_json::from_str(body.as_str()).or_else(|_| {
        // Read again as it was written and with the path of the field, which costs more.
        let reader = &mut serde_json::Deserializer::from_slice(json);
        serde_path_to_error::deserialize(reader).map_err(|error| {
            let path = error.path().clone();
            let inner = error.into_inner();
            let effect = path.iter().find_map(|segment| match segment {
                serde_path_to_error::Segment::Seq { index } => Some(index + 1),
                _ => None,
            });
            let in_effects = path.to_string().starts_with("effects");
            let said = inner.to_string();
            // serde_json ends its messages with the place, which is told apart.
            let problem = said
                .rsplit_once(" at line ")
                .map_or(said.as_str(), |(problem, _)| problem)
                .to_owned();
            DraftError {
                place: place.to_owned(),
                line: inner.line(),
                column: inner.column(),
                field: Some(path.to_string()).filter(|path| path != "."),
                effect: effect.filter(|_| in_effects),
                problem,
            }
        })
    })
}

/// A rectification that says why.
fn reasoned(rectification: Rectification, place: &str) -> Result<Rectification, DraftError> {
    if !rectification.because.trim().is_empty() {
        return Ok(rectification);
    }
    Err(DraftError {
        place: place.to_owned(),
        line: 0,
        column: 0,
        field: Some("because".to_owned()),
        effect: None,
        problem: "a rectification needs a reason: this one is empty".to_owned(),
    })
}

fn of_body(error: &BodyError, place: &str) -> DraftError {
    DraftError {
        place: place.to_owned(),
        line: error.line,
        column: error.column,
        field: None,
        effect: None,
        problem: format!("this JSON cannot be recorded: {}", error.problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECISION: &str = r#"{"id": "a", "title": "A", "authority": "eu-council", "dates": {"adopted_on": "2024-01-01"},
 "effects": [{"established": {"regime": "EU-A", "title": "A"}}],
 "sources": [{"at": "https://example.org", "tier": "press"}]}"#;

    #[test]
    fn the_recorder_is_written_in_and_does_not_make_a_difference() {
        let ann = Draft::read(DECISION.as_bytes(), "a.json", "ann").unwrap();
        assert!(
            ann.body
                .as_str()
                .starts_with(r#"{"authority":"eu-council","by":"ann","dates""#)
        );
        let bob = Draft::read(DECISION.as_bytes(), "a.json", "bob").unwrap();
        assert!(says_the_same(&ann.body, &bob.body));
        let other = Draft::read(
            DECISION.replace("\"A\"", "\"B\"").as_bytes(),
            "a.json",
            "ann",
        )
        .unwrap();
        assert!(!says_the_same(&ann.body, &other.body));
    }

    #[test]
    fn a_complaint_names_line_effect_and_field() {
        let wrong = DECISION.replace("\"title\": \"A\"}}", "\"titel\": \"A\"}}");
        let error = Draft::read(wrong.as_bytes(), "a.json", "ann").unwrap_err();
        assert_eq!((error.line, error.effect), (2, Some(1)));
        assert!(
            error.problem.starts_with("unknown field `titel`"),
            "{}",
            error.problem
        );
        let twice = DECISION.replace("\"id\": \"a\"", "\"id\": \"a\", \"id\": \"b\"");
        let error = Draft::read(twice.as_bytes(), "a.json", "ann").unwrap_err();
        assert_eq!(
            (error.line, error.problem.as_str()),
            (1, "this JSON cannot be recorded: duplicate key `id`")
        );
        let backwards =
            DECISION.replace("2024-01-01\"}", "2024-01-01\", \"until\": \"2023-01-01\"}");
        let error = Draft::read(backwards.as_bytes(), "a.json", "ann").unwrap_err();
        assert!(
            error
                .problem
                .contains("the term ends on 2023-01-01, before it begins on 2024-01-01"),
            "{}",
            error.problem
        );
    }
}
