//! Civil days, instants with an offset, and last days.
//!
//! A [`Day`] is a day on the authority's own calendar. A [`Moment`] is what acts name: a day, or an instant with a UTC
//! offset. An [`Until`] is how a term ends; a day in it is the **last day that still counts**.

use chrono::{
    DateTime, Datelike, FixedOffset, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// A text that is not a day, an instant or a term.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidTime {
    /// Not a civil day.
    #[error("`{0}` is not a day: write it like 2025-01-31")]
    Day(String),
    /// Neither a civil day nor an instant with an offset.
    #[error(
        "`{0}` is neither a day like 2025-01-31 nor an instant with its offset like 2025-09-28T00:00:00Z"
    )]
    Moment(String),
}

/// A civil day, written `2025-01-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(NaiveDate);

impl Day {
    /// The day of that year, month and day of the month, where the calendar has it.
    #[must_use]
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self)
    }

    /// The day after.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.succ_opt().unwrap_or(self.0))
    }

    /// How many days from `self` to `other`, negative where `other` is earlier.
    #[must_use]
    pub fn days_to(self, other: Self) -> i64 {
        (other.0 - self.0).num_days()
    }

    /// The day that many days later.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        TimeDelta::try_days(days)
            .and_then(|by| self.0.checked_add_signed(by))
            .map_or(self, Self)
    }

    /// The same day of the month that many months later, or that month's last day where it has no such day.
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        self.0
            .checked_add_months(Months::new(months))
            .map_or(self, Self)
    }

    /// Its first instant in that zone.
    #[must_use]
    pub fn starts(self, zone: Tz) -> Instant {
        let midnight = self.0.and_time(NaiveTime::MIN);
        // Where a clock change skips midnight the day begins when the clock resumes.
        let local = (0..4).find_map(|hour| {
            zone.from_local_datetime(&(midnight + TimeDelta::hours(hour)))
                .earliest()
        });
        Instant(local.map_or_else(
            || midnight.and_utc().timestamp_micros(),
            |t| t.timestamp_micros(),
        ))
    }

    /// Its last instant in that zone, one microsecond before the next day.
    #[must_use]
    pub fn ends(self, zone: Tz) -> Instant {
        Instant(self.next().starts(zone).0 - 1)
    }

    /// The year it is in.
    #[must_use]
    pub fn year(self) -> i32 {
        self.0.year()
    }
}

impl From<NaiveDate> for Day {
    fn from(date: NaiveDate) -> Self {
        Self(date)
    }
}

impl From<Day> for NaiveDate {
    fn from(day: Day) -> Self {
        day.0
    }
}

impl FromStr for Day {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        parse_day(text.as_bytes()).ok_or_else(|| InvalidTime::Day(text.to_owned()))
    }
}

/// `YYYY-MM-DD` and nothing else. By hand, because most of a record is days.
fn parse_day(text: &[u8]) -> Option<Day> {
    let number = |from: usize, to: usize| {
        text.get(from..to)?.iter().try_fold(0u32, |n, digit| {
            Some(n * 10 + char::from(*digit).to_digit(10)?)
        })
    };
    if text.len() != 10 || text.get(4) != Some(&b'-') || text.get(7) != Some(&b'-') {
        return None;
    }
    Day::new(
        i32::try_from(number(0, 4)?).ok()?,
        number(5, 7)?,
        number(8, 10)?,
    )
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.width().is_none() {
            return self.0.fmt(f);
        }
        f.pad(&self.0.to_string())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() {
            to.collect_str(self)
        } else {
            to.serialize_i32(self.0.num_days_from_ce())
        }
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if from.is_human_readable() {
            from_text(from)
        } else {
            let days = i32::deserialize(from)?;
            NaiveDate::from_num_days_from_ce_opt(days)
                .map(Self)
                .ok_or_else(|| de::Error::custom("day out of range"))
        }
    }
}

/// A point in time, in microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

impl Instant {
    /// The civil day it falls on in that zone.
    #[must_use]
    pub fn day(self, zone: Tz) -> Day {
        Day(self.utc().with_timezone(&zone).date_naive())
    }

    fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or_default()
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(
            &self
                .utc()
                .to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
        )
    }
}

/// When an act says that something begins: a day in the authority's zone, or an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// From the beginning of that day.
    Day(Day),
    /// From that instant, written with its offset.
    Instant(DateTime<FixedOffset>),
}

impl Moment {
    /// The first instant of it in that zone.
    #[must_use]
    pub fn starts(self, zone: Tz) -> Instant {
        match self {
            Self::Day(day) => day.starts(zone),
            Self::Instant(at) => Instant(at.timestamp_micros()),
        }
    }

    /// The last instant of it in that zone: the end of a day, the instant itself.
    #[must_use]
    pub fn ends(self, zone: Tz) -> Instant {
        match self {
            Self::Day(day) => day.ends(zone),
            Self::Instant(at) => Instant(at.timestamp_micros()),
        }
    }

    /// The civil day of it in that zone.
    #[must_use]
    pub fn day(self, zone: Tz) -> Day {
        match self {
            Self::Day(day) => day,
            Self::Instant(at) => Day(at.with_timezone(&zone).date_naive()),
        }
    }
}

