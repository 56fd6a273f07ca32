-- Changes to service packages that are being prepared in the browser (修订稿), until they are published or given up.
create table catalogue_revisions (
  id text not null constraint catalogue_revisions_pk primary key,
  item text not null,
  handling text not null,
  name_zh text not null,
  name_en text not null,
  -- The version that it changes; empty for a new item.
  base text not null,
  version text not null,
  files text not null, -- JSON: file name to text
  -- draft, checked, approved, published or dropped
  state text not null,
  -- Grows with every change of the files or of the state: whoever changes says what they have seen.
  edition bigint not null,
  -- When it is to be published, once it is approved.
  publish_at bigint,
  changed_at bigint not null
);
-- Two people who prepared two changes of one item would undo each other's.
create unique index catalogue_revisions_open on catalogue_revisions (item, handling)
  where state in ('draft', 'checked', 'approved');

-- Who did what with a change, and why.
create table catalogue_revision_steps (
  revision text not null constraint catalogue_revision_steps_fk references catalogue_revisions (id),
  number bigint not null,
  -- begun, imported, edited, checked, returned, approved, planned, published, failed or dropped
  kind text not null,
  at bigint not null,
  made_by text not null,
  made_name text not null,
  word text not null,
  constraint catalogue_revision_steps_pk primary key (revision, number)
);
