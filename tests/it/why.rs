//! `why` explains what `state` answers, and nothing else.

use std::collections::BTreeSet;

use layout::gv::DotParser;
use layout::gv::parser::ast;
use regesta::domain::Moment;
use regesta::register::{Ask, History, Role, StandingLine, Why};
use serde_json::{Value, json};

use super::common::{BASE, World, decision};
use super::states::{golden, record, today, turning_days};

/// Every line that a regime's answers ever had.
fn lines(history: &History) -> Vec<StandingLine> {
    let mut lines = vec![StandingLine::Regime];
    let decisions = history.rows().iter().filter_map(|(_, row)| row.decision());
    for row in decisions.flat_map(|decision| &decision.effects) {
        let line = match (row.effect.subject(), row.effect.measure()) {
            (Some(subject), _) => StandingLine::Listing(subject.clone()),
            (None, Some(measure)) => StandingLine::Measure(measure.clone()),
            (None, None) => continue,
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

#[test]
fn over_the_whole_record_what_is_explained_is_what_is_answered() {
    let world = World::shipped();
    let record = record(&world);
    let mut explained = 0;
    for regime in record.regimes().unwrap() {
        let history = record.history(&regime).unwrap();
        // A few turning days of each regime, well spread, as known today and as public then.
        let days: Vec<_> = turning_days(history.rows(), &regime).into_iter().collect();
        let spread = days.iter().step_by((days.len() / 6).max(1));
        for day in spread {
            for public_by in [None, Some(*day)] {
                let ask = Ask::new(Moment::Day(*day), public_by, record.head().seq, today());
                let state = history.view(&ask).state();
                for line in lines(&history) {
                    let why = history.why(&line, &ask);
                    let answered = match &line {
                        StandingLine::Regime => Some(&state.standing),
                        StandingLine::Measure(key) => {
                            let mut measures = state.measures.iter();
                            let found = measures.find(|one| one.measure == *key);
                            found.map(|one| &one.standing)
                        }
                        StandingLine::Listing(id) => {
                            let mut listings = state.listings.iter();
                            let found = listings.find(|one| one.subject == *id);
                            found.map(|one| &one.standing)
                        }
                    };
                    assert_eq!(why.standing.as_ref(), answered, "{regime} {line:?} {day}");
                    if let Some(standing) = answered {
                        let decides = why.decides().map(|cause| &cause.effect);
                        assert_eq!(decides, standing.because.last(), "{regime} {line:?} {day}");
                        explained += 1;
                    }
                    is_in_order(&why);
                }
            }
        }
    }
    assert!(explained > 1000, "{explained}");
}

/// A chain is in legal order, names each effect once, and says what placed it.
fn is_in_order(why: &Why) {
    for chain in [&why.chain, &why.regime_chain] {
        let mut seen = BTreeSet::new();
        for cause in chain {
            let effect = &cause.effect;
            assert!(
                seen.insert((effect.entry, effect.effect)),
                "{effect:?} twice"
            );
            assert_eq!(
                effect.assumed,
                effect.placed_by.words().ends_with(", assumed")
            );
        }
        let starts = |n: usize| chain[n].from().starts(chrono_tz::UTC);
        // Authorities of one regime may differ in their zones: a day's difference at most.
        let day = 86_400_000_000;
        assert!((1..chain.len()).all(|n| starts(n - 1).0 <= starts(n).0 + day));
    }
}

fn shown(args: &[&str]) -> String {
    World::shipped().run(args).succeeds().to_string()
}

#[test]
fn chains_of_lines_that_matter() {
    let asked: [(&str, &[&str]); 6] = [
        (
            "why-EU-RUS-SECTORAL-2025-02-15-public-by-2025-01-28",
            &[
                "EU-RUS-SECTORAL",
                "--on",
                "2025-02-15",
                "--public-by",
                "2025-01-28",
            ],
        ),
        (
            "why-EU-UKR-TI-mikhail-fridman-2022-06-01-public-by-2024-04-11",
            &[
                "EU-UKR-TI",
                "Mikhail FRIDMAN",
                "--on",
                "2022-06-01",
                "--public-by",
                "2024-04-11",
            ],
        ),
        (
            "why-EU-TERR-hamas-2015-06-01-public-by-2018-01-01",
            &[
                "EU-TERR",
                "hamas",
                "--on",
                "2015-06-01",
                "--public-by",
                "2018-01-01",
            ],
        ),
        ("why-UN-MLI-2023-09-01", &["UN-MLI", "--on", "2023-09-01"]),
        (
            "why-EU-UKR-TI-2026-10-01",
            &[
                "EU-UKR-TI",
                "--on",
                "2026-10-01",
                "--public-by",
                "2026-11-23",
            ],
        ),
        (
            "why-EU-SYR-oil-import-2025-02-26-public-by-2025-02-28",
            &[
                "EU-SYR",
                "oil-import",
                "--on",
                "2025-02-26",
                "--public-by",
                "2025-02-28",
            ],
        ),
    ];
    for (name, args) in asked {
        golden(name, &shown(&[&["why"], args].concat()));
    }
}

/// The parts that the effects of a chain have, by entry.
fn roles<'a>(chain: &'a Value, entry: &Value) -> Vec<&'a str> {
    let causes = chain.as_array().unwrap().iter();
    let of_entry = causes.filter(|cause| cause["entry"] == *entry);
    of_entry
        .map(|cause| cause["role"].as_str().unwrap())
        .collect()
}

fn entry(world: &World, id: &str) -> Value {
    world.json(&["show", id])["seq"].take()
}

#[test]
fn the_hold_of_january_2025_is_a_step_and_what_was_not_public_says_so() {
    let world = World::shipped();
    let asked = |by| {
        world.json(&[
            "why",
            "EU-RUS-SECTORAL",
            "--on",
            "2025-02-15",
            "--public-by",
            by,
        ])
    };
    let renewal = entry(&world, "eu-2025-175");
    let after = asked("2025-01-28");
    assert_eq!(roles(&after["chain"], &renewal), ["decides"]);
    assert_eq!(after["standing"]["status"], "applicable");
    let held = |answer: &Value| {
        let chain = answer["chain"].as_array().unwrap();
        let of_hungary = chain.iter().filter(|cause| cause["did"] == "held");
        of_hungary
            .map(|cause| cause["role"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(held(&after), ["step", "step"]);
    let before = asked("2025-01-26");
    assert_eq!(roles(&before["chain"], &renewal), ["not_public"]);
    assert_eq!(held(&before), ["no_decision", "no_decision"]);
    assert_eq!(before["missing"]["from"], "2025-02-01");
}

#[test]
fn answers_have_the_keys_that_are_promised() {
    let world = World::shipped();
    let args = [
        "why",
        "EU-UKR-TI",
        "mikhail fridman",
        "--on",
        "2022-06-01",
        "--public-by",
        "2024-04-11",
    ];
    let why = world.json(&args);
    for key in [
        "regime",
        "line",
        "name",
        "standing",
        "chain",
        "regime_standing",
        "regime_chain",
        "matched",
        "receipt",
    ] {
        assert!(why.get(key).is_some(), "no {key}");
    }
    assert_eq!(
        (&why["line"], &why["subject"]),
        (&json!("listing"), &json!("mikhail-fridman"))
    );
    assert_eq!(
        why["matched"],
        json!({"subject": "mikhail-fridman", "kind": "name", "text": "Mikhail Fridman", "nearness": "folded"})
    );
    let first = &why["chain"][0];
    for key in [
        "entry",
        "effect",
        "did",
        "act",
        "from",
        "placed_by",
        "assumed",
        "says",
        "adopted_on",
        "public_on",
        "role",
        "idle",
    ] {
        assert!(first.get(key).is_some(), "no {key} in {first:#}");
    }
    assert_eq!(
        (&first["role"], &first["by"]["did"]),
        (&json!("maintained"), &json!("annulled"))
    );
    assert_eq!(why["receipt"]["of"], "EU-UKR-TI mikhail-fridman");
    let renewed = why["regime_chain"].as_array().unwrap().last().unwrap();
    assert_eq!(renewed["renews"]["did"], "renewed");
}

#[test]
fn why_not_is_answered_too() {
    let world = World::shipped();
    let elsewhere = world.run(&["why", "EU-UKR-TI", "hamas", "--on", "2015-06-01"]);
    elsewhere
        .succeeds()
        .says("no listing on 2015-06-01")
        .says("recorded under EU-TERR");
    let later = world.json(&["why", "EU-UKR-TI", "mikhail-fridman", "--on", "2021-06-01"]);
    assert!(
        later["standing"].is_null(),
        "nobody is listed before being listed"
    );
    assert_eq!(later["chain"][0]["role"], "not_decided");
    let early = world.json(&["why", "EU-UKR-TI", "mikhail-fridman", "--on", "2013-01-01"]);
    assert_eq!(early["absent"]["regime"], "unknown");
    let lapse = world.json(&["why", "UN-MLI", "--on", "2023-09-01"]);
    assert!(lapse["survey"]["entry"].is_u64(), "{lapse:#}");
    assert_eq!(
        roles(&lapse["chain"], &entry(&world, "un-mli.2023-08-30.veto")),
        ["no_decision"; 2]
    );
}

#[test]
fn a_line_that_nobody_knows_is_said_wrongly() {
    let world = World::shipped();
    world
        .run(&["why", "EU-UKR-TI", "asset-freze"])
        .exits(2)
        .complains("no measure or subject asset-freze is recorded")
        .complains("did you mean asset-freeze?");
    world
        .run(&["why", "EU-UKR-TI", "vladimir"])
        .exits(2)
        .complains("vladimir-putin  name `Vladimir Putin` (close spelling)")
        .complains("vladimir-rashevsky");
    world
        .run(&["why", "EU-UKR-TY"])
        .exits(2)
        .complains("did you mean EU-UKR-TI?");
    world.run(&["why", "EU-UKR-TI", "--dot", "--json"]).exits(2);
}

#[test]
fn what_was_withdrawn_or_recorded_later_is_told() {
    let world = World::opened();
    let listed = r#"{"listed": {"regime": "EU-TEST", "subject": {"id": "ann", "name": "Ann \"A\" \\ B", "type": "person"}}}"#;
    world.file("base.json", BASE);
    world.file("list.json", decision("list", "2024-02-01", listed));
    world.run(&["append", "base.json", "list.json"]).succeeds();
    world
        .run(&["rectify", "2", "--because", "another \"person\""])
        .succeeds();
    let asked = |known: &str| {
        let args = [
            "why",
            "EU-TEST",
            "ann",
            "--on",
            "2024-06-01",
            "--known-at",
            known,
        ];
        world.json(&args)["chain"][0].take()
    };
    let gone = asked("3");
    assert_eq!(
        (&gone["role"], &gone["by_entry"], &gone["because"]),
        (&json!("withdrawn"), &json!(3), &json!("another \"person\""))
    );
    assert_eq!(asked("2")["role"], "decides");
    let before = world.json(&["why", "EU-TEST", "--on", "2024-06-01", "--known-at", "1"]);
    assert_eq!(before["chain"][0]["role"], "decides");
    // A name that could end a string early does not.
    let dot = world.run(&[
        "why",
        "EU-TEST",
        "ann",
        "--on",
        "2024-06-01",
        "--known-at",
        "2",
        "--dot",
    ]);
    graph(&dot.succeeds().stdout);
}

/// Nodes and edges of a graph, as a parser of Graphviz's language reads it. An edge is (from, to, label).
fn graph(text: &str) -> (BTreeSet<String>, Vec<(String, String, String)>) {
    let mut parser = DotParser::new(text);
    let graph = parser
        .process()
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    let (mut nodes, mut edges) = (BTreeSet::new(), Vec::new());
    let label = |list: &ast::AttributeList| {
        let found = list.list.iter().find(|(key, _)| key == "label");
        found.map(|(_, label)| label.clone()).unwrap_or_default()
    };
    for statement in graph.list.list {
        match statement {
            ast::Stmt::Node(node) => {
                nodes.insert(node.id.name);
            }
            ast::Stmt::Edge(edge) => {
                edges.push((edge.from.name, edge.to[0].0.name.clone(), label(&edge.list)));
            }
            _ => {}
        }
    }
    (nodes, edges)
}

#[test]
fn the_graph_is_read_by_graphviz_and_every_edge_has_its_nodes() {
    let world = World::shipped();
    let asked: [&[&str]; 3] = [
        &["EU-TERR", "hamas", "--on", "2015-06-01"],
        &[
            "EU-UKR-TI",
            "mikhail-fridman",
            "--on",
            "2022-06-01",
            "--public-by",
            "2024-04-11",
        ],
        &["UN-MLI", "--on", "2023-09-01"],
    ];
    let mut labels = BTreeSet::new();
    for args in asked {
        let ran = world.run(&[&["why"], args, &["--dot"]].concat());
        let (nodes, edges) = graph(&ran.succeeds().stdout);
        assert!(nodes.contains("answer"));
        for (from, to, label) in edges {
            assert!(
                nodes.contains(&from) && nodes.contains(&to),
                "{from} -> {to}"
            );
            labels.insert(label);
        }
    }
    let said: Vec<_> = labels.iter().map(String::as_str).collect();
    assert_eq!(
        said,
        [
            "annuls, effects maintained",
            "decides",
            "is carried on",
            "renews",
            "sets aside",
            "still binds"
        ]
    );
}

#[test]
fn every_part_that_can_be_played_is_played_in_the_shipped_record() {
    let world = World::shipped();
    let record = record(&world);
    let mut played = BTreeSet::new();
    for regime in record.regimes().unwrap() {
        let history = record.history(&regime).unwrap();
        for day in turning_days(history.rows(), &regime).iter().step_by(5) {
            let ask = Ask::new(Moment::Day(*day), Some(*day), record.head().seq, today());
            for line in lines(&history) {
                let why = history.why(&line, &ask);
                played.extend(why.chain.iter().map(|cause| name(&cause.role)));
            }
        }
    }
    for role in [
        "decides",
        "contributes",
        "superseded",
        "ended",
        "not_public",
        "not_in_force",
        "not_applicable",
        "step",
    ] {
        assert!(played.contains(role), "no {role} in {played:?}");
    }
}

fn name(role: &Role) -> String {
    serde_json::to_value(role).unwrap()["role"]
        .as_str()
        .unwrap()
        .to_owned()
}
