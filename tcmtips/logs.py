"""Log lines for machines."""

import datetime
import json
import logging


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, logger, message, and the record's `facts`."""

    def format(self, record):
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        line = {"time": at.isoformat(), "logger": record.name, "message": record.getMessage()}
        return json.dumps(line | getattr(record, "facts", {}))
