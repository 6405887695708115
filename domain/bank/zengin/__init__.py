"""Files of the Japanese bankers' association (全銀協): characters, records, transfers."""
