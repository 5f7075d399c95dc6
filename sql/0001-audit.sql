-- The audit record: roles, tables, partitions, the leaf, and what the server needs to write.
-- Released files are never edited; a change is a new numbered file. See docs/sql.md.

-- Roles are shared by all databases of a cluster, so they may exist already. None of them logs in
-- by itself; an operator grants them to login roles.
do $roles$
declare
    wanted text;
begin
    foreach wanted in array array[
        'touchline_owner', 'touchline_server', 'touchline_auditor', 'touchline_reviewer',
        'touchline_keeper', 'touchline_operator', 'touchline_migrate']
    loop
        if not exists (select from pg_catalog.pg_roles where rolname = wanted) then
            begin
                execute format('create role %I nologin', wanted);
            exception when duplicate_object or unique_violation then
                null;  -- another database's migration was faster
            end;
        end if;
    end loop;
    if not pg_has_role('touchline_migrate', 'touchline_owner', 'member') then
        begin
            grant touchline_owner to touchline_migrate;
        exception when unique_violation then
            null;  -- so was it here
        end;
    end if;
    execute format('grant create on database %I to touchline_owner', current_database());
end
$roles$;

alter schema audit owner to touchline_owner;
alter table audit.migration owner to touchline_owner;
set local role touchline_owner;

-- Numbers and names ---------------------------------------------------------------------------

create table audit.kind (
    family text not null,
    number int2 not null,
    name text not null,
    primary key (family, number),
    unique (family, name)
);
comment on table audit.kind is 'Names of the numbers in audit.event, by family.';

insert into audit.kind (family, number, name) values
    ('kind', 1, 'hub_started'), ('kind', 2, 'hub_stopped'), ('kind', 3, 'policy_activated'),
    ('kind', 4, 'refused_summary'), ('kind', 10, 'connect'), ('kind', 11, 'disconnect'),
    ('kind', 20, 'join'), ('kind', 21, 'leave'), ('kind', 30, 'message'), ('kind', 31, 'edit'),
    ('kind', 32, 'delete'), ('kind', 40, 'frame'), ('kind', 50, 'mute'), ('kind', 51, 'unmute'),
    ('kind', 52, 'ban'), ('kind', 53, 'unban'), ('kind', 54, 'strike'),
    ('stage', 1, 'head'), ('stage', 2, 'token'), ('stage', 3, 'origin'), ('stage', 4, 'limits'),
    ('stage', 5, 'connect_rules'), ('stage', 10, 'frame'), ('stage', 11, 'json'),
    ('stage', 12, 'envelope'), ('stage', 13, 'state'), ('stage', 14, 'rate'),
    ('stage', 15, 'schema'), ('stage', 16, 'rules'), ('stage', 20, 'done'),
    ('disposition', 0, 'allow'), ('disposition', 1, 'redact'), ('disposition', 2, 'bounce'),
    ('disposition', 3, 'hold'), ('disposition', 4, 'block'),
    ('retention', 1, 'traffic'), ('retention', 2, 'connections'), ('retention', 3, 'sanctions'),
    ('retention', 4, 'system'),
    ('part', 1, 'original'), ('part', 2, 'delivered'), ('part', 3, 'reason'),
    ('part', 4, 'connection');

-- Events --------------------------------------------------------------------------------------

create table audit.event (
    log int4 not null,
    seq int8 not null check (seq > 0),
    at timestamptz not null check (isfinite(at)),
    schema int2 not null,
    retention int2 not null,
    kind int2 not null,
    stage int2 not null,
    disposition int2 not null,
    session uuid,
    subject uuid,
    channel text,
    channel_epoch int4,
    channel_seq int8,
    message uuid,
    refers_log int4,
    refers_seq int8,
    rules text[] not null,
    shadow_rules text[] not null,
    score int4 not null,
    policy bytea check (octet_length(policy) = 32),
    bytes int4 not null,
    judged_ns int4 not null,
    content_hash bytea check (octet_length(content_hash) = 32),
    detail json not null,
    primary key (log, seq, at, retention)
) partition by list (retention);
comment on table audit.event is
    'Every verdict, in the order of the log. Pseudonyms and commitments only; rows never change.';

create index event_subject_at on audit.event (subject, at);
-- What is about another decision is rare too.
create index event_refers on audit.event (refers_log, refers_seq) where refers_seq is not null;
create index event_rules on audit.event using gin (rules) where rules <> '{}';
-- What people look for by time is rare among what is merely delivered.
create index event_notable_at on audit.event (at)
    where disposition > 0 or rules <> '{}' or shadow_rules <> '{}';

