-- name: lock_stock
-- Waits for the stock rows that may serve, in key order. A statement of its own: what comes next sees them as they are then,
-- and PostgreSQL need not run a large plan again for each row that changed while it waited.
SELECT FROM inventory.stock s
WHERE s.tenant_id = %(tenant_id)s AND s.product_id = ANY (%(key_products)s::uuid[]) AND s.site_id = ANY (%(key_sites)s::uuid[])
ORDER BY s.product_id, s.site_id FOR NO KEY UPDATE OF s;

-- name: reserve_all
-- The optimistic way: lock every stock row that may serve, in key order; when each order fits its first site as a whole,
-- promise everything at once. Else nothing is changed, and the locked rows are answered for the decision order by order.
-- All columns under a CHECK are written from the locked values: PostgreSQL checks the new row before it sees that the row it
-- scanned is out of date, and would refuse what is right.
WITH asked AS (
    SELECT order_id, line_id, product_id, site_id, quantity, expires_at
    FROM unnest(%(order_ids)s::uuid[], %(line_ids)s::uuid[], %(product_ids)s::uuid[], %(site_ids)s::uuid[],
                %(quantitys)s::int[], %(expires_ats)s::timestamptz[])
      AS asked(order_id, line_id, product_id, site_id, quantity, expires_at)
), need AS (
    SELECT product_id, site_id, sum(quantity) AS quantity FROM asked GROUP BY product_id, site_id
), locked AS (
    SELECT s.product_id, s.site_id, s.on_hand, s.reserved, s.free
    FROM unnest(%(key_products)s::uuid[], %(key_sites)s::uuid[]) AS candidate(product_id, site_id)
    JOIN inventory.stock s ON s.tenant_id = %(tenant_id)s AND s.product_id = candidate.product_id
      AND s.site_id = candidate.site_id AND s.product_id = ANY (%(key_products)s::uuid[])
    ORDER BY s.product_id, s.site_id FOR NO KEY UPDATE OF s
), verdict AS (
    SELECT count(*) = count(locked.free) AND coalesce(bool_and(locked.free >= need.quantity), false) AS fits
    FROM need LEFT JOIN locked USING (product_id, site_id)
), promised AS (
    UPDATE inventory.stock s SET on_hand = locked.on_hand, reserved = locked.reserved + need.quantity
    FROM need JOIN locked USING (product_id, site_id) CROSS JOIN verdict
    WHERE verdict.fits AND s.tenant_id = %(tenant_id)s AND s.product_id = locked.product_id AND s.site_id = locked.site_id
), untold AS (
    INSERT INTO inventory.untold (tenant_id, product_id, site_id)
    SELECT %(tenant_id)s, product_id, site_id FROM need, verdict WHERE verdict.fits
    ON CONFLICT (tenant_id, product_id, site_id) DO NOTHING
), written AS (
    INSERT INTO inventory.reservations AS r (tenant_id, line_id, site_id, product_id, order_id, quantity, reserved_at,
                                             expires_at)
    SELECT %(tenant_id)s, asked.line_id, asked.site_id, asked.product_id, asked.order_id, asked.quantity, %(now)s,
           asked.expires_at
    FROM asked, verdict WHERE verdict.fits
    ON CONFLICT (tenant_id, line_id, site_id, product_id) DO UPDATE
    SET quantity = CASE r.phase WHEN 'pending' THEN r.quantity ELSE r.shipped END + excluded.quantity,
        phase = 'pending', expires_at = excluded.expires_at, ended_at = NULL, ended_why = NULL
)
SELECT locked.product_id, locked.site_id, locked.free FROM locked, verdict WHERE NOT verdict.fits
UNION ALL
SELECT NULL, NULL, 0 FROM verdict WHERE NOT verdict.fits;

