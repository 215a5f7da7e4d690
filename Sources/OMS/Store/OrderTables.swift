/// The tables of `orders.db`, made for people who open the file in `sqlite3` or a data tool: the order's number is
/// the key everywhere, amounts are whole minor units, times are UTC text, and every rule that a row alone can break
/// is refused by the file itself.
enum OrderTables {
    /// Orders and what hangs on them; who wrote to us before; what the stream has yet to hear.
    static let sql = """
        PRAGMA application_id = 0x4F4D5331;  -- "OMS1", which `file orders.db` shows
        PRAGMA user_version   = 1;

        CREATE TABLE currencies (            -- ISO 4217
          code         TEXT PRIMARY KEY CHECK (code GLOB '[A-Z][A-Z][A-Z]'),
          minor_digits INTEGER NOT NULL CHECK (minor_digits BETWEEN 0 AND 4),  -- 2: an amount of 1234 is 12.34
          name         TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE order_statuses (
          status TEXT PRIMARY KEY, is_final INTEGER NOT NULL CHECK (is_final IN (0,1)), meaning TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE status_transitions (    -- every step an order may take; no other is possible
          from_status TEXT NOT NULL REFERENCES order_statuses(status),
          to_status   TEXT NOT NULL REFERENCES order_statuses(status),
          PRIMARY KEY (from_status, to_status)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE orders (                -- one row for each order that we promised to fulfil
          order_number     TEXT    NOT NULL PRIMARY KEY,
          idempotency_key  TEXT    NOT NULL UNIQUE,      -- the shop's name for this one intent, the same on every try
          status           TEXT    NOT NULL REFERENCES order_statuses(status),
          channel          TEXT    NOT NULL CHECK (channel IN ('web','app','marketplace','phone','pos')),
          customer_id      TEXT,                         -- empty for a guest
          customer_name    TEXT    NOT NULL,
          customer_email   TEXT,
          currency         TEXT    NOT NULL REFERENCES currencies(code),
          prices_include_tax INTEGER NOT NULL CHECK (prices_include_tax IN (0,1)),
          line_count       INTEGER NOT NULL CHECK (line_count > 0),
          unit_count       INTEGER NOT NULL CHECK (unit_count > 0),
          items_minor      INTEGER NOT NULL CHECK (items_minor    >= 0),
          discount_minor   INTEGER NOT NULL CHECK (discount_minor >= 0),
          shipping_minor   INTEGER NOT NULL CHECK (shipping_minor >= 0),
          tax_minor        INTEGER NOT NULL CHECK (tax_minor      >= 0),
          total_minor      INTEGER NOT NULL CHECK (total_minor    >= 0),
          payment_provider TEXT    NOT NULL,
          payment_reference TEXT   NOT NULL,             -- names a payment elsewhere; never card data
          payment_status   TEXT    NOT NULL CHECK (payment_status IN ('authorized','captured','pending','none')),
          placed_at        TEXT    NOT NULL CHECK (placed_at   GLOB '????-??-??T??:??:??.???Z'),  -- the shop's clock
          accepted_at      TEXT    NOT NULL CHECK (accepted_at GLOB '????-??-??T??:??:??.???Z'),  -- ours
          updated_at       TEXT    NOT NULL CHECK (updated_at  GLOB '????-??-??T??:??:??.???Z'),
          version          INTEGER NOT NULL DEFAULT 1 CHECK (version >= 1),                       -- 1 + its changes
          document_sha256  TEXT    NOT NULL CHECK (length(document_sha256) = 64),  -- of the canonical JSON
          CHECK (total_minor = items_minor - discount_minor + shipping_minor
                               + CASE prices_include_tax WHEN 1 THEN 0 ELSE tax_minor END)
        ) STRICT;

        CREATE TABLE order_lines (           -- names and prices as they were when the order was placed
          order_number     TEXT    NOT NULL REFERENCES orders(order_number),
          line_number      INTEGER NOT NULL CHECK (line_number >= 1),
          sku              TEXT    NOT NULL,             -- may stand on several lines of one order
          name             TEXT    NOT NULL,
          quantity         INTEGER NOT NULL CHECK (quantity > 0),
          unit_price_minor INTEGER NOT NULL CHECK (unit_price_minor >= 0),
          discount_minor   INTEGER NOT NULL DEFAULT 0 CHECK (discount_minor >= 0),
          tax_rate_bp      INTEGER NOT NULL DEFAULT 0 CHECK (tax_rate_bp BETWEEN 0 AND 10000),  -- 2000 is 20 %
          tax_minor        INTEGER NOT NULL DEFAULT 0 CHECK (tax_minor >= 0),
          total_minor      INTEGER NOT NULL,
          PRIMARY KEY (order_number, line_number),
          CHECK (total_minor = quantity * unit_price_minor - discount_minor)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE order_addresses (
          order_number TEXT NOT NULL REFERENCES orders(order_number),
          kind     TEXT NOT NULL CHECK (kind IN ('billing','shipping')),
          name TEXT NOT NULL, company TEXT, line1 TEXT NOT NULL, line2 TEXT, city TEXT NOT NULL,
          region TEXT, postal_code TEXT, country TEXT NOT NULL CHECK (country GLOB '[A-Z][A-Z]'), phone TEXT,
          PRIMARY KEY (order_number, kind)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE order_discounts (       -- off the whole order; those of a line stand in order_lines
          order_number TEXT NOT NULL REFERENCES orders(order_number),
          position INTEGER NOT NULL, code TEXT, description TEXT NOT NULL,
          amount_minor INTEGER NOT NULL CHECK (amount_minor >= 0),
          PRIMARY KEY (order_number, position)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE order_documents (       -- the JSON exactly as the shop sent it
          order_number TEXT NOT NULL PRIMARY KEY REFERENCES orders(order_number),
          document TEXT NOT NULL CHECK (json_valid(document)),
          received_bytes INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE order_events (          -- the history of each order; append only
          event_seq   INTEGER PRIMARY KEY AUTOINCREMENT,
          event_id    TEXT NOT NULL UNIQUE,
          order_number TEXT NOT NULL REFERENCES orders(order_number),
          type        TEXT NOT NULL,
          from_status TEXT, to_status TEXT,              -- empty where the event changes no status
          occurred_at TEXT NOT NULL CHECK (occurred_at GLOB '????-??-??T??:??:??.???Z'),
          actor       TEXT NOT NULL,                     -- which process: oms#2, operator:NAME, ...
          trace_id    TEXT,                              -- W3C Trace Context
          detail      TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(detail)),
          FOREIGN KEY (from_status, to_status) REFERENCES status_transitions(from_status, to_status)
        ) STRICT;
        CREATE TRIGGER order_events_no_update BEFORE UPDATE ON order_events
          BEGIN SELECT RAISE(ABORT,'order_events is append-only'); END;
        CREATE TRIGGER order_events_no_delete BEFORE DELETE ON order_events
          BEGIN SELECT RAISE(ABORT,'order_events is append-only'); END;

        CREATE TABLE inbox (                 -- one row per distinct message key ever seen
          idempotency_key TEXT PRIMARY KEY,              -- "document#…" where the document has no usable key
          order_number    TEXT,
          document_sha256 TEXT NOT NULL,
          outcome         TEXT NOT NULL CHECK (outcome IN ('accepted','rejected')),
          first_message_id TEXT NOT NULL,
          first_seen_at   TEXT NOT NULL,
          last_seen_at    TEXT NOT NULL,
          deliveries      INTEGER NOT NULL DEFAULT 1 CHECK (deliveries >= 1)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE rejections (            -- readable, but not taken; the shop may send it anew under a new key
          rejection_id INTEGER PRIMARY KEY,
          order_number TEXT, idempotency_key TEXT, message_id TEXT NOT NULL,
          rejected_at TEXT NOT NULL,
          reasons TEXT NOT NULL CHECK (json_valid(reasons)),  -- [{code, path, message}]
          document TEXT NOT NULL
        ) STRICT;

        CREATE TABLE outbox (                -- written in the same transaction as the order
          outbox_seq   INTEGER PRIMARY KEY AUTOINCREMENT,
          event_id     TEXT NOT NULL UNIQUE REFERENCES order_events(event_id),
          order_number TEXT NOT NULL REFERENCES orders(order_number),
          partition_key TEXT NOT NULL,
          payload      TEXT NOT NULL CHECK (json_valid(payload)),  -- a CloudEvent, byte for byte what partners get
          created_at   TEXT NOT NULL,
          attempts     INTEGER NOT NULL DEFAULT 0,
          last_error   TEXT,
          published_at TEXT,
          shard_id     TEXT, sequence_number TEXT,
          CHECK ((published_at IS NULL) = (sequence_number IS NULL))
        ) STRICT;
        CREATE INDEX outbox_unpublished ON outbox(outbox_seq) WHERE published_at IS NULL;
        CREATE INDEX outbox_order ON outbox(order_number, outbox_seq);
        CREATE INDEX orders_placed_at  ON orders(placed_at);
        CREATE INDEX orders_accepted_at ON orders(accepted_at);
        CREATE INDEX orders_status     ON orders(status, accepted_at);
        CREATE INDEX orders_customer   ON orders(customer_id) WHERE customer_id IS NOT NULL;
        CREATE INDEX order_lines_sku   ON order_lines(sku);
        CREATE INDEX order_events_order ON order_events(order_number, event_seq);
        """

