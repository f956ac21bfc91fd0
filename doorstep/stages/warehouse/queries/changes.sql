-- name: items_changed_away
-- Units that the floor has work of or has picked beyond what is reserved and not held, with the excess of each order, site, line and product.
WITH asked AS (
    SELECT f.order_id, f.site_id, i.line_id, i.product_id, sum(i.quantity)::int AS quantity
    FROM warehouse.fulfillments f
    JOIN warehouse.items i ON i.tenant_id = f.tenant_id AND i.fulfillment_id = f.id
    WHERE f.tenant_id = %(tenant_id)s AND f.order_id = ANY (%(order_ids)s::uuid[]) AND f.state <> 'canceled'
    GROUP BY f.order_id, f.site_id, i.line_id, i.product_id
)
SELECT f.id AS fulfillment_id, f.site_id, i.line_id, i.product_id, i.quantity - i.picked AS open, i.picked - i.packed AS picked,
       i.packed, asked.quantity - kept.units AS excess
FROM asked
JOIN warehouse.fulfillments f ON f.tenant_id = %(tenant_id)s AND f.order_id = asked.order_id AND f.site_id = asked.site_id
JOIN warehouse.items i ON i.tenant_id = %(tenant_id)s AND i.fulfillment_id = f.id AND i.line_id = asked.line_id
  AND i.product_id = asked.product_id
LEFT JOIN inventory.reservations r ON r.tenant_id = %(tenant_id)s AND r.line_id = asked.line_id
  AND r.site_id = asked.site_id AND r.product_id = asked.product_id AND r.phase IN ('pending', 'posted')
CROSS JOIN LATERAL (
    SELECT coalesce(CASE WHEN EXISTS (SELECT FROM orders.holds h WHERE h.tenant_id = %(tenant_id)s AND h.order_id = f.order_id AND h.scope <> 'order'
               AND h.released_at IS NULL AND (h.line_id = asked.line_id OR h.site_id = f.site_id))
                    THEN r.shipped ELSE r.quantity END, 0) AS units
) kept
WHERE f.state NOT IN ('canceled', 'handed_over') AND asked.quantity > kept.units
ORDER BY f.id, i.line_id, i.product_id;

-- name: shrink_picks
-- Stops ahead are to take fewer units, the last ones first; what is too much in the hand goes back into the bin, units with numbers all.
WITH ahead AS (
    SELECT p.id, p.quantity - p.picked - p.short AS rest,
           sum(p.quantity - p.picked - p.short) OVER (ORDER BY p.skipped DESC, p.position DESC, p.id DESC)
             - (p.quantity - p.picked - p.short) AS before
    FROM warehouse.picks p
    WHERE p.tenant_id = %(tenant_id)s AND p.fulfillment_id = %(fulfillment_id)s AND p.line_id = %(line_id)s
      AND p.product_id = %(product_id)s AND p.done_at IS NULL
), cut AS (
    SELECT id, least(rest, %(units)s - before)::int AS units, rest FROM ahead WHERE before < %(units)s
)
UPDATE warehouse.picks p SET
    quantity = CASE WHEN cut.units = p.quantity THEN p.quantity ELSE p.quantity - cut.units END,
    counted = CASE WHEN p.numbers = '{}' THEN least(p.counted, cut.rest - cut.units) ELSE 0 END,
    numbers = '{}',
    done_at = CASE WHEN cut.units = cut.rest THEN %(now)s::timestamptz END,
    dropped = cut.units = p.quantity
FROM cut WHERE p.tenant_id = %(tenant_id)s AND p.id = cut.id;

-- name: shrink_items
-- Fewer units are wanted: some were not picked yet, `picked` others lie in a tote and are too much now.
UPDATE warehouse.items SET quantity = quantity - %(open)s - %(picked)s, picked = picked - %(picked)s, surplus = surplus + %(picked)s
WHERE tenant_id = %(tenant_id)s AND fulfillment_id = %(fulfillment_id)s AND line_id = %(line_id)s
  AND product_id = %(product_id)s;

-- name: emptied_fulfillments
-- Fulfillment orders of which nothing is wanted any more.
SELECT f.id FROM warehouse.fulfillments f
WHERE f.tenant_id = %(tenant_id)s AND f.id = ANY (%(fulfillment_ids)s::uuid[])
  AND NOT EXISTS (SELECT FROM warehouse.items i
                  WHERE i.tenant_id = f.tenant_id AND i.fulfillment_id = f.id AND i.quantity + i.missing > 0)
ORDER BY f.id;

-- name: partly_gone
-- Fulfillment orders of which a box has left the house already.
SELECT DISTINCT p.fulfillment_id, p.order_id FROM warehouse.parcels p
WHERE p.tenant_id = %(tenant_id)s AND p.fulfillment_id = ANY (%(fulfillment_ids)s::uuid[]) AND p.state = 'handed_over';

-- name: boxed_fulfillments
-- Fulfillment orders with a closed box that has not left; its slip and label say what was wanted before.
SELECT DISTINCT p.fulfillment_id FROM warehouse.parcels p
JOIN warehouse.fulfillments f ON f.tenant_id = p.tenant_id AND f.id = p.fulfillment_id AND f.state <> 'canceled'
WHERE p.tenant_id = %(tenant_id)s AND p.order_id = ANY (%(order_ids)s::uuid[]) AND p.state = 'packed'
ORDER BY p.fulfillment_id;

-- name: totes_with_surplus
-- Totes of a fulfillment order in which units lie that were changed away.
SELECT DISTINCT t.code FROM warehouse.totes t
JOIN warehouse.items i ON i.tenant_id = t.tenant_id AND i.fulfillment_id = t.fulfillment_id AND i.surplus > 0
JOIN inventory.balances b ON b.tenant_id = t.tenant_id AND b.site_id = t.site_id AND b.place = 'tote:' || t.code
  AND b.product_id = i.product_id AND b.on_hand > 0
WHERE t.tenant_id = %(tenant_id)s AND t.fulfillment_id = %(fulfillment_id)s ORDER BY t.code;
