"""The pages on which clinicians audit what visitors were told."""
