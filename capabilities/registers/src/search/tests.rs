//! Looking entries up, on each engine.

use store::Db;
use store::page::PageSize;
use testkit::each_database;

use super::*;
use crate::testing::{CODES, fresh, new_entry};
use crate::write;

const NAMES: [&str; 3] = ["湖南省演示健步走协会", "湖南省100%茶叶_学会", "演示商会"];

async fn fill(db: &Db) {
    fresh(db).await;
    let mut tx = db.begin().await.unwrap();
    for (n, (name, code)) in (1..).zip(NAMES.into_iter().zip(CODES)) {
        write(&mut tx, new_entry(n, name, code)).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn words_find_parts_of_names_and_beginnings_of_codes() {
    each_database(|db| async move {
        fill(&db).await;
        let mut tx = db.snapshot().await.unwrap();
        for (words, expected) in [
            ("健步走", vec![0]),
            (" 湖南省 ", vec![1, 0]),
            ("51430000dem", vec![1, 0]),
            ("DEM000217K", vec![]),
            ("100%", vec![1]),
            ("%", vec![1]),
            ("叶_", vec![1]),
            ("_会", vec![]),
            ("!", vec![]),
            ("\0演示商会", vec![2]),
            ("", vec![1, 0, 2]),
        ] {
            let found =
                search(&mut tx, "social-organisations", words, &PageRequest::default()).await.unwrap();
            let names: Vec<_> = found.items.iter().map(|entry| entry.name.as_str()).collect();
            assert_eq!(names, expected.into_iter().map(|n: usize| NAMES[n]).collect::<Vec<_>>(), "{words:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    each_database(|db| async move {
        fill(&db).await;
        let mut tx = db.snapshot().await.unwrap();
        let mut request = PageRequest { after: None, size: PageSize::try_from(1).unwrap() };
        let mut seen = Vec::new();
        loop {
            let found = search(&mut tx, "social-organisations", "", &request).await.unwrap();
            seen.extend(found.items.into_iter().map(|entry| entry.subject_code));
            match found.next {
                Some(after) => request.after = Some(after),
                None => break,
            }
        }
        assert_eq!(seen, [CODES[1], CODES[0], CODES[2]]);
    })
    .await;
}
