"""Reads dashboards by Grafana's schema, writes them again, and lists what differs: keys that the schema does not know,
and units that Grafana does not have. Exits with 1 where there are any. The options of an alert list pass unread: the SDK has
no schema for them."""

import json
import sys

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models import units
from grafana_foundation_sdk.models.dashboard import Dashboard


def read_and_written(document):
    """The document as the schema understands it."""
    return json.loads(json.dumps(Dashboard.from_json(document), cls=JSONEncoder))


def lost(before, after, path):
    """The paths of what is in the first and not in the second."""
    if isinstance(before, dict):
        if not isinstance(after, dict):
            yield path
            return
        for key, value in before.items():
            if key not in after:
                # what is null is the same as absent
                if value is not None:
                    yield f"{path}.{key}"
            else:
                yield from lost(value, after[key], f"{path}.{key}")
    elif isinstance(before, list):
        if not isinstance(after, list) or len(before) != len(after):
            yield path
            return
        for number, value in enumerate(before):
            yield from lost(value, after[number], f"{path}[{number}]")
    elif before != after:
        yield f"{path} ({before!r} became {after!r})"


def main(paths):
    """Checks every file."""
    register_default_plugins()
    known_units = {value for name, value in vars(units).items() if isinstance(value, str) and not name.startswith("_")}
    faults = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        found = list(lost(document, read_and_written(document), ""))
        for panel in document["panels"]:
            if panel["type"] == "row":
                continue
            unit = panel["fieldConfig"]["defaults"]["unit"]
            if unit not in known_units:
                found.append(f"{panel['title']}: no unit {unit}")
        for fault in found:
            print(f"{path}: {fault}")
        faults += len(found)
        print(f"{path}: {len(document['panels'])} panels, {len(found)} keys that the schema does not know")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
