-- Amounts are numeric(78,0) (they hold 2^256 - 1), addresses and hashes bytea, times timestamptz.

-- The accounts that pay for gas. next_nonce is the one that the next reservation takes.
create table signers (
    chain_id    bigint      not null,
    address     bytea       not null check (octet_length(address) = 20),
    next_nonce  bigint      not null check (next_nonce >= 0),
    paused      boolean     not null default false,
    paused_why  text,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    primary key (chain_id, address)
);

-- Everything that spends gas, once for each nonce. Written before it is signed; never deleted.
create table transactions (
    id              uuid        primary key,
    chain_id        bigint      not null,
    signer          bytea       not null,
    nonce           bigint      not null,
    purpose         text        not null,
    state           smallint    not null,           -- TransactionState.Kind
    version         integer     not null default 0, -- compare-and-set
    "to"            bytea       not null,
    value           numeric(78, 0) not null,
    gas_limit       bigint      not null,
    data            bytea       not null,
    max_fee         numeric(78, 0) not null,        -- wei per gas; the legacy price where legacy
    max_priority_fee numeric(78, 0),                -- null: a legacy transaction
    hash            bytea,                          -- the mined attempt's hash
    block_number    bigint,
    block_hash      bytea,
    succeeded       boolean,
    gas_used        bigint,
    gas_price       numeric(78, 0),                 -- effective, wei per gas
    l1_fee          numeric(78, 0),
    fee             numeric(78, 0),                 -- gas_used * gas_price + l1_fee
    expires_at      timestamptz,                    -- from then on the nonce is closed instead, if it is not mined
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    unique (chain_id, signer, nonce),
    foreign key (chain_id, signer) references signers (chain_id, address)
);

-- The engine's work list stays as small as what is under way, however long the history grows.
create index transactions_open on transactions (chain_id, id) where state < 4;
create index transactions_in_flight on transactions (chain_id, signer) where state < 3;

-- Every signed version ever made of a transaction: any of them may be the one that is mined.
create table attempts (
    transaction_id  uuid        not null references transactions (id),
    number          integer     not null,
    hash            bytea       not null unique,
    raw             bytea       not null,
    noop            boolean     not null,           -- a self-send that only closes the nonce
    created_at      timestamptz not null,
    primary key (transaction_id, number)
);

-- Users' requests. The id is the EIP-712 digest, so the same request is the same row whoever posts it.
create table relays (
    id              bytea       primary key check (octet_length(id) = 32),
    chain_id        bigint      not null,
    forwarder       bytea       not null,
    "from"          bytea       not null,
    "to"            bytea       not null,
    value           numeric(78, 0) not null,
    gas             bigint      not null,
    nonce           numeric(78, 0) not null,
    data            bytea       not null,
    signature       bytea       not null,
    expires_at      timestamptz not null,           -- the signed deadline, or the relayer's own time to live
    transaction_id  uuid        not null references transactions (id),
    position        integer     not null,           -- within executeBatch
    state           smallint    not null,           -- RelayState
    transaction_hash bytea,
    block_number    bigint,
    success         boolean,
    reason          text,
    fee             numeric(78, 0),
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    sequence        bigint      generated always as identity
);

-- One live or consumed request for each of a user's nonces; a request that ended without spending it frees the nonce.
create unique index relays_nonce on relays (chain_id, forwarder, "from", nonce) where state < 4;
-- A user's requests under way, for sequential nonces; it stays small.
create index relays_in_flight on relays (chain_id, forwarder, "from", nonce) where state = 0;
create index relays_transaction on relays (transaction_id);
create index relays_of_user on relays ("from", sequence desc);

-- What a user was granted in a window. The check makes the database itself refuse what exceeds the quota,
-- however many instances grant at once.
create table grants (
    chain_id    bigint      not null,
    "user"      bytea       not null,
    period      smallint    not null,   -- 0: minute, counted in requests; 1: day (UTC), counted in gas
    starts_at   timestamptz not null,
    granted     bigint      not null,
    quota       bigint      not null,
    primary key (chain_id, "user", period, starts_at),
    constraint grants_within_quota check (granted <= quota)
);
create index grants_starts_at on grants (starts_at);

-- When each timer function last ran for: the database decides between instances, not the timer.
create table timers (
    name        text        primary key,
    last_due    timestamptz not null
);
