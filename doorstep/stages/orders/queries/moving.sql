-- name: cancelable
-- Locks orders in id order and says which have not begun to leave the house.
SELECT id FROM orders.orders
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) AND shipped_at IS NULL ORDER BY id FOR UPDATE;

-- name: shipped_since
-- Which of these orders have begun to leave the house, and when.
SELECT id, shipped_at FROM orders.orders
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) AND shipped_at IS NOT NULL ORDER BY id;

-- name: start_shipping
-- From here on an order cannot be canceled. Only accepted ones (or closed ones, of which a later parcel leaves) may go.
WITH going AS (
    SELECT id FROM orders.orders
    WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) AND state IN ('accepted', 'closed')
    ORDER BY id FOR UPDATE
)
UPDATE orders.orders o SET shipped_at = coalesce(o.shipped_at, %(now)s)
FROM going WHERE o.tenant_id = %(tenant_id)s AND o.id = going.id RETURNING o.id;

-- name: promise
-- Says for the first time when orders will be there, and until when they must leave for it; answers those that had no promise.
WITH asked AS (
    SELECT id, from_, until, leave_by
    FROM unnest(%(ids)s::uuid[], %(froms)s::timestamptz[], %(untils)s::timestamptz[], %(leave_bys)s::timestamptz[])
      AS asked(id, from_, until, leave_by)
), locked AS (
    SELECT o.id FROM orders.orders o
    WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(ids)s::uuid[]) ORDER BY o.id FOR UPDATE OF o
)
UPDATE orders.orders o SET promised_from = asked.from_, promised_until = asked.until, leave_by = asked.leave_by
FROM locked JOIN asked USING (id)
WHERE o.tenant_id = %(tenant_id)s AND o.id = locked.id
  AND o.promised_until IS NULL
RETURNING o.id;

-- name: note_arrivals
-- When the last of each order was there; NULL: not all of it is. What is noted so already is left alone.
WITH told AS (
    SELECT id, arrived_at FROM unnest(%(ids)s::uuid[], %(ats)s::timestamptz[]) AS told(id, arrived_at)
), locked AS (
    SELECT o.id, told.arrived_at FROM orders.orders o JOIN told USING (id)
    WHERE o.tenant_id = %(tenant_id)s AND o.id = ANY (%(ids)s::uuid[]) AND o.arrived_at IS DISTINCT FROM told.arrived_at
    ORDER BY o.id FOR UPDATE OF o
)
UPDATE orders.orders o SET arrived_at = locked.arrived_at FROM locked WHERE o.tenant_id = %(tenant_id)s AND o.id = locked.id;

-- name: states
-- How orders stand.
SELECT id, state FROM orders.orders WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) ORDER BY id;

-- name: note_ships_on
-- From which day on orders can leave that wait for one.
UPDATE orders.orders o SET ships_on = day.ships_on FROM unnest(%(ids)s::uuid[], %(days)s::date[]) AS day(id, ships_on)
WHERE o.tenant_id = %(tenant_id)s AND o.id = day.id;
