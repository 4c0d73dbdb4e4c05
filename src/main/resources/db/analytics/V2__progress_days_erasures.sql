-- Totals say which part of the log they stand for, and are kept per UTC day of it. -1: a row from before that was known.
alter table aggregate
    add column day int not null default -1,
    add column exposures_pos bigint not null default -1,
    add column events_pos bigint not null default -1,
    add column log_time bigint not null default -1;
alter table aggregate drop constraint aggregate_pkey;
alter table aggregate add primary key (generation, experiment_id, part, day);

alter table watermark
    add column exposures_pos bigint not null default -1,
    add column events_pos bigint not null default -1,
    add column log_time bigint not null default -1;

-- First exposures belong to a generation, as totals do; those that are there belong to the newest.
alter table first_exposure add column generation int not null default 1;
update first_exposure
set generation = (select max(generation) from aggregate)
where exists (select from aggregate where generation > 1);
alter table first_exposure alter column generation drop default;
alter table first_exposure drop constraint first_exposure_pkey;
alter table first_exposure add primary key (generation, experiment_id, user_id);

-- Erased users: what lies before in that partition is removed, and is not taken when it comes again.
create table erasure (
    topic int not null references topic,
    part int not null,
    log_pos bigint not null,
    user_id text collate "C" not null,
    moment bigint not null,
    primary key (topic, part, log_pos)
);
create index erasure_user on erasure (user_id);
create index exposures_raw_user on exposures_raw (user_id);
create index goals_raw_user on goals_raw (user_id);
create index dead_letter_key on dead_letter using hash (key);
