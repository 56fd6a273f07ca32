-- Failures of an address are counted at every try. Of a whole office behind one address nearly all tries succeed, so
-- the index holds failures alone. A person's and a clerk's own list needs no rows of the others.
drop index sign_ins_client_blind_index;
create index sign_ins_client_failures_index on sign_ins (client_blind, at) where outcome = 'failed';
drop index sign_ins_person_index;
create index sign_ins_person_index on sign_ins (person, at, id) where person is not null;
drop index sign_ins_staff_index;
create index sign_ins_staff_index on sign_ins (staff, at) where staff is not null;
