-- What forgetting and keeping go by, as audits of them left it. See docs/privacy.md.

set local role touchline_owner;

-- What is open ------------------------------------------------------------------------------------

-- Much refers to a message and decides nothing: what follows by rule (a strike, a mute), what members
-- change or take back (31, 32), what operators look at (70), and whatever was itself refused or held.
create or replace function audit.is_decided(of_log int4, of_seq int8) returns boolean
language sql stable parallel safe
begin atomic
    select exists (select from audit.event x
        where x.refers_log = of_log and x.refers_seq = of_seq
            and x.disposition = 0 and x.kind not in (31, 32, 70)
            and x.detail ->> 'by' is distinct from 'rule');
end;
comment on function audit.is_decided(int4, int8) is
    'Whether somebody decided about a held or flagged message: an event that is in force refers to it, '
    'which no rule asked for, and which is no edit, deletion or look at it.';

-- Retention -----------------------------------------------------------------------------------------

-- Content goes with the first of its events to go, for an erasure finds it by its event. It goes before
-- them, too: by their names its partitions come first.
create or replace function audit.retention_limits(recorded boolean)
returns table (class text, keep_from timestamptz)
language sql stable
begin atomic
    select y.class, case y.class when 'content' then max(y.keep_from) over () else y.keep_from end
    from (
        select x.class, least(x.by_setting,
            case when recorded then coalesce(x.by_event, '-infinity') end::timestamp) at time zone 'UTC'
            as keep_from
        from (
            select r.class, ((now() at time zone 'UTC')::date - r.days)::timestamp as by_setting,
                (select max(q.keep_from) from audit.retention_run q where q.class = r.class) as by_event
            from audit.retention r) x) y;
end;

create or replace function audit.retention_terms() returns jsonb
language sql stable
begin atomic
    select jsonb_object_agg(l.class, (l.keep_from at time zone 'UTC')::date - date '2000-01-01')
    from audit.retention_limits(false) l;
end;

-- What is in force: that stays where the hub finds it at its next start.
create or replace view audit.in_force as
select s.log, s.seq from audit.active_sanctions s
union all
select c.log, c.seq from audit.channel_settings c
union all
select n.log, n.seq from audit.enrolments n
union all
-- The policies that each log's hub starts with.
(select distinct on (e.log) e.log, e.seq from audit.event e
    where e.retention = 4 and e.kind = 3 and e.disposition = 0 and e.policy is not null
    order by e.log, e.at desc, e.seq desc);

-- Retention takes partition by partition, and the default one has rows of any day. So what ended or
-- replaced a state stays until nothing older of that state is left in another partition: else a ban
-- that was lifted would be the newest, and in force again.
create view audit.superseding as
select s.log, s.seq
from (
    select e.log, e.seq, row_number() over everywhere as place, row_number() over here as place_here
    from (
        select e.log, e.seq, e.at, e.tableoid as partition, e.channel,
            case when e.kind < 56 then e.subject end as subject,
            case when e.kind in (24, 25) then 24 when e.kind in (50, 51) then 50
                when e.kind in (52, 53) then 52 when e.kind = 56 then 56 else 57 end as state
        from audit.event e
        where e.retention = 3 and e.kind in (24, 25, 50, 51, 52, 53, 56, 57, 58) and e.disposition = 0
    ) e
    window everywhere as (partition by e.subject, e.channel, e.state order by e.at, e.log, e.seq),
        here as (partition by e.subject, e.channel, e.state, e.partition order by e.at, e.log, e.seq)
) s
where s.place > s.place_here;
comment on view audit.superseding is
    'Sanctions, settings and enrolments, and their ends, that have an older one in another partition.';

-- Which of the events e are state that a hub reads at its start, or that waits for a person. What else
-- comes to be in force gets a line here. Its words go into the queries, because a function that holds
-- a subquery is never inlined: called for each row it would cost 60 us.
create or replace function audit.in_force_condition() returns text
language sql immutable parallel safe
return '(' || array_to_string(array[
    -- Mutes and bans, settings of channels, enrolments, policies.
    'e.kind in (3, 24, 50, 52, 56, 57) and (e.log, e.seq) in (select s.log, s.seq from audit.in_force s)',
    -- What keeps those from coming back that it ended or replaced.
    'e.kind in (24, 25, 50, 51, 52, 53, 56, 57, 58)'
        ' and (e.log, e.seq) in (select s.log, s.seq from audit.superseding s)',
    -- Strikes, as far back as any rule counts them.
    'e.kind = 54 and e.at > now() - interval ''90 days''',
    -- Revocations and erasures, until the tokens that they revoke have expired.
    'e.kind in (55, 60) and coalesce((e.detail ->> ''until'')::int8, 0)'
        ' > extract(epoch from now() - timestamptz ''2000-01-01 00:00:00+00'') * 1000000',
    -- Held messages that nobody has decided about.
    'e.disposition = 3 and not audit.is_decided(e.log, e.seq)'
], ' or ') || ')';

-- Erasing -------------------------------------------------------------------------------------------

