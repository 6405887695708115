"""Verify a bundle, an archive or an unpacked folder, and say what holds; exit status 0 only if everything does."""

import argparse
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from .bundle import Bad, Bundle
from .checks import Verification, VerificationReport

SHOWN = 200
"""Most differences printed of each verdict. A very different bundle has millions."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the arguments, verify, and print the verdicts. Return the exit status."""
    parser = argparse.ArgumentParser(prog="verify.py", description=__doc__)
    here = Path(__file__).resolve().parent.parent
    parser.add_argument("bundle", nargs="?", type=Path, default=here, help="BUNDLE.zip or a folder; default this one")
    parser.add_argument("--key", help="the house's public key (64 hexadecimal digits): the signature must be by it")
    options = parser.parse_args(arguments)
    report, signer = VerificationReport(), ""
    try:
        verification = Verification(Bundle(options.bundle), options.key)
        report = verification.run()
        signer = verification.signer
    except (Bad, OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError, RecursionError) as error:
        report.integrity.append(f"this is no bundle: {type(error).__name__}: {str(error)[:200]}")
        report.fidelity.append("nothing could be compared")
    for name, wrong in (("integrity", report.integrity), ("fidelity", report.fidelity)):
        _say(f"{name}: {'DOES NOT HOLD' if wrong else 'holds'}")
        for sentence in wrong[:SHOWN]:
            _say(f"  {sentence}")
        if len(wrong) > SHOWN:
            _say(f"  … and {len(wrong) - SHOWN} more")
    if signer:
        _say(f"signed by {signer}" + ("" if options.key else ": compare this key with the one you were given"))
    return 1 if report.integrity or report.fidelity else 0


def _say(sentence: str) -> None:
    """Print a line without characters that could control a terminal."""
    plain = "".join(each if each.isprintable() else "?" for each in sentence)
    sys.stdout.buffer.write(plain.encode(errors="replace") + b"\n")


if __name__ == "__main__":
    sys.exit(main())
