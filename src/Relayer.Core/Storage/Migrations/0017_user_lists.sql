-- Users that operators admit or deny. A user that was taken off again stays with list 0, so that instances learn of it by its change.
create table user_lists (
    user_address bytea primary key,
    list     smallint not null,             -- UserList
    by       text not null,                 -- the operator
    reason   text not null,
    since    timestamptz not null,
    change   bigint generated always as identity
);
create unique index user_lists_change on user_lists (change);
