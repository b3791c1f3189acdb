"""operation: what a run tells people: its report, its log, alerts, metrics, and the state of the archive behind them."""
