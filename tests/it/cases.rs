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
    let demands = renewal["demanding"].as_str().unwrap();
    assert!(
        demands.contains("Russian gas"),
        "the newest demand: {demands}"
    );
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
    let known = world.state("EU-SYR", "2025-02-25", Some("2025-02-28"));
    let coming = find(&known["coming"], "what", "oil-import suspended");
    assert_eq!(coming["from"], "2025-02-26", "adopted and known");
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
    let state = world.state("EU-SYR", "2025-05-22", Some("2025-05-22"));
    let agreed = &state["procedures"][0];
    assert_eq!(
        (&agreed["status"], &agreed["since"]),
        (&json!("agreed"), &json!("2025-05-20")),
        "political only"
    );
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
    assert!(line(ban).2.ends_with("2022/334"));
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
    let permits = next["permissions"].as_array().unwrap();
    let older = |one: &&Value| {
        let text = one["permits"].as_str().unwrap();
        one["measure"].is_null() && text.starts_with("Contracts concluded before 30 September 2025")
    };
    assert!(permits.iter().any(|one| older(&one)), "{permits:?}");
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
    // "EU and UK regimes continue": of the Union's no act between 2017 and 2024 was read, so that on that day, with what
    // was public then, its end is unknown; that it went on is known from the acts of 2024 and 2025.
    let eu = |by| world.state("EU-MLI", "2023-09-01", by);
    let then = eu(Some("2023-09-01"));
    assert_eq!(
        (&then["status"], &then["unknown"]),
        (&json!("unknown"), &json!({"no_last_day": "2017-09-30"}))
    );
    assert_eq!(eu(None)["status"], "applicable");
    let uk = world.state("UK-MLI", "2023-09-01", Some("2023-09-01"));
    assert_eq!(uk["status"], "applicable");
    assert_eq!(
        world.state("UK-MLI", "2023-08-31", None)["unknown"],
        json!({"unrecorded": "2023-09-01"}),
        "of what it was before, nothing was read"
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
    assert!(line(&state).2.ends_with("2025/528"));
    // Three deceased persons by the Decision and three duplicates by its companion, both without names.
    let unnamed = |on| {
        let then = world.state("EU-UKR-TI", on, Some("2025-03-16"));
        then["unnamed_entries"].as_i64().unwrap()
    };
    assert_eq!(unnamed("2025-03-15") - unnamed("2025-03-16"), 6);
    let story = told("EU-UKR-TI", "2025-03-16", "2025-03-16").join("\n");
    assert!(
        story.contains(
            "three deceased and four other persons of the Decision, and three duplicates"
        ),
        "{story}"
    );
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

/// A listing of the shipped record.
fn listing(regime: &str, on: &str, by: &str, subject: &str) -> Value {
    let state = World::shipped().state(regime, on, Some(by));
    find(&state["listings"], "subject", subject).clone()
}

/// A measure of the shipped record.
fn measure(regime: &str, on: &str, by: &str, key: &str) -> Value {
    let state = World::shipped().state(regime, on, Some(by));
    find(&state["measures"], "measure", key).clone()
}

/// The acts that an answer rests on.
fn acts(answer: &Value) -> Vec<&str> {
    let because = answer["because"].as_array().unwrap();
    because
        .iter()
        .map(|reason| reason["act"].as_str().unwrap())
        .collect()
}

/// What the story of that regime or subject says was done, a line each.
fn told(of: &str, on: &str, by: &str) -> Vec<String> {
    let answer = World::shipped().json(&["history", of, "--on", on, "--public-by", by]);
    let stories = answer["stories"].as_array().unwrap();
    let episodes = stories
        .iter()
        .flat_map(|story| story["episodes"].as_array().unwrap());
    episodes
        .flat_map(|episode| episode["did"].as_array().unwrap())
        .map(|line| line.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn t06_outlets_listed_wait_for_the_act_that_makes_the_ban_apply() {
    let waiting = measure(
        "EU-RUS-SECTORAL",
        "2022-06-20",
        "2022-06-20",
        "broadcasting-suspension-2022-06",
    );
    assert_eq!(waiting["status"], "in_force_not_applicable");
    assert!(waiting["condition"].is_string(), "{waiting:#}");
    assert!(waiting["applies"].is_null(), "no day was set yet");
    let applied = measure(
        "EU-RUS-SECTORAL",
        "2022-06-26",
        "2022-06-26",
        "broadcasting-suspension-2022-06",
    );
    assert_eq!(
        (&applied["status"], &applied["since"]),
        (&"applicable".into(), &"2022-06-25".into())
    );
    let decides = applied["because"].as_array().unwrap().last().unwrap();
    assert_eq!(decides["from"], "2022-06-25");
    assert!(decides["act"].as_str().unwrap().ends_with("2022/994"));
}

#[test]
fn t07_a_duty_imposed_in_may_reaches_back_to_february() {
    let known = World::shipped().state("EU-RUS-SECTORAL", "2024-03-01", Some("2024-03-01"));
    let measures = known["measures"].as_array().unwrap();
    assert!(
        measures
            .iter()
            .all(|one| one["measure"] != "windfall-contribution"),
        "no such duty was known"
    );
    let owed = measure(
        "EU-RUS-SECTORAL",
        "2024-03-01",
        "2024-05-23",
        "windfall-contribution",
    );
    assert_eq!(
        (&owed["status"], &owed["since"]),
        (&json!("applicable"), &json!("2024-02-15"))
    );
}

#[test]
fn t08_an_annulment_reaches_back_and_spares_what_was_not_before_the_court() {
    let fridman = |on, by| listing("EU-UKR-TI", on, by, "mikhail-fridman");
    assert_eq!(fridman("2022-06-01", "2023-01-01")["status"], "applicable");
    let after = fridman("2022-06-01", "2024-04-11");
    assert_eq!(after["status"], "annulled_effects_maintained");
    assert_eq!(after["answer"], "in_force", "through the appeal period");
    assert!(acts(&after).contains(&"Judgment T-304/22, Fridman v Council"));
    let story = told("mikhail-fridman", "2024-04-11", "2024-04-11");
    let annulled = |measure: &str| {
        let part = format!("as to {measure}, from 2022-02-28 to 2023-03-15");
        let line = story.iter().find(|line| line.contains(&part));
        line.unwrap_or_else(|| panic!("no {part} in {story:?}"))
    };
    assert!(!annulled("travel-ban").contains("maintained"), "decisions");
    let regulations = annulled("asset-freeze");
    assert!(regulations.contains("effects maintained until the appeal period"));
    assert_eq!(
        fridman("2024-04-11", "2024-04-11")["status"],
        "applicable",
        "later acts that keep him were not before the Court"
    );
    assert_eq!(fridman("2023-03-15", "2024-04-11")["answer"], "in_force");
    assert_eq!(fridman("2023-03-16", "2024-04-11")["status"], "applicable");
}

#[test]
fn t09_the_effects_of_an_annulled_listing_are_kept_for_the_appeal() {
    let prigozhina = listing(
        "EU-UKR-TI",
        "2022-06-01",
        "2023-03-09",
        "violetta-prigozhina",
    );
    assert_eq!(prigozhina["status"], "annulled_effects_maintained");
    assert!(acts(&prigozhina).contains(&"Judgment T-212/22, Prigozhina v Council"));
    let story = told("violetta-prigozhina", "2023-03-09", "2023-03-09").join("\n");
    assert!(story.contains("two months and ten days"), "{story}");
}

#[test]
fn t10_the_order_of_7_september_binds_until_the_one_of_19_september_replaces_it() {
    let of_7 = "Order of the President of the General Court T-743/22 R III of 7 September 2023";
    let of_19 = "Order of the President of the General Court T-743/22 R III of 19 September 2023";
    let mazepin = |on, by| listing("EU-UKR-TI", on, by, "nikita-mazepin");
    let then = mazepin("2023-09-15", "2023-09-15");
    assert_eq!(then["status"], "interim_suspended");
    assert_eq!(acts(&then).last(), Some(&of_7));
    // What was known on the 20th about the 15th: the order bound that day, and its end is known.
    let known = World::shipped().state("EU-UKR-TI", "2023-09-15", Some("2023-09-20"));
    let coming: Vec<_> = known["coming"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["from"].as_str().unwrap(), one["what"].as_str().unwrap()))
        .collect();
    assert_eq!(
        coming,
        [
            ("2023-09-19", "order eu-t-743-22-r3.2023-09-07 cancelled"),
            ("2023-09-19", "nikita-mazepin order granted"),
        ]
    );
    let replaced = mazepin("2023-09-20", "2023-09-20");
    assert!(acts(&replaced).contains(&of_19));
    assert!(!acts(&replaced).contains(&of_7));
}

#[test]
fn t10c_the_order_of_19_september_ends_with_the_ruling_on_appeal() {
    let mazepin = |on| listing("EU-UKR-TI", on, "2023-11-23", "nikita-mazepin");
    let bound = mazepin("2023-11-01");
    assert_eq!(bound["status"], "interim_suspended");
    let of_19 = "Order of the President of the General Court T-743/22 R III of 19 September 2023";
    assert_eq!(acts(&bound).last(), Some(&of_19));
    assert_eq!(mazepin("2023-11-21")["status"], "interim_suspended");
    let ruled = mazepin("2023-11-22");
    assert_eq!(
        (&ruled["status"], &ruled["orders"]),
        (&json!("applicable"), &json!([]))
    );
    // What the order of 28 September 2023 (C-564/23 P(R)) decides was not read: it is told, and nothing follows from it.
    let state = World::shipped().state("EU-UKR-TI", "2023-11-01", Some("2023-11-23"));
    let end = "order eu-t-743-22-r3.2023-09-19 cancelled";
    let end = find(&state["coming"], "what", end);
    let by = "Order of the Vice-President C-585/23 P(R), Council v Mazepin, EU:C:2023:922";
    assert_eq!(
        (&end["from"], &end["because"]["act"]),
        (&json!("2023-11-22"), &json!(by))
    );
    let story = told("EU-UKR-TI", "2023-11-01", "2023-11-23").join("\n");
    assert!(story.contains("announced renewal of his listing: inadmissible"));
    assert!(story.contains("Vice-President of the Court of Justice: "));
}

#[test]
fn t11_an_annulment_set_aside_years_later_was_never_one() {
    let hamas = |by| listing("EU-TERR", "2015-06-01", by, "hamas");
    let then = hamas("2015-06-01");
    assert_eq!(
        (&then["status"], &then["answer"]),
        (&json!("annulled_effects_maintained"), &json!("in_force"))
    );
    let later = hamas("2018-01-01");
    assert_eq!(later["status"], "applicable");
    assert!(!acts(&later).contains(&"Case T-400/10"));
    let story = told("hamas", "2018-01-01", "2018-01-01").join("\n");
    assert!(story.contains("annulled eu-2010-386-cfsp"), "{story}");
    assert!(
        story.contains("annulment by eu-t-400-10 set aside"),
        "{story}"
    );
}

#[test]
fn t12_the_snapback_is_in_force_and_disputed_and_each_authority_answers_for_itself() {
    let world = World::shipped();
    let un = world.state("UN-IRN", "2025-09-28T12:00Z", Some("2025-09-29"));
    assert_eq!(un["status"], "applicable");
    let renewed = un["because"].as_array().unwrap().last().unwrap();
    assert_eq!(renewed["from"], "2025-09-28T00:00:00Z");
    let dispute = &un["procedures"][0];
    assert_eq!(dispute["status"], "disputed");
    assert!(
        dispute["what"]
            .as_str()
            .unwrap()
            .starts_with("Russian Federation: "),
        "who disputes it is said"
    );
    let story = told("UN-IRN", "2025-09-29", "2025-09-29").join("\n");
    assert!(
        story.contains("European Union: As the Council adopted no resolution"),
        "the Union holds them to be re-imposed: {story}"
    );
    let freeze = find(&un["measures"], "measure", "asset-freeze");
    assert_eq!(freeze["status"], "applicable");
    let before = world.state("UN-IRN", "2025-09-27T23:59Z", Some("2025-09-29"));
    let measures = before["measures"].as_array().unwrap();
    assert!(
        measures
            .iter()
            .all(|one| one["measure"] != "asset-freeze" || one["status"] != "applicable"),
        "a minute before, it was not"
    );
}

#[test]
fn t13_delisted_by_the_united_nations_and_the_united_states_and_still_listed_in_the_union() {
    let of = |regime| listing(regime, "2025-11-07", "2025-11-07", "ahmed-al-sharaa");
    assert_eq!(of("UN-ISIL")["status"], "repealed");
    assert_eq!(of("UN-ISIL")["since"], "2025-11-06");
    assert_eq!(of("US-SDGT")["status"], "repealed");
    assert_eq!(of("US-SDGT")["since"], "2025-11-07");
    assert_eq!(of("EU-ISIL")["status"], "applicable");
    let story = told("EU-ISIL", "2025-11-07", "2025-11-07").join("\n");
    assert!(story.contains("European Commission: "), "{story}");
}

#[test]
fn t16_a_day_past_the_last_legal_end_is_unknown_until_the_act_is_public() {
    let state = World::shipped().state("EU-RUS-SECTORAL", "2027-03-01", Some("2026-06-20"));
    assert_eq!(
        (&state["status"], &state["unknown"]),
        (&json!("unknown"), &json!({"after": "2026-07-31"}))
    );
    let agreed = &state["procedures"][0];
    assert_eq!(
        (&agreed["status"], &agreed["since"]),
        (&json!("agreed"), &json!("2026-06-18"))
    );
    assert!(agreed["what"].as_str().unwrap().contains("twelve months"));
}

#[test]
fn t16b_a_week_later_it_is_in_force_to_july_2027() {
    let state = World::shipped().state("EU-RUS-SECTORAL", "2027-03-01", Some("2026-06-27"));
    let (status, until, act) = line(&state);
    assert_eq!((status, until), ("applicable", json!("2027-07-31")));
    assert_eq!(act, "Council Decision (CFSP) 2026/1437");
    assert_eq!(state["procedures"], json!([]));
}

#[test]
fn t18_a_corrigendum_is_known_when_published_and_counts_from_the_start() {
    let of = |by| told("EU-RUS-SECTORAL", "2025-11-15", by);
    let exception = |lines: &[String]| -> Vec<String> {
        let about = |line: &&String| line.contains("telecommunications");
        lines.iter().filter(about).cloned().collect()
    };
    let printed = exception(&of("2025-11-15"));
    assert_eq!(printed.len(), 1, "{printed:?}");
    assert!(printed[0].contains("as first printed"), "{printed:?}");
    let both = exception(&of("2025-12-31"));
    assert_eq!(both.len(), 2, "both readings stay answerable: {both:?}");
    assert!(both[1].starts_with("corrected Regulation 833/2014, Art. 5id(10)(f)"));
    assert!(both[1].contains("non-military nuclear cooperation"));
    let readings = |by| {
        let state = World::shipped().state("EU-RUS-SECTORAL", "2025-11-15", Some(by));
        let permissions = state["permissions"].as_array().unwrap().clone();
        let permits = permissions
            .into_iter()
            .map(|one| one["permits"].to_string());
        permits
            .filter(|text| text.contains("telecommunications") || text.contains("nuclear"))
            .count()
    };
    assert_eq!((readings("2025-11-15"), readings("2025-12-31")), (1, 2));
}

#[test]
fn t18c_a_corrigendum_of_one_language_says_which() {
    let corrected = |by| {
        let lines = told("EU-IRN-WMD", "2025-10-15", by);
        lines
            .into_iter()
            .filter(|line| line.starts_with("corrected"))
            .collect::<Vec<_>>()
    };
    assert_eq!(corrected("2026-01-25"), [""; 0]);
    let known = corrected("2026-01-27");
    assert_eq!(known.len(), 1, "{known:?}");
    assert!(known[0].contains("Art. 14a(2)(b)") && known[0].contains("bg version only"));
}

#[test]
fn t19_the_cap_of_february_is_unknown_until_it_is_set() {
    let cap = |on, by| measure("EU-RUS-SECTORAL", on, by, "oil-price-cap");
    let newest = |cap: &Value| {
        assert_eq!(cap["status"], "applicable");
        let remarks = cap["remarks"].as_array().unwrap();
        remarks.last().unwrap().as_str().unwrap().to_owned()
    };
    assert!(newest(&cap("2026-01-31", "2026-01-10")).starts_with("USD 47.6 "));
    let january = cap("2026-02-10", "2026-01-10");
    assert!(newest(&january).ends_with("the review of 15 January 2026 gives: unknown before it"));
    assert!(!january.to_string().contains("44.10"));
    assert!(newest(&cap("2026-02-10", "2026-02-10")).starts_with("USD 44.10 "));
    let state = World::shipped().state("EU-RUS-SECTORAL", "2026-02-10", Some("2026-02-10"));
    let permissions = state["permissions"].as_array().unwrap();
    let older = permissions
        .iter()
        .find(|one| one["permits"].as_str().unwrap().contains("47.6"));
    assert_eq!(older.unwrap()["until"], "2026-04-16");
    // The review of July 2026 was not read: from August on the value is not that of February.
    let august = cap("2026-08-10", "2026-11-23");
    assert!(newest(&august).ends_with("the review of July 2026 gives: not recorded"));
}

#[test]
fn t20_the_refinery_is_recorded_and_not_yet_under_the_ban() {
    let refinery = |on| {
        measure(
            "EU-RUS-SECTORAL",
            on,
            "2026-08-15",
            "transaction-ban-refinery-2026-07",
        )
    };
    let waiting = refinery("2026-12-01");
    assert_eq!(
        (&waiting["status"], &waiting["applies"]),
        (&json!("in_force_not_applicable"), &json!("2027-01-25"))
    );
    assert_eq!(acts(&waiting), ["Council Regulation (EU) 2026/1848"]);
    assert_eq!(refinery("2027-01-25")["status"], "applicable");
}
