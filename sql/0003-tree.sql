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

grant select on audit.tile, audit.checkpoint
    to touchline_server, touchline_auditor, touchline_reviewer, touchline_keeper;
grant insert, update on audit.tile to touchline_server;
grant insert on audit.checkpoint to touchline_server;

reset role;
