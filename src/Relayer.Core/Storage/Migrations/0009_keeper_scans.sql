-- How far a scan of the chain's events has come. Moved only in the transaction that stores what was found.
create table keeper_cursors (
    scan            text        not null,
    chain_id        bigint      not null,
    next_block      bigint      not null,
    head            bigint      not null,           -- what it was catching up with
    updated_at      timestamptz not null,
    primary key (scan, chain_id)
);

-- Events taken in, so that none is taken in twice: by block hash, so that the same event in another block is another one.
create table keeper_logs (
    scan            text        not null,
    chain_id        bigint      not null,
    block_hash      bytea       not null,
    log_index       bigint      not null,
    block_number    bigint      not null,
    primary key (scan, chain_id, block_hash, log_index)
);
create index keeper_logs_by_block on keeper_logs (scan, chain_id, block_number);

-- Orders that ended, by whomever: what tells a community's settlement from a commitment that a reorg took back.
create table keeper_order_ends (
    chain_id        bigint      not null,
    contract        bytea       not null,
    account         numeric(39, 0) not null,
    block_number    bigint      not null,
    block_hash      bytea       not null,
    log_index       bigint      not null,
    settler         bytea       not null,
    how             text        not null,           -- settled, cancelled
    primary key (chain_id, contract, account, block_number, block_hash, log_index)
);

-- Accounts that had a position, and whether they may have one still.
create table keeper_accounts (
    chain_id        bigint      not null,
    contract        bytea       not null,
    account         numeric(39, 0) not null,
    is_open         boolean     not null,
    block_number    bigint      not null,           -- of the last event
    primary key (chain_id, contract, account)
);
create index keeper_accounts_open on keeper_accounts (chain_id, contract, account) where is_open;
