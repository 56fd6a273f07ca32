-- Every try to look up where a case stands by its number and a name. A try counts as failed until name and number were
-- found to belong together, so tries at the same moment cannot slip past the count.
create table progress_look_ups (
    id text not null constraint progress_look_ups_pk primary key,
    at bigint not null,
    -- Keyed hashes of the number that was typed and of the client's network.
    number_blind text not null,
    client_blind text not null,
    outcome text not null constraint progress_look_ups_outcome check (outcome in ('failed', 'found'))
);
create index progress_look_ups_by_number on progress_look_ups (number_blind, at);
create index progress_look_ups_by_client on progress_look_ups (client_blind, at);
create index progress_look_ups_by_time on progress_look_ups (at);
