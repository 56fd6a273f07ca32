-- SM3 of the same document as a sealed OFD file (GB/T 33190); none for documents that were issued before there were such.
alter table licences add column ofd_sm3 text;
create index licences_by_ofd on licences (ofd_sm3);

-- The electronic seals of bodies (GB/T 38540): made once for each certificate of a signer, then used again.
create table licence_seals (
    -- SM3 of the signer's certificate
    certificate_sm3 text not null constraint licence_seals_pk primary key,
    body_name text not null,
    body_uscc text not null,
    -- The seal with its maker's signature, in hexadecimal.
    seal text not null,
    created_at bigint not null
);
