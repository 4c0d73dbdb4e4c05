-- What the sample ratio has to know of a launched experiment and its definition does not tell any more.

-- Since when a variant gets no new users.
create table dropped_variant (
    experiment_id text collate "C" not null references experiment on delete cascade,
    key           text collate "C" not null,
    dropped_at    timestamptz not null,
    primary key (experiment_id, key)
);

-- Who has an override or once had one: their variant was chosen, not drawn.
create table overridden_user (
    experiment_id text collate "C" not null references experiment on delete cascade,
    user_id       text collate "C" not null,
    primary key (experiment_id, user_id)
);

insert into dropped_variant (experiment_id, key, dropped_at)
select v.experiment_id, v.key, coalesce(
    (select min(a.at) from audit a cross join json_array_elements(a.after::json -> 'variants') shown
     where a.kind = 'experiment' and a.subject = v.experiment_id
       and shown ->> 'key' = v.key and shown ->> 'dropped' = 'true'),
    e.start_at, now())
from variant v join experiment e on e.id = v.experiment_id
where v.dropped;

insert into overridden_user (experiment_id, user_id)
select e.id, o.user_id from experiment e cross join json_object_keys(e.overrides::json) as o (user_id)
where e.launched_at is not null;
