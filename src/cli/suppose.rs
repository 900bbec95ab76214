//! `suppose`: asks a question of the law as it would be had something been decided that is not recorded.

use super::args::{Bisect, Dials, Export, Renewal, Repeal, Suppose, Terms};
use super::output::Output;
use super::{Args, Exit, Failure, Global, Outside, Verb, append, diff, misread, open};
use clap::{ArgMatches, CommandFactory as _, FromArgMatches as _, ValueEnum as _};
use regesta::domain::{Authority, Day, Effect, Jurisdiction, RegimeKey, Until};
use regesta::record::Record;
use regesta::register::{Draft, Row};
use serde_json::{Value, json};
use std::ffi::OsString;
use std::sync::Arc;

/// What is supposed of every record that the verb opens.
#[derive(Debug)]
pub struct Supposing {
    drafts: Vec<Draft>,
    terms: Terms,
    /// The dials that the verb is asked with: a regime's last day is looked for there.
    dials: Dials,
}

/// Runs the verb.
pub fn run(global: &Global, args: &Suppose, outside: Outside) -> Result<Exit, Failure> {
    let (mut inner, asked) = inner(global, &args.verb);
    let name = asked.subcommand_name().unwrap_or_default();
    let Some(dials) = dials(&inner.verb)? else {
        return Err(
            Failure::usage(format!("`{name}` cannot be run over what is supposed"))
                .hint("ask with a verb that answers from the law, like state, history or due; the log holds nothing that is supposed")
                .nothing_written(),
        );
    };
    if let Some(known_at) = &dials.known_at
        && open::nth_supposed(known_at).is_none()
    {
        return Err(Failure::usage(format!(
            "nothing is supposed of what the record held at {known_at}: `suppose` begins where it ends"
        ))
        .hint("for what could be known on an earlier day, use --public-by"));
    }
    let supposing = Supposing {
        drafts: append::read(&args.drafts)?,
        terms: args.terms.clone(),
        dials,
    };
    inner.global.choose_color();
    inner.global.supposing = Some(Arc::new(supposing));
    let json = inner.global.json;
    super::run(inner, outside).or_else(|failure| {
        failure.tell(json);
        Ok(failure.exit)
    })
}

/// The verb with its arguments, under the global flags given so far.
fn inner(global: &Global, verb: &[OsString]) -> (Args, ArgMatches) {
    let mut said: Vec<OsString> = vec!["regesta".into(), "--record".into()];
    said.push(global.record.clone().into());
    let color = global.color.to_possible_value();
    said.extend(color.map(|color| format!("--color={}", color.get_name()).into()));
    said.push(format!("--wait={}s", global.wait.as_secs_f64()).into());
    said.extend(global.json.then(|| "--json".into()));
    said.extend(global.quiet.then(|| "--quiet".into()));
    said.extend(verb.iter().cloned());
    let matches = Args::command().try_get_matches_from(&said);
    let read = matches.and_then(|matches| Ok((Args::from_arg_matches(&matches)?, matches)));
    read.unwrap_or_else(|error| misread(&error, said))
}

/// The dials that a verb is asked with where it answers from the law as recorded, and so can be asked over what is
/// supposed; of two points in time that it compares, those of the later one. Others write, or read the log itself, where
/// nothing is supposed: a verb that is not named here is one of them.
fn dials(verb: &Verb) -> Result<Option<Dials>, Failure> {
    Ok(Some(match verb {
        Verb::State(args) => args.dials.clone(),
        Verb::History(args) => args.dials.clone(),
        Verb::Due(args) => args.dials.clone(),
        Verb::Panel(args) => args.dials.clone(),
        Verb::Why(args) => args.dials.clone(),
        Verb::Subject(args) => args.dials.clone(),
        Verb::Export(Export {
            ftm: true, dials, ..
        }) => dials.clone(),
        Verb::Coverage(args) => Dials::known_at(args.known_at.clone()),
        Verb::Diff(args) => diff::Asked::of(args)?.to,
        Verb::Bisect(args) => later(args),
        _ => return Ok(None),
    }))
}

/// The dials of the last point that `bisect` looks at.
fn later(args: &Bisect) -> Dials {
    let last = args.to.clone().filter(|_| args.known);
    Dials {
        on: args.on,
        public_by: args.public_by,
        known_at: last.or_else(|| args.known_at.clone()),
        as_law_stood: args.as_law_stood,
    }
}

