"""The replay: lands the canonical dataset window by window, as if it happened now.

`window` holds the arithmetic of virtual time and touches no file; `landing` the folder of landed
windows, which alone says how far the replay has come; `settings` what was fixed at the first run;
`dataset` and `events` read the canonical dataset; `replay` binds the three together, `commands`
are what a user can ask for, and `messages` the answers.
"""
