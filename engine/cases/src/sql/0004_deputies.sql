-- For whom a deputy acted (代理): the member of staff whose work it was, and their name then.
alter table case_events add column for_staff text;
alter table case_events add column for_name text;

-- Work that a clerk has taken and that waits with its case: few rows each. It is handed on with the rest when its clerk
-- leaves.
create index case_tasks_mine_waiting on case_tasks (claimed_by, due_rank, id)
    where state = 'waiting' and claimed_by is not null;
