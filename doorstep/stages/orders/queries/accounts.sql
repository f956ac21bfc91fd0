-- name: accounts
-- Accounts at payment processors: all, one, one merchant's, or the one that an order's payments go through.
SELECT a.id, a.kind, a.merchant_id, m.code AS merchant, a.base_url, a.api_key, a.hook_secret, a.renews, a.made_at, a.heard_at, a.error, a.error_at,
       m.capture_parts AS parts
FROM orders.accounts a JOIN catalog.merchants m ON m.tenant_id = %(tenant_id)s AND m.id = a.merchant_id
WHERE a.tenant_id = %(tenant_id)s AND (%(id)s::uuid IS NULL OR a.id = %(id)s)
  AND (%(own)s::uuid IS NULL OR a.merchant_id = %(own)s)
  AND (%(order_id)s::uuid IS NULL OR a.merchant_id = (
       SELECT o.merchant_id FROM orders.orders o WHERE o.tenant_id = %(tenant_id)s AND o.id = %(order_id)s))
ORDER BY m.code, a.kind;

-- name: connect_account
-- A merchant's account is connected, or its keys are replaced.
INSERT INTO orders.accounts (tenant_id, id, kind, merchant_id, base_url, api_key, hook_secret, renews, made_at)
VALUES (%(tenant_id)s, %(id)s, %(kind)s, %(merchant_id)s, %(base_url)s, %(api_key)s, %(hook_secret)s, %(renews)s, %(now)s)
ON CONFLICT (tenant_id, merchant_id, kind) DO UPDATE SET base_url = excluded.base_url, api_key = excluded.api_key,
    hook_secret = excluded.hook_secret, renews = excluded.renews, error = NULL, error_at = NULL
RETURNING id;

-- name: note_account
-- How the last try to speak with a processor went.
UPDATE orders.accounts SET error = %(error)s, error_at = CASE WHEN %(error)s::text IS NULL THEN NULL ELSE %(now)s END
WHERE tenant_id = %(tenant_id)s AND id = %(id)s;

-- name: lock_accounts
-- Accounts whose secrets are to be sealed anew.
SELECT a.id FROM orders.accounts a WHERE a.tenant_id = %(tenant_id)s ORDER BY a.id FOR UPDATE;

-- name: reseal_accounts
-- The secrets of accounts under another key.
UPDATE orders.accounts t SET api_key = s.api_key, hook_secret = s.hook_secret
FROM unnest(%(ids)s::uuid[], %(api_keys)s::text[], %(hook_secrets)s::text[]) AS s(id, api_key, hook_secret)
WHERE t.tenant_id = %(tenant_id)s AND t.id = s.id;

-- name: account_called
-- Keeps the names of calls; returns those that are new.
INSERT INTO orders.account_calls (tenant_id, account_id, call_id, heard_at)
SELECT %(tenant_id)s, account_id, call_id, %(now)s
FROM unnest(%(account_ids)s::uuid[], %(call_ids)s::text[]) AS c(account_id, call_id)
ON CONFLICT (tenant_id, account_id, call_id) DO NOTHING
RETURNING account_id, call_id;

-- name: heard_of_accounts
-- When accounts called last.
UPDATE orders.accounts SET heard_at = %(now)s WHERE tenant_id = %(tenant_id)s AND id = ANY (%(ids)s::uuid[]);

-- name: payments_called_about
-- The payments that calls are about: by the processor's name, or by ours; only of the merchant whose account called.
SELECT DISTINCT ON (c.account_id, c.call_id) c.account_id, c.call_id, p.id
FROM unnest(%(account_ids)s::uuid[], %(call_ids)s::text[], %(references)s::text[], %(payment_ids)s::uuid[])
  AS c(account_id, call_id, reference, payment_id)
JOIN orders.accounts a ON a.tenant_id = %(tenant_id)s AND a.id = c.account_id
JOIN orders.payments p ON p.tenant_id = %(tenant_id)s AND p.processor = a.kind AND (p.reference = c.reference OR p.id = c.payment_id)
JOIN orders.orders o ON o.tenant_id = %(tenant_id)s AND o.id = p.order_id AND o.merchant_id = a.merchant_id
ORDER BY c.account_id, c.call_id, p.id;

-- name: forget_account_calls
-- Calls that are not repeated any more.
DELETE FROM orders.account_calls WHERE tenant_id = %(tenant_id)s AND heard_at < %(before)s;
