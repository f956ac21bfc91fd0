-- name: role_exists
-- Roles are made once per cluster.
SELECT 1 FROM pg_roles WHERE rolname = %(name)s;

-- name: database_exists
-- The database is made once per cluster.
SELECT 1 FROM pg_database WHERE datname = %(name)s;

-- name: ledger
-- Which migrations were applied when.
CREATE SCHEMA IF NOT EXISTS migration;
CREATE TABLE IF NOT EXISTS migration.applied (number int PRIMARY KEY, name text NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE TABLE IF NOT EXISTS migration.fences (digest text PRIMARY KEY, at timestamptz NOT NULL DEFAULT now());

-- name: lock_ledger
-- Two processes that migrate at once go one after the other.
LOCK TABLE migration.applied IN EXCLUSIVE MODE;

-- name: applied
-- The numbers already done.
SELECT number FROM migration.applied;

-- name: record
-- Remembers a migration.
INSERT INTO migration.applied (number, name) VALUES (%(number)s, %(name)s);

-- name: fences_laid
-- Whether just these fences were laid last.
SELECT FROM migration.fences WHERE digest = %(digest)s;

-- name: lay_fences
-- Remembers which fences stand.
WITH before AS (DELETE FROM migration.fences WHERE digest <> %(digest)s)
INSERT INTO migration.fences (digest) VALUES (%(digest)s) ON CONFLICT (digest) DO UPDATE SET at = now();

-- name: our_tables
-- Every table of ours and whether it belongs to tenants.
SELECT n.nspname, c.relname,
       EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'migration', 'public')
  AND n.nspname NOT LIKE 'pg\_%'
ORDER BY 1, 2;

-- name: fence
-- The second fence: even a statement that forgot its tenant sees one tenant's rows; no tenant set is an error.
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS tenant ON {table};
CREATE POLICY tenant ON {table} USING (tenant_id = current_setting('doorstep.tenant')::uuid);

-- name: legal_moves
-- The journal refuses a move that no machine knows.
ALTER TABLE platform.events DROP CONSTRAINT IF EXISTS legal_moves;
ALTER TABLE platform.events ADD CONSTRAINT legal_moves
    CHECK (act IS NULL OR (kind || ':' || act || ':' || was || ':' || now) = ANY ({legal}::text[]));

-- name: has_citus
-- Whether this database can spread tables over machines.
SELECT to_regproc('create_distributed_table') IS NOT NULL AND to_regproc('create_reference_table') IS NOT NULL;

-- name: spread_already
-- The tables that are spread, by schema and name.
SELECT n.nspname, c.relname
FROM pg_dist_partition d JOIN pg_class c ON c.oid = d.logicalrelid JOIN pg_namespace n ON n.oid = c.relnamespace;

-- name: foreign_keys
-- Which table points to which.
SELECT DISTINCT n.nspname, c.relname, tn.nspname, t.relname
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class t ON t.oid = k.confrelid JOIN pg_namespace tn ON tn.oid = t.relnamespace
WHERE k.contype = 'f' AND k.conrelid <> k.confrelid;

-- name: same_everywhere
-- A copy of the table on every machine.
SELECT create_reference_table(%(table)s::regclass);

-- name: by_tenant
-- A tenant's rows of the table on one machine; the first table starts a group, the others lie beside it.
SELECT create_distributed_table(%(table)s::regclass, 'tenant_id', colocate_with => %(beside)s);
