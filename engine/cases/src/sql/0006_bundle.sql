-- The master number (主办件编号) of the one thing of which a case is a part; null for a case of its own.
alter table cases add column bundle text;
create index cases_by_bundle on cases (bundle, id) where bundle is not null;
