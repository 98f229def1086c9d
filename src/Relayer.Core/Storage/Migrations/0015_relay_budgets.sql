-- Wei that relays may cost in an hour and in a day (UTC): of a chain, of what is sponsored, of one user. What is under way is held at its worst;
-- what has ended is spent at what it cost. The check has the last word, however many instances write at once.
create table relay_budgets (
    chain_id    bigint not null,
    scope       smallint not null,          -- BudgetScope
    subject     bytea not null,             -- whose: empty for the chain's own
    hour_at     timestamptz not null,       -- the hour that the next columns are of; what was held before it counts no more
    hour_held   numeric(78) not null,
    hour_spent  numeric(78) not null,
    hour_budget numeric(78),                -- null: no limit
    day_at      timestamptz not null,
    day_held    numeric(78) not null,
    day_spent   numeric(78) not null,
    day_budget  numeric(78),
    refused_at  timestamptz,                -- when a request was last refused for it
    primary key (chain_id, scope, subject),
    constraint within_hour_budget check (hour_held + hour_spent <= hour_budget),
    constraint within_day_budget check (day_held + day_spent <= day_budget)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- What a relay holds, in which budgets, and since when: by that it is given back. All of it is empty for relays of programs that know nothing of it.
alter table relays
    add column paid_gas bigint,             -- gas that is paid for at most, transaction and data included
    add column beside numeric(78),          -- wei that are paid at most beside the gas
    add column held numeric(78) not null default 0,
    add column held_at timestamptz,
    add column held_in smallint not null default 0,    -- BudgetScope, added up
    add column budget_target bytea,         -- the subject of BudgetScope.Target
    add column caller smallint not null default 0,      -- CallerKind
    add column client text,                 -- the API client's name, where there is one
    add column charged numeric(78);         -- wei that it cost, by its share of what its transactions held
