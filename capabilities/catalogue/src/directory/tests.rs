//! The lists, on each database: brought in, brought in again, cut off, changed, refused, taken out.

use store::page::PageRequest;
use store::{Db, Files};
use testkit::{each_database, instant};

use super::*;

struct World {
    db: Db,
    files: Files,
    _folder: tempfile::TempDir,
}

const SEED: u64 = 7;

impl World {
    async fn new(db: Db) -> Self {
        db.migrate(&[store::MIGRATIONS, crate::MIGRATIONS]).await.unwrap();
        let folder = testkit::folder();
        let files = Files::open(folder.path(), &testkit::vault()).unwrap();
        Self { db, files, _folder: folder }
    }

    async fn start(&self, bytes: Vec<u8>) -> Import {
        let by = ImportedBy { reference: "system".into(), name: "甲".into() };
        start(&self.db, &self.files, "清单.csv", bytes, &by, instant("2026-11-20T09:00")).await.unwrap()
    }

    async fn look(&self, bytes: Vec<u8>) -> Import {
        let import = self.start(bytes).await;
        let now = instant("2026-11-20T09:00");
        let looked = work_through(&self.db, &self.files, import.number, now, &mut |_| {}).await.unwrap();
        assert_eq!(looked.state, ImportState::Checked);
        looked
    }

