("table", id) IN (
    SELECT ('incidents', incident_id) FROM incidents WHERE list_contains($townships, township)
    UNION ALL SELECT ('dispatches', dispatch_id) FROM dispatches WHERE list_contains($townships, township)
    UNION ALL SELECT ('reports', report_id) FROM reports WHERE list_contains($townships, township)
    UNION ALL SELECT ('cases', case_id) FROM cases WHERE list_contains($townships, township))
