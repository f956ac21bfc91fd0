-- The payment processor's statements, on its own SQLite file.

-- name: payment_setting
-- What a control endpoint set before.
SELECT value FROM world.settings WHERE name = %(name)s;

-- name: set_payment_setting
-- Keeps what a control endpoint sets over a restart.
INSERT INTO world.settings (name, value) VALUES (%(name)s, %(value)s)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: first_answer
-- What a key was answered at first.
SELECT request_hash, status, body FROM world.answers WHERE account = %(account)s AND idempotency_key = %(key)s;

-- name: keep_answer
-- Keeps the first answer to a key.
INSERT INTO world.answers (account, idempotency_key, request_hash, status, body)
VALUES (%(account)s, %(key)s, %(request_hash)s, %(status)s, %(body)s);

-- name: authorize
-- Money is promised, or the promise is declined.
INSERT INTO world.payments (id, account, reference, token, amount_minor, currency, decline_code, made_at)
VALUES (%(id)s, %(account)s, %(reference)s, %(token)s, %(amount_minor)s, %(currency)s, %(decline_code)s, %(now)s);

-- name: payments_of_reference
-- What became of a reference, newest first.
SELECT id, reference, token, amount_minor, currency, captured_minor, refunded_minor, decline_code, voided_at, made_at
FROM world.payments WHERE account = %(account)s AND reference = %(reference)s ORDER BY id DESC;

-- name: payment_by_id
-- One payment.
SELECT id, reference, token, amount_minor, currency, captured_minor, refunded_minor, decline_code, voided_at, made_at
FROM world.payments WHERE account = %(account)s AND id = %(id)s;

-- name: payments_made
-- The witness: every payment of an account, in order.
SELECT id, reference, token, amount_minor, currency, captured_minor, refunded_minor, decline_code, voided_at, made_at
FROM world.payments WHERE account = %(account)s ORDER BY id LIMIT %(most)s OFFSET %(skip)s;

-- name: capture
-- Takes money that was promised.
UPDATE world.payments SET captured_minor = captured_minor + %(amount_minor)s WHERE id = %(id)s;

-- name: void_payment
-- Gives the promise back.
UPDATE world.payments SET voided_at = %(now)s WHERE id = %(id)s AND voided_at IS NULL;

-- name: give_back
-- Gives money back that was taken.
UPDATE world.payments SET refunded_minor = refunded_minor + %(amount_minor)s WHERE id = %(id)s;

-- name: enter
-- Writes a movement of money into the book.
INSERT INTO world.entries (id, account, payment_id, kind, reference, amount_minor, made_at)
VALUES (%(id)s, %(account)s, %(payment_id)s, %(kind)s, %(reference)s, %(amount_minor)s, %(now)s);

-- name: entries
-- Every movement of money, in order.
SELECT id, payment_id, kind, reference, amount_minor, made_at FROM world.entries
WHERE account = %(account)s ORDER BY id LIMIT %(most)s OFFSET %(skip)s;

-- name: entry_of_reference
-- Whether money was moved under a reference before.
SELECT id FROM world.entries
WHERE account = %(account)s AND payment_id = %(payment_id)s AND kind = %(kind)s AND reference = %(reference)s;
