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

-- What is in force in channels: sanctions, slow mode, freezes, enrolments. See docs/sql.md.

insert into audit.kind (family, number, name) values
    ('kind', 24, 'enrol'), ('kind', 25, 'withdraw'),
    ('kind', 56, 'slow'), ('kind', 57, 'freeze'), ('kind', 58, 'unfreeze');

-- As the hub applies them: the newest of mute and unmute (ban and unban) counts, of the whole hub and of
-- each channel. detail.until is in microseconds since 2000-01-01 UTC; without it a sanction has no end.
create or replace view audit.standing as
select distinct on (e.subject, e.kind in (50, 51), e.channel)
    e.subject,
    e.kind,
    e.at,
    (e.detail ->> 'until')::int8 as until,
    e.channel,
    e.rules,
    e.log,
    e.seq
from audit.event e
where e.retention = 3 and e.kind in (50, 51, 52, 53) and e.disposition = 0
    and e.subject is not null
order by e.subject, e.kind in (50, 51), e.channel, e.at desc, e.log desc, e.seq desc;
comment on view audit.standing is
    'The newest mute or unmute, and ban or unban, of each subject on the whole hub and in each channel.';
comment on view audit.active_sanctions is
    'Mutes and bans in force now: in a channel, or on the whole hub where channel is NULL.';

create view audit.channel_settings as
select
    n.log || '-' || n.seq as decision,
    n.channel,
    case n.kind when 56 then 'slow' else 'freeze' end as setting,
    n.seconds,
    n.at as since,
    n.log,
    n.seq
from (
    select distinct on (e.channel, e.kind = 56)
        e.channel, e.kind, e.at, e.log, e.seq, (e.detail ->> 'seconds')::int4 as seconds
    from audit.event e
    where e.retention = 3 and e.kind in (56, 57, 58) and e.disposition = 0 and e.channel is not null
    order by e.channel, e.kind = 56, e.at desc, e.log desc, e.seq desc) n
where n.kind = 57 or n.kind = 56 and n.seconds is not null;
comment on view audit.channel_settings is
    'Freezes and slow modes in force, one row each; slow mode of 0 seconds overrules that of the policies.';

create view audit.enrolments as
select n.log || '-' || n.seq as decision, n.subject, n.channel, n.at as since, n.log, n.seq
from (
    select distinct on (e.subject, e.channel) e.subject, e.channel, e.kind, e.at, e.log, e.seq
    from audit.event e
    where e.retention = 3 and e.kind in (24, 25) and e.disposition = 0
        and e.subject is not null and e.channel is not null
    order by e.subject, e.channel, e.at desc, e.log desc, e.seq desc) n
where n.kind = 24 and not exists (
    select from audit.erasure x
    where x.subject = n.subject and (x.at, x.log, x.seq) > (n.at, n.log, n.seq));
comment on view audit.enrolments is
    'Members who belong to a channel because somebody enrolled them; an erasure ends it.';

-- Retention -----------------------------------------------------------------------------------------

-- What is kept of a state keeps what came after it, so that nothing ended revives.
create or replace function audit.covers(p audit.preservation, e audit.event) returns boolean
language sql immutable parallel safe
return (p.subject is null or p.subject = e.subject)
    and (p.channel is null or p.channel = e.channel)
    and (e.kind in (24, 25, 50, 51, 52, 53, 56, 57, 58) or e.at >= p.from_at and e.at < p.to_at);

-- What is in force: that stays where the hub finds it at its next start.
create view audit.in_force as
select s.log, s.seq from audit.active_sanctions s
union all
select c.log, c.seq from audit.channel_settings c
union all
select n.log, n.seq from audit.enrolments n;
comment on view audit.in_force is 'Events that a starting hub reads its state from, whatever their age.';

drop function audit.is_kept(audit.event);

-- Which of the events e are state that a hub reads at its start, or that waits for a person. What else
-- comes to be in force gets a line here. Its words go into the queries, because a function that holds
-- a subquery is never inlined: called for each row it would cost 60 us.
create function audit.in_force_condition() returns text
language sql immutable parallel safe
return '(' || array_to_string(array[
    -- Mutes and bans, settings of channels, enrolments.
    'e.kind in (24, 50, 52, 56, 57) and (e.log, e.seq) in (select s.log, s.seq from audit.in_force s)',
    -- Revocations and erasures, until the tokens that they revoke have expired.
    'e.kind in (55, 60) and coalesce((e.detail ->> ''until'')::int8, 0)'
        ' > extract(epoch from now() - timestamptz ''2000-01-01 00:00:00+00'') * 1000000',
    -- Held messages that nobody has decided about.
    'e.disposition = 3 and not audit.is_decided(e.log, e.seq)'
], ' or ') || ')';
comment on function audit.in_force_condition() is
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
        'and audit.covers(p, e::audit.event)) or ' || audit.in_force_condition() || ')' end;
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

grant select on audit.channel_settings, audit.enrolments, audit.in_force
    to touchline_server, touchline_auditor, touchline_reviewer, touchline_keeper;

reset role;
