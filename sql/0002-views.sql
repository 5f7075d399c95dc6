-- What people read: names instead of numbers, one row a decision. See docs/sql.md.

set local role touchline_owner;

create view audit.trail as
select
    e.log || '-' || e.seq as decision,
    e.at,
    coalesce(k.name, e.kind::text) as kind,
    coalesce(s.name, e.stage::text) as stage,
    coalesce(d.name, e.disposition::text) as disposition,
    e.subject,
    e.session,
    e.channel,
    e.channel_epoch,
    e.channel_seq,
    e.message,
    e.refers_log || '-' || e.refers_seq as refers,
    e.rules,
    e.shadow_rules,
    e.score,
    encode(e.policy, 'hex') as policy,
    e.bytes,
    e.judged_ns,
    encode(e.content_hash, 'hex') as content_hash,
    e.detail,
    coalesce(r.name, e.retention::text) as retention,
    e.log,
    e.seq,
    e.disposition as strictness
from audit.event e
left join audit.kind k on k.family = 'kind' and k.number = e.kind
left join audit.kind s on s.family = 'stage' and s.number = e.stage
left join audit.kind d on d.family = 'disposition' and d.number = e.disposition
left join audit.kind r on r.family = 'retention' and r.number = e.retention;
comment on view audit.trail is
    'Every event, pseudonymous, with names instead of numbers; strictness is the disposition''s.';

