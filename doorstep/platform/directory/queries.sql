-- name: find_login
-- Leads a sign-in name to its tenant; a suspended tenant has none.
SELECT l.tenant_id, l.user_id, l.password_hash, coalesce(l.locked_until > now(), false) AS locked
FROM directory.logins l JOIN directory.tenants t ON t.id = l.tenant_id
WHERE l.login = %(login)s AND t.suspended_at IS NULL;

-- name: count_failure
-- Ten wrong passwords lock the name for a minute.
UPDATE directory.logins SET failures = (failures + 1) %% 10,
    locked_until = CASE WHEN failures = 9 THEN now() + interval '1 minute' ELSE locked_until END
WHERE login = %(login)s;

-- name: add_session
-- A new session; the failures before it are forgiven.
WITH forgiven AS (UPDATE directory.logins SET failures = 0 WHERE login = %(login)s)
INSERT INTO directory.sessions (token_hash, tenant_id, user_id, expires_at)
VALUES (%(hash)s, %(tenant_id)s, %(user_id)s, now() + interval '12 hours');

-- name: end_session
-- Sign-out; sessions that ran out leave with it.
DELETE FROM directory.sessions WHERE token_hash = %(hash)s OR expires_at < now();

-- name: find_session
-- Leads a cookie to its person.
SELECT s.tenant_id, s.user_id FROM directory.sessions s JOIN directory.tenants t ON t.id = s.tenant_id
WHERE s.token_hash = %(hash)s AND s.expires_at > now() AND t.suspended_at IS NULL;

-- name: see
-- Somebody is there; told so often that one may rely on it to about fifteen seconds.
UPDATE directory.sessions SET seen_at = now()
WHERE token_hash = %(hash)s AND seen_at < now() - interval '15 seconds';

-- name: enter_tenant
-- Row-level security needs the tenant before the person can be read.
SELECT set_config('doorstep.tenant', %(tenant)s, true);

-- name: find_user
-- The person with roles, unless disabled.
SELECT login, name, roles, merchant_id FROM platform.users
WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND disabled_at IS NULL;

-- name: find_key
-- Leads a key to its tenant and scopes, unless revoked.
SELECT k.tenant_id, k.name, k.scopes, k.merchant_id, k.id FROM directory.api_keys k JOIN directory.tenants t ON t.id = k.tenant_id
WHERE k.key_hash = %(hash)s AND k.revoked_at IS NULL AND t.suspended_at IS NULL;

-- name: add_key
-- A new key, hashed.
INSERT INTO directory.api_keys (key_hash, id, tenant_id, name, scopes, merchant_id)
VALUES (%(hash)s, %(id)s, %(tenant_id)s, %(name)s, %(scopes)s, %(merchant_id)s);

-- name: revoke_key
-- The key dies within five seconds everywhere.
UPDATE directory.api_keys SET revoked_at = now() WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND revoked_at IS NULL;

-- name: keys
-- The keys of a tenant, never their secrets.
SELECT id, name, scopes, created_at, revoked_at FROM directory.api_keys WHERE tenant_id = %(tenant_id)s ORDER BY created_at;

-- name: add_login
-- Claims a sign-in name.
INSERT INTO directory.logins (login, tenant_id, user_id, password_hash)
VALUES (%(login)s, %(tenant_id)s, %(id)s, %(hash)s) ON CONFLICT (login) DO NOTHING;

-- name: add_user
-- The person behind a sign-in name.
INSERT INTO platform.users (tenant_id, id, login, name, roles, merchant_id)
VALUES (%(tenant_id)s, %(id)s, %(login)s, %(name)s, %(roles)s, %(merchant_id)s);

-- name: add_tenant
-- A tenant is added once per code.
INSERT INTO directory.tenants (id, code, name) VALUES (%(id)s, %(code)s, %(name)s)
ON CONFLICT (code) DO UPDATE SET name = excluded.name RETURNING id;

-- name: tenants
-- The operating companies, for commands that name one by its code.
SELECT id, code, name FROM directory.tenants WHERE suspended_at IS NULL ORDER BY code;

-- name: find_tenant
-- Addresses of hooks and shop windows name their tenant by its code.
SELECT id FROM directory.tenants WHERE code = %(code)s AND suspended_at IS NULL;

-- name: users
-- The people of a tenant, and when each was last seen in a session that still stands.
SELECT u.id, u.login, u.name, u.roles, u.disabled_at, seen.at AS seen_at
FROM platform.users u
LEFT JOIN LATERAL (
    SELECT max(s.seen_at) AS at FROM directory.sessions s
    WHERE s.tenant_id = u.tenant_id AND s.user_id = u.id AND s.expires_at > now()
) AS seen ON true
WHERE u.tenant_id = %(tenant_id)s ORDER BY u.login;
