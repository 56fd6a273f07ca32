-- Every version of every bundle (一件事) that this platform has loaded, with the versions of its parts: who has asked for
-- it keeps them.
create table bundle_versions (
  bundle text not null,
  version text not null,
  digest text not null,
  files text not null, -- JSON: file name to text
  parts text not null, -- JSON: the item, handling and version of each part
  loaded_at bigint not null,
  constraint bundle_versions_pkey primary key (bundle, version)
);
