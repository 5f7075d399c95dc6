-- Forgetting and keeping: what keepers ask for, erasures, preservations. See docs/privacy.md.
--
-- A keeper inserts a request. A running hub takes it and records it as an event; when the event is
-- shipped, carry_out does what it says, in the same transaction. So nothing is erased or preserved
-- without an event that says so, and shipping the event again (after a restore) does it again.

set local role touchline_owner;

insert into audit.kind (family, number, name) values
    ('kind', 60, 'erase'), ('kind', 61, 'preserve'), ('kind', 62, 'unpreserve');

-- Requests --------------------------------------------------------------------------------------

create function audit.is_codes(detail json) returns boolean
language sql immutable strict parallel safe
return json_typeof(detail) = 'object' and not exists (
    select from json_each(detail) as x where x.value::text !~ '^[0-9]{1,18}$');
comment on function audit.is_codes(json) is 'Whether it is an object of whole numbers: no text.';

create table audit.request (
    id int8 generated always as identity primary key,
    kind int2 not null check (kind in (60, 61, 62)),
    subject uuid,
    channel text check (octet_length(channel) between 1 and 256),
    refers_log int4,
    refers_seq int8,
    terms json not null default '{}' check (audit.is_codes(terms)),
    reason json check (octet_length(reason::text) <= 65536),
    requested_by name not null default session_user,
    requested_at timestamptz not null default now(),
    taken_log int4,
    taken_fence int4,
    log int4,
    seq int8,
    outcome text,
    is_refused boolean,
    done_at timestamptz,
    check ((refers_log is null) = (refers_seq is null)),
    check (case kind when 60 then subject is not null and channel is null
        when 61 then subject is not null or channel is not null
        else refers_seq is not null end)
);
create index request_open on audit.request (id) where done_at is null;
comment on table audit.request is
    'What keepers asked for. terms goes to the event''s detail, reason (free text, names) to its '
    'content and is then removed here; log and seq are the decision, outcome what came of it.';

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

create function audit.is_preserved(e audit.event) returns boolean
language sql stable parallel safe
return exists (
    select from audit.preservation p
    where p.released_seq is null
        and (p.subject is null or p.subject = e.subject)
        and (p.channel is null or p.channel = e.channel)
        -- A sanction that is kept keeps those that came after it, so that no lifted one revives.
        and (e.kind in (50, 51, 52, 53) or e.at >= p.from_at and e.at < p.to_at));
comment on function audit.is_preserved(audit.event) is 'Whether a preservation in force covers the event.';

create function audit.open_matters(of_subject uuid) returns setof text
language sql stable
begin atomic
    select e.log || '-' || e.seq from audit.event e
    where e.subject = of_subject and e.disposition = 3
        and not exists (
            select from audit.event x where x.refers_log = e.log and x.refers_seq = e.seq)
    order by e.at;
end;
comment on function audit.open_matters(uuid) is
    'Decisions about the subject that wait for a person: held messages that nothing refers to yet.';

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

-- The hub's side ------------------------------------------------------------------------------------

create function audit.take_requests(of_log int4, of_fence int4) returns table (
    kind int2, subject uuid, channel text, refers_log int4, refers_seq int8, detail text, reason text)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    r audit.request;
    why text;
begin
    for r in
        select * from audit.request q
        -- What a run before took and did not record is taken again.
        where q.done_at is null and (q.taken_log is null
            or q.taken_log = of_log and q.taken_fence < of_fence)
        order by q.id limit 100 for update skip locked
    loop
        why := audit.obstacle(r);
        if why is not null then
            update audit.request q
            set outcome = why, is_refused = true, done_at = now(), reason = null where q.id = r.id;
            continue;
        end if;
        update audit.request q set taken_log = of_log, taken_fence = of_fence where q.id = r.id;
        kind := r.kind;
        subject := r.subject;
        channel := r.channel;
        refers_log := r.refers_log;
        refers_seq := r.refers_seq;
        detail := (r.terms::jsonb || jsonb_build_object('request', r.id))::text;
        reason := (coalesce(r.reason::jsonb, '{}')
            || jsonb_build_object('requested_by', r.requested_by))::text;
        return next;
    end loop;
end
$$;
comment on function audit.take_requests(int4, int4) is
    'For a running hub: the requests that it is to record. What can''t be done is refused here.';

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
        and e.kind not in (60, 61, 62)
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
        end if;
    exception when data_exception or integrity_constraint_violation then
        -- An event that makes no sense must not keep those behind it from being shipped.
        result := format('not carried out: SQLSTATE %s', sqlstate);
    end;
    update audit.request q
    set log = e.log, seq = e.seq, outcome = result, is_refused = result like 'not carried out%',
        done_at = now(), reason = null
    where q.id = request_id and q.kind = e.kind and q.taken_log = e.log
        and q.subject is not distinct from e.subject and q.done_at is null;
end
$$;
comment on function audit.carry_out(int4, int8, timestamptz) is
    'Does what a recorded erase, preserve or unpreserve says. The shipper calls it as it ships one.';

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

-- Who may do what -----------------------------------------------------------------------------------

revoke all on function audit.obstacle(audit.request), audit.take_requests(int4, int4),
    audit.remove_content(uuid, int4, int8, int8, timestamptz), audit.erase(audit.event),
    audit.carry_out(int4, int8, timestamptz), audit.erase_late(int4, int8, timestamptz) from public;
grant execute on function audit.take_requests(int4, int4),
    audit.carry_out(int4, int8, timestamptz), audit.erase_late(int4, int8, timestamptz)
    to touchline_server;
grant execute on function audit.obstacle(audit.request) to touchline_keeper;

grant select on audit.erasure, audit.preservation
    to touchline_server, touchline_auditor, touchline_reviewer, touchline_keeper;
grant select (id, kind, subject, channel, refers_log, refers_seq, terms, requested_by, requested_at,
    taken_log, taken_fence, log, seq, outcome, is_refused, done_at) on audit.request
    to touchline_auditor, touchline_reviewer;
grant select, insert (kind, subject, channel, refers_log, refers_seq, terms, reason)
    on audit.request to touchline_keeper;
-- Erasing goes through the record: nobody removes rows past it.
revoke delete on audit.content, audit.subject, audit.quarantine from touchline_keeper;

reset role;