create table audit.event_traffic partition of audit.event for values in (1)
    partition by range (at);
create table audit.event_connections partition of audit.event for values in (2)
    partition by range (at);
create table audit.event_sanctions partition of audit.event for values in (3)
    partition by range (at);
create table audit.event_system partition of audit.event for values in (4)
    partition by range (at);
create table audit.event_other partition of audit.event default;
create table audit.event_traffic_default partition of audit.event_traffic default;
create table audit.event_connections_default partition of audit.event_connections default;
create table audit.event_sanctions_default partition of audit.event_sanctions default;
create table audit.event_system_default partition of audit.event_system default;

create function audit.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception 'rows of audit.% are never changed or deleted', tg_argv[0]
        using errcode = 'insufficient_privilege';
end
$$;

-- Privileges already forbid it to every role but the owner; this stops the owner and superusers
-- from doing it by mistake. Retention drops whole partitions, which no trigger sees.
create trigger event_is_final before update or delete on audit.event
    for each row execute function audit.refuse_change('event');

-- Content, subjects, policies -------------------------------------------------------------------

create table audit.content (
    log int4 not null,
    seq int8 not null,
    at timestamptz not null check (isfinite(at)),
    part int2 not null,
    salt bytea not null check (octet_length(salt) = 16),
    body bytea not null,
    primary key (log, seq, part, at)
) partition by range (at);
create index content_connection_at on audit.content (at) where part = 4;
create table audit.content_default partition of audit.content default;
comment on table audit.content is
    'What was said, apart from the events so that it can be erased while their proofs still hold.';

create table audit.subject (
    pseudonym uuid primary key,
    issuer text not null,
    sub text not null,
    name text,
    claims json,
    first_seen timestamptz not null
);
comment on table audit.subject is 'Who a pseudonym is. Erasable.';

create table audit.policy (
    digest bytea primary key check (octet_length(digest) = 32),
    files json not null,
    shipped_at timestamptz not null default now()
);
comment on table audit.policy is 'The files of each policy bundle that judged something.';

-- The log and its bookkeeping -----------------------------------------------------------------

create table audit.log (
    log int4 primary key,
    origin uuid not null,
    fence int4 not null default 0,
    watermark int8 not null default 0,
    registered_at timestamptz not null default now()
);
comment on table audit.log is
    'One row a journal: watermark is the newest seq shipped, fence counts the starts of its hub.';

create table audit.day (
    log int4 not null,
    day date not null,
    first_seq int8 not null,
    last_seq int8 not null,
    primary key (log, day)
);
comment on table audit.day is 'Which seq fell on which day (UTC), so that a decision is found fast.';

create table audit.quarantine (
    id int8 generated always as identity primary key,
    log int4 not null,
    seq int8,
    record text not null check (record in ('event', 'content', 'subject', 'policy')),
    tuple bytea not null,
    sqlstate text not null,
    message text not null,
    quarantined_at timestamptz not null default now()
);
create index quarantine_log_seq on audit.quarantine (log, seq);
comment on table audit.quarantine is
    'Rows that PostgreSQL refused, as they stand in the journal. seq is the event they belong to.';

-- The leaf --------------------------------------------------------------------------------------

create function audit.field(value bytea) returns bytea
language sql immutable parallel safe
return case when value is null then '\xffffffff'::bytea
    else int4send(octet_length(value)) || value end;
comment on function audit.field(bytea) is 'One field of a binary COPY tuple.';

-- Restricted, not safe, in parallel plans: a worker must not change its client_encoding.
create function audit.leaf(e audit.event) returns bytea
language sql stable parallel restricted
set client_encoding = 'UTF8' as $$
    select case e.schema when 1 then sha256('\x000018'::bytea
        || audit.field(int4send(e.log)) || audit.field(int8send(e.seq))
        || audit.field(timestamptz_send(e.at)) || audit.field(int2send(e.schema))
        || audit.field(int2send(e.retention)) || audit.field(int2send(e.kind))
        || audit.field(int2send(e.stage)) || audit.field(int2send(e.disposition))
        || audit.field(uuid_send(e.session)) || audit.field(uuid_send(e.subject))
        || audit.field(textsend(e.channel)) || audit.field(int4send(e.channel_epoch))
        || audit.field(int8send(e.channel_seq)) || audit.field(uuid_send(e.message))
        || audit.field(int4send(e.refers_log)) || audit.field(int8send(e.refers_seq))
        || audit.field(array_send(e.rules)) || audit.field(array_send(e.shadow_rules))
        || audit.field(int4send(e.score)) || audit.field(e.policy)
        || audit.field(int4send(e.bytes)) || audit.field(int4send(e.judged_ns))
        || audit.field(e.content_hash) || audit.field(json_send(e.detail))) end
