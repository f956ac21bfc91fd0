-- name: views_of
-- The views that a person sees: their own, and those that others of the same house or merchant share.
SELECT v.id, v.name, v.filter, v.shared, v.person = %(person)s AS mine FROM orders.views v
WHERE v.tenant_id = %(tenant_id)s
  AND (v.person = %(person)s OR v.shared AND v.merchant_id IS NOT DISTINCT FROM %(merchant_id)s::uuid)
ORDER BY v.name, v.id LIMIT %(most)s;

-- name: keep_view
-- Keeps a view; another one of the same person and name takes its place.
INSERT INTO orders.views (tenant_id, id, person, merchant_id, name, filter, shared, made_at)
VALUES (%(tenant_id)s, %(id)s, %(person)s, %(merchant_id)s, %(name)s, %(filter)s, %(shared)s, %(now)s)
ON CONFLICT (tenant_id, person, name) DO UPDATE SET filter = excluded.filter, shared = excluded.shared;

-- name: count_views
-- How many views a person keeps.
SELECT count(*)::int FROM orders.views WHERE tenant_id = %(tenant_id)s AND person = %(person)s;

-- name: drop_view
-- Forgets a view; only who keeps it may.
DELETE FROM orders.views WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND person = %(person)s RETURNING name;
