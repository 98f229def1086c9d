-- Accounts that the factory can deploy: what an operator handed in, before anybody needs it.
create table keeper_planned_accounts (
    chain_id        bigint      not null,
    account         bytea       not null check (octet_length(account) = 20), -- the predicted address
    salt            bytea       not null check (octet_length(salt) = 32),
    number          numeric(78, 0) not null check (number >= 0),             -- createAccount's uint256
    first           bytea       not null check (octet_length(first) = 20),   -- and its three addresses
    second          bytea       not null check (octet_length(second) = 20),
    third           bytea       not null check (octet_length(third) = 20),
    added_at        timestamptz not null,
    deployment_at   timestamptz,                    -- when the keepers last looked at it
    bridging_at     timestamptz,
    primary key (chain_id, account)
);
create index keeper_planned_accounts_deployment on keeper_planned_accounts (chain_id, deployment_at nulls first, account);
create index keeper_planned_accounts_bridging on keeper_planned_accounts (chain_id, bridging_at nulls first, account);

-- Burns of USDC that were announced to another chain. Kept for a while, also those of accounts that are not known (yet).
create table keeper_messages (
    chain_id        bigint      not null,           -- where it is to be redeemed
    id              bytea       not null check (octet_length(id) = 32),      -- the work's id
    source_chain_id bigint      not null,
    transaction     bytea       not null,
    message         bytea       not null,
    depositor       bytea       not null,
    recipient       bytea       not null,
    receiver        bytea       not null,           -- the contract that takes it
    found_at        timestamptz not null,
    is_taken        boolean     not null default false,                      -- there is work for it
    primary key (chain_id, id)
);
create index keeper_messages_left on keeper_messages (chain_id, found_at) where not is_taken;
