-- Each entry of the audit carries the hash of the entry before it: whoever changes or removes one must change all that follow, and
-- `SelfHost audit verify` says where. The database makes the hashes, so that entries of programs that know nothing of them are chained too.
alter table audit
    add column prev_hash bytea,             -- the hash of the entry before; 32 zeros for the first
    add column hash bytea;                  -- of prev_hash and the entry's own columns, as audit_hash writes them

-- Numbers as 8 bytes and lengths of texts as 4 bytes, big-endian; texts in UTF-8; the time in microseconds since 1970.
create function audit_hash(prev bytea, id bigint, at timestamptz, who text, action text, target text, reason text, outcome text) returns bytea
    language plpgsql stable as
$$
declare
    content bytea := prev || int8send(id) || int8send((extract(epoch from at) * 1000000)::bigint);
    part text;
begin
    foreach part in array array[who, action, target, reason, outcome] loop
        content := content || int4send(octet_length(convert_to(part, 'UTF8'))) || convert_to(part, 'UTF8');
    end loop;
    return sha256(content);
end
$$;

-- One entry after the other: the lock is held until the transaction ends, so that the entry before is there to be seen, or is not and never was.
-- The number is given here too. The identity's own is drawn before the lock, and would not be in the chain's order.
create function chain_audit() returns trigger language plpgsql as
$$
declare
    last_id bigint;
    last_hash bytea;
begin
    perform pg_advisory_xact_lock(280603412820);     -- "AUDIT"
    execute format('select id, hash from %s order by id desc limit 1', tg_relid::regclass) into last_id, last_hash;
    new.id := coalesce(last_id, 0) + 1;
    new.prev_hash := coalesce(last_hash, decode(repeat('00', 32), 'hex'));
    new.hash := audit_hash(new.prev_hash, new.id, new.at, new.who, new.action, new.target, new.reason, new.outcome);
    return new;
end
$$;

-- What is there already is chained in the order of its numbers.
alter table audit disable trigger audit_is_append_only;
do
$$
declare
    entry record;
    last_hash bytea := decode(repeat('00', 32), 'hex');
begin
    for entry in select * from audit order by id loop
        update audit set prev_hash = last_hash, hash = audit_hash(last_hash, id, at, who, action, target, reason, outcome)
            where id = entry.id returning hash into last_hash;
    end loop;
end
$$;
alter table audit enable trigger audit_is_append_only;
alter table audit
    add constraint audit_is_chained check (prev_hash is not null and hash is not null),
    add constraint audit_has_no_fork unique (prev_hash);

create trigger audit_chain before insert on audit for each row execute function chain_audit();
