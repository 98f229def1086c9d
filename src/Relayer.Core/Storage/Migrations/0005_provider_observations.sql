-- How each provider was, as seen from one instance: rows are added and never changed, and go when they are old.
create table provider_observations (
    id            bigint      generated always as identity primary key,
    at            timestamptz not null,
    chain_id      bigint      not null,
    provider      text        not null,           -- host and port, never a path or a key
    observed_from text        not null,           -- the instance that looked
    state         text        not null,           -- ProviderState
    head          bigint,
    lag           bigint,                         -- blocks behind the pool of this chain's providers; negative when ahead
    latency_ms    double precision,
    error_rate    double precision not null
);
create index provider_observations_at on provider_observations (at);
create index provider_observations_newest on provider_observations (chain_id, provider, observed_from, at desc);
