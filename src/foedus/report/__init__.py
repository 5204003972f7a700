"""Results as people read them: tables that fit a terminal, and progress while they wait."""