    /// What makes the store sure of itself beyond a single order: no repeat leaves a second trace, and no second relay
    /// can tick off what the first has sent.
    static let bookkeeping = """
        CREATE TABLE inbox_conflicts (       -- other contents that came under a key in the inbox, one row for each
          idempotency_key TEXT NOT NULL REFERENCES inbox(idempotency_key),
          document_sha256 TEXT NOT NULL,
          rejection_id    INTEGER NOT NULL REFERENCES rejections(rejection_id),
          last_seen_at    TEXT NOT NULL,
          deliveries      INTEGER NOT NULL DEFAULT 1 CHECK (deliveries >= 1),
          PRIMARY KEY (idempotency_key, document_sha256)
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE relay_lease (           -- who carries the outbox to the stream: one at a time
          lease        TEXT PRIMARY KEY CHECK (lease = 'relay'),
          holder       TEXT NOT NULL,
          epoch        INTEGER NOT NULL CHECK (epoch >= 1),  -- one more for each new holder
          leased_until TEXT                                  -- empty while nobody holds it
        ) STRICT, WITHOUT ROWID;

        CREATE TRIGGER orders_status_steps BEFORE UPDATE OF status ON orders
          WHEN new.status <> old.status AND NOT EXISTS
            (SELECT 1 FROM status_transitions WHERE from_status = old.status AND to_status = new.status)
          BEGIN SELECT RAISE(ABORT,'no such step in status_transitions'); END;

        CREATE INDEX rejections_order ON rejections(order_number) WHERE order_number IS NOT NULL;
        CREATE INDEX inbox_order      ON inbox(order_number) WHERE order_number IS NOT NULL;
        """

