//! The measuring commands, on few cases: that they measure what they say. How fast it is is not asked here.

use std::process::Stdio;

use serde_json::Value;

use crate::server::program;

fn run(arguments: &[&str]) -> Value {
    let output = program().arg("bench").args(arguments).stderr(Stdio::inherit()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{arguments:?}: {text}");
    serde_json::from_str(&text).unwrap()
}

#[test]
fn lifecycles_are_driven_to_the_licence_and_none_is_lost() {
    let few = ["cases", "--preload", "120", "--clients", "2", "--seconds", "5", "--beside", "--json"];
    let report = run(&few);
    let round = &report["rounds"][0];
    for driven in [&round["driven"], &round["empty"]] {
        assert!(driven["lifecycles"].as_u64().unwrap() > 0, "{driven}");
        assert_eq!((&driven["lost"], &driven["errors"]), (&0.into(), &serde_json::json!({})), "{driven}");
        for step in ["submit", "accept", "review", "decide", "licence"] {
            assert!(driven["steps"][step]["count"].as_u64().unwrap() > 0, "{step}: {driven}");
        }
        assert!(driven["server_cpu_s"].as_f64().unwrap() > 0.0);
    }
    assert!(round["bare"]["steps_per_s"].as_f64().unwrap() > 0.0);
    assert_eq!(report["filled"]["cases"], 120);
    assert!(report["summary"]["filled_to_empty"]["median"].as_f64().unwrap() > 0.0);
}

#[test]
fn every_list_is_asked_for() {
    let report = run(&["worklist", "--preload", "120", "--times", "4", "--json"]);
    assert!(report["lists"].as_object().unwrap().len() > 60, "{report}");
    for list in ["scope=body&sort=due&", "scope=done&sort=due", "number", "last 4 digits of a number"] {
        assert!(report["lists"][list]["count"].as_u64().unwrap() > 0, "{list}: {report}");
    }
}
