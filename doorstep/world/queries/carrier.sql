-- The carrier's statements, on its own SQLite file.

-- name: carrier_setting
-- What a control endpoint set before.
SELECT value FROM world.settings WHERE name = %(name)s;

-- name: set_carrier_setting
-- Keeps what a control endpoint sets over a restart.
INSERT INTO world.settings (name, value) VALUES (%(name)s, %(value)s)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: put_service
-- A service is offered, or its terms change.
INSERT INTO world.services (code, prefix, days_min, days_max, base_minor, per_kg_minor, currency)
VALUES (%(code)s, %(prefix)s, %(days_min)s, %(days_max)s, %(base_minor)s, %(per_kg_minor)s, %(currency)s)
ON CONFLICT (code) DO UPDATE SET prefix = excluded.prefix, days_min = excluded.days_min, days_max = excluded.days_max,
    base_minor = excluded.base_minor, per_kg_minor = excluded.per_kg_minor, currency = excluded.currency;

-- name: services
-- What is offered.
SELECT code, prefix, days_min, days_max, base_minor, per_kg_minor, currency FROM world.services ORDER BY code;

-- name: put_hook
-- An account says where to call it.
INSERT INTO world.hooks (account, url, secret) VALUES (%(account)s, %(url)s, %(secret)s)
ON CONFLICT (account) DO UPDATE SET url = excluded.url, secret = excluded.secret;

-- name: sell
-- One label, unless its key or its reference has one already.
INSERT INTO world.shipments (id, account, idempotency_key, request_hash, reference, service, tracking_number, price_minor,
    currency, body, sold_at)
VALUES (%(id)s, %(account)s, %(key)s, %(request_hash)s, %(reference)s, %(service)s, %(tracking_number)s,
    %(price_minor)s, %(currency)s, %(body)s, %(now)s)
ON CONFLICT DO NOTHING;

-- name: sold_count
-- Numbers the next label.
SELECT count(*) FROM world.shipments;

-- name: sold_by_key
-- The label that a key bought before.
SELECT id, reference, service, tracking_number, price_minor, currency, sold_at, voided_at, manifest_id, request_hash, body
FROM world.shipments WHERE account = %(account)s AND idempotency_key = %(key)s;

-- name: sold_by_reference
-- Every label of a reference, the newest first.
SELECT id, reference, service, tracking_number, price_minor, currency, sold_at, voided_at, manifest_id, request_hash, body
FROM world.shipments WHERE account = %(account)s AND reference = %(reference)s ORDER BY sold_at DESC, id DESC;

-- name: sold_by_id
-- One label.
SELECT id, reference, service, tracking_number, price_minor, currency, sold_at, voided_at, manifest_id, request_hash, body
FROM world.shipments WHERE account = %(account)s AND id = %(id)s;

-- name: sold_by_number
-- The label of a parcel.
SELECT id, reference, service, tracking_number, price_minor, currency, sold_at, voided_at, manifest_id, request_hash, body
FROM world.shipments WHERE account = %(account)s AND tracking_number = %(number)s;

-- name: all_sold
-- The witness: every label ever sold to an account.
SELECT id, reference, service, tracking_number, price_minor, currency, sold_at, voided_at, manifest_id, request_hash, body
FROM world.shipments WHERE account = %(account)s ORDER BY sold_at, id LIMIT %(most)s OFFSET %(skip)s;

-- name: void_label
-- Voids a label that was not handed over.
UPDATE world.shipments SET voided_at = %(now)s WHERE id = %(id)s AND voided_at IS NULL AND manifest_id IS NULL;

-- name: make_manifest
-- Opens a manifest.
INSERT INTO world.manifests (id, account, made_at) VALUES (%(id)s, %(account)s, %(now)s);

-- name: hand_over
-- Puts a label on a manifest.
UPDATE world.shipments SET manifest_id = %(manifest_id)s, handed_over_at = %(now)s WHERE id = %(id)s;

-- name: plan_scan
-- What will happen to a parcel.
INSERT INTO world.scans (id, account, tracking_number, happens_at, body)
VALUES (%(id)s, %(account)s, %(number)s, %(happens_at)s, %(body)s) ON CONFLICT (id) DO NOTHING;

-- name: scans_so_far
-- What has happened to a parcel, oldest first.
SELECT id, body FROM world.scans
WHERE account = %(account)s AND tracking_number = %(number)s AND happens_at <= %(now)s ORDER BY happens_at, id;

-- name: count_happened
-- How much has happened between two times.
SELECT count(*) FROM world.scans WHERE happens_at > %(since)s AND happens_at <= %(now)s;

-- name: scans_to_tell
-- What has happened and was not told, with whom to tell.
SELECT s.id, s.body, s.hook_attempts, h.url, h.secret
FROM world.scans s JOIN world.hooks h ON h.account = s.account
WHERE s.hook_done = 0 AND s.happens_at <= %(now)s AND s.hook_due_at <= %(due)s ORDER BY s.happens_at, s.id LIMIT %(most)s;

-- name: told
-- A call was taken, or is given up.
UPDATE world.scans SET hook_done = 1, hook_attempts = hook_attempts + 1 WHERE id = %(id)s;

-- name: tell_later
-- A call was not taken: again later.
UPDATE world.scans SET hook_attempts = hook_attempts + 1, hook_due_at = %(due)s WHERE id = %(id)s;
