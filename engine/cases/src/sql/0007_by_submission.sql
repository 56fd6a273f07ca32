-- What is asked for most of late is counted in the index alone.
create index cases_by_submission on cases (submitted_at, item, handling);
