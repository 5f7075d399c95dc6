-- Events :from to :to (by number, from 1) of a club's month, with their contents. Everything follows
-- from the number i: who (5,000 members, some far busier than others), where (200 channels), and of
-- 33 events one connection, one end of it, two joins, 29 messages. 2 % of the messages are blocked, 1 %
-- bounced, 1 % redacted; 3 % meet a rule in shadow. One event in a thousand is a strike or a sanction,
-- which refers to the event before it.
-- Variables: from, to, count (of all events), until (when the last one happened).
\set ON_ERROR_STOP on
begin;
create temporary table made on commit drop as
select i as seq, at, kind, stage, disposition, subject, session, channel, rules, shadow, body, part,
    case when body is not null then sha256(i::text::bytea) end as salt_of, detail, who
from (
    select i,
        timestamptz :'until' - (:count - i) * (interval '31 days' / :count) as at,
        who,
        md5('member ' || who)::uuid as subject,
        md5('session ' || (i - i % 33) || ' ' || who)::uuid as session,
        case when i % 33 in (0, 11) then null else 'club:' || dice % 200 / 4 || ':' || dice % 4 end
            as channel,
        case when i % 50000 = 17 then 50 when i % 50000 = 50 then 52 when i % 1000 = 7 then 54
                when i % 500000 = 23 then 3
            when i % 33 = 0 then 10 when i % 33 = 11 then 11 when i % 33 in (1, 2) then 20 else 30 end
            as kind,
        dice, dice % 100 as luck
    from (
        select i, abs(hashint8extended(i, 2)) as dice,
            -- One member a run of 33, so that a connection and its end belong together.
            (5000 * power(abs(hashint8extended(i / 33, 1)) % 1000000 / 1e6, 2))::int4 as who
        from generate_series(:from::int8, :to::int8) i
    ) x
) y
cross join lateral (
    select
        case when kind <> 30 then case when kind = 10 and luck < 4 then 4 else 0 end
            when luck < 2 then 4 when luck = 2 then 2 when luck = 3 then 1 else 0 end as disposition,
        case when kind = 10 and luck < 4 then 2 when kind = 30 and luck < 3 then 16 else 20 end as stage,
        case when kind = 30 and luck < 4 then array['rule-' || dice % 12] else '{}' end as rules,
        case when kind = 30 and luck between 10 and 12 then array['shadow-' || dice % 3] else '{}' end
            as shadow,
        case kind when 10 then convert_to(format('{"address":"192.0.%s.%s","agent":"member''s browser 1.0"}',
            who / 250, who % 250), 'UTF8')
            when 30 then convert_to(format('{"text":"%s"}', left(repeat(md5(i::text), 4), 40 + luck::int4)),
                'UTF8') end as body,
        case when kind = 10 then 4 when luck < 3 then 1 else 2 end as part,
        case when kind = 50 then format('{"until":%s}', 1e15::int8) when kind = 11 then '{"code":"going_away"}'
            when kind = 10 and luck < 4 then '{"code":"token_expired"}' else '{}' end as detail
) z;

insert into audit.content (log, seq, at, part, salt, body)
select 1, seq, at, part, substr(salt_of, 1, 16), body from made where body is not null;

insert into audit.event (log, seq, at, schema, retention, kind, stage, disposition, session, subject,
    channel, channel_epoch, channel_seq, message, refers_log, refers_seq, rules, shadow_rules, score, policy, bytes, judged_ns,
    content_hash, detail)
select 1, seq, at, 1, case when kind in (10, 11) then 2 when kind >= 50 then 3 when kind = 3 then 4 else 1 end,
    kind, stage, disposition, case when kind in (10, 11, 20, 30) then session end,
    case when kind <> 3 then subject end, channel, case when channel is not null then 1 end,
    case when kind = 30 and disposition < 2 then seq end,
    case when kind = 30 then md5('message ' || seq)::uuid end,
    case when kind >= 50 then 1 end, case when kind >= 50 then seq - 1 end, rules, shadow, 0,
    sha256((seq / 500000)::text::bytea), coalesce(octet_length(body), 0), 3000 + seq % 40000,
    sha256(sha256(substr(salt_of, 1, 16) || body)), detail::json
from made;

insert into audit.policy (digest, files)
select sha256((n / 500000)::text::bytea), json_build_object('bundle.yaml', 'a', 'rules.yaml', n)
from made, lateral (select seq as n) s where kind = 3 on conflict do nothing;

insert into audit.day as old
select 1, (at at time zone 'UTC')::date, min(seq), max(seq) from made group by 2
on conflict (log, day) do update
set first_seq = least(old.first_seq, excluded.first_seq), last_seq = greatest(old.last_seq, excluded.last_seq);
commit;
