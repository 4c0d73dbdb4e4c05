-- Which generation of the counts is served, and which one is built beside it from the beginning of the log. Without a row
-- only the first one is there, that of the configuration.
create table measurement (
    one                 boolean primary key default true check (one),
    served_generation   int not null check (served_generation >= 1),
    building_generation int check (building_generation > served_generation),
    last_generation     int not null, -- the highest number ever given out: none is used twice
    building_since      timestamptz,
    check (last_generation >= served_generation and last_generation >= building_generation),
    check ((building_generation is null) = (building_since is null))
);

alter table audit drop constraint audit_kind_check;
alter table audit add constraint audit_kind_check
    check (kind in ('experiment', 'layer', 'metric', 'key', 'holdout', 'measurement'));
