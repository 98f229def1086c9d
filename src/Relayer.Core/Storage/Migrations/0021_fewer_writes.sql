-- What a user was given in a minute stands in the row of the day: one write for each user instead of two. An older program writes rows of minutes
-- beside it and leaves these columns alone; while both run, each counts its own minutes.
alter table quota_usage
    add column minute_at timestamptz,       -- the minute that the next column is of
    add column minute_granted bigint,
    add column minute_quota bigint,
    add constraint within_minute_quota check (minute_granted <= minute_quota) not valid;

-- A block's relays are told at once how they ended: each row of a page is written a second time in one transaction, and a version that finds no room
-- on its page costs an entry in each index.
alter table relays set (fillfactor = 45);
