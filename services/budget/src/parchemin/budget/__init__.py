"""Production budgets: productions, estimates."""
