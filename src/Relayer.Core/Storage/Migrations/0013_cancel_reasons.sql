-- What the column said under its former name. By itself, for it reads the whole history: it locks the few rows it writes, in the order in
-- which the engine takes them, and nobody waits for the table.
with noted as (
    select id from transactions where closing is not null and cancel_reason is null order by id for no key update)
update transactions t set cancel_reason = t.closing from noted where t.id = noted.id;
