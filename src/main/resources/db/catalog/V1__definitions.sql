-- Experiment definitions. JSON is kept as text: members in the order they were written, and with every
-- character that JSON allows (jsonb refuses U+0000).
-- Keys and salts are compared bytewise.

-- One row. Each number moves in the transaction that changes what is served under it, and only then.
create table version (
    one       boolean primary key default true check (one),
    config    bigint not null,
    emergency bigint not null,
    keys      bigint not null
);
insert into version (config, emergency, keys) values (1, 1, 1);

-- Every salt ever given out, to whatever: layers, experiments, the holdout.
create table salt (
    salt text collate "C" primary key check (salt ~ '^[0-9a-f]{8}$')
);

create table layer (
    id         bigint generated always as identity primary key,
    key        text collate "C" unique, -- null: the own layer of one experiment
    salt       text collate "C" not null unique references salt,
    created_at timestamptz not null default now()
);

create table experiment (
    id           text collate "C" primary key check (id ~ '^[0-9a-z]{12}$'),
    seq          bigint generated always as identity unique, -- order of creation
    key          text collate "C" not null unique,
    salt         text collate "C" not null unique references salt,
    layer_id     bigint not null references layer,
    name         text not null default '',
    description  text not null default '',
    owner        text not null default '',
    status       text not null default 'draft' check (status in ('draft', 'active', 'paused', 'concluded')),
    revision     bigint not null default 1,
    targeting    text,
    overrides    text not null default '{}',
    metrics      text not null default '[]', -- as asked for; what was frozen is in measured_metric
    rollout      int check (rollout between 0 and 10000), -- in slots; null: 100 % or what is free
    start_at     timestamptz,
    end_at       timestamptz,
    created_at   timestamptz not null default now(),
    launched_at  timestamptz,
    concluded_at timestamptz,
    killed_at    timestamptz, -- not null: on the emergency list
    served       boolean not null default false check (not served or status = 'active')
);
create index experiment_layer on experiment (layer_id);
create index experiment_due on experiment (start_at, end_at) where status in ('active', 'paused');

create table variant (
    experiment_id text collate "C" not null references experiment on delete cascade,
    ordinal       int not null,
    key           text collate "C" not null,
    buckets       int not null check (buckets between 0 and 10000),
    config        text not null default '{}',
    dropped       boolean not null default false,
    primary key (experiment_id, ordinal),
    unique (experiment_id, key)
);

-- What a layer has given out. A row without freed_at is in use; a slot in no row was never used.
create table slot_range (
    layer_id      bigint not null references layer on delete cascade,
    from_slot     int not null,
    to_slot       int not null, -- exclusive
    experiment_id text collate "C" not null references experiment,
    freed_at      timestamptz,
    check (0 <= from_slot and from_slot < to_slot and to_slot <= 10000),
    primary key (layer_id, from_slot),
    constraint slots_are_disjoint exclude using gist
        (int8range(layer_id * 10000 + from_slot, layer_id * 10000 + to_slot) with &&)
);
create index slot_range_experiment on slot_range (experiment_id);

create table metric_definition (
    key        text collate "C" primary key,
    event      text not null,
    kind       text not null check (kind in ('conversion', 'sum')),
    "window"   text,
    created_at timestamptz not null default now()
);

-- The metrics of a launched experiment, copied at the launch.
create table measured_metric (
    experiment_id text collate "C" not null references experiment on delete cascade,
    ordinal       int not null,
    key           text collate "C" not null,
    event         text not null,
    kind          text not null check (kind in ('conversion', 'sum')),
    "window"      text,
    primary key (experiment_id, ordinal),
    unique (experiment_id, key)
);

create table holdout (
    one   boolean primary key default true check (one),
    salt  text collate "C" references salt,
    slots int not null default 0 check (slots between 0 and 10000),
    check (slots = 0 or salt is not null)
);
insert into holdout (slots) values (0);

create table api_key (
    id         text collate "C" primary key,
    name       text not null,
    scope      text not null check (scope in ('admin', 'read', 'server', 'client')),
    sha256     text collate "C" not null unique check (sha256 ~ '^[0-9a-f]{64}$'),
    created_at timestamptz not null default now(),
    revoked_at timestamptz
);

create table audit (
    id      bigint generated always as identity primary key,
    at      timestamptz not null default now(),
    who     text not null,
    action  text not null,
    kind    text not null check (kind in ('experiment', 'layer', 'metric', 'key', 'holdout')),
    subject text collate "C" not null,
    before  text,
    after   text
);
create index audit_subject on audit (kind, subject, id);

insert into metric_definition (key, event, kind, "window") values ('revenue_30d', 'purchase', 'sum', '30d');
insert into audit (who, action, kind, subject, after)
values ('setup', 'create', 'metric', 'revenue_30d', '{"key":"revenue_30d","event":"purchase","kind":"sum","window":"30d"}');
