"""How clinicians audit answers: finding them, samples, verdicts, corrective actions, and the figures of all that."""
