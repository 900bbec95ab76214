//! Measures: the OpenSanctions vocabulary, and a finer kind below it where the acts need one.

use serde::{Deserialize, Serialize};

/// What a measure is, in the closed list of OpenSanctions (`Measure`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Aid suspension.
    AidSuspension,
    /// Arms embargo.
    ArmsEmbargo,
    /// Arms restrictions.
    ArmsRestrictions,
    /// Asset freeze and the prohibition to make funds available.
    AssetFreeze,
    /// Debarment from public procurement.
    Debarment,
    /// Export control.
    ExportControl,
    /// Financial restrictions.
    FinancialRestrictions,
    /// Import restrictions.
    ImportRestrictions,
    /// Investment ban.
    InvestmentBan,
    /// Services ban.
    ServicesBan,
    /// Prohibition to satisfy claims.
    ProhibitionToSatisfyClaims,
    /// Sectoral sanctions, where nothing finer is known.
    SectoralSanctions,
    /// Transportation restrictions.
    TransportationRestrictions,
    /// Travel ban: restrictions on admission.
    TravelBan,
}

/// A finer name below the class, as the EU acts have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum MeasureKind {
    /// Airspace closed (Regulation 833/2014, Art. 3d).
    Airspace,
    /// Anti-circumvention tool (Art. 12f).
    AntiCircumvention,
    /// Broadcasting suspension (Art. 2f).
    BroadcastingSuspension,
    /// Central-bank assets immobilised (Art. 5a(4); Regulation 2025/2600).
    CentralBankImmobilisation,
    /// Capital-market access closed (Art. 5).
    CapitalMarkets,
    /// Crypto-asset services banned.
    CryptoAssets,
    /// Dual-use goods and technology.
    DualUse,
    /// Energy goods and equipment.
    Energy,
    /// Specialised financial messaging cut off (Art. 5h).
    FinancialMessaging,
    /// No-Russia clause in contracts (Art. 12g).
    NoRussiaClause,
    /// Pipelines.
    Pipelines,
    /// Port and lock access.
    PortAccess,
    /// Oil price cap (Art. 3n).
    PriceCap,
    /// Road transport.
    RoadTransport,
    /// Trade in goods with an occupied territory.
    TerritorialTrade,
    /// Tourism services.
    Tourism,
    /// Transaction ban.
    TransactionBan,
    /// Vessels barred from ports and services.
    Vessels,
    /// Contribution from windfall profits on immobilised assets.
    WindfallContribution,
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        word(self, f)
    }
}

impl std::fmt::Display for MeasureKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        word(self, f)
    }
}

/// Writes a field-less enum as its JSON word with spaces for hyphens.
pub(super) fn word(value: &impl Serialize, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    let text = serde_json::to_value(value).map_err(|_| std::fmt::Error)?;
    f.pad(&text.as_str().unwrap_or_default().replace(['-', '_'], " "))
}
