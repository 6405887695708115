"""The page of facts: columns from the code, and the rules by which files are read or refused."""

from collections.abc import Iterator

from adapters.sharing.sheets.header import PLAIN
from adapters.sharing.sheets.mapping import LAYOUTS
from adapters.sharing.sheets.mapping import Mapping as SheetMapping
from docs.describe import doc, fields_of, paragraph, table

_INTRODUCTION = """
    Facts are what a waterfall runs on: receipts, costs, advances, counts, balances taken over, and days. They come
    in by statement, with `sluice revenue import FILE` and its siblings `cost`, `advance`, `metric`, `opening` and
    `date`; or from files alone, with `sluice waterfall run`, `explain`, `draw` and `forecast`. Both read CSV and
    XLSX by the rules of this page, with the same columns and the same `--mapping`, and give the same on the same
    file. A file is taken in as a whole, or not at all: what does not fit is named by file, line and field, and
    nothing is guessed, dropped or taken for blank.
"""

_COLUMNS = """
    Without a mapping, columns have the names of the fields, in any order. A column that is none of these, and no
    metric of the agreement, is refused. With a column `kind`, each row says what it is, and a row that leaves it
    empty is a receipt (or what the command imports); a cell of a field that the row's kind does not have must be
    empty. An import of such a file is one statement of each kind under the same source and number: all of them or
    none. `payment` rows are for files alone, since a stack knows what it paid.
"""

_AMOUNTS = """
    An amount is written with its currency (`USD 1250.00`), or there is a column `currency`. A metric's amount is a
    plain number. `rate` is the bank's rate: units of the waterfall's currency for one of the amount's, and none for
    an amount in that currency itself. A receipt may have a column for each of the agreement's `metrics`: what was
    counted with it, such as admissions.
"""

_NUMBERS = (
    ("`1250`, `1250.5`, `-7`, `(7)`", "read; brackets are a minus"),
    ("`1.000`, `12,000` without a declaration", "refused, with the choice to make: they may be thousands or decimals"),
    ("`1234.567`, `0.385` without a declaration", "read: thousands are not written so"),
    ("`KWD 1.250`, with its currency, where that has three decimals", "read: amounts of agreements are written so"),
    ("more decimals than the currency has, also zeros", "refused, also under a mapping: another mark was meant"),
    ("decimals of a count", "refused"),
    (
        "`12.000` with `thousands: .`, `12 000` with `thousands: ' '`",
        "12,000; one of `.` and `,` settles the other",
    ),
    ("more than 15 digits of an amount or a rate, 12 of a count", "refused"),
    ("other digits (full-width), signs (`△`), words and signs of currencies, `%`, spaces inside", "refused"),
    ("spaces around", "trimmed"),
    ("an empty amount or count", "refused: 0 is written as 0"),
)

_DATES = (
    ("`2026-03-05`, or text in the mapping's `dates`", "that day"),
    ("a date cell of a workbook, in its calendar of 1900 or 1904", "that day; refused with a time of day"),
    ("a number cell that is not formatted as a date", "refused, whatever day it would be"),
    (
        "`2026-03`, `2026년 3월`",
        "refused, unless `dates` is of months (`%Y-%m`, `%Y년 %m월`): then the month's last day",
    ),
    ("an empty cell; a day before 1990, or more than a year after today in an import", "refused"),
)

_TEXTS = """
    Texts are trimmed and compared in Unicode's composed form (NFC), in agreements as in cells, so that what looks
    the same is the same. Case and width count: `kr` is not `KR`. Control characters, backslashes, errors of a
    sheet, more than 100 characters, and what begins as a formula does are refused. CSV is UTF-8 unless the mapping
    says otherwise.
"""

_LISTS = """
    Where the agreement lists the words of territory, medium or window (`words` of the waterfall), a receipt with
    another one is refused, by imports and by runs on files alike. The list is that of the version that is in force on
    the receipt's day.
"""

_IDS = """
    An `id` is used once in a run, or in a statement. `reverses` names the id of a receipt in the same run or
    statement that the row takes back, above or below it: all of its amount, once, not before its day, and with the
    same words or none. Its counts go with it. A reversal counts from the day of the receipt that it takes back, not
    from its own: to the waterfall that receipt was never there. Money that goes back without that is a receipt
    below zero, on its day. The order of rows changes nothing.

    Across imported statements ids are not compared: they are not kept, two sources number their receipts alike, and a
    source that reports month by month and then by quarter repeats its own. What counts twice is recognised by its rows:
    a file, or the rows of a statement, that another statement has is refused unless it is confirmed (see below). Where
    a source's ids are its own for good, import all of its reports in one file, or run them together: there each id is
    used once.
"""

