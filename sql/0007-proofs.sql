-- What proofs rest on: rows that no hub shipped are nobody's state, and are told. See docs/proofs.md.

set local role touchline_owner;

-- Shipped --------------------------------------------------------------------------------------------

create view audit.shipped as
select e.* from audit.event e join audit.log l on l.log = e.log and e.seq <= l.watermark;
comment on view audit.shipped is
    'The events of registered logs up to their watermarks: a starting hub reads its state from no others.';

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
from audit.shipped e
where e.retention = 3 and e.kind in (50, 51, 52, 53) and e.disposition = 0
    and e.subject is not null
order by e.subject, e.kind in (50, 51), e.channel, e.at desc, e.log desc, e.seq desc;

create or replace view audit.channel_settings as
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
    from audit.shipped e
    where e.retention = 3 and e.kind in (56, 57, 58) and e.disposition = 0 and e.channel is not null
    order by e.channel, e.kind = 56, e.at desc, e.log desc, e.seq desc) n
where n.kind = 57 or n.kind = 56 and n.seconds is not null;

create or replace view audit.enrolments as
select n.log || '-' || n.seq as decision, n.subject, n.channel, n.at as since, n.log, n.seq
from (
    select distinct on (e.subject, e.channel) e.subject, e.channel, e.kind, e.at, e.log, e.seq
    from audit.shipped e
    where e.retention = 3 and e.kind in (24, 25) and e.disposition = 0
        and e.subject is not null and e.channel is not null
    order by e.subject, e.channel, e.at desc, e.log desc, e.seq desc) n
where n.kind = 24 and not exists (
    select from audit.erasure x
    where x.subject = n.subject and (x.at, x.log, x.seq) > (n.at, n.log, n.seq));

-- What was tampered with -----------------------------------------------------------------------------

create or replace view audit.tampered as
select t.log || '-' || t.seq as decision, t.log, t.seq, t.last_seq, t.finding
from audit.log l cross join lateral audit.tampered(l.log) t
union all
select e.log || '-' || min(e.seq), e.log, min(e.seq), max(e.seq),
    format('stray: rows that no hub shipped, as audit.log has it: %s', count(*))
from audit.event e
where not exists (select from audit.log l where l.log = e.log and e.seq <= l.watermark)
group by e.log;

create or replace view audit.quarantined as
select
    q.log || '-' || q.seq as decision,
    q.record,
    q.sqlstate,
    q.quarantined_at,
    q.log,
    q.seq,
    case q.record when 'event' then sha256('\x00'::bytea || q.tuple) end as leaf
from audit.quarantine q;
comment on view audit.quarantined is
    'Quarantine without the bytes, which may hold personal data; leaf is that of an event''s tuple.';

grant select on audit.shipped
    to touchline_server, touchline_auditor, touchline_reviewer, touchline_keeper;

reset role;
