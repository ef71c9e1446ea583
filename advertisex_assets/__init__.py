"""What is made: assets, checks and jobs, the pure transforms behind them, and the command line."""
