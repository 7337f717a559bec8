"""What a lesson is made with: both sides in lockstep, findings, figures, and how they are shown."""
