-- The names under which items are carried out, for search.
create index directory_implementations_name_index on directory_implementations (item, name, state);
