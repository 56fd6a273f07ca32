//! How the databases read the lists: along an index, in its order, and never a whole table.
//!
//! On PostgreSQL the table is filled and analysed, and no way of reading is switched off: what is looked at is what
//! its planner chooses for these values.

use store::{Engine, Val};

use super::lists::every_filter;
use super::*;
use crate::worklist::ranges::{self, Read, Walk};
use crate::worklist::{find, lights as counting, load, watch};

/// What the database says of how it would read.
async fn plan(tx: &mut Tx, engine: Engine, sql: impl Into<store::Sql>, vals: Vec<Val>) -> String {
    let sql = match (sql.into(), engine) {
        (store::Sql::One(sql), _) => sql,
        (store::Sql::Two { sqlite, .. }, Engine::Sqlite) => sqlite,
        (store::Sql::Two { postgres, .. }, Engine::Postgres) => postgres,
    };
    let (explain, column) = match engine {
        Engine::Sqlite => ("explain query plan", 3),
        Engine::Postgres => ("explain", 0),
    };
    let sql: &'static str = Box::leak(format!("{explain} {sql}").into_boxed_str());
    let rows = tx.fetch_all(sql, vals).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
    rows.iter().map(|row| row.get::<String>(column).unwrap()).collect::<Vec<_>>().join("\n")
}

/// PostgreSQL would rather fetch and sort some hundred rows than walk along an index to their end. It may: what must
/// not be sorted is a list that can be long.
const SORTED_MAX: u64 = 1000;

#[track_caller]
fn check(plan: &str, about: &str) {
    for whole in ["SCAN t", "SCAN case_tasks", "SCAN cases", "SCAN w", "Seq Scan"] {
        assert!(!plan.contains(whole), "{about} reads a whole table:\n{plan}");
    }
    assert!(!plan.contains("TEMP B-TREE"), "{about} sorts:\n{plan}");
    for line in plan.lines().filter(|line| line.contains("Sort  (")) {
        let rows = line.split("rows=").nth(1).and_then(|rest| rest.split(' ').next());
        let rows: u64 = rows.unwrap().parse().unwrap();
        assert!(rows <= SORTED_MAX, "{about} sorts {rows} rows:\n{plan}");
    }
    assert!(plan.contains("Index") || plan.contains("INDEX"), "{about}:\n{plan}");
}

const WATCHERS: &str =
    "with recursive n (i) as (select cast(0 as bigint) union all select i + 1 from n where i + 1 < $1)
 insert into case_watchers (staff, case_id, since)
 select '00000000000000000000000000000' || (100 + i % 300),
     substr('00000000000000000000000000000000' || (i / 300), length(cast(i / 300 as text)) + 1), 0 from n";