-- Text of a body; what is not UTF-8 (an unusable frame's bytes) is shown with escapes. Unsafe in
-- parallel plans: no process of one may begin the subtransaction that catches the exception.
create function audit.readable(body bytea) returns text
language plpgsql immutable strict parallel unsafe as $$
begin
    return convert_from(body, 'UTF8');
exception when character_not_in_repertoire or untranslatable_character then
    return encode(body, 'escape');
end
$$;

create view audit.trail_with_content as
select
    t.*,
    p.name as subject_name,
    p.issuer as subject_issuer,
    p.sub as subject_sub,
    c.original,
    c.delivered,
    c.reason,
    c.connection
from audit.trail t
left join audit.subject p on p.pseudonym = t.subject
left join lateral (
    select
        max(audit.readable(x.body)) filter (where x.part = 1) as original,
        max(audit.readable(x.body)) filter (where x.part = 2) as delivered,
        max(audit.readable(x.body)) filter (where x.part = 3) as reason,
        max(audit.readable(x.body)) filter (where x.part = 4) as connection
    from audit.content x
    where x.log = t.log and x.seq = t.seq and x.at = t.at
) c on true;
comment on view audit.trail_with_content is
    'The trail with names and texts, for reviewers; NULL where content or subject is erased.';

create view audit.blocked as
select * from audit.trail where strictness in (2, 4);
comment on view audit.blocked is 'What was refused: blocked, or bounced to be reworded.';

-- What follows from a decision by rule (a strike, a mute) refers to it too and decides nothing.
create function audit.is_decided(of_log int4, of_seq int8) returns boolean
language sql stable parallel safe
begin atomic
    select exists (select from audit.event x
        where x.refers_log = of_log and x.refers_seq = of_seq
            and x.detail ->> 'by' is distinct from 'rule');
end;
comment on function audit.is_decided(int4, int8) is
    'Whether somebody decided about a held or flagged message: an event refers to it that no rule asked for.';

create view audit.open_holds as
select * from audit.trail t where t.strictness = 3 and not audit.is_decided(t.log, t.seq);
comment on view audit.open_holds is 'Held messages that nobody has decided about.';

create view audit.open_flags as
select t.decision, t.at, f.flag, t.kind, t.disposition, t.channel, t.subject, t.rules, t.log, t.seq
from audit.trail t
cross join lateral json_array_elements_text(t.detail -> 'flags') as f (flag)
-- Only a rule that acted flags, and what rules acted on is indexed.
where t.rules <> '{}' and t.detail -> 'flags' is not null and not audit.is_decided(t.log, t.seq);
comment on view audit.open_flags is
    'One row a flag of what rules have flagged for a person and nobody has decided about.';

-- As the hub applies them: the newest of mute and unmute (ban and unban) counts, hub-wide.
-- detail.until is in microseconds since 2000-01-01 UTC; without it a sanction has no end.
create view audit.standing as
select distinct on (e.subject, e.kind in (50, 51))
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
order by e.subject, e.kind in (50, 51), e.at desc, e.log desc, e.seq desc;
comment on view audit.standing is 'The newest mute or unmute, and ban or unban, of each subject.';

create view audit.active_sanctions as
select
    l.log || '-' || l.seq as decision,
    l.subject,
    case l.kind when 50 then 'mute' else 'ban' end as sanction,
    l.at as since,
    x.until,
    l.channel,
    l.rules,
    l.log,
    l.seq
from audit.standing l
cross join lateral (
    -- PostgreSQL's timestamps end in the year 294276; what ends later has no end.
    select case when l.until < 9223371331200000000 then timestamptz '2000-01-01 00:00:00+00'
        + l.until * interval '1 microsecond' end as until
) x
where l.kind in (50, 52) and (x.until is null or x.until > now());
comment on view audit.active_sanctions is 'Mutes and bans in force now.';

create view audit.sessions as
select
    c.session,
    c.subject,
    c.at as connected_at,
    d.at as ended_at,
    d.at - c.at as lasted,
    c.log || '-' || c.seq as connect_decision,
    d.log || '-' || d.seq as disconnect_decision,
    d.detail as disconnect_detail
from audit.event c
left join audit.event d
    on d.retention = 2 and d.kind = 11 and d.subject = c.subject and d.session = c.session
    and d.at >= c.at
where c.retention = 2 and c.kind = 10 and c.disposition = 0 and c.session is not null;
comment on view audit.sessions is
    'Admitted connections; ended_at is NULL while open, and when the hub was killed.';

create view audit.rule_hits as
select e.at, x.rule, 'enforce' as mode, e.subject, e.channel, e.disposition as strictness, e.log, e.seq
from audit.event e, unnest(e.rules) as x (rule)
where e.rules <> '{}'
union all
select e.at, x.rule, 'shadow', e.subject, e.channel, e.disposition, e.log, e.seq
from audit.event e, unnest(e.shadow_rules) as x (rule)
where e.shadow_rules <> '{}';
comment on view audit.rule_hits is
    'One row a rule that matched, enforced or in shadow; strictness is that of the whole verdict.';

create view audit.rule_hits_hourly as
select
    date_trunc('hour', h.at, 'UTC') as hour,
    h.rule,
    h.mode,
    count(*) as hits,
    count(distinct h.subject) as subjects,
    count(*) filter (where h.strictness in (2, 4)) as refused,
    count(*) filter (where h.strictness = 3) as held,
    count(*) filter (where h.strictness = 1) as redacted
from audit.rule_hits h
group by 1, 2, 3;
comment on view audit.rule_hits_hourly is
    'How often each rule matched, and whom, by hour (UTC). For a few days of many, count rule_hits.';

create view audit.quarantined as
select q.log || '-' || q.seq as decision, q.record, q.sqlstate, q.quarantined_at, q.log, q.seq
from audit.quarantine q;
comment on view audit.quarantined is 'Quarantine without the bytes, which may hold personal data.';

-- Step by step: in one statement the planner takes a story for millions of rows.
create function audit.story(id text) returns setof audit.trail
language plpgsql stable parallel restricted
set search_path = pg_catalog, pg_temp
as $$
declare
    parts text[] := regexp_match(trim(id), '^([0-9]{1,10})-([0-9]{1,18})$');
    first_at timestamptz;
    end_at timestamptz;
    here record;
    above record;
    logs int4[];
    seqs int8[];
    ats timestamptz[];
    i int4 := 1;
begin
    if parts is null then
        raise exception 'a decision is written <log>-<seq>, for example 1-17'
            using errcode = 'invalid_parameter_value';
    end if;
    select min(d.day)::timestamp at time zone 'UTC', (max(d.day) + 1)::timestamp at time zone 'UTC'
        into first_at, end_at from audit.day d
        where d.log = parts[1]::int8 and parts[2]::int8 between d.first_seq and d.last_seq;
    select e.log, e.seq, e.at, e.refers_log, e.refers_seq into here from audit.event e
        where e.log = parts[1]::int8 and e.seq = parts[2]::int8 and e.at >= first_at and e.at < end_at;
    if not found then
        return;
    end if;
    -- Up to what it is about. Nothing refers to what is newer, so this ends.
    while here.refers_seq is not null loop
        select e.log, e.seq, e.at, e.refers_log, e.refers_seq into above from audit.event e
            where e.log = here.refers_log and e.seq = here.refers_seq and e.at <= here.at
                and (e.at, e.log, e.seq) < (here.at, here.log, here.seq);
        exit when not found;
        here := above;
    end loop;
    -- Down to what refers to that, level by level.
    logs := array[here.log];
    seqs := array[here.seq];
    ats := array[here.at];
    while i <= cardinality(seqs) and cardinality(seqs) < 1000 loop
        for here in select e.log, e.seq, e.at from audit.event e
            where e.refers_log = logs[i] and e.refers_seq = seqs[i] and e.at >= ats[i]
                and (e.at, e.log, e.seq) > (ats[i], logs[i], seqs[i])
        loop
            logs := logs || here.log;
            seqs := seqs || here.seq;
            ats := ats || here.at;
        end loop;
        i := i + 1;
    end loop;
    for here in select * from unnest(logs, seqs, ats) as x (log, seq, at) order by x.at, x.log, x.seq loop
        return query select t.* from audit.trail t
            where t.log = here.log and t.seq = here.seq and t.at = here.at;
    end loop;
end
$$;
comment on function audit.story(text) is
    'All that belongs to a decision: what it is about in the end, and what followed from that, to 1000.';

create function audit.decision(id text) returns json
language plpgsql stable parallel restricted
set search_path = pg_catalog, pg_temp
as $$
declare
    parts text[] := regexp_match(trim(id), '^([0-9]{1,10})-([0-9]{1,18})$');
    of_log int8;
    of_seq int8;
    first_at timestamptz;
    end_at timestamptz;
    shipped int8;
    answer json;
    dropped record;
begin
    if parts is null then
        raise exception 'a decision is written <log>-<seq>, for example 1-17'
            using errcode = 'invalid_parameter_value';
    end if;
    of_log := parts[1]::int8;
    of_seq := parts[2]::int8;
    select min(d.day)::timestamp at time zone 'UTC', (max(d.day) + 1)::timestamp at time zone 'UTC'
        into first_at, end_at
        from audit.day d where d.log = of_log and of_seq between d.first_seq and d.last_seq;
    if first_at is not null then
        select json_strip_nulls(row_to_json(x)) into answer from (
            select t.decision, 'recorded' as status,
                to_char(t.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at,
                t.kind, t.stage, t.disposition, t.subject, t.session, t.channel, t.channel_epoch,
                t.channel_seq, t.message, t.refers, t.rules, t.shadow_rules, t.score, t.policy,
                t.bytes, t.judged_ns, t.content_hash, t.detail, encode(audit.leaf(e), 'hex') as leaf
            from audit.trail t
            join audit.event e on e.log = t.log and e.seq = t.seq and e.at = t.at
            where t.log = of_log and t.seq = of_seq and t.at >= first_at and t.at < end_at
                and e.log = of_log and e.seq = of_seq and e.at >= first_at and e.at < end_at
        ) x;
        if answer is not null then
            return answer;
        end if;
    end if;
    select json_build_object('decision', of_log || '-' || of_seq, 'status', 'quarantined',
        'sqlstate', q.sqlstate, 'quarantined_at', q.quarantined_at) into answer
        from audit.quarantined q
        where q.log = of_log and q.seq = of_seq and q.record = 'event' limit 1;
    if answer is not null then
        return answer;
    end if;
    select p.* into dropped from audit.pruned p
        where p.log = of_log and p.first_seq <= of_seq order by p.first_seq desc limit 1;
    if found and of_seq <= dropped.last_seq then
        return json_strip_nulls(json_build_object('decision', of_log || '-' || of_seq, 'status', 'dropped',
            'retention', (select k.name from audit.kind k
                where k.family = 'retention' and k.number = dropped.retention),
            'recorded_from', to_char(dropped.first_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'recorded_until', to_char(dropped.last_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'dropped_at', to_char(dropped.pruned_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
            'dropped_by', (select r.log || '-' || r.seq from audit.retention_run r
                join audit.kind k on k.family = 'retention' and k.number = dropped.retention
                    and k.name = r.class
                where r.keep_from::timestamp at time zone 'UTC' > dropped.last_at
                order by r.keep_from, r.log, r.seq limit 1)));
    end if;
    select l.watermark into shipped from audit.log l where l.log = of_log;
    return json_build_object('decision', of_log || '-' || of_seq, 'status',
        case when shipped is null then 'unknown log'
            when of_seq = 0 or of_seq <= shipped then 'not found'
            else 'not shipped yet' end);
end
$$;
comment on function audit.decision(text) is
    'The decision with this public id, <log>-<seq>, as one JSON object.';

grant select on audit.trail, audit.blocked, audit.open_holds, audit.open_flags, audit.standing, audit.active_sanctions, audit.sessions,
    audit.rule_hits, audit.rule_hits_hourly, audit.quarantined
    to touchline_server, touchline_auditor, touchline_reviewer, touchline_keeper;
grant select on audit.trail_with_content to touchline_server, touchline_reviewer, touchline_keeper;

reset role;
