"""How fast Foedus is, against others, against itself at other sizes, and against what the machine can do."""