async fn filled(db: &Db) -> Tx {
    let mut tx = fresh(db).await;
    fill_bodies(&mut tx, 20_000, 17).await;
    tx.execute("update case_tasks set number_reversed = substr(id, 26) || number", vals![]).await.unwrap();
    tx.execute(WATCHERS, vals![6_000]).await.unwrap();
    for table in ["analyze case_tasks", "analyze cases", "analyze case_watchers"] {
        tx.execute(table, vals![]).await.unwrap();
    }
    tx
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_read_along_an_index_in_its_order() {
    testkit::each_database(async |db| {
        let engine = db.engine();
        let mut tx = filled(&db).await;
        let clerk = clerk();
        let mut plans = 0;
        for sort in [Sort::Due, Sort::Newest, Sort::Oldest] {
            for filter in every_filter() {
                let query = |scope| WorkQuery { clerk: &clerk, scope, filter: &filter, sort, days: today() };
                plans += check_list(&mut tx, engine, &query(Scope::Body)).await;
                // These have the same statements for any filter, which differ in their values only.
                if filter == WorkFilter::default() || filter.claimed.is_some() {
                    plans += check_list(&mut tx, engine, &query(Scope::Mine)).await;
                    plans += check_list(&mut tx, engine, &query(Scope::Delegated)).await;
                    plans += check_list(&mut tx, engine, &query(Scope::Done)).await;
                }
            }
        }
        assert!(plans > 300, "{plans}");
        check_the_rest(&mut tx, engine, &clerk).await;
    })
    .await;
}

/// Every page of a list: the first, the one that follows, and the way back.
async fn check_list(tx: &mut Tx, engine: Engine, query: &WorkQuery<'_>) -> usize {
    let order = Order::of(query);
    let size = PageSize::try_from(5).unwrap();
    let first = worklist(tx, query, &Place::First, size).await.unwrap();
    let mut places = vec![Place::First];
    if let Some(next) = first.next {
        places.extend([Place::After(next.clone()), Place::Before(next)]);
    }
    let mut plans = 0;
    for place in places {
        let walk = Walk::new(order, query.sort, &place).unwrap();
        for range in ranges::of(query, order).into_iter().filter_map(|range| range.cut(&walk)) {
            let bound = range.bound(query, &walk, LOOKED_AT_MAX);
            for Read { sql, vals } in
                [Some(range.rows(query, &walk, size.limit())), bound].into_iter().flatten()
            {
                let about = format!("{:?} {:?} {:?} {place:?}", query.scope, query.sort, query.filter);
                check(&plan(tx, engine, sql, vals).await, &about);
                plans += 1;
            }
        }
    }
    plans
}

/// Counts, numbers, items, watched cases.
async fn check_the_rest(tx: &mut Tx, engine: Engine, clerk: &StaffActor) {
    let filter = WorkFilter::default();
    for scope in [Scope::Body, Scope::Mine, Scope::Delegated] {
        let query = WorkQuery { clerk, scope, filter: &filter, sort: Sort::Due, days: today() };
        for count in counting::counts(&query) {
            check(&plan(tx, engine, count.sql, count.vals).await, &format!("counts {scope:?}"));
        }
        for Read { sql, vals } in counting::between(&query) {
            check(&plan(tx, engine, sql, vals).await, &format!("counts {scope:?} between"));
        }
    }
    let end = vals![id::<BodyId>(1), "7000", "7000z", 400];
    check(&plan(tx, engine, find::BY_NUMBER_END, end).await, "number");
    let items = vals![id::<BodyId>(1), "acceptance"];
    check(&plan(tx, engine, find::ITEMS, items).await, "items");
    let watched = vals![id::<StaffId>(100), 6000];
    check(&plan(tx, engine, watch::TASKS, watched).await, "watched");
    check_load(tx, engine).await;
}

/// What managers read.
async fn check_load(tx: &mut Tx, engine: Engine) {
    let body: BodyId = id(1);
    let days = today();
    let clerks = format!("[\"{}\", \"{}\"]", id::<StaffId>(100), id::<StaffId>(103));
    let of_clerks = vals![clerks, body, days.today, days.today, days.today, 0_i64, 0_i64];
    let found = plan(tx, engine, load::OF_CLERKS, of_clerks).await;
    check(&found.replace("SCAN k ", "clerks "), "load of clerks");
    let of_roles = plan(tx, engine, load::OF_ROLES, vals![body, days.today]).await;
    check(&of_roles.replace("SCAN looked_at", "looked at"), "load of roles");
    let of_items = vals![body, "", days.today, days.today, days.today, 20];
    let found = plan(tx, engine, load::OF_ITEMS, of_items).await;
    // Of each item so many rows at most are put together by version.
    check(
        &found
            .replace("USE TEMP B-TREE FOR GROUP BY", "group")
            .replace("USE TEMP B-TREE FOR count(DISTINCT)", "count"),
        "load of items",
    );
    let waiting = vals![id::<StaffId>(100), body, 100];
    check(&plan(tx, engine, load::WAITING_OF_CLERK, waiting).await, "waiting of a clerk");
}
