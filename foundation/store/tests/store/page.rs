//! Walking through a list by its key.

use store::page::{Page, PageRequest, PageSize};
use store::{Db, Migration, vals};
use testkit::each_database;

const SCHEMA: &[Migration] = &[Migration::new(
    "test/0001_entries",
    "create table entries (at bigint not null, id text not null, constraint entries_pkey primary key (at, id))",
)];

async fn rising(db: &Db, request: &PageRequest) -> Page<(i64, String)> {
    let mut vals = request.keys(vals![i64::MIN, ""]).unwrap();
    vals.extend(vals![request.size.limit()]);
    let mut tx = db.snapshot().await.unwrap();
    let sql = "select at, id from entries where (at, id) > ($1, $2) order by at, id limit $3";
    let rows = tx.fetch_all(sql, vals).await.unwrap();
    let items = rows.iter().map(|row| (row.get(0).unwrap(), row.get(1).unwrap())).collect();
    Page::cut(items, request.size, |(at, id)| vals![*at, id])
}

#[tokio::test]
async fn pages_show_every_row_once_whatever_is_added_meanwhile() {
    each_database(|db| async move {
        db.migrate(&[SCHEMA]).await.unwrap();
        let put = async |at: i64, id: &str| {
            let mut tx = db.begin().await.unwrap();
            tx.execute("insert into entries (at, id) values ($1, $2)", vals![at, id]).await.unwrap();
            tx.commit().await.unwrap();
        };
        for number in 0..23_i64 {
            put(number / 5, &format!("{number:02}")).await; // five rows share each instant
        }
        let mut request = PageRequest { after: None, size: PageSize::try_from(4).unwrap() };
        let mut seen = Vec::new();
        loop {
            let page = rising(&db, &request).await;
            seen.extend(page.items.into_iter().map(|(_, id)| id));
            put(-1, &format!("early {}", seen.len())).await; // before the cursor: moves nothing
            let Some(next) = page.next else { break };
            // As a client sends it back.
            request.after = Some(next.to_string().parse().unwrap());
        }
        let expected: Vec<String> = (0..23).map(|number| format!("{number:02}")).collect();
        assert_eq!(seen, expected);
    })
    .await;
}