_TOTALS = """
    A row of totals would count everything twice. One that is marked in a field of words by a usual word (합계, 총계,
    소계, 計, 合計, 小計, total and such), or that has one in place of its date, is refused. `totals: [합계, 소계]` in a
    mapping declares marks: a row with one in any cell is no fact then, and its amount and counts must be what the
    rows above come to, all of them or those since the last such row, in its currency. Case, width and spaces of a
    mark do not matter. `totals: []` declares that no row is one.
"""

_WORKBOOKS = (
    (
        "the sheet",
        "the one that `sheet` names, else the only visible one with anything in it",
    ),
    ("several visible sheets with something in them", "refused: `sheet` has to name one"),
    ("hidden sheets", "not read unless named"),
    ("rows and columns that are hidden or filtered away", "count as all others"),
    ("merged cells", "each but the first is refused where its field is read: undo the merge, fill in every cell"),
    ("a formula", "counts with the value saved with it; refused without one"),
    ("an error such as `#N/A`, a number shown in percent", "refused where its field is read"),
    ("what the sheet says of its size (`dimension`)", "not looked at"),
    ("rows or cells out of order, or twice", "refused"),
    ("columns that a mapping does not name, or beyond the 500th", "not read; without a mapping, refused"),
    ("numbers of more than 15 digits", "refused: a workbook rounds them"),
)

_RECORD = """
    Other rows under the same source and statement restate it. `--reason` says why; the journal keeps it, and the next
    statements tell it to the parties, with the versions and what changed. What looks like a slip has to be confirmed,
    and the journal keeps that it was:
"""

_CONFIRMED = (
    ("a statement that had rows, and has none now", "`--empty`"),
    (
        "rows, or a file, that another statement of the kind has: the same rows in the same order, in any wrapping",
        "`--repeated`",
    ),
    (
        "a source or statement whose name differs from one on record in case alone (`q1`, `Q1`)",
        "refused: write it alike",
    ),
)

_BLANKS = """
    `sluice distribution preview` tells which receipts enter a pool for want of a word: how many rows, what they
    come to, and which field that some pool receives by is empty (`12 rows, KRW 40,000,000, go to rest because
    territory is empty`), or has almost the agreement's word (`kr` for `KR`).
"""

_FILES = """
    Files alone may be YAML too, with the same fields in the lists `receipts`, `costs`, `advances`, `metrics`,
    `openings`, `payments` and `dates`. A sheet of scenarios for `forecast` has a column `scenario` beside the
    others; a row that names none counts in all.
"""


def facts() -> Iterator[str]:
    """The columns of facts, the rules by which cells are read, and how a source's layout is described."""
    yield from paragraph(_INTRODUCTION)
    yield "\n## Columns\n"
    yield from paragraph(f"{', '.join(f'`{one}`' for one in PLAIN.values())}, and the agreement's metrics. {_COLUMNS}")
    yield ""
    yield from table(
        ("kind", "every row needs", "words", "may have"),
        (
            (f"`{kind}`", *(", ".join(f"`{PLAIN[one]}`" for one in names) for names in columns))
            for kind, layout in LAYOUTS.items()
            for columns in [(layout.needed, [w for w in layout.words if w not in layout.needed], layout.optional)]
        ),
    )
    yield ""
    yield from paragraph(_AMOUNTS)
    yield "\n## Numbers\n"
    yield from table(("written", "meaning"), _NUMBERS)
    yield "\n## Dates\n"
    yield from table(("written", "meaning"), _DATES)
    for title, text in (
        ("Texts", _TEXTS),
        ("Listed words", _LISTS),
        ("Ids and reversals", _IDS),
        ("Rows of totals", _TOTALS),
    ):
        yield f"\n## {title}\n"
        yield from paragraph(text)
    yield "\n## Workbooks\n"
    yield from table(("what a workbook has", "what becomes of it"), _WORKBOOKS)
    yield "\n## What is on record already\n"
    yield from paragraph(_RECORD)
    yield ""
    yield from table(("what looks like a slip", "confirmed by"), _CONFIRMED)
    yield "\n## Blanks\n"
    yield from paragraph(_BLANKS)
    yield "\n## A source's own layout\n"
    yield from paragraph(
        """
        With `--mapping MAPPING.yaml`, columns have the source's names, and dates and numbers its form. The date is the
        field `on`. `examples/revenue/minato.yaml` is one.
        """
    )
    yield ""
    yield from paragraph(doc(SheetMapping))
    yield ""
    yield from fields_of(SheetMapping)
    yield "\n## Other files\n"
    yield from paragraph(_FILES)
