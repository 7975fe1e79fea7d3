"""When what waits goes: quiet hours, one letter a day, bursts in one letter, the fuse."""
