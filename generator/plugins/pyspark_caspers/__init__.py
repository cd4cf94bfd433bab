"""How Spark 4 finds the data source ``caspers`` once the project is installed.

Spark imports whatever can be imported under a name that begins with ``pyspark_`` and registers its
``DefaultSource`` (``pyspark.sql.worker.lookup_data_sources``). That is why this is a package of its
own name. A failure in here would fail every look-up of a data source in a session, so it holds no
more than the import.
"""

from generator.dataset.spark.source import CasperSource as DefaultSource

__all__ = ["DefaultSource"]
