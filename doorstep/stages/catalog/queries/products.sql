-- name: add_products
-- Goods come in as they are written; a SKU that is taken breaks product_sku_taken.
INSERT INTO catalog.products (tenant_id, id, merchant_id, sku, name, kind, length_mm, width_mm, height_mm, weight_g,
                              price_minor, currency, upright, fragile, picture, hs_code, origin_country,
                              asks_lot, asks_expiry, serials)
SELECT %(tenant_id)s, p.id, p.merchant_id, p.sku, p.name, p.kind, p.length_mm, p.width_mm, p.height_mm, p.weight_g,
       p.price_minor, p.currency, p.upright, p.fragile, p.picture, p.hs_code, p.origin_country, p.asks_lot, p.asks_expiry, p.serials
FROM jsonb_to_recordset(%(rows)s::jsonb) AS p(id uuid, merchant_id uuid, sku text, name text, kind text, length_mm int,
    width_mm int, height_mm int, weight_g int, price_minor bigint, currency text, upright boolean, fragile boolean,
    picture text, hs_code text, origin_country text, asks_lot boolean, asks_expiry boolean, serials text);

-- name: change_products
-- What a product is called, costs and measures may change; whose it is, its SKU and its kind may not.
UPDATE catalog.products t SET name = p.name, length_mm = p.length_mm, width_mm = p.width_mm, height_mm = p.height_mm,
    weight_g = p.weight_g, price_minor = p.price_minor, upright = p.upright, fragile = p.fragile, picture = p.picture,
    hs_code = p.hs_code, origin_country = p.origin_country, asks_lot = p.asks_lot, asks_expiry = p.asks_expiry, serials = p.serials
FROM jsonb_to_recordset(%(rows)s::jsonb) AS p(id uuid, name text, length_mm int, width_mm int, height_mm int,
    weight_g int, price_minor bigint, upright boolean, fragile boolean, picture text, hs_code text, origin_country text,
    asks_lot boolean, asks_expiry boolean, serials text)
WHERE t.tenant_id = %(tenant_id)s AND t.id = p.id;

-- name: add_barcodes
-- Codes lead to products; one that leads elsewhere already breaks barcode_taken.
INSERT INTO catalog.barcodes (tenant_id, code, product_id, units)
SELECT %(tenant_id)s, code, product_id, units
FROM unnest(%(codes)s::text[], %(product_ids)s::uuid[], %(unitss)s::int[]) AS b(code, product_id, units);

-- name: add_components
-- What kits are made of.
INSERT INTO catalog.kit_components (tenant_id, kit_id, component_id, quantity)
SELECT %(tenant_id)s, kit_id, component_id, quantity
FROM unnest(%(kit_ids)s::uuid[], %(component_ids)s::uuid[], %(quantitys)s::int[]) AS k(kit_id, component_id, quantity);

-- name: products
-- Products by id.
SELECT id, merchant_id, sku, name, kind, length_mm, width_mm, height_mm, weight_g, price_minor, currency, upright,
       fragile, picture, hs_code, origin_country, asks_lot, asks_expiry, serials
FROM catalog.products WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) ORDER BY sku, id;

-- name: products_by_sku
-- Products by what merchants call them, as orders and imports name them.
SELECT p.id, p.merchant_id, p.sku, p.name, p.kind, p.length_mm, p.width_mm, p.height_mm, p.weight_g, p.price_minor,
       p.currency, p.upright, p.fragile, p.picture, p.hs_code, p.origin_country, p.asks_lot, p.asks_expiry, p.serials
FROM unnest(%(merchant_ids)s::uuid[], %(skus)s::text[]) AS asked(merchant_id, sku)
JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.merchant_id = asked.merchant_id AND p.sku = asked.sku;

-- name: find_products
-- The catalog's list: search in SKU, name and barcode, one page after a SKU and id.
SELECT p.id, p.merchant_id, p.sku, p.name, p.kind, p.length_mm, p.width_mm, p.height_mm, p.weight_g, p.price_minor,
       p.currency, p.upright, p.fragile, p.picture, p.hs_code, p.origin_country, p.asks_lot, p.asks_expiry, p.serials
FROM catalog.products p
WHERE p.tenant_id = %(tenant_id)s
  AND (%(merchant_id)s::uuid IS NULL OR p.merchant_id = %(merchant_id)s)
  AND (%(wanted)s::text = '' OR p.sku ILIKE %(like)s OR p.name ILIKE %(like)s
       OR p.id IN (SELECT b.product_id FROM catalog.barcodes b
                   WHERE b.tenant_id = %(tenant_id)s AND b.code = %(wanted)s))
  AND (p.sku, p.id) > (%(after_sku)s, %(after_id)s::uuid)
ORDER BY p.sku, p.id LIMIT %(most)s;

-- name: by_barcode
-- What scanned codes stand for; a SKU that no barcode equals also counts when it is unique, since small sellers print SKUs.
SELECT b.code, b.product_id, b.units, p.sku, p.name, p.merchant_id
FROM catalog.barcodes b JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = b.product_id
WHERE b.tenant_id = %(tenant_id)s AND b.code = ANY (%(codes)s::text[])
UNION ALL
SELECT p.sku, (array_agg(p.id))[1], 1, p.sku, min(p.name), (array_agg(p.merchant_id))[1]
FROM catalog.products p
WHERE p.tenant_id = %(tenant_id)s AND p.sku = ANY (%(codes)s::text[])
  AND NOT EXISTS (SELECT 1 FROM catalog.barcodes b WHERE b.tenant_id = %(tenant_id)s AND b.code = p.sku)
GROUP BY p.sku HAVING count(*) = 1;

-- name: barcodes_of
-- The codes of products.
SELECT product_id, code, units FROM catalog.barcodes
WHERE tenant_id = %(tenant_id)s AND product_id = ANY (%(product_ids)s::uuid[]) ORDER BY product_id, units, code;

-- name: components
-- What products are stored as: a kit as its components, anything else as one of itself.
SELECT p.id AS product_id, coalesce(k.component_id, p.id) AS component_id, coalesce(k.quantity, 1) AS quantity
FROM catalog.products p
LEFT JOIN catalog.kit_components k ON k.tenant_id = %(tenant_id)s AND k.kit_id = p.id
WHERE p.tenant_id = %(tenant_id)s AND p.id = ANY (%(product_ids)s::uuid[]) ORDER BY 1, 2;

-- name: kits_of
-- The kits that hold some products.
SELECT kit_id, component_id, quantity FROM catalog.kit_components
WHERE tenant_id = %(tenant_id)s AND component_id = ANY (%(product_ids)s::uuid[]) ORDER BY kit_id;

-- name: count_products
-- How many products a merchant has, or all have.
SELECT count(*)::int FROM catalog.products
WHERE tenant_id = %(tenant_id)s AND (%(merchant_id)s::uuid IS NULL OR merchant_id = %(merchant_id)s);

-- name: keep_picture
-- A product's own picture replaces the one before, and the product is shown with its address from now on.
WITH kept AS (
    INSERT INTO catalog.pictures (tenant_id, product_id, bytes) VALUES (%(tenant_id)s, %(product_id)s, %(bytes)s)
    ON CONFLICT (tenant_id, product_id) DO UPDATE SET bytes = excluded.bytes
)
UPDATE catalog.products SET picture = %(picture)s WHERE tenant_id = %(tenant_id)s AND id = %(product_id)s;

-- name: picture
-- The picture that we keep of a product.
SELECT bytes FROM catalog.pictures WHERE tenant_id = %(tenant_id)s AND product_id = %(product_id)s;
