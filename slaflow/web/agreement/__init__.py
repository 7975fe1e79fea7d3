"""The agreement's pages: its text in words, its versions, what a draft would change, and signing it."""
