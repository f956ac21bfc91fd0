-- name: set_backorder_terms
-- How far a product may be ordered beyond what is there; what is owed already stays owed.
INSERT INTO inventory.backorder_terms AS t (tenant_id, product_id, most, ships_on)
VALUES (%(tenant_id)s, %(product_id)s, %(most)s, %(ships_on)s)
ON CONFLICT (tenant_id, product_id) DO UPDATE SET most = excluded.most, ships_on = excluded.ships_on;

-- name: set_safety
-- How many units a site keeps from sale; channels hear what is left.
WITH kept AS (
    INSERT INTO inventory.stock AS s (tenant_id, product_id, site_id, safety) VALUES (%(tenant_id)s, %(product_id)s, %(site_id)s, %(units)s)
    ON CONFLICT (tenant_id, product_id, site_id) DO UPDATE SET safety = excluded.safety
)
INSERT INTO inventory.untold (tenant_id, product_id, site_id) VALUES (%(tenant_id)s, %(product_id)s, %(site_id)s)
ON CONFLICT (tenant_id, product_id, site_id) DO NOTHING;

-- name: backorder_terms
-- How far products may be ordered beyond what is there; those of which nobody said so are left out.
SELECT product_id, most, ships_on, owed FROM inventory.backorder_terms
WHERE tenant_id = %(tenant_id)s AND product_id = ANY (%(product_ids)s::uuid[]) ORDER BY product_id;

-- name: lock_backorder_terms
-- Waits for whoever changes what is owed of these products, in their order: the next statement sees it as it is then.
SELECT product_id FROM inventory.backorder_terms
WHERE tenant_id = %(tenant_id)s AND product_id = ANY (%(product_ids)s::uuid[]) ORDER BY product_id FOR NO KEY UPDATE;

-- name: owe
-- Units are owed to lines, and count as owed of their products.
WITH owed AS (
    INSERT INTO inventory.backorders (tenant_id, order_id, line_id, product_id, quantity, owed_since)
    SELECT %(tenant_id)s, order_id, line_id, product_id, quantity, %(now)s
    FROM unnest(%(order_ids)s::uuid[], %(line_ids)s::uuid[], %(product_ids)s::uuid[], %(quantitys)s::int[])
      AS b(order_id, line_id, product_id, quantity)
    RETURNING product_id, quantity
), units AS (
    SELECT product_id, sum(quantity)::int AS units FROM owed GROUP BY product_id
)
UPDATE inventory.backorder_terms t SET owed = t.owed + units.units
FROM units WHERE t.tenant_id = %(tenant_id)s AND t.product_id = units.product_id;

-- name: owed_to
-- What is owed to orders.
SELECT order_id, line_id, product_id, quantity FROM inventory.backorders
WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(order_ids)s::uuid[]) ORDER BY order_id, line_id, product_id;

-- name: owe_less
-- Fewer units are owed to lines, or none any more, and as many fewer of their products.
WITH less AS (
    SELECT b.order_id, b.line_id, b.product_id, b.quantity AS was, now.quantity AS now
    FROM unnest(%(order_ids)s::uuid[], %(line_ids)s::uuid[], %(product_ids)s::uuid[], %(quantitys)s::int[])
      AS now(order_id, line_id, product_id, quantity)
    JOIN inventory.backorders b ON b.tenant_id = %(tenant_id)s AND b.order_id = now.order_id AND b.line_id = now.line_id
      AND b.product_id = now.product_id
), gone AS (
    DELETE FROM inventory.backorders b USING less
    WHERE b.tenant_id = %(tenant_id)s AND b.order_id = less.order_id AND b.line_id = less.line_id AND b.product_id = less.product_id
      AND less.now = 0
), fewer AS (
    UPDATE inventory.backorders b SET quantity = less.now FROM less
    WHERE b.tenant_id = %(tenant_id)s AND b.order_id = less.order_id AND b.line_id = less.line_id AND b.product_id = less.product_id
      AND less.now > 0
), units AS (
    SELECT product_id, sum(was - now)::int AS units FROM less GROUP BY product_id
)
UPDATE inventory.backorder_terms t SET owed = t.owed - units.units
FROM units WHERE t.tenant_id = %(tenant_id)s AND t.product_id = units.product_id;
