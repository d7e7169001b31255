"""The results of one patient, read: trends, courses, single trials."""
