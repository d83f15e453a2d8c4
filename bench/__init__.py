"""What we measure: ratios of two things timed in turn within one run, because machines are noisy."""
