-- `status` is valid, revoked, cancelled or replaced; of one that was replaced, the identifier of what stands in its place.
-- `revoked_at`, `revoked_by` and `revoke_reason` say when, by whom and why it ended, whichever of the three it was.
alter table licences add column replaced_by text;
