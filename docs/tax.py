"""The page of the reference on tax, from the tables of rules."""

from collections.abc import Iterator, Mapping

from adapters.tax.rule_tables import tax_tables, vat_rules
from docs.describe import about, doc, fields_of, paragraph, record_section, records_in, table
from domain.tax.identifiers import TAX_ID_TERMS
from domain.tax.kinds import INCOMES, PAYEES
from domain.tax.overrides import TaxOverrides
from domain.tax.readings import Readings
from domain.tax.rules import ReadingName, TaxRule, TaxTable
from domain.tax.vat import DatedShare, VatRules

_ALL = 100


def tax_page() -> Iterator[str]:
    """Kinds, rules with their law, doubts, days, value added tax, tax numbers, and files of overrides."""
    yield from paragraph(
        """
        `sluice tax quote` says what is withheld from a payment, by which rule, and when it is due. [Quote
        tax](../how-to/quote-tax.md) shows how. Sluice computes what the agreement, the tables below and their
        user's adviser say. It is no tax adviser: have the rules that you use confirmed, and the doubts at the
        end of this page decided.
        """
    )
    yield from _how_a_rule_is_found()
    yield from _kinds()
    for one in tax_tables().values():
        yield from _country(one)
    yield from _doubts()
    yield from _value_added()
    yield "\n## Tax numbers\n"
    yield from table(("kind", "what it is"), ((f"`{kind}`", term) for kind, term in TAX_ID_TERMS.items()))
    yield ""
    yield from paragraph(
        """
        Form and check digit are checked by python-stdnum. The check digit of Korean business numbers, which
        it leaves out, is checked by Sluice.
        """
    )
    yield from _overrides()


def _how_a_rule_is_found() -> Iterator[str]:
    yield "\n## How a rule is found\n"
    yield from paragraph(
        """
        Of the rules of the payer's country, those for the payee's country, the kinds and the day are tried in
        order. The first whose conditions hold is applied. A rule whose condition fails is passed over: without
        its form, a treaty does not help, and the country's own law is applied. A condition that is not known
        stops the search, as does a payment for which there is no rule: it is *held*, and `needs` says what is
        missing. A form counts as complete, with its attachments and with what the payee declares in it (the
        beneficial owner), unless something else is said.
        """
    )
    yield ""
    yield from paragraph(
        """
        The answer carries the rule's name, the version of its table, and a digest of all that its figures come
        from: the rule, its form, rounding, local tax, surtaxes and readings. A net amount that was agreed is
        grossed up to the largest gross amount that leaves exactly it; of two amounts, one below a threshold and
        one above, that is the taxed one. Amounts in another currency are taxed at
        the rate that the rule names, and the base is rounded down to the minor unit.
        """
    )


def _kinds() -> Iterator[str]:
    tables = list(tax_tables().values())
    names = tuple(one.name for one in tables)
    yield "\n## Kinds of payee\n"
    yield from table(
        ("kind", "what it is", *names),
        ((f"`{kind}`", words, *(one.payee_terms[kind] for one in tables)) for kind, words in PAYEES.items()),
    )
    yield "\n## Kinds of income\n"
    yield from table(
        ("kind", "what it is", *names),
        ((f"`{kind}`", words, *(one.income_terms[kind] for one in tables)) for kind, words in INCOMES.items()),
    )


def _country(one: TaxTable) -> Iterator[str]:
    yield f"\n## Payers in {one.name}\n"
    closed = (
        f" The office is closed on weekends, holidays and {', '.join(one.calendar.closed_too)}."
        if one.calendar.closed_too
        else ""
    )
    abroad = (
        " What is paid abroad is due at the end of that month." if one.remittance.paid_abroad == "month_end" else ""
    )
    yield from paragraph(
        f"""
        The table has the version {one.version}. Tax goes to {one.authority.code}, the {one.authority.name}{
            f"; local tax to {one.authority.local}" if one.authority.local else ""
        }. It is due on the {one.remittance.day}th of the month after payment, or the next day on which the office
        is open ({one.remittance.law}).{abroad}{closed} ({one.calendar.law}.) Amounts are rounded down to
        {one.rounding.unit} {one.currency} ({one.rounding.law}). A reclaim is possible for {one.reclaim_years} years.
        """
    )
    yield "\nThe base of a payment in another currency:\n"
    yield from table(
        ("kind", "rate", "if", "law"),
        ((f"`{rate.kind}`", rate.words, _reading_of(rate.readings), rate.law) for rate in one.base_rates),
    )
    if one.surtaxes:
        yield "\nSurtaxes, in per cent of the income tax of rules that have them:\n"
        yield from table(
            ("from", "to", "taxes", "law"),
            (
                (str(tax.first_day), str(tax.last_day), ", ".join(f"{n} {p} %" for n, p in tax.parts.items()), tax.law)
                for tax in one.surtaxes
            ),
        )
    yield "\nForms:\n"
    yield from table(
        ("form", "own name", "must be", "with", "law"),
        (
            (
                form.name,
                form.original,
                f"{form.dated} by the {form.by.replace('_', ' ').replace('day before', 'day before payment')}",
                ", ".join(form.attached.values()),
                form.law,
            )
            for form in one.forms.values()
        ),
    )
    yield "\nRules, in the order in which they are tried:\n"
    yield from table(
        ("rule", "payees", "income", "days", "rate", "condition", "law"), (_rule(one, rule) for rule in one.rules)
    )
    for monthly in one.monthly:
        yield f"\n{monthly.name} is due at the end of the next month ({monthly.law})."
    yield "\nDue once a year:\n"
    yield from table(
        ("statement", "by", "law"),
        ((paper.name, f"{paper.month:02}-{paper.day:02}", paper.law) for paper in one.yearly),
    )


