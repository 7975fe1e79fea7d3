"""What ``bench/crash.py`` and ``bench/contention.py`` are made of."""
