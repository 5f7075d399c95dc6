-- The Merkle tree: leaf hashes in tiles, signed checkpoints. See docs/proofs.md.

set local role touchline_owner;

create table audit.tile (
    log int4 not null,
    tile int8 not null check (tile >= 0),
    hashes bytea not null check (octet_length(hashes) between 32 and 8192
        and octet_length(hashes) % 32 = 0),
    root bytea check (octet_length(root) = 32),
    primary key (log, tile)
);
alter table audit.tile alter column hashes set storage external;
comment on table audit.tile is
    'Leaf hashes of 256 events each: tile n has those of seq 256n+1 to 256n+256, in order. root is '
    'the hash of the whole subtree, NULL until it is complete.';

create table audit.checkpoint (
    log int4 not null,
    size int8 not null check (size > 0),
    at timestamptz not null,
    root bytea not null check (octet_length(root) = 32),
    frontier bytea not null check (octet_length(frontier) % 32 = 0),
    note text not null,
    primary key (log, size)
);
comment on table audit.checkpoint is
    'What the hub signed: the first size events have this root. note is the signed text; frontier '
    'holds the roots of the largest complete subtrees from left to right.';

-- An inner node and roots, as RFC 6962, section 2.1 defines them.
create function audit.node(left_hash bytea, right_hash bytea) returns bytea
language sql immutable strict parallel safe
return sha256('\x01'::bytea || left_hash || right_hash);

-- The root over a row of hashes: the frontier grows hash by hash, then folds from the right.
create function audit.root(hashes bytea[]) returns bytea
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    edge bytea[] := '{}';
    size int8 := 0;
    carry int8;
    hash bytea;
    i int4;
begin
    foreach hash in array hashes loop
        size := size + 1;
        carry := size;
        while carry % 2 = 0 loop
            hash := audit.node(edge[cardinality(edge)], hash);
            edge := trim_array(edge, 1);
            carry := carry / 2;
        end loop;
        edge := edge || hash;
    end loop;
    if size = 0 then
        return sha256('');
    end if;
    hash := edge[cardinality(edge)];
    for i in reverse cardinality(edge) - 1 .. 1 loop
        hash := audit.node(edge[i], hash);
    end loop;
    return hash;
end
$$;
comment on function audit.root(bytea[]) is 'The Merkle tree''s root over these hashes.';

create function audit.leaves(t audit.tile) returns bytea[]
language sql immutable parallel safe
return (
    select array_agg(substr(t.hashes, i * 32 + 1, 32) order by i)
    from generate_series(0, octet_length(t.hashes) / 32 - 1) as i
);
comment on function audit.leaves(audit.tile) is 'The leaf hashes of a tile, in order.';

alter table audit.quarantine drop constraint quarantine_record_check,
    add constraint quarantine_record_check
    check (record in ('event', 'content', 'subject', 'policy', 'checkpoint'));

-- What was recorded before there were tiles.
insert into audit.tile (log, tile, hashes, root)
select
    x.log,
    (x.seq - 1) / 256,
    string_agg(x.leaf, ''::bytea order by x.seq),
    case when count(*) = 256 then audit.root(array_agg(x.leaf order by x.seq)) end
from (
    select e.log, e.seq, audit.leaf(e) as leaf from audit.event e
    union all
    select q.log, q.seq, sha256('\x00'::bytea || q.tuple)
    from audit.quarantine q
    where q.record = 'event' and q.seq is not null
) x
group by 1, 2;

-- What was tampered with ------------------------------------------------------------------------

create function audit.fold(frontier bytea) returns bytea
language plpgsql immutable strict parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
    hash bytea := substr(frontier, greatest(1, octet_length(frontier) - 31));
begin
    for i in reverse octet_length(frontier) / 32 - 2 .. 0 loop
        hash := audit.node(substr(frontier, i * 32 + 1, 32), hash);
    end loop;
    return hash;
