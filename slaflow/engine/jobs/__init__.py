"""Work that takes longer than a page may: asked for, done beside by whoever is free, looked at later."""
