"""When and how often what waits goes: quiet hours, one letter a day, bursts in one letter, pace, the fuse."""
