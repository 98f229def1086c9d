-- A request whose transaction ended without carrying it gets another one.
alter table relays add column waiting boolean not null default false;           -- transaction_id is over; a new one is wanted
alter table relays add column earlier_transactions uuid[] not null default '{}'; -- those that ended without carrying it
alter table relays add column fee_before numeric(78, 0) not null default 0;     -- its shares of what they cost

create index relays_waiting on relays (chain_id, "from", nonce) where waiting;

-- How a relay ends must not cost every index an entry: with the state out of their conditions, and room on the page, an end is written in place.
alter table relays add column freed boolean not null generated always as (state >= 4) stored; -- it ended without spending its nonce
drop index relays_nonce;
drop index relays_in_flight;
create unique index relays_nonce on relays (chain_id, forwarder, "from", nonce) where not freed;
alter table relays set (fillfactor = 70);
