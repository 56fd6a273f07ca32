-- Orders that a look is told to the person later (延迟告知). Only ended, never changed.
create table look_delays (
  id text not null constraint look_delays_pkey primary key,
  look text not null, -- the look for which it was given; its person, body and case are the next three
  subject text not null,
  body text not null,
  case_id text, -- every look of the body at that person for this case, also those to come; null: the one look
  ground text not null constraint look_delays_ground_check check (ground in ('secret', 'duty')),
  document text not null, -- number of the decision in the files of the body
  until bigint not null, -- the first instant at which it is told
  ordered_at bigint not null,
  ordered_by text not null,
  ordered_name text not null,
  ended_at bigint,
  ended_by text,
  ended_name text
);
create index look_delays_subject_index on look_delays (subject, until);
create index look_delays_order_index on look_delays (ordered_at, id);
