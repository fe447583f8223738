"""Show a township's week on one sheet: the verdict, four values, three things to do, and what lies behind them."""
