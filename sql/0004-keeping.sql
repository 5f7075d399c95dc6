-- Forgetting and keeping: what keepers ask for, erasures, preservations, retention. See docs/privacy.md.
-- Policies that operators put in force come the same way. See docs/operations.md.
--
-- A keeper inserts a request. A running hub takes it and records it as an event; when the event is
-- shipped, carry_out does what it says, in the same transaction. So nothing is erased or preserved
-- without an event that says so, and shipping the event again (after a restore) does it again.

set local role touchline_owner;

insert into audit.kind (family, number, name) values
    ('kind', 60, 'erase'), ('kind', 61, 'preserve'), ('kind', 62, 'unpreserve'),
    ('kind', 63, 'retain'),
    ('kind', 70, 'operation'),
    ('kind', 12, 'renew'),
    ('kind', 55, 'revoke');

-- Requests --------------------------------------------------------------------------------------

create function audit.is_codes(detail json) returns boolean
language sql immutable strict parallel safe
return json_typeof(detail) = 'object' and not exists (
    select from json_each(detail) as x where x.value::text !~ '^[0-9]{1,18}$');
comment on function audit.is_codes(json) is 'Whether it is an object of whole numbers: no text.';

create table audit.request (
    id int8 generated always as identity primary key,
    kind int2 not null check (kind in (3, 60, 61, 62, 63)),
    subject uuid,
    channel text check (octet_length(channel) between 1 and 256),
    refers_log int4,
    refers_seq int8,
    terms json not null default '{}' check (audit.is_codes(terms)),
    reason json check (octet_length(reason::text) <= 65536),
    for_log int4,
    files json check (octet_length(files::text) <= 12 << 20),
    policy bytea check (octet_length(policy) = 32),
    requested_by name not null default session_user,
    requested_at timestamptz not null default now(),
    taken_log int4,
    taken_fence int4,
    taken_at timestamptz,
    log int4,
    seq int8,
    outcome text,
    is_refused boolean,
    done_at timestamptz,
    check ((refers_log is null) = (refers_seq is null)),
    check (case kind when 60 then subject is not null and channel is null
        when 61 then subject is not null or channel is not null
        when 62 then refers_seq is not null else subject is null and channel is null end),
    check (case kind when 3 then done_at is not null or (files is null) <> (policy is null)
        else for_log is null and files is null and policy is null end)
);
create index request_open on audit.request (id) where done_at is null;
comment on table audit.request is
    'What keepers asked for. terms goes to the event''s detail, reason (free text, names) to its '
    'content and is then removed here; log and seq are the decision, outcome what came of it. Policies '
    'to put in force come with their files, which go to audit.policy, or with the digest of a bundle there.';

create table audit.erasure (
    log int4 not null,
    seq int8 not null,
    at timestamptz not null,
    subject uuid not null,
    contents int8 not null,
    carried_out_at timestamptz not null default now(),
    primary key (log, seq)
);
create index erasure_at on audit.erasure (at);
comment on table audit.erasure is
    'The erasures: everything said by the subject before (log, seq) is gone. contents counts rows.';

create table audit.preservation (
    log int4 not null,
    seq int8 not null,
    at timestamptz not null,
    subject uuid,
    channel text,
    from_at timestamptz not null,
    to_at timestamptz not null,
    review_at timestamptz,
    released_log int4,
    released_seq int8,
    released_at timestamptz,
    primary key (log, seq),
    check (subject is not null or channel is not null)
);
comment on table audit.preservation is
    'Legal holds. What one covers is neither erased nor dropped until it is released; order and '
    'authority are in the content (reason) of its event.';

-- What stands in the way --------------------------------------------------------------------------

create function audit.covers(p audit.preservation, e audit.event) returns boolean
language sql immutable parallel safe
return (p.subject is null or p.subject = e.subject)
    and (p.channel is null or p.channel = e.channel)
    -- A sanction that is kept keeps those that came after it, so that no lifted one revives.
    and (e.kind in (50, 51, 52, 53) or e.at >= p.from_at and e.at < p.to_at);
comment on function audit.covers(audit.preservation, audit.event) is
    'Whether the event is what the preservation is about.';

create function audit.is_preserved(e audit.event) returns boolean
language sql stable parallel safe
return exists (
    select from audit.preservation p where p.released_seq is null and audit.covers(p, e));
