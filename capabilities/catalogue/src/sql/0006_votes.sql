-- What readers say of an answer of the knowledge base: useful, or why not. One vote of each reader for each answer.
create table answer_votes (
  answer text not null,
  voter text not null, -- a keyed hash of the account, or of the stranger's visit
  word text not null constraint answer_votes_word check (word in ('useful', 'useless', 'unclear', 'wrong', 'outdated', 'incomplete', 'beside')),
  client text not null, -- a keyed hash of the network, while votes of one network are counted; then empty
  times bigint not null, -- how often it was cast, with every change
  at bigint not null,
  constraint answer_votes_pkey primary key (answer, voter)
);
create index answer_votes_client_index on answer_votes (client, at);
create index answer_votes_at_index on answer_votes (at);

-- The same, counted: pages read a few rows instead of all votes.
create table answer_counts (
  answer text not null,
  word text not null,
  votes bigint not null constraint answer_counts_votes check (votes >= 0),
  constraint answer_counts_pkey primary key (answer, word)
);
