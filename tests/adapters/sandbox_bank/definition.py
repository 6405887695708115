"""Holds a bank's XML file against the classes of its ISO message definition: elements, their order, and texts."""

import re
import warnings
from dataclasses import fields, is_dataclass
from importlib import import_module

from lxml import etree
from xsdata.exceptions import ConverterWarning
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.serializers import XmlSerializer

ISO = "urn:iso:std:iso:20022:tech:xsd:"
NEWEST_CAMT = 12
"""The library has no classes of camt version 13, whose elements used here are those of version 12."""


def message_type(raw):
    """The message definition that the file's namespace names; the Swiss and German ones are variants of an ISO one."""
    namespace = etree.QName(document(raw)).namespace
    family, number, _, version = re.search(r"(pain|camt)\.(\d{3})\.(\d{3})\.(\d{2})", namespace).groups()
    return f"{family}.{number}.001.{version}"


def document(raw):
    root = etree.fromstring(raw)
    return root if etree.QName(root).localname == "Document" else root.find("{*}Document")


def violations(raw):
    """What the message definition does not allow in the file."""
    family, number, _, version = message_type(raw).split(".")
    version = f"{min(int(version), NEWEST_CAMT):02d}" if family == "camt" else version
    classes = import_module(f"pyiso20022.{family}.{family}_{number}_001_{version}")
    plain = _renamed(document(raw), f"{ISO}{family}.{number}.001.{version}")
    parser = XmlParser(config=ParserConfig(fail_on_unknown_properties=True, fail_on_unknown_attributes=True))
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConverterWarning)
        parsed = parser.from_bytes(etree.tostring(plain), classes.Document)
    again = etree.fromstring(XmlSerializer().render(parsed).encode())
    found = list(_found(parsed, "Document"))
    return found if _names(again) == _names(plain) else [*found, "elements are not in the order of the definition"]


def _renamed(root, namespace):
    made = etree.Element(f"{{{namespace}}}{etree.QName(root).localname}", dict(root.attrib))
    made.text = root.text
    for each in root:
        made.append(_renamed(each, namespace))
    return made


def _names(root):
    return [etree.QName(each).localname for each in root.iter()]


def _found(value, where):
    for field in fields(value):
        rules, inner = field.metadata, getattr(value, field.name)
        place = f"{where}/{rules.get('name', '')}"
        if inner is None:
            if rules.get("required"):
                yield f"{place} is missing"
            continue
        for each in inner if isinstance(inner, list) else [inner]:
            if is_dataclass(each):
                yield from _found(each, place)
            else:
                yield from _text(str(each), rules, place)


def _text(text, rules, place):
    if len(text) > rules.get("max_length", len(text)) or len(text) < rules.get("min_length", 0):
        yield f"{place}: {text!r} has a wrong length"
    if "pattern" in rules and not re.fullmatch(rules["pattern"], text):
        yield f"{place}: {text!r} is not of the pattern"
