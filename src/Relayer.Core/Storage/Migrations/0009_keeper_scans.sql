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

-- Orders and accounts that were dealt with, by whomever: what tells that somebody was first from what a reorg took back.
create table keeper_order_ends (
    chain_id        bigint      not null,
    contract        bytea       not null,
    account         numeric(39, 0) not null,
    block_number    bigint      not null,
    block_hash      bytea       not null,
    log_index       bigint      not null,
    settler         bytea,                          -- the event of a liquidation does not say
    how             text        not null,           -- settled, cancelled, liquidated
    primary key (chain_id, contract, account, block_number, block_hash, log_index)
);

-- Accounts that ever had an order: who may have to be liquidated. None is forgotten, so no reorg can hide one.
create table keeper_accounts (
    chain_id        bigint      not null,
    contract        bytea       not null,
    account         numeric(39, 0) not null,
    primary key (chain_id, contract, account)
);
