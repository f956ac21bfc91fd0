-- Partners that speak EDI X12, and what was said.

-- Partners that speak EDI X12, beside their row in `shops` (kind `edi`, same id), whose `base_url` takes our documents; without one they are
-- kept to be fetched. Qualifiers and ids name both sides in ISA05 to ISA08; `units` says how many pieces a partner's unit of measure
-- holds; `control` is the last number of an interchange of ours.
CREATE TABLE orders.partners (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    our_qualifier text NOT NULL, our_id text NOT NULL,
    their_qualifier text NOT NULL, their_id text NOT NULL,
    usage text NOT NULL CHECK (usage IN ('P', 'T')),
    version text NOT NULL CHECK (version IN ('004010', '005010')),
    documents text[] NOT NULL, units jsonb NOT NULL,
    currency text NOT NULL, country text NOT NULL,
    strict boolean NOT NULL, control bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT partner_taken UNIQUE (tenant_id, their_qualifier, their_id, our_qualifier, our_id, usage)
);

-- Interchanges that partners sent, each once by its control number and content: a repeated one is answered as the first was.
CREATE TABLE orders.interchanges (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    shop_id uuid NOT NULL,
    control text NOT NULL, digest text NOT NULL,
    faults jsonb NOT NULL,
    heard_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id),
    CONSTRAINT interchange_repeated UNIQUE (tenant_id, shop_id, control, digest)
);

-- Transaction sets to and from partners. `ref` is the partner's number of the order; `lines` are an order's lines in the partner's
-- own words; `status` is what an 855 said or whether a set in was taken. `sending` names one try to deliver and is the subject of
-- `shop.document_owed`; `answer` is what the partner's 997 said, or R when its TA1 turned the interchange away.
CREATE TABLE orders.documents (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    shop_id uuid NOT NULL, interchange_id uuid,
    goes text NOT NULL CHECK (goes IN ('in', 'out')),
    kind text NOT NULL, control text NOT NULL,
    ref text NOT NULL DEFAULT '', status text NOT NULL DEFAULT '',
    lines jsonb NOT NULL DEFAULT '[]', faults jsonb NOT NULL DEFAULT '[]',
    body text NOT NULL,
    made_at timestamptz NOT NULL,
    sending uuid, sent_at timestamptz, error text,
    answer text, answered_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX one_sending ON orders.documents (tenant_id, sending) WHERE sending IS NOT NULL;
CREATE INDEX documents_newest ON orders.documents (tenant_id, shop_id, made_at DESC, id);
CREATE INDEX documents_waiting ON orders.documents (tenant_id, shop_id, made_at, id) WHERE goes = 'out' AND sent_at IS NULL;
CREATE INDEX documents_of_order ON orders.documents (tenant_id, shop_id, ref, kind) WHERE ref <> '';
CREATE INDEX documents_of_interchange ON orders.documents (tenant_id, interchange_id) WHERE interchange_id IS NOT NULL;
