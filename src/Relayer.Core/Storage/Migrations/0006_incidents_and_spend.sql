-- What a person should know of, one row for each cause for as long as it lasts.
create table incidents (
    id          bigint      generated always as identity primary key,
    cause       text        not null,           -- names what is wrong with what; at most one open for each
    kind        text        not null,
    severity    smallint    not null,           -- IncidentSeverity
    chain_id    bigint,
    account     bytea,
    title       text        not null,
    detail      text        not null,
    needs_person boolean    not null,           -- only a person closes it
    opened_at   timestamptz not null,
    updated_at  timestamptz not null,
    closed_at   timestamptz,
    closed_by   text,                           -- null: its cause is gone
    closed_why  text
);
create unique index incidents_open on incidents (cause) where closed_at is null;
create index incidents_newest on incidents (cause, id desc);

-- What is yet to be told to the webhook. The body is written once, so that every delivery of it is the same.
create table alerts (
    id          bigint      generated always as identity primary key,
    incident_id bigint      not null references incidents (id),
    event       text        not null,           -- opened, updated, closed
    body        text        not null,
    created_at  timestamptz not null,
    attempts    integer     not null default 0,
    next_try_at timestamptz,                    -- null: delivered, or given up
    delivered_at timestamptz,
    last_error  text
);
create index alerts_due on alerts (next_try_at) where next_try_at is not null;

-- The spend ledger: sums that grow in the database transaction that makes a transaction final, so that nobody ever scans the history.
-- purpose is the transaction's, or "noop" for a self-send that closed a nonce; days are UTC, of when a transaction became final.

-- For burn, anomalies and fees.
create table spend_hours (
    chain_id    bigint      not null,
    signer      bytea       not null,
    hour        timestamptz not null,
    fee         numeric(78, 0) not null,        -- everything paid beside value, l1_fee included
    l1_fee      numeric(78, 0) not null,
    value       numeric(78, 0) not null,        -- moved by transactions that succeeded
    gas         bigint      not null,
    transactions bigint     not null,
    failed      bigint      not null,           -- of them reverted
    primary key (chain_id, hour, signer)
);

-- For what it was spent on.
create table spend_days (
    chain_id    bigint      not null,
    day         date        not null,
    purpose     text        not null,
    target      bytea       not null,           -- the contract that a user's request calls, or the transaction's own
    selector    bytea       not null,           -- 4 bytes, or none
    fee         numeric(78, 0) not null,
    actions     bigint      not null,           -- requests; a transaction that carries none is one action
    transactions bigint     not null,
    primary key (chain_id, day, purpose, target, selector)
);

-- For whom it was spent.
create table spend_users (
    chain_id    bigint      not null,
    day         date        not null,
    "user"      bytea       not null,
    purpose     text        not null,
    target      bytea       not null,
    selector    bytea       not null,
    fee         numeric(78, 0) not null,
    actions     bigint      not null,
    primary key (chain_id, day, "user", purpose, target, selector)
);

-- Whom a transaction serves, each with the same share of its fee. A feature whose transactions serve several at once adds its own here.
create view spend_shares as
    select transaction_id, position, "to" as target, substring(data for 4) as selector, "from" as "user" from relays;
