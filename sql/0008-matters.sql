-- What a matter is decided by, what a legal hold keeps of itself, and what else a cut record leaves
-- behind. See docs/privacy.md and docs/proofs.md.

set local role touchline_owner;

-- What is open ------------------------------------------------------------------------------------

-- Much refers to a message and decides nothing: what follows by rule (a strike, a mute), what members
-- change or take back (31, 32), what keepers erase, preserve and let go (60 to 63), what operators look
-- at (70), and whatever was itself refused or held.
create or replace function audit.is_decided(of_log int4, of_seq int8) returns boolean
language sql stable parallel safe
begin atomic
    select exists (select from audit.event x
        where x.refers_log = of_log and x.refers_seq = of_seq
            and x.disposition = 0 and x.kind not in (31, 32, 60, 61, 62, 63, 70)
            and x.detail ->> 'by' is distinct from 'rule');
end;

-- Only a release is about another event. What was asked for before stays as it is.
alter table audit.request add constraint request_refers
    check (kind = 62 or refers_seq is null) not valid;

-- Retention -----------------------------------------------------------------------------------------

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
    -- Legal holds, until they are released.
    'e.kind = 61 and (e.log, e.seq) in ('
        'select p.log, p.seq from audit.preservation p where p.released_seq is null)',
    -- Held messages that nobody has decided about.
    'e.disposition = 3 and not audit.is_decided(e.log, e.seq)'
], ' or ') || ')';

create or replace function audit.kept_condition(class text, starts timestamptz, ends timestamptz)
returns text
language sql immutable
return case class when 'content' then
    format('(exists (select from audit.event v, audit.preservation p where v.log = e.log and v.seq = e.seq '
        'and v.at = e.at and v.at >= %1$L and v.at < %2$L and p.released_seq is null and audit.covers(p, v))'
        -- On whose order a hold stands.
        ' or (e.log, e.seq) in ('
        'select p.log, p.seq from audit.preservation p where p.released_seq is null)'
        -- What is held is judged again when it is released.
        ' or exists (select from audit.event v where v.log = e.log and v.seq = e.seq and v.at = e.at '
        'and v.at >= %1$L and v.at < %2$L and v.disposition = 3 and not audit.is_decided(v.log, v.seq)))',
        starts, ends)
    else '(exists (select from audit.preservation p where p.released_seq is null '
        'and audit.covers(p, e::audit.event)) or ' || audit.in_force_condition() || ')' end;

-- What was tampered with -----------------------------------------------------------------------------

create or replace view audit.tampered as
select t.log || '-' || t.seq as decision, t.log, t.seq, t.last_seq, t.finding
from audit.log l cross join lateral audit.tampered(l.log) t
union all
select e.log || '-' || min(e.seq), e.log, min(e.seq), max(e.seq),
    format('stray: rows that no hub shipped, as audit.log has it: %s', count(*))
from audit.event e
where not exists (select from audit.log l where l.log = e.log and e.seq <= l.watermark)
group by e.log
union all
select e.log || '-' || min(e.seq), e.log, min(e.seq), max(e.seq),
    format('day: look-ups by number miss rows, because audit.day does not lead to them: %s', count(*))
from audit.event e join audit.log l on l.log = e.log and e.seq <= l.watermark
where not exists (
    select from audit.day d
    where d.log = e.log and d.day = (e.at at time zone 'UTC')::date
        and e.seq between d.first_seq and d.last_seq)
group by e.log
union all
select x.log || '-1', x.log, 1, max(x.size), 'log: its tiles or checkpoints are there, audit.log does not have it'
from (
    select c.log, c.size from audit.checkpoint c
    union all
    select t.log, t.tile * 256 + octet_length(t.hashes) / 32 from audit.tile t) x
where not exists (select from audit.log l where l.log = x.log)
    -- Where rows are left they are told above.
    and not exists (select from audit.event e where e.log = x.log)
group by x.log;

reset role;
