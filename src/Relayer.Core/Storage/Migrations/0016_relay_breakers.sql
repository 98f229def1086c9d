-- What passed the simulation and then failed on chain, which was paid for: by function called and by user. Known callers have rows of their own.
create table relay_breakers (
    chain_id    bigint not null,
    scope       smallint not null,          -- BreakerScope
    known       boolean not null,
    subject     bytea not null,             -- a contract and a selector, or a user
    recent      bigint not null default 0,  -- the last outcomes, the newest in the lowest bit, 1 for a failure
    seen        smallint not null default 0,        -- how many of them there are
    strikes     smallint not null default 0,        -- how often it opened lately
    open_until  timestamptz,
    failed_at   timestamptz,
    reason      text,                       -- of the last failure
    hour_at     timestamptz,
    hour_lost   numeric(78) not null default 0,     -- wei lost to failures in that hour
    primary key (chain_id, scope, known, subject)
);
create index relay_breakers_open on relay_breakers (open_until) where open_until is not null;
