-- By what a deposit is explained: its own transaction, a trace, or the payer's events. An older program does not say: what it found was always the
-- deposit's own transaction, or nothing.
alter table deposits add column evidence smallint;
