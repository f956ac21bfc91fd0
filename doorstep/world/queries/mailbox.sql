-- The mailbox's statements, on its own SQLite file.

-- name: mailbox_setting
-- What a control endpoint set before.
SELECT value FROM world.settings WHERE name = %(name)s;

-- name: set_mailbox_setting
-- Keeps what a control endpoint sets over a restart.
INSERT INTO world.settings (name, value) VALUES (%(name)s, %(value)s)
ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: receive
-- A message came.
INSERT INTO world.messages (id, channel, recipient, sender, subject, text, html, raw, reference, received_at)
VALUES (%(id)s, %(channel)s, %(recipient)s, %(sender)s, %(subject)s, %(text)s, %(html)s, %(raw)s, %(reference)s, %(now)s);

-- name: people
-- Who received what, the latest first.
SELECT recipient, count(*) AS messages, max(received_at) AS latest_at FROM world.messages
GROUP BY recipient ORDER BY max(id) DESC LIMIT %(most)s;

-- name: received
-- Messages, the newest first; an empty filter means all.
SELECT id, channel, recipient, sender, subject, text, html, raw, reference, received_at FROM world.messages
WHERE (%(recipient)s = '' OR recipient = %(recipient)s) AND (%(channel)s = '' OR channel = %(channel)s)
  AND (%(reference)s = '' OR reference = %(reference)s) AND id > %(after)s
ORDER BY id DESC LIMIT %(most)s;

-- name: received_one
-- One message.
SELECT id, channel, recipient, sender, subject, text, html, raw, reference, received_at FROM world.messages
WHERE id = %(id)s;
