-- Packages that a body tries out before they are published (试办服务包): kept for a short time, nothing personal in them.
create table tried_packages (
    id text not null constraint tried_packages_pk primary key,
    body text not null,
    staff_name text not null,
    files text not null,
    made_at bigint not null
);
create index tried_packages_by_body on tried_packages (body, made_at);
create index tried_packages_by_time on tried_packages (made_at);
