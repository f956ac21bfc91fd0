-- name: add_sites
-- Warehouses and centers; a code that is taken breaks site_code_taken.
INSERT INTO catalog.sites (tenant_id, id, code, name, kind, street, city, region, postal_code, country, lat, lon,
                           timezone, cutoff, start_x_mm, start_y_mm, gs1_prefix)
SELECT %(tenant_id)s, s.id, s.code, s.name, s.kind, s.street, s.city, s.region, s.postal_code, s.country, s.lat, s.lon,
       s.timezone, s.cutoff, s.start_x_mm, s.start_y_mm, s.gs1_prefix
FROM jsonb_to_recordset(%(rows)s::jsonb) AS s(id uuid, code text, name text, kind text, street text, city text,
    region text, postal_code text, country text, lat double precision, lon double precision, timezone text,
    cutoff time, start_x_mm int, start_y_mm int, gs1_prefix text);

-- name: add_aisles
-- The aisles of a site.
INSERT INTO catalog.aisles (tenant_id, site_id, number, x_mm, front_y_mm, back_y_mm)
SELECT %(tenant_id)s, %(site_id)s, a.number, a.x_mm, a.front_y_mm, a.back_y_mm
FROM jsonb_to_recordset(%(rows)s::jsonb) AS a(number int, x_mm int, front_y_mm int, back_y_mm int);

-- name: add_bins
-- The bins of a site; a code that is taken there breaks bin_code_taken.
INSERT INTO catalog.bins (tenant_id, id, site_id, code, aisle, x_mm, y_mm, level, pick_seq, kind, capacity_ml, mixes_lots)
SELECT %(tenant_id)s, b.id, %(site_id)s, b.code, b.aisle, b.x_mm, b.y_mm, b.level, b.pick_seq, b.kind, b.capacity_ml, b.mixes_lots
FROM jsonb_to_recordset(%(rows)s::jsonb) AS b(id uuid, code text, aisle int, x_mm int, y_mm int, level int, pick_seq int, kind text,
    capacity_ml bigint, mixes_lots boolean);

-- name: change_bins
-- What bins are for and how much they hold; where they are stays.
UPDATE catalog.bins t SET kind = b.kind, capacity_ml = b.capacity_ml, mixes_lots = b.mixes_lots
FROM jsonb_to_recordset(%(rows)s::jsonb) AS b(code text, kind text, capacity_ml bigint, mixes_lots boolean)
WHERE t.tenant_id = %(tenant_id)s AND t.site_id = %(site_id)s AND t.code = b.code;

-- name: sites
-- Our places, or those asked for by id.
SELECT id, code, name, kind, street, city, region, postal_code, country, lat, lon, timezone, cutoff, start_x_mm,
       start_y_mm, gs1_prefix
FROM catalog.sites
WHERE tenant_id = %(tenant_id)s AND (%(ids)s::uuid[] IS NULL OR id = ANY (%(ids)s::uuid[])) ORDER BY code;

-- name: aisles_of
-- The aisles of a site, from the left.
SELECT number, x_mm, front_y_mm, back_y_mm FROM catalog.aisles
WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s ORDER BY x_mm, number;

-- name: bins_of
-- The bins of a site in the order of a plain walk.
SELECT id, code, aisle, x_mm, y_mm, level, pick_seq, kind, capacity_ml, mixes_lots FROM catalog.bins
WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s ORDER BY pick_seq, code;

-- name: bins_by_code
-- Which of some bin codes a site has.
SELECT code FROM catalog.bins
WHERE tenant_id = %(tenant_id)s AND site_id = %(site_id)s AND code = ANY (%(codes)s::text[]);

-- name: add_vans
-- The vans of local centers; a code that is taken breaks van_code_taken.
INSERT INTO catalog.vans (tenant_id, id, site_id, code, capacity_g, capacity_ml, shift_start, shift_end, driver_user_id)
SELECT %(tenant_id)s, v.id, v.site_id, v.code, v.capacity_g, v.capacity_ml, v.shift_start, v.shift_end, v.driver_user_id
FROM jsonb_to_recordset(%(rows)s::jsonb) AS v(id uuid, site_id uuid, code text, capacity_g int, capacity_ml bigint,
    shift_start time, shift_end time, driver_user_id uuid);

-- name: vans
-- The vans, of all centers or of one.
SELECT id, site_id, code, capacity_g, capacity_ml, shift_start, shift_end, driver_user_id FROM catalog.vans
WHERE tenant_id = %(tenant_id)s AND (%(site_id)s::uuid IS NULL OR site_id = %(site_id)s) ORDER BY code;

-- name: add_boxes
-- The cartons to pack into; a code that is taken breaks box_code_taken.
INSERT INTO catalog.boxes (tenant_id, id, code, inner_length_mm, inner_width_mm, inner_height_mm, outer_length_mm,
                           outer_width_mm, outer_height_mm, tare_g, max_gross_g, price_minor, currency)
SELECT %(tenant_id)s, b.id, b.code, b.inner_length_mm, b.inner_width_mm, b.inner_height_mm, b.outer_length_mm,
       b.outer_width_mm, b.outer_height_mm, b.tare_g, b.max_gross_g, b.price_minor, b.currency
FROM jsonb_to_recordset(%(rows)s::jsonb) AS b(id uuid, code text, inner_length_mm int, inner_width_mm int,
    inner_height_mm int, outer_length_mm int, outer_width_mm int, outer_height_mm int, tare_g int, max_gross_g int,
    price_minor bigint, currency text);

-- name: boxes
-- The cartons, smallest first.
SELECT id, code, inner_length_mm, inner_width_mm, inner_height_mm, outer_length_mm, outer_width_mm, outer_height_mm,
       tare_g, max_gross_g, price_minor, currency
FROM catalog.boxes WHERE tenant_id = %(tenant_id)s
ORDER BY inner_length_mm::bigint * inner_width_mm * inner_height_mm, code;
