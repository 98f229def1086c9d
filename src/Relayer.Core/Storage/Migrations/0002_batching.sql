-- A request whose transaction ended without carrying it gets another one.
alter table relays add column waiting boolean not null default false;           -- transaction_id is over; a new one is wanted
alter table relays add column earlier_transactions uuid[] not null default '{}'; -- those that ended without carrying it
alter table relays add column fee_before numeric(78, 0) not null default 0;     -- its shares of what they cost

create index relays_waiting on relays (chain_id, "from", nonce) where waiting;
