"""How real a dataset is: what published figures say about deliveries, measured on its events.

Reads the folder of a dataset and nothing else; it does not know how the events were made.
"""
