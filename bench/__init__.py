"""The benchmarks whose ratios we quote; `python -m bench --help`."""
