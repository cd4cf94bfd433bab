"""The report: one HTML page of the business, which can be mailed (``make report``)."""
