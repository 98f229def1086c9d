-- What operators have stopped for a while. A row means paused; who did what, and why, is in the audit for ever.
create table pauses (
    scope       text        primary key,
    by          text        not null,
    reason      text        not null,
    since       timestamptz not null
);

-- What operators did, or tried to do: written in the transaction of the change itself, and never changed afterwards.
create table audit (
    id          bigint      generated always as identity primary key,
    at          timestamptz not null,
    who         text        not null,           -- the name of the key that was shown
    action      text        not null,           -- such as sponsorship.pause
    target      text        not null,           -- what it was done to
    reason      text        not null,           -- in the operator's words
    outcome     text        not null            -- done, unchanged, or the code of what stood in the way
);

create function refuse_change() returns trigger language plpgsql as
    $$ begin raise exception '% is append-only', tg_table_name; end $$;
create trigger audit_is_append_only before update or delete or truncate on audit
    for each statement execute function refuse_change();

-- Why a signer takes nothing new. paused_why is who or what paused it; an operator's pause is ended by operators only.
alter table signers
    add constraint signers_paused_why check (paused_why in ('operator', 'balance', 'errors')),
    add column paused_reason text,
    add column paused_since timestamptz,
    add column retry_at timestamptz,                    -- after errors: when it is tried again
    add column strikes smallint not null default 0;     -- pauses by errors shortly after one another
