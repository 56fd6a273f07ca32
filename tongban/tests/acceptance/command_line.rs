//! Commands as a person types them.

use std::process::Output;

use crate::server::{program, workspace};

fn tongban(arguments: &[&str]) -> Output {
    program().args(arguments).current_dir(workspace()).output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn codes_are_read_or_their_fault_is_named() {
    let good = [
        ("uscc", "11430000006122340X"),
        ("uscc", "51430000MJJ509249B"),
        ("resident-id", "11010519491231002X"),
        ("item", "432011103W00"),
        ("implementation", "12441500196720244T3442199806003"),
        ("case-number", "12441500196720244T3442199806003202206230068"),
        ("licence-id", "1.2.156.3005.2.11100000MB03271699022.340100.000000016.001.9"),
        ("division", "430102001"),
    ];
    for (kind, value) in good {
        let output = tongban(&["code", "check", kind, value]);
        assert!(output.status.success(), "{kind} {value}: {}", printed(&output));
    }
    let shown = printed(&tongban(&["code", "check", "resident-id", "11010519491231002X"]));
    assert!(!shown.contains("19491231002"), "a resident number is shown masked: {shown}");
    let bad = [
        ("uscc", "114300000061223401", "check"),
        ("resident-id", "110105194912310021", "check"),
        (
            "licence-id",
            "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M",
            "D",
        ),
    ];
    for (kind, value, said) in bad {
        let output = tongban(&["code", "check", kind, value]);
        assert_eq!(output.status.code(), Some(1), "{kind} {value}");
        assert!(printed(&output).contains(said), "{}", printed(&output));
    }
    assert_eq!(tongban(&["code", "check", "horoscope", "x"]).status.code(), Some(2), "no such kind");
}

#[test]
fn deadlines_are_told_with_their_reasons() {
    let limit = ["deadline", "--from", "2026-09-25", "--limit", "20 working days"];
    let output = tongban(&limit);
    assert!(printed(&output).starts_with("2026-10-29\n"), "{}", printed(&output));
    let output = tongban(&[&limit[..], &["--paused", "2026-10-09..2026-10-15"]].concat());
    let shown = printed(&output);
    assert!(shown.starts_with("2026-11-06\n") && shown.contains("国庆节"), "{shown}");
    let output = tongban(&[&limit[..], &["--paused", "2026-10-09..2026-10-15", "--json"]].concat());
    let reading: serde_json::Value = serde_json::from_str(&printed(&output)).unwrap();
    assert_eq!(reading["due"]["on"], "2026-11-06");
    let output = tongban(&["deadline", "--from", "2026-12-25", "--limit", "20个工作日"]);
    assert!(printed(&output).contains("2027") && output.status.success(), "{}", printed(&output));
    let output = tongban(&["deadline", "--from", "2026-02-30", "--limit", "20 working days"]);
    assert_eq!(output.status.code(), Some(2), "there is no 30 February");
    let output = tongban(&["deadline", "--from", "2026-02-03", "--limit", "20 days"]);
    assert_eq!(output.status.code(), Some(2), "a limit without a clear unit is refused");
}

#[test]
fn broken_packages_are_named_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("broken");
    std::fs::create_dir(&package).unwrap();
    let sound = workspace().join("packages/minzheng/yanglao-jigou-beian");
    for file in ["item.yaml", "form.schema.json", "process.yaml", "licences.yaml"] {
        std::fs::copy(sound.join(file), package.join(file)).unwrap();
    }
    let check = || {
        let output = program().args(["packages", "lint"]).arg(folder.path()).output().unwrap();
        (output.status.code(), printed(&output))
    };
    assert_eq!(check().0, Some(0), "{}", check().1);
    let process = std::fs::read_to_string(package.join("process.yaml")).unwrap();
    let line = process.lines().position(|line| line.contains("issue: filing-receipt")).unwrap() + 1;
    std::fs::write(package.join("process.yaml"), process.replace("issue: filing-receipt", "issue: no-such"))
        .unwrap();
    let (code, shown) = check();
    assert_eq!(code, Some(1));
    assert!(shown.contains(&format!("process.yaml:{line}: ")) && shown.contains("no-such"), "{shown}");
}

