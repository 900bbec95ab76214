//! Effects: what a decision changes, each named by a past participle.
//!
//! In JSON an effect is one member whose name is the participle: `{"renewed": {"regime": "EU-BLR", "until": "2026-02-28"}}`.

use super::{
    Class, Day, DecisionId, MeasureKey, MeasureKind, Moment, RegimeKey, Subject, SubjectId, Until,
};
use serde::{Deserialize, Serialize};

macro_rules! effects {
    ($($(#[$doc:meta])* $variant:ident { $($(#[$field_doc:meta])* $field:ident : $type:ty $(= $default:ident)?),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            pub struct $variant {
                /// The regime that it is about.
                pub regime: RegimeKey,
                $($(#[$field_doc])* $(#[serde($default)])? pub $field: $type,)*
                /// From when this effect applies, where that differs from its decision.
                #[serde(default)]
                pub applies: Option<Moment>,
            }
        )*

        /// One change that a decision makes.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[allow(missing_docs, reason = "each variant's struct says what it means")]
        pub enum Effect { $($variant($variant),)* }

        impl Effect {
            /// The regime that it is about.
            #[must_use]
            pub fn regime(&self) -> &RegimeKey {
                match self { $(Self::$variant(effect) => &effect.regime,)* }
            }

            /// From when it applies, where it says so itself.
            #[must_use]
            pub fn applies(&self) -> Option<Moment> {
                match self { $(Self::$variant(effect) => effect.applies,)* }
            }
        }
    };
}

effects! {
    /// A regime begins, or begins again after it had ended.
    Established {
        /// What it is called, in words.
        title: String,
        /// How its term ends; the decision's own `until` where it is left out.
        until: Option<Until> = default,
    }
    /// A regime's term is moved: later, or earlier.
    Renewed {
        /// How its term ends; the decision's own `until` where it is left out.
        until: Option<Until> = default,
        /// What this presupposes is not in the record: before it the answer is *unknown*.
        prior_unrecorded: bool = default,
        /// What the regime is called; needed where `prior_unrecorded`.
        title: Option<String> = default,
    }
    /// Application of a whole regime, or of one measure, is suspended; the text stays.
    Suspended {
        /// The measure; the whole regime where it is left out.
        measure: Option<MeasureKey> = default,
        /// Last day of the suspension; left out where the act names none.
        until: Option<Until> = default,
        /// The provisions concerned.
        provision: Option<String> = default,
    }
    /// A suspension ends and application resumes.
    Resumed {
        /// The measure; the whole regime where it is left out.
        measure: Option<MeasureKey> = default,
    }
    /// A regime is ended by decision.
    Repealed {
        /// What came of it, in words.
        remark: Option<String> = default,
    }
    /// A regime gets another name.
    Retitled {
        /// The new name.
        title: String,
    }
    /// A measure begins, or begins again after it was lifted.
    Imposed {
        /// Its key in the regime.
        measure: MeasureKey,
        /// What it is.
        class: Class,
        /// What it is more finely.
        kind: Option<MeasureKind> = default,
        /// What it forbids or requires, in our words.
        scope: String,
        /// The article.
        provision: Option<String> = default,
        /// How its term ends; as long as its regime where it is left out.
        until: Option<Until> = default,
        /// A condition that its application waits for, in words.
        condition: Option<String> = default,
    }
    /// A measure, or a regime's text, is changed.
    Amended {
        /// The measure; the regime's text as a whole where it is left out.
        measure: Option<MeasureKey> = default,
        /// What is changed, in our words.
        change: String,
        /// The article.
        provision: Option<String> = default,
        /// How many entries an annex gains, where the source counts them without naming them.
        entries_added: Option<u32> = default,
        /// How many entries an annex loses, where the source counts them without naming them.
        entries_removed: Option<u32> = default,
    }
    /// A measure's own term is moved.
    Extended {
        /// The measure.
        measure: MeasureKey,
        /// How its term ends.
        until: Until,
    }
    /// It is settled from when a measure applies, or on what condition.
    ApplicationSet {
        /// The measure.
        measure: MeasureKey,
        /// The condition; left out where there is only a day.
        condition: Option<Condition> = default,
        /// What is settled, in our words: the part concerned, a value.
        remark: Option<String> = default,
    }
    /// A measure is ended by decision.
    Lifted {
        /// The measure.
        measure: MeasureKey,
        /// What came of it, in words.
        remark: Option<String> = default,
    }
    /// A subject is put on a regime's list.
    Listed {
        /// Whom.
        subject: Subject,
        /// The measures that bind the subject; all listing measures of the regime where it is empty.
        measures: Vec<MeasureKey> = default,
        /// The publisher's reference.
        reference: Option<String> = default,
        /// The statement of reasons, in our words.
        reasons: Option<String> = default,
        /// How it ends; as long as its regime where it is left out.
        until: Option<Until> = default,
    }
    /// A listing's particulars change.
    ListingAmended {
        /// Whose.
        subject: SubjectId,
        /// What is changed, in our words.
        change: String,
        /// The new name.
        name: Option<String> = default,
        /// The new reference.
        reference: Option<String> = default,
        /// The new statement of reasons, in our words.
        reasons: Option<String> = default,
    }
    /// A subject is taken off a regime's list.
    Delisted {
        /// Whom.
        subject: SubjectId,
        /// Why, in our words.
        ground: Option<String> = default,
        /// The listing is not in the record: before this the answer is *unknown*.
        prior_unrecorded: bool = default,
        /// The subject's name; needed where `prior_unrecorded`.
        name: Option<String> = default,
    }
    /// A listing is suspended by its authority.
    ListingSuspended {
        /// Whose.
        subject: SubjectId,
        /// Last day of the suspension.
        until: Option<Until> = default,
    }
    /// A court annuls acts, for an applicant or altogether.
    Annulled {
        /// The acts annulled, as far as they are recorded here.
        acts: Vec<DecisionId> = default,
        /// The acts annulled, as the court cites them.
        acts_cited: Vec<String> = default,
        /// The applicant, where the annulment is for one.
        subject: Option<SubjectId> = default,
        /// The measure, where it is one.
        measure: Option<MeasureKey> = default,
        /// First day of the span annulled.
        from: Option<Day> = default,
        /// Last day of the span annulled, inclusive.
        to: Option<Day> = default,
        /// From when the law regards it as annulled; the decision's own place in time where it is left out.
        counts_from: Option<Day> = default,
        /// Through when the court maintains the effects.
        maintained_until: Option<Until> = default,
    }
    /// A higher court sets an annulment aside.
    AnnulmentSetAside {
        /// The decision that annulled.
        decision: DecisionId,
    }
    /// A court orders interim measures.
    OrderGranted {
        /// The applicant.
        subject: SubjectId,
        /// What it orders, in our words.
        orders: String,
        /// Last day of it.
        until: Option<Until> = default,
    }
    /// A court order is cancelled.
    OrderCancelled {
        /// The decision that granted it.
        decision: DecisionId,
    }
    /// A general or specific licence is issued.
    LicenceIssued {
        /// The measure that it permits something under.
        measure: Option<MeasureKey> = default,
        /// What it permits, in our words.
        permits: String,
        /// Its number.
        reference: Option<String> = default,
        /// Last day of it.
        until: Option<Until> = default,
    }
    /// A derogation is granted, or made grantable.
    DerogationGranted {
        /// The measure.
        measure: Option<MeasureKey> = default,
        /// What it permits, in our words.
        permits: String,
        /// The article.
        provision: Option<String> = default,
        /// Last day of it.
        until: Option<Until> = default,
    }
    /// Dated permission to wind something down.
    WindDown {
        /// The measure.
        measure: Option<MeasureKey> = default,
        /// What it permits, in our words.
        permits: String,
        /// The article.
        provision: Option<String> = default,
        /// Last day of it.
        until: Option<Until> = default,
    }
    /// Something is proposed.
    Proposed {
        /// What, in our words.
        what: String,
    }
    /// Somebody holds a decision up.
    Held {
        /// Who, by name: `Hungary`.
        by: Vec<String>,
        /// What is held up, in our words.
        what: String,
        /// What they demand, in our words.
        demanding: Option<String> = default,
    }
    /// A hold is lifted.
    HoldLifted {
        /// Who lifts it.
        by: Vec<String>,
        /// At what price, in our words.
        in_return_for: Option<String> = default,
    }
    /// Political agreement, without legal effect.
    Agreed {
        /// On what, in our words.
        what: String,
        /// The term agreed on.
        until: Option<Until> = default,
    }
    /// A proposal fails.
    Rejected {
        /// What, in our words.
        what: String,
        /// Who stopped it.
        by: Vec<String> = default,
        /// How the vote went.
        vote: Option<String> = default,
    }
    /// Somebody states something about the regime.
    Stated {
        /// Who.
        who: String,
        /// What, in one sentence of ours.
        words: String,
        /// The decision whose validity the speaker disputes.
        disputes: Option<DecisionId> = default,
    }
    /// A text is corrected; no date of its own.
    Corrected {
        /// The act corrected, where it is recorded here.
        act: Option<DecisionId> = default,
        /// The provision.
        provision: Option<String> = default,
        /// The one language version concerned (ISO 639-1); all where it is left out.
        language: Option<String> = default,
        /// What is corrected, in our words.
        change: String,
        /// The measure whose reading changes.
        measure: Option<MeasureKey> = default,
    }
}

/// A condition that application waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// In words.
    pub text: String,
    /// Whether it is met.
    pub status: ConditionStatus,
}

/// Whether a condition is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConditionStatus {
    /// Not yet.
    Pending,
    /// It is.
    Met,
    /// It cannot be any more.
    Failed,
}

