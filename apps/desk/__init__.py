"""The refund desk: people decide about recommended refunds, in a browser or over an API.

It reads Postgres, as the role ``caspers_desk``, and the published tables.
"""
