-- Each reading of all accounts of a chain at one block, by all its providers.
create table readings (
    chain_id    bigint      not null,
    block_number bigint     not null,
    block_hash  bytea       not null,
    block_time  timestamptz not null,
    taken_at    timestamptz not null,
    agreement   smallint    not null,           -- Agreement
    providers   jsonb       not null,           -- what each of them said of the block
    thinned     smallint    not null default 0, -- 0: every reading; 1: one an hour is left; 2: one a day
    primary key (chain_id, block_number)
);
create index readings_newest on readings (chain_id, taken_at desc);
create index readings_to_thin on readings (thinned, taken_at);

create table balances (
    chain_id    bigint      not null,
    account     bytea       not null,
    role        smallint    not null,           -- AccountRole
    block_number bigint     not null,
    balance     numeric(78, 0),                 -- null: the providers disagree
    nonce       bigint,
    answers     jsonb,                          -- what each of them said, where they disagree
    primary key (chain_id, block_number, account),
    foreign key (chain_id, block_number) references readings on delete cascade
);
create index balances_of_account on balances (chain_id, account, block_number desc);

-- Up to which block each account's balance is explained, to the wei.
create table reconciliations (
    chain_id    bigint      not null,
    account     bytea       not null,
    block_number bigint     not null,
    block_hash  bytea       not null,
    balance     numeric(78, 0) not null,
    nonce       bigint      not null,
    since_block bigint      not null,           -- where the account was first seen
    checked_at  timestamptz not null,
    primary key (chain_id, account)
);

-- Money that came to an account and not from the council's wallet through the relayer.
create table deposits (
    id          bigint      generated always as identity primary key,
    chain_id    bigint      not null,
    account     bytea       not null,
    amount      numeric(78, 0) not null,
    first_block bigint      not null,           -- it came in one of these
    last_block  bigint      not null,
    hash        bytea,                          -- the transfer, where it was found
    sender      bytea,
    noticed_at  timestamptz not null
);
create index deposits_of_chain on deposits (chain_id, id desc);

-- Transfers from the council's wallet to a signer, each recorded in the write that reserves its transaction.
create table top_ups (
    id          uuid        primary key references transactions (id),
    chain_id    bigint      not null,
    council     bytea       not null,
    recipient   bytea       not null,
    ordinal     bigint      not null,           -- 1 for a recipient's first: two instances that decide at once decide the same one
    amount      numeric(78, 0) not null,
    deficit     numeric(78, 0) not null,
    read_block  bigint      not null,           -- the balances that it was decided by
    state       smallint    not null default 0, -- TopUpState
    hash        bytea,
    block_number bigint,
    fee         numeric(78, 0),
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    sequence    bigint      generated always as identity,
    unique (chain_id, recipient, ordinal)
);
create unique index top_ups_under_way on top_ups (chain_id, recipient) where state = 0;
create index top_ups_newest on top_ups (chain_id, created_at desc);
create index top_ups_received on top_ups (chain_id, recipient, block_number) where state = 1;
create unique index top_ups_sequence on top_ups (sequence desc);