impl Effect {
    /// How its own term ends, where it says so itself.
    #[must_use]
    pub fn until(&self) -> Option<&Until> {
        match self {
            Self::Established(e) => e.until.as_ref(),
            Self::Renewed(e) => e.until.as_ref(),
            Self::Suspended(e) => e.until.as_ref(),
            Self::Imposed(e) => e.until.as_ref(),
            Self::Extended(e) => Some(&e.until),
            Self::Listed(e) => e.until.as_ref(),
            Self::ListingSuspended(e) => e.until.as_ref(),
            Self::OrderGranted(e) => e.until.as_ref(),
            Self::LicenceIssued(e) => e.until.as_ref(),
            Self::DerogationGranted(e) => e.until.as_ref(),
            Self::WindDown(e) => e.until.as_ref(),
            _ => None,
        }
    }

    /// Whether its decision's `until` is its term where it names none itself.
    #[must_use]
    pub fn takes_term(&self) -> bool {
        matches!(
            self,
            Self::Established(_)
                | Self::Renewed(_)
                | Self::Suspended(_)
                | Self::OrderGranted(_)
                | Self::LicenceIssued(_)
                | Self::DerogationGranted(_)
                | Self::WindDown(_)
                | Self::ListingSuspended(_)
        )
    }

    /// The measure that it is about, if one.
    #[must_use]
    pub fn measure(&self) -> Option<&MeasureKey> {
        match self {
            Self::Imposed(e) => Some(&e.measure),
            Self::Extended(e) => Some(&e.measure),
            Self::ApplicationSet(e) => Some(&e.measure),
            Self::Lifted(e) => Some(&e.measure),
            Self::Suspended(e) => e.measure.as_ref(),
            Self::Resumed(e) => e.measure.as_ref(),
            Self::Amended(e) => e.measure.as_ref(),
            Self::Annulled(e) => e.measure.as_ref(),
            Self::LicenceIssued(e) => e.measure.as_ref(),
            Self::DerogationGranted(e) => e.measure.as_ref(),
            Self::WindDown(e) => e.measure.as_ref(),
            Self::Corrected(e) => e.measure.as_ref(),
            _ => None,
        }
    }