def _rule(one: TaxTable, rule: TaxRule) -> tuple[str, ...]:
    who = f"{', '.join(rule.payees)}: {', '.join(rule.kinds)}"
    days = f"{rule.first_day} to {rule.last_day or '…'}" + (" (earned)" if rule.dated_by == "earned" else "")
    return (f"`{rule.id}`", who, ", ".join(rule.income), days, _rate(rule), _condition(one, rule), rule.law)


def _rate(rule: TaxRule) -> str:
    if rule.unknown:
        return "held"
    rate = f"{rule.national} %"
    rate += "".join(f", {step.national} % above {step.above}" for step in rule.steps)
    rate += " and surtaxes" if rule.surtax else ""
    rate += {"on_top": " and local tax", "included": " with local tax", "none": ""}[rule.local]
    rate += f" of {rule.base_percent} %" if rule.base_percent != _ALL else ""
    rate += f"; nothing up to a base of {rule.free_up_to}" if rule.free_up_to else ""
    return rate + (f"; not collected below {rule.waived_below}" if rule.waived_below else "")


def _condition(one: TaxTable, rule: TaxRule) -> str:
    found = [] if rule.form is None else [one.forms[rule.form].name]
    if rule.threshold is not None:
        limit = rule.threshold
        found.append(
            f"the year {limit.boundary.replace('_', ' ')} {limit.amount}, else {_excess(limit.excess)} is taxed"
        )
    if rule.share_held is not None:
        months = f" for {rule.share_held.months} months" if rule.share_held.months else ""
        found.append(f"{rule.share_held.percent} % held{months}")
    found += ["beneficial owner"] if rule.beneficial_owner else []
    found += ["cultural exchange programme"] if rule.exchange_programme else []
    found += ["no establishment"] if rule.no_base else []
    found += [f"under {rule.days_below} days"] if rule.days_below else []
    found += [_reading_of(rule.readings)] if rule.readings else []
    return ", ".join(found)


def _excess(excess: str) -> str:
    return excess.replace("_", " ").replace("whole year", "the whole year")


def _reading_of(readings: Mapping[ReadingName, str]) -> str:
    return ", ".join(f"`{name}={choice}`" for name, choice in readings.items())


def _doubts() -> Iterator[str]:
    yield "\n## Doubts\n"
    yield from paragraph(
        """
        Where the law can be read in two ways, a reading chooses. `--reading NAME=CHOICE` does for one quote, and
        a file of overrides for good.
        """
    )
    yield ""
    yield from table(
        ("reading", "default", "what it decides"),
        ((f"`{name}`", f"`{field.default}`", about(Readings, name)) for name, field in Readings.model_fields.items()),
    )
    yield "\nRules whose law was not read at its source, or is not settled:\n"
    yield from table(
        ("rule", "doubt"),
        (
            (f"`{rule.id}`", rule.doubt or rule.unknown)
            for one in tax_tables().values()
            for rule in one.rules
            if rule.doubt or rule.unknown
        ),
    )


def _value_added() -> Iterator[str]:
    for country, rules in vat_rules().items():
        yield f"\n## Value added tax: {tax_tables()[country].name}\n"
        yield from paragraph(
            f"""
            {rules.name[0].upper()}{rules.name[1:]} is computed on the amount without tax, and rounded down
            ({rules.rounding_law}).
            """
        )
        yield ""
        yield from table(("what", "from", "to", "per cent", "law"), _shares(rules))
        yield "\nServices from abroad whose tax the payer declares; it is flagged, and never added to the fee:\n"
        yield from table(
            ("what", "flagged for", "if taxable sales are", "law"),
            (
                (
                    one.name,
                    ", ".join(f"`{kind}`" for kind in one.income),
                    f"below {one.ratio_below} %" + (", under general taxation" if one.general_only else ""),
                    one.law,
                )
                for one in rules.reverse_charge
            ),
        )


def _shares(rules: VatRules) -> Iterator[tuple[str, ...]]:
    named: tuple[tuple[str, tuple[DatedShare, ...]], ...] = (
        ("standard rate", rules.standard),
        ("reduced rate", rules.reduced),
        ("deductible of the tax of a supplier without number", rules.unregistered),
        ("payable by a small business that became an issuer", rules.small_issuers),
    )
    for name, shares in named:
        for one in shares:
            who = " (individuals)" if one.individuals_only else ""
            yield name + who, str(one.first_day), str(one.last_day or ""), str(one.percent), one.law


def _overrides() -> Iterator[str]:
    yield "\n## Files of overrides\n"
    yield from paragraph(
        """
        A file adds rules, replaces them, or chooses readings, with a reason. `--rules FILE` names one for a
        quote, and the setting `tax_rules` for all. Payers of another country need a whole table: a file beside
        those in `adapters/tax/tables/`, which have every field that is described here for a country.
        """
    )
    yield ""
    yield from paragraph(doc(TaxOverrides))
    yield ""
    yield from fields_of(TaxOverrides)
    for record in records_in(TaxOverrides)[1:]:
        yield from record_section(record, "###")
