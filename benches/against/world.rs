//! Synthetic decisions that look like the real ones: the same shape and size, over fifty regimes, admissible in order.
//!
//! The same seed and the same number of entries always give the same bodies. One entry in twenty is recorded late. One more
//! regime, [`STEADY`], has the same history in a world of any size, so that what grows around it can be seen.

use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Value, json};

/// The regime that all worlds have in common.
pub const STEADY: &str = "EU-STEADY";
/// How many of a world's entries are the steady regime's.
const STEADY_ENTRIES: u64 = 2_000;
/// How many other regimes there are.
const REGIMES: usize = 50;
const YEARS: i32 = 26;
const SYLLABLES: [&str; 32] = [
    "al", "an", "bor", "chen", "dar", "de", "el", "fa", "gor", "ha", "il", "ja", "ka", "kov", "la",
    "len", "ma", "mir", "na", "nov", "ol", "pe", "qas", "ra", "ros", "sa", "shi", "tov", "us",
    "va", "yev", "zar",
];

/// A small generator of numbers (SplitMix64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % sides as u64) as usize
    }

    fn name(&mut self, words: usize) -> String {
        let word = |dice: &mut Self| {
            let text: String = (0..2 + dice.roll(2))
                .map(|_| SYLLABLES[dice.roll(SYLLABLES.len())])
                .collect();
            text[..1].to_uppercase() + &text[1..]
        };
        (0..words).map(|_| word(self)).collect::<Vec<_>>().join(" ")
    }
}

struct Regime {
    key: String,
    since: NaiveDate,
    /// The last day of its term; none before it is established.
    until: Option<NaiveDate>,
    listed: Vec<String>,
    measures: usize,
}

/// An endless source of bodies, laid out so that the first `entries` of them cover the years.
pub struct World {
    dice: Dice,
    regimes: Vec<Regime>,
    entries: u64,
    made: u64,
}

impl World {
    pub fn new(entries: u64) -> Self {
        let regime = |key| Regime {
            key,
            since: first_day(),
            until: None,
            listed: Vec::new(),
            measures: 0,
        };
        let keys = std::iter::once(STEADY.to_owned()).chain((0..REGIMES).map(key));
        Self {
            dice: Dice(2026),
            regimes: keys.map(regime).collect(),
            entries,
            made: 0,
        }
    }

    /// A regime with a fiftieth of the entries.
    pub fn one_of_fifty() -> String {
        key(7)
    }

    /// A day after everything in it.
    pub fn last_day() -> NaiveDate {
        first_day().with_year(2000 + YEARS).unwrap_or_default()
    }

    /// How many entries it was laid out for.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// Somebody on a regime's list by now.
    pub fn listed(&self, regime: &str) -> Option<&str> {
        let regime = self.regimes.iter().find(|one| one.key == regime)?;
        regime.listed.first().map(String::as_str)
    }

    fn day(&self) -> NaiveDate {
        let days = (YEARS as u64 * 365) * self.made.min(self.entries) / self.entries;
        first_day() + Days::new(days)
    }

    /// Which regime's turn it is.
    fn turn(&mut self) -> usize {
        let share = |made: u64| made * STEADY_ENTRIES.min(self.entries / 5) / self.entries;
        if share(self.made) < share(self.made + 1) {
            return 0;
        }
        1 + self.dice.roll(REGIMES)
    }

    fn decision(&mut self) -> Value {
        let (at, today) = (self.turn(), self.day());
        let number = self.made;
        let (dice, regime) = (&mut self.dice, &mut self.regimes[at]);
        let fresh = dice.roll(100) < 70;
        // Only what builds on nothing but its regime is recorded late, so that it fits where it belongs.
        let is_late = fresh && dice.roll(14) == 0;
        let back = Days::new(if is_late {
            1 + dice.roll(360) as u64
        } else {
            0
        });
        let (title, effects, until) = match regime.until {
            Some(until) if until <= today + Days::new(30) => renewal(regime, until, today),
            None => establishment(dice, regime, today),
            _ if fresh => listing(dice, regime, number),
            _ => change(dice, regime),
        };
        let adopted = match until {
            None => (today - back).max(regime.since),
            Some(_) => today,
        };
        let (authority, letter, court) = authority(&regime.key);
        let next = adopted + Days::new(1);
        let mut dates = json!({"adopted_on": adopted.to_string(), "in_force": next.to_string(), "published_on": next.to_string()});
        if let Some(until) = until {
            dates["until"] = until.to_string().into();
        }
        let (year, page) = (adopted.year(), 1 + dice.roll(240));
        let mut sources = vec![
            json!({"at": format!("http://data.europa.eu/eli/dec/{year}/{number}/oj"), "tier": "primary"}),
        ];
        if dice.roll(5) == 0 {
            let page = dice.name(3).replace(' ', "-").to_lowercase();
            let at = format!(
                "https://{}.example/{year}/{:02}/{page}",
                SYLLABLES[dice.roll(32)],
                next.month()
            );
            sources.push(json!({"at": at, "note": "release of that day", "tier": "press"}));
        }
        json!({
            "act": {
                "celex": format!("3{year}{letter}{number:04}"),
                "cite": format!("{court} {year}/{number}"),
                "published_in": format!("OJ L {}, {}.{}.{year}, p. {page}", 1 + dice.roll(360), next.day(), next.month()),
            },
            "authority": authority,
            "by": "bench",
            "dates": dates,
            "effects": effects,
            "facts": [format!("{}-{}-{number:03}", regime.key.to_lowercase(), ["listing", "renewal", "change"][dice.roll(3)])],
            "id": format!("{}-{year}-{number}", &authority[..2]),
            "sources": sources,
            "title": title,
        })
    }
}

