-- Makes the role that the app runs with: it reads and writes what the app does, and can change neither the schema nor the audit nor
-- what is kept of providers that contradicted each other.
--
--   psql "$OWNER" -f scripts/database-role.sql
--   psql "$OWNER" -c "set relayer.role = 'relayer-app'" -f scripts/database-role.sql     -- another name
--
-- Run it as the owner of the schema, in the app's database, after `SelfHost database migrate` with the owner's connection string; and again after every
-- release that has a new step, or whenever you like: it changes nothing the second time. The role gets no password here:
--   alter role relayer_app with password '…'         or, on Azure, before this script, as an Entra administrator in the database postgres:
--   select * from pgaadauth_create_principal('<the app''s identity>', false, false)
select set_config('relayer.role', coalesce(nullif(current_setting('relayer.role', true), ''), 'relayer_app'), false);

do
$$
declare
    app name := current_setting('relayer.role');
    here name := current_schema();
    one name;
begin
    if to_regclass('audit') is null then
        raise exception 'there is no schema yet: run SelfHost database migrate with this role first';
    end if;
    if app = current_user then
        raise exception 'the app''s role must not be the schema''s owner, %', current_user;
    end if;
    if not exists (select from pg_roles where rolname = app) then
        execute format('create role %I login nosuperuser nocreatedb nocreaterole noreplication nobypassrls', app);
    end if;
    if exists (select from pg_roles where rolname = app and (rolsuper or rolcreaterole or rolbypassrls)) then
        raise exception '% may do more than any grant can take away: take another role', app;
    end if;

    execute format('grant connect on database %I to %I', current_database(), app);
    execute format('revoke create on schema %I from public, %I', here, app);
    execute format('revoke all on all tables in schema %I from %I', here, app);
    execute format('grant usage on schema %I to %I', here, app);
    execute format('grant select, insert, update, delete on all tables in schema %I to %I', here, app);
    execute format('grant usage on all sequences in schema %I to %I', here, app);
    execute format('alter default privileges in schema %I grant select, insert, update, delete on tables to %I', here, app);
    execute format('alter default privileges in schema %I grant usage on sequences to %I', here, app);

    -- What was done, and what providers said, is only ever added to, and which steps were taken is the owner's to say.
    foreach one in array array['audit', 'provider_disagreements'] loop
        if to_regclass(one::text) is not null then
            execute format('revoke update, delete, truncate, references, trigger on %I from %I', one, app);
        end if;
    end loop;
    foreach one in array array['schema_versions', 'schema_steps'] loop
        execute format('revoke insert, update, delete, truncate on %I from %I', one, app);
    end loop;

    -- So that a migration sees which programs are connected with the app's role (pg_stat_activity hides it from others).
    if not pg_has_role(current_user, app, 'usage') then
        execute format('grant %I to %I', app, current_user);
    end if;
end
$$;
