-- name: lock_to_change
-- One order at a time is changed by one.
SELECT id FROM orders.orders WHERE tenant_id = %(tenant_id)s AND id = %(order_id)s FOR UPDATE;

-- name: pieces
-- The stored products that the lines of an order are made of, with what is promised and shipped of each.
SELECT l.id AS line_id, want.product_id, p.sku, p.name, want.per_unit, coalesce(got.pending, 0)::int AS pending,
       coalesce(got.shipped, 0)::int AS shipped
FROM orders.lines l
CROSS JOIN LATERAL (
    SELECT k.component_id AS product_id, k.quantity AS per_unit FROM catalog.kit_components k
    WHERE k.tenant_id = %(tenant_id)s AND k.kit_id = l.product_id
    UNION ALL
    SELECT p.id, 1 FROM catalog.products p
    WHERE p.tenant_id = %(tenant_id)s AND p.id = l.product_id AND p.kind = 'single'
) AS want
JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = want.product_id
LEFT JOIN LATERAL (
    SELECT sum(r.quantity - r.shipped) FILTER (WHERE r.phase = 'pending') AS pending, sum(r.shipped) AS shipped
    FROM inventory.reservations r
    WHERE r.tenant_id = %(tenant_id)s AND r.line_id = l.id AND r.product_id = want.product_id
) AS got ON true
WHERE l.tenant_id = %(tenant_id)s AND l.order_id = %(order_id)s ORDER BY l.position, want.product_id;

-- name: change_lines
-- Lines as they are wanted now.
UPDATE orders.lines l SET quantity = c.quantity, unit_minor = c.unit_minor, discount_minor = c.discount_minor,
    tax_minor = c.tax_minor, total_minor = c.total_minor
FROM unnest(%(ids)s::uuid[], %(quantitys)s::int[], %(unit_minors)s::bigint[], %(discounts)s::bigint[], %(taxes)s::bigint[],
            %(totals)s::bigint[]) AS c(id, quantity, unit_minor, discount_minor, tax_minor, total_minor)
WHERE l.tenant_id = %(tenant_id)s AND l.id = c.id;

-- name: add_lines
-- Lines that come to an order, after those that it has, maybe sold under another one.
INSERT INTO orders.lines (tenant_id, id, order_id, position, product_id, sku, name, quantity, unit_minor, discount_minor,
    tax_minor, total_minor, sold_as)
SELECT %(tenant_id)s, id, %(order_id)s, last.position + place, product_id, sku, name, quantity, unit_minor, discount_minor,
       tax_minor, total_minor, nullif(sold_as, %(order_id)s)
FROM unnest(%(ids)s::uuid[], %(product_ids)s::uuid[], %(skus)s::text[], %(names)s::text[], %(quantitys)s::int[],
            %(unit_minors)s::bigint[], %(discounts)s::bigint[], %(taxes)s::bigint[], %(totals)s::bigint[], %(sold_ass)s::uuid[])
    WITH ORDINALITY AS a(id, product_id, sku, name, quantity, unit_minor, discount_minor, tax_minor, total_minor, sold_as, place)
CROSS JOIN (SELECT coalesce(max(position), 0) AS position FROM orders.lines
            WHERE tenant_id = %(tenant_id)s AND order_id = %(order_id)s) AS last;

-- name: change_order
-- The order's sums and service as they are now.
UPDATE orders.orders SET subtotal_minor = %(subtotal_minor)s, discount_minor = %(discount_minor)s,
    shipping_minor = %(shipping_minor)s, tax_minor = %(tax_minor)s, total_minor = %(total_minor)s, delivery = %(delivery)s,
    changes = changes + 1
WHERE tenant_id = %(tenant_id)s AND id = %(order_id)s;

-- name: regroup
-- The order's sums after units were split off.
UPDATE orders.orders SET subtotal_minor = %(subtotal_minor)s, discount_minor = %(discount_minor)s,
    shipping_minor = %(shipping_minor)s, tax_minor = %(tax_minor)s, total_minor = %(total_minor)s, regrouped = true
WHERE tenant_id = %(tenant_id)s AND id = %(order_id)s;