impl Iterator for World {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        // `Value` keeps its keys sorted: this is the canonical form.
        let body = self.decision().to_string();
        self.made += 1;
        Some(body)
    }
}

fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2000, 1, 3).unwrap_or_default()
}

fn key(n: usize) -> String {
    let letter = |n: usize| char::from(b'A' + (n % 26) as u8);
    let place: String = [letter(n * 7), letter(n * 5 + 3), letter(n)]
        .iter()
        .collect();
    let order = ["EU", "EU", "EU", "EU", "UN", "US", "UK"][n % 7];
    format!("{order}-{place}-{}", ["SECTORAL", "HR", "TI", "WMD"][n % 4])
}

fn authority(regime: &str) -> (&'static str, char, &'static str) {
    match &regime[..2] {
        "UN" => ("un-security-council", 'R', "Resolution"),
        "US" => ("us-ofac", 'N', "Notice"),
        "UK" => ("uk-government", 'S', "Regulations"),
        _ => ("eu-council", 'D', "Decision (CFSP)"),
    }
}

type Change = (String, Vec<Value>, Option<NaiveDate>);

fn establishment(dice: &mut Dice, regime: &mut Regime, today: NaiveDate) -> Change {
    let (name, key) = (dice.name(2), &regime.key);
    let until = today + Days::new(365);
    (regime.since, regime.until) = (today, Some(until));
    let effects = vec![
        json!({"established": {"regime": key, "title": format!("Measures in view of the situation in {name}")}}),
        imposed(
            key,
            "asset-freeze",
            "Funds and economic resources of those listed are frozen",
        ),
        imposed(
            key,
            "travel-ban",
            "Entry and transit of listed persons are refused",
        ),
    ];
    (
        format!("Measures in view of the situation in {name}"),
        effects,
        Some(until),
    )
}

fn imposed(regime: &str, measure: &str, scope: &str) -> Value {
    let class = measure.trim_end_matches(|c: char| c == '-' || c.is_ascii_digit());
    json!({"imposed": {"class": class, "measure": measure, "provision": "Article 2(1)", "regime": regime, "scope": scope}})
}

fn renewal(regime: &mut Regime, until: NaiveDate, today: NaiveDate) -> Change {
    let until = until.max(today) + Days::new(365);
    regime.until = Some(until);
    let effects = vec![json!({"renewed": {"regime": regime.key}})];
    (
        format!("The measures are renewed to {until}"),
        effects,
        Some(until),
    )
}

fn listing(dice: &mut Dice, regime: &mut Regime, number: u64) -> Change {
    let mut names = Vec::new();
    let mut effects = Vec::new();
    for n in 0..1 + usize::from(dice.roll(8) == 0) {
        let kind = ["person", "person", "organization", "vessel"][dice.roll(4)];
        let name = dice.name(if kind == "person" { 3 } else { 2 });
        let country = ["ru", "by", "ir", "sy"][dice.roll(4)];
        let id = format!(
            "{}-{number}{}",
            name.to_lowercase().replace(' ', "-"),
            ["", "-b"][n]
        );
        let measures: &[&str] = if kind == "person" {
            &["asset-freeze", "travel-ban"]
        } else {
            &["asset-freeze"]
        };
        effects.push(json!({"listed": {
            "measures": measures,
            "reference": format!("EU.{number}.{}", dice.roll(100)),
            "regime": regime.key,
            "subject": {"countries": [country], "id": id, "name": name, "type": kind},
        }}));
        regime.listed.push(id);
        names.push(name);
    }
    (format!("{} listed", names.join(" and ")), effects, None)
}

/// A delisting, an amendment, or a measure more.
fn change(dice: &mut Dice, regime: &mut Regime) -> Change {
    let key = regime.key.clone();
    let which = if regime.listed.is_empty() {
        9
    } else {
        dice.roll(10)
    };
    let at = dice.roll(regime.listed.len().max(1));
    match which {
        0..4 => {
            let subject = regime.listed.swap_remove(at);
            let effect = json!({"delisted": {"ground": "The grounds for listing no longer apply", "regime": key, "subject": subject}});
            (
                "One person is taken off the list".to_owned(),
                vec![effect],
                None,
            )
        }
        4..8 => {
            let change = format!("Statement of reasons: {}", dice.name(6));
            let effect = json!({"listing_amended": {"change": change, "regime": key, "subject": regime.listed[at]}});
            (
                "One entry of the list is amended".to_owned(),
                vec![effect],
                None,
            )
        }
        8 => {
            let change = format!("Annex II is replaced: {}", dice.name(5));
            let effect = json!({"amended": {"change": change, "measure": "asset-freeze", "provision": "Annex II", "regime": key}});
            ("Annex II is replaced".to_owned(), vec![effect], None)
        }
        _ => {
            regime.measures += 1;
            let measure = format!(
                "{}-{}",
                ["export-control", "services-ban"][dice.roll(2)],
                regime.measures
            );
            let scope = format!("Dealing in {} is prohibited", dice.name(4));
            (
                format!("A ban concerning {} is imposed", dice.name(2)),
                vec![imposed(&key, &measure, &scope)],
                None,
            )
        }
    }
}
