"""A Hive metastore's answers about one table of lists, by Thrift: what Athena's or Hive's own catalogue would say.

Only what a reader asks; everything else is an unknown method to it. The table's files are nobody's business here.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from thrift.protocol import TBinaryProtocol
from thrift.server import TServer
from thrift.transport import TSocket, TTransport
from thrift_files.libraries.thrift_hive_metastore_client import ThriftHiveMetastore, ttypes

SYMLINKS = "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat"
PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
NO_OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"


@dataclass(frozen=True)
class ListedTable:
    """A table that is read by its list, or by one below `uri` for each value of its one partition column, if any."""

    schema: str
    name: str
    uri: str
    columns: Mapping[str, str]
    partition_columns: Mapping[str, str]
    partitions: Sequence[str]

    def storage(self, folder: str = "") -> Any:
        """Where and how to read it, or one of its partitions."""
        return ttypes.StorageDescriptor(
            cols=[ttypes.FieldSchema(name, kind, "") for name, kind in self.columns.items()],
            location=f"{self.uri}{folder}",
            inputFormat=SYMLINKS,
            outputFormat=NO_OUTPUT,
            serdeInfo=ttypes.SerDeInfo(name=self.name, serializationLib=PARQUET, parameters={}),
            compressed=False,
            numBuckets=0,
            bucketCols=[],
            sortCols=[],
            parameters={},
        )


class HiveCatalog:
    """The catalogue of one table; the methods are those of the Thrift interface."""

    def __init__(self, table: ListedTable) -> None:
        self._table = table

    def serve(self, port: int) -> None:
        """Answers on 127.0.0.1 until this process ends."""
        server = TServer.TThreadedServer(
            ThriftHiveMetastore.Processor(self),
            TSocket.TServerSocket("127.0.0.1", port),
            TTransport.TBufferedTransportFactory(),
            TBinaryProtocol.TBinaryProtocolFactory(),
            daemon=True,
        )
        threading.Thread(target=server.serve, daemon=True).start()

    def get_all_databases(self) -> list[str]:
        """The one schema."""
        return [self._table.schema]

    def get_database(self, name: str) -> Any:
        """The schema; a place of its own for tables that nobody makes."""
        if name != self._table.schema:
            raise ttypes.NoSuchObjectException(name)
        return ttypes.Database(name=name, description="", locationUri=f"{self._table.uri}/none", parameters={})

    def get_table(self, schema: str, name: str) -> Any:
        """The table."""
        if (schema, name) != (self._table.schema, self._table.name):
            raise ttypes.NoSuchObjectException(name)
        return ttypes.Table(
            dbName=schema,
            tableName=name,
            owner="",
            createTime=0,
            lastAccessTime=0,
            retention=0,
            sd=self._table.storage(),
            partitionKeys=[ttypes.FieldSchema(*each, "") for each in self._table.partition_columns.items()],
            parameters={"EXTERNAL": "TRUE"},
            tableType="EXTERNAL_TABLE",
        )

    def get_partition_names(self, schema: str, name: str, most: int) -> list[str]:
        """`event_date=2026-03-02` and so on."""
        return [f"{name}={value}" for name in self._table.partition_columns for value in self._table.partitions]

    def get_partition_names_ps(self, schema: str, name: str, values: list[str], most: int) -> list[str]:
        """The same: the reader filters them again."""
        return self.get_partition_names(schema, name, most)

    def get_partitions_by_names(self, schema: str, name: str, names: list[str]) -> list[Any]:
        """Where each partition's list is."""
        return [
            ttypes.Partition(
                values=[each.partition("=")[2]],
                dbName=schema,
                tableName=name,
                createTime=0,
                lastAccessTime=0,
                sd=self._table.storage(f"/{each}"),
                parameters={},
            )
            for each in names
        ]

    def get_table_statistics_req(self, request: Any) -> Any:
        """None are kept."""
        return ttypes.TableStatsResult(tableStats=[])

    def get_partitions_statistics_req(self, request: Any) -> Any:
        """None are kept."""
        return ttypes.PartitionsStatsResult(partStats={})