-- name: promise
-- Writes down what was decided under the locks that the decision holds: reserved grows, reservations say for whom.
WITH taken AS (
    SELECT order_id, line_id, product_id, site_id, quantity, expires_at
    FROM unnest(%(order_ids)s::uuid[], %(line_ids)s::uuid[], %(product_ids)s::uuid[], %(site_ids)s::uuid[],
                %(quantitys)s::int[], %(expires_ats)s::timestamptz[])
      AS taken(order_id, line_id, product_id, site_id, quantity, expires_at)
), need AS (
    SELECT product_id, site_id, sum(quantity) AS quantity FROM taken GROUP BY product_id, site_id
), promised AS (
    UPDATE inventory.stock s SET reserved = s.reserved + need.quantity
    FROM need
    WHERE s.tenant_id = %(tenant_id)s AND s.product_id = need.product_id AND s.site_id = need.site_id
), untold AS (
    INSERT INTO inventory.untold (tenant_id, product_id, site_id)
    SELECT %(tenant_id)s, product_id, site_id FROM need
    ON CONFLICT (tenant_id, product_id, site_id) DO NOTHING
)
INSERT INTO inventory.reservations AS r (tenant_id, line_id, site_id, product_id, order_id, quantity, reserved_at,
                                         expires_at)
SELECT %(tenant_id)s, line_id, site_id, product_id, order_id, quantity, %(now)s, expires_at FROM taken
ON CONFLICT (tenant_id, line_id, site_id, product_id) DO UPDATE
SET quantity = CASE r.phase WHEN 'pending' THEN r.quantity ELSE r.shipped END + excluded.quantity,
    phase = 'pending', expires_at = excluded.expires_at, ended_at = NULL, ended_why = NULL;

-- name: lock_levels
-- Locks stock rows in key order and says what each can promise; what is kept from sale too, where promises made are at stake.
SELECT s.product_id, s.site_id, CASE WHEN %(whole)s THEN s.on_hand - s.reserved ELSE s.free END AS free
FROM unnest(%(key_products)s::uuid[], %(key_sites)s::uuid[]) AS candidate(product_id, site_id)
JOIN inventory.stock s ON s.tenant_id = %(tenant_id)s AND s.product_id = candidate.product_id
  AND s.site_id = candidate.site_id
ORDER BY s.product_id, s.site_id FOR NO KEY UPDATE OF s;

-- name: free_levels
-- What stock rows can promise right now; nothing is locked, so it may be less a moment later.
SELECT s.product_id, s.site_id, s.free
FROM unnest(%(key_products)s::uuid[], %(key_sites)s::uuid[]) AS candidate(product_id, site_id)
JOIN inventory.stock s ON s.tenant_id = %(tenant_id)s AND s.product_id = candidate.product_id
  AND s.site_id = candidate.site_id AND s.product_id = ANY (%(key_products)s::uuid[]);

-- name: commit_reservations
-- The order is claimed: its reservations run out no more. Answers the orders that lost theirs before.
WITH held AS (
    SELECT line_id, site_id, product_id FROM inventory.reservations
    WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(order_ids)s::uuid[]) AND phase = 'pending'
    ORDER BY line_id, site_id, product_id FOR NO KEY UPDATE
), claimed AS (
    UPDATE inventory.reservations r SET expires_at = NULL
    FROM held WHERE r.tenant_id = %(tenant_id)s
      AND (r.line_id, r.site_id, r.product_id) = (held.line_id, held.site_id, held.product_id)
      AND r.expires_at IS NOT NULL
)
SELECT count(*)::int FROM held;

-- name: lost_to_expiry
-- Orders whose reservations ran out before they were claimed; expiry takes an order's reservations together.
SELECT order_id FROM inventory.reservations
WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(order_ids)s::uuid[])
GROUP BY order_id HAVING bool_or(phase = 'expired') AND NOT bool_or(phase = 'pending') ORDER BY order_id;

