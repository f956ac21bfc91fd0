-- What customers received, in SQLite. Times are seconds since 1970.

-- What was set by the control endpoints.
CREATE TABLE IF NOT EXISTS world.settings (
    name text PRIMARY KEY,
    value text NOT NULL
);

-- Every mail and text message that was accepted, also one that came twice.
CREATE TABLE IF NOT EXISTS world.messages (
    id text PRIMARY KEY,
    channel text NOT NULL CHECK (channel IN ('mail', 'sms')),
    recipient text NOT NULL,
    sender text NOT NULL,
    subject text NOT NULL,
    text text NOT NULL,
    html text NOT NULL,
    raw text NOT NULL,
    reference text NOT NULL,
    received_at real NOT NULL
);
CREATE INDEX IF NOT EXISTS world.messages_of_recipient ON messages (recipient, id);
CREATE INDEX IF NOT EXISTS world.messages_of_reference ON messages (reference);
