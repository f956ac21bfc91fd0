-- name: sellers
-- The merchants that a batch of orders names, and the one that the caller is bound to.
SELECT id, code, name, currency, rounding_minor, checks_mail FROM catalog.merchants
WHERE tenant_id = %(tenant_id)s AND (code = ANY (%(codes)s::text[]) OR id = ANY (%(ids)s::uuid[]));

-- name: items
-- The products that a batch of orders names, kits with what they are made of.
SELECT wanted.merchant_id, wanted.sku, p.id, p.name,
       CASE p.kind WHEN 'kit' THEN parts.ids ELSE ARRAY[p.id] END AS component_ids,
       CASE p.kind WHEN 'kit' THEN parts.quantities ELSE ARRAY[1] END AS quantities,
       CASE p.kind WHEN 'kit' THEN parts.weights_g ELSE ARRAY[p.weight_g] END AS weights_g,
       greatest(own.ships_on, parts.ships_on) AS ships_on
FROM unnest(%(merchant_ids)s::uuid[], %(skus)s::text[]) AS wanted(merchant_id, sku)
CROSS JOIN LATERAL (
    SELECT p.id, p.name, p.kind, p.weight_g FROM catalog.products p
    WHERE p.tenant_id = %(tenant_id)s AND p.merchant_id = wanted.merchant_id AND p.sku = wanted.sku LIMIT 1
) AS p
LEFT JOIN LATERAL (
    SELECT array_agg(k.component_id ORDER BY k.component_id) AS ids, array_agg(k.quantity ORDER BY k.component_id) AS quantities,
           array_agg(c.weight_g ORDER BY k.component_id) AS weights_g, max(t.ships_on) AS ships_on
    FROM catalog.kit_components k
    JOIN catalog.products c ON c.tenant_id = %(tenant_id)s AND c.id = k.component_id
    LEFT JOIN inventory.backorder_terms t ON t.tenant_id = %(tenant_id)s AND t.product_id = k.component_id
    WHERE k.tenant_id = %(tenant_id)s AND k.kit_id = p.id
) AS parts ON p.kind = 'kit'
LEFT JOIN inventory.backorder_terms own ON own.tenant_id = %(tenant_id)s AND own.product_id = p.id;

-- name: first_orders
-- The orders that are there under external references. The lateral look-up, one row each by the unique index, is as quick in
-- a table that PostgreSQL has no statistics of yet.
SELECT asked.merchant_id, asked.channel, asked.external_ref, found.id
FROM unnest(%(merchant_ids)s::uuid[], %(channels)s::text[], %(external_refs)s::text[]) AS asked(merchant_id, channel, external_ref)
CROSS JOIN LATERAL (
    SELECT o.id FROM orders.orders o
    WHERE o.tenant_id = %(tenant_id)s AND o.external_ref = asked.external_ref AND o.merchant_id = asked.merchant_id
      AND o.channel = asked.channel LIMIT 1
) AS found;

-- name: place
-- Orders and whom they go to. Writers of a tenant come one after another here: they hold the row that counts order numbers.
-- The driver keeps a statement of at most fifty parameters as it reads it, so their lines and payments are the next one.
WITH placed AS (
    INSERT INTO orders.orders (tenant_id, id, state, seq, number, merchant_id, channel, external_ref, placed_at, currency,
        subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor, rounding_minor, delivery, gift, note, language)
    SELECT %(tenant_id)s, id, state, seq, number, merchant_id, channel, external_ref, coalesce(placed_at, %(now)s), currency,
        subtotal_minor, discount_minor, shipping_minor, tax_minor, total_minor, rounding_minor, delivery, gift, note, language
    FROM unnest(%(ids)s::uuid[], %(born_states)s::text[], %(born_seqs)s::int[], %(numbers)s::bigint[], %(merchant_ids)s::uuid[], %(channels)s::text[],
                %(external_refs)s::text[], %(placed_ats)s::timestamptz[], %(currencys)s::text[], %(subtotals)s::bigint[],
                %(discounts)s::bigint[], %(shippings)s::bigint[], %(taxes)s::bigint[], %(totals)s::bigint[],
                %(roundings)s::int[], %(deliverys)s::text[], %(gifts)s::boolean[], %(notes)s::text[], %(languages)s::text[])
      AS o(id, state, seq, number, merchant_id, channel, external_ref, placed_at, currency, subtotal_minor, discount_minor,
           shipping_minor, tax_minor, total_minor, rounding_minor, delivery, gift, note, language)
)
INSERT INTO orders.contacts (tenant_id, order_id, name, company, email, phone, street, street2, city, region,
    postal_code, country, lat, lon)
SELECT %(tenant_id)s, order_id, name, company, email, phone, street, street2, city, region, postal_code, country, lat, lon
FROM unnest(%(ids)s::uuid[], %(names)s::text[], %(companys)s::text[], %(emails)s::text[], %(phones)s::text[],
            %(streets)s::text[], %(street2s)s::text[], %(citys)s::text[], %(regions)s::text[], %(postal_codes)s::text[],
            %(countrys)s::text[], %(lats)s::double precision[], %(lons)s::double precision[])
  AS c(order_id, name, company, email, phone, street, street2, city, region, postal_code, country, lat, lon);

-- name: place_goods
-- What these orders are of, and how they are paid.
WITH listed AS (
    INSERT INTO orders.lines (tenant_id, id, order_id, position, product_id, sku, name, quantity, unit_minor,
        discount_minor, tax_minor, total_minor)
    SELECT %(tenant_id)s, id, order_id, position, product_id, sku, name, quantity, unit_minor, discount_minor, tax_minor, total_minor
    FROM unnest(%(line_ids)s::uuid[], %(line_order_ids)s::uuid[], %(positions)s::int[], %(product_ids)s::uuid[],
                %(skus)s::text[], %(line_names)s::text[], %(quantitys)s::int[], %(unit_minors)s::bigint[],
                %(line_discounts)s::bigint[], %(line_taxes)s::bigint[], %(line_totals)s::bigint[])
      AS l(id, order_id, position, product_id, sku, name, quantity, unit_minor, discount_minor, tax_minor, total_minor)
)
INSERT INTO orders.payments (tenant_id, id, state, seq, order_id, processor, method, token, amount_minor, currency)
SELECT %(tenant_id)s, id, state, seq, order_id, processor, method, token, amount_minor, currency
FROM unnest(%(payment_ids)s::uuid[], %(payment_born_states)s::text[], %(payment_born_seqs)s::int[], %(payment_order_ids)s::uuid[], %(processors)s::text[], %(methods)s::text[],
            %(tokens)s::text[], %(amounts)s::bigint[], %(payment_currencys)s::text[])
  AS p(id, state, seq, order_id, processor, method, token, amount_minor, currency);
