"""Where the law can be read in two ways: what a production's adviser has chosen."""

from typing import Literal

from domain.values.record import Record


class Readings(Record):
    """A choice for each doubt. The defaults are the readings of Sluice's tables, which are no advice."""

    kr_included_split: Literal["parts", "total"] = "parts"
    """A Korean treaty rate that includes local tax. `parts`: national tax is 10/11 of the rate, rounded down, and local
    tax a tenth of it, rounded down: 99,990 of 1,000,000 at 10 %. `total`: the whole is rounded down first, 100,000,
    and then split."""

    kr_base_rate: Literal["actual", "basic"] = "actual"
    """The exchange rate of a Korean base. `actual`: the rate at which the payer's bank sold the currency. `basic`: the
    basic rate (기준환율, 재정환율) of the day of payment."""

    kr_taiwan_local: Literal["included", "on_top"] = "included"
    """Whether the rates of the agreement of Korea and Taiwan include Korean local tax."""

    kr_trade_2027: Literal["unchanged", "enacted"] = "unchanged"
    """Whether the proposal of 3 August 2026 is law: 2 % in place of 3 % for residents' fees from 2027."""

    threshold_boundary: Literal["table", "below", "not_above"] = "table"
    """Whether a year's sum of exactly a treaty's threshold is exempt: `not_above` says so, `below` does not. `table`:
    as each rule has it (Korea `below`, Japan `not_above`)."""

    threshold_excess: Literal["table", "whole_year", "this_payment"] = "table"
    """What is taxed once a threshold is exceeded: all of the year's income, caught up with the payment that exceeds it,
    or that payment alone. `table`: as each rule has it (Korea `this_payment`, Japan `whole_year`)."""

    kr_reclaim_starts: Literal["month_end", "remittance_due"] = "month_end"
    """When Korea's five years for a reclaim begin: at the end of the month of payment, or when the tax was due."""