    static let placesInTheStream = """
        CREATE INDEX outbox_places ON outbox(shard_id, sequence_number) WHERE published_at IS NOT NULL;
        """

    /// Their documents are kept as they came, to be read again when the order is there.
    static let earlyCancellations = """
        CREATE TABLE early_cancellations (   -- cancellations that came before their orders
          idempotency_key TEXT NOT NULL PRIMARY KEY REFERENCES inbox(idempotency_key),
          order_number    TEXT NOT NULL,               -- of an order that is not in the books while this waits
          document        TEXT NOT NULL CHECK (json_valid(document)),
          message_id      TEXT NOT NULL,
          receive_count   INTEGER NOT NULL CHECK (receive_count >= 1),
          traceparent     TEXT,
          received_at     TEXT NOT NULL CHECK (received_at GLOB '????-??-??T??:??:??.???Z'),
          settled_at      TEXT,                        -- empty while it waits
          outcome         TEXT CHECK (outcome IN ('applied','rejected','expired')),
          CHECK ((settled_at IS NULL) = (outcome IS NULL))
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX early_cancellations_waiting ON early_cancellations(order_number) WHERE settled_at IS NULL;
        CREATE INDEX early_cancellations_age     ON early_cancellations(received_at)  WHERE settled_at IS NULL;
        """
}
