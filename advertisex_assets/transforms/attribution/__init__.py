"""Attribution: which touches earned a conversion, and how much of it.

Lives here: pure `narwhals.stable.v2` LazyFrame -> LazyFrame functions, one verb per file, that give the same rows on
Polars, DuckDB and Spark. Not here: reading or writing tables, resolving conversion windows per advertiser, choosing
which dates to redo (only *which can change*, in `affected`), the marts that sum the credits.

The rules, in the order in which they are applied:

1. **Candidate** (`candidates`): same user, or linked by click_id or impression_id; at or before the conversion;
   at most one window old (both ends inclusive); not of another known advertiser.
2. **Precedence** (`competition`): if any candidate carries the conversion's click_id, only such candidates remain;
   else if any carries its impression_id, only those; else all. Then click beats view: with a click among them,
   views leave. `last_touch` alone ignores the last rule, since by definition it is the latest touch of either type.
3. **Cap** (`competition`): the latest N competing touches remain.
4. **Weight** (`models`): each model gives each competing touch an integer weight.
5. **Split** (`credit_split`): 1,000,000 micro-credits, and the revenue, by largest remainder.
"""
