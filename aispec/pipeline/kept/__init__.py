"""Results of earlier runs: what was found of a file, kept until anything that it rests on changes.

`ground` says what that is, `entry` how a result is written down, `shelf` where, and `run` is the
pipeline that judges only what is not there.
"""