end
$$;
comment on function audit.fold(bytea) is 'The root that a checkpoint''s frontier leads to.';

-- The frontier of a tree of old_size leaves after those up to new_size, as the tiles have them.
create function audit.grow(of_log int4, frontier bytea, old_size int8, new_size int8) returns bytea
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    edge bytea := frontier;
    size int8 := old_size;
    hashes bytea;
    hash bytea;
    carry int8;
begin
    while size < new_size loop
        if hashes is null or size % 256 = 0 then
            select t.hashes into hashes from audit.tile t where t.log = of_log and t.tile = size / 256;
        end if;
        hash := substr(hashes, (size % 256)::int4 * 32 + 1, 32);
        if hash is null or octet_length(hash) < 32 then
            return null;
        end if;
        size := size + 1;
        carry := size;
        while carry % 2 = 0 loop
            hash := audit.node(substr(edge, octet_length(edge) - 31), hash);
            edge := substr(edge, 1, octet_length(edge) - 32);
            carry := carry / 2;
        end loop;
        edge := edge || hash;
    end loop;
    return edge;
end
$$;

create function audit.tampered_checkpoints(of_log int4, from_seq int8, to_seq int8)
returns table (seq int8, last_seq int8, finding text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    c audit.checkpoint;
    edge bytea := '';
    size int8 := 0;
begin
    -- The checkpoint before the range is believed.
    select x.frontier, x.size into edge, size from audit.checkpoint x
        where x.log = of_log and x.size < from_seq order by x.size desc limit 1;
    edge := coalesce(edge, '');
    size := coalesce(size, 0);
    for c in select * from audit.checkpoint x
        where x.log = of_log and x.size >= from_seq and x.size <= to_seq order by x.size
    loop
        seq := c.size;
        last_seq := c.size;
        if split_part(c.note, E'\n', 2) <> c.size::text
            or split_part(c.note, E'\n', 3) <> encode(c.root, 'base64')
        then
            finding := 'checkpoint edited: its note was signed for another size or root';
            return next;
        end if;
        edge := audit.grow(of_log, edge, size, c.size);
        if edge is null or audit.fold(edge) <> c.root then
            if audit.fold(c.frontier) is distinct from c.root then
                finding := 'checkpoint edited: neither its frontier nor the tiles lead to its root';
            else
                seq := size + 1;
                finding := 'rewritten: the leaves in audit.tile are not what was signed';
            end if;
            return next;
        elsif edge <> c.frontier then
            finding := 'checkpoint edited: its frontier is not that of the tiles';
            return next;
        end if;
        if audit.fold(c.frontier) = c.root then
            edge := c.frontier;
        end if;
        exit when edge is null;
        size := c.size;
    end loop;
end
$$;

create function audit.tampered_rows(of_log int4, from_seq int8, to_seq int8)
returns table (seq int8, last_seq int8, finding text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    with changed as materialized (
        select e, e.seq, t.leaf
        from audit.event e
        left join lateral (
            select substr(x.hashes, ((e.seq - 1) % 256)::int4 * 32 + 1, 32) as leaf
            from audit.tile x where x.log = e.log and x.tile = (e.seq - 1) / 256
        ) t on true
        where e.log = of_log and e.seq between from_seq and to_seq
            and audit.leaf(e) is distinct from t.leaf
    )
    select c.seq, c.seq, case
        when c.leaf is null or octet_length(c.leaf) < 32 then 'its leaf is missing from audit.tile'
        when o.seq is not null then format('reordered: the row holds what was recorded as %s', o.seq)
        else 'edited: the row and its leaf in audit.tile disagree' end
    from changed c
    left join lateral (
        -- With the other's number, the row has the other's leaf. Every pair is tried, if there are few.
        select x.seq from changed x
        where x.seq <> c.seq and (select count(*) from changed) <= 64
            and audit.leaf(row((c.e).log, x.seq, (c.e).at, (c.e).schema, (c.e).retention,
                (c.e).kind, (c.e).stage, (c.e).disposition, (c.e).session, (c.e).subject,
                (c.e).channel, (c.e).channel_epoch, (c.e).channel_seq, (c.e).message,
                (c.e).refers_log, (c.e).refers_seq, (c.e).rules, (c.e).shadow_rules, (c.e).score,
                (c.e).policy, (c.e).bytes, (c.e).judged_ns, (c.e).content_hash,
                (c.e).detail)::audit.event) = x.leaf
        limit 1
    ) o on true
    union all
    select e.seq, e.seq, format('repeated: %s rows have this number', count(*))
    from audit.event e
    where e.log = of_log and e.seq between from_seq and to_seq
    group by e.seq having count(*) > 1
    union all
    select t.tile * 256 + 1, t.tile * 256 + octet_length(t.hashes) / 32,
        'tile edited: its root is not that of its leaves'
    from audit.tile t
    where t.log = of_log and t.tile between (from_seq - 1) / 256 and (to_seq - 1) / 256
        and t.root is distinct from
            case when octet_length(t.hashes) = 8192 then audit.root(audit.leaves(t)) end
$$;

-- In plpgsql, because audit.pruned comes with a later file.
create function audit.tampered_gaps(of_log int4, from_seq int8, to_seq int8)
returns table (seq int8, last_seq int8, finding text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    return query
    with ends as (
        -- As many events as the watermark, a checkpoint or the tiles know of.
        select greatest(
            (select l.watermark from audit.log l where l.log = of_log),
            (select max(c.size) from audit.checkpoint c where c.log = of_log),
            (select t.tile * 256 + octet_length(t.hashes) / 32 from audit.tile t
                where t.log = of_log order by t.tile desc limit 1)) as known
    ), present as (
        select e.seq as first, e.seq as last from audit.event e
        where e.log = of_log and e.seq between from_seq and to_seq
        union all
        select q.seq, q.seq from audit.quarantined q
        where q.log = of_log and q.record = 'event' and q.seq between from_seq and to_seq
        union all
        select p.first_seq, p.last_seq from audit.pruned p
        where p.log = of_log and p.last_seq >= from_seq and p.first_seq <= to_seq
        union all
        select least(x.known, to_seq) + 1, least(x.known, to_seq) + 1 from ends x
    ), edges as (
        select p.first, coalesce(max(p.last) over (order by p.first, p.last
            rows between unbounded preceding and 1 preceding), from_seq - 1) as before
        from present p
    )
    select x.before + 1, x.first - 1, case
        when x.first > (select y.known from ends y) then 'truncated: the log''s end is missing'
        else 'deleted' end
    from edges x where x.first > x.before + 1;
end
$$;

create function audit.tampered(
    of_log int4, from_seq int8 default 1, to_seq int8 default 9223372036854775806)
returns table (log int4, seq int8, last_seq int8, finding text)
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select of_log, x.* from (
        select * from audit.tampered_rows(of_log, from_seq, to_seq)
        union all select * from audit.tampered_gaps(of_log, from_seq, to_seq)
        union all select * from audit.tampered_checkpoints(of_log, from_seq, to_seq)
    ) x order by x.seq, x.last_seq
$$;
comment on function audit.tampered(int4, int8, int8) is
    'What of a log is not as its tiles and checkpoints have it: nothing when it is whole. '
    'Signatures are not checked, see docs/proofs.md.';

create view audit.tampered as
select t.log || '-' || t.seq as decision, t.log, t.seq, t.last_seq, t.finding
from audit.log l cross join lateral audit.tampered(l.log) t;
comment on view audit.tampered is
    'The same of all logs. It reads every event: for a part of a log, ask the function.';

grant select on audit.tile, audit.checkpoint, audit.tampered
    to touchline_server, touchline_auditor, touchline_reviewer, touchline_keeper;
grant insert, update on audit.tile to touchline_server;
grant insert on audit.checkpoint to touchline_server;

reset role;
