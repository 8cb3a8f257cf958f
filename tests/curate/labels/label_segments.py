"""Tables of objects as ingest gives them, with the columns that counting labels reads."""

import pyarrow as pa


def segments(*labels: tuple[str, str, str]) -> pa.Table:
    """An object of each label, given as (customer, export, label)."""
    rows = []
    for number, (customer, export, label) in enumerate(labels):
        rows.append(
            {
                "object_id": f"{number:032x}",
                "customer": customer,
                "export": export,
                "label": label,
            }
        )
    names = ["object_id", "customer", "export", "label"]
    return pa.Table.from_pylist(
        rows, schema=pa.schema([(name, pa.string()) for name in names])
    )
