-- name: supplier_scores
-- What the arrivals of suppliers came to that were closed since a moment: how many were on time (begun by the day announced, on the
-- site's own calendar), in full (no line short, what was refused does not count), both; units that came, and bad ones among them.
WITH judged AS (
    SELECT a.supplier_id, a.announced, extract(epoch FROM a.closed_at - a.began_at) / 60 AS minutes,
           a.announced AND a.expected_on IS NOT NULL AS dated,
           (a.began_at AT TIME ZONE site.timezone)::date <= a.expected_on AS on_time,
           came.in_full, came.units, came.bad
    FROM inventory.arrivals a
    JOIN catalog.sites site ON site.tenant_id = %(tenant_id)s AND site.id = a.site_id
    CROSS JOIN LATERAL (
        SELECT bool_and(got.units - got.refused >= l.expected) AS in_full, sum(got.units) AS units, sum(got.bad) AS bad
        FROM inventory.arrival_lines l
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(r.quantity), 0) AS units,
                   coalesce(sum(r.quantity) FILTER (WHERE r.condition = 'refused'), 0) AS refused,
                   coalesce(sum(r.quantity) FILTER (WHERE r.condition IN ('damaged', 'refused')), 0) AS bad
            FROM inventory.receipts r
            WHERE r.tenant_id = %(tenant_id)s AND r.arrival_id = l.arrival_id AND r.product_id = l.product_id
        ) AS got
        WHERE l.tenant_id = %(tenant_id)s AND l.arrival_id = a.id
    ) AS came
    WHERE a.tenant_id = %(tenant_id)s AND a.supplier_id = ANY (%(supplier_ids)s::uuid[]) AND a.state = 'closed'
      AND a.closed_at > %(since)s
)
SELECT supplier_id, count(*)::int AS arrivals, count(*) FILTER (WHERE NOT announced)::int AS unannounced,
       count(*) FILTER (WHERE dated)::int AS dated, count(*) FILTER (WHERE dated AND on_time)::int AS on_time,
       count(*) FILTER (WHERE announced)::int AS announced, count(*) FILTER (WHERE announced AND in_full)::int AS in_full,
       count(*) FILTER (WHERE dated AND on_time AND in_full)::int AS otif,
       coalesce(sum(units), 0)::int AS units, coalesce(sum(bad), 0)::int AS bad,
       coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes), 0)::int AS minutes
FROM judged GROUP BY supplier_id ORDER BY supplier_id;
