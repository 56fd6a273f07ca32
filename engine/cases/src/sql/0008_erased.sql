-- When what was handed in was deleted because its time was over (保管期满); the course of the case stays.
alter table cases add column erased_at bigint;
-- Cases that have ended and still hold something, by version and end.
create index cases_kept_index on cases (item, handling, package_version, closed_at, id)
    where status = 'closed' and erased_at is null;
