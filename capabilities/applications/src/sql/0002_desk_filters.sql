-- Lists that a clerk comes back to (常用筛选): the query of the list's address under a name.
create table desk_filters (
    staff text not null,
    no bigint not null,
    name text not null,
    query text not null,
    is_default bigint not null,
    created_at bigint not null,
    constraint desk_filters_pk primary key (staff, no),
    constraint desk_filters_name_unique unique (staff, name)
);
