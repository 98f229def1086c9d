-- What a chain's providers said differently about what money or an outcome depends on: who said what, and what was believed. Rows are only ever added. The
-- program bounds how many: a hundred an hour and five hundred a day for a chain, a hundred thousand in all.
create table provider_disagreements (
    id            bigint      generated always as identity primary key,
    at            timestamptz not null,
    chain_id      bigint      not null,
    what          text        not null check (length(what) <= 32),      -- block, place, receipt or account
    subject       bytea       not null,                                 -- the transaction or the account; empty for a block
    height        bigint      not null,
    provider      text        not null check (length(provider) <= 400), -- its name, never a path or a key
    operator      text        not null check (length(operator) <= 300),
    said          text        not null check (length(said) <= 1000),
    believed      boolean     not null,                                 -- enough of them agreed on it
    observed_from text        not null                                  -- the instance that asked
);
create index provider_disagreements_at on provider_disagreements (chain_id, at);
create unique index provider_disagreements_once on provider_disagreements (chain_id, what, subject, height, provider, believed, md5(said));
create trigger provider_disagreements_is_append_only before update or delete or truncate on provider_disagreements
    for each statement execute function refuse_change();
