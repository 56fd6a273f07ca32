-- The directory list (目录清单). Elements that are filtered or compared in queries are columns; `doc` is the row as it
-- came, JSON by the names of GB/T 39554.
create table directory_items (
  code text not null, -- 基本编码, 12 characters
  name text not null,
  kind text not null, -- 事项类型
  state text not null, -- 事项状态: 1 in use, 2 suspended, 3 cancelled
  levels text not null, -- 行使层级, ",2,3,4,"
  visits bigint,
  depth bigint,
  case_type text, -- 办件类型
  terminals bigint, -- 自助终端: 0, 1
  flagged bigint not null, -- 1: it has a code that no table knows
  doc text not null,
  since bigint not null, -- when this edition came
  constraint directory_items_pkey primary key (code)
);
create index directory_items_kind_index on directory_items (kind, code);

-- The implementation lists (实施清单): how each body carries an item out. What a row leaves open is the directory's.
create table directory_implementations (
  code text not null, -- 业务办理项编码 (33) where there is one, else 实施编码 (31)
  implementation text not null, -- 实施编码
  item text not null, -- 基本编码
  handling text not null, -- the two digits after the implementation code; empty without
  level text not null, -- 行使层级
  division text not null, -- 行政区划: 6, 9 or 12 digits
  body text not null, -- 统一社会信用代码 of 实施主体
  body_name text not null,
  name text not null,
  state text not null,
  promised bigint,
  promised_unit text,
  visits bigint,
  depth bigint,
  case_type text,
  terminals bigint,
  has_intermediaries bigint not null,
  has_proofs bigint not null,
  flagged bigint not null,
  doc text not null,
  since bigint not null,
  constraint directory_implementations_pkey primary key (code)
);
create index directory_implementations_item_index on directory_implementations (item, level, code);
-- The level above is looked up by it, and the items of a division.
create index directory_implementations_place_index on directory_implementations (item, division);
create index directory_implementations_division_index on directory_implementations (division, code);
create index directory_implementations_body_index on directory_implementations (body, code);

-- Editions that were overtaken.
create table directory_history (
  list text not null, -- items, implementations
  code text not null,
  since bigint not null,
  until bigint not null,
  doc text not null,
  constraint directory_history_pkey primary key (list, code, since)
);
-- Reduction against a base date reads the editions that held on a day.
create index directory_history_until_index on directory_history (list, until, code);

-- A file that is, or was, brought in.
create table directory_imports (
  number bigint not null,
  list text not null,
  file_name text not null,
  sm3 text not null, -- under which the sealed file is kept
  state text not null, -- checking, checked, running, done, discarded
  rows bigint not null,
  position bigint not null, -- rows dealt with; moves in the transaction of those rows
  new_rows bigint not null,
  changed_rows bigint not null,
  unchanged_rows bigint not null,
  refused_rows bigint not null,
  flagged_rows bigint not null,
  ignored text not null, -- JSON: headers that name no element
  started_by text not null,
  started_name text not null,
  started_at bigint not null,
  last_at bigint not null,
  constraint directory_imports_pkey primary key (number)
);
create index directory_imports_file_index on directory_imports (sm3, state);

-- What became of each row of a file, one entry for each batch.
create table directory_import_reports (
  number bigint not null,
  position bigint not null, -- of the batch's first row
  lines text not null, -- JSON
  constraint directory_import_reports_pkey primary key (number, position)
);
