-- What keepers found to do, once for each work id, whoever found it and however often.
create table keeper_work (
    keeper          text        not null,
    chain_id        bigint      not null,
    id              bytea       not null check (octet_length(id) = 32),
    lane            text        not null,           -- what shares a budget and a breaker: an upkeep's name, or the keeper's
    subject         text        not null,           -- for people
    details         text        not null,           -- the keeper's own, as JSON
    state           smallint    not null default 0, -- WorkState: 0 open, 1 sent, 2 won, 3 lost, 4 failed, 5 dropped
    version         integer     not null default 0, -- compare-and-set
    reason          text        not null,           -- why it is where it is, or why it waits
    detail          text,
    attempts        integer     not null default 0,
    due_at          timestamptz not null,           -- not looked at before
    transaction_id  uuid        references transactions (id),
    found_at        timestamptz not null,
    sent_at         timestamptz,
    ended_at        timestamptz,
    primary key (keeper, chain_id, id)
);
create index keeper_work_due on keeper_work (keeper, chain_id, due_at) where state = 0;
create index keeper_work_transaction on keeper_work (transaction_id) where state = 1;
create index keeper_work_subject on keeper_work (keeper, chain_id, subject);

-- Every decision, for people. Append-only; removed when it is old.
create table keeper_decisions (
    id              bigint      generated always as identity primary key,
    at              timestamptz not null,
    keeper          text        not null,
    chain_id        bigint      not null,
    work_id         bytea,
    subject         text        not null,
    decision        text        not null,           -- found, skipped, sent, won, lost, failed, dropped
    reason          text        not null,
    detail          text,
    transaction_id  uuid
);
create index keeper_decisions_of_keeper on keeper_decisions (keeper, chain_id, id desc);
create index keeper_decisions_at on keeper_decisions (at);

-- Runs that met something. One that met nothing only moves last_run_at.
create table keeper_runs (
    id              bigint      generated always as identity primary key,
    keeper          text        not null,
    chain_id        bigint      not null,
    started_at      timestamptz not null,
    ended_at        timestamptz not null,
    outcome         text        not null,           -- done, paused, failed
    found           integer     not null,
    due             integer     not null,
    skipped         integer     not null,
    sent            integer     not null,
    detail          text
);
create index keeper_runs_of_keeper on keeper_runs (keeper, chain_id, id desc);
create index keeper_runs_ended_at on keeper_runs (ended_at);

create table keepers (
    keeper          text        not null,
    chain_id        bigint      not null,
    last_run_at     timestamptz not null,
    last_outcome    text        not null,
    primary key (keeper, chain_id)
);

-- What a lane may lose in a day (UTC), in wei: held is the most that what is under way can cost, spent what was lost.
create table keeper_budgets (
    keeper          text        not null,
    chain_id        bigint      not null,
    lane            text        not null,
    day             date        not null,
    held            numeric(78, 0) not null check (held >= 0),
    spent           numeric(78, 0) not null,
    primary key (keeper, chain_id, lane, day)
);

-- Each transaction of a keeper and what it holds of which day's budget.
create table keeper_sends (
    transaction_id  uuid        primary key references transactions (id),
    keeper          text        not null,
    chain_id        bigint      not null,
    lane            text        not null,
    day             date        not null,
    held            numeric(78, 0) not null,
    reward          numeric(78, 0),                 -- wei; what came in, once final
    cost            numeric(78, 0),                 -- wei; fee and value, once final
    settled         boolean     not null default false
);

-- A lane that fails time and again is left alone for a while.
create table keeper_breakers (
    keeper          text        not null,
    chain_id        bigint      not null,
    lane            text        not null,
    failures        integer     not null,
    open_until      timestamptz,
    primary key (keeper, chain_id, lane)
);

-- The most wei per gas that outbidding may come to, where a feature's budget ends before the chain's cap.
alter table transactions add column fee_cap numeric(78, 0);
