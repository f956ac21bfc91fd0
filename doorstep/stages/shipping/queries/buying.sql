-- name: want_labels
-- Owes a label to each packed parcel that has none; a parcel that has one, or is not packed any more, is left out.
INSERT INTO shipping.labels (tenant_id, id, parcel_id, order_id, merchant_id, site_id, generation, owed_at, reference)
SELECT p.tenant_id, wish.label_id, p.id, p.order_id, p.merchant_id, p.site_id,
       1 + coalesce((SELECT max(l.generation) FROM shipping.labels l
                     WHERE l.tenant_id = %(tenant_id)s AND l.parcel_id = p.id), 0),
       %(now)s, 'P' || p.number || '-' || right(replace(wish.label_id::text, '-', ''), 12)
FROM unnest(%(parcel_ids)s::uuid[], %(label_ids)s::uuid[]) AS wish(parcel_id, label_id)
JOIN warehouse.parcels p ON p.tenant_id = %(tenant_id)s AND p.id = wish.parcel_id AND p.state = 'packed'
ORDER BY p.id
ON CONFLICT DO NOTHING
RETURNING id;

-- name: label_facts
-- Everything that choosing, asking for and drawing a label needs; the labels are locked in id order.
SELECT l.id, l.state, l.parcel_id, l.order_id, l.site_id, l.merchant_id, l.carrier_id, l.service_id, l.route, l.reference,
       l.quoted_minor, l.price_minor, l.currency, l.attempt, l.request, l.refusals, l.taken_back, l.unwanted, l.tracking_number, l.sscc,
       l.carrier_ref, l.handed_over_at, l.quiet_until, p.number AS parcel_number, coalesce(p.weight_g, p.expected_g) AS weight_g,
       p.length_mm, p.width_mm, p.height_mm, o.number AS order_number, o.state AS order_state, o.promised_until,
       o.currency AS order_currency, m.name AS merchant, t.name, t.company, t.street, t.street2, t.city, t.region,
       t.postal_code, t.country, t.phone, t.lat, t.lon, s.code AS site_code, s.name AS site_name,
       s.street AS site_street, s.city AS site_city, s.region AS site_region, s.postal_code AS site_postal_code,
       s.country AS site_country, s.lat AS site_lat, s.lon AS site_lon, s.timezone AS site_timezone, s.gs1_prefix
FROM shipping.labels l
JOIN warehouse.parcels p ON p.tenant_id = l.tenant_id AND p.id = l.parcel_id
JOIN orders.orders o ON o.tenant_id = l.tenant_id AND o.id = l.order_id
JOIN orders.contacts t ON t.tenant_id = l.tenant_id AND t.order_id = l.order_id
JOIN catalog.merchants m ON m.tenant_id = l.tenant_id AND m.id = l.merchant_id
JOIN catalog.sites s ON s.tenant_id = l.tenant_id AND s.id = l.site_id
WHERE l.tenant_id = %(tenant_id)s AND l.id = ANY (%(ids)s::uuid[])
ORDER BY l.id FOR UPDATE OF l;

-- name: offers
-- Every active service of an active carrier, with its measured record and how many of the carrier's purchases are in doubt.
SELECT v.id AS service_id, c.id AS carrier_id, c.name AS carrier, c.kind, v.code, v.name, v.days_min, v.days_max,
       v.dim_divisor, v.max_weight_g, v.rates, v.zones, v.currency, coalesce(r.parcels, 0) AS parcels,
       coalesce(r.on_time, 0) AS on_time, coalesce(r.damaged, 0) AS damaged, coalesce(r.ratings, 0) AS ratings,
       coalesce(r.rating_sum, 0) AS rating_sum, coalesce(doubt.labels, 0)::int AS unsettled
FROM catalog.services v
JOIN catalog.carriers c ON c.tenant_id = v.tenant_id AND c.id = v.carrier_id
LEFT JOIN shipping.records r ON r.tenant_id = v.tenant_id AND r.service_id = v.id
LEFT JOIN (SELECT carrier_id, count(*) AS labels FROM shipping.labels
           WHERE tenant_id = %(tenant_id)s AND state = 'unknown' GROUP BY carrier_id) AS doubt ON doubt.carrier_id = c.id
