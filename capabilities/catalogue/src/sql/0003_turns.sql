-- What was put in force, suspended, resumed and cancelled: when, by whom and why. Lines are only added; the last line of an
-- item says how it stands, and every node that knows the last turn knows everything.
create table catalogue_turns (
  turn bigint not null constraint catalogue_turns_pk primary key,
  item text not null,
  handling text not null,
  -- The version that was put in force, or that was in force when the item was suspended, resumed or cancelled.
  version text not null,
  -- published, suspended, resumed or cancelled
  kind text not null,
  since bigint not null,
  -- Actor reference and name; the name is empty for the operator, whose versions come with the folder.
  made_by text not null,
  made_name text not null,
  -- Why; empty where the folder says so.
  word text not null,
  -- The last day of a suspension, where it is known.
  until text,
  -- Item and handling item that take the place of a cancelled one.
  replaced_by text
);
create index catalogue_turns_by_item on catalogue_turns (item, handling, turn);
