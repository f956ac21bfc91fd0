-- name: add_carriers
-- Who carries parcels; a code that is taken breaks carrier_code_taken.
INSERT INTO catalog.carriers (tenant_id, id, code, name, kind, base_url, api_key, hook_secret, active)
SELECT %(tenant_id)s, c.id, c.code, c.name, c.kind, c.base_url, c.api_key, c.hook_secret, c.active
FROM jsonb_to_recordset(%(rows)s::jsonb) AS c(id uuid, code text, name text, kind text, base_url text, api_key text,
    hook_secret text, active boolean);

-- name: carriers
-- The carriers, or those asked for by id.
SELECT id, code, name, kind, base_url, api_key, hook_secret, active FROM catalog.carriers
WHERE tenant_id = %(tenant_id)s AND (%(ids)s::uuid[] IS NULL OR id = ANY (%(ids)s::uuid[])) ORDER BY code;

-- name: switch_carrier
-- A carrier is used again, or no longer.
UPDATE catalog.carriers SET active = %(active)s WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: add_services
-- The products of carriers; a code that is taken breaks service_code_taken.
INSERT INTO catalog.services (tenant_id, id, carrier_id, code, name, days_min, days_max, tracking_prefix, dim_divisor,
                              max_weight_g, rates, zones, currency, active)
SELECT %(tenant_id)s, s.id, s.carrier_id, s.code, s.name, s.days_min, s.days_max, s.tracking_prefix, s.dim_divisor,
       s.max_weight_g, s.rates, s.zones, s.currency, s.active
FROM jsonb_to_recordset(%(rows)s::jsonb) AS s(id uuid, carrier_id uuid, code text, name text, days_min int,
    days_max int, tracking_prefix text, dim_divisor int, max_weight_g int, rates jsonb, zones jsonb, currency text,
    active boolean);

-- name: services
-- The carriers' services, or those asked for by id.
SELECT id, carrier_id, code, name, days_min, days_max, tracking_prefix, dim_divisor, max_weight_g, rates, zones,
       currency, active
FROM catalog.services
WHERE tenant_id = %(tenant_id)s AND (%(ids)s::uuid[] IS NULL OR id = ANY (%(ids)s::uuid[])) ORDER BY carrier_id, code;

-- name: lock_carriers
-- Carriers whose secrets are to be sealed anew.
SELECT id, code, name, kind, base_url, api_key, hook_secret, active FROM catalog.carriers
WHERE tenant_id = %(tenant_id)s ORDER BY id FOR UPDATE;

-- name: reseal_carriers
-- The secrets of carriers under another key.
UPDATE catalog.carriers c SET api_key = s.api_key, hook_secret = s.hook_secret
FROM unnest(%(ids)s::uuid[], %(api_keys)s::text[], %(hook_secrets)s::text[]) AS s(id, api_key, hook_secret)
WHERE c.tenant_id = %(tenant_id)s AND c.id = s.id;
