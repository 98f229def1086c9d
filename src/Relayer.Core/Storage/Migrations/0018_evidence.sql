-- Transactions that lost their nonce to another one, which is known by its hash and its block; an older program decided without knowing it.
-- A table of its own: few are, and what is looked for again must not cost a scan of all transactions. It refers to them by id alone: a constraint
-- would have their writers wait while the last statement reads the history.
create table displaced (
    transaction_id uuid primary key,
    chain_id     bigint not null,
    by_hash      bytea,
    block_number bigint,
    block_hash   bytea,
    at           timestamptz not null,
    corrected_at timestamptz                -- its own receipt was found after all
);
create index displaced_at on displaced (chain_id, at) where corrected_at is null;
insert into displaced (transaction_id, chain_id, at)
select id, chain_id, updated_at from transactions where state = 7 and updated_at > now() - interval '7 days';

-- A request that somebody else carried out: by which transaction, in which block, and who sent it. Last: it locks the table for a moment.
alter table relays
    add column carried_in bytea,
    add column carried_block bigint,
    add column carried_by bytea;
