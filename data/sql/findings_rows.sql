-- One row per row and fault, with the place of the row it speaks of.
SELECT DISTINCT
       finding."table" AS of_table,
       finding.id,
       finding.fault,
       finding.source,
       coalesce(incident.province, sent.province, filed.province, report.province)     AS province,
       coalesce(incident.city, sent.city, filed.city, report.city)                     AS city,
       coalesce(incident.county, sent.county, filed.county, report.county)             AS county,
       coalesce(incident.township, sent.township, filed.township, report.township)     AS township,
       coalesce(incident.village, sent.village, filed.village, report.village)         AS village,
       coalesce(incident.grid, sent.grid, filed.grid, report.grid)                     AS grid,
       coalesce(incident.item, sent.item, filed.item, report.item)                     AS item
FROM findings AS finding
LEFT JOIN incidents  AS incident ON finding."table" = 'incidents' AND incident.incident_id = finding.id
LEFT JOIN dispatches AS dispatch ON finding."table" = 'dispatches' AND dispatch.dispatch_id = finding.id
LEFT JOIN incidents  AS sent     ON sent.incident_id = dispatch.incident_id
LEFT JOIN cases      AS filed    ON finding."table" = 'cases' AND filed.case_id = finding.id
LEFT JOIN reports    AS report   ON finding."table" = 'reports' AND report.report_id = finding.id
