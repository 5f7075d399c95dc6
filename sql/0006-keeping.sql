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

reset role;