WHERE v.tenant_id = %(tenant_id)s AND v.active AND c.active
ORDER BY v.id;

-- name: centers
-- The local centers that our own vans start from.
SELECT id AS site_id, code, lat, lon FROM catalog.sites WHERE tenant_id = %(tenant_id)s AND kind = 'center' ORDER BY id;

-- name: set_choices
-- Writes which service was chosen for each label, and why; a refusal where none was.
UPDATE shipping.labels l SET carrier_id = choice.carrier_id, service_id = choice.service_id, route = choice.route,
    quoted_minor = choice.quoted_minor, currency = choice.currency, reasons = choice.reasons, refusal = choice.refusal
FROM unnest(%(ids)s::uuid[], %(carrier_ids)s::uuid[], %(service_ids)s::uuid[], %(routes)s::text[],
            %(quoted_minors)s::bigint[], %(currencys)s::text[], %(reasonss)s::jsonb[], %(refusals)s::text[])
  AS choice(id, carrier_id, service_id, route, quoted_minor, currency, reasons, refusal)
WHERE l.tenant_id = %(tenant_id)s AND l.id = choice.id;

-- name: keep_labels
-- Stores what was bought: numbers, price, and the label itself.
UPDATE shipping.labels l SET tracking_number = made.tracking_number, sscc = made.sscc, price_minor = made.price_minor,
    currency = made.currency, carrier_ref = made.carrier_ref, drawn = made.drawn, zpl = made.zpl, pdf = made.pdf,
    unprintable = string_to_array(made.unprintable, ','), refusal = NULL
FROM unnest(%(ids)s::uuid[], %(tracking_numbers)s::text[], %(ssccs)s::text[], %(price_minors)s::bigint[],
            %(currencys)s::text[], %(carrier_refs)s::text[], %(drawns)s::jsonb[], %(zpls)s::text[], %(pdfs)s::bytea[],
            %(unprintables)s::text[])
  AS made(id, tracking_number, sscc, price_minor, currency, carrier_ref, drawn, zpl, pdf, unprintable)
WHERE l.tenant_id = %(tenant_id)s AND l.id = made.id;

-- name: keep_request
-- What the carrier will be asked, kept before the call: a second call asks the very same.
UPDATE shipping.labels SET request = coalesce(request, %(request)s::jsonb), sent_at = %(now)s, absences = 0,
    quiet_until = %(quiet_until)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s
RETURNING request;

-- name: say_refusals
-- Why labels were refused or are in doubt, in words for the desk.
UPDATE shipping.labels SET refusal = %(refusal)s WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: count_absence
-- The carrier does not know our reference: once may be too early, so it is counted.
UPDATE shipping.labels SET absences = absences + 1, quiet_until = %(quiet_until)s
WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND state = 'unknown'
RETURNING absences;

-- name: keep_quiet
-- Until when a sale may still show late, by the machine's clock.
UPDATE shipping.labels SET quiet_until = %(quiet_until)s WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: keep_refusal
-- A service refused this parcel; what was sold and taken back at once is remembered by the carrier's name for it.
UPDATE shipping.labels SET refusals = refusals || %(refusal)s::jsonb, taken_back = taken_back || %(taken_back)s::text[]
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: begin_attempts
-- After a refusal nothing was sold: the next wish is a new one to a carrier, asked afresh. When a person asks, all services may try again.
UPDATE shipping.labels SET attempt = attempt + 1, request = NULL, refusal = NULL, carrier_id = NULL, service_id = NULL,
    refusals = CASE WHEN %(forget)s THEN '[]' ELSE refusals END
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: no_longer_want
-- Marks purchases whose outcome is open, so that they are voided as soon as it is known.
UPDATE shipping.labels SET unwanted = true WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: labels_of_orders
-- The labels of some orders that are not voided.
SELECT id FROM shipping.labels
WHERE tenant_id = %(tenant_id)s AND order_id = ANY (%(order_ids)s::uuid[]) AND state <> 'voided' ORDER BY id;

