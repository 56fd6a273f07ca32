//! The lists of items on the command line: a file is brought in by a program that is killed in the middle, goes on where it
//! was, changes nothing when it comes again, and goes out as it came.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Stdio;

use store::Db;

use crate::server::{Place, program};

const PACKAGE: &str = "packages/minzheng/linshi-jiuzhu";
const ROWS: &str = "3000";

/// Runs `tongban directory …` and gives what it printed.
fn directory(arguments: &[&str]) -> String {
    let output = program().arg("directory").args(arguments).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{arguments:?}: {printed}{}", String::from_utf8_lossy(&output.stderr));
    printed
}

/// Starts an import and kills it after its first sign of progress.
fn killed_in_the_middle(config: &str, file: &str) {
    let mut command = program();
    command.args(["directory", "import", "--config", config, file]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let progress = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains(" of 3000 rows")));
    assert!(progress.is_some(), "it told how far it was");
    child.kill().unwrap();
    child.wait().unwrap();
}

async fn number(db: &Db, sql: &'static str) -> i64 {
    db.snapshot().await.unwrap().fetch_one(sql, Vec::new()).await.unwrap().get(0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_survives_a_kill_and_changes_nothing_twice() {
    for database in testkit::databases().await {
        let place = Place::make_with(Some(&database.url), PACKAGE).await;
        let path = |name: &str| place.folder.path().join(name).display().to_string();
        let config = place.config.display().to_string();
        let (items, rows) = (path("items.csv"), path("rows.csv"));
        directory(&["generate", "--rows", ROWS, "--seed", "3", "--out", &rows, "--items", &items]);
        let shown = directory(&["import", "--config", &config, &items]);
        assert!(shown.contains("brought in: 2 new, 0 changed"), "{shown}");
        let report = path("report.csv");
        let shown = directory(&["import", "--config", &config, "--dry-run", "--report", &report, &rows]);
        assert!(shown.contains("would be: 3000 new, 0 changed, 0 unchanged, 0 refused"), "{shown}");
        assert_eq!(std::fs::read_to_string(&report).unwrap().lines().count(), 3001, "a row for each row");
        let kept = "select count(*) from directory_implementations";
        assert_eq!(number(&database.db, kept).await, 0, "looking changes nothing");

        killed_in_the_middle(&config, &rows);
        let position =
            number(&database.db, "select position from directory_imports where state = 'running'").await;
        let there = number(&database.db, kept).await;
        assert!(there == position && (1..3000).contains(&there), "{there} rows, position {position}");
        let shown = directory(&["import", "--config", &config, &rows]);
        assert!(shown.contains(&format!("goes on at row {position} of 3000")), "{shown}");
        assert!(shown.contains("brought in: 3000 new, 0 changed, 0 unchanged, 0 refused"), "{shown}");
        assert_eq!(number(&database.db, kept).await, 3000);

        let shown = directory(&["import", "--config", &config, &rows]);
        assert!(shown.contains("brought in: 0 new, 0 changed, 3000 unchanged"), "{shown}");
        goes_out_as_it_came(&config, place.folder.path());
    }
}

fn goes_out_as_it_came(config: &str, folder: &Path) {
    for ending in ["csv", "xlsx"] {
        let file = folder.join(format!("out.{ending}")).display().to_string();
        directory(&["export", "--config", config, "implementations", &file]);
        let shown = directory(&["import", "--config", config, &file]);
        assert!(shown.contains("brought in: 0 new, 0 changed, 3000 unchanged"), "{ending}: {shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_list_is_named_and_nothing_is_kept() {
    let place = Place::make_with(None, PACKAGE).await;
    let file = place.folder.path().join("bad.csv");
    std::fs::write(&file, "基本编码\t事项名称\n000111001000\t社会团体").unwrap();
    let output =
        program().args(["directory", "import", "--config"]).arg(&place.config).arg(&file).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("not by commas"), "{shown}");
}
