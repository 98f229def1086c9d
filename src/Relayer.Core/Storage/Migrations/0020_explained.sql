-- By what a deposit is explained: its own transaction, a trace, or the payer's events. An older program does not say: what it found was always the
-- deposit's own transaction, or nothing.
alter table deposits add column evidence smallint;

-- How often a keeper's lane has stood still since one of its transactions succeeded, and what the contract said last. An older program leaves them alone.
alter table keeper_breakers
    add column strikes integer not null default 0,
    add column reason text;
