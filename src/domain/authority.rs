//! Who decides, and on whose calendar.

use super::RegimeKey;
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Who made a decision, or took the step that is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Authority {
    /// Council of the European Union: decisions under Art. 29 TEU, regulations under Art. 215 TFEU.
    EuCouncil,
    /// European Commission.
    EuCommission,
    /// European Council: heads of state or government; political agreement without legal effect.
    EuropeanCouncil,
    /// Coreper: the member states' permanent representatives, who prepare what the Council adopts.
    Coreper,
    /// High Representative of the Union for Foreign Affairs and Security Policy.
    HighRepresentative,
    /// General Court of the European Union.
    EuGeneralCourt,
    /// Court of Justice of the European Union.
    EuCourtOfJustice,
    /// A member state of the European Union, named in the effect.
    EuMemberState,
    /// United Nations Security Council.
    UnSecurityCouncil,
    /// A sanctions committee of the Security Council.
    UnCommittee,
    /// United Nations Secretariat.
    UnSecretariat,
    /// A member of the United Nations, named in the effect.
    UnMemberState,
    /// President of the United States.
    UsPresident,
    /// Congress of the United States.
    UsCongress,
    /// Office of Foreign Assets Control of the US Treasury.
    UsOfac,
    /// US Department of State.
    UsState,
    /// Government of the United Kingdom, mostly the FCDO.
    UkGovernment,
    /// Office of Financial Sanctions Implementation of HM Treasury.
    UkOfsi,
    /// State Secretariat for Economic Affairs of Switzerland.
    ChSeco,
}

impl Authority {
    /// Its name in English.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::EuCouncil => "Council of the European Union",
            Self::EuCommission => "European Commission",
            Self::EuropeanCouncil => "European Council",
            Self::Coreper => "Coreper",
            Self::HighRepresentative => {
                "High Representative of the Union for Foreign Affairs and Security Policy"
            }
            Self::EuGeneralCourt => "General Court of the European Union",
            Self::EuCourtOfJustice => "Court of Justice of the European Union",
            Self::EuMemberState => "Member State of the European Union",
            Self::UnSecurityCouncil => "United Nations Security Council",
            Self::UnCommittee => "Sanctions committee of the United Nations Security Council",
            Self::UnSecretariat => "United Nations Secretariat",
            Self::UnMemberState => "Member State of the United Nations",
            Self::UsPresident => "President of the United States",
            Self::UsCongress => "United States Congress",
            Self::UsOfac => "Office of Foreign Assets Control",
            Self::UsState => "United States Department of State",
            Self::UkGovernment => "Government of the United Kingdom",
            Self::UkOfsi => "Office of Financial Sanctions Implementation",
            Self::ChSeco => "State Secretariat for Economic Affairs",
        }
    }

    /// The zone that its days are days in.
    #[must_use]
    pub fn zone(self) -> Tz {
        self.jurisdiction().zone()
    }

    /// The legal order that it belongs to.
    #[must_use]
    pub fn jurisdiction(self) -> Jurisdiction {
        match self {
            Self::EuCouncil
            | Self::EuCommission
            | Self::EuropeanCouncil
            | Self::Coreper
            | Self::HighRepresentative
            | Self::EuGeneralCourt
            | Self::EuCourtOfJustice
            | Self::EuMemberState => Jurisdiction::Eu,
            Self::UnSecurityCouncil
            | Self::UnCommittee
            | Self::UnSecretariat
            | Self::UnMemberState => Jurisdiction::Un,
            Self::UsPresident | Self::UsCongress | Self::UsOfac | Self::UsState => Jurisdiction::Us,
            Self::UkGovernment | Self::UkOfsi => Jurisdiction::Uk,
            Self::ChSeco => Jurisdiction::Ch,
        }
    }
}

/// A legal order, named by the first part of a regime's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Jurisdiction {
    /// European Union.
    Eu,
    /// United Nations.
    Un,
    /// United States.
    Us,
    /// United Kingdom.
    Uk,
    /// Switzerland.
    Ch,
    /// Any other; its days are UTC days.
    Other,
}

impl Jurisdiction {
    /// The zone that its days are days in: Brussels, New York (UN headquarters; Washington), London, Zurich, else UTC.
    #[must_use]
    pub fn zone(self) -> Tz {
        match self {
            Self::Eu => chrono_tz::Europe::Brussels,
            Self::Un | Self::Us => chrono_tz::America::New_York,
            Self::Uk => chrono_tz::Europe::London,
            Self::Ch => chrono_tz::Europe::Zurich,
            Self::Other => chrono_tz::UTC,
        }
    }
}

impl From<&RegimeKey> for Jurisdiction {
    fn from(regime: &RegimeKey) -> Self {
        match regime.as_str().split('-').next() {
            Some("EU") => Self::Eu,
            Some("UN") => Self::Un,
            Some("US") => Self::Us,
            Some("UK") => Self::Uk,
            Some("CH") => Self::Ch,
            _ => Self::Other,
        }
    }
}