-- name: labels_of_parcels
-- The labels of some parcels that are not voided.
SELECT id FROM shipping.labels
WHERE tenant_id = %(tenant_id)s AND parcel_id = ANY (%(parcel_ids)s::uuid[]) AND state <> 'voided' ORDER BY id;

-- name: askable
-- Carriers that quote themselves: where they are asked, and with which key.
SELECT id, base_url, api_key FROM catalog.carriers
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]) ORDER BY id;

-- name: account
-- Where and with which key a carrier is asked.
SELECT c.base_url, c.api_key, v.code AS service
FROM catalog.carriers c
LEFT JOIN catalog.services v ON v.tenant_id = c.tenant_id AND v.id = %(service_id)s
WHERE c.tenant_id = %(tenant_id)s AND c.id = %(carrier_id)s;

-- name: service_names
-- How the services on some labels are called, and the prefix of our own numbers.
SELECT v.id, v.name, v.tracking_prefix, c.name AS carrier, c.kind
FROM catalog.services v JOIN catalog.carriers c ON c.tenant_id = v.tenant_id AND c.id = v.carrier_id
WHERE v.tenant_id = %(tenant_id)s AND v.id = ANY (%(ids)s::uuid[]);

-- name: mark_printed
-- When a label was first printed.
UPDATE shipping.labels SET printed_at = coalesce(printed_at, %(now)s)
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: return_facts
-- What a label for the way back needs: the customer as sender, a site as receiver, the carrier that brought it.
SELECT o.number AS order_number, t.name, t.company, t.street, t.street2, t.city, t.region, t.postal_code, t.country,
       m.name AS merchant, s.code AS site_code, s.name AS site_name, s.street AS site_street, s.city AS site_city,
       s.region AS site_region, s.postal_code AS site_postal_code, s.country AS site_country, s.gs1_prefix,
       (SELECT c.name FROM shipping.labels l
        JOIN catalog.carriers c ON c.tenant_id = l.tenant_id AND c.id = l.carrier_id
        WHERE l.tenant_id = %(tenant_id)s AND l.order_id = o.id AND l.state = 'bought' ORDER BY l.id LIMIT 1) AS carrier
FROM orders.orders o
JOIN orders.contacts t ON t.tenant_id = o.tenant_id AND t.order_id = o.id
JOIN catalog.merchants m ON m.tenant_id = o.tenant_id AND m.id = o.merchant_id
JOIN catalog.sites s ON s.tenant_id = o.tenant_id AND s.id = %(site_id)s
WHERE o.tenant_id = %(tenant_id)s AND o.id = %(order_id)s;

-- name: learn_records
-- What our deliveries say of services now; totals replace totals.
INSERT INTO shipping.records (tenant_id, service_id, parcels, on_time, damaged, ratings, rating_sum, learned_at)
SELECT %(tenant_id)s, service_id, parcels, on_time, damaged, ratings, rating_sum, %(now)s
FROM unnest(%(service_ids)s::uuid[], %(parcelss)s::int[], %(on_times)s::int[], %(damageds)s::int[], %(ratingss)s::int[],
            %(rating_sums)s::int[]) AS learned(service_id, parcels, on_time, damaged, ratings, rating_sum)
ORDER BY service_id
ON CONFLICT (tenant_id, service_id) DO UPDATE SET parcels = excluded.parcels, on_time = excluded.on_time,
    damaged = excluded.damaged, ratings = excluded.ratings, rating_sum = excluded.rating_sum,
    learned_at = excluded.learned_at;

-- name: drawn_label
-- A label as it is kept, with the facts to draw it for another printer.
SELECT state, drawn, zpl, pdf, printed_at IS NOT NULL AS printed, merchant_id FROM shipping.labels
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: parcels_of_merchant
-- Those of some parcels that are there, and a merchant's own if one is given.
SELECT id FROM warehouse.parcels
WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[])
  AND (%(merchant_id)s::uuid IS NULL OR merchant_id = %(merchant_id)s) ORDER BY id;
