-- News of the offices (新闻动态). Shown while published and its time has come.
create table portal_news (
    id text not null constraint portal_news_pk primary key,
    -- The body that answers for it.
    body text not null,
    body_zh text not null,
    body_en text not null,
    title_zh text not null,
    title_en text not null,
    text_zh text not null,
    text_en text not null,
    -- draft, published, withdrawn
    state text not null,
    -- When it is shown, or was to be; 0 while nobody said.
    shown_from bigint not null,
    pinned bigint not null,
    version bigint not null,
    changed_at bigint not null
);
create index portal_news_shown on portal_news (state, pinned, shown_from, id);
create index portal_news_by_body on portal_news (body, changed_at, id);
create index portal_news_by_change on portal_news (changed_at, id);

-- Who did what to it, with its text as it was then.
create table portal_news_events (
    news text not null constraint portal_news_events_news_fk references portal_news (id),
    version bigint not null,
    at bigint not null,
    actor text not null,
    actor_name text not null,
    -- written, published, withdrawn
    kind text not null,
    title_zh text not null,
    title_en text not null,
    text_zh text not null,
    text_en text not null,
    -- Why it was withdrawn; empty otherwise.
    reason text not null,
    constraint portal_news_events_pk primary key (news, version)
);

-- What every page tells for a while (全站公告); never changed, only ended.
create table portal_banners (
    id text not null constraint portal_banners_pk primary key,
    text_zh text not null,
    text_en text not null,
    shown_from bigint not null,
    shown_until bigint not null,
    made_at bigint not null,
    made_by text not null,
    made_name text not null,
    ended_name text
);
create index portal_banners_by_end on portal_banners (shown_until, id);
