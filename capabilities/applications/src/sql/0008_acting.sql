-- Who began it for a natural person (代办人、监护人), and why they may; nothing when the person did so themselves.
alter table drafts add column through text;
alter table drafts add column through_kind text;
alter table master_cases add column through text;
alter table master_cases add column through_kind text;
