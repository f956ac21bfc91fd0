-- What the customer says, what comes back, and what the house learns.

CREATE SCHEMA feedback;

-- The customer's own word on a parcel: "I have it" or "something is wrong".
CREATE TABLE feedback.confirmations (
    tenant_id uuid NOT NULL,
    parcel_id uuid NOT NULL,
    order_id uuid NOT NULL,
    received boolean NOT NULL,
    note text NOT NULL DEFAULT '',
    said_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, parcel_id)
);

-- One answer per question and order; changing one's mind keeps the history in the journal.
CREATE TABLE feedback.ratings (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'given',
    seq int NOT NULL DEFAULT 1,
    order_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    question text NOT NULL CHECK (question IN ('delivery')),
    score int NOT NULL CHECK (score BETWEEN 1 AND 5),
    comment text NOT NULL DEFAULT '',
    said_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT rated_once UNIQUE (tenant_id, order_id, question)
);
CREATE INDEX ratings_by_age ON feedback.ratings (tenant_id, said_at DESC);

-- Something that a person must answer.
CREATE TABLE feedback.cases (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'open',
    seq int NOT NULL DEFAULT 1,
    order_id uuid NOT NULL,
    parcel_id uuid,
    merchant_id uuid NOT NULL,
    cause text NOT NULL CHECK (cause IN ('unhappy', 'not_received', 'damaged', 'wrong_item', 'other')),
    said text NOT NULL DEFAULT '',
    answer text,
    opened_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX one_open_case_a_cause ON feedback.cases (tenant_id, order_id, cause) WHERE state <> 'closed';
CREATE INDEX cases_open ON feedback.cases (tenant_id, opened_at) WHERE state <> 'closed';

-- Goods on their way back.
CREATE TABLE feedback.returns (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL DEFAULT 'asked',
    seq int NOT NULL DEFAULT 1,
    number bigint NOT NULL,
    order_id uuid NOT NULL,
    merchant_id uuid NOT NULL,
    site_id uuid NOT NULL,
    reason text NOT NULL,
    note text NOT NULL DEFAULT '',
    rule text NOT NULL DEFAULT '',
    tracking_number text,
    label_pdf bytea,
    refund_minor bigint NOT NULL DEFAULT 0 CHECK (refund_minor >= 0),
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT return_number_taken UNIQUE (tenant_id, number)
);
CREATE INDEX returns_of_order ON feedback.returns (tenant_id, order_id);
CREATE INDEX returns_open ON feedback.returns (tenant_id, state, asked_at) WHERE state IN ('asked', 'approved', 'in_transit', 'received');
CREATE INDEX returns_by_number ON feedback.returns (tenant_id, tracking_number) WHERE tracking_number IS NOT NULL;

-- What comes back of which line, as it was ordered, and what is paid back for it.
CREATE TABLE feedback.return_lines (
    tenant_id uuid NOT NULL,
    return_id uuid NOT NULL,
    line_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    refund_minor bigint NOT NULL CHECK (refund_minor >= 0),
    PRIMARY KEY (tenant_id, return_id, line_id),
    FOREIGN KEY (tenant_id, return_id) REFERENCES feedback.returns (tenant_id, id)
);
CREATE INDEX return_lines_of_line ON feedback.return_lines (tenant_id, line_id);

-- The goods of a returned line, a kit by its components: how many came, how they were found, how many went back to stock.
CREATE TABLE feedback.return_items (
    tenant_id uuid NOT NULL,
    return_id uuid NOT NULL,
    line_id uuid NOT NULL,
    product_id uuid NOT NULL,
    quantity int NOT NULL CHECK (quantity > 0),
    received int NOT NULL DEFAULT 0 CHECK (received >= 0),
    restocked int NOT NULL DEFAULT 0 CHECK (restocked BETWEEN 0 AND received),
    grade text CHECK (grade IN ('a', 'b', 'c', 'scrap')),
    PRIMARY KEY (tenant_id, return_id, line_id, product_id),
    FOREIGN KEY (tenant_id, return_id) REFERENCES feedback.returns (tenant_id, id)
);
