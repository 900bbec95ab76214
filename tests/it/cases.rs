//! The real cases of sanctions law, T01 and on, over the shipped record. Day asked about, day of public knowledge, answer.

use serde_json::{Value, json};

use super::common::{World, find};

/// What the regime's own line says: status, last day, act that decides.
fn line(state: &Value) -> (&str, Value, &str) {
    let because = state["because"].as_array().and_then(|all| all.last());
    let act = because.map_or("", |reason| reason["act"].as_str().unwrap());
    (
        state["status"].as_str().unwrap(),
        state["until"].clone(),
        act,
    )
}

#[test]
fn t01_before_the_hold_is_lifted_nothing_is_known_after_january() {
    let world = World::shipped();
    let state = world.state("EU-RUS-SECTORAL", "2025-02-15", Some("2025-01-26"));
    assert_eq!(state["status"], "unknown");
    assert_eq!(state["unknown"], json!({"after": "2025-01-31"}));
    let renewal = &state["procedures"][0];
    assert_eq!(renewal["held_by"], json!(["Hungary"]));
    assert!(renewal["what"].as_str().unwrap().contains("renewal"));
    let text = world.run(&[
        "state",
        "EU-RUS-SECTORAL",
        "--on",
        "2025-02-15",
        "--public-by",
        "2025-01-26",
    ]);
    text.succeeds()
        .says("unknown after 2025-01-31")
        .says("held by Hungary");
}

#[test]
fn t01b_the_day_after_it_is_in_force_until_31_july_2025() {
    let world = World::shipped();
    let state = world.state("EU-RUS-SECTORAL", "2025-02-15", Some("2025-01-28"));
    let (status, until, act) = line(&state);
    assert_eq!((status, until), ("applicable", json!("2025-07-31")));
    assert!(act.ends_with("Decision (CFSP) 2025/175"), "{act}");
    assert_eq!(state["procedures"], json!([]));
    let text = world.run(&[
        "state",
        "EU-RUS-SECTORAL",
        "--on",
        "2025-02-15",
        "--public-by",
        "2025-01-28",
    ]);
    text.succeeds()
        .says("until 2025-07-31")
        .says("Decision (CFSP) 2025/175");
}

#[test]
fn t02_a_suspension_adopted_and_published_does_not_suspend_before_it_is_in_force() {
    let world = World::shipped();
    let oil = |on| {
        let state = world.state("EU-SYR", on, Some("2025-02-28"));
        find(&state["measures"], "measure", "oil-import").clone()
    };
    assert_eq!(oil("2025-02-25")["status"], "applicable");
    let suspended = oil("2025-02-26");
    assert_eq!(
        (&suspended["status"], &suspended["answer"]),
        (&json!("suspended"), &json!("suspended"))
    );
    assert_eq!(suspended["since"], "2025-02-26");
}

#[test]
fn t03_a_political_decision_lifts_nothing() {
    let world = World::shipped();
    let oil = |on, by| {
        let state = world.state("EU-SYR", on, Some(by));
        find(&state["measures"], "measure", "oil-import")["status"].clone()
    };
    assert_eq!(oil("2025-05-22", "2025-05-22"), "suspended");
    assert_eq!(
        oil("2025-05-28", "2025-06-01"),
        "suspended",
        "in force on the 29th, whatever the press said"
    );
    assert_eq!(oil("2025-05-29", "2025-06-01"), "repealed");
}

#[test]
fn t04_the_central_bank_ban_binds_on_the_day_it_is_adopted() {
    let world = World::shipped();
    let state = world.state("EU-RUS-SECTORAL", "2022-02-28", Some("2022-03-01"));
    let ban = find(&state["measures"], "measure", "central-bank-immobilisation");
    assert_eq!(
        (&ban["status"], &ban["since"]),
        (&json!("applicable"), &json!("2022-02-28"))
    );
    let before = world.state("EU-RUS-SECTORAL", "2022-02-27", Some("2022-03-01"));
    let known = before["measures"].as_array().unwrap();
    assert!(
        known
            .iter()
            .all(|one| one["measure"] != "central-bank-immobilisation")
    );
}

#[test]
fn t05_the_messaging_ban_is_in_force_and_not_yet_applicable() {
    let world = World::shipped();
    let state = world.state("EU-RUS-SECTORAL", "2022-03-05", Some("2022-03-05"));
    let swift = find(&state["measures"], "measure", "financial-messaging");
    assert_eq!(swift["status"], "in_force_not_applicable");
    assert_eq!(
        (&swift["since"], &swift["applies"]),
        (&json!("2022-03-02"), &json!("2022-03-12"))
    );
    let later = world.state("EU-RUS-SECTORAL", "2022-03-12", Some("2022-03-12"));
    assert_eq!(
        find(&later["measures"], "measure", "financial-messaging")["status"],
        "applicable"
    );
}

