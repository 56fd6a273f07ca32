//! What would happen with a form: the real packages, played by the engine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cases::{Bodies, Body};
use catalogue::{Assumed, Package, Simulation, simulate};
use jiff::civil::date;
use kernel::{BodyId, Timestamp, TypedId as _, Words};
use legal_time::Calendar;
use serde_json::{Map, Value, json};

fn package(name: &str) -> Package {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packages");
    let folder: PathBuf = root.join(name);
    let registers = [("social-organisations".to_owned(), BTreeSet::new())].into();
    Package::load(&folder, &registers).unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn bodies() -> Bodies {
    let body = |division: &str, n: u8| Body {
        id: BodyId::from_parts(Timestamp::UNIX_EPOCH, [n; 10]),
        slug: division.into(),
        name: Words::new(division, division),
        uscc: String::new(),
        division: division.into(),
        serves: vec!["*".into()],
        address: String::new(),
        phone: String::new(),
    };
    Bodies(vec![body("430000", 1), body("430100", 2), body("430102", 3), body("430102001", 4)])
}

fn played<T>(
    package: &Package,
    answers: &Value,
    known: &Value,
    look: impl FnOnce(&Simulation<'_>, &Bodies) -> T,
) -> T {
    let object = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let (answers, known, findings) = (object(answers), object(known), Map::new());
    let (bodies, calendar) = (bodies(), Calendar::china());
    let assumed = Assumed {
        answers: &answers,
        known: &known,
        findings: &findings,
        division: "430102001",
        on: date(2026, 9, 21),
        bodies: &bodies,
        calendar: &calendar,
    };
    look(&simulate(package, &assumed).unwrap(), &bodies)
}

#[test]
fn every_stage_is_played_to_the_end() {
    for name in [
        "examples/binglian-xiaodian",
        "examples/bumen-huiqian",
        "examples/takan-pingshen",
        "examples/gongshi-yiyi",
        "examples/tingzheng",
        "examples/jiance-yanqi",
        "examples/zhuji-shenhe",
        "minzheng/linshi-jiuzhu",
        "minzheng/yanglao-jigou-beian",
    ] {
        let package = package(name);
        for near_homes in [true, false] {
            let answers = json!({"people": 2000, "cooks": true, "floor_area": 300, "near_homes": near_homes,
                "stalls": 60, "seats": 2000, "riders": 4});
            played(&package, &answers, &json!({}), |simulation, _| {
                for way in [&simulation.at_once, &simulation.last_day] {
                    assert_eq!(way.stuck, None, "{name}");
                    assert_eq!(way.case.outcome, Some(cases::Outcome::Granted), "{name}");
                }
                assert!(simulation.at_once.decided_on <= simulation.last_day.decided_on, "{name}");
                assert!(!simulation.faults.is_empty(), "{name}: most questions are not answered");
            });
        }
    }
}

#[test]
fn branches_come_into_being_by_the_answers() {
    let package = package("examples/binglian-xiaodian");
    let branches = |answers: Value| {
        played(&package, &answers, &json!({}), |simulation, _| {
            let steps = simulation.at_once.steps.iter();
            steps
                .filter(|step| step.stage == "review")
                .filter_map(|step| step.branch.clone())
                .collect::<Vec<_>>()
        })
    };
    let (few, many) = (
        branches(json!({"cooks": false, "floor_area": 20})),
        branches(json!({"cooks": true, "floor_area": 300})),
    );
    assert!(few.len() < many.len() && few.iter().all(|branch| many.contains(branch)), "{few:?} {many:?}");
}

#[test]
fn what_a_register_answers_is_not_asked_for() {
    let package = package("examples/dengji-chaxun");
    let wanted = |known: Value| {
        played(&package, &json!({"has_parent": true}), &known, |simulation, _| {
            let asked = simulation.materials.iter().find(|asked| asked.material.id == "parent-certificate");
            asked.map(|asked| (asked.wanted, asked.why.is_some()))
        })
    };
    assert_eq!(wanted(json!({})), Some((true, true)));
    assert_eq!(wanted(json!({"register": {"parent": {"name": "示例总会"}}})), Some((false, true)));
}

#[test]
fn rules_decide_at_once_or_say_why_not() {
    let package = package("examples/jiban-butie");
    let answers = |old_returned: bool| json!({"appliance": "fridge", "price": 300_000, "bought_on": "2026-09-01", "old_returned": old_returned});
    played(&package, &answers(true), &json!({}), |simulation, _| {
        assert!(simulation.faults.is_empty(), "{:?}", simulation.faults);
        assert!(simulation.is_instant() && simulation.rules().iter().all(|rule| rule.holds));
        assert_eq!(simulation.at_once.decided_on, Some(date(2026, 9, 21)));
    });
    played(&package, &answers(false), &json!({}), |simulation, bodies| {
        assert!(!simulation.is_instant());
        let shown = simulation.to_json(bodies);
        assert_eq!(shown["rules"][0]["holds"], false);
        // 40,000 fen as the table says, proposed and not assumed.
        let steps = shown["latest"]["steps"].as_array().unwrap();
        let decision = steps.iter().find(|step| step["work"] == "decide").unwrap();
        assert_eq!(decision["findings"][0]["assumed"], false, "{decision}");
        assert!(decision["due"]["why"].as_array().is_some_and(|why| !why.is_empty()));
    });
}

#[test]
fn nobody_competent_is_told_and_not_played() {
    let package = package("minzheng/linshi-jiuzhu");
    let (empty, nobody, calendar) = (Map::new(), Bodies(Vec::new()), Calendar::china());
    let assumed = Assumed {
        answers: &empty,
        known: &empty,
        findings: &empty,
        division: "430102001",
        on: date(2026, 9, 21),
        bodies: &nobody,
        calendar: &calendar,
    };
    assert!(matches!(simulate(&package, &assumed), Err(cases::CaseError::NobodyCompetent(_))));
}
