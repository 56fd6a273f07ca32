-- Every version of every service package that this platform has loaded: a case keeps the version of its submission,
-- also after the folder has moved on.
create table package_versions (
  item text not null,
  handling text not null,
  version text not null,
  digest text not null,
  files text not null, -- JSON: file name to text
  loaded_at bigint not null,
  constraint package_versions_pkey primary key (item, handling, version)
);
