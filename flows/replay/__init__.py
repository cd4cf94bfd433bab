"""The replay: lands the canonical dataset window by window, as if it happened now.

`window` holds the arithmetic of virtual time and touches no file; `settings` what was fixed at
the first run; `landing` the folder of landed windows, which alone says how far the replay has
come; `dataset` and `events` read the canonical dataset; `commands` puts them
together and `telling` says what came of it.
"""