comment on function audit.is_preserved(audit.event) is 'Whether a preservation in force covers the event.';

create function audit.open_matters(of_subject uuid) returns setof text
language sql stable
begin atomic
    select e.log || '-' || e.seq from audit.event e
    where e.subject = of_subject and (e.disposition = 3 or e.detail -> 'flags' is not null)
        and not audit.is_decided(e.log, e.seq)
    order by e.at;
end;
comment on function audit.open_matters(uuid) is
    'Decisions about the subject that wait for a person: held and flagged messages.';

create function audit.preserved_by(of_subject uuid) returns text
language sql stable
begin atomic
    select p.log || '-' || p.seq from audit.preservation p
    where p.released_seq is null and (p.subject = of_subject or p.subject is null and exists (
        select from audit.event e
        where e.subject = of_subject and e.channel = p.channel
            and e.at >= p.from_at and e.at < p.to_at))
    order by p.at limit 1;
end;
comment on function audit.preserved_by(uuid) is
    'The first preservation in force that covers something of the subject; NULL for none.';

create function audit.obstacle(r audit.request) returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    by_decision text;
    open_ones text[];
begin
    if r.kind = 60 then
        by_decision := audit.preserved_by(r.subject);
        if by_decision is not null then
            return format('preserved by %s: release that first', by_decision);
        end if;
        if coalesce(r.terms ->> 'override', '0') = '0' then
            open_ones := array(select audit.open_matters(r.subject) limit 6);
            if cardinality(open_ones) > 0 then
                return format('open: %s%s: decide these first, or override with a named officer',
                    array_to_string(open_ones[:5], ', '),
                    case when cardinality(open_ones) > 5 then ' and more' else '' end);
            end if;
        end if;
    elsif r.kind = 62 and not exists (
        select from audit.preservation p
        where p.log = r.refers_log and p.seq = r.refers_seq and p.released_seq is null)
    then
        return format('%s-%s is no preservation in force', r.refers_log, r.refers_seq);
    end if;
    return null;
end
$$;
comment on function audit.obstacle(audit.request) is
    'Why a request is refused as things stand; NULL when nothing is in its way.';

-- Retention ---------------------------------------------------------------------------------------

create table audit.retention (
    class text primary key,
    days int4 not null check (days between 2 and 36500)
);
comment on table audit.retention is
    'For how many whole days (UTC) each class of events, and content, is kept. A keeper may change it.';
insert into audit.retention (class, days) values
    ('content', 90), ('traffic', 365), ('connections', 365), ('sanctions', 1095), ('system', 3650);

create table audit.retention_run (
    log int4 not null,
    seq int8 not null,
    class text not null references audit.retention (class),
    keep_from date not null,
    primary key (log, seq, class)
);
comment on table audit.retention_run is
    'What each recorded run of retention (event retain) lets go: a class before a day (UTC).';

create table audit.pruned (
    log int4 not null,
    first_seq int8 not null,
    last_seq int8 not null,
    retention int2 not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    pruned_at timestamptz not null default now(),
    primary key (log, first_seq)
);
comment on table audit.pruned is
    'Events that retention dropped, every one: all seq from first_seq to last_seq, of one class.';

create function audit.retention_terms() returns jsonb
language sql stable
begin atomic
    select jsonb_object_agg(r.class,
        (now() at time zone 'UTC')::date - r.days - date '2000-01-01') from audit.retention r;
end;
comment on function audit.retention_terms() is
    'For the event of a run: the first day that each class keeps, in days since 2000-01-01.';

-- The earliest day of each class that is kept: what the settings say, and (recorded) no more than what
-- an event said.
create function audit.retention_limits(recorded boolean) returns table (class text, keep_from timestamptz)
language sql stable
begin atomic
    select x.class, least(x.by_setting,
        case when recorded then coalesce(x.by_event, '-infinity') end::timestamp) at time zone 'UTC'
    from (
        select r.class, ((now() at time zone 'UTC')::date - r.days)::timestamp as by_setting,
            (select max(q.keep_from) from audit.retention_run q where q.class = r.class) as by_event
        from audit.retention r) x;
end;