-- The ninth field is the session, which may be NULL, and the tenth the subject.
create function audit.refused_subject(tuple bytea) returns uuid
language sql immutable strict parallel safe
return (
    select case when substr(tuple, x.start, 4) = int4send(16) and octet_length(tuple) >= x.start + 19
        then encode(substr(tuple, x.start + 4, 16), 'hex')::uuid end
    from (select case substr(tuple, 65, 4) when int4send(16) then 85 else 69 end as start) x);
comment on function audit.refused_subject(bytea) is
    'The subject in an event''s binary COPY tuple, as quarantine has it; NULL where there is none.';

create or replace function audit.remove_content(
    of_subject uuid, of_log int4, after_seq int8, before_seq int8, until timestamptz) returns int8
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    removed int8;
    of_refused int8;
    refused int8[];
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
    -- What belongs to an event that PostgreSQL refused: nothing tells when it was, but its order.
    refused := array(
        select q.seq from audit.quarantine q
        where q.record = 'event' and q.log = of_log and q.seq > after_seq and q.seq < before_seq
            and audit.refused_subject(q.tuple) = of_subject);
    delete from audit.content c where c.log = of_log and c.seq = any (refused) and c.at <= until;
    get diagnostics of_refused = row_count;
    delete from audit.quarantine q
    where q.record = 'content' and q.log = of_log and q.seq = any (refused);
    -- The pseudonym stands first in a subject's tuple.
    delete from audit.quarantine q
    where q.record = 'subject' and q.log = of_log and q.seq < before_seq
        and substr(q.tuple, 7, 16) = uuid_send(of_subject);
    delete from audit.subject s where s.pseudonym = of_subject and s.first_seen <= until;
    return removed + of_refused;
end
$$;

-- What the journal still held when the erasure was asked for has come before it by now.
create function audit.open_before(e audit.event) returns setof text
language sql stable
begin atomic
    select x.log || '-' || x.seq from audit.event x
    where x.subject = e.subject and (x.disposition = 3 or x.detail -> 'flags' is not null)
        and x.at <= e.at and (x.log <> e.log or x.seq < e.seq)
        and not audit.is_decided(x.log, x.seq)
    order by x.at, x.log, x.seq;
end;
comment on function audit.open_before(audit.event) is
    'Decisions about the subject of an event that were recorded before it and wait for a person.';

create or replace function audit.erase(e audit.event) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    removed int8;
    by_decision text := audit.preserved_by(e.subject);
    open_ones text[];
begin
    if by_decision is not null then
        return format('not carried out: preserved by %s', by_decision);
    end if;
    if coalesce(e.detail ->> 'override', '0') = '0' then
        open_ones := array(select audit.open_before(e) limit 6);
        if cardinality(open_ones) > 0 then
            return format('not carried out: open: %s%s', array_to_string(open_ones[:5], ', '),
                case when cardinality(open_ones) > 5 then ' and more' else '' end);
        end if;
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

-- Requests ------------------------------------------------------------------------------------------

drop function audit.take_requests(int4, int4);

create function audit.take_requests(of_log int4, of_fence int4, in_journal int8[]) returns table (
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
            and q.id <> all (in_journal)
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
        detail := (r.terms::jsonb || case r.kind when 63 then audit.retention_terms() else '{}' end
            || jsonb_build_object('request', r.id))::text;
        reason := (coalesce(r.reason::jsonb, '{}')
            || jsonb_build_object('requested_by', r.requested_by))::text;
        request := r.id;
        files := coalesce(r.files, (select p.files from audit.policy p where p.digest = r.policy))::text;
        policy := r.policy;
        return next;
    end loop;
end
$$;
comment on function audit.take_requests(int4, int4, int8[]) is
    'For a running hub: the requests that it is to record, but for those that wait in its journal to be '
    'shipped. What can''t be done is refused here.';

-- Whether its request was done by another event, or refused: two hubs have taken it, one after the other.
create function audit.is_repeated(e audit.event, of_request int8) returns boolean
language sql stable
return exists (
    select from audit.request q
    where q.id = of_request and q.kind = e.kind and q.subject is not distinct from e.subject
        -- In a database that was restored, ids are given again.
        and q.requested_at <= e.at
        and q.done_at is not null and (q.log, q.seq) is distinct from (e.log, e.seq));

create or replace function audit.carry_out(of_log int4, of_seq int8, of_at timestamptz) returns void
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
        if audit.is_repeated(e, request_id) then
            return;
        elsif e.kind = 60 then
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

-- It hides rows, so no condition of a reader's is asked before its own.
create view audit.activation_requests with (security_barrier) as
select
    q.id, q.requested_by, q.requested_at, q.for_log, encode(q.policy, 'hex') as policy, q.taken_log,
    q.taken_at, q.log, q.seq, q.outcome, q.is_refused, q.done_at
from audit.request q
where q.kind = 3;
comment on view audit.activation_requests is
    'What operators asked to put in force, and what came of it; of requests, this is all they read.';

-- Who may do what -----------------------------------------------------------------------------------

revoke select on audit.request from touchline_operator;
grant select on audit.activation_requests
    to touchline_auditor, touchline_reviewer, touchline_keeper, touchline_operator;
revoke all on function audit.take_requests(int4, int4, int8[]) from public;
grant execute on function audit.take_requests(int4, int4, int8[]) to touchline_server;

reset role;