    async fn run(&self, number: i64) {
        let mut tx = self.db.begin().await.unwrap();
        start_run(&mut tx, number, instant("2026-11-20T09:00")).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Looked at and brought in; the counts of both must agree.
    async fn bring_in(&self, bytes: Vec<u8>, now: &str) -> Import {
        let looked = self.look(bytes).await;
        self.run(looked.number).await;
        let done =
            work_through(&self.db, &self.files, looked.number, instant(now), &mut |_| {}).await.unwrap();
        assert_eq!(done.state, ImportState::Done);
        assert_eq!(done.counts, looked.counts, "what was shown is what happens");
        done
    }

    async fn lines(&self, number: i64) -> Vec<ReportRow> {
        let (mut lines, mut after) = (Vec::new(), -1);
        let mut tx = self.db.snapshot().await.unwrap();
        while let Some((position, more)) = report(&mut tx, number, after).await.unwrap() {
            lines.extend(more);
            after = position;
        }
        lines
    }

    async fn file(&self, list: List, format: Format) -> Vec<u8> {
        let mut exported = export(&self.db, list, format).unwrap();
        let mut bytes = Vec::new();
        while let Some(piece) = exported.next().await.unwrap() {
            bytes.extend(piece);
        }
        bytes
    }

    async fn count(&self, table: &'static str) -> i64 {
        let mut tx = self.db.snapshot().await.unwrap();
        tx.fetch_one(table, vec![]).await.unwrap().get(0).unwrap()
    }
}

fn items(rows: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    generate_items(rows, Format::Csv, &mut bytes).unwrap();
    bytes
}

fn implementations(rows: usize, format: Format) -> Vec<u8> {
    let mut bytes = Vec::new();
    assert_eq!(generate_implementations(rows, SEED, format, &mut bytes).unwrap(), rows);
    bytes
}

fn counts(new: i64, changed: i64, unchanged: i64, refused: i64) -> ImportCounts {
    ImportCounts { new, changed, unchanged, refused, flagged: 0 }
}

#[tokio::test]
async fn a_list_is_brought_in_once_and_goes_out_as_it_came() {
    each_database(async |db| {
        let world = World::new(db).await;
        let early = world.look(implementations(300, Format::Csv)).await;
        assert_eq!(early.counts.refused, 300, "the directory comes first");
        let mut tx = world.db.begin().await.unwrap();
        discard(&mut tx, early.number, instant("2026-11-20T09:00")).await.unwrap();
        tx.commit().await.unwrap();
        let directory = world.bring_in(items(300), "2026-11-20T09:00").await;
        assert_eq!(directory.counts, counts(1, 0, 0, 0));
        let done = world.bring_in(implementations(300, Format::Xlsx), "2026-11-20T09:00").await;
        assert_eq!(done.counts, counts(300, 0, 0, 0), "{:?}", world.lines(done.number).await);
        assert_eq!(world.count("select count(*) from directory_implementations").await, 300);
        let again = world.bring_in(implementations(300, Format::Csv), "2026-11-21T09:00").await;
        assert_eq!(again.counts, counts(0, 0, 300, 0));
        for (list, rows) in [(List::Items, 1), (List::Implementations, 300)] {
            for format in [Format::Csv, Format::Xlsx] {
                let out = world.file(list, format).await;
                let back = world.bring_in(out, "2026-11-22T09:00").await;
                assert_eq!(back.counts, counts(0, 0, rows, 0), "{list:?} {format:?}");
            }
        }
        assert_eq!(world.count("select count(*) from directory_history").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_change_keeps_the_earlier_edition() {
    each_database(async |db| {
        let world = World::new(db).await;
        world.bring_in(items(20), "2026-11-20T09:00").await;
        world.bring_in(implementations(20, Format::Csv), "2026-11-20T09:00").await;
        let text = String::from_utf8(implementations(20, Format::Csv)).unwrap();
        let changed = text.replacen("工作日 9:00-12:00", "工作日 8:30-12:00", 1);
        assert_ne!(text, changed);
        let done = world.bring_in(changed.into_bytes(), "2026-11-25T09:00").await;
        assert_eq!(done.counts, counts(0, 1, 19, 0));
        let code = world
            .lines(done.number)
            .await
            .into_iter()
            .find(|row| row.outcome == Outcome::Changed)
            .unwrap()
            .code;
        let mut tx = world.db.snapshot().await.unwrap();
        let editions = record::history(&mut tx, List::Implementations, &code).await.unwrap();
        assert_eq!(editions.len(), 1);
        assert_eq!(editions[0].until, instant("2026-11-25T09:00"));
        assert!(editions[0].elements.transact_time.as_deref().unwrap().contains("9:00"));
        let (now, since) = record::find_implementation(&mut tx, &code).await.unwrap().unwrap();
        assert!(now.elements.transact_time.as_deref().unwrap().contains("8:30"));
        assert_eq!(since, instant("2026-11-25T09:00"));
        let less = record::list_reduced(&mut tx, testkit::date("2026-11-24"), &PageRequest::default())
            .await
            .unwrap();
        assert!(less.items == [None], "another hour is no reduction: {less:?}");
    })
    .await;
}

#[tokio::test]
async fn shorter_limits_are_told_against_the_base_date() {
    each_database(async |db| {
        let world = World::new(db).await;
        world.bring_in(items(1), "2026-11-20T09:00").await;
        let text = String::from_utf8(implementations(1, Format::Csv)).unwrap();
        world.bring_in(text.clone().into_bytes(), "2026-11-20T09:00").await;
        let now = record::all_after(&mut world.db.snapshot().await.unwrap(), List::Implementations, "", 1)
            .await
            .unwrap();
        let days = now[0].1.promise_day.unwrap();
        let shorter = text.replacen(
            &format!("\"{days}\",\"1\",,\"演示数据"),
            &format!("\"{}\",\"1\",,\"演示数据", days - 1),
            1,
        );
        assert_ne!(shorter, text);
        world.bring_in(shorter.into_bytes(), "2026-11-25T09:00").await;
        let mut tx = world.db.snapshot().await.unwrap();
        for (since, expected) in [("2026-11-20", 0), ("2026-11-21", 1), ("2026-11-25", 1), ("2026-11-26", 0)]
        {
            let less =
                record::list_reduced(&mut tx, testkit::date(since), &PageRequest::default()).await.unwrap();
            let less: Vec<_> = less.items.into_iter().flatten().collect();
            assert_eq!(less.len(), expected, "{since}");
            assert!(
                less.iter().all(|row| (row.promised_before, row.promised) == (Some(days), Some(days - 1)))
            );
        }
    })
    .await;
}

#[tokio::test]
async fn bad_rows_are_refused_alone_and_strange_codes_are_kept() {
    each_database(async |db| {
        let world = World::new(db).await;
        world.bring_in(items(20), "2026-11-20T09:00").await;
        let text = String::from_utf8(implementations(20, Format::Csv)).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines[2] = lines[2].replacen("演示", "别的", 1); // line 3: another name
        lines[3] = format!("{},\"x\"", lines[3]); // line 4: a cell too many
        lines[4] = lines[4].replacen("\"1,2\"", "\"1,2,8\"", 1); // line 5: a code that no table knows
        let again = lines[5].clone();
        lines.push(again); // line 22: the code of line 6
        let bytes = lines.join("\r\n").into_bytes();
        let done = world.bring_in(bytes, "2026-11-20T09:00").await;
        assert_eq!((done.counts.new, done.counts.refused, done.counts.flagged), (18, 3, 1));
        let told: Vec<(u32, RowRule)> = world
            .lines(done.number)
            .await
            .iter()
            .flat_map(|row| row.findings.iter().map(|finding| (row.line, finding.rule)))
            .collect();
        for expected in
            [(3, RowRule::SameName), (4, RowRule::Columns), (5, RowRule::UnknownCode), (22, RowRule::Twice)]
        {
            assert!(told.contains(&expected), "{expected:?} in {told:?}");
        }
        let flagged =
            "select count(*) from directory_implementations where flagged = 1 and doc like '%\"8\"%'";
        assert_eq!(world.count(flagged).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_lies_below_may_not_promise_less_than_what_lies_above() {
    each_database(async |db| {
        let world = World::new(db).await;
        world.bring_in(items(20), "2026-11-20T09:00").await;
        let text = String::from_utf8(implementations(20, Format::Csv)).unwrap();
        let column =
            text.lines().next().unwrap().split(',').position(|name| name.contains("promise_day")).unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let mut writer = csv::Writer::from_writer(Vec::new());
        for (line, record) in reader.records().enumerate() {
            let mut cells: Vec<String> = record.unwrap().iter().map(str::to_owned).collect();
            match line {
                1 => cells[column] = "5".into(), // the province
                2 => cells[column] = "6".into(), // its first city
                0 => {}
                _ => cells[column] = "4".into(),
            }
            writer.write_record(cells).unwrap();
        }
        let done = world.bring_in(writer.into_inner().unwrap(), "2026-11-20T09:00").await;
        let refused: Vec<ReportRow> = world
            .lines(done.number)
            .await
            .into_iter()
            .filter(|row| row.outcome == Outcome::Refused)
            .collect();
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert_eq!((refused[0].line, refused[0].findings[0].rule), (3, RowRule::PromisedAbove));
        assert_eq!(
            (refused[0].findings[0].here.as_str(), refused[0].findings[0].there.as_str()),
            ("6 工作日", "5 工作日")
        );
    })
    .await;
}

#[tokio::test]
async fn the_job_goes_on_step_by_step_and_two_workers_count_no_row_twice() {
    each_database(async |db| {
        let world = World::new(db).await;
        world.bring_in(items(1_300), "2026-11-20T09:00").await;
        let looked = world.look(implementations(1_300, Format::Csv)).await;
        world.run(looked.number).await;
        let now = instant("2026-11-20T09:00");
        let (mut nothing, mut nothing_either) = (|_: &Import| {}, |_: &Import| {});
        let (one, two) = tokio::join!(
            work_through(&world.db, &world.files, looked.number, now, &mut nothing),
            work_through(&world.db, &world.files, looked.number, now, &mut nothing_either),
        );
        one.unwrap();
        two.unwrap();
        // Whoever lost a batch stopped; what is left is done by the next step.
        let done = work_through(&world.db, &world.files, looked.number, now, &mut |_| {}).await.unwrap();
        assert_eq!((done.state, done.counts), (ImportState::Done, counts(1_300, 0, 0, 0)));
        assert_eq!(world.lines(looked.number).await.len(), 1_300);
        assert_eq!(world.count("select count(*) from directory_implementations").await, 1_300);
    })
    .await;
}

#[tokio::test]
async fn what_was_brought_in_is_found_by_everyday_words_with_the_nearest_body() {
    each_database(async |db| {
        let world = World::new(db).await;
        let finder = Finder::new(world.db.clone(), crate::Library::default().into());
        assert!(!finder.refresh().await.unwrap(), "nothing was brought in");
        assert_eq!(finder.find("食堂", None, 5).await.unwrap(), []);
        world.bring_in(items(200), "2026-11-20T09:00").await;
        world.bring_in(implementations(200, Format::Csv), "2026-11-20T09:00").await;
        assert!(finder.refresh().await.unwrap() && !finder.refresh().await.unwrap());

        let found = finder.find("社区的食堂怎么登记", None, 5).await.unwrap();
        assert_eq!(found[0].name, "演示社区食堂登记", "{found:?}");
        assert_eq!(found[0].nearest, None);
        assert_eq!(finder.named("shequshitang", 5)[0].item, found[0].item);
        assert!(finder.named(&found[0].item, 5).contains(&ListHit { nearest: None, ..found[0].clone() }));

        // A village has no body of its own: that of its town, its county or further up is the nearest.
        let of = |place: &'static str| finder.find("社区食堂登记", Some(place), 1);
        let (province, village) = (of("430000").await.unwrap(), of("430102001001").await.unwrap());
        let division = |hits: &[ListHit]| hits[0].nearest.as_ref().map(|nearest| nearest.division.clone());
        assert_eq!(division(&province).as_deref(), Some("430000"));
        let near = division(&village).unwrap();
        assert!(near.len() == 9 && "430102001001".starts_with(&near), "{near}");
        assert_eq!(of("no place").await.unwrap()[0].nearest, None);
    })
    .await;
}
