-- Two names that say what is there, beside programs that go on with the former ones (docs/decisions/006). In the order in which programs
-- take these tables, so that nobody waits in a circle.

-- Why a noop is wanted in the payload's place (CancelReason). No statement inserts either column: a row begins without a reason.
alter table transactions add column cancel_reason smallint;

-- Whichever is written, the other follows. After the row, not before it: that would lock each row once more, for every update.
create function follow_cancel_reason() returns trigger language plpgsql as
$$
begin
    if new.cancel_reason is distinct from old.cancel_reason and new.closing is not distinct from old.closing then
        update transactions set closing = new.cancel_reason where id = new.id;
    else
        update transactions set cancel_reason = new.closing where id = new.id;
    end if;
    return null;
end
$$;
create trigger transactions_cancel_reason after update of closing, cancel_reason on transactions for each row
    when (new.closing is distinct from new.cancel_reason) execute function follow_cancel_reason();

-- What of a quota is used in a window. The former name is a view that is written through; its sweep goes by ctid. The constraint keeps its
-- name for as long: programs know by it that a quota is used up.
alter table grants rename to quota_usage;
alter index grants_pkey rename to quota_usage_pkey;
alter index grants_starts_at rename to quota_usage_starts_at;
create view grants as select ctid, chain_id, "user", period, starts_at, granted, quota from quota_usage;