    /// The subject that it is about, if one.
    #[must_use]
    pub fn subject(&self) -> Option<&SubjectId> {
        match self {
            Self::Listed(e) => Some(&e.subject.id),
            Self::ListingAmended(e) => Some(&e.subject),
            Self::Delisted(e) => Some(&e.subject),
            Self::ListingSuspended(e) => Some(&e.subject),
            Self::Annulled(e) => e.subject.as_ref(),
            Self::OrderGranted(e) => Some(&e.subject),
            _ => None,
        }
    }

    /// The participle that names it.
    #[must_use]
    pub fn participle(&self) -> &'static str {
        match self {
            Self::Established(_) => "established",
            Self::Renewed(_) => "renewed",
            Self::Suspended(_) => "suspended",
            Self::Resumed(_) => "resumed",
            Self::Repealed(_) => "repealed",
            Self::Retitled(_) => "retitled",
            Self::Imposed(_) => "imposed",
            Self::Amended(_) => "amended",
            Self::Extended(_) => "extended",
            Self::ApplicationSet(_) => "application set",
            Self::Lifted(_) => "lifted",
            Self::Listed(_) => "listed",
            Self::ListingAmended(_) => "listing amended",
            Self::Delisted(_) => "delisted",
            Self::ListingSuspended(_) => "listing suspended",
            Self::Annulled(_) => "annulled",
            Self::AnnulmentSetAside(_) => "annulment set aside",
            Self::OrderGranted(_) => "order granted",
            Self::OrderCancelled(_) => "order cancelled",
            Self::LicenceIssued(_) => "licence issued",
            Self::DerogationGranted(_) => "derogation granted",
            Self::WindDown(_) => "wind-down",
            Self::Proposed(_) => "proposed",
            Self::Held(_) => "held",
            Self::HoldLifted(_) => "hold lifted",
            Self::Agreed(_) => "agreed",
            Self::Rejected(_) => "rejected",
            Self::Stated(_) => "stated",
            Self::Corrected(_) => "corrected",
        }
    }

    /// What is wrong with it in itself, if anything.
    pub(super) fn problem(&self) -> Option<&'static str> {
        match self {
            Self::Renewed(e) if e.prior_unrecorded && e.title.is_none() => {
                Some("`prior_unrecorded` needs the regime's `title`")
            }
            Self::Renewed(e) if matches!(e.until, Some(Until::Regime)) => {
                Some("a regime cannot end with itself")
            }
            Self::Established(e) if matches!(e.until, Some(Until::Regime)) => {
                Some("a regime cannot end with itself")
            }
            Self::Delisted(e) if e.prior_unrecorded && e.name.is_none() => {
                Some("`prior_unrecorded` needs the subject's `name`")
            }
            Self::Held(e) if e.by.is_empty() => Some("somebody must hold it: `by` is empty"),
            Self::HoldLifted(e) if e.by.is_empty() => Some("somebody must lift it: `by` is empty"),
            Self::Annulled(e) if e.from.zip(e.to).is_some_and(|(from, to)| to < from) => {
                Some("the span annulled ends before it begins")
            }
            Self::ApplicationSet(e) if e.applies.is_none() && e.condition.is_none() => {
                Some("say from when it `applies`, or on what `condition`")
            }
            Self::Listed(e) if e.subject.name.trim().is_empty() => {
                Some("the subject's `name` is empty")
            }
            _ => None,
        }
    }
}
