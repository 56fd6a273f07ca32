//! Tables filled with work of every kind by one statement each, so that thousands of rows are quick.

use super::*;

/// 32 digits, which are an id.
pub(super) fn id<T: std::str::FromStr>(n: u32) -> T
where
    T::Err: std::fmt::Debug,
{
    format!("{n:032}").parse().unwrap()
}

pub(super) fn today() -> LightDays {
    let warns = 3..=6;
    LightDays::of(date("2026-10-20"), &Calendar::china(), &warns)
}

/// A clerk who accepts and reviews in the body 1.
pub(super) fn clerk() -> StaffActor {
    StaffActor {
        strong: false,
        staff: id(100),
        body: id(1),
        division: "430102".into(),
        roles: [Role::Acceptance, Role::Review].into(),
        deputy_of: [id(101), id(103)].into(),
        shown_as: "甲".into(),
    }
}

const CASES: &str = "with recursive n (i) as (select cast(0 as bigint) union all select i + 1 from n where i + 1 < $1)
 insert into cases (id, number, item, handling, package_version, division, body, person, status, stage,
     calendar_version, state, version, submitted_at)
 select substr('00000000000000000000000000000000' || i, length(cast(i as text)) + 1), 'N' || (100000 + i), '', '', '', '',
     '', '', '', '', '', '', 1, 0 from n";

const TASKS: &str = "with recursive n (i) as (select cast(0 as bigint) union all select i + 1 from n where i + 1 < $1),
 r (i, id, case_id, body, who, state, due_on, express, number) as (
     select i, substr('00000000000000000000000000000000' || i, length(cast(i as text)) + 1),
         substr('00000000000000000000000000000000' || (i / 2), length(cast(i / 2 as text)) + 1),
         substr('00000000000000000000000000000000' || (1 + i % $2), length(cast(1 + i % $2 as text)) + 1), '00000000000000000000000000000' || (100 + i % 7),
         case when i % 11 < 6 then 'open' when i % 11 < 9 then 'claimed' when i % 11 = 9 then 'done'
             else 'waiting' end,
         case when i % 17 = 0 then '9999-12-31' else '2026-' || (10 + i / 5 % 3) || '-' || (10 + i % 19) end,
         case when i % 13 = 0 then 1 else 0 end, 'N' || (100000 + i / 2) from n)
 insert into case_tasks (id, case_id, stage, work, role, body, state, claimed_by, claimed_name, opened_at, due_on,
     item, handling, package_version, division, number, number_reversed, express, due_rank, submitted_at, finished_at,
     yellow_from)
 select id, case_id, case when i % 5 < 2 then 'acceptance' when i % 5 < 4 then 'check' else 'decision' end,
     case when i % 5 < 2 then 'accept' when i % 5 < 4 then 'review' else 'decide' end,
     case when i % 5 < 2 then 'acceptance' when i % 5 < 4 then 'review' else 'decision' end, body, state,
     case when state <> 'open' then who end, case when state <> 'open' then 'name' end, 0, due_on,
     case when i % 101 = 0 then 'rare' else 'item' || (i % 4) end, '0' || (i % 2), '1',
     case when i % 29 = 0 then '430103' else '43010200' || (1 + i % 4) end, number, '', express,
     (1 - express) || due_on, 1790000000000000 + (i * 7919 % 100003) * 1000000,
     case when state = 'done' then 1790000000000000 + (i * 104729 % 99991) * 1000000 end,
     case when due_on > '2026-10-27' then '2026-10-25' when due_on <= '2026-10-22' or i % 2 = 0 then '2026-10-19'
         else '2026-10-25' end from r";

/// Makes `tasks` tasks, two a case, of three bodies.
pub(super) async fn fill(tx: &mut Tx, tasks: i64) {
    fill_bodies(tx, tasks, 3).await;
}

pub(super) async fn fill_bodies(tx: &mut Tx, tasks: i64, bodies: i64) {
    tx.execute(CASES, vals![tasks / 2 + 1]).await.unwrap();
    tx.execute(TASKS, vals![tasks, bodies]).await.unwrap();
}

/// A task as the table has it: what a list must make of it is worked out anew by the tests.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) body: BodyId,
    pub(super) role: Role,
    pub(super) item: WorkItem,
}

impl Known {
    pub(super) async fn all(tx: &mut Tx) -> Vec<Self> {
        const ALL: &str = concat!("select ", columns!(), ", t.body, t.role from case_tasks t");
        let rows = tx.fetch_all(ALL, vals![]).await.unwrap();
        let read = |row: &store::Row| Self {
            item: WorkItem::read(row, today()).unwrap(),
            body: row.get(18).unwrap(),
            role: row.parse(19).unwrap(),
        };
        rows.iter().map(read).collect()
    }
}
