-- Whether any row names a file.
create index materials_by_file on materials (file_sm3);
