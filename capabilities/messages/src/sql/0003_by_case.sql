-- What was told of a case is forgotten with it.
create index messages_case_index on messages (case_id) where case_id is not null;
