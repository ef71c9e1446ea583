"""Layout: the order of rows and the size of row groups in merged silver files, by the queries that people ask."""
