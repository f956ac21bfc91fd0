-- name: put_faces
-- How much of what faces should hold.
INSERT INTO inventory.faces AS f (tenant_id, site_id, product_id, place, min_units, max_units)
SELECT %(tenant_id)s, site_id, product_id, place, min_units, max_units
FROM unnest(%(site_ids)s::uuid[], %(product_ids)s::uuid[], %(places)s::text[], %(min_unitss)s::int[], %(max_unitss)s::int[])
  AS new(site_id, product_id, place, min_units, max_units)
ORDER BY site_id, product_id, place
ON CONFLICT (tenant_id, site_id, product_id, place)
DO UPDATE SET min_units = excluded.min_units, max_units = excluded.max_units;

-- name: drop_face
-- Nobody keeps it filled any more.
DELETE FROM inventory.faces
WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s AND product_id = %(product_id)s AND place = %(place)s;

-- name: faces
-- The faces that are kept filled, of one site or all.
SELECT site_id, product_id, place, min_units, max_units FROM inventory.faces
WHERE tenant_id = %(tenant_id)s AND (%(site_id)s::uuid IS NULL OR site_id = %(site_id)s)
ORDER BY site_id, product_id, place LIMIT %(most)s;

-- name: shelves_watched
-- What faces hold, and what is promised of their products at the site and not picked yet: reserved, less what totes and parcels hold.
SELECT f.site_id, f.product_id, f.place, f.min_units, f.max_units, NOT bin.mixes_lots AS apart, coalesce(b.on_hand, 0) AS on_hand,
       greatest(coalesce(s.reserved, 0) - carried.units, 0)::int AS demand
FROM inventory.faces f
JOIN catalog.bins bin ON bin.tenant_id = %(tenant_id)s AND bin.site_id = f.site_id AND 'bin:' || bin.code = f.place
LEFT JOIN inventory.balances b ON b.tenant_id = %(tenant_id)s AND b.site_id = f.site_id AND b.product_id = f.product_id
  AND b.place = f.place
LEFT JOIN inventory.stock s ON s.tenant_id = %(tenant_id)s AND s.product_id = f.product_id AND s.site_id = f.site_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(c.on_hand), 0) AS units FROM inventory.balances c
    WHERE c.tenant_id = %(tenant_id)s AND c.site_id = f.site_id AND c.product_id = f.product_id
      AND (c.place LIKE 'tote:%%' OR c.place = 'parcel')
) AS carried
WHERE f.tenant_id = %(tenant_id)s ORDER BY f.site_id, f.product_id, bin.pick_seq, f.place;

-- name: bulks
-- Bins of bulk that hold products: what expires first in front, then the one that is emptied soonest; lots that may not be sold are
-- left out, and bins that wait for a count.
SELECT b.site_id, b.product_id, b.place, (b.on_hand - blocked.units)::int AS units
FROM inventory.balances b
JOIN catalog.bins bin ON bin.tenant_id = %(tenant_id)s AND bin.site_id = b.site_id AND 'bin:' || bin.code = b.place
  AND bin.kind = 'bulk'
CROSS JOIN LATERAL (
    SELECT coalesce(sum(u.on_hand) FILTER (WHERE l.state <> 'sellable'), 0) AS units,
           min(l.expires_on) FILTER (WHERE l.state = 'sellable') AS expires_on
    FROM inventory.lot_units u
    JOIN inventory.lots l ON l.tenant_id = %(tenant_id)s AND l.product_id = u.product_id AND l.lot = u.lot
    WHERE u.tenant_id = %(tenant_id)s AND u.product_id = b.product_id AND u.site_id = b.site_id AND u.place = b.place AND u.on_hand > 0
) AS blocked
WHERE b.tenant_id = %(tenant_id)s AND b.product_id = ANY (%(product_ids)s::uuid[]) AND b.on_hand > blocked.units
  AND NOT EXISTS (SELECT FROM inventory.counts c
                  WHERE c.tenant_id = %(tenant_id)s AND c.site_id = b.site_id AND c.place = b.place
                    AND c.product_id = b.product_id AND c.counted_at IS NULL AND c.blocks)
ORDER BY b.site_id, b.product_id, blocked.expires_on NULLS LAST, units, b.place;

-- name: add_refills
-- Walks from bulk to faces; a face that one is open for gets no other.
INSERT INTO inventory.refills (tenant_id, id, site_id, product_id, from_place, to_place, quantity, why, asked_at)
SELECT %(tenant_id)s, id, site_id, product_id, from_place, to_place, quantity, why, %(now)s
FROM unnest(%(ids)s::uuid[], %(site_ids)s::uuid[], %(product_ids)s::uuid[], %(from_places)s::text[], %(to_places)s::text[],
            %(quantitys)s::int[], %(whys)s::text[]) AS r(id, site_id, product_id, from_place, to_place, quantity, why)
ORDER BY site_id, product_id, to_place
ON CONFLICT (tenant_id, site_id, product_id, to_place) WHERE state IN ('waiting', 'taken') DO NOTHING RETURNING id;

-- name: refills
-- Walks that wait or are under way, the oldest first, or those asked for by id.
SELECT r.id, r.state, r.site_id, r.product_id, p.sku, p.name, p.picture, p.serials, r.from_place, r.to_place, r.quantity, r.why, r.moved,
       r.taken_by, r.asked_at
FROM inventory.refills r
JOIN catalog.products p ON p.tenant_id = %(tenant_id)s AND p.id = r.product_id
WHERE r.tenant_id = %(tenant_id)s AND (%(ids)s::uuid[] IS NULL OR r.id = ANY (%(ids)s::uuid[]))
  AND (%(ids)s::uuid[] IS NOT NULL OR r.state IN ('waiting', 'taken'))
ORDER BY r.asked_at, r.id LIMIT %(most)s;

-- name: give_refill
-- Whose walk it is.
UPDATE inventory.refills SET taken_by = %(taken_by)s WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: end_refill
-- How many units were brought.
UPDATE inventory.refills SET moved = %(moved)s WHERE tenant_id = %(tenant_id)s AND id = %(id)s;
