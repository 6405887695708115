"""Verify the bundle that this file lies in, or another: `python verify.py [BUNDLE.zip | FOLDER] [--key HEX]`."""

import runpy
import sys
from pathlib import Path

sys.dont_write_bytecode = True  # looking at a bundle must not add files to it
sys.path.insert(0, str(Path(__file__).resolve().parent))
runpy.run_module("verifier", run_name="__main__")