impl Supposing {
    /// Supposes it of that record, and says what.
    pub fn of(&self, record: &mut Record, outside: Outside, out: &Output) -> Result<(), Failure> {
        let Self { drafts, terms, .. } = self;
        let add = |record: &mut Record, drafts: Vec<Draft>| {
            record.suppose(drafts, outside.now).map_err(append::refused)
        };
        add(record, drafts.clone())?;
        for renewal in &terms.renew {
            let draft = self.renewed(record, renewal, outside)?;
            add(record, vec![draft])?;
        }
        for repeal in &terms.repeal {
            let draft = self.repealed(record, repeal, outside)?;
            add(record, vec![draft])?;
        }
        for regime in &terms.lapse {
            let draft = self.lapsed(record, regime, outside)?;
            add(record, vec![draft])?;
        }
        for (entry, draft) in record.suppositions() {
            out.say(&format!("not recorded, {entry}: {}", draft.cite));
        }
        Ok(())
    }

    /// The day asked about and the regime's last day on it, where it has one.
    fn last_day(
        &self,
        record: &Record,
        regime: &RegimeKey,
        outside: Outside,
    ) -> Result<(Day, Option<Day>), Failure> {
        // All that is recorded, and what is supposed so far.
        let dials = Dials {
            known_at: None,
            ..self.dials.clone()
        };
        let (ask, _) = open::ask(record, &dials, outside)?;
        let zone = Jurisdiction::from(regime).zone();
        let state = record.state_at(regime, &ask).map_err(open::unusable)?;
        let last = match state.standing.until {
            Some(Until::Moment(last)) => Some(last.day(zone)),
            _ => None,
        };
        Ok((ask.on.day(zone), last))
    }

    /// A renewal in time: on the regime's last day, or on the day asked about where that is earlier.
    fn renewed(
        &self,
        record: &Record,
        renewal: &Renewal,
        outside: Outside,
    ) -> Result<Draft, Failure> {
        let regime = open::regime(record, &renewal.regime)?;
        let (on, last) = self.last_day(record, &regime, outside)?;
        let until = match (renewal.months, renewal.until, last) {
            (_, Some(day), _) => day,
            (Some(months), _, Some(last)) => last.plus_months(months),
            _ => {
                return Err(no_last_day(&regime, on)
                    .hint(format!("name the new one: --renew {regime}=2027-01-31")));
            }
        };
        let adopted = last.map_or(on, |last| last.min(on));
        decided(
            record,
            &regime,
            &format!("{regime} renewed to {until}"),
            &json!({"adopted_on": adopted, "in_force": adopted, "until": until}),
            &json!({"renewed": {"regime": regime}}),
        )
    }

    /// A repeal from that day on, decided by the day asked about.
    fn repealed(
        &self,
        record: &Record,
        repeal: &Repeal,
        outside: Outside,
    ) -> Result<Draft, Failure> {
        let regime = open::regime(record, &repeal.regime)?;
        let (on, _) = self.last_day(record, &regime, outside)?;
        let from = repeal.from;
        decided(
            record,
            &regime,
            &format!("{regime} repealed from {from} on"),
            &json!({"adopted_on": from.min(on), "in_force": from}),
            &json!({"repealed": {"regime": regime}}),
        )
    }

    /// A survey that finds nothing after the regime's last day: through the day after it, and the day asked about.
    fn lapsed(&self, record: &Record, regime: &str, outside: Outside) -> Result<Draft, Failure> {
        let regime = open::regime(record, regime)?;
        let (on, last) = self.last_day(record, &regime, outside)?;
        let last = last.ok_or_else(|| no_last_day(&regime, on))?;
        let survey = json!({
            "survey": regime, "from": last.next(), "through": last.next().max(on),
            "basis": "supposed: nothing is decided after the last day", "sources": [supposed()],
        });
        draft(&survey)
    }
}

fn no_last_day(regime: &RegimeKey, on: Day) -> Failure {
    Failure::usage(format!("{regime} has no last day on {on}"))
}

fn supposed() -> Value {
    json!({"at": "supposed", "tier": "secondary"})
}

/// A decision of whoever decided on the regime's term before.
fn decided(
    record: &Record,
    regime: &RegimeKey,
    what: &str,
    dates: &Value,
    effect: &Value,
) -> Result<Draft, Failure> {
    let history = record.history(regime).map_err(open::unusable)?;
    let decides = |effect: &Effect| matches!(effect, Effect::Established(_) | Effect::Renewed(_));
    let before = history.rows().iter().rev().find_map(|(_, row)| match row {
        Row::Decision(row) if row.effects.iter().any(|one| decides(&one.effect)) => {
            Some(row.authority)
        }
        _ => None,
    });
    let id = what.to_lowercase().replace(' ', "-");
    draft(&json!({
        "id": format!("supposed-{id}"), "title": format!("Supposed: {what}"),
        "authority": before.unwrap_or(Authority::EuCouncil),
        "dates": dates, "effects": [effect], "sources": [supposed()],
    }))
}

fn draft(body: &Value) -> Result<Draft, Failure> {
    Draft::read(body.to_string().as_bytes(), "supposed", "supposed")
        .map_err(|error| append::unreadable(&error))
}
