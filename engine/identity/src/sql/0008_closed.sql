-- When the account was closed (注销): nothing of the person is left in the row but its id.
alter table persons add column closed_at bigint;