-- name: change_contact
-- Where it goes now; where it lies on the map stays known when it is the same place.
UPDATE orders.contacts SET name = %(name)s, company = %(company)s, email = %(email)s, phone = %(phone)s, street = %(street)s,
    street2 = %(street2)s, city = %(city)s, region = %(region)s, postal_code = %(postal_code)s, country = %(country)s,
    lat = coalesce(%(lat)s, CASE WHEN (street, city, postal_code, country) = (%(street)s, %(city)s, %(postal_code)s, %(country)s) THEN lat END),
    lon = coalesce(%(lon)s, CASE WHEN (street, city, postal_code, country) = (%(street)s, %(city)s, %(postal_code)s, %(country)s) THEN lon END)
WHERE tenant_id = %(tenant_id)s AND order_id = %(order_id)s;

-- name: split_off
-- A part of an order becomes an order of its own: of the same merchant, channel and customer, promised as the first one was.
WITH made AS (
    INSERT INTO orders.orders (tenant_id, id, state, seq, number, merchant_id, channel, placed_at, currency, subtotal_minor,
        discount_minor, shipping_minor, tax_minor, total_minor, delivery, gift, note, language, promised_from, promised_until,
        leave_by, ships_on, split_from, regrouped)
    SELECT tenant_id, %(id)s, %(born_state)s, %(born_seq)s, %(number)s, merchant_id, channel, placed_at, currency,
        %(subtotal_minor)s, %(discount_minor)s, %(shipping_minor)s, %(tax_minor)s, %(total_minor)s, delivery, gift, note, language,
        promised_from, promised_until, leave_by, ships_on, id, true
    FROM orders.orders WHERE tenant_id = %(tenant_id)s AND id = %(order_id)s
)
INSERT INTO orders.contacts (tenant_id, order_id, name, company, email, phone, street, street2, city, region, postal_code, country,
    lat, lon)
SELECT tenant_id, %(id)s, name, company, email, phone, street, street2, city, region, postal_code, country, lat, lon
FROM orders.contacts WHERE tenant_id = %(tenant_id)s AND order_id = %(order_id)s;

-- name: told_by_partner
-- Whether a partner sold something of an order that speaks of its parcels as of those of one shipment (EDI, Amazon).
SELECT EXISTS (
    SELECT FROM orders.lines l
    JOIN orders.shop_orders s ON s.tenant_id = %(tenant_id)s AND s.order_id = coalesce(l.sold_as, l.order_id)
    JOIN orders.shops p ON p.tenant_id = %(tenant_id)s AND p.id = s.shop_id AND p.kind IN ('edi', 'amazon')
    WHERE l.tenant_id = %(tenant_id)s AND l.order_id = %(order_id)s
);

-- name: part_held
-- Whether a part of an order is held.
SELECT EXISTS (SELECT FROM orders.holds WHERE tenant_id = %(tenant_id)s AND order_id = %(order_id)s AND released_at IS NULL
               AND scope <> 'order');

-- name: move_payments
-- Payments that pay another order from now on.
UPDATE orders.payments SET order_id = %(order_id)s WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: add_payment
-- What comes to more than before, to be asked of the customer.
INSERT INTO orders.payments (tenant_id, id, state, seq, order_id, processor, method, token, amount_minor, currency)
VALUES (%(tenant_id)s, %(id)s, %(born_state)s, %(born_seq)s, %(order_id)s, %(processor)s, %(method)s, %(token)s, %(amount_minor)s, %(currency)s);

-- name: release_payments
-- What the order needs no more of its payments.
UPDATE orders.payments p SET released_minor = p.released_minor + r.amount
FROM unnest(%(ids)s::uuid[], %(amounts)s::bigint[]) AS r(id, amount)
WHERE p.tenant_id = %(tenant_id)s AND p.id = r.id;

-- name: open_reasons
-- The reasons that keep an order.
SELECT reason FROM orders.holds WHERE tenant_id = %(tenant_id)s AND order_id = %(order_id)s AND released_at IS NULL;

-- name: payments_settled
-- Whether every payment that an order needs is promised or taken.
SELECT NOT EXISTS (SELECT FROM orders.payments p WHERE p.tenant_id = %(tenant_id)s AND p.order_id = %(order_id)s
                   AND p.amount_minor > p.released_minor AND p.state NOT IN ('authorized', 'capturing', 'captured'));