$$;
comment on function audit.leaf(audit.event) is
    'SHA-256 of 0x00 and the event''s binary COPY tuple: its leaf in the log''s Merkle tree.';

create function audit.content_hash(of_log int4, of_seq int8, of_at timestamptz) returns bytea
language sql stable parallel safe
return (
    select sha256(string_agg(sha256(c.salt || c.body), ''::bytea order by c.part))
    from audit.content c
    where c.log = of_log and c.seq = of_seq and c.at = of_at
);
comment on function audit.content_hash(int4, int8, timestamptz) is
    'The commitment recomputed from the stored parts; NULL when there are none.';

create function audit.content_holds(e audit.event) returns boolean
language sql stable parallel safe
return case when e.content_hash is null then null
    else e.content_hash = audit.content_hash(e.log, e.seq, e.at) end;
comment on function audit.content_holds(audit.event) is
    'Whether the stored content is what the event committed to; NULL when it has none or it is erased.';

-- Partitions ------------------------------------------------------------------------------------

create function audit.ensure_partitions(from_day date, to_day date) returns int4
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '1s'
as $$
declare
    parents constant text[] := array['event_traffic', 'event_connections', 'event_sanctions',
        'event_system', 'content'];
    parent text;
    child text;
    day date;
    starts timestamptz;
    ends timestamptz;
    is_taken boolean;
    made int4 := 0;
begin
    -- Each call creates five tables a day, so a wrong clock must not ask for years of them.
    if from_day is null or to_day is null or to_day - from_day > 92 then
        raise exception 'partitions are made for at most 93 days at once'
            using errcode = 'invalid_parameter_value';
    end if;
    perform pg_advisory_xact_lock(6074857, 1);
    for offset_days in 0 .. to_day - from_day loop
        day := from_day + offset_days;
        starts := day::timestamp at time zone 'UTC';
        ends := (day + 1)::timestamp at time zone 'UTC';
        foreach parent in array parents loop
            child := parent || to_char(day, '_YYYYMMDD');
            continue when to_regclass('audit.' || child) is not null;
            execute format('select exists (select from audit.%I where at >= $1 and at < $2)',
                parent || '_default') into is_taken using starts, ends;
            -- Rows that came before their partition stay where they are and are found there.
            continue when is_taken;
            -- Attaching locks the parent less than creating a partition in place does.
            execute format('create table audit.%I (like audit.%I including defaults '
                'including constraints)', child, parent);
            execute format('alter table audit.%I attach partition audit.%I '
                'for values from (%L) to (%L)', parent, child, starts, ends);
            made := made + 1;
        end loop;
    end loop;
    return made;
end
$$;
comment on function audit.ensure_partitions(date, date) is
    'Makes the missing partitions of these days (UTC) and says how many; 55P03 when a reader is in the way.';

-- Who may do what: nobody is granted update or delete on event. -----------------------------------

revoke all on function audit.ensure_partitions(date, date) from public;
grant usage on schema audit to touchline_server, touchline_auditor, touchline_reviewer,
    touchline_keeper, touchline_operator, touchline_migrate;
grant select on audit.kind, audit.migration, audit.log, audit.day, audit.policy, audit.event
    to touchline_server, touchline_auditor, touchline_reviewer, touchline_keeper;

-- What members read back of what was said, and what an operator asks for, passes through the hub.
grant select on audit.content to touchline_server;
grant insert on audit.event, audit.content, audit.quarantine, audit.policy to touchline_server;
grant select, insert, update on audit.subject, audit.log, audit.day to touchline_server;
grant execute on function audit.ensure_partitions(date, date)
    to touchline_server, touchline_keeper, touchline_migrate;

grant select on audit.content, audit.subject, audit.quarantine
    to touchline_reviewer, touchline_keeper;
grant delete on audit.content, audit.subject, audit.quarantine to touchline_keeper;

reset role;