-- name: release
-- Gives the pending rest of orders or lines back to the shelf: reservations are voided, reserved shrinks by as much.
WITH held AS (
    SELECT line_id, site_id, product_id FROM inventory.reservations
    WHERE tenant_id = %(tenant_id)s AND phase = 'pending'
      AND (order_id = ANY (%(order_ids)s::uuid[]) OR line_id = ANY (%(line_ids)s::uuid[]))
    ORDER BY line_id, site_id, product_id FOR NO KEY UPDATE
), voided AS (
    UPDATE inventory.reservations r SET phase = 'voided', expires_at = NULL, ended_at = %(now)s, ended_why = %(reason)s
    FROM held WHERE r.tenant_id = %(tenant_id)s
      AND (r.line_id, r.site_id, r.product_id) = (held.line_id, held.site_id, held.product_id)
    RETURNING r.product_id, r.site_id, r.quantity - r.shipped AS quantity
), freed AS (
    SELECT product_id, site_id, sum(quantity) AS quantity FROM voided GROUP BY product_id, site_id
), locked AS (
    SELECT s.product_id, s.site_id, s.on_hand, s.reserved, freed.quantity
    FROM freed JOIN inventory.stock s ON s.tenant_id = %(tenant_id)s AND s.product_id = freed.product_id
      AND s.site_id = freed.site_id
    ORDER BY s.product_id, s.site_id FOR NO KEY UPDATE OF s
), given AS (
    UPDATE inventory.stock s SET on_hand = locked.on_hand, reserved = locked.reserved - locked.quantity
    FROM locked WHERE s.tenant_id = %(tenant_id)s AND s.product_id = locked.product_id AND s.site_id = locked.site_id
), untold AS (
    INSERT INTO inventory.untold (tenant_id, product_id, site_id)
    SELECT %(tenant_id)s, product_id, site_id FROM locked
    ON CONFLICT (tenant_id, product_id, site_id) DO NOTHING
)
SELECT coalesce(sum(quantity), 0)::int FROM voided;

-- name: expire
-- What was not claimed in time (business time) goes back to the shelf, whole orders, oldest first, a batch at a time.
WITH due AS (
    SELECT DISTINCT order_id FROM (
        SELECT order_id FROM inventory.reservations
        WHERE tenant_id = %(tenant_id)s AND phase = 'pending' AND expires_at <= %(now)s
        ORDER BY expires_at LIMIT %(most)s) AS oldest
), held AS (
    SELECT r.line_id, r.site_id, r.product_id FROM inventory.reservations r JOIN due USING (order_id)
    WHERE r.tenant_id = %(tenant_id)s AND r.phase = 'pending' AND r.expires_at <= %(now)s
    ORDER BY r.line_id, r.site_id, r.product_id FOR NO KEY UPDATE OF r
), gone AS (
    UPDATE inventory.reservations r SET phase = 'expired', expires_at = NULL, ended_at = %(now)s, ended_why = 'expired'
    FROM held WHERE r.tenant_id = %(tenant_id)s
      AND (r.line_id, r.site_id, r.product_id) = (held.line_id, held.site_id, held.product_id)
    RETURNING r.order_id, r.line_id, r.site_id, r.product_id, r.quantity - r.shipped AS quantity
), freed AS (
    SELECT product_id, site_id, sum(quantity) AS quantity FROM gone GROUP BY product_id, site_id
), locked AS (
    SELECT s.product_id, s.site_id, s.on_hand, s.reserved, freed.quantity
    FROM freed JOIN inventory.stock s ON s.tenant_id = %(tenant_id)s AND s.product_id = freed.product_id
      AND s.site_id = freed.site_id
    ORDER BY s.product_id, s.site_id FOR NO KEY UPDATE OF s
), given AS (
    UPDATE inventory.stock s SET on_hand = locked.on_hand, reserved = locked.reserved - locked.quantity
    FROM locked WHERE s.tenant_id = %(tenant_id)s AND s.product_id = locked.product_id AND s.site_id = locked.site_id
), untold AS (
    INSERT INTO inventory.untold (tenant_id, product_id, site_id)
    SELECT %(tenant_id)s, product_id, site_id FROM locked
    ON CONFLICT (tenant_id, product_id, site_id) DO NOTHING
)
SELECT order_id, line_id, site_id, product_id, quantity, NULL::timestamptz AS expires_at FROM gone
ORDER BY order_id, line_id;

-- name: lock_reservations
-- Locks the pending reservations of some lines in key order and says what is still owed to each.
SELECT order_id, line_id, site_id, product_id, quantity - shipped AS quantity, expires_at
FROM inventory.reservations
WHERE tenant_id = %(tenant_id)s AND line_id = ANY (%(line_ids)s::uuid[]) AND phase = 'pending'
ORDER BY line_id, site_id, product_id FOR NO KEY UPDATE;

