-- What the hub keeps in force and reads back: what retention leaves, who answers for an override, places.

set local role touchline_owner;

-- What stands in the way ----------------------------------------------------------------------------

create or replace function audit.obstacle(r audit.request) returns text
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    by_decision text;
    open_ones text[];
begin
    if r.kind = 60 then
        if coalesce(r.terms ->> 'override', '0') = '0' then
            open_ones := array(select audit.open_matters(r.subject) limit 6);
        elsif coalesce(btrim(r.reason ->> 'officer'), '') = '' then
            return 'an override names the officer who answers for it';
        end if;
        by_decision := audit.preserved_by(r.subject);
        if by_decision is not null then
            return format('preserved by %s: release that first', by_decision);
        end if;
        if cardinality(open_ones) > 0 then
            return format('open: %s%s: decide these first, or override with a named officer',
                array_to_string(open_ones[:5], ', '),
                case when cardinality(open_ones) > 5 then ' and more' else '' end);
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

-- Retention -----------------------------------------------------------------------------------------

drop function audit.is_kept(audit.event);

-- Which of the events e are state that a hub reads at its start, or that waits for a person. What else
-- comes to be in force gets a line here. Its words go into the queries, because a function that holds
-- a subquery is never inlined: called for each row it would cost 60 us.
create function audit.in_force() returns text
language sql immutable parallel safe
return '(' || array_to_string(array[
    -- Mutes and bans.
    'e.kind in (50, 52) and (e.log, e.seq) in (select s.log, s.seq from audit.active_sanctions s)',
    -- Revocations and erasures, until the tokens that they revoke have expired.
    'e.kind in (55, 60) and coalesce((e.detail ->> ''until'')::int8, 0)'
        ' > extract(epoch from now() - timestamptz ''2000-01-01 00:00:00+00'') * 1000000',
    -- Held messages that nobody has decided about.
    'e.disposition = 3 and not audit.is_decided(e.log, e.seq)'
], ' or ') || ')';
comment on function audit.in_force() is
    'In SQL, about a row e of audit.event: whether retention leaves it because it is in force.';

create or replace function audit.kept_condition(class text, starts timestamptz, ends timestamptz)
returns text
language sql immutable
return case class when 'content' then
    format('(exists (select from audit.event v, audit.preservation p where v.log = e.log and v.seq = e.seq '
        'and v.at = e.at and v.at >= %1$L and v.at < %2$L and p.released_seq is null and audit.covers(p, v))'
        -- What is held is judged again when it is released.
        ' or exists (select from audit.event v where v.log = e.log and v.seq = e.seq and v.at = e.at '
        'and v.at >= %1$L and v.at < %2$L and v.disposition = 3 and not audit.is_decided(v.log, v.seq)))',
        starts, ends)
    else '(exists (select from audit.preservation p where p.released_seq is null '
        'and audit.covers(p, e::audit.event)) or ' || audit.in_force() || ')' end;
comment on function audit.kept_condition(text, timestamptz, timestamptz) is
    'In SQL, about a row e of a class: whether retention leaves it, because it is preserved or in force.';

-- What a running hub reads back of what was said: history, resumed sessions, edits and deletions.

insert into audit.kind (family, number, name) values
    ('kind', 13, 'resume'), ('kind', 22, 'history'), ('kind', 23, 'presence');

-- Places in channels: of messages, edits and deletions alone, so that other events don't pay for it.
create index event_place on audit.event (channel, channel_epoch, channel_seq)
    where channel_seq is not null;

-- What a start reads back: the resume tokens that are used up.
create index event_resume_at on audit.event (at) where kind = 13;

reset role;