-- Preserved, or a sanction in force: that stays where the hub finds it at its next start.
create function audit.is_kept(e audit.event) returns boolean
language sql stable
return audit.is_preserved(e) or e.kind in (50, 52) and exists (
    select from audit.active_sanctions s
    where s.subject = e.subject and s.log = e.log and s.seq = e.seq);
comment on function audit.is_kept(audit.event) is
    'Whether retention leaves the event: it is preserved, or a sanction that is in force.';

create function audit.prunable(recorded boolean) returns table (
    class text, child name, is_default boolean, keep_from timestamptz, bytes int8, condition text)
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    has_old boolean;
    ends timestamptz;
    bound text;
    of_oid oid;
begin
    for class, child, bound, keep_from, of_oid in
        select l.class, c.relname, pg_get_expr(c.relpartbound, c.oid), l.keep_from, c.oid
        from audit.retention_limits(recorded) l
        join pg_inherits i on i.inhparent = to_regclass('audit.'
            || case l.class when 'content' then '' else 'event_' end || l.class)
        join pg_class c on c.oid = i.inhrelid
        order by c.relname
    loop
        is_default := bound = 'DEFAULT';
        ends := coalesce(substring(bound from $b$TO \('([^']+)'\)$b$), 'infinity')::timestamptz;
        condition := audit.kept_condition(class,
            coalesce(substring(bound from $b$FROM \('([^']+)'\)$b$), '-infinity')::timestamptz, ends);
        if is_default then
            execute format('select exists (select from audit.%I e where e.at < $1 and not %s)', child,
                condition) into has_old using keep_from;
            continue when not has_old;
        else
            continue when ends > keep_from;
        end if;
        bytes := pg_total_relation_size(of_oid);
        return next;
    end loop;
end
$$;
comment on function audit.prunable(boolean) is
    'The partitions that retention would take next: by the settings, or (true) as far as recorded.';

-- What stays of a partition whose rows are e. In words of its own, because is_kept and is_preserved, which
-- hold subqueries, are never inlined: called for each row they would cost 60 us.
create function audit.kept_condition(class text, starts timestamptz, ends timestamptz) returns text
language sql immutable
return case class when 'content' then
    format('exists (select from audit.event v, audit.preservation p where v.log = e.log and v.seq = e.seq '
        'and v.at = e.at and v.at >= %L and v.at < %L and p.released_seq is null and audit.covers(p, v))',
        starts, ends)
    else '(exists (select from audit.preservation p where p.released_seq is null '
        'and audit.covers(p, e::audit.event)) or e.kind in (50, 52) and (e.log, e.seq) in '
        '(select s.log, s.seq from audit.active_sanctions s))' end;

create function audit.prune_next() returns text
language plpgsql security definer
set search_path = pg_catalog, pg_temp
-- Less than deadlock_timeout: a reader in the way is never the one that fails.
set lock_timeout = '500ms'
as $$
declare
    p record;
    parent text;
    dropped int8;
    kept int8;
begin
    if not pg_try_advisory_xact_lock(6074857, 3) then
        raise exception 'another is dropping a partition' using errcode = 'lock_not_available';
    end if;
    select * into p from audit.prunable(true) limit 1;
    if not found then
        return audit.prune_identities();
    end if;
    parent := case p.class when 'content' then '' else 'event_' end || p.class;
    -- No legal hold may begin while what it would cover is being dropped.
    lock table audit.preservation in share mode;
    execute format('lock table audit.%I in share mode', p.child);
    execute format('create table audit.kept_rows as select e.* from audit.%I e where e.at >= %L or %s',
        p.child, p.keep_from, p.condition);
    execute format('select (select count(*) from audit.kept_rows), count(*) from audit.%I', p.child)
        into kept, dropped;
    dropped := dropped - kept;
    if p.class <> 'content' then
        execute format($q$
            insert into audit.pruned as old (log, first_seq, last_seq, retention, first_at, last_at)
            select g.log, min(g.seq), max(g.seq), g.retention, min(g.at), max(g.at)
            from (
                select e.log, e.seq, e.retention, e.at,
                    e.seq - row_number() over (partition by e.log order by e.seq) as run
                from audit.%I e
                where not exists (
                    select from audit.kept_rows k where k.log = e.log and k.seq = e.seq)
            ) g
            group by g.log, g.retention, g.run
            on conflict (log, first_seq) do update
            set last_seq = greatest(old.last_seq, excluded.last_seq)$q$, p.child);
    end if;
    execute format('drop table audit.%I', p.child);
    if p.is_default then
        execute format('create table audit.%I (like audit.%I including defaults '
            'including constraints)', p.child, parent);
        execute format('alter table audit.%I attach partition audit.%I default', parent, p.child);
    end if;
    -- What stays of a day goes to the default partition, and is found there.
    execute format('insert into audit.%I select * from audit.kept_rows', parent);
    drop table audit.kept_rows;
    return format('%s: %s rows dropped, %s kept', p.child, dropped, kept);
end
$$;
comment on function audit.prune_next() is
    'Drops one partition that a recorded run of retention let go, and says which; NULL when none is left.';

create function audit.prune_identities() returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    connections timestamptz;
    contents timestamptz;
    people int8;
    refused int8 := 0;
begin
    select keep_from into connections from audit.retention_limits(true) where class = 'connections';
    select keep_from into contents from audit.retention_limits(true) where class = 'content';
    delete from audit.subject s
    where s.first_seen < connections
        and not exists (select from audit.event e where e.subject = s.pseudonym)
        and not exists (select from audit.preservation p
            where p.subject = s.pseudonym and p.released_seq is null);
    get diagnostics people = row_count;
    -- What a legal hold covers in quarantine can't be told, so it all stays.
    if not exists (select from audit.preservation p where p.released_seq is null) then
        delete from audit.quarantine q
        where q.record in ('content', 'subject') and q.quarantined_at < contents;
        get diagnostics refused = row_count;
    end if;
    return case when people + refused > 0 then
        format('subject: %s identities without events, quarantine: %s rows dropped', people, refused)
    end;
end
$$;

create function audit.request_retention() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into audit.request (kind, reason)
    select 63, '{"reason": "daily"}'
    where not exists (
            select from audit.request q
            where q.kind = 63 and (q.done_at is null or q.requested_at > now() - interval '20 hours'))
        and exists (select from audit.prunable(false));
end
$$;
comment on function audit.request_retention() is
    'For a running hub: asks for the day''s run of retention when there is something to let go.';

-- The hub's side ------------------------------------------------------------------------------------

create function audit.take_requests(of_log int4, of_fence int4) returns table (
    kind int2, subject uuid, channel text, refers_log int4, refers_seq int8, detail text, reason text,
    request int8, files text, policy bytea)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    r audit.request;
    why text;
begin
    for r in
        select * from audit.request q
        -- What was taken and not recorded is taken again: the run has ended, or its journal was full.
        where q.done_at is null and (q.taken_at is null
            or q.taken_log = of_log and q.taken_fence < of_fence
            or q.taken_at < now() - interval '10 minutes')
            and coalesce(q.for_log, of_log) = of_log
        order by q.id limit 100 for update skip locked
    loop
        why := audit.obstacle(r);
        if why is not null then
            update audit.request q
            set outcome = why, is_refused = true, done_at = now(), reason = null, files = null
            where q.id = r.id;
            continue;
        end if;
        update audit.request q set taken_log = of_log, taken_fence = of_fence, taken_at = now()
        where q.id = r.id;
        kind := r.kind;
        subject := r.subject;
        channel := r.channel;
        refers_log := r.refers_log;
        refers_seq := r.refers_seq;
        detail := (r.terms::jsonb || case r.kind when 63 then audit.retention_terms() else '{}' end || jsonb_build_object('request', r.id))::text;
        reason := (coalesce(r.reason::jsonb, '{}')
            || jsonb_build_object('requested_by', r.requested_by))::text;
        request := r.id;
        files := coalesce(r.files, (select p.files from audit.policy p where p.digest = r.policy))::text;
        policy := r.policy;
        return next;
    end loop;
end
$$;
comment on function audit.take_requests(int4, int4) is
    'For a running hub: the requests that it is to record. What can''t be done is refused here.';

create function audit.refuse_request(of_id int8, of_log int4, why text) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
    update audit.request q
    set outcome = why, is_refused = true, done_at = now(), reason = null, files = null
    where q.id = of_id and q.taken_log = of_log and q.done_at is null;
end;
comment on function audit.refuse_request(int8, int4, text) is
    'For a running hub: what it can''t do of what it took, and why.';

create function audit.moment(microseconds text) returns timestamptz
language sql immutable parallel safe
return timestamptz '2000-01-01 00:00:00+00' + microseconds::int8 * interval '1 microsecond';

-- Removes what a subject said up to a moment, in one log or (NULL) in all others.
create function audit.remove_content(
    of_subject uuid, of_log int4, after_seq int8, before_seq int8, until timestamptz) returns int8
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    removed int8;
begin
    delete from audit.content c using audit.event e
    where e.subject = of_subject and e.at <= until and e.content_hash is not null
        -- Why something was erased or preserved outlives the erasure: it answers for it.
        and e.kind not between 60 and 63
        and e.log = of_log and e.seq > after_seq and e.seq < before_seq
        and c.log = e.log and c.seq = e.seq and c.at = e.at;
    get diagnostics removed = row_count;
    delete from audit.quarantine q using audit.event e
    where q.record = 'content' and e.subject = of_subject and e.at <= until
        and e.log = of_log and e.seq > after_seq and e.seq < before_seq
        and q.log = e.log and q.seq = e.seq;
    -- The pseudonym stands first in a subject's tuple.
    delete from audit.quarantine q
    where q.record = 'subject' and q.log = of_log and q.seq < before_seq
        and substr(q.tuple, 7, 16) = uuid_send(of_subject);
    delete from audit.subject s where s.pseudonym = of_subject and s.first_seen <= until;
    return removed;
end
$$;

create function audit.erase(e audit.event) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    removed int8;
    by_decision text := audit.preserved_by(e.subject);
begin
    if by_decision is not null then
        return format('not carried out: preserved by %s', by_decision);
    end if;
    -- Another hub's shipment waits, then finds this erasure, or is seen by it: see erase_late.
    perform pg_advisory_xact_lock(6074857, 2);
    select coalesce(sum(audit.remove_content(e.subject, l.log, 0,
        case when l.log = e.log then e.seq else l.watermark + 1 end, e.at)), 0)
        into removed from audit.log l;
    insert into audit.erasure (log, seq, at, subject, contents)
        values (e.log, e.seq, e.at, e.subject, removed) on conflict do nothing;
    return format('erased: %s rows of content', removed);
end
$$;

create function audit.carry_out(of_log int4, of_seq int8, of_at timestamptz) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    e audit.event;
    request_id int8;
    result text;
begin
    select * into e from audit.event x
    where x.log = of_log and x.seq = of_seq and x.at = of_at and x.retention = 4;
    if not found then
        return;
    end if;
    begin
        request_id := (e.detail ->> 'request')::int8;
        if e.kind = 60 then
            result := audit.erase(e);
        elsif e.kind = 61 then
            insert into audit.preservation (log, seq, at, subject, channel, from_at, to_at, review_at)
            values (e.log, e.seq, e.at, e.subject, e.channel,
                coalesce(audit.moment(e.detail ->> 'from'), '-infinity'),
                coalesce(audit.moment(e.detail ->> 'to'), 'infinity'),
                audit.moment(e.detail ->> 'review'))
            on conflict do nothing;
            result := 'preserved';
        elsif e.kind = 62 then
            update audit.preservation p
            set released_log = e.log, released_seq = e.seq, released_at = e.at
            where p.log = e.refers_log and p.seq = e.refers_seq and p.released_seq is null;
            result := case when found then 'released' else 'not carried out: it was released before' end;
        elsif e.kind = 63 then
            insert into audit.retention_run (log, seq, class, keep_from)
            select e.log, e.seq, r.class, date '2000-01-01' + (e.detail ->> r.class)::int4
            from audit.retention r where e.detail ->> r.class is not null
            on conflict do nothing;
            result := 'recorded';
        elsif e.kind = 3 then
            result := 'in force';
        end if;
    exception when data_exception or integrity_constraint_violation then
        -- An event that makes no sense must not keep those behind it from being shipped.
        result := format('not carried out: SQLSTATE %s', sqlstate);
    end;
    update audit.request q
    set log = e.log, seq = e.seq, outcome = result, is_refused = result like 'not carried out%',
        done_at = now(), reason = null, files = null
    where q.id = request_id and q.kind = e.kind and q.taken_log = e.log
        and q.subject is not distinct from e.subject and q.done_at is null;
end
$$;
comment on function audit.carry_out(int4, int8, timestamptz) is
    'Does what a recorded erase, preserve, unpreserve or retain says, and answers who asked for policies. '
    'The shipper calls it with each.';

create function audit.erase_late(of_log int4, after_seq int8, first_at timestamptz) returns int8
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    removed int8 := 0;
    x audit.erasure;
begin
    perform pg_advisory_xact_lock_shared(6074857, 2);
    for x in select * from audit.erasure y where y.log <> of_log and y.at >= first_at loop
        removed := removed + audit.remove_content(x.subject, of_log, after_seq,
            9223372036854775807, x.at);
    end loop;
    return removed;
end
$$;
comment on function audit.erase_late(int4, int8, timestamptz) is
    'Removes from a shipment what an erasure recorded by another hub had already forgotten.';

-- Policies ------------------------------------------------------------------------------------------

create view audit.activations as
select
    e.log || '-' || e.seq as decision,
    e.at,
    encode(e.policy, 'hex') as policy,
    e.detail ->> 'by' as by,
    q.requested_by,
    e.seq = max(e.seq) over (partition by e.log) as is_newest,
    e.log,
    e.seq
from audit.event e
left join audit.request q on q.log = e.log and q.seq = e.seq and q.kind = 3
where e.retention = 4 and e.kind = 3 and e.disposition = 0 and e.policy is not null;
comment on view audit.activations is
    'Which policies each log''s hub put in force, when, and who asked; the newest of a log are in force.';

create function audit.request_activation(
    of_files json, of_policy bytea, why text, of_log int4) returns int8
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    made int8;
begin
    if (of_files is null) = (of_policy is null) or coalesce(why, '') = '' then
        raise exception 'policies are put in force by their files or their digest, with a reason'
            using errcode = 'invalid_parameter_value';
    end if;
    insert into audit.request (kind, files, policy, reason, for_log)
    values (3, of_files, of_policy, json_build_object('reason', why), of_log) returning id into made;
    return made;
end
$$;
comment on function audit.request_activation(json, bytea, text, int4) is
    'Asks a running hub (of this log, or NULL: the first that looks) to put policies in force.';

-- Who may do what -----------------------------------------------------------------------------------

revoke all on function audit.obstacle(audit.request), audit.take_requests(int4, int4),
    audit.remove_content(uuid, int4, int8, int8, timestamptz), audit.erase(audit.event),
    audit.carry_out(int4, int8, timestamptz), audit.erase_late(int4, int8, timestamptz),
    audit.prunable(boolean), audit.prune_next(), audit.prune_identities(), audit.request_retention(),
    audit.refuse_request(int8, int4, text), audit.request_activation(json, bytea, text, int4) from public;
grant execute on function audit.take_requests(int4, int4),
    audit.carry_out(int4, int8, timestamptz), audit.erase_late(int4, int8, timestamptz),
    audit.request_retention(), audit.prune_next(), audit.refuse_request(int8, int4, text)
    to touchline_server;
grant execute on function audit.request_activation(json, bytea, text, int4) to touchline_operator;
grant select on audit.activations to touchline_server, touchline_auditor, touchline_reviewer,
    touchline_keeper, touchline_operator;
grant select on audit.log, audit.policy to touchline_operator;
grant execute on function audit.obstacle(audit.request), audit.prunable(boolean), audit.prune_next()
    to touchline_keeper;

grant select on audit.erasure, audit.preservation, audit.retention, audit.retention_run, audit.pruned
    to touchline_server, touchline_auditor, touchline_reviewer, touchline_keeper;
grant select (id, kind, subject, channel, refers_log, refers_seq, terms, requested_by, requested_at,
    for_log, policy, taken_log, taken_fence, taken_at, log, seq, outcome, is_refused, done_at)
    on audit.request to touchline_auditor, touchline_reviewer, touchline_operator;
grant select, insert (kind, subject, channel, refers_log, refers_seq, terms, reason)
    on audit.request to touchline_keeper;
grant update (days) on audit.retention to touchline_keeper;
-- Erasing goes through the record: nobody removes rows past it.
revoke delete on audit.content, audit.subject, audit.quarantine from touchline_keeper;

reset role;
