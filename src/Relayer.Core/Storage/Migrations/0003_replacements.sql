-- From here on max_fee and max_priority_fee are the highest offered so far; what each signed version offers stands with the version.
alter table transactions
    add column speed     smallint,      -- Speed, for what the market asks when it is outbid; null: the chain's
    add column closing   smallint,      -- ClosingReason, from when a self-send is wanted in the payload's place
    add column capped_at timestamptz;   -- since when nothing more may be offered; null again with the next attempt

alter table attempts
    add column max_fee          numeric(78, 0), -- wei per gas; the legacy price where legacy
    add column max_priority_fee numeric(78, 0); -- null: a legacy transaction

update attempts a set max_fee = t.max_fee, max_priority_fee = t.max_priority_fee
from transactions t where t.id = a.transaction_id and a.number = 1 and not a.noop;
