-- The stored counts, the raw log and the first exposures. Keys compare bytewise.

-- A topic that was deleted and made again gets a new, higher number; (topic, pos) is the version of a row.
create table topic (
    id int generated always as identity primary key,
    name text collate "C" not null,
    topic_id text collate "C" not null,
    unique (name, topic_id)
);

-- All totals of one experiment in one partition of the log, as one row, so that they change together.
create table aggregate (
    generation int not null,
    experiment_id text collate "C" not null,
    part int not null,
    topic int not null references topic,
    pos bigint not null,
    totals jsonb not null,
    primary key (generation, experiment_id, part)
);

create table watermark (
    generation int not null,
    part int not null,
    topic int not null references topic,
    pos bigint not null,
    partitions int not null,
    received bigint not null,
    horizon bigint not null,
    primary key (generation, part)
);

-- A null variant: the user is out of the experiment. The row stays, so that an older one cannot come back.
create table first_exposure (
    experiment_id text collate "C" not null,
    user_id text collate "C" not null,
    topic int not null references topic,
    pos bigint not null,
    variant_key text collate "C",
    ts bigint not null,
    primary key (experiment_id, user_id)
);

create table exposures_raw (
    topic int not null references topic,
    part int not null,
    log_pos bigint not null,
    user_id text collate "C" not null,
    event_id text collate "C" not null,
    experiment_id text collate "C" not null,
    variant_key text collate "C" not null,
    ts bigint not null,
    received_ts bigint not null,
    primary key (topic, part, log_pos)
);

create table goals_raw (
    topic int not null references topic,
    part int not null,
    log_pos bigint not null,
    user_id text collate "C" not null,
    event_id text collate "C" not null,
    name text collate "C" not null,
    value_micros bigint not null,
    ts bigint not null,
    received_ts bigint not null,
    properties text,
    primary key (topic, part, log_pos)
);

create table dead_letter (
    topic int not null references topic,
    part int not null,
    log_pos bigint not null,
    source_topic text not null,
    source_part int not null,
    source_pos bigint not null,
    reason text not null,
    key text not null,
    value text not null,
    primary key (topic, part, log_pos)
);