#[test]
fn t12b_the_iran_measures_are_adopted_a_day_before_they_are_in_force() {
    let world = World::shipped();
    let state = world.state("EU-IRN-WMD", "2025-09-29", Some("2025-10-01"));
    let measures = state["measures"].as_array().unwrap();
    let of_2025: Vec<_> = measures
        .iter()
        .filter(|one| one["status"] == "adopted_not_in_force")
        .collect();
    assert!(!of_2025.is_empty(), "{state:#}");
    assert!(of_2025.iter().all(|one| one["applies"] == "2025-09-30"));
    let next = world.state("EU-IRN-WMD", "2025-09-30", Some("2025-10-01"));
    for one in of_2025 {
        let key = one["measure"].as_str().unwrap();
        assert_eq!(
            find(&next["measures"], "measure", key)["status"],
            "applicable",
            "{key}"
        );
    }
}

#[test]
fn t14_the_un_mali_regime_lapsed_and_nobody_decided_it() {
    let world = World::shipped();
    let state = world.state("UN-MLI", "2023-09-01", Some("2023-09-01"));
    assert_eq!(
        (&state["status"], &state["answer"]),
        (&json!("lapsed"), &json!("not_in_force"))
    );
    assert_eq!(state["until"], "2023-08-31");
    assert_eq!(
        world.state("UN-MLI", "2023-08-31", Some("2023-09-01"))["status"],
        "applicable"
    );
    let eu = world.state("EU-MLI", "2023-09-01", Some("2023-09-01"));
    assert_ne!(
        eu["status"], "lapsed",
        "the Union's own regime does not end with it"
    );
}

#[test]
fn t15_the_listings_would_end_on_15_march_and_hungary_holds() {
    let world = World::shipped();
    let state = world.state("EU-UKR-TI", "2025-03-16", Some("2025-03-13"));
    assert_eq!(
        (&state["status"], &state["unknown"]),
        (&json!("unknown"), &json!({"after": "2025-03-15"}))
    );
    assert_eq!(state["procedures"][0]["held_by"], json!(["Hungary"]));
}

#[test]
fn t15b_they_are_renewed_to_15_september_with_names_gone() {
    let world = World::shipped();
    let state = world.state("EU-UKR-TI", "2025-03-16", Some("2025-03-16"));
    assert_eq!(
        (&state["status"], &state["until"]),
        (&json!("applicable"), &json!("2025-09-15"))
    );
    for gone in [
        "viatcheslav-moshe-kantor",
        "gulbahor-ismailova",
        "mikhail-degtyarev",
        "vladimir-rashevsky",
    ] {
        assert_eq!(
            find(&state["listings"], "subject", gone)["status"],
            "repealed"
        );
    }
}

#[test]
fn t17_the_renewable_ban_alone_leaves_the_assets_open_and_the_regulation_closes_them() {
    let world = World::shipped();
    let sectoral = world.state("EU-RUS-SECTORAL", "2026-02-01", Some("2025-12-11"));
    let ban = find(
        &sectoral["measures"],
        "measure",
        "central-bank-immobilisation",
    );
    assert_eq!(
        (&ban["status"], &ban["unknown"]),
        (&json!("unknown"), &json!({"after": "2026-01-31"}))
    );
    let none = world.state("EU-CBR-122", "2026-02-01", Some("2025-12-11"));
    assert_eq!(
        (&none["status"], &none["unknown"]),
        (&json!("unknown"), &json!("nothing"))
    );
    let regulation = world.state("EU-CBR-122", "2026-02-01", Some("2025-12-15"));
    assert_eq!(regulation["status"], "applicable");
    assert!(
        regulation["until"]["condition"].is_string(),
        "no date: it ends on conditions"
    );
    assert!(line(&regulation).2.contains("2025/2600"));
}

#[test]
fn t29_past_its_last_recorded_end_a_regime_is_unknown_not_expired() {
    let world = World::shipped();
    let state = world.state("EU-UKR-TI", "2026-10-01", Some("2026-11-23"));
    assert_eq!(
        (&state["status"], &state["answer"]),
        (&json!("unknown"), &json!("unknown"))
    );
    assert_eq!(state["unknown"], json!({"after": "2026-09-15"}));
    assert_eq!(
        world.state("EU-UKR-TI", "2026-10-01", None)["status"],
        "unknown"
    );
}