impl From<Day> for Moment {
    fn from(day: Day) -> Self {
        Self::Day(day)
    }
}

impl FromStr for Moment {
    type Err = InvalidTime;

    fn from_str(text: &str) -> Result<Self, InvalidTime> {
        if let Ok(day) = text.parse() {
            return Ok(Self::Day(day));
        }
        // Seconds may be left out, as people write 2025-09-28T12:00Z.
        let with_seconds = || DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%#z");
        DateTime::parse_from_rfc3339(text)
            .or_else(|_| with_seconds())
            .map(Self::Instant)
            .map_err(|_| InvalidTime::Moment(text.to_owned()))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Instant(at) => f.pad(&at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)),
        }
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from_text(from)
    }
}

/// How a term ends. Not stated at all is `Option::None`: missing is not none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Until {
    /// Through that day, or that instant, inclusive. Written `"2025-07-31"`.
    Moment(Moment),
    /// As long as its regime: one renewal moves every term that points there. Written `"regime"`.
    Regime,
    /// The act says that it has no end date. Written `"open"`.
    Open,
    /// Until a condition is met, in words. Written `{"condition": "…"}`.
    Condition(String),
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Moment(moment) => moment.fmt(f),
            Self::Regime => f.pad("regime"),
            Self::Open => f.pad("open"),
            Self::Condition(text) => f.pad(text),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Conditional {
    condition: String,
}

impl Serialize for Until {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Condition(text) if to.is_human_readable() => Conditional {
                condition: text.clone(),
            }
            .serialize(to),
            Self::Condition(text) => to.collect_str(&format_args!("?{text}")),
            plain => to.collect_str(plain),
        }
    }
}

impl<'de> Deserialize<'de> for Until {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> de::Visitor<'de> for Visit {
            type Value = Until;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    r#"a last day like "2025-07-31", "regime", "open" or {"condition": "…"}"#,
                )
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Until, E> {
                match text {
                    "regime" => Ok(Until::Regime),
                    "open" => Ok(Until::Open),
                    other => match other.strip_prefix('?') {
                        Some(condition) => Ok(Until::Condition(condition.to_owned())),
                        None => other
                            .parse()
                            .map(Until::Moment)
                            .map_err(|_| E::invalid_value(de::Unexpected::Str(other), &self)),
                    },
                }
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Until, A::Error> {
                let conditional =
                    Conditional::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Until::Condition(conditional.condition))
            }
        }
        if from.is_human_readable() {
            from.deserialize_any(Visit)
        } else {
            from.deserialize_str(Visit)
        }
    }
}

/// Reads a value from its text without keeping a copy.
fn from_text<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err = InvalidTime>,
{
    struct Visit<T>(std::marker::PhantomData<T>);
    impl<T: FromStr<Err = InvalidTime>> de::Visitor<'_> for Visit<T> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a day like 2025-01-31")
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
            text.parse().map_err(E::custom)
        }
    }
    from.deserialize_str(Visit(std::marker::PhantomData))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_one_way() {
        assert_eq!(
            "2025-01-31".parse::<Day>().unwrap().to_string(),
            "2025-01-31"
        );
        for bad in [
            "2025-02-29",
            "2025-1-31",
            "31.1.2025",
            "2025-01-31 ",
            "+2025-01-31",
            "",
        ] {
            assert!(bad.parse::<Day>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_last_day_counts_to_its_end_in_the_zone() {
        let day: Day = "2025-09-27".parse().unwrap();
        let zone = chrono_tz::America::New_York;
        assert_eq!(day.starts(zone).to_string(), "2025-09-27T04:00:00Z");
        assert_eq!(day.ends(zone).to_string(), "2025-09-28T03:59:59.999999Z");
        let snapback: Moment = "2025-09-28T00:00:00Z".parse().unwrap();
        assert_eq!(snapback.day(zone), day);
        assert_eq!(
            "2025-09-28T00:00Z".parse::<Moment>().unwrap().starts(zone),
            snapback.starts(zone)
        );
    }

    #[test]
    fn months_later_is_the_same_day_or_the_last_of_the_month() {
        let later = |day: &str, months| {
            let day: Day = day.parse().unwrap();
            day.plus_months(months).to_string()
        };
        assert_eq!(later("2025-01-31", 6), "2025-07-31");
        assert_eq!(later("2024-08-31", 6), "2025-02-28");
        assert_eq!(later("2024-02-29", 12), "2025-02-28");
    }

    #[test]
    fn until_says_which_of_four_ends_it_is() {
        for text in [
            r#""2025-07-31""#,
            r#""regime""#,
            r#""open""#,
            r#"{"condition":"the war ends"}"#,
        ] {
            let until: Until = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&until).unwrap(), text);
            let packed = postcard::to_allocvec(&until).unwrap();
            assert_eq!(postcard::from_bytes::<Until>(&packed).unwrap(), until);
        }
        assert!(serde_json::from_str::<Until>(r#""soon""#).is_err());
    }
}
