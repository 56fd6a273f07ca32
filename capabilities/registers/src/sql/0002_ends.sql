-- An entry that ends gets a last version, which says why for everybody to read; its `since` is the day of the end.
alter table register_entries add column ended_zh text;
alter table register_entries add column ended_en text;