#[test]
fn rules_of_packages_are_listed_and_reported_for_programs() {
    let rules = printed(&tongban(&["packages", "lint", "--rules"]));
    assert!(
        rules.lines().any(|line| line.starts_with("vague-material") && line.contains("二（二）")),
        "{rules}"
    );
    let packages = workspace().join("packages");
    let cast = packages.join("cast.yaml");
    let lint = |more: &[&str]| {
        let mut command = program();
        command.args(["packages", "lint"]).arg(&packages).arg("--cast").arg(&cast).args(more);
        command.output().unwrap()
    };
    let output = lint(&["--json", "--deny-warnings"]);
    assert_eq!(output.status.code(), Some(0), "{}", printed(&output));
    let report: serde_json::Value = serde_json::from_str(&printed(&output)).unwrap();
    assert_eq!((report["errors"].as_u64(), report["warnings"].as_u64()), (Some(0), Some(0)));
}

#[test]
fn a_form_is_played_through_a_package() {
    let folder = tempfile::tempdir().unwrap();
    let form = folder.path().join("answers.json");
    let package = workspace().join("packages/examples/jiban-butie");
    let simulate = |answers: &str, more: &[&str]| {
        std::fs::write(&form, answers).unwrap();
        let mut command = program();
        command.args(["packages", "simulate"]).arg(&package).arg("--form").arg(&form).args(more);
        let output = command.output().unwrap();
        (output.status.code(), printed(&output))
    };
    let good = r#"{"appliance": "fridge", "price": 300000, "bought_on": "2026-09-01", "old_returned": true}"#;
    let (code, shown) = simulate(good, &["--on", "2026-09-21", "--json"]);
    let report: serde_json::Value = serde_json::from_str(&shown).unwrap_or_else(|_| panic!("{shown}"));
    assert_eq!((code, &report["instant"]), (Some(0), &serde_json::json!(true)), "{shown}");
    let (code, shown) = simulate(&good.replace("true", "false"), &["--lang", "en"]);
    assert!(
        code == Some(0) && shown.contains("Earliest decision") && shown.contains("does not hold"),
        "{shown}"
    );
    let (code, shown) = simulate(r#"{"appliance": "car"}"#, &[]);
    assert!(code == Some(1) && shown.contains("不能提交"), "{shown}");
    assert_eq!(simulate("[]", &[]).0, Some(2));
}

#[test]
fn the_demonstration_offers_no_invented_item() {
    let registers = registers::changeable();
    let library = catalogue::Library::load(&workspace().join("packages/minzheng"), &registers).unwrap();
    // Only steps of partners within one thing (一件事) have a code of ours, because theirs is not known.
    let ours = library.list().filter(|package| package.reference.item.contains("DEM"));
    assert!(ours.into_iter().all(|package| package.folder.contains("/yijianshi/")));
    let help = printed(&tongban(&["demo", "--help"]));
    assert!(help.contains("[default: packages/minzheng]"), "{help}");
}

#[test]
fn decision_tables_are_taken_over_from_dmn_and_checked() {
    let dmn = workspace().join("engine/rules/tests/data/relief.dmn");
    let output = program().args(["rules", "import-dmn"]).arg(&dmn).output().unwrap();
    assert!(output.status.success(), "{}", printed(&output));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.yaml");
    let check = |yaml: &str| {
        std::fs::write(&file, yaml).unwrap();
        let output = program().args(["rules", "check"]).arg(&file).output().unwrap();
        (output.status.code(), printed(&output))
    };
    let yaml = printed(&output);
    let (code, shown) = check(&yaml);
    assert_eq!(code, Some(0), "{shown}");
    assert!(shown.contains("warning: ") && shown.contains("no rule answers"), "{shown}");
    let line = yaml.lines().position(|line| line.contains("[3..20]")).unwrap() + 1;
    let (code, shown) = check(&yaml.replace("[3..20]", "[20..3]"));
    assert_eq!(code, Some(1), "{shown}");
    // The fault is told at the row, which begins at or just above its cell.
    let told: usize = shown
        .lines()
        .next()
        .unwrap()
        .rsplit(".yaml:")
        .next()
        .unwrap()
        .split(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(
        shown.contains("the range [20..3] is empty") && (line - 3..=line).contains(&told),
        "{line}: {shown}"
    );
    let (code, shown) = check("tables: [{name: t");
    assert_eq!(code, Some(1), "{shown}");
    std::fs::write(&file, std::fs::read_to_string(dmn).unwrap().replace("UNIQUE", "OUTPUT ORDER")).unwrap();
    let output = program().args(["rules", "import-dmn"]).arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(printed(&output).contains("rules.yaml:11: the hit policy OUTPUT ORDER"), "{}", printed(&output));
}

#[test]
fn a_missing_config_is_told_plainly() {
    let output = tongban(&["serve", "--config", "no-such-file.toml"]);
    assert_eq!(output.status.code(), Some(2));
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(complaint.contains("no-such-file.toml") && !complaint.contains("panicked"), "{complaint}");
}
