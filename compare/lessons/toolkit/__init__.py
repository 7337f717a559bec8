"""What a lesson is made with: both sides trained together, findings, figures, and how they are shown."""
