-- The item (基本编码) that a message is about: who acts for the reader under a mandate for certain items sees those alone.
alter table messages add column item text;
