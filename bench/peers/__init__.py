"""Run in environments of their own: peers whose dependencies must not meet ours."""
