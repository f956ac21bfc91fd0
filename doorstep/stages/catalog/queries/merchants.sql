-- name: add_merchants
-- Sellers come in as they are written; a code that is taken breaks merchant_code_taken.
INSERT INTO catalog.merchants (tenant_id, id, code, name, currency, brand_color, logo, message, sender_email,
                               support_email, rounding_minor, return_days, language, capture_parts,
                               checks_mail)
SELECT %(tenant_id)s, m.id, m.code, m.name, m.currency, m.brand_color, decode(m.logo, 'base64'), m.message,
       m.sender_email, m.support_email, m.rounding_minor, m.return_days, m.language, m.capture_parts,
       m.checks_mail
FROM jsonb_to_recordset(%(rows)s::jsonb) AS m(id uuid, code text, name text, currency text, brand_color text,
    logo text, message text, sender_email text, support_email text, rounding_minor int, return_days int, language text,
    capture_parts boolean, checks_mail boolean);

-- name: change_merchants
-- A seller's face and rules change; code and currency stay, since orders were written with them.
UPDATE catalog.merchants t SET name = m.name, brand_color = m.brand_color, logo = coalesce(decode(m.logo, 'base64'), t.logo),
    message = m.message, sender_email = m.sender_email, support_email = m.support_email,
    rounding_minor = m.rounding_minor, return_days = m.return_days, language = m.language,
    capture_parts = m.capture_parts, checks_mail = m.checks_mail
FROM jsonb_to_recordset(%(rows)s::jsonb) AS m(id uuid, name text, brand_color text, logo text, message text,
    sender_email text, support_email text, rounding_minor int, return_days int, language text, capture_parts boolean,
    checks_mail boolean)
WHERE t.tenant_id = %(tenant_id)s AND t.id = m.id;

-- name: merchants
-- The sellers, or those asked for by id.
SELECT id, code, name, currency, brand_color, logo, message, sender_email, support_email, rounding_minor,
       return_days, language, capture_parts, checks_mail
FROM catalog.merchants
WHERE tenant_id = %(tenant_id)s AND (%(ids)s::uuid[] IS NULL OR id = ANY (%(ids)s::uuid[])) ORDER BY code;

-- name: merchants_by_code
-- Which seller a code means, for imports and addresses.
SELECT code, id FROM catalog.merchants WHERE tenant_id = %(tenant_id)s AND code = ANY (%(codes)s::text[]);
