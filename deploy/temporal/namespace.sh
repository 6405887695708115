#!/bin/sh
# The namespace of the worker's settings; histories are kept 30 days after a workflow closes.
set -eu
temporal operator namespace describe --namespace sluice ||
  temporal operator namespace create --namespace sluice --retention 30d
