//! `subject`: whom a name means, and where each of them is listed, over all of legal time.

use super::args::Subject as Args;
use super::output::{self, ASSUMED, Acts, Output, Receipt, heading};
use super::{Exit, Failure, Global, Outside, causes, open, page, who};
use regesta::domain::SubjectId;
use regesta::record::Record;
use regesta::register::{Ask, Listing, Match, Reason};
use serde::Serialize;
use std::fmt::Write as _;

#[derive(Serialize)]
struct Answer<'a> {
    subjects: &'a [Subject],
    receipt: Receipt,
}

#[derive(Serialize)]
struct Subject {
    subject: SubjectId,
    /// The name as last printed.
    name: Option<String>,
    matched: Match,
    listings: Vec<Under>,
}

/// A listing with its statements of reasons.
#[derive(Serialize)]
struct Under {
    #[serde(flatten)]
    listing: Listing,
    reasons: Vec<Reasons>,
}

#[derive(Serialize)]
struct Reasons {
    /// None where the entry's body was erased.
    text: Option<String>,
    erased: bool,
    because: Reason,
}

/// Runs the verb.
pub fn run(global: &Global, args: &Args, outside: Outside, out: &Output) -> Result<Exit, Failure> {
    let record = open::record(global, "subject", outside, out)?;
    let (ask, link) = open::ask(&record, &args.dials, outside)?;
    let found = who::found(&record, &args.name, ask.known_at)?;
    if found.is_empty() {
        return Err(who::nobody(&args.name));
    }
    let subjects = found
        .into_iter()
        .map(|matched| subject(&record, matched, &ask));
    let subjects: Vec<Subject> = subjects.collect::<Result<_, _>>()?;
    let listings = subjects.iter().flat_map(|one| &one.listings);
    let regimes: Vec<_> = listings.map(|under| under.listing.regime.clone()).collect();
    let receipt = Receipt::new(args.name.clone(), &ask, args.dials.as_law_stood, &link)
        .with(record.redactions(Some(&regimes), ask.known_at));
    if out.json {
        out.print_json(&Answer {
            subjects: &subjects,
            receipt,
        })?;
    } else {
        out.answer(&text(&subjects, &ask, out), &receipt)?;
    }
    Ok(Exit::Done)
}

fn subject(record: &Record, matched: Match, ask: &Ask) -> Result<Subject, Failure> {
    let id = matched.found.subject.clone();
    let mut listings = Vec::new();
    for regime in record.regimes_of(&id).map_err(open::unusable)? {
        let history = record.history(&regime).map_err(open::unusable)?;
        let Some(listing) = history.listing(&id, ask) else {
            continue;
        };
        let mut reasons = Vec::new();
        for one in &listing.particulars {
            let text = record.reasons(&one.because).map_err(open::unusable)?;
            reasons.extend(text.map(|text| Reasons {
                erased: text.is_none(),
                text,
                because: one.because.clone(),
            }));
        }
        listings.push(Under { listing, reasons });
    }
    let name = listings.iter().find_map(|one| one.listing.name.clone());
    Ok(Subject {
        subject: id,
        name,
        matched,
        listings,
    })
}

fn text(subjects: &[Subject], ask: &Ask, out: &Output) -> String {
    let mut text = String::new();
    let mut acts = Acts::default();
    if subjects.len() > 1 {
        let _ = writeln!(text, "{} subjects may be meant\n", subjects.len());
    }
    let mut assumed = false;
    for one in subjects {
        let name = one.name.as_deref().unwrap_or_default();
        let head = format!("{}  {name}", heading(one.subject.as_str()));
        let _ = writeln!(text, "{}", head.trim_end());
        if let Some(matched) = who::matched(&one.matched) {
            out.wrap(&mut text, "  ", "    ", &matched);
        }
        if one.listings.is_empty() {
            text.push_str("  Nothing recorded, or nothing public by then.\n");
        }
        for under in &one.listings {
            text.push('\n');
            assumed |= tell(&mut text, under, ask, &mut acts, out);
        }
        text.push('\n');
    }
    if assumed {
        text.push_str(ASSUMED);
        text.push('\n');
    }
    // The acts begin with an empty line of their own.
    text.pop();
    acts.tell(out, &mut text);
    text.push('\n');
    text
}

/// Tells one listing, and whether a day in it was assumed.
fn tell<'a>(
    text: &mut String,
    under: &'a Under,
    ask: &Ask,
    acts: &mut Acts<'a>,
    out: &Output,
) -> bool {
    let listing = &under.listing;
    let regime = listing.regime.as_str();
    let indent = " ".repeat(regime.len() + 2);
    let line = match &listing.standing {
        Some(standing) => page::listing_line(standing, ask.on),
        None if listing.spans.is_empty() => "no listing is recorded".to_owned(),
        None => format!("not listed yet on {}", ask.on),
    };
    out.wrap(text, &format!("{}  ", heading(regime)), &indent, &line);
    for remark in listing.standing.iter().flat_map(page::remarks) {
        out.wrap(text, "  ", "  ", &remark);
    }
    let mut table = out.table(&["from", "through", "status", "begun by", "ended by"]);
    for span in &listing.spans {
        let mut entry = |reason: &'a Option<Reason>| {
            let reason = reason.as_ref().map(std::slice::from_ref);
            reason.map(|one| acts.cite(one)).unwrap_or_default()
        };
        table.add_row([
            span.from
                .map_or_else(|| "before".to_owned(), |day| day.to_string())
                .into(),
            span.to
                .map_or_else(|| "-".to_owned(), |day| day.to_string())
                .into(),
            output::status_cell(span.status, output::listing_words(span.status)),
            entry(&span.begun_by).into(),
            entry(&span.ended_by).into(),
        ]);
    }
    if !listing.spans.is_empty() {
        text.push_str(&output::lines(&mut table, "  "));
    }
    let day = |reason: &Reason| output::day(reason.from, reason.assumed);
    let mut assumed = listing.courts.iter().any(|cause| cause.effect.assumed);
    if !listing.particulars.is_empty() {
        let _ = writeln!(text, "\n  {}", heading("Names"));
    }
    for one in &listing.particulars {
        assumed |= one.because.assumed;
        acts.cite(std::slice::from_ref(&one.because));
        let parts = [
            one.name.clone(),
            (!one.aliases.is_empty()).then(|| format!("also {}", one.aliases.join(", "))),
            one.reference
                .as_ref()
                .map(|text| format!("reference {text}")),
            one.change.clone(),
            Some(format!("entry {}", one.because.entry)),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        let when = day(&one.because);
        out.wrap(
            text,
            &format!("  {when:<12} "),
            &" ".repeat(17),
            &parts.join(" · "),
        );
    }
    if !under.reasons.is_empty() {
        let _ = writeln!(
            text,
            "\n  {}",
            heading("Statement of reasons, in our words")
        );
    }
    for one in &under.reasons {
        let reasons = one.text.as_deref().unwrap_or("erased");
        let when = day(&one.because);
        let line = format!("{reasons} (entry {})", one.because.entry);
        out.wrap(text, &format!("  {when:<12} "), &" ".repeat(17), &line);
    }
    if !listing.courts.is_empty() {
        let _ = writeln!(text, "\n  {}", heading("Courts"));
        causes::tell(text, &listing.courts, true, acts, out);
    }
    assumed
}
