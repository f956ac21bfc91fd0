-- name: how_they_ended
-- How orders stand that an act left alone.
SELECT id, number, state, shipped_at FROM orders.orders WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) ORDER BY id;

-- name: seen_numbers
-- The numbers of orders that a caller may see.
SELECT id, number FROM orders.orders
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[])
  AND (%(merchant_id)s::uuid IS NULL OR merchant_id = %(merchant_id)s) ORDER BY id;
