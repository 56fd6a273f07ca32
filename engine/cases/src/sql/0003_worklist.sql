-- Worklists of any length: a row of work carries all that a list filters and sorts by, so that a page is one range of
-- one index, without a join and without a sort.
alter table case_tasks add column item text not null default '';
alter table case_tasks add column handling text not null default '';
alter table case_tasks add column package_version text not null default '';
alter table case_tasks add column division text not null default '';
alter table case_tasks add column number text not null default '';
-- The number from its end: people read out its last digits.
alter table case_tasks add column number_reversed text not null default '';
-- 绿色通道: 1 goes before all others.
alter table case_tasks add column express bigint not null default 0;
-- '0' for express and '1' for other work, then `due_on`: one column that has the order of the list.
alter table case_tasks add column due_rank text not null default '';
alter table case_tasks add column submitted_at bigint not null default 0;
alter table case_tasks add column finished_at bigint;

-- When an old task was finished is not in its row: the end of its case, or its own beginning, stands for it.
update case_tasks set item = c.item, handling = c.handling, package_version = c.package_version,
    division = c.division, number = c.number, submitted_at = c.submitted_at, due_rank = '1' || case_tasks.due_on,
    finished_at = case when case_tasks.state in ('done', 'dropped')
        then coalesce(c.closed_at, case_tasks.opened_at) end
from cases c where c.id = case_tasks.case_id;
update case_tasks set number_reversed = (
    with recursive turning (rest, turned) as (
        select cast(case_tasks.number as text), cast('' as text)
        union all
        select substr(rest, 1, length(rest) - 1), turned || substr(rest, length(rest)) from turning where rest <> ''
    ) select turned from turning where rest = '');

drop index case_tasks_worklist;
drop index case_tasks_mine;

-- Live and finished work share the table, because a finished task is still asked for (by its case, its number, its
-- clerk), and a row that moves from table to table is one that can be lost or doubled. They do not share an index:
-- each of these holds one kind only, so a list of work that waits never passes over years of work that is done.
-- The columns after the id are not for finding but for filtering: a row that does not fit is passed over in the index.
create index case_tasks_by_due on case_tasks
    (body, role, due_rank, id, item, handling, division, work, stage, state) where state in ('open', 'claimed');
create index case_tasks_by_submission on case_tasks
    (body, role, submitted_at, id, item, handling, division, work, stage, state, due_rank)
    where state in ('open', 'claimed');
create index case_tasks_by_item on case_tasks
    (body, role, item, due_rank, id, handling, division, work, stage, state) where state in ('open', 'claimed');
-- What clerks have taken, and what they have done: few rows each.
create index case_tasks_mine_by_due on case_tasks (claimed_by, due_rank, id) where state = 'claimed';
create index case_tasks_mine_by_submission on case_tasks (claimed_by, submitted_at, id) where state = 'claimed';
create index case_tasks_done on case_tasks (claimed_by, finished_at, id) where state = 'done';
-- Live and finished: whoever asks for a number wants the case, wherever it stands.
create index case_tasks_by_number on case_tasks (body, number_reversed, case_id);

-- Cases on which clerks keep an eye (关注).
create table case_watchers (
    staff text not null,
    case_id text not null constraint case_watchers_case_fk references cases (id),
    since bigint not null,
    constraint case_watchers_pk primary key (staff, case_id)
);
create index case_watchers_by_case on case_watchers (case_id);
