"""Silver on a cluster: the same pass, with its batches parsed and written by Spark's workers, and one committer."""
