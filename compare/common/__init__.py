"""What all capabilities share that is not about training: files, terminal, pages, errors."""