-- name: lock_holders
-- Locks all who hold some stock, in key order.
SELECT r.order_id, r.line_id, r.site_id, r.product_id, r.quantity - r.shipped AS quantity, r.expires_at
FROM inventory.reservations r
JOIN unnest(%(key_products)s::uuid[], %(key_sites)s::uuid[]) AS key(product_id, site_id)
  ON r.product_id = key.product_id AND r.site_id = key.site_id
WHERE r.tenant_id = %(tenant_id)s AND r.phase = 'pending'
ORDER BY r.line_id, r.site_id, r.product_id FOR NO KEY UPDATE OF r;

-- name: post_shipped
-- Shipped units of reservations are posted; one that is shipped in full is done.
UPDATE inventory.reservations r
SET shipped = r.shipped + s.quantity, expires_at = NULL,
    phase = CASE WHEN r.shipped + s.quantity = r.quantity THEN 'posted' ELSE r.phase END,
    ended_at = CASE WHEN r.shipped + s.quantity = r.quantity THEN %(now)s END
FROM unnest(%(line_ids)s::uuid[], %(site_ids)s::uuid[], %(product_ids)s::uuid[], %(quantitys)s::int[])
  AS s(line_id, site_id, product_id, quantity)
WHERE r.tenant_id = %(tenant_id)s AND (r.line_id, r.site_id, r.product_id) = (s.line_id, s.site_id, s.product_id)
  AND r.phase = 'pending' AND r.quantity - r.shipped >= s.quantity;

-- name: shrink_reservations
-- Promises that cannot be kept shrink; one with nothing left and nothing shipped is voided, one shipped in full is posted.
UPDATE inventory.reservations r
SET quantity = r.quantity - s.quantity,
    phase = CASE WHEN r.quantity - s.quantity > r.shipped THEN 'pending' WHEN r.shipped > 0 THEN 'posted' ELSE 'voided' END,
    ended_at = CASE WHEN r.quantity - s.quantity > r.shipped THEN NULL ELSE %(now)s::timestamptz END,
    ended_why = CASE WHEN r.quantity - s.quantity > r.shipped THEN NULL ELSE %(reason)s END
FROM unnest(%(line_ids)s::uuid[], %(site_ids)s::uuid[], %(product_ids)s::uuid[], %(quantitys)s::int[])
  AS s(line_id, site_id, product_id, quantity)
WHERE r.tenant_id = %(tenant_id)s AND (r.line_id, r.site_id, r.product_id) = (s.line_id, s.site_id, s.product_id)
  AND r.phase = 'pending' AND r.quantity - r.shipped >= s.quantity;

-- name: hand_on
-- Promises pass to other lines as they are: made as long ago, and for as long. No stock row changes.
INSERT INTO inventory.reservations (tenant_id, line_id, site_id, product_id, order_id, quantity, reserved_at, expires_at)
SELECT %(tenant_id)s, n.line_id, n.site_id, n.product_id, n.order_id, n.quantity, r.reserved_at, r.expires_at
FROM unnest(%(old_line_ids)s::uuid[], %(line_ids)s::uuid[], %(site_ids)s::uuid[], %(product_ids)s::uuid[], %(order_ids)s::uuid[],
            %(quantitys)s::int[]) AS n(old_line_id, line_id, site_id, product_id, order_id, quantity)
JOIN inventory.reservations r ON r.tenant_id = %(tenant_id)s AND r.line_id = n.old_line_id AND r.site_id = n.site_id
  AND r.product_id = n.product_id
ORDER BY n.line_id, n.site_id, n.product_id;

-- name: note_shortages
-- Remembers broken promises, for whom listens.
INSERT INTO inventory.shortages (tenant_id, id, cause, order_id, line_id, product_id, site_id, quantity, replaced, found_at)
SELECT %(tenant_id)s, id, %(cause)s, order_id, line_id, product_id, site_id, quantity, replaced, %(now)s
FROM unnest(%(ids)s::uuid[], %(order_ids)s::uuid[], %(line_ids)s::uuid[], %(product_ids)s::uuid[], %(site_ids)s::uuid[],
            %(quantitys)s::int[], %(replaceds)s::int[])
  AS s(id, order_id, line_id, product_id, site_id, quantity, replaced);
