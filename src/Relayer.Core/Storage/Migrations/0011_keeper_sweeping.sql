-- How much of a subject's work was over and is removed: the next piece of work goes on counting from there.
create table keeper_swept (
    keeper          text        not null,
    chain_id        bigint      not null,
    subject         text        not null,
    pieces          bigint      not null check (pieces > 0),
    primary key (keeper, chain_id, subject)
);

-- When we learned of an end; what is there already is as if it were new.
alter table keeper_order_ends add column told_at timestamptz not null default now();

-- What is removed by age is found by age.
create index keeper_work_ended on keeper_work (ended_at) where state > 1;
create index keeper_sends_settled on keeper_sends (day) where settled;
create index keeper_order_ends_told on keeper_order_ends (told_at);
